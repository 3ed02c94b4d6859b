/* Rows go through the formula in blocks; a worker has its own block and its own point. */
#include "stats/regression_target.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"

enum { LANES = 1024 };

/* ---- the rows ---- */

/* Residuals of a block into `seed` as w r / sigma^2; returns their weighted squares. */
static double block_square(const atn_regression_target *t, size_t first, size_t lanes,
                           double precision, const double *value, double *seed)
{
    const atn_regression_model *m = t->model;
    double square = 0.0;
    for (size_t l = 0; l < lanes; l++) {
        const double r = m->response[first + l] - value[l];
        const double w = m->weights ? m->weights[first + l] : 1.0;
        square += w * r * r;
        seed[l] = precision * w * r;
    }
    return square;
}

/* sum w r^2; the derivative of -1/2 of it over sigma^2 by each parameter is added to `slope`, which
 * is NULL where it is not wanted. */
static double sum_of_squares(const atn_regression_target *t, const double *b, double precision,
                             double *slope, size_t worker)
{
    const atn_regression_model *m = t->model;
    double *value = t->work + worker * t->work_size, *seed = value + t->lanes;
    double *work = seed + t->lanes, square = 0.0;
    const double **inputs = t->inputs + worker * t->n_names;
    double **adjoints = t->adjoints + worker * t->n_names;
    for (size_t k = 0; k < t->p; k++) {
        inputs[k] = b + k;
        adjoints[k] = slope ? slope + k : NULL;
    }
    for (size_t first = 0; first < m->n_rows; first += t->lanes) {
        const size_t rest = m->n_rows - first, lanes = rest < t->lanes ? rest : t->lanes;
        for (size_t k = t->p; k < t->n_names; k++) {
            const double *column = m->columns[k - t->p];
            inputs[k] = column ? column + first : NULL;
            adjoints[k] = NULL;
        }
        atn_formula_value(m->formula, lanes, inputs, value, work);
        square += block_square(t, first, lanes, precision, value, seed);
        if (slope) atn_formula_gradient(m->formula, lanes, inputs, seed, NULL, adjoints, work);
    }
    return square;
}

/* ---- the line ---- */

/* A worker's point, after its block. */
typedef struct point {
    double *reach, *dx, *dlog; /* n each: u - origin, dx / du, d log|dx/du| / du */
    double *x, *slope;         /* p + 1 each: natural values, d log p / dx */
    double scale;              /* of all coordinates but sigma's */
} point;

static point point_of(const atn_regression_target *t, size_t worker)
{
    const size_t n = t->p + 1;
    double *at = t->work + (worker + 1) * t->work_size - 5 * n;
    return (point){at, at + n, at + 2 * n, at + 3 * n, at + 4 * n, 1.0};
}

/* Natural values at z; returns the log Jacobian. */
static double place(const atn_regression_target *t, const double *z, point *at)
{
    const size_t n = t->n;
    double log_jacobian = 0.0;
    memcpy(at->x, t->held, (t->p + 1) * sizeof *at->x);
    at->scale = 1.0;
    for (size_t i = 0; i < n; i++) {
        double part;
        at->reach[i] = at->scale * atn_inner(t->factor + i * n, z, i + 1);
        at->x[t->which[i]] = atn_transform_forward(&t->transforms[i], t->origin[i] + at->reach[i],
                                                   &at->dx[i], &part, &at->dlog[i]);
        log_jacobian += part;
        if (i == 0 && t->scaled) {
            at->scale = at->x[t->p] /
                        atn_transform_forward(&t->transforms[0], t->origin[0], NULL, NULL, NULL);
            log_jacobian += (double)(n - 1) * log(at->scale);
        }
    }
    return log_jacobian;
}

/* From the slopes by natural values to those by z. */
static void slope_by_z(const atn_regression_target *t, const point *at, double *gradient)
{
    const size_t n = t->n;
    double by_scale = (double)(n - 1);
    for (size_t j = 0; j < n; j++) gradient[j] = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double by_u = at->slope[t->which[i]] * at->dx[i] + at->dlog[i];
        const double scale = i == 0 ? 1.0 : at->scale;
        for (size_t j = 0; j <= i; j++) gradient[j] += by_u * scale * t->factor[i * n + j];
        if (i > 0) by_scale += by_u * at->reach[i];
    }
    if (t->scaled) gradient[0] += by_scale * at->dx[0] / at->x[t->p] * t->factor[0];
}

static const atn_prior *prior_of(const atn_regression_target *t, size_t k)
{
    if (k == t->p) return t->sigma;
    return t->model->priors ? t->model->priors[k] : NULL;
}

double atn_regression_log_density(void *user, const double *z, double *gradient, size_t worker)
{
    const atn_regression_target *t = user;
    point at = point_of(t, worker);
    double total = place(t, z, &at);
    memset(at.slope, 0, (t->p + 1) * sizeof *at.slope);
    const double sigma = at.x[t->p], precision = 1.0 / (sigma * sigma);
    const double rows = (double)t->model->n_rows;
    const double square = sum_of_squares(t, at.x, precision, gradient ? at.slope : NULL, worker);
    total -= rows * log(sigma) + 0.5 * precision * square;
    at.slope[t->p] = (precision * square - rows) / sigma;
    for (size_t i = 0; i < t->n; i++) {
        const size_t k = t->which[i];
        const atn_prior *prior = prior_of(t, k);
        if (prior) total += atn_prior_log_density(prior, at.x[k], &at.slope[k]);
    }
    if (!isfinite(total)) return -INFINITY;
    if (gradient) slope_by_z(t, &at, gradient);
    return total;
}

double atn_regression_natural(const atn_regression_target *t, const double *z, double *natural)
{
    point at = point_of(t, 0);
    const double log_jacobian = place(t, z, &at);
    memcpy(natural, at.x, (t->p + 1) * sizeof *natural);
    return log_jacobian;
}

/* ---- life ---- */

static bool allocate(attain_context *ctx, atn_regression_target *t)
{
    const size_t n = t->p + 1, workers = atn_parallel_workers(ctx, SIZE_MAX);
    t->work_size = 2 * t->lanes + atn_formula_work_size(t->model->formula, t->lanes) + 5 * n;
    t->which = ATN_NEW_ARRAY(ctx, size_t, n);
    t->transforms = ATN_NEW_ARRAY(ctx, atn_transform, n);
    t->held = ATN_NEW_ARRAY(ctx, double, n);
    t->origin = ATN_NEW_ARRAY(ctx, double, n);
    t->factor = ATN_NEW_ARRAY(ctx, double, n *n);
    t->work = ATN_NEW_ARRAY(ctx, double, workers * t->work_size);
    t->inputs = ATN_NEW_ARRAY(ctx, const double *, workers * t->n_names);
    t->adjoints = ATN_NEW_ARRAY(ctx, double *, workers * t->n_names);
    return t->which && t->transforms && t->held && t->origin && t->factor && t->work && t->inputs &&
           t->adjoints;
}

static void add_coordinate(atn_regression_target *t, size_t k, double lower, double upper)
{
    const atn_prior support = {.lower = lower, .upper = upper};
    t->which[t->n] = k;
    t->transforms[t->n++] = atn_transform_of(&support);
}

attain_status atn_regression_target_open(attain_context *ctx, const atn_regression_model *model,
                                         const atn_prior *sigma, atn_regression_target *t,
                                         attain_error *err)
{
    const size_t p = model->n_parameters;
    *t = (atn_regression_target){.model = model,
                                 .sigma = sigma,
                                 .p = p,
                                 .n_names = p + model->n_columns,
                                 .lanes = model->n_rows < LANES ? model->n_rows : LANES};
    if (!allocate(ctx, t)) {
        atn_regression_target_close(ctx, t);
        return atn_fail_nomem(err);
    }
    add_coordinate(t, p, sigma ? fmax(sigma->lower, 0.0) : 0.0, sigma ? sigma->upper : INFINITY);
    for (size_t k = 0; k < p; k++) {
        const double lower = model->lower ? model->lower[k] : -INFINITY;
        const double upper = model->upper ? model->upper[k] : INFINITY;
        if (lower < upper)
            add_coordinate(t, k, lower, upper);
        else
            t->held[k] = lower;
    }
    for (size_t i = 0; i < t->n; i++) t->factor[i * t->n + i] = 1.0;
    return ATTAIN_OK;
}

void atn_regression_target_close(attain_context *ctx, atn_regression_target *t)
{
    void *const blocks[] = {t->which,  t->transforms, t->held,           t->origin,
                            t->factor, t->work,       (void *)t->inputs, t->adjoints};
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) atn_free(ctx, blocks[k]);
    *t = (atn_regression_target){0};
}
