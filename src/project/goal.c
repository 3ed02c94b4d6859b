/* First passage of windows over many draws at once. */
#include "project/goal.h"

#include <math.h>
#include <string.h>

#include "base/context.h"

enum { SPEC_VERSION = 1 };

void attain_goal_spec_init(attain_goal_spec *spec)
{
    *spec = (attain_goal_spec){.version = SPEC_VERSION, .over = 1, .held = 1};
}

const char *atn_goal_spec_problem(const attain_goal_spec *spec, size_t n_steps)
{
    if (spec->version != SPEC_VERSION) return "the goal was not set up by attain_goal_spec_init";
    if ((int)spec->statistic < ATTAIN_GOAL_VALUE || spec->statistic > ATTAIN_GOAL_LEVEL)
        return "unknown goal statistic";
    if (spec->over < 1 || spec->held < 1) return "over and held must be at least 1";
    const bool windowed =
        spec->statistic == ATTAIN_GOAL_MEAN || spec->statistic == ATTAIN_GOAL_ROLLING_TOTAL;
    if (!windowed && spec->over != 1) return "over belongs to means and rolling totals";
    if (spec->statistic == ATTAIN_GOAL_TOTAL && spec->held != 1) return "a total cannot be held";
    if (spec->deadline >= n_steps) return "the deadline lies beyond the last step";
    if (spec->start > spec->deadline) return "the start lies after the deadline";
    if (isnan(spec->target)) return "the target is not a number";
    return NULL;
}

size_t atn_goal_work_size(size_t n_steps)
{
    return 3 * n_steps * ATN_LANES;
}

static inline double *lanes_at(double *x, size_t step)
{
    return x + step * ATN_LANES;
}

static inline const double *lanes_of(const double *x, size_t step)
{
    return x + step * ATN_LANES;
}

static inline void lanes_add(double *restrict sum, const double *a, const double *b)
{
    for (int l = 0; l < ATN_LANES; l++) sum[l] = a[l] + b[l];
}

static inline void lanes_min(double *restrict least, const double *a, const double *b)
{
    for (int l = 0; l < ATN_LANES; l++) least[l] = a[l] < b[l] ? a[l] : b[l];
}

/* Sum (or minimum) of each `w` consecutive steps of x, written at the window's last step.  Steps
 * are cut into blocks of w; a window is the tail of one block and the head of the next (van Herk
 * 1992), so nothing is ever subtracted: one path's huge value does not eat a later window's digits,
 * and three passes serve any w.  tail: n_steps x ATN_LANES scratch. */
static void slide(const double *x, size_t from, size_t n_steps, size_t w, bool minimum,
                  double *restrict out, double *restrict tail)
{
    double head[ATN_LANES] = {0}, next[ATN_LANES] = {0};
    for (size_t block = from; block < n_steps; block += w) {
        const size_t end = block + w < n_steps ? block + w : n_steps;
        for (size_t i = block; i < end; i++) {
            const double *now = lanes_of(x, i);
            if (i == block) {
                memcpy(head, now, sizeof head);
            } else {
                (minimum ? lanes_min : lanes_add)(next, head, now);
                memcpy(head, next, sizeof head);
            }
            if (i + 1 == block + w)
                memcpy(lanes_at(out, i), head, sizeof head);
            else if (i >= from + w)
                (minimum ? lanes_min : lanes_add)(lanes_at(out, i), lanes_of(tail, i + 1 - w),
                                                  head);
        }
        if (end < block + w) break;
        memcpy(lanes_at(tail, end - 1), lanes_of(x, end - 1), sizeof head);
        for (size_t i = end - 1; i-- > block;)
            (minimum ? lanes_min : lanes_add)(lanes_at(tail, i), lanes_of(x, i),
                                              lanes_of(tail, i + 1));
    }
}

/* factor * x with NaN (a path that left its domain) as the worst there is. */
static void orient(double *x, size_t from, size_t to, double factor, double divisor)
{
    for (size_t i = from * ATN_LANES; i < to * ATN_LANES; i++) {
        const double v = factor * (x[i] / divisor);
        x[i] = isnan(v) ? -INFINITY : v;
    }
}

const double *atn_goal_windows(const double *x, size_t n_steps, const attain_goal_spec *spec,
                               double *work, size_t *first)
{
    const size_t size = n_steps * ATN_LANES, from = spec->start;
    double *windows = work, *tail = work + size, *held = work + 2 * size;
    const double sign = spec->at_most ? -1.0 : 1.0;
    *first = from;
    double divisor = 1.0;
    switch (spec->statistic) {
    case ATTAIN_GOAL_VALUE:
    case ATTAIN_GOAL_LEVEL:
        memcpy(lanes_at(windows, from), lanes_of(x, from),
               (n_steps - from) * ATN_LANES * sizeof *x);
        break;
    case ATTAIN_GOAL_TOTAL:
        memcpy(lanes_at(windows, from), lanes_of(x, from), ATN_LANES * sizeof *x);
        for (size_t i = from + 1; i < n_steps; i++)
            lanes_add(lanes_at(windows, i), lanes_of(windows, i - 1), lanes_of(x, i));
        break;
    case ATTAIN_GOAL_MEAN: divisor = (double)spec->over; /* fall through */
    case ATTAIN_GOAL_ROLLING_TOTAL:
        if (spec->over > n_steps - from) {
            *first = n_steps;
            return windows;
        }
        *first = from + spec->over - 1;
        slide(x, from, n_steps, spec->over, false, windows, tail);
        break;
    }
    orient(windows, *first, n_steps, sign, divisor);
    if (spec->held == 1) return windows;
    if (spec->held > n_steps - *first) {
        *first = n_steps;
        return windows;
    }
    slide(windows, *first, n_steps, spec->held, true, held, tail);
    *first += spec->held - 1;
    return held;
}

/* Where a window counts as having reached the target, both turned so that more is better.  What
 * stays exactly at its target must be seen alike by every reading, whichever way its sums round:
 * 1e-12 is above the rounding of thousands of steps, and below anything that a figure means. */
static double threshold_of(const attain_goal_spec *spec)
{
    const double target = spec->at_most ? -spec->target : spec->target;
    return isinf(target) ? target : target - 1e-12 * fabs(target);
}

/* A cap on a total is kept or broken only when its window closes, so it is dated by the deadline;
 * a running total starts below any cap. */
static void scan_cap(const double *windows, const attain_goal_spec *spec, double *reached,
                     double *best)
{
    const double *last = lanes_of(windows, spec->deadline);
    for (int l = 0; l < ATN_LANES; l++) {
        reached[l] = last[l] >= threshold_of(spec) ? (double)spec->deadline : INFINITY;
        best[l] = last[l] == -INFINITY ? NAN : -last[l];
    }
}

void atn_goal_scan(const double *windows, size_t n_steps, size_t first,
                   const attain_goal_spec *spec, double *reached, double *best)
{
    const double sign = spec->at_most ? -1.0 : 1.0, threshold = threshold_of(spec);
    if (spec->statistic == ATTAIN_GOAL_TOTAL && spec->at_most) {
        scan_cap(windows, spec, reached, best);
        return;
    }
    double hit[ATN_LANES], top[ATN_LANES];
    for (int l = 0; l < ATN_LANES; l++) {
        hit[l] = INFINITY;
        top[l] = -INFINITY;
    }
    for (size_t i = first; i < n_steps; i++) {
        const double *now = lanes_of(windows, i), step = (double)i;
        for (int l = 0; l < ATN_LANES; l++) {
            const double here = now[l] >= threshold ? step : INFINITY;
            hit[l] = here < hit[l] ? here : hit[l];
        }
        if (i > spec->deadline) continue;
        if (spec->statistic == ATTAIN_GOAL_TOTAL) { /* the running sum at its last step */
            memcpy(top, now, sizeof top);
        } else {
            for (int l = 0; l < ATN_LANES; l++) top[l] = now[l] > top[l] ? now[l] : top[l];
        }
    }
    for (int l = 0; l < ATN_LANES; l++) {
        reached[l] = hit[l];
        best[l] = top[l] == -INFINITY ? NAN : sign * top[l];
    }
}

typedef struct evaluation {
    const double *paths;
    size_t n_draws, n_steps, work_size;
    const attain_goal_spec *spec;
    double *work; /* a chunk of paths and its windows for each worker */
    double *reached, *best;
} evaluation;

static bool evaluate_chunk(void *user, size_t item, size_t worker)
{
    const evaluation *e = user;
    double *x = e->work + worker * e->work_size;
    const size_t draw = item * ATN_LANES;
    const size_t n = e->n_draws - draw < ATN_LANES ? e->n_draws - draw : ATN_LANES;
    for (size_t l = 0; l < ATN_LANES; l++) {
        const double *path = e->paths + (draw + (l < n ? l : 0)) * e->n_steps;
        for (size_t i = 0; i < e->n_steps; i++) x[i * ATN_LANES + l] = path[i];
    }
    size_t first;
    const double *windows =
        atn_goal_windows(x, e->n_steps, e->spec, x + e->n_steps * ATN_LANES, &first);
    atn_goal_scan(windows, e->n_steps, first, e->spec, e->reached + draw, e->best + draw);
    return true;
}

static attain_status evaluate(attain_context *ctx, evaluation *e, size_t *reached, double *best,
                              attain_error *err)
{
    const size_t chunks = (e->n_draws + ATN_LANES - 1) / ATN_LANES;
    const size_t workers = atn_parallel_workers(ctx, chunks);
    attain_status status = ATTAIN_OK;
    e->work_size = e->n_steps * ATN_LANES + atn_goal_work_size(e->n_steps);
    e->work = atn_alloc_array(ctx, workers, e->work_size * sizeof *e->work);
    e->reached = ATN_NEW_ARRAY(ctx, double, chunks *ATN_LANES);
    e->best = ATN_NEW_ARRAY(ctx, double, chunks *ATN_LANES);
    if (!e->work || !e->reached || !e->best)
        status = atn_fail_nomem(err);
    else
        status = atn_parallel_for(ctx, chunks, evaluate_chunk, e, "project", err);
    for (size_t d = 0; status == ATTAIN_OK && d < e->n_draws; d++) {
        if (reached) reached[d] = isinf(e->reached[d]) ? SIZE_MAX : (size_t)e->reached[d];
        if (best) best[d] = e->best[d];
    }
    atn_free(ctx, e->work);
    atn_free(ctx, e->reached);
    atn_free(ctx, e->best);
    return status;
}

attain_status attain_goal_evaluate(attain_context *context, const double *paths, size_t n_draws,
                                   size_t n_steps, const attain_goal_spec *spec, size_t *reached,
                                   double *best, attain_error *err)
{
    atn_error_clear(err);
    if (!context || !paths || !spec)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context, paths and spec must not be NULL");
    const size_t most = SIZE_MAX / sizeof *paths / (8 * ATN_LANES);
    if (n_draws < 1 || n_steps < 1 || n_steps > most || n_draws > most / n_steps)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "paths must hold at least one draw of at least one step");
    const char *problem = atn_goal_spec_problem(spec, n_steps);
    if (problem) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "%s", problem);
    evaluation e = {.paths = paths, .n_draws = n_draws, .n_steps = n_steps, .spec = spec};
    return evaluate(context, &e, reached, best, err);
}
