/* all_of, any_of, before: on the same draws, so that joint probabilities cohere. */
#include "project/run.h"

#include <math.h>

/* Which of its definitions a member is read in: the one asked for, if it has it; else the only
 * one, or its reference, which comes first. */
static size_t place_of(const atn_goal_result *result, size_t definition)
{
    for (size_t k = 0; k < result->n_definitions; k++)
        if (result->definitions[k].definition == definition) return k;
    return 0;
}

/* The outcome of a member as it is stated: in its own reading, by its own deadline. */
static size_t member_outcome(const atn_run *run, size_t goal, size_t definition, double *deadline)
{
    const atn_goal_layout *layout = &run->goals[goal];
    const size_t k = place_of(&run->projection->goals[goal], definition);
    size_t own = 0;
    for (size_t j = 0; j < layout->n_plans; j++)
        if (layout->plans[j].own) own = j;
    *deadline = (double)layout->plans[own].spec.deadline;
    return layout->first_outcome + k * layout->n_plans + own;
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

void atn_compound_join(const atn_run *run, size_t goal, size_t place, size_t sheet)
{
    const atn_goal *g = &run->study->goals[goal];
    const size_t definition = run->projection->goals[goal].definitions[place].definition;
    const size_t first = sheet * run->n_outcomes;
    double *steps = atn_run_reached(run, first + run->goals[goal].first_outcome + place);
    for (size_t m = 0; m < g->n_members; m++) {
        double deadline;
        const size_t from = member_outcome(run, g->members[m], definition, &deadline);
        const double *member = atn_run_reached(run, first + from);
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

static attain_status make_job(const atn_run *run, size_t goal, atn_reading_job *job,
                              attain_error *err)
{
    const size_t n_series = run->study->n_series;
    bool *used = ATN_NEW_ARRAY(run->ctx, bool, n_series);
    if (!used) return atn_fail_nomem(err);
    *job = run->job;
    job->effective = (double)run->posterior->n_draws;
    for (size_t s = 0; s < n_series; s++) {
        used[s] = atn_run_tie(run, goal, s) & ATN_GOAL_RESTS;
        if (used[s])
            job->effective = fmin(job->effective, atn_effective_draws(run->posterior, &s, 1));
    }
    job->choice = atn_choice_of_trends(run->posterior, used);
    atn_free(run->ctx, used);
    return ATTAIN_OK;
}

static attain_status answer(atn_run *run, size_t goal, attain_error *err)
{
    const atn_goal_layout *layout = &run->goals[goal];
    const atn_goal_result *result = &run->projection->goals[goal];
    atn_reading_job job;
    for (size_t k = 0; k < layout->n_counted; k++)
        for (size_t sheet = 0; sheet <= run->n_carried; sheet++)
            atn_compound_join(run, goal, k, sheet);
    if (run->outcomes_only) return ATTAIN_OK;
    attain_status status = make_job(run, goal, &job, err);
    if (status != ATTAIN_OK) return status;
    atn_outcomes *outcomes = ATN_NEW_ARRAY(run->ctx, atn_outcomes, layout->n_counted);
    if (!outcomes) return atn_fail_nomem(err);
    for (size_t k = 0; k < layout->n_counted && status == ATTAIN_OK; k++) {
        const size_t outcome = layout->first_outcome + k;
        outcomes[k].reached = atn_run_reached(run, outcome);
        for (size_t b = 0; b < run->n_carried; b++)
            outcomes[k].carried[b] = atn_run_carried(run, b, outcome);
        status = atn_reading_fill(&job, layout->plans, &outcomes[k], 1,
                                  result->definitions[k].readings, err);
    }
    if (status == ATTAIN_OK && layout->n_counted < result->n_definitions)
        status = atn_reading_fill(&job, layout->plans, outcomes, layout->n_counted,
                                  result->definitions[layout->n_counted].readings, err);
    atn_free(run->ctx, outcomes);
    return status;
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
