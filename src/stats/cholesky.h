/* Small dense algebra on row-major matrices, lower Cholesky factors.  Own code because GSL's
 * Cholesky reports an indefinite matrix through its aborting handler. */
#ifndef ATN_CHOLESKY_H
#define ATN_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

double atn_inner(const double *a, const double *b, size_t n);
void atn_symmetrise(double *a, size_t n);
/* l = lower factor of a (upper part of l zeroed); false if a is not positive definite. */
bool atn_cholesky(const double *a, size_t n, double *l);
/* The same after adding the smallest of 0, 1e-10, 1e-9, ... times the largest diagonal that works;
 * false for non-finite input. */
bool atn_cholesky_raised(const double *a, size_t n, double *l);
double atn_cholesky_half_log_det(const double *l, size_t n);      /* log |L| */
void atn_cholesky_forward(const double *l, size_t n, double *x);  /* x <- L^-1 x */
void atn_cholesky_backward(const double *l, size_t n, double *x); /* x <- L^-T x */
void atn_cholesky_solve(const double *l, size_t n, double *x);    /* x <- (L L')^-1 x */

#endif
