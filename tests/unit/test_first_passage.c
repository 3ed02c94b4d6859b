/* Goals against closed forms, through the library's own paths: a constant rate with lognormal
 * scatter, a random walk in fine steps, a stock that grows by rule. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/projection.h"
#include "stats/distribution.h"

static planted_world world_of(const char *json, size_t n_draws, planted_draw *draw)
{
    planted_world w = {.ctx = check_context(NULL, 2)};
    w.study = planted_study(w.ctx, json);
    w.posterior = planted_posterior(w.ctx, w.study, n_draws, 20250120, draw, NULL);
    planted_project(&w);
    return w;
}

static const atn_reading *reading_of(const planted_world *w, size_t goal, const char *name)
{
    const atn_goal_definition *d = w->projection->goals[goal].definitions;
    for (size_t j = 0; j < d->n_readings; j++)
        if (strcmp(d->readings[j].name, name) == 0) return &d->readings[j];
    fail_msg("no reading %s", name);
    return NULL;
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x * sqrt(0.5));
}

/* Within four standard errors of a share of n draws. */
static void check_share(const char *name, double got, double p, size_t n)
{
    atn_check_close(name, got, p, 4 * sqrt(p * (1 - p) / (double)n) + 1.0 / (double)n, 0);
}

/* ---- a constant rate with scatter ---- */

enum { DAYS = 90, PAST = 30 };
static const double RATE = 100, OMEGA = 0.25, TARGET = 180;

static void known_rate(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    (void)user;
    (void)block;
    (void)draw;
    theta[0] = RATE; /* each of the two series has this one parameter */
    assert_true(atn_model_n_parameters(model) == 1);
}

/* Probability that one day's amount of this mean falls short of the target. */
static double short_of(double mean)
{
    return normal_cdf((log(TARGET / mean) + OMEGA * OMEGA / 2) / OMEGA);
}

/* The first `PAST` days are as reported: 110 on each, then 130 on the last 28. */
static char *scatter_study(void)
{
    enum { SIZE = 8000 };
    char *json = malloc(SIZE);
    assert_non_null(json);
    int n = snprintf(json, SIZE,
                     "{'title': 's', 'origin': '2025-01-01', 'as_of': '2025-01-30',"
                     "'horizon': '2025-03-31', 'step': 'day', 'series': {'made': {'kind': 'flow',"
                     "'trend': {'formula': 'rate + 0 * t'},"
                     "'parameters': {'rate': 'lognormal(log(100), 0.1)'}, 'step_sigma': %.17g},"
                     "'too': {'kind': 'flow', 'trend': {'formula': 'rate + 0 * t'},"
                     "'parameters': {'rate': 'lognormal(log(100), 0.1)'}, 'step_sigma': %.17g}},"
                     "'goals': [{'id': 'peak', 'series': 'made', 'statistic': 'value',"
                     "'start': '2025-01-31', 'target': %.17g, 'readings': ['any-day-held-2-days',"
                     " 'at-deadline']},"
                     "{'id': 'low', 'series': 'made', 'statistic': 'value', 'start': '2025-01-31',"
                     " 'target': 60, 'direction': 'at_most'},"
                     "{'id': 'other', 'series': 'too', 'statistic': 'value',"
                     "'start': '2025-01-31', 'target': %.17g},"
                     "{'id': 'both', 'all_of': ['peak', 'other']},"
                     "{'id': 'either', 'any_of': ['peak', 'other']},"
                     "{'id': 'first', 'before': ['peak', 'other']},"
                     "{'id': 'nested', 'all_of': ['either', 'first']}],"
                     "'reports': [",
                     OMEGA, OMEGA, TARGET, TARGET);
    for (int day = 0; day < PAST; day++) {
        char date[ATN_DATE_SIZE];
        atn_date_format(atn_date_from_parts(2025, 1, 1) + day, date);
        n += snprintf(json + n, SIZE - (size_t)n,
                      "%s{'series': 'made', 'statistic': 'value', 'start': '%s',"
                      " 'relation': 'exact', 'value': %d}",
                      day ? "," : "", date, day < PAST - 28 ? 110 : 130);
    }
    assert_true(n + 3 < SIZE);
    snprintf(json + n, SIZE - (size_t)n, "]}");
    return json;
}

/* A goal whose target is the level attainable with probability p is met with probability p. */
static void check_inverse(const planted_world *w, size_t n, const atn_reading *high,
                          const atn_reading *low)
{
    double *paths = malloc(n * DAYS * sizeof *paths);
    size_t *reached = malloc(n * sizeof *reached);
    attain_error err = {0};
    assert_true(paths && reached);
    atn_check_status("paths", attain_projection_paths(w->projection, "made", paths, &err),
                     ATTAIN_OK, &err);
    for (size_t k = 0; k < 2 * ATN_N_ATTAINABLE; k++) {
        attain_goal_spec spec;
        attain_goal_spec_init(&spec);
        spec.start = PAST;
        spec.deadline = DAYS - 1;
        spec.at_most = k >= ATN_N_ATTAINABLE;
        spec.target = (spec.at_most ? low : high)->attainable[k % ATN_N_ATTAINABLE];
        atn_check_status("evaluate",
                         attain_goal_evaluate(w->ctx, paths, n, DAYS, &spec, reached, NULL, &err),
                         ATTAIN_OK, &err);
        size_t met = 0;
        for (size_t d = 0; d < n; d++) met += reached[d] <= spec.deadline;
        atn_check_close("met", (double)met / (double)n, atn_attainable_levels[k % ATN_N_ATTAINABLE],
                        1.0 / (double)n, 0);
    }
    free(paths);
    free(reached);
}

static void test_scatter_in_closed_form(void **state)
{
    (void)state;
    enum { N = 20000, LEFT = DAYS - PAST };
    char *json = scatter_study();
    planted_world w = world_of(json, N, known_rate);
    const atn_reading *r = reading_of(&w, 0, "any-day");
    const double p = short_of(RATE), a = short_of(130), b = short_of((2 * 110 + 28 * 130) / 30.0);
    check_share("any day", r->probability, 1 - pow(p, LEFT), N);
    check_share("at the deadline", reading_of(&w, 0, "at-deadline")->probability, 1 - p, N);
    /* every date: a geometric law */
    for (size_t i = 0; i < r->n_curve; i++)
        check_share("by date", r->curve_probability[i],
                    1 - pow(p, (double)(r->curve_step[i] - PAST + 1)), N);
    /* two days in a row: the run recursion f(n) = q f(n-1) + q (1-q) f(n-2), q = 1 - p short */
    double f2 = 1, f1 = 1;
    for (int day = 2; day <= LEFT; day++) {
        const double now = p * f1 + p * (1 - p) * f2;
        f2 = f1;
        f1 = now;
    }
    check_share("two in a row", reading_of(&w, 0, "any-day-held-2-days")->probability, 1 - f1, N);
    /* the level that the highest of so many days reaches with probability q */
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++) {
        const double z = atn_normal_quantile(pow(1 - atn_attainable_levels[k], 1.0 / LEFT));
        atn_check_close("attainable", r->attainable[k], RATE * exp(OMEGA * z - OMEGA * OMEGA / 2),
                        0, 0.01);
    }
    /* baselines keep the scatter about another rate */
    check_share("last rate", r->baselines[ATN_BASELINE_LAST_RATE].probability, 1 - pow(a, LEFT), N);
    check_share("mean rate", r->baselines[ATN_BASELINE_MEAN_RATE].probability, 1 - pow(b, LEFT), N);
    assert_true(isnan(r->baselines[ATN_BASELINE_EQUAL_TRENDS].probability));
    /* the other series is as good, and knows nothing of this one */
    const double q = pow(p, LEFT);
    check_share("both", reading_of(&w, 3, "all-of")->probability, (1 - q) * (1 - q), N);
    check_share("either", reading_of(&w, 4, "any-of")->probability, 1 - q * q, N);
    double before = 0; /* first here, and there not by then */
    for (int day = 1; day <= LEFT; day++) before += (1 - p) * pow(p, 2 * day - 1);
    check_share("before", reading_of(&w, 5, "before")->probability, before, N);
    atn_check_close("nested", reading_of(&w, 6, "all-of")->probability,
                    reading_of(&w, 5, "before")->probability, 0, 0);
    const atn_reading *low = reading_of(&w, 1, "any-day");
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++) {
        const double z = atn_normal_quantile(1 - pow(1 - atn_attainable_levels[k], 1.0 / LEFT));
        atn_check_close("attainable from above", low->attainable[k],
                        RATE * exp(OMEGA * z - OMEGA * OMEGA / 2), 0, 0.01);
    }
    check_inverse(&w, N, r, low);
    const double above = 1 - normal_cdf((log(60 / RATE) + OMEGA * OMEGA / 2) / OMEGA);
    check_share("at most", low->probability, 1 - pow(above, LEFT), N);
    planted_free(&w);
    free(json);
}

/* ---- the pace that is enough ---- */

static void rising_rates(void *user, const atn_model *model, size_t block, size_t draw,
                         double *theta)
{
    (void)user;
    (void)block;
    theta[planted_index(model, "made.rate")] = 100 + 0.1 * (double)draw;
}

/* What 40 days came to is uncertain, so the pace that is enough for it is too: with the pace for
 * probability p kept, that share of the draws reaches the target. */
static void test_pace_for(void **state)
{
    (void)state;
    enum { N = 501, GONE = 40, LEFT = 60 };
    static const char json[] =
        "{'title': 'p', 'origin': '2025-01-01', 'as_of': '2025-02-09', 'horizon': '2025-04-10',"
        "'step': 'day', 'series': {'made': {'kind': 'flow', 'trend': {'formula': 'rate + 0 * t'},"
        "'parameters': {'rate': 'lognormal(log(100), 0.1)'}, 'step_sigma': 0}}, 'reports': [],"
        "'goals': [{'id': 'g', 'series': 'made', 'statistic': 'total', 'target': 15000},"
        "{'id': 'cap', 'series': 'made', 'statistic': 'total', 'target': 15000,"
        " 'direction': 'at_most'}]}";
    planted_world w = world_of(json, N, rising_rates);
    for (size_t g = 0; g < 2; g++) {
        const atn_reading *r = reading_of(&w, g, "total");
        atn_check_close("even odds", r->pace_for[1], r->required_pace, 0, 0);
        for (size_t k = 0; k < ATN_N_ATTAINABLE; k++) {
            double met = 0;
            for (size_t d = 0; d < N; d++) {
                const double total = GONE * (100 + 0.1 * (double)d) + LEFT * r->pace_for[k];
                met += (g == 0 ? total >= 15000 - 1e-6 : total <= 15000 + 1e-6) / (double)N;
            }
            atn_check_close("pace", met, atn_attainable_levels[k], 1.0 / N, 0);
        }
    }
    /* every draw's own rate is both its last and its mean one */
    const atn_reading *r = reading_of(&w, 0, "total");
    for (size_t k = 0; k < ATN_N_CARRIED; k++)
        atn_check_close("carried", r->baselines[k].probability, r->probability, 0, 0);
    planted_free(&w);
}

/* ---- a random walk in fine steps ---- */

static void standard_walk(void *user, const atn_model *model, size_t block, size_t draw,
                          double *theta)
{
    (void)user;
    (void)block;
    (void)draw;
    theta[planted_index(model, "level.first")] = 0;
}

/* The reflection principle, P(max >= c) = 2 P(end >= c), with the barrier moved out by 0.5826 of
 * a step's sd for what happens between steps (Siegmund 1979; Broadie, Glasserman & Kou 1997). */
static void test_reflection(void **state)
{
    (void)state;
    enum { N = 20000, STEPS = 400 };
    static const char json[] =
        "{'title': 'w', 'origin': '2025-01-01', 'as_of': '2025-01-01', 'horizon': '2026-02-05',"
        "'step': 'day', 'series': {'level': {'kind': 'stock', 'link': 'identity',"
        "'trend': {'formula': 'first + 0 * t'}, 'parameters': {'first': 'normal(0, 1)'},"
        "'deviation': {'type': 'random_walk', 'every': 1, 'sigma': 0.05}}}, 'reports': [],"
        "'goals': [{'id': 'c', 'series': 'level', 'statistic': 'level', 'target': 1.2,"
        " 'readings': 'auto'},"
        "{'id': 'f', 'series': 'level', 'statistic': 'level', 'target': -1.2,"
        " 'direction': 'at_most'}]}";
    planted_world w = world_of(json, N, standard_walk);
    assert_int_equal(w.projection->n_steps, STEPS + 1);
    const double step = 0.05, far = 1.2 + 0.5826 * step;
    const atn_reading *r = reading_of(&w, 0, "any-day");
    check_share("maximum", r->probability, 2 * (1 - normal_cdf(far / (step * sqrt(STEPS)))), N);
    check_share("end", reading_of(&w, 0, "at-deadline")->probability,
                1 - normal_cdf(1.2 / (step * sqrt(STEPS))), N);
    for (size_t i = 1; i < r->n_curve; i++) {
        const double sd = step * sqrt((double)r->curve_step[i]);
        check_share("by date", r->curve_probability[i], 2 * (1 - normal_cdf(far / sd)), N);
        assert_true(r->curve_probability[i] >= r->curve_probability[i - 1]);
    }
    /* the walk has no side: a floor as far below is as likely */
    const atn_reading *floor = reading_of(&w, 1, "level");
    check_share("minimum", floor->probability, 2 * (1 - normal_cdf(far / (step * sqrt(STEPS)))), N);
    /* as_of is the first step: no change is known, so the level is carried on as it is */
    atn_check_close("carried", r->baselines[ATN_BASELINE_LAST_RATE].probability, 0, 0, 0);
    atn_check_close("carried to", r->baselines[ATN_BASELINE_LAST_RATE].best, 0, 0, 0);
    planted_free(&w);
}

/* ---- a stock that grows by rule ---- */

static void test_known_stock(void **state)
{
    (void)state;
    static const char json[] =
        "{'title': 'd', 'origin': '2025-01-01', 'as_of': '2025-04-10', 'horizon': '2025-12-31',"
        "'step': 'day', 'series': {'level': {'kind': 'stock', 'link': 'identity',"
        "'trend': {'formula': 'first + 2 * t + if(t > 99, 3 * (t - 99), 0)'},"
        "'parameters': {'first': 'normal(0, 1)'}}}, 'reports': [],"
        "'goals': [{'id': 'up', 'series': 'level', 'statistic': 'level', 'target': 500,"
        " 'start': '2025-02-01', 'deadline': '2025-06-30', 'readings': ['at-deadline',"
        " '7-day-mean', 'any-day-held-5-days']}]}";
    planted_world w = world_of(json, 20, standard_walk);
    const atn_reading *r = reading_of(&w, 0, "any-day");
    /* 198 at step 99, then 5 a day: 500 at step 99 + 60.4 */
    atn_check_close("step", r->date[2], 160, 0, 0);
    atn_check_close("chance", r->probability, 1, 0, 0);
    atn_check_close("needs", r->required_pace, 302.0 / 81, 0, 1e-12);
    atn_check_close("for sure", r->pace_for[2], 302.0 / 81, 0, 1e-12);
    atn_check_close("now", r->current_pace, 2, 0, 1e-12);
    atn_check_close("share of windows", r->share_of_past_windows, 0, 0, 0);
    atn_check_close("mean", reading_of(&w, 0, "7-day-mean")->date[2], 163, 0, 0);
    atn_check_close("held", reading_of(&w, 0, "any-day-held-5-days")->date[2], 164, 0, 0);
    atn_check_close("at the deadline", reading_of(&w, 0, "at-deadline")->date[2], 180, 0, 0);
    /* 2 a day goes on: 198 + 81 x 2 by the deadline, 500 on step 250 */
    const atn_baseline *last = &r->baselines[ATN_BASELINE_LAST_RATE];
    atn_check_close("last rate", last->probability, 0, 0, 0);
    atn_check_close("last rate reaches", last->best, 360, 0, 1e-12);
    atn_check_close("last rate's date", last->date, 250, 0, 0);
    planted_free(&w);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scatter_in_closed_form),
        cmocka_unit_test(test_pace_for),
        cmocka_unit_test(test_reflection),
        cmocka_unit_test(test_known_stock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
