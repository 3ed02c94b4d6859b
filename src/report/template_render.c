/* Walking a parsed template: contexts, sections, partials, assertions. */
#include "template_internal.h"

#include <stdio.h>
#include <string.h>

#include "report/escape.h"

/* Loops within loops over a large document end somewhere. */
enum { MOST_TAGS = 20000000, MOST_TEXT = 64 * 1024 * 1024 };

typedef void escaper(atn_text *out, const char *text);

typedef struct frame {
    const atn_node *node;
    const struct frame *up;
} frame;

typedef struct renderer {
    const atn_template *made;
    const atn_node *root;
    atn_problems problems;
    escaper *escape; /* NULL: as it is */
    bool csv;
    atn_text *out;
    atn_text indent;    /* of standalone partials around, outermost first */
    size_t indent_from; /* what of it counts here */
    size_t chain[TEMPLATE_PARTIALS + 1];
    size_t depth; /* of partials */
    size_t n_tags, unsupported;
    bool stopped;
} renderer;

/* ---- names ----------------------------------------------------------------------------------- */

static const atn_node *member(const atn_node *node, const char *key, size_t length)
{
    if (atn_node_kind_of(node) != ATN_NODE_GROUP) return NULL;
    const atn_node *c = atn_node_first(node);
    while (c && !(strlen(atn_node_key(c)) == length && memcmp(atn_node_key(c), key, length) == 0))
        c = atn_node_next(c);
    return c;
}

/* The first part of a dotted name is sought outwards through the contexts; the rest only there. */
static const atn_node *dotted(const frame *here, const char *name, size_t length)
{
    const char *end = name + length, *dot = memchr(name, '.', length);
    const atn_node *node = NULL;
    for (const frame *f = here; f && !node; f = f->up)
        node = member(f->node, name, (size_t)((dot ? dot : end) - name));
    while (node && dot) {
        const char *part = dot + 1;
        dot = memchr(part, '.', (size_t)(end - part));
        node = member(node, part, (size_t)((dot ? dot : end) - part));
    }
    return node;
}

/* A name with a slash is an address: from the root, after "./" from here.  A plain name that is not
 * there is NULL, as the specification has it; an address must lead somewhere. */
static bool look_up(renderer *r, const atn_source *s, const atn_tag *tag, const frame *here,
                    const atn_node **node)
{
    const char *name = tag->text;
    size_t length = tag->length;
    attain_error why = {0};
    *node = NULL;
    if (length == 1 && *name == '.') {
        *node = here->node;
        return true;
    }
    if (!memchr(name, '/', length)) {
        *node = dotted(here, name, length);
        return true;
    }
    const bool relative = length > 2 && name[0] == '.' && name[1] == '/';
    const size_t skip = relative ? 2 : 0;
    if (atn_node_find(relative ? here->node : r->root, name + skip, length - skip, node, &why) ==
        ATTAIN_OK)
        return true;
    char shown[ATN_SHOWN_SIZE];
    atn_template_problem(&r->problems, ATTAIN_ERR_ADDRESS, "unknown-address", s, tag->at,
                         "\"%s\": %s", atn_shown(name, length, shown), why.message);
    return false;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void put_indent(renderer *r)
{
    if (r->indent.length > r->indent_from)
        atn_text_add_bytes(r->out, r->indent.data + r->indent_from,
                           r->indent.length - r->indent_from);
}

static bool starts_line(const atn_source *s, size_t at)
{
    return at == 0 || s->data[at - 1] == '\n';
}

/* Every line of a partial but the empty ones begins with the blanks before its tag. */
static void put_literal(renderer *r, const atn_source *s, const atn_tag *tag)
{
    const char *text = tag->text, *end = text + tag->length;
    if (r->indent.length == r->indent_from) {
        atn_text_add_bytes(r->out, text, tag->length);
        return;
    }
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *next = newline ? newline + 1 : end;
        const bool empty = *text == '\n' || (*text == '\r' && next - text == 2);
        if (starts_line(s, (size_t)(text - s->data)) && !empty) put_indent(r);
        atn_text_add_bytes(r->out, text, (size_t)(next - text));
        text = next;
    }
}

static void put_escaped(renderer *r, const atn_text *text, bool raw, bool number)
{
    const char *data = text->data ? text->data : "";
    if (raw || !r->escape || (number && r->csv)) /* -5 is no formula */
        atn_text_add(r->out, data);
    else
        r->escape(r->out, data);
}

/* The value of a tag as text; false where there is none, told or not. */
static bool value_text(renderer *r, const atn_source *s, const atn_tag *tag, const frame *here,
                       atn_text *text, bool *number)
{
    const atn_node *node;
    char why[200], shown[ATN_SHOWN_SIZE];
    if (!look_up(r, s, tag, here, &node)) return false;
    const bool address = memchr(tag->text, '/', tag->length) != NULL;
    const atn_filter *filters = tag->n_filters > 0 ? s->filters + tag->filters : NULL;
    /* An address may leave out single choices, the last one too. */
    if (address && !(filters && filters->kind == FILTER_COUNT)) node = atn_node_settle(node);
    if (!filters && !node) return false;
    if (!filters && address && atn_node_is_null(node)) {
        atn_text_add(text, "-");
        return true;
    }
    if (atn_filter_apply(node, filters, tag->n_filters, text, number, why, sizeof why)) return true;
    atn_template_problem(&r->problems, ATTAIN_ERR_ADDRESS, "no-value", s, tag->at, "\"%s\": %s",
                         atn_shown(tag->text, tag->length, shown), why);
    return false;
}

static void put_value(renderer *r, const atn_source *s, const atn_tag *tag, const frame *here)
{
    bool number = false;
    atn_text text;
    atn_text_init(&text, r->out->ctx);
    text.style = r->out->style;
    if (value_text(r, s, tag, here, &text, &number)) put_escaped(r, &text, tag->raw, number);
    if (text.failed) r->out->failed = true;
    atn_text_free(&text);
}

/* ---- assertions ------------------------------------------------------------------------------ */

static void judge(renderer *r, const atn_source *s, size_t at, const frame *here,
                  const char *assertion)
{
    attain_error why = {0};
    const atn_node *found = NULL;
    bool holds = false;
    char shown[ATN_SHOWN_SIZE];
    atn_shown(assertion, strlen(assertion), shown);
    const attain_status status =
        atn_node_assert(r->root, here->node, assertion, &holds, &found, &why);
    if (status == ATTAIN_ERR_ARGUMENT) {
        atn_template_problem(&r->problems, ATTAIN_ERR_SYNTAX, "bad-assertion", s, at, "%s",
                             why.message);
    } else if (status != ATTAIN_OK) {
        atn_template_problem(&r->problems, ATTAIN_ERR_ADDRESS, "unknown-address", s, at,
                             "assertion \"%s\": %s", shown, why.message);
    } else if (!holds) {
        atn_text value;
        atn_text_init(&value, r->out->ctx);
        if (atn_node_kind_of(found) == ATN_NODE_TEXT)
            atn_text_add(&value, atn_node_text(found));
        else
            atn_node_print(found, &value);
        r->unsupported++;
        atn_template_problem(&r->problems, ATTAIN_OK, "assertion-failed", s, at,
                             "assertion failed: %s (it is %s)", shown,
                             value.data ? value.data : "");
        atn_text_free(&value);
    }
}

/* Each line of the section's text, trimmed, is one assertion.  Text without tags is the source's
 * own, so that each has its own place there. */
static void judge_lines(renderer *r, const atn_source *s, size_t at, bool literal,
                        const frame *here, char *text)
{
    size_t n_lines = 0;
    for (char *line = text; line;) {
        char *next = strchr(line, '\n');
        if (next) *next++ = '\0';
        const char *from = line;
        size_t length = strlen(line);
        atn_trim(&from, &length);
        line += from - line;
        line[length] = '\0';
        if (length > 0) judge(r, s, at + (literal ? (size_t)(line - text) : 0), here, line);
        n_lines += length > 0;
        line = next;
    }
    if (n_lines == 0)
        atn_template_problem(&r->problems, ATTAIN_ERR_SYNTAX, "bad-assertion", s, at,
                             "an assertion of nothing");
}

static void render(renderer *r, const atn_source *s, size_t from, size_t to, const frame *here);

static void assert_section(renderer *r, const atn_source *s, size_t index, const frame *here)
{
    const atn_tag *tag = &s->tags[index];
    const bool literal = tag->match == index + 2 && s->tags[index + 1].kind == TAG_TEXT;
    atn_text text, *const out = r->out;
    escaper *const escape = r->escape;
    const size_t indent = r->indent_from;
    atn_text_init(&text, out->ctx);
    r->out = &text;
    r->escape = NULL;
    r->indent_from = r->indent.length;
    render(r, s, index + 1, tag->match, here);
    r->out = out;
    r->escape = escape;
    r->indent_from = indent;
    if (text.failed) out->failed = true;
    char nothing[1] = "";
    if (!text.failed && !r->stopped)
        judge_lines(r, s, literal ? s->tags[index + 1].at : tag->at, literal, here,
                    text.data ? text.data : nothing);
    atn_text_free(&text);
}

/* ---- sections and partials ------------------------------------------------------------------- */

/* null, false, "", an empty list and what is not there; 0 is a number like any other. */
static bool is_true(const atn_node *node)
{
    switch (atn_node_kind_of(node)) {
    case ATN_NODE_NULL:
    case ATN_NODE_FALSE: return false;
    case ATN_NODE_TEXT: return *atn_node_text(node) != '\0';
    case ATN_NODE_LIST: return atn_node_first(node) != NULL;
    default: return true;
    }
}

static void section(renderer *r, const atn_source *s, size_t index, const frame *here)
{
    const atn_tag *tag = &s->tags[index];
    const atn_node *node;
    if (!look_up(r, s, tag, here, &node)) return;
    const bool holds = is_true(node), inverted = tag->kind == TAG_INVERTED;
    if (inverted || !holds) {
        if (inverted && !holds) render(r, s, index + 1, tag->match + 1, here);
        return;
    }
    const bool list = atn_node_kind_of(node) == ATN_NODE_LIST;
    const atn_node *c = list ? atn_node_first(node) : node;
    for (; c && !r->stopped; c = list ? atn_node_next(c) : NULL) {
        const frame inner = {c, here};
        render(r, s, index + 1, tag->match + 1, &inner);
    }
}

static void too_deep(renderer *r, const atn_source *s, const atn_tag *tag)
{
    enum { SHOWN = 4 };
    char chain[360] = "";
    size_t used = 0;
    for (size_t i = r->depth - SHOWN; i < r->depth; i++) {
        char shown[ATN_SHOWN_SIZE];
        const char *name = r->made->sources[r->chain[i]]->name;
        used += (size_t)snprintf(chain + used, sizeof chain - used, "%s > ",
                                 atn_shown(name, strlen(name), shown));
    }
    char shown[ATN_SHOWN_SIZE];
    const char *name = r->made->sources[tag->match]->name;
    atn_template_problem(&r->problems, ATTAIN_ERR_SYNTAX, "endless-partials", s, tag->at,
                         "partials nest more than %d deep: ... > %s%s", TEMPLATE_PARTIALS, chain,
                         atn_shown(name, strlen(name), shown));
    r->stopped = true;
}

/* Blanks before a standalone partial stand before each of its lines; the partial sees the text as
 * if it had been pasted, so the blanks around do not count for one within a line. */
static void partial(renderer *r, const atn_source *s, const atn_tag *tag, const frame *here)
{
    const atn_source *inner = r->made->sources[tag->match];
    const size_t length = r->indent.length, indent_from = r->indent_from;
    if (r->depth == TEMPLATE_PARTIALS) {
        too_deep(r, s, tag);
        return;
    }
    if (!tag->standalone) r->indent_from = length;
    atn_text_add_bytes(&r->indent, tag->text, tag->indent);
    if (r->indent.failed) {
        r->out->failed = r->stopped = true;
        return;
    }
    r->chain[r->depth++] = tag->match;
    render(r, inner, 0, inner->n_tags, here);
    r->depth--;
    r->indent.length = length;
    r->indent_from = indent_from;
}

/* ---- the walk -------------------------------------------------------------------------------- */

/* Whether to go on. */
static bool may_go_on(renderer *r, const atn_source *s, size_t at)
{
    if (++r->n_tags % 4096 == 0) {
        const attain_status status =
            atn_poll(r->out->ctx, "render", (double)r->n_tags / MOST_TAGS, r->problems.err);
        if (status != ATTAIN_OK) r->problems.status = status;
        if (status != ATTAIN_OK) r->stopped = true;
    }
    if (r->n_tags > MOST_TAGS || r->out->length > MOST_TEXT) {
        atn_template_problem(&r->problems, ATTAIN_ERR_SYNTAX, "too-long", s, at,
                             "the text grows beyond 64 MB, or loops pass 20 million tags");
        r->stopped = true;
    }
    if (r->out->failed || r->problems.n == TEMPLATE_PROBLEMS) r->stopped = true;
    return !r->stopped;
}

static void render(renderer *r, const atn_source *s, size_t from, size_t to, const frame *here)
{
    for (size_t i = from; i < to && may_go_on(r, s, s->tags[i].at); i++) {
        const atn_tag *tag = &s->tags[i];
        if (tag->kind != TAG_TEXT && !tag->standalone && starts_line(s, tag->at)) put_indent(r);
        switch (tag->kind) {
        case TAG_TEXT: put_literal(r, s, tag); break;
        case TAG_VALUE: put_value(r, s, tag, here); break;
        case TAG_PARTIAL: partial(r, s, tag, here); break;
        case TAG_CLOSE: break;
        case TAG_ASSERT:
            assert_section(r, s, i, here);
            i = tag->match;
            break;
        case TAG_SECTION:
        case TAG_INVERTED:
            section(r, s, i, here);
            i = tag->match;
            break;
        }
    }
}

static escaper *escaper_of(attain_escape escape)
{
    switch (escape) {
    case ATTAIN_ESCAPE_HTML: return atn_escape_xml;
    case ATTAIN_ESCAPE_LATEX: return atn_escape_latex;
    case ATTAIN_ESCAPE_MARKDOWN: return atn_escape_markdown;
    case ATTAIN_ESCAPE_CSV: return atn_escape_csv;
    case ATTAIN_ESCAPE_TEXT:
    case ATTAIN_ESCAPE_BY_NAME: break;
    }
    return atn_escape_plain;
}

attain_status atn_template_render(const atn_template *made, const atn_node *root,
                                  attain_escape escape, attain_diagnostics *diagnostics,
                                  atn_text *out, size_t *unsupported, attain_error *err)
{
    attain_context *ctx = made->ctx;
    const size_t refusals = ctx->refusals;
    const frame top = {root, NULL};
    *unsupported = 0;
    renderer *r = ATN_NEW(ctx, renderer);
    if (!r) return atn_fail_nomem(err);
    r->made = made;
    r->root = root;
    r->problems.list = diagnostics;
    r->problems.err = err;
    r->escape = escaper_of(escape);
    r->csv = escape == ATTAIN_ESCAPE_CSV;
    r->out = out;
    atn_text_init(&r->indent, ctx);
    render(r, made->sources[0], 0, made->sources[0]->n_tags, &top);
    attain_status status = r->problems.status;
    *unsupported = r->unsupported;
    if (ctx->refusals != refusals || out->failed) {
        atn_error_clear(err);
        status = atn_fail_nomem(err);
    }
    atn_text_free(&r->indent);
    atn_free(ctx, r);
    return status;
}
