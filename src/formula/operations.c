/* Kernels of the operations in operations.h. */
#define _DEFAULT_SOURCE /* lgamma_r: lgamma writes a global sign */
#include "operations.h"

#include <float.h>
#include <math.h>

/* The first term of digamma's series left out is worth 4e-17 at 10. */
#define DIGAMMA_FROM 10.0
#define REAL_MIN     DBL_MIN
#define REAL_MAX     DBL_MAX
typedef double real;

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

#include "operation_parts.h"

/* Two lanes in one register, as gcc and clang write them for any machine.  A compiler's own search
 * for such code depends on its version and mood; every lane sees the same IEEE operations. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));
typedef __typeof__((pair){0.0} != 0.0) pair_mask;

static inline double masked(double g, double product)
{
    return g != 0.0 ? product : 0.0;
}

static inline pair masked_pair(pair g, pair product)
{
    return (pair)((g != 0.0) & (pair_mask)product);
}
#define TIMES(d) _Generic((g), double : masked, default : masked_pair)(g, g * (d))

/* Runs a statement for lanes 0 .. count-1, `lane` being the type it works in: one double or a pair,
 * two pairs in a round, since the loop itself costs as much as an addition. */
#define ONCE(...)                                                                                  \
    do {                                                                                           \
        __VA_ARGS__                                                                                \
    } while (0)
#define EACH_LANES(count, ...)                                                                     \
    for (size_t l = 0, n = (count); l < n; l++) {                                                  \
        typedef double lane;                                                                       \
        __VA_ARGS__                                                                                \
    }
#define EACH_PAIRS(count, ...)                                                                     \
    do {                                                                                           \
        const size_t n = (count);                                                                  \
        size_t l = 0;                                                                              \
        for (; l + 4 <= n; l += 2) {                                                               \
            typedef pair lane;                                                                     \
            ONCE(__VA_ARGS__);                                                                     \
            l += 2;                                                                                \
            ONCE(__VA_ARGS__);                                                                     \
        }                                                                                          \
        for (; l + 2 <= n; l += 2) {                                                               \
            typedef pair lane;                                                                     \
            ONCE(__VA_ARGS__);                                                                     \
        }                                                                                          \
        if (l < n) {                                                                               \
            typedef double lane;                                                                   \
            ONCE(__VA_ARGS__);                                                                     \
        }                                                                                          \
    } while (0);
#define FROM(array) (*(const lane *)((array) + l))
#define TO(array)   (*(lane *)((array) + l))
#define UNUSED(x)   (void)(x)

#define UNARY_KERNELS(id, how, value, how_share, share)                                            \
    static void forward_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x;                                                          \
        double *restrict pv = k->v;                                                                \
        EACH_##how(k->n, const lane x = FROM(px); TO(pv) = (value);)                               \
    }                                                                                              \
    static void reverse_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x, *restrict pv = k->v, *restrict pg = k->g;                \
        double *restrict ax = k->ax;                                                               \
        EACH_##how_share(k->n, const lane x = FROM(px); const lane v = FROM(pv);                   \
                         const lane g = FROM(pg); UNUSED(x); UNUSED(v); TO(ax) += (share);)        \
    }
ATN_UNARY_LIST(UNARY_KERNELS)

#define FORWARD_BINARY(id, how, value)                                                             \
    static void forward_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x, *restrict py = k->y;                                     \
        double *restrict pv = k->v;                                                                \
        EACH_##how(k->n, const lane x = FROM(px); const lane y = FROM(py); TO(pv) = (value);)      \
    }
#define ADD_SHARE(how, target, share)                                                              \
    if (k->target) {                                                                               \
        double *restrict to = k->target;                                                           \
        EACH_##how(k->n, const lane x = FROM(px); const lane y = FROM(py);                         \
                   const lane v = FROM(pv); const lane g = FROM(pg); UNUSED(x); UNUSED(y);         \
                   UNUSED(v); TO(to) += (share);)                                                  \
    }
#define BINARY_KERNELS(id, how, value, how_share, share_x, share_y)                                \
    FORWARD_BINARY(id, how, value)                                                                 \
    static void reverse_##id(const atn_lanes *k)                                                   \
    {                                                                                              \
        const double *restrict px = k->x, *restrict py = k->y;                                     \
        const double *restrict pv = k->v, *restrict pg = k->g;                                     \
        ADD_SHARE(how_share, ax, share_x)                                                          \
        ADD_SHARE(how_share, ay, share_y)                                                          \
    }
ATN_BINARY_LIST(BINARY_KERNELS)

#define COMPARISON_KERNEL(id, truth) FORWARD_BINARY(id, LANES, (truth) ? 1.0 : 0.0)
ATN_COMPARISON_LIST(COMPARISON_KERNEL)

static inline double chosen(double x, double negative, double other)
{
    return x < 0.0 ? negative : other;
}

static inline pair chosen_pair(pair x, pair negative, pair other)
{
    const pair_mask below = x < 0.0;
    return (pair)((below & (pair_mask)negative) | (~below & (pair_mask)other));
}
#define CHOSEN(x, negative, other)                                                                 \
    _Generic((x), double : chosen, default : chosen_pair)(x, negative, other)

/* With e = exp(-|x|) neither side overflows, and the slope e / (1 + e)^2 keeps its relative
 * precision where 1 - v would cancel. */
static void forward_LOGISTIC(const atn_lanes *k)
{
    const double *restrict px = k->x;
    double *restrict pv = k->v, *restrict slope = k->slope;
    for (size_t l = 0; l < k->n; l++) slope[l] = exp(-fabs(px[l]));
    EACH_PAIRS(k->n, const lane e = FROM(slope); const lane major = 1.0 / (1.0 + e);
               const lane minor = e * major; TO(pv) = CHOSEN(FROM(px), minor, major);
               TO(slope) = major * minor;)
}

static void reverse_LOGISTIC(const atn_lanes *k)
{
    const double *restrict slope = k->slope, *restrict pg = k->g;
    double *restrict ax = k->ax;
    EACH_PAIRS(k->n, const lane g = FROM(pg); TO(ax) += TIMES(FROM(slope));)
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

#define UNARY_ROW(id, how, value, how_share, share) [ATN_OP_##id] = {1, forward_##id, reverse_##id},
#define BINARY_ROW(id, how, value, how_share, share_x, share_y)                                    \
    [ATN_OP_##id] = {2, forward_##id, reverse_##id},
#define COMPARISON_ROW(id, truth) [ATN_OP_##id] = {2, forward_##id, NULL},

const atn_operation atn_operations[ATN_OPS] = {
    [ATN_OP_NUMBER] = {0, NULL, NULL},
    [ATN_OP_INPUT] = {0, NULL, NULL},
    [ATN_OP_LOGISTIC] = {1, forward_LOGISTIC, reverse_LOGISTIC},
    [ATN_OP_IF] = {3, forward_IF, reverse_IF},
    ATN_UNARY_LIST(UNARY_ROW) ATN_BINARY_LIST(BINARY_ROW) ATN_COMPARISON_LIST(COMPARISON_ROW)};
