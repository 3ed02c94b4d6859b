/* The strict scan: a recursive descent over bytes that builds nothing but a list of numbers and of
 * the keys of the objects that are open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/json.h"
#include "io/json_bytes.h"

/* A key of an object that is still open. */
typedef struct key_span {
    uint64_t hash;
    const char *begin; /* after the opening quote */
} key_span;

typedef struct scanner {
    attain_context *ctx;
    const char *text, *at, *end;
    const char *file;
    attain_diagnostics *list;
    attain_error *err;
    atn_json_numbers *numbers;
    char *masked;
    key_span *keys;
    size_t n_keys, key_capacity;
    attain_status status;
} scanner;

static void place_of(const scanner *s, const char *at, long *line, long *column)
{
    atn_json_line_column(s->text, at, line, column);
}

/* Records a problem at a byte; the first is also the error. */
static void report(scanner *s, const char *at, const char *code, const char *message)
{
    atn_place place = {.file = s->file};
    place_of(s, at, &place.line, &place.column);
    atn_diagnose(s->list, ATTAIN_SEVERITY_ERROR, code, &place, "%s", message);
    if (s->status == ATTAIN_OK)
        atn_fail_at(s->err, ATTAIN_ERR_SYNTAX, NULL, place.line, place.column, "%s", message);
    s->status = ATTAIN_ERR_SYNTAX;
}

static bool fail(scanner *s, const char *at, const char *code, const char *message)
{
    report(s, at, code, message);
    return false;
}

static bool out_of_memory(scanner *s)
{
    s->status = atn_fail_nomem(s->err);
    return false;
}

/* Says what was expected at the current byte and what stands there. */
static bool fail_found(scanner *s, const char *expected)
{
    char found[32] = "the end of the text", message[160];
    if (s->at < s->end) {
        const unsigned char c = (unsigned char)*s->at;
        const bool printable = c > 0x20 && c < 0x7f;
        snprintf(found, sizeof found, printable ? "'%c'" : "byte 0x%02x", c);
    }
    const bool comment = s->at + 1 < s->end && s->at[0] == '/' && strchr("/*", s->at[1]);
    snprintf(message, sizeof message, "expected %s, found %s%s", expected, found,
             comment ? "; JSON has no comments, but any object may have a \"note\"" : "");
    return fail(s, s->at, "json-grammar", message);
}

static void skip_space(scanner *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static bool is_digit(const scanner *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool keep_number(scanner *s, const char *begin)
{
    double value;
    if (!atn_number_parse(begin, (size_t)(s->at - begin), &value))
        return fail(s, begin, "json-number", "number is too large for a double");
    if (s->masked) {
        char *out = s->masked + (begin - s->text);
        memset(out, ' ', (size_t)(s->at - begin));
        *out = '0';
    }
    if (!s->numbers) return true;
    atn_json_numbers *numbers = s->numbers;
    void *block = numbers->values;
    if (!atn_grow(s->ctx, &block, &numbers->capacity, numbers->n + 1, sizeof(double)))
        return out_of_memory(s);
    numbers->values = block;
    numbers->values[numbers->n++] = value;
    return true;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static bool scan_number(scanner *s)
{
    const char *begin = s->at;
    if (*s->at == '-') s->at++;
    if (!is_digit(s)) return fail_found(s, "a digit");
    if (*s->at == '0') {
        s->at++;
        if (is_digit(s)) return fail(s, begin, "json-number", "number starts with a spare 0");
    }
    while (is_digit(s)) s->at++;
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        if (!is_digit(s)) return fail_found(s, "a digit after the decimal point");
        while (is_digit(s)) s->at++;
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-')) s->at++;
        if (!is_digit(s)) return fail_found(s, "a digit in the exponent");
        while (is_digit(s)) s->at++;
    }
    return keep_number(s, begin);
}

/* Four hexadecimal digits at `at`; -1 if they are not. */
static long hex4(const scanner *s, const char *at)
{
    if (s->end - at < 4) return -1;
    return atn_json_hex4(at);
}

static bool scan_escape(scanner *s)
{
    const char *begin = s->at++;
    if (s->at >= s->end) return fail_found(s, "an escape");
    if (*s->at != 'u') {
        if (!strchr("\"\\/bfnrt", *s->at) || !*s->at)
            return fail(s, begin, "json-grammar",
                        "unknown escape; a backslash itself is written \\\\");
        s->at++;
        return true;
    }
    const long unit = hex4(s, ++s->at);
    if (unit < 0) return fail(s, begin, "json-grammar", "\\u needs four hexadecimal digits");
    s->at += 4;
    if (unit == 0) return fail(s, begin, "json-encoding", "\\u0000 is not allowed in a text");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return fail(s, begin, "json-encoding", "second half of a surrogate pair without its first");
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    const bool pair = s->end - s->at >= 6 && s->at[0] == '\\' && s->at[1] == 'u';
    const long low = pair ? hex4(s, s->at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return fail(s, begin, "json-encoding", "first half of a surrogate pair without its second");
    s->at += 6;
    return true;
}

static bool scan_string(scanner *s)
{
    const char *begin = s->at++;
    while (s->at < s->end && *s->at != '"') {
        const unsigned char c = (unsigned char)*s->at;
        if (c == '\\') {
            if (!scan_escape(s)) return false;
        } else if (c < 0x20) {
            if (c == '\n' || c == '\r')
                return fail(s, begin, "json-grammar", "string does not end on its line");
            return fail(s, s->at, "json-grammar",
                        "raw control character in a string; write \\t or \\uXXXX");
        } else {
            s->at++;
        }
    }
    if (s->at >= s->end) return fail(s, begin, "json-grammar", "string never ends");
    s->at++;
    return true;
}

static bool scan_word(scanner *s, const char *word)
{
    const size_t n = strlen(word);
    if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0) {
        const bool literal = *s->at == 'N' || *s->at == 'I' || *s->at == 'n';
        return fail(s, s->at, "json-grammar",
                    literal ? "expected a value; NaN and Infinity are not JSON numbers"
                            : "expected a value: text in double quotes, a number, true, false, "
                              "null, [ or {");
    }
    s->at += n;
    return true;
}

/* Orders keys by hash, then text, then place, so that repetitions lie side by side. */
static int compare_keys(const void *a, const void *b)
{
    const key_span *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    const int order = atn_json_compare(x->begin, y->begin);
    if (order != 0) return order;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static void refuse_repetitions(scanner *s, size_t from)
{
    key_span *keys = s->keys + from;
    const size_t n = s->n_keys - from;
    if (n > 1) qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t k = 1; k < n; k++) {
        if (keys[k].hash != keys[k - 1].hash || atn_json_compare(keys[k].begin, keys[k - 1].begin))
            continue;
        long line, column;
        place_of(s, keys[k - 1].begin - 1, &line, &column);
        char name[64], message[200];
        atn_json_decode(keys[k].begin, name, sizeof name);
        snprintf(message, sizeof message, "key \"%s\" stands already on line %ld of this object",
                 name, line);
        report(s, keys[k].begin - 1, "duplicate-key", message);
    }
    s->n_keys = from;
}

static bool scan_value(scanner *s, int depth);

static bool scan_member(scanner *s, int depth)
{
    if (s->at >= s->end || *s->at != '"') return fail_found(s, "a key in double quotes");
    void *block = s->keys;
    if (!atn_grow(s->ctx, &block, &s->key_capacity, s->n_keys + 1, sizeof *s->keys))
        return out_of_memory(s);
    s->keys = block;
    const char *begin = s->at + 1;
    if (!scan_string(s)) return false;
    s->keys[s->n_keys++] = (key_span){atn_json_hash(begin), begin};
    skip_space(s);
    if (s->at >= s->end || *s->at != ':') return fail_found(s, "':' after the key");
    s->at++;
    return scan_value(s, depth);
}

/* Members or elements up to the closing bracket. */
static bool scan_group(scanner *s, int depth, char close)
{
    const bool object = close == '}';
    const size_t first_key = s->n_keys;
    if (depth > ATN_JSON_DEPTH)
        return fail(s, s->at, "json-depth", "more than 64 brackets inside one another");
    s->at++;
    skip_space(s);
    if (s->at < s->end && *s->at == close) {
        s->at++;
        return true;
    }
    for (;;) {
        skip_space(s);
        if (!(object ? scan_member(s, depth) : scan_value(s, depth))) return false;
        skip_space(s);
        if (s->at < s->end && *s->at == close) break;
        if (s->at >= s->end || *s->at != ',')
            return fail_found(s, object ? "',' or '}'" : "',' or ']'");
        const char *comma = s->at++;
        skip_space(s);
        if (s->at < s->end && *s->at == close)
            return fail(s, comma, "json-grammar", "comma before the closing bracket");
    }
    s->at++;
    if (object) refuse_repetitions(s, first_key);
    return true;
}

static bool scan_value(scanner *s, int depth)
{
    skip_space(s);
    if (s->at >= s->end) return fail_found(s, "a value");
    switch (*s->at) {
    case '{': return scan_group(s, depth + 1, '}');
    case '[': return scan_group(s, depth + 1, ']');
    case '"': return scan_string(s);
    case 't': return scan_word(s, "true");
    case 'f': return scan_word(s, "false");
    case 'n': return scan_word(s, "null");
    default:
        if (*s->at == '-' || is_digit(s)) return scan_number(s);
        return scan_word(s, "null");
    }
}

/* First byte that is not part of valid UTF-8, or NULL. */
static const char *bad_utf8(const char *text, size_t length)
{
    if (atn_utf8_valid(text, length)) return NULL;
    const char *at = text, *end = text + length;
    while (at < end) {
        size_t n = 1;
        while (n <= 4 && (size_t)(end - at) >= n && !atn_utf8_valid(at, n)) n++;
        if (n > 4 || (size_t)(end - at) < n) return at;
        at += n;
    }
    return at;
}

attain_status atn_json_scan(attain_context *ctx, const char *text, size_t length, const char *file,
                            attain_diagnostics *list, atn_json_numbers *numbers, char *masked,
                            attain_error *err)
{
    scanner s = {.ctx = ctx,
                 .text = text,
                 .at = text,
                 .end = text + length,
                 .file = file,
                 .list = list,
                 .err = err,
                 .numbers = numbers,
                 .masked = masked,
                 .status = ATTAIN_OK};
    const char *bad = bad_utf8(text, length);
    if (bad) {
        fail(&s, bad, "json-encoding", "not UTF-8; save the file with UTF-8 encoding");
    } else if (scan_value(&s, 0)) {
        skip_space(&s);
        if (s.at < s.end) fail_found(&s, "nothing more after the document's end");
    }
    atn_free(ctx, s.keys);
    return s.status;
}
