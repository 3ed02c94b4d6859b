/* A projection in the making. */
#ifndef ATN_PROJECT_RUN_H
#define ATN_PROJECT_RUN_H

#include "project/paths.h"
#include "project/plan.h"
#include "project/reading.h"

typedef struct atn_goal_layout {
    atn_plan *plans; /* readings, the same in every definition; a compound has one */
    size_t n_plans;
    size_t first_outcome; /* of definition k, reading j: first_outcome + k * n_plans + j */
    bool done;
} atn_goal_layout;

typedef struct atn_run {
    attain_context *ctx;
    const attain_posterior *posterior;
    const attain_study *study;
    attain_projection *projection;
    atn_paths paths;
    size_t padded; /* draws in whole chunks */
    size_t n_past; /* steps up to and including as_of */
    atn_goal_layout *goals;
    double *reached; /* n_outcomes x padded */
    double *best;    /* the same, of atn_outcomes.best; NULL: not kept */
    size_t n_outcomes;
    atn_reading_job job;
} atn_run;

static inline double *atn_run_reached(const atn_run *run, size_t outcome)
{
    return run->reached + outcome * run->padded;
}

static inline double *atn_run_best(const atn_run *run, size_t outcome)
{
    return run->best + outcome * run->padded;
}

/* Sets up a run with ctx, posterior, study and projection given: paths, plans, room. */
attain_status atn_run_open(atn_run *run, attain_error *err);
/* A projection with nothing in it yet. */
attain_status atn_projection_create(attain_context *ctx, const attain_posterior *posterior,
                                    attain_projection **projection, attain_error *err);

/* Lays out definitions and readings of every goal, with room for what the draws do. */
attain_status atn_run_layout(atn_run *run, attain_error *err);
void atn_run_free(atn_run *run);

/* With a series' paths loaded: realises them, answers the goals on that series, and leaves in
 * run->paths the realised path of the reference definition, for flows its running total. */
attain_status atn_answer_series(atn_run *run, size_t series, attain_error *err);

/* steps[d]: when draw d of run->padded attains a joint goal, its members' steps at hand in
 * run->reached. */
void atn_compound_join(const atn_run *run, size_t goal, double *steps);

/* Joint goals, once every single goal is answered.  FIELD if they lead back to themselves. */
attain_status atn_answer_compounds(atn_run *run, attain_error *err);

/* Predictive checks of the used reports. */
attain_status atn_predict_reports(atn_run *run, attain_error *err);

#endif
