/* CSV text to rows.  libcsv is fed a line at a time, so that each row's place in the text is known
 * when it is handed over; places of cells are found from there when somebody asks. */
#include "io/csv_walk.h"

#include <csv.h>
#include <string.h>

#include "base/text.h"

static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

void atn_csv_problem(atn_csv_walk *walk, long line, long column, const char *code,
                     const char *message)
{
    const atn_place place = {.file = walk->file, .line = line, .column = column};
    atn_diagnose(walk->list, ATTAIN_SEVERITY_ERROR, code, &place, "%s", message);
    if (walk->status == ATTAIN_OK)
        walk->status = atn_fail_at(walk->err, ATTAIN_ERR_TABLE, NULL, line, column, "%s", message);
}

static void advance(atn_csv_place *place, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (*place->at++ == '\n') {
            place->line++;
            place->column = 1;
        } else {
            place->column++;
        }
    }
}

void atn_csv_next_cell(atn_csv_place *place)
{
    const bool quoted = place->at < place->end && *place->at == '"';
    bool inside = quoted;
    if (quoted) advance(place, 1);
    while (place->at < place->end && (inside || !strchr(",\r\n", *place->at))) {
        if (quoted && *place->at == '"') inside = !inside; /* a doubled quote turns it twice */
        advance(place, 1);
    }
    if (place->at < place->end) advance(place, 1);
}

static void on_cell(void *bytes, size_t n, void *user)
{
    atn_csv_walk *walk = user;
    if (walk->nomem) return;
    walk->on_cell(walk->user, n ? bytes : "", n);
    walk->row_cells++;
}

static void on_row(int end, void *user)
{
    (void)end;
    atn_csv_walk *walk = user;
    if (walk->nomem) return;
    walk->on_row(walk->user, &walk->row);
    walk->row_cells = 0;
    walk->row_ended = true;
}

/* The cell that the running row has come to. */
static atn_csv_place running_cell(const atn_csv_walk *walk)
{
    atn_csv_place place = walk->row;
    for (size_t k = 0; k < walk->row_cells; k++) atn_csv_next_cell(&place);
    return place;
}

/* Bytes up to and with the next line end; a return before a newline belongs to it. */
static size_t line_length(const char *text, size_t left)
{
    const char *newline = memchr(text, '\n', left);
    const size_t n = newline ? (size_t)(newline - text) + 1 : left;
    const char *back = memchr(text, '\r', n);
    if (!back || (newline && back + 1 == newline)) return n;
    return (size_t)(back - text) + 1;
}

static bool is_blank(const char *text, size_t n)
{
    return text[0] == '\n' || (text[0] == '\r' && (n == 1 || text[1] == '\n'));
}

/* Feeds the text line by line; false when it ended early. */
static bool feed(atn_csv_walk *walk, struct csv_parser *parser)
{
    atn_csv_place *piece = &walk->piece;
    while (piece->at < piece->end) {
        const size_t n = line_length(piece->at, (size_t)(piece->end - piece->at));
        const bool blank = piece->at == walk->row.at && is_blank(piece->at, n);
        if ((size_t)(piece->at - walk->row.at) + n > ATN_CSV_ROW_LIMIT) {
            const atn_csv_place cell = running_cell(walk);
            atn_csv_problem(walk, cell.line, cell.column, "long-row",
                            "row is longer than 1,048,576 bytes; a closing quote may be missing "
                            "here");
            return false;
        }
        const size_t done = csv_parse(parser, piece->at, n, on_cell, on_row, walk);
        if (done < n && csv_error(parser) == CSV_EPARSE) {
            advance(piece, done);
            atn_csv_problem(walk, piece->line, piece->column, "csv-grammar",
                            "stray quote: a field with a quote in it stands in quotes, with the "
                            "quote doubled (\"the \"\"worst\"\"\")");
            return false;
        }
        if (done < n) walk->nomem = true;
        if (walk->nomem) return false;
        const bool ended = piece->at[n - 1] == '\n';
        piece->at += n;
        piece->line += ended;
        piece->column = ended ? 1 : piece->column + (long)n;
        if (blank || walk->row_ended) walk->row = *piece;
        walk->row_ended = false;
    }
    return true;
}

/* NUL bytes and bad UTF-8 are refused before anything else looks at the text. */
static bool sound(atn_csv_walk *walk, atn_csv_place place)
{
    const size_t length = (size_t)(place.end - place.at);
    const char *nul = memchr(place.at, '\0', length);
    if (length >= 2 &&
        (memcmp(place.at, "\xFF\xFE", 2) == 0 || memcmp(place.at, "\xFE\xFF", 2) == 0)) {
        atn_csv_problem(walk, 1, 1, "csv-encoding", "this is UTF-16; save the table as CSV UTF-8");
        return false;
    }
    if (nul) {
        advance(&place, (size_t)(nul - place.at));
        atn_csv_problem(walk, place.line, place.column, "csv-encoding", "NUL byte in a text table");
        return false;
    }
    if (atn_utf8_valid(place.at, length)) return true;
    while (place.at < place.end) { /* by lines, to name the first bad one */
        const char *newline = memchr(place.at, '\n', (size_t)(place.end - place.at));
        const char *next = newline ? newline + 1 : place.end;
        if (!atn_utf8_valid(place.at, (size_t)(next - place.at))) break;
        place.at = next;
        place.line++;
    }
    atn_csv_problem(walk, place.line, 1, "csv-encoding", "not UTF-8; save the table as CSV UTF-8");
    return false;
}

static void walk_rows(atn_csv_walk *walk)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        walk->nomem = true;
        return;
    }
    csv_set_space_func(&parser, no_space);
    if (feed(walk, &parser) && csv_fini(&parser, on_cell, on_row, walk) != 0 && !walk->nomem) {
        const atn_csv_place cell = running_cell(walk);
        if (csv_error(&parser) == CSV_EPARSE)
            atn_csv_problem(walk, cell.line, cell.column, "csv-grammar",
                            "the quote that opens here never closes");
        else
            walk->nomem = true;
    }
    csv_free(&parser);
}

attain_status atn_csv_run(atn_csv_walk *walk, const char *text, size_t length)
{
    walk->row = walk->piece =
        (atn_csv_place){.at = text, .end = text + length, .line = 1, .column = 1};
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        const atn_place place = {.file = walk->file, .line = 1, .column = 1};
        atn_diagnose(walk->list, ATTAIN_SEVERITY_NOTE, "byte-order-mark", &place,
                     "byte-order mark at the start skipped");
        walk->row.at = walk->piece.at = text + 3;
    }
    if (sound(walk, walk->row)) walk_rows(walk);
    return walk->nomem ? atn_fail_nomem(walk->err) : walk->status;
}
