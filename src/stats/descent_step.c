/* Small algebra of one local search, on the triangle that the rows were folded into. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "descent.h"
#include "stats/rows_qr.h"

/* The chosen columns and the residual, then lambda's rows, into d->small and reduced. */
static void assemble(atn_descent *d, double lambda)
{
    const size_t m = d->m, k = d->k, c = k + 1;
    size_t rows = m;
    const long double *r = d->here.r, root = sqrtl(lambda);
    memset(d->small, 0, (m + k) * c * sizeof *d->small);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < k; j++)
            if (d->chosen[j] >= i) d->small[i * c + j] = r[i * (m + 1) + d->chosen[j]];
        d->small[i * c + k] = r[i * (m + 1) + m];
    }
    for (size_t j = 0; lambda > 0.0 && j < k; j++)
        if (d->size[d->chosen[j]] > 0.0) d->small[rows++ * c + j] = root * d->size[d->chosen[j]];
    if (lambda > 0.0 || k < m) atn_small_reduce(d->small, rows, c);
}

bool atn_descent_step(atn_descent *d, double lambda, double *step)
{
    const size_t k = d->k, c = k + 1;
    long double *x = d->solution;
    assemble(d, lambda);
    for (size_t j = 0; j < k; j++) x[j] = d->small[j * c + k];
    if (!atn_small_solve(d->small, c, k, x)) return false;
    memset(step, 0, d->m * sizeof *step);
    for (size_t j = 0; j < k; j++) {
        step[d->chosen[j]] = (double)x[j];
        if (!isfinite(x[j])) return false;
    }
    return true;
}

double atn_descent_length(const atn_descent *d, const double *x)
{
    double sum = 0.0;
    for (size_t j = 0; j < d->m; j++) sum += d->size[j] * x[j] * d->size[j] * x[j];
    return sqrt(sum);
}

long double atn_descent_column(const atn_descent *d, size_t j)
{
    const size_t c = d->m + 1;
    long double sum = 0;
    for (size_t i = 0; i <= j; i++) sum += d->here.r[i * c + j] * d->here.r[i * c + j];
    return sqrtl(sum);
}

/* Newton's step for lambda on 1 / |size x(lambda)| = 1 / radius: Nocedal & Wright (2006), 4.44. */
static double next_lambda(atn_descent *d, double lambda, double radius, double size,
                          const double *step)
{
    const size_t k = d->k, c = k + 1;
    long double *w = d->solution, square = 0;
    for (size_t j = 0; j < k; j++) {
        const size_t at = d->chosen[j];
        w[j] = (long double)d->size[at] * d->size[at] * step[at];
    }
    if (!atn_small_solve_transposed(d->small, c, k, w)) return lambda;
    for (size_t j = 0; j < k; j++) square += w[j] * w[j];
    return lambda + (double)((long double)size * size / square * ((size - radius) / radius));
}

/* |size^-1 R'q| / radius: at this lambda the step is surely inside. */
static double largest_lambda(const atn_descent *d, double radius)
{
    const size_t m = d->m;
    long double sum = 0;
    for (size_t j = 0; j < d->k; j++) {
        const size_t at = d->chosen[j];
        long double g = 0;
        if (d->size[at] == 0.0) continue;
        for (size_t i = 0; i <= at; i++)
            g += d->here.r[i * (m + 1) + at] * d->here.r[i * (m + 1) + m];
        g /= d->size[at];
        sum += g * g;
    }
    return (double)sqrtl(sum) / radius;
}

void atn_descent_trust(atn_descent *d, double radius, double *lambda, double *step)
{
    double low = 0.0, high = largest_lambda(d, radius);
    if (atn_descent_step(d, 0.0, step)) {
        const double size = atn_descent_length(d, step);
        if (size <= 1.1 * radius) {
            *lambda = 0.0;
            return;
        }
        const double next = next_lambda(d, 0.0, radius, size, step);
        if (next > 0.0 && isfinite(next)) low = next; /* convex from this side: a lower bound */
    }
    if (!(high > 0.0)) high = DBL_MIN;
    double now = *lambda;
    if (!(now > low && now < high)) now = low > 0.0 ? low : 1e-3 * high;
    for (int i = 0; i < 12; i++) {
        if (!atn_descent_step(d, now, step)) {
            now = now > 0.0 ? 10.0 * now : 1e-10 * high;
            continue;
        }
        const double size = atn_descent_length(d, step);
        if (fabs(size - radius) <= 0.1 * radius) break;
        if (size > radius && now > low) low = now;
        if (size < radius && now < high) high = now;
        now = next_lambda(d, now, radius, size, step);
        if (!(now > low)) now = sqrt(fmax(low, 1e-12 * high) * high);
        if (!(now < high)) now = high;
    }
    *lambda = now;
}

double atn_descent_foretold(const atn_descent *d, const double *step)
{
    const size_t m = d->m, c = m + 1;
    long double fall = 0;
    for (size_t i = 0; i < m; i++) {
        long double x = 0;
        for (size_t j = i; j < m; j++) x += d->here.r[i * c + j] * step[j];
        fall += x * (d->here.r[i * c + m] - 0.5L * x);
    }
    return (double)fall;
}

void atn_descent_choose(atn_descent *d)
{
    const size_t m = d->m, c = m + 1;
    const atn_regression_model *model = d->model;
    d->k = 0;
    for (size_t j = 0; j < m; j++) {
        const size_t at = d->free[j];
        long double downhill = 0; /* -d loss / d b_j */
        for (size_t i = 0; i <= j; i++) downhill += d->here.r[i * c + j] * d->here.r[i * c + m];
        const bool low = model->lower && d->here.b[at] <= model->lower[at] && downhill <= 0;
        const bool high = model->upper && d->here.b[at] >= model->upper[at] && downhill >= 0;
        if (!low && !high) d->chosen[d->k++] = j;
    }
}

/* inverse <- (reduced triangle in d->small)^-1, k x k. */
static bool invert(atn_descent *d)
{
    const size_t k = d->k;
    for (size_t j = 0; j < k; j++) {
        for (size_t i = 0; i < k; i++) d->solution[i] = i == j;
        if (!atn_small_solve(d->small, k + 1, k, d->solution)) return false;
        for (size_t i = 0; i < k; i++) d->inverse[i * k + j] = d->solution[i];
    }
    return true;
}

/* Lengths of the chosen columns at here, into d->solution. */
static long double *column_norms(atn_descent *d)
{
    for (size_t j = 0; j < d->k; j++) d->solution[j] = atn_descent_column(d, d->chosen[j]);
    return d->solution;
}

/* sqrt sum w (y - r)^2: the size of what is rounded when a row is evaluated, to which the terms
 * b_j df/db_j that may cancel in it are added. */
static long double rounded_size(atn_descent *d, const long double *norms)
{
    const atn_regression_model *model = d->model;
    long double sum = 0;
    for (size_t i = 0; i < model->n_rows; i++) {
        const double f = model->response[i] - d->residual[i];
        sum += (long double)f * f * (model->weights ? model->weights[i] : 1.0);
    }
    sum = sqrtl(sum);
    for (size_t j = 0; j < d->k; j++) sum += fabsl(norms[j] * d->here.b[d->free[d->chosen[j]]]);
    return sum;
}

/* First-order error of a least-squares solution, Bjorck (1996), 1.4.  A rounding error of relative
 * size eps in the rows moves the solution by R^-1 times it, one in the Jacobian by (R'R)^-1 J'r. */
bool atn_descent_precision(atn_descent *d)
{
    const size_t k = d->k;
    const long double eps = d->extended ? LDBL_EPSILON : DBL_EPSILON;
    assemble(d, 0.0);
    if (!invert(d)) return false;
    long double *norms = column_norms(d);
    const long double rounded = rounded_size(d, norms);
    const long double left = sqrtl(2.0L * (long double)d->here.loss);
    for (size_t i = 0; i < k; i++) {
        long double square = 0, through = 0;
        for (size_t j = 0; j < k; j++) {
            long double covariance = 0;
            for (size_t l = i > j ? i : j; l < k; l++)
                covariance += d->inverse[i * k + l] * d->inverse[j * k + l];
            square += d->inverse[i * k + j] * d->inverse[i * k + j];
            through += fabsl(covariance) * norms[j];
        }
        d->spread[i] = (double)sqrtl(square);
        d->floor[i] = (double)(eps * (sqrtl(square) * rounded + through * left));
    }
    return true;
}

double atn_descent_condition(atn_descent *d, double *weak)
{
    const size_t k = d->k, c = k + 1;
    if (k == 0) return 1.0;
    long double *norms = column_norms(d), *x = d->direction, least = 0, largest = 0;
    assemble(d, 0.0);
    for (size_t j = 0; j < k; j++)
        for (size_t i = 0; i <= j; i++)
            if (norms[j] > 0) d->small[i * c + j] /= norms[j];
    /* A 0 on the diagonal would stop the iteration that looks for it. */
    for (size_t j = 0; j < k; j++) {
        long double *diagonal = &d->small[j * c + j];
        if (fabsl(*diagonal) < LDBL_EPSILON) *diagonal = LDBL_EPSILON;
        x[j] = 1.0L / (1.0L + (long double)j);
    }
    /* Inverse iteration on R'R for the least, the power method for the largest singular value. */
    for (int round = 0; round < 30; round++) {
        long double norm = 0;
        atn_small_solve_transposed(d->small, c, k, x);
        atn_small_solve(d->small, c, k, x);
        for (size_t j = 0; j < k; j++) norm += x[j] * x[j];
        norm = sqrtl(norm);
        for (size_t j = 0; j < k; j++) x[j] /= norm;
        if (fabsl(least - 1.0L / sqrtl(norm)) <= 1e-6L * least) break;
        least = 1.0L / sqrtl(norm);
    }
    for (size_t j = 0; weak && j < k; j++) weak[j] = (double)x[j];
    for (size_t j = 0; j < k; j++) {
        long double sum = 0;
        for (size_t i = 0; i <= j; i++) sum += d->small[i * c + j] * d->small[i * c + j];
        largest += sum;
    }
    return (double)(sqrtl(largest) / least); /* Frobenius: within sqrt k of the largest */
}
