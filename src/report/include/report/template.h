/* Mustache templates (mustache(5), the specification's modules interpolation, sections, inverted,
 * comments, delimiters and partials) over a document, with addresses, filters and assertions.
 *
 * A template is parsed once, with every partial that it names, into flat lists of tags; rendering
 * walks those lists.  Both append each problem to `diagnostics` with its place and go on. */
#ifndef ATN_REPORT_TEMPLATE_H
#define ATN_REPORT_TEMPLATE_H

#include <attain/report.h>

#include "io/document.h"

typedef struct atn_template atn_template;

/* Reads the partial `name` into *data (allocated in ctx; taken over), *file is what messages call
 * it (likewise).  Any failure but NOMEM becomes a problem of the tag that named it. */
typedef attain_status atn_partial_read(void *user, attain_context *ctx, const char *name,
                                       char **file, char **data, size_t *length, attain_error *err);

/* `data` is borrowed for the call and not changed.  SYNTAX or NOMEM; *made is NULL on failure. */
attain_status atn_template_parse(attain_context *ctx, const char *file, const char *data,
                                 size_t length, atn_partial_read *read, void *user,
                                 attain_diagnostics *diagnostics, atn_template **made,
                                 attain_error *err);
void atn_template_free(atn_template *made);

/* Appends the text to `out`, whose style the filters follow.  *unsupported counts failed
 * assertions.  ADDRESS, SYNTAX (a malformed assertion, partials without end), INTERRUPTED, NOMEM;
 * `out` is then of no use. */
attain_status atn_template_render(const atn_template *made, const atn_node *root,
                                  attain_escape escape, attain_diagnostics *diagnostics,
                                  atn_text *out, size_t *unsupported, attain_error *err);

#endif
