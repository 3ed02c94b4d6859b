#include "random_formula.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const functions[FUNCTIONS] = {
    "exp", "log",  "log10", "log1p", "expm1",    "sqrt",  "sin", "cos",
    "tan", "atan", "abs",   "tanh",  "logistic", "logit", "Phi", "lgamma"};
const atn_name random_names[NAMES] = {{"a", false}, {"b", false},    {"rate_2", false},
                                      {"t", true},  {"input", true}, {"x3", true}};

static uint64_t drawing;

uint64_t random_bits(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void random_seed(uint64_t seed)
{
    drawing = seed;
}

int random_below(int n)
{
    return (int)(random_bits(&drawing) % (uint64_t)n);
}

double random_uniform(double a, double b)
{
    return a + (b - a) * (double)(random_bits(&drawing) >> 11) * 0x1p-53;
}

static int leaf(forest *f)
{
    tree *node = &f->nodes[f->n];
    if (random_below(4) == 0) {
        node->kind = NUMBER;
        node->number =
            random_below(3) ? round(random_uniform(0.0, 40.0)) / 10.0 : (double)random_below(4);
    } else {
        node->kind = NAME;
        node->which = random_below(NAMES);
    }
    return f->n++;
}

static int grow(forest *f, int depth)
{
    static const kind inner[] = {
        NEGATE,        PLUS,  PLUS,    PLUS,     MINUS,  MINUS,       MINUS, TIMES,      TIMES,
        TIMES,         TIMES, OVER,    OVER,     POWER,  WHOLE_POWER, LESS,  LESS_EQUAL, GREATER,
        GREATER_EQUAL, EQUAL, UNEQUAL, CALL,     CALL,   CALL,        CALL,  CALL,       CALL,
        CALL,          CALL,  LEAST,   GREATEST, CHOICE, CHOICE};
    if (depth == 0 || f->n > MAX_TREE - 12 || random_below(8) == 0) return leaf(f);
    const int at = f->n++;
    tree node = {.kind = inner[random_below((int)(sizeof inner / sizeof *inner))], .n_children = 2};
    if (node.kind == NEGATE || node.kind == CALL || node.kind == WHOLE_POWER) node.n_children = 1;
    if (node.kind == CHOICE) node.n_children = 3;
    if (node.kind == LEAST || node.kind == GREATEST) node.n_children = 2 + random_below(2);
    if (node.kind == CALL) node.which = random_below(FUNCTIONS);
    if (node.kind == WHOLE_POWER) node.which = random_below(8) - 2;
    for (int k = 0; k < node.n_children; k++) node.child[k] = grow(f, depth - 1);
    f->nodes[at] = node;
    return at;
}

void random_tree(forest *f, int depth)
{
    f->n = 0;
    grow(f, depth);
}

static int level_of(kind k)
{
    switch (k) {
    case LESS:
    case LESS_EQUAL:
    case GREATER:
    case GREATER_EQUAL:
    case EQUAL:
    case UNEQUAL: return 1;
    case PLUS:
    case MINUS: return 2;
    case TIMES:
    case OVER: return 3;
    case NEGATE: return 4;
    case POWER:
    case WHOLE_POWER: return 5;
    default: return 6;
    }
}

static void put(char *text, const char *more)
{
    assert_true(strlen(text) + strlen(more) + 1 < TEXT_SIZE);
    strcat(text, more);
}

static void print(const forest *f, int at, int needed, char *text)
{
    static const char *const infix[] = {
        [PLUS] = " + ",      [MINUS] = "-",   [TIMES] = "*",
        [OVER] = " / ",      [POWER] = "^",   [LESS] = " < ",
        [LESS_EQUAL] = "<=", [GREATER] = ">", [GREATER_EQUAL] = " >= ",
        [EQUAL] = " == ",    [UNEQUAL] = "!="};
    const tree *node = &f->nodes[at];
    const int level = level_of(node->kind);
    const bool bracket = level < needed || random_below(10) == 0;
    char number[64];
    if (bracket) put(text, "(");
    switch (node->kind) {
    case NUMBER:
        snprintf(number, sizeof number, "%.1f", node->number);
        put(text, number);
        break;
    case NAME: put(text, random_names[node->which].name); break;
    case NEGATE:
        put(text, "-");
        print(f, node->child[0], 4, text);
        break;
    case WHOLE_POWER:
        print(f, node->child[0], 6, text);
        snprintf(number, sizeof number, "^%d", node->which);
        put(text, number);
        break;
    case CALL:
    case LEAST:
    case GREATEST:
    case CHOICE:
        put(text, node->kind == CALL       ? functions[node->which]
                  : node->kind == LEAST    ? "min"
                  : node->kind == GREATEST ? "max"
                                           : "if");
        for (int k = 0; k < node->n_children; k++) {
            put(text, k ? ", " : "(");
            print(f, node->child[k], 0, text);
        }
        put(text, ")");
        break;
    default: /* comparisons do not chain; - and / go to the left, ^ to the right */
        print(f, node->child[0], level == 1 || level == 5 ? level + 1 : level, text);
        put(text, infix[node->kind]);
        print(f, node->child[1], level == 5 ? 4 : level + 1, text);
    }
    if (bracket) put(text, ")");
}

void random_text(const forest *f, char text[TEXT_SIZE])
{
    text[0] = '\0';
    print(f, 0, 0, text);
}
