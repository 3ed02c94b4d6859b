/* A small results document, for tests of addresses and reports without a fit. */
#ifndef DOCUMENT_FIXTURE_H
#define DOCUMENT_FIXTURE_H

#include <attain/attain.h>

/* As text; every free text of the document (titles, labels, units, sources, quotes, notes) holds
 * `text`.  Free with free(). */
char *fixture_document(const char *text);
/* The same written to folder/results.json and loaded. */
attain_results *fixture_load(attain_context *ctx, const char *folder, const char *text);
/* A whole file as text, NUL-terminated; NULL if there is none.  Free with free(). */
char *fixture_read(const char *folder, const char *name);

#endif
