/* Nonlinear regression (METHODS section 5, "Plain regression").
 *
 * Minimises  sum_i w_i rho(y_i - f(x_i, b)) - sum_j log prior_j(b_j)  within bounds; rho = r^2 / 2
 * for squares (over the residual variance where there are priors), else a robust loss of r / scale.
 */
#ifndef ATN_STATS_REGRESSION_H
#define ATN_STATS_REGRESSION_H

#include <attain/regress.h>

#include "formula/prior.h"
#include "stats/nuts.h"

/* Everything is borrowed.  The formula's names are the parameters (scalars), then the columns. */
typedef struct atn_regression_model {
    const atn_formula *formula;
    size_t n_parameters, n_columns, n_rows;
    const double *const *columns; /* n_columns arrays of n_rows; NULL where not used */
    const double *response;       /* n_rows, finite */
    const double *weights;        /* n_rows, > 0; NULL: all 1 */
    const double *lower, *upper;  /* n_parameters, open ends infinite; both the same: held there */
    const atn_prior *const *priors; /* n_parameters, NULL entries are flat; NULL: all flat */
    attain_loss loss;
} atn_regression_model;

/* Workspace of local searches on models of one formula, n_rows and so on; the arrays (response,
 * weights, bounds) may differ from call to call.  One a thread. */
typedef struct atn_descent atn_descent;
attain_status atn_descent_create(attain_context *ctx, const atn_regression_model *model,
                                 atn_descent **descent, attain_error *err);
void atn_descent_free(attain_context *ctx, atn_descent *descent);

typedef struct atn_descent_end {
    attain_regression_outcome outcome;
    double loss;        /* what was minimised, at the estimate; squares without priors: rss / 2 */
    double objective;   /* what ends are compared by: the loss, or with a scale of its own the
                           profiled s^2 exp(2 loss / (n s^2)), in units of a squared residual */
    double scale;       /* of robust losses; else sqrt(rss / residual df) */
    size_t evaluations; /* of value or Jacobian over all rows */
    double rounding;    /* a bound on what rounding did to the estimate, relative to each parameter
                           or its standard error, whichever is larger */
    bool doubtful;      /* another basin should be looked for */
    bool patterned;     /* the residuals show what the curve has missed */
    bool irregular;     /* a minimum that hangs on single rows or has a parameter run away */
    bool extended;
} atn_descent_end;

/* One local search from `start` (n_parameters, inside the bounds) to `estimate` (may be the same
 * array).  Allocates nothing and draws nothing, so workers may call it. */
void atn_descent_run(atn_descent *descent, const atn_regression_model *model, const double *start,
                     double *estimate, atn_descent_end *end);

/* The answer.  Owned arrays; free with atn_regression_answer_free. */
typedef struct atn_regression_answer {
    size_t n_parameters, n_rows;
    atn_descent_end end;
    double *estimate;   /* p */
    double *std_error;  /* p; NaN where undetermined, on a bound or held */
    double *covariance; /* p x p, rows and columns of such parameters 0 */
    double *residual;   /* n_rows: response - fitted */
    bool *at_bound;     /* p */
    double rss, residual_sd, r_squared, condition;
    long residual_df; /* rows - parameters not held and not on a bound */
    size_t starts;
    double *weak; /* p: outcome singular: the unit direction (of b_j / its scale) that the rows
                     leave open; else 0 */
} atn_regression_answer;

/* Fits from `starts` (n_starts x n_parameters, row-major, at least one, inside the bounds).  The
 * first is the user's; a doubtful end there brings rescue: further starts around it and around what
 * was found, the others given, and the best converged end is the answer.
 * Returns DOMAIN if the formula is not finite at any of the starts: err names the first row (from
 * 0) of the first start in `column`, and *answer is freed; NOMEM; INTERRUPTED. */
attain_status atn_regression_solve(attain_context *ctx, const atn_regression_model *model,
                                   const double *starts, size_t n_starts,
                                   atn_regression_answer *answer, attain_error *err);
void atn_regression_answer_free(attain_context *ctx, atn_regression_answer *answer);

/* ---- Intervals and bands about a converged answer ---- */

/* lower, upper: p each.  Student-t with residual_df (normal for robust losses). */
void atn_regression_wald(const atn_regression_model *model, const atn_regression_answer *answer,
                         double level, double *lower, double *upper);
/* Where the loss, minimised over the other parameters, has risen by s^2 t^2 / 2 (Bates & Watts
 * 1988, ch. 6).  An end that is not reached inside the bounds is infinite.  squares only: others
 * give ARGUMENT.  *evaluations is added to. */
attain_status atn_regression_profile(attain_context *ctx, const atn_regression_model *model,
                                     const atn_regression_answer *answer, double level,
                                     double *lower, double *upper, size_t *evaluations,
                                     attain_error *err);
/* Percentile intervals over replicates with resampled, centred, rescaled residuals (Efron &
 * Tibshirani 1993, 9.4), each refit from the estimate.  *n_failed counts replicates that did not
 * converge and were left out.  Bits do not depend on threads. */
attain_status atn_regression_bootstrap(attain_context *ctx, const atn_regression_model *model,
                                       const atn_regression_answer *answer, double level,
                                       uint64_t seed, size_t replicates, double *lower,
                                       double *upper, size_t *n_failed, attain_error *err);
/* Over n_lanes new places (columns as in the model, of that length): the curve and the half-widths
 * of the bands of the curve and of one new observation of weight 1 at `level`. */
attain_status atn_regression_band(attain_context *ctx, const atn_regression_model *model,
                                  const atn_regression_answer *answer, const double *const *columns,
                                  size_t n_lanes, double level, double *curve, double *curve_half,
                                  double *new_half, attain_error *err);

/* ---- The posterior ---- */

/* Samples the posterior under normal errors of sd sigma / sqrt(weight), the model's priors (flat
 * where there is none) and sigma's (NULL: flat above 0), starting about a least-squares answer that
 * leaves an error over.  nuts->draws: chains x draws x (n_parameters + 1), natural scale, sigma
 * last; parameters that are held stand in every draw; free with atn_nuts_free.  nuts->log_density
 * is that on the natural scale, without the constants of the likelihood.  Squares only.  Of
 * parameters that the answer leaves undetermined the priors have to tell: NUMERIC where there is
 * then no mode with curvature in every direction, or no finite density; INTERRUPTED, NOMEM. */
attain_status atn_regression_sample(attain_context *ctx, const atn_regression_model *model,
                                    const atn_prior *sigma, const atn_regression_answer *answer,
                                    const atn_nuts_settings *settings, atn_nuts *nuts,
                                    attain_error *err);

/* Edges of central bands at a place. */
typedef struct atn_regression_edges {
    double *curve_low, *curve_high; /* where the curve lies */
    double *new_low, *new_high;     /* where one new observation of weight 1 lies */
} atn_regression_edges;
/* Over n_lanes places (columns as in the model, of that length): the posterior mean of the curve
 * and, unless `edges` is NULL, the edges of its bands at `level`, from n_draws >= 2 draws as above.
 * New observations are the draws' curves with their normal errors, a stratified sample of them.
 * NaN where a draw gives the curve no finite value.  Returns NOMEM. */
attain_status atn_regression_predict(attain_context *ctx, const atn_regression_model *model,
                                     const double *draws, size_t n_draws,
                                     const double *const *columns, size_t n_lanes, double level,
                                     uint64_t seed, double *mean, const atn_regression_edges *edges,
                                     attain_error *err);

#endif
