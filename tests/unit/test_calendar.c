#include "check.h"

#include <string.h>

#include "base/calendar.h"

static atn_day day_of(const char *text)
{
    atn_day day = 0;
    if (!atn_date_parse(text, strlen(text), &day)) fail_msg("%s is not read as a date", text);
    return day;
}

static void known_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        atn_day day;
        int day_of_week;
    } rows[] = {
        {"1970-01-01", 0, 3},       {"1969-12-31", -1, 2},      {"2000-02-29", 11016, 1},
        {"2025-01-20", 20108, 0},   {"2025-01-26", 20114, 6},   {"2025-10-28", 20389, 1},
        {"0001-01-01", -719162, 0}, {"9999-12-31", 2932896, 4}, {"1900-03-01", -25508, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ATN_DATE_SIZE];
        print_message("%s\n", rows[i].text);
        assert_int_equal(day_of(rows[i].text), rows[i].day);
        assert_int_equal(atn_day_of_week(rows[i].day), rows[i].day_of_week);
        atn_date_format(rows[i].day, text);
        assert_string_equal(text, rows[i].text);
    }
}

/* Every day of the range, counted by hand through months and leap years. */
static void every_day_in_turn(void **state)
{
    (void)state;
    atn_day day = atn_date_from_parts(1, 1, 1);
    for (int year = 1; year <= 9999; year++) {
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            const int length = month == 2                                              ? 28 + leap
                               : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                                       : 31;
            for (int d = 1; d <= length; d++, day++) {
                int y, m, dom;
                atn_date_parts(day, &y, &m, &dom);
                if (y != year || m != month || dom != d || atn_date_from_parts(y, m, d) != day)
                    fail_msg("%d-%d-%d is read as %d-%d-%d", year, month, d, y, m, dom);
            }
        }
    }
    assert_int_equal(day, day_of("9999-12-31") + 1);
}

static void refused_dates(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",           "2025-1-20",  "1/20/2025",  "2025-13-01", "2025-00-10",  "2025-02-29",
        "1900-02-29", "2025-04-31", "2025-01-00", "0000-01-01", "2025-01-20 ", "+025-01-01",
        "2025/01/20", "20250120",   "2025-01-2x", " 2025-01-2", "12025-01-01", "2025-01-32"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        atn_day day = 77;
        if (atn_date_parse(rows[i], strlen(rows[i]), &day)) fail_msg("%s is taken", rows[i]);
        assert_int_equal(day, 77);
    }
}

static void months(void **state)
{
    (void)state;
    assert_int_equal(atn_month_of_year(day_of("2025-01-31")), 0);
    assert_int_equal(atn_month_of_year(day_of("2024-12-01")), 11);
}

static void step_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *unit, *origin;
        long step;
        const char *start, *end;
    } rows[] = {
        {"day", "2025-01-20", 0, "2025-01-20", "2025-01-20"},
        {"day", "2025-01-20", -20, "2024-12-31", "2024-12-31"},
        {"week", "2025-01-22", 0, "2025-01-20", "2025-01-26"},
        {"week", "2025-01-26", 1, "2025-01-27", "2025-02-02"},
        {"week", "2025-01-22", -1, "2025-01-13", "2025-01-19"},
        {"month", "2025-01-20", 0, "2025-01-01", "2025-01-31"},
        {"month", "2025-01-20", 13, "2026-02-01", "2026-02-28"},
        {"month", "2025-01-20", -1, "2024-12-01", "2024-12-31"},
        {"month", "2025-01-20", -25, "2022-12-01", "2022-12-31"},
        {"quarter", "2025-05-20", 0, "2025-04-01", "2025-06-30"},
        {"quarter", "2025-05-20", -2, "2024-10-01", "2024-12-31"},
        {"quarter", "2025-05-20", 3, "2026-01-01", "2026-03-31"},
        {"year", "2025-05-20", 0, "2025-01-01", "2025-12-31"},
        {"year", "2025-05-20", -1, "2024-01-01", "2024-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        atn_calendar c = {.origin = day_of(rows[i].origin)};
        assert_true(atn_step_unit_parse(rows[i].unit, &c.unit));
        assert_string_equal(atn_step_unit_name(c.unit), rows[i].unit);
        print_message("%s %ld of %s\n", rows[i].unit, rows[i].step, rows[i].origin);
        assert_int_equal(atn_calendar_start(&c, rows[i].step), day_of(rows[i].start));
        assert_int_equal(atn_calendar_end(&c, rows[i].step), day_of(rows[i].end));
    }
    atn_step_unit unit;
    assert_false(atn_step_unit_parse("Day", &unit));
    assert_false(atn_step_unit_parse("decade", &unit));
}

/* Steps tile the days: each day lies within its own step, steps join without gap or overlap. */
static void steps_tile(void **state)
{
    (void)state;
    const atn_day from = day_of("1995-06-15"), to = day_of("2035-03-03");
    for (atn_step_unit unit = ATN_STEP_DAY; unit <= ATN_STEP_YEAR; unit++) {
        const atn_calendar c = {.unit = unit, .origin = day_of("2015-08-12")};
        assert_int_equal(atn_calendar_step(&c, c.origin), 0);
        for (atn_day day = from; day <= to; day++) {
            const long k = atn_calendar_step(&c, day);
            assert_in_range(day - atn_calendar_start(&c, k), 0, 366);
            assert_in_range(atn_calendar_end(&c, k) - day, 0, 366);
            assert_int_equal(atn_calendar_end(&c, k) + 1, atn_calendar_start(&c, k + 1));
        }
    }
}

/* Shares of the steps, weighted by their lengths, add up to the window's days. */
static void shares_add_up(void **state)
{
    (void)state;
    const atn_day start = day_of("2024-01-17"), end = day_of("2026-11-05");
    for (atn_step_unit unit = ATN_STEP_DAY; unit <= ATN_STEP_YEAR; unit++) {
        const atn_calendar c = {.unit = unit, .origin = day_of("2025-01-20")};
        double days = 0.0;
        for (long k = atn_calendar_step(&c, start) - 2; k <= atn_calendar_step(&c, end) + 2; k++)
            days += atn_calendar_share(&c, k, start, end) *
                    (atn_calendar_end(&c, k) - atn_calendar_start(&c, k) + 1);
        atn_check_close(atn_step_unit_name(unit), days, end - start + 1, 1e-9, 0.0);
    }
    const atn_calendar c = {.unit = ATN_STEP_MONTH, .origin = day_of("2025-01-20")};
    atn_check_close("half of February",
                    atn_calendar_share(&c, 1, day_of("2025-02-15"), day_of("2025-06-01")), 0.5, 0.0,
                    0.0);
    atn_check_close("empty window",
                    atn_calendar_share(&c, 1, day_of("2025-02-15"), day_of("2025-02-14")), 0.0, 0.0,
                    0.0);
}

static void far_steps_stay_in_range(void **state)
{
    (void)state;
    for (atn_step_unit unit = ATN_STEP_DAY; unit <= ATN_STEP_YEAR; unit++) {
        const atn_calendar c = {.unit = unit, .origin = 20108};
        assert_int_equal(atn_calendar_start(&c, INT64_MAX), INT32_MAX);
        assert_int_equal(atn_calendar_end(&c, INT64_MAX), INT32_MAX);
        assert_int_equal(atn_calendar_start(&c, INT64_MIN), INT32_MIN);
    }
}

static void mean_lengths(void **state)
{
    (void)state;
    const double cycle = 146097.0; /* days in 400 years */
    atn_check_close("month", atn_step_unit_days(ATN_STEP_MONTH), cycle / 4800.0, 1e-12, 0.0);
    atn_check_close("quarter", atn_step_unit_days(ATN_STEP_QUARTER), cycle / 1600.0, 1e-12, 0.0);
    atn_check_close("year", atn_step_unit_days(ATN_STEP_YEAR), cycle / 400.0, 1e-12, 0.0);
    atn_check_close("week", atn_step_unit_days(ATN_STEP_WEEK), 7.0, 0.0, 0.0);
    atn_check_close("day", atn_step_unit_days(ATN_STEP_DAY), 1.0, 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),    cmocka_unit_test(every_day_in_turn),
        cmocka_unit_test(refused_dates), cmocka_unit_test(months),
        cmocka_unit_test(step_bounds),   cmocka_unit_test(steps_tile),
        cmocka_unit_test(shares_add_up), cmocka_unit_test(far_steps_stay_in_range),
        cmocka_unit_test(mean_lengths),
    };
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
