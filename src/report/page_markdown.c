/* The page as Markdown (CommonMark with GitHub's tables): a blank line between blocks. */
#include "page_blocks.h"

#include <ctype.h>
#include <string.h>

static void span(atn_text *out, atn_span style, const char *plain)
{
    static const char *const around[][2] = {
        [ATN_SPAN_PLAIN] = {"", ""}, [ATN_SPAN_STRONG] = {"**", "**"}, [ATN_SPAN_EM] = {"*", "*"}};
    if (style == ATN_SPAN_CODE) {
        atn_text_printf(out, "`%s`", plain); /* words of ours alone */
        return;
    }
    if (style == ATN_SPAN_LINK) {
        atn_text_printf(out, "[%s](#", plain);
        for (const char *s = plain; *s; s++) {
            const char c = *s == ' ' ? '-' : (char)tolower((unsigned char)*s);
            atn_text_add_bytes(out, &c, 1);
        }
        atn_text_add(out, ")");
        return;
    }
    atn_text_add(out, around[style][0]);
    atn_escape_markdown(out, plain);
    atn_text_add(out, around[style][1]);
}

/* Items follow each other without a blank line. */
static void begin(atn_page *page, int depth)
{
    if (page->n_blocks > 0 && !(depth > 0 && page->depth > 0)) atn_text_add(page->out, "\n");
    page->depth = depth;
}

static void title(atn_page *page, const char *text)
{
    begin(page, 0);
    atn_text_printf(page->out, "# %s\n", text);
}

static void heading(atn_page *page, int level, const char *text)
{
    begin(page, 0);
    atn_text_printf(page->out, "%.*s %s\n", level, "######", text);
}

static void paragraph(atn_page *page, atn_paragraph kind, const char *text)
{
    (void)kind;
    begin(page, 0);
    atn_text_printf(page->out, "%s\n", text);
}

static void item(atn_page *page, int depth, const char *text)
{
    begin(page, depth);
    atn_text_printf(page->out, "%s- %s\n", depth > 1 ? "  " : "", text);
}

/* Markdown has no captions: headings say what a table is. */
static void table(atn_page *page, const atn_page_table *t)
{
    const char *cell = t->cells.data ? t->cells.data : "", *last = "";
    begin(page, 0);
    for (size_t i = 0; i < t->n_columns; i++)
        atn_text_printf(page->out, "| %s ", t->columns[i].name);
    atn_text_add(page->out, "|\n");
    for (size_t i = 0; i < t->n_columns; i++)
        atn_text_add(page->out, t->columns[i].number ? "|--:" : "|---");
    atn_text_add(page->out, "|\n");
    for (size_t i = 0; i < t->n_cells; i++) {
        const size_t column = i % t->n_columns;
        const bool same = column == 0 && t->shape == ATN_TABLE_GROUPED && strcmp(cell, last) == 0;
        if (column == 0) last = cell;
        atn_text_printf(page->out, "| %s%s", same ? "" : cell, same ? "" : " ");
        if (column + 1 == t->n_columns) atn_text_add(page->out, "|\n");
        cell += strlen(cell) + 1;
    }
}

static void picture(atn_page *page, const atn_chart *chart)
{
    const char *headline = chart->headline.data ? chart->headline.data : "";
    begin(page, chart->drawn ? 0 : 1);
    atn_text_add(page->out, chart->drawn ? "![" : "- ");
    atn_escape_markdown(page->out, headline);
    if (chart->drawn)
        atn_text_printf(page->out, "](charts/%s.png)\n", chart->name);
    else
        atn_text_printf(page->out, ": [script](charts/%s.gp), [data](charts/%s.csv)\n", chart->name,
                        chart->name);
}

const atn_page_writer atn_page_markdown = {.span = span,
                                           .title = title,
                                           .heading = heading,
                                           .paragraph = paragraph,
                                           .item = item,
                                           .table = table,
                                           .picture = picture};
