/* Probabilities, quantiles, draws and spread of truncated priors.  Everything rests on the log
 * probability of an interval, which keeps far tails and narrow truncations exact. */
#include "stats/distribution.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

static const double log_2 = 0.69314718055994530942;

typedef double tail_function(double x, double a, double b);

static double gamma_below(double x, double shape, double rate)
{
    return x > 0.0 ? (isinf(x) ? 1.0 : gsl_cdf_gamma_P(x, shape, 1.0 / rate)) : 0.0;
}

static double gamma_above(double x, double shape, double rate)
{
    return x > 0.0 ? (isinf(x) ? 0.0 : gsl_cdf_gamma_Q(x, shape, 1.0 / rate)) : 1.0;
}

static double beta_below(double x, double a, double b)
{
    return x <= 0.0 ? 0.0 : (x >= 1.0 ? 1.0 : gsl_cdf_beta_P(x, a, b));
}

static double beta_above(double x, double a, double b)
{
    return x <= 0.0 ? 1.0 : (x >= 1.0 ? 0.0 : gsl_cdf_beta_Q(x, a, b));
}

/* Differences are taken in the lighter tail. */
static double log_between(tail_function *below, tail_function *above, double low, double high,
                          const double *arg)
{
    const double p = below(low, arg[0], arg[1]);
    const double mass = p < 0.5 ? below(high, arg[0], arg[1]) - p
                                : above(low, arg[0], arg[1]) - above(high, arg[0], arg[1]);
    return mass > 0.0 ? log(mass) : -INFINITY;
}

static double log_or_minus_inf(double x)
{
    return x > 0.0 ? log(x) : -INFINITY;
}

/* log P(low < X < high) under the family, not truncated; low and high inside its support. */
static double log_mass(const atn_prior *prior, double low, double high)
{
    const double *arg = prior->arg;
    if (!(low < high)) return -INFINITY;
    switch (prior->family) {
    case ATN_PRIOR_NORMAL:
        return atn_log_interval((low - arg[0]) / arg[1], (high - arg[0]) / arg[1], INFINITY, NULL,
                                NULL);
    case ATN_PRIOR_LOGNORMAL:
        return atn_log_interval((log_or_minus_inf(low) - arg[0]) / arg[1],
                                (log_or_minus_inf(high) - arg[0]) / arg[1], INFINITY, NULL, NULL);
    case ATN_PRIOR_STUDENT_T:
        return atn_log_interval((low - arg[1]) / arg[2], (high - arg[1]) / arg[2], arg[0], NULL,
                                NULL);
    case ATN_PRIOR_HALF_NORMAL:
        return log_2 + atn_log_interval(low / arg[0], high / arg[0], INFINITY, NULL, NULL);
    case ATN_PRIOR_HALF_STUDENT_T:
        return log_2 + atn_log_interval(low / arg[1], high / arg[1], arg[0], NULL, NULL);
    case ATN_PRIOR_EXPONENTIAL: return -low / arg[0] + atn_log1mexp((low - high) / arg[0]);
    case ATN_PRIOR_GAMMA: return log_between(gamma_below, gamma_above, low, high, arg);
    case ATN_PRIOR_BETA: return log_between(beta_below, beta_above, low, high, arg);
    case ATN_PRIOR_UNIFORM: return log((high - low) / (arg[1] - arg[0]));
    case ATN_PRIOR_FAMILIES: break;
    }
    return NAN;
}

static void family_support(const atn_prior *prior, double *low, double *high)
{
    *low = 0.0;
    *high = INFINITY;
    switch (prior->family) {
    case ATN_PRIOR_NORMAL:
    case ATN_PRIOR_STUDENT_T: *low = -INFINITY; break;
    case ATN_PRIOR_BETA: *high = 1.0; break;
    case ATN_PRIOR_UNIFORM:
        *low = prior->arg[0];
        *high = prior->arg[1];
        break;
    default: break;
    }
}

static bool is_whole(const atn_prior *prior)
{
    double low, high;
    family_support(prior, &low, &high);
    return prior->lower <= low && prior->upper >= high;
}

double atn_prior_cdf(const atn_prior *prior, double x)
{
    if (isnan(x)) return x;
    if (x <= prior->lower) return 0.0;
    if (x >= prior->upper) return 1.0;
    const double whole = log_mass(prior, prior->lower, prior->upper);
    const double below = log_mass(prior, prior->lower, x) - whole;
    if (below < -log_2) return exp(below);
    return -expm1(log_mass(prior, x, prior->upper) - whole);
}

/* A coordinate on the whole line that is smooth over the support and reaches every double. */
static double coordinate(const atn_prior *prior, double u, double *dx)
{
    const atn_transform t = atn_transform_of(prior);
    if (t.kind != ATN_TRANSFORM_NONE) {
        const double x = atn_transform_forward(&t, u, dx, NULL, NULL);
        *dx = fabs(*dx);
        return x;
    }
    const bool student = prior->family == ATN_PRIOR_STUDENT_T;
    const double location = prior->arg[student ? 1 : 0], scale = prior->arg[student ? 2 : 1];
    *dx = scale * cosh(u);
    return location + scale * sinh(u);
}

/* +1 where the coordinate's x grows with u, -1 where it falls. */
static int direction(const atn_prior *prior)
{
    return atn_transform_of(prior).kind == ATN_TRANSFORM_UPPER ? -1 : 1;
}

static double quantile_coordinate(const atn_prior *prior, double p)
{
    const double whole = log_mass(prior, prior->lower, prior->upper);
    const bool upper = p > 0.5;
    const double want = upper ? log1p(-p) : log(p);
    const int sign = direction(prior);
    double low = -740.0, high = 709.0, unused;
    for (int k = 0; k < 80 && high - low > 4.0 * DBL_EPSILON * fabs(low + high); k++) {
        const double u = 0.5 * (low + high), x = coordinate(prior, u, &unused);
        const double mass =
            (upper ? log_mass(prior, x, prior->upper) : log_mass(prior, prior->lower, x)) - whole;
        const bool below = upper ? mass > want : mass < want;
        if (below == (sign > 0))
            low = u;
        else
            high = u;
    }
    return 0.5 * (low + high);
}

double atn_prior_quantile(const atn_prior *prior, double p)
{
    const double *arg = prior->arg;
    double unused;
    if (!(p > 0.0 && p < 1.0)) return p == 0.0 ? prior->lower : (p == 1.0 ? prior->upper : NAN);
    if (prior->family == ATN_PRIOR_UNIFORM) return prior->lower + p * (prior->upper - prior->lower);
    if (is_whole(prior)) {
        if (prior->family == ATN_PRIOR_NORMAL) return arg[0] + arg[1] * atn_normal_quantile(p);
        if (prior->family == ATN_PRIOR_LOGNORMAL)
            return exp(arg[0] + arg[1] * atn_normal_quantile(p));
        if (prior->family == ATN_PRIOR_EXPONENTIAL) return -arg[0] * log1p(-p);
    }
    const double x = coordinate(prior, quantile_coordinate(prior, p), &unused);
    return x < prior->lower ? prior->lower : (x > prior->upper ? prior->upper : x);
}

double atn_prior_draw(const atn_prior *prior, atn_stream *stream)
{
    return atn_prior_quantile(prior, atn_stream_uniform(stream));
}

/* ---- standard deviation ---- */

/* Mean of |T|: 2 sqrt(df) Gamma((df + 1) / 2) / (sqrt(pi) Gamma(df / 2) (df - 1)), through the
 * density at 0, f(0) = Gamma((df + 1) / 2) / (Gamma(df / 2) sqrt(df pi)). */
static double half_student_sd(double df, double scale)
{
    if (!(df > 2.0)) return INFINITY;
    const double mean = 2.0 * df / (df - 1.0) * exp(atn_log_pdf(0.0, df, NULL));
    return scale * sqrt(df / (df - 2.0) - mean * mean);
}

static double whole_sd(const atn_prior *prior)
{
    const double *arg = prior->arg;
    switch (prior->family) {
    case ATN_PRIOR_NORMAL: return arg[1];
    case ATN_PRIOR_LOGNORMAL:
        return exp(arg[0] + 0.5 * arg[1] * arg[1]) * sqrt(expm1(arg[1] * arg[1]));
    case ATN_PRIOR_STUDENT_T:
        return arg[0] > 2.0 ? arg[2] * sqrt(arg[0] / (arg[0] - 2.0)) : INFINITY;
    case ATN_PRIOR_HALF_NORMAL: return arg[0] * sqrt(1.0 - 0.63661977236758134308);
    case ATN_PRIOR_HALF_STUDENT_T: return half_student_sd(arg[0], arg[1]);
    case ATN_PRIOR_EXPONENTIAL: return arg[0];
    case ATN_PRIOR_GAMMA: return sqrt(arg[0]) / arg[1];
    case ATN_PRIOR_BETA: {
        const double s = arg[0] + arg[1];
        return sqrt(arg[0] * arg[1] / (s + 1.0)) / s;
    }
    case ATN_PRIOR_UNIFORM: return (arg[1] - arg[0]) / 3.46410161513775458705;
    case ATN_PRIOR_FAMILIES: break;
    }
    return NAN;
}

static bool has_infinite_variance(const atn_prior *prior)
{
    const bool student =
        prior->family == ATN_PRIOR_STUDENT_T || prior->family == ATN_PRIOR_HALF_STUDENT_T;
    return student && prior->arg[0] <= 2.0 && (isinf(prior->lower) || isinf(prior->upper));
}

typedef struct moments {
    double mass, first, second;
} moments;

/* Adds the trapezoid terms from u outward until they no longer count; returns the last size. */
static void sum_side(const atn_prior *prior, double centre, double scale, double u, double step,
                     moments *sum)
{
    for (int k = 0; k < 20000 && u > -740.0 && u < 709.0; k++, u += step) {
        double dx;
        const double x = coordinate(prior, u, &dx), d = (x - centre) / scale;
        const double weight = exp(atn_prior_log_density(prior, x, NULL)) * dx;
        if (!(weight > 0.0) || !isfinite(weight * d * d)) {
            if (k > 200) break;
            continue;
        }
        sum->mass += weight;
        sum->first += weight * d;
        sum->second += weight * d * d;
        if (weight * (1.0 + d * d) < 1e-17 * (sum->mass + sum->second) && k > 20) break;
    }
}

/* Truncated: the trapezoidal rule over the whole line in the coordinate of `coordinate`, which
 * converges geometrically for such integrands (Trefethen & Weideman 2014). */
double atn_prior_sd(const atn_prior *prior)
{
    if (is_whole(prior)) return whole_sd(prior);
    if (has_infinite_variance(prior)) return INFINITY;
    if (prior->family == ATN_PRIOR_UNIFORM)
        return (prior->upper - prior->lower) / 3.46410161513775458705;
    double unused;
    const double low = quantile_coordinate(prior, 0.25), high = quantile_coordinate(prior, 0.75);
    const double a = coordinate(prior, low, &unused), b = coordinate(prior, high, &unused);
    const double step = fabs(high - low) / 16.0, scale = fabs(b - a);
    const double middle = 0.5 * (low + high), centre = coordinate(prior, middle, &unused);
    if (!(step > 0.0 && scale > 0.0)) return 0.0;
    moments sum = {0.0, 0.0, 0.0};
    sum_side(prior, centre, scale, middle, step, &sum);
    sum_side(prior, centre, scale, middle - step, -step, &sum);
    const double mean = sum.first / sum.mass, variance = sum.second / sum.mass - mean * mean;
    return variance > 0.0 ? scale * sqrt(variance) : 0.0;
}
