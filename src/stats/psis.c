/* Pareto smoothing of importance ratios (Vehtari, Simpson, Gelman, Yao & Gabry 2024, JMLR 25),
 * with the fit of Zhang & Stephens (2009), Technometrics 51. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/laplace.h"
#include "stats/order.h"

enum { LEAST_TAIL = 5, LEAST_GRID = 30 };

static size_t grid_size(size_t n)
{
    return LEAST_GRID + (size_t)floor(sqrt((double)n));
}

/* Profile log likelihood per observation: log(-theta / k) - k - 1 with k the mean of
 * log(1 - theta x); Zhang & Stephens (2009), eq. 6 in their sign. */
static double profile(const double *x, size_t n, double theta, double *k)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += log1p(-theta * x[i]);
    *k = sum / (double)n;
    return log(-theta / *k) - *k - 1.0;
}

void atn_gpd_fit(const double *x, size_t n, double *k, double *sigma, double *work)
{
    *k = NAN;
    *sigma = NAN;
    if (n < 2) return;
    const size_t m = grid_size(n);
    const size_t quarter = (size_t)floor((double)n / 4.0 + 0.5);
    const double first_quartile = x[quarter > 0 ? quarter - 1 : 0];
    const double prior = 3.0;
    for (size_t j = 0; j < m; j++) {
        const double theta =
            1.0 / x[n - 1] + (1.0 - sqrt((double)m / ((double)j + 0.5))) / prior / first_quartile;
        double unused;
        work[j] = (double)n * profile(x, n, theta, &unused);
    }
    /* Posterior mean of theta over the grid; the grid is recomputed rather than kept. */
    const double norm = atn_log_sum(work, m);
    double theta_hat = 0.0;
    for (size_t j = 0; j < m; j++) {
        const double theta =
            1.0 / x[n - 1] + (1.0 - sqrt((double)m / ((double)j + 0.5))) / prior / first_quartile;
        theta_hat += theta * exp(work[j] - norm);
    }
    (void)profile(x, n, theta_hat, k);
    *sigma = -*k / theta_hat;
}

/* Weakly informative prior worth 10 observations at k = 1/2 (Vehtari et al. 2024, appendix G). */
static double shrink(double k, size_t n)
{
    const double prior_n = 10.0, total = (double)n + prior_n;
    return k * (double)n / total + prior_n * 0.5 / total;
}

/* Replaces ascending log ratios (largest of all at 0) by expected order statistics. */
static double smooth_tail(double *tail, size_t n, double cutoff, double *exceed, double *work)
{
    const double base = exp(cutoff);
    double k, sigma;
    for (size_t i = 0; i < n; i++) exceed[i] = exp(tail[i]) - base;
    atn_gpd_fit(exceed, n, &k, &sigma, work);
    k = shrink(k, n);
    if (!isfinite(k)) return INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double p = ((double)i + 0.5) / (double)n;
        tail[i] = log(sigma * expm1(-k * log1p(-p)) / k + base);
    }
    return k;
}

static size_t tail_length(size_t n, double r_eff)
{
    const double s = (double)n;
    return (size_t)ceil(fmin(0.2 * s, 3.0 * sqrt(s / r_eff)));
}

/* Gathers the m largest ratios, ascending, equal ones by position; returns the next smaller. */
static double gather_tail(const double *ratio, size_t n, size_t m, double *copy, double *tail,
                          double *position)
{
    const double rank = (double)(n - m - 1) / (double)(n - 1);
    double cutoff;
    memcpy(copy, ratio, n * sizeof *copy);
    /* The rank is an integer up to rounding: take the entry itself, not an interpolation. */
    atn_quantiles(copy, n, &rank, 1, &cutoff);
    cutoff = copy[n - m - 1];
    size_t above = 0, taken = 0;
    for (size_t i = 0; i < n; i++) above += ratio[i] > cutoff;
    size_t ties = m - above, skip = 0;
    for (size_t i = 0; i < n; i++) skip += ratio[i] == cutoff;
    skip -= ties;
    for (size_t i = 0; i < n; i++) {
        if (ratio[i] < cutoff || (ratio[i] == cutoff && skip > 0)) {
            skip -= ratio[i] == cutoff;
            continue;
        }
        tail[taken] = ratio[i];
        position[taken++] = (double)i;
    }
    atn_sort_pairs(tail, position, m);
    return cutoff;
}

double atn_psis(double *log_ratios, size_t n, double r_eff, double *work)
{
    double k = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(log_ratios[i]) || log_ratios[i] == INFINITY) return NAN;
        if (log_ratios[i] > high) high = log_ratios[i];
    }
    if (n == 0 || high == -INFINITY) return NAN;
    for (size_t i = 0; i < n; i++) log_ratios[i] -= high;
    const size_t m = tail_length(n, r_eff);
    if (m >= LEAST_TAIL && m < n) {
        double *copy = work, *tail = work + n, *position = tail + m;
        const double cutoff = gather_tail(log_ratios, n, m, copy, tail, position);
        if (fabs(tail[m - 1] - tail[0]) >= DBL_EPSILON / 100.0) {
            /* The copy has served: its space holds the exceedances and the grid. */
            k = smooth_tail(tail, m, cutoff, copy, position + m);
            for (size_t i = 0; i < m; i++) log_ratios[(size_t)position[i]] = fmin(tail[i], 0.0);
        }
    }
    const double norm = atn_log_sum(log_ratios, n);
    for (size_t i = 0; i < n; i++) log_ratios[i] -= norm;
    return k;
}
