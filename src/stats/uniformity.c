/* Simultaneous bands for the empirical distribution function of uniforms. */
#include "stats/uniformity.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVINGS = 40, MOST_BINS = 64 };

typedef struct band {
    size_t n, n_points; /* points inside (0, 1): n_points - 1 */
    const double *log_factorial;
    double *now, *next; /* P(count = k, inside so far), n + 1 each */
    size_t *low, *high;
} band;

static double log_choose(const band *b, size_t n, size_t k)
{
    return b->log_factorial[n] - b->log_factorial[k] - b->log_factorial[n - k];
}

/* Smallest k with P(X <= k) >= p for X ~ binomial(n, z). */
static size_t binomial_quantile(const band *b, double z, double p)
{
    const double log_z = log(z), log_rest = log1p(-z);
    double sum = 0.0;
    for (size_t k = 0; k < b->n; k++) {
        sum += exp(log_choose(b, b->n, k) + (double)k * log_z + (double)(b->n - k) * log_rest);
        if (sum >= p) return k;
    }
    return b->n;
}

/* Intervals that leave gamma / 2 or less on each side; the upper end through the mirrored count,
 * whose small tail keeps its digits. */
static void set_ends(band *b, double gamma)
{
    for (size_t i = 1; i < b->n_points; i++) {
        const double z = (double)i / (double)b->n_points;
        b->low[i - 1] = binomial_quantile(b, z, 0.5 * gamma);
        b->high[i - 1] = b->n - binomial_quantile(b, 1.0 - z, 0.5 * gamma);
    }
}

/* Probability that the counts stay inside at every point.  The counts form a Markov chain: of the
 * n - k values above z_{i-1} each falls at or below z_i with probability (z_i - z_{i-1}) /
 * (1 - z_{i-1}) (Säilynoja et al. 2022, section 3.2, without their symmetry). */
static double inside(band *b)
{
    size_t from = 0, to = 0;
    memset(b->now, 0, (b->n + 1) * sizeof *b->now);
    b->now[0] = 1.0;
    for (size_t i = 1; i < b->n_points; i++) {
        const double step = 1.0 / (double)(b->n_points - i + 1);
        const double log_step = log(step), log_rest = log1p(-step);
        const size_t low = b->low[i - 1], high = b->high[i - 1];
        for (size_t k = low; k <= high; k++) {
            double sum = 0.0;
            for (size_t j = from; j <= to && j <= k; j++) {
                if (b->now[j] == 0) continue;
                const size_t moved = k - j, left = b->n - j;
                sum += b->now[j] * exp(log_choose(b, left, moved) + (double)moved * log_step +
                                       (double)(left - moved) * log_rest);
            }
            b->next[k] = sum;
        }
        double *const spare = b->now;
        b->now = b->next;
        b->next = spare;
        from = low;
        to = high;
    }
    double total = 0.0;
    for (size_t k = from; k <= to; k++) total += b->now[k];
    return total;
}

/* The widest gamma that keeps the joint probability lies between alpha / points (Bonferroni) and
 * alpha. */
static void solve(band *b, double alpha)
{
    double narrow = log(alpha), wide = log(alpha / (double)b->n_points);
    for (int k = 0; k < HALVINGS && narrow - wide > 1e-4; k++) {
        const double middle = 0.5 * (narrow + wide);
        set_ends(b, exp(middle));
        if (inside(b) >= 1.0 - alpha)
            wide = middle;
        else
            narrow = middle;
    }
    set_ends(b, exp(wide));
}

attain_status atn_uniform_band(attain_context *ctx, size_t n, size_t n_points, double alpha,
                               size_t *low, size_t *high, attain_error *err)
{
    if (n < 1 || n_points < 2 || !(alpha > 1e-12 && alpha < 1))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "no band of uniforms: %zu numbers, %zu points", n,
                        n_points);
    double *work = ATN_NEW_ARRAY(ctx, double, 3 * (n + 1));
    if (!work) return atn_fail_nomem(err);
    for (size_t k = 1; k <= n; k++) work[k] = work[k - 1] + log((double)k);
    band b = {n, n_points, work, work + n + 1, work + 2 * (n + 1), low, high};
    solve(&b, alpha);
    atn_free(ctx, work);
    return ATTAIN_OK;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

atn_uniform_stray atn_uniform_judge(double *u, size_t n, size_t n_points, const size_t *low,
                                    const size_t *high)
{
    atn_uniform_stray worst = {.ratio = -1.0};
    qsort(u, n, sizeof *u, ascending);
    size_t count = 0;
    for (size_t i = 1; i < n_points; i++) {
        const double z = (double)i / (double)n_points, expected = (double)n * z;
        while (count < n && u[count] <= z) count++;
        const double stray = (double)count - expected;
        const double room =
            stray > 0 ? (double)high[i - 1] + 0.5 - expected : (double)low[i - 1] - 0.5 - expected;
        const double ratio = stray / room; /* the ends are whole counts: half a count beyond them */
        if (!(ratio > worst.ratio)) continue;
        worst = (atn_uniform_stray){.ratio = ratio,
                                    .at = z,
                                    .deviation = stray / (double)n,
                                    .low = (double)low[i - 1] / (double)n - z,
                                    .high = (double)high[i - 1] / (double)n - z};
    }
    return worst;
}

double atn_uniform_chi_square(const double *u, size_t n, size_t n_bins)
{
    size_t count[MOST_BINS] = {0};
    if (n == 0 || n_bins < 2 || n_bins > MOST_BINS) return 1.0;
    for (size_t i = 0; i < n; i++) {
        size_t bin = (size_t)(u[i] * (double)n_bins);
        count[bin < n_bins ? bin : n_bins - 1]++;
    }
    const double expected = (double)n / (double)n_bins;
    double sum = 0.0;
    for (size_t k = 0; k < n_bins; k++)
        sum += ((double)count[k] - expected) * ((double)count[k] - expected) / expected;
    return gsl_cdf_chisq_Q(sum, (double)n_bins - 1.0);
}
