/* What the fitted model would have reported, beside what was reported. */
#include "project/run.h"

#include <math.h>

#include "stats/distribution.h"

enum { MAX_PREDICTIVE = 1000 }; /* draws: enough for 5 % tails, and each costs a path */
static const double fitted_levels[] = {0.05, 0.25, 0.5, 0.75, 0.95};

typedef struct prediction {
    const atn_run *run;
    size_t block, n_reports, n_used; /* draws used */
    atn_workspace **workspace;       /* workers x candidates */
    size_t n_workspaces;
    double *quantity; /* n_reports x n_used */
    double *position; /* n_reports x n_used: (F(low end) + F(high end)) / 2 */
    double *rows;     /* of each worker: three of n_reports */
} prediction;

static bool predict_draw(void *user, size_t item, size_t worker)
{
    const prediction *p = user;
    const attain_posterior *posterior = p->run->posterior;
    const atn_block *block = &posterior->blocks[p->block];
    /* spread evenly, so that every chain and candidate has its share */
    const size_t draw = item * posterior->n_draws / p->n_used;
    const atn_model *model;
    const double *theta = atn_posterior_theta(posterior, p->block, draw, &model);
    atn_workspace *workspace = p->workspace[worker * block->n_candidates + block->which[draw]];
    double *quantity = p->rows + worker * 3 * p->n_reports;
    double *below = quantity + p->n_reports, *upto = below + p->n_reports;
    atn_stream stream;
    atn_stream_init(&stream, posterior->seed, ATN_PURPOSE_PREDICT, p->block, draw);
    atn_model_replicate(model, theta, &stream, quantity, workspace);
    atn_model_predictive(model, theta, below, upto, workspace);
    for (size_t r = 0; r < p->n_reports; r++) {
        p->quantity[r * p->n_used + item] = quantity[r];
        p->position[r * p->n_used + item] = 0.5 * (below[r] + upto[r]);
    }
    return true;
}

static attain_status prepare(prediction *p, size_t workers, attain_error *err)
{
    attain_context *ctx = p->run->ctx;
    const atn_block *block = &p->run->posterior->blocks[p->block];
    p->workspace = ATN_NEW_ARRAY(ctx, atn_workspace *, workers * block->n_candidates);
    p->quantity = atn_alloc_array(ctx, p->n_reports, p->n_used * sizeof(double));
    p->position = atn_alloc_array(ctx, p->n_reports, p->n_used * sizeof(double));
    p->rows = atn_alloc_array(ctx, workers, 3 * p->n_reports * sizeof(double));
    if (!p->workspace || !p->quantity || !p->position || !p->rows) return atn_fail_nomem(err);
    for (size_t w = 0; w < workers; w++) {
        for (size_t c = 0; c < block->n_candidates; c++) {
            const attain_status status = atn_workspace_create(
                ctx, block->candidates[c].model, &p->workspace[w * block->n_candidates + c], err);
            if (status != ATTAIN_OK) return status;
            p->n_workspaces++;
        }
    }
    return ATTAIN_OK;
}

static void summarise(const prediction *p)
{
    const atn_model *model = p->run->posterior->blocks[p->block].candidates[0].model;
    for (size_t r = 0; r < p->n_reports; r++) {
        atn_report_fit *fit = &p->run->projection->reports[atn_model_report(model, r)];
        const double at = atn_mean(p->position + r * p->n_used, p->n_used);
        fit->tail_probability = 2.0 * fmin(at, 1.0 - at);
        atn_quantiles(p->quantity + r * p->n_used, p->n_used, fitted_levels, 5, fit->fitted);
        fit->available = true;
    }
}

static attain_status predict_block(const atn_run *run, size_t b, attain_error *err)
{
    const atn_block *block = &run->posterior->blocks[b];
    prediction p = {.run = run, .block = b};
    p.n_reports = atn_model_n_reports(block->candidates[0].model);
    if (p.n_reports == 0) return ATTAIN_OK;
    const size_t n_draws = run->posterior->n_draws;
    p.n_used = n_draws < MAX_PREDICTIVE ? n_draws : MAX_PREDICTIVE;
    attain_status status = prepare(&p, atn_parallel_workers(run->ctx, p.n_used), err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(run->ctx, p.n_used, predict_draw, &p, "project", err);
    if (status == ATTAIN_OK) summarise(&p);
    for (size_t i = 0; i < p.n_workspaces; i++) atn_workspace_free(run->ctx, p.workspace[i]);
    atn_free(run->ctx, p.workspace);
    atn_free(run->ctx, p.quantity);
    atn_free(run->ctx, p.position);
    atn_free(run->ctx, p.rows);
    return status;
}

attain_status atn_predict_reports(atn_run *run, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    for (size_t b = 0; b < run->posterior->n_blocks && status == ATTAIN_OK; b++)
        status = predict_block(run, b, err);
    return status;
}
