/* A study's posterior: blocks, candidates, joint draws. */
#include <attain/fit.h>
#include <string.h>

#include "study/posterior.h"

static void free_candidate(attain_context *ctx, atn_candidate *c)
{
    atn_model_free(ctx, c->model);
    atn_free(ctx, c->trend);
    atn_free(ctx, c->theta);
    atn_free(ctx, c->loo);
    atn_free(ctx, c->divergent);
}

void attain_posterior_free(attain_posterior *p)
{
    if (!p) return;
    attain_context *ctx = p->ctx;
    for (size_t b = 0; p->blocks && b < p->n_blocks; b++) {
        atn_block *block = &p->blocks[b];
        for (size_t c = 0; block->candidates && c < block->n_candidates; c++)
            free_candidate(ctx, &block->candidates[c]);
        atn_free(ctx, block->candidates);
        atn_free(ctx, block->series);
        atn_free(ctx, block->which);
        atn_free(ctx, block->row);
    }
    atn_free(ctx, p->blocks);
    atn_free(ctx, p->block_of_series);
    atn_free(ctx, p->place_in_block);
    atn_free(ctx, p);
}

size_t attain_posterior_draw_count(const attain_posterior *posterior)
{
    return posterior->n_draws;
}

/* Index of a name in a model, ATN_NONE if absent. */
static size_t find_name(const atn_model *model, const char *name)
{
    for (size_t k = 0; k < atn_model_dimension(model); k++)
        if (strcmp(atn_model_name(model, k), name) == 0) return k;
    return ATN_NONE;
}

/* Block whose every candidate has the name; ATN_NONE if there is none. */
static size_t block_with(const attain_posterior *p, const char *name)
{
    for (size_t b = 0; b < p->n_blocks; b++) {
        const atn_block *block = &p->blocks[b];
        bool all = true;
        for (size_t c = 0; c < block->n_candidates; c++)
            all = all && find_name(block->candidates[c].model, name) != ATN_NONE;
        if (all) return b;
    }
    return ATN_NONE;
}

attain_status attain_posterior_draws(const attain_posterior *posterior, const char *name,
                                     double *out, attain_error *err)
{
    atn_error_clear(err);
    const size_t b = block_with(posterior, name);
    if (b == ATN_NONE)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "no parameter '%s' that every candidate trend has", name);
    for (size_t d = 0; d < posterior->n_draws; d++) {
        const atn_model *model;
        const double *theta = atn_posterior_theta(posterior, b, d, &model);
        out[d] = theta[find_name(model, name)];
    }
    return ATTAIN_OK;
}
