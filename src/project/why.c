/* Everything that explains a projection's answers, part by part. */
#include <math.h>
#include <string.h>

#include <attain/study.h>

#include "why_internal.h"

enum {
    SETTINGS_VERSION = 1,
    MOST_DRAWS = 4000,
    FEW_DRAWS = 1000,
    LEAST_DRAWS = 100,
    MOST_FEW = 100000
};

void attain_why_settings_init(attain_why_settings *settings)
{
    *settings = (attain_why_settings){.version = SETTINGS_VERSION, .refits = -1};
}

static attain_status check_settings(const attain_why_settings *s, attain_error *err)
{
    if (s->version != SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "why settings: version %d; initialise them with attain_why_settings_init",
                        s->version);
    if (s->refits < -1)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "why settings: %ld refits asked for; 0 or more are possible, -1 is as the "
                        "study says",
                        s->refits);
    if (s->draws != 0 && !(s->draws >= LEAST_DRAWS && s->draws <= MOST_FEW))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "why settings: %ld draws asked for; between 100 and 100,000 are possible",
                        s->draws);
    return ATTAIN_OK;
}

/* ---- samples ----------------------------------------------------------------------------------
 */

static void close_sample(attain_context *ctx, atn_sample *s)
{
    if (s->run.ctx) atn_outcomes_close(&s->run);
    for (size_t b = 0; b < s->posterior.n_blocks && s->posterior.blocks; b++) {
        if (s->evidence && s->evidence[b].ctx) atn_evidence_free(&s->evidence[b]);
        atn_free(ctx, s->posterior.blocks[b].which);
        atn_free(ctx, s->posterior.blocks[b].row);
    }
    atn_free(ctx, s->evidence);
    atn_free(ctx, s->posterior.blocks);
    *s = (atn_sample){0};
}

/* Every stride-th draw of the posterior, whole chains. */
static attain_status open_sample(attain_context *ctx, const attain_posterior *p, size_t stride,
                                 bool evidence, atn_sample *s, attain_error *err)
{
    s->posterior = *p;
    s->stride = stride;
    size_t n = p->n_draws / stride;
    if (n > p->n_chains) n -= n % p->n_chains;
    s->posterior.n_draws = n;
    s->posterior.blocks = ATN_NEW_ARRAY(ctx, atn_block, p->n_blocks);
    if (!s->posterior.blocks) return atn_fail_nomem(err);
    s->evidence = ATN_NEW_ARRAY(ctx, atn_evidence, p->n_blocks);
    bool room = s->evidence != NULL;
    for (size_t b = 0; b < p->n_blocks; b++) {
        atn_block *block = &s->posterior.blocks[b];
        *block = p->blocks[b];
        block->which = ATN_NEW_ARRAY(ctx, uint32_t, n);
        block->row = ATN_NEW_ARRAY(ctx, uint32_t, n);
        room = room && block->which && block->row;
        for (size_t d = 0; room && d < n; d++) {
            block->which[d] = p->blocks[b].which[d * stride];
            block->row[d] = p->blocks[b].row[d * stride];
        }
    }
    if (!room) return atn_fail_nomem(err);
    attain_status status = atn_outcomes_open(ctx, &s->posterior, &s->run, err);
    for (size_t b = 0; b < p->n_blocks && status == ATTAIN_OK && evidence; b++)
        status = atn_evidence_create(ctx, &s->posterior, b, &s->evidence[b], err);
    return status;
}

/* ---- places -----------------------------------------------------------------------------------
 */

static void mark_blocks(const atn_inquest *q, size_t goal, bool *blocks)
{
    const atn_goal *g = &q->study->goals[goal];
    if (g->form == ATN_GOAL_SINGLE) {
        blocks[q->all.posterior.block_of_series[g->series]] = true;
        return;
    }
    for (size_t m = 0; m < g->n_members; m++) mark_blocks(q, g->members[m], blocks);
}

static attain_status list_places(atn_inquest *q, attain_error *err)
{
    atn_why *why = q->why;
    const atn_run *run = &q->all.run;
    why->n_places = run->n_outcomes;
    why->places = ATN_NEW_ARRAY(q->ctx, atn_why_place, why->n_places);
    why->spreads = ATN_NEW_ARRAY(q->ctx, atn_spread, why->n_places);
    if (!why->places || !why->spreads) return atn_fail_nomem(err);
    for (size_t g = 0; g < q->study->n_goals; g++) {
        const atn_goal_layout *layout = &run->goals[g];
        for (size_t k = 0; k < layout->n_counted; k++) { /* not over all of them */
            for (size_t j = 0; j < layout->n_plans; j++) {
                atn_why_place *place =
                    &why->places[layout->first_outcome + k * layout->n_plans + j];
                *place = (atn_why_place){.goal = g, .definition = k, .reading = j};
                place->blocks = ATN_NEW_ARRAY(q->ctx, bool, why->n_blocks);
                if (!place->blocks) return atn_fail_nomem(err);
                mark_blocks(q, g, place->blocks);
            }
        }
    }
    return ATTAIN_OK;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static void free_influences(attain_context *ctx, atn_influence *list, size_t n)
{
    for (size_t k = 0; list && k < n; k++) {
        const atn_influence *i = &list[k];
        const void *const owned[] = {i->reports, i->blocks, i->plain_k, i->how, i->k, i->changes};
        for (size_t o = 0; o < sizeof owned / sizeof *owned; o++) atn_free(ctx, owned[o]);
    }
    atn_free(ctx, list);
}

void atn_why_free(attain_context *ctx, atn_why *why)
{
    if (!why) return;
    for (size_t p = 0; why->places && p < why->n_places; p++) atn_free(ctx, why->places[p].blocks);
    free_influences(ctx, why->influences, why->n_influences);
    free_influences(ctx, why->sources, why->n_sources);
    for (size_t k = 0; k < why->n_parameters; k++) atn_free(ctx, why->parameters[k].name);
    atn_free(ctx, why->places);
    atn_free(ctx, why->influence_of);
    atn_free(ctx, why->spreads);
    atn_free(ctx, why->parameters);
    attain_diagnostics_free(why->contradictions);
    atn_free(ctx, why);
}

static attain_status explain(atn_inquest *q, size_t n_few, attain_error *err)
{
    const attain_posterior *p = q->projection->posterior;
    const size_t first = (p->n_draws + MOST_DRAWS - 1) / MOST_DRAWS;
    attain_status status = open_sample(q->ctx, p, first, true, &q->all, err);
    if (status != ATTAIN_OK) return status;
    const size_t n = q->all.posterior.n_draws, ratio = n > n_few ? n / n_few : 1;
    q->why->n_blocks = p->n_blocks;
    q->why->draws = n;
    q->x = ATN_NEW_ARRAY(q->ctx, double, 4 * n);
    if (!q->x) return atn_fail_nomem(err);
    status = list_places(q, err);
    if (status == ATTAIN_OK) status = open_sample(q->ctx, p, first * ratio, false, &q->few, err);
    q->why->moved_draws = q->few.posterior.n_draws;
    q->why->threshold = q->all.evidence[0].threshold;
    if (status != ATTAIN_OK) return status;
    q->why->moved_threshold = atn_pareto_threshold(2 * q->few.posterior.n_draws);
    atn_next_work *next = NULL;
    status = atn_next_open(q, &next, err);
    const atn_variant variant = {.seed = p->seed,
                                 .scatter_seed = p->seed,
                                 .stride = first,
                                 .seen = atn_next_seen,
                                 .user = next};
    if (status == ATTAIN_OK)
        status = atn_outcomes_read(&q->all.run, &q->all.posterior, &variant, err);
    if (status == ATTAIN_OK) status = atn_find_parts(q, err);
    if (status == ATTAIN_OK) status = atn_find_influences(q, err);
    if (status == ATTAIN_OK) status = atn_find_sensitivity(q, err);
    if (status == ATTAIN_OK) status = atn_find_next(q, next, err);
    atn_next_free(q->ctx, next);
    if (status == ATTAIN_OK)
        status = attain_diagnostics_create(q->ctx, &q->why->contradictions, err);
    if (status == ATTAIN_OK) status = attain_study_check(q->study, q->why->contradictions, err);
    return status;
}

attain_status attain_why_run(attain_context *context, attain_projection *projection,
                             const attain_why_settings *settings, attain_error *err)
{
    return atn_why_explain(context, projection, settings, false, err);
}

attain_status atn_why_explain(attain_context *context, attain_projection *projection,
                              const attain_why_settings *settings, bool refit_all,
                              attain_error *err)
{
    attain_why_settings defaults;
    atn_error_clear(err);
    if (!context || !projection)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context and projection are needed");
    attain_why_settings_init(&defaults);
    if (!settings) settings = &defaults;
    attain_status status = check_settings(settings, err);
    if (status != ATTAIN_OK) return status;
    atn_why_free(projection->ctx, projection->why);
    projection->why = NULL;
    const attain_study *study = projection->posterior->study;
    const long refits = settings->refits >= 0 ? settings->refits : study->fit.refits;
    atn_inquest q = {.ctx = context,
                     .projection = projection,
                     .study = study,
                     .why = ATN_NEW(context, atn_why),
                     .refits = (size_t)refits,
                     .refit_all = refit_all};
    if (!q.why) return atn_fail_nomem(err);
    status = explain(&q, settings->draws ? (size_t)settings->draws : FEW_DRAWS, err);
    close_sample(context, &q.few);
    close_sample(context, &q.all);
    atn_free(context, q.x);
    if (status == ATTAIN_OK)
        projection->why = q.why;
    else
        atn_why_free(context, q.why);
    return status;
}
