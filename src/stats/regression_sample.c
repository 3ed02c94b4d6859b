/* The posterior of a regression with normal errors, by the sampler: parameters on the whole line,
 * then log sigma. */
#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "stats/distribution.h"
#include "stats/nuts.h"
#include "stats/regression.h"

typedef struct sampling {
    const atn_regression_model *model;
    const atn_prior *sigma; /* NULL: flat above 0 */
    size_t p, n_names, lanes;
    atn_transform *transforms;        /* p */
    double *work;                     /* a worker: its parts below, one after the other */
    size_t work_size, n_formula_work; /* doubles */
    const double **inputs;            /* a worker: n_names */
    double **adjoints;                /* a worker: n_names */
} sampling;

enum { LANES = 1024 };

/* Rows of a block: residuals into `seed` as w r / sigma^2, their weighted squares summed. */
static double block_square(const sampling *s, size_t first, size_t lanes, double precision,
                           const double *value, double *seed)
{
    const atn_regression_model *m = s->model;
    double square = 0.0;
    for (size_t l = 0; l < lanes; l++) {
        const double r = m->response[first + l] - value[l];
        const double w = m->weights ? m->weights[first + l] : 1.0;
        square += w * r * r;
        seed[l] = precision * w * r;
    }
    return square;
}

/* -1/2 sum w r^2 / sigma^2; its derivative by each parameter added to `slope` (NULL: not wanted).
 */
static double log_likelihood(const sampling *s, const double *b, double precision, double *slope,
                             size_t worker, double *square)
{
    const atn_regression_model *m = s->model;
    double *value = s->work + worker * s->work_size, *seed = value + s->lanes;
    double *work = seed + s->lanes;
    const double **inputs = s->inputs + worker * s->n_names;
    double **adjoints = s->adjoints + worker * s->n_names;
    *square = 0.0;
    for (size_t first = 0; first < m->n_rows; first += s->lanes) {
        const size_t rest = m->n_rows - first, lanes = rest < s->lanes ? rest : s->lanes;
        for (size_t k = 0; k < s->p; k++) {
            inputs[k] = b + k;
            adjoints[k] = slope + k;
        }
        for (size_t k = s->p; k < s->n_names; k++) {
            const double *column = m->columns[k - s->p];
            inputs[k] = column ? column + first : NULL;
            adjoints[k] = NULL;
        }
        atn_formula_value(m->formula, lanes, inputs, value, work);
        *square += block_square(s, first, lanes, precision, value, seed);
        if (slope) atn_formula_gradient(m->formula, lanes, inputs, seed, NULL, adjoints, work);
    }
    return -0.5 * precision * *square;
}

static double log_density(void *user, const double *u, double *gradient, size_t worker)
{
    const sampling *s = user;
    const size_t p = s->p;
    double *b = s->work + (worker + 1) * s->work_size - 3 * p, *dx = b + p, *slope = dx + p;
    const double log_sigma = u[p], sigma = exp(log_sigma), precision = exp(-2.0 * log_sigma);
    double total = 0.0, square;
    for (size_t k = 0; k < p; k++) {
        double log_jacobian, dlog_jacobian;
        b[k] =
            atn_transform_forward(&s->transforms[k], u[k], &dx[k], &log_jacobian, &dlog_jacobian);
        total += log_jacobian;
        slope[k] = 0.0;
        if (gradient) gradient[k] = dlog_jacobian;
    }
    total += log_likelihood(s, b, precision, gradient ? slope : NULL, worker, &square);
    for (size_t k = 0; k < p; k++) {
        if (s->model->priors && s->model->priors[k])
            total += atn_prior_log_density(s->model->priors[k], b[k], &slope[k]);
        if (gradient) gradient[k] += slope[k] * dx[k];
    }
    double by_sigma = 0.0;
    if (s->sigma) total += atn_prior_log_density(s->sigma, sigma, &by_sigma);
    const double n = (double)s->model->n_rows;
    total += log_sigma - n * log_sigma; /* the Jacobian of log sigma, and sigma^-n */
    if (gradient) gradient[p] = 1.0 - n + precision * square + by_sigma * sigma;
    return isfinite(total) ? total : -INFINITY;
}

static atn_transform transform_of(const atn_regression_model *m, size_t k)
{
    const atn_prior support = {.lower = m->lower ? m->lower[k] : -INFINITY,
                               .upper = m->upper ? m->upper[k] : INFINITY};
    return atn_transform_of(&support);
}

/* Covariance on the line from the least-squares answer; log sigma has variance 1 / (2 n). */
static attain_status line_covariance(const sampling *s, const atn_regression_answer *answer,
                                     double *mean, double *covariance, attain_error *err)
{
    const size_t p = s->p, n = p + 1;
    double *const dx = s->work;
    for (size_t k = 0; k < p; k++) {
        if (!(answer->std_error[k] > 0.0))
            return atn_fail(err, ATTAIN_ERR_NUMERIC,
                            "the sampler starts from least squares, which leaves a parameter "
                            "undetermined or on its bound");
        mean[k] = atn_transform_inverse(&s->transforms[k], answer->estimate[k]);
        (void)atn_transform_forward(&s->transforms[k], mean[k], &dx[k], NULL, NULL);
    }
    mean[p] = log(answer->end.scale);
    memset(covariance, 0, n * n * sizeof *covariance);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            covariance[i * n + j] = answer->covariance[i * p + j] / (dx[i] * dx[j]);
    covariance[n * n - 1] = 0.5 / (double)answer->n_rows;
    return ATTAIN_OK;
}

/* Starts twice as far out as a draw of the normal approximation, drawn in until finite. */
static attain_status place_starts(sampling *s, const double *mean, const double *factor,
                                  const atn_nuts_settings *settings, double *starts,
                                  attain_error *err)
{
    const size_t n = s->p + 1;
    for (size_t c = 0; c < settings->chains; c++) {
        double *start = starts + c * n, reach = 2.0;
        for (; reach > 0.1; reach *= 0.7) {
            atn_stream stream;
            atn_stream_init(&stream, settings->seed, ATN_PURPOSE_START, c, 0);
            memcpy(start, mean, n * sizeof *start);
            for (size_t j = 0; j < n; j++) {
                const double z = reach * atn_stream_normal(&stream);
                for (size_t i = j; i < n; i++) start[i] += factor[i * n + j] * z;
            }
            if (log_density(s, start, NULL, 0) > -INFINITY) break;
        }
        if (reach <= 0.1)
            return atn_fail(err, ATTAIN_ERR_NUMERIC,
                            "the posterior has no finite density near the "
                            "least-squares answer");
    }
    return ATTAIN_OK;
}

static attain_status open_sampling(attain_context *ctx, sampling *s, attain_error *err)
{
    const size_t workers = atn_parallel_workers(ctx, SIZE_MAX);
    s->n_formula_work = atn_formula_work_size(s->model->formula, s->lanes);
    s->work_size = 2 * s->lanes + s->n_formula_work + 3 * s->p;
    s->work = ATN_NEW_ARRAY(ctx, double, workers * s->work_size);
    s->inputs = ATN_NEW_ARRAY(ctx, const double *, workers * s->n_names);
    s->adjoints = ATN_NEW_ARRAY(ctx, double *, workers * s->n_names);
    s->transforms = ATN_NEW_ARRAY(ctx, atn_transform, s->p);
    if (!s->work || !s->inputs || !s->adjoints || !s->transforms) return atn_fail_nomem(err);
    for (size_t k = 0; k < s->p; k++) s->transforms[k] = transform_of(s->model, k);
    return ATTAIN_OK;
}

static void to_natural(const sampling *s, size_t n_draws, double *draws)
{
    for (size_t d = 0; d < n_draws; d++) {
        double *draw = draws + d * (s->p + 1);
        for (size_t k = 0; k < s->p; k++)
            draw[k] = atn_transform_forward(&s->transforms[k], draw[k], NULL, NULL, NULL);
        draw[s->p] = exp(draw[s->p]);
    }
}

attain_status atn_regression_sample(attain_context *ctx, const atn_regression_model *model,
                                    const atn_prior *sigma, const atn_regression_answer *answer,
                                    const atn_nuts_settings *settings, atn_nuts *nuts,
                                    attain_error *err)
{
    const size_t p = model->n_parameters, n = p + 1;
    sampling s = {.model = model,
                  .sigma = sigma,
                  .p = p,
                  .n_names = p + model->n_columns,
                  .lanes = model->n_rows < LANES ? model->n_rows : LANES};
    const atn_target target = {n, log_density, &s};
    double *mean = ATN_NEW_ARRAY(ctx, double, n + 2 * n * n + settings->chains * n);
    attain_status status = mean ? open_sampling(ctx, &s, err) : atn_fail_nomem(err);
    if (!status) {
        double *covariance = mean + n, *factor = covariance + n * n, *starts = factor + n * n;
        status = line_covariance(&s, answer, mean, covariance, err);
        if (!status && !atn_cholesky_raised(covariance, n, factor))
            status = atn_fail(err, ATTAIN_ERR_NUMERIC, "the least-squares covariance is singular");
        if (!status) status = place_starts(&s, mean, factor, settings, starts, err);
        if (!status) status = atn_nuts_run(ctx, &target, settings, covariance, starts, nuts, err);
        if (!status) to_natural(&s, settings->chains * settings->draws, nuts->draws);
    }
    atn_free(ctx, mean);
    atn_free(ctx, s.work);
    atn_free(ctx, s.inputs);
    atn_free(ctx, s.adjoints);
    atn_free(ctx, s.transforms);
    return status;
}
