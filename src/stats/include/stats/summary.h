/* Convergence diagnostics and Monte Carlo errors (Vehtari et al. 2021), for chains of draws. */
#ifndef ATN_STATS_SUMMARY_H
#define ATN_STATS_SUMMARY_H

#include "base/context.h"

enum { ATN_N_SUMMARY_LEVELS = 3 };
extern const double atn_summary_levels[ATN_N_SUMMARY_LEVELS]; /* 0.05, 0.5, 0.95 */

/* NaN where not defined (constant, non-finite). */
typedef struct atn_summary {
    double mean, sd, mcse_mean;
    double rhat, ess_bulk, ess_tail;
    double mcse_quantile[ATN_N_SUMMARY_LEVELS];
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

/* Effective sample size of the estimate of one quantile, from the indicator x <= quantile, and the
 * quantile's Monte Carlo error: half the width of a central 68 % interval for it, the order
 * statistics at beta quantiles of the level (Vehtari et al. 2021, section 4.3).  As
 * posterior::ess_quantile and mcse_quantile; p in (0, 1). */
attain_status atn_quantile_error(attain_context *ctx, const double *draws, size_t n_chains,
                                 size_t n_per_chain, double p, double *ess, double *mcse,
                                 attain_error *err);
/* That error for draws worth `ess` independent ones; x is reordered. */
double atn_quantile_mcse(double *x, size_t n, double p, double ess);
/* The same of the standard deviation: posterior::ess_sd and mcse_sd (delta method, kurtosis from
 * the draws). */
attain_status atn_sd_error(attain_context *ctx, const double *draws, size_t n_chains,
                           size_t n_per_chain, double *ess, double *mcse, attain_error *err);

#endif
