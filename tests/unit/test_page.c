/* The two pages of a run: stored ones, pictures within them, and text of the user's that stays
 * text.  What a browser makes of them is tried by tests/browser. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "document_fixture.h"
#include "report/picture_inline.h"

#define GOLDEN ATTAIN_SOURCE_DIR "/tests/unit/golden"

enum { N_CHARTS = 11 }; /* of the golden document */

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

/* ---- stored pages ---------------------------------------------------------------------------- */

static void compare(const char *folder, const char *name)
{
    char path[512];
    char *found = fixture_read(folder, name), *stored = fixture_read(GOLDEN "/page", name);
    assert_non_null(found);
    if (getenv("UPDATE")) {
        snprintf(path, sizeof path, "%s/page/%s", GOLDEN, name);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fputs(found, file) >= 0, 1);
        assert_int_equal(fclose(file), 0);
    } else {
        assert_non_null(stored);
        const char *a = found, *b = stored;
        while (*a && *a == *b) a++, b++;
        if (*a != *b) fail_msg("%s differs from the stored one at: %.120s", name, a);
    }
    free(found);
    free(stored);
}

/* One document without pictures: the pages say the same with and without gnuplot. */
static void test_stored(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    attain_report_settings settings;
    attain_results *results = NULL;
    char folder[300];
    snprintf(folder, sizeof folder, "%s/stored", f->folder);
    attain_report_settings_init(&settings);
    atn_check_status("load", attain_results_load(f->ctx, GOLDEN "/charts", &results, &err),
                     ATTAIN_OK, &err);
    atn_check_status("write", attain_report_write(f->ctx, results, folder, &settings, NULL, &err),
                     ATTAIN_OK, &err);
    compare(folder, "report.md");
    compare(folder, "report.html");
    attain_results_free(results);
}

/* ---- pictures -------------------------------------------------------------------------------- */

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"utf-8\"  standalone=\"no\"?>\n<svg role=\"img\" "            \
    "aria-labelledby=\"title desc\" \n viewBox=\"0 0 960 600\"\n "                                 \
    "xmlns=\"http://www.w3.org/2000/svg\"\n xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n>\n"     \
    "<title id=\"title\">x</title>\n<desc id=\"desc\">y</desc>\n<g id=\"gnuplot_canvas\">\n"
#define TAIL "</g>\n</svg>\n"
#define OPEN                                                                                       \
    "<svg class=\"picture\" role=\"img\" aria-labelledby=\"c-title c-desc\" viewBox=\"0 0 960 "    \
    "600\">\n<title id=\"c-title\">Two &amp; two</title>\n<desc id=\"c-desc\">alt "                \
    "&lt;i&gt;</desc>\n"
#define CLOSE "\n</svg>\n"

static const struct {
    const char *name, *within, *want; /* NULL: refused */
} pictures[] = {
    {"nothing", "", OPEN CLOSE},
    {"empty groups are left out", "<g fill=\"none\"><g color='black'>\n</g>\n</g>\n", OPEN CLOSE},
    {"colours in one notation",
     "<rect x=\"0\" fill=\"#ffffff\"/><path stroke='rgb(  0, 114, 178)'/>",
     OPEN "<g><rect x=\"0\" fill=\"#FFFFFF\"/><path stroke=\"#0072B2\"/></g>" CLOSE},
    {"words", "<path fill='none' stroke='currentColor'/>",
     OPEN "<g><path fill=\"none\" stroke=\"currentColor\"/></g>" CLOSE},
    {"names of its own", "<defs><circle id='gpDot' r='0.5'/></defs><use xlink:href='#gpDot'/>",
     OPEN "<g><defs><circle id=\"c-gpDot\" r=\"0.5\"/></defs><use href=\"#c-gpDot\"/></g>" CLOSE},
    {"patterns", "<rect fill='url(#p1)'/>", OPEN "<g><rect fill=\"url(#c-p1)\"/></g>" CLOSE},
    {"titles of parts are for programs",
     "<g id=\"gnuplot_plot_1\" ><title>'a.csv' using 1:2</title><path d='M0,0'/></g>",
     OPEN "<g><g><path d=\"M0,0\"/></g></g>" CLOSE},
    {"a bold face", "<g font-family=\"DejaVu Sans:Bold\" font-size=\"12.00\"><text>a</text></g>",
     OPEN "<g><g font-weight=\"700\" font-size=\"12.00\"><text>a</text></g></g>" CLOSE},
    {"text keeps its blanks", "<text xml:space=\"preserve\">a  &lt;b </text>",
     OPEN "<g><text xml:space=\"preserve\">a  &lt;b </text></g>" CLOSE},
    {"comments", "<!-- <script> --><path d='M1,1'/>", OPEN "<g><path d=\"M1,1\"/></g>" CLOSE},
    {"a script", "<script>alert(1)</script>", NULL},
    {"a script of another case", "<SCRIPT>alert(1)</SCRIPT>", NULL},
    {"foreign content", "<foreignObject><p>x</p></foreignObject>", NULL},
    {"a style sheet", "<style>@import 'x'</style>", NULL},
    {"a link", "<a xlink:href='#x'><text>x</text></a>", NULL},
    {"an image", "<image xlink:href='x.png'/>", NULL},
    {"a handler", "<path onclick='x()'/>", NULL},
    {"a style", "<path style='fill:url(x)'/>", NULL},
    {"a way out", "<use xlink:href='other.svg#x'/>", NULL},
    {"a way out by colour", "<path fill='url(http://x)'/>", NULL},
    {"a colour that is none", "<path fill='red;x'/>", NULL},
    {"a call", "<path d='url(x)'/>", NULL},
    {"data", "<![CDATA[<script>]]>", NULL},
    {"a quote within", "<path d='M0,0\" onclick=\"x()'/>", NULL},
    {"an entity", "<path d='&#34;'/>", NULL},
    {"no value", "<path hidden/>", NULL},
    {"crossed", "<g><text></g></text>", NULL},
    {"closed too often", "</g></g></svg>", NULL},
    {"open at the end", "<g>", NULL},
    {"an open tag", "<path d='M0,0'", NULL},
};

static char *inlined(attain_context *ctx, const char *svg, const char *headline)
{
    atn_text out;
    atn_text_init(&out, ctx);
    const bool good = atn_picture_inline(&out, svg, "c", headline, "alt <i>");
    assert_true(atn_text_ok(&out));
    if (!good) assert_int_equal(out.length, 0);
    char *text = good ? atn_text_take(&out) : NULL;
    atn_text_free(&out);
    return text;
}

static void test_pictures(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        char svg[2000];
        snprintf(svg, sizeof svg, "%s%s%s", HEAD, pictures[i].within, TAIL);
        char *text = inlined(f->ctx, svg, "Two & two");
        if (!text && pictures[i].want) fail_msg("%s: refused", pictures[i].name);
        if (text && !pictures[i].want) fail_msg("%s: taken as %s", pictures[i].name, text);
        if (text && strcmp(text, pictures[i].want) != 0)
            fail_msg("%s: %s\nnot %s", pictures[i].name, text, pictures[i].want);
        attain_text_free(f->ctx, text);
    }
    static const char *const whole[] = {"",
                                        "<svg>",
                                        "<p>no picture</p>",
                                        "<svg viewBox=\"0 0 9 x\"></svg>",
                                        "<svg width=\"9\"></svg>",
                                        "<!DOCTYPE svg><svg viewBox=\"0 0 9 9\"></svg>",
                                        "<svg viewBox=\"0 0 9 9\"/>",
                                        "<svg viewBox=\"0 0 9 9\" onload=\"x()\"></svg>",
                                        "<svg viewBox=\"0 0 0 0\"></svg>"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (inlined(f->ctx, whole[i], "")) fail_msg("taken: %s", whole[i]);
}

/* A colour of no theme: the picture stands on its own paper on a dark page. */
static void test_foreign_color(void **state)
{
    const fixture *f = *state;
    char *text = inlined(f->ctx, HEAD "<path stroke='#123456'/>" TAIL, "x");
    assert_non_null(text);
    assert_non_null(strstr(text, "<svg class=\"picture fixed\""));
    attain_text_free(f->ctx, text);
}

/* The page says the headline: the picture's own, in bold lines, is taken out, and the picture
 * begins above the words that are left. */
static void test_headline(void **state)
{
    static const char svg[] = HEAD
        "<g transform=\"translate(65.61,403.17)\" font-family=\"DejaVu Sans\"><text>600,000</text>"
        "</g><g transform=\"translate(24.00,31.54)\" font-family=\"DejaVu "
        "Sans:Bold\"><text>600,000 "
        "&amp; the city\xe2\x80\x99s </text></g><g transform=\"translate(24.00,52.00)\" "
        "font-family=\"DejaVu Sans:Bold\"><text> goal</text></g><g "
        "transform=\"translate(24.00,75.20)\"><text>below</text></g>" TAIL;
    static const struct {
        const char *headline, *view;
        bool within;
    } rows[] = {{"600,000 & the city's goal", "viewBox=\"0 57 960 543\"", false},
                {"600,000 & the city's", "viewBox=\"0 34 960 566\"", false},
                {"600,000 & the city's goals", "viewBox=\"0 0 960 600\"", true},
                {"another", "viewBox=\"0 0 960 600\"", true}};
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = inlined(f->ctx, svg, rows[i].headline);
        assert_non_null(text);
        if (!strstr(text, rows[i].view)) fail_msg("%s: %s", rows[i].headline, text);
        assert_int_equal(strstr(text, "<text>600,000 &amp;") != NULL, rows[i].within);
        assert_non_null(strstr(text, "<text>600,000</text>"));
        assert_non_null(strstr(text, "<text>below</text>"));
        attain_text_free(f->ctx, text);
    }
}

static void test_dark_rules(void **state)
{
    const fixture *f = *state;
    atn_text out;
    size_t open = 0, close = 0, rules = 0;
    atn_text_init(&out, f->ctx);
    atn_picture_dark(&out);
    assert_true(atn_text_ok(&out));
    assert_non_null(strstr(out.data, "[fill=\"#0072B2\"] { fill: #63B8EC; }"));
    assert_non_null(strstr(out.data, "[stroke=\"#FFFFFF\"] { stroke: #14171A; }"));
    assert_non_null(strstr(out.data, "[color=\"black\"] { color: #F5F5F5; }"));
    for (const char *s = out.data; *s; s++) open += *s == '{', close += *s == '}';
    for (const char *s = out.data; (s = strstr(s, ".picture:not(.fixed)")) != NULL; s++) rules++;
    assert_int_equal(open, close);
    assert_int_equal(open, rules + 1);
    assert_true(rules > 60);
    atn_text_free(&out);
}

static attain_status inline_faulty(void *user, attain_context *ctx, attain_error *err)
{
    atn_text out;
    atn_text_init(&out, ctx);
    const bool good = atn_picture_inline(&out, user, "c", "Two & two", "alt");
    const bool failed = !atn_text_ok(&out);
    assert_true(good || failed);
    atn_text_free(&out);
    if (!failed) return ATTAIN_OK;
    err->status = ATTAIN_ERR_NOMEM;
    return ATTAIN_ERR_NOMEM;
}

static void test_picture_faults(void **state)
{
    char svg[] = HEAD "<g><path d='M0,0'/></g><use xlink:href='#gpDot'/>" TAIL;
    (void)state;
    check_faults("picture", inline_faulty, svg, 200);
}

/* ---- the whole page -------------------------------------------------------------------------- */

typedef struct artist {
    const char *svg;
    attain_status status;
} artist;

static attain_status draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                          attain_error *err)
{
    const artist *a = user;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        char path[512];
        const char *script = drawings[i].script;
        if (a->status != ATTAIN_OK) {
            drawings[i].error.status = a->status;
            snprintf(drawings[i].error.message, sizeof drawings[i].error.message,
                     "no <gnuplot> here");
            continue;
        }
        snprintf(path, sizeof path, "%s/%.*s.svg", folder, (int)(strlen(script) - 3), script);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(a->svg, file);
        fclose(file);
    }
    return ATTAIN_OK;
}

static char *write_page(const fixture *f, const char *text, artist *a, bool charts)
{
    attain_report_settings settings;
    attain_error err = {0};
    char folder[300];
    snprintf(folder, sizeof folder, "%s/page", f->folder);
    attain_results *results = fixture_load(f->ctx, f->folder, text);
    attain_report_settings_init(&settings);
    settings.charts = charts;
    settings.draw = a ? draw : NULL;
    settings.draw_user = a;
    atn_check_status("write", attain_report_write(f->ctx, results, folder, &settings, NULL, &err),
                     a ? a->status : ATTAIN_OK, &err);
    attain_results_free(results);
    char *page = fixture_read(folder, "report.html");
    assert_non_null(page);
    return page;
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *s = text; (s = strstr(s, word)) != NULL; s++) n++;
    return n;
}

/* Tags closed in turn; no element and no attribute but ours. */
static void check_tags(const char *page)
{
    static const char *const known[] = {
        "a",  "bdi",     "body",  "caption", "code",   "details", "div",   "em",    "figure",
        "h1", "h2",      "h3",    "head",    "header", "html",    "li",    "main",  "nav",
        "p",  "section", "span",  "strong",  "style",  "summary", "table", "tbody", "td",
        "th", "thead",   "title", "tr",      "ul",     "svg",     "desc",  "g",     "path"};
    static const char *const single[] = {"!doctype", "meta", "link"};
    char open[64][16];
    size_t depth = 0;
    for (const char *s = page; (s = strchr(s, '<')) != NULL; s++) {
        const bool closing = s[1] == '/';
        const char *name = s + 1 + closing, *end = strchr(name, '>');
        const size_t n = strcspn(name, " />\n");
        bool found = false, alone = false;
        assert_non_null(end);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found |= strlen(known[i]) == n && strncmp(known[i], name, n) == 0;
        for (size_t i = 0; i < sizeof single / sizeof *single; i++)
            alone |= strlen(single[i]) == n && strncmp(single[i], name, n) == 0;
        if (!found && !alone) fail_msg("an element that is not ours: %.60s", s);
        if (alone || end[-1] == '/') continue;
        if (!closing) {
            assert_true(depth < 64);
            snprintf(open[depth++], 16, "%.*s", (int)n, name);
        } else if (depth == 0 || strncmp(open[depth - 1], name, n) != 0) {
            fail_msg("closed out of turn: %.60s", s);
        } else {
            depth--;
        }
    }
    assert_int_equal(depth, 0);
}

static void test_hostile_text(void **state)
{
    static const char *const texts[] = {"<script>alert(1)</script>",
                                        "'\"><img src=x onerror=alert(1)>",
                                        "]]></style><b>",
                                        "{{x}} &amp; &lt;",
                                        "--><!-- <h1>",
                                        "`$(touch x)` \\input{x} =1+1 @SUM(1) %s %n",
                                        "javascript:alert(1)"};
    const fixture *f = *state;
    artist a = {.svg = HEAD "<path d='M0,0'/>" TAIL};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *page = write_page(f, texts[i], &a, true);
        check_tags(page);
        assert_null(strstr(page, "<script"));
        assert_null(strstr(page, "<img"));
        assert_null(strstr(page, "href=\"javascript"));
        assert_int_equal(count(page, "<svg class=\"picture\""), count(page, "<figure "));
        free(page);
    }
}

static void test_long_text(void **state)
{
    const fixture *f = *state;
    char *text = malloc(10001);
    assert_non_null(text);
    memset(text, '<', 10000);
    text[10000] = '\0';
    char *page = write_page(f, text, NULL, true);
    check_tags(page);
    free(page);
    free(text);
}

/* Hebrew in a frame of its own; what turns the rest of a line is left out. */
static void test_direction(void **state)
{
    const fixture *f = *state;
    char *page = write_page(f, "a \xd7\xa1\xd7\xa4\xd7\xa8 \xe2\x80\xae z", NULL, true);
    assert_non_null(strstr(page, "<h1><bdi>a \xd7\xa1\xd7\xa4\xd7\xa8  z</bdi></h1>"));
    assert_null(strstr(page, "\xe2\x80\xae"));
    free(page);
}

/* Without a picture the page says why, and still has the numbers. */
static void test_no_picture(void **state)
{
    static artist failing = {.status = ATTAIN_ERR_TOOL},
                  nonsense = {.svg = "<svg onload=\"x()\"></svg>"},
                  foreign = {.svg = HEAD "<script>x</script>" TAIL};
    const struct {
        artist *a;
        bool charts;
        const char *why, *data;
    } rows[] = {
        {&failing, true, "No picture: no &lt;gnuplot&gt; here.", "charts/scoreboard.csv"},
        {&nonsense, true,
         "No picture: charts/scoreboard.svg is not a picture as gnuplot writes it.",
         "charts/scoreboard.csv"},
        {&foreign, true, "No picture: charts/scoreboard.svg is not a picture as gnuplot writes it.",
         "charts/scoreboard.csv"},
        {NULL, true, "No picture: this program draws none.", "charts/scoreboard.csv"},
        {NULL, false, "No picture: charts were left out of this run.", "<code>results.json</code>"},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *page = write_page(f, "plain", rows[i].a, rows[i].charts);
        if (!strstr(page, rows[i].why)) fail_msg("row %zu: not said: %s", i, rows[i].why);
        assert_non_null(strstr(page, rows[i].data));
        assert_null(strstr(page, "<svg"));
        assert_int_equal(count(page, "No picture: "), N_CHARTS);
        assert_int_equal(count(page, "<caption id=\"table-"), count(page, "<table>"));
        assert_true(count(page, "<details>") == N_CHARTS);
        check_tags(page);
        free(page);
    }
}

/* A day a row would be unreadable: the first of each month, and the last of all. */
static void test_thinned(void **state)
{
    const fixture *f = *state;
    char *page = write_page(f, "plain", NULL, true);
    const char *rate = strstr(page, "<figure id=\"chart-rate-arrests\">");
    assert_non_null(rate);
    const char *rows = strstr(rate, "<tbody>"), *end = rows ? strstr(rows, "</tbody>") : NULL;
    assert_non_null(end);
    size_t n = 0;
    for (const char *s = rows; (s = strstr(s, "<tr>")) != NULL && s < end; s++) n++;
    assert_int_equal(n, 6); /* 20 Jan, 1 Feb to 1 May, 19 May 2025 */
    assert_non_null(strstr(rows, "<tr><th scope=\"row\">20 Jan 2025</th>"));
    assert_non_null(strstr(rows, "<tr><th scope=\"row\">1 May 2025</th>"));
    assert_non_null(strstr(rows, "<tr><th scope=\"row\">19 May 2025</th>"));
    assert_non_null(
        strstr(end, "Shown: 6 of 120 rows. All of them: <code>charts/rate-arrests.csv"));
    /* a share in percent */
    const char *share = strstr(page, "<figure id=\"chart-rate-approval\">");
    assert_non_null(share);
    share = strstr(share, "<tbody>");
    assert_non_null(share);
    const char *cell = strstr(share, "<td class=\"number\">");
    assert_non_null(cell);
    assert_non_null(strstr(cell, "&nbsp;%</td>"));
    assert_true(strstr(cell, "&nbsp;%</td>") < strstr(cell, "</tr>"));
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored),        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_foreign_color), cmocka_unit_test(test_headline),
        cmocka_unit_test(test_dark_rules),    cmocka_unit_test(test_picture_faults),
        cmocka_unit_test(test_hostile_text),  cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_direction),     cmocka_unit_test(test_no_picture),
        cmocka_unit_test(test_thinned),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
