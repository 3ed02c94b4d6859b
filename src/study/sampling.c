/* The sampler on a model's posterior: coordinates, first metric, pilot. */
#include <math.h>
#include <string.h>

#include "estimate_internal.h"
#include "study/centring.h"

enum {
    LEAST_PILOT = 200, /* warm-up below which there is no pilot */
    PILOT_DEPTH = 6,   /* it need not mix well */
    LOOKS = 64
};
static const double DEEPEST =
    5.0; /* a mode further below the best, in log density, holds next to nothing */
/* Acceptance aimed at.  Without latent values there is no funnel for long steps to miss. */
static const double CAREFUL = 0.95, BOLD = 0.8;
/* Where many latent values are all but independent and normal in their coordinates, as under
 * figures that are normal on the link scale, trajectories through them all would be short of step
 * for nothing: they move the parameters alone. */
static const double LINEAR = 0.7;
static const uint64_t PILOT_STREAM = UINT64_C(1) << 32;

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

/* Chains go to the modes in turn, but for those too low to hold any mass, so that R-hat can tell
 * whether they meet.  Latent values, which follow the parameters at once, stay as they are. */
static void starts_at_modes(centred *v, const atn_modes *modes, size_t n, size_t chains, double *x,
                            double *starts)
{
    const size_t p = atn_model_n_parameters(v->e->model);
    size_t kept = 0;
    while (kept < modes->n && modes->mode[kept].log_density > modes->mode[0].log_density - DEEPEST)
        kept++;
    for (size_t k = 0; kept > 1 && k < chains; k++) {
        const atn_mode *mode = &modes->mode[k % kept];
        double *start = starts + k * n;
        if (!atn_centring_apply(v->centring, mode->u, x, v->work, v->e->workspaces[0])) continue;
        memcpy(x + p, start + p, (n - p) * sizeof *x);
        if (centred_density(v, x, NULL, 0) > -INFINITY) memcpy(start, x, n * sizeof *x);
    }
}

/* One run of the chains: coordinates and first metric from m draws on the whole line, which are
 * overwritten; starts from the last of each chain's share of them, or overdispersed.  *theta gets
 * the run's draws on the natural scale. */
typedef struct stage {
    atn_nuts_settings sampler;
    double *draws;
    size_t m;
    bool goes_on, may_hold;
    const atn_modes *modes; /* where not */
    double *theta;
    atn_nuts nuts; /* what it says of itself; draws freed */
} stage;

/* Mean chance that latent values drawn afresh from standard normals are taken in the place of a
 * draw's, all at once. */
static double acceptance_of_normals(centred *v, const stage *s, double *y)
{
    const size_t n = atn_model_dimension(v->e->model), p = atn_model_n_parameters(v->e->model);
    const size_t looks = s->m < LOOKS ? s->m : LOOKS;
    double sum = 0.0;
    atn_stream stream;
    atn_stream_init(&stream, s->sampler.seed, ATN_PURPOSE_SAMPLER, s->sampler.stream,
                    s->sampler.chains); /* after the chains' own */
    for (size_t d = 0; d < looks; d++) {
        const double *x = s->draws + d * (s->m / looks) * n;
        double ratio = -centred_density(v, x, NULL, 0);
        memcpy(y, x, p * sizeof *y);
        atn_stream_normals(&stream, y + p, n - p);
        for (size_t i = p; i < n; i++) ratio += 0.5 * (y[i] * y[i] - x[i] * x[i]);
        ratio += centred_density(v, y, NULL, 0);
        if (!isnan(ratio)) sum += ratio < 0.0 ? exp(ratio) : 1.0;
    }
    return sum / (double)looks;
}

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
    if (!s->goes_on) {
        overdispersed_starts(&v, n, s->draws, s->m, mean, chains, starts);
        starts_at_modes(&v, s->modes, n, chains, x, starts);
    }
    s->sampler.dense = p;
    if (s->may_hold && acceptance_of_normals(&v, s, x) > LINEAR) {
        s->sampler.held = n - p;
        s->sampler.adapt_delta = BOLD;
    }
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
attain_status atn_sample(const atn_estimation *e, atn_laplace *laplace, const atn_modes *modes,
                         atn_candidate *c, attain_error *err)
{
    const size_t n = atn_model_dimension(e->model), warmup = e->sampler.warmup;
    stage whole = {.sampler = e->sampler, .draws = laplace->draws, .modes = modes};
    const bool approximated = laplace->log_density != NULL;
    attain_status status = ATTAIN_OK;
    whole.sampler.adapt_delta = atn_model_n_parameters(e->model) < n ? CAREFUL : BOLD;
    whole.m = laplace->n_draws;
    whole.goes_on = whole.may_hold = !approximated;
    if (approximated) status = keep_better_half(e, laplace, &whole.m, err);
    stage pilot = whole;
    if (status == ATTAIN_OK && warmup >= LEAST_PILOT) {
        pilot.sampler.stream |= PILOT_STREAM;
        pilot.sampler.warmup = warmup / 5;
        pilot.sampler.draws = warmup / 8;
        pilot.sampler.max_depth = PILOT_DEPTH;
        whole.sampler.progress = (double)(pilot.sampler.warmup + pilot.sampler.draws) /
                                 (double)(warmup + whole.sampler.draws);
        pilot.sampler.progress_left = 1.0 - whole.sampler.progress;
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
