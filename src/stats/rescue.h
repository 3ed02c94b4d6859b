/* Private to the stats room: where to search from. */
#ifndef ATN_STATS_RESCUE_H
#define ATN_STATS_RESCUE_H

#include "stats/regression.h"

/* Fills estimate, end and starts of the answer. */
attain_status atn_rescue_search(attain_context *ctx, atn_descent *descent,
                                const atn_regression_model *model, const double *starts,
                                size_t n_starts, atn_regression_answer *answer, attain_error *err);

#endif
