/* The No-U-Turn sampler: multinomial trajectories (Hoffman & Gelman 2014; Betancourt 2017). */
#ifndef ATN_STATS_NUTS_H
#define ATN_STATS_NUTS_H

#include "stats/laplace.h"

typedef struct atn_nuts_settings {
    size_t chains, warmup, draws; /* draws kept a chain, >= 4 */
    double adapt_delta;           /* target acceptance, (0, 1) */
    int max_depth;                /* of a trajectory's tree, 1 .. 12 */
    uint64_t seed, stream;        /* stream: number of the fit within the study */
    size_t dense; /* leading coordinates whose metric is dense, the others' is diagonal; 0: all */
    size_t held;  /* last coordinates that trajectories do not move, nearly independent standard
                     normals given the rest: drawn afresh before each, by Metropolis; dense of the
                     rest is their first ones */
    double progress, progress_left; /* what came before and comes after this run, shares of 1 */
} atn_nuts_settings;

typedef struct atn_nuts {
    double *draws;                  /* chains x draws x n, chain by chain, on the whole line */
    double *log_density;            /* chains x draws */
    size_t divergences, depth_hits; /* after warm-up, all chains */
    double e_bfmi;                  /* smallest of the chains' (Betancourt 2016) */
    double step_size;               /* mean over chains */
    size_t evaluations;
} atn_nuts;

/* Samples from `starts` (chains x n, finite density each).  covariance (of the dense coordinates,
 * positive definite; then the others' variances, of held ones not read): what the first metric is
 * and what adapted metrics are shrunk towards, with the weight of d + 5 draws for d coordinates.
 * Chains run in parallel on streams of their own; bits do not depend on threads. Returns NUMERIC
 * when a start has no finite density or no step size works, INTERRUPTED, NOMEM. */
attain_status atn_nuts_run(attain_context *ctx, const atn_target *target,
                           const atn_nuts_settings *settings, const double *covariance,
                           const double *starts, atn_nuts *result, attain_error *err);
void atn_nuts_free(attain_context *ctx, atn_nuts *result);

#endif
