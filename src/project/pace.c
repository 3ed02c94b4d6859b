/* The pace a goal asks for after as_of, beside the pace of the past. */
#include "project/goal.h"

#include <math.h>

static double sum_of(const double *prefix, size_t from, size_t to)
{
    return prefix[to] - prefix[from];
}

/* More than nothing cannot be asked for in the goal's direction. */
static double ask(double rate, const attain_goal_spec *spec)
{
    return spec->at_most ? rate : fmax(rate, 0.0);
}

/* Amount per step over what is left of the most favourable window that ends after the past; its
 * remaining length goes to *steps. */
static double rolling_pace(const double *prefix, size_t n_past, const attain_goal_spec *spec,
                           size_t *steps)
{
    double best = NAN;
    size_t end = spec->start + spec->over; /* one past the window's last step */
    if (end < n_past + 1) end = n_past + 1;
    for (; end <= spec->deadline + 1; end++) {
        const size_t from = end - spec->over;
        const size_t left = from < n_past ? end - n_past : spec->over;
        const double known = from < n_past ? sum_of(prefix, from, n_past) : 0.0;
        const double rate = (spec->target - known) / (double)left;
        if (isnan(best) || (spec->at_most ? rate > best : rate < best)) {
            best = rate;
            *steps = left;
        }
        if (from >= n_past) break; /* every later window is as empty as this one */
    }
    return ask(best, spec);
}

static double required(const double *path, const double *prefix, size_t n_past,
                       const attain_goal_spec *spec, bool reached, size_t *steps)
{
    *steps = 1;
    if (spec->deadline + 1 <= n_past) return NAN;
    const size_t from = spec->start > n_past ? spec->start : n_past;
    const double left = (double)(spec->deadline + 1 - from);
    switch (spec->statistic) {
    case ATTAIN_GOAL_VALUE: return spec->target;
    case ATTAIN_GOAL_MEAN: *steps = spec->over; return spec->target;
    case ATTAIN_GOAL_TOTAL: {
        const double known = spec->start < n_past ? sum_of(prefix, spec->start, n_past) : 0.0;
        *steps = spec->deadline + 1 - from;
        return ask((spec->target - known) / left, spec);
    }
    case ATTAIN_GOAL_ROLLING_TOTAL:
        *steps = spec->over;
        return reached && !spec->at_most ? 0.0 : rolling_pace(prefix, n_past, spec, steps);
    case ATTAIN_GOAL_LEVEL: {
        if (n_past == 0) return NAN;
        *steps = spec->deadline + 1 - n_past;
        const double change = (spec->target - path[n_past - 1]) / (double)*steps;
        if (reached) return 0.0;
        return spec->at_most ? fmin(change, 0.0) : fmax(change, 0.0);
    }
    }
    return NAN;
}

/* Change per step between ends `steps` apart, or the mean of `steps` steps, for the window whose
 * last step is `last`. */
static double pace_of(const double *path, const double *prefix, size_t last, size_t steps,
                      bool change)
{
    const double n = (double)steps;
    return change ? (path[last] - path[last - steps]) / n
                  : sum_of(prefix, last + 1 - steps, last + 1) / n;
}

atn_pace atn_goal_pace(const double *path, const double *prefix, size_t n_past, size_t recent,
                       const attain_goal_spec *spec, bool reached)
{
    const bool change = spec->statistic == ATTAIN_GOAL_LEVEL;
    /* Windows of k steps need k past steps, changes over k steps need k + 1. */
    const size_t room = change && n_past > 0 ? n_past - 1 : n_past;
    atn_pace pace = {.required = NAN, .current = NAN, .past_share = NAN};
    size_t steps;
    pace.required = required(path, prefix, n_past, spec, reached, &steps);
    const size_t back = recent < room ? recent : room;
    if (back > 0) pace.current = pace_of(path, prefix, n_past - 1, back, change);
    if (isnan(pace.required) || steps > room) return pace;
    /* Sums come off long prefixes: a pace that equals the one required has kept it. */
    const double slack = 1e-9 * fabs(pace.required);
    size_t met = 0, count = 0;
    for (size_t last = n_past - room + steps - 1; last < n_past; last++, count++) {
        const double had = pace_of(path, prefix, last, steps, change);
        met += spec->at_most ? had <= pace.required + slack : had >= pace.required - slack;
    }
    pace.past_share = (double)met / (double)count;
    return pace;
}
