/* The room's front: compile, ask, free. */
#include "formula/formula.h"

#include "formula_internal.h"

attain_status atn_formula_compile(attain_context *ctx, const char *text, const atn_name *names,
                                  size_t n_names, const atn_calendar *calendar,
                                  atn_formula **formula, attain_error *err)
{
    atn_parser p;
    *formula = NULL;
    atn_parser_init(&p, ctx, text, names, NULL, n_names, calendar, err);
    const uint32_t root = p.status ? ATN_NO_NODE : atn_parse_all(&p);
    if (!p.status) {
        *formula = atn_graph_program(&p.graph, root, n_names);
        if (!*formula) atn_parser_no_memory(&p);
    }
    atn_parser_free(&p);
    return p.status;
}

void atn_formula_free(attain_context *ctx, atn_formula *formula)
{
    if (!formula) return;
    atn_free(ctx, formula->nodes);
    atn_free(ctx, formula->uses);
    atn_free(ctx, formula);
}

size_t atn_formula_n_names(const atn_formula *formula)
{
    return formula->n_names;
}

bool atn_formula_uses(const atn_formula *formula, size_t k)
{
    return k < formula->n_names && formula->uses[k];
}

/* Degree of a node in the names of the set: 0, 1, or 2 for all that may be more. */
static unsigned degree_of(const atn_node *node, const bool *set, const unsigned char *degrees)
{
    unsigned d[3] = {0, 0, 0};
    for (int k = 0; k < atn_operations[node->op].arity; k++) d[k] = degrees[node->operand[k]];
    const unsigned more = 2;
    switch (node->op) {
    case ATN_OP_INPUT: return set[node->name];
    case ATN_OP_NEG: return d[0];
    case ATN_OP_ADD:
    case ATN_OP_SUB: return d[0] > d[1] ? d[0] : d[1];
    case ATN_OP_MUL: return d[0] + d[1] < more ? d[0] + d[1] : more;
    case ATN_OP_DIV: return d[1] == 0 ? d[0] : more;
    case ATN_OP_IF: return d[0] > 0 ? more : d[1] > d[2] ? d[1] : d[2];
    default: return d[0] + d[1] == 0 ? 0 : more; /* numbers and whatever bends or jumps */
    }
}

bool atn_formula_affine(const atn_formula *formula, const bool *set)
{
    unsigned char degrees[ATN_FORMULA_MAX_NODES];
    for (uint32_t i = 0; i < formula->n_nodes; i++)
        degrees[i] = (unsigned char)degree_of(&formula->nodes[i], set, degrees);
    return degrees[formula->n_nodes - 1] < 2;
}

static bool bends(atn_op op)
{
    switch (op) {
    case ATN_OP_ABS:
    case ATN_OP_MIN:
    case ATN_OP_MAX:
    case ATN_OP_IF:
    case ATN_OP_LT:
    case ATN_OP_LE:
    case ATN_OP_EQ:
    case ATN_OP_NE:
    case ATN_OP_SIN:
    case ATN_OP_COS:
    case ATN_OP_TAN: return true;
    default: return false;
    }
}

bool atn_formula_many_basins(const atn_formula *formula, const bool *set)
{
    bool reached[ATN_FORMULA_MAX_NODES];
    for (uint32_t i = 0; i < formula->n_nodes; i++) {
        const atn_node *node = &formula->nodes[i];
        reached[i] = node->op == ATN_OP_INPUT && set[node->name];
        for (int k = 0; k < atn_operations[node->op].arity; k++)
            reached[i] = reached[i] || reached[node->operand[k]];
        if (reached[i] && bends(node->op)) return true;
    }
    return false;
}

attain_status atn_formula_constant(attain_context *ctx, const char *text, const atn_name *names,
                                   const double *values, size_t n_names,
                                   const atn_calendar *calendar, double *result, attain_error *err)
{
    atn_parser p;
    static const double none = 0.0; /* names stand for numbers, even if there are none */
    atn_parser_init(&p, ctx, text, names, values ? values : &none, n_names, calendar, err);
    const uint32_t root = p.status ? ATN_NO_NODE : atn_parse_all(&p);
    if (!p.status) *result = p.graph.nodes[root].number; /* all of it has been folded */
    atn_parser_free(&p);
    return p.status;
}
