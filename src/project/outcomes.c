/* Outcomes of goals for posteriors that differ a little. */
#include "project/outcomes.h"

static size_t past_steps(const attain_study *study)
{
    if (study->as_of_step < 0) return 0;
    const size_t n = (size_t)study->as_of_step + 1;
    return n < study->n_steps ? n : study->n_steps;
}

/* Layouts need somewhere to list definitions: a projection that holds nothing else. */
static attain_status open_projection(atn_run *run, attain_error *err)
{
    attain_projection *p = run->projection = ATN_NEW(run->ctx, attain_projection);
    if (!p) return atn_fail_nomem(err);
    *p = (attain_projection){.ctx = run->ctx,
                             .posterior = run->posterior,
                             .n_draws = run->posterior->n_draws,
                             .n_steps = run->study->n_steps};
    p->goals = ATN_NEW_ARRAY(run->ctx, atn_goal_result, run->study->n_goals);
    return p->goals ? ATTAIN_OK : atn_fail_nomem(err);
}

attain_status atn_outcomes_open(attain_context *ctx, const attain_posterior *posterior,
                                atn_run *run, attain_error *err)
{
    *run = (atn_run){.ctx = ctx, .posterior = posterior, .study = posterior->study};
    attain_status status = open_projection(run, err);
    if (status == ATTAIN_OK) status = atn_paths_create(ctx, posterior, &run->paths, err);
    run->padded = run->paths.n_chunks * ATN_LANES;
    run->n_past = past_steps(run->study);
    run->job = (atn_reading_job){.ctx = ctx,
                                 .posterior = posterior,
                                 .n_draws = posterior->n_draws,
                                 .n_steps = run->study->n_steps,
                                 .as_of = run->study->as_of_step};
    if (status == ATTAIN_OK) status = atn_run_layout(run, err);
    if (status == ATTAIN_OK) {
        run->best = atn_alloc_array(ctx, run->n_outcomes, run->padded * sizeof(double));
        if (!run->best) status = atn_fail_nomem(err);
    }
    if (status != ATTAIN_OK) atn_outcomes_close(run);
    return status;
}

void atn_outcomes_close(atn_run *run)
{
    atn_free(run->ctx, run->best);
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
                                const atn_future *future, attain_error *err)
{
    attain_posterior own = *posterior;
    own.seed = future->seed;
    run->posterior = run->paths.posterior = run->job.posterior = &own;
    run->study = posterior->study;
    run->paths.stride = future->stride;
    run->paths.scatter_seed = future->scatter_seed;
    attain_status status = ATTAIN_OK;
    for (size_t g = 0; g < run->study->n_goals; g++)
        run->goals[g].done = run->study->goals[g].form == ATN_GOAL_SINGLE;
    for (size_t s = 0; s < run->study->n_series && status == ATTAIN_OK; s++) {
        const bool wanted = future->series ? future->series[s] : has_goal(run->study, s);
        if (!wanted) continue;
        status = atn_paths_load(&run->paths, s, err);
        if (status == ATTAIN_OK && future->seen)
            status = future->seen(future->user, &run->paths, err);
        if (status == ATTAIN_OK) status = atn_answer_series(run, s, err);
    }
    if (status == ATTAIN_OK) status = atn_answer_compounds(run, err);
    /* the variant may not outlive the call */
    run->posterior = run->paths.posterior = run->job.posterior = run->projection->posterior;
    run->study = run->posterior->study;
    return status;
}
