/* Templates into flat lists of tags: one pass over each file, partials as they are named. */
#include "template_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- problems -------------------------------------------------------------------------------- */

void atn_source_place(const atn_source *source, size_t at, long *line, long *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at && i < source->length; i++) {
        ++*column;
        if (source->data[i] == '\n') {
            ++*line;
            *column = 1;
        }
    }
}

/* Cutting a name to fit may have cut a character. */
static void mend(char *text)
{
    const size_t length = strlen(text);
    for (size_t i = 0; i < length;) {
        const unsigned char c = (unsigned char)text[i];
        const size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        const bool whole = i + n <= length && atn_utf8_valid(text + i, n);
        if (!whole) text[i] = '?';
        i += whole ? n : 1;
    }
}

void atn_template_problem(atn_problems *p, attain_status status, const char *code,
                          const atn_source *source, size_t at, const char *format, ...)
{
    if (p->n == TEMPLATE_PROBLEMS) return;
    for (size_t i = 0; i < p->n && status != ATTAIN_OK; i++)
        if (p->places[i].source == source && p->places[i].at == at) return;
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    mend(message);
    atn_place place = {.file = source->file};
    atn_source_place(source, at, &place.line, &place.column);
    atn_diagnose(p->list, ATTAIN_SEVERITY_ERROR, code, &place, "%s", message);
    p->places[p->n].source = source;
    p->places[p->n++].at = at;
    if (status == ATTAIN_OK || p->status != ATTAIN_OK) return;
    p->status = status;
    atn_fail_at(p->err, status, "", place.line, place.column, "%s", message);
}

const char *atn_shown(const char *text, size_t length, char buffer[ATN_SHOWN_SIZE])
{
    enum { MOST = 80 };
    size_t n = length < MOST ? length : MOST;
    while (n < length && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) n--;
    memcpy(buffer, text, n);
    strcpy(buffer + n, n < length ? "..." : "");
    return buffer;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\n' || c == '\r';
}

void atn_trim(const char **text, size_t *length)
{
    while (*length > 0 && is_space(**text)) ++*text, --*length;
    while (*length > 0 && is_space((*text)[*length - 1])) --*length;
}

/* ---- one file -------------------------------------------------------------------------------- */

typedef struct parser {
    attain_context *ctx;
    atn_template *made;
    atn_partial_read *read;
    void *user;
    atn_problems problems;
    atn_source *source;
    const char *open, *close; /* delimiters: literals, or in the source */
    size_t n_open, n_close;
    size_t stack[TEMPLATE_SECTIONS]; /* open sections */
    size_t depth;
    size_t closed;        /* the section that was closed last */
    bool no_memory, lost; /* the rest of the file makes no sense */
} parser;

/* A tag between its delimiters. */
typedef struct place {
    size_t begin, end;   /* with delimiters */
    char sigil;          /* '\0' for a plain value */
    const char *content; /* trimmed */
    size_t length;
} place;

/* The sentence ends with a name (NULL: it does not). */
static void complain(parser *p, size_t at, const char *code, const char *text, const char *name,
                     size_t length)
{
    char shown[ATN_SHOWN_SIZE];
    if (name)
        atn_template_problem(&p->problems, ATTAIN_ERR_SYNTAX, code, p->source, at, "%s \"%s\"",
                             text, atn_shown(name, length, shown));
    else
        atn_template_problem(&p->problems, ATTAIN_ERR_SYNTAX, code, p->source, at, "%s", text);
}

/* First place at or after `from` where `word` stands; source->length if there is none. */
static size_t find(const atn_source *s, size_t from, const char *word, size_t n)
{
    while (from + n <= s->length) {
        const char *hit = memchr(s->data + from, *word, s->length - from - n + 1);
        if (!hit) break;
        if (memcmp(hit, word, n) == 0) return (size_t)(hit - s->data);
        from = (size_t)(hit - s->data) + 1;
    }
    return s->length;
}

static atn_tag *add_tag(parser *p, atn_tag tag)
{
    atn_source *s = p->source;
    void *tags = s->tags;
    if (!atn_grow(p->ctx, &tags, &s->tag_capacity, s->n_tags + 1, sizeof *s->tags)) {
        p->no_memory = true;
        return NULL;
    }
    s->tags = tags;
    s->tags[s->n_tags] = tag;
    return &s->tags[s->n_tags++];
}

static void add_text(parser *p, size_t from, size_t to)
{
    if (to <= from) return;
    (void)add_tag(
        p, (atn_tag){
               .kind = TAG_TEXT, .at = from, .text = p->source->data + from, .length = to - from});
}

/* A name is one word, of no character that a later version may give a meaning. */
static bool good_name(parser *p, const place *t, const char *name, size_t length)
{
    if (length == 0) {
        complain(p, t->begin, "tag-without-name", "a tag without a name", NULL, 0);
        return false;
    }
    for (size_t i = 0; i < length; i++)
        if (is_space(name[i])) {
            complain(p, t->begin, "bad-name", "a name is one word, found", name, length);
            return false;
        }
    if (strchr("<$", *name)) {
        complain(p, t->begin, "bad-name", "this language has no blocks or parents:", name, length);
        return false;
    }
    return true;
}

static bool add_filter(parser *p, const place *t, const char *text, size_t length)
{
    char why[200];
    atn_filter filter;
    atn_source *s = p->source;
    atn_trim(&text, &length);
    if (!atn_filter_parse(text, length, &filter, why, sizeof why)) {
        atn_template_problem(&p->problems, ATTAIN_ERR_SYNTAX, "bad-filter", s, t->begin, "%s", why);
        return false;
    }
    void *filters = s->filters;
    if (!atn_grow(p->ctx, &filters, &s->filter_capacity, s->n_filters + 1, sizeof *s->filters)) {
        p->no_memory = true;
        return false;
    }
    s->filters = filters;
    s->filters[s->n_filters++] = filter;
    return true;
}

/* "name | filter | filter" */
static void add_value(parser *p, const place *t)
{
    const char *end = t->content + t->length;
    const char *bar = t->length ? memchr(t->content, '|', t->length) : NULL;
    const char *name = t->content;
    size_t length = (size_t)((bar ? bar : end) - name);
    atn_tag tag = {.kind = TAG_VALUE,
                   .raw = t->sigil != '\0',
                   .at = t->begin,
                   .filters = p->source->n_filters};
    atn_trim(&name, &length);
    if (!good_name(p, t, name, length)) return;
    while (bar) {
        const char *from = bar + 1;
        bar = memchr(from, '|', (size_t)(end - from));
        if (!add_filter(p, t, from, (size_t)((bar ? bar : end) - from))) return;
        tag.n_filters++;
    }
    tag.text = name;
    tag.length = length;
    (void)add_tag(p, tag);
}

static bool is_assert(const char *name, size_t length)
{
    return length == 6 && memcmp(name, "assert", 6) == 0;
}

static void open_section(parser *p, const place *t, bool standalone)
{
    const bool asserts = is_assert(t->content, t->length);
    if (!good_name(p, t, t->content, t->length)) return;
    if (memchr(t->content, '|', t->length)) {
        complain(p, t->begin, "bad-name", "filters belong to values, not to sections:", t->content,
                 t->length);
        return;
    }
    if (asserts && t->sigil == '^')
        complain(p, t->begin, "bad-name", "an assertion has no inverse", NULL, 0);
    if (p->depth == TEMPLATE_SECTIONS) {
        complain(p, t->begin, "too-deep", "sections nest more than 64 deep at", t->content,
                 t->length);
        p->lost = true;
        return;
    }
    p->stack[p->depth++] = p->source->n_tags;
    (void)add_tag(p, (atn_tag){.kind = asserts           ? TAG_ASSERT
                                       : t->sigil == '^' ? TAG_INVERTED
                                                         : TAG_SECTION,
                               .standalone = standalone,
                               .at = t->begin,
                               .text = t->content,
                               .length = t->length});
}

static bool opens(const parser *p, size_t level, const place *t)
{
    const atn_tag *tag = &p->source->tags[p->stack[level]];
    return tag->length == t->length && memcmp(tag->text, t->content, t->length) == 0;
}

static void unclosed(parser *p)
{
    const atn_tag *tag = &p->source->tags[p->stack[--p->depth]];
    complain(p, tag->at, "unclosed-section", "a section is never closed:", tag->text, tag->length);
}

/* A closing tag that fits an outer section shows that those within are unclosed. */
static void close_section(parser *p, const place *t, bool standalone)
{
    size_t level = p->depth;
    while (level > 0 && !opens(p, level - 1, t)) level--;
    if (level == 0) {
        p->closed = p->source->n_tags;
        complain(p, t->begin, "stray-close", "a closing tag of what is not open:", t->content,
                 t->length);
        return;
    }
    while (p->depth > level) unclosed(p);
    const size_t opened = p->stack[--p->depth];
    p->source->tags[opened].match = p->source->n_tags;
    p->closed = opened;
    (void)add_tag(p, (atn_tag){.kind = TAG_CLOSE, .standalone = standalone, .at = t->begin});
}

/* "{{=<% %>=}}": two words of no blank and no equals sign. */
static void set_delimiters(parser *p, const place *t)
{
    const char *end = t->content + t->length, *gap = t->content;
    while (gap < end && !is_space(*gap)) gap++;
    const char *second = gap;
    while (second < end && is_space(*second)) second++;
    bool good = gap > t->content && second > gap && second < end;
    for (const char *c = t->content; c < end && good; c++)
        good = *c != '=' && (c < second || !is_space(*c));
    if (!good) {
        complain(p, t->begin, "bad-delimiters",
                 "delimiters are two words without =, as in {{=<% %>=}}; found", t->content,
                 t->length);
        return;
    }
    p->open = t->content;
    p->n_open = (size_t)(gap - t->content);
    p->close = second;
    p->n_close = (size_t)(end - second);
}

/* ---- partials -------------------------------------------------------------------------------- */

static atn_source *add_source(parser *p, const char *name, size_t length)
{
    atn_template *m = p->made;
    void *sources = m->sources;
    atn_source *s = NULL;
    if (atn_grow(p->ctx, &sources, &m->capacity, m->n_sources + 1, sizeof *m->sources)) {
        m->sources = sources;
        s = ATN_NEW(p->ctx, atn_source);
    }
    if (s) {
        m->sources[m->n_sources++] = s;
        s->name = atn_strndup(p->ctx, name, length);
    }
    if (!s || !s->name) p->no_memory = true;
    return s && s->name ? s : NULL;
}

/* Never out of the template's folder, by whatever spelling. */
static bool stays_inside(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const bool starts = i == 0 || name[i - 1] == '/';
        if (starts && (name[i] == '/' || name[i] == '.')) return false;
        if (name[i] == '\\' || (unsigned char)name[i] < 0x20) return false;
    }
    return length > 0 && name[length - 1] != '/';
}

static void load_partial(parser *p, const place *t, atn_source *s)
{
    enum { MOST_FILES = 256, MOST_NAME = 200 };
    attain_error why = {0};
    const char *name = t->content;
    s->absent = true;
    if (!stays_inside(name, t->length) || t->length > MOST_NAME) {
        complain(p, t->begin, "bad-partial",
                 "a partial is a file in the template's folder, named without its extension; found",
                 name, t->length);
        return;
    }
    if (p->made->n_sources > MOST_FILES) {
        complain(p, t->begin, "too-many-partials", "over 256 partials, at", name, t->length);
        p->lost = true;
        return;
    }
    const attain_status status =
        p->read(p->user, p->ctx, s->name, &s->file, &s->data, &s->length, &why);
    s->absent = status != ATTAIN_OK;
    if (status == ATTAIN_ERR_NOMEM) p->no_memory = true;
    if (s->absent && !p->no_memory)
        atn_template_problem(&p->problems, ATTAIN_ERR_SYNTAX, "missing-partial", p->source,
                             t->begin, "%s", why.message);
}

static void add_partial(parser *p, const place *t, size_t indent, bool standalone)
{
    const atn_template *m = p->made;
    size_t i = 1;
    if (!good_name(p, t, t->content, t->length)) return;
    while (i < m->n_sources && !(strlen(m->sources[i]->name) == t->length &&
                                 memcmp(m->sources[i]->name, t->content, t->length) == 0))
        i++;
    if (i == m->n_sources) {
        atn_source *s = add_source(p, t->content, t->length);
        if (s) load_partial(p, t, s);
    }
    if (p->no_memory) return;
    (void)add_tag(p, (atn_tag){.kind = TAG_PARTIAL,
                               .standalone = standalone,
                               .at = t->begin,
                               .text = p->source->data + t->begin - indent,
                               .indent = indent,
                               .match = i});
}

/* ---- tags ------------------------------------------------------------------------------------ */

/* The next tag at or after `from`.  false at the end of the file; an unclosed one is told and
 * passed over. */
static bool next_tag(parser *p, size_t from, place *t)
{
    const atn_source *s = p->source;
    for (;;) {
        char close[64];
        t->begin = find(s, from, p->open, p->n_open);
        if (t->begin == s->length) return false;
        size_t inside = t->begin + p->n_open;
        while (inside < s->length && is_space(s->data[inside])) inside++;
        const char c = inside < s->length ? s->data[inside] : '\0';
        t->sigil = c && strchr("#^/!>=&{", c) ? c : '\0';
        if (t->sigil) inside++;
        const bool paired = (c == '=' || c == '{') && p->n_close < sizeof close;
        close[0] = c == '{' ? '}' : '=';
        if (paired) memcpy(close + 1, p->close, p->n_close);
        const char *word = paired ? close : p->close;
        const size_t n = p->n_close + paired;
        const size_t end = find(s, inside, word, n);
        const bool closed = end + n <= s->length && end < s->length;
        /* A tag that holds the beginning of another was meant to end before it. */
        if (closed && (c == '!' || c == '=' || find(s, inside, p->open, p->n_open) >= end)) {
            t->end = end + n;
            t->content = s->data + inside;
            t->length = end - inside;
            atn_trim(&t->content, &t->length);
            return true;
        }
        complain(p, t->begin, "unclosed-tag", "a tag is never closed:", s->data + t->begin,
                 s->length - t->begin);
        if (p->problems.n == TEMPLATE_PROBLEMS) return false;
        from = t->begin + p->n_open;
    }
}

/* Blanks before and behind a tag that has its line to itself: [*first, *last) vanishes. */
static bool alone(const atn_source *s, size_t begin, size_t end, size_t *first, size_t *last)
{
    while (begin > 0 && is_blank(s->data[begin - 1])) begin--;
    if (begin > 0 && s->data[begin - 1] != '\n') return false;
    while (end < s->length && is_blank(s->data[end])) end++;
    if (end + 1 < s->length && s->data[end] == '\r' && s->data[end + 1] == '\n') end++;
    if (end < s->length && s->data[end] != '\n') return false;
    *first = begin;
    *last = end + (end < s->length);
    return true;
}

/* An assertion with its text on one line takes the line with it, as a standalone tag does. */
static void swallow_line(parser *p, size_t *text)
{
    atn_source *s = p->source;
    size_t first, last;
    if (p->no_memory || p->closed >= s->n_tags) return;
    const atn_tag *tag = &s->tags[p->closed];
    if (tag->kind != TAG_ASSERT || tag->standalone || !alone(s, tag->at, *text, &first, &last))
        return;
    if (memchr(s->data + tag->at, '\n', *text - tag->at)) return;
    atn_tag *before = p->closed > 0 ? &s->tags[p->closed - 1] : NULL;
    if (before && before->kind == TAG_TEXT) before->length -= tag->at - first;
    *text = last;
}

static void take_tag(parser *p, const place *t, size_t *text)
{
    size_t first = t->begin, last = t->end;
    const bool standalone =
        t->sigil && !strchr("&{", t->sigil) && alone(p->source, t->begin, t->end, &first, &last);
    add_text(p, *text, first);
    *text = last;
    switch (t->sigil) {
    case '!': break;
    case '#':
    case '^': open_section(p, t, standalone); break;
    case '/':
        close_section(p, t, standalone);
        if (!standalone) swallow_line(p, text);
        break;
    case '>': add_partial(p, t, t->begin - first, standalone); break;
    case '=': set_delimiters(p, t); break;
    default: add_value(p, t); break;
    }
}

static void parse_source(parser *p, atn_source *s)
{
    size_t text = 0;
    place t = {0};
    p->source = s;
    p->open = "{{";
    p->close = "}}";
    p->n_open = p->n_close = 2;
    p->depth = 0;
    p->lost = false;
    if (s->absent) return;
    if (s->length >= 3 && memcmp(s->data, "\xef\xbb\xbf", 3) == 0) { /* a byte-order mark */
        s->length -= 3;
        memmove(s->data, s->data + 3, s->length + 1);
    }
    if (memchr(s->data, '\0', s->length) || !atn_utf8_valid(s->data, s->length)) {
        complain(p, strlen(s->data), "not-text", "a template is UTF-8 text without NUL bytes", NULL,
                 0);
        return;
    }
    size_t from = 0;
    while (!p->lost && !p->no_memory && next_tag(p, from, &t)) {
        take_tag(p, &t, &text);
        from = text > t.end ? text : t.end;
    }
    add_text(p, text, s->length);
    while (p->depth > 0 && !p->lost && !p->no_memory) unclosed(p);
}

/* ---- the whole ------------------------------------------------------------------------------- */

void atn_template_free(atn_template *made)
{
    if (!made) return;
    attain_context *ctx = made->ctx;
    for (size_t i = 0; i < made->n_sources; i++) {
        atn_source *s = made->sources[i];
        atn_free(ctx, s->name);
        atn_free(ctx, s->file);
        atn_free(ctx, s->data);
        atn_free(ctx, s->tags);
        atn_free(ctx, s->filters);
        atn_free(ctx, s);
    }
    atn_free(ctx, made->sources);
    atn_free(ctx, made);
}

attain_status atn_template_parse(attain_context *ctx, const char *file, const char *data,
                                 size_t length, atn_partial_read *read, void *user,
                                 attain_diagnostics *diagnostics, atn_template **made,
                                 attain_error *err)
{
    *made = NULL;
    parser *p = ATN_NEW(ctx, parser);
    atn_template *m = ATN_NEW(ctx, atn_template);
    attain_status status = ATTAIN_ERR_NOMEM;
    if (p && m) {
        *p = (parser){.ctx = ctx, .made = m, .read = read, .user = user};
        p->problems.list = diagnostics;
        p->problems.err = err;
        m->ctx = ctx;
        atn_source *s = add_source(p, "", 0);
        if (s) {
            s->file = atn_strdup(ctx, file);
            s->data = atn_strndup(ctx, data, length);
            s->length = length;
            if (!s->file || !s->data) p->no_memory = true;
        }
        for (size_t i = 0; i < m->n_sources && !p->no_memory; i++) parse_source(p, m->sources[i]);
        status = p->no_memory ? ATTAIN_ERR_NOMEM : p->problems.status;
    }
    if (status == ATTAIN_ERR_NOMEM) {
        atn_error_clear(err);
        (void)atn_fail_nomem(err);
    } else if (status == ATTAIN_OK) {
        *made = m;
    }
    if (m && !*made) {
        m->ctx = ctx;
        atn_template_free(m);
    }
    atn_free(ctx, p);
    return status;
}
