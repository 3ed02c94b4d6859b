/* The level at which a formula's trend ends. */
#ifndef ATN_CEILING_H
#define ATN_CEILING_H

#include "study/study_data.h"

/* Marks the ceilings among the parameters of formulas that name none themselves.  The study's
 * formulas and priors are complete.  NOMEM. */
attain_status atn_find_ceilings(attain_study *study, attain_error *err);

#endif
