#include "stats/skyline.h"

#include <math.h>

void atn_skyline_layout(atn_skyline *s)
{
    s->start[0] = 0;
    for (size_t i = 0; i < s->n; i++) s->start[i + 1] = s->start[i] + i - s->first[i] + 1;
}

/* Four sums that do not wait for each other. */
static double inner(const double *a, const double *b, size_t n)
{
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0;
    size_t k = 0;
    for (; k + 4 <= n; k += 4) {
        s0 += a[k] * b[k];
        s1 += a[k + 1] * b[k + 1];
        s2 += a[k + 2] * b[k + 2];
        s3 += a[k + 3] * b[k + 3];
    }
    for (; k < n; k++) s0 += a[k] * b[k];
    return (s0 + s1) + (s2 + s3);
}

bool atn_skyline_factor(const atn_skyline *s, double *values)
{
    for (size_t i = 0; i < s->n; i++) {
        const size_t fi = s->first[i];
        double *row = values + s->start[i];
        for (size_t j = fi; j < i; j++) {
            const size_t fj = s->first[j], from = fi > fj ? fi : fj;
            const double *other = values + s->start[j];
            row[j - fi] = (row[j - fi] - inner(row + (from - fi), other + (from - fj), j - from)) /
                          other[j - fj];
        }
        const double pivot = row[i - fi] - inner(row, row, i - fi);
        if (!(pivot > 0 && pivot < INFINITY)) return false;
        row[i - fi] = sqrt(pivot);
    }
    return true;
}

double atn_skyline_half_log_det(const atn_skyline *s, const double *l)
{
    double sum = 0.0, product = 1.0;
    for (size_t i = 0; i < s->n; i++) { /* one logarithm for several factors of moderate size */
        product *= l[atn_skyline_at(s, i, i)];
        if (product > 1e-100 && product < 1e100) continue;
        sum += log(product);
        product = 1.0;
    }
    return sum + log(product);
}

void atn_skyline_forward(const atn_skyline *s, const double *l, double *x)
{
    for (size_t i = 0; i < s->n; i++) {
        const size_t f = s->first[i];
        const double *row = l + s->start[i];
        x[i] = (x[i] - inner(row, x + f, i - f)) / row[i - f];
    }
}

void atn_skyline_backward(const atn_skyline *s, const double *l, double *x)
{
    for (size_t i = s->n; i-- > 0;) {
        const size_t f = s->first[i];
        const double *row = l + s->start[i];
        const double xi = x[i] /= row[i - f];
        for (size_t j = f; j < i; j++) x[j] -= row[j - f] * xi;
    }
}

void atn_skyline_transposed(const atn_skyline *s, const double *l, const double *x, double *y)
{
    for (size_t i = 0; i < s->n; i++) {
        const size_t f = s->first[i];
        const double *row = l + s->start[i];
        y[i] = row[i - f] * x[i];
        for (size_t j = f; j < i; j++) y[j] += row[j - f] * x[i];
    }
}

/* a += c b and b' += c a', interleaved. */
static void undo_inner(double c, const double *row, const double *other,
                       double *restrict row_adjoint, double *restrict other_adjoint, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        row_adjoint[k] -= c * other[k];
        other_adjoint[k] -= c * row[k];
    }
}

void atn_skyline_reverse(const atn_skyline *s, const double *l, double *adjoint)
{
    for (size_t i = s->n; i-- > 0;) {
        const size_t fi = s->first[i];
        const double *row = l + s->start[i];
        double *g = adjoint + s->start[i];
        const double pivot = g[i - fi] / (2.0 * row[i - fi]);
        g[i - fi] = pivot;
        for (size_t k = 0; k < i - fi; k++) g[k] -= 2.0 * pivot * row[k];
        for (size_t j = i; j-- > fi;) {
            const size_t fj = s->first[j], from = fi > fj ? fi : fj;
            const double *other = l + s->start[j];
            double *h = adjoint + s->start[j];
            const double entry = g[j - fi] / other[j - fj];
            h[j - fj] -= entry * row[j - fi];
            g[j - fi] = entry;
            undo_inner(entry, row + (from - fi), other + (from - fj), g + (from - fi),
                       h + (from - fj), j - from);
        }
    }
}
