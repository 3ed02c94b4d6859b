/* Runs a program: forward, and in reverse for derivatives (reverse accumulation, Linnainmaa 1970).
 *
 * Lanes go through in blocks whose values and adjoints fit a first-level cache.  Scalars are
 * computed once a call and spread over a block, so that every kernel reads plain arrays.  The
 * adjoints of spread scalars pile up lane by lane over all blocks and are summed at the end; the
 * scalar part then runs in reverse once. */
#include <string.h>

#include "formula_internal.h"

typedef struct run {
    const atn_formula *f;
    const double *const *inputs;
    double *value;          /* of all lanes, or NULL */
    double *const *adjoint; /* by name, or NULL: forward only */
    size_t stride;          /* doubles in a slot: lanes of a whole block */
    size_t first;           /* first lane of this block */
    double *values, *adjoints;
    unsigned char *active; /* nodes that reach a wanted name */
} run;

static size_t lower(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t atn_formula_work_size(const atn_formula *f, size_t lanes)
{
    const size_t stride = lower(lanes, f->block);
    return 2 * f->n_slots * stride + f->n_nodes / sizeof(double) + 1;
}

static run start(const atn_formula *f, size_t lanes, const double *const *inputs, double *value,
                 double *const *adjoint, double *work)
{
    const size_t stride = lower(lanes, f->block), size = f->n_slots * stride;
    return (run){.f = f,
                 .inputs = inputs,
                 .value = value,
                 .adjoint = adjoint,
                 .stride = stride,
                 .values = work,
                 .adjoints = work + size,
                 .active = (unsigned char *)(work + 2 * size)};
}

/* Where node i's values go: the last column's straight to the caller. */
static double *result_at(const run *r, uint32_t i)
{
    const atn_node *node = &r->f->nodes[i];
    if (node->column && i == r->f->n_nodes - 1 && r->value) return r->value + r->first;
    return r->values + node->slot * r->stride;
}

static const double *value_at(const run *r, uint32_t i)
{
    const atn_node *node = &r->f->nodes[i];
    if (node->column && node->op == ATN_OP_INPUT) return r->inputs[node->name] + r->first;
    return result_at(r, i);
}

/* Where node i's adjoint goes; NULL: not wanted. */
static double *adjoint_at(const run *r, uint32_t i)
{
    const atn_node *node = &r->f->nodes[i];
    if (!r->active[i]) return NULL;
    if (node->column && node->op == ATN_OP_INPUT) return r->adjoint[node->name] + r->first;
    return r->adjoints + node->slot * r->stride;
}

static atn_lanes lanes_of(const run *r, uint32_t i, size_t n)
{
    const atn_node *node = &r->f->nodes[i];
    const int arity = atn_operations[node->op].arity;
    atn_lanes k = {.n = n, .x = value_at(r, node->operand[0])};
    if (arity > 1) k.y = value_at(r, node->operand[1]);
    if (arity > 2) k.z = value_at(r, node->operand[2]);
    k.v = result_at(r, i);
    if (node->op == ATN_OP_LOGISTIC) k.slope = r->values + (node->slot + 1) * r->stride;
    return k;
}

static void forward(const run *r, uint32_t from, uint32_t to, size_t n)
{
    for (uint32_t i = from; i < to; i++) {
        const atn_node *node = &r->f->nodes[i];
        if (node->op == ATN_OP_INPUT) continue;
        const atn_lanes k = lanes_of(r, i, n);
        atn_operations[node->op].forward(&k);
    }
}

static void reverse(const run *r, uint32_t from, uint32_t to, size_t n)
{
    for (uint32_t i = to; i-- > from;) {
        const atn_node *node = &r->f->nodes[i];
        if (!r->active[i] || node->op == ATN_OP_INPUT) continue;
        const int arity = atn_operations[node->op].arity;
        atn_lanes k = lanes_of(r, i, n);
        k.g = adjoint_at(r, i);
        k.ax = adjoint_at(r, node->operand[0]);
        if (arity > 1) k.ay = adjoint_at(r, node->operand[1]);
        if (arity > 2) k.az = adjoint_at(r, node->operand[2]);
        atn_operations[node->op].reverse(&k);
    }
}

/* x[0] to all n lanes, in a few copies of what is there. */
static void spread(double *x, size_t n)
{
    const size_t head = lower(n, 16);
    for (size_t l = 1; l < head; l++) x[l] = x[0];
    for (size_t done = head; done < n; done *= 2)
        memcpy(x + done, x, lower(done, n - done) * sizeof *x);
}

/* Values of the scalar part in lane 0 of their slots; in all lanes where columns read them. */
static void forward_scalars(const run *r, bool spread_all)
{
    const atn_formula *f = r->f;
    for (uint32_t i = 0; i < f->n_scalars; i++) {
        const atn_node *node = &f->nodes[i];
        double *slot = r->values + node->slot * r->stride;
        if (node->op == ATN_OP_NUMBER)
            slot[0] = node->number;
        else if (node->op == ATN_OP_INPUT)
            slot[0] = r->inputs[node->name][0];
        else
            forward(r, i, i + 1, 1);
        if (!node->spread && !spread_all) continue;
        spread(slot, r->stride);
        if (node->op == ATN_OP_LOGISTIC) spread(slot + r->stride, r->stride);
    }
}

/* The columns' part for one block, and the result where it is not written in place. */
static void forward_block(const run *r, size_t n)
{
    const uint32_t root = r->f->n_nodes - 1;
    const atn_node *node = &r->f->nodes[root];
    forward(r, r->f->n_scalars, r->f->n_nodes, n);
    if (r->value && (!node->column || node->op == ATN_OP_INPUT))
        memcpy(r->value + r->first, value_at(r, root), n * sizeof(double));
}

void atn_formula_value(const atn_formula *f, size_t lanes, const double *const *inputs,
                       double *restrict value, double *restrict work)
{
    if (lanes == 0) return;
    run r = start(f, lanes, inputs, value, NULL, work);
    forward_scalars(&r, false);
    for (; r.first < lanes; r.first += r.stride)
        forward_block(&r, lower(r.stride, lanes - r.first));
}

static void mark_active(const run *r)
{
    for (uint32_t i = 0; i < r->f->n_nodes; i++) {
        const atn_node *node = &r->f->nodes[i];
        bool active = node->op == ATN_OP_INPUT && r->adjoint[node->name];
        if (atn_operations[node->op].reverse)
            for (int k = 0; k < atn_operations[node->op].arity; k++)
                active = active || r->active[node->operand[k]];
        r->active[i] = active;
    }
}

/* Adjoints of the columns' part to 0, save those of inputs, which the caller owns. */
static void clear_columns(const run *r)
{
    const atn_formula *f = r->f;
    const uint32_t first = f->n_scalars;
    size_t slot = 0;
    if (first > 0) {
        const atn_node *last = &f->nodes[first - 1];
        slot = last->slot + (last->op == ATN_OP_LOGISTIC ? 2 : 1);
    }
    memset(r->adjoints + slot * r->stride, 0, (f->n_slots - slot) * r->stride * sizeof(double));
}

static void seed_root(const run *r, const double *seed, size_t n)
{
    double *root = adjoint_at(r, r->f->n_nodes - 1);
    if (seed)
        for (size_t l = 0; l < n; l++) root[l] += seed[r->first + l];
    else
        for (size_t l = 0; l < n; l++) root[l] += 1.0;
}

/* Four partial sums: an addition need not wait for the one before it. */
static double sum(const double *x, size_t n)
{
    double a = 0.0, b = 0.0, c = 0.0, d = 0.0;
    size_t l = 0;
    for (; l + 4 <= n; l += 4) {
        a += x[l];
        b += x[l + 1];
        c += x[l + 2];
        d += x[l + 3];
    }
    for (; l < n; l++) a += x[l];
    return (a + b) + (c + d);
}

void atn_formula_gradient(const atn_formula *f, size_t lanes, const double *const *inputs,
                          const double *seed, double *restrict value, double *const *adjoint,
                          double *restrict work)
{
    if (lanes == 0) return;
    run r = start(f, lanes, inputs, value, adjoint, work);
    forward_scalars(&r, false);
    mark_active(&r);
    memset(r.adjoints, 0, f->n_slots * r.stride * sizeof(double));
    const bool wanted = r.active[f->n_nodes - 1];
    for (; r.first < lanes; r.first += r.stride) {
        const size_t n = lower(r.stride, lanes - r.first);
        forward_block(&r, n);
        if (!wanted) continue;
        if (r.first > 0) clear_columns(&r);
        seed_root(&r, seed, n);
        reverse(&r, f->n_scalars, f->n_nodes, n);
    }
    if (!wanted) return;
    for (uint32_t i = 0; i < f->n_scalars; i++) {
        double *a = adjoint_at(&r, i);
        if (a && f->nodes[i].spread) a[0] = sum(a, r.stride);
    }
    reverse(&r, 0, f->n_scalars, 1);
    for (uint32_t i = 0; i < f->n_scalars; i++)
        if (f->nodes[i].op == ATN_OP_INPUT && r.active[i])
            adjoint[f->nodes[i].name][0] += adjoint_at(&r, i)[0];
}

void atn_formula_jacobian(const atn_formula *f, size_t lanes, const double *const *inputs,
                          double *restrict value, double *const *jacobian, double *restrict work)
{
    for (size_t k = 0; k < f->n_names; k++)
        if (jacobian[k])
            for (size_t l = 0; l < lanes; l++) jacobian[k][l] = 0.0;
    if (lanes == 0) return;
    run r = start(f, lanes, inputs, value, jacobian, work);
    forward_scalars(&r, true);
    mark_active(&r);
    for (; r.first < lanes; r.first += r.stride) {
        const size_t n = lower(r.stride, lanes - r.first);
        forward_block(&r, n);
        if (!r.active[f->n_nodes - 1]) continue;
        memset(r.adjoints, 0, f->n_slots * r.stride * sizeof(double));
        seed_root(&r, NULL, n);
        /* Scalars too are run lane by lane here: a lane's derivative stays its own. */
        reverse(&r, 0, f->n_nodes, n);
        for (uint32_t i = 0; i < f->n_scalars; i++)
            if (f->nodes[i].op == ATN_OP_INPUT && r.active[i])
                memcpy(jacobian[f->nodes[i].name] + r.first, adjoint_at(&r, i), n * sizeof(double));
    }
}
