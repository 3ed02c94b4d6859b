/* CSV text to columns of numbers, a cell at a time into its place. */
#include "io/number_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/csv_walk.h"

enum { MOST_PROBLEMS = 20 }; /* of one kind that are told one by one */

typedef enum cell_kind { UNDECIDED, NUMBER, DATE, KEPT_OUT } cell_kind;

typedef struct reading {
    atn_csv_walk walk;
    attain_table *table;
    cell_kind *kind;      /* of each column */
    const char *text_end; /* of the whole text */
    size_t text_length;
    size_t capacity; /* of the columns, rows */
    size_t cell;     /* of the running row */
    size_t names_capacity;
    size_t n_ragged;
    bool unplaced; /* some bad cell of the running row waits for its place */
} reading;

/* Repeats a cell, cut at a whole character. */
static void keep_text(char out[ATN_BAD_CELL_SIZE], const char *text, size_t n)
{
    const bool cut = n > ATN_BAD_CELL_SIZE - 4;
    if (cut) n = ATN_BAD_CELL_SIZE - 4;
    while (n > 0 && cut && !atn_utf8_valid(text, n)) n--;
    if (n) memcpy(out, text, n);
    memcpy(out + n, cut ? "..." : "", cut ? 4 : 1);
}

static void keep_out(reading *r, size_t c, const char *text, size_t n)
{
    atn_number_column *column = &r->table->columns[c];
    keep_text(column->bad, text, n);
    column->wanted = r->kind[c] == DATE     ? "a date YYYY-MM-DD"
                     : r->kind[c] == NUMBER ? "a number"
                                            : "a number or a date YYYY-MM-DD";
    column->column = 0;
    atn_free(r->walk.ctx, column->values);
    column->values = NULL;
    r->kind[c] = KEPT_OUT;
    r->unplaced = true;
}

static void read_name(reading *r, const char *text, size_t n)
{
    attain_table *t = r->table;
    void *columns = t->columns;
    char *name = atn_strndup(r->walk.ctx, text, n);
    if (!name || !atn_grow(r->walk.ctx, &columns, &r->names_capacity, t->n_columns + 1,
                           sizeof *t->columns)) {
        atn_free(r->walk.ctx, name);
        r->walk.nomem = true;
        return;
    }
    t->columns = columns;
    t->columns[t->n_columns++] = (atn_number_column){.name = name};
}

/* Also "760." and ".5", which many programs print: a 0 goes where a digit is missing. */
static bool read_number(const char *text, size_t n, double *value)
{
    char with[ATN_NUMBER_SIZE];
    if (atn_number_parse(text, n, value)) return true;
    const char *point = memchr(text, '.', n);
    if (!point || n + 2 > sizeof with) return false;
    const size_t before = (size_t)(point - text), after = n - before - 1;
    const bool led = before > 0 && point[-1] >= '0' && point[-1] <= '9';
    const bool followed = after > 0 && point[1] >= '0' && point[1] <= '9';
    if (led == followed) return false;
    memcpy(with, text, before);
    memcpy(with + before, led ? ".0" : "0.", 2);
    memcpy(with + before + 2, point + 1, after);
    return atn_number_parse(with, n + 1, value);
}

static void read_cell(reading *r, size_t c, const char *text, size_t n)
{
    atn_number_column *column = &r->table->columns[c];
    double *value = column->values + r->table->n_rows;
    atn_day day;
    if (n == 0 || (n == 2 && text[0] == 'N' && text[1] == 'A')) {
        *value = NAN;
    } else if (r->kind[c] != DATE && read_number(text, n, value)) {
        r->kind[c] = NUMBER;
    } else if (r->kind[c] != NUMBER && atn_date_parse(text, n, &day)) {
        *value = (double)day;
        r->kind[c] = DATE;
    } else {
        keep_out(r, c, text, n);
    }
}

static void on_cell(void *user, const char *text, size_t n)
{
    reading *r = user;
    const size_t c = r->cell++;
    if (!r->kind)
        read_name(r, text, n);
    else if (c < r->table->n_columns && r->kind[c] != KEPT_OUT && r->table->n_rows < r->capacity)
        read_cell(r, c, text, n);
}

static int by_name(const void *a, const void *b)
{
    const atn_number_column *x = *(const atn_number_column *const *)a,
                            *y = *(const atn_number_column *const *)b;
    const int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Names that stand twice, in the order of the alphabet. */
static void refuse_repeated(reading *r)
{
    const attain_table *t = r->table;
    const atn_number_column **sorted =
        ATN_NEW_ARRAY(r->walk.ctx, const atn_number_column *, t->n_columns);
    if (!sorted) {
        r->walk.nomem = true;
        return;
    }
    for (size_t c = 0; c < t->n_columns; c++) sorted[c] = &t->columns[c];
    qsort(sorted, t->n_columns, sizeof *sorted, by_name);
    size_t told = 0;
    for (size_t c = 1; c < t->n_columns && told < MOST_PROBLEMS; c++) {
        if (!*sorted[c]->name || strcmp(sorted[c]->name, sorted[c - 1]->name) != 0) continue;
        char message[200];
        snprintf(message, sizeof message, "column '%.64s' stands twice", sorted[c]->name);
        atn_csv_problem(&r->walk, sorted[c]->line, sorted[c]->column, "duplicate-column", message);
        told++;
    }
    atn_free(r->walk.ctx, sorted);
}

static void check_names(reading *r, const atn_csv_place *start)
{
    attain_table *t = r->table;
    atn_csv_place place = *start;
    char message[200];
    size_t told = 0;
    if (t->n_columns == 1 && strpbrk(t->columns[0].name, ";\t"))
        atn_csv_problem(&r->walk, place.line, place.column, "csv-grammar",
                        "one column, with ';' or a tab in its name; columns are separated by "
                        "commas");
    for (size_t c = 0; c < t->n_columns; c++) {
        t->columns[c].line = place.line;
        t->columns[c].column = place.column;
        atn_csv_next_cell(&place);
        if (*t->columns[c].name || told++ >= MOST_PROBLEMS) continue;
        snprintf(message, sizeof message, "column %zu has no name", c + 1);
        atn_csv_problem(&r->walk, t->columns[c].line, t->columns[c].column, "missing-column",
                        message);
    }
    refuse_repeated(r);
    for (size_t c = 0; c < t->n_columns; c++) t->columns[c].line = t->columns[c].column = 0;
}

/* Most rows that can follow: each takes a line end, and a byte a column. */
static size_t most_rows(const char *text, const char *end, size_t n_columns)
{
    const size_t by_bytes = (size_t)(end - text) / n_columns + 1;
    size_t lines = 1;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) lines++;
    for (const char *at = text; (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++)
        lines += at + 1 < end && at[1] != '\n';
    return lines < by_bytes ? lines : by_bytes;
}

static void read_header(reading *r, const atn_csv_place *start)
{
    attain_table *t = r->table;
    attain_context *ctx = r->walk.ctx;
    check_names(r, start);
    r->capacity = most_rows(start->at, start->end, t->n_columns);
    r->kind = ATN_NEW_ARRAY(ctx, cell_kind, t->n_columns);
    t->lines = ATN_NEW_ARRAY(ctx, long, r->capacity);
    bool whole = r->kind && t->lines;
    for (size_t c = 0; c < t->n_columns && whole; c++) {
        t->columns[c].values = ATN_NEW_ARRAY(ctx, double, r->capacity);
        whole = t->columns[c].values != NULL;
    }
    if (!whole) r->walk.nomem = true;
}

/* Gives the bad cells of this row their places. */
static void place_bad(reading *r, const atn_csv_place *start)
{
    atn_csv_place place = *start;
    for (size_t c = 0; c < r->table->n_columns; c++) {
        atn_number_column *column = &r->table->columns[c];
        if (r->kind[c] == KEPT_OUT && column->line == 0) {
            column->line = place.line;
            column->column = place.column;
        }
        atn_csv_next_cell(&place);
    }
    r->unplaced = false;
}

static void on_row(void *user, const atn_csv_place *start)
{
    reading *r = user;
    attain_table *t = r->table;
    const size_t n = r->cell;
    r->cell = 0;
    if (!r->kind) {
        read_header(r, start);
        return;
    }
    if (r->unplaced) place_bad(r, start);
    if (n == t->n_columns && t->n_rows < r->capacity) {
        t->lines[t->n_rows++] = start->line;
    } else if (r->n_ragged++ < MOST_PROBLEMS) {
        char message[200];
        snprintf(message, sizeof message,
                 "the row has %zu fields, the header %zu; a field with a comma stands in quotes", n,
                 t->n_columns);
        atn_csv_problem(&r->walk, start->line, start->column, "ragged-row", message);
    }
}

/* Dates become days since the first of them all. */
static void settle_dates(attain_table *t, const cell_kind *kind)
{
    double first = INFINITY;
    for (size_t c = 0; c < t->n_columns; c++) {
        atn_number_column *column = &t->columns[c];
        column->date = kind[c] == DATE;
        for (size_t k = 0; column->date && k < t->n_rows; k++)
            if (column->values[k] < first) first = column->values[k];
    }
    if (!isfinite(first)) return;
    t->has_dates = true;
    t->calendar = (atn_calendar){.unit = ATN_STEP_DAY, .origin = (atn_day)first};
    for (size_t c = 0; c < t->n_columns; c++)
        for (size_t k = 0; t->columns[c].date && k < t->n_rows; k++)
            t->columns[c].values[k] -= first;
}

static attain_status finish(reading *r)
{
    char message[120];
    if (r->walk.nomem) return atn_fail_nomem(r->walk.err);
    if (r->n_ragged > MOST_PROBLEMS) {
        snprintf(message, sizeof message, "%zu more rows are not as long as the header",
                 r->n_ragged - MOST_PROBLEMS);
        atn_csv_problem(&r->walk, 0, 0, "ragged-row", message);
    }
    if (!r->kind && r->walk.status == ATTAIN_OK)
        atn_csv_problem(&r->walk, 1, 1, "missing-column",
                        "the table is empty: its header row is missing");
    if (r->walk.status == ATTAIN_OK) settle_dates(r->table, r->kind);
    return r->walk.status;
}

static attain_status parse(attain_context *ctx, const char *text, size_t length, const char *name,
                           attain_diagnostics *list, attain_table **table, attain_error *err)
{
    const size_t refusals = ctx->refusals;
    reading r = {.table = ATN_NEW(ctx, attain_table)};
    if (!r.table) return atn_fail_nomem(err);
    r.table->ctx = ctx;
    r.table->name = atn_strdup(ctx, name);
    r.walk = (atn_csv_walk){.ctx = ctx,
                            .file = name,
                            .list = list,
                            .err = err,
                            .on_cell = on_cell,
                            .on_row = on_row,
                            .user = &r};
    atn_csv_run(&r.walk, text, length);
    attain_status status = finish(&r);
    if (ctx->refusals != refusals) { /* a problem or the name may have been lost */
        atn_error_clear(err);
        status = atn_fail_nomem(err);
    }
    atn_free(ctx, r.kind);
    if (status)
        attain_table_free(r.table);
    else
        *table = r.table;
    return status;
}

attain_status attain_table_parse(attain_context *context, const char *text, size_t length,
                                 const char *name, attain_diagnostics *diagnostics,
                                 attain_table **table, attain_error *err)
{
    atn_error_clear(err);
    *table = NULL;
    return parse(context, text, length, name, diagnostics, table, err);
}

attain_status attain_table_load(attain_context *context, const char *path,
                                attain_diagnostics *diagnostics, attain_table **table,
                                attain_error *err)
{
    char *text;
    size_t length;
    atn_error_clear(err);
    *table = NULL;
    attain_error own = {0};
    attain_status status = atn_file_read(context, path, SIZE_MAX, &text, &length, &own);
    if (status) {
        const atn_place place = {.file = path};
        if (status != ATTAIN_ERR_NOMEM)
            atn_diagnose(diagnostics, ATTAIN_SEVERITY_ERROR, "file", &place, "%s", own.message);
        return atn_fail(err, status, "%s", own.message);
    }
    status = parse(context, text, length, strcmp(path, "-") == 0 ? "standard input" : path,
                   diagnostics, table, err);
    atn_free(context, text);
    return status;
}

static attain_status copy_column(attain_table *t, const char *name, const double *values,
                                 attain_error *err)
{
    if (!*name) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "column %zu has no name", t->n_columns);
    if (atn_number_column_find(t, name) < t->n_columns)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "column '%.64s' stands twice", name);
    for (size_t k = 0; k < t->n_rows; k++)
        if (isinf(values[k]))
            return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                            "column '%.64s' is infinite in row %zu, expected a number or NaN for "
                            "a missing one",
                            name, k);
    atn_number_column *column = &t->columns[t->n_columns++];
    column->name = atn_strdup(t->ctx, name);
    column->values = ATN_NEW_ARRAY(t->ctx, double, t->n_rows);
    if (!column->name || !column->values) return atn_fail_nomem(err);
    if (t->n_rows) memcpy(column->values, values, t->n_rows * sizeof *values);
    return ATTAIN_OK;
}

attain_status attain_table_create(attain_context *context, const char *const *names,
                                  const double *const *columns, size_t n_columns, size_t n_rows,
                                  attain_table **table, attain_error *err)
{
    atn_error_clear(err);
    *table = NULL;
    attain_table *t = ATN_NEW(context, attain_table);
    if (!t) return atn_fail_nomem(err);
    t->ctx = context;
    t->n_rows = n_rows;
    t->columns = ATN_NEW_ARRAY(context, atn_number_column, n_columns);
    attain_status status = t->columns ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t c = 0; c < n_columns && !status; c++)
        status = copy_column(t, names[c], columns[c], err);
    if (status)
        attain_table_free(t);
    else
        *table = t;
    return status;
}

void attain_table_free(attain_table *table)
{
    if (!table) return;
    for (size_t c = 0; c < table->n_columns; c++) {
        atn_free(table->ctx, table->columns[c].name);
        atn_free(table->ctx, table->columns[c].values);
    }
    atn_free(table->ctx, table->columns);
    atn_free(table->ctx, table->lines);
    atn_free(table->ctx, table->name);
    atn_free(table->ctx, table);
}

size_t attain_table_rows(const attain_table *table)
{
    return table->n_rows;
}

size_t atn_number_column_find(const attain_table *table, const char *name)
{
    size_t c = 0;
    while (c < table->n_columns && strcmp(table->columns[c].name, name) != 0) c++;
    return c;
}
