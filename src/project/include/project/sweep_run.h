/* A grid of futures on one posterior. */
#ifndef ATN_PROJECT_SWEEP_RUN_H
#define ATN_PROJECT_SWEEP_RUN_H

#include <attain/sweep.h>

#include "project/run.h"

/* One reading whose chance is wanted. */
typedef struct atn_sweep_answer {
    size_t goal, definition, plan; /* places in the projection's goals and in the goal's plans */
    size_t outcome;
    double effective; /* draws */
} atn_sweep_answer;

/* What is varied: value v of the grid becomes change v's size. */
typedef struct atn_sweep_vary {
    char *target;  /* as written */
    double *value; /* n */
    size_t n;
} atn_sweep_vary;

struct attain_sweep {
    attain_context *ctx;
    const attain_posterior *posterior;
    atn_change changes[2];
    atn_sweep_vary vary[2]; /* the second has one value, NaN, where there is none */
    size_t n_vary;
    double until;
    atn_run run; /* plans and definitions; no paths */
    atn_sweep_answer *answers;
    size_t n_answers;
    double *probability, *mcse; /* answer x second x first */
    double *break_even;         /* answer x second; NaN: none */
};

/* For each of n points (values of both things, n x 2) and each answer, which draws attain it: bit l
 * of hits[(answer n + point) chunks + chunk] is lane l.  NUMERIC where a path leaves its domain. */
attain_status atn_sweep_evaluate(attain_sweep *sweep, const double *points, size_t n,
                                 unsigned char *hits, attain_error *err);

/* Fills probabilities and break-even values of a sweep whose changes, grid and answers stand. */
attain_status atn_sweep_grid(attain_sweep *sweep, attain_error *err);

#endif
