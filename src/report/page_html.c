/* The page as HTML: one file that asks for nothing else, neither a network nor a script. */
#include <stdio.h>
#include <string.h>

#include "base/asset.h"
#include "page_blocks.h"
#include "report/picture_inline.h"

extern const atn_asset atn_report_assets[];

enum { PICTURE_LIMIT = 64 * 1024 * 1024 };

/* ---- spans ----------------------------------------------------------------------------------- */

/* Signs of scripts that run from right to left, and their marks: words that hold any stand in an
 * element of their own, so that they turn nothing else. */
static bool may_turn(const char *text)
{
    for (const unsigned char *u = (const unsigned char *)text; *u; u++) {
        if (u[0] >= 0xd6 && u[0] <= 0xdf) return true;                 /* U+0580 to U+07FF */
        if (u[0] == 0xe0 && u[1] >= 0xa0 && u[1] <= 0xa3) return true; /* to U+08FF */
        if (u[0] == 0xe2 && u[1] == 0x80 && (u[2] == 0x8e || u[2] == 0x8f)) return true;
        if (u[0] == 0xef && u[1] >= 0xac && u[1] <= 0xbb) return true;   /* presentation forms */
        if (u[0] == 0xf0 && (u[1] == 0x90 || u[1] == 0x9e)) return true; /* U+10800 .. U+1EFFF */
    }
    return false;
}

/* A number and its percent sign stand in one line. */
static void escape(atn_text *out, const char *text)
{
    const bool turns = may_turn(text);
    const char *rest = text;
    if (turns) atn_text_add(out, "<bdi>");
    for (const char *s = rest; (s = strstr(s, " %")) != NULL; s++) {
        if (s == text || s[-1] < '0' || s[-1] > '9') continue;
        atn_escape_xml_part(out, rest, (size_t)(s - rest));
        atn_text_add(out, "&nbsp;");
        rest = s + 1;
    }
    atn_escape_xml(out, rest);
    if (turns) atn_text_add(out, "</bdi>");
}

/* "Conflicts and warnings" as "conflicts-and-warnings"; headings of ours alone. */
static void add_slug(atn_text *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        const char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s == ' ' ? '-' : *s;
        atn_text_add_bytes(out, &c, 1);
    }
}

static void span(atn_text *out, atn_span style, const char *plain)
{
    static const char *const names[] = {
        [ATN_SPAN_STRONG] = "strong", [ATN_SPAN_EM] = "em", [ATN_SPAN_CODE] = "code"};
    if (style == ATN_SPAN_PLAIN) {
        escape(out, plain);
    } else if (style == ATN_SPAN_LINK) {
        atn_text_add(out, "<a href=\"#");
        add_slug(out, plain);
        atn_text_add(out, "\">");
        escape(out, plain);
        atn_text_add(out, "</a>");
    } else {
        atn_text_printf(out, "<%s>", names[style]);
        escape(out, plain);
        atn_text_printf(out, "</%s>", names[style]);
    }
}

/* ---- blocks ---------------------------------------------------------------------------------- */

/* Lists stay open until another depth or another block asks for them to end. */
static void end_lists(atn_page *page, int depth)
{
    for (; page->depth > depth; page->depth--) atn_text_add(page->out, "</li>\n</ul>\n");
}

static void title(atn_page *page, const char *text)
{
    atn_text_printf(page->out, "<h1>%s</h1>\n", text);
}

static void heading(atn_page *page, int level, const char *text)
{
    end_lists(page, 0);
    if (level > 2) {
        atn_text_printf(page->out, "<h%d>%s</h%d>\n", level, text, level);
        return;
    }
    if (page->main_at == 0)
        page->main_at = page->out->length;
    else
        atn_text_add(page->out, "</section>\n");
    atn_text_add(page->out, "<section>\n<h2 id=\"");
    add_slug(page->out, text);
    atn_text_printf(page->out, "\">%s</h2>\n", text);
    atn_text_add(&page->contents, "<li><a href=\"#");
    add_slug(&page->contents, text);
    atn_text_printf(&page->contents, "\">%s</a></li>\n", text);
}

static void paragraph(atn_page *page, atn_paragraph kind, const char *text)
{
    static const char *const open[] = {[ATN_PARAGRAPH] = "<p>",
                                       [ATN_PARAGRAPH_LEAD] = "<p class=\"lead\">",
                                       [ATN_PARAGRAPH_WARNING] = "<p class=\"warning\">",
                                       [ATN_PARAGRAPH_SUBJECT] = "<h3 class=\"subject\">"};
    end_lists(page, 0);
    if (kind == ATN_PARAGRAPH_KEY) return; /* heads are written out */
    atn_text_printf(page->out, "%s%s%s\n", open[kind], text,
                    kind == ATN_PARAGRAPH_SUBJECT ? "</h3>" : "</p>");
}

static void item(atn_page *page, int depth, const char *text)
{
    if (page->depth > depth) end_lists(page, depth);
    if (page->depth == depth) atn_text_add(page->out, "</li>\n");
    for (; page->depth < depth; page->depth++) atn_text_add(page->out, "<ul>\n");
    atn_text_printf(page->out, "<li>%s", text);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void open_table(atn_page *page, const atn_page_table *t)
{
    const size_t n = ++page->n_tables;
    end_lists(page, 0);
    atn_text_printf(page->out,
                    "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
                    "aria-labelledby=\"table-%zu\">\n<table>\n<caption id=\"table-%zu\"><span>%s"
                    "</span></caption>\n",
                    n, n, t->caption.data ? t->caption.data : "");
}

static void close_table(atn_page *page)
{
    atn_text_add(page->out, "</tbody>\n</table>\n</div>\n");
}

static const char *next_cell(const char *cell)
{
    return cell + strlen(cell) + 1;
}

static const char *head_of(const atn_page_column *column)
{
    return column->full ? column->full : column->name;
}

static const char *align(const atn_page_column *column)
{
    return column->number ? " class=\"number\"" : column->wide ? " class=\"wide\"" : "";
}

static void upright(atn_page *page, const atn_page_table *t)
{
    const char *cell = t->cells.data ? t->cells.data : "", *last = NULL;
    const bool grouped = t->shape == ATN_TABLE_GROUPED;
    atn_text_add(page->out, "<thead>\n<tr>");
    for (size_t i = grouped; i < t->n_columns; i++) {
        atn_text_printf(page->out, "<th scope=\"col\"%s>", align(&t->columns[i]));
        escape(page->out, head_of(&t->columns[i]));
        atn_text_add(page->out, "</th>");
    }
    atn_text_add(page->out, "</tr>\n</thead>\n<tbody>\n");
    for (size_t i = 0; i < t->n_cells; i++, cell = next_cell(cell)) {
        const size_t column = i % t->n_columns;
        if (column == 0 && grouped && (!last || strcmp(cell, last) != 0)) {
            if (last) atn_text_add(page->out, "</tbody>\n<tbody>\n");
            atn_text_printf(page->out,
                            "<tr><th class=\"group\" scope=\"rowgroup\" colspan=\"%zu\"><span>%s"
                            "</span></th></tr>\n",
                            t->n_columns - 1, cell);
            last = cell;
        }
        if (column == 0) atn_text_add(page->out, "<tr>");
        if (column == 0 && grouped) continue;
        if (column == (grouped ? 1 : 0))
            atn_text_printf(page->out, "<th scope=\"row\"%s>%s</th>", align(&t->columns[column]),
                            cell);
        else
            atn_text_printf(page->out, "<td%s>%s</td>", align(&t->columns[column]), cell);
        if (column + 1 == t->n_columns) atn_text_add(page->out, "</tr>\n");
    }
}

/* Few rows of many columns on their side: what names a row heads a column. */
static void turned(atn_page *page, const atn_page_table *t)
{
    const char *first = t->cells.data ? t->cells.data : "";
    enum { HEADS = 2 };
    atn_text_add(page->out, "<thead>\n");
    for (size_t column = 0; column < t->n_columns; column++, first = next_cell(first)) {
        const bool head = column < HEADS;
        const char *cell = first;
        if (column == HEADS) atn_text_add(page->out, "</thead>\n<tbody>\n");
        atn_text_add(page->out, "<tr><th scope=\"row\">");
        escape(page->out, head_of(&t->columns[column]));
        atn_text_add(page->out, "</th>");
        for (size_t i = column; i < t->n_cells; i += t->n_columns) {
            atn_text_printf(page->out, head ? "<th scope=\"col\">%s</th>" : "<td>%s</td>", cell);
            for (size_t k = 0; k < t->n_columns && i + t->n_columns < t->n_cells; k++)
                cell = next_cell(cell);
        }
        atn_text_add(page->out, "</tr>\n");
    }
}

static void table(atn_page *page, const atn_page_table *t)
{
    open_table(page, t);
    if (t->shape == ATN_TABLE_TURNED)
        turned(page, t);
    else
        upright(page, t);
    close_table(page);
}

/* ---- pictures -------------------------------------------------------------------------------- */

static const char *text_or_none(const atn_text *text)
{
    return text->data ? text->data : "";
}

/* The chart's SVG made part of this page; false, with the reason, where there is none that may. */
static bool inline_picture(atn_page *page, const atn_chart *chart, atn_text *out, char why[256])
{
    char name[128], *svg = NULL;
    size_t length = 0;
    attain_error err = {0};
    snprintf(name, sizeof name, "%s.svg", chart->name);
    snprintf(why, 256, "%s", chart->undrawn);
    if (!chart->drawn || !page->charts_folder) return false;
    char *path = atn_path_join(page->ctx, page->charts_folder, name);
    bool good =
        path && atn_file_read(page->ctx, path, PICTURE_LIMIT, &svg, &length, &err) == ATTAIN_OK;
    if (!good) snprintf(why, 256, "charts/%s cannot be read", name);
    if (good && !atn_picture_inline(out, svg, chart->name, text_or_none(&chart->headline),
                                    text_or_none(&chart->alt))) {
        snprintf(why, 256, "charts/%s is not a picture as gnuplot writes it", name);
        good = false;
    }
    atn_free(page->ctx, svg);
    atn_free(page->ctx, path);
    return good;
}

static void picture(atn_page *page, const atn_chart *chart)
{
    const char *headline = text_or_none(&chart->headline);
    char why[256];
    atn_text svg;
    atn_text_init(&svg, page->ctx);
    const bool drawn = inline_picture(page, chart, &svg, why);
    end_lists(page, 0);
    atn_text_printf(page->out, "<figure id=\"chart-%s\">\n<h3>", chart->name);
    escape(page->out, headline);
    atn_text_add(page->out, "</h3>\n");
    if (drawn) {
        atn_text_add(page->out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
                                "aria-label=\"Chart: ");
        atn_escape_xml(page->out, headline);
        atn_text_add(page->out, "\">\n");
        atn_text_add(page->out, svg.data ? svg.data : "");
        atn_text_add(page->out, "</div>\n");
    } else {
        atn_text_add(page->out, "<p class=\"absent\">No picture: ");
        escape(page->out, *why ? why : "none was drawn");
        atn_text_add(page->out, ".</p>\n");
    }
    atn_text_add(page->out, "</figure>\n");
    if (svg.failed) page->out->failed = true;
    atn_text_free(&svg);
}

static void fold(atn_page *page, const char *text)
{
    end_lists(page, 0);
    atn_text_printf(page->out, "<details>\n<summary>%s</summary>\n", text);
}

static void unfold(atn_page *page)
{
    end_lists(page, 0);
    atn_text_add(page->out, "</details>\n");
}

/* ---- the file -------------------------------------------------------------------------------- */

void atn_page_html_finish(const atn_page *page, atn_text *file)
{
    const char *body = page->out->data ? page->out->data : "";
    const size_t at = page->main_at ? page->main_at : page->out->length;
    atn_text_add(file, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
                       "'none'\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n"
                       "<link rel=\"icon\" href=\"data:,\">\n<title>");
    atn_escape_xml(file, atn_node_text(atn_node_path(page->root, "study/title")));
    atn_text_add(file, "</title>\n<style>\n");
    atn_text_add(file, atn_asset_text(atn_asset_find(atn_report_assets, "page.css")));
    atn_picture_dark(file);
    atn_text_add(file, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#the-answer\">Skip to "
                       "the answer</a>\n<header>\n");
    atn_text_add_bytes(file, body, at);
    atn_text_add(file, "</header>\n<nav aria-label=\"On this page\">\n<ul>\n");
    atn_text_add(file, page->contents.data ? page->contents.data : "");
    atn_text_add(file, "</ul>\n</nav>\n<main>\n");
    atn_text_add(file, body + at);
    atn_text_add(file, page->main_at ? "</section>\n</main>\n" : "</main>\n");
    atn_text_add(file, "</body>\n</html>\n");
    if (page->out->failed || page->contents.failed) file->failed = true;
}

const atn_page_writer atn_page_html = {.span = span,
                                       .title = title,
                                       .heading = heading,
                                       .paragraph = paragraph,
                                       .item = item,
                                       .table = table,
                                       .picture = picture,
                                       .fold = fold,
                                       .unfold = unfold};
