/* One table in four dresses. */
#include "report_internal.h"

#include <math.h>
#include <string.h>

void atn_grid_init(atn_grid *t, attain_context *ctx, const atn_grid_column *columns,
                   size_t n_columns)
{
    *t = (atn_grid){.ctx = ctx, .columns = columns, .n_columns = n_columns};
}

void atn_grid_free(atn_grid *t)
{
    atn_free(t->ctx, t->cells);
    t->cells = NULL;
}

static void add(atn_grid *t, atn_grid_cell cell)
{
    void *cells = t->cells;
    if (t->failed || !atn_grow(t->ctx, &cells, &t->capacity, t->n_cells + 1, sizeof cell)) {
        t->failed = true;
        return;
    }
    t->cells = cells;
    t->cells[t->n_cells++] = cell;
}

void atn_grid_text(atn_grid *t, const char *text)
{
    add(t, (atn_grid_cell){.text = text ? text : "", .number = NAN});
}

void atn_grid_number(atn_grid *t, double number)
{
    add(t, (atn_grid_cell){.text = "", .number = number});
}

void atn_grid_node(atn_grid *t, const atn_node *node)
{
    const atn_grid_column *column = &t->columns[t->n_cells % t->n_columns];
    if (column->show == SHOW_TEXT)
        atn_grid_text(t, atn_node_text(node));
    else if (column->show == SHOW_BOOL)
        atn_grid_number(t, atn_node_true(node) ? 1.0 : 0.0);
    else
        atn_grid_number(t, atn_node_number(node));
}

/* ---- aligned text ---------------------------------------------------------------------------- */

/* Cuts to `width` characters with an ellipsis. */
static void add_cut(atn_text *out, const char *text, size_t width)
{
    if (atn_utf8_length(text) <= width) {
        atn_escape_plain(out, text);
        return;
    }
    size_t n = 0;
    const char *s = text;
    for (; *s; s++) {
        if (((unsigned char)*s & 0xc0) == 0x80) continue;
        if (++n == width) break;
    }
    for (const char *c = text; c < s; c++) {
        const char shown = (unsigned char)*c < 0x20 ? ' ' : *c;
        atn_text_add_bytes(out, &shown, 1);
    }
    atn_text_add(out, "\xe2\x80\xa6");
}

static void show(atn_text *out, const atn_grid_column *column, const atn_grid_cell *cell)
{
    switch (column->show) {
    case SHOW_TEXT: add_cut(out, cell->text, (size_t)column->width); break;
    case SHOW_EXACT: atn_say_exact(out, cell->number); break;
    case SHOW_ESTIMATE: atn_say_estimate(out, cell->number); break;
    case SHOW_PERCENT: atn_say_percent(out, cell->number); break;
    case SHOW_BOOL: atn_text_add(out, cell->number > 0 ? "yes" : "no"); break;
    }
}

static bool is_right(const atn_grid_column *column)
{
    return column->show != SHOW_TEXT && column->show != SHOW_BOOL;
}

static void pad(atn_text *out, size_t from, size_t to)
{
    for (; from < to; from++) atn_text_add(out, " ");
}

/* A width that could not be measured for want of memory fails `out`. */
static size_t shown_width(const atn_grid *t, const atn_grid_column *column,
                          const atn_grid_cell *cell, atn_text *out)
{
    atn_text text;
    atn_text_init(&text, t->ctx);
    show(&text, column, cell);
    const size_t n = text.data ? atn_utf8_length(text.data) : 0;
    if (!atn_text_ok(&text)) out->failed = true;
    atn_text_free(&text);
    return n;
}

static size_t column_width(const atn_grid *t, size_t c, atn_text *out)
{
    size_t widest = atn_utf8_length(t->columns[c].heading);
    for (size_t i = c; i < t->n_cells; i += t->n_columns) {
        const size_t n = shown_width(t, &t->columns[c], &t->cells[i], out);
        if (n > widest) widest = n;
    }
    return widest;
}

static bool is_last(const atn_grid *t, size_t c)
{
    for (size_t k = c + 1; k < t->n_columns; k++)
        if (t->columns[k].width) return false;
    return true;
}

/* row == (size_t)-1: the headings. */
static void print_line(const atn_grid *t, size_t row, const size_t *widths, atn_text *out)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        const atn_grid_column *column = &t->columns[c];
        if (!column->width) continue;
        const atn_grid_cell *cell = row == (size_t)-1 ? NULL : &t->cells[row * t->n_columns + c];
        const size_t n =
            cell ? shown_width(t, column, cell, out) : atn_utf8_length(column->heading);
        if (is_right(column)) pad(out, n, widths[c]);
        if (cell)
            show(out, column, cell);
        else
            atn_text_add(out, column->heading);
        if (is_last(t, c)) break;
        if (!is_right(column)) pad(out, n, widths[c]);
        atn_text_add(out, "  ");
    }
    atn_text_add(out, "\n");
}

static void print_aligned(const atn_grid *t, atn_text *out)
{
    size_t *widths = ATN_NEW_ARRAY(t->ctx, size_t, t->n_columns);
    if (!widths) {
        out->failed = true;
        return;
    }
    for (size_t c = 0; c < t->n_columns; c++)
        if (t->columns[c].width) widths[c] = column_width(t, c, out);
    print_line(t, (size_t)-1, widths, out);
    for (size_t row = 0; row < t->n_cells / t->n_columns; row++) print_line(t, row, widths, out);
    atn_free(t->ctx, widths);
}

/* ---- CSV and JSON ---------------------------------------------------------------------------- */

static void print_csv(const atn_grid *t, atn_text *out)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        if (c) atn_text_add(out, ",");
        atn_text_add(out, t->columns[c].key);
    }
    atn_text_add(out, "\n");
    for (size_t i = 0; i < t->n_cells; i++) {
        const atn_grid_column *column = &t->columns[i % t->n_columns];
        if (i % t->n_columns) atn_text_add(out, ",");
        if (column->show == SHOW_TEXT)
            atn_escape_csv(out, t->cells[i].text);
        else if (column->show == SHOW_BOOL)
            atn_text_add(out, t->cells[i].number > 0 ? "true" : "false");
        else if (isfinite(t->cells[i].number))
            atn_text_number(out, t->cells[i].number);
        if (i % t->n_columns == t->n_columns - 1) atn_text_add(out, "\n");
    }
}

static void print_json(const atn_grid *t, atn_text *out)
{
    atn_text_add(out, "[");
    for (size_t i = 0; i < t->n_cells; i++) {
        const atn_grid_column *column = &t->columns[i % t->n_columns];
        if (i % t->n_columns == 0) atn_text_add(out, i ? ",\n  {" : "\n  {");
        if (i % t->n_columns) atn_text_add(out, ", ");
        atn_escape_json(out, column->key);
        atn_text_add(out, ": ");
        if (column->show == SHOW_TEXT)
            atn_escape_json(out, t->cells[i].text);
        else if (column->show == SHOW_BOOL)
            atn_text_add(out, t->cells[i].number > 0 ? "true" : "false");
        else
            atn_text_number(out, t->cells[i].number);
        if (i % t->n_columns == t->n_columns - 1) atn_text_add(out, "}");
    }
    atn_text_add(out, t->n_cells ? "\n]\n" : "]\n");
}

void atn_grid_print(const atn_grid *t, attain_format format, atn_text *out)
{
    if (t->failed) {
        out->failed = true;
        return;
    }
    switch (format) {
    case ATTAIN_FORMAT_CSV: print_csv(t, out); break;
    case ATTAIN_FORMAT_JSON: print_json(t, out); break;
    case ATTAIN_FORMAT_TABLE: print_aligned(t, out); break;
    }
}
