/* Inside the template engine: sources, tags, filters, and how problems are told. */
#ifndef ATN_TEMPLATE_INTERNAL_H
#define ATN_TEMPLATE_INTERNAL_H

#include "report/template.h"

typedef enum atn_tag_kind {
    TAG_TEXT,
    TAG_VALUE,
    TAG_SECTION,
    TAG_INVERTED,
    TAG_ASSERT,
    TAG_CLOSE,
    TAG_PARTIAL
} atn_tag_kind;

typedef struct atn_tag {
    atn_tag_kind kind;
    bool raw;         /* a value that is not escaped */
    bool standalone;  /* nothing else stands on its line, which vanishes */
    size_t at;        /* byte of the source where it begins */
    const char *text; /* literal text, or the name */
    size_t length;
    size_t match;   /* of a section: its closing tag; of a partial: its source */
    size_t indent;  /* of a partial that is standalone: blanks before it */
    size_t filters; /* first */
    size_t n_filters;
} atn_tag;

typedef enum atn_filter_kind {
    FILTER_WORDS,
    FILTER_PERCENT,
    FILTER_ROUND,
    FILTER_DIGITS,
    FILTER_GROUPED,
    FILTER_DATE,
    FILTER_INTERVAL,
    FILTER_COUNT,
    FILTER_READING,
    FILTER_CAPITAL,
    FILTER_OR
} atn_filter_kind;

typedef struct atn_filter {
    atn_filter_kind kind;
    const char *name;
    bool given;       /* an argument stands */
    double number;    /* it, where the filter takes a number */
    const char *text; /* it, where the filter takes text */
    size_t length;
} atn_filter;

/* One file.  Texts of its tags lie in `data`. */
typedef struct atn_source {
    char *name; /* as partials are named; "" for the template itself */
    char *file; /* for messages */
    char *data;
    size_t length;
    bool absent; /* could not be read: told already */
    atn_tag *tags;
    size_t n_tags, tag_capacity;
    atn_filter *filters;
    size_t n_filters, filter_capacity;
} atn_source;

struct atn_template {
    attain_context *ctx;
    atn_source **sources; /* the template, then its partials */
    size_t n_sources, capacity;
};

enum { TEMPLATE_SECTIONS = 64, TEMPLATE_PARTIALS = 32, TEMPLATE_PROBLEMS = 100 };

/* Problems of one parse or one rendering.  An error is told once a place, however often a loop
 * comes by. */
typedef struct atn_problems {
    attain_diagnostics *list;
    attain_error *err;
    attain_status status; /* of the first error */
    size_t n;
    struct {
        const atn_source *source;
        size_t at;
    } places[TEMPLATE_PROBLEMS];
} atn_problems;
void atn_template_problem(atn_problems *p, attain_status status, const char *code,
                          const atn_source *source, size_t at, const char *format, ...)
    ATTAIN_PRINTF(6, 7);
void atn_source_place(const atn_source *source, size_t at, long *line, long *column);

/* A name in a message: cut after 80 bytes, at a whole character. */
enum { ATN_SHOWN_SIZE = 88 };
const char *atn_shown(const char *text, size_t length, char buffer[ATN_SHOWN_SIZE]);
/* Without the blanks on both sides. */
void atn_trim(const char **text, size_t *length);

/* template_filter.c.  Reads "name argument"; on failure `why` says what is wrong. */
bool atn_filter_parse(const char *text, size_t length, atn_filter *filter, char *why, size_t size);
/* Appends the node, passed through the filters, unescaped.  node is NULL where nothing stands; then
 * only `or` has an answer.  *plain: a bare number was written.  false with the reason in `why`. */
bool atn_filter_apply(const atn_node *node, const atn_filter *filters, size_t n, atn_text *out,
                      bool *plain, char *why, size_t size);

#endif
