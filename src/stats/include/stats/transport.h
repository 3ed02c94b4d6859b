/* A map from nearly standard normal coordinates to a posterior with latent standard normals. */
#ifndef ATN_STATS_TRANSPORT_H
#define ATN_STATS_TRANSPORT_H

#include "stats/laplace.h"

/* The posterior is over u = (theta, z): n_outer parameters and latent z, N(0, 1) a priori.
 *
 * The joint mode of (log sigma, z) is no summary of such a posterior: where z is only seen through
 * sigma z, setting the derivative along log sigma to zero gives sigma^2 = s^2 (1 + |z|^2) under a
 * half-normal prior of scale s, at least s whatever the figures say.  So z is integrated out first,
 *   log p~(theta) = log p(theta, z*) - log |H_zz(theta, z*)| / 2,   z*(theta) = argmax_z
 * (Tierney & Kadane 1986; Rue, Martino & Chopin 2009).  With w = (c, v),
 *   theta = mode + A c,   z = z*(c) + L(c)'^-1 v,   A A' = curvature of p~ inverted, L L' = H_zz,
 * z* and log-diagonal L being quadratic along each axis of A through points where p~ was evaluated,
 * and z* then corrected by Newton steps with L: given c, v is normal to the accuracy of Laplace's
 * method; the map is exact and invertible whatever that accuracy, so importance weights correct it.
 */
typedef struct atn_transport atn_transport;

/* target: borrowed user, which must outlive the map.  start: n values with finite density, e.g. a
 * joint mode.  mode (freed by the caller): u at the
 * mode of p~, its log density up to a constant, gradient norm in posterior sd, evaluations. Returns
 * NUMERIC where the density or its curvature is not finite, INTERRUPTED, NOMEM. */
attain_status atn_transport_create(attain_context *ctx, const atn_target *target, size_t n_outer,
                                   const double *start, atn_transport **transport, atn_mode *mode,
                                   attain_error *err);
void atn_transport_free(attain_context *ctx, atn_transport *transport);

size_t atn_transport_work_size(const atn_transport *transport); /* doubles a call needs */
/* u(w), returning log |du/dw|.  Asks the target up to four times, with this worker. */
double atn_transport_map(const atn_transport *transport, const double *w, double *u, double *work,
                         size_t worker);
/* sd of p~ along axis j on one side of the mode, in units of c. */
double atn_transport_scale(const atn_transport *transport, size_t j, bool above);

#endif
