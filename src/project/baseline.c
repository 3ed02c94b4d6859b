/* What the past alone says about the future: a rate kept, a change continued. */
#include <math.h>
#include <string.h>

#include "project/run.h"

const char *const atn_baseline_names[ATN_N_BASELINES] = {"last-rate", "mean-rate", "equal-trends"};

/* A rate or share, or what a stock changes by in a step, over the `back` steps before `n`. */
static void past_rate(const double *x, size_t n, size_t back, bool change, double *rate)
{
    for (size_t l = 0; l < ATN_LANES; l++) {
        double sum = 0.0;
        if (change)
            sum = x[(n - 1) * ATN_LANES + l] - x[(n - 1 - back) * ATN_LANES + l];
        else
            for (size_t i = n - back; i < n; i++) sum += x[i * ATN_LANES + l];
        rate[l] = back > 0 ? sum / (double)back : 0.0;
    }
}

void atn_carry_on(const atn_run *run, size_t series, atn_baseline_kind baseline, const double *x,
                  const double *scatter, double *out)
{
    const size_t n = run->n_past, n_steps = run->study->n_steps;
    const atn_series *s = &run->study->series[series];
    const bool change = s->kind == ATN_STOCK;
    const size_t room = change ? n - 1 : n; /* a change over k steps needs k + 1 */
    const size_t back =
        baseline == ATN_BASELINE_LAST_RATE && run->recent < room ? run->recent : room;
    const double lowest = s->link == ATN_LINK_LOG ? 0.0 : -INFINITY;
    double rate[ATN_LANES];
    past_rate(x, n, back, change, rate);
    memcpy(out, x, n * ATN_LANES * sizeof *out);
    const double *last = x + (n - 1) * ATN_LANES;
    for (size_t i = n; i < n_steps; i++) {
        double *now = out + i * ATN_LANES;
        const double ahead = (double)(i - (n - 1));
        for (size_t l = 0; l < ATN_LANES; l++)
            now[l] = change ? fmax(last[l] + rate[l] * ahead, lowest) : rate[l];
        for (size_t l = 0; scatter && l < ATN_LANES; l++) now[l] *= scatter[i * ATN_LANES + l];
    }
}
