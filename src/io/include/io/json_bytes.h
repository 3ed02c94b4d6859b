/* Helpers over JSON text that passed (or is passing) the strict scan. */
#ifndef ATN_IO_JSON_BYTES_H
#define ATN_IO_JSON_BYTES_H

#include "base/text.h"

/* 1-based line and byte column of `at` inside text. */
void atn_json_line_column(const char *text, const char *at, long *line, long *column);
/* Value of four hexadecimal digits, -1 if they are not. */
long atn_json_hex4(const char *at);
/* The next code point of a string body; *at moves on.  -1 at the closing quote. */
long atn_json_next(const char **at);
/* Bytes of UTF-8 of a code point. */
size_t atn_json_utf8(long code, char out[4]);
/* FNV-1a over the decoded code points of a string body, up to its closing quote. */
uint64_t atn_json_hash(const char *body);
/* Order of two decoded string bodies. */
int atn_json_compare(const char *a, const char *b);
/* Decodes a string body, cut to `size` at a whole character; returns the length. */
size_t atn_json_decode(const char *body, char *out, size_t size);

/* Appends a JSON string, escaped as RFC 8259 asks; other bytes, UTF-8 already, as they are. */
void atn_json_print_string(const char *string, atn_text *text);

#endif
