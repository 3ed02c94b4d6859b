/* A run's folder: the document, its tables, its charts, its page. */
#include "folder_write.h"
#include "page_blocks.h"

#include <stdio.h>
#include <string.h>

enum { REPORT_SETTINGS_VERSION = 1 };

void attain_report_settings_init(attain_report_settings *settings)
{
    *settings = (attain_report_settings){.version = REPORT_SETTINGS_VERSION, .charts = true};
}

typedef struct writer {
    attain_context *ctx;
    const attain_results *results;
    const attain_report_settings *settings;
    attain_diagnostics *diagnostics;
    const char *folder;
    attain_error *err;
    size_t refusals;      /* of memory, before this call */
    attain_error drawing; /* first failure of the caller's draw */
} writer;

static attain_status write_file(writer *w, const char *folder, const char *name, const char *data,
                                size_t length)
{
    /* Any word that is missing for want of memory spoils the text it was meant for. */
    if (w->ctx->refusals != w->refusals) return atn_fail_nomem(w->err);
    char *path = atn_path_join(w->ctx, folder, name);
    if (!path) return atn_fail_nomem(w->err);
    const attain_status status = atn_file_put(w->ctx, path, data, length, w->err);
    atn_free(w->ctx, path);
    return status;
}

static attain_status write_text(writer *w, const char *folder, const char *name,
                                const atn_text *text)
{
    if (!atn_text_ok(text)) return atn_fail_nomem(w->err);
    return write_file(w, folder, name, text->data ? text->data : "", text->length);
}

static attain_status write_document(writer *w)
{
    atn_text text;
    atn_text_init(&text, w->ctx);
    atn_node_print(atn_document_root(w->results), &text);
    atn_text_add(&text, "\n");
    const attain_status status = write_text(w, w->folder, "results.json", &text);
    atn_text_free(&text);
    return status;
}

static attain_status write_charts(writer *w, atn_chart_list *charts, const char *folder)
{
    attain_status status = atn_folder_create(w->ctx, folder, w->err);
    if (status == ATTAIN_OK && w->ctx->refusals != w->refusals) status = atn_fail_nomem(w->err);
    if (status == ATTAIN_OK) status = atn_poll(w->ctx, "draw", 0.0, w->err);
    if (status == ATTAIN_OK)
        status = atn_charts_write(w->ctx, charts->charts, charts->n, folder, w->settings->draw,
                                  w->settings->draw_user, w->diagnostics, &w->drawing, w->err);
    return status;
}

/* report.md shows what lies in charts/; report.html brings its charts along, at least in numbers.
 */
static attain_status write_page(writer *w, const atn_page_writer *language, const char *name,
                                const atn_chart_list *charts, const char *charts_folder)
{
    const bool html = language == &atn_page_html;
    atn_page page;
    atn_text text, file;
    atn_text_init(&text, w->ctx);
    atn_text_init(&file, w->ctx);
    atn_page_init(&page, w->ctx, language, atn_document_root(w->results), &text);
    page.charts_folder = charts_folder;
    atn_page_compose(&page, html || w->settings->charts ? charts : NULL);
    if (html) atn_page_html_finish(&page, &file);
    atn_page_free(&page);
    if (text.failed) file.failed = true;
    const attain_status status = write_text(w, w->folder, name, html ? &file : &text);
    atn_text_free(&text);
    atn_text_free(&file);
    return status;
}

/* Charts, where they are asked for, and the two pages. */
static attain_status write_pages(writer *w)
{
    atn_chart_list charts = {0};
    char *folder = atn_path_join(w->ctx, w->folder, "charts");
    attain_status status = folder ? ATTAIN_OK : atn_fail_nomem(w->err);
    if (status == ATTAIN_OK) status = atn_charts_compose(w->ctx, w->results, NULL, &charts, w->err);
    for (size_t i = 0; i < charts.n; i++)
        snprintf(charts.charts[i].undrawn, sizeof charts.charts[i].undrawn,
                 "charts were left out of this run");
    if (status == ATTAIN_OK && w->settings->charts) status = write_charts(w, &charts, folder);
    if (status == ATTAIN_OK)
        status = write_page(w, &atn_page_markdown, "report.md", &charts, folder);
    if (status == ATTAIN_OK) status = write_page(w, &atn_page_html, "report.html", &charts, folder);
    atn_charts_free(&charts);
    atn_free(w->ctx, folder);
    return status;
}

static attain_status write_numbers(writer *w)
{
    atn_text text;
    atn_text_init(&text, w->ctx);
    attain_status status = atn_numbers_tex(w->ctx, w->results, &text, w->err);
    if (status == ATTAIN_OK) status = write_text(w, w->folder, "numbers.tex", &text);
    atn_text_free(&text);
    return status;
}

attain_status attain_report_write(attain_context *context, const attain_results *results,
                                  const char *folder, const attain_report_settings *settings,
                                  attain_diagnostics *diagnostics, attain_error *err)
{
    attain_report_settings defaults;
    attain_error own = {0};
    attain_report_settings_init(&defaults);
    if (!settings) settings = &defaults;
    atn_error_clear(err);
    if (settings->version != REPORT_SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "report settings: version is %d, expected %d (use "
                        "attain_report_settings_init)",
                        settings->version, REPORT_SETTINGS_VERSION);
    writer w = {.ctx = context,
                .results = results,
                .settings = settings,
                .diagnostics = diagnostics,
                .folder = folder,
                .refusals = context->refusals,
                .err = err ? err : &own};
    attain_status status = atn_folder_create(context, folder, w.err);
    if (status == ATTAIN_OK) status = write_document(&w);
    const atn_folder tables = {context, folder, w.refusals, w.err};
    if (status == ATTAIN_OK) status = atn_folder_tables(&tables, results);
    if (status == ATTAIN_OK) status = write_numbers(&w);
    if (status == ATTAIN_OK) status = write_pages(&w);
    atn_folder_sync(folder);
    if (status == ATTAIN_OK && context->refusals != w.refusals) status = atn_fail_nomem(w.err);
    if (status == ATTAIN_OK && w.drawing.status != ATTAIN_OK)
        status = atn_fail(w.err, w.drawing.status, "%s", w.drawing.message);
    return status;
}
