/* Kernels of the operations in operations.h. */
#define _DEFAULT_SOURCE /* lgamma_r: lgamma writes a global sign */
#include "operations.h"

#include <float.h>
#include <math.h>

#define LN_10        2.302585092994045684
#define SQRT_HALF    0.707106781186547524
#define INV_SQRT_2PI 0.398942280401432678
#define PI           3.141592653589793238

/* NaN in either operand gives NaN, unlike C's fmin: a model must not lose one on the way. */
#define LOWER_IS_X (x <= y || x != x)
#define UPPER_IS_X (x >= y || x != x)

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* Recurrence up to 10, then the asymptotic series; Abramowitz & Stegun (1964) 6.3.5, 6.3.18.  Below
 * 0 the reflection 6.3.7, with the period taken out of the tangent's argument first. */
static double digamma(double x)
{
    double sum = 0.0;
    if (x <= 0.0) {
        const double fraction = x - nearbyint(x);
        if (fraction == 0.0 || isinf(x)) return NAN;
        sum = -PI / tan(PI * fraction);
        x = 1.0 - x;
    }
    for (; x < 10.0; x += 1.0) sum -= 1.0 / x;
    const double r = 1.0 / x, q = r * r;
    static const double series[] = {1.0 / 12,  1.0 / 120,     1.0 / 252, 1.0 / 240,
                                    5.0 / 660, 691.0 / 32760, 1.0 / 12};
    double tail = 0.0;
    for (int k = 6; k >= 0; k--) tail = q * (series[k] - tail);
    return sum + log(x) - 0.5 * r - tail;
}

static double sech_squared(double x)
{
    const double c = cosh(x); /* 1 - tanh^2 would cancel in the tails */
    return 1.0 / (c * c);
}

/* d x^y / dx = y x^(y-1), from the value where that neither under- nor overflows. */
static double power_slope(double x, double y, double v)
{
    if (y == 0.0) return 0.0;
    const double size = fabs(v);
    if (x != 0.0 && size >= DBL_MIN && size <= DBL_MAX) return y * v / x;
    return y * pow(x, y - 1.0);
}

/* d x^y / dy = x^y log x, which tends to 0 with x for y > 0. */
static double exponent_slope(double x, double y, double v)
{
    return x == 0.0 && y > 0.0 ? 0.0 : v * log(x);
}

/* Whole groups of lanes have a trip count the compiler knows: it makes SIMD code of the simple
 * operations at -O2, and every lane still sees the same IEEE operations wherever it stands. */
enum { GROUP = 4 };
#define EACH_LANE(n, statement)                                                                    \
    do {                                                                                           \
        size_t first_ = 0;                                                                         \
        for (; first_ + GROUP <= (n); first_ += GROUP)                                             \
            for (size_t i_ = 0; i_ < GROUP; i_++) {                                                \
                const size_t l = first_ + i_;                                                      \
                statement;                                                                         \
            }                                                                                      \
        for (size_t l = first_; l < (n); l++) {                                                    \
            statement;                                                                             \
        }                                                                                          \
    } while (0)

static double masked(double g, double product)
{
    return g != 0.0 ? product : 0.0;
}
#define TIMES(d) masked(g, g *(d))

#define UNARY_KERNELS(id, value, share)                                                            \
    static void forward_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x;                                                          \
        double *restrict pv = k->v;                                                                \
        EACH_LANE(k->n, const double x = px[l]; pv[l] = (value));                                  \
    }                                                                                              \
    static void reverse_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x, *restrict pv = k->v, *restrict pg = k->g;                \
        double *restrict ax = k->ax;                                                               \
        EACH_LANE(k->n, const double x = px[l]; const double v = pv[l]; const double g = pg[l];    \
                  (void)x; (void)v; ax[l] += (share));                                             \
    }
ATN_UNARY_LIST(UNARY_KERNELS)

#define FORWARD_BINARY(id, value)                                                                  \
    static void forward_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x, *restrict py = k->y;                                     \
        double *restrict pv = k->v;                                                                \
        EACH_LANE(k->n, const double x = px[l]; const double y = py[l]; pv[l] = (value));          \
    }
#define ADD_SHARE(target, share)                                                                   \
    if (k->target) {                                                                               \
        double *restrict to = k->target;                                                           \
        EACH_LANE(k->n, const double x = px[l]; const double y = py[l]; const double v = pv[l];    \
                  const double g = pg[l]; (void)x; (void)y; (void)v; to[l] += (share));            \
    }
#define BINARY_KERNELS(id, value, share_x, share_y)                                                \
    FORWARD_BINARY(id, value)                                                                      \
    static void reverse_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x, *restrict py = k->y;                                     \
        const double *restrict pv = k->v, *restrict pg = k->g;                                     \
        ADD_SHARE(ax, share_x)                                                                     \
        ADD_SHARE(ay, share_y)                                                                     \
    }
ATN_BINARY_LIST(BINARY_KERNELS)

#define COMPARISON_KERNEL(id, truth) FORWARD_BINARY(id, (truth) ? 1.0 : 0.0)
ATN_COMPARISON_LIST(COMPARISON_KERNEL)

/* With e = exp(-|x|) neither side overflows, and the slope e / (1 + e)^2 keeps its relative
 * precision where 1 - v would cancel. */
static void forward_LOGISTIC(const atn_lanes *k)
{
    const double *restrict px = k->x;
    double *restrict pv = k->v, *restrict slope = k->slope;
    for (size_t l = 0; l < k->n; l++) {
        const double e = exp(-fabs(px[l])), major = 1.0 / (1.0 + e), minor = e * major;
        pv[l] = px[l] < 0.0 ? minor : major;
        slope[l] = major * minor;
    }
}

static void reverse_LOGISTIC(const atn_lanes *k)
{
    const double *restrict slope = k->slope, *restrict pg = k->g;
    double *restrict ax = k->ax;
    EACH_LANE(k->n, const double g = pg[l]; ax[l] += TIMES(slope[l]));
}

/* A NaN condition gives NaN: it takes neither branch. */
static void forward_IF(const atn_lanes *k)
{
    double *restrict v = k->v;
    for (size_t l = 0; l < k->n; l++) {
        const double c = k->x[l];
        v[l] = c == 0.0 ? k->z[l] : c != c ? c : k->y[l];
    }
}

static void reverse_IF(const atn_lanes *k)
{
    for (size_t l = 0; l < k->n; l++) {
        const double c = k->x[l];
        if (c == 0.0 && k->az) k->az[l] += k->g[l];
        if (c != 0.0 && c == c && k->ay) k->ay[l] += k->g[l];
    }
}

const atn_operation atn_operations[ATN_OPS] = {
    [ATN_OP_NUMBER] = {0, NULL, NULL},
    [ATN_OP_INPUT] = {0, NULL, NULL},
#define UNARY_ROW(id, value, share)             [ATN_OP_##id] = {1, forward_##id, reverse_##id},
#define BINARY_ROW(id, value, share_x, share_y) [ATN_OP_##id] = {2, forward_##id, reverse_##id},
#define COMPARISON_ROW(id, truth)               [ATN_OP_##id] = {2, forward_##id, NULL},
    ATN_UNARY_LIST(UNARY_ROW) ATN_BINARY_LIST(BINARY_ROW) ATN_COMPARISON_LIST(
        COMPARISON_ROW)[ATN_OP_LOGISTIC] = {1, forward_LOGISTIC, reverse_LOGISTIC},
    [ATN_OP_IF] = {3, forward_IF, reverse_IF},
};
