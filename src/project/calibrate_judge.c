/* Ranks into verdicts, and the public reading of a calibration. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "project/calibration.h"
#include "stats/distribution.h"
#include "stats/uniformity.h"

enum { MOST_POINTS = 100, RANKS_PER_BIN = 10, MOST_BINS = 20 };

static const double band_level = 0.99, most_errors = 3.5;
static const double covered[ATTAIN_COVERAGES] = {0.5, 0.8, 0.95};

static void judge_coverage(const double *u, size_t n, attain_calibration_quantity *judged)
{
    judged->covers = true;
    for (size_t k = 0; k < ATTAIN_COVERAGES; k++) {
        size_t inside = 0;
        for (size_t i = 0; i < n; i++) inside += fabs(u[i] - 0.5) <= 0.5 * covered[k];
        judged->coverage[k] = (double)inside / (double)n;
        judged->coverage_error[k] = sqrt(covered[k] * (1.0 - covered[k]) / (double)n);
        const double off = fabs(judged->coverage[k] - covered[k]);
        if (!(off <= most_errors * judged->coverage_error[k])) judged->covers = false;
    }
}

static void judge_quantity(attain_calibration *c, size_t k, double *u, size_t n_points,
                           const size_t *low, const size_t *high)
{
    size_t n = 0;
    for (size_t r = 0; r < c->replicates; r++)
        if (c->draws[r] > 0) u[n++] = c->u[k * c->replicates + r];
    const size_t bins = n / RANKS_PER_BIN;
    const atn_uniform_stray worst = atn_uniform_judge(u, n, n_points, low, high);
    attain_calibration_quantity *judged = &c->judged[k];
    *judged = (attain_calibration_quantity){
        .name = c->quantities[k].name,
        .n = n,
        .stray = worst.ratio,
        .stray_at = worst.at,
        .deviation = worst.deviation,
        .band_low = worst.low,
        .band_high = worst.high,
        .chi_square_p = atn_uniform_chi_square(u, n, bins < MOST_BINS ? bins : MOST_BINS),
        .uniform = worst.ratio <= 1.0};
    judge_coverage(u, n, judged);
    if (!judged->uniform) c->summary.uniform = false;
}

static void count_draws(attain_calibration *c, double *draws)
{
    const double half = 0.5;
    double median;
    size_t n = 0;
    c->summary.draws_low = SIZE_MAX;
    for (size_t r = 0; r < c->replicates; r++) {
        if (c->draws[r] == 0) continue;
        draws[n++] = (double)c->draws[r];
        if (c->draws[r] < c->summary.draws_low) c->summary.draws_low = c->draws[r];
    }
    atn_quantiles(draws, n, &half, 1, &median);
    c->summary.draws_median = (size_t)median;
}

attain_status atn_calibration_judge(attain_calibration *c, attain_error *err)
{
    const size_t n = c->replicates - c->summary.failed;
    const size_t n_points = n < 2 ? 2 : n < MOST_POINTS ? n : MOST_POINTS;
    double *u = ATN_NEW_ARRAY(c->ctx, double, c->replicates);
    size_t *low = ATN_NEW_ARRAY(c->ctx, size_t, 2 * n_points);
    attain_status status = u && low ? ATTAIN_OK : atn_fail_nomem(err);
    c->summary.level = band_level;
    c->summary.n_quantities = c->n_quantities;
    c->summary.uniform = true;
    /* each quantity gets an equal share of the joint error (Bonferroni): they hang together */
    if (status == ATTAIN_OK)
        status = atn_uniform_band(c->ctx, n, n_points, (1.0 - band_level) / (double)c->n_quantities,
                                  low, low + n_points, err);
    if (status == ATTAIN_OK) {
        count_draws(c, u);
        for (size_t k = 0; k < c->n_quantities; k++)
            judge_quantity(c, k, u, n_points, low, low + n_points);
    }
    atn_free(c->ctx, u);
    atn_free(c->ctx, low);
    return status;
}

void attain_calibration_summarize(const attain_calibration *calibration,
                                  attain_calibration_summary *summary)
{
    *summary = calibration->summary;
}

attain_status attain_calibration_get(const attain_calibration *calibration, size_t index,
                                     attain_calibration_quantity *quantity, attain_error *err)
{
    atn_error_clear(err);
    if (index >= calibration->n_quantities)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "the calibration has %zu quantities; there is no number %zu",
                        calibration->n_quantities, index);
    *quantity = calibration->judged[index];
    return ATTAIN_OK;
}

bool attain_calibration_rank(const attain_calibration *calibration, size_t index, size_t replicate,
                             double *truth, size_t *rank, size_t *draws)
{
    const attain_calibration *c = calibration;
    if (index >= c->n_quantities || replicate >= c->replicates || c->draws[replicate] == 0)
        return false;
    const size_t at = index * c->replicates + replicate;
    if (truth) *truth = c->truth[at];
    if (rank) *rank = c->rank[at];
    if (draws) *draws = c->draws[replicate];
    return true;
}

void attain_calibration_free(attain_calibration *c)
{
    if (!c) return;
    attain_context *ctx = c->ctx;
    atn_quantities_free(ctx, c->quantities, c->n_quantities);
    atn_free(ctx, c->truth);
    atn_free(ctx, c->u);
    atn_free(ctx, c->rank);
    atn_free(ctx, c->draws);
    atn_free(ctx, c->judged);
    atn_free(ctx, c);
}
