/* Priors' densities, transforms to the whole line, and the interval kernels of the measurement
 * model in logs (METHODS sections 3 and 4). */
#ifndef ATN_STATS_DISTRIBUTION_H
#define ATN_STATS_DISTRIBUTION_H

#include "base/stream.h"
#include "formula/prior.h"

/* log density at x (normalised over the family's own support), -INFINITY outside [lower, upper]
 * and at an end where the family's density is 0 or infinite.
 * *slope += d log density / dx unless NULL. */
double atn_prior_log_density(const atn_prior *prior, double x, double *slope);
/* Quantile of the truncated prior, p in (0, 1). */
double atn_prior_quantile(const atn_prior *prior, double p);
double atn_prior_cdf(const atn_prior *prior, double x); /* of the truncated prior */
double atn_prior_draw(const atn_prior *prior, atn_stream *stream);
double atn_prior_sd(const atn_prior *prior); /* of the truncated prior; INFINITY if undefined */

/* Natural <-> whole line by support: none: identity; lower a: x = a + exp(u); upper b:
 * x = b - exp(u); both: x = a + (b - a) logistic(u). */
typedef enum atn_transform_kind {
    ATN_TRANSFORM_NONE,
    ATN_TRANSFORM_LOWER,
    ATN_TRANSFORM_UPPER,
    ATN_TRANSFORM_BOTH
} atn_transform_kind;
typedef struct atn_transform {
    atn_transform_kind kind;
    double lower, upper;
} atn_transform;
atn_transform atn_transform_of(const atn_prior *prior);
/* x(u); *dx = dx/du; *log_jacobian = log |dx/du|; *dlog_jacobian its derivative in u.
 * NULL outputs are skipped. */
double atn_transform_forward(const atn_transform *t, double u, double *dx, double *log_jacobian,
                             double *dlog_jacobian);
double atn_transform_inverse(const atn_transform *t, double x);

/* Standardised error law: df = INFINITY is the normal, else Student-t. */
double atn_log_pdf(double x, double df, double *slope);
double atn_log_cdf(double x, double df, double *slope);
double atn_log_ccdf(double x, double df, double *slope);

/* The standard normal where nothing is far out, on the natural scale. */
double atn_mills(double x); /* (1 - Phi(x)) / phi(x), x >= 0 */
typedef struct atn_normal_point {
    double x, density, tail; /* tail: probability beyond x on x's own side of 0 */
} atn_normal_point;
#define ATN_NORMAL_FAR 30.0 /* beyond this, short of infinity, the functions above are meant */
atn_normal_point atn_normal_at(double x);
/* Phi(b) - Phi(a), a <= b, without cancellation. */
double atn_normal_between(const atn_normal_point *a, const atn_normal_point *b);
/* log(F(b) - F(a)) for a <= b, either infinite; -INFINITY when a == b.  Neither tail cancels nor
 * overflows: finite for a, b some 1e8 sd out.  *da, *db: partial derivatives (overwritten). */
double atn_log_interval(double a, double b, double df, double *da, double *db);

double atn_log1mexp(double x);                 /* log(1 - exp(x)), x <= 0; Maechler 2012 */
double atn_log_add(double a, double b);        /* log(exp(a) + exp(b)) */
double atn_log_sum(const double *x, size_t n); /* log sum exp; -INFINITY for n == 0 */

/* Type-7 quantiles (Hyndman & Fan 1996), the R default.  p ascending; x is reordered by partial
 * selection, never fully sorted.  +INFINITY entries are allowed and sort last. */
void atn_quantiles(double *x, size_t n, const double *p, size_t n_p, double *out);
double atn_mean(const double *x, size_t n); /* compensated */
double atn_sd(const double *x, size_t n);   /* n - 1, two-pass */

#endif
