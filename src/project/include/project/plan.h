/* The readings of a stated goal: which windows it may mean, in steps (METHODS section 6). */
#ifndef ATN_PROJECT_PLAN_H
#define ATN_PROJECT_PLAN_H

#include "project/projection.h"

/* Twice what a goal may list, its own and the usual ones: a range is answered at both ends. */
enum { ATN_MAX_PLANS = 2 * (ATN_MAX_READINGS + 5) };

typedef struct atn_plan {
    attain_goal_spec spec;
    char name[64];    /* as atn_reading.name */
    bool own;         /* the reading the goal itself states; compounds are made of these */
    bool at_deadline; /* reached in the deadline's step or not at all; start is that window's */
    bool empty;       /* no window lies between start and deadline */
} atn_plan;

/* The readings of a single goal, at most ATN_MAX_PLANS: its own, which is always among them, the
 * usual ones and those listed that fit its time.  Steps count when they lie wholly between
 * start and deadline (a stock's level belongs to its step's first day); the first and last steps
 * of the study count as whole. */
size_t atn_goal_plans(const attain_study *study, const atn_goal *goal, atn_plan *plans);

/* The definition a compound reads its member in: the one the member names, else the reference of
 * its series, else that series' first, else ATN_NONE. */
size_t atn_goal_main_definition(const attain_study *study, const atn_goal *goal);

/* First and last step of the goal's time by the rule above; false if there is none between. */
bool atn_goal_steps(const attain_study *study, const atn_goal *goal, bool stock, size_t *first,
                    size_t *last);

#endif
