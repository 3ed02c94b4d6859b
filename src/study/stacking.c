/* Weights of candidate trends: stacking of PSIS-LOO predictive densities (Yao et al. 2018), shrunk
 * towards equal weights (METHODS section 5). */
#include <string.h>

#include "stacking.h"

/* Maximises sum_r log sum_k w_k p_rk over the simplex.  The objective is concave and the EM step
 * w_k <- mean_r w_k p_rk / sum_j w_j p_rj increases it (Dempster et al. 1977). */
static void maximise_weights(const double *log_p, size_t n_reports, size_t n_candidates,
                             double *weight, double *next)
{
    enum { STEPS = 2000 };
    for (size_t k = 0; k < n_candidates; k++) weight[k] = 1.0 / (double)n_candidates;
    for (int step = 0; step < STEPS; step++) {
        memset(next, 0, n_candidates * sizeof *next);
        for (size_t r = 0; r < n_reports; r++) {
            double top = -INFINITY, sum = 0.0;
            for (size_t k = 0; k < n_candidates; k++) top = fmax(top, log_p[k * n_reports + r]);
            for (size_t k = 0; k < n_candidates; k++)
                sum += weight[k] * exp(log_p[k * n_reports + r] - top);
            for (size_t k = 0; k < n_candidates; k++)
                next[k] += weight[k] * exp(log_p[k * n_reports + r] - top) / sum;
        }
        for (size_t k = 0; k < n_candidates; k++) weight[k] = next[k] / (double)n_reports;
    }
}

attain_status atn_stack_without(attain_context *ctx, const atn_block *block, const bool *without,
                                double *weight, attain_error *err)
{
    const size_t n_candidates = block->n_candidates;
    const size_t all = atn_model_n_reports(block->candidates[0].model);
    double *log_p = ATN_NEW_ARRAY(ctx, double, all *n_candidates + 1);
    double *found = ATN_NEW_ARRAY(ctx, double, 2 * n_candidates);
    attain_status status = log_p && found ? ATTAIN_OK : atn_fail_nomem(err);
    size_t n = 0;
    for (size_t r = 0; r < all; r++) n += !without || !without[r];
    for (size_t k = 0; status == ATTAIN_OK && k < n_candidates; k++) {
        size_t kept = k * n;
        for (size_t r = 0; r < all; r++)
            if (!without || !without[r]) log_p[kept++] = block->candidates[k].loo[r].elpd;
    }
    if (status == ATTAIN_OK) {
        if (n > 0) maximise_weights(log_p, n, n_candidates, found, found + n_candidates);
        const double prior = 10.0 / (double)n_candidates;
        for (size_t k = 0; k < n_candidates; k++)
            weight[k] = ((double)n * found[k] + prior) / ((double)n + 10.0);
    }
    atn_free(ctx, log_p);
    atn_free(ctx, found);
    return status;
}

attain_status atn_stack(attain_context *ctx, atn_block *block, attain_error *err)
{
    double *weight = ATN_NEW_ARRAY(ctx, double, block->n_candidates);
    if (!weight) return atn_fail_nomem(err);
    const attain_status status = atn_stack_without(ctx, block, NULL, weight, err);
    for (size_t k = 0; k < block->n_candidates && status == ATTAIN_OK; k++)
        block->candidates[k].weight = weight[k];
    atn_free(ctx, weight);
    return status;
}
