/* Coordinates for sampling latent normals whose scale is itself a parameter. */
#ifndef ATN_STATS_BLEND_H
#define ATN_STATS_BLEND_H

#include "base/context.h"

/* A posterior over u = (parameters, z), z ~ N(0, I), is seen by the figures through sigma z.  Where
 * they fix sigma z, z is narrow and moves against log sigma (a funnel as seen non-centred); where
 * they say nothing, sigma z would be the funnel.  Both happen at once, in different directions of
 * one z, so z is rotated first: z = Q y keeps the prior, and with Q the eigenvectors of Cov(z |
 * parameters) every y_k has a definite share lambda_k = 1 - Var(y_k) of its variance taken by the
 * figures.  Coordinates are x_k = sigma^lambda_k y_k (Papaspiliopoulos, Roberts & Skold 2007, by
 * direction).  lambda stops at four fifths: where sigma may be close to 0 full centring is a funnel
 * of its own (a random walk over 24 figures: 47 divergences at 1, 6 at 0.8, with the same effective
 * size). */
#define ATN_BLEND_MOST 0.8
typedef struct atn_blend atn_blend;

/* draws: m x n of the posterior or an approximation, m > n_outer + 1.  log_scale[k]: the coordinate
 * below n_outer that holds log sigma of latent k, SIZE_MAX if it has none (k in 0 .. n-1; entries
 * below n_outer are not read).  Latents that share a scale must be contiguous. */
attain_status atn_blend_create(attain_context *ctx, size_t n, size_t n_outer, const double *draws,
                               size_t m, const size_t *log_scale, atn_blend **blend,
                               attain_error *err);
void atn_blend_free(attain_context *ctx, atn_blend *blend);

/* x from u and back; the latter returns log |du/dx|.  work: n doubles. */
void atn_blend_apply(const atn_blend *blend, const double *u, double *x, double *work);
double atn_blend_undo(const atn_blend *blend, const double *x, double *u, double *work);
/* gradient_x = (du/dx)' gradient_u + d log |du/dx| / dx at x. */
void atn_blend_pull(const atn_blend *blend, const double *x, const double *gradient_u,
                    double *gradient_x, double *work);

#endif
