/* Priors' log densities and the transforms that take their supports to the whole line. */
#include "stats/distribution.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

static const double log_2 = 0.69314718055994530942;

/* x > 0 here; gsl's form, since the C library's lgamma writes a global sign. */
static double log_gamma(double x)
{
    gsl_sf_result r;
    return gsl_sf_lngamma_e(x, &r) == 0 ? r.val : NAN;
}

/* Location-scale laws through the standardised kernels: df INFINITY is the normal. */
static double located(double x, double df, double location, double scale, double *slope)
{
    double d;
    const double value = atn_log_pdf((x - location) / scale, df, &d) - log(scale);
    *slope = d / scale;
    return value;
}

static double lognormal(double x, double mean, double sd, double *slope)
{
    double d;
    if (!(x > 0.0)) return -INFINITY;
    const double value = located(log(x), INFINITY, mean, sd, &d) - log(x);
    *slope = (d - 1.0) / x;
    return value;
}

static double gamma_density(double x, double shape, double rate, double *slope)
{
    /* Neither 0 nor infinity, where a shape below 1 leads, is of use to a sampler. */
    if (x == 0.0 && shape != 1.0) return -INFINITY;
    const double power = shape == 1.0 ? 0.0 : (shape - 1.0) * log(x);
    *slope = (shape == 1.0 ? 0.0 : (shape - 1.0) / x) - rate;
    return shape * log(rate) - log_gamma(shape) + power - rate * x;
}

static double beta_density(double x, double a, double b, double *slope)
{
    if ((x == 0.0 && a != 1.0) || (x == 1.0 && b != 1.0)) return -INFINITY;
    const double left = a == 1.0 ? 0.0 : (a - 1.0) * log(x);
    const double right = b == 1.0 ? 0.0 : (b - 1.0) * log1p(-x);
    *slope = (a == 1.0 ? 0.0 : (a - 1.0) / x) - (b == 1.0 ? 0.0 : (b - 1.0) / (1.0 - x));
    return log_gamma(a + b) - log_gamma(a) - log_gamma(b) + left + right;
}

double atn_prior_log_density(const atn_prior *prior, double x, double *slope)
{
    const double *arg = prior->arg;
    double d = 0.0, value = -INFINITY;
    if (!(x >= prior->lower && x <= prior->upper)) return -INFINITY;
    switch (prior->family) {
    case ATN_PRIOR_NORMAL: value = located(x, INFINITY, arg[0], arg[1], &d); break;
    case ATN_PRIOR_LOGNORMAL: value = lognormal(x, arg[0], arg[1], &d); break;
    case ATN_PRIOR_STUDENT_T: value = located(x, arg[0], arg[1], arg[2], &d); break;
    case ATN_PRIOR_HALF_NORMAL: value = located(x, INFINITY, 0.0, arg[0], &d) + log_2; break;
    case ATN_PRIOR_HALF_STUDENT_T: value = located(x, arg[0], 0.0, arg[1], &d) + log_2; break;
    case ATN_PRIOR_EXPONENTIAL:
        value = -log(arg[0]) - x / arg[0];
        d = -1.0 / arg[0];
        break;
    case ATN_PRIOR_GAMMA: value = gamma_density(x, arg[0], arg[1], &d); break;
    case ATN_PRIOR_BETA: value = beta_density(x, arg[0], arg[1], &d); break;
    case ATN_PRIOR_UNIFORM: value = -log(arg[1] - arg[0]); break;
    case ATN_PRIOR_FAMILIES: break;
    }
    if (slope && value > -INFINITY) *slope += d;
    return value;
}

/* ---- transforms ---- */

atn_transform atn_transform_of(const atn_prior *prior)
{
    atn_transform t = {ATN_TRANSFORM_NONE, prior->lower, prior->upper};
    const bool low = prior->lower > -INFINITY, high = prior->upper < INFINITY;
    if (low && high)
        t.kind = ATN_TRANSFORM_BOTH;
    else if (low)
        t.kind = ATN_TRANSFORM_LOWER;
    else if (high)
        t.kind = ATN_TRANSFORM_UPPER;
    return t;
}

static double both_forward(const atn_transform *t, double u, double *dx, double *jacobian,
                           double *djacobian)
{
    const double width = t->upper - t->lower;
    const double e = exp(-fabs(u)), near = e / (1.0 + e); /* distance to the nearer end */
    *dx = width * near / (1.0 + e);
    *jacobian = log(width) - fabs(u) - 2.0 * log1p(e);
    *djacobian = -tanh(0.5 * u);
    return u < 0.0 ? t->lower + width * near : t->upper - width * near;
}

double atn_transform_forward(const atn_transform *t, double u, double *dx, double *log_jacobian,
                             double *dlog_jacobian)
{
    double x = u, d = 1.0, jacobian = 0.0, djacobian = 0.0;
    switch (t->kind) {
    case ATN_TRANSFORM_NONE: break;
    case ATN_TRANSFORM_LOWER:
        d = exp(u);
        x = t->lower + d;
        jacobian = u;
        djacobian = 1.0;
        break;
    case ATN_TRANSFORM_UPPER:
        d = -exp(u);
        x = t->upper + d;
        jacobian = u;
        djacobian = 1.0;
        break;
    case ATN_TRANSFORM_BOTH: x = both_forward(t, u, &d, &jacobian, &djacobian); break;
    }
    if (dx) *dx = d;
    if (log_jacobian) *log_jacobian = jacobian;
    if (dlog_jacobian) *dlog_jacobian = djacobian;
    return x;
}

double atn_transform_inverse(const atn_transform *t, double x)
{
    switch (t->kind) {
    case ATN_TRANSFORM_NONE: return x;
    case ATN_TRANSFORM_LOWER: return log(x - t->lower);
    case ATN_TRANSFORM_UPPER: return log(t->upper - x);
    case ATN_TRANSFORM_BOTH: return log(x - t->lower) - log(t->upper - x);
    }
    return NAN;
}
