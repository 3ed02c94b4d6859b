/* The charts of dates, scenarios, stocks, checks and drivers: the numbers behind them, what they
 * say, and that they bear crowded documents, strange text and failing memory. */
#define _POSIX_C_SOURCE 200809L /* popen */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chart_fixture.h"
#include "document_fixture.h"

static const char SIXTY[] = "Sixty characters of a name, as long as names of goals become";
static const char NASTY[] =
    "''; system(\"touch PWNED\") # '; `touch PWNED` $(touch PWNED) =cmd|' /C "
    "calc'!A0 <script>alert(1)</script> %s %d \\n @x {/Bold} } { \xc3\xa9\n"
    "# head\r\x1b[31m";
static const chart_size SMALL = {2, 2, 12, 40, 0.37, 0.1};
static const chart_size MANY = {12, 6, 60, 200, 0.37, 0.8};

typedef struct fixture {
    attain_context *ctx;
    char folder[256];
    bool gnuplot;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = check_context(NULL, 1);
    /* Thousands of files are written: where there is one, to a file system in memory. */
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0) (void)setenv("TMPDIR", "/dev/shm", 1);
    check_scratch_create(f->folder, sizeof f->folder);
    f->gnuplot = system("gnuplot --version >/dev/null 2>&1") == 0;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    attain_context_free(f->ctx);
    check_scratch_remove(f->folder);
    free(f);
    return 0;
}

/* Script, data and words of every chart of such a document. */
static void compose(const fixture *f, const char *text, const chart_size *size)
{
    attain_error err = {0};
    attain_report_settings settings;
    attain_results *results = chart_load(f->ctx, f->folder, text, size);
    attain_report_settings_init(&settings);
    atn_check_status("write",
                     attain_report_write(f->ctx, results, f->folder, &settings, NULL, &err),
                     ATTAIN_OK, &err);
    attain_results_free(results);
}

static char *read_chart(const fixture *f, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "charts/%s", name);
    char *text = fixture_read(f->folder, path);
    if (!text) fail_msg("no %s", name);
    return text;
}

/* Cell `column` (from 0) of a line of data without quoted cells before it; NaN where empty. */
static double cell(const char *line, int column)
{
    for (; column > 0 && *line && *line != '\n'; line++) column -= *line == ',';
    return *line == ',' || *line == '\n' || *line == '\0' ? (double)NAN : strtod(line, NULL);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end && end[1] ? end + 1 : NULL;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *s = text; (s = strstr(s, part)); s += strlen(part)) n++;
    return n;
}

static void expect(const char *name, const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("%s says\n  %s\nand not\n  %s", name, text, part);
}

/* ---- dots --------------------------------------------------------------------------------------
 */

/* As many filled dots as 50 P rounds to, as many dates as 50 P(horizon) does. */
static void test_dots_count(void **state)
{
    static const struct {
        double chance;
        int in_time, dated;
        const char *words;
    } rows[] = {
        {0.37, 19, 28, "in 19 of 50 futures"},       {0.009, 0, 1, "in under 1 of 50 futures"},
        {0.01, 1, 1, "in 1 of 50 futures"},          {0.29, 15, 22, "in 15 of 50 futures"},
        {0.995, 50, 50, "in over 49 of 50 futures"}, {0.985, 49, 50, "in 49 of 50 futures"}};
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        chart_size size = SMALL;
        size.chance = rows[i].chance;
        compose(f, "plain", &size);
        char *data = read_chart(f, "dots-g0.csv"), *alt = read_chart(f, "dots-g0.alt.txt");
        int in_time = 0, dated = 0, all = 0;
        double last = 0;
        for (const char *line = next_line(data); line; line = next_line(line), all++) {
            const double kind = cell(line, 4), seconds = cell(line, 2);
            in_time += fabs(kind - 1) <= 0;
            dated += kind >= 0;
            if (kind >= 0 && seconds < last) fail_msg("dot %d lies before the one before it", all);
            if (kind >= 0) last = seconds;
        }
        assert_int_equal(all, 50);
        assert_int_equal(in_time, rows[i].in_time);
        assert_int_equal(dated, rows[i].dated);
        expect("dots-g0", alt, rows[i].words);
        assert_null(strstr(alt, " 0 of 50"));
        assert_null(strstr(alt, " 50 of 50"));
        free(data);
        free(alt);
    }
}

/* A goal that no future reaches has no dates to show. */
static void test_dots_none(void **state)
{
    const fixture *f = *state;
    chart_size size = SMALL;
    size.goals = 1;
    size.chance = 0.0;
    char path[300];
    snprintf(path, sizeof path, "%s/charts/dots-g0.gp", f->folder);
    remove(path);
    compose(f, "plain", &size);
    assert_null(fixture_read(f->folder, "charts/dots-g0.gp"));
}

/* ---- scenarios ---------------------------------------------------------------------------------
 */

static void test_scenarios(void **state)
{
    const fixture *f = *state;
    compose(f, "plain", &SMALL);
    char *data = read_chart(f, "scenarios-flow.csv");
    char *alt = read_chart(f, "scenarios-flow.alt.txt");
    const char *last = NULL;
    for (const char *line = data; line; line = next_line(line)) last = line;
    /* Day 39: 1000 + d without, 1010 + 2 d in the second, whose difference is 10 + d. */
    atn_check_close("without", cell(last, 1), 1039, 1e-9, 0);
    atn_check_close("s1 median", cell(last, 9), 1088, 1e-9, 0);
    atn_check_close("s1 high", cell(last, 10), 1088 + 64, 1e-9, 0);
    atn_check_close("s1 difference", cell(last, 12), 49, 1e-9, 0);
    expect("scenarios", alt, "A panel for each scenario");
    expect("scenarios", alt, "1,090 (23.4 to 74.6)");
    free(data);
    free(alt);
    data = read_chart(f, "scenarios-flow-total.csv");
    for (const char *line = data; line; line = next_line(line)) last = line;
    atn_check_close("total s1", cell(last, 9), 1010 + 1010 * 39.0, 1e-9, 0);
    free(data);
}

/* ---- stock -------------------------------------------------------------------------------------
 */

static void test_stock(void **state)
{
    const fixture *f = *state;
    chart_size size = SMALL;
    compose(f, "plain", &size);
    char *data = read_chart(f, "stock-pool.csv"), *alt = read_chart(f, "stock-pool.alt.txt");
    char *script = read_chart(f, "stock-pool.gp");
    const char *last = NULL;
    for (const char *line = data; line; line = next_line(line)) last = line;
    atn_check_close("median", cell(last, 5), 43900, 1e-9, 0);
    atn_check_close("capacity", cell(last, 10), 60000, 1e-9, 0);
    atn_check_close("full", cell(last, 11), 0.1, 1e-9, 0);
    atn_check_close("inflow", cell(last, 13), 1039, 1e-9, 0);
    atn_check_close("outflow", cell(last, 16), 939, 1e-9, 0);
    atn_check_close("stay", cell(last, 19), 47.9, 1e-9, 0);
    expect("stock", alt, "room likely to last");
    expect("stock", alt, "48 days (44 to 52)");
    expect("stock", alt, "at most 10 %");
    assert_null(strstr(script, "behind fillcolor")); /* nothing is shaded */
    free(data);
    free(alt);
    free(script);
    size.full = 0.8;
    compose(f, "plain", &size);
    alt = read_chart(f, "stock-pool.alt.txt");
    script = read_chart(f, "stock-pool.gp");
    expect("stock", alt, "full by 19 Feb 2025 more likely than not");
    assert_int_equal(count(script, "behind fillcolor"), 2); /* one period, in both panels */
    free(alt);
    free(script);
}

/* ---- checks ------------------------------------------------------------------------------------
 */

static void test_checks(void **state)
{
    const fixture *f = *state;
    compose(f, "plain", &MANY);
    char *data = read_chart(f, "checks-flow.csv"), *alt = read_chart(f, "checks-flow.alt.txt");
    char *script = read_chart(f, "checks-flow.gp");
    size_t rows = 0, shown = 0, outside = 0;
    for (const char *line = next_line(data); line; line = next_line(line), rows++) {
        const double row = cell(line, 0), value = fabs(fmod(row - 1, 7) - 6) <= 0 ? 30 : NAN;
        shown += isfinite(cell(line, 1)) ? 1 : 0;
        outside += cell(line, 10) > 0;
        atn_check_close("fitted 0.05", cell(line, 2), -10, 1e-9, 0);
        atn_check_close("stated", cell(line, 8), isnan(value) ? 0.1 * (row - 1) : value, 0.4, 0);
    }
    assert_int_equal(rows, 60);
    assert_int_equal(shown, 40);
    assert_int_equal(outside, 8); /* every seventh of 60 */
    expect("checks", alt, "52 of 60 lie");
    expect("checks", alt, "54 of 60 (90 %) in the middle 90 %");
    expect("checks", alt, "30 of 60 (50 %) in the middle 50 %");
    expect("checks", alt, "and 3 more");
    expect("checks", script, "And 20 more reports, all nearer the middle.");
    free(data);
    free(alt);
    free(script);
}

/* ---- drivers -----------------------------------------------------------------------------------
 */

static void test_drivers(void **state)
{
    const fixture *f = *state;
    compose(f, "plain", &MANY);
    char *data = read_chart(f, "drivers-g0.csv"), *alt = read_chart(f, "drivers-g0.alt.txt");
    char *script = read_chart(f, "drivers-g0.gp");
    size_t parts = 0, movers = 0;
    double sum = 0, above = INFINITY;
    for (const char *line = next_line(data); line; line = next_line(line)) {
        if (cell(line, 0) < 2) {
            parts++;
            sum += cell(line, 2);
            continue;
        }
        const double change = cell(line, 2), error = cell(line, 3);
        movers++;
        if (!(fabs(change) <= above)) fail_msg("mover %zu is greater than the one before", movers);
        if (!(fabs(change) > 2 * error)) fail_msg("mover %zu is within its error", movers);
        above = fabs(change);
    }
    assert_int_equal(parts, 3); /* none of a share of nothing */
    atn_check_close("shares", sum, 1.0, 1e-9, 0);
    assert_int_equal(movers, 10);
    expect("drivers", alt, "what matters most is how things drift from here, 55 % of the spread");
    expect("drivers", alt,
           "31 %, \xe2\x88\x92"
           "6.0 points");
    expect("drivers", script, "1 report cannot be judged by these draws.");
    free(data);
    free(alt);
    free(script);
}

/* ---- whole documents ---------------------------------------------------------------------------
 */

static attain_status draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                          attain_error *err)
{
    size_t *drawn = user;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        char command[1024], said[512] = "";
        snprintf(command, sizeof command, "cd '%s' && LC_ALL=C.UTF-8 gnuplot -d %s 2>&1", folder,
                 drawings[i].script);
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
        if (pclose(pipe) != 0 || *said) fail_msg("%s: gnuplot says %s", drawings[i].script, said);
        (*drawn)++;
    }
    return ATTAIN_OK;
}

static char *slurp(const fixture *f, const char *name)
{
    char *text = fixture_read(f->folder, name);
    if (!text) fail_msg("no %s", name);
    return text;
}

/* gnuplot draws every kind of chart without a word, twice the same, and runs nothing. */
static void draw_all(const fixture *f, const char *text, const chart_size *size)
{
    static const char *const kinds[] = {"dots-g0",    "scenarios-flow", "scenarios-flow-total",
                                        "stock-pool", "checks-flow",    "drivers-g0"};
    attain_error err = {0};
    attain_report_settings settings;
    size_t n = 0;
    if (!f->gnuplot) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    attain_results *results = chart_load(f->ctx, f->folder, text, size);
    attain_report_settings_init(&settings);
    settings.draw = draw;
    settings.draw_user = &n;
    atn_check_status("write",
                     attain_report_write(f->ctx, results, f->folder, &settings, NULL, &err),
                     ATTAIN_OK, &err);
    attain_results_free(results);
    assert_true(n >= sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char name[128], folder[300];
        snprintf(name, sizeof name, "charts/%s.png", kinds[i]);
        char *before = slurp(f, name);
        assert_memory_equal(before, "\x89PNG", 4);
        snprintf(folder, sizeof folder, "%s/charts", f->folder);
        snprintf(name, sizeof name, "%s.gp", kinds[i]);
        attain_drawing again = {.script = name};
        (void)draw(&n, folder, &again, 1, &err);
        snprintf(name, sizeof name, "charts/%s.png", kinds[i]);
        char *after = slurp(f, name);
        assert_memory_equal(before, after, 4000); /* the head of the picture and more */
        free(before);
        free(after);
    }
    assert_null(fixture_read(f->folder, "charts/PWNED"));
}

static void test_draw_nasty(void **state)
{
    draw_all(*state, NASTY, &SMALL);
}

static void test_draw_many(void **state)
{
    chart_size size = MANY;
    size.goals = 2; /* each further one is drawn as these are */
    draw_all(*state, SIXTY, &size);
}

typedef struct write_fault {
    const fixture *f;
    const attain_results *results;
} write_fault;

static attain_status write_faulty(void *user, attain_context *ctx, attain_error *err)
{
    const write_fault *w = user;
    char folder[300];
    attain_report_settings settings;
    attain_report_settings_init(&settings);
    snprintf(folder, sizeof folder, "%s/faulty", w->f->folder);
    return attain_report_write(ctx, w->results, folder, &settings, NULL, err);
}

static void test_faults(void **state)
{
    const fixture *f = *state;
    chart_size size = {1, 2, 4, 8, 0.37, 0.8};
    attain_results *results = chart_load(f->ctx, f->folder, "plain", &size);
    write_fault w = {f, results};
    check_faults("write", write_faulty, &w, 20000);
    attain_results_free(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dots_count), cmocka_unit_test(test_dots_none),
        cmocka_unit_test(test_scenarios),  cmocka_unit_test(test_stock),
        cmocka_unit_test(test_checks),     cmocka_unit_test(test_drivers),
        cmocka_unit_test(test_draw_nasty), cmocka_unit_test(test_draw_many),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
