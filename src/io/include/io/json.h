/* Strict JSON (RFC 8259).  One scan of ours judges grammar, numbers, UTF-8, depth and keys; only
 * then cJSON builds the tree.  cJSON takes 01, 1., 1e999, bad UTF-8 and duplicate keys, cuts at an
 * escaped NUL, follows the locale and cuts long numbers, so it never sees a number: the scan reads
 * them and the tree gets its values afterwards. */
#ifndef ATN_IO_JSON_H
#define ATN_IO_JSON_H

#include <cjson/cJSON.h>

#include "base/context.h"

enum { ATN_JSON_DEPTH = 64, ATN_JSON_POINTER_SIZE = 512 };

/* Numbers of a text in document order. */
typedef struct atn_json_numbers {
    double *values;
    size_t n, capacity;
} atn_json_numbers;

/* Judges a whole text.  Every problem goes to `list` (may be NULL) under `file` with its line and
 * column (in bytes, from 1): one for broken grammar, where the scan ends, and all repeated keys.
 * `numbers` and `masked` may be NULL; masked (length bytes) becomes a copy in which every number is
 * written 0 and padded.  Returns OK, SYNTAX or NOMEM. */
attain_status atn_json_scan(attain_context *ctx, const char *text, size_t length, const char *file,
                            attain_diagnostics *list, atn_json_numbers *numbers, char *masked,
                            attain_error *err);

/* Scans and builds the tree (free with cJSON_Delete).  A UTF-8 byte-order mark is skipped.
 * Returns OK, SYNTAX or NOMEM; *tree is NULL on failure. */
attain_status atn_json_parse(attain_context *ctx, const char *text, size_t length, const char *file,
                             attain_diagnostics *list, cJSON **tree, attain_error *err);

/* Place of an RFC 6901 pointer in a text that passed the scan: of the value, or with `key` of the
 * member's name.  A pointer that leads nowhere gives its nearest ancestor. */
void atn_json_locate(const char *text, size_t length, const char *pointer, bool key, long *line,
                     long *column);
/* Column of the byte `index` (from 0) of the decoded string at `pointer`: false if no string lies
 * there. */
bool atn_json_locate_in_string(const char *text, size_t length, const char *pointer, size_t index,
                               long *line, long *column);

/* Appends "/segment" with ~0 ~1 escapes to a pointer of at most ATN_JSON_POINTER_SIZE bytes.
 * false, unchanged, when it does not fit. */
bool atn_json_pointer_push(char *pointer, const char *segment);

/* Sets the value at a pointer in the tree; the parent must exist, but for an object at the
 * top, which is made ("/fit/seed" where there is no /fit).  Takes `value` on success.
 * Returns OK, ARGUMENT (what stands in the way) or NOMEM. */
attain_status atn_json_set(cJSON *tree, const char *pointer, cJSON *value, attain_error *err);

#endif
