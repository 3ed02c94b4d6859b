/* A block fitted again without some reports: the answer that weights only approximate. */
#include <math.h>
#include <string.h>

#include "estimate.h"
#include "loo.h"
#include "stacking.h"
#include "study/leave_out.h"

enum { MAX_DEPTH = 10, LATER_CHAINS = 1000 };

/* Streams of its own, so that its Monte Carlo error is independent of the first fit's. */
static attain_status refit_candidate(attain_context *ctx, const attain_posterior *p, size_t block,
                                     size_t c, const attain_study *study, atn_block *own,
                                     attain_error *err)
{
    const atn_block *first = &p->blocks[block];
    atn_candidate *candidate = &own->candidates[c];
    const bool nuts = strcmp(p->method, "nuts") == 0;
    *candidate = (atn_candidate){.trend = first->candidates[c].trend, .weight = 1.0, .elpd = NAN};
    attain_status status = atn_model_create(ctx, study, own->series, candidate->trend,
                                            own->n_series, &candidate->model, err);
    if (status != ATTAIN_OK) return status;
    atn_estimation e = {.ctx = ctx,
                        .model = candidate->model,
                        .series = study->series[own->series[0]].id,
                        .seed = p->seed,
                        .chain = LATER_CHAINS + c,
                        .n_draws = p->n_draws};
    if (nuts)
        e.sampler = (atn_nuts_settings){.chains = p->n_chains,
                                        .warmup = (size_t)study->fit.warmup,
                                        .draws = p->n_draws / p->n_chains,
                                        .max_depth = MAX_DEPTH,
                                        .seed = p->seed,
                                        .stream = LATER_CHAINS + c};
    status = atn_estimate(&e, candidate, err);
    if (status == ATTAIN_OK && own->n_candidates > 1)
        status = atn_loo_run(ctx, candidate, p->n_draws, err);
    return status;
}

/* As the joint draws of a fit, but in order: shares of rows spread over all there are. */
static void share_out(const attain_posterior *p, atn_block *own)
{
    const double n = (double)p->n_draws;
    size_t c = 0;
    double before = 0.0, weight = own->candidates[0].weight;
    for (size_t d = 0; d < p->n_draws; d++) {
        const double share = ((double)d + 0.5) / n;
        while (c + 1 < own->n_candidates && share > before + weight) {
            before += weight;
            weight = own->candidates[++c].weight;
        }
        own->which[d] = (uint32_t)c;
        own->row[d] = (uint32_t)fmin(n * (share - before) / weight, n - 1.0);
    }
}

attain_status atn_leave_out_refit(attain_context *ctx, const attain_posterior *posterior,
                                  size_t block, const attain_study *study, atn_block *refitted,
                                  attain_error *err)
{
    const atn_block *first = &posterior->blocks[block];
    *refitted = (atn_block){
        .series = first->series, .n_series = first->n_series, .n_candidates = first->n_candidates};
    refitted->candidates = ATN_NEW_ARRAY(ctx, atn_candidate, first->n_candidates);
    refitted->which = ATN_NEW_ARRAY(ctx, uint32_t, posterior->n_draws);
    refitted->row = ATN_NEW_ARRAY(ctx, uint32_t, posterior->n_draws);
    attain_status status =
        refitted->candidates && refitted->which && refitted->row ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t c = 0; c < first->n_candidates && status == ATTAIN_OK; c++)
        status = refit_candidate(ctx, posterior, block, c, study, refitted, err);
    if (status == ATTAIN_OK && first->n_candidates > 1) status = atn_stack(ctx, refitted, err);
    if (status == ATTAIN_OK)
        share_out(posterior, refitted);
    else
        atn_block_free(ctx, posterior, block, refitted);
    return status;
}
