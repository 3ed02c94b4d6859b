/* The template engine: the specification's own tests, then what is ours: addresses, filters,
 * assertions, and problems with their places. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/template.h"

enum { MOST = 1 << 20 };

static attain_results *parse_document(attain_context *ctx, const char *text)
{
    attain_error err = {0};
    attain_results *document = NULL;
    atn_check_status("document",
                     atn_document_parse(ctx, text, strlen(text), "data", &document, &err),
                     ATTAIN_OK, &err);
    return document;
}

/* Partials from an object of texts; what is not in it is empty, as the specification has it. */
static attain_status read_member(void *user, attain_context *ctx, const char *name, char **file,
                                 char **data, size_t *length, attain_error *err)
{
    const atn_node *partials = user;
    const char *text = atn_node_text(atn_node_get(partials, name));
    *file = atn_strdup(ctx, name);
    *data = *file ? atn_strdup(ctx, text) : NULL;
    if (!*data) return atn_fail_nomem(err);
    *length = strlen(text);
    return ATTAIN_OK;
}

static attain_status no_partial(void *user, attain_context *ctx, const char *name, char **file,
                                char **data, size_t *length, attain_error *err)
{
    (void)user, (void)ctx, (void)file, (void)data, (void)length;
    return atn_fail(err, ATTAIN_ERR_FILE, "no %s here", name);
}

/* Parses and renders; the text is the caller's (attain_text_free), NULL where there is none. */
static char *fill(attain_context *ctx, const char *template, size_t length, const atn_node *root,
                  const atn_node *partials, attain_escape escape, attain_number_style style,
                  attain_diagnostics *list, attain_status *status)
{
    attain_error err = {0};
    atn_template *made = NULL;
    size_t unsupported = 0;
    char *text = NULL;
    *status = atn_template_parse(ctx, "t", template, length, partials ? read_member : no_partial,
                                 (void *)(uintptr_t)partials, list, &made, &err);
    if (*status != ATTAIN_OK) return NULL;
    atn_text out;
    atn_text_init(&out, ctx);
    out.style = style;
    *status = atn_template_render(made, root, escape, list, &out, &unsupported, &err);
    if (*status == ATTAIN_OK) text = atn_text_take(&out);
    atn_text_free(&out);
    atn_template_free(made);
    return text;
}

/* ---- the specification ----------------------------------------------------------------------- */

static void check_module(const char *name, size_t least)
{
    char file[64], *data = NULL;
    size_t length = 0, n = 0;
    attain_error err = {0};
    snprintf(file, sizeof file, "data/mustache/%s.json", name);
    const char *path = check_shared(file);
    attain_context *ctx = check_context(NULL, 1);
    atn_check_status(file, atn_file_read(ctx, path, MOST, &data, &length, &err), ATTAIN_OK, &err);
    attain_results *document = parse_document(ctx, data);
    const atn_node *tests = atn_node_get(atn_document_root(document), "tests");
    const atn_node *none = atn_document_root(document); /* has no member that is a partial */
    for (const atn_node *t = atn_node_first(tests); t; t = atn_node_next(t), n++) {
        const char *template = atn_node_text(atn_node_get(t, "template"));
        const char *want = atn_node_text(atn_node_get(t, "expected"));
        const atn_node *partials = atn_node_get(t, "partials");
        attain_status status;
        char *text = fill(ctx, template, strlen(template), atn_node_get(t, "data"),
                          partials ? partials : none, ATTAIN_ESCAPE_HTML, ATTAIN_NUMBERS_COMMA,
                          NULL, &status);
        if (!text || strcmp(text, want) != 0)
            fail_msg("%s: %s\ntemplate: %s\nexpected: %s\nfound:    %s", name,
                     atn_node_text(atn_node_get(t, "name")), template, want, text ? text : "none");
        attain_text_free(ctx, text);
    }
    if (n < least) fail_msg("%s: %zu tests, expected %zu at least", name, n, least);
    attain_results_free(document);
    atn_free(ctx, data);
    attain_context_free(ctx);
}

static void test_interpolation(void **state)
{
    (void)state;
    check_module("interpolation", 42);
}

static void test_sections(void **state)
{
    (void)state;
    check_module("sections", 34);
}

static void test_inverted(void **state)
{
    (void)state;
    check_module("inverted", 22);
}

static void test_comments(void **state)
{
    (void)state;
    check_module("comments", 12);
}

static void test_delimiters(void **state)
{
    (void)state;
    check_module("delimiters", 14);
}

static void test_partials(void **state)
{
    (void)state;
    check_module("partials", 12);
}

/* ---- ours ------------------------------------------------------------------------------------ */

static const char DATA[] =
    "{\"p\": 0.125, \"n\": 1234567.891, \"small\": -4.5, \"none\": null, \"zero\": 0, \"yes\": "
    "true,"
    " \"day\": \"2026-01-19\", \"word\": \"about\", \"empty\": \"\", \"nasty\": \"<a> & _b_ $1\","
    " \"formula\": \"=1+1\", \"pair\": [10.2, 30.7], \"ends\": {\"low\": 1, \"high\": 2000},"
    " \"q\": {\"0.05\": 100, \"0.25\": 200, \"0.5\": 300, \"0.75\": 400, \"0.95\": 12345},"
    " \"falling\": {\"0.1\": 9, \"0.9\": 2}, \"p2\": {\"quantiles\": {\"0.1\": 0.08, \"0.9\": "
    "0.31}},"
    " \"when\": {\"0.05\": \"2025-11-02\", \"0.5\": \"2026-01-19\", \"0.95\": null},"
    " \"goals\": [{\"id\": \"first\", \"name\": \"one\", \"definitions\": [{\"definition\": "
    "\"ice\","
    " \"readings\": [{\"reading\": \"7-day-mean\", \"probability\": 0.31, \"date\": {\"0.5\": "
    "null}}]},"
    " {\"definition\": \"dhs\", \"readings\": [{\"reading\": \"any-day\", \"probability\": 0.9,"
    " \"date\": {\"0.5\": \"2026-03-01\"}}]}]}], \"partials\": {\"line\": \"{{p}}\\n{{n}}\\n\","
    " \"loop\": \"{{> loop}}\", \"ping\": \"{{> pong}}\", \"pong\": \"{{> ping}}\","
    " \"bad\": \"x\\n {{#open}}\", \"in\": \"{{#goals}}\\n{{id}}\\n{{/goals}}\\n{{! x "
    "}}\\n\\nend\\n\"}}";

typedef struct row {
    const char *template, *want;
    attain_escape escape;
    attain_number_style style;
} row;

static const row rows[] = {
    /* numbers as they are; filters */
    {"{{n}} {{small}} {{zero}}", "1234567.891 -4.5 0", 0, 0},
    {"{{p | words}}", "about 1 in 8", 0, 0},
    {"{{p|words|capital}}", "About 1 in 8", 0, 0},
    {"{{p | percent}} {{p | percent 1}} {{zero | percent}} {{zero | percent 2}}",
     "13 % 12.5 % <1 % <0.01 %", 0, 0},
    {"{{n | percent}} {{small | percent 1}} {{yes}}", "123,456,789 % -450.0 % true", 0, 0},
    {"{{n | round 0}} {{n | round 2}} {{n | round -3}} {{small | round 1}}",
     "1,234,568 1,234,567.89 1,235,000 -4.5", 0, 0},
    {"{{n | digits 3}} {{p | digits 4}} {{small|digits 3}}", "1,230,000 0.1250 -4.50", 0, 0},
    {"{{n | grouped}} {{p | grouped}}", "1,234,567.891 0.125", 0, 0},
    {"{{n | round 1}} {{n | grouped}} {{p | percent 1}} {{n}}",
     "1.234.567,9 1.234.567,891 12,5 % 1234567.891", 0, ATTAIN_NUMBERS_POINT},
    {"{{n | round 1}} {{small | digits 2}}",
     "1\xe2\x80\xaf"
     "234\xe2\x80\xaf"
     "567.9 -4.5",
     0, ATTAIN_NUMBERS_SPACE},
    {"{{day | date}}, {{day | date short}}", "19 January 2026, 19 Jan 2026", 0, 0},
    {"{{none | date}} {{none | round 1}} {{none | words}} {{none | percent}}",
     "never - not known -", 0, 0},
    {"{{none | date | or not by 2027}} {{day | date | or no}} {{gone | or none | capital}}",
     "not by 2027 19 January 2026 None", 0, 0},
    {"{{pair | interval}}; {{pair | interval | round 0}}; {{ends | interval}}",
     "10.2 to 30.7; 10 to 31; 1.00 to 2,000", 0, 0},
    {"{{q | interval}}; {{q | interval 50}}; {{q | interval 90 | round -2}}",
     "100 to 12,300; 200 to 400; 100 to 12,300", 0, 0},
    {"{{falling | interval}}; {{p2 | interval | percent}}", "2.00 to 9.00; 8 % to 31 %", 0, 0},
    {"{{when | interval}}; {{when | interval | date short}}",
     "2 November 2025 to never; 2 Nov 2025 to never", 0, 0},
    {"{{goals | count}} {{pair|count}}", "1 2", 0, 0},
    {"{{#goals/first/ice/readings}}{{reading | reading}}{{/goals/first/ice/readings}}",
     "7-day mean", 0, 0},
    /* addresses */
    {"{{goals/first/ice/probability}} {{goals/first/definitions/dhs/probability|words}}",
     "0.31 about 9 in 10", 0, 0},
    {"{{#goals}}{{#definitions}}{{definition}} {{./date/0.5 | date | or later}}; {{/definitions}}"
     "{{goals/first/name}}{{/goals}}",
     "ice later; dhs 1 March 2026; one", 0, 0},
    {"{{goals/first/ice/date/0.5}}", "-", 0, 0},
    {"{{#goals/first/ice}}{{definition}}{{/goals/first/ice}}", "ice", 0, 0},
    {"{{^goals/first/ice/date/0.5}}open{{/goals/first/ice/date/0.5}}", "open", 0, 0},
    /* truth: "" is none, 0 is a number */
    {"{{#zero}}zero{{/zero}}{{#empty}}empty{{/empty}}{{#none}}none{{/none}}", "zero", 0, 0},
    /* languages */
    {"{{nasty}} {{{nasty}}} {{&nasty}}", "&lt;a&gt; &amp; _b_ $1 <a> & _b_ $1 <a> & _b_ $1",
     ATTAIN_ESCAPE_HTML, 0},
    {"{{nasty}}", "\\textless{}a\\textgreater{} \\& \\_b\\_ \\$1", ATTAIN_ESCAPE_LATEX, 0},
    {"{{p | percent}} {{n | round 0}}", "13 \\% 1\\,234\\,568", ATTAIN_ESCAPE_LATEX,
     ATTAIN_NUMBERS_SPACE},
    {"{{nasty}}", "&lt;a&gt; &amp; \\_b\\_ \\$1", ATTAIN_ESCAPE_MARKDOWN, 0},
    {"{{nasty}},{{formula}},{{small}},{{n|round 0}}", "<a> & _b_ $1,\"'=1+1\",-4.5,\"1,234,568\"",
     ATTAIN_ESCAPE_CSV, 0},
    {"{{nasty}}", "<a> & _b_ $1", ATTAIN_ESCAPE_TEXT, 0},
    /* assertions that hold leave nothing, not even their line */
    {"a\n{{#assert}}p < 0.2{{/assert}}\nb", "a\nb", 0, 0},
    {"a\n  {{#assert}} p < 0.2 {{/assert}}  \r\nb", "a\nb", 0, 0},
    {"a {{#assert}}p >= 0.125{{/assert}} b", "a  b", 0, 0},
    {"a\n{{#assert}}\np < 0.2\nn > 1e6\nday <= 2026-01-19\n{{/assert}}\nb", "a\nb", 0, 0},
    {"{{#assert}}goals/first/ice/date/0.5 > 2026-12-31{{/assert}}", "", 0, 0},
    {"{{#goals}}{{#definitions}}{{#assert}}./probability > 0.3{{/assert}}{{#assert}}"
     "goals/{{id}}/{{definition}}/probability != 0{{/assert}}{{/definitions}}{{/goals}}",
     "", 0, 0},
    /* indentation of partials, standalone tags within them */
    {"  {{> line}}\nx", "  0.125\n  1234567.891\nx", 0, 0},
    {" {{> in}}\nx", " first\n\n end\nx", 0, 0},
    {"\xef\xbb\xbf{{p}}", "0.125", 0, 0},
};

static void test_rows(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_results *document = parse_document(ctx, DATA);
    const atn_node *root = atn_document_root(document);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_status status;
        char *text =
            fill(ctx, rows[i].template, strlen(rows[i].template), root,
                 atn_node_get(root, "partials"), rows[i].escape, rows[i].style, NULL, &status);
        if (!text || strcmp(text, rows[i].want) != 0)
            fail_msg("%s\nexpected: %s\nfound:    %s", rows[i].template, rows[i].want,
                     text ? text : attain_status_text(status));
        attain_text_free(ctx, text);
    }
    attain_results_free(document);
    attain_context_free(ctx);
}

/* Every problem of the row, "line:column code" by commas, and what the first says. */
static const struct {
    const char *template;
    attain_status status;
    const char *places, *message;
} wrong[] = {
    {"a\n {{#x}}\n{{/y}} {{z", ATTAIN_ERR_SYNTAX,
     "3:1 stray-close,3:8 unclosed-tag,2:2 unclosed-section",
     "a closing tag of what is not open: \"y\""},
    {"{{#a}}{{#b}}{{/a}}", ATTAIN_ERR_SYNTAX, "1:7 unclosed-section",
     "a section is never closed: \"b\""},
    {"{{p text {{n}}", ATTAIN_ERR_SYNTAX, "1:1 unclosed-tag",
     "a tag is never closed: \"{{p text {{n}}\""},
    {"{{}} {{#}}", ATTAIN_ERR_SYNTAX, "1:1 tag-without-name,1:6 tag-without-name",
     "a tag without a name"},
    {"{{two words}}", ATTAIN_ERR_SYNTAX, "1:1 bad-name", "a name is one word, found \"two words\""},
    {"{{$block}}{{/block}}", ATTAIN_ERR_SYNTAX, "1:1 bad-name,1:11 stray-close", NULL},
    {"{{=<%%>=}}", ATTAIN_ERR_SYNTAX, "1:1 bad-delimiters", NULL},
    {"{{p | wrods}}", ATTAIN_ERR_SYNTAX, "1:1 bad-filter",
     "no filter \"wrods\"; did you mean \"words\"?"},
    {"{{p | zzzzzzz}}", ATTAIN_ERR_SYNTAX, "1:1 bad-filter",
     "no filter \"zzzzzzz\"; there are words, percent, round, digits, grouped, date, interval, "
     "count, reading, capital, or"},
    {"{{p | round}} {{p | round two}} {{p | words 3}} {{p | digits 0}} {{p | date long}} {{p | "
     "or}}",
     ATTAIN_ERR_SYNTAX,
     "1:1 bad-filter,1:15 bad-filter,1:33 bad-filter,1:49 bad-filter,1:66 bad-filter,1:84 "
     "bad-filter",
     "the filter round takes a number of decimals, -12 to 9"},
    {"{{p | }}", ATTAIN_ERR_SYNTAX, "1:1 bad-filter", NULL},
    {"{{#p | words}}{{/p | words}}", ATTAIN_ERR_SYNTAX, "1:1 bad-name,1:15 stray-close", NULL},
    {"{{^assert}}p < 1{{/assert}}", ATTAIN_ERR_SYNTAX, "1:1 bad-name",
     "an assertion has no inverse"},
    {"{{> ../up}}{{> /etc/passwd}}{{> .hidden}}{{> a/../b}}{{> a\\b}}", ATTAIN_ERR_SYNTAX,
     "1:1 bad-partial,1:12 bad-partial,1:29 bad-partial,1:42 bad-partial,1:54 bad-partial", NULL},
    {"{{> bad}}", ATTAIN_ERR_SYNTAX, "2:2 unclosed-section", "a section is never closed: \"open\""},
    {"{{> loop}}", ATTAIN_ERR_SYNTAX, "1:1 endless-partials",
     "partials nest more than 32 deep: ... > loop > loop > loop > loop > loop"},
    {"{{> ping}}", ATTAIN_ERR_SYNTAX, "1:1 endless-partials",
     "partials nest more than 32 deep: ... > ping > pong > ping > pong > ping"},
    {"\xff", ATTAIN_ERR_SYNTAX, "1:2 not-text", "a template is UTF-8 text without NUL bytes"},
    /* of the document */
    {"{{goals/frist/ice}}\n{{#gaols/first}}{{/gaols/first}}", ATTAIN_ERR_ADDRESS,
     "1:1 unknown-address,2:1 unknown-address",
     "\"goals/frist/ice\": no \"frist\" there; did you mean \"first\"?"},
    {"{{#goals}}{{./nmae}}{{/goals}}", ATTAIN_ERR_ADDRESS, "1:11 unknown-address",
     "\"./nmae\": no \"nmae\" there; did you mean \"name\"?"},
    {"{{goals/first}}", ATTAIN_ERR_ADDRESS, "1:1 no-value",
     "\"goals/first\": a group stands there, not a value"},
    {"{{gone | words}}", ATTAIN_ERR_ADDRESS, "1:1 no-value",
     "\"gone\": nothing of that name for the filter words"},
    {"{{word | round 1}} {{n | words}} {{p | date}} {{p | interval}} {{q | interval 33}} {{p | "
     "words | round 1}} {{p | count}} {{p | reading}}",
     ATTAIN_ERR_ADDRESS,
     "1:1 no-value,1:20 no-value,1:34 no-value,1:47 no-value,1:64 no-value,1:84 no-value,1:108 "
     "no-value,1:122 no-value",
     "\"word\": the filter round needs a number, and a text stands there"},
    {"x\n{{#assert}}p < 0.1{{/assert}}\n{{#assert}}\n\n  n < 1\n  p > 0\n  small > 0\n{{/assert}}",
     ATTAIN_OK, "2:12 assertion-failed,5:3 assertion-failed,7:3 assertion-failed",
     "assertion failed: p < 0.1 (it is 0.125)"},
    {"{{#assert}}when/0.95 < 2026-12-31{{/assert}}{{#assert}}day > 2026-01-19{{/assert}}",
     ATTAIN_OK, "1:12 assertion-failed,1:56 assertion-failed",
     "assertion failed: when/0.95 < 2026-12-31 (it is null)"},
    {"{{#assert}}p < much{{/assert}} {{#assert}}p{{/assert}} {{#assert}} < 1{{/assert}} "
     "{{#assert}} {{/assert}}",
     ATTAIN_ERR_SYNTAX,
     "1:12 bad-assertion,1:43 bad-assertion,1:68 bad-assertion,1:94 bad-assertion",
     "expected ADDRESS, one of < <= > >= == !=, and a number or a date; found \"much\" for the "
     "number in \"p < much\""},
    {"{{#assert}}goals/first/icy/probability < 1{{/assert}}{{#assert}}day < 1{{/assert}}",
     ATTAIN_ERR_ADDRESS, "1:12 unknown-address,1:65 unknown-address",
     "assertion \"goals/first/icy/probability < 1\": no \"icy\" there; did you mean \"ice\"?"},
    {"{{#goals}}{{#definitions}}{{#assert}}./probability > 2{{/assert}}{{/definitions}}{{/goals}}",
     ATTAIN_OK, "1:38 assertion-failed,1:38 assertion-failed",
     "assertion failed: ./probability > 2 (it is 0.31)"},
};

static void test_wrong(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_results *document = parse_document(ctx, DATA);
    const atn_node *root = atn_document_root(document);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        attain_error err = {0};
        attain_diagnostics *list = NULL;
        attain_status status;
        char places[400] = "";
        size_t used = 0;
        atn_check_status("list", attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK, &err);
        char *text = fill(ctx, wrong[i].template, strlen(wrong[i].template), root,
                          atn_node_get(root, "partials"), ATTAIN_ESCAPE_TEXT, ATTAIN_NUMBERS_COMMA,
                          list, &status);
        atn_check_status(wrong[i].template, status, wrong[i].status, NULL);
        for (size_t k = 0; k < attain_diagnostics_count(list); k++) {
            const attain_diagnostic *d = attain_diagnostics_get(list, k);
            used += (size_t)snprintf(places + used, sizeof places - used, "%s%ld:%ld %s",
                                     k ? "," : "", d->line, d->column, d->code);
        }
        if (strcmp(places, wrong[i].places) != 0)
            fail_msg("%s\nexpected: %s\nfound:    %s", wrong[i].template, wrong[i].places, places);
        if (wrong[i].message)
            assert_string_equal(attain_diagnostics_get(list, 0)->message, wrong[i].message);
        attain_text_free(ctx, text);
        attain_diagnostics_free(list);
    }
    attain_results_free(document);
    attain_context_free(ctx);
}

/* A missing partial is told with the reason its reader gives. */
static void test_missing_partial(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_error err = {0};
    atn_template *made = NULL;
    static const char template[] = "x\n{{> head}}{{> head}}";
    atn_check_status("missing",
                     atn_template_parse(ctx, "t", template, strlen(template), no_partial, NULL,
                                        NULL, &made, &err),
                     ATTAIN_ERR_SYNTAX, &err);
    assert_null(made);
    assert_string_equal(err.message, "no head here");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 1);
    attain_context_free(ctx);
}

/* ---- what nobody writes by accident ---------------------------------------------------------- */

static char *repeat(const char *text, size_t n)
{
    const size_t length = strlen(text);
    char *all = malloc(length * n + 1);
    assert_non_null(all);
    for (size_t i = 0; i < n; i++) memcpy(all + i * length, text, length);
    all[length * n] = '\0';
    return all;
}

static void check_hostile(const char *template, size_t length, attain_status want)
{
    attain_context *ctx = check_context(NULL, 1);
    attain_results *document = parse_document(ctx, DATA);
    const atn_node *root = atn_document_root(document);
    attain_status status;
    char *text = fill(ctx, template, length, root, atn_node_get(root, "partials"),
                      ATTAIN_ESCAPE_HTML, ATTAIN_NUMBERS_COMMA, NULL, &status);
    if (status != want)
        fail_msg("%.40s: %s, expected %s", template, attain_status_text(status),
                 attain_status_text(want));
    attain_text_free(ctx, text);
    attain_results_free(document);
    attain_context_free(ctx);
}

static void test_hostile(void **state)
{
    static const struct {
        const char *before, *repeated, *after;
        size_t n;
        attain_status want;
    } cases[] = {
        {"{{", "x", "}}", 10000, ATTAIN_OK},
        {"{{", "x", " | words}}", 10000, ATTAIN_ERR_ADDRESS},
        {"{{a/", "x", "}}", 10000, ATTAIN_ERR_ADDRESS},
        {"{{", "a/", "b}}", 10000, ATTAIN_ERR_ADDRESS},
        {"{{", "a.", "b}}", 10000, ATTAIN_OK},
        {"{{p | ", "x", "}}", 10000, ATTAIN_ERR_SYNTAX},
        {"{{p", " | capital", "}}", 10000, ATTAIN_OK},
        {"{{> ", "x", "}}", 10000, ATTAIN_ERR_SYNTAX},
        {"{{=", "<", " >=}}", 10000, ATTAIN_OK},
        {"{{#assert}}", "x", " < 1{{/assert}}", 10000, ATTAIN_ERR_ADDRESS},
        {"{{#assert}}p < ", "1", "{{/assert}}", 10000, ATTAIN_ERR_SYNTAX},
        {"", "{{#p}}", "", 64, ATTAIN_ERR_SYNTAX},
        {"", "{{#p}}", "", 200000, ATTAIN_ERR_SYNTAX},
        {"", "{{/p}}", "", 200000, ATTAIN_ERR_SYNTAX},
        {"", "{", "", 1000000, ATTAIN_ERR_SYNTAX},
        {"", "}", "", 1000000, ATTAIN_OK},
        {"", "{{{", "}}", 300000, ATTAIN_ERR_SYNTAX},
        {"", " ", "{{p}}", 1000000, ATTAIN_OK},
        {"", "{{! }}\n", "", 100000, ATTAIN_OK},
        {"{{", "\xe2\x80\xae", "}}", 1000, ATTAIN_OK},
        {"", "{{p}}", "", 200000, ATTAIN_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *middle = repeat(cases[i].repeated, cases[i].n);
        const size_t size = strlen(middle) + 64;
        char *all = malloc(size);
        assert_non_null(all);
        snprintf(all, size, "%s%s%s", cases[i].before, middle, cases[i].after);
        check_hostile(all, strlen(all), cases[i].want);
        free(all);
        free(middle);
    }
    check_hostile("a\0{{p}}", 8, ATTAIN_ERR_SYNTAX);
    check_hostile("", 0, ATTAIN_OK);
    check_hostile("{{p", 3, ATTAIN_ERR_SYNTAX);
    check_hostile("{{", 2, ATTAIN_ERR_SYNTAX);
    check_hostile("{{#", 3, ATTAIN_ERR_SYNTAX);
    check_hostile("{{=", 3, ATTAIN_ERR_SYNTAX);
    check_hostile("{{{p}}", 6, ATTAIN_ERR_SYNTAX);
}

/* Loops in loops: 4^24 passes would never end. */
static void test_endless_loops(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_results *document = parse_document(ctx, "{\"l\": [1, 2, 3, 4]}");
    char *open = repeat("{{#l}}", 24), *close = repeat("{{/l}}", 24);
    char all[400];
    attain_status status;
    snprintf(all, sizeof all, "%s%s", open, close);
    char *text = fill(ctx, all, strlen(all), atn_document_root(document), NULL, ATTAIN_ESCAPE_TEXT,
                      ATTAIN_NUMBERS_COMMA, NULL, &status);
    atn_check_status("loops", status, ATTAIN_ERR_SYNTAX, NULL);
    assert_null(text);
    free(open);
    free(close);
    attain_results_free(document);
    attain_context_free(ctx);
}

/* ---- mutations ------------------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u; /* Numerical Recipes, section 7.1 */
    return *seed >> 8;
}

/* One to six changes: a byte replaced, a piece cut out, a piece of another row put in. */
static size_t mutate(char *text, size_t n, size_t size, uint32_t *seed)
{
    static const char bytes[] = "{}#/^>!=&|. \n\t<xp\xe2\xff";
    for (uint32_t k = next_random(seed) % 6 + 1; k > 0 && n > 0; k--) {
        const size_t at = next_random(seed) % n, most = n - at;
        const size_t cut = next_random(seed) % 8 < most ? next_random(seed) % 8 % most : 0;
        const char *other = rows[next_random(seed) % (sizeof rows / sizeof *rows)].template;
        const size_t length = strlen(other);
        switch (next_random(seed) % 3) {
        case 0: text[at] = bytes[next_random(seed) % (sizeof bytes - 1)]; break;
        case 1:
            memmove(text + at, text + at + cut, n - at - cut);
            n -= cut;
            break;
        default:
            if (n + length > size) break;
            memmove(text + at + length, text + at, n - at);
            memcpy(text + at, other, length);
            n += length;
        }
    }
    return n;
}

/* Whatever the bytes: a text, or problems with places in the file; nothing lost. */
static void test_mutations(void **state)
{
    enum { ROUNDS = 4000, SIZE = 2000 };
    (void)state;
    uint32_t seed = 20250120;
    size_t texts = 0;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    attain_results *document = parse_document(ctx, DATA);
    const atn_node *root = atn_document_root(document);
    const size_t live = allocator.live;
    print_message("seed %u\n", seed);
    for (size_t i = 0; i < ROUNDS; i++) {
        char template[SIZE];
        const char *from = rows[i % (sizeof rows / sizeof *rows)].template;
        size_t n = strlen(from);
        memcpy(template, from, n);
        n = mutate(template, n, SIZE, &seed);
        attain_diagnostics *list = NULL;
        attain_status status;
        assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
        char *text = fill(ctx, template, n, root, atn_node_get(root, "partials"),
                          (attain_escape)(i % 5 + 1), (attain_number_style)(i % 3), list, &status);
        assert_true(status == ATTAIN_OK || status == ATTAIN_ERR_SYNTAX ||
                    status == ATTAIN_ERR_ADDRESS);
        assert_true((text != NULL) == (status == ATTAIN_OK));
        assert_true(text || attain_diagnostics_count(list) > 0);
        for (size_t k = 0; k < attain_diagnostics_count(list); k++) {
            const attain_diagnostic *d = attain_diagnostics_get(list, k);
            assert_true(d->line > 0 && d->column > 0);
            assert_true(atn_utf8_valid(d->message, strlen(d->message)));
        }
        texts += text != NULL;
        attain_text_free(ctx, text);
        attain_diagnostics_free(list);
        assert_int_equal(allocator.live, live);
    }
    if (texts < ROUNDS / 20) fail_msg("%zu of %d mutations are templates", texts, ROUNDS);
    attain_results_free(document);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interpolation),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_inverted),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_partials),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_missing_partial),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_endless_loops),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
