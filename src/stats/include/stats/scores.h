/* Proper scores of a projection against what came (Gneiting & Raftery 2007); all but the binary
 * ones in the unit of the quantity, and lower is better. */
#ifndef ATN_STATS_SCORES_H
#define ATN_STATS_SCORES_H

#include "base/context.h"

/* Continuous ranked probability score of n >= 2 draws, ascending: E|X - y| - E|X - X'| / 2, the
 * second mean over different draws, so that its expectation does not depend on n (Ferro 2014). */
double atn_score_crps(const double *sorted, size_t n, double y);

/* Interval score at level 1 - alpha: width, and 2 / alpha times what y lies outside by. */
double atn_score_interval(double low, double high, double alpha, double y);

/* Weighted interval score (Bracher et al. 2021, eq. 1) of a median and n intervals:
 * (|y - median| / 2 + sum_k alpha_k / 2 IS_k) / (n + 1/2). */
double atn_score_wis(double median, const double *low, const double *high, const double *alpha,
                     size_t n, double y);

/* Of a probability p for what came (or did not).  The log score is a log probability, higher is
 * better; p is moved inside [floor, 1 - floor], the least that a finite number of draws can tell
 * from none. */
double atn_score_brier(double p, bool came);
double atn_score_log(double p, bool came, double floor);

/* Standard error of a statistic by leaving out one cluster after the other (Efron & Tibshirani
 * 1993, ch. 11): left[g] is the statistic without cluster g.  NaN below two clusters or where a
 * value is NaN. */
double atn_jackknife_error(const double *left, size_t n);

#endif
