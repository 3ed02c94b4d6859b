/* How much of a variance groups of columns explain, one after the other. */
#ifndef ATN_STATS_GROUP_REGRESSION_H
#define ATN_STATS_GROUP_REGRESSION_H

#include "base/context.h"

/* Least squares of y (m) on a constant and nested groups of columns (column after column, m each;
 * group[g] columns in group g).  explained[g]: the variance (divisor m - 1) that group g adds to
 * those before it, less what as many columns of noise would add on average; never below 0.  A
 * column that those before it explain adds nothing.  NOMEM. */
attain_status atn_explained_variance(attain_context *ctx, const double *y, const double *columns,
                                     size_t m, const size_t *group, size_t n_groups,
                                     double *explained, attain_error *err);

#endif
