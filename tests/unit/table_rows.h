/* Rows of a reference table, one at a time, as text. */
#ifndef TABLE_ROWS_H
#define TABLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { MAX_FIELDS = 16 };

typedef struct table {
    FILE *file;
    char line[8192];
    char *field[MAX_FIELDS];
    size_t n;
} table;

/* Opens a table under the folder of reference data and passes its header; skips the running test
 * where the folder is absent. */
void table_open(table *t, const char *name);
/* Splits the next row in place; false, with the file closed, at the end. */
bool table_row(table *t);

#endif
