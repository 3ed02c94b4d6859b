/* Text building, numbers as text, whole files. */
#ifndef ATN_BASE_TEXT_H
#define ATN_BASE_TEXT_H

#include "base/context.h"

/* Growable byte string.  Failure is sticky: appends after an allocation failure do nothing, and
 * atn_text_ok tells at the end.  `data` is always NUL-terminated once non-NULL. */
typedef struct atn_text {
    attain_context *ctx;
    char *data;
    size_t length, capacity;
    bool failed;
    attain_number_style style; /* of grouped numbers; the context's after atn_text_init */
} atn_text;

void atn_text_init(atn_text *text, attain_context *ctx);
void atn_text_free(atn_text *text);
bool atn_text_ok(const atn_text *text);
void atn_text_add(atn_text *text, const char *string);
void atn_text_add_bytes(atn_text *text, const char *bytes, size_t n);
/* printf without floating-point conversions (those follow the locale: use atn_text_number). */
void atn_text_printf(atn_text *text, const char *format, ...) ATTAIN_PRINTF(2, 3);
/* The shortest of 15, 16, 17 significant digits that reads back the same double; "null" for
 * NaN and infinities. */
void atn_text_number(atn_text *text, double value);
/* Fixed decimals with grouped thousands in the text's style: (1234567.8, 0) -> "1,234,568"; "-"
 * before negatives. */
void atn_text_grouped(atn_text *text, double value, int decimals);
/* The same of a number in fixed notation that is text already ("-1234.50"). */
void atn_text_group_digits(atn_text *text, const char *fixed);
/* Hands the buffer to the caller (free with atn_free); NULL if failed.  An empty text gives "". */
char *atn_text_take(atn_text *text);

/* Shortest round-trip text as above into buffer; returns its length.  Locale-independent. */
enum { ATN_NUMBER_SIZE = 32 };
size_t atn_number_format(double value, char buffer[ATN_NUMBER_SIZE]);
/* Fixed notation with `decimals` digits (0..9), no grouping; locale-independent. */
size_t atn_number_fixed(double value, int decimals, char buffer[64]);
/* Reads exactly the n bytes as a decimal number [+-]digits[.digits][e[+-]digits]; no spaces, hex,
 * nan or inf; overflow is refused.  Locale-independent, correctly rounded. */
bool atn_number_parse(const char *text, size_t n, double *value);
bool atn_integer_parse(const char *text, size_t n, long *value);

bool atn_utf8_valid(const char *bytes, size_t n);
/* [A-Za-z0-9][A-Za-z0-9_-]*, at most 64 bytes. */
bool atn_id_valid(const char *text);
/* The candidate nearest to `word` by Damerau-Levenshtein distance <= max(1, length/3), else NULL.
 */
const char *atn_suggest(const char *word, const char *const *candidates, size_t n);

/* Whole file into a NUL-terminated block (free with atn_free).  "-" is standard input.  A folder,
 * an unreadable file or one over `limit` bytes gives FILE with the reason. */
attain_status atn_file_read(attain_context *ctx, const char *path, size_t limit, char **data,
                            size_t *length, attain_error *err);
/* Written whole or not at all: temporary name in the same folder, fsync, rename, fsync of folder.
 * Nothing is left behind on failure. */
attain_status atn_file_write(attain_context *ctx, const char *path, const char *data, size_t length,
                             attain_error *err);
/* The same for one of many files: whole or not at all, but after a power cut its name may still be
 * the old file's until atn_folder_sync was called on the folder, once for all of them. */
attain_status atn_file_put(attain_context *ctx, const char *path, const char *data, size_t length,
                           attain_error *err);
void atn_folder_sync(const char *folder);
/* mkdir -p for a folder. */
attain_status atn_folder_create(attain_context *ctx, const char *path, attain_error *err);
bool atn_is_folder(const char *path);
bool atn_path_exists(const char *path);
/* "folder/name" (or name alone when folder is "" or name is absolute); NULL when out of memory. */
char *atn_path_join(attain_context *ctx, const char *folder, const char *name);
/* Folder part of a path, "." when it has none; NULL when out of memory. */
char *atn_path_folder(attain_context *ctx, const char *path);

#endif
