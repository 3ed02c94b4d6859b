/* Strict CSV (io/csv_walk.h) as rows of cells with their texts and places. */
#ifndef ATN_IO_TABLE_H
#define ATN_IO_TABLE_H

#include "base/context.h"

typedef struct atn_cell {
    const char *text; /* NUL-terminated, no NUL inside */
    size_t length;
    long line, column; /* where it starts, its quote included; from 1, column in bytes */
} atn_cell;

typedef struct atn_row {
    size_t first, n_cells; /* in the table's cells */
    long line;
} atn_row;

typedef struct atn_table {
    char *bytes; /* all cells' texts */
    size_t n_bytes, byte_capacity;
    atn_cell *cells;
    size_t n_cells, cell_capacity;
    atn_row *rows; /* the header row first */
    size_t n_rows, row_capacity;
} atn_table;

/* Reads a whole text.  Problems (bad quoting, a NUL, bad UTF-8, a row over the limit) go to `list`
 * (may be NULL) under `file`; the rows before the first such problem are kept.  A byte-order mark
 * is skipped with a note.  Blank lines are skipped.  Returns OK, TABLE or NOMEM; free the table in
 * every case. */
attain_status atn_table_parse(attain_context *ctx, const char *text, size_t length,
                              const char *file, attain_diagnostics *list, atn_table *table,
                              attain_error *err);
void atn_table_free(attain_context *ctx, atn_table *table);

#endif
