/* Convergence diagnostics and Monte Carlo errors (Vehtari et al. 2021), for chains of draws. */
#ifndef ATN_STATS_SUMMARY_H
#define ATN_STATS_SUMMARY_H

#include "base/context.h"

typedef struct atn_summary {
    double mean, sd, mcse_mean;
    double rhat, ess_bulk, ess_tail; /* NaN where not defined (constant, non-finite) */
} atn_summary;

/* draws: n_chains x n_per_chain, chain by chain, one quantity.  Rank-normalised split R-hat (max of
 * bulk and folded), bulk and tail ESS by Geyer's initial monotone sequence, MCSE of the mean from
 * the untransformed split chains' ESS.  Reproduces R posterior 1.4.0. */
attain_status atn_summarise(attain_context *ctx, const double *draws, size_t n_chains,
                            size_t n_per_chain, atn_summary *summary, attain_error *err);

/* Autocorrelation-based ESS of the mean of split chains (as posterior::ess_mean), NaN if undefined.
 */
attain_status atn_ess_mean(attain_context *ctx, const double *draws, size_t n_chains,
                           size_t n_per_chain, double *ess, attain_error *err);

#endif
