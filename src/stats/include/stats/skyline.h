/* Cholesky factors of symmetric matrices whose rows begin at their first nonzero, with adjoints. */
#ifndef ATN_STATS_SKYLINE_H
#define ATN_STATS_SKYLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Row i of the lower triangle holds columns first[i] .. i, one after the other, at
 * values[start[i]]; the factor fills the same places (George & Liu 1981, chapter 4).  A band costs
 * n b^2 and a dense matrix n^3 / 6 without telling them apart. */
typedef struct atn_skyline {
    size_t n;
    size_t *first; /* n, first[i] <= i */
    size_t *start; /* n + 1; start[n] is the number of values */
} atn_skyline;

/* Fills start from first. */
void atn_skyline_layout(atn_skyline *s);

static inline size_t atn_skyline_at(const atn_skyline *s, size_t i, size_t j)
{
    return s->start[i] + j - s->first[i]; /* first[i] <= j <= i */
}

/* Lower factor in place; false if the matrix is not positive definite. */
bool atn_skyline_factor(const atn_skyline *s, double *values);
double atn_skyline_half_log_det(const atn_skyline *s, const double *l);      /* log |L| */
void atn_skyline_forward(const atn_skyline *s, const double *l, double *x);  /* x <- L^-1 x */
void atn_skyline_backward(const atn_skyline *s, const double *l, double *x); /* x <- L^-T x */
/* y = L' x; x and y apart. */
void atn_skyline_transposed(const atn_skyline *s, const double *l, const double *x, double *y);
/* From the adjoint of L to that of the matrix's lower triangle, in place: the factorisation's
 * steps undone one by one (Smith 1995; Murray 2016, 4.1). */
void atn_skyline_reverse(const atn_skyline *s, const double *l, double *adjoint);

#endif
