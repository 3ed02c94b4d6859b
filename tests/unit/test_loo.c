/* Reports predicted each from the others, against exact answers: a constant level with a normal
 * prior and normal errors, whose posterior without a report is known. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "stats/distribution.h"

enum { TEXT = 16000, MOST = 40 };

typedef struct figures {
    size_t n;
    double value[MOST], error[MOST]; /* relative */
    double low, high;                /* of a last report that states a range; NaN: none */
} figures;

static void level_study(char *json, const figures *f, const char *trend, const char *method)
{
    int n = snprintf(
        json, TEXT,
        "{'title': 'level', 'origin': '2025-01-01', 'as_of': '2025-04-01',"
        " 'horizon': '2025-04-30', 'step': 'day', 'series': {'held': {'kind': 'stock',"
        " 'link': 'identity', 'trend': %s%s}}, 'fit': {%s, 'seed': 11},"
        " 'reports': [",
        trend,
        strcmp(trend, "'constant'") == 0 ? ", 'parameters': {'level': 'normal(50, 20)'}" : "",
        method);
    for (size_t i = 0; i < f->n; i++)
        n += snprintf(json + n, TEXT - (size_t)n,
                      "%s{'series': 'held', 'statistic': 'level', 'start': '2025-0%zu-%02zu',"
                      " 'relation': 'exact', 'value': %.17g, 'error': %.17g}",
                      i ? ", " : "", 1 + i / 28, 1 + i % 28, f->value[i], f->error[i]);
    if (isfinite(f->low))
        n += snprintf(json + n, TEXT - (size_t)n,
                      ", {'series': 'held', 'statistic': 'level', 'start': '2025-03-20',"
                      " 'relation': 'between', 'value': %.17g, 'upper': %.17g, 'error': 0.1}",
                      f->low, f->high);
    snprintf(json + n, TEXT - (size_t)n, "]}");
}

typedef struct world {
    attain_context *ctx;
    attain_study *study;
    attain_posterior *posterior;
} world;

static world world_of(const figures *f, const char *trend, const char *method, unsigned threads)
{
    char json[TEXT];
    attain_error err = {0};
    world w = {.ctx = check_context(NULL, threads)};
    level_study(json, f, trend, method);
    w.study = planted_study(w.ctx, json);
    atn_check_status("fit", attain_fit_run(w.ctx, w.study, NULL, NULL, &w.posterior, &err),
                     ATTAIN_OK, &err);
    return w;
}

static void world_free(world *w)
{
    attain_posterior_free(w->posterior);
    attain_study_free(w->study);
    attain_context_free(w->ctx);
}

/* Mean and sd of the prediction of a figure whose error's sd is e, by all reports but r. */
static void without(const figures *f, size_t r, double e, double *mean, double *sd)
{
    double precision = 1.0 / 400.0, sum = 50.0 / 400.0;
    for (size_t i = 0; i < f->n; i++) {
        if (i == r) continue;
        const double own = f->error[i] * f->value[i];
        precision += 1.0 / (own * own);
        sum += f->value[i] / (own * own);
    }
    *mean = sum / precision;
    *sd = sqrt(1.0 / precision + e * e);
}

static double cdf(double x)
{
    return exp(atn_log_cdf(x, INFINITY, NULL));
}

static const figures twelve = {12,
                               {50, 52, 47, 55, 44, 51, 58, 49, 46, 53, 50, 61},
                               {.1, .1, .1, .1, .1, .05, .1, .1, .1, .1, .1, .1},
                               NAN,
                               NAN};

#define MAP  "'method': 'map', 'draws': 10000, 'chains': 1"
#define NUTS "'method': 'nuts', 'draws': 2500, 'warmup': 500, 'chains': 4"

static void check_exact(const char *method)
{
    world w = world_of(&twelve, "'constant'", method, 2);
    double total = 0.0;
    for (size_t r = 0; r < twelve.n; r++) {
        double mean, sd;
        const double v = twelve.value[r];
        without(&twelve, r, twelve.error[r] * v, &mean, &sd);
        const double x = (v - mean) / sd, exact = atn_log_pdf(x, INFINITY, NULL) - log(sd);
        const atn_loo_mixed loo = atn_loo_mix(w.posterior, 0, r);
        assert_int_equal(loo.report, r);
        assert_true(loo.available && loo.pareto_k < 0.7 && loo.elpd < loo.lpd);
        atn_check_close("elpd", loo.elpd, exact, 0.02, 0);
        atn_check_close("pit", loo.pit, cdf(x), 0.01, 0);
        atn_check_close("threshold", loo.threshold, 0.7, 1e-12, 0);
        total += loo.elpd;
    }
    atn_check_close("candidate", w.posterior->blocks[0].candidates[0].elpd, total, 1e-9, 0);
    world_free(&w);
}

static void test_map(void **state)
{
    (void)state;
    check_exact(MAP);
}

static void test_nuts(void **state)
{
    (void)state;
    check_exact(NUTS);
}

/* A range: its probability, and a place between F at its ends. */
static void test_range(void **state)
{
    (void)state;
    figures f = twelve;
    f.low = 40;
    f.high = 52;
    world w = world_of(&f, "'constant'", MAP, 1);
    double mean, sd;
    without(&f, f.n, 0.1 * 40, &mean, &sd);
    const double below = cdf((40 - mean) / sd), upto = cdf((52 - mean) / sd);
    const atn_loo_mixed loo = atn_loo_mix(w.posterior, 0, f.n);
    const atn_loo_report *own = &w.posterior->blocks[0].candidates[0].loo[f.n];
    atn_check_close("elpd", loo.elpd, log(upto - below), 0.01, 0);
    atn_check_close("below", own->below, below, 0.005, 0);
    atn_check_close("upto", own->upto, upto, 0.005, 0);
    assert_true(loo.pit > own->below && loo.pit < own->upto);
    world_free(&w);
}

/* One figure far from all others moves the answer so much that its removal cannot be judged. */
static void test_influential(void **state)
{
    (void)state;
    figures f = {3, {50, 52, 30}, {.2, .2, .003}, NAN, NAN};
    world w = world_of(&f, "'constant'", "'method': 'map', 'draws': 1000, 'chains': 1", 1);
    const atn_loo_mixed loo = atn_loo_mix(w.posterior, 0, 2);
    atn_check_close("threshold", loo.threshold, 1 - 1 / 3.0, 1e-12, 0);
    assert_false(loo.pareto_k <= loo.threshold);
    assert_true(w.posterior->blocks[0].candidates[0].n_high_loo_k >= 1);
    world_free(&w);
}

/* Densities and places of several trends mix by weight. */
static void test_mixture(void **state)
{
    (void)state;
    world w = world_of(&twelve, "['constant', 'linear']", MAP, 2);
    const atn_block *block = &w.posterior->blocks[0];
    assert_int_equal(block->n_candidates, 2);
    for (size_t r = 0; r < twelve.n; r++) {
        double density = 0, pit = 0;
        for (size_t c = 0; c < 2; c++) {
            density += block->candidates[c].weight * exp(block->candidates[c].loo[r].elpd);
            pit += block->candidates[c].weight * block->candidates[c].loo[r].below;
        }
        const atn_loo_mixed loo = atn_loo_mix(w.posterior, 0, r);
        atn_check_close("elpd", loo.elpd, log(density), 1e-12, 0);
        atn_check_close("pit", loo.pit, pit, 1e-12, 0);
    }
    world_free(&w);
}

/* Forty figures drawn from the model spread evenly in their predictions; with a fifth of the error
 * that they really have they lie too far out, and that is told. */
static void check_spread(double stated, bool told)
{
    figures f = {.n = MOST, .low = NAN};
    atn_stream stream;
    attain_error err = {0};
    attain_projection *projection = NULL;
    attain_results *results = NULL;
    char *text = NULL;
    double probability = NAN, n = NAN;
    atn_stream_init(&stream, 2026, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t i = 0; i < f.n; i++) {
        f.value[i] = 50 * (1 + 0.1 * atn_stream_normal(&stream));
        f.error[i] = stated * 50 / f.value[i];
    }
    world w = world_of(&f, "'constant'", MAP, 1);
    atn_check_status("project", attain_project_run(w.ctx, w.posterior, &projection, &err),
                     ATTAIN_OK, &err);
    atn_check_status("results",
                     attain_results_create(w.ctx, projection, NULL, false, &results, &err),
                     ATTAIN_OK, &err);
    atn_check_status("p",
                     attain_results_number(results, "fit/loo/pit/probability", &probability, &err),
                     ATTAIN_OK, &err);
    atn_check_status("n", attain_results_number(results, "fit/loo/reports", &n, &err), ATTAIN_OK,
                     &err);
    atn_check_status("json", attain_results_json(results, &text, &err), ATTAIN_OK, &err);
    print_message("errors stated as %g: probability %.3g\n", stated, probability);
    atn_check_close("reports", n, MOST, 0, 0);
    assert_int_equal(probability < 0.01, told);
    assert_int_equal(strstr(text, "the stated errors may be too small") != NULL, told);
    attain_text_free(w.ctx, text);
    attain_results_free(results);
    attain_projection_free(projection);
    world_free(&w);
}

static void test_spread(void **state)
{
    (void)state;
    check_spread(0.1, false);
    check_spread(0.02, true);
}

/* Left out where nothing needs it. */
static void test_skipped(void **state)
{
    (void)state;
    char json[TEXT];
    attain_error err = {0};
    attain_fit_settings settings;
    attain_fit_settings_init(&settings);
    settings.skip_loo = true;
    for (int several = 0; several < 2; several++) {
        world w = {.ctx = check_context(NULL, 1)};
        level_study(json, &twelve, several ? "['constant', 'linear']" : "'constant'", MAP);
        w.study = planted_study(w.ctx, json);
        atn_check_status("fit", attain_fit_run(w.ctx, w.study, &settings, NULL, &w.posterior, &err),
                         ATTAIN_OK, &err);
        assert_int_equal(atn_loo_mix(w.posterior, 0, 0).available, several);
        assert_int_equal(isfinite(w.posterior->blocks[0].candidates[0].elpd) != 0, several);
        world_free(&w);
    }
}

static void test_threads(void **state)
{
    (void)state;
    world one = world_of(&twelve, "'constant'", MAP, 1),
          three = world_of(&twelve, "'constant'", MAP, 3);
    for (size_t r = 0; r < twelve.n; r++) {
        const atn_loo_mixed a = atn_loo_mix(one.posterior, 0, r);
        const atn_loo_mixed b = atn_loo_mix(three.posterior, 0, r);
        atn_check_same_bits("elpd", &a.elpd, &b.elpd, 1);
        atn_check_same_bits("k", &a.pareto_k, &b.pareto_k, 1);
        atn_check_same_bits("pit", &a.pit, &b.pit, 1);
    }
    world_free(&one);
    world_free(&three);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map),     cmocka_unit_test(test_nuts),
        cmocka_unit_test(test_range),   cmocka_unit_test(test_influential),
        cmocka_unit_test(test_mixture), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_spread),  cmocka_unit_test(test_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
