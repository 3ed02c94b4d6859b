/* The log posterior of a regression with normal errors, on the whole line. */
#ifndef ATN_STATS_REGRESSION_TARGET_H
#define ATN_STATS_REGRESSION_TARGET_H

#include "stats/distribution.h"
#include "stats/regression.h"

/* Coordinates u: sigma's first, its logarithm unless its prior has an upper end; then one a
 * parameter that is not held, mapped to the line by its bounds.  The density is in z,
 *   u = origin + factor z, all but sigma's times sigma / sigma(origin) where `scaled`:
 * of parameters that the rows alone determine, sigma is the unit.
 *   log p = -n log sigma - sum_i w_i (y_i - f(x_i, b))^2 / (2 sigma^2) + log priors + Jacobian */
typedef struct atn_regression_target {
    const atn_regression_model *model;
    const atn_prior *sigma; /* NULL: flat above 0 */
    size_t p, n;            /* parameters of the model; coordinates */
    size_t *which;          /* n: a coordinate's parameter, p for sigma */
    atn_transform *transforms;
    double *held;            /* p + 1: the values of those without a coordinate */
    double *origin, *factor; /* n, n x n lower, without cross terms of sigma: 0 and 1 when opened */
    bool scaled;             /* false when opened */

    size_t lanes, n_names, work_size;
    double *work; /* one part a worker */
    const double **inputs;
    double **adjoints;
} atn_regression_target;

attain_status atn_regression_target_open(attain_context *ctx, const atn_regression_model *model,
                                         const atn_prior *sigma, atn_regression_target *target,
                                         attain_error *err);
void atn_regression_target_close(attain_context *ctx, atn_regression_target *target);

/* An atn_log_density over z; `user` is the target. */
double atn_regression_log_density(void *user, const double *z, double *gradient, size_t worker);
/* Parameters and sigma (p + 1) at z; returns the log Jacobian, by which the density on the line
 * exceeds that on the natural scale. */
double atn_regression_natural(const atn_regression_target *target, const double *z,
                              double *natural);

#endif
