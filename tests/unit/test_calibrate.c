/* Calibration where the answer is known: ranks of a conjugate posterior, and generators that the
 * fit does not know of. */
#include "check.h"

#include <math.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/calibration.h"

/* A log-normal rate seen by two means with log-normal errors: log rate is normal a posteriori. */
static const char conjugate[] =
    "{'title': 'conjugate', 'origin': '2025-01-01', 'as_of': '2025-01-31',"
    " 'horizon': '2025-02-28', 'fit': {'method': 'map', 'chains': 1, 'draws': 400, 'seed': 11},"
    " 'series': {'made': {'kind': 'flow', 'step_sigma': 0, 'trend': {'formula': 'rate'},"
    "  'parameters': {'rate': 'lognormal(log(100), 0.2)'}}},"
    " 'goals': [{'id': 'month', 'series': 'made', 'statistic': 'total', 'deadline': '2025-01-31',"
    "  'target': 3000}],"
    " 'reports': ["
    "{'series': 'made', 'statistic': 'mean', 'start': '2025-01-01', 'end': '2025-01-10',"
    " 'relation': 'exact', 'value': 100, 'error': 0.3},"
    "{'series': 'made', 'statistic': 'total', 'start': '2025-01-11', 'end': '2025-01-30',"
    " 'relation': 'exact', 'value': 2000, 'error': 0.4}]}";
static const double prior_sd = 0.2, errors[] = {0.3, 0.4}, divisors[] = {1.0, 20.0};

static const atn_departure faithful = {.spread = 1.0};

static attain_calibration *calibrate(attain_context *ctx, const char *json, size_t replicates,
                                     const atn_departure *departure)
{
    attain_study *study = planted_study(ctx, json);
    attain_calibration *c = NULL;
    attain_calibration_settings settings;
    attain_error err = {0};
    attain_calibration_settings_init(&settings);
    settings.replicates = replicates;
    atn_check_status("calibrate", atn_calibrate(ctx, study, &settings, departure, NULL, &c, &err),
                     ATTAIN_OK, &err);
    attain_study_free(study);
    return c;
}

static size_t named(const attain_calibration *c, const char *name)
{
    for (size_t k = 0; k < c->n_quantities; k++)
        if (strcmp(c->quantities[k].name, name) == 0) return k;
    print_error("no quantity %s\n", name);
    fail();
    return 0;
}

/* The figures of a replicate, from its stream (calibrate.c: number 2 is the first block's). */
static void figures_of(attain_context *ctx, const attain_study *study, size_t replicate,
                       double *theta, double *figures)
{
    static const size_t first[1];
    atn_model *model;
    atn_workspace *w;
    atn_report reports[2];
    attain_error err = {0};
    atn_stream stream;
    atn_check_status("model", atn_model_create(ctx, study, first, first, 1, &model, &err),
                     ATTAIN_OK, &err);
    atn_check_status("room", atn_workspace_create(ctx, model, &w, &err), ATTAIN_OK, &err);
    atn_stream_init(&stream, study->fit.seed, ATN_PURPOSE_SIMULATE, replicate, 2);
    memcpy(reports, study->reports, sizeof reports);
    assert_true(atn_simulate_theta(model, &faithful, &stream, theta, w));
    assert_true(atn_simulate_reports(model, theta, &faithful, &stream, reports, figures, w));
    for (size_t r = 0; r < 2; r++) figures[r] = reports[r].value;
    atn_workspace_free(ctx, w);
    atn_model_free(ctx, model);
}

/* Each rank against the share of the exact posterior below the truth. */
static void test_known_posterior(void **state)
{
    (void)state;
    enum { REPLICATES = 60 };
    attain_context *ctx = check_context(NULL, 1);
    attain_calibration *c = calibrate(ctx, conjugate, REPLICATES, &faithful);
    attain_study *study = planted_study(ctx, conjugate);
    const size_t k = named(c, "made.rate");
    for (size_t i = 0; i < REPLICATES; i++) {
        double theta, figures[2], truth;
        size_t rank, draws;
        figures_of(ctx, study, i, &theta, figures);
        double precision = 1 / (prior_sd * prior_sd), mean = precision * log(100);
        for (size_t r = 0; r < 2; r++) {
            const double weight = 1 / (errors[r] * errors[r]);
            mean += weight * log(figures[r] / divisors[r]);
            precision += weight;
        }
        mean /= precision;
        assert_true(attain_calibration_rank(c, k, i, &truth, &rank, &draws));
        assert_true(truth == theta);
        assert_true(draws >= 300 && draws <= 400);
        const double share = 0.5 * erfc((mean - log(truth)) * sqrt(precision / 2));
        atn_check_close("rank", (double)rank / (double)draws, share, 4.5 * sqrt(0.25 / 300), 0);
    }
    attain_study_free(study);
    attain_calibration_free(c);
    attain_context_free(ctx);
}

static void test_uniform(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 0);
    attain_calibration *c = calibrate(ctx, conjugate, 400, &faithful);
    static const char *const names[] = {
        "made.rate",  "path/made/2025-01-15", "path/made/2025-01-31", "path/made/2025-02-28",
        "goal/month", "log-density"};
    assert_int_equal(c->n_quantities, sizeof names / sizeof *names);
    for (size_t k = 0; k < c->n_quantities; k++) {
        attain_calibration_quantity q;
        assert_int_equal(attain_calibration_get(c, k, &q, NULL), ATTAIN_OK);
        assert_string_equal(q.name, names[k]);
        assert_int_equal(q.n, 400);
        assert_true(q.uniform && q.covers);
        assert_true(q.stray <= 1 && q.chi_square_p > 1e-4);
        atn_check_close("error", q.coverage_error[1], 0.02, 1e-12, 0);
    }
    attain_calibration_summary s;
    attain_calibration_summarize(c, &s);
    assert_true(s.uniform);
    assert_int_equal(s.failed, 0);
    assert_int_equal(s.weak, 0);
    assert_string_equal(s.method, "map");
    assert_string_equal(s.failure, "");
    attain_calibration_quantity q;
    attain_error err;
    assert_int_equal(attain_calibration_get(c, c->n_quantities, &q, &err), ATTAIN_ERR_ARGUMENT);
    assert_false(attain_calibration_rank(c, 0, 400, NULL, NULL, NULL));
    attain_calibration_free(c);
    attain_context_free(ctx);
}

/* A generator that the fit does not know of must be seen: priors half as wide again, or narrower.
 */
static void test_departures(void **state)
{
    (void)state;
    static const atn_departure wrong[] = {{.spread = 1.5}, {.spread = 0.5}};
    attain_context *ctx = check_context(NULL, 0);
    for (size_t k = 0; k < 2; k++) {
        attain_calibration *c = calibrate(ctx, conjugate, 400, &wrong[k]);
        attain_calibration_quantity q;
        assert_false(c->summary.uniform);
        assert_int_equal(attain_calibration_get(c, 0, &q, NULL), ATTAIN_OK);
        assert_false(q.uniform);
        assert_false(q.covers);
        assert_true(k == 0 ? q.coverage[0] < 0.45 : q.coverage[0] > 0.55);
        attain_calibration_free(c);
    }
    attain_context_free(ctx);
}

/* Wrong rounding, too: rows that mean tens of per cent, read by the kernel's rule. */
static void test_odd_grains(void **state)
{
    (void)state;
    static const double grains[] = {300};
    static const atn_departure coarse = {.spread = 1.0, .grains = grains, .n_grains = 1};
    static const char rounded[] =
        "{'title': 'rounded', 'origin': '2025-01-01', 'as_of': '2025-01-31',"
        " 'horizon': '2025-02-28', 'fit': {'method': 'map', 'chains': 1, 'draws': 200},"
        " 'series': {'made': {'kind': 'flow', 'step_sigma': 0, 'trend': {'formula': 'rate'},"
        "  'parameters': {'rate': 'lognormal(log(1000), 0.5)'}}}, 'reports': ["
        "{'series': 'made', 'statistic': 'mean', 'start': '2025-01-01', 'end': '2025-01-10',"
        " 'relation': 'over', 'value': 900, 'error': 0.02}]}";
    attain_context *ctx = check_context(NULL, 0);
    attain_calibration *c = calibrate(ctx, rounded, 200, &coarse);
    assert_false(c->summary.uniform);
    attain_calibration_free(c);
    attain_study *study = planted_study(ctx, rounded);
    attain_error err;
    assert_int_equal(attain_calibrate(ctx, study, NULL, NULL, &c, &err), ATTAIN_ERR_TABLE);
    assert_null(c);
    attain_study_free(study);
    attain_context_free(ctx);
}

/* A study of two blocks, sampled: ranks are the same for any number of threads. */
static const char sampled[] =
    "{'title': 'sampled', 'origin': '2025-01-01', 'as_of': '2025-02-28',"
    " 'horizon': '2025-03-31',"
    " 'fit': {'method': 'nuts', 'chains': 2, 'warmup': 100, 'draws': 60, 'seed': 3},"
    " 'series': {"
    "'made': {'kind': 'flow', 'trend': {'formula': 'rate'},"
    " 'parameters': {'rate': 'lognormal(log(100), 0.5)'}, 'step_sigma': 'half_normal(0.2)',"
    " 'deviation': {'type': 'random_walk', 'every': 14, 'sigma': 'lognormal(-2, 0.3)'}},"
    "'left': {'kind': 'stock', 'trend': {'formula': 'level'},"
    " 'parameters': {'level': 'lognormal(log(50), 0.3)'}}},"
    " 'definitions': {'own': {'series': 'made', 'reference': true},"
    "  'other': {'series': 'made', 'factor': 'lognormal(log(2), 0.1)'}},"
    " 'goals': [{'id': 'all', 'series': 'made', 'statistic': 'total', 'target': 9000},"
    "  {'id': 'few', 'series': 'left', 'statistic': 'level', 'direction': 'at_most',"
    "   'target': 40}, {'id': 'both', 'all_of': ['all', 'few']}],"
    " 'reports': ["
    "{'series': 'made', 'statistic': 'value', 'start': '2025-01-03', 'relation': 'exact',"
    " 'value': 90},"
    "{'series': 'made', 'statistic': 'total', 'start': '2025-01-01', 'end': '2025-02-28',"
    " 'relation': 'over', 'value': 5000, 'grain': 1000, 'stale': 3, 'definition': 'other'},"
    "{'series': 'left', 'statistic': 'level', 'start': '2025-02-01', 'relation': 'about',"
    " 'value': 50, 'grain': 10}]}";

static void test_threads(void **state)
{
    (void)state;
    enum { REPLICATES = 6 };
    attain_calibration *c[2];
    attain_context *ctx[2];
    for (unsigned k = 0; k < 2; k++) {
        ctx[k] = check_context(NULL, 1 + 2 * k);
        c[k] = calibrate(ctx[k], sampled, REPLICATES, &faithful);
    }
    const size_t cells = c[0]->n_quantities * REPLICATES;
    atn_check_same_bits("truths", c[0]->truth, c[1]->truth, cells);
    atn_check_same_bits("places", c[0]->u, c[1]->u, cells);
    assert_memory_equal(c[0]->rank, c[1]->rank, cells * sizeof *c[0]->rank);
    for (size_t k = 0; k < 2; k++) {
        (void)named(c[k], "goal/all/own");
        (void)named(c[k], "goal/all/other");
        (void)named(c[k], "goal/few");
        (void)named(c[k], "definition.other");
        (void)named(c[k], "log-density/left");
        attain_calibration_free(c[k]);
        attain_context_free(ctx[k]);
    }
}

/* Fits that cannot be: counted while others do, an error where none does. */
static void test_failures(void **state)
{
    (void)state;
    static const char hopeless[] =
        "{'title': 'hopeless', 'origin': '2025-01-01', 'as_of': '2025-01-31',"
        " 'horizon': '2025-02-28', 'series': {'made': {'kind': 'flow', 'step_sigma': 0,"
        "  'trend': {'formula': 'rate - 1000'},"
        "  'parameters': {'rate': 'normal(0, 1)'}}}, 'reports': ["
        "{'series': 'made', 'statistic': 'mean', 'start': '2025-01-01', 'end': '2025-01-10',"
        " 'relation': 'exact', 'value': 900}]}";
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study = planted_study(ctx, hopeless);
    attain_calibration *c = NULL;
    attain_error err;
    assert_int_equal(attain_calibrate(ctx, study, NULL, NULL, &c, &err), ATTAIN_ERR_NUMERIC);
    assert_non_null(strstr(err.message, "every replicate failed"));
    assert_null(c);
    attain_study_free(study);
    attain_context_free(ctx);
}

typedef struct patience {
    size_t calls, most;
    double last;
} patience;

static bool proceed(void *user, const attain_progress *progress)
{
    patience *p = user;
    assert_string_equal(progress->stage, "calibrate");
    assert_true(progress->fraction >= p->last);
    p->last = progress->fraction;
    return ++p->calls < p->most;
}

static void test_interrupted(void **state)
{
    (void)state;
    patience p = {.most = 8};
    attain_context_settings settings;
    attain_context_settings_init(&settings);
    settings.proceed = proceed;
    settings.proceed_user = &p;
    settings.threads = 1;
    attain_context *ctx;
    attain_error err;
    atn_check_status("context", attain_context_create(&settings, &ctx, &err), ATTAIN_OK, &err);
    attain_study *study = planted_study(ctx, conjugate);
    attain_calibration *c = NULL;
    assert_int_equal(attain_calibrate(ctx, study, NULL, NULL, &c, &err), ATTAIN_ERR_INTERRUPTED);
    assert_null(c);
    assert_true(ctx->proceed == proceed && ctx->proceed_user == &p);
    attain_study_free(study);
    attain_context_free(ctx);
}

static void test_settings(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study = planted_study(ctx, conjugate);
    attain_calibration *c = NULL;
    attain_calibration_settings settings = {0};
    attain_error err;
    assert_int_equal(attain_calibrate(ctx, study, &settings, NULL, &c, &err), ATTAIN_ERR_ARGUMENT);
    attain_calibration_settings_init(&settings);
    settings.replicates = 2000000;
    assert_int_equal(attain_calibrate(ctx, study, &settings, NULL, &c, &err), ATTAIN_ERR_ARGUMENT);
    assert_int_equal(attain_calibrate(ctx, NULL, NULL, NULL, &c, &err), ATTAIN_ERR_ARGUMENT);
    attain_study_free(study);
    attain_context_free(ctx);
}

/* The study stays what it was, and what is refused is given back. */
static attain_status calibrate_two(void *user, attain_context *ctx, attain_error *err)
{
    attain_study *study = NULL;
    attain_calibration *c = NULL;
    attain_calibration_settings settings;
    attain_calibration_settings_init(&settings);
    settings.replicates = 2;
    const char *json = user;
    attain_status status =
        attain_study_parse(ctx, json, strlen(json), NULL, 0, NULL, NULL, &study, err);
    if (status == ATTAIN_OK) status = attain_calibrate(ctx, study, &settings, NULL, &c, err);
    assert_true((status == ATTAIN_OK) == (c != NULL));
    attain_calibration_free(c);
    attain_study_free(study);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    char json[sizeof conjugate];
    memcpy(json, conjugate, sizeof json);
    for (char *at = json; *at; at++)
        if (*at == '\'') *at = '"';
    check_faults("calibrate", calibrate_two, json, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_posterior), cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_departures),      cmocka_unit_test(test_odd_grains),
        cmocka_unit_test(test_threads),         cmocka_unit_test(test_failures),
        cmocka_unit_test(test_interrupted),     cmocka_unit_test(test_settings),
        cmocka_unit_test(test_faults),
    };
    attain_gsl_quiet();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
