/* all_of, any_of, before: on the same draws, so that joint probabilities cohere. */
#include "project/run.h"

#include <math.h>

/* When each draw attains the member as it is stated: by its own deadline, in the definition and
 * reading that are its own. */
static const double *member_steps(const atn_run *run, size_t goal, double *deadline)
{
    const atn_goal_layout *layout = &run->goals[goal];
    const atn_goal_result *result = &run->projection->goals[goal];
    size_t k = 0, j = 0;
    if (run->study->goals[goal].form == ATN_GOAL_SINGLE) {
        const size_t definition = atn_goal_main_definition(run->study, &run->study->goals[goal]);
        for (size_t i = 0; i < result->n_definitions; i++)
            if (result->definitions[i].definition == definition) k = i;
    }
    for (size_t i = 0; i < layout->n_plans; i++)
        if (layout->plans[i].own) j = i;
    *deadline = (double)layout->plans[j].spec.deadline;
    return atn_run_reached(run, layout->first_outcome + k * layout->n_plans + j);
}

static double combine(atn_goal_form form, size_t member, double so_far, double step)
{
    if (member == 0) return step;
    switch (form) {
    case ATN_GOAL_ALL_OF: return fmax(so_far, step);
    case ATN_GOAL_ANY_OF: return fmin(so_far, step);
    case ATN_GOAL_BEFORE: return so_far < step ? so_far : INFINITY;
    case ATN_GOAL_SINGLE: break;
    }
    return so_far;
}

void atn_compound_join(const atn_run *run, size_t goal, double *steps)
{
    const atn_goal *g = &run->study->goals[goal];
    for (size_t m = 0; m < g->n_members; m++) {
        double deadline;
        const double *member = member_steps(run, g->members[m], &deadline);
        for (size_t d = 0; d < run->padded; d++) {
            const double step = member[d] <= deadline ? member[d] : INFINITY;
            steps[d] = combine(g->form, m, steps[d], step);
        }
    }
}

static bool ready(const atn_run *run, const atn_goal *goal)
{
    for (size_t m = 0; m < goal->n_members; m++)
        if (!run->goals[goal->members[m]].done) return false;
    return true;
}

/* Marks the series that a goal rests on. */
static void mark_series(const atn_run *run, size_t goal, bool *used)
{
    const atn_goal *g = &run->study->goals[goal];
    if (g->form == ATN_GOAL_SINGLE) {
        used[g->series] = true;
        return;
    }
    for (size_t m = 0; m < g->n_members; m++) mark_series(run, g->members[m], used);
}

static attain_status answer(atn_run *run, size_t goal, attain_error *err)
{
    const atn_goal_layout *layout = &run->goals[goal];
    atn_outcomes outcomes = {.reached = atn_run_reached(run, layout->first_outcome)};
    atn_compound_join(run, goal, outcomes.reached);
    const size_t n_series = run->study->n_series;
    bool *used = ATN_NEW_ARRAY(run->ctx, bool, n_series);
    if (!used) return atn_fail_nomem(err);
    mark_series(run, goal, used);
    atn_reading_job job = run->job;
    job.effective = (double)run->posterior->n_draws;
    for (size_t s = 0; s < n_series; s++)
        if (used[s])
            job.effective = fmin(job.effective, atn_effective_draws(run->posterior, &s, 1));
    job.choice = atn_choice_of_trends(run->posterior, used);
    atn_free(run->ctx, used);
    return atn_reading_fill(&job, layout->plans, &outcomes,
                            run->projection->goals[goal].definitions[0].readings, err);
}

attain_status atn_answer_compounds(atn_run *run, attain_error *err)
{
    const attain_study *study = run->study;
    for (bool progress = true; progress;) {
        progress = false;
        for (size_t g = 0; g < study->n_goals; g++) {
            if (run->goals[g].done || !ready(run, &study->goals[g])) continue;
            const attain_status status = answer(run, g, err);
            if (status != ATTAIN_OK) return status;
            run->goals[g].done = progress = true;
        }
    }
    for (size_t g = 0; g < study->n_goals; g++)
        if (!run->goals[g].done)
            return atn_fail(err, ATTAIN_ERR_FIELD, "goal \"%s\" is made of itself",
                            study->goals[g].id);
    return ATTAIN_OK;
}
