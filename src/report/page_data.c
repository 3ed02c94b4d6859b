/* The numbers behind a chart as a table that can be read: its data file, thinned. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page_blocks.h"

enum { MAX_ROWS = 60, MAX_COLUMNS = 24, FEW = 40, NAME_SIZE = 72 };

/* A chart's data file, cell after cell: places in the page's work space. */
typedef struct chart_data {
    atn_text *text; /* the cells, each ended by NUL */
    const size_t *at;
    size_t n_columns, n_rows; /* the head is row 0 */
} chart_data;

static const char *cell_of(const chart_data *d, size_t row, size_t column)
{
    return d->text->data + d->at[row * d->n_columns + column];
}

/* Appends the cell that begins at `s`; returns what stands behind it. */
static const char *read_cell(atn_text *out, const char *s)
{
    const bool quoted = *s == '"';
    if (quoted) s++;
    for (;;) {
        const size_t n = strcspn(s, quoted ? "\"" : ",\n");
        const bool twice = quoted && s[n] == '"' && s[n + 1] == '"'; /* stands for one */
        atn_text_add_bytes(out, s, n + twice);
        s += n + twice;
        if (!twice) break;
        s++;
    }
    atn_text_add_bytes(out, "", 1);
    return quoted && *s ? s + 1 : s;
}

/* False where the file is no plain table, or memory is short. */
static bool read_data(chart_data *d, atn_page *p, const char *csv)
{
    size_t columns = 0, n = 0;
    *d = (chart_data){.text = &p->numbers};
    p->numbers.length = 0;
    for (const char *s = csv; *s;) {
        void *at = p->number_at;
        if (!atn_grow(p->ctx, &at, &p->number_capacity, n + 1, sizeof *p->number_at)) return false;
        d->at = p->number_at = at;
        p->number_at[n++] = p->numbers.length;
        s = read_cell(&p->numbers, s);
        columns++;
        if (*s == ',') {
            s++;
            continue;
        }
        if (*s == '\n') s++;
        if (d->n_columns == 0) d->n_columns = columns;
        if (columns != d->n_columns) return false;
        d->n_rows++;
        columns = 0;
    }
    return columns == 0 && d->n_rows > 1 && !p->numbers.failed;
}

/* The first row of each month, and the last of all; rows without dates by even steps. */
static bool is_chosen(const chart_data *d, size_t row)
{
    atn_day day;
    const char *date = cell_of(d, row, 0);
    if (d->n_rows <= FEW || row == 1 || row + 1 == d->n_rows) return true;
    if (!atn_iso_day(date, &day)) return row % (1 + d->n_rows / MAX_ROWS) == 1;
    return strncmp(date, cell_of(d, row - 1, 0), strlen("2025-01")) != 0;
}

/* ---- columns --------------------------------------------------------------------------------- */

typedef struct shown {
    size_t n, from[MAX_COLUMNS]; /* columns of the file */
    bool percent[MAX_COLUMNS];
    char names[MAX_COLUMNS][NAME_SIZE];
    atn_page_column columns[MAX_COLUMNS];
} shown;

static bool same_column(const chart_data *d, size_t a, size_t b)
{
    for (size_t row = 0; row < d->n_rows; row++)
        if (strcmp(cell_of(d, row, a), cell_of(d, row, b)) != 0) return false;
    return true;
}

/* Several curves bring their own dates; what only the drawing needs tells nobody anything. */
static bool is_needless(const chart_data *d, size_t column)
{
    static const char *const drawing[] = {"height", "seconds", "kind"};
    for (size_t i = 0; i < sizeof drawing / sizeof *drawing; i++)
        if (strcmp(cell_of(d, 0, column), drawing[i]) == 0) return true;
    for (size_t other = 0; other < column; other++)
        if (same_column(d, other, column)) return true;
    for (size_t row = 1; row < d->n_rows; row++)
        if (*cell_of(d, row, column)) return false;
    return true;
}

static bool is_number(const char *text, double *value)
{
    return *text && atn_number_parse(text, strlen(text), value);
}

/* As far as it is shown. */
static bool is_numeric(const chart_data *d, size_t column)
{
    double value;
    bool any = false;
    for (size_t row = 1; row < d->n_rows; row++) {
        const char *text = cell_of(d, row, column);
        if (!*text || !is_chosen(d, row)) continue;
        if (!is_number(text, &value)) return false;
        any = true;
    }
    return any;
}

/* "q0.025" as "2.5 %", "trend_low" as "trend low". */
static void name_column(char name[NAME_SIZE], const char *head)
{
    double level;
    if (head[0] == 'q' && is_number(head + 1, &level)) {
        char digits[64];
        atn_number_fixed(100.0 * level, fabs(100 * level - round(100 * level)) > 0.01 ? 1 : 0,
                         digits);
        snprintf(name, NAME_SIZE, fabs(level - 0.5) > 0 ? "%s %%" : "median", digits);
        return;
    }
    size_t n = strlen(head);
    while (n >= NAME_SIZE || (n > 0 && n < strlen(head) && (head[n] & 0xc0) == 0x80)) n--;
    snprintf(name, NAME_SIZE, "%.*s", (int)n, head);
    for (char *s = name; *s; s++)
        if (*s == '_') *s = ' ';
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Chances, and values of a series that is a share. */
static bool is_percent(const atn_page *p, const atn_chart *chart, const char *head)
{
    static const char *const chances[] = {"chance", "probability", "trend_low", "trend_high"};
    for (size_t i = 0; i < sizeof chances / sizeof *chances; i++)
        if (strcmp(head, chances[i]) == 0) return true;
    if (begins(chart->name, "attainment-")) return true;
    if (!begins(chart->name, "rate-")) return false;
    const atn_node *series =
        atn_find(atn_node_get(p->root, "series"), "id", chart->name + strlen("rate-"));
    return strcmp(atn_node_text(atn_node_get(series, "kind")), "share") == 0;
}

static void choose_columns(shown *s, const atn_page *p, const atn_chart *chart, const chart_data *d)
{
    s->n = 0;
    for (size_t c = 0; c < d->n_columns && s->n < MAX_COLUMNS; c++) {
        if (is_needless(d, c)) continue;
        const bool number = is_numeric(d, c);
        s->from[s->n] = c;
        s->percent[s->n] = number && is_percent(p, chart, cell_of(d, 0, c));
        name_column(s->names[s->n], cell_of(d, 0, c));
        s->columns[s->n] = (atn_page_column){s->names[s->n], NULL, number, false};
        s->n++;
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void say_cell(atn_text *out, const char *text, bool number, bool percent)
{
    double value;
    atn_day day;
    if (number && is_number(text, &value))
        atn_say_value(out, value, percent, false);
    else if (*text && atn_iso_day(text, &day))
        atn_say_short_date(out, text);
    else
        atn_text_add(out, *text ? text : "-");
}

static size_t add_rows(atn_page *p, const chart_data *d, const shown *s)
{
    size_t chosen = 0, kept = 0, place = 0;
    for (size_t row = 1; row < d->n_rows; row++) chosen += is_chosen(d, row);
    const size_t step = 1 + (chosen - 1) / MAX_ROWS; /* of months, where there are many */
    for (size_t row = 1; row < d->n_rows; row++) {
        if (!is_chosen(d, row)) continue;
        if (place++ % step != 0 && row + 1 != d->n_rows) continue;
        for (size_t c = 0; c < s->n; c++) {
            say_cell(&p->line, cell_of(d, row, s->from[c]), s->columns[c].number, s->percent[c]);
            atn_page_cell(p);
        }
        kept++;
    }
    return kept;
}

/* Names the file that has every row, or every number. */
static void say_file(atn_page *p, const atn_chart *chart, const char *before)
{
    atn_page_words(p, before);
    if (chart->filed)
        atn_text_printf(&p->line, "charts/%s.csv", chart->name);
    else
        atn_text_add(&p->line, "results.json");
    atn_page_span(p, ATN_SPAN_CODE);
    atn_page_words(p, ".");
    atn_page_paragraph(p, ATN_PARAGRAPH);
}

static void say_rest(atn_page *p, const atn_chart *chart, const chart_data *d, size_t kept)
{
    if (kept + 1 < d->n_rows) {
        atn_text_printf(&p->line, "Shown: %zu of %zu rows. ", kept, d->n_rows - 1);
        say_file(p, chart, "All of them: ");
    } else {
        say_file(p, chart, "The same numbers in full: ");
    }
}

static void table(atn_page *p, const atn_chart *chart, const chart_data *d)
{
    shown s;
    choose_columns(&s, p, chart, d);
    atn_text_add(&p->line, "Data of: ");
    atn_text_add(&p->line, chart->headline.data ? chart->headline.data : "");
    atn_page_table_open(p, s.columns, s.n, ATN_TABLE);
    const size_t kept = add_rows(p, d, &s);
    atn_page_table_close(p);
    say_rest(p, chart, d, kept);
}

void atn_page_data(atn_page *p, const atn_chart *chart)
{
    const size_t refusals = p->ctx->refusals;
    chart_data d;
    atn_text_add(&p->line, "Data and description");
    if (!atn_page_fold(p)) return;
    atn_page_say(p, ATN_PARAGRAPH, chart->alt.data ? chart->alt.data : "");
    if (read_data(&d, p, chart->data.data ? chart->data.data : ""))
        table(p, chart, &d);
    else
        say_file(p, chart, "The numbers: ");
    if (p->ctx->refusals != refusals) p->line.failed = true;
    atn_page_unfold(p);
}
