/* Weights of a block's candidate trends. */
#ifndef ATN_STACKING_H
#define ATN_STACKING_H

#include <math.h>

#include "study/posterior.h"

/* Sets weight, elpd and n_high_loo_k of every candidate from its n_draws rows of theta. */
attain_status atn_stack(attain_context *ctx, atn_block *block, size_t n_draws, attain_error *err);

#endif
