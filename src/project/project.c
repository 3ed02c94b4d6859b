/* The projection as a whole: series by series, then joint goals and predictive checks. */
#include <math.h>

#include "project/explanation.h"
#include "project/run.h"
#include "project/scenario_run.h"
#include "project/shown.h"
#include "stats/distribution.h"

/* Quantiles over draws at every step. */
typedef struct step_quantiles {
    const atn_paths *paths;
    double *column; /* of each worker: n_draws */
    double *out;    /* ATN_N_LEVELS x n_steps */
} step_quantiles;

static bool quantiles_of_step(void *user, size_t step, size_t worker)
{
    const step_quantiles *q = user;
    const atn_paths *paths = q->paths;
    double *column = q->column + worker * paths->n_chunks * ATN_LANES, level[ATN_N_LEVELS];
    for (size_t c = 0; c < paths->n_chunks; c++) {
        const double *from = atn_paths_chunk(paths, c) + step * ATN_LANES;
        for (size_t l = 0; l < ATN_LANES; l++) column[c * ATN_LANES + l] = from[l];
    }
    atn_quantiles(column, paths->n_draws, atn_levels, ATN_N_LEVELS, level);
    for (size_t k = 0; k < ATN_N_LEVELS; k++) q->out[k * paths->n_steps + step] = level[k];
    return true;
}

static attain_status take_quantiles(const atn_run *run, double **out, attain_error *err)
{
    const size_t workers = atn_parallel_workers(run->ctx, run->paths.n_steps);
    step_quantiles q = {.paths = &run->paths};
    q.column = atn_alloc_array(run->ctx, workers, run->padded * sizeof *q.column);
    q.out = *out = ATN_NEW_ARRAY(run->ctx, double, ATN_N_LEVELS * run->paths.n_steps);
    attain_status status =
        q.column && q.out
            ? atn_parallel_for(run->ctx, run->paths.n_steps, quantiles_of_step, &q, "project", err)
            : atn_fail_nomem(err);
    atn_free(run->ctx, q.column);
    return status;
}

static attain_status project_series(atn_run *run, size_t s, atn_passing *passing, attain_error *err)
{
    atn_series_paths *series = &run->projection->series[s];
    attain_status status = atn_paths_load(&run->paths, s, err);
    if (status == ATTAIN_OK) status = take_quantiles(run, &series->rate, err);
    if (status == ATTAIN_OK) atn_passages_add(run, passing, s);
    if (status == ATTAIN_OK) status = atn_answer_series(run, s, err);
    if (status == ATTAIN_OK && run->study->series[s].kind == ATN_FLOW)
        status = take_quantiles(run, &series->total, err);
    return status;
}

attain_status atn_projection_create(attain_context *ctx, const attain_posterior *posterior,
                                    attain_projection **projection, attain_error *err)
{
    const attain_study *study = posterior->study;
    attain_projection *p = *projection = ATN_NEW(ctx, attain_projection);
    if (!p) return atn_fail_nomem(err);
    p->ctx = ctx;
    p->posterior = posterior;
    p->n_draws = posterior->n_draws;
    p->n_steps = study->n_steps;
    p->n_shown = atn_shown_steps(study, p->shown);
    p->series = ATN_NEW_ARRAY(ctx, atn_series_paths, study->n_series);
    p->goals = ATN_NEW_ARRAY(ctx, atn_goal_result, study->n_goals);
    p->reports = ATN_NEW_ARRAY(ctx, atn_report_fit, study->n_reports);
    return p->series && p->goals && p->reports ? ATTAIN_OK : atn_fail_nomem(err);
}

size_t atn_past_steps(const attain_study *study)
{
    if (study->as_of_step < 0) return 0;
    const size_t n = (size_t)study->as_of_step + 1;
    return n < study->n_steps ? n : study->n_steps;
}

/* METHODS 6: the current pace is that of the last 28 days. */
size_t atn_recent_steps(const attain_study *study)
{
    const double steps = 28.0 / atn_step_unit_days(study->calendar.unit);
    return steps > 1.5 ? (size_t)(steps + 0.5) : 1;
}

attain_status atn_run_open(atn_run *run, attain_error *err)
{
    attain_status status = atn_paths_create(run->ctx, run->posterior, &run->paths, err);
    if (status != ATTAIN_OK) return status;
    run->padded = run->paths.n_chunks * ATN_LANES;
    run->n_past = atn_past_steps(run->study);
    run->n_carried =
        run->n_past > 0 && !run->no_baselines && !run->outcomes_only ? ATN_N_CARRIED : 0;
    run->recent = atn_recent_steps(run->study);
    run->job = (atn_reading_job){.ctx = run->ctx,
                                 .posterior = run->posterior,
                                 .n_draws = run->posterior->n_draws,
                                 .n_steps = run->study->n_steps,
                                 .as_of = run->study->as_of_step};
    return atn_run_layout(run, err);
}

static attain_status run_all(atn_run *run, attain_error *err)
{
    atn_passing *passing = NULL;
    attain_status status = atn_run_open(run, err);
    if (status == ATTAIN_OK) status = atn_passages_open(run, &passing, err);
    for (size_t s = 0; s < run->study->n_series && status == ATTAIN_OK; s++)
        status = project_series(run, s, passing, err);
    if (status == ATTAIN_OK) status = atn_passages_finish(run, passing, err);
    atn_passages_free(run, passing);
    if (status == ATTAIN_OK) status = atn_answer_compounds(run, err);
    if (status == ATTAIN_OK) status = atn_predict_reports(run, err);
    return status;
}

attain_status attain_project_run(attain_context *context, const attain_posterior *posterior,
                                 attain_projection **projection, attain_error *err)
{
    atn_error_clear(err);
    if (projection) *projection = NULL;
    if (!context || !posterior || !projection)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context, posterior and projection are needed");
    attain_projection *made = NULL;
    attain_status status = atn_projection_create(context, posterior, &made, err);
    if (status == ATTAIN_OK) {
        atn_run run = {
            .ctx = context, .posterior = posterior, .study = posterior->study, .projection = made};
        status = run_all(&run, err);
        atn_run_free(&run);
    }
    if (status == ATTAIN_OK)
        *projection = made;
    else
        attain_projection_free(made);
    return status;
}

static void free_passage(attain_context *ctx, atn_passage *passage)
{
    if (!passage) return;
    atn_free(ctx, passage->inflow);
    atn_free(ctx, passage->outflow);
    atn_free(ctx, passage->stay);
    atn_free(ctx, passage->full);
    atn_free(ctx, passage);
}

static void free_goal(attain_context *ctx, atn_goal_result *goal)
{
    for (size_t k = 0; k < goal->n_definitions; k++) {
        atn_goal_definition *definition = &goal->definitions[k];
        for (size_t j = 0; j < definition->n_readings; j++) {
            atn_free(ctx, definition->readings[j].curve_step);
            atn_free(ctx, definition->readings[j].curve_probability);
            atn_free(ctx, definition->readings[j].trends);
        }
        atn_free(ctx, definition->readings);
    }
    atn_free(ctx, goal->definitions);
}

void attain_projection_free(attain_projection *projection)
{
    if (!projection) return;
    attain_context *ctx = projection->ctx;
    atn_scenario_results_free(ctx, projection->scenarios, projection->n_scenarios);
    const attain_study *study = projection->posterior->study;
    for (size_t s = 0; projection->series && s < study->n_series; s++) {
        atn_free(ctx, projection->series[s].rate);
        atn_free(ctx, projection->series[s].total);
        free_passage(ctx, projection->series[s].passage);
    }
    for (size_t g = 0; projection->goals && g < study->n_goals; g++)
        free_goal(ctx, &projection->goals[g]);
    atn_free(ctx, projection->series);
    atn_free(ctx, projection->goals);
    atn_free(ctx, projection->reports);
    atn_why_free(ctx, projection->why);
    atn_free(ctx, projection);
}

void attain_projection_shape(const attain_projection *projection, size_t *draws, size_t *steps)
{
    if (draws) *draws = projection ? projection->n_draws : 0;
    if (steps) *steps = projection ? projection->n_steps : 0;
}
