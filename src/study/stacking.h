/* Weights of a block's candidate trends. */
#ifndef ATN_STACKING_H
#define ATN_STACKING_H

#include <math.h>

#include "study/posterior.h"

/* Sets the weight of every candidate from its reports' leave-one-out densities. */
attain_status atn_stack(attain_context *ctx, atn_block *block, attain_error *err);
/* The same into weight (one a candidate), from all reports but the flagged ones. */
attain_status atn_stack_without(attain_context *ctx, const atn_block *block, const bool *without,
                                double *weight, attain_error *err);

#endif
