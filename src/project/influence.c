/* Each goal's probability without each report (METHODS section 5). */
#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "why_internal.h"

enum { BATCHES = 50 };
/* Up to here weights have a variance, and an error that can be told from them. */
static const double GOOD_K = 0.5;

typedef struct leaving {
    atn_inquest *q;
    atn_influence *influence;
    attain_study study;  /* the study with the group's reports not used */
    atn_report *reports; /* its */
    bool *without;       /* n_reports: of one block's model */
    double **weight;     /* n_blocks: weights (not logs) of all draws as they are */
    double **mixed;      /* n_blocks: where moved, of the few as they are, then moved */
    atn_block *own;      /* n_blocks: moved or refitted */
    attain_posterior variant;
    bool *moved, *stepped, *series; /* n_series: whose draws, whose reported steps differ; either */
    double *plain;                  /* outcomes of the few as they are: reached, then best */
    double *reported[2];            /* n_steps each */
} leaving;

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

/* Weights on the draws as they are, else, or where these rest on few of them, on moved ones too. */
static attain_status leave_block(leaving *l, size_t b, attain_error *err)
{
    atn_inquest *q = l->q;
    atn_influence *i = l->influence;
    const size_t n = q->all.posterior.n_draws, few = q->few.posterior.n_draws;
    const atn_evidence *e = &q->all.evidence[b];
    if (!atn_block_confirmed(&q->all.posterior, b)) {
        i->how[b] = ATN_NOT_TOLD;
        i->plain_k[b] = i->k[b] = NAN;
        return ATTAIN_OK;
    }
    flag_reports(l, b);
    l->weight[b] = ATN_NEW_ARRAY(q->ctx, double, n);
    l->mixed[b] = ATN_NEW_ARRAY(q->ctx, double, 2 * few);
    if (!l->weight[b] || !l->mixed[b]) return atn_fail_nomem(err);
    attain_status status = atn_leave_out_weigh(e, l->without, l->weight[b], &i->plain_k[b], err);
    if (status != ATTAIN_OK) return status;
    to_weights(l->weight[b], n);
    i->k[b] = i->plain_k[b];
    i->how[b] = i->k[b] <= q->why->threshold ? ATN_BY_WEIGHTS : ATN_NOT_TOLD;
    if (i->k[b] <= GOOD_K) return ATTAIN_OK;
    double k;
    status = atn_leave_out_move(e, l->without, q->few.stride / q->all.stride, few, &l->own[b],
                                l->mixed[b], &k, err);
    if (status != ATTAIN_OK || isnan(k)) return status;
    if (i->how[b] == ATN_BY_WEIGHTS && !(k < i->k[b])) { /* no gain */
        atn_block_free(q->ctx, &q->all.posterior, b, &l->own[b]);
        return ATTAIN_OK;
    }
    to_weights(l->mixed[b], 2 * few);
    /* From draws among which few speak for what is left, a move may miss it and k not show it. */
    const double limit = i->how[b] == ATN_BY_WEIGHTS ? q->why->moved_threshold : GOOD_K;
    i->how[b] = k <= limit ? ATN_BY_MOVING : ATN_NOT_TOLD;
    i->k[b] = k;
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

/* Whether a past step that a goal of this series reads off a report is another without the group.
 */
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
        const bool spoken = has_goal && l->influence->blocks[b];
        l->moved[s] = spoken && l->own[b].candidates;
        l->stepped[s] = spoken && steps_change(l, s);
        l->series[s] = l->moved[s] || l->stepped[s];
        any |= l->series[s];
    }
    return any;
}

/* Outcomes of `sample` as they are without the group into `run`, by own blocks or by the sample's
 * own draws. */
static attain_status read_variant(leaving *l, const atn_sample *sample, bool own, atn_run *run,
                                  attain_error *err)
{
    const size_t n_blocks = l->q->why->n_blocks;
    atn_block *blocks = ATN_NEW_ARRAY(l->q->ctx, atn_block, n_blocks);
    if (!blocks) return atn_fail_nomem(err);
    for (size_t b = 0; b < n_blocks; b++)
        blocks[b] = own && l->own[b].candidates ? l->own[b] : sample->posterior.blocks[b];
    l->variant = sample->posterior;
    l->variant.blocks = blocks;
    l->variant.study = &l->study;
    const atn_variant variant = {.seed = l->variant.seed,
                                 .scatter_seed = l->variant.seed,
                                 .stride = sample->stride,
                                 .series = own ? l->series : l->stepped};
    const attain_status status = atn_outcomes_read(run, &l->variant, &variant, err);
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

/* A weight's factor: of draw d in state s it is w[s shift + d stride]. */
typedef struct factor {
    const double *w;
    size_t stride, shift;
} factor;

/* Values before and after of n draws; after in one or two states: as they are, moved. */
typedef struct comparison {
    const double *before, *after[2];
    size_t before_stride, after_stride[2];
    size_t n_states, n, n_factors;
    const factor *factors;
    enum { REACHED_BY, PLAIN, LOGS } what;
    double deadline;
    bool paired;
} comparison;

static double worth(const comparison *c, double value)
{
    if (c->what == REACHED_BY) return value <= c->deadline ? 1.0 : 0.0;
    return c->what == LOGS ? log(value) : value;
}

static double before_of(const comparison *c, size_t d)
{
    return worth(c, c->before[d * c->before_stride]);
}

static double after_of(const comparison *c, size_t s, size_t d)
{
    return worth(c, c->after[s][d * c->after_stride[s]]);
}

static double weight_of(const comparison *c, size_t s, size_t d)
{
    double w = 1.0;
    for (size_t k = 0; k < c->n_factors; k++)
        w *= c->factors[k].w[s * c->factors[k].shift + d * c->factors[k].stride];
    return w;
}

/* The change of a mean with its Monte Carlo error, by the delta method over draws, states of a draw
 * together: d_i = n sum_s w_is (x'_is - m') - (x_i - m). */
static void compare(const comparison *c, double *work, double *change, double *mcse)
{
    double total = 0.0, squares = 0.0, before = 0.0, after = 0.0;
    const double n = (double)c->n;
    double *own = work, *other = work + c->n;
    for (size_t d = 0; d < c->n; d++) {
        before += before_of(c, d) / n;
        for (size_t s = 0; s < c->n_states; s++) {
            const double w = weight_of(c, s, d);
            total += w;
            squares += w * w;
            after += w > 0 ? w * after_of(c, s, d) : 0.0;
        }
    }
    after /= total;
    for (size_t d = 0; d < c->n; d++) {
        other[d] = before_of(c, d) - before;
        own[d] = 0.0;
        for (size_t s = 0; s < c->n_states; s++) {
            const double w = weight_of(c, s, d) / total;
            own[d] += w > 0 ? n * w * (after_of(c, s, d) - after) : 0.0;
        }
        if (c->paired) own[d] -= other[d];
    }
    *change = after - before;
    *mcse = batch_error(own, c->n);
    if (!c->paired) *mcse = hypot(*mcse, batch_error(other, c->n));
    /* no draw, or every draw: as for the probability itself */
    if (c->what == REACHED_BY && !(after > 0 && after < 1))
        *mcse = fmax(*mcse, 0.5 * squares / (total * total));
}

/* The least sure of the ways that an answer rests on, and the worst k. */
static atn_effect rests_on(const leaving *l, const atn_why_place *place, bool *any)
{
    atn_effect c = {.k = NAN};
    size_t moved = 0;
    *any = false;
    for (size_t b = 0; b < l->q->why->n_blocks; b++) {
        if (!place->blocks[b] || !l->influence->blocks[b]) continue;
        *any = true;
        moved += l->own[b].candidates && l->influence->how[b] != ATN_BY_REFIT;
        if (l->influence->how[b] > c.how) c.how = l->influence->how[b];
        if (l->influence->how[b] != ATN_BY_REFIT && !(l->influence->k[b] <= c.k))
            c.k = l->influence->k[b];
    }
    if (moved > 1) c.how = ATN_NOT_TOLD; /* halves of two mixtures do not pair */
    return c;
}

/* Factors of an outcome's weights: of the draws as they are, stride-th of all; of the mixture where
 * its block was moved. */
static size_t factors_of(const leaving *l, const atn_why_place *place, size_t stride,
                         factor *factors)
{
    size_t n = 0;
    for (size_t b = 0; b < l->q->why->n_blocks; b++) {
        if (!place->blocks[b] || !l->influence->blocks[b]) continue;
        if (l->influence->how[b] == ATN_BY_REFIT || !l->weight[b]) continue;
        factors[n++] = l->own[b].candidates ? (factor){l->mixed[b], 1, l->q->few.posterior.n_draws}
                                            : (factor){l->weight[b], stride, 0};
    }
    return n;
}

static bool rests_on_series(const leaving *l, size_t goal, const bool *series)
{
    const atn_goal *g = &l->study.goals[goal];
    if (g->form == ATN_GOAL_SINGLE) return series[g->series];
    for (size_t m = 0; m < g->n_members; m++)
        if (rests_on_series(l, g->members[m], series)) return true;
    return false;
}

/* Where the values after stand: `refit` holds a whole new sample; else the few as they are and
 * moved where paths differ, else all with other weights. */
static void set_values(const leaving *l, size_t p, const atn_run *refit, bool best, comparison *c)
{
    const atn_inquest *q = l->q;
    const atn_sample *few = &q->few;
    const atn_why_place *place = &q->why->places[p];
    const size_t ratio = few->stride / q->all.stride, size = few->run.n_outcomes * few->run.padded;
    c->before = best ? atn_sample_best(&q->all, p) : atn_sample_reached(&q->all, p);
    c->before_stride = c->after_stride[0] = c->after_stride[1] = 1;
    c->n_states = 1;
    c->n = q->all.posterior.n_draws;
    c->paired = !refit;
    if (refit) {
        c->after[0] = (best ? refit->best : refit->reached) + p * refit->padded;
    } else if (!rests_on_series(l, place->goal, l->series)) {
        c->after[0] = c->before;
    } else {
        c->before_stride = ratio;
        c->n = few->posterior.n_draws;
        c->after[0] = l->plain + (best ? size : 0) + p * few->run.padded;
        c->after[1] = best ? atn_sample_best(few, p) : atn_sample_reached(few, p);
        if (rests_on_series(l, place->goal, l->moved)) c->n_states = 2;
    }
}

/* Under weights whose tail has the index k > 1/2 a mean of n draws errs as n^(k - 1), not as
 * n^(-1/2) (the law of stable sums): what the draws' own spread makes of the error falls short of
 * it by that. */
static double tail_factor(const comparison *c, double k)
{
    return k > 0.5 && k < 1.0 ? pow((double)(c->n * c->n_states), k - 0.5) : 1.0;
}

static attain_status compare_all(leaving *l, const atn_run *refit, attain_error *err)
{
    atn_inquest *q = l->q;
    factor *factors = ATN_NEW_ARRAY(q->ctx, factor, q->why->n_blocks);
    if (!factors) return atn_fail_nomem(err);
    for (size_t p = 0; p < q->why->n_places; p++) {
        const atn_why_place *place = &q->why->places[p];
        bool any;
        const atn_effect kept = rests_on(l, place, &any);
        if (!any) continue;
        atn_effect *change = &l->influence->changes[p];
        *change = kept;
        change->shift = change->shift_mcse = NAN;
        comparison c = {.factors = factors,
                        .deadline = (double)atn_place_plan(&q->all.run, place)->spec.deadline};
        set_values(l, p, refit, false, &c);
        c.n_factors = factors_of(l, place, c.before_stride, factors);
        compare(&c, q->x, &change->change, &change->mcse);
        change->mcse *= tail_factor(&c, change->k);
        if (!q->why->spreads[p].told) continue;
        set_values(l, p, refit, true, &c);
        c.what = q->why->spreads[p].logs ? LOGS : PLAIN;
        compare(&c, q->x, &change->shift, &change->shift_mcse);
        change->shift_mcse *= tail_factor(&c, change->k);
    }
    atn_free(q->ctx, factors);
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

static attain_status read_few(leaving *l, attain_error *err)
{
    atn_inquest *q = l->q;
    atn_run *run = &q->few.run;
    const size_t size = run->n_outcomes * run->padded;
    bool stepped = false;
    attain_status status = ATTAIN_OK;
    for (size_t s = 0; s < l->study.n_series; s++) stepped |= l->stepped[s];
    restore_few(q);
    if (stepped) status = read_variant(l, &q->few, false, run, err);
    memcpy(l->plain, run->reached, size * sizeof *l->plain);
    memcpy(l->plain + size, run->best, size * sizeof *l->plain);
    return status == ATTAIN_OK ? read_variant(l, &q->few, true, run, err) : status;
}

static attain_status leave_group(leaving *l, attain_error *err)
{
    atn_inquest *q = l->q;
    attain_status status = ATTAIN_OK;
    open_study(l);
    for (size_t b = 0; b < q->why->n_blocks && status == ATTAIN_OK; b++)
        if (l->influence->blocks[b]) status = leave_block(l, b, err);
    if (status == ATTAIN_OK && mark_series(l)) status = read_few(l, err);
    if (status == ATTAIN_ERR_NUMERIC) { /* a moved draw has no path: its block cannot be told */
        atn_error_clear(err);
        for (size_t b = 0; b < q->why->n_blocks; b++)
            if (l->own[b].candidates) l->influence->how[b] = ATN_NOT_TOLD;
        status = ATTAIN_OK;
    }
    return status == ATTAIN_OK ? compare_all(l, NULL, err) : status;
}

static void close_group(leaving *l)
{
    for (size_t b = 0; b < l->q->why->n_blocks; b++) {
        if (l->weight) atn_free(l->q->ctx, l->weight[b]);
        if (l->weight) l->weight[b] = NULL;
        if (l->mixed) atn_free(l->q->ctx, l->mixed[b]);
        if (l->mixed) l->mixed[b] = NULL;
        if (l->own && l->own[b].candidates)
            atn_block_free(l->q->ctx, &l->q->all.posterior, b, &l->own[b]);
    }
}

/* ---- refits ---------------------------------------------------------------------------------- */

/* Nothing is told of the group, and a fit without it would tell. */
static bool untold(const atn_why *why, const atn_influence *i)
{
    for (size_t b = 0; b < why->n_blocks; b++)
        if (i->blocks[b] && i->how[b] == ATN_NOT_TOLD) return !isnan(i->plain_k[b]);
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
    status = read_variant(l, &q->all, true, run, err);
    if (status == ATTAIN_OK) status = compare_all(l, run, err);
    atn_outcomes_close(run);
    if (status == ATTAIN_OK) q->why->refits++;
    return status;
}

/* What is not to be relied on is not told at all. */
static void hush(const atn_why *why, atn_influence *list, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t p = 0; p < why->n_places; p++) {
            atn_effect *c = &list[k].changes[p];
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
    l->mixed = ATN_NEW_ARRAY(ctx, double *, n_blocks);
    l->series = ATN_NEW_ARRAY(ctx, bool, 3 * study->n_series);
    l->moved = l->series ? l->series + study->n_series : NULL;
    l->stepped = l->series ? l->moved + study->n_series : NULL;
    l->plain = ATN_NEW_ARRAY(ctx, double, 2 * l->q->few.run.n_outcomes * l->q->few.run.padded);
    l->reported[0] = ATN_NEW_ARRAY(ctx, double, 2 * study->n_steps);
    l->reported[1] = l->reported[0] ? l->reported[0] + study->n_steps : NULL;
    return l->reports && l->without && l->weight && l->mixed && l->own && l->series && l->plain &&
                   l->reported[0]
               ? ATTAIN_OK
               : atn_fail_nomem(err);
}

static void close_leaving(leaving *l)
{
    close_group(l);
    const void *const owned[] = {l->reports, l->without, l->weight, l->mixed,
                                 l->own,     l->series,  l->plain,  l->reported[0]};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) atn_free(l->q->ctx, owned[i]);
}

attain_status atn_find_influences(atn_inquest *q, attain_error *err)
{
    leaving l = {.q = q};
    attain_status status = open_leaving(&l, err);
    if (status == ATTAIN_OK) status = atn_group_reports(q, err);
    if (status == ATTAIN_OK) status = atn_group_sources(q, err);
    const size_t n = q->why->n_influences, total = n + q->why->n_sources;
    for (size_t k = 0; status == ATTAIN_OK && k < total; k++) {
        l.influence = k < n ? &q->why->influences[k] : &q->why->sources[k - n];
        status = leave_group(&l, err);
        close_group(&l);
        if (status == ATTAIN_OK)
            status = atn_poll(q->ctx, "explain", (double)(k + 1) / (double)total, err);
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
    if (status == ATTAIN_OK) {
        hush(q->why, q->why->influences, n);
        hush(q->why, q->why->sources, q->why->n_sources);
    }
    close_leaving(&l);
    return status;
}
