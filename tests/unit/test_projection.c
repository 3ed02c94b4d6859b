/* The projection of planted posteriors: paths, definitions, readings, joint goals. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/reading.h"
#include "project/run.h"

/* 100 days, of which 40 (steps 0 to 39) lie in the past; 100 a day; people grow by 10 a day. */
#define KNOWN_HEAD                                                                                 \
    "{'title': 'known', 'origin': '2025-01-01', 'as_of': '2025-02-09', 'horizon': '2025-04-10',"   \
    " 'step': 'day', 'series': {"                                                                  \
    "'made': {'kind': 'flow', 'trend': {'formula': 'rate + 0 * t'},"                               \
    " 'parameters': {'rate': 'lognormal(log(100), 0.1)'}, 'step_sigma': 0},"                       \
    "'people': {'kind': 'stock', 'link': 'identity', 'trend': {'formula': 'level + 10 * t'},"      \
    " 'parameters': {'level': 'normal(1000, 10)'}},"                                               \
    "'opinion': {'kind': 'share', 'trend': {'formula': 'p + 0 * t'},"                              \
    " 'parameters': {'p': 'beta(4, 6)'}}},"                                                        \
    "'definitions': {'narrow': {'series': 'made', 'reference': true},"                             \
    "'wide': {'series': 'made', 'factor': 2},"                                                     \
    "'adults': {'series': 'opinion', 'reference': true},"                                          \
    "'voters': {'series': 'opinion', 'shift': 0.5}},"

static void known_draw(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    (void)user;
    (void)block;
    (void)draw;
    for (size_t k = 0; k < atn_model_n_parameters(model); k++) {
        const char *name = atn_model_name(model, k);
        if (strcmp(name, "made.rate") == 0) theta[k] = 100;
        if (strcmp(name, "people.level") == 0) theta[k] = 1000;
        if (strcmp(name, "opinion.p") == 0) theta[k] = 0.4;
    }
}

static planted_world world_of(unsigned threads, const char *json, size_t n_draws,
                              planted_draw *draw)
{
    planted_world w = {.ctx = check_context(NULL, threads)};
    w.study = planted_study(w.ctx, json);
    w.posterior = planted_posterior(w.ctx, w.study, n_draws, 42, draw, NULL);
    planted_project(&w);
    return w;
}

static const atn_reading *find(const planted_world *w, const char *goal, const char *definition,
                               const char *reading)
{
    for (size_t g = 0; g < w->study->n_goals; g++) {
        if (strcmp(w->study->goals[g].id, goal) != 0) continue;
        const atn_goal_result *result = &w->projection->goals[g];
        for (size_t k = 0; k < result->n_definitions; k++) {
            const atn_goal_definition *d = &result->definitions[k];
            const char *id = d->definition == ATN_NONE ? ""
                             : d->definition == ATN_POOLED
                                 ? ATN_POOLED_NAME
                                 : w->study->definitions[d->definition].id;
            if (strcmp(id, definition) != 0) continue;
            for (size_t j = 0; j < d->n_readings; j++)
                if (strcmp(d->readings[j].name, reading) == 0) return &d->readings[j];
        }
    }
    print_error("no reading %s/%s/%s\n", goal, definition, reading);
    fail();
    return NULL;
}

static void same(const char *name, double got, double want)
{
    if (isnan(want))
        assert_true(isnan(got));
    else
        atn_check_close(name, got, want, 0, 1e-12);
}

static void test_known_flow(void **state)
{
    (void)state;
    planted_world w = world_of(
        1,
        KNOWN_HEAD
        "'reports': ["
        /* replaces step 4; the later published of two wins; a rounded figure and a mean over two
         * days replace nothing */
        "{'series': 'made', 'statistic': 'value', 'start': '2025-01-05', 'relation': 'exact',"
        " 'value': 600, 'published': '2025-01-20', 'definition': 'narrow'},"
        "{'series': 'made', 'statistic': 'value', 'start': '2025-01-05', 'relation': 'exact',"
        " 'value': 500},"
        "{'series': 'made', 'statistic': 'value', 'start': '2025-01-07', 'relation': 'about',"
        " 'value': 900},"
        "{'series': 'made', 'statistic': 'mean', 'start': '2025-01-07', 'end': '2025-01-08',"
        " 'relation': 'exact', 'value': 900},"
        /* another definition's own figure; one from after as_of */
        "{'series': 'made', 'statistic': 'total', 'start': '2025-01-06', 'end': '2025-01-06',"
        " 'relation': 'exact', 'value': 300, 'definition': 'wide'},"
        "{'series': 'made', 'statistic': 'value', 'start': '2025-02-12', 'relation': 'exact',"
        " 'value': 9000}],"
        "'goals': ["
        "{'id': 'sum', 'series': 'made', 'statistic': 'total', 'target': 8500},"
        "{'id': 'late', 'series': 'made', 'definition': 'wide', 'statistic': 'total',"
        " 'start': '2025-01-11', 'deadline': '2025-03-01', 'target': 12000},"
        "{'id': 'year', 'series': 'made', 'definition': 'narrow', 'statistic': 'rolling_total',"
        " 'over': 50, 'target': 5400, 'upper': 6000},"
        "{'id': 'cap', 'series': 'made', 'definition': 'narrow', 'statistic': 'total',"
        " 'target': 20000, 'direction': 'at_most'}]}",
        20, known_draw);
    const atn_reading *r = find(&w, "sum", "narrow", "total");
    same("probability", r->probability, 1);
    same("mcse", r->mcse, 0.5 / 20);
    same("date", r->date[2], 79); /* 100 a day and 500 more on step 4 */
    same("never", r->never_by_horizon, 0);
    same("required", r->required_pace, 4000.0 / 60);
    same("current", r->current_pace, 100);
    same("ratio", r->pace_ratio, 2.0 / 3);
    same("past", r->share_of_past_windows, NAN); /* no 60 days of the past */
    same("attainable", r->attainable[1], 10500);
    same("shortfall", r->shortfall[2], 0);
    assert_false(r->already_reached);
    r = find(&w, "sum", "wide", "total");
    same("wide date", r->date[2], 41); /* 8,500 > 200 x 42 + 100 */
    same("wide attainable", r->attainable[1], 20100);
    r = find(&w, "late", "wide", "total");
    same("late", r->probability, 0);
    same("late horizon", r->probability_at_horizon, 1);
    same("late date", r->date[0], 10 + 59);
    same("late required", r->required_pace, 6000.0 / 20);
    same("late ratio", r->pace_ratio, 1.5);
    /* windows of 20 days that hold step 5 (300) average 205 */
    same("late past", r->share_of_past_windows, 0);
    same("late shortfall", r->shortfall[1], 2000);
    r = find(&w, "year", "narrow", "50-day-total");
    same("year", r->date[2], 49); /* days 0 to 49 hold step 4 */
    same("year required", r->required_pace, (5400 - 4500) / 10.0);
    r = find(&w, "year", "narrow", "50-day-total-upper");
    same("year upper", r->probability, 0);
    same("year upper best", r->attainable[0], 5500);
    r = find(&w, "cap", "narrow", "total");
    same("cap", r->probability, 1);
    same("cap date", r->date[0], 99);
    same("cap pace", r->required_pace, 15500.0 / 60);
    const double *total = w.projection->series[0].total;
    same("running total", total[4 * 100 + 99], 10500);
    same("rate", w.projection->series[0].rate[4 * 100 + 4], 100);
    double *paths = malloc(20 * 100 * sizeof *paths);
    attain_error err;
    atn_check_status("paths", attain_projection_paths(w.projection, "made", paths, &err), ATTAIN_OK,
                     &err);
    same("replaced", paths[19 * 100 + 4], 600);
    same("not replaced", paths[19 * 100 + 42], 100);
    atn_check_status("stranger", attain_projection_paths(w.projection, "lost", paths, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    free(paths);
    planted_free(&w);
}

static void test_known_stock(void **state)
{
    (void)state;
    planted_world w = world_of(
        1,
        KNOWN_HEAD "'reports': [], 'goals': ["
                   "{'id': 'up', 'series': 'people', 'statistic': 'level', 'target': 1500},"
                   "{'id': 'near', 'series': 'people', 'statistic': 'level', 'target': 1700,"
                   " 'deadline': '2025-03-11', 'readings': 'auto'},"
                   "{'id': 'had', 'series': 'people', 'statistic': 'level', 'target': 1200},"
                   "{'id': 'week', 'series': 'people', 'statistic': 'mean', 'over': 7,"
                   " 'target': 1500, 'readings': 'auto'},"
                   "{'id': 'voice', 'series': 'opinion', 'statistic': 'value',"
                   " 'target': 0.5}]}",
        20, known_draw);
    const atn_reading *r = find(&w, "up", "", "level");
    same("date", r->date[0], 50);
    same("required", r->required_pace, 110.0 / 60);
    same("current", r->current_pace, 10);
    same("ratio", r->pace_ratio, 11.0 / 60);
    r = find(&w, "near", "", "any-day");
    same("any day", r->probability, 0);
    same("by horizon", r->probability_at_horizon, 1);
    same("shortfall", r->shortfall[1], 10);
    r = find(&w, "near", "", "at-deadline");
    same("at the deadline", r->probability_at_horizon, 0);
    same("at the deadline", r->attainable[1], 1690);
    same("never", r->never_by_horizon, 1);
    assert_true(isinf(r->date[0]));
    r = find(&w, "had", "", "level");
    assert_true(r->already_reached);
    same("reached", r->required_pace, 0);
    r = find(&w, "week", "", "7-day-mean");
    same("mean of a line", r->date[2], 53);
    same("any", find(&w, "week", "", "any-day")->date[2], 50);
    same("adults", find(&w, "voice", "adults", "any-day")->attainable[1], 0.4);
    same("voters", find(&w, "voice", "voters", "any-day")->attainable[1],
         1 / (1 + exp(-0.5) * 1.5));
    assert_null(w.projection->series[1].total);
    planted_free(&w);
}

/* ---- uncertain paths ---- */

static const char *const uncertain =
    "{'title': 'uncertain', 'origin': '2025-01-01', 'as_of': '2025-02-09',"
    " 'horizon': '2025-04-10', 'step': 'day', 'series': {"
    "'made': {'kind': 'flow', 'trend': {'formula': 'rate * exp(growth * t)'},"
    " 'parameters': {'rate': 'lognormal(log(100), 0.1)', 'growth': 'normal(0, 0.002)'},"
    " 'deviation': {'type': 'ar1', 'every': 7, 'sigma': 0.1, 'phi': 0.9}, 'step_sigma': 0.25},"
    "'people': {'kind': 'stock', 'trend': {'formula': 'level + 0 * t'},"
    " 'parameters': {'level': 'lognormal(log(1000), 0.1)'},"
    " 'deviation': {'type': 'random_walk', 'every': 7, 'sigma': 0.03}}},"
    "'definitions': {'narrow': {'series': 'made', 'reference': true},"
    "'wide': {'series': 'made', 'factor': 'lognormal(log(1.5), 0.1)'}},"
    "'reports': ["
    "{'series': 'made', 'statistic': 'mean', 'start': '2025-01-01', 'end': '2025-01-31',"
    " 'relation': 'exact', 'value': 100},"
    "{'series': 'made', 'statistic': 'value', 'start': '2025-02-03', 'relation': 'exact',"
    " 'value': 1000},"
    "{'series': 'made', 'statistic': 'total', 'start': '2025-01-01', 'end': '2025-02-05',"
    " 'relation': 'over', 'value': 5000, 'definition': 'wide'},"
    "{'series': 'people', 'statistic': 'level', 'start': '2025-02-03', 'relation': 'about',"
    " 'value': 1000},"
    "{'series': 'people', 'statistic': 'level', 'start': '2025-03-03', 'relation': 'exact',"
    " 'value': 1100}],"
    "'goals': ["
    "{'id': 'rate', 'series': 'made', 'statistic': 'mean', 'over': 7, 'target': 130,"
    " 'upper': 150, 'start': '2025-01-10', 'deadline': '2025-03-20', 'readings': 'auto'},"
    "{'id': 'sum', 'series': 'made', 'definition': 'narrow', 'statistic': 'total',"
    " 'target': 10500},"
    "{'id': 'low', 'series': 'people', 'statistic': 'level', 'target': 950,"
    " 'direction': 'at_most', 'deadline': '2025-03-20'},"
    "{'id': 'both', 'all_of': ['sum', 'low']}, {'id': 'either', 'any_of': ['sum', 'low']},"
    "{'id': 'order', 'before': ['low', 'sum']}, {'id': 'disorder', 'before': ['sum', 'low']},"
    "{'id': 'nested', 'any_of': ['both', 'rate']}]}";

static void uncertain_draw(void *user, const atn_model *model, size_t block, size_t draw,
                           double *theta)
{
    (void)user;
    atn_stream stream;
    atn_stream_init(&stream, 99, ATN_PURPOSE_SIMULATE, block, draw);
    const size_t n = atn_model_n_parameters(model);
    for (size_t k = 0; k < n; k++) theta[k] = atn_prior_draw(atn_model_prior(model, k), &stream);
    for (size_t k = n; k < atn_model_dimension(model); k++) theta[k] = atn_stream_normal(&stream);
}

static void check_reading(const atn_reading *r, size_t n)
{
    assert_true(r->n_curve > 2 && r->n_curve <= 120);
    for (size_t i = 0; i < r->n_curve; i++) {
        assert_true(r->curve_probability[i] >= 0 && r->curve_probability[i] <= 1);
        if (i == 0) continue;
        assert_true(r->curve_step[i] > r->curve_step[i - 1]);
        assert_true(r->curve_probability[i] >= r->curve_probability[i - 1]);
    }
    same("curve ends", r->curve_probability[r->n_curve - 1], r->probability_at_horizon);
    same("mass", r->probability_at_horizon + r->never_by_horizon, 1);
    assert_true(r->probability <= r->probability_at_horizon);
    assert_true(r->mcse >= 0.5 / (double)n && r->mcse <= 0.5);
    for (size_t k = 0; k < ATN_N_DATE_LEVELS; k++) {
        assert_true(isinf(r->date[k]) || r->date[k] == floor(r->date[k]));
        assert_true(k == 0 || r->date[k] >= r->date[k - 1]);
        /* type 1: the probability by that date is the first to reach the level */
        assert_int_equal(isinf(r->date[k]), r->probability_at_horizon < atn_date_levels[k] - 1e-9);
    }
}

static void test_uncertain(void **state)
{
    (void)state;
    enum { N = 1000 };
    planted_world w = world_of(2, uncertain, N, uncertain_draw);
    for (size_t g = 0; g < w.study->n_goals; g++)
        for (size_t k = 0; k < w.projection->goals[g].n_definitions; k++)
            for (size_t j = 0; j < w.projection->goals[g].definitions[k].n_readings; j++)
                check_reading(&w.projection->goals[g].definitions[k].readings[j], N);
    static const char *const definitions[] = {"narrow", "wide"};
    for (size_t k = 0; k < 2; k++) {
        const double any = find(&w, "rate", definitions[k], "any-day")->probability;
        const double week = find(&w, "rate", definitions[k], "7-day-mean")->probability;
        const double month = find(&w, "rate", definitions[k], "28-day-mean")->probability;
        const double held =
            find(&w, "rate", definitions[k], "7-day-mean-held-30-days")->probability;
        assert_true(any >= week && week >= month && week >= held && week > 0 && held < 1);
        assert_true(find(&w, "rate", definitions[k], "7-day-mean-upper")->probability <= week);
    }
    const double sum = find(&w, "sum", "narrow", "total")->probability;
    const double low = find(&w, "low", "", "level")->probability;
    const double both = find(&w, "both", "", "all-of")->probability;
    const double either = find(&w, "either", "", "any-of")->probability;
    assert_true(sum > 0.05 && sum < 0.95 && low > 0.05 && low < 0.95);
    assert_true(both <= sum && both <= low && either >= sum && either >= low);
    same("inclusion and exclusion", both + either, sum + low);
    const double order = find(&w, "order", "", "before")->probability;
    const double disorder = find(&w, "disorder", "", "before")->probability;
    assert_true(order <= low && disorder <= sum);
    /* either one is first, or both come on one day */
    atn_check_close("order", order + disorder, either - 0.025, 0.025 + 1e-12, 0);
    assert_true(find(&w, "nested", "narrow", "any-of")->probability >= both);
    assert_true(isnan(find(&w, "both", "", "all-of")->shortfall[1]));
    planted_free(&w);
}

/* Realised paths scatter about y with mean y, and the total's quantiles are theirs. */
static void test_scatter(void **state)
{
    (void)state;
    enum { N = 2000, STEPS = 100 };
    planted_world w = world_of(2, uncertain, N, uncertain_draw);
    double *paths = malloc(N * STEPS * sizeof *paths), *sums = malloc(N * sizeof *sums);
    assert_true(paths && sums);
    attain_error err;
    atn_check_status("paths", attain_projection_paths(w.projection, "made", paths, &err), ATTAIN_OK,
                     &err);
    double squares = 0;
    size_t n = 0;
    for (size_t d = 0; d < N; d++) {
        sums[d] = 0;
        for (size_t i = 0; i < STEPS; i++) {
            sums[d] += paths[d * STEPS + i];
            /* neighbours inside a week differ by scatter and a little interpolation */
            if (i > 0 && i != 33 && i != 34) {
                const double change = log(paths[d * STEPS + i] / paths[d * STEPS + i - 1]);
                squares += change * change;
                n++;
            }
        }
        assert_true(paths[d * STEPS + 33] == 1000); /* the reported day */
    }
    atn_check_close("scatter", sqrt(squares / (double)n / 2), 0.25, 0.003, 0);
    double want[ATN_N_LEVELS];
    atn_quantiles(sums, N, atn_levels, ATN_N_LEVELS, want);
    for (size_t k = 0; k < ATN_N_LEVELS; k++)
        atn_check_close("total", w.projection->series[0].total[k * STEPS + STEPS - 1], want[k], 0,
                        1e-12);
    /* The goal on the total tells the same: its levels, and its chance. */
    const atn_reading *sum = find(&w, "sum", "narrow", "total");
    static const double levels[] = {0.9, 0.5, 0.1};
    double met = 0;
    for (size_t d = 0; d < N; d++) met += (sums[d] >= 10500) / (double)N;
    atn_check_close("chance", sum->probability, met, 1e-12, 0);
    atn_quantiles(sums, N, levels, 3, want);
    for (size_t k = 0; k < 3; k++)
        atn_check_close("attainable", sum->attainable[k], want[k], 0, 1e-12);
    free(paths);
    free(sums);
    planted_free(&w);
}

static void test_predictive(void **state)
{
    (void)state;
    planted_world w = world_of(1, uncertain, 1500, uncertain_draw);
    const atn_report_fit *fits = w.projection->reports;
    for (size_t r = 0; r < 4; r++) {
        assert_true(fits[r].available);
        for (size_t k = 1; k < 5; k++) assert_true(fits[r].fitted[k] > fits[r].fitted[k - 1]);
        assert_true(fits[r].tail_probability >= 0 && fits[r].tail_probability <= 1);
    }
    assert_false(fits[4].available); /* published after as_of */
    /* the planted posterior is the prior: about 100 a day; 1,000 on one day is out of the way */
    assert_true(fits[0].fitted[0] < 100 && fits[0].fitted[4] > 100);
    assert_true(fits[0].tail_probability > 0.5);
    assert_true(fits[1].tail_probability < 0.001);
    planted_free(&w);
}

static void same_readings(const atn_reading *a, const atn_reading *b)
{
    assert_int_equal(a->n_curve, b->n_curve);
    atn_check_same_bits("curve", a->curve_probability, b->curve_probability, a->n_curve);
    const size_t numbers = offsetof(atn_reading, already_reached) - offsetof(atn_reading, target);
    assert_memory_equal(&a->target, &b->target, numbers);
}

static void test_threads(void **state)
{
    (void)state;
    enum { N = 203 }; /* not a whole number of chunks */
    planted_world one = world_of(1, uncertain, N, uncertain_draw);
    planted_world three = world_of(3, uncertain, N, uncertain_draw);
    for (size_t g = 0; g < one.study->n_goals; g++) {
        const atn_goal_result *a = &one.projection->goals[g], *b = &three.projection->goals[g];
        for (size_t k = 0; k < a->n_definitions; k++)
            for (size_t j = 0; j < a->definitions[k].n_readings; j++)
                same_readings(&a->definitions[k].readings[j], &b->definitions[k].readings[j]);
    }
    const size_t n = ATN_N_LEVELS * one.projection->n_steps;
    for (size_t s = 0; s < 2; s++)
        atn_check_same_bits("rate", one.projection->series[s].rate,
                            three.projection->series[s].rate, n);
    atn_check_same_bits("total", one.projection->series[0].total, three.projection->series[0].total,
                        n);
    for (size_t r = 0; r < one.study->n_reports; r++)
        atn_check_same_bits("report", one.projection->reports[r].fitted,
                            three.projection->reports[r].fitted, 5);
    planted_free(&one);
    planted_free(&three);
}

static void test_effective_draws(void **state)
{
    (void)state;
    planted_world w = world_of(1, uncertain, 400, uncertain_draw);
    const size_t series[] = {0, 1};
    same("independent", atn_effective_draws(w.posterior, series, 2), 400);
    const size_t b = w.posterior->block_of_series[0];
    w.posterior->blocks[b].candidates[0].ess = 90;
    w.posterior->blocks[b].candidates[0].resampled = true;
    same("weighted", atn_effective_draws(w.posterior, series, 2), 90);
    same("the other block", atn_effective_draws(w.posterior, series + 1, 1), 400);
    planted_free(&w);
}

/* ---- failures ---- */

static bool never(void *user, const attain_progress *progress)
{
    (void)user;
    (void)progress;
    return false;
}

static void test_interrupted(void **state)
{
    (void)state;
    planted_world w = world_of(1, uncertain, 200, uncertain_draw);
    attain_context_settings settings;
    attain_context_settings_init(&settings);
    settings.threads = 1;
    settings.proceed = never;
    attain_context *ctx;
    attain_error err;
    atn_check_status("context", attain_context_create(&settings, &ctx, &err), ATTAIN_OK, &err);
    attain_projection *projection = w.projection;
    atn_check_status("stopped", attain_project_run(ctx, w.posterior, &projection, &err),
                     ATTAIN_ERR_INTERRUPTED, &err);
    assert_null(projection);
    atn_check_status("no posterior", attain_project_run(ctx, NULL, &projection, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    attain_context_free(ctx);
    planted_free(&w);
}

static attain_status project_once(void *user, attain_context *ctx, attain_error *err)
{
    const attain_posterior *posterior = user;
    attain_projection *projection = (attain_projection *)&projection;
    attain_status status = attain_project_run(ctx, posterior, &projection, err);
    if (status != ATTAIN_OK) {
        assert_null(projection);
        return status;
    }
    double *paths = malloc(60 * 100 * sizeof *paths);
    assert_non_null(paths);
    paths[0] = 77;
    status = attain_projection_paths(projection, "people", paths, err);
    assert_int_equal(paths[0] == 77, status != ATTAIN_OK);
    free(paths);
    attain_projection_free(projection);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    planted_world w = world_of(1, uncertain, 60, uncertain_draw);
    check_faults("attain_project_run", project_once, w.posterior, 2000);
    planted_free(&w);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_flow),      cmocka_unit_test(test_known_stock),
        cmocka_unit_test(test_uncertain),       cmocka_unit_test(test_scatter),
        cmocka_unit_test(test_predictive),      cmocka_unit_test(test_threads),
        cmocka_unit_test(test_effective_draws), cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
