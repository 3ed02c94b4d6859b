/* Leave-one-out prediction of each report (Vehtari, Gelman & Gabry 2017; Vehtari et al. 2024):
 * draws are weighted by 1 / p(y_r | theta), smoothed, so that they stand for the posterior without
 * report r.  Two passes over the draws: the first for the weights, the second for the predictive
 * probability F below and up to the statement's ends under them; what is kept between them is one
 * number a draw and report. */
#include "loo.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 64, MOST_DRAWS = 20000 };

typedef struct loo_job {
    attain_context *ctx;
    const atn_candidate *c;
    size_t n_draws, n_used, n_reports, n_chunks;
    atn_workspace **workspaces;
    size_t n_workspaces;
    double *table; /* n_reports x n_used: log likelihoods, then weights */
    double *sums;  /* n_chunks x 2 n_reports: of the weighted F at both ends */
    double *rows;  /* a worker: 2 n_reports */
    double *work;  /* a worker: 3 n_used + ATN_PSIS_ROOM */
    atn_loo_report *reports;
} loo_job;

/* Spread evenly, so that every chain has its share. */
static const double *used_draw(const loo_job *j, size_t i)
{
    const size_t row = j->n_used == j->n_draws ? i : i * (j->n_draws / j->n_used);
    return j->c->theta + row * atn_model_dimension(j->c->model);
}

static size_t chunk_end(const loo_job *j, size_t chunk)
{
    const size_t end = (chunk + 1) * CHUNK;
    return end < j->n_used ? end : j->n_used;
}

static bool likelihood_chunk(void *user, size_t chunk, size_t worker)
{
    const loo_job *j = user;
    double *row = j->rows + worker * 2 * j->n_reports;
    for (size_t i = chunk * CHUNK; i < chunk_end(j, chunk); i++) {
        atn_model_pointwise(j->c->model, used_draw(j, i), row, j->workspaces[worker]);
        for (size_t r = 0; r < j->n_reports; r++) j->table[r * j->n_used + i] = row[r];
    }
    return true;
}

/* Log likelihoods of one report become its weights. */
static bool weigh_report(void *user, size_t r, size_t worker)
{
    const loo_job *j = user;
    const size_t n = j->n_used;
    double *log_lik = j->table + r * n, *ratio = j->work + worker * (3 * n + ATN_PSIS_ROOM),
           *scratch = ratio + n;
    atn_loo_report *out = &j->reports[r];
    double lowest = INFINITY;
    for (size_t i = 0; i < n; i++) {
        ratio[i] = -log_lik[i];
        if (log_lik[i] < lowest && log_lik[i] > -INFINITY) lowest = log_lik[i];
    }
    out->lpd = atn_log_sum(log_lik, n) - log((double)n);
    out->pareto_k = atn_psis(ratio, n, 1.0, scratch);
    if (isnan(out->pareto_k)) { /* a draw that the report rules out: the worst draw stands for it */
        out->elpd = isfinite(lowest) ? lowest : -INFINITY;
        for (size_t i = 0; i < n; i++) log_lik[i] = 1.0 / (double)n;
        return true;
    }
    for (size_t i = 0; i < n; i++) scratch[i] = ratio[i] + log_lik[i];
    out->elpd = atn_log_sum(scratch, n);
    for (size_t i = 0; i < n; i++) log_lik[i] = exp(ratio[i]);
    return true;
}

static bool predict_chunk(void *user, size_t chunk, size_t worker)
{
    const loo_job *j = user;
    const size_t n = j->n_reports;
    double *below = j->rows + worker * 2 * n, *upto = below + n, *sum = j->sums + chunk * 2 * n;
    for (size_t i = chunk * CHUNK; i < chunk_end(j, chunk); i++) {
        atn_model_predictive(j->c->model, used_draw(j, i), below, upto, j->workspaces[worker]);
        for (size_t r = 0; r < n; r++) {
            const double weight = j->table[r * j->n_used + i];
            sum[r] += weight * below[r];
            sum[n + r] += weight * upto[r];
        }
    }
    return true;
}

static attain_status open_job(loo_job *j, attain_error *err)
{
    attain_context *ctx = j->ctx;
    const size_t workers = atn_parallel_workers(ctx, SIZE_MAX), n = j->n_reports;
    j->workspaces = ATN_NEW_ARRAY(ctx, atn_workspace *, workers);
    j->table = atn_alloc_array(ctx, n, j->n_used * sizeof(double));
    j->sums = atn_alloc_array(ctx, j->n_chunks, 2 * n * sizeof(double));
    j->rows = atn_alloc_array(ctx, workers, 2 * n * sizeof(double));
    j->work = atn_alloc_array(ctx, workers, (3 * j->n_used + ATN_PSIS_ROOM) * sizeof(double));
    if (!j->workspaces || !j->table || !j->sums || !j->rows || !j->work) return atn_fail_nomem(err);
    for (; j->n_workspaces < workers; j->n_workspaces++) {
        const attain_status status =
            atn_workspace_create(ctx, j->c->model, &j->workspaces[j->n_workspaces], err);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}

static void close_job(loo_job *j)
{
    for (size_t w = 0; w < j->n_workspaces; w++) atn_workspace_free(j->ctx, j->workspaces[w]);
    atn_free(j->ctx, j->workspaces);
    atn_free(j->ctx, j->table);
    atn_free(j->ctx, j->sums);
    atn_free(j->ctx, j->rows);
    atn_free(j->ctx, j->work);
}

static void gather(loo_job *j, atn_candidate *c)
{
    c->elpd = 0.0;
    c->n_high_loo_k = 0;
    for (size_t r = 0; r < j->n_reports; r++) {
        atn_loo_report *out = &j->reports[r];
        for (size_t chunk = 0; chunk < j->n_chunks; chunk++) {
            out->below += j->sums[chunk * 2 * j->n_reports + r];
            out->upto += j->sums[(chunk * 2 + 1) * j->n_reports + r];
        }
        c->elpd += out->elpd;
        if (!(out->pareto_k <= c->loo_threshold)) c->n_high_loo_k++;
    }
}

attain_status atn_loo_run(attain_context *ctx, atn_candidate *c, size_t n_draws, attain_error *err)
{
    static const char stage[] = "leave one out";
    loo_job j = {.ctx = ctx, .c = c, .n_draws = n_draws};
    j.n_reports = atn_model_n_reports(c->model);
    j.n_used = n_draws / ((n_draws + MOST_DRAWS - 1) / MOST_DRAWS);
    j.n_chunks = (j.n_used + CHUNK - 1) / CHUNK;
    c->loo_threshold = fmin(1.0 - 1.0 / log10((double)j.n_used), 0.7);
    c->loo = j.reports = ATN_NEW_ARRAY(ctx, atn_loo_report, j.n_reports);
    if (!c->loo) return atn_fail_nomem(err);
    c->elpd = 0.0;
    if (j.n_reports == 0) return ATTAIN_OK;
    attain_status status = open_job(&j, err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(ctx, j.n_chunks, likelihood_chunk, &j, stage, err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(ctx, j.n_reports, weigh_report, &j, stage, err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(ctx, j.n_chunks, predict_chunk, &j, stage, err);
    if (status == ATTAIN_OK) gather(&j, c);
    close_job(&j);
    return status;
}

/* The mixture of candidates: predictive densities and probabilities mix by weight; the worst k of a
 * candidate that counts stands for all. */
atn_loo_mixed atn_loo_mix(const attain_posterior *p, size_t b, size_t r)
{
    const atn_block *block = &p->blocks[b];
    atn_loo_mixed out = {.report = atn_model_report(block->candidates[0].model, r),
                         .elpd = -INFINITY,
                         .lpd = -INFINITY,
                         .pareto_k = -INFINITY,
                         .threshold = block->candidates[0].loo_threshold,
                         .available = true};
    const bool sampled = strcmp(p->method, "nuts") == 0;
    double below = 0.0, upto = 0.0;
    for (size_t c = 0; c < block->n_candidates; c++) {
        const atn_candidate *candidate = &block->candidates[c];
        if (!candidate->loo) { /* draws that no fit made */
            out.available = false;
            return out;
        }
        const atn_loo_report *own = &candidate->loo[r];
        const double log_weight = log(candidate->weight);
        out.elpd = atn_log_add(out.elpd, log_weight + own->elpd);
        out.lpd = atn_log_add(out.lpd, log_weight + own->lpd);
        below += candidate->weight * own->below;
        upto += candidate->weight * own->upto;
        const bool counts = candidate->weight >= ATN_WEIGHT_THAT_COUNTS;
        if (counts && !sampled && !candidate->resampled) out.available = false;
        if (counts && !(own->pareto_k <= out.pareto_k)) out.pareto_k = own->pareto_k;
    }
    atn_stream stream; /* a report's own: which others there are does not matter */
    atn_stream_init(&stream, p->seed, ATN_PURPOSE_PIT, out.report, 0);
    const double pit = below + atn_stream_uniform(&stream) * (upto - below);
    out.pit = fmin(fmax(pit, 0.0), 1.0);
    return out;
}
