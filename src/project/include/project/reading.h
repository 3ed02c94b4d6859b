/* From what each draw does to what a reading says. */
#ifndef ATN_PROJECT_READING_H
#define ATN_PROJECT_READING_H

#include "project/plan.h"

/* What each draw does in one reading; each n_draws (padded to whole chunks). */
typedef struct atn_outcomes {
    double *reached; /* step, INFINITY if not by the horizon */
    double *best;    /* most favourable value by the deadline; NULL for compounds */
    double *required, *current, *past_share; /* atn_pace; NULL for compounds */
    double *carried[ATN_N_CARRIED];          /* reached under a baseline; NULL: there is none */
    double *carried_best[ATN_N_CARRIED];     /* best under it; NULL for compounds */
} atn_outcomes;

typedef struct atn_reading_job {
    attain_context *ctx;
    const attain_posterior *posterior;
    size_t n_draws, n_steps;
    long as_of;              /* step */
    double effective;        /* draws' worth of information, <= n_draws */
    const atn_block *choice; /* with several candidates, to tell apart; NULL: none */
    double *scratch;         /* n_draws for each of a mixture's outcomes */
    size_t *counts;          /* n_steps */
} atn_reading_job;

/* Fills the reading (zeroed before) from the plan's outcomes: those of one definition, or of
 * several with equal weights. */
attain_status atn_reading_fill(const atn_reading_job *job, const atn_plan *plan,
                               const atn_outcomes *outcomes, size_t n_outcomes,
                               atn_reading *reading, attain_error *err);

/* Fills reading->forecast from n_rows rows of n_draws best values (best[0] NULL: there are none)
 * and job->counts, the n_counted draws of all rows by the step they reach at. */
void atn_forecast_fill(const atn_reading_job *job, const double *const *best, size_t n_rows,
                       size_t n_counted, atn_forecast *forecast);

/* Lower order statistic (type 1 of Hyndman & Fan 1996), so that a date is always a step: the
 * smallest step reached by at least n p draws, INFINITY if that is none.  counts[i]: draws that
 * reach at step i. */
double atn_step_quantile(const size_t *counts, size_t n_steps, size_t n_draws, double p);

/* Draws' worth of information in the joint draws of the blocks that hold these series. */
double atn_effective_draws(const attain_posterior *posterior, const size_t *series, size_t n);

/* The one block among those that hold the marked series (n_series flags) that has a choice of
 * trends; NULL where none or several have. */
const atn_block *atn_choice_of_trends(const attain_posterior *posterior, const bool *series);

/* Monte Carlo standard error of a probability from draws of `reached <= limit`: that of
 * independent draws, sqrt(p (1 - p) / n) with n the effective draws, or from several chains by
 * their effective sample size; never below 1 / (2 n), the error of the last unseen draw, since
 * none or all of n draws does not make a thing certain. */
attain_status atn_probability_error(const atn_reading_job *job, const double *reached, double limit,
                                    double p, double *mcse, attain_error *err);

#endif
