/* Texts and tables into the files of a folder. */
#include "folder_write.h"

#include <stdio.h>
#include <string.h>

attain_status atn_folder_open(atn_folder *folder, attain_context *ctx, const char *path,
                              attain_error *err)
{
    *folder = (atn_folder){.ctx = ctx, .path = path, .refusals = ctx->refusals, .err = err};
    return atn_folder_create(ctx, path, err);
}

typedef attain_status write_call(attain_context *ctx, const char *path, const char *data,
                                 size_t length, attain_error *err);

static attain_status put(const atn_folder *folder, const char *name, const atn_text *text,
                         write_call *write)
{
    attain_context *ctx = folder->ctx;
    if (!atn_text_ok(text) || ctx->refusals != folder->refusals) return atn_fail_nomem(folder->err);
    char *path = atn_path_join(ctx, folder->path, name);
    char *parent = path && strchr(name, '/') ? atn_path_folder(ctx, path) : NULL;
    attain_status status = ATTAIN_OK;
    if (!path || (strchr(name, '/') && !parent)) status = atn_fail_nomem(folder->err);
    if (status == ATTAIN_OK && parent) status = atn_folder_create(ctx, parent, folder->err);
    if (status == ATTAIN_OK)
        status = write(ctx, path, text->data ? text->data : "", text->length, folder->err);
    atn_free(ctx, parent);
    atn_free(ctx, path);
    return status;
}

attain_status atn_folder_text(const atn_folder *folder, const char *name, const atn_text *text)
{
    return put(folder, name, text, atn_file_write);
}

attain_status atn_folder_tables(const atn_folder *folder, const attain_results *results)
{
    static const char *const names[][2] = {
        {"goals", "goals"},         {"parameters", "parameters"},   {"reports", "reports"},
        {"series", "series"},       {"diagnostics", "diagnostics"}, {"why", "influence"},
        {"scenarios", "scenarios"},
    };
    const atn_node *scenarios = atn_node_get(atn_document_root(results), "scenarios");
    attain_status status = ATTAIN_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && status == ATTAIN_OK; i++) {
        char file[32];
        atn_text text;
        if (strcmp(names[i][0], "scenarios") == 0 && !atn_node_first(scenarios)) continue;
        atn_text_init(&text, folder->ctx);
        snprintf(file, sizeof file, "%s.csv", names[i][1]);
        status = atn_grid_write(folder->ctx, results, names[i][0], ATTAIN_FORMAT_CSV, &text,
                                folder->err);
        if (status == ATTAIN_OK) status = put(folder, file, &text, atn_file_put);
        atn_text_free(&text);
    }
    atn_folder_sync(folder->path);
    return status;
}
