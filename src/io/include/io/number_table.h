/* Tables of numbers: columns straight from CSV text, no cells kept. */
#ifndef ATN_IO_NUMBER_TABLE_H
#define ATN_IO_NUMBER_TABLE_H

#include <attain/regress.h>

#include "base/calendar.h"
#include "base/context.h"

enum { ATN_BAD_CELL_SIZE = 48 };

typedef struct atn_number_column {
    char *name;
    double *values;    /* n_rows, NaN where missing; NULL: kept out, see the bad cell */
    bool date;         /* values are days since the table's first date */
    long line, column; /* of the first cell that is no number (of a date column: no date) */
    char bad[ATN_BAD_CELL_SIZE]; /* its text, cut; "" where all are numbers */
    const char *wanted;          /* what that cell should have been: "a number", "a date" */
} atn_number_column;

struct attain_table {
    attain_context *ctx;
    char *name; /* of the file, for messages; NULL: from arrays */
    size_t n_rows, n_columns;
    atn_number_column *columns;
    bool has_dates;
    atn_calendar calendar; /* day steps from the earliest date of the date columns */
    long *lines;           /* of each row in the file; NULL: from arrays */
};

/* Index of a column by name; n_columns if there is none. */
size_t atn_number_column_find(const attain_table *table, const char *name);

#endif
