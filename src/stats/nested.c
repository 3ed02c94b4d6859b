/* Draws from the nested Laplace approximation, corrected by importance resampling. */
#include "stats/nested.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "importance.h"

/* Parameters come from a multivariate t with 2 HALF_DF degrees of freedom, since marginal
 * posteriors of few figures are heavier than the normal; latent values are normal given them. */
enum { HALF_DF = 3, PILOT = 1000 };
static const uint64_t pilot_streams = UINT64_C(1) << 40; /* apart from the final draws' */

/* One round of proposals: split along each axis about the mode, or about a pilot's moments. */
typedef struct proposing {
    const atn_transport *transport;
    const atn_target *target;
    size_t n_outer, n;
    uint64_t seed, chain, first_stream;
    const double *mean, *factor; /* n_outer, its square (lower); NULL: split about the mode */
    double *c;                   /* a proposal: its n_outer coordinates; NULL: not kept */
    double *u, *log_density, *log_ratio;
    double *work; /* a worker: n for w, then the map's own */
    size_t work_size;
} proposing;

static double split(const proposing *t, atn_stream *stream, double stretch, double *w)
{
    double square = 0.0;
    for (size_t j = 0; j < t->n_outer; j++) {
        const double below = atn_transport_scale(t->transport, j, false);
        const double above = atn_transport_scale(t->transport, j, true);
        const double size = stretch * fabs(atn_stream_normal(stream));
        const bool up = atn_stream_uniform(stream) * (below + above) < above;
        w[j] = up ? above * size : -below * size;
        square += size * size;
    }
    return square;
}

static double about_moments(const proposing *t, atn_stream *stream, double stretch, double *w)
{
    const size_t p = t->n_outer;
    double square = 0.0;
    memcpy(w, t->mean, p * sizeof *w);
    for (size_t j = 0; j < p; j++) {
        const double size = stretch * atn_stream_normal(stream);
        for (size_t i = j; i < p; i++) w[i] += t->factor[i * p + j] * size;
        square += size * size;
    }
    return square;
}

/* One proposal in the map's coordinates; returns its log density up to a constant. */
static double propose(const proposing *t, atn_stream *stream, double *w)
{
    const double df = 2.0 * HALF_DF;
    double log_product = 0.0;
    for (int k = 0; k < HALF_DF; k++) log_product += log(atn_stream_uniform(stream));
    const double stretch = sqrt(df / (-2.0 * log_product)); /* chi-square: a sum of exponentials */
    const double square =
        t->mean ? about_moments(t, stream, stretch, w) : split(t, stream, stretch, w);
    double log_q = -0.5 * (df + (double)t->n_outer) * log1p(square / df);
    for (size_t i = t->n_outer; i < t->n; i++) {
        w[i] = atn_stream_normal(stream);
        log_q -= 0.5 * w[i] * w[i];
    }
    return log_q;
}

static bool propose_task(void *user, size_t item, size_t worker)
{
    proposing *t = user;
    atn_stream stream;
    atn_stream_init(&stream, t->seed, ATN_PURPOSE_LAPLACE, t->chain, t->first_stream + item);
    double *w = t->work + worker * t->work_size, *u = t->u + item * t->n;
    const double log_q = propose(t, &stream, w);
    if (t->c) memcpy(t->c + item * t->n_outer, w, t->n_outer * sizeof *w);
    const double log_jacobian = atn_transport_map(t->transport, w, u, w + t->n, worker);
    t->log_density[item] = t->target->log_density(t->target->user, u, NULL, worker);
    t->log_ratio[item] = t->log_density[item] + log_jacobian - log_q;
    return true;
}

/* Moments of the pilot under its smoothed weights, shrunk towards the split scales with the weight
 * of as many draws as there are parameters.  False: nothing to be learnt from it. */
static bool pilot_moments(const proposing *t, double *psis_work, double *mean, double *factor,
                          double *covariance)
{
    const size_t p = t->n_outer;
    (void)atn_psis(t->log_ratio, PILOT, 1.0, psis_work);
    double ess = 0.0;
    for (size_t d = 0; d < PILOT; d++) ess += exp(2.0 * t->log_ratio[d]);
    ess = 1.0 / ess;
    if (!(ess >= 1.0 && ess <= PILOT + 0.5)) return false;
    const double trust = ess / (ess + (double)p);
    memset(mean, 0, p * sizeof *mean);
    memset(covariance, 0, p * p * sizeof *covariance);
    for (size_t d = 0; d < PILOT; d++)
        for (size_t i = 0; i < p; i++) mean[i] += exp(t->log_ratio[d]) * t->c[d * p + i];
    for (size_t d = 0; d < PILOT; d++)
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j < p; j++)
                covariance[i * p + j] += trust * exp(t->log_ratio[d]) *
                                         (t->c[d * p + i] - mean[i]) * (t->c[d * p + j] - mean[j]);
    for (size_t i = 0; i < p; i++) {
        const double below = atn_transport_scale(t->transport, i, false);
        const double above = atn_transport_scale(t->transport, i, true);
        covariance[i * p + i] += (1.0 - trust) * 0.5 * (below * below + above * above);
        mean[i] *= trust;
    }
    return atn_cholesky_raised(covariance, p, factor);
}

attain_status atn_nested_draw(attain_context *ctx, const atn_target *target,
                              const atn_transport *transport, size_t n_outer, uint64_t seed,
                              uint64_t chain, size_t n_proposals, size_t n_draws,
                              atn_laplace *result, attain_error *err)
{
    const size_t n = target->n, p = n_outer, work_size = n + atn_transport_work_size(transport);
    const size_t most = n_proposals > PILOT ? n_proposals : PILOT;
    const size_t workers = atn_parallel_workers(ctx, most);
    double *u = ATN_NEW_ARRAY(ctx, double, most *n);
    double *density = ATN_NEW_ARRAY(ctx, double, 2 * most);
    double *work = ATN_NEW_ARRAY(ctx, double, workers *work_size);
    double *moments = ATN_NEW_ARRAY(ctx, double, p + 2 * p * p + PILOT * (p + 2));
    attain_status status = u && density && work && moments ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        double *factor = moments + p, *covariance = factor + p * p;
        double *c = covariance + p * p;
        proposing t = {.transport = transport,
                       .target = target,
                       .n_outer = p,
                       .n = n,
                       .seed = seed,
                       .chain = chain,
                       .first_stream = pilot_streams,
                       .c = c,
                       .u = u,
                       .log_density = density,
                       .log_ratio = density + most,
                       .work = work,
                       .work_size = work_size};
        status = atn_parallel_for(ctx, PILOT, propose_task, &t, "fit", err);
        if (status == ATTAIN_OK) {
            if (pilot_moments(&t, c + PILOT * p, moments, factor, covariance)) {
                t.mean = moments;
                t.factor = factor;
            }
            t.c = NULL;
            t.first_stream = 0;
            status = atn_parallel_for(ctx, n_proposals, propose_task, &t, "fit", err);
        }
    }
    if (status == ATTAIN_OK)
        status = atn_importance_resample(ctx, u, density, density + most, n_proposals, n, seed,
                                         chain, n_draws, result, err);
    if (status == ATTAIN_OK) result->evaluations += PILOT;
    atn_free(ctx, u);
    atn_free(ctx, density);
    atn_free(ctx, work);
    atn_free(ctx, moments);
    return status;
}
