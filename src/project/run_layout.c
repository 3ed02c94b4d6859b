/* Which definitions and readings every goal is answered in. */
#include "project/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t count_definitions(const attain_study *study, const atn_goal *goal)
{
    if (goal->form != ATN_GOAL_SINGLE || goal->definition != ATN_NONE) return 1;
    size_t n = 0;
    for (size_t i = 0; i < study->n_definitions; i++)
        n += study->definitions[i].series == goal->series;
    return n > 0 ? n : 1;
}

/* The reference first: that is where a reader starts. */
static void list_definitions(const attain_study *study, const atn_goal *goal,
                             atn_goal_result *result)
{
    size_t n = 0;
    result->definitions[0].definition = ATN_NONE;
    if (goal->form != ATN_GOAL_SINGLE) return;
    if (goal->definition != ATN_NONE) {
        result->definitions[0].definition = goal->definition;
        return;
    }
    for (int reference = 1; reference >= 0; reference--)
        for (size_t i = 0; i < study->n_definitions; i++)
            if (study->definitions[i].series == goal->series &&
                study->definitions[i].reference == (reference == 1))
                result->definitions[n++].definition = i;
}

static size_t compound_plan(const attain_study *study, const atn_goal *goal, atn_plan *plan)
{
    static const char *const names[] = {
        [ATN_GOAL_ALL_OF] = "all-of", [ATN_GOAL_ANY_OF] = "any-of", [ATN_GOAL_BEFORE] = "before"};
    *plan = (atn_plan){.own = true};
    attain_goal_spec_init(&plan->spec);
    plan->empty = !atn_goal_steps(study, goal, false, &plan->spec.start, &plan->spec.deadline);
    plan->spec.target = NAN;
    snprintf(plan->name, sizeof plan->name, "%s", names[goal->form]);
    return 1;
}

static attain_status layout_goal(atn_run *run, size_t g, attain_error *err)
{
    const attain_study *study = run->study;
    const atn_goal *goal = &study->goals[g];
    atn_goal_layout *layout = &run->goals[g];
    atn_goal_result *result = &run->projection->goals[g];
    layout->plans = ATN_NEW_ARRAY(run->ctx, atn_plan, ATN_MAX_PLANS);
    if (!layout->plans) return atn_fail_nomem(err);
    layout->n_plans = goal->form == ATN_GOAL_SINGLE ? atn_goal_plans(study, goal, layout->plans)
                                                    : compound_plan(study, goal, layout->plans);
    layout->first_outcome = run->n_outcomes;
    const size_t n = count_definitions(study, goal);
    result->definitions = ATN_NEW_ARRAY(run->ctx, atn_goal_definition, n);
    if (!result->definitions) return atn_fail_nomem(err);
    result->n_definitions = n;
    list_definitions(study, goal, result);
    for (size_t k = 0; k < n; k++) {
        atn_goal_definition *definition = &result->definitions[k];
        definition->readings = ATN_NEW_ARRAY(run->ctx, atn_reading, layout->n_plans);
        if (!definition->readings) return atn_fail_nomem(err);
        definition->n_readings = layout->n_plans;
    }
    run->n_outcomes += n * layout->n_plans;
    return ATTAIN_OK;
}

/* Outcomes of one series stand together, so that a series needs room for its own alone. */
attain_status atn_run_layout(atn_run *run, attain_error *err)
{
    const attain_study *study = run->study;
    run->goals = ATN_NEW_ARRAY(run->ctx, atn_goal_layout, study->n_goals);
    if (!run->goals) return atn_fail_nomem(err);
    attain_status status = ATTAIN_OK;
    for (size_t s = 0; s <= study->n_series; s++) {
        for (size_t g = 0; g < study->n_goals && status == ATTAIN_OK; g++) {
            const atn_goal *goal = &study->goals[g];
            const bool single = goal->form == ATN_GOAL_SINGLE;
            if (single ? goal->series == s : s == study->n_series)
                status = layout_goal(run, g, err);
        }
    }
    if (status != ATTAIN_OK) return status;
    run->reached = atn_alloc_array(run->ctx, run->n_outcomes, run->padded * sizeof(double));
    run->job.scratch = ATN_NEW_ARRAY(run->ctx, double, run->padded);
    run->job.counts = ATN_NEW_ARRAY(run->ctx, size_t, study->n_steps);
    if (!run->reached || !run->job.scratch || !run->job.counts) return atn_fail_nomem(err);
    return ATTAIN_OK;
}

void atn_run_free(atn_run *run)
{
    for (size_t g = 0; run->goals && g < run->study->n_goals; g++)
        atn_free(run->ctx, run->goals[g].plans);
    atn_free(run->ctx, run->goals);
    atn_free(run->ctx, run->reached);
    atn_free(run->ctx, run->best);
    atn_free(run->ctx, run->job.scratch);
    atn_free(run->ctx, run->job.counts);
    atn_paths_free(&run->paths);
}
