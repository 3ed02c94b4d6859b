/* Private to the stats room: what the kinds of intervals share. */
#ifndef ATN_STATS_REGRESSION_INTERVALS_H
#define ATN_STATS_REGRESSION_INTERVALS_H

#include "stats/distribution.h"
#include "stats/regression.h"

/* The quantile that a central interval of `level` reaches to on either side: Student's t with the
 * residual degrees of freedom, the normal for robust losses; NaN without degrees of freedom. */
double atn_regression_reach(const atn_regression_model *model, const atn_regression_answer *answer,
                            double level);
bool atn_regression_is_held(const atn_regression_model *model, size_t j);

#endif
