/* The shipped studies load without a problem, hold the figures they say they hold, and the check
 * names their conflicts with the implied numbers. */
#include "check.h"

#include <attain/study.h>
#include <math.h>
#include <string.h>

#include "study/study_data.h"

typedef struct opened {
    attain_context *ctx;
    attain_study *study;
    attain_diagnostics *list; /* of loading, then of the check */
} opened;

static opened open_study(const char *folder)
{
    opened o = {.ctx = check_context(NULL, 1)};
    attain_error err;
    assert_int_equal(attain_diagnostics_create(o.ctx, &o.list, &err), ATTAIN_OK);
    atn_check_status(folder,
                     attain_study_load(o.ctx, check_source(folder), NULL, o.list, &o.study, &err),
                     ATTAIN_OK, &err);
    for (size_t i = 0; i < attain_diagnostics_count(o.list); i++)
        print_error("%s: %s\n", folder, attain_diagnostics_get(o.list, i)->message);
    assert_int_equal(attain_diagnostics_count(o.list), 0);
    atn_check_status(folder, attain_study_check(o.study, o.list, &err), ATTAIN_OK, &err);
    return o;
}

static void close_study(opened *o)
{
    attain_diagnostics_free(o->list);
    attain_study_free(o->study);
    attain_context_free(o->ctx);
}

/* Findings of a code whose message holds both parts. */
static size_t count_findings(const opened *o, const char *code, const char *one, const char *two)
{
    size_t n = 0;
    for (size_t i = 0; i < attain_diagnostics_count(o->list); i++) {
        const attain_diagnostic *d = attain_diagnostics_get(o->list, i);
        n += strcmp(d->code, code) == 0 && strstr(d->message, one) && strstr(d->message, two);
    }
    return n;
}

typedef struct known_row {
    const char *series, *definition, *start, *end;
    atn_statistic statistic;
    atn_relation relation;
    double value;
    bool used;
} known_row;

static bool is_row(const attain_study *s, const atn_report *r, const known_row *k)
{
    char start[ATN_DATE_SIZE], end[ATN_DATE_SIZE];
    atn_date_format(r->start, start);
    atn_date_format(r->end, end);
    return strcmp(s->series[r->series].id, k->series) == 0 &&
           strcmp(r->definition_text, k->definition) == 0 && strcmp(start, k->start) == 0 &&
           strcmp(end, k->end) == 0 && r->statistic == k->statistic && r->relation == k->relation &&
           r->value == k->value && r->used == k->used;
}

static void expect_rows(const attain_study *s, const known_row *rows, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t hits = 0;
        for (size_t r = 0; r < s->n_reports; r++) hits += is_row(s, &s->reports[r], &rows[k]);
        if (hits != 1)
            print_error("%s %s %s..%s: %zu rows\n", rows[k].series, rows[k].definition,
                        rows[k].start, rows[k].end, hits);
        assert_int_equal(hits, 1);
    }
}

static void expect_goals(const attain_study *s)
{
    static const struct {
        const char *id;
        double target;
    } goals[] = {{"quota-2025-01", 1200},     {"office-minimum", 1875},   {"3000-a-day", 3000},
                 {"first-year-600k", 600000}, {"first-year-1m", 1000000}, {"1m-a-year", 1000000},
                 {"100k-beds", 100000},       {"final-orders", 1500000}};
    assert_int_equal(s->n_goals, sizeof goals / sizeof *goals);
    for (size_t g = 0; g < s->n_goals; g++) {
        assert_string_equal(s->goals[g].id, goals[g].id);
        atn_check_close(goals[g].id, s->goals[g].target, goals[g].target, 0, 0);
        /* removals are answered in every definition */
        if (strcmp(s->series[s->goals[g].series].id, "removals") == 0)
            assert_true(s->goals[g].definition == ATN_NONE);
    }
    atn_check_close("upper end", s->goals[0].upper, 1500, 0, 0);
    assert_true(s->goals[2].readings_auto);
}

static void enforcement(void **state)
{
    (void)state;
    static const known_row rows[] = {
        {"arrests", "ICE_announced", "2025-01-27", "2025-01-27", ATN_VALUE, ATN_EXACT, 1179, true},
        {"arrests", "ICE_announced", "2025-01-26", "2025-01-26", ATN_VALUE, ATN_EXACT, 1179, true},
        {"arrests", "ICE_announced", "2025-01-26", "2025-01-26", ATN_VALUE, ATN_EXACT, 956, false},
        {"arrests", "ICE_arrests", "2025-06-21", "2025-09-22", ATN_MEAN, ATN_OVER, 1000, true},
        {"arrests", "ICE_bookins", "2025-06-01", "2025-06-28", ATN_TOTAL, ATN_EXACT, 30417, true},
        {"removals", "ice", "2025-01-26", "2025-02-08", ATN_TOTAL, ATN_EXACT, 9705, true},
        {"removals", "ice", "2025-09-07", "2025-09-20", ATN_TOTAL, ATN_EXACT, 17788, true},
        {"removals", "dhs", "2025-01-20", "2025-09-22", ATN_TOTAL, ATN_OVER, 400000, true},
        {"removals", "dhs", "2025-01-20", "2025-09-22", ATN_TOTAL, ATN_OVER, 400000, false},
        {"removals", "dhs_restated", "2025-01-20", "2025-10-19", ATN_TOTAL, ATN_OVER, 515000, true},
        {"detention", "ICE_detained", "2025-08-23", "2025-08-23", ATN_LEVEL, ATN_EXACT, 61226,
         true},
        {"detention", "ICE_detained", "2025-10-27", "2025-10-27", ATN_LEVEL, ATN_OVER, 60000, true},
    };
    opened o = open_study("models/us-enforcement-2025");
    const attain_study *s = o.study;
    assert_int_equal(s->n_series, 3);
    assert_int_equal(s->n_definitions, 10);
    assert_int_equal(s->n_reports, 93);
    expect_rows(s, rows, sizeof rows / sizeof *rows);
    expect_goals(s);
    size_t used = 0;
    for (size_t r = 0; r < s->n_reports; r++) {
        assert_true(s->reports[r].published <= s->as_of); /* no later vintage */
        used += s->reports[r].used;
    }
    assert_int_equal(used, 90);
    assert_int_equal(count_findings(&o, "contradiction", "956 (row 4", "1,179 (row 10"), 1);
    assert_int_equal(count_findings(&o, "contradiction", "imply 4,259 per day for 27 days",
                                    "the highest reported rate is 1,435"),
                     1);
    assert_int_equal(count_findings(&o, "contradiction", "", ""), 2);
    assert_int_equal(count_findings(&o, "restated", "'dhs' up to 2025-09-23", "'dhs_restated'"), 1);
    assert_int_equal(count_findings(&o, "restated", "", ""), 1);
    assert_int_equal(count_findings(&o, "duplicate", "", ""), 3);
    close_study(&o);
}

static void seed_figures(void **state)
{
    (void)state;
    static const known_row rows[] = {
        {"arrests", "ICE_announced", "2025-01-26", "2025-01-26", ATN_VALUE, ATN_EXACT, 956, true},
        {"criminal_share", "counts", "2025-01-26", "2025-01-26", ATN_VALUE, ATN_EXACT, 0.5199,
         true},
        {"criminal_share", "worded", "2025-01-26", "2025-01-26", ATN_VALUE, ATN_ABOUT, 0.48, true},
        {"removals", "dhs", "2025-01-20", "2025-10-27", ATN_TOTAL, ATN_OVER, 400000, true},
        {"beds", "", "2025-10-27", "2025-10-27", ATN_LEVEL, ATN_AT_LEAST, 60000, true},
        {"field_offices", "", "2025-10-27", "2025-10-27", ATN_LEVEL, ATN_EXACT, 25, true},
    };
    opened o = open_study("models/seed-figures");
    assert_int_equal(o.study->n_series, 9);
    assert_int_equal(o.study->n_reports, 13);
    expect_rows(o.study, rows, sizeof rows / sizeof *rows);
    expect_goals(o.study);
    assert_int_equal(count_findings(&o, "contradiction", "956 (row 1", "1,179 (row 2"), 1);
    assert_int_equal(
        count_findings(&o, "contradiction", "613 of 1,179", "4 percentage points apart"), 1);
    assert_int_equal(count_findings(&o, "contradiction", "", ""), 2);
    assert_int_equal(count_findings(&o, "no-evidence", "removals as 'ice'", ""), 1);
    close_study(&o);
}

static void approval(void **state)
{
    (void)state;
    static const known_row rows[] = {
        {"approval", "", "2025-06-02", "2025-06-08", ATN_MEAN, ATN_EXACT, 0.42, true},
        {"approval", "", "2025-07-15", "2025-07-15", ATN_VALUE, ATN_EXACT, 0.35, true},
        {"approval", "", "2025-08-01", "2025-08-31", ATN_MEAN, ATN_EXACT, 0.49, true},
    };
    opened o = open_study("models/approval");
    assert_int_equal(o.study->n_series, 1);
    assert_int_equal(o.study->n_reports, 16);
    assert_int_equal(o.study->n_sources, 8);
    assert_int_equal(o.study->n_goals, 3);
    assert_true(o.study->goals[0].at_most);
    expect_rows(o.study, rows, sizeof rows / sizeof *rows);
    for (size_t r = 0; r < o.study->n_reports; r++) /* every poll's pollster is declared */
        assert_true(o.study->reports[r].source != ATN_NONE);
    assert_int_equal(count_findings(&o, "contradiction", "", ""), 0);
    close_study(&o);
}

static double reported(const attain_study *s, const char *series, const char *start)
{
    for (size_t r = 0; r < s->n_reports; r++) {
        char day[ATN_DATE_SIZE];
        atn_date_format(s->reports[r].start, day);
        if (strcmp(s->series[s->reports[r].series].id, series) == 0 && strcmp(day, start) == 0)
            return s->reports[r].value;
    }
    fail_msg("no report of %s from %s", series, start);
    return NAN;
}

/* One posterior of arrests, detention and removals; the workbooks' own flows and levels agree. */
static void pipeline(void **state)
{
    (void)state;
    static const known_row rows[] = {
        {"bookins", "", "2025-08-10", "2025-08-23", ATN_TOTAL, ATN_EXACT, 13211, true},
        {"transfers", "", "2025-08-10", "2025-08-23", ATN_TOTAL, ATN_EXACT, 1974, true},
        {"removed", "", "2025-08-10", "2025-08-23", ATN_TOTAL, ATN_EXACT, 13237, true},
        {"released", "", "2025-08-10", "2025-08-23", ATN_TOTAL, ATN_EXACT, 1000, true},
        {"removals", "ice", "2025-08-10", "2025-08-23", ATN_TOTAL, ATN_EXACT, 16918, true},
        {"detention", "ICE_detained", "2025-08-23", "2025-08-23", ATN_LEVEL, ATN_EXACT, 61226,
         true},
    };
    static const char *const starts[] = {"2025-03-09", "2025-05-04", "2025-07-13", "2025-08-10"};
    static const char *const ends[][2] = {{"2025-03-08", "2025-03-22"},
                                          {"2025-05-03", "2025-05-17"},
                                          {"2025-07-12", "2025-07-26"},
                                          {"2025-08-09", "2025-08-23"}};
    opened o = open_study("models/us-enforcement-pipeline");
    size_t block_of[32];
    assert_true(o.study->n_series <= 32);
    assert_int_equal(atn_study_blocks(o.study, block_of), 1);
    expect_rows(o.study, rows, sizeof rows / sizeof *rows);
    for (size_t r = 0; r < o.study->n_reports; r++)
        assert_true(o.study->reports[r].published <= o.study->as_of);
    for (size_t k = 0; k < 4; k++) {
        const double in =
            reported(o.study, "bookins", starts[k]) + reported(o.study, "transfers", starts[k]);
        const double out =
            reported(o.study, "removed", starts[k]) + reported(o.study, "released", starts[k]);
        const double change =
            reported(o.study, "detention", ends[k][1]) - reported(o.study, "detention", ends[k][0]);
        atn_check_close("balance", in - out, change, 1500, 0); /* 3 % of a level */
    }
    assert_int_equal(count_findings(&o, "contradiction", "", ""), 1);
    close_study(&o);
}

/* Every sentence ends as one and names its interval. */
static void sentences(void **state)
{
    (void)state;
    static const char *const folders[] = {"models/us-enforcement-2025", "models/seed-figures",
                                          "models/approval", "models/us-enforcement-pipeline"};
    for (size_t k = 0; k < 4; k++) {
        opened o = open_study(folders[k]);
        for (size_t r = 0; r < attain_study_report_count(o.study); r++) {
            attain_report_reading reading;
            attain_error err;
            assert_int_equal(attain_study_report(o.study, r, &reading, &err), ATTAIN_OK);
            assert_non_null(strstr(reading.sentence, ": read as "));
            assert_int_equal(reading.sentence[strlen(reading.sentence) - 1], '.');
            assert_true(reading.low < reading.high);
        }
        close_study(&o);
    }
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enforcement), cmocka_unit_test(seed_figures), cmocka_unit_test(approval),
        cmocka_unit_test(pipeline),    cmocka_unit_test(sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
