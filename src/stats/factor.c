#include "factor.h"

#include <gsl/gsl_eigen.h>
#include <math.h>

#include "cholesky.h"

static const double eigen_floor = 1e-8;

void atn_axpy(double *y, double c, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] += c * x[i];
}

/* Two n x n matrices, eigenvalues, and the solver's four vectors. */
size_t atn_factor_work(size_t n)
{
    return 2 * n * n + 5 * n;
}

/* The work space is laid out by hand so that GSL allocates nothing.  `a` is destroyed. */
static bool eigen(double *a, size_t n, double *value, double *vector, double *work)
{
    gsl_matrix_view m = gsl_matrix_view_array(a, n, n), v = gsl_matrix_view_array(vector, n, n);
    gsl_vector_view e = gsl_vector_view_array(value, n);
    gsl_eigen_symmv_workspace w = {
        .size = n, .d = work, .sd = work + n, .gc = work + 2 * n, .gs = work + 3 * n};
    return gsl_eigen_symmv(&m.matrix, &e.vector, &v.matrix, &w) == 0;
}

static bool set_scale(atn_factor *f, const double *h)
{
    const size_t n = f->n;
    double largest = 0.0;
    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(h[i])) return false;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(h[i * n + i]));
    if (largest == 0.0) largest = 1.0;
    /* A flat coordinate borrows the scale of the sharpest rather than divide by nothing. */
    for (size_t i = 0; i < n; i++) {
        const double d = fabs(h[i * n + i]);
        f->scale[i] = 1.0 / sqrt(d > 1e-24 * largest ? d : largest);
    }
    return true;
}

static void set_scaled(const atn_factor *f, const double *h, double *out)
{
    for (size_t i = 0; i < f->n; i++)
        for (size_t j = 0; j < f->n; j++)
            out[i * f->n + j] = h[i * f->n + j] * f->scale[i] * f->scale[j];
}

/* Keeps the eigenvector of the least eigenvalue beyond the repair, in the solver's spare vectors.
 */
static void least_vector(const double *vector, double *value, size_t n, double least)
{
    size_t k = 0;
    while (k + 1 < n && value[k] > least) k++;
    for (size_t i = 0; i < n; i++) value[n + i] = vector[i * n + k];
}

void atn_factor_least_direction(const atn_factor *f, const double *work, double *direction)
{
    const size_t n = f->n;
    const double *kept = work + 2 * n * n + n;
    for (size_t i = 0; i < n; i++) direction[i] = kept[i] * f->scale[i];
}

/* V |values| V' with the floor, factored again: one form of factor serves every case. */
static bool rebuild(atn_factor *f, const double *h, double *work)
{
    const size_t n = f->n;
    double *a = work, *vector = a + n * n, *value = vector + n * n;
    set_scaled(f, h, a);
    if (!eigen(a, n, value, vector, value + n)) return false;
    double largest = 0.0;
    f->least = INFINITY;
    for (size_t k = 0; k < n; k++) {
        largest = fmax(largest, fabs(value[k]));
        f->least = fmin(f->least, value[k]);
    }
    least_vector(vector, value, n, f->least);
    if (largest == 0.0) largest = 1.0;
    for (size_t k = 0; k < n; k++) value[k] = fmax(fabs(value[k]), eigen_floor * largest);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < n; k++) sum += vector[i * n + k] * value[k] * vector[j * n + k];
            a[i * n + j] = a[j * n + i] = sum;
        }
    f->repaired = true;
    return atn_cholesky(a, n, f->l);
}

bool atn_factor_set(atn_factor *f, const double *h, double *work)
{
    const size_t n = f->n;
    f->repaired = false;
    if (!set_scale(f, h)) return false;
    set_scaled(f, h, work);
    if (!atn_cholesky(work, n, f->l)) return rebuild(f, h, work);
    /* With a unit diagonal the least pivot bounds the least eigenvalue from above. */
    for (size_t i = 0; i < n; i++)
        if (f->l[i * n + i] * f->l[i * n + i] < 100.0 * eigen_floor) return rebuild(f, h, work);
    return true;
}

void atn_factor_solve(const atn_factor *f, double *x)
{
    for (size_t i = 0; i < f->n; i++) x[i] *= f->scale[i];
    atn_cholesky_forward(f->l, f->n, x);
    atn_cholesky_backward(f->l, f->n, x);
    for (size_t i = 0; i < f->n; i++) x[i] *= f->scale[i];
}

void atn_factor_colour(const atn_factor *f, double *z)
{
    atn_cholesky_backward(f->l, f->n, z);
    for (size_t i = 0; i < f->n; i++) z[i] *= f->scale[i];
}
