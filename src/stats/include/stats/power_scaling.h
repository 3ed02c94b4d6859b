/* Sensitivity to the power of prior or likelihood (Kallioinen, Paananen, Buerkner & Vehtari 2023).
 */
#ifndef ATN_STATS_POWER_SCALING_H
#define ATN_STATS_POWER_SCALING_H

#include <stddef.h>

/* A component is raised to these powers. */
#define ATN_POWER_LOW  0.99
#define ATN_POWER_HIGH 1.01

/* Distance between the equally weighted sample x and the same with these weights (n each, the
 * weights sum to 1): the square root of the symmetric cumulative Jensen-Shannon divergence (Nguyen
 * & Vreeken 2015) of their distribution functions, over its upper bound; the greater of those of x
 * and -x.  0 where x does not vary, NaN where a number is none.  work: 2 n doubles. */
double atn_cumulative_distance(const double *x, const double *weight, size_t n, double *work);

/* Mean absolute slope of that distance in log2 of the power, from the distances at both. */
double atn_power_sensitivity(double at_low, double at_high);

#endif
