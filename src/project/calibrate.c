/* Simulation-based calibration (METHODS section 8): simulate, fit, rank, again and again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "project/calibration.h"
#include "stats/summary.h"

enum { SETTINGS_VERSION = 1, DEFAULT_REPLICATES = 100, MOST_REPLICATES = 1000000 };

static const double most_rhat = 1.05;

/* Streams of a replicate: (seed, SIMULATE, replicate, one of these). */
enum { STREAM_SEEDS, STREAM_RANKS, STREAM_BLOCKS };

typedef struct loop {
    attain_context *ctx;
    const attain_study *study;
    const atn_departure *departure;
    attain_fit_settings fit;
    uint64_t seed;
    attain_calibration *result;
    attain_study simulated;     /* the study with reports of its own */
    attain_posterior truth;     /* one draw */
    atn_workspace **workspaces; /* a block */
    double *quantity;           /* n_reports */
    double *truths;             /* n_quantities */
    double *values;             /* n_quantities x draws of one fit; grown by the first */
    size_t n_values;
    double *scratch; /* draws of one fit */
    /* the caller's callback, which sees one stage in place of every fit's own */
    attain_proceed *proceed;
    void *proceed_user;
    double fraction;
} loop;

void attain_calibration_settings_init(attain_calibration_settings *settings)
{
    *settings = (attain_calibration_settings){.version = SETTINGS_VERSION};
}

static attain_status check_settings(const attain_calibration_settings *s, attain_error *err)
{
    if (s->version != SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "calibration settings: version %d; initialise them with "
                        "attain_calibration_settings_init",
                        s->version);
    if (s->replicates > MOST_REPLICATES)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "calibration settings: %zu replicates asked for; between 1 and 1,000,000 "
                        "are possible",
                        s->replicates);
    return ATTAIN_OK;
}

static bool proceed_as_one(void *user, const attain_progress *progress)
{
    const loop *l = user;
    (void)progress;
    const attain_progress whole = {.stage = "calibrate", .fraction = l->fraction};
    return l->proceed(l->proceed_user, &whole);
}

/* ---- the truth: a posterior of one draw ---- */

static attain_status open_block(loop *l, size_t b, attain_error *err)
{
    atn_block *block = &l->truth.blocks[b];
    block->candidates = ATN_NEW(l->ctx, atn_candidate);
    block->which = ATN_NEW(l->ctx, uint32_t);
    block->row = ATN_NEW(l->ctx, uint32_t);
    if (!block->candidates || !block->which || !block->row) return atn_fail_nomem(err);
    block->n_candidates = 1;
    atn_candidate *c = block->candidates;
    c->weight = 1.0;
    c->trend = ATN_NEW_ARRAY(l->ctx, size_t, block->n_series);
    if (!c->trend) return atn_fail_nomem(err);
    attain_status status = atn_model_create(l->ctx, l->study, block->series, c->trend,
                                            block->n_series, &c->model, err);
    if (status == ATTAIN_OK) {
        c->theta = ATN_NEW_ARRAY(l->ctx, double, atn_model_dimension(c->model));
        status = c->theta ? atn_workspace_create(l->ctx, c->model, &l->workspaces[b], err)
                          : atn_fail_nomem(err);
    }
    return status;
}

static attain_status open_truth(loop *l, attain_error *err)
{
    attain_posterior *p = &l->truth;
    const size_t n = l->study->n_series;
    *p = (attain_posterior){.ctx = l->ctx,
                            .study = &l->simulated,
                            .n_draws = 1,
                            .n_chains = 1,
                            .method = "map",
                            .requested = "map"};
    p->block_of_series = ATN_NEW_ARRAY(l->ctx, size_t, n);
    p->place_in_block = ATN_NEW_ARRAY(l->ctx, size_t, n);
    p->blocks = ATN_NEW_ARRAY(l->ctx, atn_block, n);
    l->workspaces = ATN_NEW_ARRAY(l->ctx, atn_workspace *, n);
    if (!p->block_of_series || !p->place_in_block || !p->blocks || !l->workspaces)
        return atn_fail_nomem(err);
    p->n_blocks = atn_study_blocks(l->study, p->block_of_series);
    for (size_t b = 0; b < p->n_blocks; b++) {
        p->blocks[b].series = ATN_NEW_ARRAY(l->ctx, size_t, n);
        if (!p->blocks[b].series) return atn_fail_nomem(err);
    }
    for (size_t s = 0; s < n; s++) {
        atn_block *block = &p->blocks[p->block_of_series[s]];
        p->place_in_block[s] = block->n_series;
        block->series[block->n_series++] = s;
    }
    attain_status status = ATTAIN_OK;
    for (size_t b = 0; b < p->n_blocks && status == ATTAIN_OK; b++) status = open_block(l, b, err);
    return status;
}

static void close_truth(loop *l)
{
    attain_posterior *p = &l->truth;
    for (size_t b = 0; p->blocks && b < p->n_blocks; b++) {
        atn_block *block = &p->blocks[b];
        if (l->workspaces) atn_workspace_free(l->ctx, l->workspaces[b]);
        if (block->candidates) {
            atn_model_free(l->ctx, block->candidates->model);
            atn_free(l->ctx, block->candidates->trend);
            atn_free(l->ctx, block->candidates->theta);
        }
        atn_free(l->ctx, block->candidates);
        atn_free(l->ctx, block->series);
        atn_free(l->ctx, block->which);
        atn_free(l->ctx, block->row);
    }
    atn_free(l->ctx, p->blocks);
    atn_free(l->ctx, p->block_of_series);
    atn_free(l->ctx, p->place_in_block);
    atn_free(l->ctx, l->workspaces);
}

static attain_status open_loop(loop *l, attain_error *err)
{
    attain_calibration *c = l->result;
    l->simulated = *l->study;
    l->simulated.reports = ATN_NEW_ARRAY(l->ctx, atn_report, l->study->n_reports);
    l->quantity = ATN_NEW_ARRAY(l->ctx, double, l->study->n_reports);
    if (!l->simulated.reports || !l->quantity) return atn_fail_nomem(err);
    attain_status status = open_truth(l, err);
    if (status == ATTAIN_OK)
        status = atn_quantities_create(l->ctx, &l->truth, &c->quantities, &c->n_quantities, err);
    if (status != ATTAIN_OK) return status;
    const size_t cells = c->n_quantities * c->replicates;
    l->truths = ATN_NEW_ARRAY(l->ctx, double, c->n_quantities);
    c->truth = ATN_NEW_ARRAY(l->ctx, double, cells);
    c->u = ATN_NEW_ARRAY(l->ctx, double, cells);
    c->rank = ATN_NEW_ARRAY(l->ctx, uint32_t, cells);
    c->draws = ATN_NEW_ARRAY(l->ctx, uint32_t, c->replicates);
    c->judged = ATN_NEW_ARRAY(l->ctx, attain_calibration_quantity, c->n_quantities);
    const bool all = l->truths && c->truth && c->u && c->rank && c->draws && c->judged;
    return all ? ATTAIN_OK : atn_fail_nomem(err);
}

static void close_loop(loop *l)
{
    close_truth(l);
    atn_free(l->ctx, l->simulated.reports);
    atn_free(l->ctx, l->quantity);
    atn_free(l->ctx, l->truths);
    atn_free(l->ctx, l->values);
    atn_free(l->ctx, l->scratch);
}

/* ---- one replicate ---- */

/* Parameters, figures and the seed of the future. */
static attain_status simulate(loop *l, size_t replicate, attain_error *err)
{
    atn_stream stream;
    atn_stream_init(&stream, l->seed, ATN_PURPOSE_SIMULATE, replicate, STREAM_SEEDS);
    l->fit.seed = atn_stream_bits(&stream) >> 11;
    l->truth.seed = atn_stream_bits(&stream) >> 11;
    memcpy(l->simulated.reports, l->study->reports, l->study->n_reports * sizeof(atn_report));
    for (size_t b = 0; b < l->truth.n_blocks; b++) {
        atn_candidate *c = l->truth.blocks[b].candidates;
        atn_stream_init(&stream, l->seed, ATN_PURPOSE_SIMULATE, replicate, STREAM_BLOCKS + b);
        if (!atn_simulate_theta(c->model, l->departure, &stream, c->theta, l->workspaces[b]))
            return atn_fail(err, ATTAIN_ERR_NUMERIC,
                            "no draw from the priors keeps the trend inside its link's domain");
        if (!atn_simulate_reports(c->model, c->theta, l->departure, &stream, l->simulated.reports,
                                  l->quantity, l->workspaces[b]))
            return atn_fail(err, ATTAIN_ERR_NUMERIC,
                            "a simulated figure is beyond what can be stated");
    }
    return ATTAIN_OK;
}

/* One block's quantities in the order of its chains: a single chain's joint draws are shuffled. */
static void unshuffle(const loop *l, const attain_posterior *p)
{
    for (size_t k = 0; k < l->result->n_quantities; k++) {
        double *row = l->values + k * p->n_draws;
        const atn_block *block = &p->blocks[l->result->quantities[k].block];
        for (size_t d = 0; d < p->n_draws; d++) l->scratch[block->row[d]] = row[d];
        memcpy(row, l->scratch, p->n_draws * sizeof *row);
    }
}

static attain_status make_room(loop *l, const attain_posterior *p, attain_error *err)
{
    const size_t need = l->result->n_quantities * p->n_draws;
    if (l->n_values >= need) return ATTAIN_OK;
    atn_free(l->ctx, l->values);
    atn_free(l->ctx, l->scratch);
    l->n_values = 0;
    l->values = ATN_NEW_ARRAY(l->ctx, double, need);
    l->scratch = ATN_NEW_ARRAY(l->ctx, double, p->n_draws);
    if (!l->values || !l->scratch) return atn_fail_nomem(err);
    l->n_values = need;
    return ATTAIN_OK;
}

/* Draws worth of independent ones in every quantity: of chains the least effective size of bulk and
 * tails, of importance resampling that of its weights. */
static attain_status count_effective(loop *l, const attain_posterior *p, size_t *effective,
                                     bool *mixed, attain_error *err)
{
    double least = (double)p->n_draws;
    *mixed = true;
    if (strcmp(p->method, "nuts") != 0) {
        for (size_t b = 0; b < p->n_blocks; b++)
            least = fmin(least, p->blocks[b].candidates[0].ess);
    } else {
        const size_t per_chain = p->n_draws / p->n_chains;
        for (size_t k = 0; k < l->result->n_quantities; k++) {
            atn_summary s;
            if (l->result->quantities[k].kind == ATN_QUANTITY_DENSITY) continue;
            const attain_status status =
                atn_summarise(l->ctx, l->values + k * p->n_draws, p->n_chains, per_chain, &s, err);
            if (status != ATTAIN_OK) return status;
            least = fmin(least, fmin(s.ess_bulk, s.ess_tail)); /* fmin passes over a NaN */
            if (s.rhat > most_rhat) *mixed = false;
        }
    }
    *effective = least > 1.0 ? (size_t)least : 1;
    return ATTAIN_OK;
}

/* Draw number j of `kept`, spread over all so that every chain speaks. */
static size_t kept_draw(size_t j, size_t kept, size_t n_draws)
{
    return (2 * j + 1) * n_draws / (2 * kept);
}

/* Log posterior densities of the kept draws and the truth, under the simulated figures. */
static attain_status read_densities(loop *l, const attain_posterior *p, size_t kept,
                                    attain_error *err)
{
    const attain_calibration *c = l->result;
    for (size_t k = 0; k < c->n_quantities; k++) {
        if (c->quantities[k].kind != ATN_QUANTITY_DENSITY) continue;
        const size_t b = c->quantities[k].block;
        const atn_candidate *fitted = p->blocks[b].candidates;
        const size_t n = atn_model_dimension(fitted->model);
        atn_workspace *w = NULL;
        const attain_status status = atn_workspace_create(l->ctx, fitted->model, &w, err);
        if (status != ATTAIN_OK) return status;
        l->truths[k] =
            atn_model_log_density(fitted->model, l->truth.blocks[b].candidates->theta, NULL, w);
        for (size_t j = 0; j < kept; j++) {
            const size_t d = kept_draw(j, kept, p->n_draws);
            l->values[k * p->n_draws + d] =
                atn_model_log_density(fitted->model, fitted->theta + d * n, NULL, w);
        }
        atn_workspace_free(l->ctx, w);
    }
    return ATTAIN_OK;
}

/* Ties, where figures fix a quantity, are broken at random; so is the place within a rank. */
static void rank_truths(loop *l, const attain_posterior *p, size_t replicate, size_t kept)
{
    attain_calibration *c = l->result;
    atn_stream stream;
    atn_stream_init(&stream, l->seed, ATN_PURPOSE_SIMULATE, replicate, STREAM_RANKS);
    c->draws[replicate] = (uint32_t)kept;
    for (size_t k = 0; k < c->n_quantities; k++) {
        const size_t at = k * c->replicates + replicate;
        size_t below = 0, equal = 0;
        for (size_t j = 0; j < kept; j++) {
            const double value = l->values[k * p->n_draws + kept_draw(j, kept, p->n_draws)];
            below += value < l->truths[k];
            equal += value == l->truths[k];
        }
        const size_t rank = below + (size_t)atn_stream_below(&stream, equal + 1);
        c->truth[at] = l->truths[k];
        c->rank[at] = (uint32_t)rank;
        c->u[at] = ((double)rank + atn_stream_uniform(&stream)) / ((double)kept + 1.0);
    }
}

static void note_sampler(attain_calibration *c, const attain_posterior *p, bool mixed)
{
    bool diverged = false, weak = false;
    const bool sampled = strcmp(p->method, "nuts") == 0;
    for (size_t b = 0; b < p->n_blocks; b++) {
        const atn_candidate *fitted = p->blocks[b].candidates;
        diverged = diverged || fitted->divergences > 0;
        weak = weak || (!sampled && !fitted->resampled);
    }
    c->summary.divergent += diverged;
    c->summary.weak += weak;
    c->summary.unmixed += !mixed;
    c->summary.method = sampled ? "nuts" : "map";
}

static attain_status fit_and_rank(loop *l, size_t replicate, attain_error *err)
{
    attain_calibration *c = l->result;
    attain_posterior *p = NULL;
    size_t kept = 1;
    bool mixed = true;
    attain_status status = attain_fit_run(l->ctx, &l->simulated, &l->fit, NULL, &p, err);
    if (status == ATTAIN_OK) status = make_room(l, p, err);
    if (status == ATTAIN_OK)
        status = atn_quantities_read(l->ctx, p, c->quantities, c->n_quantities, l->values, err);
    if (status == ATTAIN_OK) {
        unshuffle(l, p);
        status = count_effective(l, p, &kept, &mixed, err);
    }
    if (status == ATTAIN_OK) status = read_densities(l, p, kept, err);
    if (status == ATTAIN_OK) {
        rank_truths(l, p, replicate, kept);
        note_sampler(c, p, mixed);
    }
    attain_posterior_free(p);
    return status;
}

/* A replicate without result is counted; what would end every other one too ends the call. */
static attain_status run_replicate(loop *l, size_t replicate, attain_error *err)
{
    attain_calibration *c = l->result;
    attain_error own = {0};
    attain_status status = simulate(l, replicate, &own);
    if (status == ATTAIN_OK)
        status =
            atn_quantities_read(l->ctx, &l->truth, c->quantities, c->n_quantities, l->truths, &own);
    if (status == ATTAIN_OK) status = fit_and_rank(l, replicate, &own);
    if (status == ATTAIN_ERR_NUMERIC || status == ATTAIN_ERR_DOMAIN) {
        if (c->summary.failed++ == 0) strcpy(c->failure, own.message);
        for (size_t k = 0; k < c->n_quantities; k++) c->u[k * c->replicates + replicate] = NAN;
        return ATTAIN_OK;
    }
    if (status != ATTAIN_OK && err) *err = own;
    return status;
}

static attain_status run_all(loop *l, attain_error *err)
{
    attain_calibration *c = l->result;
    attain_status status = open_loop(l, err);
    for (size_t r = 0; r < c->replicates && status == ATTAIN_OK; r++) {
        l->fraction = (double)r / (double)c->replicates;
        status = run_replicate(l, r, err);
    }
    if (status == ATTAIN_OK && c->summary.failed == c->replicates)
        status = atn_fail(err, ATTAIN_ERR_NUMERIC, "every replicate failed: %.180s", c->failure);
    return status == ATTAIN_OK ? atn_calibration_judge(c, err) : status;
}

attain_status atn_calibrate(attain_context *ctx, const attain_study *study,
                            const attain_calibration_settings *settings,
                            const atn_departure *departure, attain_diagnostics *diagnostics,
                            attain_calibration **calibration, attain_error *err)
{
    attain_calibration_settings defaults;
    attain_calibration_settings_init(&defaults);
    if (!settings) settings = &defaults;
    attain_status status = check_settings(settings, err);
    if (status == ATTAIN_OK) status = atn_simulate_check(study, departure, diagnostics, err);
    if (status != ATTAIN_OK) return status;
    attain_calibration *c = ATN_NEW(ctx, attain_calibration);
    if (!c) return atn_fail_nomem(err);
    c->ctx = ctx;
    c->replicates = settings->replicates ? settings->replicates : DEFAULT_REPLICATES;
    loop l = {.ctx = ctx, .study = study, .departure = departure, .result = c};
    l.seed = settings->has_seed ? settings->seed : study->fit.seed;
    attain_fit_settings_init(&l.fit);
    l.fit.method = settings->method;
    l.fit.has_seed = true;
    l.fit.skip_loo = true;
    l.proceed = ctx->proceed;
    l.proceed_user = ctx->proceed_user;
    if (ctx->proceed) {
        ctx->proceed = proceed_as_one;
        ctx->proceed_user = &l;
    }
    c->summary.replicates = c->replicates;
    c->summary.seed = l.seed;
    c->summary.failure = c->failure;
    status = run_all(&l, err);
    ctx->proceed = l.proceed;
    ctx->proceed_user = l.proceed_user;
    close_loop(&l);
    if (status == ATTAIN_OK)
        *calibration = c;
    else
        attain_calibration_free(c);
    return status;
}

attain_status attain_calibrate(attain_context *context, const attain_study *study,
                               const attain_calibration_settings *settings,
                               attain_diagnostics *diagnostics, attain_calibration **calibration,
                               attain_error *err)
{
    static const atn_departure none = {.spread = 1.0};
    atn_error_clear(err);
    if (calibration) *calibration = NULL;
    if (!context || !study || !calibration)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context, study and calibration are needed");
    return atn_calibrate(context, study, settings, &none, diagnostics, calibration, err);
}
