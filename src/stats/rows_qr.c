#include "stats/rows_qr.h"

#include <math.h>

#define REAL       double
#define FOLD(part) atn_rows_fold##part
#define ROOT       sqrt
#include "rows_qr_fold.h"

#define REAL       long double
#define FOLD(part) atn_rows_fold_extended##part
#define ROOT       sqrtl
#include "rows_qr_fold.h"

void atn_small_reduce(long double *a, size_t rows, size_t c)
{
    for (size_t j = 0; j < c && j < rows; j++) {
        long double square = 0;
        for (size_t i = j + 1; i < rows; i++) square += a[i * c + j] * a[i * c + j];
        if (square == 0) continue;
        const long double top = a[j * c + j], norm = sqrtl(top * top + square);
        const long double diagonal = top > 0 ? -norm : norm, head = top - diagonal;
        a[j * c + j] = diagonal;
        for (size_t k = j + 1; k < c; k++) {
            long double share = a[j * c + k];
            for (size_t i = j + 1; i < rows; i++) share += a[i * c + j] / head * a[i * c + k];
            share *= -head / diagonal;
            a[j * c + k] -= share;
            for (size_t i = j + 1; i < rows; i++) a[i * c + k] -= share * (a[i * c + j] / head);
        }
        for (size_t i = j + 1; i < rows; i++) a[i * c + j] = 0;
    }
}

bool atn_small_solve(const long double *r, size_t stride, size_t n, long double *x)
{
    for (size_t j = n; j-- > 0;) {
        for (size_t k = j + 1; k < n; k++) x[j] -= r[j * stride + k] * x[k];
        if (r[j * stride + j] == 0) return false;
        x[j] /= r[j * stride + j];
    }
    return true;
}

bool atn_small_solve_transposed(const long double *r, size_t stride, size_t n, long double *x)
{
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < j; k++) x[j] -= r[k * stride + j] * x[k];
        if (r[j * stride + j] == 0) return false;
        x[j] /= r[j * stride + j];
    }
    return true;
}
