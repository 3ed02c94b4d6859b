/* Backtests of studies whose answer is known: closed forms, coverage where the model is right,
 * honesty about dates. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "base/text.h"
#include "io/json.h"
#include "planted.h"
#include "project/backtest_run.h"
#include "stats/uniformity.h"

static const uint64_t seed = 20251123;

/* A log-normal rate seen by the means of ten-day windows, each published at its end: log rate is
 * normal a posteriori.  The last figure is a statement of another wording. */
enum { FIGURES = 9 };
static const double prior_sd = 0.3, error = 0.1;

typedef struct made {
    char folder[512], path[600];
    double figure[FIGURES];
} made;

static void write_study(const made *m, const char *more)
{
    FILE *f = fopen(m->path, "w");
    assert_non_null(f);
    fputs(
        "{\"title\": \"conjugate\", \"origin\": \"2025-01-01\", \"as_of\": \"2025-04-05\","
        " \"horizon\": \"2025-04-30\","
        " \"fit\": {\"method\": \"map\", \"chains\": 1, \"draws\": 400, \"seed\": 5},"
        " \"series\": {\"made\": {\"kind\": \"flow\", \"step_sigma\": 0,"
        "  \"trend\": {\"formula\": \"rate\"},"
        "  \"parameters\": {\"rate\": \"lognormal(log(100), 0.3)\"}}},"
        " \"goals\": [{\"id\": \"march\", \"series\": \"made\", \"statistic\": \"total\","
        "  \"deadline\": \"2025-03-31\", \"target\": 9000},"
        "  {\"id\": \"april\", \"series\": \"made\", \"statistic\": \"total\", \"target\": 12000}],"
        " \"reports\": [",
        f);
    char value[64], date[ATN_DATE_SIZE], end[ATN_DATE_SIZE];
    const atn_day origin = atn_date_from_parts(2025, 1, 1);
    for (size_t k = 0; k < FIGURES; k++) {
        atn_date_format((atn_day)(origin + 10 * (atn_day)k), date);
        atn_date_format((atn_day)(origin + 10 * (atn_day)k + 9), end);
        atn_number_format(m->figure[k], value);
        fprintf(
            f,
            "{\"series\": \"made\", \"statistic\": \"mean\", \"start\": \"%s\", \"end\": \"%s\","
            " \"relation\": \"exact\", \"value\": %s, \"error\": 0.1},\n",
            date, end, value);
    }
    fprintf(
        f,
        "{\"series\": \"made\", \"statistic\": \"mean\", \"start\": \"2025-03-01\","
        " \"end\": \"2025-03-31\", \"relation\": \"at_least\", \"value\": 90, \"error\": 0.1}%s]}",
        more);
    assert_int_equal(fclose(f), 0);
}

static void make_study(made *m, uint64_t draw)
{
    atn_stream s;
    check_scratch_create(m->folder, sizeof m->folder);
    snprintf(m->path, sizeof m->path, "%s/study.json", m->folder);
    atn_stream_init(&s, seed, ATN_PURPOSE_SIMULATE, 0, draw);
    const double rate = log(100.0) + prior_sd * atn_stream_normal(&s);
    for (size_t k = 0; k < FIGURES; k++) m->figure[k] = exp(rate + error * atn_stream_normal(&s));
    write_study(m, "");
}

static attain_backtest *run(attain_context *ctx, const made *m, const char *every, const char *from)
{
    attain_backtest *b = NULL;
    attain_backtest_settings settings;
    attain_error err = {0};
    attain_backtest_settings_init(&settings);
    settings.every = every;
    settings.from = from;
    atn_check_status("backtest", attain_backtest_run(ctx, m->path, NULL, &settings, NULL, &b, &err),
                     ATTAIN_OK, &err);
    return b;
}

static double phi(double x)
{
    return exp(-0.5 * x * x) / sqrt(2.0 * acos(-1.0));
}

static double Phi(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

/* Mean and sd of the log figure to come, from those of windows that ended by the date. */
static void exact_law(const made *m, atn_day as_of, double *mean, double *sd)
{
    const atn_day origin = atn_date_from_parts(2025, 1, 1);
    double precision = 1.0 / (prior_sd * prior_sd), sum = precision * log(100.0);
    for (size_t k = 0; k < FIGURES; k++) {
        if (origin + 10 * (atn_day)k + 9 > as_of) continue;
        precision += 1.0 / (error * error);
        sum += log(m->figure[k]) / (error * error);
    }
    *mean = sum / precision;
    *sd = sqrt(1.0 / precision + error * error);
}

/* Every forecast against the exact predictive law; the baselines, which keep a rate that does not
 * change, say the same. */
static void test_closed_forms(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 0);
    made m;
    make_study(&m, 0);
    attain_backtest *b = run(ctx, &m, "week", "2025-02-01");
    assert_int_equal(b->n_dates, 10);
    size_t exact = 0;
    for (size_t i = 0; i < b->n_forecasts; i++) {
        const atn_foreseen *f = &b->forecasts[i];
        const atn_report *r = &b->study->reports[f->report];
        double mean, sd;
        exact_law(&m, b->dates[f->date].as_of, &mean, &sd);
        const double z = (log(r->value) - mean) / sd;
        assert_true(r->published > b->dates[f->date].as_of);
        for (size_t k = 0; k < ATN_N_CARRY; k++)
            atn_check_close("the same past", f->log_score[k], f->log_score[0], 1e-9, 0);
        if (!f->exact) {
            atn_check_close("at least", f->log_score[0], log(1.0 - Phi(z)), 0.06, 0);
            atn_check_close("below", f->below, Phi(z), 0.04, 0);
            assert_true(f->upto == 1.0 && f->pit >= f->below && isnan(f->crps[0]));
            continue;
        }
        exact++;
        const double closed = z * (2.0 * Phi(z) - 1.0) + 2.0 * phi(z) - 1.0 / sqrt(acos(-1.0));
        atn_check_close("log score", f->log_score[0], log(phi(z) / sd), 0.1, 0.05);
        atn_check_close("crps", f->crps[0], sd * closed, 0.02 * sd, 0.1);
        atn_check_close("pit", f->pit, Phi(z), 0.04, 0);
        atn_check_close("median", log(f->quantile[ATN_FORECAST_MEDIAN]), mean, 0.2 * sd, 0);
        atn_check_close("tail", log(f->quantile[6]), mean + 1.96 * sd, 0.5 * sd, 0);
        atn_check_close("miss", f->miss[0],
                        fabs(log(r->value) - log(f->quantile[ATN_FORECAST_MEDIAN])), 1e-12, 0);
        assert_true(f->inside[1] == (r->value >= f->quantile[1] && r->value <= f->quantile[5]));
    }
    assert_true(exact > 20);
    attain_backtest_score s;
    assert_int_equal(attain_backtest_score_get(b, 0, &s, NULL), ATTAIN_OK);
    assert_int_equal(s.n, b->n_forecasts);
    assert_int_equal(s.n_exact, exact);
    for (size_t k = 0; k < 2; k++) atn_check_close("no skill on itself", s.skill[k], 0.0, 1e-9, 0);
    attain_backtest_free(b);
    check_scratch_remove(m.folder);
    attain_context_free(ctx);
}

/* Where the model is right: one figure of each of many studies, so that they are independent. */
static void test_coverage(void **state)
{
    (void)state;
    enum { STUDIES = 600, POINTS = 20 };
    static const double nominal[] = {0.5, 0.8, 0.95};
    attain_context *ctx = check_context(NULL, 0);
    double pit[STUDIES];
    size_t inside[ATTAIN_COVERAGES] = {0}, low[POINTS], high[POINTS];
    attain_error err = {0};
    for (size_t i = 0; i < STUDIES; i++) {
        made m;
        make_study(&m, 1 + i);
        attain_backtest *b = run(ctx, &m, "40", "2025-01-15");
        const atn_foreseen *f = &b->forecasts[0]; /* of the first date: the next window */
        assert_true(f->exact && f->date == 0);
        pit[i] = f->pit;
        for (size_t k = 0; k < ATTAIN_COVERAGES; k++) inside[k] += f->inside[k];
        attain_backtest_free(b);
        check_scratch_remove(m.folder);
    }
    for (size_t k = 0; k < ATTAIN_COVERAGES; k++) {
        const double share = (double)inside[k] / STUDIES;
        print_message("%g %%: %.3f\n", 100 * nominal[k], share);
        atn_check_close("coverage", share, nominal[k],
                        3.5 * sqrt(nominal[k] * (1.0 - nominal[k]) / STUDIES), 0);
    }
    atn_check_status("band", atn_uniform_band(ctx, STUDIES, POINTS, 0.001, low, high, &err),
                     ATTAIN_OK, &err);
    assert_true(atn_uniform_judge(pit, STUDIES, POINTS, low, high).ratio <= 1.0);
    attain_context_free(ctx);
}

/* Answers and forecasts of the early dates, bit for bit. */
static void check_same_past(const attain_backtest *a, const attain_backtest *b, size_t dates)
{
    assert_int_equal(a->n_lines, b->n_lines);
    for (size_t i = 0; i < dates * a->n_lines; i++) {
        atn_check_same_bits("answer", &a->answers[i].probability, &b->answers[i].probability, 1);
        atn_check_same_bits("error", &a->answers[i].mcse, &b->answers[i].mcse, 1);
    }
}

/* What is published later, or changed later, never changes an earlier answer; and an answer is that
 * of a run as of its date. */
static void test_honesty(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 0);
    made m;
    make_study(&m, 500);
    for (size_t k = 0; k < FIGURES; k++) m.figure[k] = 100.0; /* either goal is in the balance */
    write_study(&m, "");
    attain_backtest *before = run(ctx, &m, "month", "2025-01-31");
    assert_int_equal(before->n_dates, 4); /* 31 Jan, 28 Feb, 31 Mar, 5 Apr */
    m.figure[FIGURES - 1] *= 1.2;         /* ends on 31 March */
    write_study(&m, ",{\"series\": \"made\", \"statistic\": \"mean\", \"start\": \"2025-01-01\","
                    " \"end\": \"2025-01-10\", \"published\": \"2025-04-03\","
                    " \"relation\": \"exact\", \"value\": 300, \"error\": 0.01}");
    attain_backtest *after = run(ctx, &m, "month", "2025-01-31");
    check_same_past(before, after, 2);
    const atn_backtest_answer *old = &before->answers[2 * before->n_lines];
    const atn_backtest_answer *new = &after->answers[2 * after->n_lines];
    assert_true(old[0].probability != new[0].probability ||
                old[1].probability != new[1].probability);
    attain_study_options options;
    attain_error err = {0};
    planted_world w = {.ctx = ctx};
    attain_study_options_init(&options);
    options.as_of = "2025-02-28";
    atn_check_status("study", attain_study_load(ctx, m.path, &options, NULL, &w.study, &err),
                     ATTAIN_OK, &err);
    planted_fit(&w);
    planted_project(&w);
    atn_check_same_bits("as a run", &w.projection->goals[1].definitions[0].readings[0].probability,
                        &after->answers[after->n_lines + 1].probability, 1);
    attain_projection_free(w.projection);
    attain_posterior_free(w.posterior);
    attain_study_free(w.study);
    attain_backtest_free(before);
    attain_backtest_free(after);
    check_scratch_remove(m.folder);
    attain_context_free(ctx);
}

/* March's total is known on 5 April: what was said before scores, what was said after does not. */
static void test_outcomes(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 0);
    made m;
    make_study(&m, 3);
    for (int high = 0; high < 2; high++) {
        for (size_t k = 0; k < FIGURES; k++) m.figure[k] = high ? 150.0 : 70.0;
        write_study(&m, "");
        attain_backtest *b = run(ctx, &m, "20", "2025-01-15");
        const atn_goal_outcome want = high ? ATN_OUTCOME_REACHED : ATN_OUTCOME_MISSED;
        assert_int_equal(b->lines[0].outcome, want);
        assert_int_equal(b->lines[1].outcome, high ? ATN_OUTCOME_REACHED : ATN_OUTCOME_OPEN);
        double brier = 0.0;
        size_t n = 0;
        for (size_t d = 0; d < b->n_dates; d++) {
            const atn_backtest_answer *a = &b->answers[d * b->n_lines];
            assert_true(a->scored == (b->dates[d].as_of < b->lines[0].settled));
            if (!a->scored) continue;
            brier += (a->probability - high) * (a->probability - high);
            n++;
        }
        assert_in_range(n, 2, 5);
        if (!high) {
            attain_backtest_summary s;
            attain_backtest_summarize(b, &s);
            assert_int_equal(s.n_judged, n);
            assert_int_equal(s.n_outcomes, 1);
            atn_check_close("brier", s.brier, brier / (double)n, 1e-12, 0);
            assert_true(isnan(s.brier_error)); /* one outcome tells no error */
            size_t in_bins = 0;
            for (size_t k = 0; k < ATN_RELIABILITY_BINS; k++) {
                assert_int_equal(b->bins[k].n_came, 0);
                in_bins += b->bins[k].n;
            }
            assert_int_equal(in_bins, n);
        }
        attain_backtest_free(b);
    }
    check_scratch_remove(m.folder);
    attain_context_free(ctx);
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *every, *from;
        size_t n;
        const char *first, *second, *last_but_one;
    } rows[] = {{NULL, NULL, 3, "2025-02-05", "2025-03-05", "2025-03-05"},
                {"month", "2025-01-31", 4, "2025-01-31", "2025-02-28", "2025-03-31"},
                {"week", "2025-03-01", 6, "2025-03-01", "2025-03-08", "2025-03-29"},
                {"30", NULL, 3, "2025-02-04", "2025-03-06", "2025-03-06"},
                {"3660", "2025-04-04", 2, "2025-04-04", "2025-04-05", "2025-04-04"}};
    attain_context *ctx = check_context(NULL, 0);
    made m;
    make_study(&m, 9);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_backtest *b = run(ctx, &m, rows[i].every, rows[i].from);
        attain_backtest_date date;
        assert_int_equal(b->n_dates, rows[i].n);
        assert_int_equal(attain_backtest_date_get(b, 0, &date, NULL), ATTAIN_OK);
        assert_string_equal(date.as_of, rows[i].first);
        assert_int_equal(attain_backtest_date_get(b, 1, &date, NULL), ATTAIN_OK);
        assert_string_equal(date.as_of, rows[i].second);
        assert_int_equal(attain_backtest_date_get(b, b->n_dates - 2, &date, NULL), ATTAIN_OK);
        assert_string_equal(date.as_of, rows[i].last_but_one);
        assert_int_equal(attain_backtest_date_get(b, b->n_dates - 1, &date, NULL), ATTAIN_OK);
        assert_string_equal(date.as_of, "2025-04-05");
        assert_int_equal(attain_backtest_date_get(b, b->n_dates, &date, NULL), ATTAIN_ERR_ARGUMENT);
        attain_backtest_free(b);
    }
    check_scratch_remove(m.folder);
    attain_context_free(ctx);
}

/* A date before the first figure is skipped and told; the rest goes on. */
static void test_skipped(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 0);
    attain_diagnostics *problems = NULL;
    attain_backtest *b = NULL;
    attain_backtest_settings settings;
    attain_backtest_summary summary;
    attain_error err = {0};
    made m;
    make_study(&m, 9);
    attain_backtest_settings_init(&settings);
    settings.from = "2025-01-05";
    assert_int_equal(attain_diagnostics_create(ctx, &problems, &err), ATTAIN_OK);
    atn_check_status("run", attain_backtest_run(ctx, m.path, NULL, &settings, problems, &b, &err),
                     ATTAIN_OK, &err);
    attain_backtest_summarize(b, &summary);
    assert_int_equal(summary.n_skipped, 1);
    assert_false(b->dates[0].answered);
    assert_string_equal(b->dates[0].reason, "no report was published by then");
    assert_true(isnan(b->answers[0].probability));
    bool told = false;
    for (size_t i = 0; i < attain_diagnostics_count(problems); i++) {
        const attain_diagnostic *d = attain_diagnostics_get(problems, i);
        told = told || (strcmp(d->code, "date-skipped") == 0 && strstr(d->message, "2025-01-05"));
    }
    assert_true(told);
    attain_backtest_free(b);
    attain_diagnostics_free(problems);
    check_scratch_remove(m.folder);
    attain_context_free(ctx);
}

static void test_settings(void **state)
{
    (void)state;
    static const struct {
        const char *every, *from;
        const char *says;
    } rows[] = {{"fortnight", NULL, "neither month, week"},
                {"0", NULL, "neither month"},
                {"-7", NULL, "neither month"},
                {"7.5", NULL, "neither month"},
                {"month", "31/1/2025", "2025-01-20"},
                {"month", "2024-12-31", "between"},
                {"month", "2025-04-05", "between"},
                {"3660", NULL, "closer"}};
    attain_context *ctx = check_context(NULL, 1);
    attain_backtest *b = NULL;
    made m;
    make_study(&m, 9);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_backtest_settings settings;
        attain_error err = {0};
        attain_backtest_settings_init(&settings);
        settings.every = rows[i].every;
        settings.from = rows[i].from;
        atn_check_status("settings",
                         attain_backtest_run(ctx, m.path, NULL, &settings, NULL, &b, &err),
                         ATTAIN_ERR_ARGUMENT, &err);
        if (!strstr(err.message, rows[i].says)) fail_msg("'%s' in '%s'", rows[i].says, err.message);
        assert_null(b);
    }
    attain_backtest_settings settings = {.version = 7};
    assert_int_equal(attain_backtest_run(ctx, m.path, NULL, &settings, NULL, &b, NULL),
                     ATTAIN_ERR_ARGUMENT);
    assert_int_equal(
        attain_backtest_run(ctx, "no-such-folder/study.json", NULL, NULL, NULL, &b, NULL),
        ATTAIN_ERR_FILE);
    check_scratch_remove(m.folder);
    attain_context_free(ctx);
}

static char *text_of(const attain_backtest *b, const char *table, attain_format format)
{
    char *text = NULL;
    attain_error err = {0};
    atn_check_status("text", attain_backtest_text(b, table, format, &text, &err), ATTAIN_OK, &err);
    return text;
}

/* Any number of threads gives the same bits; the document is JSON and its keys are the schema's. */
static void test_texts(void **state)
{
    (void)state;
    static const char *const tables[] = {NULL, "scores", "answers", "forecasts"};
    attain_context *one = check_context(NULL, 1), *three = check_context(NULL, 3);
    made m;
    make_study(&m, 12);
    attain_backtest *a = run(one, &m, "month", "2025-01-31");
    attain_backtest *b = run(three, &m, "month", "2025-01-31");
    for (size_t t = 0; t < 4; t++)
        for (int format = 0; format < 3; format++) {
            char *x = text_of(a, tables[t], (attain_format)format);
            char *y = text_of(b, tables[t], (attain_format)format);
            assert_string_equal(x, y);
            assert_true(strlen(x) > 100);
            attain_text_free(one, x);
            attain_text_free(three, y);
        }
    char *json = text_of(a, NULL, ATTAIN_FORMAT_JSON), *none = NULL;
    const char *schema = attain_schema_text("backtest");
    cJSON *document, *rules;
    attain_error err = {0};
    atn_check_status("json", atn_json_parse(one, json, strlen(json), "f", NULL, &document, &err),
                     ATTAIN_OK, &err);
    atn_check_status("schema", atn_json_parse(one, schema, strlen(schema), "f", NULL, &rules, &err),
                     ATTAIN_OK, &err);
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(rules, "properties"), *entry;
    cJSON_ArrayForEach (entry, document)
        if (!cJSON_GetObjectItemCaseSensitive(known, entry->string))
            fail_msg("the schema does not know '%s'", entry->string);
    assert_int_equal(cJSON_GetArraySize(document), cJSON_GetArraySize(known));
    cJSON_Delete(document);
    cJSON_Delete(rules);
    attain_text_free(one, json);
    assert_int_equal(attain_backtest_text(a, "goals", ATTAIN_FORMAT_CSV, &none, NULL),
                     ATTAIN_ERR_ADDRESS);
    assert_null(none);
    attain_backtest_free(a);
    attain_backtest_free(b);
    check_scratch_remove(m.folder);
    attain_context_free(one);
    attain_context_free(three);
}

/* ---- interruption and memory ---- */

static bool stop_late(void *user, const attain_progress *progress)
{
    const double *at = user;
    if (strcmp(progress->stage, "backtest") != 0) return true;
    return progress->fraction < *at;
}

static void test_interrupted(void **state)
{
    (void)state;
    attain_context_settings settings;
    attain_context *ctx;
    attain_backtest *b = NULL;
    double at = 0.5;
    made m;
    make_study(&m, 9);
    attain_context_settings_init(&settings);
    settings.proceed = stop_late;
    settings.proceed_user = &at;
    assert_int_equal(attain_context_create(&settings, &ctx, NULL), ATTAIN_OK);
    assert_int_equal(attain_backtest_run(ctx, m.path, NULL, NULL, NULL, &b, NULL),
                     ATTAIN_ERR_INTERRUPTED);
    assert_null(b);
    at = 2.0; /* the callback is the caller's own again */
    assert_int_equal(attain_backtest_run(ctx, m.path, NULL, NULL, NULL, &b, NULL), ATTAIN_OK);
    attain_backtest_free(b);
    attain_context_free(ctx);
    check_scratch_remove(m.folder);
}

static attain_status run_once(void *user, attain_context *ctx, attain_error *err)
{
    const made *m = user;
    attain_backtest *b = NULL;
    attain_backtest_settings settings;
    attain_study_options options;
    static const char *const set[] = {"/fit/draws=100", "/horizon=2025-04-06", "/fit/chains=1"};
    attain_study_options_init(&options);
    options.set = set;
    options.n_set = 3;
    attain_backtest_settings_init(&settings);
    settings.from = "2025-03-10";
    const attain_status status =
        attain_backtest_run(ctx, m->path, &options, &settings, NULL, &b, err);
    assert_true((status == ATTAIN_OK) == (b != NULL));
    attain_backtest_free(b);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    made m;
    make_study(&m, 9);
    check_faults("backtest", run_once, &m, 8000);
    check_scratch_remove(m.folder);
}

/* Each allocation of the writing alone. */
static void test_write_faults(void **state)
{
    (void)state;
    made m;
    check_allocator allocator;
    attain_error err = {0};
    char folder[600];
    make_study(&m, 9);
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    attain_backtest *b = run(ctx, &m, "month", "2025-01-31");
    snprintf(folder, sizeof folder, "%s/out", m.folder);
    const size_t live = allocator.live;
    size_t k = 0;
    for (attain_status status = ATTAIN_ERR_NOMEM; status != ATTAIN_OK; k++) {
        const size_t failures = allocator.failures;
        allocator.fail_at = allocator.calls + k + 1;
        status = attain_backtest_write(b, folder, true, NULL, NULL, &err);
        atn_check_status("write", status,
                         allocator.failures > failures ? ATTAIN_ERR_NOMEM : ATTAIN_OK, &err);
        assert_int_equal(allocator.live, live);
        assert_true(k < 5000);
    }
    allocator.fail_at = 0;
    char path[700];
    static const char *const files[] = {
        "backtest.json",  "backtest.csv",        "answers.csv",
        "scores.csv",     "moved-march.gp",      "moved-april.csv",
        "calibration.gp", "calibration.alt.txt", "moved-march.alt.txt"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        assert_true(atn_path_exists(path));
    }
    attain_backtest_free(b);
    attain_context_free(ctx);
    check_scratch_remove(m.folder);
}

int main(void)
{
    print_message("seed %llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms), cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_honesty),      cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_dates),        cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_settings),     cmocka_unit_test(test_texts),
        cmocka_unit_test(test_interrupted),  cmocka_unit_test(test_faults),
        cmocka_unit_test(test_write_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
