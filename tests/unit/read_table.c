#include "read_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("cannot open %s", path);
    size_t n = 0, room = 1 << 16;
    char *text = malloc(room);
    assert_non_null(text);
    for (size_t got; (got = fread(text + n, 1, room - n - 1, file)) > 0;) {
        n += got;
        if (room - n < 2) {
            room *= 2;
            text = realloc(text, room);
            assert_non_null(text);
        }
    }
    fclose(file);
    text[n] = '\0';
    return text;
}

read_table read_table_open(const char *path)
{
    read_table t = {slurp(path), NULL, 0, 1};
    size_t lines = 0, cells = 0;
    for (const char *c = t.text; *c; c++) lines += *c == '\n';
    for (const char *c = t.text; *c && *c != '\n'; c++) t.columns += *c == ',';
    t.cell = calloc((lines + 1) * t.columns, sizeof *t.cell);
    assert_non_null(t.cell);
    char *at = strchr(t.text, '\n');
    while (at && at[1]) {
        at++;
        for (size_t k = 0; k < t.columns && at; k++) {
            char *const closing = *at == '"' ? strchr(at + 1, '"') : NULL; /* none inside */
            char *end = closing ? closing + 1 : at + strcspn(at, ",\n");
            if (closing) *closing = '\0', at++;
            const char stop = *end;
            t.cell[cells++] = at;
            *end = '\0';
            at = stop == ',' ? end + 1 : (stop == '\n' ? end : NULL);
        }
        t.rows++;
    }
    if (cells != t.rows * t.columns) fail_msg("%s: ragged table", path);
    return t;
}

void read_table_close(read_table *t)
{
    free(t->cell);
    free(t->text);
}

const char *read_table_cell(const read_table *t, size_t row, size_t column)
{
    return t->cell[row * t->columns + column];
}

double read_table_number(const read_table *t, size_t row, size_t column)
{
    const char *cell = read_table_cell(t, row, column);
    if (strcmp(cell, "NA") == 0) return NAN;
    char *end;
    const double value = strtod(cell, &end);
    if (end == cell || *end) fail_msg("row %zu: `%s` is no number", row + 1, cell);
    return value;
}
