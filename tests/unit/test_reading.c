/* From stated goals to readings, and from draws to what a reading says. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "project/plan.h"
#include "project/reading.h"

static void same(const char *name, double got, double want)
{
    atn_check_close(name, got, want, 0, 1e-12);
}

static void check_names(const atn_plan *plans, size_t n, const char *const *names)
{
    size_t own = 0;
    for (size_t i = 0; i < n; i++) {
        assert_non_null(names[i]);
        assert_string_equal(plans[i].name, names[i]);
        own += plans[i].own;
    }
    assert_null(names[n]);
    assert_int_equal(own, 1);
}

static void test_reading_names(void **state)
{
    (void)state;
    atn_series series[] = {{.kind = ATN_FLOW}, {.kind = ATN_STOCK}};
    attain_study study = {.series = series, .n_series = 2};
    static const struct {
        atn_step_unit unit;
        size_t series;
        atn_statistic statistic;
        long over, held;
        double upper;
        bool automatic;
        const char *names[8];
    } rows[] = {
        {ATN_STEP_DAY, 0, ATN_VALUE, 0, 0, NAN, false, {"any-day"}},
        {ATN_STEP_DAY, 0, ATN_MEAN, 7, 30, NAN, false, {"7-day-mean-held-30-days"}},
        {ATN_STEP_DAY, 0, ATN_TOTAL, 0, 0, 2, true, {"total", "total-upper"}},
        {ATN_STEP_DAY, 0, ATN_ROLLING_TOTAL, 365, 0, NAN, true, {"365-day-total"}},
        {ATN_STEP_DAY,
         0,
         ATN_MEAN,
         7,
         0,
         NAN,
         true,
         {"any-day", "7-day-mean", "28-day-mean", "7-day-mean-held-30-days"}},
        {ATN_STEP_DAY,
         0,
         ATN_MEAN,
         14,
         0,
         NAN,
         true,
         {"14-day-mean", "any-day", "7-day-mean", "28-day-mean", "7-day-mean-held-30-days"}},
        {ATN_STEP_WEEK,
         0,
         ATN_VALUE,
         0,
         0,
         2,
         true,
         {"any-week", "any-week-upper", "4-week-mean", "4-week-mean-upper", "any-week-held-4-weeks",
          "any-week-held-4-weeks-upper"}},
        {ATN_STEP_MONTH,
         0,
         ATN_MEAN,
         3,
         0,
         NAN,
         true,
         {"any-month", "3-month-mean", "any-month-held-3-months"}},
        {ATN_STEP_QUARTER, 0, ATN_MEAN, 1, 0, NAN, true, {"any-quarter", "4-quarter-mean"}},
        {ATN_STEP_YEAR, 0, ATN_MEAN, 1, 0, NAN, true, {"any-year"}},
        {ATN_STEP_DAY, 1, ATN_LEVEL, 0, 0, NAN, false, {"level"}},
        {ATN_STEP_DAY, 1, ATN_LEVEL, 0, 0, NAN, true, {"any-day", "at-deadline"}},
        {ATN_STEP_DAY,
         1,
         ATN_LEVEL,
         0,
         9,
         NAN,
         true,
         {"any-day-held-9-days", "any-day", "at-deadline"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        study.calendar = (atn_calendar){rows[i].unit, atn_date_from_parts(2024, 1, 1)};
        study.n_steps = 600;
        study.horizon = atn_calendar_end(&study.calendar, 599);
        const atn_goal goal = {.series = rows[i].series,
                               .definition = ATN_NONE,
                               .statistic = rows[i].statistic,
                               .over = rows[i].over,
                               .held = rows[i].held,
                               .target = 1,
                               .upper = rows[i].upper,
                               .readings_auto = rows[i].automatic};
        atn_plan plans[ATN_MAX_PLANS];
        const size_t n = atn_goal_plans(&study, &goal, plans);
        check_names(plans, n, rows[i].names);
    }
}

static void test_goal_steps(void **state)
{
    (void)state;
    attain_study study = {.n_steps = 24};
    study.calendar = (atn_calendar){ATN_STEP_MONTH, atn_date_from_parts(2024, 1, 20)};
    study.horizon = atn_date_from_parts(2025, 12, 31);
    const atn_day origin = study.calendar.origin;
    static const struct {
        const char *name;
        int start[3], deadline[3];
        bool stock, any;
        size_t first, last;
    } rows[] = {
        {"all", {0}, {0}, false, true, 0, 23},
        {"whole months", {2024, 3, 1}, {2024, 6, 30}, false, true, 2, 5},
        {"months not whole", {2024, 3, 2}, {2024, 6, 29}, false, true, 3, 4},
        {"levels on the first", {2024, 3, 2}, {2024, 6, 1}, true, true, 3, 5},
        {"none whole", {2024, 3, 2}, {2024, 3, 31}, false, false, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int *a = rows[i].start, *b = rows[i].deadline;
        const atn_goal goal = {
            .has_start = a[0] > 0,
            .start = a[0] > 0 ? atn_date_from_parts(a[0], a[1], a[2]) : origin,
            .has_deadline = b[0] > 0,
            .deadline = b[0] > 0 ? atn_date_from_parts(b[0], b[1], b[2]) : study.horizon,
        };
        size_t first, last;
        assert_int_equal(atn_goal_steps(&study, &goal, rows[i].stock, &first, &last), rows[i].any);
        if (!rows[i].any) continue;
        assert_int_equal(first, rows[i].first);
        assert_int_equal(last, rows[i].last);
    }
}

static void test_order_statistics(void **state)
{
    (void)state;
    const size_t counts[] = {0, 5, 0, 10, 4};
    same("first", atn_step_quantile(counts, 5, 20, 0.05), 1);
    same("edge", atn_step_quantile(counts, 5, 20, 0.25), 1);
    same("beyond the edge", atn_step_quantile(counts, 5, 20, 0.26), 3);
    same("last", atn_step_quantile(counts, 5, 20, 0.95), 4);
    assert_true(isinf(atn_step_quantile(counts, 5, 20, 0.96)));
    const size_t none[] = {0, 0};
    assert_true(isinf(atn_step_quantile(none, 2, 20, 0.05)));
}

/* Draws of a slow chain tell less than as many independent ones. */
static void test_error_of_chains(void **state)
{
    (void)state;
    enum { N = 4000 };
    static double reached[N], scratch[N];
    attain_context *ctx = check_context(NULL, 1);
    const attain_posterior posterior = {.ctx = ctx, .n_draws = N, .n_chains = 4};
    const atn_reading_job job = {
        .ctx = ctx, .posterior = &posterior, .n_draws = N, .effective = N, .scratch = scratch};
    atn_stream stream;
    atn_stream_init(&stream, 5, ATN_PURPOSE_SIMULATE, 0, 0);
    double p = 0, quick, slow, none;
    for (size_t d = 0; d < N; d++) {
        reached[d] = atn_stream_uniform(&stream) < 0.5 ? 3 : INFINITY;
        p += (reached[d] <= 3) / (double)N;
    }
    assert_int_equal(atn_probability_error(&job, reached, 3, p, &quick, NULL), ATTAIN_OK);
    atn_check_close("independent", quick, 0.5 / sqrt(N), 0, 0.1);
    p = 0;
    for (size_t d = 0; d < N; d++) {
        if (d % 20 != 0) reached[d] = reached[d - 1]; /* stays for 20 draws */
        p += (reached[d] <= 3) / (double)N;
    }
    assert_int_equal(atn_probability_error(&job, reached, 3, p, &slow, NULL), ATTAIN_OK);
    atn_check_close("slow", slow, 0.5 / sqrt(N / 20.0), 0, 0.25);
    assert_int_equal(atn_probability_error(&job, reached, 2, 0, &none, NULL), ATTAIN_OK);
    atn_check_close("none", none, 0.5 / N, 0, 1e-15);
    attain_context_free(ctx);
}

/* ---- what hubs ask for ------------------------------------------------------------------------
 */

enum { N_STEPS = 710, N_DRAWS = 2000 };

static void forecast_of(atn_calendar calendar, size_t n_steps, long as_of, const size_t *counts,
                        const double *const *best, size_t n_rows, atn_forecast *forecast)
{
    static double scratch[2 * N_DRAWS];
    static size_t own[N_STEPS];
    attain_study study = {.calendar = calendar, .n_steps = n_steps};
    const attain_posterior posterior = {.study = &study};
    memcpy(own, counts, n_steps * sizeof *own);
    const atn_reading_job job = {.posterior = &posterior,
                                 .n_draws = N_DRAWS,
                                 .n_steps = n_steps,
                                 .as_of = as_of,
                                 .scratch = scratch,
                                 .counts = own};
    memset(forecast, 0x55, sizeof *forecast); /* all of it is written */
    atn_forecast_fill(&job, best, n_rows, n_rows * N_DRAWS, forecast);
}

/* Values 1 to 2000 in order have quantiles 1 + 1999 p, and each twentieth is a future; a mixture's
 * rows take turns; without a number for every draw there are none. */
static void test_forecast_values(void **state)
{
    (void)state;
    static double rising[N_DRAWS], falling[N_DRAWS], holed[N_DRAWS];
    static const size_t counts[N_STEPS];
    const atn_calendar days = {ATN_STEP_DAY, atn_date_from_parts(2025, 1, 20)};
    for (size_t d = 0; d < N_DRAWS; d++) {
        rising[d] = holed[d] = (double)d + 1.0;
        falling[d] = -(double)d - 1.0;
    }
    atn_forecast f;
    const double *rows[] = {rising, falling};
    forecast_of(days, N_STEPS, 100, counts, rows, 1, &f);
    assert_int_equal(f.n_futures, ATN_N_FUTURES);
    for (size_t k = 0; k < ATN_N_VALUE_LEVELS; k++)
        same("quantile", f.quantile[k], 1.0 + 1999.0 * atn_value_levels[k]);
    for (size_t k = 0; k < ATN_N_FUTURES; k++) same("future", f.future[k], 20.0 * (double)k + 1.0);
    forecast_of(days, N_STEPS, 100, counts, rows, 2, &f);
    same("mixed median", f.quantile[11], 0.0);
    for (size_t k = 0; k < ATN_N_FUTURES; k++)
        same("mixed future", f.future[k], (k % 2 ? -1.0 : 1.0) * (20.0 * (double)k + 1.0));
    holed[1999] = NAN;
    rows[0] = holed;
    forecast_of(days, N_STEPS, 100, counts, rows, 1, &f);
    assert_int_equal(f.n_futures, 0);
    assert_true(isnan(f.quantile[0]) && isnan(f.quantile[22]));
    rows[0] = NULL;
    forecast_of(days, N_STEPS, 100, counts, rows, 1, &f);
    assert_int_equal(f.n_futures, 0);
    assert_true(isnan(f.quantile[11]));
}

/* Bins end where they should, each holds what is counted in it, and with never they sum to 1. */
static void test_forecast_bins(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atn_step_unit unit;
        size_t n_steps;
        long as_of;
        size_t n;
        const char *first[3], *last; /* days that bins end on */
    } rows[] = {
        {"days",
         ATN_STEP_DAY,
         710,
         281,
         16,
         {"2025-10-28", "2025-10-31", "2025-11-30"},
         "2026-12-30"},
        {"a month's end",
         ATN_STEP_DAY,
         400,
         284,
         5,
         {"2025-10-31", "2025-11-30", "2025-12-31"},
         "2026-02-23"},
        {"over at as_of", ATN_STEP_DAY, 100, 99, 1, {"2025-04-29"}, "2025-04-29"},
        {"before the start",
         ATN_STEP_DAY,
         12,
         -3,
         1 + 1,
         {"2025-01-20", "2025-01-31"},
         "2025-01-31"},
        {"weeks",
         ATN_STEP_WEEK,
         20,
         3,
         6,
         {"2025-02-16", "2025-02-23", "2025-03-30"},
         "2025-06-08"},
        {"many months",
         ATN_STEP_MONTH,
         40,
         3,
         1 + 36,
         {"2025-04-30", "2025-05-31", "2025-06-30"},
         "2028-04-30"},
        {"years of them",
         ATN_STEP_MONTH,
         41,
         3,
         5,
         {"2025-04-30", "2025-12-31", "2026-12-31"},
         "2028-05-31"},
        {"centuries",
         ATN_STEP_YEAR,
         700,
         0,
         9,
         {"2025-12-31", "2099-12-31", "2199-12-31"},
         "2724-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static size_t counts[N_STEPS];
        const atn_calendar calendar = {rows[i].unit, atn_date_from_parts(2025, 1, 20)};
        const double *none[] = {NULL};
        size_t all = 0, bin = 0;
        double sum = 0.0;
        atn_forecast f;
        print_message("%s\n", rows[i].name);
        memset(counts, 0, sizeof counts);
        for (size_t k = 0; k < rows[i].n_steps; k++) all += counts[k] = k % 3;
        forecast_of(calendar, rows[i].n_steps, rows[i].as_of, counts, none, 1, &f);
        assert_int_equal(f.n_bins, rows[i].n);
        assert_in_range(f.n_bins, 1, ATN_MAX_BINS);
        for (size_t k = 0, step = 0; k < f.n_bins; k++) {
            char text[ATN_DATE_SIZE];
            size_t within = 0;
            for (; (long)step <= f.bin_step[k]; step++) within += counts[step];
            same("bin", f.bin[k], (double)within / N_DRAWS);
            sum += f.bin[k];
            atn_date_format(atn_calendar_end(&calendar, f.bin_step[k]), text);
            if (k < 3 && rows[i].first[k]) assert_string_equal(text, rows[i].first[k]);
            if (k == f.n_bins - 1) assert_string_equal(text, rows[i].last);
            bin = k;
        }
        assert_int_equal(bin + 1, f.n_bins);
        same("all that is ever reached", sum, (double)all / N_DRAWS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading_names),    cmocka_unit_test(test_goal_steps),
        cmocka_unit_test(test_order_statistics), cmocka_unit_test(test_error_of_chains),
        cmocka_unit_test(test_forecast_values),  cmocka_unit_test(test_forecast_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
