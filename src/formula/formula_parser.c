/* Tokens -> graph, by operator precedence (Pratt 1973).  From loose to tight: comparisons (which do
 * not chain), + and -, * and /, unary minus, ^ (to the right). */
#include <string.h>

#include "base/text.h"
#include "formula_internal.h"

enum { LOOSEST, COMPARE, SUM, PRODUCT, UNARY, POWER };

typedef struct infix {
    int level;
    atn_op op;
    bool swapped; /* a > b is b < a */
} infix;

static infix infix_of(atn_token_kind kind)
{
    switch (kind) {
    case ATN_TOKEN_PLUS: return (infix){SUM, ATN_OP_ADD, false};
    case ATN_TOKEN_MINUS: return (infix){SUM, ATN_OP_SUB, false};
    case ATN_TOKEN_TIMES: return (infix){PRODUCT, ATN_OP_MUL, false};
    case ATN_TOKEN_OVER: return (infix){PRODUCT, ATN_OP_DIV, false};
    case ATN_TOKEN_POWER: return (infix){POWER, ATN_OP_POW, false};
    case ATN_TOKEN_LT: return (infix){COMPARE, ATN_OP_LT, false};
    case ATN_TOKEN_LE: return (infix){COMPARE, ATN_OP_LE, false};
    case ATN_TOKEN_GT: return (infix){COMPARE, ATN_OP_LT, true};
    case ATN_TOKEN_GE: return (infix){COMPARE, ATN_OP_LE, true};
    case ATN_TOKEN_EQ: return (infix){COMPARE, ATN_OP_EQ, false};
    case ATN_TOKEN_NE: return (infix){COMPARE, ATN_OP_NE, false};
    default: return (infix){LOOSEST, ATN_OP_NUMBER, false};
    }
}

static uint32_t parse(atn_parser *p, int level);

/* Reports why the graph gave no node. */
static uint32_t made(atn_parser *p, uint32_t node, const char *where)
{
    if (node != ATN_NO_NODE || p->status) return node;
    if (p->graph.no_memory)
        atn_parser_no_memory(p);
    else
        atn_parser_fail(p, where, "found a formula of more than %d operations, expected fewer",
                        ATN_FORMULA_MAX_NODES);
    return ATN_NO_NODE;
}

static uint32_t apply(atn_parser *p, atn_op op, uint32_t x, uint32_t y, uint32_t z,
                      const char *where)
{
    return made(p, p->status ? ATN_NO_NODE : atn_graph_apply(&p->graph, op, x, y, z), where);
}

/* "takes 1 argument" and the like. */
static void wrong_count(atn_parser *p, const atn_builtin *f, const char *wanted)
{
    const char *plural = f->least == 1 ? "" : "s";
    atn_parser_expected(p, "%s: %s takes %d%s argument%s", wanted, f->name, f->least,
                        f->most == 0 ? " or more" : "", plural);
}

/* From behind the function's name; min and max of more are nested to the left. */
static uint32_t parse_call(atn_parser *p, const atn_builtin *f, const char *where)
{
    uint32_t argument[3] = {ATN_NO_NODE, ATN_NO_NODE, ATN_NO_NODE};
    int count = 0;
    if (p->token.kind != ATN_TOKEN_OPEN) {
        atn_parser_expected(p, "'(' after the function %s", f->name);
        return ATN_NO_NODE;
    }
    do {
        atn_parser_advance(p); /* past '(' or ',' */
        if (count == 0 && p->token.kind == ATN_TOKEN_CLOSE) break;
        const uint32_t node = parse(p, LOOSEST + 1);
        if (p->status) return ATN_NO_NODE;
        if (f->most == 0 && count >= 2)
            argument[0] = apply(p, f->op, argument[0], argument[1], ATN_NO_NODE, where);
        argument[f->most == 0 && count >= 2 ? 1 : count] = node;
        count++;
        if (p->token.kind == ATN_TOKEN_COMMA && count == f->most) {
            wrong_count(p, f, "')'");
            return ATN_NO_NODE;
        }
    } while (p->token.kind == ATN_TOKEN_COMMA);
    if (p->token.kind != ATN_TOKEN_CLOSE)
        atn_parser_expected(p, count < f->least ? "an operator or ','" : "an operator, ',' or ')'");
    else if (count < f->least)
        wrong_count(p, f, count == 0 ? "an argument" : "','");
    else
        atn_parser_advance(p);
    return apply(p, f->op, argument[0], argument[1], argument[2], where);
}

static uint32_t parse_name(atn_parser *p)
{
    const atn_token word = p->token;
    atn_parser_advance(p);
    const bool called = p->token.kind == ATN_TOKEN_OPEN;
    if (word.name != ATN_NO_NODE) {
        if (called) {
            atn_parser_expected(p, "an operator: '%.40s' is not a function",
                                p->names[word.name].name);
            return ATN_NO_NODE;
        }
        if (p->values)
            return made(p, atn_graph_number(&p->graph, p->values[word.name]), word.start);
        return made(p, atn_graph_input(&p->graph, word.name, p->names[word.name].column),
                    word.start);
    }
    const atn_builtin *f = atn_builtin_find(word.start, word.length);
    if (f && f->least > 0) return parse_call(p, f, word.start);
    if (f && !called) return made(p, atn_graph_number(&p->graph, f->number), word.start);
    char hint[ATN_HINT_SIZE];
    atn_parser_hint(p, word.start, word.length, called, hint);
    const char *wanted = called ? "the name of a function" : "a name this formula may use";
    p->token = word;
    atn_parser_expected(p, "%s%s", wanted, hint);
    return ATN_NO_NODE;
}

static uint32_t parse_bracket(atn_parser *p)
{
    atn_parser_advance(p);
    const uint32_t node = parse(p, LOOSEST + 1);
    if (p->status) return ATN_NO_NODE;
    if (p->token.kind == ATN_TOKEN_CLOSE)
        atn_parser_advance(p);
    else
        atn_parser_expected(p, "an operator or ')'");
    return node;
}

static uint32_t parse_prefix(atn_parser *p)
{
    const char *where = p->token.start;
    const double number = p->token.number;
    switch (p->token.kind) {
    case ATN_TOKEN_NUMBER:
    case ATN_TOKEN_DATE:
        atn_parser_advance(p);
        return made(p, atn_graph_number(&p->graph, number), where);
    case ATN_TOKEN_NAME: return parse_name(p);
    case ATN_TOKEN_OPEN: return parse_bracket(p);
    case ATN_TOKEN_MINUS:
        atn_parser_advance(p);
        return apply(p, ATN_OP_NEG, parse(p, UNARY), ATN_NO_NODE, ATN_NO_NODE, where);
    default: atn_parser_expected(p, "a number, a name or '('"); return ATN_NO_NODE;
    }
}

/* An operand and all operators behind it that bind at `level` or tighter. */
static uint32_t parse(atn_parser *p, int level)
{
    if (p->status) return ATN_NO_NODE;
    if (p->depth == ATN_FORMULA_MAX_DEPTH) {
        atn_parser_fail(p, p->token.start, "found nesting deeper than %d, expected less",
                        ATN_FORMULA_MAX_DEPTH);
        return ATN_NO_NODE;
    }
    p->depth++;
    uint32_t x = parse_prefix(p);
    for (int compared = 0; !p->status;) {
        const infix in = infix_of(p->token.kind);
        const char *where = p->token.start;
        if (in.level < level) break;
        if (in.level == COMPARE && compared++) {
            atn_parser_expected(p, "no second comparison: a < b < c is (a < b) * (b < c)");
            break;
        }
        atn_parser_advance(p);
        const uint32_t y = parse(p, in.level == POWER ? POWER : in.level + 1);
        x = apply(p, in.op, in.swapped ? y : x, in.swapped ? x : y, ATN_NO_NODE, where);
    }
    p->depth--;
    return p->status ? ATN_NO_NODE : x;
}

uint32_t atn_parse_expression(atn_parser *p)
{
    return parse(p, LOOSEST + 1);
}

void atn_parse_end(atn_parser *p)
{
    if (p->status || p->token.kind == ATN_TOKEN_END) return;
    atn_parser_expected(p, p->token.kind == ATN_TOKEN_CLOSE ? "no ')' without its '('"
                                                            : "an operator or the end");
}

uint32_t atn_parse_all(atn_parser *p)
{
    const uint32_t root = atn_parse_expression(p);
    atn_parse_end(p);
    return p->status ? ATN_NO_NODE : root;
}

static void refuse_name(atn_parser *p, const char *name, const char *wanted)
{
    if (!p->status)
        p->status = atn_fail(p->err, ATTAIN_ERR_FORMULA, "found the name '%.64s', expected %s",
                             name, wanted);
}

/* Names must be words, not the language's own nor numbers, and each given once. */
static void check_names(atn_parser *p)
{
    for (size_t k = 0; k < p->n_names && !p->status; k++) {
        const char *name = p->names[k].name;
        const size_t length = strlen(name);
        double number;
        if (atn_builtin_find(name, length))
            refuse_name(p, name, "another: it is a function or constant of the formula language");
        if (strcspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == length ||
            atn_number_parse(name, length, &number))
            refuse_name(p, name, "one with a letter that is no number");
        for (size_t j = 0; j < k; j++)
            if (strcmp(p->names[j].name, name) == 0) refuse_name(p, name, "each name once");
    }
}

attain_status atn_parser_init(atn_parser *p, attain_context *ctx, const char *text,
                              const atn_name *names, const double *values, size_t n_names,
                              const atn_calendar *calendar, attain_error *err)
{
    memset(p, 0, sizeof *p);
    p->ctx = ctx;
    p->text = p->next = text;
    p->names = names;
    p->n_names = n_names;
    p->values = values;
    p->calendar = calendar;
    p->err = err;
    const size_t length = strlen(text);
    p->end = text + length;
    if (length > ATN_FORMULA_MAX_LENGTH)
        atn_parser_fail(p, text, "found a formula of %zu bytes, expected at most %d", length,
                        ATN_FORMULA_MAX_LENGTH);
    check_names(p);
    if (!p->status && !atn_graph_init(&p->graph, ctx)) atn_parser_no_memory(p);
    if (!p->status) atn_parser_advance(p);
    return p->status;
}

void atn_parser_free(atn_parser *p)
{
    atn_graph_free(&p->graph);
}
