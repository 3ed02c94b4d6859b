/* Draws kept at the dates that pictures show, and their quantiles. */
#include "project/shown.h"

#include <math.h>
#include <string.h>

#include "stats/distribution.h"

size_t atn_shown_steps(const attain_study *study, size_t steps[ATN_MAX_SHOWN])
{
    const size_t n = study->n_steps, room = ATN_MAX_SHOWN - 2;
    const size_t stride = (n + room - 1) / room;
    const size_t now = study->as_of_step > 0 ? (size_t)study->as_of_step : 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i += stride) {
        steps[count++] = i;
        if (now > i && now < i + stride && now < n) steps[count++] = now;
    }
    if (count > 0 && steps[count - 1] + 1 < n) steps[count++] = n - 1;
    return count;
}

double *atn_shown_new(const atn_run *run)
{
    const size_t n = run->projection->n_shown * run->paths.n_draws;
    return ATN_NEW_ARRAY(run->ctx, double, n);
}

void atn_shown_add(const atn_run *run, double *values)
{
    const atn_paths *paths = &run->paths;
    for (size_t k = 0; k < run->projection->n_shown; k++) {
        const size_t step = run->projection->shown[k];
        double *to = values + k * paths->n_draws;
        for (size_t d = 0; d < paths->n_draws; d++)
            to[d] += atn_paths_chunk(paths, d / ATN_LANES)[step * ATN_LANES + d % ATN_LANES];
    }
}

attain_status atn_shown_quantiles(const atn_run *run, double *values, double **out,
                                  attain_error *err)
{
    const size_t n = run->paths.n_draws, n_shown = run->projection->n_shown;
    *out = ATN_NEW_ARRAY(run->ctx, double, ATN_N_ATTAINABLE *n_shown);
    if (!*out) return atn_fail_nomem(err);
    for (size_t k = 0; k < n_shown; k++) {
        double level[ATN_N_ATTAINABLE];
        atn_quantiles(values + k * n, n, atn_attainable_levels, ATN_N_ATTAINABLE, level);
        for (size_t l = 0; l < ATN_N_ATTAINABLE; l++) (*out)[l * n_shown + k] = level[l];
    }
    return ATTAIN_OK;
}

/* ---- stocks ---- */

attain_status atn_passages_open(const atn_run *run, atn_passing **passing, attain_error *err)
{
    const attain_study *study = run->study;
    atn_passing *all = *passing = ATN_NEW_ARRAY(run->ctx, atn_passing, study->n_series);
    if (!all) return atn_fail_nomem(err);
    for (size_t s = 0; s < study->n_series; s++) {
        if (!study->series[s].balance) continue;
        all[s].level = atn_shown_new(run);
        all[s].inflow = atn_shown_new(run);
        all[s].outflow = atn_shown_new(run);
        if (!all[s].level || !all[s].inflow || !all[s].outflow) return atn_fail_nomem(err);
    }
    return ATTAIN_OK;
}

void atn_passages_free(const atn_run *run, atn_passing *passing)
{
    for (size_t s = 0; passing && s < run->study->n_series; s++) {
        atn_free(run->ctx, passing[s].level);
        atn_free(run->ctx, passing[s].inflow);
        atn_free(run->ctx, passing[s].outflow);
    }
    atn_free(run->ctx, passing);
}

void atn_passages_add(const atn_run *run, atn_passing *passing, size_t series)
{
    for (size_t s = 0; s < run->study->n_series; s++) {
        const atn_series *stock = &run->study->series[s];
        if (!passing[s].level) continue;
        if (s == series) atn_shown_add(run, passing[s].level);
        for (size_t k = 0; k < stock->n_inflows; k++)
            if (stock->inflows[k] == series) atn_shown_add(run, passing[s].inflow);
        for (size_t k = 0; k < stock->n_outflows; k++)
            if (stock->outflows[k] == series) atn_shown_add(run, passing[s].outflow);
    }
}

/* A stock that is full comes to rest within twice the width over which admission closes
 * (study/network.h): 2 % of its capacity. */
static const double FULL = 0.98;

static attain_status take_full(const atn_run *run, size_t s, const double *level, atn_passage *out,
                               attain_error *err)
{
    const atn_series *stock = &run->study->series[s];
    const size_t n = run->paths.n_draws;
    if (!stock->has_capacity) return ATTAIN_OK;
    out->full = ATN_NEW_ARRAY(run->ctx, double, run->projection->n_shown);
    if (!out->full) return atn_fail_nomem(err);
    for (size_t k = 0; k < run->projection->n_shown; k++) {
        const double most =
            FULL * run->study->inputs[stock->capacity].values[run->projection->shown[k]];
        size_t count = 0;
        for (size_t d = 0; d < n; d++) count += level[k * n + d] >= most;
        out->full[k] = (double)count / (double)n;
    }
    return ATTAIN_OK;
}

attain_status atn_passages_finish(const atn_run *run, atn_passing *passing, attain_error *err)
{
    const size_t n = run->projection->n_shown * run->paths.n_draws;
    attain_status status = ATTAIN_OK;
    for (size_t s = 0; s < run->study->n_series && status == ATTAIN_OK; s++) {
        atn_passing *p = &passing[s];
        if (!p->level) continue;
        atn_passage *out = run->projection->series[s].passage = ATN_NEW(run->ctx, atn_passage);
        if (!out) return atn_fail_nomem(err);
        status = take_full(run, s, p->level, out, err);
        /* Little's law draw by draw, before the quantiles sort what they are taken of. */
        for (size_t k = 0; k < n; k++)
            p->level[k] = p->outflow[k] > 0 ? p->level[k] / p->outflow[k] : INFINITY;
        if (status == ATTAIN_OK) status = atn_shown_quantiles(run, p->level, &out->stay, err);
        if (status == ATTAIN_OK) status = atn_shown_quantiles(run, p->inflow, &out->inflow, err);
        if (status == ATTAIN_OK) status = atn_shown_quantiles(run, p->outflow, &out->outflow, err);
    }
    return status;
}

/* ---- scenarios ---- */

attain_status atn_kept_open(const atn_run *run, atn_kept *kept, attain_error *err)
{
    const attain_study *study = run->study;
    kept->rate = ATN_NEW_ARRAY(run->ctx, double *, study->n_series);
    kept->total = ATN_NEW_ARRAY(run->ctx, double *, study->n_series);
    if (!kept->rate || !kept->total) return atn_fail_nomem(err);
    for (size_t g = 0; g < study->n_goals; g++) {
        const atn_goal *goal = &study->goals[g];
        if (goal->form != ATN_GOAL_SINGLE) continue;
        double **to = goal->statistic == ATN_TOTAL ? kept->total : kept->rate;
        if (to[goal->series]) continue;
        to[goal->series] = atn_shown_new(run);
        if (!to[goal->series]) return atn_fail_nomem(err);
    }
    return ATTAIN_OK;
}

void atn_kept_free(const atn_run *run, atn_kept *kept)
{
    for (size_t s = 0; s < run->study->n_series; s++) {
        if (kept->rate) atn_free(run->ctx, kept->rate[s]);
        if (kept->total) atn_free(run->ctx, kept->total[s]);
    }
    atn_free(run->ctx, kept->rate);
    atn_free(run->ctx, kept->total);
    *kept = (atn_kept){0};
}

static attain_status compare(const atn_run *run, const double *base, double *other,
                             atn_moved_path *out, attain_error *err)
{
    const size_t n = run->projection->n_shown * run->paths.n_draws;
    double *change = ATN_NEW_ARRAY(run->ctx, double, n);
    if (!change) return atn_fail_nomem(err);
    for (size_t k = 0; k < n; k++) change[k] = other[k] - base[k];
    attain_status status = atn_shown_quantiles(run, change, &out->change, err);
    if (status == ATTAIN_OK) status = atn_shown_quantiles(run, other, &out->level, err);
    atn_free(run->ctx, change);
    return status;
}

attain_status atn_kept_compare(const atn_run *run, const atn_kept *base, atn_kept *other,
                               atn_scenario_result *out, attain_error *err)
{
    const size_t bytes = run->projection->n_shown * run->paths.n_draws * sizeof(double);
    attain_status status = ATTAIN_OK;
    out->paths = ATN_NEW_ARRAY(run->ctx, atn_moved_path, 2 * run->study->n_series);
    if (!out->paths) return atn_fail_nomem(err);
    for (size_t k = 0; k < 2 * run->study->n_series && status == ATTAIN_OK; k++) {
        const size_t s = k / 2;
        const bool total = k % 2 == 1;
        const double *before = total ? base->total[s] : base->rate[s];
        double *after = total ? other->total[s] : other->rate[s];
        if (!before || !after || memcmp(before, after, bytes) == 0) continue;
        atn_moved_path *path = &out->paths[out->n_paths++];
        path->series = s;
        path->total = total;
        status = compare(run, before, after, path, err);
    }
    return status;
}
