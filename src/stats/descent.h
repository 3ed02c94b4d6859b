/* Private to the stats room: what the parts of one local search share. */
#ifndef ATN_STATS_DESCENT_H
#define ATN_STATS_DESCENT_H

#include "stats/regression.h"

/* A point and what the rows say there: r is the triangle of the weighted Jacobian of the free
 * parameters with the weighted residual as its last column, so that the Gauss-Newton step solves
 * R x = q and the gradient of the loss is -R'q. */
typedef struct atn_spot {
    double *b;   /* p */
    double *low; /* p: what b is short of in extended precision, else 0 */
    double loss;
    long double *r; /* (m + 1) x (m + 1) */
    bool has_rows;  /* r belongs to b */
} atn_spot;

typedef enum atn_depth {
    ATN_DEPTH_VALUE,   /* loss and residuals alone */
    ATN_DEPTH_ROWS,    /* r too */
    ATN_DEPTH_EXTENDED /* both in long double */
} atn_depth;

struct atn_descent {
    const atn_regression_model *model; /* of the running search */
    size_t p, n_rows, n_names, block;
    bool *linear; /* p: the formula is affine in these jointly */
    size_t *free; /* p: parameters not held, m of them */
    size_t m;
    double scale;  /* of the loss */
    double square; /* weighted sum of squared responses */
    double noise;  /* loss that rounding of the rows may leave of it */
    double peaks;  /* sum of the priors' largest log densities: a loss holds scale^2 times what they
                      are short of it, so that it is never below 0 */
    size_t evaluations, rejected;
    bool extended;
    bool many_basins; /* by the formula's structure */
    bool eliminates;  /* the linear parameters follow the others */
    atn_spot here, trial;
    double *residual, *sorted; /* n_rows; sorted only for robust losses */
    /* rows of one block */
    double *value, *root, *jacobian_block, *formula_work;
    const double **inputs;
    double **jacobian, **fold;
    double *fold_r; /* (p + 1)^2 */
    long double *value_x, *jacobian_block_x, *work_x, *scalars_x;
    long double **jacobian_x, **fold_x, *prior_row;
    /* small algebra: m at most */
    long double *small, *inverse, *whitener, *solution, *direction;
    double *hessian, *factor;
    double *start;             /* p */
    double *saved, *saved_end; /* p */
    double scale_of[2];        /* where two searches with a scale of their own ended */
    double *size;              /* m: Jacobian's column norms, never falling (More 1978) */
    double *step;              /* m */
    double *spread;            /* m: standard errors over the residual sd */
    double *floor;             /* m: what rounding alone may do to the estimate */
    size_t *chosen;            /* m: positions among the free that the step may move */
    size_t k;
};

/* Makes `model` the running search's and b its place; nothing is evaluated. */
void atn_descent_begin(atn_descent *d, const atn_regression_model *model, const double *b);
/* Rows at an end that was reached before, in its scale and precision, and the chosen parameters. */
bool atn_descent_visit(atn_descent *d, const atn_regression_model *model, const double *b,
                       const atn_descent_end *end);
extern const double atn_wanted_digits; /* of the estimate, relative to it */
void atn_descent_swap(atn_descent *d); /* here <-> trial */
/* trial.b <- here.b + step, kept inside the bounds; step becomes what was done. */
void atn_descent_move(atn_descent *d, double *step);
/* Cuts a step off at the first bound that it meets (*short_of); false where a chosen parameter on a
 * bound would leave at once: such are no longer chosen, and a new step is to be found. */
bool atn_descent_bounded(atn_descent *d, double *step, bool *short_of);
double atn_descent_residual_sd(const atn_descent *d);
/* Undamped steps until one is too short to matter, or rounding explains it. */
attain_regression_outcome atn_descent_last_steps(atn_descent *d, atn_depth depth);
/* What ends are compared by, at here: see atn_descent_end. */
double atn_descent_objective(const atn_descent *d);
/* Fills `end` for what has been reached. */
void atn_descent_judge(atn_descent *d, attain_regression_outcome outcome, atn_descent_end *end);
/* With rows at here: trial.b <- here.b with the parameters in which the formula is affine solved
 * for. false where there are none, or the rows do not determine them. */
bool atn_descent_eliminate(atn_descent *d);

/* Sets loss, residuals and, by depth, r at spot->b.  false where anything is not finite. */
bool atn_descent_evaluate(atn_descent *d, atn_depth depth, atn_spot *spot);

/* Sets d->peaks. */
void atn_descent_prior_peaks(atn_descent *d);
/* Scale of the loss from the residuals at here (and, Student-t, from the last scale). */
double atn_descent_scale(atn_descent *d);
/* What takes the place of the residual sd in the covariance of a robust fit of scale s. */
double atn_descent_robust_sd(const atn_descent *d, double s);

/* Values and Jacobian of a block of rows, plain double, into d->value and d->jacobian. */
void atn_descent_jacobian(atn_descent *d, size_t first, size_t lanes, const double *b);

/* Step over the chosen positions that minimises |q - R x|^2 + lambda |size x|^2; false if singular.
 * d->small then holds the reduced triangle, stride k + 1. */
bool atn_descent_step(atn_descent *d, double lambda, double *step);
/* The same within |size x| <= radius, up to a tenth (More 1978); *lambda is kept between calls. */
void atn_descent_trust(atn_descent *d, double radius, double *lambda, double *step);
/* Length of the Jacobian's column j at here. */
long double atn_descent_column(const atn_descent *d, size_t j);
/* |size x| of a vector over the free positions. */
double atn_descent_length(const atn_descent *d, const double *x);
/* Fall of the loss that the linear model foretells for a step (m long). */
double atn_descent_foretold(const atn_descent *d, const double *step);
/* All free positions but those at a bound which the gradient pushes against. */
void atn_descent_choose(atn_descent *d);
/* d->spread, d->floor and d->inverse (k x k, R^-1 of the chosen) at here; false if singular. */
bool atn_descent_precision(atn_descent *d);
/* Ratio of the largest to the least singular value of the chosen columns scaled to length 1, and
 * the right singular vector of the least (k; may be NULL), in units of the scaled columns. */
double atn_descent_condition(atn_descent *d, double *weak);

#endif
