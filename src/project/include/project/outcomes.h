/* What each draw does in each goal: a projection without its summaries, again and again. */
#ifndef ATN_PROJECT_OUTCOMES_H
#define ATN_PROJECT_OUTCOMES_H

#include "project/run.h"

/* Called for each series once its expected paths stand in `paths`, before scatter and definitions;
 * from the caller's thread. */
typedef attain_status atn_paths_seen(void *user, const atn_paths *paths, attain_error *err);

typedef struct atn_variant {
    uint64_t seed, scatter_seed;
    size_t stride;        /* streams are those of draw x stride */
    const bool *series;   /* n_series: those to be answered; NULL: all that have a goal */
    atn_paths_seen *seen; /* may be NULL */
    void *user;
} atn_variant;

/* Room for the outcomes of every goal: run->reached and run->best.  The posterior and its study
 * must outlive it. */
attain_status atn_outcomes_open(attain_context *ctx, const attain_posterior *posterior,
                                atn_run *run, attain_error *err);
/* Reads the outcomes of the goals on these series, then of the joint goals; those of other series
 * stay.  The posterior has as many draws as the one at hand, its study differs in nothing but
 * reports.  Returns NUMERIC, INTERRUPTED, NOMEM. */
attain_status atn_outcomes_read(atn_run *run, const attain_posterior *posterior,
                                const atn_variant *variant, attain_error *err);
void atn_outcomes_close(atn_run *run);

#endif
