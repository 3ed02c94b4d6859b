/* Scenarios beside the baseline. */
#ifndef ATN_PROJECT_SCENARIO_RUN_H
#define ATN_PROJECT_SCENARIO_RUN_H

#include <attain/scenario.h>

#include "project/run.h"

void atn_scenario_results_free(attain_context *ctx, atn_scenario_result *results, size_t n);

/* Variance of the paired differences over the sum of the two variances, which is that of unpaired
 * ones.  NaN where a value is missing or nothing varies. */
double atn_variance_ratio(const double *a, const double *b, size_t n);

#endif
