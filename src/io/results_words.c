/* A probability as a natural frequency (Gigerenzer & Hoffrage 1995: people reason better with
 * "3 in 10" than with 0.3). */
#include "results_internal.h"

#include <math.h>
#include <stdio.h>

static const struct fraction {
    int of, in;
} plain[] = {{1, 2},  {1, 3},  {2, 3},  {1, 4},  {3, 4},  {1, 5},   {2, 5},  {3, 5}, {4, 5},
             {1, 6},  {5, 6},  {1, 7},  {6, 7},  {1, 8},  {7, 8},   {1, 9},  {8, 9}, {1, 10},
             {3, 10}, {7, 10}, {9, 10}, {7, 20}, {9, 20}, {11, 20}, {13, 20}};

/* Rare outcomes: 1 in n, n as coarse as it deserves. */
static int rare(double p)
{
    const double n = 1.0 / p;
    const double unit = n >= 50 ? 10 : n >= 20 ? 5 : 1;
    return (int)(round(n / unit) * unit);
}

void atn_frequency_words(double p, char *buffer, size_t size)
{
    if (!isfinite(p)) {
        snprintf(buffer, size, "not known");
    } else if (p < 0.01) {
        snprintf(buffer, size, "less than 1 in 100");
    } else if (p > 0.99) {
        snprintf(buffer, size, "more than 99 in 100");
    } else if (p < 0.095) {
        snprintf(buffer, size, "about 1 in %d", rare(p));
    } else if (p > 0.905) {
        if (fabs(p - 0.95) < 0.005)
            snprintf(buffer, size, "about 19 in 20");
        else
            snprintf(buffer, size, "about %d in 100", (int)round(100 * p));
    } else {
        size_t best = 0;
        for (size_t i = 1; i < sizeof plain / sizeof *plain; i++) {
            const double gap = fabs(p - (double)plain[i].of / plain[i].in);
            /* Listed from plainest on: a later one must be clearly nearer. */
            if (gap < fabs(p - (double)plain[best].of / plain[best].in) - 1e-9) best = i;
        }
        snprintf(buffer, size, "about %d in %d", plain[best].of, plain[best].in);
    }
}
