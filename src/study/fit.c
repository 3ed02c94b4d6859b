/* Fitting a study: each block and each choice of trends by its posterior mode, the Laplace
 * approximation there, and Pareto-smoothed importance resampling (METHODS section 5). */
#include <attain/fit.h>
#include <string.h>

#include "stacking.h"
#include "stats/nested.h"
#include "stats/nuts.h"

enum {
    FIT_VERSION = 1,
    N_STARTS = 5,      /* prior medians and four prior draws */
    START_TRIES = 200, /* prior draws looked at until each start is finite */
    PROPOSALS_PER_DRAW = 2,
    PRECONDITION_DRAWS = 1000,
    MAX_DEPTH = 10,
    MAX_CANDIDATES = 64
};

static const double ADAPT_DELTA = 0.95;

void attain_fit_settings_init(attain_fit_settings *settings)
{
    *settings = (attain_fit_settings){.version = FIT_VERSION};
}

/* One candidate under estimation: the target of the optimiser. */
typedef struct estimation {
    attain_context *ctx;
    const atn_model *model;
    const char *series; /* id of the block's first series, for messages */
    atn_workspace **workspaces;
    size_t n_workspaces;
    uint64_t seed, chain; /* chain: number of the candidate in the study */
    size_t n_draws;
    atn_nuts_settings sampler; /* chains 0: the approximation's draws are the answer */
} estimation;

static double target_density(void *user, const double *u, double *gradient, size_t worker)
{
    const estimation *e = user;
    return atn_model_log_posterior(e->model, u, gradient, e->workspaces[worker]);
}

static void close_estimation(estimation *e)
{
    for (size_t k = 0; e->workspaces && k < e->n_workspaces; k++)
        atn_workspace_free(e->ctx, e->workspaces[k]);
    atn_free(e->ctx, e->workspaces);
}

static attain_status open_estimation(estimation *e, attain_error *err)
{
    e->n_workspaces = atn_parallel_workers(e->ctx, SIZE_MAX);
    e->workspaces = ATN_NEW_ARRAY(e->ctx, atn_workspace *, e->n_workspaces);
    if (!e->workspaces) return atn_fail_nomem(err);
    for (size_t k = 0; k < e->n_workspaces; k++) {
        const attain_status status = atn_workspace_create(e->ctx, e->model, &e->workspaces[k], err);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}

/* Start 0: prior medians.  Others: prior draws kept within the central 90 %, so that a start is
 * plausible in every direction at once.  Latent values start at their mean. */
static void draw_start(const estimation *e, size_t attempt, atn_stream *stream, double *theta)
{
    memset(theta, 0, atn_model_dimension(e->model) * sizeof *theta);
    for (size_t k = 0; k < atn_model_n_parameters(e->model); k++) {
        const double p = attempt == 0 ? 0.5 : 0.05 + 0.9 * atn_stream_uniform(stream);
        theta[k] = atn_prior_quantile(atn_model_prior(e->model, k), p);
    }
}

/* Two modes are one if their densities agree to what the optimiser resolves. */
static bool same_mode(double a, double b)
{
    return fabs(a - b) <= 1e-3;
}

static void keep_if_better(attain_context *ctx, atn_mode *found, atn_mode *best, bool *any)
{
    if (*any && !(found->log_density > best->log_density)) {
        atn_mode_free(ctx, found);
        return;
    }
    if (*any) atn_mode_free(ctx, best);
    *best = *found;
    *any = true;
}

static attain_status find_best_mode(estimation *e, const atn_target *target, atn_candidate *c,
                                    atn_mode *best, attain_error *err)
{
    const size_t n = target->n;
    double *theta = ATN_NEW_ARRAY(e->ctx, double, 2 * n), densities[N_STARTS];
    if (!theta) return atn_fail_nomem(err);
    double *u = theta + n;
    atn_stream stream;
    atn_stream_init(&stream, e->seed, ATN_PURPOSE_START, e->chain, 0);
    attain_status status = ATTAIN_OK;
    size_t starts = 0;
    bool any = false;
    for (size_t attempt = 0; status == ATTAIN_OK && attempt < START_TRIES && starts < N_STARTS;
         attempt++) {
        draw_start(e, attempt, &stream, theta);
        atn_model_to_line(e->model, theta, u);
        c->evaluations++;
        if (!(target_density(e, u, NULL, 0) > -INFINITY)) continue;
        atn_mode found = {0};
        status = atn_mode_find(e->ctx, target, u, &found, err);
        if (status == ATTAIN_ERR_NUMERIC || status == ATTAIN_ERR_DOMAIN) {
            status = ATTAIN_OK; /* another start may do better; none at all is said below */
            atn_error_clear(err);
            continue;
        }
        if (status != ATTAIN_OK) break;
        bool known = false;
        for (size_t k = 0; k < starts; k++)
            known = known || same_mode(densities[k], found.log_density);
        if (!known) c->n_modes++;
        c->evaluations += found.evaluations;
        found.evaluations = 0; /* what follows at the best mode is counted there */
        densities[starts++] = found.log_density;
        keep_if_better(e->ctx, &found, best, &any);
        status = atn_poll(e->ctx, "fit", (double)starts / N_STARTS, err);
    }
    atn_free(e->ctx, theta);
    if (status == ATTAIN_OK && !any)
        status = atn_fail(err, ATTAIN_ERR_NUMERIC,
                          "no starting point has a finite posterior density: the priors and the "
                          "reports of series '%s' leave no common ground",
                          e->series);
    if (status != ATTAIN_OK && any) atn_mode_free(e->ctx, best);
    return status;
}

/* Draws on the whole line become draws on the natural scale, in the candidate's keeping. */
static attain_status keep_draws(const estimation *e, atn_laplace *laplace, atn_candidate *c,
                                attain_error *err)
{
    const size_t n = laplace->n;
    c->theta = ATN_NEW_ARRAY(e->ctx, double, e->n_draws *n);
    if (!c->theta) return atn_fail_nomem(err);
    for (size_t d = 0; d < e->n_draws; d++)
        atn_model_to_natural(e->model, laplace->draws + d * n, c->theta + d * n);
    c->log_density = laplace->log_density;
    laplace->log_density = NULL;
    c->pareto_k = laplace->pareto_k;
    c->k_threshold = laplace->k_threshold;
    c->ess = laplace->ess;
    c->resampled = laplace->resampled;
    c->evaluations += laplace->evaluations;
    return ATTAIN_OK;
}

/* Mean and covariance of the better half of the approximation's draws: the sampler's first metric.
 * The other half holds what the approximation's tails got wrong, and a few wild draws would stretch
 * the metric until no step fits the rest. */
static attain_status draws_covariance(const estimation *e, const atn_laplace *laplace, double *mean,
                                      double *covariance, attain_error *err)
{
    const size_t n = laplace->n, m = laplace->n_draws;
    double *sorted = ATN_NEW_ARRAY(e->ctx, double, m), median;
    if (!sorted) return atn_fail_nomem(err);
    memcpy(sorted, laplace->log_density, m * sizeof *sorted);
    atn_quantiles(sorted, m, &(double){0.5}, 1, &median);
    atn_free(e->ctx, sorted);
    double kept = 0.0;
    for (size_t d = 0; d < m; d++) {
        if (!(laplace->log_density[d] >= median)) continue;
        kept += 1.0;
        for (size_t i = 0; i < n; i++) {
            double *row = covariance + i * n;
            const double before = laplace->draws[d * n + i] - mean[i];
            for (size_t k = 0; k <= i; k++) /* Welford: coordinates up to i - 1 are updated */
                row[k] += before * (laplace->draws[d * n + k] - mean[k]) *
                          (k < i ? 1.0 : (kept - 1.0) / kept);
            mean[i] += before / kept;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++)
            covariance[i * n + k] = covariance[k * n + i] = covariance[i * n + k] / (kept - 1.0);
    return ATTAIN_OK;
}

/* Chains start twice as far from the mean as a draw lies, drawn in until the density is finite. */
static void overdispersed_starts(estimation *e, const atn_laplace *laplace, const double *mean,
                                 size_t chains, double *starts)
{
    const size_t n = laplace->n;
    for (size_t k = 0; k < chains; k++) {
        const double *draw = laplace->draws + k * (laplace->n_draws / chains) * n;
        double *start = starts + k * n, reach = 2.0;
        do {
            for (size_t i = 0; i < n; i++) start[i] = mean[i] + reach * (draw[i] - mean[i]);
            reach = reach > 1.0 ? reach - 0.25 : 1.0;
            if (target_density(e, start, NULL, 0) > -INFINITY) break;
        } while (memcmp(start, draw, n * sizeof *start) != 0 && reach > 1.0);
        if (!(target_density(e, start, NULL, 0) > -INFINITY))
            memcpy(start, draw, n * sizeof *start);
    }
}

static attain_status keep_chains(const estimation *e, atn_nuts *nuts, atn_candidate *c,
                                 attain_error *err)
{
    const size_t n = atn_model_dimension(e->model);
    c->theta = ATN_NEW_ARRAY(e->ctx, double, e->n_draws *n);
    if (!c->theta) return atn_fail_nomem(err);
    for (size_t d = 0; d < e->n_draws; d++)
        atn_model_to_natural(e->model, nuts->draws + d * n, c->theta + d * n);
    c->log_density = nuts->log_density;
    nuts->log_density = NULL;
    c->pareto_k = c->ess = NAN; /* of the approximation alone */
    c->divergences = nuts->divergences;
    c->depth_hits = nuts->depth_hits;
    c->e_bfmi = nuts->e_bfmi;
    c->step_size = nuts->step_size;
    c->evaluations += nuts->evaluations;
    return ATTAIN_OK;
}

/* The sampler, preconditioned by the approximation's draws. */
static attain_status sample(estimation *e, const atn_target *target, const atn_laplace *laplace,
                            atn_candidate *c, attain_error *err)
{
    const size_t n = target->n, chains = e->sampler.chains;
    double *work = ATN_NEW_ARRAY(e->ctx, double, n + n * n + chains * n);
    if (!work) return atn_fail_nomem(err);
    double *mean = work, *covariance = work + n, *starts = covariance + n * n;
    atn_nuts nuts = {0};
    attain_status status = draws_covariance(e, laplace, mean, covariance, err);
    if (status == ATTAIN_OK) {
        overdispersed_starts(e, laplace, mean, chains, starts);
        status = atn_nuts_run(e->ctx, target, &e->sampler, covariance, starts, &nuts, err);
    }
    if (status == ATTAIN_OK) status = keep_chains(e, &nuts, c, err);
    atn_nuts_free(e->ctx, &nuts);
    atn_free(e->ctx, work);
    return status;
}

static attain_status draw_nested(estimation *e, const atn_target *target, atn_mode *mode,
                                 size_t n_draws, atn_laplace *laplace, attain_error *err)
{
    const size_t n_parameters = atn_model_n_parameters(e->model);
    atn_transport *map = NULL;
    atn_mode marginal = {0};
    const attain_status status =
        atn_transport_create(e->ctx, target, n_parameters, mode->u, &map, &marginal, err);
    if (status != ATTAIN_OK) return status;
    const attain_status drawn =
        atn_nested_draw(e->ctx, target, map, n_parameters, e->seed, e->chain,
                        PROPOSALS_PER_DRAW * n_draws, n_draws, laplace, err);
    atn_transport_free(e->ctx, map);
    marginal.evaluations += mode->evaluations;
    atn_mode_free(e->ctx, mode);
    *mode = marginal;
    return drawn;
}

/* Draws about the best mode: nested where there are latent values (the joint mode misleads there,
 * stats/transport.h), plain Laplace otherwise and where the marginal's surface cannot be followed.
 */
static attain_status draw_about(estimation *e, const atn_target *target, atn_mode *mode,
                                size_t n_draws, atn_laplace *laplace, attain_error *err)
{
    if (atn_model_n_parameters(e->model) < target->n) {
        const attain_status status = draw_nested(e, target, mode, n_draws, laplace, err);
        if (status != ATTAIN_ERR_NUMERIC || !mode->hessian) return status;
        atn_error_clear(err);
    }
    return atn_laplace_draw(e->ctx, target, mode, e->seed, e->chain, PROPOSALS_PER_DRAW * n_draws,
                            n_draws, laplace, err);
}

static attain_status estimate(estimation *e, atn_candidate *c, attain_error *err)
{
    const atn_target target = {atn_model_dimension(e->model), target_density, e};
    const bool sampled = e->sampler.chains > 0;
    atn_mode mode = {0};
    atn_laplace laplace = {0};
    attain_status status = open_estimation(e, err);
    if (status == ATTAIN_OK) status = find_best_mode(e, &target, c, &mode, err);
    if (status == ATTAIN_OK)
        status =
            draw_about(e, &target, &mode, sampled ? PRECONDITION_DRAWS : e->n_draws, &laplace, err);
    if (status == ATTAIN_OK) {
        c->mode_log_density = mode.log_density;
        c->gradient_norm = mode.gradient_norm;
        c->outcome = mode.outcome;
        c->evaluations += mode.evaluations;
        c->k_threshold = laplace.k_threshold;
        status = sampled ? sample(e, &target, &laplace, c, err) : keep_draws(e, &laplace, c, err);
    }
    atn_laplace_free(e->ctx, &laplace);
    atn_mode_free(e->ctx, &mode);
    close_estimation(e);
    return status;
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
                               size_t *chain, attain_error *err)
{
    attain_context *ctx = p->ctx;
    block->n_candidates = 1;
    for (size_t k = 0; k < block->n_series; k++)
        block->n_candidates *= p->study->series[block->series[k]].n_trends;
    if (block->n_candidates > MAX_CANDIDATES)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "%zu combinations of trends in one block of series; at most %d",
                        block->n_candidates, MAX_CANDIDATES);
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
        estimation e = {.ctx = ctx,
                        .sampler = sampler,
                        .model = c->model,
                        .seed = p->seed,
                        .chain = (*chain)++,
                        .series = p->study->series[block->series[0]].id,
                        .n_draws = p->n_draws};
        status = estimate(&e, c, err);
        if (status != ATTAIN_OK) return status;
    }
    return block->n_candidates > 1 ? atn_stack(ctx, block, p->n_draws, err) : ATTAIN_OK;
}

/* Joint draws: each candidate gets its share of rows, spread over all it has so that every chain
 * speaks, and the order is shuffled so that blocks,
 * which are independent a posteriori, are paired at random. */
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
    *n_draws = (size_t)draws;
    return ATTAIN_OK;
}

/* What a reader of the results should know before the numbers. */
static void warn_of_sampler(const attain_posterior *p, attain_diagnostics *diagnostics)
{
    for (size_t b = 0; b < p->n_blocks; b++)
        for (size_t k = 0; k < p->blocks[b].n_candidates; k++) {
            const atn_candidate *c = &p->blocks[b].candidates[k];
            const char *series = p->study->series[p->blocks[b].series[0]].id;
            if (c->depth_hits > 0)
                atn_diagnose(diagnostics, ATTAIN_SEVERITY_NOTE, "tree-depth", NULL,
                             "%zu of the sampler's trajectories for '%s' were cut at their "
                             "greatest length",
                             c->depth_hits, series);
        }
}

attain_status attain_fit_run(attain_context *context, const attain_study *study,
                             const attain_fit_settings *settings, attain_diagnostics *diagnostics,
                             attain_posterior **posterior, attain_error *err)
{
    atn_error_clear(err);
    *posterior = NULL;
    attain_fit_settings defaults;
    attain_fit_settings_init(&defaults);
    if (!settings) settings = &defaults;
    size_t n_draws = 0;
    attain_status status = check_settings(study, settings, &n_draws, err);
    if (status != ATTAIN_OK) return status;
    attain_posterior *p = ATN_NEW(context, attain_posterior);
    if (!p) return atn_fail_nomem(err);
    const bool nuts = settings->method == ATTAIN_METHOD_STUDY
                          ? study->fit.nuts
                          : settings->method == ATTAIN_METHOD_NUTS;
    atn_nuts_settings sampler = {0};
    if (nuts) {
        sampler = (atn_nuts_settings){.chains = (size_t)study->fit.chains,
                                      .warmup = (size_t)study->fit.warmup,
                                      .draws = n_draws / (size_t)study->fit.chains,
                                      .adapt_delta = ADAPT_DELTA,
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
        status = fit_block(p, &p->blocks[b], sampler, &chain, err);
        if (status == ATTAIN_OK) status = mix_candidates(p, b, err);
    }
    if (status == ATTAIN_OK) {
        warn_of_sampler(p, diagnostics);
        *posterior = p;
    } else {
        attain_posterior_free(p);
    }
    return status;
}
