/* Fitting a study: its blocks, each choice of trends in each, and their joint draws (METHODS 5). */
#include <attain/fit.h>
#include <string.h>

#include "estimate.h"
#include "loo.h"
#include "stacking.h"

enum { FIT_VERSION = 1, MAX_DEPTH = 10, MAX_CANDIDATES = 64, MIN_CHAIN = 4 };

void attain_fit_settings_init(attain_fit_settings *settings)
{
    *settings = (attain_fit_settings){.version = FIT_VERSION};
}

/* The c-th combination of its series' candidate trends, the last series varying fastest. */
static void choose_trends(const attain_study *study, const atn_block *block, size_t c,
                          size_t *trend)
{
    for (size_t k = block->n_series; k-- > 0;) {
        const size_t n = study->series[block->series[k]].n_trends;
        trend[k] = c % n;
        c /= n;
    }
}

static attain_status fit_block(attain_posterior *p, atn_block *block, atn_nuts_settings sampler,
                               bool with_loo, size_t *chain, attain_error *err)
{
    attain_context *ctx = p->ctx;
    block->n_candidates = 1;
    for (size_t k = 0; k < block->n_series && block->n_candidates <= MAX_CANDIDATES; k++)
        block->n_candidates *= p->study->series[block->series[k]].n_trends;
    if (block->n_candidates > MAX_CANDIDATES)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "more than %d combinations of trends in one block of series",
                        MAX_CANDIDATES);
    block->candidates = ATN_NEW_ARRAY(ctx, atn_candidate, block->n_candidates);
    if (!block->candidates) return atn_fail_nomem(err);
    for (size_t k = 0; k < block->n_candidates; k++) {
        atn_candidate *c = &block->candidates[k];
        c->trend = ATN_NEW_ARRAY(ctx, size_t, block->n_series);
        if (!c->trend) return atn_fail_nomem(err);
        choose_trends(p->study, block, k, c->trend);
        c->weight = 1.0;
        c->elpd = NAN;
        attain_status status = atn_model_create(ctx, p->study, block->series, c->trend,
                                                block->n_series, &c->model, err);
        if (status != ATTAIN_OK) return status;
        sampler.stream = *chain;
        atn_estimation e = {.ctx = ctx,
                            .sampler = sampler,
                            .model = c->model,
                            .seed = p->seed,
                            .chain = (*chain)++,
                            .series = p->study->series[block->series[0]].id,
                            .n_draws = p->n_draws};
        status = atn_estimate(&e, c, err);
        if (status == ATTAIN_OK && (with_loo || block->n_candidates > 1))
            status = atn_loo_run(ctx, c, p->n_draws, err);
        if (status != ATTAIN_OK) return status;
    }
    return block->n_candidates > 1 ? atn_stack(ctx, block, err) : ATTAIN_OK;
}

/* Joint draws: each candidate gets its share of rows, spread over all it has so that every chain
 * speaks, and the order is shuffled so that blocks, which are independent a posteriori, are paired
 * at random. */
static attain_status mix_candidates(attain_posterior *p, size_t b, attain_error *err)
{
    atn_block *block = &p->blocks[b];
    block->which = ATN_NEW_ARRAY(p->ctx, uint32_t, p->n_draws);
    block->row = ATN_NEW_ARRAY(p->ctx, uint32_t, p->n_draws);
    if (!block->which || !block->row) return atn_fail_nomem(err);
    const double n = (double)p->n_draws;
    size_t candidate = 0;
    double before = 0.0, weight = block->candidates[0].weight;
    for (size_t d = 0; d < p->n_draws; d++) {
        const double share = ((double)d + 0.5) / n;
        while (candidate + 1 < block->n_candidates && share > before + weight) {
            before += weight;
            weight = block->candidates[++candidate].weight;
        }
        block->which[d] = (uint32_t)candidate;
        block->row[d] = (uint32_t)fmin(n * (share - before) / weight, n - 1.0);
    }
    /* chains stay in order, so that each block's diagnostics can be read off the joint draws */
    if (p->n_chains > 1 && block->n_candidates == 1) return ATTAIN_OK;
    atn_stream stream;
    atn_stream_init(&stream, p->seed, ATN_PURPOSE_RESAMPLE, SIZE_MAX, b);
    for (size_t d = p->n_draws; d-- > 1;) { /* Fisher-Yates */
        const size_t j = (size_t)atn_stream_below(&stream, d + 1);
        const uint32_t which = block->which[d], row_d = block->row[d];
        block->which[d] = block->which[j];
        block->row[d] = block->row[j];
        block->which[j] = which;
        block->row[j] = row_d;
    }
    return ATTAIN_OK;
}

static attain_status allocate_blocks(attain_posterior *p, attain_error *err)
{
    const size_t n = p->study->n_series;
    p->block_of_series = ATN_NEW_ARRAY(p->ctx, size_t, n);
    p->place_in_block = ATN_NEW_ARRAY(p->ctx, size_t, n);
    if (!p->block_of_series || !p->place_in_block) return atn_fail_nomem(err);
    const size_t n_blocks = atn_study_blocks(p->study, p->block_of_series);
    p->blocks = ATN_NEW_ARRAY(p->ctx, atn_block, n_blocks);
    if (!p->blocks) return atn_fail_nomem(err);
    p->n_blocks = n_blocks;
    for (size_t b = 0; b < n_blocks; b++) {
        p->blocks[b].series = ATN_NEW_ARRAY(p->ctx, size_t, n);
        if (!p->blocks[b].series) return atn_fail_nomem(err);
    }
    for (size_t s = 0; s < n; s++) {
        atn_block *block = &p->blocks[p->block_of_series[s]];
        p->place_in_block[s] = block->n_series;
        block->series[block->n_series++] = s;
    }
    return ATTAIN_OK;
}

static bool is_sampled(const attain_study *study, const attain_fit_settings *settings)
{
    return settings->method == ATTAIN_METHOD_STUDY ? study->fit.nuts
                                                   : settings->method == ATTAIN_METHOD_NUTS;
}

static attain_status check_settings(const attain_study *study, const attain_fit_settings *settings,
                                    size_t *n_draws, attain_error *err)
{
    if (settings->version != FIT_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "fit settings: version %d; initialise them with attain_fit_settings_init",
                        settings->version);
    if (settings->method != ATTAIN_METHOD_STUDY && settings->method != ATTAIN_METHOD_MAP &&
        settings->method != ATTAIN_METHOD_NUTS)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "fit settings: unknown method %d",
                        (int)settings->method);
    const long draws = settings->draws ? settings->draws : study->fit.chains * study->fit.draws;
    if (!(draws >= 100 && draws <= 1000000))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "%ld draws asked for; between 100 and 1,000,000 are possible", draws);
    if (is_sampled(study, settings) && draws / study->fit.chains < MIN_CHAIN)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "%ld draws asked for from %ld chains; a chain needs %d at least", draws,
                        study->fit.chains, MIN_CHAIN);
    *n_draws = (size_t)draws;
    return ATTAIN_OK;
}

attain_status attain_fit_run(attain_context *context, const attain_study *study,
                             const attain_fit_settings *settings, attain_diagnostics *diagnostics,
                             attain_posterior **posterior, attain_error *err)
{
    atn_error_clear(err);
    (void)diagnostics; /* what is to be said of a fit, gates say with the results */
    *posterior = NULL;
    attain_fit_settings defaults;
    attain_fit_settings_init(&defaults);
    if (!settings) settings = &defaults;
    size_t n_draws = 0;
    attain_status status = check_settings(study, settings, &n_draws, err);
    if (status != ATTAIN_OK) return status;
    attain_posterior *p = ATN_NEW(context, attain_posterior);
    if (!p) return atn_fail_nomem(err);
    const bool nuts = is_sampled(study, settings);
    atn_nuts_settings sampler = {0};
    if (nuts) {
        sampler = (atn_nuts_settings){.chains = (size_t)study->fit.chains,
                                      .warmup = (size_t)study->fit.warmup,
                                      .draws = n_draws / (size_t)study->fit.chains,
                                      .max_depth = MAX_DEPTH};
        n_draws = sampler.chains * sampler.draws;
    }
    *p = (attain_posterior){.ctx = context,
                            .study = study,
                            .n_draws = n_draws,
                            .n_chains = nuts ? sampler.chains : 1,
                            .seed = settings->has_seed ? settings->seed : study->fit.seed,
                            .method = nuts ? "nuts" : "map",
                            .requested = nuts ? "nuts" : "map"};
    sampler.seed = p->seed;
    size_t chain = 0;
    status = allocate_blocks(p, err);
    for (size_t b = 0; status == ATTAIN_OK && b < p->n_blocks; b++) {
        status = fit_block(p, &p->blocks[b], sampler, !settings->skip_loo, &chain, err);
        if (status == ATTAIN_OK) status = mix_candidates(p, b, err);
    }
    if (status == ATTAIN_OK)
        *posterior = p;
    else
        attain_posterior_free(p);
    return status;
}
