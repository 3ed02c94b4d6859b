/* A run's folder: the document, its tables, its charts, its page. */
#include "chart_internal.h"

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
    const attain_status status = atn_file_write(w->ctx, path, data, length, w->err);
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

static attain_status write_tables(writer *w)
{
    static const char *const names[][2] = {
        {"goals", "goals"},         {"parameters", "parameters"},   {"reports", "reports"},
        {"series", "series"},       {"diagnostics", "diagnostics"}, {"why", "influence"},
        {"scenarios", "scenarios"},
    };
    const atn_node *scenarios = atn_node_get(atn_document_root(w->results), "scenarios");
    attain_status status = ATTAIN_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && status == ATTAIN_OK; i++) {
        char file[32];
        atn_text text;
        if (strcmp(names[i][0], "scenarios") == 0 && !atn_node_first(scenarios)) continue;
        atn_text_init(&text, w->ctx);
        snprintf(file, sizeof file, "%s.csv", names[i][1]);
        status = atn_grid_write(w->ctx, w->results, names[i][0], ATTAIN_FORMAT_CSV, &text, w->err);
        if (status == ATTAIN_OK) status = write_text(w, w->folder, file, &text);
        atn_text_free(&text);
    }
    return status;
}

static attain_status write_charts(writer *w, atn_chart_list *charts)
{
    char *folder = atn_path_join(w->ctx, w->folder, "charts");
    attain_status status =
        folder ? atn_folder_create(w->ctx, folder, w->err) : atn_fail_nomem(w->err);
    if (status == ATTAIN_OK) status = atn_charts_compose(w->ctx, w->results, NULL, charts, w->err);
    if (status == ATTAIN_OK && w->ctx->refusals != w->refusals) status = atn_fail_nomem(w->err);
    if (status == ATTAIN_OK) status = atn_poll(w->ctx, "draw", 0.0, w->err);
    if (status == ATTAIN_OK)
        status = atn_charts_write(w->ctx, charts->charts, charts->n, folder, w->settings->draw,
                                  w->settings->draw_user, w->diagnostics, &w->drawing, w->err);
    atn_free(w->ctx, folder);
    return status;
}

static attain_status write_page(writer *w, const atn_chart_list *charts)
{
    atn_text text;
    atn_text_init(&text, w->ctx);
    attain_status status = atn_page_write(w->ctx, w->results, charts, &text, w->err);
    if (status == ATTAIN_OK) status = write_text(w, w->folder, "report.md", &text);
    atn_text_free(&text);
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
    atn_chart_list charts = {0};
    attain_status status = atn_folder_create(context, folder, w.err);
    if (status == ATTAIN_OK) status = write_document(&w);
    if (status == ATTAIN_OK) status = write_tables(&w);
    if (status == ATTAIN_OK) status = write_numbers(&w);
    if (status == ATTAIN_OK && settings->charts) status = write_charts(&w, &charts);
    if (status == ATTAIN_OK) status = write_page(&w, &charts);
    atn_charts_free(&charts);
    if (status == ATTAIN_OK && context->refusals != w.refusals) status = atn_fail_nomem(w.err);
    if (status == ATTAIN_OK && w.drawing.status != ATTAIN_OK)
        status = atn_fail(w.err, w.drawing.status, "%s", w.drawing.message);
    return status;
}
