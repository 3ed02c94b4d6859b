/* Projection: posterior draws -> sample paths -> goals. */
#ifndef ATTAIN_PROJECT_H
#define ATTAIN_PROJECT_H

#include <attain/fit.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_projection attain_projection;

/* Carries every draw to the horizon and answers every goal.  The posterior (and its study) must
 * outlive the projection.  Returns INTERRUPTED, NOMEM, NUMERIC (a path is not a number). */
ATTAIN_API attain_status attain_project_run(attain_context *context,
                                            const attain_posterior *posterior,
                                            attain_projection **projection,
                                            attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_projection_free(attain_projection *projection);

/* Realised paths of one series in its reference definition, row-major draws x steps, scatter
 * included and exactly reported past steps in place; the caller's buffer holds draws * steps
 * doubles (ask attain_projection_shape) and is untouched unless the call returns OK.  The same
 * draws and random numbers as in the projection's goals.  Returns ARGUMENT for an unknown series,
 * INTERRUPTED, NOMEM. */
ATTAIN_API void attain_projection_shape(const attain_projection *projection, size_t *draws,
                                        size_t *steps);
ATTAIN_API attain_status attain_projection_paths(const attain_projection *projection,
                                                 const char *series, double *paths,
                                                 attain_error *err) ATTAIN_MUST_CHECK;

/* A goal over paths that need not come from a study: any draws x steps matrix. */
typedef enum attain_goal_statistic {
    ATTAIN_GOAL_VALUE = 0,         /* a single step reaches the target */
    ATTAIN_GOAL_MEAN = 1,          /* the trailing mean of `over` steps, `held` windows in a row */
    ATTAIN_GOAL_TOTAL = 2,         /* the running total from `start` */
    ATTAIN_GOAL_ROLLING_TOTAL = 3, /* the trailing sum of `over` steps */
    ATTAIN_GOAL_LEVEL = 4          /* a stock's level, as VALUE */
} attain_goal_statistic;

typedef struct attain_goal_spec {
    int version; /* set by attain_goal_spec_init */
    attain_goal_statistic statistic;
    size_t over, held;      /* steps, >= 1; held windows in a row, dated by the last */
    size_t start, deadline; /* first and last step that count, inclusive; deadline < n_steps */
    double target;
    bool at_most; /* reached when <= target instead of >=; both to within 1e-12 of the target, so
                     that the rounding of sums decides nothing */
} attain_goal_spec;
ATTAIN_API void attain_goal_spec_init(attain_goal_spec *spec);

/* reached[d]: step at which draw d reaches the goal, or SIZE_MAX if not by n_steps - 1 (the
 * horizon; compare with spec->deadline for the deadline).  best[d]: the most favourable value of
 * the statistic among windows complete inside [start, deadline] (with held > 1 the level held), NaN
 * if no window fits.  Either output may be NULL; each holds n_draws.  A total's running sum at the
 * last step is its `best`.  Returns ARGUMENT for a spec or shape that makes no sense. */
ATTAIN_API attain_status attain_goal_evaluate(attain_context *context, const double *paths,
                                              size_t n_draws, size_t n_steps,
                                              const attain_goal_spec *spec, size_t *reached,
                                              double *best, attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
