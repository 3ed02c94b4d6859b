/* Reports: words, tables, charts, and text of the user's that stays text. */
#include "check.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document_fixture.h"
#include "io/document.h"
#include "report/escape.h"
#include "report/phrase.h"

/* Everything that some language of ours would act on. */
static const char NASTY[] = "''; system(\"touch PWNED\") # '; system('touch PWNED'); \"`touch "
                            "PWNED`\" $(touch PWNED) =cmd|' /C "
                            "calc'!A0 <script>alert(1)</script> ]]> & *bold* [a](http://b) | %s %d "
                            "\\n @x {/Bold} \xc3\xa9\n# head\r\x1b[31m";

/* ---- escapers and phrases -------------------------------------------------------------------- */

typedef void escaper(atn_text *out, const char *text);

static void check_text(escaper *call, const char *text, const char *want)
{
    attain_context *ctx = check_context(NULL, 1);
    atn_text out;
    atn_text_init(&out, ctx);
    call(&out, text);
    assert_true(atn_text_ok(&out));
    assert_string_equal(out.data ? out.data : "", want);
    atn_text_free(&out);
    attain_context_free(ctx);
}

static void test_escapers(void **state)
{
    static const struct {
        escaper *call;
        const char *text, *want;
    } rows[] = {
        {atn_escape_csv, "plain", "plain"},
        {atn_escape_csv, "", ""},
        {atn_escape_csv, "a,b", "\"a,b\""},
        {atn_escape_csv, "say \"x\"", "\"say \"\"x\"\"\""},
        {atn_escape_csv, "two\nlines", "\"two\nlines\""},
        {atn_escape_csv, " edge", "\" edge\""},
        {atn_escape_csv, "=1+1", "\"'=1+1\""},
        {atn_escape_csv, "+1", "\"'+1\""},
        {atn_escape_csv, "-1", "\"'-1\""},
        {atn_escape_csv, "@x", "\"'@x\""},
        {atn_escape_csv, "\tx", "\"'\tx\""},
        {atn_escape_gnuplot, "it's", "'it\xe2\x80\x99s'"},
        {atn_escape_gnuplot, "''; system(\"x\") #", "'\xe2\x80\x99\xe2\x80\x99; system(\"x\") #'"},
        {atn_escape_gnuplot, "a\nb\x1b", "'a b '"},
        {atn_escape_gnuplot, "`id` \"x\" \\n", "'`id` \"x\" \\n'"},
        {atn_escape_xml, "<a b=\"c\">&'", "&lt;a b=&quot;c&quot;&gt;&amp;&#39;"},
        {atn_escape_xml, "a\nb", "a b"},
        {atn_escape_markdown, "*a* [b](c) | <i> # `d` ~~e~~",
         "\\*a\\* \\[b\\](c) \\| &lt;i&gt; \\# \\`d\\` \\~\\~e\\~\\~"},
        {atn_escape_markdown, "http://x\ny", "http&#58;//x y"},
        {atn_escape_json, "a\"b\\c\nd\x01", "\"a\\\"b\\\\c\\nd\\u0001\""},
        {atn_escape_plain, "a\x1b[31mb\n", "a [31mb "},
        {atn_escape_plain, "a\xe2\x80\xae\xe2\x81\xa6z\xe2\x80\xac", "az"},
        {atn_escape_markdown, "\xe2\x80\xae*", "\\*"},
        {atn_escape_gnuplot, "\xe2\x80\xaa'\xe2\x80\xae", "'\xe2\x80\x99'"},
        {atn_escape_xml, "\xe2\x80\xae<\xe2\x80\xb0\xe2\x81\xa9", "&lt;\xe2\x80\xb0"},
        {atn_escape_csv, "a\xe2\x80\xae", "a\xe2\x80\xae"},
        {atn_say_date, "2026-01-19", "19 January 2026"},
        {atn_say_short_date, "2026-09-01", "1 Sep 2026"},
        {atn_say_date, "2026-13-19", "-"},
        {atn_say_reading, "any-day", "any day"},
        {atn_say_reading, "7-day-mean", "7-day mean"},
        {atn_say_reading, "7-day-mean-held-30-days", "7-day mean held 30 days"},
        {atn_say_reading, "28-day-mean-upper", "28-day mean, upper end"},
        {atn_say_reading, "365-day-total", "365-day total"},
        {atn_say_prior, "lognormal(7.090076835776092, 0.5)", "lognormal(7.090, 0.5)"},
        {atn_say_prior, "normal(-120, 60)", "normal(-120, 60)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_text(rows[i].call, rows[i].text, rows[i].want);
}

static void check_number(void (*say)(atn_text *, double), double value, const char *want)
{
    attain_context *ctx = check_context(NULL, 1);
    atn_text out;
    atn_text_init(&out, ctx);
    say(&out, value);
    assert_string_equal(out.data, want);
    atn_text_free(&out);
    attain_context_free(ctx);
}

static void test_numbers(void **state)
{
    (void)state;
    check_number(atn_say_exact, 600000, "600,000");
    check_number(atn_say_exact, 0.35, "0.35");
    check_number(atn_say_exact, -1234.5, "-1,234.5");
    check_number(atn_say_exact, NAN, "-");
    check_number(atn_say_estimate, 123456, "123,000");
    check_number(atn_say_estimate, 1046.9, "1,050");
    check_number(atn_say_estimate, 99.96, "100.0");
    check_number(atn_say_estimate, 3e-9, "0");
    check_number(atn_say_estimate, 1.2345, "1.23");
    check_number(atn_say_estimate, 0, "0");
    check_number(atn_say_estimate, INFINITY, "-");
    check_number(atn_say_percent, 0, "<1 %");
    check_number(atn_say_percent, 0.0099, "<1 %");
    check_number(atn_say_percent, 0.01, "1 %");
    check_number(atn_say_percent, 0.125, "13 %");
    check_number(atn_say_percent, 0.99, "99 %");
    check_number(atn_say_percent, 0.991, ">99 %");
    check_number(atn_say_percent, 1, ">99 %");
    check_number(atn_say_percent, NAN, "-");
}

static void test_frequencies(void **state)
{
    static const struct {
        double p;
        const char *want;
    } rows[] = {
        {0, "less than 1 in 100"}, {0.0099, "less than 1 in 100"}, {0.012, "about 1 in 80"},
        {0.02, "about 1 in 50"},   {0.05, "about 1 in 20"},        {0.09, "about 1 in 11"},
        {0.125, "about 1 in 8"},   {0.3, "about 3 in 10"},         {0.33, "about 1 in 3"},
        {0.5, "about 1 in 2"},     {0.667, "about 2 in 3"},        {0.76, "about 3 in 4"},
        {0.9, "about 9 in 10"},    {0.95, "about 19 in 20"},       {0.97, "about 97 in 100"},
        {0.99, "about 99 in 100"}, {0.995, "more than 99 in 100"}, {1, "more than 99 in 100"},
        {NAN, "not known"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char words[64];
        atn_frequency_words(rows[i].p, words, sizeof words);
        assert_string_equal(words, rows[i].want);
    }
    /* What the words say is within a tenth of the odds, or 2.5 points. */
    for (int i = 10; i <= 990; i++) {
        char words[64];
        int of, in;
        const double p = i / 1000.0;
        atn_frequency_words(p, words, sizeof words);
        assert_int_equal(sscanf(words, "about %d in %d", &of, &in), 2);
        if (!(fabs((double)of / in - p) <= fmax(0.1 * p, 0.026))) fail_msg("%.3f: %s", p, words);
    }
}

/* ---- documents ------------------------------------------------------------------------------- */

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

static void test_answer(void **state)
{
    static const char want[] =
        "plain\n"
        "as of 21 March 2025, carried to 19 May 2025\n"
        "answer with warnings: the quick approximation (map) is not confirmed for arrests (Pareto "
        "k 0.83; limit 0.70): try --fit nuts\n"
        "\n"
        "first-year: 150,000 plain by 1 May 2025 (plain)\n"
        "  ice                      13 %   about 1 in 8         not by 19 May 2025: 40 %; needs "
        "1,500 a day, now 1,100 (1.4 times)\n"
        "  dhs                      50 %   about 1 in 2         median date 10 May 2025; needs "
        "1,500 a day, now 1,100 (1.4 times)\n"
        "\n"
        "a-day: 3,000 plain a day by 1 May 2025 (plain)\n"
        "  any day                  3 %    about 1 in 33        not by 19 May 2025: 40 %; needs "
        "1,500 a day, now 1,100 (1.4 times)\n"
        "  7-day mean               <1 %   less than 1 in 100   not by 19 May 2025: 40 %; needs "
        "1,500 a day, now 1,100 (1.4 times)\n"
        "  7-day mean held 30 days  <1 %   less than 1 in 100   not by 19 May 2025: 40 %; needs "
        "1,500 a day, now 1,100 (1.4 times)\n"
        "\n"
        "half: 50 % plain by 1 May 2025 (plain)\n"
        "                           25 %   about 1 in 4         already reached\n";
    const fixture *f = *state;
    attain_error err = {0};
    char *text = NULL;
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    atn_check_status("answer", attain_report_answer(f->ctx, results, &text, &err), ATTAIN_OK, &err);
    assert_string_equal(text, want);
    attain_text_free(f->ctx, text);
    attain_results_free(results);
}

/* A document with these gates ("name value limit where [ok]", by commas) and nothing else. */
static int gates_document(char document[4000], const char *gates)
{
    char all[600];
    int n = snprintf(document, 4000,
                     "{\"attain\": {\"schema\": 1, \"version\": \"0.1.0\"}, \"status\": "
                     "\"gate_failed\", \"study\": {\"title\": \"t\", \"as_of\": "
                     "\"2025-01-02\", \"horizon\": \"2025-01-03\"}, \"goals\": [], \"series\": "
                     "[], \"parameters\": [], \"definitions\": [], \"diagnostics\": [], "
                     "\"reports\": [], \"gates\": [");
    snprintf(all, sizeof all, "%s", gates);
    for (char *gate = strtok(all, ","); gate; gate = strtok(NULL, ",")) {
        char name[40], value[40], limit[40], where[80], ok[8] = "";
        assert_true(sscanf(gate, "%39s %39s %39s %79s %7s", name, value, limit, where, ok) >= 4);
        n += snprintf(document + n, 4000 - (size_t)n,
                      "%s{\"name\": \"%s\", \"value\": %s, \"threshold\": %s, \"where\": \"%s\", "
                      "\"passed\": %s}",
                      gate == all ? "" : ", ", name, value, limit, where, *ok ? "true" : "false");
    }
    return n + snprintf(document + n, 4000 - (size_t)n, "], \"fit\": {}, \"manifest\": {}}");
}

static void test_gate_words(void **state)
{
    static const struct {
        const char *gates, *want;
    } rows[] = {
        {"", "warnings count as failures in this run"},
        {"pareto_k 0.84 0.7 arrests, mode 0.001 0.1 arrests ok, pareto_k 0.2 0.7 approval ok, "
         "pareto_k 0.791 0.7 removals",
         "the quick approximation (map) is not confirmed for arrests and removals (Pareto k 0.84, "
         "0.79; limit 0.70): try --fit nuts"},
        {"pareto_k null 0.7 a, pareto_k 0.704 0.7 b, pareto_k 0.9 0.65 c, mode 1.19 0.1 b",
         "the quick approximation (map) is not confirmed for a and b (Pareto k not computable, "
         "0.704; limit 0.70): try --fit nuts; the quick approximation (map) is not confirmed for c "
         "(Pareto k 0.90; limit 0.65): try --fit nuts; the optimiser stopped short of the "
         "posterior's mode for b (distance in posterior sd 1.19; limit 0.10)"},
        {"pareto_k 0.5 0.001 a.logistic+b.linear, pareto_k 0.6 0.001 c, pareto_k 0.7 0.001 d.step",
         "the quick approximation (map) is not confirmed for a (logistic) with b (linear), c and d "
         "(step) (Pareto k 0.50, 0.60, 0.70; limit 0.001): try --fit nuts"},
        {"rhat 1.0312 1.01 x, rhat 1.0104 1.01 y, ess 121.7 400 x, ess 399.7 400 y",
         "the sampler's chains disagree for x and y (R-hat 1.03, 1.0104; limit 1.01); the sampler "
         "has too few independent draws for x and y (effective sample size 122, 399.70; at least "
         "400)"},
        {"divergences 12 0 x, divergences 0 0 y ok, divergences 1 0 z, e_bfmi 0.21 0.3 x",
         "12 trajectories of the sampler diverged for x, 1 for z; the sampler explored the tails "
         "poorly for x (E-BFMI 0.21; at least 0.30)"},
        {"divergences 1 0 x", "1 trajectory of the sampler diverged for x"},
        {"later 2 1 x", "later for x (value 2.00; limit 1.00)"},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char document[4000], path[300], want[1000], *text = NULL;
        attain_error err = {0};
        attain_results *results = NULL;
        const int n = gates_document(document, rows[i].gates);
        snprintf(path, sizeof path, "%s/gates.json", f->folder);
        snprintf(want, sizeof want,
                 "t\nas of 2 January 2025, carried to 3 January 2025\nanswer with warnings: %s\n",
                 rows[i].want);
        atn_check_status("write", atn_file_write(f->ctx, path, document, (size_t)n, &err),
                         ATTAIN_OK, &err);
        atn_check_status("load", attain_results_load(f->ctx, path, &results, &err), ATTAIN_OK,
                         &err);
        atn_check_status("answer", attain_report_answer(f->ctx, results, &text, &err), ATTAIN_OK,
                         &err);
        assert_string_equal(text, want);
        attain_text_free(f->ctx, text);
        attain_results_free(results);
    }
}

/* Rows and cells of a CSV text, quotes honoured; every row must have as many cells. */
static void check_csv(const char *name, const char *text)
{
    size_t cells = 1, want = 0, rows = 0;
    bool quoted = false, start = true;
    for (const char *s = text; *s; s++) {
        if (!quoted && start && strchr("=+@", *s)) fail_msg("%s: a cell starts with %c", name, *s);
        if (!quoted && start && *s == '-' && !isdigit((unsigned char)s[1]))
            fail_msg("%s: a cell starts with -", name);
        start = false;
        if (*s == '"')
            quoted = !quoted;
        else if (!quoted && *s == ',')
            cells++, start = true;
        else if (!quoted && *s == '\n') {
            if (rows++ == 0) want = cells;
            if (cells != want)
                fail_msg("%s: row %zu has %zu cells, not %zu", name, rows, cells, want);
            cells = 1;
            start = true;
        }
    }
    assert_false(quoted);
    assert_true(rows > 1);
}

static void test_tables(void **state)
{
    static const char *const names[] = {"goals", "parameters", "reports", "diagnostics", "series"};
    const fixture *f = *state;
    attain_error err = {0};
    attain_results *results = fixture_load(f->ctx, f->folder, NASTY);
    for (size_t i = 0; i < 5; i++) {
        char *text = NULL;
        atn_check_status(
            names[i],
            attain_report_table(f->ctx, results, names[i], ATTAIN_FORMAT_CSV, &text, &err),
            ATTAIN_OK, &err);
        check_csv(names[i], text);
        attain_text_free(f->ctx, text);
        atn_check_status(
            names[i],
            attain_report_table(f->ctx, results, names[i], ATTAIN_FORMAT_TABLE, &text, &err),
            ATTAIN_OK, &err);
        for (const char *s = text; *s; s++) /* nothing a terminal would act on */
            assert_true((unsigned char)*s >= 0x20 || *s == '\n');
        attain_text_free(f->ctx, text);
        atn_check_status(
            names[i],
            attain_report_table(f->ctx, results, names[i], ATTAIN_FORMAT_JSON, &text, &err),
            ATTAIN_OK, &err);
        assert_true(text[0] == '[');
        attain_text_free(f->ctx, text);
    }
    char *text = (char *)"kept";
    atn_check_status("unknown",
                     attain_report_table(f->ctx, results, "gaols", ATTAIN_FORMAT_CSV, &text, &err),
                     ATTAIN_ERR_ADDRESS, &err);
    assert_null(text);
    attain_results_free(results);
}

/* A gnuplot line with its single-quoted strings taken out; NULL quotes left open fail. */
static void strip_strings(const char *name, char *line)
{
    char *out = line;
    for (const char *s = line; *s;) {
        if (*s != '\'') {
            *out++ = *s++;
            continue;
        }
        for (s++; *s && *s != '\''; s++) {
        }
        if (!*s) fail_msg("%s: an open string: %s", name, line);
        s++;
    }
    *out = '\0';
}

/* Outside single-quoted strings a script of ours holds none of the user's text. */
static void check_script(const char *name, char *script)
{
    for (char *line = strtok(script, "\n"); line; line = strtok(NULL, "\n")) {
        if (line[0] == '#') continue;
        strip_strings(name, line);
        if (strstr(line, "system") || strchr(line, '`') || strstr(line, "script") ||
            strstr(line, "PWNED") || strstr(line, "calc"))
            fail_msg("%s: text outside a string: %s", name, line);
        const bool label = strncmp(line, "set label", 9) == 0;
        if (label && !strstr(line, "noenhanced")) fail_msg("%s: enhanced: %s", name, line);
    }
}

typedef struct drawn {
    size_t n, calls;
    char names[32][128];
    unsigned pictures;    /* asked for last */
    attain_status status; /* of each drawing */
    attain_status end;    /* of the whole call */
} drawn;

/* Stands in for gnuplot: leaves an SVG with a head as gnuplot writes it. */
static void draw_one(drawn *d, const char *folder, attain_drawing *drawing)
{
    char path[512];
    const char *script = drawing->script;
    assert_true(d->n < 32);
    assert_int_equal(drawing->error.status, ATTAIN_OK);
    d->pictures = drawing->pictures;
    snprintf(d->names[d->n++], sizeof d->names[0], "%s", script);
    if (d->status != ATTAIN_OK) {
        drawing->error.status = d->status;
        snprintf(drawing->error.message, sizeof drawing->error.message, "no gnuplot here");
        return;
    }
    snprintf(path, sizeof path, "%s/%.*s.svg", folder, (int)(strlen(script) - 3), script);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 1 1\">\n<title>Gnuplot</title>\n"
          "<desc>Produced by GNUPLOT</desc>\n<g font-family=\"DejaVu Sans:Bold\" x=\"1\">"
          "<text>]]> font-family=\"A:Bold\"</text></g>\n</svg>\n",
          file);
    fclose(file);
}

static attain_status draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                          attain_error *err)
{
    drawn *d = user;
    d->calls++;
    if (d->end != ATTAIN_OK) {
        err->status = d->end;
        snprintf(err->message, sizeof err->message, "no gnuplot at all");
        return d->end;
    }
    for (size_t i = 0; i < n; i++) draw_one(d, folder, &drawings[i]);
    return ATTAIN_OK;
}

static attain_status write_all(attain_context *ctx, const attain_results *results,
                               const char *folder, drawn *d, attain_diagnostics *list,
                               attain_error *err)
{
    attain_report_settings settings;
    attain_report_settings_init(&settings);
    settings.draw = d ? draw : NULL;
    settings.draw_user = d;
    return attain_report_write(ctx, results, folder, &settings, list, err);
}

static void check_chart(const char *folder, const char *script)
{
    char name[256];
    const int stem = (int)(strlen(script) - 3);
    for (const char *s = script; s < script + stem; s++)
        assert_true(isalnum((unsigned char)*s) || *s == '-' || *s == '_');
    snprintf(name, sizeof name, "charts/%s", script);
    char *text = fixture_read(folder, name);
    assert_non_null(text);
    check_script(script, text);
    free(text);
    snprintf(name, sizeof name, "charts/%.*s.csv", stem, script);
    text = fixture_read(folder, name);
    assert_non_null(text);
    check_csv(name, text);
    free(text);
    snprintf(name, sizeof name, "charts/%.*s.svg", stem, script);
    text = fixture_read(folder, name);
    assert_non_null(text);
    assert_non_null(strstr(text, "<svg role=\"img\""));
    assert_null(strstr(text, "GNUPLOT"));
    assert_null(strstr(text, "]]>"));
    assert_null(strstr(text, "Sans:Bold\"")); /* no browser knows it */
    assert_non_null(strstr(text, "\"DejaVu Sans, Verdana, sans-serif\" font-weight=\"bold\""));
    assert_null(strstr(text, "<script"));
    free(text);
    snprintf(name, sizeof name, "charts/%.*s.alt.txt", stem, script);
    text = fixture_read(folder, name);
    assert_non_null(text);
    assert_true(strlen(text) > 40);
    free(text);
}

static void test_nasty_text(void **state)
{
    static const char *const files[] = {"results.json", "goals.csv",  "parameters.csv",
                                        "reports.csv",  "series.csv", "diagnostics.csv"};
    const fixture *f = *state;
    attain_error err = {0};
    drawn d = {0};
    char folder[300];
    snprintf(folder, sizeof folder, "%s/run", f->folder);
    attain_results *results = fixture_load(f->ctx, f->folder, NASTY);
    atn_check_status("write", write_all(f->ctx, results, folder, &d, NULL, &err), ATTAIN_OK, &err);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *text = fixture_read(folder, files[i]);
        assert_non_null(text);
        if (strstr(files[i], ".csv")) check_csv(files[i], text);
        free(text);
    }
    /* scoreboard, two rates, two totals, three attainment curves, two of dots, one of checks */
    assert_int_equal(d.n, 11);
    for (size_t i = 0; i < d.n; i++) check_chart(folder, d.names[i]);
    char *page = fixture_read(folder, "report.md");
    assert_non_null(page);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "\n# head"));
    assert_null(strstr(page, "[a](http"));
    assert_null(strstr(page, "*bold*"));
    free(page);
    attain_results_free(results);
}

/* Words of a picture stay words. */
static void test_picture_words(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    drawn d = {0};
    char folder[300];
    snprintf(folder, sizeof folder, "%s/words", f->folder);
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    atn_check_status("write", write_all(f->ctx, results, folder, &d, NULL, &err), ATTAIN_OK, &err);
    char *text = fixture_read(folder, "charts/scoreboard.svg");
    assert_non_null(text);
    assert_non_null(strstr(text, "font-weight=\"bold\" x=\"1\"><text>]]&gt; "
                                 "font-family=\"A:Bold\"</text></g>"));
    free(text);
    attain_results_free(results);
}

/* The real thing, where it is installed: gnuplot takes every script, draws both pictures, and runs
 * nothing of the user's. */
static attain_status draw_really(void *user, const char *folder, attain_drawing *drawings, size_t n,
                                 attain_error *err)
{
    drawn *d = user;
    char command[1024];
    (void)err;
    for (size_t i = 0; i < n; i++) {
        const char *script = drawings[i].script;
        assert_true(d->n < 32);
        snprintf(d->names[d->n++], sizeof d->names[0], "%s", script);
        snprintf(command, sizeof command, "cd '%s' && gnuplot -d %s 2>&1", folder, script);
        if (system(command) != 0) drawings[i].error.status = ATTAIN_ERR_TOOL;
    }
    return ATTAIN_OK;
}

static void test_gnuplot(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    drawn d = {0};
    attain_report_settings settings;
    char folder[300], path[600];
    if (system("gnuplot --version >/dev/null 2>&1") != 0) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    snprintf(folder, sizeof folder, "%s/really", f->folder);
    attain_results *results = fixture_load(f->ctx, f->folder, NASTY);
    attain_report_settings_init(&settings);
    settings.draw = draw_really;
    settings.draw_user = &d;
    atn_check_status("write", attain_report_write(f->ctx, results, folder, &settings, NULL, &err),
                     ATTAIN_OK, &err);
    assert_int_equal(d.n, 11);
    for (size_t i = 0; i < d.n; i++) {
        check_chart(folder, d.names[i]);
        snprintf(path, sizeof path, "charts/%.*s.png", (int)(strlen(d.names[i]) - 3), d.names[i]);
        char *picture = fixture_read(folder, path);
        assert_non_null(picture);
        assert_memory_equal(picture, "\x89PNG", 4);
        free(picture);
    }
    assert_null(fixture_read(folder, "charts/PWNED"));
    attain_results_free(results);
}

static void test_draw_fails(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    drawn d = {.status = ATTAIN_ERR_TOOL};
    attain_diagnostics *list = NULL;
    char folder[300];
    snprintf(folder, sizeof folder, "%s/undrawn", f->folder);
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    atn_check_status("list", attain_diagnostics_create(f->ctx, &list, &err), ATTAIN_OK, &err);
    atn_check_status("write", write_all(f->ctx, results, folder, &d, list, &err), ATTAIN_ERR_TOOL,
                     &err);
    assert_string_equal(err.message, "no gnuplot here");
    assert_int_equal(attain_diagnostics_count(list), d.n);
    assert_string_equal(attain_diagnostics_get(list, 0)->code, "chart-not-drawn");
    char *page = fixture_read(folder, "report.md");
    assert_non_null(page); /* the rest of the run finished */
    assert_non_null(strstr(page, "[script](charts/scoreboard.gp)"));
    free(page);
    d = (drawn){.end = ATTAIN_ERR_FILE};
    atn_check_status("all of them", write_all(f->ctx, results, folder, &d, NULL, &err),
                     ATTAIN_ERR_FILE, &err);
    assert_string_equal(err.message, "no gnuplot at all");
    d = (drawn){.end = ATTAIN_ERR_INTERRUPTED};
    atn_check_status("interrupted", write_all(f->ctx, results, folder, &d, list, &err),
                     ATTAIN_ERR_INTERRUPTED, &err);
    assert_int_equal(d.calls, 1);
    attain_diagnostics_free(list);
    attain_results_free(results);
}

/* Two writes of one document are equal byte for byte. */
static void test_same_bytes(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    char folders[2][300];
    drawn d = {0};
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    for (int i = 0; i < 2; i++) {
        d.n = 0;
        snprintf(folders[i], sizeof folders[i], "%s/same%d", f->folder, i);
        atn_check_status("write", write_all(f->ctx, results, folders[i], &d, NULL, &err), ATTAIN_OK,
                         &err);
    }
    for (size_t i = 0; i < d.n; i++) {
        char name[160];
        snprintf(name, sizeof name, "charts/%s", d.names[i]);
        char *a = fixture_read(folders[0], name), *b = fixture_read(folders[1], name);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    static const char *const pages[] = {"report.md", "report.html"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        char *a = fixture_read(folders[0], pages[i]), *b = fixture_read(folders[1], pages[i]);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    attain_results_free(results);
}

/* Dates and ids of a document that is not ours never reach a script as they are. */
static void test_foreign_document(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    drawn d = {0};
    char folder[300], path[300];
    attain_results *results = NULL;
    char *document = fixture_document("plain");
    for (char *s = strstr(document, "\"id\": \"a-day\""); s; s = NULL) memcpy(s + 7, "../x'", 5);
    for (char *s = document; (s = strstr(s, "\"2025-02-20\"")); s++)
        memcpy(s + 1, "';x-02-20;", 10);
    snprintf(path, sizeof path, "%s/foreign.json", f->folder);
    snprintf(folder, sizeof folder, "%s/foreign", f->folder);
    atn_check_status("write", atn_file_write(f->ctx, path, document, strlen(document), &err),
                     ATTAIN_OK, &err);
    free(document);
    atn_check_status("load", attain_results_load(f->ctx, path, &results, &err), ATTAIN_OK, &err);
    atn_check_status("write", write_all(f->ctx, results, folder, &d, NULL, &err), ATTAIN_OK, &err);
    assert_true(d.n > 0);
    for (size_t i = 0; i < d.n; i++) check_chart(folder, d.names[i]);
    attain_results_free(results);
}

static attain_status report_faulty(void *user, attain_context *ctx, attain_error *err)
{
    const fixture *f = user;
    attain_results *results = NULL;
    char *answer = NULL, *table = NULL;
    attain_status status = attain_results_load(ctx, f->folder, &results, err);
    if (status == ATTAIN_OK) status = attain_report_answer(ctx, results, &answer, err);
    if (status == ATTAIN_OK)
        status = attain_report_table(ctx, results, "goals", ATTAIN_FORMAT_TABLE, &table, err);
    attain_text_free(ctx, answer);
    attain_text_free(ctx, table);
    attain_results_free(results);
    return status;
}

static void test_table_faults(void **state)
{
    const fixture *f = *state;
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    attain_results_free(results);
    check_faults("tables", report_faulty, *state, 4000);
}

typedef struct write_fault {
    const fixture *f;
    const attain_results *results;
} write_fault;

static attain_status write_faulty(void *user, attain_context *ctx, attain_error *err)
{
    const write_fault *w = user;
    char folder[300];
    snprintf(folder, sizeof folder, "%s/faulty", w->f->folder);
    return write_all(ctx, w->results, folder, NULL, NULL, err);
}

static void test_write_faults(void **state)
{
    const fixture *f = *state;
    write_fault w = {f, NULL};
    attain_results *results = fixture_load(f->ctx, f->folder, "plain");
    w.results = results;
    check_faults("write", write_faulty, &w, 20000);
    attain_results_free(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapers),     cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_frequencies),  cmocka_unit_test(test_answer),
        cmocka_unit_test(test_gate_words),   cmocka_unit_test(test_tables),
        cmocka_unit_test(test_nasty_text),   cmocka_unit_test(test_picture_words),
        cmocka_unit_test(test_gnuplot),      cmocka_unit_test(test_draw_fails),
        cmocka_unit_test(test_same_bytes),   cmocka_unit_test(test_foreign_document),
        cmocka_unit_test(test_table_faults), cmocka_unit_test(test_write_faults),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
