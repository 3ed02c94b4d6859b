/* Cholesky factors of symmetric matrices that are a band with full rows below, with adjoints. */
#ifndef ATN_STATS_SKYLINE_H
#define ATN_STATS_SKYLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Row i of the lower triangle holds columns first[i] .. i, one after the other, at
 * values[start[i]]; the factor fills the same places (George & Liu 1981, chapter 4).  Rows from
 * `tail` on are full and above them first never falls, so that column k reaches rows k .. last[k]
 * and the tail.  A band of width b costs n b^2 and a dense matrix n^3 / 6 without telling them
 * apart.  A factor's diagonal holds 1 / L_ii. */
typedef struct atn_skyline {
    size_t n, tail;
    size_t *first; /* n, first[i] <= i */
    size_t *start; /* n + 1; start[n] is the number of values */
    size_t *last;  /* n */
} atn_skyline;

/* Lowers `first` until it is of the form above, and fills start and last. */
void atn_skyline_layout(atn_skyline *s);

static inline size_t atn_skyline_at(const atn_skyline *s, size_t i, size_t j)
{
    return s->start[i] + j - s->first[i]; /* first[i] <= j <= i */
}

/* Lower factor in place; false if the matrix is not positive definite.  work: n. */
bool atn_skyline_factor(const atn_skyline *s, double *values, double *work);
double atn_skyline_half_log_det(const atn_skyline *s, const double *l); /* log |L| */
/* With the leading m rows of L: x <- L^-1 x, x <- L^-T x, y = L' x (x and y apart). */
void atn_skyline_forward(const atn_skyline *s, size_t m, const double *l, double *x);
void atn_skyline_backward(const atn_skyline *s, size_t m, const double *l, double *x);
void atn_skyline_transposed(const atn_skyline *s, size_t m, const double *l, const double *x,
                            double *y);
/* From the adjoint of L (diagonal: of L_ii itself) to that of the matrix's lower triangle, in
 * place: the factorisation's steps undone one by one (Smith 1995; Murray 2016, 4.1).  work: 2 n. */
void atn_skyline_reverse(const atn_skyline *s, const double *l, double *adjoint, double *work);

/* sum a_k b_k in four sums that do not wait for each other. */
double atn_inner_wide(const double *a, const double *b, size_t n);

#endif
