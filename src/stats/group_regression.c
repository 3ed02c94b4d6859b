/* Nested regressions by modified Gram-Schmidt, column by column. */
#include "stats/group_regression.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "stats/distribution.h"

static void centre(double *x, size_t m)
{
    const double mean = atn_mean(x, m);
    for (size_t i = 0; i < m; i++) x[i] -= mean;
}

static void take_off(double *x, const double *unit, size_t m)
{
    const double share = atn_inner(x, unit, m);
    for (size_t i = 0; i < m; i++) x[i] -= share * unit[i];
}

/* Makes x a unit vector orthogonal to the n before it; false if nothing is left of it. */
static bool orthonormal(double *x, const double *before, size_t n, size_t m)
{
    centre(x, m);
    const double size = sqrt(atn_inner(x, x, m));
    for (int twice = 0; twice < 2; twice++) /* twice is enough (Kahan, in Parlett 1980) */
        for (size_t k = 0; k < n; k++) take_off(x, before + k * m, m);
    const double left = sqrt(atn_inner(x, x, m));
    if (!(left > 1e-9 * size && left < INFINITY)) return false;
    for (size_t i = 0; i < m; i++) x[i] /= left;
    return true;
}

attain_status atn_explained_variance(attain_context *ctx, const double *y, const double *columns,
                                     size_t m, const size_t *group, size_t n_groups,
                                     double *explained, attain_error *err)
{
    size_t n_columns = 0, n = 0, at = 0, used[64] = {0};
    for (size_t g = 0; g < n_groups; g++) n_columns += group[g];
    double *basis = atn_alloc_array(ctx, n_columns + 1, m * sizeof(double));
    if (!basis) return atn_fail_nomem(err);
    double *left = basis + n_columns * m;
    memcpy(left, y, m * sizeof *left);
    centre(left, m);
    for (size_t g = 0; g < n_groups; g++) {
        explained[g] = 0.0;
        for (size_t k = 0; k < group[g]; k++, at++) {
            double *x = basis + n * m;
            memcpy(x, columns + at * m, m * sizeof *x);
            if (n + 2 >= m || !orthonormal(x, basis, n, m)) continue;
            explained[g] += pow(atn_inner(left, x, m), 2);
            take_off(left, x, m);
            used[g < 64 ? g : 63]++;
            n++;
        }
    }
    /* a column of noise takes the residual variance with it, on average */
    const double noise = m > n + 1 ? atn_inner(left, left, m) / (double)(m - n - 1) : 0.0;
    for (size_t g = 0; g < n_groups; g++)
        explained[g] =
            fmax(explained[g] - (double)used[g < 64 ? g : 63] * noise, 0.0) / ((double)m - 1.0);
    atn_free(ctx, basis);
    return ATTAIN_OK;
}
