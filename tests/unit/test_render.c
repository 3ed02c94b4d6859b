/* attain_report_render and numbers.tex: files, languages, text of the user's that stays text, and
 * each allocation failing. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "document_fixture.h"
#include "report/escape.h"

/* Everything that some language of ours would act on. */
static const char NASTY[] =
    "\\input{x} $(id) `id` {b} _i_ #1 %c ~ ^ & | \"q\" 'a' ''b'' -- <script>x</script> =cmd|' "
    "[a](http://b) {{study/title}} \xe2\x80\xae\xe2\x80\x8b\xc3\xa9\nline\x1b[31m";

typedef struct fixture {
    char folder[256];
    attain_context *ctx;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    check_scratch_create(f->folder, sizeof f->folder);
    f->ctx = check_context(NULL, 1);
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

static const char *put_file(const fixture *f, const char *name, const char *text)
{
    static char path[600];
    attain_error err = {0};
    char *folder = NULL;
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    folder = atn_path_folder(f->ctx, path);
    assert_non_null(folder);
    atn_check_status("folder", atn_folder_create(f->ctx, folder, &err), ATTAIN_OK, &err);
    atn_free(f->ctx, folder);
    atn_check_status(name, atn_file_write(f->ctx, path, text, strlen(text), &err), ATTAIN_OK, &err);
    return path;
}

static void check_render(const fixture *f, const attain_results *results, const char *name,
                         const char *template, const char *want)
{
    attain_error err = {0};
    char *text = NULL;
    size_t unsupported = 9;
    const char *path = put_file(f, name, template);
    atn_check_status(
        name, attain_report_render(f->ctx, results, path, NULL, NULL, &text, &unsupported, &err),
        ATTAIN_OK, &err);
    assert_int_equal(unsupported, 0);
    if (strcmp(text, want) != 0) fail_msg("%s\nexpected: %s\nfound:    %s", name, want, text);
    attain_text_free(f->ctx, text);
}

/* The extension chooses the language; in none of them does the text act. */
static void test_languages(void **state)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"a.html", "\\input{x} $(id) `id` {b} _i_ #1 %c ~ ^ &amp; | &quot;q&quot; &#39;a&#39; "
                   "&#39;&#39;b&#39;&#39; -- &lt;script&gt;x&lt;/script&gt; =cmd|&#39; "
                   "[a](http://b) {{study/title}} \xe2\x80\x8b\xc3\xa9 line [31m"},
        {"a.tex",
         "\\textbackslash{}input\\{x\\} \\$(id) \\textasciigrave{}id\\textasciigrave{} \\{b\\} "
         "\\_i\\_ \\#1 \\%c \\textasciitilde{} \\textasciicircum{} \\& \\textbar{} "
         "\\char34{}q\\char34{} 'a' '{}'b'{}' -{}- \\textless{}script\\textgreater{}x\\textless{}"
         "/script\\textgreater{} =cmd\\textbar{}' [a](http://b) \\{\\{study/title\\}\\} "
         "\xc3\xa9 line [31m"},
        {"a.md", "\\\\input\\{x\\} \\$(id) \\`id\\` \\{b\\} \\_i\\_ \\#1 %c \\~ ^ &amp; \\| \"q\" "
                 "'a' ''b'' -- &lt;script&gt;x&lt;/script&gt; =cmd\\|' \\[a\\](http&#58;//b) "
                 "\\{\\{study/title\\}\\} \xe2\x80\x8b\xc3\xa9 line \\[31m"},
        {"a.txt", "\\input{x} $(id) `id` {b} _i_ #1 %c ~ ^ & | \"q\" 'a' ''b'' -- "
                  "<script>x</script> =cmd|' [a](http://b) {{study/title}} "
                  "\xe2\x80\x8b\xc3\xa9 line [31m"},
    };
    const fixture *f = *state;
    attain_results *results = fixture_load(f->ctx, f->folder, NASTY);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[40];
        check_render(f, results, rows[i].name, "{{study/title}}", rows[i].want);
        snprintf(name, sizeof name, "%s.mustache", rows[i].name);
        check_render(f, results, name, "{{study/title}}", rows[i].want);
    }
    check_render(f, results, "plain", "{{status}}", "gate_failed");
    attain_results_free(results);
    results = fixture_load(f->ctx, f->folder, "=1+1");
    check_render(f, results, "a.csv", "t,{{study/title}},{{goals/first-year/ice/probability}}\n",
                 "t,\"'=1+1\",0.125\n");
    attain_results_free(results);
}

/* name.EXT.mustache before name.EXT before name.mustache; folders within, never without. */
static void test_partials(void **state)
{
    const fixture *f = *state;
    attain_results *results = fixture_load(f->ctx, f->folder, "a_b");
    put_file(f, "one.md.mustache", "1 {{study/title}}\n");
    put_file(f, "one.md", "wrong");
    put_file(f, "two.md", "2\n");
    put_file(f, "two.mustache", "wrong");
    put_file(f, "three.mustache", "3\n");
    put_file(f, "sub/four.md", "4{{> two}}");
    check_render(f, results, "main.md", "{{> one}}\n- {{> two}}\n  {{> three}}\n{{> sub/four}}",
                 "1 a\\_b\n- 2\n\n  3\n42\n");
    check_render(f, results, "main.md.mustache", "{{> two}}", "2\n");
    attain_results_free(results);
}

typedef struct outcome {
    const char *template;
    attain_status status;
    size_t unsupported, problems;
    const char *message;
} outcome;

static void test_failures(void **state)
{
    static const outcome rows[] = {
        {"{{> nowhere}}", ATTAIN_ERR_SYNTAX, 0, 1,
         "no partial \"nowhere\": beside the template is neither nowhere.md nor nowhere.mustache"},
        {"{{goals/first-year/dsh/probability}}", ATTAIN_ERR_ADDRESS, 0, 1,
         "\"goals/first-year/dsh/probability\": no \"dsh\" there; did you mean \"dhs\"?"},
        {"{{#assert}}goals/first-year/dhs/probability < 0.2{{/assert}}\n{{#assert}}fit/k > 1"
         "{{/assert}}",
         ATTAIN_OK, 2, 2, "assertion failed: goals/first-year/dhs/probability < 0.2 (it is 0.5)"},
        {"{{#assert}}fit/k > 1{{/assert}}{{fit/nowhere}}", ATTAIN_ERR_ADDRESS, 1, 2,
         "assertion failed: fit/k > 1 (it is 0.83)"},
    };
    const fixture *f = *state;
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        attain_diagnostics *list = NULL;
        char *text = (char *)"kept";
        size_t unsupported = 9;
        const char *path = put_file(f, "wrong.md", rows[i].template);
        atn_check_status("list", attain_diagnostics_create(f->ctx, &list, &err), ATTAIN_OK, &err);
        atn_check_status(
            rows[i].template,
            attain_report_render(f->ctx, results, path, NULL, list, &text, &unsupported, &err),
            rows[i].status, &err);
        assert_null(text);
        assert_int_equal(unsupported, rows[i].unsupported);
        assert_int_equal(attain_diagnostics_count(list), rows[i].problems);
        assert_string_equal(attain_diagnostics_get(list, 0)->message, rows[i].message);
        assert_string_equal(attain_diagnostics_get(list, 0)->file, path);
        attain_diagnostics_free(list);
    }
    attain_results_free(results);
}

static void test_settings(void **state)
{
    const fixture *f = *state;
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    const char *path = put_file(f, "a.txt", "{{goals/first-year/target | grouped}}<");
    attain_render_settings settings[4];
    for (int i = 0; i < 4; i++) attain_render_settings_init(&settings[i]);
    settings[0].version = 7;
    settings[1].escape = (attain_escape)6;
    settings[2].numbers = (attain_number_style)3;
    settings[3].numbers = ATTAIN_NUMBERS_POINT;
    for (int i = 0; i < 4; i++) {
        attain_error err = {0};
        char *text = NULL;
        size_t unsupported = 0;
        atn_check_status("settings",
                         attain_report_render(f->ctx, results, path, &settings[i], NULL, &text,
                                              &unsupported, &err),
                         i < 3 ? ATTAIN_ERR_ARGUMENT : ATTAIN_OK, &err);
        if (i == 3)
            assert_string_equal(text, "150.000<");
        else
            assert_null(text);
        attain_text_free(f->ctx, text);
    }
    attain_error err = {0};
    char *text = NULL;
    size_t unsupported = 0;
    atn_check_status("no file",
                     attain_report_render(f->ctx, results, "/nowhere/x.md", NULL, NULL, &text,
                                          &unsupported, &err),
                     ATTAIN_ERR_FILE, &err);
    attain_results_free(results);
}

/* ---- numbers.tex ----------------------------------------------------------------------------- */

static char *write_numbers(const fixture *f, const char *text)
{
    attain_error err = {0};
    attain_report_settings settings;
    attain_report_settings_init(&settings);
    settings.charts = false;
    attain_results *results = fixture_load(f->ctx, f->folder, text);
    atn_check_status("write",
                     attain_report_write(f->ctx, results, f->folder, &settings, NULL, &err),
                     ATTAIN_OK, &err);
    attain_results_free(results);
    char *file = fixture_read(f->folder, "numbers.tex");
    assert_non_null(file);
    return file;
}

/* Each line defines one form of one address once, and that address holds what show prints. */
static void test_numbers(void **state)
{
    static const char *const lines[] = {
        "\\attainset{value}{goals/first-year/dhs/probability}{0.5}\n",
        "\\attainset{value}{goals/first-year/dhs/total/probability}{0.5}\n",
        "\\attainset{round}{goals/first-year/target}{150,000}\n",
        "\\attainset{percent}{goals/first-year/ice/probability}{13 \\%}\n",
        "\\attainset{percent}{goals/a-day/7-day-mean/probability}{\\textless{}1 \\%}\n",
        "\\attainset{value}{goals/half/probability}{0.25}\n",
        "\\attainset{date}{goals/first-year/dhs/date/0.5}{10 May 2025}\n",
        "\\attainset{date}{goals/first-year/dhs/date/0.95}{never}\n",
        "\\attainset{value}{parameters/arrests.high/0.5}{1150}\n",
        "\\attainset{value}{reports/3/value}{60000}\n",
        "\\attainset{value}{fit/method}{map}\n",
    };
    const fixture *f = *state;
    attain_error err = {0};
    char *text = write_numbers(f, "a & b");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i])) fail_msg("not in numbers.tex: %s", lines[i]);
    assert_null(strstr(text, "series/arrests/quantiles"));
    attain_results *results = NULL;
    atn_check_status("load", attain_results_load(f->ctx, f->folder, &results, &err), ATTAIN_OK,
                     &err);
    size_t n = 0;
    for (const char *s = text; (s = strstr(s, "\\attainset{value}{")); n++) {
        char address[512], value[200], *there = NULL;
        const int found = sscanf(s, "\\attainset{value}{%511[^}]}{%199[^}]", address, value);
        s += strlen("\\attainset{value}{");
        if (found < 2 || strchr(value, '\\')) continue; /* escaped text */
        if (strcmp(value, "-") == 0) strcpy(value, "null");
        atn_check_status(address, attain_results_text(results, address, &there, &err), ATTAIN_OK,
                         &err);
        if (strcmp(there, value) != 0) fail_msg("%s is %s, not %s", address, there, value);
        attain_text_free(f->ctx, there);
    }
    if (n < 500) fail_msg("%zu addresses", n);
    attain_results_free(results);
    free(text);
}

/* Braces balance line by line, and every character that acts is behind a backslash. */
static void test_numbers_nasty(void **state)
{
    char *text = write_numbers(*state, NASTY);
    size_t n = 0;
    char *line = strstr(text, "\\attainset{value}{attain");
    assert_non_null(line);
    for (line = strtok(line, "\n"); line; line = strtok(NULL, "\n"), n++) {
        int depth = 0;
        assert_int_equal(strncmp(line, "\\attainset{", 11), 0);
        for (const char *s = line + 1; *s; s++) {
            const bool escaped = s[-1] == '\\' && (s < line + 2 || s[-2] != '\\');
            if (!escaped && strchr("$&#%^~", *s)) fail_msg("%c acts in %s", *s, line);
            depth += !escaped && *s == '{';
            depth -= !escaped && *s == '}';
        }
        if (depth != 0) fail_msg("braces: %s", line);
        assert_null(strstr(line, "\\input"));
    }
    assert_true(n > 500);
    free(text);
}

/* ---- memory ---------------------------------------------------------------------------------- */

typedef struct fault {
    const attain_results *results;
    const char *path;
    bool with_list;
} fault;

static attain_status render_faulty(void *user, attain_context *ctx, attain_error *err)
{
    const fault *f = user;
    attain_diagnostics *list = NULL;
    char *text = NULL;
    size_t unsupported = 0;
    attain_status status = f->with_list ? attain_diagnostics_create(ctx, &list, err) : ATTAIN_OK;
    if (status == ATTAIN_OK)
        status =
            attain_report_render(ctx, f->results, f->path, NULL, list, &text, &unsupported, err);
    assert_true(text == NULL || status == ATTAIN_OK);
    attain_text_free(ctx, text);
    attain_diagnostics_free(list);
    return status;
}

static void test_faults(void **state)
{
    const fixture *f = *state;
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    put_file(f, "part.md", "{{#goals}}\n  {{> leaf}}\n{{/goals}}\n");
    put_file(f, "leaf.md",
             "{{label}} {{#definitions}}{{#readings}}{{probability | words | capital}} "
             "{{./date/0.5 | date | or later}}{{/readings}}{{/definitions}}\n");
    fault good = {results,
                  put_file(f, "f.md",
                           " {{> part}}\n{{goals/first-year/ice/date | interval}}"
                           "{{#assert}}fit/k < 1{{/assert}}{{reports|count}}"),
                  true};
    check_faults("render", render_faulty, &good, 2000);
    fault failing = {results, put_file(f, "g.md", "{{#assert}}fit/k > 1{{/assert}} {{status}}"),
                     true};
    check_faults("failing assertion", render_faulty, &failing, 200);
    failing.with_list = false;
    check_faults("failing assertion, no list", render_faulty, &failing, 200);
    attain_results_free(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages), cmocka_unit_test(test_partials),
        cmocka_unit_test(test_failures),  cmocka_unit_test(test_settings),
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_numbers_nasty),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
