/* Bootstrap intervals: resampled residuals (Efron & Tibshirani 1993, 9.4), one random stream a
 * replicate, so that a replicate's numbers depend on neither threads nor order. */
#include <math.h>

#include "regression_intervals.h"

typedef struct bootstrap_worker {
    atn_descent *descent;
    double *response; /* n_rows */
} bootstrap_worker;

typedef struct bootstrap_job {
    const atn_regression_model *model;
    const atn_regression_answer *answer;
    uint64_t seed;
    double *noise; /* n_rows: centred, rescaled residuals of weight 1 */
    bootstrap_worker *worker;
    double *estimate; /* replicates x p */
    bool *converged;  /* replicates */
} bootstrap_job;

static double root_weight(const atn_regression_model *model, size_t i)
{
    return model->weights ? sqrt(model->weights[i]) : 1.0;
}

/* noise_i = (sqrt(w_i) r_i - mean) sqrt(n / (n - p)): residuals are shorter than errors by about
 * that factor (Efron & Tibshirani 1993, p. 112). */
static void make_noise(const bootstrap_job *job)
{
    const size_t n = job->model->n_rows;
    const double stretch = sqrt((double)n / (double)job->answer->residual_df);
    for (size_t i = 0; i < n; i++)
        job->noise[i] = root_weight(job->model, i) * job->answer->residual[i];
    /* A robust fit leaves outliers on one side: their mean is no part of the centre. */
    const bool robust = job->model->loss != ATTAIN_LOSS_SQUARES;
    const double mean = robust ? 0.0 : atn_mean(job->noise, n);
    for (size_t i = 0; i < n; i++) job->noise[i] = (job->noise[i] - mean) * stretch;
}

static bool replicate(void *user, size_t item, size_t worker)
{
    bootstrap_job *job = user;
    const atn_regression_answer *answer = job->answer;
    double *const y = job->worker[worker].response;
    const size_t n = job->model->n_rows, p = job->model->n_parameters;
    atn_regression_model model = *job->model;
    atn_descent_end end;
    atn_stream stream;
    atn_stream_init(&stream, job->seed, ATN_PURPOSE_BOOTSTRAP, 0, item);
    for (size_t i = 0; i < n; i++) {
        const double drawn = job->noise[atn_stream_below(&stream, n)];
        y[i] = model.response[i] - answer->residual[i] + drawn / root_weight(&model, i);
    }
    model.response = y;
    atn_descent_run(job->worker[worker].descent, &model, answer->estimate, job->estimate + item * p,
                    &end);
    job->converged[item] = end.outcome == ATTAIN_REGRESSION_CONVERGED;
    return true;
}

/* Percentiles of each parameter over the replicates that converged; sample: replicates numbers. */
static size_t collect(const bootstrap_job *job, size_t replicates, double level, double *sample,
                      double *lower, double *upper)
{
    const double tails[2] = {0.5 * (1.0 - level), 0.5 * (1.0 + level)};
    const size_t p = job->model->n_parameters;
    size_t good = 0;
    for (size_t j = 0; j < p; j++) {
        double ends[2] = {NAN, NAN};
        good = 0;
        for (size_t r = 0; r < replicates; r++)
            if (job->converged[r]) sample[good++] = job->estimate[r * p + j];
        if (good > 1 && !atn_regression_is_held(job->model, j))
            atn_quantiles(sample, good, tails, 2, ends);
        lower[j] = ends[0];
        upper[j] = ends[1];
    }
    return replicates - good;
}

static void free_workers(attain_context *ctx, bootstrap_worker *worker, size_t n)
{
    for (size_t i = 0; worker && i < n; i++) {
        atn_descent_free(ctx, worker[i].descent);
        atn_free(ctx, worker[i].response);
    }
    atn_free(ctx, worker);
}

static attain_status make_workers(attain_context *ctx, const atn_regression_model *model, size_t n,
                                  bootstrap_worker **worker, attain_error *err)
{
    *worker = ATN_NEW_ARRAY(ctx, bootstrap_worker, n);
    if (!*worker) return atn_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const attain_status status = atn_descent_create(ctx, model, &(*worker)[i].descent, err);
        if (status) return status;
        (*worker)[i].response = ATN_NEW_ARRAY(ctx, double, model->n_rows);
        if (!(*worker)[i].response) return atn_fail_nomem(err);
    }
    return ATTAIN_OK;
}

attain_status atn_regression_bootstrap(attain_context *ctx, const atn_regression_model *model,
                                       const atn_regression_answer *answer, double level,
                                       uint64_t seed, size_t replicates, double *lower,
                                       double *upper, size_t *n_failed, attain_error *err)
{
    const size_t p = model->n_parameters, workers = atn_parallel_workers(ctx, replicates);
    bootstrap_job job = {.model = model, .answer = answer, .seed = seed};
    double *sample = NULL;
    if (answer->residual_df <= 0) { /* no scatter to draw from */
        for (size_t j = 0; j < p; j++) lower[j] = upper[j] = NAN;
        *n_failed = 0;
        return ATTAIN_OK;
    }
    attain_status status = make_workers(ctx, model, workers, &job.worker, err);
    if (status) goto cleanup;
    job.noise = ATN_NEW_ARRAY(ctx, double, model->n_rows);
    job.estimate = atn_alloc_array(ctx, replicates, p * sizeof *job.estimate);
    job.converged = ATN_NEW_ARRAY(ctx, bool, replicates);
    sample = ATN_NEW_ARRAY(ctx, double, replicates);
    if (!job.noise || !job.estimate || !job.converged || !sample) {
        status = atn_fail_nomem(err);
        goto cleanup;
    }
    make_noise(&job);
    status = atn_parallel_for(ctx, replicates, replicate, &job, "bootstrap", err);
    if (!status) *n_failed = collect(&job, replicates, level, sample, lower, upper);
cleanup:
    atn_free(ctx, sample);
    atn_free(ctx, job.converged);
    atn_free(ctx, job.estimate);
    atn_free(ctx, job.noise);
    free_workers(ctx, job.worker, workers);
    return status;
}
