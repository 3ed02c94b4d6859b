/* Times and medians, for the benchmarks. */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* Seconds on a clock: CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID. */
static inline double stopwatch_read(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static inline int stopwatch_ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts x; NaN for none. */
static inline double stopwatch_median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, stopwatch_ascending);
    return n == 0 ? NAN : 0.5 * (x[(n - 1) / 2] + x[n / 2]);
}

#endif
