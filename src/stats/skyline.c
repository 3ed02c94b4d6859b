/* Columns are eliminated one by one and each updates all rows it reaches at once (right-looking),
 * so that no step waits for the one before it; rows go in pairs, elements in pairs of lanes. */
#include "stats/skyline.h"

#include <math.h>
#include <stdint.h>

/* Two lanes of plain arithmetic; each lane rounds as a double would. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));
#define PAIR(p)       (*(pair *)(p))
#define CONST_PAIR(p) (*(const pair *)(p))

void atn_skyline_layout(atn_skyline *s)
{
    size_t least = SIZE_MAX;
    for (size_t i = s->n; i-- > 0;) {
        if (i >= s->tail) {
            s->first[i] = 0;
            continue;
        }
        if (s->first[i] < least) least = s->first[i];
        s->first[i] = least;
    }
    s->start[0] = 0;
    for (size_t i = 0; i < s->n; i++) s->start[i + 1] = s->start[i] + i - s->first[i] + 1;
    for (size_t k = 0, i = 0; k < s->n; k++) {
        if (i < k) i = k;
        while (i + 1 < s->tail && s->first[i + 1] <= k) i++;
        s->last[k] = k < s->tail ? i : k;
    }
}

double atn_inner_wide(const double *a, const double *b, size_t n)
{
    pair s0 = {0.0, 0.0}, s1 = {0.0, 0.0};
    size_t k = 0;
    for (; k + 4 <= n; k += 4) {
        s0 += CONST_PAIR(a + k) * CONST_PAIR(b + k);
        s1 += CONST_PAIR(a + k + 2) * CONST_PAIR(b + k + 2);
    }
    s0 += s1;
    double sum = s0[0] + s0[1];
    for (; k < n; k++) sum += a[k] * b[k];
    return sum;
}

/* a -= c x over n, and b -= d x over n + extra (0 or 1). */
static void take_two(double *a, double *b, double c, double d, const double *x, size_t n)
{
    const pair cc = {c, c}, dd = {d, d};
    size_t k = 0;
    for (; k + 2 <= n; k += 2) {
        const pair xx = CONST_PAIR(x + k);
        PAIR(a + k) -= cc * xx;
        PAIR(b + k) -= dd * xx;
    }
    if (k < n) {
        a[k] -= c * x[k];
        b[k] -= d * x[k];
    }
}

static void take(double *a, double c, const double *x, size_t n)
{
    const pair cc = {c, c};
    size_t k = 0;
    for (; k + 2 <= n; k += 2) PAIR(a + k) -= cc * CONST_PAIR(x + k);
    if (k < n) a[k] -= c * x[k];
}

/* Entries of rows from .. to - 1 in columns `low` .. the diagonal (or `high`) lose c_i c_j. */
static void update_rows(const atn_skyline *s, double *values, const double *c, size_t from,
                        size_t to, size_t low, size_t high)
{
    size_t i = from;
    for (; i + 2 <= to; i += 2) {
        double *a = values + atn_skyline_at(s, i, low), *b = values + atn_skyline_at(s, i + 1, low);
        const size_t n = (i < high ? i + 1 : high) - low;
        take_two(a, b, c[i], c[i + 1], c + low, n);
        if (i + 1 < high) b[n] -= c[i + 1] * c[i + 1];
    }
    if (i < to)
        take(values + atn_skyline_at(s, i, low), c[i], c + low, (i < high ? i + 1 : high) - low);
}

bool atn_skyline_factor(const atn_skyline *s, double *values, double *work)
{
    double *c = work;
    for (size_t k = 0; k < s->n; k++) {
        double *pivot = values + atn_skyline_at(s, k, k);
        if (!(*pivot > 0 && *pivot < INFINITY)) return false;
        const double inverse = 1.0 / sqrt(*pivot);
        *pivot = inverse;
        const size_t end = s->last[k] + 1, tail = s->tail > k + 1 ? s->tail : k + 1;
        for (size_t i = k + 1; i < end; i++) c[i] = values[atn_skyline_at(s, i, k)] *= inverse;
        for (size_t i = tail; i < s->n; i++) c[i] = values[atn_skyline_at(s, i, k)] *= inverse;
        update_rows(s, values, c, k + 1, end, k + 1, s->n);
        if (tail > end) update_rows(s, values, c, tail, s->n, k + 1, end);
        update_rows(s, values, c, tail, s->n, tail > end ? tail : k + 1, s->n);
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
    return -(sum + log(product));
}

void atn_skyline_forward(const atn_skyline *s, size_t m, const double *l, double *x)
{
    for (size_t i = 0; i < m; i++) {
        const size_t f = s->first[i];
        const double *row = l + s->start[i];
        x[i] = (x[i] - atn_inner_wide(row, x + f, i - f)) * row[i - f];
    }
}

void atn_skyline_backward(const atn_skyline *s, size_t m, const double *l, double *x)
{
    for (size_t i = m; i-- > 0;) {
        const size_t f = s->first[i];
        const double *row = l + s->start[i];
        x[i] *= row[i - f];
        take(x + f, x[i], row, i - f);
    }
}

void atn_skyline_transposed(const atn_skyline *s, size_t m, const double *l, const double *x,
                            double *y)
{
    for (size_t i = 0; i < m; i++) {
        const size_t f = s->first[i];
        const double *row = l + s->start[i];
        y[i] = x[i] / row[i - f];
        for (size_t j = f; j < i; j++) y[j] += row[j - f] * x[i];
    }
}

/* g -= (A + A') c over rows from .. to - 1 and columns low .. the diagonal (or high - 1) of A's
 * lower triangle, whose diagonal counts twice; two rows at a time. */
static void reverse_rows(const atn_skyline *s, const double *adjoint, const double *c, double *g,
                         size_t from, size_t to, size_t low, size_t high)
{
    size_t i = from;
    for (; i + 2 <= to; i += 2) {
        const double *a = adjoint + atn_skyline_at(s, i, low);
        const double *b = adjoint + atn_skyline_at(s, i + 1, low);
        const size_t n = (i < high ? i + 1 : high) - low;
        const double *x = c + low;
        double *y = g + low;
        const pair ca = {c[i], c[i]}, cb = {c[i + 1], c[i + 1]};
        pair sum_a = {0.0, 0.0}, sum_b = {0.0, 0.0};
        size_t k = 0;
        for (; k + 2 <= n; k += 2) {
            const pair aa = CONST_PAIR(a + k), bb = CONST_PAIR(b + k), xx = CONST_PAIR(x + k);
            sum_a += aa * xx;
            sum_b += bb * xx;
            PAIR(y + k) -= aa * ca + bb * cb;
        }
        double last_a = sum_a[0] + sum_a[1], last_b = sum_b[0] + sum_b[1];
        if (k < n) {
            last_a += a[k] * x[k];
            last_b += b[k] * x[k];
            y[k] -= a[k] * c[i] + b[k] * c[i + 1];
        }
        if (i + 1 < high) last_b += 2.0 * b[n] * c[i + 1];
        g[i] -= last_a;
        g[i + 1] -= last_b;
    }
    if (i < to) {
        const double *a = adjoint + atn_skyline_at(s, i, low);
        const size_t n = (i < high ? i + 1 : high) - low;
        const double sum = atn_inner_wide(a, c + low, n);
        take(g + low, c[i], a, n);
        g[i] -= sum;
    }
}

/* Column k of the factorisation was c_i = A_ik / d, A_ij -= c_i c_j, d^2 = A_kk. */
void atn_skyline_reverse(const atn_skyline *s, const double *l, double *adjoint, double *work)
{
    double *c = work, *g = work + s->n;
    for (size_t k = s->n; k-- > 0;) {
        const size_t end = s->last[k] + 1, tail = s->tail > k + 1 ? s->tail : k + 1;
        const size_t from[2] = {k + 1, tail}, to[2] = {end, s->n};
        for (int part = 0; part < 2; part++)
            for (size_t i = from[part]; i < to[part]; i++) {
                const size_t at = atn_skyline_at(s, i, k);
                c[i] = l[at];
                g[i] = adjoint[at];
            }
        reverse_rows(s, adjoint, c, g, k + 1, end, k + 1, s->n);
        if (tail > end) reverse_rows(s, adjoint, c, g, tail, s->n, k + 1, end);
        reverse_rows(s, adjoint, c, g, tail, s->n, tail > end ? tail : k + 1, s->n);
        const double inverse = l[atn_skyline_at(s, k, k)];
        double own = adjoint[atn_skyline_at(s, k, k)];
        for (int part = 0; part < 2; part++)
            for (size_t i = from[part]; i < to[part]; i++) {
                own -= g[i] * c[i] * inverse;
                adjoint[atn_skyline_at(s, i, k)] = g[i] * inverse;
            }
        adjoint[atn_skyline_at(s, k, k)] = 0.5 * own * inverse;
    }
}
