/* The marginal log density of the parameters, latent values integrated out about their conditional
 * mode: log p~(theta) = log p(theta, z*) - log |H_zz| / 2, its mode and its curvature. */
#ifndef ATN_MARGINAL_H
#define ATN_MARGINAL_H

#include "stats/laplace.h"

/* State at one theta: conditional mode, factor of H_zz, and what log p~ is made of. */
typedef struct atn_nest_point {
    double *u;    /* n: theta, z* */
    double *g;    /* n: gradient of the joint log density */
    double *chol; /* q x q lower factor of H_zz */
    double value; /* joint log density */
    double half_log_det;
} atn_nest_point;

typedef struct atn_nest {
    attain_context *ctx;
    const atn_target *target;
    size_t n, p, q, evaluations;
    double *trial, *trial_g, *step, *moved; /* n each */
    double *slopes;                         /* p x q: dz*_k / dtheta_i */
    double *schur;   /* p x p: -Hessian of max_z log p, from the same differences */
    double *scratch; /* q x q */
} atn_nest;

/* BFGS state of the search over theta. */
typedef struct atn_outer_work {
    double *g, *g_next, *direction, *delta, *y; /* p each */
    double *inverse, *factor, *product;         /* p x p, p x p, p */
} atn_outer_work;

static inline double atn_nest_surface(const atn_nest_point *at)
{
    return at->value - at->half_log_det;
}
void atn_nest_copy(const atn_nest *s, atn_nest_point *to, const atn_nest_point *from);
/* Maximises over z from at->u and factors H_zz there.  False outside the domain. */
bool atn_nest_inner(atn_nest *s, atn_nest_point *at);
/* Climbs log p~ from at->u; *norm: its gradient there in posterior sd.  `next` is scratch. */
attain_status atn_nest_outer(atn_nest *s, atn_nest_point *at, atn_nest_point *next,
                             atn_outer_work *w, double *norm, atn_outcome *outcome,
                             attain_error *err);
/* Lower factor of -Hessian of log p~ at its mode into `factor`; corners: p x p scratch. */
bool atn_nest_curvature(atn_nest *s, const atn_nest_point *at, atn_outer_work *w, double *corners,
                        double *factor);

#endif
