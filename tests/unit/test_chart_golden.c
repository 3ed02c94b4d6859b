/* Charts of one fixed document against stored ones: script and data everywhere, SVG where gnuplot
 * is the version that drew the stored ones.  With UPDATE=1 the stored files are written instead;
 * look at the pictures and read the diff before committing it. */
#define _POSIX_C_SOURCE 200809L /* popen */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "document_fixture.h"

#define GOLDEN ATTAIN_SOURCE_DIR "/tests/unit/golden/charts"

/* CHARTS.md, numbers 5, 1, 2, 4, 3, 6, 7, 9 and 10. */
static const char *const stems[] = {"scoreboard",
                                    "rate-visits",
                                    "rate-members",
                                    "total-five-weeks-paid",
                                    "total-five-weeks-all",
                                    "attainment-five-weeks",
                                    "attainment-1300-a-day",
                                    "dots-five-weeks",
                                    "dots-1300-a-day",
                                    "scenarios-visits",
                                    "scenarios-visits-total",
                                    "stock-members",
                                    "checks-visits",
                                    "drivers-five-weeks",
                                    "drivers-1300-a-day"};
enum { N_STEMS = sizeof stems / sizeof *stems };

/* Other looks, each in a folder of its own, of two charts each. */
static const struct look {
    const char *folder, *stems[2];
    attain_chart_size size;
    bool dark;
    attain_number_style numbers;
} looks[] = {
    {"slide-dark", {"scoreboard", "rate-visits"}, ATTAIN_SIZE_SLIDE, true, ATTAIN_NUMBERS_COMMA},
    {"print-point",
     {"total-five-weeks-all", "attainment-five-weeks"},
     ATTAIN_SIZE_PRINT,
     false,
     ATTAIN_NUMBERS_POINT},
};
enum { N_LOOKS = sizeof looks / sizeof *looks };

typedef struct fixture {
    attain_context *ctx;
    char scratch[256], folder[300];
    char version[80]; /* of gnuplot; "" if there is none */
    size_t n_drawn;
} fixture;

static void ask_version(char version[80])
{
    version[0] = '\0';
    FILE *pipe = popen("gnuplot --version 2>/dev/null", "r");
    if (!pipe) return;
    if (!fgets(version, 80, pipe)) version[0] = '\0';
    pclose(pipe);
    version[strcspn(version, "\n")] = '\0';
}

static attain_status draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                          attain_error *err)
{
    fixture *f = user;
    char command[1024];
    (void)err;
    for (size_t i = 0; i < n; i++) {
        f->n_drawn++;
        if (!*f->version) continue;
        snprintf(command, sizeof command, "cd '%s' && LC_ALL=C.UTF-8 gnuplot -d %s 2>&1", folder,
                 drawings[i].script);
        if (system(command) != 0) drawings[i].error.status = ATTAIN_ERR_TOOL;
    }
    return ATTAIN_OK;
}

static void draw_looks(fixture *f, const attain_results *results)
{
    attain_error err = {0};
    for (size_t i = 0; i < N_LOOKS; i++) {
        attain_plot_settings settings;
        char folder[512];
        attain_plot_settings_init(&settings);
        settings.size = looks[i].size;
        settings.dark = looks[i].dark;
        settings.numbers = looks[i].numbers;
        settings.draw = draw;
        settings.draw_user = f;
        snprintf(folder, sizeof folder, "%s/charts/%s", f->folder, looks[i].folder);
        atn_check_status("plot",
                         attain_report_plot(f->ctx, results, folder, &settings, NULL, NULL, &err),
                         ATTAIN_OK, &err);
    }
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    attain_error err = {0};
    attain_results *results = NULL;
    attain_report_settings settings;
    f->ctx = check_context(NULL, 1);
    ask_version(f->version);
    check_scratch_create(f->scratch, sizeof f->scratch);
    snprintf(f->folder, sizeof f->folder, "%s/run", f->scratch);
    atn_check_status("load", attain_results_load(f->ctx, GOLDEN, &results, &err), ATTAIN_OK, &err);
    attain_report_settings_init(&settings);
    settings.draw = draw;
    settings.draw_user = f;
    atn_check_status("write",
                     attain_report_write(f->ctx, results, f->folder, &settings, NULL, &err),
                     ATTAIN_OK, &err);
    assert_int_equal(f->n_drawn, N_STEMS); /* no chart is left unwatched */
    draw_looks(f, results);
    attain_results_free(results);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    attain_context_free(f->ctx);
    check_scratch_remove(f->scratch);
    free(f);
    return 0;
}

static bool updating(void)
{
    const char *update = getenv("UPDATE");
    return update && strcmp(update, "1") == 0;
}

static void store(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", GOLDEN, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* The first line that differs, for the message. */
static void compare(const char *name, const char *got, const char *want)
{
    size_t line = 1, start = 0, i = 0;
    for (; got[i] && got[i] == want[i]; i++)
        if (got[i] == '\n') {
            line++;
            start = i + 1;
        }
    if (got[i] == want[i]) return;
    fail_msg("%s, line %zu:\n  now    %.*s\n  stored %.*s", name, line,
             (int)strcspn(got + start, "\n"), got + start, (int)strcspn(want + start, "\n"),
             want + start);
}

static void check_file(const fixture *f, const char *name)
{
    char drawn[200];
    snprintf(drawn, sizeof drawn, "charts/%s", name);
    char *got = fixture_read(f->folder, drawn);
    if (!got) fail_msg("no %s was written", name);
    if (updating()) {
        store(name, got);
    } else {
        char *want = fixture_read(GOLDEN, name);
        if (!want) fail_msg("no %s is stored", name);
        compare(name, got, want);
        free(want);
    }
    free(got);
}

static void check_kind(const fixture *f, const char *ending)
{
    char name[160];
    for (size_t i = 0; i < N_STEMS; i++) {
        snprintf(name, sizeof name, "%s.%s", stems[i], ending);
        check_file(f, name);
    }
}

static void check_looks(const fixture *f, const char *ending)
{
    char name[160];
    for (size_t i = 0; i < N_LOOKS; i++)
        for (size_t k = 0; k < 2; k++) {
            snprintf(name, sizeof name, "%s/%s.%s", looks[i].folder, looks[i].stems[k], ending);
            check_file(f, name);
        }
}

static void test_scripts(void **state)
{
    check_kind(*state, "gp");
    check_looks(*state, "gp");
}

static void test_data(void **state)
{
    check_kind(*state, "csv");
}

static void test_descriptions(void **state)
{
    check_kind(*state, "alt.txt");
    check_looks(*state, "alt.txt");
}

/* A look changes how a chart is drawn, not what it shows: equal data, but for the scoreboard's
 * heights. */
static void test_same_data(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < N_LOOKS; i++)
        for (size_t k = 0; k < 2; k++) {
            char plain[160], other[200];
            if (strcmp(looks[i].stems[k], "scoreboard") == 0) continue;
            snprintf(plain, sizeof plain, "charts/%s.csv", looks[i].stems[k]);
            snprintf(other, sizeof other, "charts/%s/%s.csv", looks[i].folder, looks[i].stems[k]);
            char *a = fixture_read(f->folder, plain), *b = fixture_read(f->folder, other);
            assert_non_null(a);
            assert_non_null(b);
            compare(other, b, a);
            free(a);
            free(b);
        }
}

static void test_pictures(void **state)
{
    const fixture *f = *state;
    if (!*f->version) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    if (updating()) {
        char line[96];
        snprintf(line, sizeof line, "%s\n", f->version);
        store("gnuplot-version.txt", line);
    }
    char *drawn_by = fixture_read(GOLDEN, "gnuplot-version.txt");
    assert_non_null(drawn_by);
    drawn_by[strcspn(drawn_by, "\n")] = '\0';
    const bool same = strcmp(drawn_by, f->version) == 0;
    if (!same)
        print_message("skipped: the stored pictures are of %s, this is %s\n", drawn_by, f->version);
    free(drawn_by);
    if (!same) skip();
    check_kind(f, "svg");
    check_looks(f, "svg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),      cmocka_unit_test(test_data),
        cmocka_unit_test(test_descriptions), cmocka_unit_test(test_same_data),
        cmocka_unit_test(test_pictures),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
