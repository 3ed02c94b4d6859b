/* Later reports as one date's draws foresee them, beside the past kept. */
#include <math.h>
#include <string.h>

#include "project/backtest_run.h"
#include "project/run.h"
#include "stats/distribution.h"
#include "stats/order.h"
#include "stats/scores.h"

enum { MOST_DRAWS = 2000 }; /* enough for 2.5 % tails; each costs three paths */

const double atn_forecast_levels[ATN_FORESEEN_LEVELS] = {0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975};
const char *const atn_carry_names[ATN_N_CARRY] = {"model", "last-rate", "mean-rate"};

/* One block's later reports under each of its candidates. */
typedef struct foresight {
    attain_context *ctx;
    attain_backtest *backtest;
    const attain_posterior *posterior;
    attain_study later; /* the date's study, its reports flagged as later ones */
    size_t date, block, n_past, recent, n_reports, n_used;
    atn_model **models; /* a candidate */
    atn_continuation *continuations;
    atn_workspace **workspaces; /* workers x candidates */
    size_t n_models, n_workspaces;
    size_t width;         /* of the widest model */
    double *theta;        /* workers x width */
    double *row;          /* workers x 4 n_reports */
    double *values;       /* what x carry x report x draw: log likelihood, below, upto, quantity */
    double *column, *tag; /* n_used */
} foresight;

enum { N_VALUES = 4 };

static double *values_of(const foresight *f, size_t what, size_t carry, size_t report)
{
    return f->values + ((what * ATN_N_CARRY + carry) * f->n_reports + report) * f->n_used;
}

static bool foresee_draw(void *user, size_t item, size_t worker)
{
    const foresight *f = user;
    const attain_posterior *p = f->posterior;
    const atn_block *block = &p->blocks[f->block];
    const size_t draw = item * p->n_draws / f->n_used, c = block->which[draw];
    const atn_model *model;
    const double *fitted = atn_posterior_theta(p, f->block, draw, &model);
    double *theta = f->theta + worker * f->width, *row = f->row + worker * N_VALUES * f->n_reports;
    atn_outlook out = {row, row + f->n_reports, row + 2 * f->n_reports, row + 3 * f->n_reports};
    atn_stream stream;
    atn_stream_init(&stream, p->seed, ATN_PURPOSE_FORESEE, f->block, draw);
    atn_continue(&f->continuations[c], fitted, p->seed, draw, &stream, theta);
    for (size_t carry = 0; carry < ATN_N_CARRY; carry++) {
        atn_stream own = stream; /* the same errors in each future */
        (void)atn_model_foresee(f->models[c], theta, (atn_carry)carry, f->n_past, f->recent, &own,
                                &out, f->workspaces[worker * block->n_candidates + c]);
        for (size_t what = 0; what < N_VALUES; what++)
            for (size_t r = 0; r < f->n_reports; r++)
                values_of(f, what, carry, r)[item] = row[what * f->n_reports + r];
    }
    return true;
}

static attain_status make_models(foresight *f, size_t workers, attain_error *err)
{
    const atn_block *block = &f->posterior->blocks[f->block];
    const size_t n = block->n_candidates;
    attain_status status = ATTAIN_OK;
    f->models = ATN_NEW_ARRAY(f->ctx, atn_model *, n);
    f->continuations = ATN_NEW_ARRAY(f->ctx, atn_continuation, n);
    f->workspaces = ATN_NEW_ARRAY(f->ctx, atn_workspace *, workers * n);
    if (!f->models || !f->continuations || !f->workspaces) return atn_fail_nomem(err);
    for (size_t c = 0; c < n && status == ATTAIN_OK; c++) {
        status = atn_model_create(f->ctx, &f->later, block->series, block->candidates[c].trend,
                                  block->n_series, &f->models[c], err);
        if (status != ATTAIN_OK) break;
        f->n_models++;
        if (atn_model_dimension(f->models[c]) > f->width)
            f->width = atn_model_dimension(f->models[c]);
        status = atn_continuation_create(f->ctx, block->candidates[c].model, f->models[c],
                                         &f->continuations[c], err);
    }
    for (size_t i = 0; i < workers * n && status == ATTAIN_OK; i++) {
        status = atn_workspace_create(f->ctx, f->models[i % n], &f->workspaces[i], err);
        if (status == ATTAIN_OK) f->n_workspaces++;
    }
    return status;
}

static attain_status make_room(foresight *f, size_t workers, attain_error *err)
{
    f->n_reports = atn_model_n_reports(f->models[0]);
    f->theta = atn_alloc_array(f->ctx, workers, (f->width + 1) * sizeof(double));
    f->row = atn_alloc_array(f->ctx, workers, (N_VALUES * f->n_reports + 1) * sizeof(double));
    f->values =
        atn_alloc_array(f->ctx, N_VALUES * ATN_N_CARRY * f->n_reports, f->n_used * sizeof(double));
    f->column = ATN_NEW_ARRAY(f->ctx, double, f->n_used);
    f->tag = ATN_NEW_ARRAY(f->ctx, double, f->n_used);
    const bool all = f->theta && f->row && f->values && f->column && f->tag;
    return all ? ATTAIN_OK : atn_fail_nomem(err);
}

static void close_block(foresight *f)
{
    for (size_t i = 0; i < f->n_workspaces; i++) atn_workspace_free(f->ctx, f->workspaces[i]);
    for (size_t c = 0; c < f->n_models; c++) {
        if (f->continuations) atn_continuation_free(&f->continuations[c]);
        atn_model_free(f->ctx, f->models[c]);
    }
    void *const blocks[] = {f->workspaces, f->models, f->continuations, f->theta,
                            f->row,        f->values, f->column,        f->tag};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) atn_free(f->ctx, blocks[i]);
}

/* ---- one report's scores ---- */

/* Sorted draws of the quantity on the scale of the scores. */
static void sort_draws(const foresight *f, size_t carry, size_t r, bool logs)
{
    const double *quantity = values_of(f, 3, carry, r);
    for (size_t d = 0; d < f->n_used; d++) {
        f->column[d] = logs ? log(quantity[d]) : quantity[d];
        f->tag[d] = 0.0;
    }
    atn_sort_pairs(f->column, f->tag, f->n_used);
}

static void score_exact(const foresight *f, size_t carry, double y, const double *q,
                        atn_foreseen *out)
{
    static const double alpha[ATTAIN_COVERAGES] = {0.5, 0.2, 0.05};
    const double low[] = {q[2], q[1], q[0]}, high[] = {q[4], q[5], q[6]};
    out->crps[carry] = atn_score_crps(f->column, f->n_used, y);
    out->wis[carry] = atn_score_wis(q[ATN_FORECAST_MEDIAN], low, high, alpha, ATTAIN_COVERAGES, y);
    out->miss[carry] = fabs(y - q[ATN_FORECAST_MEDIAN]);
    for (size_t k = 0; k < ATTAIN_COVERAGES && carry == ATN_CARRY_NONE; k++)
        out->inside[k] = y >= low[k] && y <= high[k];
}

static void score_carry(const foresight *f, size_t r, size_t carry, const atn_report *report,
                        atn_foreseen *out)
{
    double q[ATN_FORESEEN_LEVELS];
    out->log_score[carry] =
        atn_log_sum(values_of(f, 0, carry, r), f->n_used) - log((double)f->n_used);
    out->crps[carry] = out->wis[carry] = out->miss[carry] = NAN;
    if (carry != ATN_CARRY_NONE && !out->exact) return;
    sort_draws(f, carry, r, out->logs);
    atn_quantiles(f->column, f->n_used, atn_forecast_levels, ATN_FORESEEN_LEVELS, q);
    if (carry == ATN_CARRY_NONE)
        for (size_t k = 0; k < ATN_FORESEEN_LEVELS; k++)
            out->quantile[k] = out->logs ? exp(q[k]) : q[k];
    if (!out->exact) return;
    /* atn_quantiles leaves a partial order */
    sort_draws(f, carry, r, out->logs);
    score_exact(f, carry, out->logs ? log(report->value) : report->value, q, out);
}

static void score_report(const foresight *f, size_t r, atn_foreseen *out)
{
    const attain_study *study = f->backtest->study;
    const size_t index = atn_model_report(f->models[0], r);
    const atn_report *report = &study->reports[index];
    atn_stream stream;
    *out = (atn_foreseen){.date = f->date, .report = index, .crps_natural = NAN};
    out->exact = report->relation == ATN_EXACT;
    out->logs = study->series[report->series].link == ATN_LINK_LOG;
    out->ahead = (long)report->end - (long)f->backtest->dates[f->date].as_of;
    for (size_t carry = 0; carry < ATN_N_CARRY; carry++) score_carry(f, r, carry, report, out);
    if (out->exact) {
        sort_draws(f, ATN_CARRY_NONE, r, false);
        out->crps_natural = atn_score_crps(f->column, f->n_used, report->value);
    }
    out->below = atn_mean(values_of(f, 1, ATN_CARRY_NONE, r), f->n_used);
    out->upto = atn_mean(values_of(f, 2, ATN_CARRY_NONE, r), f->n_used);
    atn_stream_init(&stream, f->posterior->seed, ATN_PURPOSE_PIT, index,
                    (uint64_t)((int64_t)f->backtest->dates[f->date].as_of + INT32_MAX));
    out->pit = out->below + atn_stream_uniform(&stream) * (out->upto - out->below);
}

static bool all_finite(const foresight *f)
{
    const size_t n = ATN_N_CARRY * f->n_reports * f->n_used;
    for (size_t i = n; i < N_VALUES * n; i++)
        if (!isfinite(f->values[i])) return false;
    return true;
}

static attain_status foresee_block(foresight *f, attain_error *err)
{
    attain_backtest *b = f->backtest;
    const size_t n_draws = f->posterior->n_draws;
    f->n_used = n_draws < MOST_DRAWS ? n_draws : MOST_DRAWS;
    const size_t workers = atn_parallel_workers(f->ctx, f->n_used);
    attain_status status = make_models(f, workers, err);
    if (status == ATTAIN_OK) status = make_room(f, workers, err);
    if (status == ATTAIN_OK && f->n_reports > 0)
        status = atn_parallel_for(f->ctx, f->n_used, foresee_draw, f, NULL, err);
    if (status == ATTAIN_OK && !all_finite(f))
        status = atn_fail(err, ATTAIN_ERR_NUMERIC, "a figure foreseen is not a number");
    if (status == ATTAIN_OK && !atn_grow(f->ctx, (void **)&b->forecasts, &b->forecast_room,
                                         b->n_forecasts + f->n_reports, sizeof *b->forecasts))
        status = atn_fail_nomem(err);
    for (size_t r = 0; r < f->n_reports && status == ATTAIN_OK; r++)
        score_report(f, r, &b->forecasts[b->n_forecasts++]);
    close_block(f);
    return status;
}

/* ---- which reports ---- */

bool atn_backtest_is_later(const attain_backtest *b, size_t date, size_t report)
{
    const atn_report *r = &b->study->reports[report];
    return r->used && r->published > b->dates[date].as_of;
}

/* A series of which nothing had been published is known by its prior alone: neither the model nor
 * what keeps its past has said anything.  Peaks need a scatter that the model may not have had. */
static bool can_foresee(const attain_study *past, const atn_report *report)
{
    const bool peak = report->statistic == ATN_MAX || report->statistic == ATN_MIN;
    if (peak && !past->series[report->series].step_sigma.present) return false;
    for (size_t r = 0; r < past->n_reports; r++)
        if (past->reports[r].used && past->reports[r].series == report->series) return true;
    return false;
}

attain_status atn_backtest_foresee(attain_backtest *b, size_t date,
                                   const attain_posterior *posterior, attain_error *err)
{
    const attain_study *past = posterior->study;
    attain_status status = ATTAIN_OK;
    atn_report *reports = ATN_NEW_ARRAY(b->ctx, atn_report, past->n_reports);
    if (!reports) return atn_fail_nomem(err);
    memcpy(reports, past->reports, past->n_reports * sizeof *reports);
    for (size_t r = 0; r < past->n_reports; r++) {
        reports[r].used = atn_backtest_is_later(b, date, r) && can_foresee(past, &past->reports[r]);
        b->dates[date].n_later += reports[r].used;
    }
    for (size_t k = 0; k < posterior->n_blocks && status == ATTAIN_OK; k++) {
        foresight f = {.ctx = b->ctx,
                       .backtest = b,
                       .posterior = posterior,
                       .later = *past,
                       .date = date,
                       .block = k,
                       .n_past = atn_past_steps(past),
                       .recent = atn_recent_steps(past)};
        f.later.reports = reports;
        status = foresee_block(&f, err);
    }
    atn_free(b->ctx, reports);
    return status;
}
