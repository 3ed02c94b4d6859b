/* Posterior draws of one model: the posterior's modes from several starts, the Laplace
 * approximation about the best, nested over latent values, and Pareto-smoothed importance
 * resampling; or the sampler started from all that (METHODS section 5). */
#include "estimate.h"

#include <math.h>
#include <string.h>

#include "stats/nested.h"
#include "study/centring.h"

enum {
    N_STARTS = 4,      /* prior medians and three prior draws */
    START_TRIES = 200, /* prior draws looked at until each start is finite */
    PROPOSALS_PER_DRAW = 2,
    PRECONDITION_DRAWS = 1000,
    LEAST_PILOT = 200, /* warm-up below which there is no pilot */
    MOST_NESTED =
        150, /* latent values beyond which integrating them out costs more than sampling */
    APPROACHES = 4,
    DRAWS_A_CHAIN = 25
};
static const uint64_t PILOT_STREAM = UINT64_C(1) << 32;

static double target_density(void *user, const double *u, double *gradient, size_t worker)
{
    const atn_estimation *e = user;
    return atn_model_log_posterior(e->model, u, gradient, e->workspaces[worker]);
}

static void close_estimation(atn_estimation *e)
{
    for (size_t k = 0; e->workspaces && k < e->n_workspaces; k++)
        atn_workspace_free(e->ctx, e->workspaces[k]);
    atn_free(e->ctx, e->workspaces);
}

static attain_status open_estimation(atn_estimation *e, attain_error *err)
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
static void draw_start(const atn_estimation *e, size_t attempt, atn_stream *stream, double *theta)
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

static attain_status no_start(const atn_estimation *e, attain_error *err)
{
    return atn_fail(err, ATTAIN_ERR_NUMERIC,
                    "no starting point has a finite posterior density: the priors, the "
                    "reports and the trend of series '%s' leave no common ground",
                    e->series);
}

static attain_status find_best_mode(atn_estimation *e, const atn_target *target, atn_candidate *c,
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
    if (status == ATTAIN_OK && !any) status = no_start(e, err);
    if (status != ATTAIN_OK && any) atn_mode_free(e->ctx, best);
    return status;
}

/* Draws on the whole line become draws on the natural scale, in the candidate's keeping. */
static attain_status keep_draws(const atn_estimation *e, const atn_laplace *laplace,
                                atn_candidate *c, attain_error *err)
{
    const size_t n = laplace->n;
    c->theta = ATN_NEW_ARRAY(e->ctx, double, e->n_draws *n);
    if (!c->theta) return atn_fail_nomem(err);
    for (size_t d = 0; d < e->n_draws; d++)
        atn_model_to_natural(e->model, laplace->draws + d * n, c->theta + d * n);
    c->pareto_k = laplace->pareto_k;
    c->k_threshold = laplace->k_threshold;
    c->ess = laplace->ess;
    c->resampled = laplace->resampled;
    c->evaluations += laplace->evaluations;
    return ATTAIN_OK;
}

/* The sampler's view of the posterior: coordinates of study/centring.h. */
typedef struct centred {
    const atn_centring *centring;
    const atn_estimation *e;
    double *work; /* a worker: work_size */
    size_t work_size;
} centred;

static double centred_density(void *user, const double *x, double *gradient, size_t worker)
{
    const centred *v = user;
    return atn_centring_density(v->centring, x, gradient, v->work + worker * v->work_size,
                                v->e->workspaces[worker]);
}

/* Moves the better half of the approximation's draws to the front and returns how many they are.
 * The other half holds what the approximation's tails got wrong; a few wild draws would stretch the
 * sampler's first metric until no step fits the rest. */
static attain_status keep_better_half(const atn_estimation *e, atn_laplace *laplace, size_t *kept,
                                      attain_error *err)
{
    const size_t n = laplace->n, m = laplace->n_draws;
    double *sorted = ATN_NEW_ARRAY(e->ctx, double, m), median;
    if (!sorted) return atn_fail_nomem(err);
    memcpy(sorted, laplace->log_density, m * sizeof *sorted);
    atn_quantiles(sorted, m, &(double){0.5}, 1, &median);
    atn_free(e->ctx, sorted);
    *kept = 0;
    for (size_t d = 0; d < m; d++)
        if (laplace->log_density[d] >= median)
            memmove(laplace->draws + n * (*kept)++, laplace->draws + n * d,
                    n * sizeof *laplace->draws);
    return ATTAIN_OK;
}

/* Covariance of the leading `dense` coordinates, then the others' variances.  Correlations are
 * drawn in a little: resampled draws may be fewer than the coordinates, and a direction in which
 * the metric is singular would never be left by any chain, unseen by R-hat. */
static void mean_and_covariance(const double *draws, size_t m, size_t n, size_t dense, double *mean,
                                double *covariance)
{
    double *variance = covariance + dense * dense;
    const double share = 1.0 / ((double)m - 1.0);
    for (size_t d = 0; d < m; d++)
        for (size_t i = 0; i < n; i++) mean[i] += draws[d * n + i] / (double)m;
    for (size_t d = 0; d < m; d++) {
        const double *draw = draws + d * n;
        for (size_t i = 0; i < dense; i++)
            for (size_t j = 0; j < dense; j++)
                covariance[i * dense + j] += share * (draw[i] - mean[i]) * (draw[j] - mean[j]);
        for (size_t i = dense; i < n; i++)
            variance[i - dense] += share * (draw[i] - mean[i]) * (draw[i] - mean[i]);
    }
    for (size_t i = 0; i < dense; i++)
        for (size_t j = 0; j < dense; j++)
            if (i != j) covariance[i * dense + j] *= 0.95;
    for (size_t i = 0; i < n; i++) {
        double *own = i < dense ? &covariance[i * dense + i] : &variance[i - dense];
        if (!(*own > 1e-12 && *own < INFINITY)) *own = 1.0; /* all draws alike: the law's own */
    }
}

/* Chains start twice as far from the mean as a draw lies, drawn in until the density is finite. */
static void overdispersed_starts(centred *v, size_t n, const double *draws, size_t m,
                                 const double *mean, size_t chains, double *starts)
{
    for (size_t k = 0; k < chains; k++) {
        const double *draw = draws + k * (m / chains) * n;
        double *start = starts + k * n;
        for (double reach = 2.0; reach >= 1.0; reach -= 0.25) {
            for (size_t i = 0; i < n; i++) start[i] = mean[i] + reach * (draw[i] - mean[i]);
            if (centred_density(v, start, NULL, 0) > -INFINITY) break;
        }
    }
}

/* One run of the chains: coordinates and first metric from m draws on the whole line, which are
 * overwritten; starts from the last of each chain's share of them, or overdispersed.  *theta gets
 * the run's draws on the natural scale. */
typedef struct stage {
    atn_nuts_settings sampler;
    double *draws;
    size_t m;
    bool goes_on;
    double *theta;
    atn_nuts nuts; /* what it says of itself; draws freed */
} stage;

static attain_status take_draws(const atn_estimation *e, centred *v, stage *s, attain_error *err)
{
    const size_t n = atn_model_dimension(e->model), count = s->sampler.chains * s->sampler.draws;
    s->theta = ATN_NEW_ARRAY(e->ctx, double, count *n);
    if (!s->theta) return atn_fail_nomem(err);
    for (size_t d = 0; d < count; d++)
        (void)atn_centring_undo(v->centring, s->nuts.draws + d * n, s->theta + d * n, v->work,
                                e->workspaces[0]);
    return ATTAIN_OK;
}

static attain_status run_chains(const atn_estimation *e, const atn_centring *centring, stage *s,
                                attain_error *err)
{
    const size_t n = atn_model_dimension(e->model), p = atn_model_n_parameters(e->model);
    const size_t chains = s->sampler.chains, share = s->m / chains;
    const size_t work_size = atn_centring_work_size(centring);
    double *mean =
        ATN_NEW_ARRAY(e->ctx, double, 3 * n + p * p + chains * n + e->n_workspaces * work_size);
    if (!mean) return atn_fail_nomem(err);
    double *x = mean + n, *covariance = x + n, *starts = covariance + p * p + n;
    centred v = {centring, e, starts + chains * n, work_size};
    const atn_target seen = {n, centred_density, &v};
    for (size_t d = 0; d < s->m; d++) {
        (void)atn_centring_apply(centring, s->draws + d * n, x, v.work, e->workspaces[0]);
        memcpy(s->draws + d * n, x, n * sizeof *x);
    }
    mean_and_covariance(s->draws, s->m, n, p, mean, covariance);
    for (size_t k = 0; s->goes_on && k < chains; k++)
        memcpy(starts + k * n, s->draws + ((k + 1) * share - 1) * n, n * sizeof *starts);
    if (!s->goes_on) overdispersed_starts(&v, n, s->draws, s->m, mean, chains, starts);
    s->sampler.dense = p;
    attain_status status =
        atn_nuts_run(e->ctx, &seen, &s->sampler, covariance, starts, &s->nuts, err);
    if (status == ATTAIN_OK) status = take_draws(e, &v, s, err);
    atn_nuts_free(e->ctx, &s->nuts);
    atn_free(e->ctx, mean);
    return status;
}

static attain_status run_stage(const atn_estimation *e, stage *s, atn_candidate *c,
                               attain_error *err)
{
    atn_centring *centring = NULL;
    attain_status status =
        atn_centring_create(e->ctx, e->model, s->draws, s->m, e->workspaces[0], &centring, err);
    if (status == ATTAIN_OK) status = run_chains(e, centring, s, err);
    atn_centring_free(e->ctx, centring);
    c->evaluations += s->nuts.evaluations;
    return status;
}

/* A third of the warm-up is a pilot, whose second part gives the coordinates and the first metric
 * of the rest: the approximation that its own are made from may be off. */
static attain_status sample(const atn_estimation *e, atn_laplace *laplace, atn_candidate *c,
                            attain_error *err)
{
    const size_t n = atn_model_dimension(e->model), warmup = e->sampler.warmup;
    stage pilot = {.sampler = e->sampler, .draws = laplace->draws};
    stage whole = {.sampler = e->sampler, .draws = laplace->draws};
    const bool approximated = laplace->log_density != NULL;
    attain_status status = ATTAIN_OK;
    pilot.m = laplace->n_draws;
    pilot.goes_on = whole.goes_on = !approximated;
    if (approximated) status = keep_better_half(e, laplace, &pilot.m, err);
    whole.m = pilot.m;
    if (status == ATTAIN_OK && warmup >= LEAST_PILOT) {
        pilot.sampler.stream |= PILOT_STREAM;
        pilot.sampler.warmup = warmup / 5;
        pilot.sampler.draws = warmup / 8;
        status = run_stage(e, &pilot, c, err);
        whole.sampler.warmup -= pilot.sampler.warmup + pilot.sampler.draws;
        whole.draws = pilot.theta;
        whole.m = pilot.sampler.chains * pilot.sampler.draws;
        whole.goes_on = true;
        for (size_t d = 0; status == ATTAIN_OK && d < whole.m; d++)
            atn_model_to_line(e->model, pilot.theta + d * n, pilot.theta + d * n);
    }
    if (status == ATTAIN_OK) status = run_stage(e, &whole, c, err);
    atn_free(e->ctx, pilot.theta);
    if (status != ATTAIN_OK) {
        atn_free(e->ctx, whole.theta);
        return status;
    }
    c->theta = whole.theta;
    c->pareto_k = c->ess = NAN; /* of the approximation alone */
    c->divergences = whole.nuts.divergences;
    c->depth_hits = whole.nuts.depth_hits;
    c->e_bfmi = whole.nuts.e_bfmi;
    c->step_size = whole.nuts.step_size;
    return ATTAIN_OK;
}

/* ---- many latent values ---- */

/* Newton steps for what is normal given the scales, which stay as they are: the coordinates' own
 * centre, halved towards where we are until the density gains. */
static attain_status approach(const atn_estimation *e, double *u, double *trial, double *x,
                              atn_centring **centring, attain_error *err)
{
    const size_t n = atn_model_dimension(e->model);
    atn_workspace *w = e->workspaces[0];
    attain_status status = ATTAIN_OK;
    for (int k = 0; k < APPROACHES && status == ATTAIN_OK; k++) {
        atn_centring_free(e->ctx, *centring);
        status = atn_centring_create(e->ctx, e->model, u, 1, w, centring, err);
        double *work = status == ATTAIN_OK
                           ? ATN_NEW_ARRAY(e->ctx, double, atn_centring_work_size(*centring))
                           : NULL;
        if (!work) return status == ATTAIN_OK ? atn_fail_nomem(err) : status;
        const double before = atn_model_log_posterior(e->model, u, NULL, w);
        double keep = 0.0;
        for (int halvings = 0; halvings < 8; halvings++, keep = 0.5 + 0.5 * keep) {
            if (!atn_centring_apply(*centring, u, x, work, w)) break;
            atn_centring_shrink(*centring, x, keep);
            if (!atn_centring_undo(*centring, x, trial, work, w)) continue;
            atn_model_to_line(e->model, trial, trial);
            if (!(atn_model_log_posterior(e->model, trial, NULL, w) > before)) continue;
            memcpy(u, trial, n * sizeof *u);
            break;
        }
        atn_free(e->ctx, work);
    }
    return status;
}

/* Draws of what is normal given the scales about u, which comes last. */
static attain_status draw_near(const atn_estimation *e, const atn_centring *centring,
                               const double *u, atn_stream *stream, double *x, double *draws,
                               attain_error *err)
{
    const size_t n = atn_model_dimension(e->model);
    double *work = ATN_NEW_ARRAY(e->ctx, double, 2 * n + atn_centring_work_size(centring));
    if (!work) return atn_fail_nomem(err);
    double *noise = work, *theta = noise + n, *rest = theta + n;
    for (size_t d = 0; d < DRAWS_A_CHAIN; d++) {
        double *draw = draws + d * n;
        memcpy(draw, u, n * sizeof *u);
        atn_stream_normals(stream, noise, n);
        if (d + 1 == DRAWS_A_CHAIN || !atn_centring_apply(centring, u, x, rest, e->workspaces[0]))
            continue;
        for (size_t i = 0; i < n; i++) x[i] += noise[i];
        if (!atn_centring_undo(centring, x, theta, rest, e->workspaces[0])) continue;
        atn_model_to_line(e->model, theta, theta);
        if (atn_model_log_posterior(e->model, theta, NULL, e->workspaces[0]) > -INFINITY)
            memcpy(draw, theta, n * sizeof *draw);
    }
    atn_free(e->ctx, work);
    return ATTAIN_OK;
}

/* In place of the nested approximation: each chain begins near a conditional mode of its own, the
 * first from the prior medians, the others from prior draws. */
static attain_status draw_approaches(const atn_estimation *e, atn_candidate *c,
                                     atn_laplace *laplace, attain_error *err)
{
    const size_t n = atn_model_dimension(e->model), chains = e->sampler.chains;
    double *u = ATN_NEW_ARRAY(e->ctx, double, 3 * n);
    laplace->draws = ATN_NEW_ARRAY(e->ctx, double, chains *DRAWS_A_CHAIN *n);
    laplace->n = n;
    laplace->n_draws = chains * DRAWS_A_CHAIN;
    if (!u || !laplace->draws) {
        atn_free(e->ctx, u);
        return atn_fail_nomem(err);
    }
    double *trial = u + n, *x = trial + n;
    attain_status status = ATTAIN_OK;
    atn_stream stream;
    atn_stream_init(&stream, e->seed, ATN_PURPOSE_START, e->chain, 0);
    size_t done = 0;
    for (size_t attempt = 0; status == ATTAIN_OK && attempt < START_TRIES && done < chains;
         attempt++) {
        draw_start(e, attempt, &stream, trial);
        atn_model_to_line(e->model, trial, u);
        c->evaluations++;
        if (!(atn_model_log_posterior(e->model, u, NULL, e->workspaces[0]) > -INFINITY)) continue;
        atn_centring *centring = NULL;
        status = approach(e, u, trial, x, &centring, err);
        if (status == ATTAIN_OK)
            status = draw_near(e, centring, u, &stream, x,
                               laplace->draws + done++ * DRAWS_A_CHAIN * n, err);
        atn_centring_free(e->ctx, centring);
        if (status == ATTAIN_OK)
            c->mode_log_density = atn_model_log_posterior(e->model, u, NULL, e->workspaces[0]);
        if (status == ATTAIN_OK) status = atn_poll(e->ctx, "fit", 0.5, err);
    }
    atn_free(e->ctx, u);
    if (status == ATTAIN_OK && done < chains) status = no_start(e, err);
    return status;
}

static attain_status draw_nested(atn_estimation *e, const atn_target *target, atn_mode *mode,
                                 size_t n_draws, atn_laplace *laplace, attain_error *err)
{
    const size_t n_parameters = atn_model_n_parameters(e->model);
    atn_transport *map = NULL;
    atn_mode marginal = {0};
    const attain_status status =
        atn_transport_create(e->ctx, target, n_parameters, mode->u, &map, &marginal, err);
    if (status != ATTAIN_OK) return status;
    const attain_status drawn =
        atn_nested_draw(e->ctx, target, map, n_parameters, e->seed, e->chain, n_draws + n_draws / 4,
                        n_draws, laplace, err);
    atn_transport_free(e->ctx, map);
    marginal.evaluations += mode->evaluations;
    atn_mode_free(e->ctx, mode);
    *mode = marginal;
    return drawn;
}

/* Draws about the best mode: nested where there are latent values (the joint mode misleads there,
 * stats/transport.h), plain Laplace otherwise and where the marginal's surface cannot be followed.
 */
static attain_status draw_about(atn_estimation *e, const atn_target *target, atn_mode *mode,
                                size_t n_draws, atn_laplace *laplace, attain_error *err)
{
    if (atn_model_n_parameters(e->model) < target->n) {
        const attain_status status = draw_nested(e, target, mode, n_draws, laplace, err);
        if (status != ATTAIN_ERR_NUMERIC || !mode->hessian) return status;
        atn_error_clear(err);
    }
    attain_error own = {0};
    const attain_status status =
        atn_laplace_draw(e->ctx, target, mode, e->seed, e->chain, PROPOSALS_PER_DRAW * n_draws,
                         n_draws, laplace, &own);
    if (status == ATTAIN_ERR_NUMERIC)
        return atn_fail(
            err, status,
            "series '%s': %s; a prior, or a trend that may not fall to 0 under its link, "
            "may cut it off there",
            e->series, own.message);
    if (status != ATTAIN_OK && err) *err = own;
    return status;
}

attain_status atn_estimate(atn_estimation *e, atn_candidate *c, attain_error *err)
{
    const atn_target target = {atn_model_dimension(e->model), target_density, e};
    const bool sampled = e->sampler.chains > 0;
    atn_mode mode = {0};
    atn_laplace laplace = {0};
    attain_status status = open_estimation(e, err);
    const size_t n_latent = target.n - atn_model_n_parameters(e->model);
    const bool many = sampled && n_latent > MOST_NESTED;
    if (status == ATTAIN_OK && many) {
        mode.gradient_norm = NAN; /* no mode is sought */
        mode.outcome = ATN_STEP_LIMIT;
        laplace.k_threshold = NAN;
        c->n_modes = 1;
        status = draw_approaches(e, c, &laplace, err);
        mode.log_density = c->mode_log_density;
    }
    if (status == ATTAIN_OK && !many) status = find_best_mode(e, &target, c, &mode, err);
    if (status == ATTAIN_OK && !many)
        status =
            draw_about(e, &target, &mode, sampled ? PRECONDITION_DRAWS : e->n_draws, &laplace, err);
    if (status == ATTAIN_OK) {
        c->mode_log_density = mode.log_density;
        c->gradient_norm = mode.gradient_norm;
        c->outcome = mode.outcome;
        c->evaluations += mode.evaluations;
        c->k_threshold = laplace.k_threshold;
        status = sampled ? sample(e, &laplace, c, err) : keep_draws(e, &laplace, c, err);
    }
    atn_laplace_free(e->ctx, &laplace);
    atn_mode_free(e->ctx, &mode);
    close_estimation(e);
    return status;
}
