/* Inside the formula room: text -> tokens -> graph of shared nodes -> ordered program. */
#ifndef ATN_FORMULA_INTERNAL_H
#define ATN_FORMULA_INTERNAL_H

#include "formula/formula.h"
#include "operations.h"

/* Far beyond any formula a person writes; they bound stack, time and memory on hostile input. */
enum {
    ATN_FORMULA_MAX_LENGTH = 256 * 1024,
    ATN_FORMULA_MAX_DEPTH = 200,
    ATN_FORMULA_MAX_NODES = 4096
};

/* ---- Program ---- */

typedef struct atn_node {
    atn_op op;
    bool column;         /* one value a lane; otherwise the same for all lanes */
    bool spread;         /* a scalar that some column operation reads */
    uint32_t operand[3]; /* nodes before this one */
    uint32_t name;       /* ATN_OP_INPUT */
    uint32_t slot;       /* of `lanes` doubles in the work space; column inputs have none */
    double number;       /* ATN_OP_NUMBER */
} atn_node;

/* Scalars stand before columns, operands before what reads them, the result last. */
struct atn_formula {
    atn_node *nodes;
    uint32_t n_nodes, n_scalars, n_slots;
    size_t block; /* lanes run at a time */
    size_t n_names;
    bool *uses;
};

/* ---- Graph: nodes made once for equal operands, constants folded as they come ---- */

#define ATN_NO_NODE UINT32_MAX
enum { ATN_GRAPH_TABLE = 2 * ATN_FORMULA_MAX_NODES };

typedef struct atn_graph {
    attain_context *ctx;
    atn_node *nodes;
    size_t n, capacity;
    uint32_t *table; /* open addressing: 0 free, else node + 1 */
    bool no_memory;  /* why a call gave ATN_NO_NODE; otherwise there are too many nodes */
} atn_graph;

bool atn_graph_init(atn_graph *graph, attain_context *ctx); /* false: out of memory */
void atn_graph_free(atn_graph *graph);
/* Each gives ATN_NO_NODE on failure. */
uint32_t atn_graph_number(atn_graph *graph, double number);
uint32_t atn_graph_input(atn_graph *graph, uint32_t name, bool column);
uint32_t atn_graph_apply(atn_graph *graph, atn_op op, uint32_t x, uint32_t y, uint32_t z);
/* The program that computes `root`; NULL when out of memory. */
atn_formula *atn_graph_program(const atn_graph *graph, uint32_t root, size_t n_names);

/* ---- Tokens ---- */

typedef enum atn_token_kind {
    ATN_TOKEN_END,
    ATN_TOKEN_BAD, /* an error has been reported */
    ATN_TOKEN_NUMBER,
    ATN_TOKEN_DATE,
    ATN_TOKEN_NAME,
    ATN_TOKEN_OPEN,
    ATN_TOKEN_CLOSE,
    ATN_TOKEN_COMMA,
    ATN_TOKEN_MINUS, /* operators from here */
    ATN_TOKEN_PLUS,
    ATN_TOKEN_TIMES,
    ATN_TOKEN_OVER,
    ATN_TOKEN_POWER,
    ATN_TOKEN_LT,
    ATN_TOKEN_LE,
    ATN_TOKEN_GT,
    ATN_TOKEN_GE,
    ATN_TOKEN_EQ,
    ATN_TOKEN_NE
} atn_token_kind;

typedef struct atn_token {
    atn_token_kind kind;
    const char *start;
    size_t length;
    double number; /* ATN_TOKEN_NUMBER */
    uint32_t name; /* ATN_TOKEN_NAME: index of a declared name, or ATN_NO_NODE */
} atn_token;

typedef struct atn_parser {
    attain_context *ctx;
    const char *text, *end, *next; /* next: first byte behind `token` */
    const atn_name *names;
    size_t n_names;
    const double *values; /* non-NULL: names stand for these numbers */
    const atn_calendar *calendar;
    atn_graph graph;
    atn_token token;
    int depth;
    attain_status status; /* first failure; then nothing more is read */
    attain_error *err;
} atn_parser;

/* Checks the names and reads the first token.  free is needed even after a failure. */
attain_status atn_parser_init(atn_parser *p, attain_context *ctx, const char *text,
                              const atn_name *names, const double *values, size_t n_names,
                              const atn_calendar *calendar, attain_error *err);
void atn_parser_free(atn_parser *p);
/* Reads the next token into p->token. */
void atn_parser_advance(atn_parser *p);
/* Reads one expression; ATN_NO_NODE when p->status is set. */
uint32_t atn_parse_expression(atn_parser *p);
/* Fails unless the text is at its end. */
void atn_parse_end(atn_parser *p);
/* The whole text as one expression. */
uint32_t atn_parse_all(atn_parser *p);

/* FORMULA at a place of the text: "found <what stands there>, expected <message>". */
void atn_parser_expected(atn_parser *p, const char *format, ...) ATTAIN_PRINTF(2, 3);
/* FORMULA at a byte of the text with a message of its own. */
void atn_parser_fail(atn_parser *p, const char *where, const char *format, ...) ATTAIN_PRINTF(3, 4);
void atn_parser_no_memory(atn_parser *p);

/* ---- Words of the language ---- */

typedef struct atn_builtin {
    const char *name;
    atn_op op;
    int least, most; /* arguments; most 0: no limit; 0 and 0: a constant */
    double number;
} atn_builtin;
enum { ATN_BUILTINS = 21 };
extern const atn_builtin atn_builtins[ATN_BUILTINS];
const atn_builtin *atn_builtin_find(const char *name, size_t length);
/* ", did you mean 'x'?" for a word that is no name, or "". */
enum { ATN_HINT_SIZE = 96 };
void atn_parser_hint(atn_parser *p, const char *word, size_t length, bool functions_only,
                     char hint[ATN_HINT_SIZE]);

#endif
