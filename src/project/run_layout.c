/* Which definitions and readings every goal is answered in. */
#include "project/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t count_definitions(const attain_study *study, size_t series)
{
    size_t n = 0;
    for (size_t i = 0; i < study->n_definitions; i++) n += study->definitions[i].series == series;
    return n;
}

/* Which series each goal rests on, and where it leaves the definition open; joint goals have what
 * their members have.  Repeated until nothing is new, so that any order, and a circle, will do. */
static void find_ties(const attain_study *study, unsigned char *ties)
{
    const size_t n = study->n_series;
    for (size_t g = 0; g < study->n_goals; g++) {
        const atn_goal *goal = &study->goals[g];
        if (goal->form != ATN_GOAL_SINGLE) continue;
        const bool open =
            goal->definition == ATN_NONE && count_definitions(study, goal->series) > 1;
        ties[g * n + goal->series] = open ? ATN_GOAL_RESTS | ATN_GOAL_OPEN : ATN_GOAL_RESTS;
    }
    for (bool more = true; more;) {
        more = false;
        for (size_t g = 0; g < study->n_goals; g++) {
            const atn_goal *goal = &study->goals[g];
            for (size_t m = 0; m < goal->n_members; m++) {
                for (size_t s = 0; s < n; s++) {
                    const unsigned char had = ties[g * n + s];
                    ties[g * n + s] |= ties[goal->members[m] * n + s];
                    more = more || ties[g * n + s] != had;
                }
            }
        }
    }
}

/* A joint goal is reached by the last of the deadlines of its members, or never. */
static void find_deadlines(const attain_study *study, atn_goal_result *results)
{
    for (size_t g = 0; g < study->n_goals; g++) {
        const atn_goal *goal = &study->goals[g];
        results[g].deadline = goal->form != ATN_GOAL_SINGLE ? study->calendar.origin
                              : goal->has_deadline          ? goal->deadline
                                                            : study->horizon;
    }
    for (bool more = true; more;) {
        more = false;
        for (size_t g = 0; g < study->n_goals; g++) {
            const atn_goal *goal = &study->goals[g];
            /* what is first by its own deadline is before the other, whenever that comes */
            const size_t n = goal->form == ATN_GOAL_BEFORE ? 1 : goal->n_members;
            for (size_t m = 0; m < n; m++) {
                const atn_day deadline = results[goal->members[m]].deadline;
                if (deadline <= results[g].deadline) continue;
                results[g].deadline = deadline;
                more = true;
            }
        }
    }
}

/* The series whose definitions the goal is answered in; ATN_NONE where there is nothing to choose,
 * or too much: every combination of several series' definitions would answer nothing. */
static size_t open_series(const atn_run *run, size_t g, bool *several)
{
    size_t found = ATN_NONE;
    for (size_t s = 0; s < run->study->n_series; s++) {
        if (!(atn_run_tie(run, g, s) & ATN_GOAL_OPEN)) continue;
        *several = *several || found != ATN_NONE;
        found = s;
    }
    return *several ? ATN_NONE : found;
}

/* The reference first: that is where a reader starts. */
static size_t list_definitions(const attain_study *study, size_t series,
                               atn_goal_definition *definitions)
{
    size_t n = 0;
    for (int reference = 1; reference >= 0; reference--)
        for (size_t i = 0; i < study->n_definitions; i++)
            if (study->definitions[i].series == series &&
                study->definitions[i].reference == (reference == 1))
                definitions[n++].definition = i;
    return n;
}

static attain_status choose_definitions(const atn_run *run, size_t g, attain_error *err)
{
    const attain_study *study = run->study;
    const atn_goal *goal = &study->goals[g];
    atn_goal_result *result = &run->projection->goals[g];
    const size_t series = open_series(run, g, &result->in_references);
    const size_t n = series == ATN_NONE ? 0 : count_definitions(study, series);
    result->definitions = ATN_NEW_ARRAY(run->ctx, atn_goal_definition, n + 1);
    if (!result->definitions) return atn_fail_nomem(err);
    result->n_definitions = n + 1;
    if (n > 0) {
        run->goals[g].n_counted = list_definitions(study, series, result->definitions);
        result->definitions[n].definition = ATN_POOLED;
        return ATTAIN_OK;
    }
    run->goals[g].n_counted = 1;
    result->definitions[0].definition =
        goal->form == ATN_GOAL_SINGLE ? atn_goal_main_definition(study, goal) : ATN_NONE;
    return ATTAIN_OK;
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
    const attain_status status = choose_definitions(run, g, err);
    if (status != ATTAIN_OK) return status;
    for (size_t k = 0; k < result->n_definitions; k++) {
        atn_goal_definition *definition = &result->definitions[k];
        definition->readings = ATN_NEW_ARRAY(run->ctx, atn_reading, layout->n_plans);
        if (!definition->readings) return atn_fail_nomem(err);
        definition->n_readings = layout->n_plans;
    }
    run->n_outcomes += layout->n_counted * layout->n_plans;
    return ATTAIN_OK;
}

/* Outcomes of one series stand together, so that a series needs room for its own alone. */
attain_status atn_run_layout(atn_run *run, attain_error *err)
{
    const attain_study *study = run->study;
    run->goals = ATN_NEW_ARRAY(run->ctx, atn_goal_layout, study->n_goals);
    run->ties = atn_alloc_array(run->ctx, study->n_goals, study->n_series * sizeof *run->ties);
    if (!run->goals || !run->ties) return atn_fail_nomem(err);
    find_ties(study, run->ties);
    find_deadlines(study, run->projection->goals);
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
    size_t most = 1; /* outcomes that a mixture gathers */
    for (size_t g = 0; g < study->n_goals; g++)
        if (run->goals[g].n_counted > most) most = run->goals[g].n_counted;
    run->reached = atn_alloc_array(run->ctx, (1 + run->n_carried) * run->n_outcomes,
                                   run->padded * sizeof(double));
    run->job.scratch = atn_alloc_array(run->ctx, most, run->padded * sizeof(double));
    run->job.counts = ATN_NEW_ARRAY(run->ctx, size_t, study->n_steps);
    if (!run->reached || !run->job.scratch || !run->job.counts) return atn_fail_nomem(err);
    return ATTAIN_OK;
}

void atn_run_free(atn_run *run)
{
    for (size_t g = 0; run->goals && g < run->study->n_goals; g++)
        atn_free(run->ctx, run->goals[g].plans);
    atn_free(run->ctx, run->goals);
    atn_free(run->ctx, run->ties);
    atn_free(run->ctx, run->reached);
    atn_free(run->ctx, run->best);
    atn_free(run->ctx, run->job.scratch);
    atn_free(run->ctx, run->job.counts);
    atn_paths_free(&run->paths);
}
