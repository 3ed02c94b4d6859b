/* Read access to a results document for the report room; a node is borrowed from its document. */
#ifndef ATN_IO_DOCUMENT_H
#define ATN_IO_DOCUMENT_H

#include <attain/results.h>

#include "base/text.h"

typedef struct atn_node atn_node;

const atn_node *atn_document_root(const attain_results *results);
/* Member of an object; NULL in, or no such member, gives NULL, so that calls chain. */
const atn_node *atn_node_get(const atn_node *node, const char *key);
/* "a/b/c" through objects; NULL when a part is missing. */
const atn_node *atn_node_path(const atn_node *node, const char *path);
size_t atn_node_size(const atn_node *node); /* elements or members; 0 for NULL and scalars */
/* Iteration in document order: for (c = atn_node_first(n); c; c = atn_node_next(c)). */
const atn_node *atn_node_first(const atn_node *node);
const atn_node *atn_node_next(const atn_node *node);
const char *atn_node_key(const atn_node *node); /* of a member; NULL for elements */
bool atn_node_is_null(const atn_node *node);    /* also true for NULL */
/* NaN unless a number. */
double atn_node_number(const atn_node *node);
/* "" unless a string. */
const char *atn_node_text(const atn_node *node);
bool atn_node_true(const atn_node *node);
/* Copies an array of numbers (null -> NaN) into out (capacity n); returns how many there were. */
size_t atn_node_numbers(const atn_node *node, double *out, size_t n);
typedef enum atn_node_kind {
    ATN_NODE_NULL, /* also of NULL */
    ATN_NODE_FALSE,
    ATN_NODE_TRUE,
    ATN_NODE_NUMBER,
    ATN_NODE_TEXT,
    ATN_NODE_LIST,
    ATN_NODE_GROUP
} atn_node_kind;
atn_node_kind atn_node_kind_of(const atn_node *node);
/* "text", "list", ...: for messages. */
const char *atn_node_kind_name(atn_node_kind kind);
/* The node at an address that begins at `from`, by the rules of attain_results_number.  ADDRESS
 * names the part that failed. */
attain_status atn_node_find(const atn_node *from, const char *address, size_t length,
                            const atn_node **found, attain_error *err);
/* Down through lists of one element to what stands there. */
const atn_node *atn_node_settle(const atn_node *node);
/* The text by which an address names an element of a list; NULL: by its row or place. */
const char *atn_node_name(const atn_node *element);
/* Whether a level of that key only groups, so that an address may leave it out. */
bool atn_node_groups(const char *key);
/* Judges "ADDRESS < LIMIT" as attain_results_assert does; an address that begins with "./" starts
 * at `here`.  *found is the node that was judged. */
attain_status atn_node_assert(const atn_node *root, const atn_node *here, const char *assertion,
                              bool *holds, const atn_node **found, attain_error *err);
/* Any JSON text as a document, whatever its shape; free with attain_results_free. */
attain_status atn_document_parse(attain_context *ctx, const char *text, size_t length,
                                 const char *file, attain_results **results, attain_error *err);

/* Appends the node as JSON, numbers in shortest form, indented by two spaces a level with arrays
 * of scalars on one line. */
void atn_node_print(const atn_node *node, atn_text *text);

/* A probability as a frequency: "about 1 in 8", "less than 1 in 100", "more than 99 in 100", "not
 * known" for NaN. */
void atn_frequency_words(double probability, char *buffer, size_t size);

#endif
