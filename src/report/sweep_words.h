/* A sweep's answers in words. */
#ifndef ATN_SWEEP_WORDS_H
#define ATN_SWEEP_WORDS_H

#include "project/sweep_run.h"

/* "first-year-600k (dhs)": as much as the goal has to tell apart.  `among`: beside answers of the
 * same goal alone, which then goes without saying. */
void atn_sweep_say_answer(atn_text *out, const attain_sweep *sweep, size_t answer, bool among);
bool atn_sweep_one_goal(const attain_sweep *sweep); /* all answers are of one goal */
/* The value, with the digits that the grid's step supports, or that the range has none. */
void atn_sweep_say_break_even(atn_text *out, const attain_sweep *sweep, size_t answer,
                              size_t second);

#endif
