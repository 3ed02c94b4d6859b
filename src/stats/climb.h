/* Private to the stats room: a point of the minimised function f = -log density, the line search,
 * and the Hessian by differences. */
#ifndef ATN_STATS_CLIMB_H
#define ATN_STATS_CLIMB_H

#include "stats/laplace.h"

typedef struct atn_point {
    double *u, *g; /* n; g is the gradient of f */
    double f;      /* INFINITY outside the domain */
} atn_point;

/* Sets f and g at p->u; a NaN or an infinite slope counts as outside.  *evaluations += 1. */
void atn_point_evaluate(const atn_target *target, atn_point *p, size_t *evaluations);
void atn_point_copy(atn_point *to, const atn_point *from, size_t n);

/* From `from` along `direction` (a descent direction) with first step `step`: leaves in `to` a
 * point that satisfies the strong Wolfe conditions (c1 = 1e-4, c2 = 0.9), or at least the first.
 * false if no decrease was found. */
bool atn_line_search(const atn_target *target, const atn_point *from, const double *direction,
                     double step, atn_point *to, size_t *evaluations);

/* Hessian of f at u by central differences of the gradient, coordinates in parallel, symmetrised.
 * spread[j] > 0: the length to which the step in j is proportioned (a conditional posterior sd).
 * work: workers x 3 n doubles.  Entries are NaN where no step stayed in the domain. */
attain_status atn_hessian(attain_context *ctx, const atn_target *target, const double *u,
                          const double *spread, double *hessian, double *work, attain_error *err);

#endif
