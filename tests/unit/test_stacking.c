/* Several trends for one series: stacking weights, and answers told apart by trend. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/projection.h"

enum { TEXT = 8000 };

/* 90 days known by weekly means, `slope` a day more each day, within one part in a hundred. */
static void rising_study(char *json, double slope, const char *trends, const char *method)
{
    int n = snprintf(json, TEXT,
                     "{'title': 'planted', 'origin': '2025-01-01', 'as_of': '2025-04-01',"
                     " 'horizon': '2025-06-30', 'step': 'day', 'fit': {%s}, 'series': {"
                     "'made': {'kind': 'flow', 'trend': %s, 'step_sigma': 0},"
                     "'apart': {'kind': 'flow', 'trend': 'constant', 'step_sigma': 0}},"
                     "'goals': ["
                     "{'id': 'pace', 'series': 'made', 'statistic': 'mean', 'over': 7,"
                     " 'target': %.17g, 'readings': 'auto'},"
                     "{'id': 'other', 'series': 'apart', 'statistic': 'total', 'target': 9000},"
                     "{'id': 'both', 'all_of': ['pace', 'other']}],"
                     "'reports': ["
                     "{'series': 'apart', 'statistic': 'mean', 'start': '2025-01-01',"
                     " 'end': '2025-01-31', 'relation': 'exact', 'value': 50}",
                     method, trends, 100 + 150 * slope);
    for (int week = 0; week < 12; week++) {
        char from[ATN_DATE_SIZE], to[ATN_DATE_SIZE];
        const atn_day start = atn_date_from_parts(2025, 1, 1) + 7 * week;
        atn_date_format(start, from);
        atn_date_format(start + 6, to);
        const double off = week % 2 ? 1.005 : 0.995;
        n += snprintf(json + n, TEXT - (size_t)n,
                      ", {'series': 'made', 'statistic': 'mean', 'start': '%s', 'end': '%s',"
                      " 'relation': 'exact', 'value': %.17g, 'error': 0.01}",
                      from, to, off * (100 + slope * (7 * week + 3)));
    }
    snprintf(json + n, TEXT - (size_t)n, "]}");
}

static planted_world world_of(double slope, const char *trends, const char *method)
{
    char json[TEXT];
    planted_world w = {.ctx = check_context(NULL, 2)};
    rising_study(json, slope, trends, method);
    w.study = planted_study(w.ctx, json);
    planted_fit(&w);
    planted_project(&w);
    return w;
}

static const atn_block *block_of(const planted_world *w, size_t series)
{
    return &w->posterior->blocks[w->posterior->block_of_series[series]];
}

static double weight_of(const planted_world *w, const char *trend)
{
    const atn_block *block = block_of(w, 0);
    for (size_t c = 0; c < block->n_candidates; c++)
        if (strcmp(w->study->series[0].trends[block->candidates[c].trend[0]].name, trend) == 0)
            return block->candidates[c].weight;
    fail_msg("no candidate %s", trend);
    return NAN;
}

#define THREE "['constant', 'linear', 'logistic']"
#define MAP   "'method': 'map', 'draws': 2000, 'chains': 1, 'seed': 3"

/* What rises cannot be constant; what does not, need not rise: the weight that shrinking leaves to
 * a useless trend of three is (10 / 3) / (12 + 10). */
static void test_weights(void **state)
{
    (void)state;
    const double least = 10.0 / 3 / 22;
    planted_world w = world_of(2.0, THREE, MAP);
    print_message("rising: constant %.3f, linear %.3f, logistic %.3f\n", weight_of(&w, "constant"),
                  weight_of(&w, "linear"), weight_of(&w, "logistic"));
    atn_check_close("constant", weight_of(&w, "constant"), least, 1e-6, 0);
    assert_true(weight_of(&w, "linear") + weight_of(&w, "logistic") > 0.8);
    assert_true(block_of(&w, 0)->candidates[0].elpd < block_of(&w, 0)->candidates[1].elpd - 20);
    planted_free(&w);
    w = world_of(0.0, "['constant', 'exponential']", MAP);
    print_message("level: constant %.3f, exponential %.3f\n", weight_of(&w, "constant"),
                  weight_of(&w, "exponential"));
    assert_true(weight_of(&w, "constant") > 0.5);
    planted_free(&w);
}

static void check_reading(const planted_world *w, const atn_reading *r, size_t n_trends)
{
    double sum = 0, by_weight = 0;
    size_t draws = 0;
    assert_ptr_equal(r->choice, block_of(w, 0));
    assert_int_equal(r->n_trends, n_trends);
    for (size_t i = 0; i < r->n_trends; i++) {
        const atn_reading_trend *t = &r->trends[i];
        const double weight = r->choice->candidates[t->candidate].weight;
        assert_true(t->probability >= 0 && t->probability <= 1);
        /* a share of whole draws */
        atn_check_close("draws", (double)t->n_draws, weight * (double)w->posterior->n_draws, 1, 0);
        sum += (double)t->n_draws * t->probability;
        by_weight += weight * t->probability;
        draws += t->n_draws;
    }
    assert_int_equal(draws, w->posterior->n_draws);
    atn_check_close("weighted by draws", sum / (double)draws, r->probability, 1e-12, 0);
    atn_check_close("weighted", by_weight, r->probability,
                    (double)n_trends / (double)w->posterior->n_draws, 0);
}

static void check_world(const planted_world *w, size_t n_trends)
{
    const atn_goal_definition *pace = w->projection->goals[0].definitions;
    assert_true(pace->n_readings > 2);
    for (size_t k = 0; k < pace->n_readings; k++) check_reading(w, &pace->readings[k], n_trends);
    const atn_reading *other = w->projection->goals[1].definitions->readings;
    assert_null(other->choice); /* one trend: nothing to tell apart */
    assert_int_equal(other->n_trends, 0);
    check_reading(w, w->projection->goals[2].definitions->readings, n_trends);
}

static void test_by_trend(void **state)
{
    (void)state;
    planted_world w = world_of(2.0, THREE, MAP);
    check_world(&w, 3);
    const atn_reading *mean = &w.projection->goals[0].definitions->readings[1];
    print_message("%s: %.3f; constant %.3f, linear %.3f, logistic %.3f\n", mean->name,
                  mean->probability, mean->trends[0].probability, mean->trends[1].probability,
                  mean->trends[2].probability);
    assert_true(mean->trends[0].probability < 0.01); /* level trends never get there */
    assert_true(mean->trends[1].probability > 0.9);  /* a straight line does */
    planted_free(&w);
}

/* Under the sampler each candidate's share comes from all of its chains. */
static void test_sampled(void **state)
{
    (void)state;
    planted_world w =
        world_of(2.0, "['constant', 'linear']",
                 "'method': 'nuts', 'draws': 250, 'warmup': 300, 'chains': 4, 'seed': 3");
    check_world(&w, 2);
    const atn_block *block = block_of(&w, 0);
    for (size_t c = 0; c < block->n_candidates; c++) {
        size_t seen[4] = {0}, n = 0;
        bool taken[1000] = {false};
        assert_int_equal(w.posterior->n_draws, 1000);
        for (size_t d = 0; d < 1000; d++) {
            if (block->which[d] != c) continue;
            assert_false(taken[block->row[d]]);
            taken[block->row[d]] = true;
            seen[block->row[d] / 250]++;
            n++;
        }
        for (size_t k = 0; k < 4; k++)
            atn_check_close("from each chain", (double)seen[k], (double)n / 4, 2, 0);
    }
    planted_free(&w);
}

/* A trend with next to no weight and few draws says nothing of its own. */
static void test_small_share(void **state)
{
    (void)state;
    planted_world w = world_of(2.0, THREE, MAP);
    attain_projection_free(w.projection);
    atn_block *block = &w.posterior->blocks[w.posterior->block_of_series[0]];
    block->candidates[0].weight = 0.01;
    size_t left = 49;
    for (size_t d = 0; d < w.posterior->n_draws; d++)
        if (block->which[d] == 0 && left-- == 0) {
            left = 0;
            block->which[d] = 1;
        }
    planted_project(&w);
    const atn_reading *r = w.projection->goals[0].definitions->readings;
    assert_int_equal(r->n_trends, 2);
    assert_int_equal(r->trends[0].candidate, 1);
    attain_projection_free(w.projection);
    block->candidates[0].weight = 0.011;
    planted_project(&w);
    r = w.projection->goals[0].definitions->readings;
    assert_int_equal(r->n_trends, 3);
    assert_int_equal(r->trends[0].n_draws, 49);
    planted_free(&w);
}

static attain_status project_once(void *user, attain_context *ctx, attain_error *err)
{
    attain_projection *projection = NULL;
    const attain_status status = attain_project_run(ctx, user, &projection, err);
    attain_projection_free(projection);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    planted_world w = world_of(2.0, THREE, "'method': 'map', 'draws': 200, 'chains': 1, 'seed': 3");
    check_faults("project", project_once, w.posterior, 2000);
    planted_free(&w);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights), cmocka_unit_test(test_by_trend),
        cmocka_unit_test(test_sampled), cmocka_unit_test(test_small_share),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
