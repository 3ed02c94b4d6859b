/* CSV text to rows of cells that keep their texts and places. */
#include <string.h>

#include "io/csv_walk.h"
#include "io/table.h"

typedef struct reading {
    atn_csv_walk walk;
    atn_table *table;
    size_t row_first; /* first cell of the running row */
} reading;

/* Cells keep offsets until the text is whole, since its block moves while it grows. */
static void on_cell(void *user, const char *text, size_t n)
{
    reading *r = user;
    atn_table *t = r->table;
    void *bytes = t->bytes, *cells = t->cells;
    if (!atn_grow(r->walk.ctx, &bytes, &t->byte_capacity, t->n_bytes + n + 1, 1))
        r->walk.nomem = true;
    else
        t->bytes = bytes;
    if (!atn_grow(r->walk.ctx, &cells, &t->cell_capacity, t->n_cells + 1, sizeof *t->cells))
        r->walk.nomem = true;
    else
        t->cells = cells;
    if (r->walk.nomem) return;
    memcpy(t->bytes + t->n_bytes, text, n);
    t->bytes[t->n_bytes + n] = '\0';
    t->cells[t->n_cells++] = (atn_cell){.length = n};
    t->n_bytes += n + 1;
}

static void on_row(void *user, const atn_csv_place *start)
{
    reading *r = user;
    atn_table *t = r->table;
    void *rows = t->rows;
    if (!atn_grow(r->walk.ctx, &rows, &t->row_capacity, t->n_rows + 1, sizeof *t->rows)) {
        r->walk.nomem = true;
        return;
    }
    t->rows = rows;
    atn_csv_place place = *start;
    for (size_t k = r->row_first; k < t->n_cells; k++) {
        t->cells[k].line = place.line;
        t->cells[k].column = place.column;
        atn_csv_next_cell(&place);
    }
    t->rows[t->n_rows++] =
        (atn_row){.first = r->row_first, .n_cells = t->n_cells - r->row_first, .line = start->line};
    r->row_first = t->n_cells;
}

attain_status atn_table_parse(attain_context *ctx, const char *text, size_t length,
                              const char *file, attain_diagnostics *list, atn_table *table,
                              attain_error *err)
{
    reading r = {.table = table};
    r.walk = (atn_csv_walk){.ctx = ctx,
                            .file = file,
                            .list = list,
                            .err = err,
                            .on_cell = on_cell,
                            .on_row = on_row,
                            .user = &r};
    *table = (atn_table){0};
    const attain_status status = atn_csv_run(&r.walk, text, length);
    table->n_cells = r.row_first; /* a row that broke off is none */
    size_t offset = 0;
    for (size_t k = 0; k < table->n_cells; k++) {
        table->cells[k].text = table->bytes + offset;
        offset += table->cells[k].length + 1;
    }
    return status;
}

void atn_table_free(attain_context *ctx, atn_table *table)
{
    atn_free(ctx, table->bytes);
    atn_free(ctx, table->cells);
    atn_free(ctx, table->rows);
    *table = (atn_table){0};
}
