#include "importance.h"

#include <math.h>
#include <string.h>

/* Systematic resampling (Carpenter, Clifford & Fearnhead 1999) on normalised log weights: one
 * uniform, equally spaced pointers.  Unbiased, and a proposal comes twice only where its weight
 * exceeds one draw. */
static void choose_systematic(const double *log_weight, size_t count, size_t n_draws,
                              atn_stream *stream, size_t *pick)
{
    const double offset = atn_stream_uniform(stream);
    double reached = 0.0, lost = 0.0;
    size_t d = 0, last = 0;
    for (size_t i = 0; i < count && d < n_draws; i++) {
        const double weight = exp(log_weight[i]) * (double)n_draws, term = weight - lost;
        const double next = reached + term;
        lost = (next - reached) - term;
        reached = next;
        if (weight > 0.0) last = i;
        while (d < n_draws && (double)d + offset < reached) pick[d++] = i;
    }
    while (d < n_draws) pick[d++] = last; /* rounding of the total */
}

/* The first draws inside the domain, round again if there are too few. */
static bool choose_plain(const double *log_density, size_t count, size_t n_draws, size_t *pick)
{
    size_t found = 0;
    for (size_t i = 0; i < count && found < n_draws; i++)
        if (isfinite(log_density[i])) pick[found++] = i;
    for (size_t d = found; found > 0 && d < n_draws; d++) pick[d] = pick[d - found];
    return found > 0;
}

static double effective_size(const double *log_weight, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum += exp(2.0 * log_weight[i]);
    return 1.0 / sum;
}

/* An exact proposal: no tail can be fitted to ratios that only rounding tells apart. */
static bool are_equal(const double *log_ratio, size_t n)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (log_ratio[i] < low) low = log_ratio[i];
        if (log_ratio[i] > high) high = log_ratio[i];
    }
    return high - low < 1e-9;
}

attain_status atn_importance_resample(attain_context *ctx, const double *u,
                                      const double *log_density, double *log_ratio,
                                      size_t n_proposals, size_t n, uint64_t seed, uint64_t chain,
                                      size_t n_draws, atn_laplace *result, attain_error *err)
{
    atn_laplace r = {.n = n, .n_draws = n_draws, .evaluations = n_proposals};
    attain_status status = ATTAIN_OK;
    size_t *pick = ATN_NEW_ARRAY(ctx, size_t, n_draws);
    double *work = ATN_NEW_ARRAY(ctx, double, 2 * n_proposals + ATN_PSIS_ROOM);
    r.draws = ATN_NEW_ARRAY(ctx, double, n_draws *n);
    r.log_density = ATN_NEW_ARRAY(ctx, double, n_draws);
    if (!pick || !work || !r.draws || !r.log_density) {
        status = atn_fail_nomem(err);
        goto cleanup;
    }
    for (size_t i = 0; i < n_proposals; i++)
        if (!isfinite(log_density[i]) || isnan(log_ratio[i])) log_ratio[i] = -INFINITY;
    const bool exact = are_equal(log_ratio, n_proposals);
    r.pareto_k = atn_psis(log_ratio, n_proposals, 1.0, work);
    if (exact) r.pareto_k = 0.0;
    r.k_threshold = fmin(1.0 - 1.0 / log10((double)n_proposals), 0.7);
    r.ess = isnan(r.pareto_k) ? NAN : effective_size(log_ratio, n_proposals);
    r.resampled = r.pareto_k <= r.k_threshold;
    if (r.resampled) {
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_RESAMPLE, chain, 0);
        choose_systematic(log_ratio, n_proposals, n_draws, &stream, pick);
    } else if (!choose_plain(log_density, n_proposals, n_draws, pick)) {
        status = atn_fail(err, ATTAIN_ERR_NUMERIC,
                          "no draw of the normal approximation has a finite posterior density");
        goto cleanup;
    }
    for (size_t d = 0; d < n_draws; d++) {
        memcpy(r.draws + d * n, u + pick[d] * n, n * sizeof *r.draws);
        r.log_density[d] = log_density[pick[d]];
    }
    *result = r;
    r = (atn_laplace){0};
cleanup:
    atn_free(ctx, work);
    atn_free(ctx, pick);
    atn_laplace_free(ctx, &r);
    return status;
}
