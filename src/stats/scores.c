/* Proper scores.  Sums run over order statistics, so that a score costs one pass. */
#include "stats/scores.h"

#include <math.h>

#include "stats/distribution.h"

double atn_score_crps(const double *x, size_t n, double y)
{
    double distance = 0.0, spread = 0.0;
    for (size_t i = 0; i < n; i++) {
        distance += fabs(x[i] - y);
        /* sum over i < j of x_j - x_i = sum_i (2 i + 1 - n) x_i, taken about y against cancelling
         */
        spread += (2.0 * (double)i + 1.0 - (double)n) * (x[i] - y);
    }
    return distance / (double)n - spread / ((double)n * ((double)n - 1.0));
}

double atn_score_interval(double low, double high, double alpha, double y)
{
    const double outside = y < low ? low - y : y > high ? y - high : 0.0;
    return high - low + 2.0 / alpha * outside;
}

double atn_score_wis(double median, const double *low, const double *high, const double *alpha,
                     size_t n, double y)
{
    double sum = 0.5 * fabs(y - median);
    for (size_t k = 0; k < n; k++)
        sum += 0.5 * alpha[k] * atn_score_interval(low[k], high[k], alpha[k], y);
    return sum / ((double)n + 0.5);
}

double atn_score_brier(double p, bool came)
{
    const double off = p - (came ? 1.0 : 0.0);
    return off * off;
}

double atn_score_log(double p, bool came, double floor)
{
    const double inside = p < floor ? floor : p > 1.0 - floor ? 1.0 - floor : p;
    return came ? log(inside) : log1p(-inside);
}

double atn_jackknife_error(const double *left, size_t n)
{
    if (n < 2) return NAN;
    const double mean = atn_mean(left, n), size = (double)n;
    double sum = 0.0;
    for (size_t g = 0; g < n; g++) sum += (left[g] - mean) * (left[g] - mean);
    return sqrt((size - 1.0) / size * sum);
}
