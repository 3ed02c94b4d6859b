/* Taking a study apart. */
#include "io/scenario_reader.h"

static void free_series(attain_context *ctx, atn_series *series)
{
    for (size_t k = 0; k < series->n_trends; k++) {
        atn_trend *trend = &series->trends[k];
        for (size_t p = 0; p < trend->n_parameters; p++)
            atn_parameter_free(ctx, &trend->parameters[p]);
        atn_formula_free(ctx, trend->formula);
        atn_free(ctx, trend->parameters);
        atn_free(ctx, trend->name);
        atn_free(ctx, trend->formula_text);
        atn_free(ctx, trend->pointer);
    }
    atn_parameter_free(ctx, &series->deviation.sigma);
    atn_parameter_free(ctx, &series->deviation.phi);
    atn_parameter_free(ctx, &series->deviation.sigma_v);
    atn_parameter_free(ctx, &series->effect_sigma);
    atn_parameter_free(ctx, &series->step_sigma);
    atn_free(ctx, series->trends);
    atn_free(ctx, series->inflows);
    atn_free(ctx, series->outflows);
    atn_free(ctx, series->id);
    atn_free(ctx, series->label);
    atn_free(ctx, series->unit);
    atn_free(ctx, series->pointer);
}

static void free_groups(attain_context *ctx, atn_group *groups, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        atn_free(ctx, groups[k].id);
        atn_free(ctx, groups[k].pointer);
    }
    atn_free(ctx, groups);
}

static void free_goals(attain_context *ctx, atn_goal *goals, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        atn_free(ctx, goals[k].id);
        atn_free(ctx, goals[k].label);
        atn_free(ctx, goals[k].note);
        atn_free(ctx, goals[k].pointer);
        atn_free(ctx, goals[k].members);
    }
    atn_free(ctx, goals);
}

void attain_study_free(attain_study *s)
{
    if (!s) return;
    attain_context *ctx = s->ctx;
    for (size_t k = 0; k < s->n_series; k++) free_series(ctx, &s->series[k]);
    for (size_t k = 0; k < s->n_definitions; k++) {
        atn_parameter_free(ctx, &s->definitions[k].factor);
        atn_free(ctx, s->definitions[k].id);
        atn_free(ctx, s->definitions[k].pointer);
    }
    for (size_t k = 0; k < s->n_inputs; k++) {
        atn_free(ctx, s->inputs[k].id);
        atn_free(ctx, s->inputs[k].pointer);
        atn_free(ctx, s->inputs[k].values);
    }
    for (size_t k = 0; k < s->n_reports; k++) atn_report_free(ctx, &s->reports[k]);
    for (size_t k = 0; k < s->n_scenarios; k++) atn_scenario_free(ctx, &s->scenarios[k]);
    for (size_t k = 0; k < s->n_files; k++) atn_free(ctx, s->files[k].name);
    for (size_t k = 0; k < s->n_overrides; k++) atn_free(ctx, s->overrides[k]);
    free_groups(ctx, s->sources, s->n_sources);
    free_groups(ctx, s->releases, s->n_releases);
    free_goals(ctx, s->goals, s->n_goals);
    atn_parameter_free(ctx, &s->scale);
    atn_free(ctx, s->scenarios);
    atn_free(ctx, s->series);
    atn_free(ctx, s->definitions);
    atn_free(ctx, s->inputs);
    atn_free(ctx, s->reports);
    atn_free(ctx, s->files);
    atn_free(ctx, s->overrides);
    atn_free(ctx, s->title);
    atn_free(ctx, s->note);
    atn_free(ctx, s);
}
