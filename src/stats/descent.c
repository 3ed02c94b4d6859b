/* One local search.  Away from the answer: Levenberg-Marquardt steps in a scaled trust region (More
 * 1978).  Near it: undamped steps, judged by their own length and not by the loss, whose last
 * digits are noise there; where large residuals make Gauss-Newton slow, with the exact Hessian.  At
 * the end: the same in extended precision, if rounding in double could reach the tenth digit. */
#include "descent.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "stats/rows_qr.h"

enum { BLOCK = 256, MAX_STEPS = 1000, MAX_SCALES = 300 };

static const double all_but_singular = 1e15;
static const double first_reach = 3.0; /* of the trust region, in lengths of the residuals */

/* ---- Workspace ---- */

static void *take(attain_context *ctx, size_t n, size_t size, bool *ok)
{
    void *block = atn_alloc_array(ctx, n, size);
    if (!block) *ok = false;
    return block;
}
#define TAKE(type, n) ((type *)take(ctx, (n), sizeof(type), &ok))

/* Parameters in order, each kept if the formula stays affine in all that are kept. */
static void find_linear(atn_descent *d, const atn_formula *formula, bool *set)
{
    for (size_t k = 0; k < d->p; k++) {
        set[k] = true;
        set[k] = d->linear[k] = atn_formula_affine(formula, set);
    }
}

static bool take_small(attain_context *ctx, atn_descent *d)
{
    const size_t p = d->p, c = p + 1;
    bool ok = true;
    d->fold_r = TAKE(double, c *c);
    d->here.b = TAKE(double, p);
    d->trial.b = TAKE(double, p);
    d->here.low = TAKE(double, p);
    d->trial.low = TAKE(double, p);
    d->start = TAKE(double, p);
    d->saved = TAKE(double, p);
    d->saved_end = TAKE(double, p);
    d->here.r = TAKE(long double, c *c);
    d->trial.r = TAKE(long double, c *c);
    d->prior_row = TAKE(long double, c);
    d->small = TAKE(long double, 2 * c * c);
    d->inverse = TAKE(long double, c *c);
    d->whitener = TAKE(long double, c *c);
    d->solution = TAKE(long double, c);
    d->direction = TAKE(long double, c);
    d->hessian = TAKE(double, c *c);
    d->factor = TAKE(double, c *c);
    d->size = TAKE(double, p);
    d->step = TAKE(double, p);
    d->spread = TAKE(double, p);
    d->floor = TAKE(double, p);
    d->free = TAKE(size_t, p);
    d->chosen = TAKE(size_t, p);
    d->linear = TAKE(bool, p);
    return ok;
}

static bool take_rows(attain_context *ctx, atn_descent *d, const atn_regression_model *model)
{
    const size_t p = d->p;
    bool ok = true;
    d->residual = TAKE(double, d->n_rows);
    d->sorted = model->loss == ATTAIN_LOSS_SQUARES ? NULL : TAKE(double, d->n_rows);
    d->value = TAKE(double, d->block);
    d->root = TAKE(double, d->block);
    d->jacobian_block = TAKE(double, p * d->block);
    d->formula_work = TAKE(double, atn_formula_work_size(model->formula, d->block));
    d->inputs = TAKE(const double *, d->n_names);
    d->jacobian = TAKE(double *, d->n_names);
    d->fold = TAKE(double *, p + 1);
    d->value_x = TAKE(long double, d->block);
    d->jacobian_block_x = TAKE(long double, p * d->block);
    d->work_x = TAKE(long double, atn_formula_extended_work_size(model->formula));
    d->scalars_x = TAKE(long double, d->n_names);
    d->jacobian_x = TAKE(long double *, d->n_names);
    d->fold_x = TAKE(long double *, p + 1);
    return ok;
}

attain_status atn_descent_create(attain_context *ctx, const atn_regression_model *model,
                                 atn_descent **descent, attain_error *err)
{
    atn_descent *d = *descent = ATN_NEW(ctx, atn_descent);
    if (!d) return atn_fail_nomem(err);
    d->p = model->n_parameters;
    d->n_rows = model->n_rows;
    d->n_names = d->p + model->n_columns;
    d->block = d->n_rows < BLOCK ? d->n_rows : BLOCK;
    bool *set = ATN_NEW_ARRAY(ctx, bool, d->n_names);
    if (!take_small(ctx, d) || !take_rows(ctx, d, model) || !set) {
        atn_free(ctx, set);
        atn_descent_free(ctx, d);
        *descent = NULL;
        return atn_fail_nomem(err);
    }
    find_linear(d, model->formula, set);
    for (size_t k = 0; k < d->p; k++) set[k] = !d->linear[k];
    d->many_basins = atn_formula_many_basins(model->formula, set);
    atn_free(ctx, set);
    return ATTAIN_OK;
}

void atn_descent_free(attain_context *ctx, atn_descent *d)
{
    if (!d) return;
    const void *const blocks[] = {d->fold_r,
                                  d->here.b,
                                  d->trial.b,
                                  d->here.low,
                                  d->trial.low,
                                  d->start,
                                  d->saved,
                                  d->saved_end,
                                  d->here.r,
                                  d->trial.r,
                                  d->whitener,
                                  d->prior_row,
                                  d->small,
                                  d->inverse,
                                  d->solution,
                                  d->direction,
                                  d->hessian,
                                  d->factor,
                                  d->size,
                                  d->step,
                                  d->spread,
                                  d->floor,
                                  d->free,
                                  d->chosen,
                                  d->linear,
                                  d->residual,
                                  d->sorted,
                                  d->value,
                                  d->root,
                                  d->jacobian_block,
                                  d->formula_work,
                                  d->inputs,
                                  d->jacobian,
                                  d->fold,
                                  d->value_x,
                                  d->jacobian_block_x,
                                  d->work_x,
                                  d->scalars_x,
                                  d->jacobian_x,
                                  d->fold_x,
                                  d};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) atn_free(ctx, blocks[i]);
}

/* ---- Parts of a search ---- */

void atn_descent_swap(atn_descent *d)
{
    const atn_spot spot = d->here;
    d->here = d->trial;
    d->trial = spot;
}

void atn_descent_begin(atn_descent *d, const atn_regression_model *model, const double *b)
{
    d->model = model;
    d->square = 0.0;
    for (size_t i = 0; i < model->n_rows; i++)
        d->square +=
            (model->weights ? model->weights[i] : 1.0) * model->response[i] * model->response[i];
    d->noise = 256.0 * DBL_EPSILON * DBL_EPSILON * d->square;
    d->m = 0;
    for (size_t k = 0; k < d->p; k++) {
        const bool held = model->lower && model->upper && model->lower[k] >= model->upper[k];
        d->jacobian[k] = held ? NULL : d->jacobian_block + d->m * d->block;
        d->jacobian_x[k] = held ? NULL : d->jacobian_block_x + d->m * d->block;
        if (!held) d->free[d->m++] = k;
        d->size[k] = 0.0;
        d->here.b[k] = d->trial.b[k] = d->start[k] = b[k];
        d->here.low[k] = d->trial.low[k] = 0.0;
    }
    for (size_t k = d->p; k < d->n_names; k++) {
        d->jacobian[k] = NULL;
        d->jacobian_x[k] = NULL;
    }
    atn_descent_prior_peaks(d);
}

void atn_descent_move(atn_descent *d, double *step)
{
    const atn_regression_model *model = d->model;
    for (size_t j = 0; j < d->m; j++) {
        const size_t at = d->free[j];
        const long double sum = (long double)d->here.b[at] + d->here.low[at] + step[j];
        double b = (double)sum;
        d->trial.low[at] = d->extended ? (double)(sum - b) : 0.0;
        if ((model->lower && b < model->lower[at]) || (model->upper && b > model->upper[at])) {
            b = model->lower && b < model->lower[at] ? model->lower[at] : model->upper[at];
            step[j] = b - d->here.b[at];
            d->trial.low[at] = 0.0;
        }
        d->trial.b[at] = b;
    }
}

/* Largest share of the step that stays inside the bounds; *blocked tells whether a chosen parameter
 * that lies on a bound already would leave at once: those are no longer chosen. */
static double room(atn_descent *d, const double *step, bool *blocked)
{
    const atn_regression_model *model = d->model;
    double share = 1.0;
    size_t k = 0;
    *blocked = false;
    for (size_t i = 0; i < d->k; i++) {
        const size_t j = d->chosen[i], at = d->free[j];
        const double b = d->here.b[at];
        const double end = step[j] < 0.0 ? (model->lower ? model->lower[at] : -INFINITY)
                                         : (model->upper ? model->upper[at] : INFINITY);
        const bool stuck = step[j] != 0.0 && b == end;
        if (stuck)
            *blocked = true;
        else
            d->chosen[k++] = j;
        if (step[j] != 0.0 && !stuck) share = fmin(share, (end - b) / step[j]);
    }
    if (*blocked) d->k = k;
    return share;
}

bool atn_descent_bounded(atn_descent *d, double *step, bool *short_of)
{
    bool blocked;
    *short_of = false;
    if (!d->model->lower && !d->model->upper) return true;
    const double share = room(d, step, &blocked);
    if (blocked) return false;
    for (size_t j = 0; j < d->m && share < 1.0; j++) step[j] *= share;
    *short_of = share < 1.0;
    return true;
}

static bool open_ended(const atn_regression_model *model, size_t k)
{
    return (!model->lower || isinf(model->lower[k])) && (!model->upper || isinf(model->upper[k]));
}

/* Positions of the parameters to eliminate among the chosen: those in which the formula is affine.
 */
static void choose_linear(atn_descent *d)
{
    d->k = 0;
    for (size_t j = 0; j < d->m; j++)
        if (d->linear[d->free[j]] && open_ended(d->model, d->free[j])) d->chosen[d->k++] = j;
}

/* Scales of the trust region; 0 for parameters that are eliminated: their steps are not damped. */
static void grow_sizes(atn_descent *d)
{
    for (size_t j = 0; j < d->m; j++) {
        const size_t at = d->free[j];
        if (d->eliminates && d->linear[at] && open_ended(d->model, at)) {
            d->size[j] = 0.0;
            continue;
        }
        const double norm = (double)atn_descent_column(d, j);
        if (norm > d->size[j]) d->size[j] = norm;
        if (d->size[j] == 0.0) d->size[j] = DBL_MIN;
    }
}

/* With rows at here: d->step to the estimate of the parameters in which the formula is affine,
 * given the others.  false where there are none, or the rows do not determine them. */
static bool linear_step(atn_descent *d)
{
    choose_linear(d);
    return d->k > 0 && atn_descent_condition(d, NULL) <= 1e12 && atn_descent_step(d, 0.0, d->step);
}

bool atn_descent_eliminate(atn_descent *d)
{
    const bool solved = linear_step(d);
    /* With priors or a robust loss the step is no solution, only a better place to start. */
    d->eliminates = solved && !d->model->priors && d->model->loss == ATTAIN_LOSS_SQUARES;
    if (solved) atn_descent_move(d, d->step);
    return solved;
}

/* The loss at the estimate of those parameters: never above the loss at the start, and free of what
 * a far start of theirs would do to the path. */
static void solve_linear(atn_descent *d)
{
    if (!atn_descent_eliminate(d)) return;
    if (atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->trial) && d->trial.loss <= d->here.loss)
        atn_descent_swap(d);
}

/* What rounding of the rows may do to the loss here, terms that cancel in the formula included. */
static double loss_noise(const atn_descent *d)
{
    double size = sqrt(d->square);
    for (size_t j = 0; j < d->m; j++)
        size += (double)atn_descent_column(d, j) * fabs(d->here.b[d->free[j]]);
    return d->noise + DBL_EPSILON * size * sqrt(2.0 * d->here.loss);
}

/* The last steps, taken back where they lead away. */
static bool try_last_steps(atn_descent *d)
{
    const double loss = d->here.loss, noise = loss_noise(d);
    memcpy(d->saved, d->here.b, d->p * sizeof *d->saved);
    if (atn_descent_last_steps(d, ATN_DEPTH_ROWS) == ATTAIN_REGRESSION_CONVERGED &&
        d->here.loss <= loss * (1.0 + 1e-9) + noise)
        return true;
    memcpy(d->here.b, d->saved, d->p * sizeof *d->saved);
    atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->here);
    return false;
}

/* Length of the place itself. */
static double place_length(atn_descent *d)
{
    for (size_t j = 0; j < d->m; j++) d->step[j] = d->here.b[d->free[j]];
    return atn_descent_length(d, d->step);
}

/* New trust radius: More (1978), algorithm 7.1. */
static double next_radius(double radius, double length, double gain, bool damped)
{
    if (gain <= 0.25) return 0.25 * fmin(radius, length > 0.0 ? 4.0 * length : radius);
    if (gain >= 0.75 || !damped) return fmax(radius, 2.0 * length);
    return radius;
}

/* Takes the trial: its linear parameters go to their estimate first, where that lowers the loss by
 * much (Golub & Pereyra 1973; with Kaufman's (1975) simplification in the steps). */
static bool accept(atn_descent *d, double foretold)
{
    atn_descent_swap(d);
    const double fallen = d->trial.loss;
    double gained = 0.0;
    if (d->eliminates && d->here.has_rows && linear_step(d)) {
        gained = atn_descent_foretold(d, d->step);
        if (!(gained > 1e-3 * d->here.loss)) gained = 0.0;
    }
    if (!((fallen - (d->here.loss - gained)) > 1e-4 * foretold)) {
        atn_descent_swap(d);
        return false;
    }
    if (gained > 0.0) {
        atn_descent_move(d, d->step);
        if (atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->trial) && d->trial.loss <= d->here.loss)
            atn_descent_swap(d);
    }
    return true;
}

static attain_regression_outcome damped_steps(atn_descent *d, size_t limit)
{
    double lambda = 0.0, radius = 0.0, tried = INFINITY;
    bool accepted = true;
    for (size_t i = 0; i < limit; i++) {
        if (!d->here.has_rows && !atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->here))
            return ATTAIN_REGRESSION_STALLED;
        atn_descent_choose(d);
        if (d->k == 0) return ATTAIN_REGRESSION_CONVERGED;
        if (accepted) grow_sizes(d);
        const double place = place_length(d);
        if (radius == 0.0) radius = fmin(place, first_reach * sqrt(2.0 * d->here.loss));
        if (radius == 0.0) radius = 1.0;
        bool cut;
        do {
            if (d->k == 0) return ATTAIN_REGRESSION_CONVERGED;
            atn_descent_trust(d, radius, &lambda, d->step);
        } while (!atn_descent_bounded(d, d->step, &cut));
        atn_descent_move(d, d->step);
        const double foretold = atn_descent_foretold(d, d->step);
        const double length = atn_descent_length(d, d->step);
        const bool close = !cut && lambda == 0.0 && foretold <= 1e-6 * d->here.loss;
        const bool noise = radius <= 1e-14 * place || (!cut && !(foretold > loss_noise(d)));
        if ((close && foretold < 1e-2 * tried) || noise) {
            tried = foretold;
            if (try_last_steps(d)) return ATTAIN_REGRESSION_CONVERGED;
            if (noise) return ATTAIN_REGRESSION_STALLED;
            accepted = true;
            continue;
        }
        const double loss = d->here.loss;
        const bool rows = accepted || d->eliminates;
        atn_descent_evaluate(d, rows ? ATN_DEPTH_ROWS : ATN_DEPTH_VALUE, &d->trial);
        accepted = isfinite(d->trial.loss) && accept(d, foretold);
        const double gain = accepted ? (loss - d->here.loss) / foretold : 0.0;
        radius = next_radius(radius, length, gain, lambda > 0.0);
        if (!accepted) d->rejected++;
    }
    return ATTAIN_REGRESSION_STEP_LIMIT;
}

/* Whether rounding in double may show in the wanted digits of estimates or standard errors. */
static bool needs_extended(atn_descent *d)
{
    if (d->k == 0 || !atn_descent_precision(d)) return d->k > 0;
    for (size_t i = 0; i < d->k; i++)
        if (!(d->floor[i] <= atn_wanted_digits * fabs(d->here.b[d->free[d->chosen[i]]])))
            return true;
    return !(atn_descent_condition(d, NULL) * DBL_EPSILON <= atn_wanted_digits);
}

static attain_regression_outcome search(atn_descent *d, size_t limit)
{
    d->extended = false;
    memset(d->here.low, 0, d->p * sizeof *d->here.low);
    if (!atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->here)) return ATTAIN_REGRESSION_STALLED;
    solve_linear(d);
    attain_regression_outcome outcome = damped_steps(d, limit);
    atn_descent_choose(d);
    if (outcome == ATTAIN_REGRESSION_STEP_LIMIT || !d->here.has_rows) return outcome;
    if (needs_extended(d)) {
        d->extended = true;
        if (!atn_descent_evaluate(d, ATN_DEPTH_EXTENDED, &d->here))
            return ATTAIN_REGRESSION_STALLED;
        const double loss = d->here.loss;
        outcome = atn_descent_last_steps(d, ATN_DEPTH_EXTENDED);
        if (!(d->here.loss <= loss * (1.0 + 1e-6) + d->noise)) outcome = ATTAIN_REGRESSION_STALLED;
        atn_descent_choose(d);
    }
    if (!(atn_descent_condition(d, NULL) <= all_but_singular)) return ATTAIN_REGRESSION_SINGULAR;
    return outcome;
}

bool atn_descent_visit(atn_descent *d, const atn_regression_model *model, const double *b,
                       const atn_descent_end *end)
{
    d->scale = end->scale;
    d->extended = end->extended;
    atn_descent_begin(d, model, b);
    const atn_depth depth = end->extended ? ATN_DEPTH_EXTENDED : ATN_DEPTH_ROWS;
    if (!atn_descent_evaluate(d, depth, &d->here)) return false;
    atn_descent_choose(d);
    if (!end->extended || end->outcome != ATTAIN_REGRESSION_CONVERGED || d->k == 0) return true;
    /* What the estimate lost when it was rounded to double shows in the residuals of large
     * responses: it is found again by one step. */
    if (!atn_descent_step(d, 0.0, d->step)) return true;
    atn_descent_move(d, d->step);
    if (atn_descent_evaluate(d, depth, &d->trial)) atn_descent_swap(d);
    return true;
}

/* Searches and scales by turns, until both stand still. */
static attain_regression_outcome search_scaled(atn_descent *d)
{
    for (int i = 0; i < MAX_SCALES; i++) {
        const attain_regression_outcome outcome = search(d, MAX_STEPS);
        if (outcome != ATTAIN_REGRESSION_CONVERGED) return outcome;
        const double scale = atn_descent_scale(d), change = fabs(scale - d->scale);
        /* Exact up to rounding: no scale is left to find. */
        if (scale * scale * (double)d->model->n_rows <= d->noise)
            return ATTAIN_REGRESSION_CONVERGED;
        if (change <= 1e-11 * d->scale) return ATTAIN_REGRESSION_CONVERGED;
        d->scale = scale;
        d->here.has_rows = false;
    }
    return ATTAIN_REGRESSION_STALLED;
}

/* A loss with a scale of its own, from where the plain one ended and from the start: outliers may
 * have led the plain one astray. */
static attain_regression_outcome search_own_scale(atn_descent *d, const double *start)
{
    const bool robust = d->model->loss != ATTAIN_LOSS_SQUARES;
    attain_regression_outcome outcome[2] = {ATTAIN_REGRESSION_STALLED, ATTAIN_REGRESSION_STALLED};
    double objective[2] = {INFINITY, INFINITY};
    for (int from_start = !robust; from_start < 2; from_start++) {
        /* Without priors the rows may not determine a plain answer, but its scale will do. */
        const bool plain_scale = !robust && isfinite(d->here.loss);
        if (plain_scale) d->scale = atn_descent_scale(d);
        if (from_start) {
            memcpy(d->saved_end, d->here.b, d->p * sizeof *d->saved_end);
            memcpy(d->here.b, start, d->p * sizeof *start);
        }
        if (!plain_scale) {
            const bool finite = atn_descent_evaluate(d, ATN_DEPTH_VALUE, &d->here);
            d->scale = finite ? atn_descent_scale(d) : INFINITY;
        }
        d->here.has_rows = false;
        if (isfinite(d->scale)) outcome[from_start] = search_scaled(d);
        if (outcome[from_start] == ATTAIN_REGRESSION_CONVERGED)
            objective[from_start] = atn_descent_objective(d);
        d->scale_of[from_start] = d->scale;
    }
    if (outcome[0] != ATTAIN_REGRESSION_CONVERGED || objective[0] > objective[1] * (1.0 + 1e-9))
        return outcome[1];
    memcpy(d->here.b, d->saved_end, d->p * sizeof *d->saved_end);
    d->scale = d->scale_of[0];
    return search_scaled(d);
}

void atn_descent_run(atn_descent *d, const atn_regression_model *model, const double *start,
                     double *estimate, atn_descent_end *end)
{
    atn_regression_model plain = *model;
    plain.loss = ATTAIN_LOSS_SQUARES;
    plain.priors = NULL;
    d->evaluations = d->rejected = 0;
    d->scale = 1.0;
    atn_descent_begin(d, &plain, start);
    attain_regression_outcome outcome = search(d, MAX_STEPS);
    if (model->loss != ATTAIN_LOSS_SQUARES || model->priors) {
        d->model = model;
        atn_descent_prior_peaks(d);
        outcome = search_own_scale(d, d->start);
    }
    memcpy(estimate, d->here.b, d->p * sizeof *estimate);
    atn_descent_judge(d, outcome, end);
    d->model = NULL; /* plain goes out of scope */
}
