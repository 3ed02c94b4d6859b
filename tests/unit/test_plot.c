/* attain_report_plot: what is chosen, what is asked of draw, what a look changes. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document_fixture.h"
#include "io/document.h"

typedef struct fixture {
    attain_context *ctx;
    char folder[256];
    attain_results *results;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = check_context(NULL, 1);
    check_scratch_create(f->folder, sizeof f->folder);
    f->results = fixture_load(f->ctx, f->folder, "plain");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    attain_results_free(f->results);
    attain_context_free(f->ctx);
    check_scratch_remove(f->folder);
    free(f);
    return 0;
}

/* What the last call was asked for; draws nothing and says so of charts from `broken` on. */
typedef struct asked {
    size_t calls, n, broken;
    unsigned pictures;
    char first[128];
    attain_status end;
} asked;

static attain_status draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                          attain_error *err)
{
    asked *a = user;
    (void)folder;
    a->calls++;
    a->n = n;
    a->pictures = drawings[0].pictures;
    snprintf(a->first, sizeof a->first, "%s", drawings[0].script);
    for (size_t i = a->broken; i < n; i++) {
        drawings[i].error.status = ATTAIN_ERR_TOOL;
        snprintf(drawings[i].error.message, sizeof drawings[i].error.message, "no ink for %zu", i);
    }
    if (a->end != ATTAIN_OK) err->status = a->end;
    return a->end;
}

static char *script_of(const fixture *f, const attain_plot_settings *settings, const char *name)
{
    attain_error err = {0};
    char folder[300], file[128];
    snprintf(folder, sizeof folder, "%s/look", f->folder);
    snprintf(file, sizeof file, "%s.gp", name);
    atn_check_status("plot",
                     attain_report_plot(f->ctx, f->results, folder, settings, NULL, NULL, &err),
                     ATTAIN_OK, &err);
    char *text = fixture_read(folder, file);
    assert_non_null(text);
    return text;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_settings(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *name;
        int version, size;
        unsigned pictures;
        int numbers;
        const char *words;
    } rows[] = {{"version", 0, 0, 3, 0, "version is 0, expected 1"},
                {"size", 1, 3, 3, 0, "size is 3"},
                {"negative size", 1, -1, 3, 0, "size is -1"},
                {"no pictures", 1, 0, 0, 0, "pictures is 0"},
                {"other pictures", 1, 0, 8, 0, "pictures is 8"},
                {"numbers", 1, 0, 3, 3, "numbers is 3"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        attain_plot_settings s;
        size_t n = 99;
        attain_plot_settings_init(&s);
        assert_int_equal(s.pictures, ATTAIN_PICTURE_SVG | ATTAIN_PICTURE_PNG);
        s.version = rows[i].version;
        s.size = (attain_chart_size)rows[i].size;
        s.pictures = rows[i].pictures;
        s.numbers = (attain_number_style)rows[i].numbers;
        atn_check_status(rows[i].name,
                         attain_report_plot(f->ctx, f->results, f->folder, &s, NULL, &n, &err),
                         ATTAIN_ERR_ARGUMENT, &err);
        if (!strstr(err.message, rows[i].words)) fail_msg("%s: %s", rows[i].name, err.message);
        assert_int_equal(n, 0);
    }
}

static void test_choice(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *chart;
        size_t n;
        const char *first;
    } rows[] = {{NULL, 8, "scoreboard.gp"},
                {"rate", 2, "rate-arrests.gp"},
                {"total", 2, ""},
                {"attainment", 3, ""},
                {"scoreboard", 1, "scoreboard.gp"},
                {"rate-arrests", 1, "rate-arrests.gp"}};
    char folder[300];
    snprintf(folder, sizeof folder, "%s/choice", f->folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        asked a = {.broken = 99};
        attain_plot_settings s;
        size_t n = 0;
        attain_plot_settings_init(&s);
        s.chart = rows[i].chart;
        s.pictures = ATTAIN_PICTURE_PDF;
        s.draw = draw;
        s.draw_user = &a;
        atn_check_status("plot", attain_report_plot(f->ctx, f->results, folder, &s, NULL, &n, &err),
                         ATTAIN_OK, &err);
        if (rows[i].chart)
            assert_int_equal(n, rows[i].n);
        else
            assert_true(n >= rows[i].n);
        assert_int_equal(a.calls, 1);
        assert_int_equal(a.n, n);
        assert_int_equal(a.pictures, ATTAIN_PICTURE_PDF);
        if (*rows[i].first) assert_string_equal(a.first, rows[i].first);
    }
}

static void test_no_chart(void **state)
{
    const fixture *f = *state;
    static const char *const rows[][2] = {
        {"rate-arests", "this run has no chart \"rate-arests\", did you mean \"rate-arrests\"?"},
        {"scorebord", "this run has no chart \"scorebord\", did you mean \"scoreboard\"?"},
        {"x", "this run has no chart \"x\"; it has scoreboard, rate"},
        {"", "this run has no chart \"\"; it has scoreboard, rate"}};
    char folder[300];
    snprintf(folder, sizeof folder, "%s/none", f->folder);
    for (size_t i = 0; i < 4; i++) {
        attain_error err = {0};
        attain_plot_settings s;
        attain_plot_settings_init(&s);
        s.chart = rows[i][0];
        atn_check_status(rows[i][0],
                         attain_report_plot(f->ctx, f->results, folder, &s, NULL, NULL, &err),
                         ATTAIN_ERR_ADDRESS, &err);
        if (strncmp(err.message, rows[i][1], strlen(rows[i][1])) != 0) fail_msg("%s", err.message);
        assert_null(fixture_read(folder, "scoreboard.gp"));
    }
}

/* Charts that draw fails on are warnings; the status at the end is the first one's. */
static void test_failures(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    asked a = {.broken = 6};
    attain_diagnostics *list = NULL;
    attain_plot_settings s;
    size_t n = 0;
    attain_plot_settings_init(&s);
    s.pictures = ATTAIN_PICTURE_PNG;
    s.draw = draw;
    s.draw_user = &a;
    atn_check_status("list", attain_diagnostics_create(f->ctx, &list, &err), ATTAIN_OK, &err);
    atn_check_status("plot", attain_report_plot(f->ctx, f->results, f->folder, &s, list, &n, &err),
                     ATTAIN_ERR_TOOL, &err);
    assert_string_equal(err.message, "no ink for 6");
    assert_true(n >= 8);
    assert_int_equal(attain_diagnostics_count(list), n - 6);
    assert_non_null(strstr(attain_diagnostics_get(list, 1)->message, "no ink for 7"));
    a = (asked){.broken = 99, .end = ATTAIN_ERR_INTERRUPTED};
    atn_check_status("interrupted",
                     attain_report_plot(f->ctx, f->results, f->folder, &s, list, &n, &err),
                     ATTAIN_ERR_INTERRUPTED, &err);
    assert_int_equal(n, 0);
    /* an SVG that was promised and is not there */
    a = (asked){.broken = 99};
    s.pictures = ATTAIN_PICTURE_SVG;
    s.chart = "scoreboard";
    atn_check_status("no picture",
                     attain_report_plot(f->ctx, f->results, f->folder, &s, NULL, &n, &err),
                     ATTAIN_ERR_FILE, &err);
    attain_diagnostics_free(list);
}

static void test_looks(void **state)
{
    const fixture *f = *state;
    attain_plot_settings s;
    attain_plot_settings_init(&s);
    char *text = script_of(f, &s, "total-first-year-ice");
    assert_non_null(strstr(text, "set terminal svg size 960,600 "));
    assert_non_null(strstr(text, "set terminal pngcairo size 1440,900 "));
    assert_null(strstr(text, "pdfcairo"));
    assert_non_null(strstr(text, "c_paper = '#FFFFFF'"));
    free(text);
    s.size = ATTAIN_SIZE_SLIDE;
    s.dark = true;
    s.pictures = ATTAIN_PICTURE_PNG | ATTAIN_PICTURE_PDF;
    s.numbers = ATTAIN_NUMBERS_SPACE;
    text = script_of(f, &s, "total-first-year-ice");
    assert_null(strstr(text, "terminal svg"));
    assert_non_null(strstr(text, "set terminal pngcairo size 1920,1080 "));
    assert_non_null(strstr(text, "set terminal pdfcairo size 13.333in,7.5in "));
    assert_non_null(strstr(text, "c_paper = '#14171A'"));
    assert_non_null(strstr(text, "000'")); /* a tic label of thousands, */
    assert_null(strstr(text, ",000'"));    /* set apart by no comma */
    assert_non_null(strstr(text, "\xe2\x80\xaf"));
    free(text);
    /* the style ends with the call */
    attain_plot_settings_init(&s);
    text = script_of(f, &s, "total-first-year-ice");
    assert_null(strstr(text, "\xe2\x80\xaf"));
    free(text);
}

static void test_theme(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    attain_plot_settings s;
    char path[300];
    static const char theme[] = "c_line = '#8B008B' # mine";
    snprintf(path, sizeof path, "%s/theme.gp", f->folder);
    atn_check_status("write", atn_file_write(f->ctx, path, theme, strlen(theme), &err), ATTAIN_OK,
                     &err);
    attain_plot_settings_init(&s);
    s.theme = path;
    char *text = script_of(f, &s, "scoreboard");
    const char *ours = strstr(text, "c_line = '#0072B2'"), *style = strstr(text, "set style line");
    const char *first = strstr(text, theme), *second = first ? strstr(first + 1, theme) : NULL;
    assert_non_null(ours);
    assert_non_null(style);
    assert_non_null(second);
    assert_true(ours < first && first < style && style < second);
    assert_int_equal(second[strlen(theme)], '\n');
    free(text);
    static const char bad[] = "c_line = 1\xff\n", nul[] = "a\0b";
    atn_check_status("write", atn_file_write(f->ctx, path, bad, strlen(bad), &err), ATTAIN_OK,
                     &err);
    atn_check_status("UTF-8",
                     attain_report_plot(f->ctx, f->results, f->folder, &s, NULL, NULL, &err),
                     ATTAIN_ERR_FILE, &err);
    assert_non_null(strstr(err.message, "is no theme"));
    err = (attain_error){0};
    atn_check_status("write", atn_file_write(f->ctx, path, nul, 3, &err), ATTAIN_OK, &err);
    atn_check_status("NUL", attain_report_plot(f->ctx, f->results, f->folder, &s, NULL, NULL, &err),
                     ATTAIN_ERR_FILE, &err);
    s.theme = "no/such/theme.gp";
    atn_check_status("missing",
                     attain_report_plot(f->ctx, f->results, f->folder, &s, NULL, NULL, &err),
                     ATTAIN_ERR_FILE, &err);
}

static attain_status plot_faulty(void *user, attain_context *ctx, attain_error *err)
{
    const fixture *f = user;
    char folder[300];
    asked a = {.broken = 99};
    attain_plot_settings s;
    attain_plot_settings_init(&s);
    s.chart = "scoreboard"; /* all are composed, and one is written */
    s.size = ATTAIN_SIZE_PRINT;
    s.pictures = ATTAIN_PICTURE_PNG;
    s.numbers = ATTAIN_NUMBERS_POINT;
    s.draw = draw;
    s.draw_user = &a;
    snprintf(folder, sizeof folder, "%s/faulty", f->folder);
    const attain_status status = attain_report_plot(ctx, f->results, folder, &s, NULL, NULL, err);
    assert_int_equal(ctx->style, ATTAIN_NUMBERS_COMMA);
    return status;
}

static void test_faults(void **state)
{
    check_faults("plot", plot_faulty, *state, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings), cmocka_unit_test(test_choice),
        cmocka_unit_test(test_no_chart), cmocka_unit_test(test_failures),
        cmocka_unit_test(test_looks),    cmocka_unit_test(test_theme),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
