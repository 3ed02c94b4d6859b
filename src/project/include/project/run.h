/* A projection in the making. */
#ifndef ATN_PROJECT_RUN_H
#define ATN_PROJECT_RUN_H

#include "project/paths.h"
#include "project/plan.h"
#include "project/reading.h"

typedef struct atn_goal_layout {
    atn_plan *plans; /* readings, the same in every definition; a compound has one */
    size_t n_plans;
    size_t n_counted;     /* definitions it is counted in, a mixture of them aside */
    size_t first_outcome; /* of definition k, reading j: first_outcome + k * n_plans + j */
    bool done;
} atn_goal_layout;

/* What a goal has to do with a series, itself or through its members. */
enum {
    ATN_GOAL_RESTS = 1, /* it reads the series */
    ATN_GOAL_OPEN = 2   /* ... in whichever of its several definitions */
};

typedef struct atn_run {
    attain_context *ctx;
    const attain_posterior *posterior;
    const attain_study *study;
    attain_projection *projection;
    atn_paths paths;
    size_t padded;       /* draws in whole chunks */
    size_t n_past;       /* steps up to and including as_of */
    bool no_baselines;   /* asked for: the goals alone, in a third of the time */
    bool outcomes_only;  /* asked for: what draws do, in reached and best; no readings */
    size_t n_carried;    /* baselines that are paths: none without a past */
    size_t recent;       /* steps of the current pace */
    unsigned char *ties; /* n_goals x n_series of ATN_GOAL_... */
    atn_goal_layout *goals;
    double *reached; /* (1 + n_carried) x n_outcomes x padded: the model, then each baseline */
    double *best;    /* n_outcomes x padded: atn_outcomes.best is kept here; NULL: not wanted */
    size_t n_outcomes;
    atn_reading_job job;
} atn_run;

static inline double *atn_run_reached(const atn_run *run, size_t outcome)
{
    return run->reached + outcome * run->padded;
}

static inline double *atn_run_carried(const atn_run *run, size_t baseline, size_t outcome)
{
    return atn_run_reached(run, (1 + baseline) * run->n_outcomes + outcome);
}

static inline double *atn_run_best(const atn_run *run, size_t outcome)
{
    return run->best + outcome * run->padded;
}

static inline unsigned atn_run_tie(const atn_run *run, size_t goal, size_t series)
{
    return run->ties[goal * run->study->n_series + series];
}

/* Steps up to and including as_of; steps that the current pace is taken over. */
size_t atn_past_steps(const attain_study *study);
size_t atn_recent_steps(const attain_study *study);

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

/* baseline.c: a chunk in one definition with its future carried on from the past.
 *   x        n_steps x ATN_LANES of the run's series
 *   scatter  the same: what each step is multiplied by; NULL: nothing
 *   out      the same, overwritten */
void atn_carry_on(const atn_run *run, size_t series, atn_baseline_kind baseline, const double *x,
                  const double *scatter, double *out);

/* Joins what the members' draws do into a joint goal's outcome in its definition at `place`, all
 * from one of the run's sheets of outcomes: 0 the model's, then each baseline's. */
void atn_compound_join(const atn_run *run, size_t goal, size_t place, size_t sheet);

/* Joint goals, once every single goal is answered.  FIELD if they lead back to themselves. */
attain_status atn_answer_compounds(atn_run *run, attain_error *err);

/* Predictive checks of the used reports. */
attain_status atn_predict_reports(atn_run *run, attain_error *err);

#endif
