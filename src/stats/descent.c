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

enum { BLOCK = 256, MAX_STEPS = 1000, MAX_LAST_STEPS = 60, MAX_SCALES = 300 };

static const double wanted_digits = 1e-10; /* of the estimate, relative to it */
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
    d->start = TAKE(double, p);
    d->saved = TAKE(double, p);
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
    atn_free(ctx, set);
    return ATTAIN_OK;
}

void atn_descent_free(attain_context *ctx, atn_descent *d)
{
    if (!d) return;
    const void *const blocks[] = {d->fold_r,
                                  d->here.b,
                                  d->trial.b,
                                  d->start,
                                  d->saved,
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

static void swap(atn_descent *d)
{
    const atn_spot spot = d->here;
    d->here = d->trial;
    d->trial = spot;
}

/* What rounding of the rows alone may do to a loss of about 0. */
static double noise_of(const atn_regression_model *model)
{
    double square = 0.0;
    for (size_t i = 0; i < model->n_rows; i++)
        square +=
            (model->weights ? model->weights[i] : 1.0) * model->response[i] * model->response[i];
    return 256.0 * DBL_EPSILON * DBL_EPSILON * square;
}

void atn_descent_begin(atn_descent *d, const atn_regression_model *model, const double *b)
{
    d->model = model;
    d->noise = noise_of(model);
    d->m = 0;
    for (size_t k = 0; k < d->p; k++) {
        const bool held = model->lower && model->upper && model->lower[k] >= model->upper[k];
        d->jacobian[k] = held ? NULL : d->jacobian_block + d->m * d->block;
        d->jacobian_x[k] = held ? NULL : d->jacobian_block_x + d->m * d->block;
        if (!held) d->free[d->m++] = k;
        d->size[k] = 0.0;
        d->here.b[k] = d->trial.b[k] = d->start[k] = b[k];
    }
    for (size_t k = d->p; k < d->n_names; k++) {
        d->jacobian[k] = NULL;
        d->jacobian_x[k] = NULL;
    }
}

/* trial.b <- here.b + step, kept inside the bounds; step becomes what was done. */
static void move(atn_descent *d, double *step)
{
    const atn_regression_model *model = d->model;
    for (size_t j = 0; j < d->m; j++) {
        const size_t at = d->free[j];
        double b = d->here.b[at] + step[j];
        if (model->lower && b < model->lower[at]) b = model->lower[at];
        if (model->upper && b > model->upper[at]) b = model->upper[at];
        d->trial.b[at] = b;
        if (b != d->here.b[at] + step[j]) step[j] = b - d->here.b[at];
    }
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
    const size_t c = d->m + 1;
    for (size_t j = 0; j < d->m; j++) {
        const size_t at = d->free[j];
        long double sum = 0;
        if (d->eliminates && d->linear[at] && open_ended(d->model, at)) {
            d->size[j] = 0.0;
            continue;
        }
        for (size_t i = 0; i <= j; i++) sum += d->here.r[i * c + j] * d->here.r[i * c + j];
        const double norm = (double)sqrtl(sum);
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
    if (solved) move(d, d->step);
    return solved;
}

/* The loss at the estimate of those parameters: never above the loss at the start, and free of what
 * a far start of theirs would do to the path. */
static void solve_linear(atn_descent *d)
{
    if (!atn_descent_eliminate(d)) return;
    if (atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->trial) && d->trial.loss <= d->here.loss)
        swap(d);
}

static double residual_sd(const atn_descent *d)
{
    const size_t n = d->model->n_rows;
    return n > d->k ? sqrt(2.0 * d->here.loss / (double)(n - d->k)) : 0.0;
}

/* Largest part of the step in units of what may be left of it. */
static double excess(const atn_descent *d, const double *step)
{
    double worst = 0.0;
    for (size_t i = 0; i < d->k; i++) {
        const size_t j = d->chosen[i];
        const double near = wanted_digits * fabs(d->here.b[d->free[j]]);
        const double part = fabs(step[j]) / (fmax(near, 8.0 * d->floor[i]) + DBL_MIN);
        if (!(part <= worst)) worst = part;
    }
    return worst;
}

/* -gradient over the chosen. */
static void downhill(const atn_descent *d, const atn_spot *spot, double *g)
{
    const size_t c = d->m + 1;
    for (size_t i = 0; i < d->k; i++) {
        long double sum = 0;
        for (size_t l = 0; l <= d->chosen[i]; l++)
            sum += spot->r[l * c + d->chosen[i]] * spot->r[l * c + d->m];
        g[i] = (double)sum;
    }
}

/* x <- W' x with W = R^-1 where the Hessian was taken. */
static void whiten(const atn_descent *d, double *x)
{
    const size_t k = d->k;
    for (size_t j = 0; j < k; j++) d->solution[j] = x[j];
    for (size_t i = 0; i < k; i++) {
        long double sum = 0;
        for (size_t j = 0; j <= i; j++) sum += d->whitener[j * k + i] * d->solution[j];
        x[i] = (double)sum;
    }
}

/* trial.b <- here.b + h times column i of W; false outside the bounds. */
static bool aside(atn_descent *d, size_t i, double h)
{
    memcpy(d->trial.b, d->here.b, d->p * sizeof *d->trial.b);
    for (size_t j = 0; j <= i; j++) {
        const size_t at = d->free[d->chosen[j]];
        d->trial.b[at] += (double)(h * d->whitener[j * d->k + i]);
        if (d->model->lower && d->trial.b[at] < d->model->lower[at]) return false;
        if (d->model->upper && d->trial.b[at] > d->model->upper[at]) return false;
    }
    return true;
}

/* W'HW, H the Hessian over the chosen, by differences of the exact gradient; about the unit matrix,
 * so that its errors do not make it indefinite.  Factored; false unless it is positive definite. */
static bool curvature(atn_descent *d)
{
    const size_t k = d->k;
    double *const low = d->factor, *const high = d->factor + k;
    const double sd = residual_sd(d);
    memcpy(d->whitener, d->inverse, k * k * sizeof *d->whitener);
    downhill(d, &d->here, low);
    whiten(d, low);
    for (size_t i = 0; i < k; i++) {
        double h = 1e-3 * sd;
        if (!aside(d, i, h) && !aside(d, i, h = -h)) return false;
        if (h == 0.0 || !atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->trial)) return false;
        downhill(d, &d->trial, high);
        whiten(d, high);
        for (size_t j = 0; j < k; j++) d->hessian[i * k + j] = -(high[j] - low[j]) / h;
    }
    atn_symmetrise(d->hessian, k);
    return atn_cholesky(d->hessian, k, d->factor);
}

static void newton_step(const atn_descent *d, double *step)
{
    const size_t k = d->k;
    double *const x = d->hessian; /* no longer needed */
    downhill(d, &d->here, x);
    whiten(d, x);
    atn_cholesky_solve(d->factor, k, x);
    memset(step, 0, d->m * sizeof *step);
    for (size_t i = 0; i < k; i++)
        for (size_t j = i; j < k; j++)
            step[d->chosen[i]] += (double)(d->whitener[i * k + j] * x[j]);
}

/* Undamped steps until one is too short to matter. */
static attain_regression_outcome last_steps(atn_descent *d, atn_depth depth)
{
    bool newton = false;
    double before = INFINITY;
    size_t k = 0;
    for (int i = 0; i < MAX_LAST_STEPS; i++) {
        atn_descent_choose(d);
        if (d->k == 0) return ATTAIN_REGRESSION_CONVERGED;
        if (d->k != k) newton = false;
        k = d->k;
        if (!atn_descent_precision(d) || !atn_descent_step(d, 0.0, d->step))
            return ATTAIN_REGRESSION_SINGULAR;
        if (newton) newton_step(d, d->step);
        double now = excess(d, d->step);
        if (now <= 1.0) return ATTAIN_REGRESSION_CONVERGED;
        if (!newton && now > 0.3 * before) {
            if (!curvature(d)) return ATTAIN_REGRESSION_STALLED;
            newton = true;
            newton_step(d, d->step);
            now = excess(d, d->step);
        } else if (now > 0.5 * before) {
            return now <= 100.0 ? ATTAIN_REGRESSION_CONVERGED : ATTAIN_REGRESSION_STALLED;
        }
        before = now;
        move(d, d->step);
        if (!atn_descent_evaluate(d, depth, &d->trial)) return ATTAIN_REGRESSION_STALLED;
        swap(d);
    }
    return ATTAIN_REGRESSION_STALLED;
}

/* last_steps, taken back where they lead away. */
static bool try_last_steps(atn_descent *d)
{
    const double loss = d->here.loss;
    memcpy(d->saved, d->here.b, d->p * sizeof *d->saved);
    if (last_steps(d, ATN_DEPTH_ROWS) == ATTAIN_REGRESSION_CONVERGED &&
        d->here.loss <= loss * (1.0 + 1e-9) + d->noise)
        return true;
    memcpy(d->here.b, d->saved, d->p * sizeof *d->saved);
    atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->here);
    return false;
}

static double weighted_length(const atn_descent *d, const double *b)
{
    double sum = 0.0;
    for (size_t j = 0; j < d->m; j++) {
        const double x = d->size[j] * b[d->free[j]];
        sum += x * x;
    }
    return sqrt(sum);
}

static double step_length(const atn_descent *d, const double *step)
{
    double sum = 0.0;
    for (size_t j = 0; j < d->m; j++) sum += d->size[j] * step[j] * d->size[j] * step[j];
    return sqrt(sum);
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
    swap(d);
    const double fallen = d->trial.loss;
    double gained = 0.0;
    if (d->eliminates && d->here.has_rows && linear_step(d)) {
        gained = atn_descent_foretold(d, d->step);
        if (!(gained > 1e-3 * d->here.loss)) gained = 0.0;
    }
    if (!((fallen - (d->here.loss - gained)) > 1e-4 * foretold)) {
        swap(d);
        return false;
    }
    if (gained > 0.0) {
        move(d, d->step);
        if (atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->trial) && d->trial.loss <= d->here.loss)
            swap(d);
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
        if (radius == 0.0)
            radius = fmin(weighted_length(d, d->here.b), first_reach * sqrt(2.0 * d->here.loss));
        if (radius == 0.0) radius = 1.0;
        atn_descent_trust(d, radius, &lambda, d->step);
        move(d, d->step);
        const double foretold = atn_descent_foretold(d, d->step);
        const double length = step_length(d, d->step);
        const bool close = lambda == 0.0 && foretold <= 1e-6 * d->here.loss;
        const bool noise =
            radius <= 1e-14 * weighted_length(d, d->here.b) || !(foretold > d->noise);
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
        if (!(d->floor[i] <= wanted_digits * fabs(d->here.b[d->free[d->chosen[i]]]))) return true;
    return !(atn_descent_condition(d, NULL) * DBL_EPSILON <= wanted_digits);
}

static attain_regression_outcome search(atn_descent *d, size_t limit)
{
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
        outcome = last_steps(d, ATN_DEPTH_EXTENDED);
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
    return true;
}

/* Searches and scales by turns, until both stand still. */
static attain_regression_outcome search_scaled(atn_descent *d)
{
    for (int i = 0; i < MAX_SCALES; i++) {
        const attain_regression_outcome outcome = search(d, MAX_STEPS);
        if (outcome != ATTAIN_REGRESSION_CONVERGED) return outcome;
        const double scale = atn_descent_scale(d), change = fabs(scale - d->scale);
        if (change <= 1e-11 * d->scale) return ATTAIN_REGRESSION_CONVERGED;
        if (!(scale > 0.0)) return ATTAIN_REGRESSION_STALLED;
        d->scale = scale;
        d->here.has_rows = false;
    }
    return ATTAIN_REGRESSION_STALLED;
}

void atn_descent_run(atn_descent *d, const atn_regression_model *model, const double *start,
                     double *estimate, atn_descent_end *end)
{
    const bool robust = model->loss != ATTAIN_LOSS_SQUARES;
    atn_regression_model plain = *model;
    plain.loss = ATTAIN_LOSS_SQUARES;
    plain.priors = NULL;
    d->evaluations = d->rejected = 0;
    d->extended = false;
    d->scale = 1.0;
    atn_descent_begin(d, &plain, start);
    attain_regression_outcome outcome = search(d, MAX_STEPS);
    if (robust || model->priors) {
        /* Without priors the rows may not determine an answer, but its scale will do. */
        const bool lost = !isfinite(d->here.loss);
        if (!robust || lost || outcome != ATTAIN_REGRESSION_CONVERGED)
            memcpy(d->here.b, d->start, d->p * sizeof *d->start);
        if (lost) atn_descent_evaluate(d, ATN_DEPTH_VALUE, &d->here);
        d->model = model;
        d->extended = false;
        d->scale = sqrt(2.0 * d->here.loss / (double)model->n_rows);
        d->scale = atn_descent_scale(d);
        outcome = d->scale > 0.0 ? search_scaled(d) : ATTAIN_REGRESSION_STALLED;
    }
    memcpy(estimate, d->here.b, d->p * sizeof *estimate);
    atn_descent_judge(d, outcome, end);
    d->model = NULL; /* plain goes out of scope */
}
