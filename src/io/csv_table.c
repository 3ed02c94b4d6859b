/* CSV text to rows of cells.  libcsv is fed up to each comma or line end, so that every cell's
 * place is known when it is handed over. */
#include <csv.h>
#include <string.h>

#include "base/text.h"
#include "io/table.h"

typedef struct reading {
    attain_context *ctx;
    atn_table *table;
    const char *file;
    attain_diagnostics *list;
    attain_error *err;
    attain_status status;
    long line, column;           /* of the byte to be fed next */
    long cell_line, cell_column; /* where the running cell began */
    size_t row_first;            /* first cell of the running row */
    bool nomem;
} reading;

static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

static void report(reading *r, long line, long column, const char *code, const char *message)
{
    const atn_place place = {.file = r->file, .line = line, .column = column};
    atn_diagnose(r->list, ATTAIN_SEVERITY_ERROR, code, &place, "%s", message);
    if (r->status == ATTAIN_OK)
        r->status = atn_fail_at(r->err, ATTAIN_ERR_TABLE, NULL, line, column, "%s", message);
}

/* Cells keep offsets until the text is whole, since its block moves while it grows. */
static void on_cell(void *bytes, size_t n, void *user)
{
    reading *r = user;
    atn_table *t = r->table;
    void *text = t->bytes, *cells = t->cells;
    if (r->nomem) return;
    if (!atn_grow(r->ctx, &text, &t->byte_capacity, t->n_bytes + n + 1, 1))
        r->nomem = true;
    else
        t->bytes = text;
    if (!atn_grow(r->ctx, &cells, &t->cell_capacity, t->n_cells + 1, sizeof *t->cells))
        r->nomem = true;
    else
        t->cells = cells;
    if (r->nomem) return;
    if (n) memcpy(t->bytes + t->n_bytes, bytes, n);
    t->bytes[t->n_bytes + n] = '\0';
    t->cells[t->n_cells++] =
        (atn_cell){.length = n, .line = r->cell_line, .column = r->cell_column};
    t->n_bytes += n + 1;
}

static void on_row(int end, void *user)
{
    (void)end;
    reading *r = user;
    atn_table *t = r->table;
    void *rows = t->rows;
    if (r->nomem) return;
    if (!atn_grow(r->ctx, &rows, &t->row_capacity, t->n_rows + 1, sizeof *t->rows)) {
        r->nomem = true;
        return;
    }
    t->rows = rows;
    const size_t n = t->n_cells - r->row_first;
    t->rows[t->n_rows++] =
        (atn_row){.first = r->row_first, .n_cells = n, .line = t->cells[r->row_first].line};
    r->row_first = t->n_cells;
}

/* Line and column after the n bytes at `text`. */
static void advance(reading *r, const char *text, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (text[k] == '\n') {
            r->line++;
            r->column = 1;
        } else {
            r->column++;
        }
    }
}

static void report_broken(reading *r, const char *text, size_t done)
{
    advance(r, text, done);
    report(r, r->line, r->column, "csv-grammar",
           "stray quote: a field with a quote in it stands in quotes, with the quote doubled "
           "(\"the \"\"worst\"\"\")");
}

/* Feeds the text piece by piece; false when it ended early. */
static bool feed(reading *r, struct csv_parser *parser, const char *text, size_t length)
{
    size_t row_start = 0, cell_start = 0;
    for (size_t at = 0; at < length;) {
        size_t n = strcspn(text + at, ",\r\n");
        if (at + n < length) n++;
        if (at + n - row_start > ATN_TABLE_LINE_LIMIT) {
            report(r, r->cell_line, r->cell_column, "long-row",
                   "row is longer than 1,048,576 bytes; a closing quote may be missing here");
            return false;
        }
        const size_t cells = r->table->n_cells, rows = r->table->n_rows;
        const size_t done = csv_parse(parser, text + at, n, on_cell, on_row, r);
        if (done < n) {
            if (csv_error(parser) != CSV_EPARSE)
                r->nomem = true;
            else
                report_broken(r, text + at, done);
            return false;
        }
        if (r->nomem) return false;
        advance(r, text + at, n);
        at += n;
        const bool blank =
            at == cell_start + 1 && (text[cell_start] == '\n' || text[cell_start] == '\r');
        if (r->table->n_cells > cells || blank) {
            r->cell_line = r->line;
            r->cell_column = r->column;
            cell_start = at;
        }
        if (r->table->n_rows > rows || blank) row_start = at;
    }
    return true;
}

/* NUL bytes and bad UTF-8 are refused before anything else looks at the text. */
static bool sound(reading *r, const char *text, size_t length)
{
    const char *nul = memchr(text, '\0', length);
    if (length >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0)) {
        report(r, 1, 1, "csv-encoding", "this is UTF-16; save the table as CSV UTF-8");
        return false;
    }
    if (nul) {
        advance(r, text, (size_t)(nul - text));
        report(r, r->line, r->column, "csv-encoding", "NUL byte in a text table");
        return false;
    }
    if (atn_utf8_valid(text, length)) return true;
    for (size_t at = 0; at < length;) { /* by lines, to name the first bad one */
        size_t n = strcspn(text + at, "\n");
        if (!atn_utf8_valid(text + at, n)) break;
        if (at + n < length) n++;
        advance(r, text + at, n);
        at += n;
    }
    report(r, r->line, 1, "csv-encoding", "not UTF-8; save the table as CSV UTF-8");
    return false;
}

static void parse(reading *r, const char *text, size_t length)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        r->nomem = true;
        return;
    }
    csv_set_space_func(&parser, no_space);
    if (feed(r, &parser, text, length) && csv_fini(&parser, on_cell, on_row, r) != 0 && !r->nomem) {
        if (csv_error(&parser) == CSV_EPARSE)
            report(r, r->cell_line, r->cell_column, "csv-grammar",
                   "the quote that opens here never closes");
        else
            r->nomem = true;
    }
    csv_free(&parser);
}

attain_status atn_table_parse(attain_context *ctx, const char *text, size_t length,
                              const char *file, attain_diagnostics *list, atn_table *table,
                              attain_error *err)
{
    reading r = {.ctx = ctx,
                 .table = table,
                 .file = file,
                 .list = list,
                 .err = err,
                 .status = ATTAIN_OK,
                 .line = 1,
                 .column = 1,
                 .cell_line = 1,
                 .cell_column = 1};
    *table = (atn_table){0};
    char *copy = atn_strndup(ctx, text, length); /* strcspn needs the end marked */
    if (!copy) return atn_fail_nomem(err);
    const char *body = copy;
    if (length >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0) {
        const atn_place place = {.file = file, .line = 1, .column = 1};
        atn_diagnose(list, ATTAIN_SEVERITY_NOTE, "byte-order-mark", &place,
                     "byte-order mark at the start skipped");
        body += 3;
        length -= 3;
    }
    if (sound(&r, body, length)) parse(&r, body, length);
    size_t offset = 0;
    for (size_t k = 0; k < table->n_cells; k++) {
        table->cells[k].text = table->bytes + offset;
        offset += table->cells[k].length + 1;
    }
    atn_free(ctx, copy);
    return r.nomem ? atn_fail_nomem(err) : r.status;
}

void atn_table_free(attain_context *ctx, atn_table *table)
{
    atn_free(ctx, table->bytes);
    atn_free(ctx, table->cells);
    atn_free(ctx, table->rows);
    *table = (atn_table){0};
}
