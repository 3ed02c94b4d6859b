/* Strings of JSON text, decoded on the fly. */
#include <string.h>

#include "io/json_bytes.h"

void atn_json_line_column(const char *text, const char *at, long *line, long *column)
{
    *line = 1;
    const char *start = text;
    for (const char *p = text; p < at; p++) {
        if (*p != '\n') continue;
        ++*line;
        start = p + 1;
    }
    *column = (long)(at - start) + 1;
}

long atn_json_hex4(const char *at)
{
    long value = 0;
    for (int k = 0; k < 4; k++) {
        const char c = at[k];
        long digit;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (c >= 'a' && c <= 'f')
            digit = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            digit = c - 'A' + 10;
        else
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static long escaped(const char **at)
{
    const char c = *(*at)++;
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return (unsigned char)c;
    }
    const long unit = atn_json_hex4(*at);
    *at += 4;
    if (unit < 0xD800 || unit > 0xDBFF) return unit;
    const long low = atn_json_hex4(*at + 2);
    *at += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

long atn_json_next(const char **at)
{
    const unsigned char c = (unsigned char)**at;
    if (c == '"') return -1;
    ++*at;
    if (c == '\\') return escaped(at);
    if (c < 0x80) return c;
    const int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    long code = c & (0x3F >> more);
    for (int k = 0; k < more; k++) code = code << 6 | (*(*at)++ & 0x3F);
    return code;
}

size_t atn_json_utf8(long code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    const size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k > 0; k--) {
        out[k] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | code);
    return n;
}

uint64_t atn_json_hash(const char *body)
{
    uint64_t hash = 0xcbf29ce484222325u; /* Fowler, Noll and Vo's 64-bit offset and prime */
    for (long c; (c = atn_json_next(&body)) >= 0;) hash = (hash ^ (uint64_t)c) * 0x100000001b3u;
    return hash;
}

int atn_json_compare(const char *a, const char *b)
{
    for (;;) {
        const long x = atn_json_next(&a), y = atn_json_next(&b);
        if (x != y) return x < y ? -1 : 1;
        if (x < 0) return 0;
    }
}

size_t atn_json_decode(const char *body, char *out, size_t size)
{
    size_t n = 0;
    for (long c; (c = atn_json_next(&body)) >= 0;) {
        char bytes[4];
        const size_t more = atn_json_utf8(c, bytes);
        if (n + more >= size) break;
        memcpy(out + n, bytes, more);
        n += more;
    }
    out[n] = '\0';
    return n;
}

void atn_json_print_string(const char *string, atn_text *text)
{
    atn_text_add(text, "\"");
    for (const char *s = string ? string : ""; *s;) {
        const size_t n = strcspn(s, "\"\\\b\f\n\r\t\1\2\3\4\5\6\7\13\16\17\20\21\22\23\24\25\26"
                                    "\27\30\31\32\33\34\35\36\37");
        atn_text_add_bytes(text, s, n);
        s += n;
        if (!*s) break;
        switch (*s) {
        case '"': atn_text_add(text, "\\\""); break;
        case '\\': atn_text_add(text, "\\\\"); break;
        case '\b': atn_text_add(text, "\\b"); break;
        case '\f': atn_text_add(text, "\\f"); break;
        case '\n': atn_text_add(text, "\\n"); break;
        case '\r': atn_text_add(text, "\\r"); break;
        case '\t': atn_text_add(text, "\\t"); break;
        default: atn_text_printf(text, "\\u%04x", (unsigned)(unsigned char)*s);
        }
        s++;
    }
    atn_text_add(text, "\"");
}
