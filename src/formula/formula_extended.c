/* Value and derivatives in long double, lane by lane: the lines of operations.h once more, the
 * type-generic functions standing for those of the wider type.  Where long double is no wider than
 * double, the answers are double's. */
#define _DEFAULT_SOURCE /* lgammal_r: lgammal writes a global sign */
#include <float.h>
#include <string.h>
#include <tgmath.h>

#include "formula_internal.h"

/* The first term of digamma's series left out is worth 7e-22 at 20. */
#define DIGAMMA_FROM 20.0
#define REAL_MIN     LDBL_MIN
#define REAL_MAX     LDBL_MAX
typedef long double real;

static real log_gamma(real x)
{
    int sign;
    return lgammal_r(x, &sign);
}

/* Small whole powers by squaring: a few units of the last place, at a twentieth of powl's time. */
static real power(real x, real y)
{
    const real size = fabs(y);
    if (!(size <= 32.0) || size != rint(size)) return pow(x, y);
    real product = 1.0, square = x;
    for (unsigned n = (unsigned)size; n > 0; n /= 2, square *= square)
        if (n % 2) product *= square;
    return y < 0.0 ? 1.0 / product : product;
}
#undef pow
#define pow(x, y) power(x, y)

#include "operation_parts.h"

/* One entry a node.  Adjoints are 0 between lanes: the sweep clears each as it reads it. */
typedef struct run {
    const atn_formula *f;
    real *values, *adjoints;
    real *slopes;          /* logistic only */
    unsigned char *active; /* nodes that reach a wanted name */
} run;

size_t atn_formula_extended_work_size(const atn_formula *f)
{
    return 3 * (size_t)f->n_nodes + f->n_nodes / sizeof(real) + 1;
}

/* See forward_LOGISTIC in operations.c. */
static real logistic(real x, real *slope)
{
    const real e = exp(-fabs(x)), major = 1.0 / (1.0 + e), minor = e * major;
    *slope = major * minor;
    return x < 0.0 ? minor : major;
}

#define UNARY_VALUE(id, how, value, how_share, share)                                              \
    case ATN_OP_##id: {                                                                            \
        const real x = v[node->operand[0]];                                                        \
        return (value);                                                                            \
    }
#define BINARY_VALUE(id, how, value, how_share, share_x, share_y)                                  \
    case ATN_OP_##id: {                                                                            \
        const real x = v[node->operand[0]], y = v[node->operand[1]];                               \
        return (value);                                                                            \
    }
#define COMPARISON_VALUE(id, truth) BINARY_VALUE(id, LANES, (truth) ? 1.0 : 0.0, LANES, , )

static real value_of(const run *r, uint32_t i)
{
    const atn_node *node = &r->f->nodes[i];
    const real *v = r->values;
    switch (node->op) {
        ATN_UNARY_LIST(UNARY_VALUE)
        ATN_BINARY_LIST(BINARY_VALUE)
        ATN_COMPARISON_LIST(COMPARISON_VALUE)
    case ATN_OP_LOGISTIC: return logistic(v[node->operand[0]], &r->slopes[i]);
    case ATN_OP_IF: {
        const real c = v[node->operand[0]];
        return c == 0.0 ? v[node->operand[2]] : c != c ? c : v[node->operand[1]];
    }
    default: return node->number; /* inputs are the caller's */
    }
}

/* A node whose adjoint is 0 is passed over as a whole, so TIMES needs no case for that. */
#define TIMES(d)  (g * (d))
#define UNUSED(x) (void)(x)
#define UNARY_SHARE(id, how, value, how_share, share)                                              \
    case ATN_OP_##id: {                                                                            \
        const real x = r->values[node->operand[0]], v = r->values[i];                              \
        UNUSED(x);                                                                                 \
        UNUSED(v);                                                                                 \
        r->adjoints[node->operand[0]] += (share);                                                  \
        break;                                                                                     \
    }
#define BINARY_SHARE(id, how, value, how_share, share_x, share_y)                                  \
    case ATN_OP_##id: {                                                                            \
        const real x = r->values[node->operand[0]], y = r->values[node->operand[1]];               \
        const real v = r->values[i];                                                               \
        UNUSED(x);                                                                                 \
        UNUSED(y);                                                                                 \
        UNUSED(v);                                                                                 \
        if (r->active[node->operand[0]]) r->adjoints[node->operand[0]] += (share_x);               \
        if (r->active[node->operand[1]]) r->adjoints[node->operand[1]] += (share_y);               \
        break;                                                                                     \
    }

/* Hands the adjoint g of an active node on to its operands. */
static void share_out(const run *r, uint32_t i, real g)
{
    const atn_node *node = &r->f->nodes[i];
    switch (node->op) {
        ATN_UNARY_LIST(UNARY_SHARE)
        ATN_BINARY_LIST(BINARY_SHARE)
    case ATN_OP_LOGISTIC: r->adjoints[node->operand[0]] += TIMES(r->slopes[i]); break;
    case ATN_OP_IF: {
        const real c = r->values[node->operand[0]];
        const uint32_t taken = node->operand[c == 0.0 ? 2 : 1];
        if (c == c && r->active[taken]) r->adjoints[taken] += g;
        break;
    }
    default: break; /* comparisons are never active */
    }
}

/* One lane's derivatives into jacobian[k][lane], which are 0 before. */
static void reverse(const run *r, size_t lane, real *const *jacobian)
{
    r->adjoints[r->f->n_nodes - 1] = 1.0;
    for (uint32_t i = r->f->n_nodes; i-- > 0;) {
        const real g = r->adjoints[i];
        if (!r->active[i] || g == 0.0) continue;
        r->adjoints[i] = 0.0;
        if (r->f->nodes[i].op == ATN_OP_INPUT)
            jacobian[r->f->nodes[i].name][lane] = g;
        else
            share_out(r, i, g);
    }
}

static void mark_active(const run *r, real *const *jacobian)
{
    for (uint32_t i = 0; i < r->f->n_nodes; i++) {
        const atn_node *node = &r->f->nodes[i];
        bool active = node->op == ATN_OP_INPUT && jacobian && jacobian[node->name];
        if (atn_operations[node->op].reverse)
            for (int k = 0; k < atn_operations[node->op].arity; k++)
                active = active || r->active[node->operand[k]];
        r->active[i] = active;
    }
}

void atn_formula_extended(const atn_formula *f, size_t lanes, const double *const *columns,
                          const real *scalars, real *restrict value, real *const *jacobian,
                          real *restrict work)
{
    const size_t n = f->n_nodes;
    const run r = {f, work, work + n, work + 2 * n, (unsigned char *)(work + 3 * n)};
    const uint32_t root = f->n_nodes - 1;
    for (size_t k = 0; k < n; k++) r.adjoints[k] = 0.0;
    for (size_t k = 0; k < f->n_names && jacobian; k++)
        for (size_t l = 0; l < lanes && jacobian[k]; l++) jacobian[k][l] = 0.0;
    mark_active(&r, jacobian);
    for (uint32_t i = 0; i < f->n_scalars; i++) {
        const atn_node *node = &f->nodes[i];
        r.values[i] = node->op == ATN_OP_INPUT ? scalars[node->name] : value_of(&r, i);
    }
    for (size_t l = 0; l < lanes; l++) {
        for (uint32_t i = f->n_scalars; i <= root; i++) {
            const atn_node *node = &f->nodes[i];
            r.values[i] = node->op == ATN_OP_INPUT ? columns[node->name][l] : value_of(&r, i);
        }
        if (value) value[l] = r.values[root];
        if (r.active[root]) reverse(&r, l, jacobian);
    }
}
