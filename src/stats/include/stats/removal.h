/* Where draws of a posterior would lie without some of its figures. */
#ifndef ATN_STATS_REMOVAL_H
#define ATN_STATS_REMOVAL_H

#include "base/context.h"

/* An affine map of draws u that undoes what g figures taught, to first order.  A figure speaks of
 * one location m(u) each; without it only the law of the locations changes, never that of u given
 * them.  So each m is replaced by its best linear predictor x from u, log likelihoods by parabolas
 * in x (least squares over the draws), and the normal law of x by what it is without these; u
 * follows by its regression on x.  Proposals made so differ little from the posterior without the
 * figures, even where weights on the draws as they are would rest on a few of them: importance
 * weights by the density then put right what is not normal or not linear (in the manner of
 * Paananen, Piironen, Buerkner & Vehtari 2021, whose maps match weighted moments instead). */
typedef struct atn_removal atn_removal;

/* What maps of the same draws have in common.  u: m x n, borrowed for as long as it is used.  NULL
 * where there are fewer draws than four a coordinate, or more than 400 coordinates.  Returns NOMEM.
 */
typedef struct atn_removal_basis atn_removal_basis;
attain_status atn_removal_basis_create(attain_context *ctx, const double *u, size_t m, size_t n,
                                       atn_removal_basis **basis, attain_error *err);
void atn_removal_basis_free(attain_context *ctx, atn_removal_basis *basis);

/* location, log_likelihood: m x g, of the figures to be removed.  wider: factor on the spread of x:
 * proposals a little too wide keep the weights' tails short where the law without the figures is
 * not quite normal; 1: none.  *removal is NULL where no such map is to be had: a location that does
 * not vary, a number that is none, a figure that leaves next to nothing to the others.  Returns
 * NOMEM. */
attain_status atn_removal_create(attain_context *ctx, const atn_removal_basis *basis,
                                 const double *location, const double *log_likelihood, size_t g,
                                 double wider, atn_removal **removal, attain_error *err);
void atn_removal_free(attain_context *ctx, atn_removal *removal);
/* moved: n doubles, not aliasing u.  work: 2 g doubles. */
void atn_removal_apply(const atn_removal *removal, const double *u, double *moved, double *work);
/* The inverse. */
void atn_removal_undo(const atn_removal *removal, const double *moved, double *u, double *work);
/* log |det| of the map, the same everywhere. */
double atn_removal_log_det(const atn_removal *removal);

#endif
