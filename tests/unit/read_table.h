/* Reference tables for tests: comma-separated cells, quoted ones without quotes inside, a header
 * row. Fails the test on trouble. */
#ifndef READ_TABLE_H
#define READ_TABLE_H

#include <stddef.h>

typedef struct read_table {
    char *text;  /* the file, commas and line ends replaced by NUL */
    char **cell; /* rows x columns, header left out */
    size_t rows, columns;
} read_table;

read_table read_table_open(const char *path);
void read_table_close(read_table *table);
const char *read_table_cell(const read_table *table, size_t row, size_t column);
/* "NA" and "NaN" give NaN, "Inf" infinity. */
double read_table_number(const read_table *table, size_t row, size_t column);

#endif
