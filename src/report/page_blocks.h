/* A page for people as a sequence of blocks, composed once and written by one of two writers:
 * page_markdown.c (report.md) and page_html.c (report.html).
 *
 * Words are said into `line` with the phrases of this room, which hold the user's text plain; a
 * span takes the line, escaped for the page's language, into the block being made; then the block
 * is told what it was: a heading, a paragraph, an item of a list, a cell of a table. */
#ifndef ATN_PAGE_BLOCKS_H
#define ATN_PAGE_BLOCKS_H

#include "chart_internal.h"

typedef enum atn_span {
    ATN_SPAN_PLAIN,
    ATN_SPAN_STRONG,
    ATN_SPAN_EM,
    ATN_SPAN_CODE,
    ATN_SPAN_LINK /* to the section of that name on this page */
} atn_span;

typedef enum atn_paragraph {
    ATN_PARAGRAPH,
    ATN_PARAGRAPH_LEAD,
    ATN_PARAGRAPH_WARNING,
    ATN_PARAGRAPH_SUBJECT, /* what the list below is about */
    ATN_PARAGRAPH_KEY      /* short column heads in full; nothing where heads are full anyway */
} atn_paragraph;

typedef struct atn_page_column {
    const char *name; /* as short as a wide table needs */
    const char *full; /* NULL: the name says it all */
    bool number;
    bool wide; /* sentences */
} atn_page_column;

typedef enum atn_page_shape {
    ATN_TABLE,         /* the first column names its row */
    ATN_TABLE_GROUPED, /* equal neighbours in the first column are one head */
    ATN_TABLE_TURNED   /* many columns, few rows: may stand on its side; the first two name a row */
} atn_page_shape;

typedef struct atn_page_table {
    const atn_page_column *columns; /* borrowed */
    size_t n_columns;
    atn_page_shape shape;
    atn_text caption; /* of the page's language, as are cells, each ended by NUL */
    atn_text cells;
    size_t n_cells;
} atn_page_table;

typedef struct atn_page atn_page;
/* What a language does with each block; `text` is the block's spans. */
typedef struct atn_page_writer {
    void (*span)(atn_text *out, atn_span style, const char *plain);
    void (*title)(atn_page *page, const char *text);
    void (*heading)(atn_page *page, int level, const char *text);
    void (*paragraph)(atn_page *page, atn_paragraph kind, const char *text);
    void (*item)(atn_page *page, int depth, const char *text);
    void (*table)(atn_page *page, const atn_page_table *table);
    void (*picture)(atn_page *page, const atn_chart *chart);
    /* Between these two is what a reader may ask for; NULL: such things are left out. */
    void (*fold)(atn_page *page, const char *text);
    void (*unfold)(atn_page *page);
} atn_page_writer;

struct atn_page {
    attain_context *ctx;
    const atn_page_writer *writer;
    const atn_node *root;
    const char *charts_folder; /* where pictures lie, to be read; NULL: nowhere */
    atn_text line;             /* plain words, not yet on the page */
    atn_text block;            /* spans of the block being made */
    atn_page_table table;      /* being filled */
    atn_text numbers;          /* work space of page_data.c, kept from chart to chart */
    size_t *number_at, number_capacity;
    /* The writers' own. */
    atn_text *out, contents;
    size_t n_blocks, n_tables, main_at;
    int depth;
};

void atn_page_init(atn_page *page, attain_context *ctx, const atn_page_writer *writer,
                   const atn_node *root, atn_text *out);
void atn_page_free(atn_page *page);

void atn_page_span(atn_page *page, atn_span style); /* takes the line */
void atn_page_words(atn_page *page, const char *text);
void atn_page_title(atn_page *page);
void atn_page_heading(atn_page *page, int level);
void atn_page_paragraph(atn_page *page, atn_paragraph kind);
void atn_page_item(atn_page *page, int depth); /* 1: of a list, 2: of a list within an item */
/* The line is the table's caption. */
void atn_page_table_open(atn_page *page, const atn_page_column *columns, size_t n,
                         atn_page_shape shape);
void atn_page_cell(atn_page *page);
void atn_page_table_close(atn_page *page);
/* A chart as its picture, or its headline and why there is no picture. */
void atn_page_picture(atn_page *page, const atn_chart *chart);
/* Opens a part that readers may leave closed, named by the block; false, and nothing is to be
 * written, on pages that have no such parts. */
bool atn_page_fold(atn_page *page);
void atn_page_unfold(atn_page *page);

/* Whole sentences of ours in one call. */
void atn_page_say(atn_page *page, atn_paragraph kind, const char *text);
void atn_page_section(atn_page *page, const char *heading);
void atn_page_listed(atn_page *page, const char *text);

/* The composition: every block of the page, in order. */
void atn_page_compose(atn_page *page, const atn_chart_list *charts);
/* Its parts, each in a file of that name. */
void atn_page_goals(atn_page *page);     /* page_goals.c: table of all goals */
void atn_page_details(atn_page *page);   /* page_goals.c: each goal in detail */
void atn_page_scenarios(atn_page *page); /* scenario_words.c */
void atn_page_why(atn_page *page);       /* why_text.c */
void atn_page_figures(atn_page *page);   /* page_figures.c: reports, warnings, priors */
void atn_page_data(atn_page *page,
                   const atn_chart *chart); /* page_data.c: the numbers of a chart */

extern const atn_page_writer atn_page_markdown, atn_page_html;
/* page_html.c: the whole file around what was written. */
void atn_page_html_finish(const atn_page *page, atn_text *file);

#endif
