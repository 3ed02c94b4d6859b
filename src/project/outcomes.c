/* Outcomes of goals for posteriors that differ a little. */
#include "project/outcomes.h"

attain_status atn_outcomes_open(attain_context *ctx, const attain_posterior *posterior,
                                atn_run *run, attain_error *err)
{
    *run = (atn_run){
        .ctx = ctx, .posterior = posterior, .study = posterior->study, .outcomes_only = true};
    /* layouts need somewhere to list definitions */
    attain_status status = atn_projection_create(ctx, posterior, &run->projection, err);
    if (status == ATTAIN_OK) status = atn_run_open(run, err);
    if (status == ATTAIN_OK) {
        run->best = atn_alloc_array(ctx, run->n_outcomes, run->padded * sizeof(double));
        if (!run->best) status = atn_fail_nomem(err);
    }
    if (status != ATTAIN_OK) atn_outcomes_close(run);
    return status;
}

void atn_outcomes_close(atn_run *run)
{
    atn_run_free(run);
    attain_projection_free(run->projection);
    *run = (atn_run){0};
}

static bool has_goal(const attain_study *study, size_t series)
{
    for (size_t g = 0; g < study->n_goals; g++)
        if (study->goals[g].form == ATN_GOAL_SINGLE && study->goals[g].series == series)
            return true;
    return false;
}

attain_status atn_outcomes_read(atn_run *run, const attain_posterior *posterior,
                                const atn_variant *variant, attain_error *err)
{
    attain_posterior own = *posterior;
    own.seed = variant->seed;
    run->posterior = run->paths.posterior = run->job.posterior = &own;
    run->study = posterior->study;
    run->paths.stride = variant->stride;
    run->paths.scatter_seed = variant->scatter_seed;
    attain_status status = ATTAIN_OK;
    for (size_t g = 0; g < run->study->n_goals; g++)
        run->goals[g].done = run->study->goals[g].form == ATN_GOAL_SINGLE;
    for (size_t s = 0; s < run->study->n_series && status == ATTAIN_OK; s++) {
        const bool wanted = variant->series ? variant->series[s] : has_goal(run->study, s);
        if (!wanted) continue;
        status = atn_paths_load(&run->paths, s, err);
        if (status == ATTAIN_OK && variant->seen)
            status = variant->seen(variant->user, &run->paths, err);
        if (status == ATTAIN_OK) status = atn_answer_series(run, s, err);
    }
    if (status == ATTAIN_OK) status = atn_answer_compounds(run, err);
    /* the variant may not outlive the call */
    run->posterior = run->paths.posterior = run->job.posterior = run->projection->posterior;
    run->study = run->posterior->study;
    return status;
}
