/* A backtest date by date: the study read as of it, fitted, projected, scored. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/document.h"
#include "io/reader.h"
#include "project/backtest_run.h"

enum { SETTINGS_VERSION = 1, MOST_DAYS = 3660 };

typedef struct loop {
    attain_context *ctx;
    attain_backtest *result;
    attain_study **studies; /* a date; NULL: it cannot be read as of it */
    attain_fit_settings fit;
    bool strict;
    /* the caller's callback, which sees one stage in place of every fit's own */
    attain_proceed *proceed;
    void *proceed_user;
    double fraction;
} loop;

void attain_backtest_settings_init(attain_backtest_settings *settings)
{
    *settings = (attain_backtest_settings){.version = SETTINGS_VERSION};
}

static bool proceed_as_one(void *user, const attain_progress *progress)
{
    const loop *l = user;
    (void)progress;
    const attain_progress whole = {.stage = "backtest", .fraction = l->fraction};
    return l->proceed(l->proceed_user, &whole);
}

/* ---- settings ---- */

typedef struct plan {
    long every; /* days; 0: months */
    bool has_from;
    atn_day from;
} plan;

static attain_status read_settings(const attain_backtest_settings *s, plan *out, attain_error *err)
{
    const char *every = s->every ? s->every : "month";
    if (s->version != SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "backtest settings: version %d; initialise them with "
                        "attain_backtest_settings_init",
                        s->version);
    *out = (plan){.has_from = s->from != NULL};
    if (strcmp(every, "week") == 0)
        out->every = 7;
    else if (strcmp(every, "month") != 0 &&
             !(atn_integer_parse(every, strlen(every), &out->every) && out->every >= 1 &&
               out->every <= MOST_DAYS))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "every: '%.30s' is neither month, week nor a number of days from 1 to 3660",
                        every);
    if (s->from && !atn_date_parse(s->from, strlen(s->from), &out->from)) {
        char advice[ATN_ADVICE_SIZE];
        atn_date_advice(s->from, advice);
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "from: '%.30s' is no date of the form "
                        "2025-01-20%.40s",
                        s->from, advice);
    }
    return ATTAIN_OK;
}

/* ---- what ends everything, and what ends a date alone ---- */

static bool is_fatal(attain_status status)
{
    return status == ATTAIN_ERR_NOMEM || status == ATTAIN_ERR_INTERRUPTED;
}

/* A date without result is told; true where the whole cannot go on. */
static bool skip(atn_backtest_date *date, attain_status status, const attain_error *why,
                 attain_error *err)
{
    if (status == ATTAIN_OK) return false;
    if (is_fatal(status)) {
        if (err) *err = *why;
        return true;
    }
    date->answered = date->passed = false;
    snprintf(date->reason, sizeof date->reason, "%s", why->message);
    return false;
}

/* ---- the studies, all before the first fit ---- */

static attain_status read_one(loop *l, const atn_study_text *text,
                              const attain_study_options *options, size_t i, attain_error *err)
{
    atn_backtest_date *date = &l->result->dates[i];
    attain_study_options own = *options;
    attain_error why = {0};
    char as_of[ATN_DATE_SIZE];
    atn_date_format(date->as_of, as_of);
    own.as_of = as_of;
    const attain_status status =
        atn_study_text_load(l->ctx, text, &own, NULL, &l->studies[i], &why);
    if (skip(date, status, &why, err)) return status;
    if (status != ATTAIN_OK) return ATTAIN_OK;
    const attain_study *study = l->studies[i];
    if (study->n_reports != l->result->study->n_reports)
        return atn_fail(err, ATTAIN_ERR_FILE, "the study's files changed while they were read");
    for (size_t r = 0; r < study->n_reports; r++) date->n_used += study->reports[r].used;
    if (date->n_used > 0) return ATTAIN_OK;
    snprintf(date->reason, sizeof date->reason, "no report was published by then");
    attain_study_free(l->studies[i]);
    l->studies[i] = NULL;
    return ATTAIN_OK;
}

static attain_status read_studies(loop *l, const char *path, const attain_study_options *options,
                                  const plan *p, attain_diagnostics *problems, attain_error *err)
{
    attain_backtest *b = l->result;
    atn_study_text text;
    attain_status status = atn_study_text_read(l->ctx, path, problems, &text, err);
    if (status == ATTAIN_OK)
        status = atn_study_text_load(l->ctx, &text, options, problems, &b->study, err);
    if (status == ATTAIN_OK)
        status = atn_backtest_plan(l->ctx, b->study, p->every, p->has_from, p->from, &b->dates,
                                   &b->n_dates, err);
    if (status == ATTAIN_OK && !(l->studies = ATN_NEW_ARRAY(l->ctx, attain_study *, b->n_dates)))
        status = atn_fail_nomem(err);
    for (size_t i = 0; i + 1 < b->n_dates && status == ATTAIN_OK; i++)
        status = read_one(l, &text, options, i, err);
    for (size_t r = 0; status == ATTAIN_OK && r < b->study->n_reports; r++)
        b->dates[b->n_dates - 1].n_used += b->study->reports[r].used;
    atn_study_text_free(l->ctx, &text);
    return status;
}

/* ---- one date ---- */

/* Counts as they are, R-hat with the digits that tell it from its limit. */
static int decimals_of(double value)
{
    return value > 10 || floor(value) == value ? 0 : 3;
}

/* The gates that failed, in words. */
static void name_failures(const attain_results *results, atn_backtest_date *date)
{
    const atn_node *gate = atn_node_first(atn_node_get(atn_document_root(results), "gates"));
    size_t n = 0;
    for (; gate; gate = atn_node_next(gate)) {
        char value[64] = "not computable", limit[64];
        const double v = atn_node_number(atn_node_get(gate, "value"));
        const double t = atn_node_number(atn_node_get(gate, "threshold"));
        if (atn_node_true(atn_node_get(gate, "passed"))) continue;
        if (isfinite(v)) atn_number_fixed(v, decimals_of(v), value);
        atn_number_fixed(t, decimals_of(t), limit);
        const int wrote =
            snprintf(date->reason + n, sizeof date->reason - n, "%s%s %s (limit %s) of %s",
                     n ? "; " : "", atn_node_text(atn_node_get(gate, "name")), value, limit,
                     atn_node_text(atn_node_get(gate, "where")));
        if (wrote > 0) n += (size_t)wrote;
        if (n >= sizeof date->reason) return;
    }
    if (n == 0) snprintf(date->reason, sizeof date->reason, "a warning fails, as asked");
}

static attain_status judge_fit(loop *l, size_t i, const attain_projection *projection,
                               const attain_diagnostics *said, attain_error *err)
{
    atn_backtest_date *date = &l->result->dates[i];
    attain_results *results = NULL;
    const attain_status status =
        attain_results_create(l->ctx, projection, said, l->strict, &results, err);
    if (status != ATTAIN_OK) return status;
    date->passed = attain_results_state(results) != ATTAIN_RESULTS_GATE_FAILED;
    if (!date->passed) name_failures(results, date);
    attain_results_free(results);
    return ATTAIN_OK;
}

static attain_status answer(loop *l, size_t i, const attain_study *study, attain_error *err)
{
    attain_backtest *b = l->result;
    const bool last = i + 1 == b->n_dates;
    const size_t before = b->n_forecasts;
    attain_diagnostics *said = NULL;
    attain_posterior *posterior = NULL;
    attain_projection *projection = NULL;
    attain_status status = attain_diagnostics_create(l->ctx, &said, err);
    if (status == ATTAIN_OK) status = attain_fit_run(l->ctx, study, &l->fit, said, &posterior, err);
    if (status == ATTAIN_OK) status = attain_project_run(l->ctx, posterior, &projection, err);
    if (status == ATTAIN_OK) status = judge_fit(l, i, projection, said, err);
    if (status == ATTAIN_OK && !last) status = atn_backtest_foresee(b, i, posterior, err);
    if (status == ATTAIN_OK) status = atn_backtest_take_answers(b, i, projection, err);
    if (status == ATTAIN_OK) {
        b->dates[i].answered = true;
        b->method = posterior->method;
        b->seed = posterior->seed;
        b->n_draws = posterior->n_draws;
        if (last) atn_backtest_settle(b, projection);
    } else {
        b->n_forecasts = before;
    }
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_diagnostics_free(said);
    return status;
}

/* Earlier dates first; the last one tells the outcomes. */
static attain_status run_dates(loop *l, attain_error *err)
{
    attain_backtest *b = l->result;
    const size_t n = b->n_dates;
    attain_error why = {0};
    size_t answered = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        l->fraction = (double)i / (double)n;
        if (!l->studies[i]) continue;
        atn_error_clear(&why);
        const attain_status status = answer(l, i, l->studies[i], &why);
        if (skip(&b->dates[i], status, &why, err)) return status;
        answered += b->dates[i].answered;
    }
    l->fraction = (double)(n - 1) / (double)n;
    if (answered > 0) return answer(l, n - 1, b->study, err);
    for (size_t i = n - 1; i-- > 0 && !*why.message;)
        snprintf(why.message, sizeof why.message, "%s", b->dates[i].reason);
    return atn_fail(err, ATTAIN_ERR_NUMERIC, "no past date has an answer; the last: %.180s",
                    why.message);
}

static void tell_dates(const attain_backtest *b, attain_diagnostics *problems)
{
    for (size_t i = 0; i < b->n_dates; i++) {
        const atn_backtest_date *date = &b->dates[i];
        char as_of[ATN_DATE_SIZE];
        atn_date_format(date->as_of, as_of);
        if (!date->answered)
            atn_diagnose(problems, ATTAIN_SEVERITY_WARNING, "date-skipped", NULL,
                         "as of %s: skipped: %s", as_of, date->reason);
        else if (!date->passed)
            atn_diagnose(problems, ATTAIN_SEVERITY_WARNING, "date-gate-failed", NULL,
                         "as of %s: %s", as_of, date->reason);
    }
}

static attain_status run_whole(loop *l, const char *path, const attain_study_options *options,
                               const plan *p, attain_diagnostics *problems, attain_error *err)
{
    attain_backtest *b = l->result;
    attain_status status = read_studies(l, path, options, p, problems, err);
    if (status != ATTAIN_OK) return status;
    const size_t before = attain_diagnostics_count(problems);
    l->proceed = l->ctx->proceed;
    l->proceed_user = l->ctx->proceed_user;
    if (l->proceed) {
        l->ctx->proceed = proceed_as_one;
        l->ctx->proceed_user = l;
    }
    status = run_dates(l, err);
    l->ctx->proceed = l->proceed;
    l->ctx->proceed_user = l->proceed_user;
    if (status == ATTAIN_OK) status = atn_backtest_judge(b, err);
    if (status == ATTAIN_OK) {
        tell_dates(b, problems);
        status = atn_diagnostics_status(problems, before, ATTAIN_ERR_NUMERIC, err);
    }
    return status;
}

attain_status attain_backtest_run(attain_context *context, const char *path,
                                  const attain_study_options *options,
                                  const attain_backtest_settings *settings,
                                  attain_diagnostics *problems, attain_backtest **backtest,
                                  attain_error *err)
{
    attain_backtest_settings defaults;
    attain_study_options as_written;
    plan p;
    atn_error_clear(err);
    *backtest = NULL;
    attain_backtest_settings_init(&defaults);
    attain_study_options_init(&as_written);
    if (!settings) settings = &defaults;
    attain_status status = read_settings(settings, &p, err);
    if (status != ATTAIN_OK) return status;
    loop l = {.ctx = context, .strict = settings->strict};
    attain_fit_settings_init(&l.fit);
    l.fit.method = settings->method;
    l.fit.has_seed = settings->has_seed;
    l.fit.seed = settings->seed;
    l.fit.skip_loo = true;
    l.result = ATN_NEW(context, attain_backtest);
    if (!l.result) return atn_fail_nomem(err);
    l.result->ctx = context;
    status = run_whole(&l, path, options ? options : &as_written, &p, problems, err);
    for (size_t i = 0; l.studies && i < l.result->n_dates; i++) attain_study_free(l.studies[i]);
    atn_free(context, l.studies);
    if (status == ATTAIN_OK)
        *backtest = l.result;
    else
        attain_backtest_free(l.result);
    return status;
}

void attain_backtest_free(attain_backtest *b)
{
    if (!b) return;
    attain_context *ctx = b->ctx;
    attain_study_free(b->study);
    void *const blocks[] = {b->dates,     b->lines,  b->answers,
                            b->forecasts, b->scores, b->score_names};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) atn_free(ctx, blocks[i]);
    atn_free(ctx, b);
}
