/* Words in charts: inside the picture, and none upon another, in each size; on the stored document
 * and on a study of 12 goals and 6 scenarios whose names have 60 characters. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "base/text.h"
#include "document_fixture.h"
#include "report/text_width.h"

enum { MAX_LABELS = 512, MAX_CHARTS = 64 };

typedef struct fixture {
    attain_context *ctx;
    char scratch[256];
    attain_results *stored, *many;
    char names[MAX_CHARTS][128];
    size_t n;
} fixture;

/* ---- drawing --------------------------------------------------------------------------------- */

static attain_status draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                          attain_error *err)
{
    fixture *f = user;
    char command[1024];
    (void)err;
    assert_true(n <= MAX_CHARTS);
    f->n = n;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(drawings[i].pictures, ATTAIN_PICTURE_SVG);
        snprintf(f->names[i], sizeof f->names[i], "%.*s", (int)(strlen(drawings[i].script) - 3),
                 drawings[i].script);
        snprintf(command, sizeof command, "cd '%s' && LC_ALL=C.UTF-8 gnuplot -d %s 2>&1", folder,
                 drawings[i].script);
        assert_int_equal(system(command), 0);
    }
    return ATTAIN_OK;
}

/* Fits the study of many goals; nothing of it depends on the number of threads. */
static attain_results *run_many(attain_context *ctx)
{
    attain_error err = {0};
    attain_diagnostics *list = NULL;
    attain_study *study = NULL;
    attain_posterior *posterior = NULL;
    attain_projection *projection = NULL;
    attain_results *results = NULL;
    const char *path = check_source("tests/cli/study-many");
    attain_status status = attain_diagnostics_create(ctx, &list, &err);
    if (status == ATTAIN_OK) status = attain_study_load(ctx, path, NULL, list, &study, &err);
    if (status == ATTAIN_OK) status = attain_fit_run(ctx, study, NULL, list, &posterior, &err);
    if (status == ATTAIN_OK) status = attain_project_run(ctx, posterior, &projection, &err);
    if (status == ATTAIN_OK) status = attain_project_scenarios(ctx, projection, &err);
    if (status == ATTAIN_OK)
        status = attain_results_create(ctx, projection, list, false, &results, &err);
    atn_check_status("run", status, ATTAIN_OK, &err);
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_diagnostics_free(list);
    return results;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    attain_error err = {0};
    assert_non_null(f);
    f->ctx = check_context(NULL, 2);
    check_scratch_create(f->scratch, sizeof f->scratch);
    atn_check_status(
        "load",
        attain_results_load(f->ctx, check_source("tests/unit/golden/charts"), &f->stored, &err),
        ATTAIN_OK, &err);
    f->many = run_many(f->ctx);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    attain_results_free(f->stored);
    attain_results_free(f->many);
    attain_context_free(f->ctx);
    check_scratch_remove(f->scratch);
    free(f);
    return 0;
}

/* ---- reading pictures ------------------------------------------------------------------------ */

typedef struct label {
    char text[1000];
    double left, right, low, high; /* y grows downwards; from about the x-height to the base */
} label;

static void decode(char *text)
{
    static const char *const entities[][2] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
    for (size_t k = 0; k < 5; k++)
        for (char *at; (at = strstr(text, entities[k][0])) != NULL;) {
            const size_t n = strlen(entities[k][0]);
            *at = *entities[k][1];
            memmove(at + 1, at + n, strlen(at + n) + 1);
        }
}

static double number_after(const char *from, const char *end, const char *key)
{
    const char *at = strstr(from, key);
    if (!at || at > end) fail_msg("no %s before a text", key);
    return strtod(at + strlen(key), NULL);
}

/* gnuplot writes <g transform="translate(x,y)" ... font-size="s" text-anchor="start"><text>...; an
 * empty label is none. */
static bool read_label(const char *svg, const char *text, label *l)
{
    const char *end = strstr(text, "</text>"), *group = text;
    assert_non_null(end);
    while (group > svg && strncmp(group, "<g transform=\"translate(", 24) != 0) group--;
    const size_t n = (size_t)(end - text) - 6;
    assert_true(n < sizeof l->text);
    memcpy(l->text, text + 6, n);
    l->text[n] = '\0';
    assert_null(strchr(l->text, '<'));
    decode(l->text);
    char *comma;
    const double x = strtod(group + 24, &comma), y = strtod(comma + 1, NULL);
    const double size = number_after(group, text, "font-size=\"");
    const char *bold = strstr(group, "font-weight=\"bold\"");
    const double width =
        atn_text_width(l->text, strlen(l->text), size, bold != NULL && bold < text);
    const char *anchor = strstr(group, "text-anchor=\"");
    assert_true(anchor != NULL && anchor < text);
    const double part = anchor[13] == 's' ? 0.0 : anchor[13] == 'm' ? 0.5 : 1.0;
    l->left = x - part * width;
    l->right = l->left + width;
    l->low = y - 0.72 * size;
    l->high = y + 0.12 * size;
    return n > 0;
}

static bool meet(const label *a, const label *b)
{
    return a->left < b->right - 1.0 && b->left < a->right - 1.0 && a->low < b->high &&
           b->low < a->high;
}

static size_t check_picture(const char *look, const char *name, const char *svg)
{
    static label labels[MAX_LABELS];
    size_t n = 0;
    const char *box = strstr(svg, "viewBox=\"0 0 ");
    assert_non_null(box);
    char *height_text;
    const double width = strtod(box + 13, &height_text), height = strtod(height_text, NULL);
    for (const char *at = svg; (at = strstr(at, "<text>")) != NULL; at++) {
        assert_true(n < MAX_LABELS);
        if (read_label(svg, at, &labels[n])) n++;
    }
    for (size_t i = 0; i < n; i++) {
        const label *l = &labels[i];
        if (!(l->left >= 0.0 && l->right <= width && l->low >= 0.0 && l->high <= height))
            fail_msg("%s, %s: \"%s\" leaves the picture (%.0f to %.0f of %.0f, %.0f to %.0f of "
                     "%.0f)",
                     look, name, l->text, l->left, l->right, width, l->low, l->high, height);
        for (size_t k = 0; k < i; k++)
            if (meet(l, &labels[k]))
                fail_msg("%s, %s: \"%s\" meets \"%s\"", look, name, l->text, labels[k].text);
    }
    return n;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void check_look(fixture *f, const attain_results *results, const char *look,
                       attain_chart_size size, attain_number_style numbers)
{
    attain_error err = {0};
    attain_plot_settings settings;
    char folder[300];
    size_t n_charts = 0, n_labels = 0;
    attain_plot_settings_init(&settings);
    settings.size = size;
    settings.numbers = numbers;
    settings.pictures = ATTAIN_PICTURE_SVG;
    settings.draw = draw;
    settings.draw_user = f;
    snprintf(folder, sizeof folder, "%s/%s", f->scratch, look);
    atn_check_status(look,
                     attain_report_plot(f->ctx, results, folder, &settings, NULL, &n_charts, &err),
                     ATTAIN_OK, &err);
    assert_int_equal(n_charts, f->n);
    for (size_t i = 0; i < f->n; i++) {
        char name[160];
        snprintf(name, sizeof name, "%s.svg", f->names[i]);
        char *svg = fixture_read(folder, name);
        assert_non_null(svg);
        n_labels += check_picture(look, f->names[i], svg);
        free(svg);
    }
    assert_true(n_labels > 12 * n_charts); /* the reader above sees them */
}

static void check_all(fixture *f, const attain_results *results)
{
    if (system("gnuplot --version >/dev/null 2>&1") != 0) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    check_look(f, results, "web", ATTAIN_SIZE_WEB, ATTAIN_NUMBERS_COMMA);
    check_look(f, results, "slide", ATTAIN_SIZE_SLIDE, ATTAIN_NUMBERS_SPACE);
    check_look(f, results, "print", ATTAIN_SIZE_PRINT, ATTAIN_NUMBERS_POINT);
}

static void test_stored(void **state)
{
    fixture *f = *state;
    check_all(f, f->stored);
    assert_true(f->n >= 6);
}

static void test_many(void **state)
{
    fixture *f = *state;
    check_all(f, f->many);
    assert_true(f->n >= 20);
}

/* Names of 10,000 characters, with spaces and without, are cut, and meet nothing. */
static void test_long(void **state)
{
    fixture *f = *state;
    enum { LENGTH = 10000 };
    for (int spaces = 0; spaces < 2; spaces++) {
        char text[LENGTH + 1], folder[300];
        for (size_t i = 0; i < LENGTH; i++) text[i] = spaces && i % 7 == 6 ? ' ' : 'w';
        text[LENGTH] = '\0';
        snprintf(folder, sizeof folder, "%s/long", f->scratch);
        attain_error err = {0};
        atn_check_status("folder", atn_folder_create(f->ctx, folder, &err), ATTAIN_OK, &err);
        attain_results *results = fixture_load(f->ctx, folder, text);
        check_all(f, results);
        attain_results_free(results);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
