/* What pictures show beside the paths of single series: sums of flows about a stock, and paths
 * under a scenario.  Kept draw by draw at some dates, since quantiles of sums and of differences
 * are not sums and differences of quantiles. */
#ifndef ATN_PROJECT_SHOWN_H
#define ATN_PROJECT_SHOWN_H

#include "project/run.h"

/* Steps shown: evenly spread, the first, the one of as_of and the last among them. */
size_t atn_shown_steps(const attain_study *study, size_t steps[ATN_MAX_SHOWN]);

/* One quantity at the shown steps in every draw: [step][draw]. */
double *atn_shown_new(const atn_run *run);
/* Adds what run->paths holds now. */
void atn_shown_add(const atn_run *run, double *values);
/* Quantiles by shown step, [level][step] of atn_attainable_levels; `values` is used up. */
attain_status atn_shown_quantiles(const atn_run *run, double *values, double **out,
                                  attain_error *err);

/* Stocks that are balances of flows, while the series pass by. */
typedef struct atn_passing {
    double *level, *inflow, *outflow; /* [step][draw]; NULL: no such stock */
} atn_passing;
attain_status atn_passages_open(const atn_run *run, atn_passing **passing, attain_error *err);
/* With the paths of `series` loaded, before they are realised. */
void atn_passages_add(const atn_run *run, atn_passing *passing, size_t series);
/* Leaves the passages in run->projection. */
attain_status atn_passages_finish(const atn_run *run, atn_passing *passing, attain_error *err);
void atn_passages_free(const atn_run *run, atn_passing *passing);

/* The quantities that goals count: of each series its path, its running total, or both. */
typedef struct atn_kept {
    double **rate, **total; /* n_series each; NULL: no goal counts it */
} atn_kept;
attain_status atn_kept_open(const atn_run *run, atn_kept *kept, attain_error *err);
void atn_kept_free(const atn_run *run, atn_kept *kept);
/* The paths that a scenario moves, beside the same draws without it; uses `other` up. */
attain_status atn_kept_compare(const atn_run *run, const atn_kept *base, atn_kept *other,
                               atn_scenario_result *out, attain_error *err);

#endif
