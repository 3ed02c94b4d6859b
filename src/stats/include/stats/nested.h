/* Draws from the nested Laplace approximation (stats/transport.h). */
#ifndef ATN_STATS_NESTED_H
#define ATN_STATS_NESTED_H

#include "stats/transport.h"

/* n_proposals mapped proposals, resampled to n_draws by Pareto-smoothed importance weights where
 * their k permits (atn_laplace's fields say so).  Bits do not depend on threads. */
attain_status atn_nested_draw(attain_context *ctx, const atn_target *target,
                              const atn_transport *transport, size_t n_outer, uint64_t seed,
                              uint64_t chain, size_t n_proposals, size_t n_draws,
                              atn_laplace *result, attain_error *err);

#endif
