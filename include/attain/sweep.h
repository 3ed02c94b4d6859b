/* Sweeps: what a goal's chance would be for each of many values of one or two things that may come,
 * on one posterior, and the value at which it crosses a given chance.
 *
 *   const char *vary[] = {"multiply.arrests=0.5:3:0.1"};
 *   attain_sweep_settings settings;  attain_sweep *sweep;  double value;
 *   attain_sweep_settings_init(&settings);
 *   settings.vary = vary;  settings.n_vary = 1;  settings.goal = "3000-a-day/7-day-mean";
 *   attain_sweep_run(ctx, posterior, &settings, &sweep, &err);
 *   attain_sweep_break_even(sweep, 0, 0, &value);
 *   attain_sweep_free(sweep); */
#ifndef ATTAIN_SWEEP_H
#define ATTAIN_SWEEP_H

#include <attain/report.h>
#include <attain/scenario.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_sweep attain_sweep;

typedef struct attain_sweep_settings {
    int version; /* set by attain_sweep_settings_init */
    /* One or two texts TARGET=FROM:TO:STEP.  TARGET: multiply.SERIES or replace.SERIES, a parameter
     * as results name it (arrests.high), an input or a capacity (beds, detention.beds) */
    const char *const *vary;
    size_t n_vary;
    const char *goal; /* ID, ID/DEFINITION, ID/READING or ID/DEFINITION/READING; NULL: every goal */
    double until;     /* break even where the probability crosses this, in (0, 1); default 0.5 */
    const char *from; /* first day of the change, after as_of; NULL: the step after it */
} attain_sweep_settings;
ATTAIN_API void attain_sweep_settings_init(attain_sweep_settings *settings);

/* Whether the settings make sense for the study: all that can be told before a fit.  ARGUMENT,
 * NOMEM. */
ATTAIN_API attain_status attain_sweep_check(attain_context *context, const attain_study *study,
                                            const attain_sweep_settings *settings,
                                            attain_error *err) ATTAIN_MUST_CHECK;

/* Settings are copied; the posterior and its study must outlive the sweep.  Same draws and random
 * numbers at every value, and as in a scenario that states it.  At most 1,000,000 values in the
 * grid.  Break-even values lie between two values of the grid whose probabilities enclose `until`
 * (the first such pair), bisected to 1e-6 of the step.  Returns ARGUMENT (a setting, named; an
 * unknown target or goal, with a suggestion), NUMERIC, INTERRUPTED, NOMEM; *sweep is then NULL.
 * Cost: draws x steps x values, of the series that the goals read alone. */
ATTAIN_API attain_status attain_sweep_run(attain_context *context,
                                          const attain_posterior *posterior,
                                          const attain_sweep_settings *settings,
                                          attain_sweep **sweep,
                                          attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_sweep_free(attain_sweep *sweep);

/* The grid: n[0] values of the first thing for each of n[1] of the second (1 without one). */
ATTAIN_API void attain_sweep_shape(const attain_sweep *sweep, size_t n[2], size_t *n_answers);
/* Value number `index` of the first (0) or second (1) thing; NaN out of range. */
ATTAIN_API double attain_sweep_value(const attain_sweep *sweep, size_t which, size_t index);

typedef struct attain_sweep_answer { /* texts borrowed from the sweep */
    const char *goal, *definition, *reading;
} attain_sweep_answer;
/* ARGUMENT for an index out of range. */
ATTAIN_API attain_status attain_sweep_answer_get(const attain_sweep *sweep, size_t index,
                                                 attain_sweep_answer *answer,
                                                 attain_error *err) ATTAIN_MUST_CHECK;
/* Probability by the deadline and its Monte Carlo error; false, outputs (may be NULL) untouched,
 * out of range. */
ATTAIN_API bool attain_sweep_probability(const attain_sweep *sweep, size_t answer, size_t first,
                                         size_t second, double *probability, double *mcse);
/* The first thing's value at which the answer's probability crosses `until`, for value number
 * `second` of the second thing; false, *value untouched, where it does not within the grid. */
ATTAIN_API bool attain_sweep_break_even(const attain_sweep *sweep, size_t answer, size_t second,
                                        double *value);

/* Break-even values and the grid as a table for people, JSON or CSV (one line a value and answer);
 * free with attain_text_free. */
ATTAIN_API attain_status attain_sweep_text(const attain_sweep *sweep, attain_format format,
                                           char **text, attain_error *err) ATTAIN_MUST_CHECK;
/* Writes sweep.csv, sweep.json and a chart of the probabilities against the first thing's values
 * with the break-even values marked (chance.gp, .csv, .alt.txt, and what `draw` makes of them, as
 * in report.h) into `folder`, created if missing; each file whole or not at all.  The chart has one
 * line an answer and value of the second thing, the first eight.  A failing draw leaves script and
 * data; its status (TOOL, FILE) is the call's.  Returns FILE, INTERRUPTED, NOMEM. */
ATTAIN_API attain_status attain_sweep_write(const attain_sweep *sweep, const char *folder,
                                            attain_draw *draw, void *draw_user,
                                            attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
