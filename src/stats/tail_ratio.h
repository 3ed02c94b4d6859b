/* Private to the stats room: the ratios from which the interval kernels are put together. */
#ifndef ATN_STATS_TAIL_RATIO_H
#define ATN_STATS_TAIL_RATIO_H

/* exp(x^2) erfc(x) for x >= 0, relative error below 1e-15. */
double atn_erfcx(double x);

/* Student-t with df degrees of freedom, x >= 0: upper tail probability over density. */
double atn_student_mills(double x, double df);
/* F(x) - F(0) over the density at x, 0 <= x; meant for x below atn_student_split. */
double atn_student_centre(double x, double df);
/* Log density at 0. */
double atn_student_log_norm(double df);
/* log f(x) - log f(0). */
double atn_student_shape(double x, double df);

/* Below this the central series is summed, above it the continued fraction of the tail. */
#define ATN_STUDENT_SPLIT 1.5

#endif
