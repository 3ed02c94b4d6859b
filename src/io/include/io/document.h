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
/* Appends the node as JSON, numbers in shortest form, indented by two spaces a level with arrays
 * of scalars on one line. */
void atn_node_print(const atn_node *node, atn_text *text);

/* A probability as a frequency: "about 1 in 8", "less than 1 in 100", "more than 99 in 100", "not
 * known" for NaN. */
void atn_frequency_words(double probability, char *buffer, size_t size);

#endif
