/* Strict CSV (RFC 4180) row by row through libcsv, which trims blanks, drops blank lines and counts
 * none: trimming is off, and lines are counted here. */
#ifndef ATN_IO_CSV_WALK_H
#define ATN_IO_CSV_WALK_H

#include "base/context.h"

enum { ATN_CSV_ROW_LIMIT = 1 << 20 }; /* bytes of one row */

/* Where a cell begins, its quote included; line and column (in bytes) from 1. */
typedef struct atn_csv_place {
    const char *at, *end; /* end of the text */
    long line, column;
} atn_csv_place;
/* From one cell of a sound row to the next. */
void atn_csv_next_cell(atn_csv_place *place);

typedef struct atn_csv_walk {
    attain_context *ctx;
    const char *file;
    attain_diagnostics *list; /* may be NULL */
    attain_error *err;
    /* A cell of n bytes (not NUL-terminated), then its row, at whose first cell `place` stands. */
    void (*on_cell)(void *user, const char *text, size_t n);
    void (*on_row)(void *user, const atn_csv_place *place);
    void *user;
    bool nomem; /* a callback may set it: the walk ends */

    attain_status status; /* of the first problem */
    atn_csv_place row, piece;
    size_t row_cells; /* read of the running row */
    bool row_ended;
} atn_csv_walk;

/* Walks a whole text.  Problems (bad quoting, a NUL, bad UTF-8, a row over the limit) end it and go
 * to the list; rows before them have been handed over.  A byte-order mark is skipped with a note,
 * blank lines silently.  Returns OK, TABLE or NOMEM. */
attain_status atn_csv_run(atn_csv_walk *walk, const char *text, size_t length);
/* Records a problem of the table; the first gives the walk's status. */
void atn_csv_problem(atn_csv_walk *walk, long line, long column, const char *code,
                     const char *message);

#endif
