/* Private to the stats room: a symmetric matrix made safe to solve with and to draw from. */
#ifndef ATN_STATS_FACTOR_H
#define ATN_STATS_FACTOR_H

#include <stdbool.h>
#include <stddef.h>

/* y += c x */
void atn_axpy(double *y, double c, const double *x, size_t n);

/* H scaled to unit diagonal, then factored: H = D L L' D with D = 1 / scale. */
typedef struct atn_factor {
    size_t n;
    double *scale; /* n: 1 / sqrt|H_ii| */
    double *l;     /* n x n */
    bool repaired; /* H was not positive definite, or all but singular */
    double least;  /* if so, the scaled H's least eigenvalue */
} atn_factor;

/* scale and l are set by the caller.  If the scaled H has eigenvalues below 1e-8 of the largest,
 * they are replaced by their absolute values or that floor, whichever is larger.
 * work: atn_factor_work(n) doubles.  false when H is not finite. */
bool atn_factor_set(atn_factor *f, const double *h, double *work);
size_t atn_factor_work(size_t n);
/* After a repair, from the same work space: the direction of the least eigenvalue, of a length at
 * which the quadratic changes by about one half of it. */
void atn_factor_least_direction(const atn_factor *f, const double *work, double *direction);
void atn_factor_solve(const atn_factor *f, double *x);  /* x := H^-1 x */
void atn_factor_colour(const atn_factor *f, double *z); /* z ~ N(0, I) to N(0, H^-1) */

#endif
