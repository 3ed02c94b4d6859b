/* Interval arithmetic over a program (Moore 1966): bounds on the value of every lane from bounds on
 * the inputs, for a few operations in place of an evaluation a lane. */
#include <math.h>

#include "formula_internal.h"

typedef struct interval {
    double low, high;
} interval;

static const interval anything = {-INFINITY, INFINITY};
static const interval truth = {0.0, 1.0};

/* Far more than an operation rounds. */
static interval widened(double low, double high)
{
    if (!(low <= high)) return anything; /* NaN too */
    const double size = fmax(fabs(low), fabs(high)), slack = isfinite(size) ? 1e-13 * size : 0.0;
    return (interval){low - slack, high + slack};
}

static interval corners(double a, double b, double c, double d)
{
    if (isnan(a) || isnan(b) || isnan(c) || isnan(d)) return anything; /* 0 times infinity */
    return widened(fmin(fmin(a, b), fmin(c, d)), fmax(fmax(a, b), fmax(c, d)));
}

static interval rising(double f(double), interval x, double from)
{
    return x.low >= from ? widened(f(x.low), f(x.high)) : anything;
}

static double logistic(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

static interval absolute(interval x)
{
    const double a = fabs(x.low), b = fabs(x.high);
    return (interval){x.low <= 0 && x.high >= 0 ? 0.0 : fmin(a, b), fmax(a, b)};
}

static interval quotient(interval x, interval y)
{
    if (y.low <= 0 && y.high >= 0) return anything;
    return corners(x.low / y.low, x.low / y.high, x.high / y.low, x.high / y.high);
}

static interval power(interval x, interval y)
{
    if (!(x.low > 0)) return anything; /* monotone in either operand above 0 */
    return corners(pow(x.low, y.low), pow(x.low, y.high), pow(x.high, y.low), pow(x.high, y.high));
}

static interval applied(atn_op op, interval x, interval y, interval z)
{
    switch (op) {
    case ATN_OP_NEG: return (interval){-x.high, -x.low};
    case ATN_OP_ABS: return absolute(x);
    case ATN_OP_EXP: return rising(exp, x, -INFINITY);
    case ATN_OP_EXPM1: return rising(expm1, x, -INFINITY);
    case ATN_OP_ATAN: return rising(atan, x, -INFINITY);
    case ATN_OP_TANH: return rising(tanh, x, -INFINITY);
    case ATN_OP_PHI: return rising(normal_cdf, x, -INFINITY);
    case ATN_OP_LOGISTIC: return rising(logistic, x, -INFINITY);
    case ATN_OP_LOG: return rising(log, x, 0.0);
    case ATN_OP_LOG10: return rising(log10, x, 0.0);
    case ATN_OP_SQRT: return rising(sqrt, x, 0.0);
    case ATN_OP_LOG1P: return rising(log1p, x, -1.0);
    case ATN_OP_ADD: return widened(x.low + y.low, x.high + y.high);
    case ATN_OP_SUB: return widened(x.low - y.high, x.high - y.low);
    case ATN_OP_MUL: return corners(x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high);
    case ATN_OP_DIV: return quotient(x, y);
    case ATN_OP_POW: return power(x, y);
    case ATN_OP_MIN: return widened(fmin(x.low, y.low), fmin(x.high, y.high));
    case ATN_OP_MAX: return widened(fmax(x.low, y.low), fmax(x.high, y.high));
    case ATN_OP_LT:
    case ATN_OP_LE:
    case ATN_OP_EQ:
    case ATN_OP_NE: return truth;
    case ATN_OP_IF: return widened(fmin(y.low, z.low), fmax(y.high, z.high));
    case ATN_OP_SIN:
    case ATN_OP_COS:
    case ATN_OP_TAN:
    case ATN_OP_LOGIT:
    case ATN_OP_LGAMMA:
    case ATN_OP_NUMBER:
    case ATN_OP_INPUT:
    case ATN_OPS: break;
    }
    return anything;
}

size_t atn_formula_range_work_size(const atn_formula *f)
{
    return 2 * (size_t)f->n_nodes;
}

void atn_formula_range(const atn_formula *f, const double *low, const double *high,
                       double *value_low, double *value_high, double *work)
{
    interval *at = (interval *)work;
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        const atn_node *node = &f->nodes[i];
        if (node->op == ATN_OP_NUMBER) {
            at[i] = (interval){node->number, node->number};
        } else if (node->op == ATN_OP_INPUT) {
            at[i] = widened(low[node->name], high[node->name]);
        } else {
            const int arity = atn_operations[node->op].arity;
            at[i] = applied(node->op, at[node->operand[0]], at[arity > 1 ? node->operand[1] : 0],
                            at[arity > 2 ? node->operand[2] : 0]);
        }
    }
    *value_low = at[f->n_nodes - 1].low;
    *value_high = at[f->n_nodes - 1].high;
}
