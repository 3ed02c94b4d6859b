/* Interval probabilities in logs.  With M = tail / density (Mills' ratio) on the side x >= 0,
 *   F(b) - F(a) = f(a) [M(a) - R M(b)],  R = f(b) / f(a),   0 <= a < b,
 * so values and slopes come from ratios of order one however far out the interval lies.  Where the
 * two terms are close (a narrow interval) the density is integrated directly instead. */
#include "stats/distribution.h"

#include <math.h>

#include "tail_ratio.h"

static const double log_sqrt_2pi = 0.91893853320467274178;
static const double sqrt_half = 0.70710678118654752440;
static const double sqrt_half_pi = 1.25331413731550025121;

double atn_log1mexp(double x)
{
    return x > -0.69314718055994530942 ? log(-expm1(x)) : log1p(-exp(x));
}

double atn_log_add(double a, double b)
{
    const double high = a > b ? a : b, low = a > b ? b : a;
    if (low == -INFINITY || high == INFINITY) return high; /* spares infinity - infinity */
    return high + log1p(exp(low - high));
}

double atn_log_sum(const double *x, size_t n)
{
    double high = -INFINITY, sum = 0.0;
    for (size_t i = 0; i < n; i++)
        if (!(x[i] <= high)) high = x[i];
    if (!isfinite(high)) return high;
    for (size_t i = 0; i < n; i++) sum += exp(x[i] - high);
    return high + log(sum);
}

/* ---- one law: the normal (df infinite) or a Student-t ---- */

static double log_norm(double df)
{
    return isinf(df) ? -log_sqrt_2pi : atn_student_log_norm(df);
}

static double shape(double x, double df)
{
    return isinf(df) ? -0.5 * x * x : atn_student_shape(x, df);
}

double atn_mills(double x)
{
    return sqrt_half_pi * atn_erfcx(x * sqrt_half);
}

static double mills(double x, double df)
{
    return isinf(df) ? atn_mills(x) : atn_student_mills(x, df);
}

/* log f(x + step) - log f(x) without cancellation; the sum need not be representable. */
static double shape_step(double x, double step, double df)
{
    if (isinf(df)) return -step * (x + 0.5 * step);
    return -0.5 * (df + 1.0) * log1p(step / (df + x * x) * (2.0 * x + step));
}

static double shape_slope(double x, double df)
{
    return isinf(df) ? -x : -(df + 1.0) * x / (df + x * x);
}

double atn_log_pdf(double x, double df, double *slope)
{
    if (slope) *slope = isinf(x) ? 0.0 : shape_slope(x, df);
    return log_norm(df) + shape(x, df);
}

double atn_log_ccdf(double x, double df, double *slope)
{
    if (isinf(x)) {
        if (slope) *slope = x > 0.0 && isinf(df) ? -INFINITY : 0.0;
        return x > 0.0 ? -INFINITY : 0.0;
    }
    const double log_f = log_norm(df) + shape(x, df), m = mills(fabs(x), df);
    if (x >= 0.0) {
        if (slope) *slope = -1.0 / m;
        return log_f + log(m);
    }
    const double f = exp(log_f), below = f * m;
    if (slope) *slope = -f / (1.0 - below);
    return log1p(-below);
}

double atn_log_cdf(double x, double df, double *slope)
{
    const double value = atn_log_ccdf(-x, df, slope);
    if (slope) *slope = -*slope;
    return value;
}

/* Half of the integral of exp(-alpha x - beta x^2) over [-1, 1],
 *   sum_{i,j} alpha^{2i} (-beta)^j / ((2i)! j! (2i + 2j + 1)),
 * for |alpha| <= 1/8, 0 <= beta <= 1/128, where i + j <= 6 leaves 1e-17.  Rows of equal j do not
 * wait for each other. */
static double narrow_normal(double alpha, double beta)
{
    const double x = alpha * alpha, y = -beta;
#define TERM(i_factorial, power) (1.0 / ((i_factorial) * (power)))
    const double row0 =
        1.0 +
        x * (TERM(2.0, 3.0) +
             x * (TERM(24.0, 5.0) +
                  x * (TERM(720.0, 7.0) + x * (TERM(40320.0, 9.0) + x * TERM(3628800.0, 11.0)))));
    const double row1 =
        TERM(1.0, 3.0) +
        x * (TERM(2.0, 5.0) +
             x * (TERM(24.0, 7.0) + x * (TERM(720.0, 9.0) + x * TERM(40320.0, 11.0))));
    const double row2 =
        TERM(1.0, 5.0) + x * (TERM(2.0, 7.0) + x * (TERM(24.0, 9.0) + x * TERM(720.0, 11.0)));
    const double row3 = TERM(1.0, 7.0) + x * (TERM(2.0, 9.0) + x * TERM(24.0, 11.0));
    const double row4 = TERM(1.0, 9.0) + x * (TERM(2.0, 11.0) + x * TERM(24.0, 13.0));
    const double row5 = TERM(1.0, 11.0) + x * TERM(2.0, 13.0);
#undef TERM
    return row0 +
           y * (row1 + y * (row2 / 2.0 + y * (row3 / 6.0 + y * (row4 / 24.0 +
                                                                y * (row5 / 120.0 + y / 9360.0)))));
}

/* Half of the integral of f(middle + half x) / f(middle) over [-1, 1], Gauss-Legendre, 8 nodes. */
static double narrow_student(double middle, double half, double df)
{
    static const double node[4] = {0.18343464249564980494, 0.52553240991632898582,
                                   0.79666647741362673959, 0.96028985649753623168};
    static const double weight[4] = {0.36268378337836198297, 0.31370664587788728734,
                                     0.22238103445337447054, 0.10122853629037625915};
    double sum = 0.0;
    for (int k = 0; k < 4; k++) {
        const double s = half * node[k];
        sum += weight[k] * (exp(shape_step(middle, s, df)) + exp(shape_step(middle, -s, df)));
    }
    return 0.5 * sum;
}

/* Whether the density changes so little over the interval that the difference of two tails would
 * lose more than a few units in the last place, and `narrow_...` is exact. */
static bool is_narrow(double middle, double width, double df)
{
    const double m = fabs(middle);
    if (isinf(df)) return width <= 0.25 && m * width <= 0.25;
    return width <= 0.25 * sqrt(df + m * m) && width <= 1.0 &&
           width * m <= (df + m * m) / (df + 1.0);
}

/* f(a) / P and f(b) / P go to the slopes. */
static double log_narrow(double a, double b, double df, double *da, double *db)
{
    const double width = b - a, half = 0.5 * width, middle = 0.5 * a + 0.5 * b;
    const double mean = isinf(df) ? narrow_normal(middle * half, 0.5 * half * half)
                                  : narrow_student(middle, half, df);
    const double p = width * mean;
    *da = -exp(shape_step(middle, -half, df)) / p;
    *db = exp(shape_step(middle, half, df)) / p;
    return log_norm(df) + shape(middle, df) + log(p);
}

/* 0 <= a < b, b may be infinite. */
static double log_same_side(double a, double b, double df, double *da, double *db)
{
    double ratio = 0.0, p = mills(a, df);
    if (!isinf(b)) {
        ratio = exp(shape_step(a, b - a, df));
        if (ratio > 0.0) p -= ratio * mills(b, df);
    }
    *da = -1.0 / p;
    *db = ratio / p;
    return log_norm(df) + shape(a, df) + log(p);
}

/* F(x) - F(0), x >= 0. */
static double from_centre(double x, double df, double density, double tail)
{
    if (isinf(df)) return 0.5 * erf(x * sqrt_half);
    return x < ATN_STUDENT_SPLIT ? density * atn_student_centre(x, df) : 0.5 - tail;
}

/* a < 0 < b, both finite. */
static double log_straddle(double a, double b, double df, double *da, double *db)
{
    const double norm = log_norm(df);
    const double fa = exp(norm + shape(a, df)), fb = exp(norm + shape(b, df));
    const double tail_a = fa * mills(-a, df), tail_b = fb * mills(b, df);
    const double outside = tail_a + tail_b;
    if (outside < 0.5) {
        *da = -fa / (1.0 - outside);
        *db = fb / (1.0 - outside);
        return log1p(-outside);
    }
    const double p = from_centre(-a, df, fa, tail_a) + from_centre(b, df, fb, tail_b);
    *da = -fa / p;
    *db = fb / p;
    return log(p);
}

double atn_log_interval(double a, double b, double df, double *da, double *db)
{
    double slope_a = 0.0, slope_b = 0.0, value = -INFINITY;
    if (a < b) {
        if (a == -INFINITY)
            value = b == INFINITY ? 0.0 : atn_log_cdf(b, df, &slope_b);
        else if (b == INFINITY)
            value = atn_log_ccdf(a, df, &slope_a);
        else if (is_narrow(0.5 * a + 0.5 * b, b - a, df))
            value = log_narrow(a, b, df, &slope_a, &slope_b);
        else if (a >= 0.0)
            value = log_same_side(a, b, df, &slope_a, &slope_b);
        else if (b <= 0.0) {
            double low, high;
            value = log_same_side(-b, -a, df, &low, &high);
            slope_a = -high;
            slope_b = -low;
        } else
            value = log_straddle(a, b, df, &slope_a, &slope_b);
    }
    if (da) *da = slope_a;
    if (db) *db = slope_b;
    return value;
}

/* ---- the natural scale ---- */

atn_normal_point atn_normal_at(double x)
{
    if (isinf(x)) return (atn_normal_point){x, 0.0, 0.0};
    const double density = exp(-0.5 * x * x - log_sqrt_2pi);
    return (atn_normal_point){x, density, density * atn_mills(fabs(x))};
}

double atn_normal_between(const atn_normal_point *a, const atn_normal_point *b)
{
    const double width = b->x - a->x, middle = 0.5 * (a->x + b->x);
    if (is_narrow(middle, width, INFINITY)) {
        const double half = 0.5 * width;
        return width * exp(-0.5 * middle * middle - log_sqrt_2pi) *
               narrow_normal(middle * half, 0.5 * half * half);
    }
    if (a->x >= 0.0) return a->tail - b->tail;
    if (b->x <= 0.0) return b->tail - a->tail;
    return 1.0 - a->tail - b->tail;
}
