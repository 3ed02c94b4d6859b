/* Nested Laplace approximation for posteriors with latent standard normals. */
#ifndef ATN_STATS_NESTED_H
#define ATN_STATS_NESTED_H

#include "stats/laplace.h"

/* Draws from a posterior over u = (theta, z): n_outer parameters and latent z, N(0, 1) a priori.
 *
 * The joint mode of (log sigma, z) is no summary of such a posterior: where z is only seen through
 * sigma z, setting the derivative along log sigma to zero gives sigma^2 = s^2 (1 + |z|^2) under a
 * half-normal prior of scale s, at least s whatever the figures say.  So z is integrated out first,
 *   log p~(theta) = log p(theta, z*) - log |H_zz(theta, z*)| / 2,   z*(theta) = argmax_z,
 * (Tierney & Kadane 1986; Rue, Martino & Chopin 2009), the mode and curvature of p~ give a normal
 * for theta (split by side where it is skew), and z given theta is normal about z*(theta), whose
 * dependence on theta is interpolated along the axes of that normal.  The proposal's density is
 * known exactly, so Pareto-smoothed resampling corrects it as it does a plain Laplace.
 *
 * start: n values with finite density, e.g. a joint mode.  mode_density: p~ at its mode up to a
 * constant.  gradient_norm: gradient of log p~ there in posterior sd. */
attain_status atn_nested_draw(attain_context *ctx, const atn_target *target, size_t n_outer,
                              const double *start, uint64_t seed, uint64_t chain,
                              size_t n_proposals, size_t n_draws, atn_mode *mode,
                              atn_laplace *result, attain_error *err);

#endif
