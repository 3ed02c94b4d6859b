/* Sweeps on planted posteriors: to the bit what a scenario says, break-even values by closed forms.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/projection.h"

/* As in test_scenario.c: 100 days, 40 of them past; `read` reads `made` and `beds`. */
#define HEAD                                                                                       \
    "{'title': 'swept', 'origin': '2025-01-01', 'as_of': '2025-02-09', 'horizon': '2025-04-10',"   \
    " 'step': 'day', 'inputs': {'beds': {'values': {'2025-01-01': 400}, 'hold': true}},"           \
    " 'series': {"                                                                                 \
    "'made': {'kind': 'flow', 'trend': {'formula': 'rate * exp(0.001 * t)'},"                      \
    " 'parameters': {'rate': 'lognormal(log(100), 0.1)'},"                                         \
    " 'deviation': {'type': 'ar1', 'every': 7, 'sigma': 'half_normal(0.3)', 'phi': 'beta(9, 1)'}," \
    " 'step_sigma': 'half_normal(0.3)'},"                                                          \
    "'read': {'kind': 'flow', 'trend': {'formula': 'k * made + beds / 100'},"                      \
    " 'parameters': {'k': 'lognormal(0, 0.1)'}, 'step_sigma': 'half_normal(0.3)'},"                \
    "'held': {'kind': 'stock', 'link': 'identity', 'trend': {'formula': 'level + 2 * t'},"         \
    " 'parameters': {'level': 'normal(1000, 100)'}, 'deviation': {'type': 'random_walk'}},"        \
    "'opinion': {'kind': 'share', 'trend': {'formula': 'p + 0 * t'},"                              \
    " 'parameters': {'p': 'beta(4, 6)'}, 'deviation': {'type': 'random_walk'}}},"                  \
    "'definitions': {'narrow': {'series': 'made', 'reference': true},"                             \
    "'wide': {'series': 'made', 'factor': 'lognormal(log(2), 0.1)'}},"                             \
    "'reports': [{'series': 'made', 'statistic': 'value', 'start': '2025-02-08',"                  \
    " 'relation': 'exact', 'value': 120}],"                                                        \
    "'goals': ["                                                                                   \
    "{'id': 'total', 'series': 'made', 'statistic': 'total', 'target': 11000},"                    \
    "{'id': 'early', 'series': 'made', 'statistic': 'total', 'start': '2025-03-10',"               \
    " 'deadline': '2025-03-20', 'target': 1300},"                                                  \
    "{'id': 'before', 'series': 'made', 'statistic': 'mean', 'over': 5, 'deadline':"               \
    " '2025-02-15', 'target': 110},"                                                               \
    "{'id': 'week', 'series': 'made', 'definition': 'wide', 'statistic': 'mean', 'over': 7,"       \
    " 'target': 270, 'readings': 'auto'},"                                                         \
    "{'id': 'rolling', 'series': 'read', 'statistic': 'rolling_total', 'over': 20, 'held': 3,"     \
    " 'target': 2400},"                                                                            \
    "{'id': 'cap', 'series': 'read', 'statistic': 'total', 'direction': 'at_most',"                \
    " 'target': 11000, 'start': '2025-01-20'},"                                                    \
    "{'id': 'low', 'series': 'held', 'statistic': 'level', 'direction': 'at_most',"                \
    " 'start': '2025-02-01', 'target': 950, 'readings': 'auto'},"                                  \
    "{'id': 'view', 'series': 'opinion', 'statistic': 'mean', 'over': 3, 'target': 0.5},"          \
    "{'id': 'both', 'all_of': ['week', 'rolling']}, {'id': 'one', 'any_of': ['both', 'low']},"     \
    "{'id': 'first', 'before': ['total', 'rolling']}],"                                            \
    "'scenarios': ["

#define FROM "2025-02-20"

static void planted(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    const double spread = user ? 0.0 : 0.1;
    atn_stream stream;
    atn_stream_init(&stream, 7, ATN_PURPOSE_SIMULATE, block, draw);
    for (size_t k = 0; k < atn_model_dimension(model); k++) {
        const char *name = atn_model_name(model, k);
        const double z = atn_stream_normal(&stream);
        theta[k] = user ? 0.0 : z; /* latent */
        if (strcmp(name, "made.rate") == 0) theta[k] = 100 * exp(spread * z);
        if (strcmp(name, "read.k") == 0) theta[k] = exp(spread * z);
        if (strcmp(name, "held.level") == 0) theta[k] = 1000 + 500 * spread * z;
        if (strstr(name, "deviation.sigma")) theta[k] = user ? 1e-9 : 0.05 * exp(0.1 * z);
        if (strcmp(name, "held.deviation.sigma") == 0) theta[k] *= 400;
        if (strstr(name, "deviation.phi")) theta[k] = 0.9;
        if (strstr(name, "step_sigma")) theta[k] = user ? 1e-9 : 0.2;
        if (strcmp(name, "opinion.p") == 0) theta[k] = 0.4;
        if (strcmp(name, "definition.wide") == 0) theta[k] = 2 * exp(spread * z);
    }
}

static planted_world world_of(unsigned threads, size_t n_draws, const char *scenarios, bool sure)
{
    char json[6000];
    planted_world w = {.ctx = check_context(NULL, threads)};
    snprintf(json, sizeof json, "%s%s]}", HEAD, scenarios);
    w.study = planted_study(w.ctx, json);
    w.posterior = planted_posterior(w.ctx, w.study, n_draws, 42, planted, sure ? &w : NULL);
    return w;
}

static attain_sweep *sweep_of(const planted_world *w, const char *vary, const char *second,
                              const char *goal, double until)
{
    attain_error err;
    attain_sweep *sweep;
    const char *texts[2] = {vary, second};
    attain_sweep_settings settings;
    attain_sweep_settings_init(&settings);
    settings.vary = texts;
    settings.n_vary = second ? 2 : 1;
    settings.goal = goal;
    settings.until = until;
    settings.from = FROM;
    atn_check_status("check", attain_sweep_check(w->ctx, w->study, &settings, &err), ATTAIN_OK,
                     &err);
    atn_check_status("sweep", attain_sweep_run(w->ctx, w->posterior, &settings, &sweep, &err),
                     ATTAIN_OK, &err);
    return sweep;
}

/* ---- beside scenarios ---- */

/* Every reading at the sweep's last value is the scenario's, to the bit, Monte Carlo error and all.
 */
static void test_scenarios(void **state)
{
    (void)state;
    static const struct {
        const char *vary, *change;
    } rows[] = {
        {"multiply.made=0.5:1.2:0.7", "{'multiply': 'made', 'by': 1.2}"},
        {"replace.made=0:115:115", "{'replace': 'made', 'with': 115}"},
        {"made.rate=50:130:40", "{'set': 'made.rate', 'to': 130}"},
        {"set.read.k=0.5:1.2:0.7", "{'set': 'read.k', 'to': 1.2}"},
        {"made.deviation.sigma=0.01:0.3:0.29", "{'set': 'made.deviation.sigma', 'to': 0.3}"},
        {"made.step_sigma=0.1:0.4:0.3", "{'set': 'made.step_sigma', 'to': 0.4}"},
        {"beds=100:2900:2800", "{'set': 'beds', 'to': 2900}"},
        {"read.beds=100:2900:2800", "{'capacity': 'beds', 'to': 2900}"},
        {"held.level=900:1010:110", "{'set': 'held.level', 'to': 1010}"},
        {"multiply.held=0.5:0.95:0.45", "{'multiply': 'held', 'by': 0.95}"},
        {"opinion.p=0.1:0.5:0.4", "{'set': 'opinion.p', 'to': 0.5}"},
    };
    enum { N = 203 };
    size_t moved = 0;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char scenario[300];
        attain_error err;
        attain_projection *projection;
        snprintf(scenario, sizeof scenario, "{'id': 's', 'from': '" FROM "', 'changes': [%s]}",
                 rows[k].change);
        planted_world w = world_of(2, N, scenario, false);
        attain_sweep *sweep = sweep_of(&w, rows[k].vary, NULL, NULL, 0.5);
        atn_check_status("project", attain_project_run(w.ctx, w.posterior, &projection, &err),
                         ATTAIN_OK, &err);
        atn_check_status("scenario", attain_project_scenarios(w.ctx, projection, &err), ATTAIN_OK,
                         &err);
        const atn_goal_result *goals = projection->scenarios[0].answer->goals;
        size_t n[2], n_answers, a = 0, pair = 0;
        attain_sweep_shape(sweep, n, &n_answers);
        for (size_t g = 0; g < w.study->n_goals; g++)
            for (size_t d = 0; d < goals[g].n_definitions; d++)
                for (size_t j = 0; j < goals[g].definitions[d].n_readings; j++, pair++) {
                    const atn_reading *r = &goals[g].definitions[d].readings[j];
                    if (goals[g].definitions[d].definition == ATN_POOLED) continue;
                    double p = NAN, mcse = NAN;
                    assert_true(attain_sweep_probability(sweep, a, n[0] - 1, 0, &p, &mcse));
                    if (memcmp(&p, &r->probability, sizeof p) != 0)
                        fail_msg("%s, %s %s: %g, the scenario says %g", rows[k].vary,
                                 w.study->goals[g].id, r->name, p, r->probability);
                    atn_check_same_bits("mcse", &mcse, &r->mcse, 1);
                    moved += fabs(projection->scenarios[0].paired[pair].difference) > 0.01;
                    a++;
                }
        assert_int_equal(a, n_answers);
        attain_sweep_free(sweep);
        attain_projection_free(projection);
        planted_free(&w);
    }
    assert_true(moved > 30); /* the comparison is about something */
}

/* ---- closed forms ---- */

/* With nothing uncertain the crossing is where the target lies: what is past, and so many times the
 * rest. */
static void test_break_even(void **state)
{
    (void)state;
    planted_world w = world_of(2, 16, "", true);
    double past = 0, rest = 0, value = NAN;
    for (int t = 0; t < 100; t++) *(t < 50 ? &past : &rest) += 100 * exp(0.001 * t);
    past += 120 - 100 * exp(0.001 * 38); /* the day that is reported */
    attain_sweep *sweep = sweep_of(&w, "multiply.made=0.5:2:0.5", NULL, "total/narrow", 0.5);
    assert_true(attain_sweep_break_even(sweep, 0, 0, &value));
    atn_check_close("factor", value, (11000 - past) / rest, 1e-6, 0);
    attain_sweep_free(sweep);
    sweep = sweep_of(&w, "replace.made=10:400:50", NULL, "total/narrow/total", 0.9);
    assert_true(attain_sweep_break_even(sweep, 0, 0, &value));
    atn_check_close("level", value, (11000 - past) / 50, 1e-4, 0);
    attain_sweep_free(sweep);
    /* a fall crosses too; beds count 1 / 100 a day each for 50 days */
    double read = 0;
    for (int t = 19; t < 100; t++) read += 100 * exp(0.001 * t) + (t < 50 ? 4 : 0);
    sweep = sweep_of(&w, "beds=0:20000:1000", NULL, "cap", 0.5);
    assert_true(attain_sweep_break_even(sweep, 0, 0, &value));
    atn_check_close("beds", value, (11000 - read) * 100 / 50, 1e-3, 0);
    attain_sweep_free(sweep);
    sweep = sweep_of(&w, "multiply.made=0.1:0.3:0.1", NULL, "total/narrow", 0.5);
    assert_false(attain_sweep_break_even(sweep, 0, 0, &value));
    attain_sweep_free(sweep);
    planted_free(&w);
}

/* Two things: the crossing of the first for each value of the second, and the grid's order. */
static void test_two(void **state)
{
    (void)state;
    planted_world w = world_of(1, 16, "", true);
    attain_sweep *sweep =
        sweep_of(&w, "multiply.made=0.5:3:0.1", "made.rate=50:200:50", "total/narrow", 0.5);
    size_t n[2], n_answers;
    double past = 0, rest = 0, value = NAN, p = NAN;
    for (int t = 0; t < 100; t++) *(t < 50 ? &past : &rest) += 100 * exp(0.001 * t);
    past += 120 - 100 * exp(0.001 * 38);
    attain_sweep_shape(sweep, n, &n_answers);
    assert_int_equal(n[0], 26);
    assert_int_equal(n[1], 4);
    assert_int_equal(n_answers, 1);
    for (size_t s = 0; s < 4; s++) {
        const double rate = attain_sweep_value(sweep, 1, s);
        const double want = (11000 - past) / (rest * rate / 100);
        assert_true(attain_sweep_break_even(sweep, 0, s, &value));
        atn_check_close("factor", value, want, 1e-6, 0);
        for (size_t k = 0; k < n[0]; k++) {
            assert_true(attain_sweep_probability(sweep, 0, k, s, &p, NULL));
            atn_check_close("p", p, attain_sweep_value(sweep, 0, k) >= want ? 1 : 0, 0, 0);
        }
    }
    assert_false(attain_sweep_probability(sweep, 1, 0, 0, &p, NULL));
    assert_false(attain_sweep_probability(sweep, 0, 26, 0, &p, NULL));
    assert_true(isnan(attain_sweep_value(sweep, 2, 0)));
    attain_sweep_answer answer;
    attain_error err;
    atn_check_status("answer", attain_sweep_answer_get(sweep, 0, &answer, &err), ATTAIN_OK, &err);
    assert_string_equal(answer.goal, "total");
    assert_string_equal(answer.definition, "narrow");
    atn_check_status("no answer", attain_sweep_answer_get(sweep, 1, &answer, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    attain_sweep_free(sweep);
    planted_free(&w);
}

/* ---- invariances ---- */

/* Chances of a total rise with the factor; threads and batches do not matter. */
static void test_threads(void **state)
{
    (void)state;
    planted_world one = world_of(1, 101, "", false), three = world_of(3, 101, "", false);
    attain_sweep *a = sweep_of(&one, "multiply.made=0.5:2:0.001", NULL, "total/wide", 0.3);
    attain_sweep *b = sweep_of(&three, "multiply.made=0.5:2:0.001", NULL, "total/wide", 0.3);
    double before = 0, p, q, mcse, other;
    for (size_t k = 0; k <= 1500; k++) { /* more than one batch */
        assert_true(attain_sweep_probability(a, 0, k, 0, &p, &mcse));
        assert_true(attain_sweep_probability(b, 0, k, 0, &q, &other));
        atn_check_same_bits("p", &p, &q, 1);
        atn_check_same_bits("mcse", &mcse, &other, 1);
        assert_true(p >= before);
        before = p;
    }
    attain_sweep_free(a);
    attain_sweep_free(b);
    planted_free(&one);
    planted_free(&three);
}

/* ---- failures ---- */

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *vary, *goal, *from, *part;
    } rows[] = {
        {"made=1:2:1", NULL, NULL, "multiply.made or replace.made"},
        {"multiply.mad=1:2:1", NULL, NULL, "did you mean 'made'"},
        {"made.rat=1:2:1", NULL, NULL, "did you mean 'made.rate'"},
        {"made.rate=-1:2:1", NULL, NULL, "its prior has no such values"},
        {"multiply.made=-1:2:1", NULL, NULL, "negative"},
        {"read.beds=-10:2:1", NULL, NULL, "a capacity cannot be negative"},
        {"multiply.opinion=0:2:1", NULL, NULL, "could exceed 1"},
        {"multiply.made=1:2", NULL, NULL, "FROM:TO:STEP"},
        {"multiply.made=1:2:x", NULL, NULL, "FROM:TO:STEP"},
        {"multiply.made=2:1:1", NULL, NULL, "FROM <= TO"},
        {"multiply.made=1:2:0", NULL, NULL, "STEP above 0"},
        {"multiply.made=1:2:1e-9", NULL, NULL, "1,000,000"},
        {"multiply.\"made=1:2:1", NULL, NULL, "no name"},
        {"multiply.made", NULL, NULL, "TARGET=FROM:TO:STEP"},
        {"multiply.made=1:2:1", "totl", NULL, "did you mean 'total'"},
        {"multiply.made=1:2:1", NULL, "2025-02-09", "after as_of"},
        {"multiply.made=1:2:1", NULL, "soon", "no date"},
    };
    planted_world w = world_of(1, 8, "", false);
    attain_sweep *sweep = NULL;
    attain_error err;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        attain_sweep_settings settings;
        attain_sweep_settings_init(&settings);
        settings.vary = &rows[k].vary;
        settings.n_vary = 1;
        settings.goal = rows[k].goal;
        settings.from = rows[k].from;
        for (int call = 0; call < 2; call++) {
            const attain_status status =
                call ? attain_sweep_run(w.ctx, w.posterior, &settings, &sweep, &err)
                     : attain_sweep_check(w.ctx, w.study, &settings, &err);
            atn_check_status(rows[k].vary, status, ATTAIN_ERR_ARGUMENT, &err);
            if (!strstr(err.message, rows[k].part)) fail_msg("%s: %s", rows[k].vary, err.message);
            assert_null(sweep);
        }
    }
    const char *vary = "beds=-3000000:0:1000000";
    attain_sweep_settings settings;
    attain_sweep_settings_init(&settings);
    settings.vary = &vary;
    settings.n_vary = 1;
    atn_check_status("out of the domain",
                     attain_sweep_run(w.ctx, w.posterior, &settings, &sweep, &err),
                     ATTAIN_ERR_NUMERIC, &err);
    settings.goal = "week/narow";
    vary = "multiply.made=1:2:1";
    atn_check_status("no such definition",
                     attain_sweep_run(w.ctx, w.posterior, &settings, &sweep, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    settings.n_vary = 0;
    atn_check_status("nothing varied", attain_sweep_check(w.ctx, w.study, &settings, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    settings.n_vary = 1;
    settings.until = NAN;
    atn_check_status("until", attain_sweep_check(w.ctx, w.study, &settings, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    planted_free(&w);
}

static char scratch[512];

static attain_status sweep_once(void *user, attain_context *ctx, attain_error *err)
{
    const planted_world *w = user;
    static const char *const texts[] = {"made.rate=50:300:100", "multiply.made=1:2:1"};
    attain_sweep_settings settings;
    attain_sweep *sweep = (attain_sweep *)&settings;
    char *text = NULL;
    attain_sweep_settings_init(&settings);
    settings.vary = texts;
    settings.n_vary = 2;
    settings.goal = "one";
    attain_status status = attain_sweep_run(ctx, w->posterior, &settings, &sweep, err);
    if (status != ATTAIN_OK) {
        assert_null(sweep);
        return status;
    }
    for (int format = 0; format < 3 && status == ATTAIN_OK; format++) {
        status = attain_sweep_text(sweep, (attain_format)format, &text, err);
        assert_true((status == ATTAIN_OK) == (text != NULL));
        attain_text_free(ctx, text);
        text = NULL;
    }
    if (status == ATTAIN_OK) status = attain_sweep_write(sweep, scratch, NULL, NULL, err);
    attain_sweep_free(sweep);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    planted_world w = world_of(1, 20, "", false);
    check_scratch_create(scratch, sizeof scratch);
    check_faults("attain_sweep_run", sweep_once, &w, 8000);
    check_scratch_remove(scratch);
    planted_free(&w);
}

static void test_files(void **state)
{
    (void)state;
    static const char *const names[] = {"sweep.csv", "sweep.json", "chance.gp", "chance.csv",
                                        "chance.alt.txt"};
    char folder[512], path[600], text[4000] = "";
    attain_error err;
    planted_world w = world_of(1, 20, "", false);
    attain_sweep *sweep = sweep_of(&w, "multiply.made=0.5:3:0.5", NULL, "total", 0.5);
    check_scratch_create(folder, sizeof folder);
    atn_check_status("write", attain_sweep_write(sweep, folder, NULL, NULL, &err), ATTAIN_OK, &err);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[k]);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        const size_t n = fread(text, 1, sizeof text - 1, file);
        text[n] = '\0';
        fclose(file);
        if (k == 0) assert_non_null(strstr(text, "multiply.made,second,goal,definition"));
    }
    assert_non_null(strstr(text, "the factor on made"));
    check_scratch_remove(folder);
    attain_sweep_free(sweep);
    planted_free(&w);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenarios), cmocka_unit_test(test_break_even),
        cmocka_unit_test(test_two),       cmocka_unit_test(test_threads),
        cmocka_unit_test(test_refusals),  cmocka_unit_test(test_faults),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
