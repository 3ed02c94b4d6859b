/* How parameters and goals' quantities follow the power of prior and likelihood: parameters on the
 * whole line, quantities as their parts are taken (logs under a log link), since a long tail would
 * have the distance rest on its last draws. */
#include <math.h>
#include <string.h>

#include "stats/power_scaling.h"
#include "why_internal.h"

enum { PRIOR, LIKELIHOOD, N_SIDES };

typedef struct scaling {
    atn_inquest *q;
    double *weight[N_SIDES][2]; /* n of all: at the lower and the higher power */
    double k[N_SIDES];          /* worst of the two */
    double *x, *w, *work;       /* n, n, 2 n */
} scaling;

/* Weights of the block's draws for the prior or the likelihood raised to a power. */
static attain_status weigh(scaling *s, size_t b, int side, int high, attain_error *err)
{
    const atn_evidence *e = &s->q->all.evidence[b];
    const double power = (high ? ATN_POWER_HIGH : ATN_POWER_LOW) - 1.0;
    double *weight = s->weight[side][high], k;
    for (size_t d = 0; d < e->n_draws; d++) {
        double sum = side == PRIOR ? e->log_prior[d] : 0.0;
        for (size_t r = 0; side == LIKELIHOOD && r < e->n_reports; r++)
            sum += e->log_likelihood[r * e->n_draws + d];
        weight[d] = power * sum;
    }
    const attain_status status = atn_evidence_smooth(e, NULL, weight, &k, err);
    if (status != ATTAIN_OK) return status;
    for (size_t d = 0; d < e->n_draws; d++) weight[d] = exp(weight[d]);
    if (!high || !(k <= s->k[side])) s->k[side] = k;
    if (!atn_block_confirmed(e->posterior, b)) s->k[side] = NAN;
    return ATTAIN_OK;
}

/* x: the quantity in n of the draws, `draw` which (NULL: all in order). */
static atn_sensitivity sensitivity_of(const scaling *s, const double *x, const size_t *draw,
                                      size_t n)
{
    double found[N_SIDES];
    for (int side = 0; side < N_SIDES; side++) {
        double at[2];
        for (int high = 0; high < 2; high++) {
            double total = 0.0;
            for (size_t i = 0; i < n; i++) total += s->weight[side][high][draw ? draw[i] : i];
            for (size_t i = 0; i < n; i++)
                s->w[i] = s->weight[side][high][draw ? draw[i] : i] / total;
            at[high] = atn_cumulative_distance(x, s->w, n, s->work);
        }
        found[side] =
            s->k[side] <= s->q->why->threshold ? atn_power_sensitivity(at[0], at[1]) : (double)NAN;
    }
    return (atn_sensitivity){.prior = found[PRIOR], .likelihood = found[LIKELIHOOD]};
}

static size_t find_name(const atn_model *model, const char *name)
{
    for (size_t k = 0; k < atn_model_n_parameters(model); k++)
        if (strcmp(atn_model_name(model, k), name) == 0) return k;
    return ATN_NONE;
}

static bool seen_before(const atn_block *block, size_t c, const char *name)
{
    for (size_t k = 0; k < c; k++)
        if (find_name(block->candidates[k].model, name) != ATN_NONE) return true;
    return false;
}

static attain_status add_parameter(scaling *s, size_t b, const char *name, size_t *draw,
                                   attain_error *err)
{
    const attain_posterior *p = &s->q->all.posterior;
    const atn_block *block = &p->blocks[b];
    size_t n = 0;
    for (size_t d = 0; d < p->n_draws; d++) {
        const size_t k = find_name(block->candidates[block->which[d]].model, name);
        const atn_model *model;
        if (k == ATN_NONE) continue;
        const double at = atn_posterior_theta(p, b, d, &model)[k];
        const atn_transform transform = atn_transform_of(atn_model_prior(model, k));
        s->x[n] = atn_transform_inverse(&transform, at);
        draw[n++] = d;
    }
    atn_why_parameter *parameter = &s->q->why->parameters[s->q->why->n_parameters];
    parameter->name = atn_strdup(s->q->ctx, name);
    if (!parameter->name) return atn_fail_nomem(err);
    s->q->why->n_parameters++;
    parameter->sensitivity = sensitivity_of(s, s->x, draw, n);
    return ATTAIN_OK;
}

static attain_status find_block(scaling *s, size_t b, size_t *draw, attain_error *err)
{
    atn_inquest *q = s->q;
    const atn_block *block = &q->all.posterior.blocks[b];
    attain_status status = ATTAIN_OK;
    for (int side = 0; side < N_SIDES; side++)
        for (int high = 0; high < 2 && status == ATTAIN_OK; high++)
            status = weigh(s, b, side, high, err);
    for (size_t c = 0; c < block->n_candidates; c++) {
        const atn_model *model = block->candidates[c].model;
        for (size_t k = 0; k < atn_model_n_parameters(model) && status == ATTAIN_OK; k++)
            if (!seen_before(block, c, atn_model_name(model, k)))
                status = add_parameter(s, b, atn_model_name(model, k), draw, err);
    }
    for (size_t p = 0; p < q->why->n_places && status == ATTAIN_OK; p++) {
        atn_spread *spread = &q->why->spreads[p];
        const atn_goal *goal = &q->study->goals[q->why->places[p].goal];
        if (!spread->told || q->all.posterior.block_of_series[goal->series] != b) continue;
        const double *best = atn_sample_best(&q->all, p);
        const size_t n = q->all.posterior.n_draws;
        for (size_t d = 0; d < n; d++) s->x[d] = spread->logs ? log(best[d]) : best[d];
        spread->sensitivity = sensitivity_of(s, s->x, NULL, n);
    }
    return status;
}

static size_t count_parameters(const attain_posterior *p)
{
    size_t n = 0;
    for (size_t b = 0; b < p->n_blocks; b++)
        for (size_t c = 0; c < p->blocks[b].n_candidates; c++)
            n += atn_model_n_parameters(p->blocks[b].candidates[c].model);
    return n;
}

attain_status atn_find_sensitivity(atn_inquest *q, attain_error *err)
{
    scaling s = {.q = q};
    const size_t n = q->all.posterior.n_draws;
    double *block = atn_alloc_array(q->ctx, 2 * N_SIDES + 4, n * sizeof(double));
    size_t *draw = ATN_NEW_ARRAY(q->ctx, size_t, n);
    q->why->parameters =
        ATN_NEW_ARRAY(q->ctx, atn_why_parameter, count_parameters(&q->all.posterior));
    attain_status status = block && draw && q->why->parameters ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        double *at = block;
        for (int side = 0; side < N_SIDES; side++)
            for (int high = 0; high < 2; high++, at += n) s.weight[side][high] = at;
        s.x = at;
        s.w = at + n;
        s.work = at + 2 * n;
    }
    for (size_t b = 0; b < q->why->n_blocks && status == ATTAIN_OK; b++)
        status = find_block(&s, b, draw, err);
    atn_free(q->ctx, block);
    atn_free(q->ctx, draw);
    return status;
}
