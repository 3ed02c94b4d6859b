/* Studies written in a test, with posterior draws that the test itself lays down: what paths and
 * goals do with them does not depend on any fit. */
#ifndef PLANTED_H
#define PLANTED_H

#include "check.h"

#include "project/projection.h"

/* Parses a study; single quotes in `json` stand for double ones.  The test fails, with every
 * problem printed, if it is not good. */
attain_study *planted_study(attain_context *ctx, const char *json);

/* Fills one draw: theta (parameters, then latent values, which are 0 so far) of a block. */
typedef void planted_draw(void *user, const atn_model *model, size_t block, size_t draw,
                          double *theta);

/* A posterior of n draws, every block with its first candidate trends; free with
 * attain_posterior_free. */
attain_posterior *planted_posterior(attain_context *ctx, const attain_study *study, size_t n_draws,
                                    uint64_t seed, planted_draw *draw, void *user);

/* A study on its way: each part is made from those before it, or the test fails. */
typedef struct planted_world {
    attain_context *ctx;
    attain_study *study;
    attain_posterior *posterior;
    attain_projection *projection;
} planted_world;
void planted_fit(planted_world *w); /* as the study asks */
void planted_project(planted_world *w);
void planted_free(planted_world *w);

/* Index of a parameter in a model by its name in results; the test fails if there is none. */
size_t planted_index(const atn_model *model, const char *name);

#endif
