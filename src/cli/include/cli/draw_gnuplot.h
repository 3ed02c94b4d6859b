/* The draw callback of the reports: gnuplot as a child process. */
#ifndef ATN_CLI_DRAW_GNUPLOT_H
#define ATN_CLI_DRAW_GNUPLOT_H

#include "cli/console.h"

typedef struct atn_gnuplot {
    const char *without;  /* how to do without it: "run with --no-charts" */
    double limit;         /* seconds a chart may take */
    unsigned at_once;     /* at most so many run at a time; 0: one a processor */
    atn_console *console; /* for progress; NULL: none is shown */
    bool given_up;        /* missing or hung: the charts that remain are not tried */
    char reason[200];     /* of giving up */
} atn_gnuplot;

/* Limit from ATTAIN_DRAW_LIMIT (whole seconds, 1 to 3600), else 60 s; the rest 0.  `without` is
 * borrowed. */
void atn_gnuplot_init(atn_gnuplot *gnuplot, const char *without);

/* An attain_draw with an atn_gnuplot as its user.  Draws each chart in a scratch folder of its own
 * inside `folder`, without a shell, several at a time, and moves finished pictures beside the
 * script: all of a chart's or none.  Old pictures of the names that are drawn are gone in any case,
 * since they would show other data.  When time is up, or on an interruption, gnuplot and whatever
 * it started are killed. */
attain_status atn_gnuplot_draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                               attain_error *err);

#endif
