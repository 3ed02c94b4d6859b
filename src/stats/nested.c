/* Draws from the nested Laplace approximation, corrected by importance resampling. */
#include "stats/nested.h"

#include <math.h>

#include "importance.h"

typedef struct proposing {
    const atn_transport *transport;
    const atn_target *target;
    size_t n_outer;
    uint64_t seed, chain;
    double *u, *log_density, *log_ratio;
    double *work; /* a worker: n for w, then the map's own */
    size_t work_size;
} proposing;

/* Parameters come from a split multivariate t with 2 HALF_DF degrees of freedom, since marginal
 * posteriors of few figures are heavier than the normal; latent values are normal given them. */
enum { HALF_DF = 3 };

static double propose(const atn_transport *transport, size_t n_outer, size_t n, atn_stream *stream,
                      double *w)
{
    const double df = 2.0 * HALF_DF;
    double log_q = 0.0, log_product = 0.0, square = 0.0;
    for (int k = 0; k < HALF_DF; k++) log_product += log(atn_stream_uniform(stream));
    const double stretch =
        sqrt(df / (-2.0 * log_product)); /* chi-square as a sum of exponentials */
    for (size_t j = 0; j < n_outer; j++) {
        const double below = atn_transport_scale(transport, j, false);
        const double above = atn_transport_scale(transport, j, true);
        const double size = stretch * fabs(atn_stream_normal(stream));
        const bool up = atn_stream_uniform(stream) * (below + above) < above;
        w[j] = up ? above * size : -below * size;
        square += size * size;
    }
    log_q -= 0.5 * (df + (double)n_outer) * log1p(square / df);
    for (size_t i = n_outer; i < n; i++) {
        w[i] = atn_stream_normal(stream);
        log_q -= 0.5 * w[i] * w[i];
    }
    return log_q;
}

static bool propose_task(void *user, size_t item, size_t worker)
{
    proposing *t = user;
    const size_t n = t->target->n;
    atn_stream stream;
    atn_stream_init(&stream, t->seed, ATN_PURPOSE_LAPLACE, t->chain, item);
    double *w = t->work + worker * t->work_size, *u = t->u + item * n;
    const double log_q = propose(t->transport, t->n_outer, n, &stream, w);
    const double log_jacobian = atn_transport_map(t->transport, w, u, w + n, worker);
    t->log_density[item] = t->target->log_density(t->target->user, u, NULL, worker);
    t->log_ratio[item] = t->log_density[item] + log_jacobian - log_q;
    return true;
}

attain_status atn_nested_draw(attain_context *ctx, const atn_target *target,
                              const atn_transport *transport, size_t n_outer, uint64_t seed,
                              uint64_t chain, size_t n_proposals, size_t n_draws,
                              atn_laplace *result, attain_error *err)
{
    const size_t n = target->n, work_size = n + atn_transport_work_size(transport);
    const size_t workers = atn_parallel_workers(ctx, n_proposals);
    double *u = ATN_NEW_ARRAY(ctx, double, n_proposals *n);
    double *density = ATN_NEW_ARRAY(ctx, double, 2 * n_proposals);
    double *work = ATN_NEW_ARRAY(ctx, double, workers *work_size);
    attain_status status = u && density && work ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        proposing t = {transport, target,   n_outer, seed, chain, u, density, density + n_proposals,
                       work,      work_size};
        status = atn_parallel_for(ctx, n_proposals, propose_task, &t, "fit", err);
    }
    if (status == ATTAIN_OK)
        status = atn_importance_resample(ctx, u, density, density + n_proposals, n_proposals, n,
                                         seed, chain, n_draws, result, err);
    atn_free(ctx, u);
    atn_free(ctx, density);
    atn_free(ctx, work);
    return status;
}
