/* Scenarios on one path, in small multiples: what they are made of.  chart_scenarios.c draws them.
 */
#ifndef ATN_CHART_MULTIPLES_H
#define ATN_CHART_MULTIPLES_H

#include "chart_place.h"

enum { ATN_MAX_CELLS = 9, N_LEVELS = 3, LOW = 0, MIDDLE = 1, HIGH = 2 }; /* .1 .5 .9 */

/* Chances that differ by less are the same: that is within what the model is known to. */
#define ATN_MOVED 0.01

typedef struct atn_cell {
    const atn_node *scenario, *path;
    const atn_node *reading; /* of the answer that the chart tells; NULL if it has none */
    double *q[N_LEVELS], *change[N_LEVELS];
} atn_cell;

typedef struct atn_multiples {
    attain_context *ctx;
    const atn_node *root, *series;
    bool total, share;
    atn_answer a; /* the one the scenarios move most; goal NULL: none */
    double scale, shift, target;
    atn_day as_of, first, last, deadline;
    atn_cell cells[ATN_MAX_CELLS];
    size_t n, n_more, n_still; /* still: scenarios that leave the path as it is */
    size_t n_days;
    atn_day *days;
    double *ghost; /* median without */
    double low, high, change_low, change_high;
    size_t columns;
    double title, fan, strip; /* heights in pixels; title: as the longest one needs */
    double left, after;       /* room of the tics, and of the numbers beside a panel; pixels */
} atn_multiples;

/* The answer that the scenarios move most, and those that move the path of m->series.  A scenario
 * that sets this very path says no more than itself, so it chooses only where no other does.
 */
void atn_multiples_gather(atn_multiples *m);
/* The cells' numbers, dates and scales.  False: out of memory; a malformed document leaves no
 * cells.
 */
bool atn_multiples_read(atn_multiples *m);
void atn_multiples_free(atn_multiples *m);
/* A value in the units of the answer's definition, counted from its start. */
double atn_multiples_shown(const atn_multiples *m, double y);
/* Whether the scenario replaces m->series with a path of its own. */
bool atn_multiples_sets(const atn_multiples *m, const atn_node *scenario);
/* What a scenario adds to the chance; 0 where it is not known. */
double atn_multiples_move(const atn_node *reading);

#endif
