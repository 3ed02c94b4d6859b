/* Draws about the mode with the curvature's spread, corrected by importance resampling.  They come
 * from a multivariate t: posteriors are mostly heavier than the normal in some direction, which
 * costs a normal proposal its finite variance of ratios.  With max(10, n) degrees of freedom an
 * exactly normal posterior keeps 85 % of the effective draws or more in any dimension, while on a
 * regression with 46 rows and 8 parameters k falls from 0.62 to -0.63 and the effective number
 * rises threefold. */
#include "stats/laplace.h"

#include <math.h>

#include "cholesky.h"
#include "factor.h"
#include "importance.h"

typedef struct proposals {
    const atn_target *target;
    const double *centre;
    atn_factor factor;
    uint64_t seed, chain;
    double *u;           /* count x n */
    double *log_density; /* count */
    double *log_ratio;   /* count: target over proposal, up to a constant */
    size_t count;
} proposals;

enum { BATCH = 16 };

/* Even, so that chi-square draws are sums of exponentials. */
static size_t half_df(size_t n)
{
    return n <= 10 ? 5 : (n + 1) / 2;
}

/* u := t, a draw of the standard multivariate t, z / sqrt(chi^2_df / df); returns log q up to a
 * constant, which cancels when ratios are normalised. */
static double standard_draw(atn_stream *stream, size_t n, double *u)
{
    const size_t half = half_df(n);
    const double df = 2.0 * (double)half;
    double log_product = 0.0;
    atn_stream_normals(stream, u, n);
    for (size_t k = 0; k < half; k++) log_product += log(atn_stream_uniform(stream));
    const double stretch = sqrt(df / (-2.0 * log_product));
    for (size_t i = 0; i < n; i++) u[i] *= stretch;
    return -0.5 * (df + (double)n) * log1p(atn_inner(u, u, n) / df);
}

static void propose(proposals *p, size_t i, size_t worker)
{
    const size_t n = p->target->n;
    double *u = p->u + i * n;
    atn_stream stream;
    atn_stream_init(&stream, p->seed, ATN_PURPOSE_LAPLACE, p->chain, i);
    const double log_q = standard_draw(&stream, n, u);
    atn_factor_colour(&p->factor, u);
    atn_axpy(u, 1.0, p->centre, n);
    double value = p->target->log_density(p->target->user, u, NULL, worker);
    if (!isfinite(value)) value = -INFINITY;
    p->log_density[i] = value;
    p->log_ratio[i] = value - log_q;
}

static bool propose_batch(void *user, size_t batch, size_t worker)
{
    proposals *p = user;
    const size_t first = batch * BATCH;
    for (size_t i = first; i < first + BATCH && i < p->count; i++) propose(p, i, worker);
    return true;
}

static bool product_fits(size_t a, size_t b)
{
    return b == 0 || a <= SIZE_MAX / 16 / b;
}

attain_status atn_laplace_draw(attain_context *ctx, const atn_target *target, const atn_mode *mode,
                               uint64_t seed, uint64_t chain, size_t n_proposals, size_t n_draws,
                               atn_laplace *result, attain_error *err)
{
    const size_t n = target->n;
    if (n_draws == 0 || n_proposals < n_draws)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "%zu proposals for %zu draws", n_proposals,
                        n_draws);
    if (!product_fits(n, n_proposals) || !product_fits(n, 3 * n + 6)) return atn_fail_nomem(err);
    attain_status status = ATTAIN_OK;
    proposals p = {.target = target, .centre = mode->u, .seed = seed, .chain = chain};
    p.count = n_proposals;
    p.u = ATN_NEW_ARRAY(ctx, double, n_proposals *n);
    p.log_density = ATN_NEW_ARRAY(ctx, double, 2 * n_proposals);
    double *dense = ATN_NEW_ARRAY(ctx, double, n *n + n + atn_factor_work(n));
    if (!p.u || !p.log_density || !dense) {
        status = atn_fail_nomem(err);
        goto cleanup;
    }
    p.log_ratio = p.log_density + n_proposals;
    p.factor = (atn_factor){.n = n, .scale = dense, .l = dense + n};
    if (!atn_factor_set(&p.factor, mode->hessian, dense + n + n * n)) {
        status =
            atn_fail(err, ATTAIN_ERR_NUMERIC, "the posterior has no finite curvature at its mode");
        goto cleanup;
    }
    status = atn_parallel_for(ctx, (n_proposals + BATCH - 1) / BATCH, propose_batch, &p,
                              "posterior draws", err);
    if (!status)
        status = atn_importance_resample(ctx, p.u, p.log_density, p.log_ratio, n_proposals, n, seed,
                                         chain, n_draws, result, err);
cleanup:
    atn_free(ctx, dense);
    atn_free(ctx, p.log_density);
    atn_free(ctx, p.u);
    return status;
}

void atn_laplace_free(attain_context *ctx, atn_laplace *result)
{
    if (!result) return;
    atn_free(ctx, result->draws);
    atn_free(ctx, result->log_density);
    result->draws = NULL;
    result->log_density = NULL;
}
