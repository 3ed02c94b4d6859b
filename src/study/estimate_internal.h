/* Between estimate.c, starts.c, approach.c and sampling.c: one model's estimation. */
#ifndef ATN_ESTIMATE_INTERNAL_H
#define ATN_ESTIMATE_INTERNAL_H

#include "estimate.h"

enum {
    ATN_STARTS = 4,        /* prior medians and three prior draws */
    ATN_START_TRIES = 200, /* prior draws looked at until each start is finite */
    ATN_PROPOSALS_PER_DRAW = 2
};

/* Start 0: prior medians.  Others: prior draws kept within the central 90 %, so that a start is
 * plausible in every direction at once.  Latent values start at their mean. */
void atn_start_draw(const atn_estimation *e, size_t attempt, atn_stream *stream, double *theta);
/* NUMERIC: priors, reports and trend leave no common ground. */
attain_status atn_start_failed(const atn_estimation *e, attain_error *err);

/* Distinct modes of the joint density, best first. */
typedef struct atn_modes {
    size_t n;
    atn_mode mode[ATN_STARTS];
} atn_modes;

/* Climbs from several starts; c gets the number of modes and of evaluations. */
attain_status atn_modes_find(const atn_estimation *e, const atn_target *target, atn_candidate *c,
                             atn_modes *modes, attain_error *err);
void atn_modes_free(attain_context *ctx, atn_modes *modes);

/* Draws for the sampler's coordinates and first metric, an equal share for each chain that ends
 * where the chain begins, for models with more latent values than a nested approximation affords:
 * each chain climbs from a start of its own.  laplace->log_density stays NULL. */
attain_status atn_approach(const atn_estimation *e, atn_candidate *c, atn_laplace *laplace,
                           attain_error *err);

/* Runs the sampler from the draws of an approximation (overwritten) and fills c.  modes: where
 * chains begin if there are several; NULL: about the draws. */
attain_status atn_sample(const atn_estimation *e, atn_laplace *laplace, const atn_modes *modes,
                         atn_candidate *c, attain_error *err);

#endif
