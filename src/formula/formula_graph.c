/* The graph of a formula: equal nodes are made once, constants are folded with the very kernels
 * that run later, and rewrites keep every bit of the value (but x^0.5 is sqrt also at -0, -inf). */
#include <math.h>
#include <string.h>

#include "formula_internal.h"

#define E 2.718281828459045235

bool atn_graph_init(atn_graph *graph, attain_context *ctx)
{
    memset(graph, 0, sizeof *graph);
    graph->ctx = ctx;
    graph->table = ATN_NEW_ARRAY(ctx, uint32_t, ATN_GRAPH_TABLE);
    return graph->table != NULL;
}

void atn_graph_free(atn_graph *graph)
{
    if (!graph->ctx) return;
    atn_free(graph->ctx, graph->table);
    atn_free(graph->ctx, graph->nodes);
    memset(graph, 0, sizeof *graph);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15); /* 2^64 / golden ratio, Knuth (1973) */
    return hash ^ (hash >> 29);
}

static uint64_t hash_of(const atn_node *node)
{
    uint64_t bits;
    memcpy(&bits, &node->number, sizeof bits);
    uint64_t hash = mix(mix((uint64_t)node->op, bits), node->name);
    for (int k = 0; k < 3; k++) hash = mix(hash, node->operand[k]);
    return hash;
}

static bool same(const atn_node *a, const atn_node *b)
{
    return a->op == b->op && a->name == b->name &&
           memcmp(&a->number, &b->number, sizeof a->number) == 0 &&
           memcmp(a->operand, b->operand, sizeof a->operand) == 0;
}

/* The node's index, made if no equal one exists. */
static uint32_t intern(atn_graph *graph, const atn_node *node)
{
    size_t at = hash_of(node) % ATN_GRAPH_TABLE;
    for (; graph->table[at]; at = (at + 1) % ATN_GRAPH_TABLE)
        if (same(&graph->nodes[graph->table[at] - 1], node)) return graph->table[at] - 1;
    if (graph->n >= ATN_FORMULA_MAX_NODES) return ATN_NO_NODE;
    void *nodes = graph->nodes;
    if (!atn_grow(graph->ctx, &nodes, &graph->capacity, graph->n + 1, sizeof *node)) {
        graph->no_memory = true;
        return ATN_NO_NODE;
    }
    graph->nodes = nodes;
    graph->nodes[graph->n++] = *node;
    graph->table[at] = (uint32_t)graph->n;
    return graph->table[at] - 1;
}

static atn_node blank(atn_op op)
{
    atn_node node;
    memset(&node, 0, sizeof node);
    node.op = op;
    node.name = ATN_NO_NODE;
    for (int k = 0; k < 3; k++) node.operand[k] = ATN_NO_NODE;
    return node;
}

uint32_t atn_graph_number(atn_graph *graph, double number)
{
    atn_node node = blank(ATN_OP_NUMBER);
    node.number = number;
    return intern(graph, &node);
}

uint32_t atn_graph_input(atn_graph *graph, uint32_t name, bool column)
{
    atn_node node = blank(ATN_OP_INPUT);
    node.name = name;
    node.column = column;
    return intern(graph, &node);
}

static bool is_number(const atn_graph *graph, uint32_t i)
{
    return i != ATN_NO_NODE && graph->nodes[i].op == ATN_OP_NUMBER;
}

static bool equals(const atn_graph *graph, uint32_t i, double number)
{
    return is_number(graph, i) && graph->nodes[i].number == number;
}

static bool negated(const atn_graph *graph, uint32_t i)
{
    return graph->nodes[i].op == ATN_OP_NEG;
}

static uint32_t fold(atn_graph *graph, atn_op op, const uint32_t operand[3])
{
    double value[3] = {0.0, 0.0, 0.0}, result = NAN, slope = NAN;
    for (int k = 0; k < atn_operations[op].arity; k++) value[k] = graph->nodes[operand[k]].number;
    const atn_lanes lane = {
        .n = 1, .x = value, .y = value + 1, .z = value + 2, .v = &result, .slope = &slope};
    atn_operations[op].forward(&lane);
    return atn_graph_number(graph, result);
}

/* x / c as x * (1 / c) where both are powers of two, so that neither form rounds. */
static bool reciprocal_is_exact(double c)
{
    int exponent;
    return isnormal(c) && fabs(frexp(c, &exponent)) == 0.5 && isnormal(1.0 / c);
}

static uint32_t simplify_power(atn_graph *graph, uint32_t x, uint32_t y)
{
    if (equals(graph, y, 0.0)) return atn_graph_number(graph, 1.0);
    if (equals(graph, y, 1.0)) return x;
    if (equals(graph, y, 2.0)) return atn_graph_apply(graph, ATN_OP_MUL, x, x, ATN_NO_NODE);
    if (equals(graph, y, 0.5))
        return atn_graph_apply(graph, ATN_OP_SQRT, x, ATN_NO_NODE, ATN_NO_NODE);
    if (equals(graph, y, -1.0))
        return atn_graph_apply(graph, ATN_OP_DIV, atn_graph_number(graph, 1.0), x, ATN_NO_NODE);
    if (equals(graph, x, E)) /* the number e stands for itself, not for its double */
        return atn_graph_apply(graph, ATN_OP_EXP, y, ATN_NO_NODE, ATN_NO_NODE);
    return ATN_NO_NODE;
}

static uint32_t simplify_product(atn_graph *graph, uint32_t x, uint32_t y)
{
    if (equals(graph, x, 1.0)) return y;
    if (equals(graph, y, 1.0)) return x;
    if (equals(graph, x, -1.0))
        return atn_graph_apply(graph, ATN_OP_NEG, y, ATN_NO_NODE, ATN_NO_NODE);
    if (equals(graph, y, -1.0))
        return atn_graph_apply(graph, ATN_OP_NEG, x, ATN_NO_NODE, ATN_NO_NODE);
    return ATN_NO_NODE;
}

/* A cheaper node of the same value, or ATN_NO_NODE. */
static uint32_t simplify(atn_graph *graph, atn_op op, uint32_t x, uint32_t y, uint32_t z)
{
    const atn_node *nodes = graph->nodes;
    switch (op) {
    case ATN_OP_NEG: return negated(graph, x) ? nodes[x].operand[0] : ATN_NO_NODE;
    case ATN_OP_ADD:
        if (negated(graph, y))
            return atn_graph_apply(graph, ATN_OP_SUB, x, nodes[y].operand[0], ATN_NO_NODE);
        if (negated(graph, x))
            return atn_graph_apply(graph, ATN_OP_SUB, y, nodes[x].operand[0], ATN_NO_NODE);
        return ATN_NO_NODE;
    case ATN_OP_SUB:
        if (equals(graph, y, 0.0) && !signbit(nodes[y].number)) return x;
        if (negated(graph, y))
            return atn_graph_apply(graph, ATN_OP_ADD, x, nodes[y].operand[0], ATN_NO_NODE);
        return ATN_NO_NODE;
    case ATN_OP_MUL: return simplify_product(graph, x, y);
    case ATN_OP_DIV:
        if (!is_number(graph, y) || !reciprocal_is_exact(nodes[y].number)) return ATN_NO_NODE;
        return atn_graph_apply(graph, ATN_OP_MUL, x, atn_graph_number(graph, 1.0 / nodes[y].number),
                               ATN_NO_NODE);
    case ATN_OP_POW: return simplify_power(graph, x, y);
    case ATN_OP_IF:
        if (!is_number(graph, x)) return ATN_NO_NODE;
        return nodes[x].number == 0.0 ? z : isnan(nodes[x].number) ? x : y;
    default: return ATN_NO_NODE;
    }
}

uint32_t atn_graph_apply(atn_graph *graph, atn_op op, uint32_t x, uint32_t y, uint32_t z)
{
    const uint32_t operand[3] = {x, y, z};
    const int arity = atn_operations[op].arity;
    bool numbers = true;
    atn_node node = blank(op);
    for (int k = 0; k < arity; k++) {
        if (operand[k] == ATN_NO_NODE) return ATN_NO_NODE;
        numbers = numbers && is_number(graph, operand[k]);
        node.column = node.column || graph->nodes[operand[k]].column;
        node.operand[k] = operand[k];
    }
    if (numbers) return fold(graph, op, operand);
    const uint32_t simpler = simplify(graph, op, x, y, z);
    if (simpler != ATN_NO_NODE) return simpler;
    if (graph->no_memory) return ATN_NO_NODE;
    const bool commutes =
        op == ATN_OP_ADD || op == ATN_OP_MUL || op == ATN_OP_EQ || op == ATN_OP_NE;
    if (commutes && x > y) {
        node.operand[0] = y;
        node.operand[1] = x;
    }
    return intern(graph, &node);
}

/* ---- Program ---- */

/* Which nodes `root` needs. */
static void mark(const atn_graph *graph, uint32_t root, bool *needed)
{
    needed[root] = true;
    for (uint32_t i = root + 1; i-- > 0;) {
        if (!needed[i]) continue;
        const atn_node *node = &graph->nodes[i];
        for (int k = 0; k < atn_operations[node->op].arity; k++) needed[node->operand[k]] = true;
    }
}

/* Copies the needed nodes of one kind behind those already there, in the graph's order. */
static void take(const atn_graph *graph, const bool *needed, bool columns, uint32_t *place,
                 atn_formula *f)
{
    for (uint32_t i = 0; i < graph->n; i++) {
        if (!needed[i] || graph->nodes[i].column != columns) continue;
        atn_node *node = &f->nodes[f->n_nodes];
        *node = graph->nodes[i];
        for (int k = 0; k < atn_operations[node->op].arity; k++) {
            node->operand[k] = place[node->operand[k]];
            if (columns && node->operand[k] < f->n_scalars)
                f->nodes[node->operand[k]].spread = true;
        }
        if (node->op == ATN_OP_INPUT) f->uses[node->name] = true;
        if (node->op != ATN_OP_INPUT || !columns) {
            node->slot = f->n_slots++;
            if (node->op == ATN_OP_LOGISTIC) f->n_slots++; /* its slope */
        }
        place[i] = f->n_nodes++;
    }
    if (!columns) f->n_scalars = f->n_nodes;
}

/* Values and adjoints of a block should stay in a first-level cache of 32 KiB. */
static size_t block_for(size_t n_slots)
{
    size_t block = 256;
    while (block > 32 && 2 * n_slots * block * sizeof(double) > 28 * 1024) block /= 2;
    return block;
}

atn_formula *atn_graph_program(const atn_graph *graph, uint32_t root, size_t n_names)
{
    attain_context *ctx = graph->ctx;
    bool *needed = ATN_NEW_ARRAY(ctx, bool, graph->n);
    uint32_t *place = ATN_NEW_ARRAY(ctx, uint32_t, graph->n);
    atn_formula *f = ATN_NEW(ctx, atn_formula);
    if (!needed || !place || !f) goto fail;
    f->n_names = n_names;
    f->uses = ATN_NEW_ARRAY(ctx, bool, n_names);
    mark(graph, root, needed);
    size_t n_needed = 0;
    for (size_t i = 0; i < graph->n; i++) n_needed += needed[i];
    f->nodes = ATN_NEW_ARRAY(ctx, atn_node, n_needed);
    if (!f->uses || !f->nodes) goto fail;
    take(graph, needed, false, place, f);
    take(graph, needed, true, place, f);
    if (!graph->nodes[root].column) f->nodes[f->n_nodes - 1].spread = true;
    f->block = block_for(f->n_slots);
    atn_free(ctx, needed);
    atn_free(ctx, place);
    return f;
fail:
    atn_free(ctx, needed);
    atn_free(ctx, place);
    atn_formula_free(ctx, f);
    return NULL;
}
