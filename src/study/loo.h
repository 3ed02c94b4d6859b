/* Leave-one-out prediction of each report by Pareto-smoothed importance sampling. */
#ifndef ATN_LOO_H
#define ATN_LOO_H

#include "study/posterior.h"

/* Fills the candidate's loo, elpd, loo_threshold and n_high_loo_k from its n_draws rows of theta.
 * Returns NOMEM, INTERRUPTED. */
attain_status atn_loo_run(attain_context *ctx, atn_candidate *c, size_t n_draws, attain_error *err);

#endif
