/* Posterior draws to paths, scatter and definitions. */
#include "project/paths.h"

#include <math.h>
#include <string.h>

attain_status atn_paths_create(attain_context *ctx, const attain_posterior *posterior,
                               atn_paths *paths, attain_error *err)
{
    const size_t n_steps = posterior->study->n_steps, n_draws = posterior->n_draws;
    const size_t n_chunks = (n_draws + ATN_LANES - 1) / ATN_LANES;
    const size_t n_workers = atn_parallel_workers(ctx, n_chunks);
    *paths = (atn_paths){.ctx = ctx,
                         .posterior = posterior,
                         .n_draws = n_draws,
                         .n_steps = n_steps,
                         .n_chunks = n_chunks,
                         .n_workers = n_workers,
                         .series = ATN_NONE};
    paths->y = atn_alloc_array(ctx, n_chunks, n_steps * ATN_LANES * sizeof *paths->y);
    paths->rows = atn_alloc_array(ctx, n_workers, n_steps * (ATN_LANES + 1) * sizeof *paths->rows);
    paths->wanted = ATN_NEW_ARRAY(ctx, double *, n_workers * posterior->study->n_series);
    paths->broken = ATN_NEW_ARRAY(ctx, bool, n_chunks);
    if (paths->y && paths->rows && paths->wanted && paths->broken) return ATTAIN_OK;
    atn_paths_free(paths);
    return atn_fail_nomem(err);
}

static const atn_block *block_of(const atn_paths *paths)
{
    return &paths->posterior->blocks[paths->posterior->block_of_series[paths->series]];
}

static void drop_workspaces(atn_paths *paths)
{
    for (size_t i = 0; i < paths->n_workspaces; i++)
        atn_workspace_free(paths->ctx, paths->workspace[i]);
    atn_free(paths->ctx, paths->workspace);
    paths->workspace = NULL;
    paths->n_workspaces = 0;
}

void atn_paths_free(atn_paths *paths)
{
    drop_workspaces(paths);
    atn_free(paths->ctx, paths->y);
    atn_free(paths->ctx, paths->rows);
    atn_free(paths->ctx, paths->wanted);
    atn_free(paths->ctx, paths->broken);
    paths->y = paths->rows = NULL;
    paths->wanted = NULL;
    paths->broken = NULL;
}

static attain_status make_workspaces(atn_paths *paths, attain_error *err)
{
    const atn_block *block = block_of(paths);
    drop_workspaces(paths);
    paths->workspace =
        ATN_NEW_ARRAY(paths->ctx, atn_workspace *, paths->n_workers * block->n_candidates);
    if (!paths->workspace) return atn_fail_nomem(err);
    attain_status status = ATTAIN_OK;
    for (size_t w = 0; w < paths->n_workers; w++) {
        for (size_t c = 0; c < block->n_candidates && status == ATTAIN_OK; c++) {
            status = atn_workspace_create(paths->ctx, block->candidates[c].model,
                                          &paths->workspace[paths->n_workspaces], err);
            if (status == ATTAIN_OK) paths->n_workspaces++;
        }
    }
    return status;
}

static const atn_future *future_of(const atn_paths *paths, size_t b, size_t draw, size_t worker)
{
    return paths->futures ? atn_futures_compose(paths->futures, b, draw, worker) : NULL;
}

static bool load_chunk(void *user, size_t chunk, size_t worker)
{
    atn_paths *paths = user;
    const attain_posterior *posterior = paths->posterior;
    const atn_block *block = block_of(paths);
    const size_t b = posterior->block_of_series[paths->series];
    const size_t place = posterior->place_in_block[paths->series];
    double *rows = paths->rows + worker * paths->n_steps * (ATN_LANES + 1);
    double **wanted = paths->wanted + worker * posterior->study->n_series;
    double *y = atn_paths_chunk(paths, chunk);
    const atn_link link = posterior->study->series[paths->series].link;
    for (size_t k = 0; k < block->n_series; k++) wanted[k] = NULL;
    for (size_t l = 0; l < ATN_LANES; l++) {
        const size_t draw = atn_paths_draw(paths, chunk, l);
        const atn_model *model;
        const double *theta = atn_posterior_theta(posterior, b, draw, &model);
        wanted[place] = rows + l * paths->n_steps;
        atn_model_paths(model, theta, posterior->seed, draw, wanted,
                        paths->workspace[worker * block->n_candidates + block->which[draw]],
                        future_of(paths, b, draw, worker));
    }
    bool broken = false;
    for (size_t i = 0; i < paths->n_steps; i++) {
        for (size_t l = 0; l < ATN_LANES; l++) {
            const double v = rows[l * paths->n_steps + i];
            broken |= isnan(v) || (paths->futures && !atn_paths_inside(link, v));
            y[i * ATN_LANES + l] = v;
        }
    }
    paths->broken[chunk] = broken;
    return true;
}

attain_status atn_paths_load(atn_paths *paths, size_t series, attain_error *err)
{
    paths->series = series;
    attain_status status = make_workspaces(paths, err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(paths->ctx, paths->n_chunks, load_chunk, paths, "project", err);
    if (status != ATTAIN_OK) return status;
    for (size_t c = 0; c < paths->n_chunks; c++) {
        if (!paths->broken[c]) continue;
        return atn_fail(err, ATTAIN_ERR_NUMERIC,
                        paths->futures ? "a path of series \"%s\" leaves what its link allows"
                                       : "a path of series \"%s\" is not a number before the "
                                         "horizon",
                        paths->posterior->study->series[series].id);
    }
    return ATTAIN_OK;
}

void atn_paths_realise(const atn_paths *paths, size_t chunk, size_t worker)
{
    const attain_posterior *posterior = paths->posterior;
    const size_t b = posterior->block_of_series[paths->series];
    const size_t place = posterior->place_in_block[paths->series];
    double *z = paths->rows + worker * paths->n_steps * (ATN_LANES + 1);
    double *y = atn_paths_chunk(paths, chunk);
    for (size_t l = 0; l < ATN_LANES; l++) {
        const size_t draw = atn_paths_draw(paths, chunk, l);
        const atn_model *model;
        const double *theta = atn_posterior_theta(posterior, b, draw, &model);
        const atn_future *future = future_of(paths, b, draw, worker);
        atn_stream stream;
        bool drawn = false;
        for (size_t k = 0; k <= (future ? future->n_segments : 0); k++) {
            const double omega =
                atn_model_step_sigma(model, k ? future->theta[k - 1] : theta, place);
            const size_t from = k ? future->from[k - 1] : 0;
            const size_t to = future && k < future->n_segments ? future->from[k] : paths->n_steps;
            if (!(omega > 0)) continue;
            if (!drawn) {
                atn_stream_init(&stream, posterior->seed, ATN_PURPOSE_SCATTER, paths->series, draw);
                atn_stream_normals(&stream, z, paths->n_steps);
            }
            drawn = true;
            /* E[Y] = y: the median lies omega^2 / 2 below on the log scale. */
            for (size_t i = from; i < to; i++)
                y[i * ATN_LANES + l] *= exp(omega * z[i] - 0.5 * omega * omega);
        }
    }
}

/* The reference by its own name and by none are one. */
static size_t plain(const attain_study *study, size_t definition)
{
    if (definition == ATN_NONE || study->definitions[definition].reference) return ATN_NONE;
    return definition;
}

void atn_paths_define(const atn_paths *paths, size_t chunk, size_t definition,
                      const double *reported, double *x)
{
    const attain_posterior *posterior = paths->posterior;
    const atn_link link = posterior->study->series[paths->series].link;
    const size_t b = posterior->block_of_series[paths->series];
    const double *y = atn_paths_chunk(paths, chunk);
    const bool other = plain(posterior->study, definition) != ATN_NONE;
    double shift[ATN_LANES];
    for (size_t l = 0; l < ATN_LANES; l++) {
        shift[l] = link == ATN_LINK_LOG ? 1.0 : 0.0;
        if (!other) continue;
        const atn_model *model;
        const double *theta =
            atn_posterior_theta(posterior, b, atn_paths_draw(paths, chunk, l), &model);
        shift[l] = atn_model_factor(model, theta, definition);
    }
    for (size_t i = 0; i < paths->n_steps; i++) {
        const double *from = y + i * ATN_LANES;
        double *to = x + i * ATN_LANES;
        if (!isnan(reported[i])) {
            for (size_t l = 0; l < ATN_LANES; l++) to[l] = reported[i];
        } else if (!other) {
            memmove(to, from, ATN_LANES * sizeof *to);
        } else if (link == ATN_LINK_LOG) {
            for (size_t l = 0; l < ATN_LANES; l++) to[l] = from[l] * shift[l];
        } else {
            for (size_t l = 0; l < ATN_LANES; l++)
                to[l] = atn_paths_counted(from[l], link, shift[l]);
        }
    }
}

/* Whether the report states exactly what one whole step of the past amounted to; which one. */
static bool states_step(const attain_study *study, const atn_report *report, size_t series,
                        size_t definition, long *step)
{
    if (!report->used || report->series != series || report->relation != ATN_EXACT) return false;
    if (plain(study, report->definition) != plain(study, definition)) return false;
    *step = atn_calendar_step(&study->calendar, report->start);
    if (*step != atn_calendar_step(&study->calendar, report->end)) return false;
    if (*step < 0 || *step > study->as_of_step || *step >= (long)study->n_steps) return false;
    switch (report->statistic) {
    case ATN_VALUE:
    case ATN_LEVEL: return true;
    case ATN_TOTAL:
    case ATN_MEAN: /* over a whole step the same as its value */
        return atn_calendar_share(&study->calendar, *step, report->start, report->end) >= 1.0;
    default: return false;
    }
}

void atn_reported_steps(const attain_study *study, size_t series, size_t definition,
                        double *reported)
{
    for (size_t i = 0; i < study->n_steps; i++) reported[i] = NAN;
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        long step, other;
        if (!states_step(study, report, series, definition, &step)) continue;
        bool replaced = false;
        for (size_t q = 0; q < study->n_reports && !replaced; q++) {
            const atn_report *rival = &study->reports[q];
            if (!states_step(study, rival, series, definition, &other) || other != step) continue;
            replaced = rival->published > report->published ||
                       (rival->published == report->published && q > r);
        }
        if (!replaced) reported[step] = report->value;
    }
}
