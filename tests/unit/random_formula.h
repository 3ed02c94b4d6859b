/* Random formulas for property tests: trees of every operation, and their text. */
#ifndef RANDOM_FORMULA_H
#define RANDOM_FORMULA_H

#include "check.h"

#include "formula/formula.h"

enum { SCALARS = 3, COLUMNS = 3, NAMES = SCALARS + COLUMNS, MAX_TREE = 64, TEXT_SIZE = 8192 };

/* The names of these formulas, scalars first. */
extern const atn_name random_names[NAMES];

/* splitmix64, Steele et al. (2014). */
uint64_t random_bits(uint64_t *state);
/* The generator that formulas are drawn from; tests may draw from it too. */
void random_seed(uint64_t seed);
int random_below(int n);
double random_uniform(double a, double b);

typedef enum kind {
    NUMBER,
    NAME,
    NEGATE,
    PLUS,
    MINUS,
    TIMES,
    OVER,
    POWER,
    WHOLE_POWER,
    LESS,
    LESS_EQUAL,
    GREATER,
    GREATER_EQUAL,
    EQUAL,
    UNEQUAL,
    CALL,
    LEAST,
    GREATEST,
    CHOICE
} kind;

/* One argument; the order of `functions`. */
typedef enum function {
    F_EXP,
    F_LOG,
    F_LOG10,
    F_LOG1P,
    F_EXPM1,
    F_SQRT,
    F_SIN,
    F_COS,
    F_TAN,
    F_ATAN,
    F_ABS,
    F_TANH,
    F_LOGISTIC,
    F_LOGIT,
    F_PHI,
    F_LGAMMA,
    FUNCTIONS
} function;

typedef struct tree {
    kind kind;
    int child[3], n_children;
    int which; /* of names or functions, or the exponent of a whole power */
    double number;
} tree;

typedef struct forest {
    tree nodes[MAX_TREE];
    int n;
} forest;

/* Draws a tree with its root at nodes[0]. */
void random_tree(forest *f, int depth);
/* Its text, with no more brackets than METHODS section 2.1 needs, or with some more. */
void random_text(const forest *f, char text[TEXT_SIZE]);

#endif
