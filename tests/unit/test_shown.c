/* What pictures show beside single paths: sums of flows about a stock and the stay they imply, and
 * paths under a scenario less those without, on planted draws whose answers are known. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/shown.h"
#include "stats/distribution.h"

enum { DRAWS = 203, STEPS = 300, NOW = 59, FIRST = 100 }; /* the change is from 2025-04-11 */

static const char *const shape =
    "{'title': 'shown', 'origin': '2025-01-01', 'as_of': '2025-03-01', 'horizon': '2025-10-27',"
    " 'inputs': {'beds': {'values': {'2025-01-01': %s}, 'hold': true}},"
    " 'series': {"
    "'come': {'kind': 'flow', 'trend': 'constant'},"
    "'in': {'kind': 'flow', 'trend': {'formula': 'come'}},"
    "'more': {'kind': 'flow', 'trend': {'formula': 'come / 4'}},"
    "'out': {'kind': 'flow', 'trend': {'formula': 'ward / stay'},"
    " 'parameters': {'stay': 'lognormal(log(20), 0.1)'}},"
    "'ward': {'kind': 'stock', 'inflows': ['in', 'more'], 'outflows': ['out'],"
    " 'capacity': 'beds', 'parameters': {'initial': 'lognormal(log(1000), 0.1)'}}},"
    " 'reports': [{'series': 'ward', 'statistic': 'level', 'start': '2025-02-08',"
    " 'relation': 'exact', 'value': 1100}],"
    " 'goals': ["
    "{'id': 'level', 'series': 'ward', 'statistic': 'level', 'target': 1290},"
    "{'id': 'sum', 'series': 'in', 'statistic': 'total', 'target': 30000}],"
    "'scenarios': ["
    "{'id': 'fewer', 'from': '2025-04-11', 'changes': [{'replace': 'come', 'with': 50}]},"
    "{'id': 'same', 'from': '2025-04-11', 'changes': [{'multiply': 'come', 'by': 1}]}]}";

static double spread(uint64_t seed, size_t draw)
{
    atn_stream stream;
    atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, draw);
    return exp(0.1 * atn_stream_normal(&stream));
}

static double come_of(size_t draw)
{
    return 80 * spread(1, draw);
}

static double stay_of(size_t draw)
{
    return 20 * spread(2, draw);
}

static void planted(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    (void)user, (void)block;
    for (size_t k = 0; k < atn_model_dimension(model); k++) {
        const char *name = atn_model_name(model, k);
        theta[k] = 0.0;
        if (strstr(name, "come.")) theta[k] = come_of(draw);
        if (strcmp(name, "out.stay") == 0) theta[k] = stay_of(draw);
        if (strcmp(name, "ward.initial") == 0) theta[k] = 1000;
    }
}

static planted_world world_of_draws(unsigned threads, const char *beds, size_t n_draws)
{
    char json[4000];
    planted_world w = {.ctx = check_context(NULL, threads)};
    snprintf(json, sizeof json, shape, beds);
    w.study = planted_study(w.ctx, json);
    w.posterior = planted_posterior(w.ctx, w.study, n_draws, 42, planted, NULL);
    planted_project(&w);
    return w;
}

static planted_world world_of(unsigned threads, const char *beds)
{
    return world_of_draws(threads, beds, DRAWS);
}

static size_t series_of(const planted_world *w, const char *id)
{
    for (size_t s = 0; s < w->study->n_series; s++)
        if (strcmp(w->study->series[s].id, id) == 0) return s;
    fail();
    return 0;
}

/* What `of` says of each draw, times `factor`, as quantiles. */
static void want_levels(double (*of)(size_t), double factor, double shift,
                        double out[ATN_N_ATTAINABLE])
{
    double x[DRAWS];
    for (size_t d = 0; d < DRAWS; d++) x[d] = factor * of(d) + shift;
    atn_quantiles(x, DRAWS, atn_attainable_levels, ATN_N_ATTAINABLE, out);
}

static void check_levels(const char *name, const double *got, size_t n, size_t k,
                         const double want[ATN_N_ATTAINABLE])
{
    for (size_t l = 0; l < ATN_N_ATTAINABLE; l++)
        atn_check_close(name, got[l * n + k], want[l], 1e-9, 1e-9);
}

static void test_steps(void **state)
{
    (void)state;
    planted_world w = world_of(1, "1000000");
    const attain_projection *p = w.projection;
    bool now = false;
    assert_in_range(p->n_shown, 60, ATN_MAX_SHOWN);
    assert_int_equal(w.study->n_steps, STEPS);
    assert_int_equal(p->shown[0], 0);
    assert_int_equal(p->shown[p->n_shown - 1], STEPS - 1);
    for (size_t k = 0; k < p->n_shown; k++) {
        now |= p->shown[k] == NOW;
        if (k) assert_true(p->shown[k] > p->shown[k - 1]);
    }
    assert_true(now);
    for (size_t n = 1; n < 2000; n++) { /* any length, any as-of step */
        attain_study study = {.n_steps = n, .as_of_step = (long)(n * 7 % (n + 3)) - 1};
        size_t steps[ATN_MAX_SHOWN + 1];
        steps[ATN_MAX_SHOWN] = 12345;
        const size_t count = atn_shown_steps(&study, steps);
        assert_in_range(count, 1, ATN_MAX_SHOWN);
        assert_int_equal(steps[ATN_MAX_SHOWN], 12345);
        assert_int_equal(steps[count - 1], n - 1);
        for (size_t k = 1; k < count; k++) assert_true(steps[k] > steps[k - 1]);
    }
    planted_free(&w);
}

/* In and out of a stock with room: what enters is the sum of both flows draw by draw, and level
 * over outflow is the stay that was planted. */
static void test_passage(void **state)
{
    (void)state;
    planted_world w = world_of(2, "1000000");
    const attain_projection *p = w.projection;
    const atn_passage *ward = p->series[series_of(&w, "ward")].passage;
    double inflow[ATN_N_ATTAINABLE], stay[ATN_N_ATTAINABLE];
    assert_non_null(ward);
    assert_null(p->series[series_of(&w, "in")].passage);
    want_levels(come_of, 1.25, 0, inflow);
    want_levels(stay_of, 1, 0, stay);
    for (size_t k = 0; k < p->n_shown; k++) {
        check_levels("inflow", ward->inflow, p->n_shown, k, inflow);
        check_levels("stay", ward->stay, p->n_shown, k, stay);
        atn_check_close("full", ward->full[k], 0, 0, 0);
    }
    /* Nothing was there but 1000, a draw's stay-th of which leaves on the first day. */
    for (size_t l = 0; l < ATN_N_ATTAINABLE; l++)
        atn_check_close("first outflow", ward->outflow[l * p->n_shown], 1000 / stay[2 - l], 1e-9,
                        3e-3); /* of reciprocals: interpolation differs */
    planted_free(&w);
}

/* A hundred come for twenty days each: room for 1500 is full before long, room for 500 at once. */
static void test_full(void **state)
{
    (void)state;
    planted_world w = world_of(1, "1500");
    const attain_projection *p = w.projection;
    const atn_passage *ward = p->series[series_of(&w, "ward")].passage;
    double count = 0;
    for (size_t d = 0; d < DRAWS; d++) count += 1.25 * come_of(d) * stay_of(d) > 1500;
    assert_true(count > 190);
    atn_check_close("at first", ward->full[0], 0, 0, 0);
    assert_true(ward->full[p->n_shown - 1] > 0.9);
    for (size_t k = 1; k < p->n_shown; k++) /* the stock grows to its limit, and stays there */
        assert_true(ward->full[k] >= ward->full[k - 1]);
    planted_free(&w);
}

static const atn_moved_path *moved(const planted_world *w, size_t scenario, const char *id)
{
    const atn_scenario_result *r = &w->projection->scenarios[scenario];
    for (size_t k = 0; k < r->n_paths; k++)
        if (r->paths[k].series == series_of(w, id)) return &r->paths[k];
    fail_msg("no path of %s", id);
    return NULL;
}

static void test_moved(void **state)
{
    (void)state;
    planted_world w = world_of(1, "1000000");
    attain_error err;
    atn_check_status("scenarios", attain_project_scenarios(w.ctx, w.projection, &err), ATTAIN_OK,
                     &err);
    const attain_projection *p = w.projection;
    assert_int_equal(p->n_scenarios, 2);
    assert_int_equal(p->scenarios[0].n_paths, 2); /* what goals count: the level and the total */
    assert_int_equal(p->scenarios[1].n_paths, 0); /* moves nothing */
    const atn_moved_path *in = moved(&w, 0, "in"), *ward = moved(&w, 0, "ward");
    assert_true(in->total);
    assert_false(ward->total);
    for (size_t k = 0; k < p->n_shown; k++) {
        const double past = fmin(FIRST, (double)p->shown[k] + 1);
        const double after = (double)p->shown[k] + 1 - past;
        double level[ATN_N_ATTAINABLE], change[ATN_N_ATTAINABLE];
        want_levels(come_of, past, 50 * after, level);
        want_levels(come_of, -after, 50 * after, change);
        check_levels("total", in->level, p->n_shown, k, level);
        for (size_t l = 0; l < ATN_N_ATTAINABLE; l++)
            atn_check_close("change of the total", in->change[l * p->n_shown + k], change[l], 1e-7,
                            1e-9);
    }
    const size_t last = p->n_shown - 1;
    double level[ATN_N_ATTAINABLE];
    want_levels(stay_of, 1.25 * 50, 0, level); /* Little's law, 200 days on */
    for (size_t l = 0; l < ATN_N_ATTAINABLE; l++)
        atn_check_close("level", ward->level[l * p->n_shown + last], level[l], 0, 1e-3);
    planted_free(&w);
}

static void test_threads(void **state)
{
    (void)state;
    planted_world one = world_of(1, "1500"), three = world_of(3, "1500");
    attain_error err;
    atn_check_status("one", attain_project_scenarios(one.ctx, one.projection, &err), ATTAIN_OK,
                     &err);
    atn_check_status("three", attain_project_scenarios(three.ctx, three.projection, &err),
                     ATTAIN_OK, &err);
    const size_t n = ATN_N_ATTAINABLE * one.projection->n_shown, s = series_of(&one, "ward");
    const atn_passage *a = one.projection->series[s].passage,
                      *b = three.projection->series[s].passage;
    atn_check_same_bits("inflow", a->inflow, b->inflow, n);
    atn_check_same_bits("outflow", a->outflow, b->outflow, n);
    atn_check_same_bits("stay", a->stay, b->stay, n);
    atn_check_same_bits("full", a->full, b->full, one.projection->n_shown);
    atn_check_same_bits("level", moved(&one, 0, "ward")->level, moved(&three, 0, "ward")->level, n);
    atn_check_same_bits("change", moved(&one, 0, "in")->change, moved(&three, 0, "in")->change, n);
    planted_free(&one);
    planted_free(&three);
}

static attain_status project_once(void *user, attain_context *ctx, attain_error *err)
{
    const planted_world *w = user;
    attain_projection *projection = NULL;
    attain_status status = attain_project_run(ctx, w->posterior, &projection, err);
    if (status != ATTAIN_OK) return status;
    status = attain_project_scenarios(ctx, projection, err);
    attain_projection_free(projection);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    planted_world w = world_of_draws(1, "1500", 5);
    check_faults("passages and scenarios", project_once, &w, 4000);
    planted_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps), cmocka_unit_test(test_passage), cmocka_unit_test(test_full),
        cmocka_unit_test(test_moved), cmocka_unit_test(test_threads), cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
