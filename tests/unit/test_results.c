/* A run gathered into a document: what it holds, when it warns, and that equal runs are equal
 * bytes. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "base/context.h"

/* Two trends to choose from, a second definition, a fixed scatter, a series with one figure. */
static const char study_text[] =
    "{\"title\": \"A test\", \"origin\": \"2025-01-20\", \"as_of\": \"2025-06-30\","
    " \"horizon\": \"2025-12-31\", \"step\": \"day\","
    " \"series\": {"
    "  \"removals\": {\"kind\": \"flow\", \"unit\": \"removals\", \"trend\": [\"constant\", "
    "\"linear\"], \"step_sigma\": 0.2},"
    "  \"held\": {\"kind\": \"stock\", \"trend\": \"constant\"}},"
    " \"definitions\": {\"ice\": {\"series\": \"removals\", \"reference\": true},"
    "  \"dhs\": {\"series\": \"removals\", \"factor\": \"lognormal(log(1.7), 0.2)\"}},"
    " \"reports\": ["
    "  {\"series\": \"removals\", \"statistic\": \"mean\", \"start\": \"2025-02-01\", \"end\": "
    "\"2025-02-28\", \"relation\": \"exact\", \"value\": 700},"
    "  {\"series\": \"removals\", \"statistic\": \"mean\", \"start\": \"2025-05-01\", \"end\": "
    "\"2025-05-31\", \"relation\": \"about\", \"value\": 900},"
    "  {\"series\": \"removals\", \"statistic\": \"total\", \"start\": \"2025-01-20\", \"end\": "
    "\"2025-04-29\", \"relation\": \"over\", \"value\": 120000, \"definition\": \"dhs\"},"
    "  {\"series\": \"removals\", \"statistic\": \"value\", \"start\": \"2025-08-01\", \"end\": "
    "\"2025-08-01\", \"relation\": \"exact\", \"value\": 5000},"
    "  {\"series\": \"held\", \"statistic\": \"level\", \"start\": \"2025-06-01\", \"end\": "
    "\"2025-06-01\", \"relation\": \"at_least\", \"value\": 50000}],"
    " \"goals\": ["
    "  {\"id\": \"total\", \"series\": \"removals\", \"statistic\": \"total\", \"target\": 250000, "
    "\"deadline\": \"2025-11-30\"},"
    "  {\"id\": \"never\", \"series\": \"removals\", \"statistic\": \"mean\", \"over\": 7, "
    "\"target\": 1e7, \"definition\": \"ice\"},"
    "  {\"id\": \"level\", \"series\": \"held\", \"statistic\": \"level\", \"target\": 60000}],"
    " \"fit\": {\"method\": \"map\", \"chains\": 1, \"draws\": 400, \"seed\": 11}}";

typedef struct run {
    attain_context *ctx;
    attain_diagnostics *list;
    attain_study *study;
    attain_posterior *posterior;
    attain_projection *projection;
    attain_results *results;
} run;

static void open_run(run *r, unsigned threads, bool strict)
{
    attain_error err = {0};
    r->ctx = check_context(NULL, threads);
    atn_check_status("list", attain_diagnostics_create(r->ctx, &r->list, &err), ATTAIN_OK, &err);
    atn_check_status("parse",
                     attain_study_parse(r->ctx, study_text, strlen(study_text), NULL, 0, NULL,
                                        r->list, &r->study, &err),
                     ATTAIN_OK, &err);
    atn_check_status("fit", attain_fit_run(r->ctx, r->study, NULL, r->list, &r->posterior, &err),
                     ATTAIN_OK, &err);
    atn_check_status("project", attain_project_run(r->ctx, r->posterior, &r->projection, &err),
                     ATTAIN_OK, &err);
    const atn_place place = {.file = "some/where/reports.csv", .line = 3, .column = 7};
    atn_diagnose(r->list, ATTAIN_SEVERITY_NOTE, "planted", &place, "a note \"quoted\"");
    atn_check_status(
        "results", attain_results_create(r->ctx, r->projection, r->list, strict, &r->results, &err),
        ATTAIN_OK, &err);
}

static void close_run(run *r)
{
    attain_results_free(r->results);
    attain_projection_free(r->projection);
    attain_posterior_free(r->posterior);
    attain_study_free(r->study);
    attain_diagnostics_free(r->list);
    attain_context_free(r->ctx);
}

static run shared;

static int set_up(void **state)
{
    (void)state;
    attain_gsl_quiet();
    open_run(&shared, 1, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close_run(&shared);
    return 0;
}

static double number(const char *address)
{
    attain_error err = {0};
    double value = 0;
    atn_check_status(address, attain_results_number(shared.results, address, &value, &err),
                     ATTAIN_OK, &err);
    return value;
}

static void check_string(const char *address, const char *want)
{
    attain_error err = {0};
    char *got = NULL;
    atn_check_status(address, attain_results_text(shared.results, address, &got, &err), ATTAIN_OK,
                     &err);
    assert_string_equal(got, want);
    attain_text_free(shared.ctx, got);
}

static void test_head(void **state)
{
    (void)state;
    check_string("study/as_of", "2025-06-30");
    check_string("study/step", "day");
    check_string("attain/version", attain_version());
    check_string("fit/method", "map");
    check_string("manifest/versions/attain", attain_version());
    check_string("series/removals/reference", "ice");
    check_string("series/held/reference", "null");
    check_string("series/removals/dates/0", "2025-01-20");
    atn_check_close("seed", number("manifest/seed"), 11, 0, 0);
    atn_check_close("draws", number("fit/draws"), 400, 0, 0);
    atn_check_close("steps", number("study/n_steps"), 346, 0, 0);
}

/* Quantiles are ordered in level at every step, totals grow with time. */
static void test_bands(void **state)
{
    static const char *const levels[] = {"0.025", "0.05", "0.1",  "0.25", "0.5",
                                         "0.75",  "0.9",  "0.95", "0.975"};
    static const char *const bands[] = {"quantiles", "total_quantiles"};
    (void)state;
    for (int b = 0; b < 2; b++)
        for (int step = 0; step < 346; step += 23) {
            double before = 0;
            for (int k = 0; k < 9; k++) {
                char address[96];
                snprintf(address, sizeof address, "series/removals/%s/%s/%d", bands[b], levels[k],
                         step);
                const double value = number(address);
                assert_true(value >= before);
                before = value;
            }
        }
    assert_true(number("series/removals/total_quantiles/0.5/345") >
                number("series/removals/total_quantiles/0.5/344"));
}

static void test_goals(void **state)
{
    (void)state;
    const double ice = number("goals/total/ice/probability");
    const double dhs = number("goals/total/dhs/probability");
    assert_true(ice >= 0 && ice <= 1 && dhs >= ice);
    /* p and its complement at the horizon, and the Monte Carlo error of a share of draws. */
    atn_check_close("never", number("goals/total/ice/never_by_horizon"),
                    1 - number("goals/total/ice/probability_at_horizon"), 1e-12, 0);
    assert_true(number("goals/total/ice/mcse") <= 0.5 / sqrt(400) + 1e-12);
    check_string("goals/never/words", "less than 1 in 100");
    check_string("goals/never/date/0.5", "null");
    check_string("goals/never/out_of_reach", "true");
    check_string("goals/never/unit", "removals");
    check_string("goals/level/definitions/0/definition", "reference");
    check_string("goals/total/deadline", "2025-11-30");
    check_string("goals/level/deadline", "2025-12-31");
    check_string("goals/level/deadline_stated", "false");
}

/* A total in another definition becomes a rate of the reference by days and median factor. */
static void test_reports(void **state)
{
    (void)state;
    const double factor = number("definitions/dhs/factor/0.5");
    assert_true(factor > 1);
    atn_check_close("rate", number("reports/3/per_step/value"), 120000 / 100.0 / factor, 0, 1e-12);
    assert_true(number("reports/3/per_step/high") > number("reports/3/per_step/value"));
    atn_check_close("mean", number("reports/1/per_step/value"), 700, 0, 0);
    assert_true(isnan(number("reports/5/per_step/high"))); /* at least: open above */
    check_string("reports/4/used", "false");               /* published after as_of */
    check_string("reports/4/fitted", "null");
    check_string("reports/4/tail_probability", "null");
    assert_true(number("reports/1/fitted/0.05") < number("reports/1/fitted/0.95"));
    const double tail = number("reports/1/tail_probability");
    assert_true(tail >= 0 && tail <= 1);
}

static void test_parameters(void **state)
{
    (void)state;
    check_string("parameters/removals.step_sigma/fixed", "true");
    atn_check_close("fixed", number("parameters/removals.step_sigma/mean"), 0.2, 0, 0);
    check_string("parameters/definition.dhs/fixed", "false");
    check_string("parameters/definition.dhs/default_prior", "false");
    check_string("parameters/definition.dhs/rhat", "null");
    /* The document's mean is that of the draws the library hands out. */
    double draws[400], sum = 0;
    attain_error err = {0};
    assert_int_equal(attain_posterior_draw_count(shared.posterior), 400);
    atn_check_status("draws",
                     attain_posterior_draws(shared.posterior, "definition.dhs", draws, &err),
                     ATTAIN_OK, &err);
    for (int i = 0; i < 400; i++) sum += draws[i];
    atn_check_close("mean", number("parameters/definition.dhs/mean"), sum / 400, 0, 1e-12);
    atn_check_close("mcse", number("parameters/definition.dhs/mcse_mean") >= 0 ? 1 : 0, 1, 0, 0);
}

/* Counts a code among the diagnostics. */
static size_t count_code(const char *code)
{
    size_t n = 0;
    char needle[96];
    char *json = NULL;
    attain_error err = {0};
    snprintf(needle, sizeof needle, "\"code\": \"%s\"", code);
    atn_check_status("json", attain_results_json(shared.results, &json, &err), ATTAIN_OK, &err);
    for (const char *s = json; (s = strstr(s, needle)); s++) n++;
    attain_text_free(shared.ctx, json);
    return n;
}

static void test_diagnostics(void **state)
{
    (void)state;
    assert_int_equal(count_code("prior-speaks"), 1); /* one figure of people held */
    assert_int_equal(count_code("goal-without-definition"), 1);
    assert_int_equal(count_code("planted"), 1);
    char *json = NULL;
    attain_error err = {0};
    atn_check_status("json", attain_results_json(shared.results, &json, &err), ATTAIN_OK, &err);
    assert_non_null(strstr(json, "\"reports.csv:3:7\"")); /* no folder */
    assert_null(strstr(json, "some/where"));
    assert_non_null(strstr(json, "a note \\\"quoted\\\""));
    assert_null(strstr(json, ": nan"));
    assert_null(strstr(json, ": inf"));
    assert_null(strstr(json, ": -inf"));
    attain_text_free(shared.ctx, json);
}

static void test_status(void **state)
{
    (void)state;
    run strict = {0};
    const attain_results_status plain = attain_results_state(shared.results);
    assert_true(plain != ATTAIN_RESULTS_OK); /* prior-speaks is a warning */
    open_run(&strict, 1, true);
    assert_int_equal(attain_results_state(strict.results), ATTAIN_RESULTS_GATE_FAILED);
    close_run(&strict);
}

static void test_threads(void **state)
{
    (void)state;
    run two = {0};
    attain_error err = {0};
    char *a = NULL, *b = NULL;
    open_run(&two, 2, false);
    atn_check_status("json", attain_results_json(shared.results, &a, &err), ATTAIN_OK, &err);
    atn_check_status("json", attain_results_json(two.results, &b, &err), ATTAIN_OK, &err);
    assert_string_equal(a, b);
    attain_text_free(shared.ctx, a);
    attain_text_free(two.ctx, b);
    close_run(&two);
}

static attain_status create_faulty(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    attain_results *results = NULL;
    const attain_status status =
        attain_results_create(ctx, shared.projection, shared.list, false, &results, err);
    assert_true((status == ATTAIN_OK) == (results != NULL));
    attain_results_free(results);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("create", create_faulty, NULL, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),       cmocka_unit_test(test_bands),
        cmocka_unit_test(test_goals),      cmocka_unit_test(test_reports),
        cmocka_unit_test(test_parameters), cmocka_unit_test(test_diagnostics),
        cmocka_unit_test(test_status),     cmocka_unit_test(test_threads),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
