/* Each goal's probability without each report (METHODS section 5). */
#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "why_internal.h"

enum { BATCHES = 50 };

typedef struct leaving {
    atn_inquest *q;
    atn_influence *influence;
    attain_study study;     /* the study with the group's reports not used */
    atn_report *reports;    /* its */
    bool *without;          /* n_reports: of one block's model */
    double **weight;        /* n_blocks: weights (not logs) of all, or of few where moved */
    atn_block *own;         /* n_blocks: moved or refitted */
    attain_posterior variant;
    bool *series;           /* to be read again */
    double *reported[2];    /* n_steps each */
} leaving;

/* ---- groups ---------------------------------------------------------------------------------- */

static bool same_release(const atn_report *a, const atn_report *b)
{
    return a->release_text && b->release_text && *a->release_text &&
           strcmp(a->release_text, b->release_text) == 0;
}

/* Reports go with those of their release; repetitions with what they repeat, so that they do not
 * step in for it. */
static size_t leader_of(const attain_study *study, size_t r)
{
    const atn_report *report = &study->reports[r];
    if (report->duplicate_of != ATN_NONE) return leader_of(study, report->duplicate_of);
    for (size_t q = 0; q < r; q++)
        if (study->reports[q].used && same_release(&study->reports[q], report)) return q;
    return r;
}

static attain_status make_influence(atn_inquest *q, atn_influence *i, attain_error *err)
{
    const size_t n_blocks = q->why->n_blocks;
    i->reports = ATN_NEW_ARRAY(q->ctx, size_t, q->study->n_reports);
    i->blocks = ATN_NEW_ARRAY(q->ctx, bool, n_blocks);
    i->plain_k = ATN_NEW_ARRAY(q->ctx, double, n_blocks);
    i->how = ATN_NEW_ARRAY(q->ctx, atn_left_out, n_blocks);
    i->k = ATN_NEW_ARRAY(q->ctx, double, n_blocks);
    i->changes = ATN_NEW_ARRAY(q->ctx, atn_change, q->why->n_places);
    return i->reports && i->blocks && i->plain_k && i->how && i->k && i->changes
               ? ATTAIN_OK
               : atn_fail_nomem(err);
}

static attain_status make_groups(atn_inquest *q, attain_error *err)
{
    const attain_study *study = q->study;
    atn_why *why = q->why;
    why->influence_of = ATN_NEW_ARRAY(q->ctx, size_t, study->n_reports);
    why->influences = ATN_NEW_ARRAY(q->ctx, atn_influence, study->n_reports);
    if (!why->influence_of || !why->influences) return atn_fail_nomem(err);
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        why->influence_of[r] = ATN_NONE;
        const bool repeats = report->duplicate_of != ATN_NONE && report->published <= study->as_of;
        if (!report->used && !repeats) continue;
        const size_t leader = leader_of(study, r);
        const size_t group = leader == r ? why->n_influences : why->influence_of[leader];
        if (group == ATN_NONE) continue;
        atn_influence *i = &why->influences[group];
        if (leader == r) {
            why->n_influences++;
            const attain_status status = make_influence(q, i, err);
            if (status != ATTAIN_OK) return status;
        }
        why->influence_of[r] = group;
        i->reports[i->n_reports++] = r;
        if (report->used) i->blocks[q->all.posterior.block_of_series[report->series]] = true;
    }
    return ATTAIN_OK;
}

/* ---- one group ------------------------------------------------------------------------------- */

static void flag_reports(leaving *l, size_t block)
{
    const atn_model *model = l->q->all.posterior.blocks[block].candidates[0].model;
    for (size_t r = 0; r < atn_model_n_reports(model); r++) {
        l->without[r] = false;
        for (size_t k = 0; k < l->influence->n_reports; k++)
            l->without[r] |= atn_model_report(model, r) == l->influence->reports[k];
    }
}

static void to_weights(double *log_weight, size_t n)
{
    for (size_t d = 0; d < n; d++) log_weight[d] = exp(log_weight[d]);
}

/* Weights on the draws as they are, else on moved ones. */
static attain_status leave_block(leaving *l, size_t b, attain_error *err)
{
    atn_inquest *q = l->q;
    atn_influence *i = l->influence;
    flag_reports(l, b);
    l->weight[b] = ATN_NEW_ARRAY(q->ctx, double, q->all.posterior.n_draws);
    if (!l->weight[b]) return atn_fail_nomem(err);
    attain_status status =
        atn_leave_out_weigh(&q->all.evidence[b], l->without, l->weight[b], &i->plain_k[b], err);
    if (status != ATTAIN_OK) return status;
    i->k[b] = i->plain_k[b];
    i->how[b] = i->k[b] <= q->why->threshold ? ATN_BY_WEIGHTS : ATN_NOT_TOLD;
    if (i->how[b] == ATN_NOT_TOLD) {
        double k;
        status = atn_leave_out_move(&q->all.evidence[b], l->without, q->few.stride / q->all.stride,
                                    q->few.posterior.n_draws, &l->own[b], l->weight[b], &k, err);
        if (status != ATTAIN_OK) return status;
        if (k <= q->why->moved_threshold) i->how[b] = ATN_BY_MOVING;
        if (!isnan(k))
            i->k[b] = k;
        else /* there is no map: a guess at how much the report matters is all that is left */
            status = atn_leave_out_weigh(&q->all.evidence[b], l->without, l->weight[b], &k, err);
        if (status != ATTAIN_OK) return status;
    }
    to_weights(l->weight[b], q->all.posterior.n_draws);
    return ATTAIN_OK;
}

static void open_study(leaving *l)
{
    const attain_study *study = l->q->study;
    l->study = *study;
    memcpy(l->reports, study->reports, study->n_reports * sizeof *l->reports);
    for (size_t k = 0; k < l->influence->n_reports; k++)
        l->reports[l->influence->reports[k]].used = false;
    l->study.reports = l->reports;
}

/* Whether a past step that a goal of this series reads off a report is another without the group. */
static bool steps_change(leaving *l, size_t series)
{
    const attain_study *study = l->q->study;
    const atn_run *run = &l->q->all.run;
    for (size_t p = 0; p < l->q->why->n_places; p++) {
        const atn_why_place *place = &l->q->why->places[p];
        const atn_goal *goal = &study->goals[place->goal];
        if (goal->form != ATN_GOAL_SINGLE || goal->series != series || place->reading > 0) continue;
        const size_t definition =
            run->projection->goals[place->goal].definitions[place->definition].definition;
        atn_reported_steps(study, series, definition, l->reported[0]);
        atn_reported_steps(&l->study, series, definition, l->reported[1]);
        for (size_t t = atn_place_plan(run, place)->spec.start; t < study->n_steps; t++) {
            const bool one = isnan(l->reported[0][t]), other = isnan(l->reported[1][t]);
            if (one != other || (!one && fabs(l->reported[0][t] - l->reported[1][t]) > 0))
                return true;
        }
    }
    return false;
}

/* Marks the series whose paths differ: those of moved and refitted blocks, and those with other
 * reported steps. */
static bool mark_series(leaving *l)
{
    const attain_posterior *p = &l->q->all.posterior;
    bool any = false;
    for (size_t s = 0; s < l->study.n_series; s++) {
        const size_t b = p->block_of_series[s];
        bool has_goal = false;
        for (size_t g = 0; g < l->study.n_goals; g++)
            has_goal |= l->study.goals[g].form == ATN_GOAL_SINGLE && l->study.goals[g].series == s;
        l->series[s] = has_goal && l->influence->blocks[b] &&
                       (l->own[b].candidates || steps_change(l, s));
        any |= l->series[s];
    }
    return any;
}

/* Outcomes of `sample` as they are without the group into `run`. */
static attain_status read_variant(leaving *l, const atn_sample *sample, atn_run *run,
                                  attain_error *err)
{
    const size_t n_blocks = l->q->why->n_blocks;
    atn_block *blocks = ATN_NEW_ARRAY(l->q->ctx, atn_block, n_blocks);
    if (!blocks) return atn_fail_nomem(err);
    for (size_t b = 0; b < n_blocks; b++)
        blocks[b] = l->own[b].candidates ? l->own[b] : sample->posterior.blocks[b];
    l->variant = sample->posterior;
    l->variant.blocks = blocks;
    l->variant.study = &l->study;
    const atn_future future = {.seed = l->variant.seed,
                               .scatter_seed = l->variant.seed,
                               .stride = sample->stride,
                               .series = l->series};
    const attain_status status = atn_outcomes_read(run, &l->variant, &future, err);
    atn_free(l->q->ctx, blocks);
    return status;
}

/* Standard error of a mean from means of batches in the draws' order, so that the memory of chains
 * counts. */
static double batch_error(const double *x, size_t n)
{
    const size_t batches = n < 4 * BATCHES ? n / 4 : BATCHES;
    double means[BATCHES];
    if (batches < 2) return NAN;
    for (size_t k = 0; k < batches; k++) {
        const size_t from = k * n / batches, to = (k + 1) * n / batches;
        means[k] = atn_mean(x + from, to - from);
    }
    return atn_sd(means, batches) / sqrt((double)batches);
}

/* What each draw is worth before and after; `before` holds the draws of all. */
typedef struct comparison {
    const double *before, *after;
    const double *const *weight; /* factors of the draws' weights */
    size_t n_weights, n, stride; /* stride: of `before` */
    enum { REACHED_BY, PLAIN, LOGS } what;
    double deadline;
    bool paired;
} comparison;

static double worth(const comparison *c, const double *values, size_t i)
{
    if (c->what == REACHED_BY) return values[i] <= c->deadline ? 1.0 : 0.0;
    return c->what == LOGS ? log(values[i]) : values[i];
}

/* The change of a mean with its Monte Carlo error, by the delta method:
 * d_i = n w_i (x'_i - m') - (x_i - m). */
static void compare(const comparison *c, double *work, double *change, double *mcse)
{
    double total = 0.0, squares = 0.0, m = 0.0, after = 0.0;
    const double n = (double)c->n;
    double *weight = work, *own = work + c->n, *other = own + c->n;
    for (size_t d = 0; d < c->n; d++) {
        weight[d] = 1.0;
        for (size_t k = 0; k < c->n_weights; k++) weight[d] *= c->weight[k][d];
        total += weight[d];
    }
    for (size_t d = 0; d < c->n; d++) {
        weight[d] /= total;
        squares += weight[d] * weight[d];
        m += worth(c, c->before, d * c->stride) / n;
        after += weight[d] > 0 ? weight[d] * worth(c, c->after, d) : 0.0;
    }
    for (size_t d = 0; d < c->n; d++) {
        other[d] = worth(c, c->before, d * c->stride) - m;
        own[d] = weight[d] > 0 ? n * weight[d] * (worth(c, c->after, d) - after) : 0.0;
        if (c->paired) own[d] -= other[d];
    }
    *change = after - m;
    *mcse = batch_error(own, c->n);
    if (!c->paired) *mcse = hypot(*mcse, batch_error(other, c->n));
    /* no draw, or every draw: as for the probability itself */
    if (c->what == REACHED_BY && !(after > 0 && after < 1)) *mcse = fmax(*mcse, 0.5 * squares);
}

/* The least sure of the ways that an answer rests on, and the worst k. */
static atn_change rests_on(const leaving *l, const atn_why_place *place, bool *any)
{
    atn_change c = {.k = NAN};
    *any = false;
    for (size_t b = 0; b < l->q->why->n_blocks; b++) {
        if (!place->blocks[b] || !l->influence->blocks[b]) continue;
        *any = true;
        if (l->influence->how[b] > c.how) c.how = l->influence->how[b];
        if (l->influence->how[b] != ATN_BY_REFIT && !(l->influence->k[b] <= c.k))
            c.k = l->influence->k[b];
    }
    return c;
}

/* Weights of the draws that an outcome rests on, block by block. */
static size_t weights_of(const leaving *l, const atn_why_place *place, const double **weights)
{
    size_t n = 0;
    for (size_t b = 0; b < l->q->why->n_blocks; b++)
        if (place->blocks[b] && l->influence->blocks[b] && l->influence->how[b] != ATN_BY_REFIT)
            weights[n++] = l->weight[b];
    return n;
}

/* Where some blocks are moved, the others' weights are those of the few draws as well. */
static void thin_weights(leaving *l)
{
    const atn_inquest *q = l->q;
    const size_t ratio = q->few.stride / q->all.stride;
    for (size_t b = 0; b < q->why->n_blocks; b++)
        for (size_t d = 0; l->weight[b] && !l->own[b].candidates && d < q->few.posterior.n_draws; d++)
            l->weight[b][d] = l->weight[b][d * ratio];
}

static attain_status compare_all(leaving *l, const atn_run *after, const atn_sample *sample,
                                 bool paired, attain_error *err)
{
    atn_inquest *q = l->q;
    const double **weights = ATN_NEW_ARRAY(q->ctx, const double *, q->why->n_blocks);
    if (!weights) return atn_fail_nomem(err);
    const size_t ratio = sample->stride / q->all.stride;
    for (size_t p = 0; p < q->why->n_places; p++) {
        const atn_why_place *place = &q->why->places[p];
        bool any;
        const atn_change kept = rests_on(l, place, &any);
        if (!any) continue;
        atn_change *change = &l->influence->changes[p];
        *change = kept;
        comparison c = {.before = atn_sample_reached(&q->all, p),
                        .after = after->reached + p * after->padded,
                        .weight = weights,
                        .n_weights = weights_of(l, place, weights),
                        .n = sample->posterior.n_draws,
                        .stride = ratio,
                        .deadline = (double)atn_place_plan(&q->all.run, place)->spec.deadline,
                        .paired = paired};
        compare(&c, q->x, &change->change, &change->mcse);
        change->shift = change->shift_mcse = NAN;
        if (!q->why->spreads[p].told) continue;
        c.before = atn_sample_best(&q->all, p);
        c.after = after->best + p * after->padded;
        c.what = q->why->spreads[p].logs ? LOGS : PLAIN;
        compare(&c, q->x, &change->shift, &change->shift_mcse);
    }
    atn_free(q->ctx, weights);
    return ATTAIN_OK;
}

/* Outcomes of the few draws as they are: the point from which variants start. */
static void restore_few(atn_inquest *q)
{
    const size_t ratio = q->few.stride / q->all.stride, n = q->few.posterior.n_draws;
    atn_run *run = &q->few.run;
    for (size_t p = 0; p < q->why->n_places; p++) {
        const double *reached = atn_sample_reached(&q->all, p);
        const double *best = atn_sample_best(&q->all, p);
        for (size_t d = 0; d < run->padded; d++) {
            run->reached[p * run->padded + d] = reached[(d < n ? d : n - 1) * ratio];
            run->best[p * run->padded + d] = best[(d < n ? d : n - 1) * ratio];
        }
    }
}

static attain_status leave_group(leaving *l, attain_error *err)
{
    atn_inquest *q = l->q;
    attain_status status = ATTAIN_OK;
    open_study(l);
    for (size_t b = 0; b < q->why->n_blocks && status == ATTAIN_OK; b++)
        if (l->influence->blocks[b]) status = leave_block(l, b, err);
    if (status != ATTAIN_OK) return status;
    if (!mark_series(l)) return compare_all(l, &q->all.run, &q->all, true, err);
    restore_few(q);
    thin_weights(l);
    status = read_variant(l, &q->few, &q->few.run, err);
    if (status == ATTAIN_ERR_NUMERIC) { /* a moved draw has no path: its block cannot be told */
        atn_error_clear(err);
        for (size_t b = 0; b < q->why->n_blocks; b++)
            if (l->own[b].candidates) l->influence->how[b] = ATN_NOT_TOLD;
        status = ATTAIN_OK;
    }
    return status == ATTAIN_OK ? compare_all(l, &q->few.run, &q->few, true, err) : status;
}

static void close_group(leaving *l)
{
    for (size_t b = 0; b < l->q->why->n_blocks; b++) {
        if (l->weight) atn_free(l->q->ctx, l->weight[b]);
        if (l->weight) l->weight[b] = NULL;
        if (l->own && l->own[b].candidates)
            atn_block_free(l->q->ctx, &l->q->all.posterior, b, &l->own[b]);
    }
}

/* ---- refits ---------------------------------------------------------------------------------- */

static bool untold(const atn_why *why, const atn_influence *i)
{
    for (size_t b = 0; b < why->n_blocks; b++)
        if (i->blocks[b] && i->how[b] == ATN_NOT_TOLD) return true;
    return false;
}

/* The group that seems to move some goal the most, among those not told; seeming, since these very
 * numbers are not to be relied on. */
static atn_influence *worst_untold(const atn_why *why)
{
    atn_influence *worst = NULL;
    double most = -1.0;
    for (size_t k = 0; k < why->n_influences; k++) {
        atn_influence *i = &why->influences[k];
        double size = 0.0;
        for (size_t p = 0; p < why->n_places; p++) size = fmax(size, fabs(i->changes[p].change));
        if (!untold(why, i) || i->tried || !(size > most)) continue;
        most = size;
        worst = i;
    }
    return worst;
}

static attain_status refit_group(leaving *l, attain_error *err)
{
    atn_inquest *q = l->q;
    attain_status status = ATTAIN_OK;
    open_study(l);
    l->influence->tried = true;
    for (size_t b = 0; b < q->why->n_blocks && status == ATTAIN_OK; b++)
        if (l->influence->blocks[b])
            status = atn_leave_out_refit(q->ctx, &q->all.posterior, b, &l->study, &l->own[b], err);
    if (status == ATTAIN_ERR_NUMERIC) { /* no fit without it */
        atn_error_clear(err);
        return ATTAIN_OK;
    }
    if (status != ATTAIN_OK) return status;
    for (size_t b = 0; b < q->why->n_blocks; b++) {
        if (!l->influence->blocks[b]) continue;
        l->influence->how[b] = ATN_BY_REFIT;
        l->influence->k[b] = NAN;
    }
    (void)mark_series(l);
    atn_run whole, *run = &whole;
    status = atn_outcomes_open(q->ctx, &q->all.posterior, run, err);
    if (status != ATTAIN_OK) return status;
    memcpy(run->reached, q->all.run.reached, run->n_outcomes * run->padded * sizeof *run->reached);
    memcpy(run->best, q->all.run.best, run->n_outcomes * run->padded * sizeof *run->best);
    status = read_variant(l, &q->all, run, err);
    if (status == ATTAIN_OK) status = compare_all(l, run, &q->all, false, err);
    atn_outcomes_close(run);
    if (status == ATTAIN_OK) q->why->refits++;
    return status;
}

/* What is not to be relied on is not told at all. */
static void hush(atn_why *why)
{
    for (size_t k = 0; k < why->n_influences; k++)
        for (size_t p = 0; p < why->n_places; p++) {
            atn_change *c = &why->influences[k].changes[p];
            if (c->how == ATN_NOT_TOLD) c->change = c->mcse = c->shift = c->shift_mcse = NAN;
        }
}

static attain_status open_leaving(leaving *l, attain_error *err)
{
    attain_context *ctx = l->q->ctx;
    const attain_study *study = l->q->study;
    const size_t n_blocks = l->q->why->n_blocks;
    l->reports = ATN_NEW_ARRAY(ctx, atn_report, study->n_reports);
    l->without = ATN_NEW_ARRAY(ctx, bool, study->n_reports);
    l->weight = ATN_NEW_ARRAY(ctx, double *, n_blocks);
    l->own = ATN_NEW_ARRAY(ctx, atn_block, n_blocks);
    l->series = ATN_NEW_ARRAY(ctx, bool, study->n_series);
    l->reported[0] = ATN_NEW_ARRAY(ctx, double, 2 * study->n_steps);
    l->reported[1] = l->reported[0] ? l->reported[0] + study->n_steps : NULL;
    return l->reports && l->without && l->weight && l->own && l->series && l->reported[0]
               ? ATTAIN_OK
               : atn_fail_nomem(err);
}

static void close_leaving(leaving *l)
{
    close_group(l);
    const void *const owned[] = {l->reports, l->without, l->weight, l->own, l->series,
                                 l->reported[0]};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) atn_free(l->q->ctx, owned[i]);
}

attain_status atn_find_influences(atn_inquest *q, attain_error *err)
{
    leaving l = {.q = q};
    attain_status status = open_leaving(&l, err);
    if (status == ATTAIN_OK) status = make_groups(q, err);
    for (size_t k = 0; status == ATTAIN_OK && k < q->why->n_influences; k++) {
        l.influence = &q->why->influences[k];
        status = leave_group(&l, err);
        close_group(&l);
        if (status == ATTAIN_OK)
            status = atn_poll(q->ctx, "explain", (double)(k + 1) / (double)q->why->n_influences, err);
    }
    for (size_t k = 0; status == ATTAIN_OK && q->refit_all && k < q->why->n_influences; k++) {
        l.influence = &q->why->influences[k];
        status = refit_group(&l, err);
        close_group(&l);
    }
    while (status == ATTAIN_OK && q->why->refits < q->refits) {
        l.influence = worst_untold(q->why);
        if (!l.influence) break;
        status = refit_group(&l, err);
        close_group(&l);
    }
    if (status == ATTAIN_OK) hush(q->why);
    close_leaving(&l);
    return status;
}
