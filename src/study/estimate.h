/* One model's posterior draws: modes, the nested Laplace approximation, the sampler. */
#ifndef ATN_ESTIMATE_H
#define ATN_ESTIMATE_H

#include "stats/nuts.h"
#include "study/posterior.h"

/* One candidate under estimation; workspaces are opened and closed by atn_estimate. */
typedef struct atn_estimation {
    attain_context *ctx;
    const atn_model *model;
    const char *series; /* id of the block's first series, for messages */
    atn_workspace **workspaces;
    size_t n_workspaces;
    uint64_t seed, chain; /* chain: number of the candidate in the study */
    size_t n_draws;
    atn_nuts_settings sampler; /* chains 0: the approximation's draws are the answer */
} atn_estimation;

/* Fills c: draws, what found them, how good they are.  c->model is e->model.  Returns NUMERIC when
 * no start has a finite density, INTERRUPTED, NOMEM. */
attain_status atn_estimate(atn_estimation *e, atn_candidate *c, attain_error *err);

#endif
