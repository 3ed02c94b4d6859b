/* Scenarios on planted posteriors: the past bit for bit, the future by closed forms, the same draws
 * and random numbers, and differences that chance has little part in. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/futures.h"
#include "project/scenario_run.h"
#include "stats/distribution.h"

/* 100 days, of which 40 (steps 0 to 39) lie in the past.  `read` reads both `made` and the input
 * `beds`; `other` neither. */
#define HEAD                                                                                       \
    "{'title': 'changed', 'origin': '2025-01-01', 'as_of': '2025-02-09', 'horizon': '2025-04-10'," \
    " 'step': 'day', 'inputs': {'beds': {'values': {'2025-01-01': 400}, 'hold': true}},"           \
    " 'series': {"                                                                                 \
    "'made': {'kind': 'flow', 'trend': {'formula': 'rate * exp(0 * t)'},"                          \
    " 'parameters': {'rate': 'lognormal(log(100), 0.1)'},"                                         \
    " 'deviation': {'type': 'ar1', 'every': 7, 'sigma': 'half_normal(0.3)', 'phi': 'beta(9, 1)'}," \
    " 'step_sigma': 'half_normal(0.3)'},"                                                          \
    "'read': {'kind': 'flow', 'trend': {'formula': 'k * made + beds / 100'},"                      \
    " 'parameters': {'k': 'lognormal(0, 0.1)'}},"                                                  \
    "'other': {'kind': 'flow', 'trend': {'formula': 'rate * exp(0 * t)'},"                         \
    " 'parameters': {'rate': 'lognormal(log(5), 0.1)'},"                                           \
    " 'deviation': {'type': 'random_walk', 'every': 5}},"                                          \
    "'opinion': {'kind': 'share', 'trend': {'formula': 'p + 0 * t'},"                              \
    " 'parameters': {'p': 'beta(4, 6)'}}},"                                                        \
    "'definitions': {'narrow': {'series': 'made', 'reference': true},"                             \
    "'wide': {'series': 'made', 'factor': 'lognormal(log(2), 0.1)'}},"                             \
    "'reports': [{'series': 'made', 'statistic': 'mean', 'start': '2025-01-01',"                   \
    " 'end': '2025-01-10', 'relation': 'exact', 'value': 100}],"                                   \
    "'goals': ["                                                                                   \
    "{'id': 'total', 'series': 'made', 'statistic': 'total', 'target': 10500},"                    \
    "{'id': 'week', 'series': 'made', 'definition': 'wide', 'statistic': 'mean', 'over': 7,"       \
    " 'target': 300, 'readings': 'auto'},"                                                         \
    "{'id': 'far', 'series': 'other', 'statistic': 'total', 'target': 500},"                       \
    "{'id': 'both', 'all_of': ['week', 'far']}],"                                                  \
    "'scenarios': ["

enum { N_STEPS = 100, N_PAST = 40, FIRST = 50 }; /* changes from 2025-02-20 */
#define FROM "'from': '2025-02-20'"

static void planted(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    (void)user;
    atn_stream stream;
    atn_stream_init(&stream, 7, ATN_PURPOSE_SIMULATE, block, draw);
    for (size_t k = 0; k < atn_model_dimension(model); k++) {
        const char *name = atn_model_name(model, k);
        const double z = atn_stream_normal(&stream);
        theta[k] = z; /* latent */
        if (strcmp(name, "made.rate") == 0) theta[k] = 100 * exp(0.1 * z);
        if (strcmp(name, "other.rate") == 0) theta[k] = 5 * exp(0.1 * z);
        if (strcmp(name, "read.k") == 0) theta[k] = exp(0.1 * z);
        if (strstr(name, "deviation.sigma")) theta[k] = 0.1 * exp(0.1 * z);
        if (strstr(name, "deviation.phi")) theta[k] = 0.9;
        if (strstr(name, "step_sigma")) theta[k] = 0.2;
        if (strcmp(name, "opinion.p") == 0) theta[k] = 0.4;
        if (strcmp(name, "definition.wide") == 0) theta[k] = 2 * exp(0.1 * z);
    }
}

static planted_world world_of(unsigned threads, size_t n_draws, const char *json)
{
    planted_world w = {.ctx = check_context(NULL, threads)};
    w.study = planted_study(w.ctx, json);
    w.posterior = planted_posterior(w.ctx, w.study, n_draws, 42, planted, NULL);
    planted_project(&w);
    return w;
}

static size_t series_of(const planted_world *w, const char *id)
{
    for (size_t s = 0; s < w->study->n_series; s++)
        if (strcmp(w->study->series[s].id, id) == 0) return s;
    fail();
    return 0;
}

/* Path of a series in one draw, under scenario s (ATN_NONE: none). */
static void path_of(const planted_world *w, size_t s, const char *id, size_t draw, double *y)
{
    attain_error err = {0};
    atn_futures *futures = NULL;
    atn_workspace *work;
    double *wanted[4] = {NULL};
    const size_t series = series_of(w, id), b = w->posterior->block_of_series[series];
    const atn_model *model;
    const double *theta = atn_posterior_theta(w->posterior, b, draw, &model);
    if (s != ATN_NONE)
        atn_check_status("futures",
                         atn_futures_of_scenario(w->ctx, w->posterior, s, 1, &futures, &err),
                         ATTAIN_OK, &err);
    atn_check_status("work", atn_workspace_create(w->ctx, model, &work, &err), ATTAIN_OK, &err);
    wanted[w->posterior->place_in_block[series]] = y;
    atn_model_paths(model, theta, w->posterior->seed, draw, wanted, work,
                    futures ? atn_futures_compose(futures, b, draw, 0) : NULL);
    atn_workspace_free(w->ctx, work);
    atn_futures_free(futures);
}

static double share_of(size_t step, double ramp)
{
    return fmin(1.0, (double)(step - FIRST) / ramp);
}

/* ---- paths ---- */

static void test_paths(void **state)
{
    (void)state;
    planted_world w = world_of(
        1, 8,
        HEAD "{'id': 'times', " FROM ", 'changes': [{'multiply': 'made', 'by': 1.3, 'ramp': 20}]},"
             "{'id': 'level', " FROM ", 'changes': [{'replace': 'made', 'with': '25 * 3'}]},"
             "{'id': 'pulse', " FROM ", 'changes': [{'multiply': 'made', 'by': 2, 'days': 10}]},"
             "{'id': 'beds', " FROM ", 'changes': [{'capacity': 'read.beds', 'to': 900,"
             " 'ramp': 10}]},"
             "{'id': 'rate', " FROM ", 'changes': [{'set': 'made.rate', 'to': 150,"
             " 'until': '2025-03-01'}]},"
             "{'id': 'more', 'extends': 'times', " FROM ", 'changes': [{'multiply': 'made',"
             " 'by': 0.5, 'from': '2025-03-01'}]}]}");
    double base[N_STEPS], read[N_STEPS], y[N_STEPS];
    const double *theta;
    for (size_t d = 0; d < 8; d++) {
        path_of(&w, ATN_NONE, "made", d, base);
        path_of(&w, ATN_NONE, "read", d, read);
        for (size_t s = 0; s < 6; s++) {
            path_of(&w, s, "made", d, y);
            atn_check_same_bits("before", y, base, FIRST);
            path_of(&w, s, "read", d, y);
            atn_check_same_bits("read before", y, read, FIRST);
            path_of(&w, s, "other", d, y);
            double other[N_STEPS];
            path_of(&w, ATN_NONE, "other", d, other);
            atn_check_same_bits("not touched", y, other, N_STEPS);
        }
        path_of(&w, 0, "made", d, y);
        for (size_t i = FIRST; i < N_STEPS; i++)
            atn_check_close("times", y[i], base[i] * (1 + 0.3 * share_of(i, 20)), 0, 1e-14);
        path_of(&w, 1, "made", d, y);
        for (size_t i = FIRST; i < N_STEPS; i++) atn_check_close("level", y[i], 75, 0, 1e-14);
        path_of(&w, 2, "made", d, y);
        for (size_t i = FIRST; i < FIRST + 10; i++)
            atn_check_close("pulse", y[i], 2 * base[i], 0, 1e-14);
        atn_check_same_bits("after the pulse", y + FIRST + 10, base + FIRST + 10,
                            N_STEPS - FIRST - 10);
        path_of(&w, 3, "read", d, y);
        for (size_t i = FIRST; i < N_STEPS; i++)
            atn_check_close("beds", y[i] - read[i], 5 * share_of(i, 10), 1e-11, 0);
        const atn_model *model;
        theta = atn_posterior_theta(w.posterior, w.posterior->block_of_series[0], d, &model);
        const double rate = theta[planted_index(model, "made.rate")];
        const double k = theta[planted_index(model, "read.k")];
        path_of(&w, 4, "made", d, y);
        for (size_t i = FIRST; i < FIRST + 10; i++)
            atn_check_close("rate", y[i], base[i] * 150 / rate, 0, 1e-13);
        atn_check_same_bits("rate set back", y + FIRST + 10, base + FIRST + 10,
                            N_STEPS - FIRST - 10);
        double reader[N_STEPS];
        path_of(&w, 4, "read", d, reader);
        for (size_t i = FIRST; i < N_STEPS; i++)
            atn_check_close("its reader", reader[i] - read[i], k * (y[i] - base[i]), 1e-10, 1e-10);
        path_of(&w, 5, "made", d, y);
        for (size_t i = FIRST; i < N_STEPS; i++)
            atn_check_close("extended", y[i],
                            base[i] * (1 + 0.3 * share_of(i, 20)) * (i < FIRST + 9 ? 1 : 0.5), 0,
                            1e-14);
    }
    planted_free(&w);
}

/* A deviation's size set anew: innovations are the same, times the ratio; knots that steps before
 * the change lean on stay. */
static void test_deviation(void **state)
{
    (void)state;
    planted_world w = world_of(1, 4,
                               HEAD "{'id': 'calm', " FROM ", 'changes': [{'set':"
                                    " 'made.deviation.sigma', 'to': 0.02}]}]}");
    double base[N_STEPS], y[N_STEPS];
    for (size_t d = 0; d < 4; d++) {
        const atn_model *model;
        const double *theta =
            atn_posterior_theta(w.posterior, w.posterior->block_of_series[0], d, &model);
        const double sigma = theta[planted_index(model, "made.deviation.sigma")], phi = 0.9;
        path_of(&w, ATN_NONE, "made", d, base);
        path_of(&w, 0, "made", d, y);
        /* knots lie at 49 and 56; step 50 is the first to lean on 56, so that one is the first */
        atn_check_same_bits("before", y, base, FIRST);
        const double rate = theta[planted_index(model, "made.rate")];
        for (size_t i = 56; i + 7 < N_STEPS; i += 7) {
            const double before = log(y[i - 7] / rate), after = log(y[i] / rate);
            const double was = log(base[i - 7] / rate), is = log(base[i] / rate);
            atn_check_close("innovation", after - phi * before, (is - phi * was) * 0.02 / sigma,
                            1e-12, 1e-9);
        }
    }
    planted_free(&w);
}

/* ---- answers ---- */

static size_t reading_number(const planted_world *w, const char *goal, size_t definition,
                             size_t reading)
{
    size_t n = 0;
    for (size_t g = 0; g < w->study->n_goals; g++) {
        const atn_goal_result *r = &w->projection->goals[g];
        if (strcmp(w->study->goals[g].id, goal) == 0)
            return n + definition * r->definitions[0].n_readings + reading;
        for (size_t k = 0; k < r->n_definitions; k++) n += r->definitions[k].n_readings;
    }
    fail();
    return 0;
}

static void run(planted_world *w)
{
    attain_error err;
    atn_check_status("scenarios", attain_project_scenarios(w->ctx, w->projection, &err), ATTAIN_OK,
                     &err);
}

static void same_reading(const atn_reading *a, const atn_reading *b)
{
    atn_check_same_bits("probability", &a->probability, &b->probability, 1);
    atn_check_same_bits("date", a->date, b->date, ATN_N_DATE_LEVELS);
    atn_check_same_bits("attainable", a->attainable, b->attainable, ATN_N_ATTAINABLE);
}

/* A total under a factor is the past and so many times the realised future, draw by draw: scatter
 * is the same. */
static void test_totals(void **state)
{
    (void)state;
    enum { N = 400 };
    planted_world w = world_of(2, N,
                               HEAD "{'id': 'times', " FROM ", 'changes': [{'multiply': 'made',"
                                    " 'by': 1.5}]}]}");
    run(&w);
    attain_error err;
    double *y = malloc(N * N_STEPS * sizeof *y), gain[N];
    static const double levels[] = {0.05, 0.5, 0.95};
    double want[3];
    assert_non_null(y);
    atn_check_status("paths", attain_projection_paths(w.projection, "made", y, &err), ATTAIN_OK,
                     &err);
    for (size_t d = 0; d < N; d++) {
        gain[d] = 0;
        for (size_t i = FIRST; i < N_STEPS; i++) gain[d] += 0.5 * y[d * N_STEPS + i];
    }
    const double mean = atn_mean(gain, N);
    atn_quantiles(gain, N, levels, 3, want);
    const atn_scenario_result *r = &w.projection->scenarios[0];
    const atn_paired *p = &r->paired[reading_number(&w, "total", 0, 0)];
    for (size_t k = 0; k < 3; k++) atn_check_close("gain", p->change[k], want[k], 0, 1e-10);
    atn_check_close("mean gain", p->mean_change, mean, 0, 1e-10);
    const atn_reading *before = &w.projection->goals[0].definitions[0].readings[0];
    const atn_reading *after = &r->answer->goals[0].definitions[0].readings[0];
    atn_check_close("difference", p->difference, after->probability - before->probability, 1e-12,
                    0);
    assert_true(p->difference > 0 && p->mcse > 0);
    /* the goal on another series is not touched at all */
    const atn_paired *far = &r->paired[reading_number(&w, "far", 0, 0)];
    assert_true(far->mcse <= 0 && far->mean_change <= 0 && far->mean_change >= 0);
    same_reading(&r->answer->goals[2].definitions[0].readings[0],
                 &w.projection->goals[2].definitions[0].readings[0]);
    free(y);
    planted_free(&w);
}

/* Paired differences of totals vary at most a fifth as much as unpaired ones. */
static void test_variance(void **state)
{
    (void)state;
    static const double factors[] = {0.8, 1.1, 1.2, 1.3, 1.4, 1.5};
    enum { N = 2000, FACTORS = sizeof factors / sizeof *factors };
    char json[8000], one[200];
    strcpy(json, HEAD);
    for (size_t k = 0; k < FACTORS; k++) {
        snprintf(one, sizeof one,
                 "{'id': 'f%zu', " FROM ", 'changes': [{'multiply': 'made', 'by': %.1f}]},", k,
                 factors[k]);
        strcat(json, one);
    }
    strcat(json, "{'id': 'drawn', " FROM ", 'changes': [{'multiply': 'made', 'by':"
                 " 'lognormal(log(1.3), 0.1)', 'ramp': 30}]},"
                 "{'id': 'level', " FROM ", 'changes': [{'replace': 'made', 'with': 150}]},"
                 "{'id': 'rate', " FROM ", 'changes': [{'set': 'made.rate', 'to': 150}]}]}");
    planted_world w = world_of(2, N, json);
    run(&w);
    for (size_t s = 0; s < w.projection->n_scenarios; s++) {
        const double ratio =
            w.projection->scenarios[s].paired[reading_number(&w, "total", 0, 0)].variance_ratio;
        print_message("%s: paired / unpaired variance of the total %.4f\n",
                      w.study->scenarios[s].id, ratio);
        assert_true(ratio >= 0);
        if (s < FACTORS) assert_true(ratio <= 0.2);
    }
    planted_free(&w);
}

/* Goals counted in another definition are that definition's answers, past included. */
static void test_define(void **state)
{
    (void)state;
    planted_world w = world_of(1, 300,
                               HEAD "{'id': 'narrow', 'changes': [{'define': 'made',"
                                    " 'as': 'narrow'}]}]}");
    run(&w);
    const atn_goal_result *now = w.projection->scenarios[0].answer->goals,
                          *was = w.projection->goals;
    assert_int_equal(was[0].n_definitions, 3); /* two, and both of them */
    same_reading(&now[0].definitions[0].readings[0], &was[0].definitions[0].readings[0]);
    same_reading(&now[0].definitions[1].readings[0], &was[0].definitions[0].readings[0]);
    assert_true(was[0].definitions[1].readings[0].probability >
                was[0].definitions[0].readings[0].probability);
    /* The mixture's difference is the mean of those it mixes. */
    const atn_paired *p = w.projection->scenarios[0].paired;
    const size_t n = was[0].definitions[0].n_readings;
    atn_check_close("mixture", p[2 * n].difference, (p[0].difference + p[n].difference) / 2, 1e-12,
                    0);
    planted_free(&w);
}

/* Sizes: one a draw, by the distribution, the same for a scenario and for one that extends it,
 * others for another change. */
static void test_sizes(void **state)
{
    (void)state;
    enum { N = 2000 };
    planted_world w =
        world_of(1, N,
                 HEAD "{'id': 'a', " FROM ", 'changes': [{'multiply': 'made', 'by':"
                      " 'lognormal(log(1.3), 0.1)'}, {'multiply': 'other', 'by': {'prior':"
                      " 'normal(1, 0.5)', 'lower': 0.9, 'upper': 1.2}}]},"
                      "{'id': 'b', 'extends': 'a', 'changes': [{'multiply': 'read', 'by': 2}]},"
                      "{'id': 'c', " FROM ", 'changes': [{'multiply': 'made', 'by':"
                      " 'lognormal(log(1.3), 0.1)'}]}]}");
    double sum = 0, square = 0, cross = 0;
    for (size_t d = 0; d < N; d++) {
        double base[N_STEPS], a[N_STEPS], b[N_STEPS], c[N_STEPS];
        path_of(&w, ATN_NONE, "made", d, base);
        path_of(&w, 0, "made", d, a);
        path_of(&w, 1, "made", d, b);
        path_of(&w, 2, "made", d, c);
        atn_check_same_bits("extends", a, b, N_STEPS);
        const double x = log(a[60] / base[60] / 1.3), other = log(c[60] / base[60] / 1.3);
        sum += x;
        square += x * x;
        cross += x * other;
        path_of(&w, ATN_NONE, "other", d, base);
        path_of(&w, 0, "other", d, a);
        assert_true(a[60] / base[60] > 0.9 - 1e-12 && a[60] / base[60] < 1.2 + 1e-12);
    }
    atn_check_close("mean", sum / N, 0, 4 * 0.1 / sqrt(N), 0);
    atn_check_close("sd", sqrt(square / N), 0.1, 4 * 0.1 / sqrt(2 * N), 0);
    atn_check_close("independent", cross / N, 0, 4 * 0.01 / sqrt(N), 0);
    planted_free(&w);
}

static const char several[] =
    HEAD "{'id': 'a', " FROM ", 'changes': [{'multiply': 'made', 'by': 'lognormal(log(1.3), 0.1)',"
         " 'ramp': 30}, {'set': 'made.step_sigma', 'to': 0.05}, {'set': 'beds', 'to': 500}]},"
         "{'id': 'b', 'extends': 'a', 'changes': [{'define': 'made', 'as': 'narrow'}]}]}";

static void test_threads(void **state)
{
    (void)state;
    enum { N = 203 };
    planted_world one = world_of(1, N, several), three = world_of(3, N, several);
    run(&one);
    run(&three);
    run(&three); /* again: replaces */
    assert_int_equal(three.projection->n_scenarios, 2);
    for (size_t s = 0; s < 2; s++) {
        const atn_scenario_result *a = &one.projection->scenarios[s],
                                  *b = &three.projection->scenarios[s];
        assert_int_equal(a->n_paired, b->n_paired);
        atn_check_same_bits("paired", (const double *)a->paired, (const double *)b->paired,
                            a->n_paired * sizeof *a->paired / sizeof(double));
    }
    const char *only = "b", *wrong = "bb";
    attain_error err;
    atn_check_status("keep", attain_study_keep_scenarios(one.study, &only, 1, &err), ATTAIN_OK,
                     &err);
    run(&one);
    assert_int_equal(one.projection->n_scenarios, 1);
    assert_int_equal(one.projection->scenarios[0].scenario, 1);
    atn_check_status("no such", attain_study_keep_scenarios(one.study, &wrong, 1, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    planted_free(&one);
    planted_free(&three);
}

/* ---- failures ---- */

static void test_domain(void **state)
{
    (void)state;
    /* the input may be anything; what the formula makes of it may not */
    planted_world w = world_of(1, 20,
                               HEAD "{'id': 'cold', " FROM ", 'changes': [{'set': 'beds',"
                                    " 'to': -1000000}]}]}");
    attain_error err;
    atn_check_status("out of the domain", attain_project_scenarios(w.ctx, w.projection, &err),
                     ATTAIN_ERR_NUMERIC, &err);
    assert_non_null(strstr(err.message, "cold"));
    assert_non_null(strstr(err.message, "read"));
    assert_int_equal(w.projection->n_scenarios, 0);
    planted_free(&w);
}

static attain_status scenarios_once(void *user, attain_context *ctx, attain_error *err)
{
    const planted_world *w = user;
    attain_projection *projection = NULL;
    attain_status status = attain_project_run(ctx, w->posterior, &projection, err);
    if (status != ATTAIN_OK) return status;
    status = attain_project_scenarios(ctx, projection, err);
    assert_int_equal(projection->n_scenarios, status == ATTAIN_OK ? 2 : 0);
    attain_projection_free(projection);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    planted_world w = world_of(1, 60, several);
    check_faults("attain_project_scenarios", scenarios_once, &w, 4000);
    planted_free(&w);
}

static const char file[] =
    "{\"scenarios\": [{\"id\": \"file\", \"extends\": \"a\", \"note\": \"of a file\", \"changes\": "
    "[{\"replace\": \"made\", \"with\": \"lognormal(5, 0.1)\"}, {\"set\": \"made.rate\", \"to\": "
    "\"25 * 4\"}]}]}";

static attain_status add_once(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    char json[4000];
    attain_study *study;
    const size_t n = strlen(several);
    for (size_t i = 0; i <= n; i++) json[i] = several[i] == '\'' ? '"' : several[i];
    attain_status status = attain_study_parse(ctx, json, n, NULL, 0, NULL, NULL, &study, err);
    if (status != ATTAIN_OK) return status;
    status = attain_study_parse_scenarios(study, file, strlen(file), NULL, err);
    assert_int_equal(attain_study_scenario_count(study), status == ATTAIN_OK ? 3 : 2);
    if (status == ATTAIN_OK) {
        assert_string_equal(attain_study_scenario_id(study, 2), "file");
        assert_null(attain_study_scenario_id(study, 3));
        assert_int_equal(study->scenarios[2].extends, 0);
    }
    attain_study_free(study);
    return status;
}

static void test_read_faults(void **state)
{
    (void)state;
    check_faults("attain_study_parse_scenarios", add_once, NULL, 4000);
}

/* Every problem of a file at once; the study keeps what it had. */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *json, *pointer, *part;
    } rows[] = {
        {"{}", "", "'scenarios' is missing"},
        {"3", "", "a list in [ ]"},
        {"[{'id': 'a', 'changes': [{'define': 'made', 'as': 'wide'}]}]", "/0/id", "already"},
        {"[{'id': 'x'}]", "/0", "'changes' is missing"},
        {"[{'id': 'x', 'changes': []}]", "/0/changes", "at least one"},
        {"[{'id': 'x', 'changes': [{'multiply': 'mad', 'by': 1}]}]", "/0/changes/0/multiply",
         "did you mean 'made'?"},
        {"[{'id': 'x', 'changes': [{'set': 'made.rat', 'to': 1}]}]", "/0/changes/0/set",
         "did you mean 'made.rate'?"},
        {"[{'id': 'x', 'changes': [{'capacity': 'read.bed', 'to': 1}]}]", "/0/changes/0/capacity",
         "did you mean 'beds'?"},
        {"[{'id': 'x', 'changes': [{'capacity': 'beds', 'to': -1}]}]", "/0/changes/0/to",
         "negative"},
        {"[{'id': 'x', 'changes': [{'capacity': 'beds', 'to': 'normal(5, 1)'}]}]",
         "/0/changes/0/to", "a lognormal never is"},
        {"[{'id': 'x', 'from': '2025-02-09', 'changes': [{'set': 'beds', 'to': 1}]}]", "/0/from",
         "after as_of, 2025-02-09"},
        {"[{'id': 'x', 'from': '2025-04-11', 'changes': [{'set': 'beds', 'to': 1}]}]", "/0/from",
         "horizon"},
        {"[{'id': 'x', 'changes': [{'set': 'made.rate', 'to': -4}]}]", "/0/changes/0",
         "its prior has no such values"},
        {"[{'id': 'x', 'changes': [{'set': 'made.rate', 'to': 4, 'ramp': 5}]}]",
         "/0/changes/0/ramp", "at once"},
        {"[{'id': 'x', 'changes': [{'set': 'beds', 'by': 4}]}]", "/0/changes/0/by",
         "'set' goes with 'to'"},
        {"[{'id': 'x', 'changes': [{'set': 'beds', 'multiply': 'made', 'to': 4}]}]", "/0/changes/0",
         "not several"},
        {"[{'id': 'x', 'changes': [{'multiply': 'made', 'by': 'normal(1.3, 0.1)'}]}]",
         "/0/changes/0/by", "a factor cannot be negative"},
        {"[{'id': 'x', 'changes': [{'multiply': 'opinion', 'by': 1.1}]}]", "/0/changes/0/by",
         "could exceed 1"},
        {"[{'id': 'x', 'changes': [{'replace': 'opinion', 'with': 52}]}]", "/0/changes/0/with",
         "0.52"},
        {"[{'id': 'x', 'changes': [{'multiply': 'made', 'by': '1.3 +'}]}]", "/0/changes/0/by", ""},
        {"[{'id': 'x', 'changes': [{'multiply': 'made', 'by': 2, 'days': 3, 'until':"
         " '2025-03-01'}]}]",
         "/0/changes/0/days", "not both"},
        {"[{'id': 'x', 'changes': [{'define': 'made', 'as': 'narow'}]}]", "/0/changes/0/as",
         "did you mean 'narrow'?"},
        {"[{'id': 'x', 'changes': [{'define': 'made', 'as': 'wide', 'ramp': 3}]}]",
         "/0/changes/0/ramp", "the past anew"},
        {"[{'id': 'x', 'extends': 'aa', 'changes': [{'set': 'beds', 'to': 1}]}]", "/0/extends",
         "did you mean 'a'?"},
        {"[{'id': 'x', 'extends': 'y', 'changes': [{'set': 'beds', 'to': 1}]},"
         " {'id': 'y', 'extends': 'x', 'changes': [{'set': 'beds', 'to': 1}]}]",
         "/0/extends", "extends itself"},
        {"[{'id': 'x', 'extends': 'x', 'changes': [{'set': 'beds', 'to': 1}]}]", "/0/extends",
         "extends itself"},
    };
    planted_world w = world_of(1, 4, several);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char json[400];
        attain_error err;
        attain_diagnostics *list;
        const size_t n = strlen(rows[k].json);
        for (size_t i = 0; i <= n; i++) json[i] = rows[k].json[i] == '\'' ? '"' : rows[k].json[i];
        atn_check_status("list", attain_diagnostics_create(w.ctx, &list, &err), ATTAIN_OK, &err);
        const attain_status status = attain_study_parse_scenarios(w.study, json, n, list, &err);
        if (status == ATTAIN_OK || strcmp(err.pointer, rows[k].pointer) != 0 ||
            !strstr(err.message, rows[k].part))
            fail_msg("%s: status %d, %s: %s", rows[k].json, (int)status, err.pointer, err.message);
        assert_true(attain_diagnostics_count(list) >= 1);
        assert_int_equal(attain_diagnostics_get(list, 0)->line, 1);
        assert_int_equal(attain_study_scenario_count(w.study), 2);
        attain_diagnostics_free(list);
    }
    planted_free(&w);
}

/* Months: a change that no month starts in is told, and one is whole months. */
static void test_months(void **state)
{
    (void)state;
    static const struct {
        const char *change, *part;
    } rows[] = {
        {"'from': '2025-06-15', 'until': '2025-06-30'", "within the change's days"},
        {"'from': '2025-12-02'", "between the change's first day and the horizon"},
        {"'from': '2025-06-15', 'until': '2025-07-01'", NULL},
    };
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study = planted_study(
        ctx, "{'title': 'months', 'origin': '2025-01-01', 'as_of': '2025-03-31',"
             " 'horizon': '2025-12-31', 'step': 'month', 'reports': [], 'series': {'made':"
             " {'kind': 'flow', 'trend': 'constant'}}}");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char json[300];
        attain_error err;
        snprintf(json, sizeof json, "[{'id': 's', 'changes': [{'multiply': 'made', 'by': 2, %s}]}]",
                 rows[k].change);
        for (char *c = json; *c; c++)
            if (*c == '\'') *c = '"';
        const attain_status status =
            attain_study_parse_scenarios(study, json, strlen(json), NULL, &err);
        atn_check_status(rows[k].change, status, rows[k].part ? ATTAIN_ERR_FIELD : ATTAIN_OK, &err);
        if (rows[k].part && !strstr(err.message, rows[k].part)) fail_msg("%s", err.message);
    }
    const atn_change *change = &study->scenarios[0].changes[0];
    assert_int_equal(atn_change_first(&study->calendar, change, study->n_steps), 6);
    for (size_t i = 0; i < study->n_steps; i++)
        atn_check_close("share", atn_change_share(&study->calendar, change, i), i == 6 ? 1 : 0, 0,
                        0);
    attain_study_free(study);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),    cmocka_unit_test(test_deviation),
        cmocka_unit_test(test_totals),   cmocka_unit_test(test_variance),
        cmocka_unit_test(test_define),   cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_threads),  cmocka_unit_test(test_domain),
        cmocka_unit_test(test_faults),   cmocka_unit_test(test_read_faults),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
