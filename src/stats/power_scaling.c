/* Distances between a sample and the same sample weighted. */
#include "stats/power_scaling.h"

#include <math.h>
#include <string.h>

#include "stats/order.h"

/* Integrals over one interval of width 1 between order statistics, where the distribution functions
 * are p and q: of p log2(p / m) + q log2(q / m) with m the mean of both (the terms (q - p) / (2 ln
 * 2) of both directions cancel), and of p + q. */
static void add(double p, double q, double width, double *divergence, double *bound)
{
    const double m = 0.5 * (p + q);
    if (p > 0) *divergence += width * p * log2(p / m);
    if (q > 0) *divergence += width * q * log2(q / m);
    *bound += width * (p + q);
}

static double distance(double divergence, double bound)
{
    return bound > 0 ? sqrt(fmax(divergence, 0.0) / bound) : 0.0;
}

double atn_cumulative_distance(const double *x, const double *weight, size_t n, double *work)
{
    double *sorted = work, *w = work + n, p = 0.0, q = 0.0;
    double below = 0.0, below_bound = 0.0, above = 0.0, above_bound = 0.0;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]) || !isfinite(weight[i])) return NAN;
    memcpy(sorted, x, n * sizeof *sorted);
    memcpy(w, weight, n * sizeof *w);
    atn_sort_pairs(sorted, w, n);
    for (size_t i = 0; i + 1 < n; i++) {
        const double width = sorted[i + 1] - sorted[i];
        p = (double)(i + 1) / (double)n;
        q += w[i];
        add(p, fmin(q, 1.0), width, &below, &below_bound);
        add(1.0 - p, fmax(1.0 - q, 0.0), width, &above, &above_bound);
    }
    return fmax(distance(below, below_bound), distance(above, above_bound));
}

double atn_power_sensitivity(double at_low, double at_high)
{
    return 0.5 * (at_low / -log2(ATN_POWER_LOW) + at_high / log2(ATN_POWER_HIGH));
}
