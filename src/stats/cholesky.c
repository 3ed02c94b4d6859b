#include "cholesky.h"

#include <math.h>
#include <string.h>

double atn_inner(const double *a, const double *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

void atn_symmetrise(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            a[i * n + j] = a[j * n + i] = 0.5 * (a[i * n + j] + a[j * n + i]);
}

static bool factor(const double *a, size_t n, double raise, double *l)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * n + j] + (i == j ? raise : 0.0);
            sum -= atn_inner(l + i * n, l + j * n, j);
            if (i == j && !(sum > 0 && sum < INFINITY)) return false;
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
        memset(l + i * n + i + 1, 0, (n - i - 1) * sizeof *l);
    }
    return true;
}

bool atn_cholesky(const double *a, size_t n, double *l)
{
    return factor(a, n, 0.0, l);
}

bool atn_cholesky_raised(const double *a, size_t n, double *l)
{
    double top = 0.0;
    for (size_t k = 0; k < n * n; k++) {
        if (!isfinite(a[k])) return false;
        if (fabs(a[k]) > top) top = fabs(a[k]);
    }
    if (factor(a, n, 0.0, l)) return true;
    for (double raise = 1e-10; raise < 1e3; raise *= 10)
        if (factor(a, n, raise * (top > 0 ? top : 1.0), l)) return true;
    return false;
}

double atn_cholesky_half_log_det(const double *l, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += log(l[i * n + i]);
    return sum;
}

void atn_cholesky_forward(const double *l, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) x[i] = (x[i] - atn_inner(l + i * n, x, i)) / l[i * n + i];
}

void atn_cholesky_backward(const double *l, size_t n, double *x)
{
    for (size_t i = n; i-- > 0;) {
        x[i] /= l[i * n + i];
        for (size_t j = 0; j < i; j++) x[j] -= l[i * n + j] * x[i];
    }
}

void atn_cholesky_solve(const double *l, size_t n, double *x)
{
    atn_cholesky_forward(l, n, x);
    atn_cholesky_backward(l, n, x);
}
