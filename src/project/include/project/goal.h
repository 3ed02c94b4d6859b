/* Goals on sample paths: first passage of windows, and the pace a goal asks for.  Paths are read in
 * chunks of ATN_LANES draws, step by step side by side, so that the loops over draws are straight
 * vector arithmetic. */
#ifndef ATN_PROJECT_GOAL_H
#define ATN_PROJECT_GOAL_H

#include <attain/project.h>

enum { ATN_LANES = 8 };

/* Doubles of work space atn_goal_windows needs. */
size_t atn_goal_work_size(size_t n_steps);

/* The goal's statistic for windows ending at each step, turned so that more is better (at_most:
 * sign changed); held windows already reduced to the level held.
 *   x     n_steps x ATN_LANES, not modified
 *   work  atn_goal_work_size(n_steps) doubles; the result stays there
 * *first is the first step at which a window ends; it may lie beyond the last step.  The result
 * holds ATN_LANES doubles a step, valid from *first on.  A window with a NaN inside is -INFINITY.
 */
const double *atn_goal_windows(const double *x, size_t n_steps, const attain_goal_spec *spec,
                               double *work, size_t *first);

/* Reads windows against the target: reached[l] the step, INFINITY if not by the last one; best[l]
 * on the natural scale, NaN if no window fits inside [start, deadline].  Each ATN_LANES. */
void atn_goal_scan(const double *windows, size_t n_steps, size_t first,
                   const attain_goal_spec *spec, double *reached, double *best);

/* NULL if the spec makes sense over n_steps, else what is wrong with it. */
const char *atn_goal_spec_problem(const attain_goal_spec *spec, size_t n_steps);

/* What remains to be done after the past (METHODS 6).  A level's pace is net change per step,
 * every other goal's an amount per step (or the level itself for means of stocks and shares). */
typedef struct atn_pace {
    double required;   /* NaN where nothing of the goal's time is left */
    double current;    /* over the last `recent` steps of the past; NaN without past */
    double past_share; /* share of past windows of the remaining length that reached `required` */
} atn_pace;

/* path: n_past steps of one draw up to and including as_of.  prefix[i] = sum of its first i steps,
 * n_past + 1 entries.  reached: the goal was reached in that past. */
atn_pace atn_goal_pace(const double *path, const double *prefix, size_t n_past, size_t recent,
                       const attain_goal_spec *spec, bool reached);

#endif
