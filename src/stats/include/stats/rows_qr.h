/* Orthogonal reduction of tall matrices, a block of rows at a time, and
 * of the small triangles that are left.  Householder (1958); Golub & Van Loan (2013), 5.2. */
#ifndef ATN_STATS_ROWS_QR_H
#define ATN_STATS_ROWS_QR_H

#include <stdbool.h>
#include <stddef.h>

/* Folds `rows` more rows into the upper triangle r (c x c, row-major, zero before the first call):
 * afterwards r'r has grown by block'block.  block: c columns of `rows` numbers, overwritten.  As
 * exact as a factorisation of all rows at once, whatever the blocks. */
void atn_rows_fold(double *restrict r, size_t c, double *const *block, size_t rows);
void atn_rows_fold_extended(long double *restrict r, size_t c, long double *const *block,
                            size_t rows);

/* a (rows x c, row-major) to an upper trapezoid in place; what lay below is 0. */
void atn_small_reduce(long double *a, size_t rows, size_t c);
/* x <- R^-1 x for the leading n x n triangle of rows of length `stride`; false if its diagonal
 * holds a 0 (x is then of no use). */
bool atn_small_solve(const long double *r, size_t stride, size_t n, long double *x);
/* x <- R^-T x */
bool atn_small_solve_transposed(const long double *r, size_t stride, size_t n, long double *x);

#endif
