/* Pareto-smoothed importance resampling of proposals whose density is known. */
#ifndef ATN_IMPORTANCE_H
#define ATN_IMPORTANCE_H

#include "stats/laplace.h"

/* u: n_proposals x n; log_density of each under the target; log_ratio target / proposal,
 * overwritten by the smoothed weights.  Fills result: resampled where k permits, systematically,
 * so that a proposal comes twice only where its weight exceeds one draw; else the first n_draws
 * proposals inside the domain, unweighted.  n_proposals >= n_draws. */
attain_status atn_importance_resample(attain_context *ctx, const double *u,
                                      const double *log_density, double *log_ratio,
                                      size_t n_proposals, size_t n, uint64_t seed, uint64_t chain,
                                      size_t n_draws, atn_laplace *result, attain_error *err);

#endif
