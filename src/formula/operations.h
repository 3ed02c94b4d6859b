/* The calculus: every operation, its value and its derivative, one line each.  operations.c turns
 * the lines into kernels over lanes, formula_extended.c into long double; both spell out logistic
 * and if, and share operation_parts.h.  Nothing else knows a derivative. */
#ifndef ATN_FORMULA_OPERATIONS_H
#define ATN_FORMULA_OPERATIONS_H

#include <stddef.h>

/* In each line x, y are a lane's operands, v the value, g the adjoint of v (d result / d v).  After
 * the value comes each operand's share of g.  TIMES(d) is g d, but exactly 0 where g is 0: a lane
 * or a branch that does not count stays silent even where d is infinite or NaN.  Where an operation
 * chooses an operand, the other one's share is 0 even if g is infinite.  Before an expression
 * stands how it runs: PAIRS (two lanes at once, for plain arithmetic) or LANES.
 *
 * A kink takes the right-hand derivative in abs, and the first operand's on a tie of min or max. */
#define ATN_UNARY_LIST(X)                                                                          \
    X(NEG, PAIRS, -x, PAIRS, -g)                                                                   \
    X(ABS, LANES, fabs(x), LANES, x < 0.0 ? -g : g)                                                \
    X(EXP, LANES, exp(x), PAIRS, TIMES(v))                                                         \
    X(LOG, LANES, log(x), PAIRS, TIMES(1.0 / x))                                                   \
    X(LOG10, LANES, log10(x), PAIRS, TIMES(1.0 / (LN_10 * x)))                                     \
    X(LOG1P, LANES, log1p(x), PAIRS, TIMES(1.0 / (1.0 + x)))                                       \
    X(EXPM1, LANES, expm1(x), LANES, TIMES(exp(x)))                                                \
    X(SQRT, LANES, sqrt(x), LANES, TIMES(0.5 / fabs(v)))                                           \
    X(SIN, LANES, sin(x), LANES, TIMES(cos(x)))                                                    \
    X(COS, LANES, cos(x), LANES, TIMES(-sin(x)))                                                   \
    X(TAN, LANES, tan(x), PAIRS, TIMES(1.0 + v * v))                                               \
    X(ATAN, LANES, atan(x), PAIRS, TIMES(1.0 / (1.0 + x * x)))                                     \
    X(TANH, LANES, tanh(x), LANES, TIMES(sech_squared(x)))                                         \
    X(LOGIT, LANES, log_odds(x), PAIRS, TIMES(1.0 / (x * (1.0 - x))))                              \
    X(PHI, LANES, 0.5 * erfc(-x * SQRT_HALF), LANES, TIMES(INV_SQRT_2PI * exp(-0.5 * x * x)))      \
    X(LGAMMA, LANES, log_gamma(x), LANES, TIMES(digamma(x)))

#define ATN_BINARY_LIST(X)                                                                         \
    X(ADD, PAIRS, x + y, PAIRS, g, g)                                                              \
    X(SUB, PAIRS, x - y, PAIRS, g, -g)                                                             \
    X(MUL, PAIRS, (x * y), PAIRS, TIMES(y), TIMES(x))                                              \
    X(DIV, PAIRS, x / y, PAIRS, TIMES(1.0 / y), TIMES(-v / y))                                     \
    X(POW, LANES, pow(x, y), LANES, TIMES(power_slope(x, y, v)), TIMES(exponent_slope(x, y, v)))   \
    X(MIN, LANES, LOWER_IS_X ? x : y, LANES, LOWER_IS_X ? g : 0.0, LOWER_IS_X ? 0.0 : g)           \
    X(MAX, LANES, UPPER_IS_X ? x : y, LANES, UPPER_IS_X ? g : 0.0, UPPER_IS_X ? 0.0 : g)

/* 0 or 1; no derivative. */
#define ATN_COMPARISON_LIST(X) X(LT, x < y) X(LE, x <= y) X(EQ, x == y) X(NE, x != y)

typedef enum atn_op {
    ATN_OP_NUMBER, /* leaves first */
    ATN_OP_INPUT,
#define ATN_AS_OP(id, ...) ATN_OP_##id,
    ATN_UNARY_LIST(ATN_AS_OP) ATN_OP_LOGISTIC,
    ATN_BINARY_LIST(ATN_AS_OP) ATN_COMPARISON_LIST(ATN_AS_OP)
#undef ATN_AS_OP
        ATN_OP_IF,
    ATN_OPS
} atn_op;

/* One operation over n lanes.  Outputs overlap nothing; operands may be the same array. */
typedef struct atn_lanes {
    size_t n;
    const double *x, *y, *z; /* operands, NULL beyond the arity */
    double *v;               /* the value: written forward, read in reverse */
    double *slope;           /* logistic only: its derivative, written forward, read in reverse */
    const double *g;         /* adjoint of v */
    double *ax, *ay, *az;    /* adjoints added to; NULL: not wanted */
} atn_lanes;

typedef void atn_kernel(const atn_lanes *lanes);
typedef struct atn_operation {
    int arity;
    atn_kernel *forward;
    atn_kernel *reverse; /* NULL: derivative 0 everywhere */
} atn_operation;

/* Indexed by atn_op; leaves have no kernels. */
extern const atn_operation atn_operations[ATN_OPS];

#endif
