/* Are ranks uniform?  Simultaneous bands for an empirical distribution function (Säilynoja, Bürkner
 * & Vehtari 2022), with a chi-square test beside them. */
#ifndef ATN_STATS_UNIFORMITY_H
#define ATN_STATS_UNIFORMITY_H

#include "base/context.h"

/* Of n independent uniforms the number at or below z_i = i / n_points, i = 1 .. n_points - 1, lies
 * within [low[i-1], high[i-1]] at every i at once with probability 1 - alpha or more: binomial
 * intervals of one common level at each z_i, the narrowest that hold.  The joint probability is
 * computed, not simulated, so any alpha above 1e-12 will do.
 * n >= 1, n_points >= 2; low and high hold n_points - 1.  Cost: about 40 n_points times the square
 * of a band's width.  ARGUMENT, NOMEM. */
attain_status atn_uniform_band(attain_context *ctx, size_t n, size_t n_points, double alpha,
                               size_t *low, size_t *high, attain_error *err);

/* Where a sample strays furthest, in half-widths of the band: above 1 it has left it. */
typedef struct atn_uniform_stray {
    double ratio;
    double at;        /* z there */
    double deviation; /* share of the sample at or below it, less z */
    double low, high; /* the band there, in the same terms */
} atn_uniform_stray;
/* u: n numbers in [0, 1], sorted in place. */
atn_uniform_stray atn_uniform_judge(double *u, size_t n, size_t n_points, const size_t *low,
                                    const size_t *high);

/* P value of the chi-square test over n_bins equal bins; 1 for an empty sample. */
double atn_uniform_chi_square(const double *u, size_t n, size_t n_bins);

#endif
