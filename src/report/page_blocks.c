#include "page_blocks.h"

#include <string.h>

static void clear(atn_text *text)
{
    text->length = 0;
    if (text->data) *text->data = '\0';
}

static const char *chars(const atn_text *text)
{
    return text->data ? text->data : "";
}

void atn_page_init(atn_page *page, attain_context *ctx, const atn_page_writer *writer,
                   const atn_node *root, atn_text *out)
{
    *page = (atn_page){.ctx = ctx, .writer = writer, .root = root, .out = out};
    atn_text_init(&page->line, ctx);
    atn_text_init(&page->block, ctx);
    atn_text_init(&page->table.caption, ctx);
    atn_text_init(&page->table.cells, ctx);
    atn_text_init(&page->contents, ctx);
    atn_text_init(&page->numbers, ctx);
}

void atn_page_free(atn_page *page)
{
    const bool failed = page->line.failed || page->block.failed || page->table.caption.failed ||
                        page->table.cells.failed || page->contents.failed || page->numbers.failed;
    if (failed) page->out->failed = true;
    atn_text_free(&page->line);
    atn_text_free(&page->block);
    atn_text_free(&page->table.caption);
    atn_text_free(&page->table.cells);
    atn_text_free(&page->contents);
    atn_text_free(&page->numbers);
    atn_free(page->ctx, page->number_at);
}

void atn_page_span(atn_page *page, atn_span style)
{
    if (page->line.length > 0) page->writer->span(&page->block, style, chars(&page->line));
    clear(&page->line);
}

void atn_page_words(atn_page *page, const char *text)
{
    atn_text_add(&page->line, text);
    atn_page_span(page, ATN_SPAN_PLAIN);
}

/* What the line still holds belongs to the block. */
static const char *take(atn_page *page)
{
    atn_page_span(page, ATN_SPAN_PLAIN);
    return chars(&page->block);
}

static void done(atn_page *page)
{
    clear(&page->block);
    page->n_blocks++;
}

void atn_page_title(atn_page *page)
{
    page->writer->title(page, take(page));
    done(page);
}

void atn_page_heading(atn_page *page, int level)
{
    page->writer->heading(page, level, take(page));
    done(page);
}

void atn_page_paragraph(atn_page *page, atn_paragraph kind)
{
    page->writer->paragraph(page, kind, take(page));
    done(page);
}

void atn_page_item(atn_page *page, int depth)
{
    page->writer->item(page, depth, take(page));
    done(page);
}

void atn_page_table_open(atn_page *page, const atn_page_column *columns, size_t n,
                         atn_page_shape shape)
{
    atn_page_table *t = &page->table;
    clear(&t->caption);
    clear(&t->cells);
    atn_text_add(&t->caption, take(page));
    clear(&page->block);
    t->columns = columns;
    t->n_columns = n;
    t->n_cells = 0;
    t->shape = shape;
}

void atn_page_cell(atn_page *page)
{
    const char *text = take(page);
    atn_text_add_bytes(&page->table.cells, text, strlen(text) + 1);
    page->table.n_cells++;
    clear(&page->block);
}

void atn_page_table_close(atn_page *page)
{
    if (page->table.n_cells == 0) { /* a head above nothing puzzles */
        atn_page_say(page, ATN_PARAGRAPH, "None.");
        return;
    }
    if (!page->table.cells.failed) page->writer->table(page, &page->table);
    done(page);
}

void atn_page_picture(atn_page *page, const atn_chart *chart)
{
    page->writer->picture(page, chart);
    done(page);
}

bool atn_page_fold(atn_page *page)
{
    const char *text = take(page);
    if (page->writer->fold) page->writer->fold(page, text);
    clear(&page->block);
    return page->writer->fold != NULL;
}

void atn_page_unfold(atn_page *page)
{
    page->writer->unfold(page);
}

void atn_page_say(atn_page *page, atn_paragraph kind, const char *text)
{
    atn_page_words(page, text);
    atn_page_paragraph(page, kind);
}

void atn_page_section(atn_page *page, const char *heading)
{
    atn_page_words(page, heading);
    atn_page_heading(page, 2);
}

void atn_page_listed(atn_page *page, const char *text)
{
    atn_page_words(page, text);
    atn_page_item(page, 1);
}
