/* The public way in: where a study's bytes come from, and what is said about them. */
#include <string.h>

#include "io/reader.h"

enum { STUDY_LIMIT = 8 << 20 };

void attain_study_options_init(attain_study_options *options)
{
    *options = (attain_study_options){.version = 1};
}

/* Copies what atn_study_complete found, giving study.json's name, lines and columns to places that
 * are pointers only. */
static void copy_problems(const atn_reader *r, const attain_diagnostics *found)
{
    for (size_t k = 0; k < attain_diagnostics_count(found); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(found, k);
        atn_place place = {
            .file = d->file, .pointer = d->pointer, .line = d->line, .column = d->column};
        const bool elsewhere = *d->pointer && atn_overridden(r, d->pointer);
        if (!*d->file) place.file = elsewhere ? "--set" : r->file;
        if (place.line == 0 && *d->pointer && !elsewhere)
            atn_json_locate(r->text, r->length, d->pointer, false, &place.line, &place.column);
        atn_diagnose(r->list, d->severity, d->code, &place, "%s", d->message);
    }
}

static attain_status complete(atn_reader *r, attain_study *study)
{
    attain_diagnostics *found = NULL;
    attain_status status = attain_diagnostics_create(r->ctx, &found, r->err);
    if (status != ATTAIN_OK) return status;
    status = atn_study_complete(study, found, r->err);
    if (status == ATTAIN_OK) status = atn_diagnostics_status(found, 0, ATTAIN_ERR_FIELD, r->err);
    r->study = study; /* for its overrides */
    if (status != ATTAIN_ERR_NOMEM) copy_problems(r, found);
    attain_diagnostics_free(found);
    if (status != ATTAIN_OK && status != ATTAIN_ERR_NOMEM && r->err->line == 0 &&
        *r->err->pointer && !atn_overridden(r, r->err->pointer))
        atn_json_locate(r->text, r->length, r->err->pointer, false, &r->err->line, &r->err->column);
    return status;
}

/* Reads and completes; the caller's list may be NULL. */
static attain_status read_whole(atn_reader *r, const attain_study_options *options,
                                attain_diagnostics *problems, attain_study **study)
{
    attain_diagnostics *own = NULL;
    attain_study *result = NULL;
    if (options && (options->version != 1 || (options->n_set && !options->set)))
        return atn_fail(r->err, ATTAIN_ERR_ARGUMENT,
                        "the study's options were not set up by attain_study_options_init");
    if (!problems) {
        const attain_status made = attain_diagnostics_create(r->ctx, &own, r->err);
        if (made != ATTAIN_OK) return made;
    }
    r->list = problems ? problems : own;
    const size_t before = attain_diagnostics_count(r->list);
    attain_status status = atn_study_read(r, options, &result);
    if (status == ATTAIN_OK) status = complete(r, result);
    /* a list that lost an item for want of memory must not pass for whole */
    if (status == ATTAIN_OK)
        status = atn_diagnostics_status(r->list, before, ATTAIN_ERR_FIELD, r->err);
    else if (atn_diagnostics_status(r->list, before, status, NULL) == ATTAIN_ERR_NOMEM)
        status = ATTAIN_ERR_NOMEM;
    attain_diagnostics_free(own);
    if (status != ATTAIN_OK) {
        attain_study_free(result);
        if (status != ATTAIN_ERR_NOMEM) return status;
        atn_error_clear(r->err); /* an earlier problem is not what ended the call */
        return atn_fail_nomem(r->err);
    }
    *study = result;
    return ATTAIN_OK;
}

/* An error without a place in a text belongs in the list too. */
static void file_problem(attain_diagnostics *problems, const char *file, attain_status status,
                         const attain_error *err)
{
    const atn_place place = {.file = file};
    if (status == ATTAIN_ERR_NOMEM) return;
    atn_diagnose(problems, ATTAIN_SEVERITY_ERROR, "unreadable-file", &place, "%s", err->message);
}

attain_status atn_study_text_read(attain_context *ctx, const char *path,
                                  attain_diagnostics *problems, atn_study_text *out,
                                  attain_error *err)
{
    attain_error own = {0};
    if (!err) err = &own;
    *out = (atn_study_text){0};
    const bool is_folder = strcmp(path, "-") != 0 && atn_is_folder(path);
    out->file = is_folder ? atn_path_join(ctx, path, "study.json") : atn_strdup(ctx, path);
    out->folder = is_folder ? atn_strdup(ctx, path) : atn_path_folder(ctx, path);
    if (!out->file || !out->folder) return atn_fail_nomem(err);
    const attain_status status =
        atn_file_read(ctx, out->file, STUDY_LIMIT, &out->text, &out->length, err);
    if (status != ATTAIN_OK) file_problem(problems, out->file, status, err);
    return status;
}

void atn_study_text_free(attain_context *ctx, atn_study_text *text)
{
    atn_free(ctx, text->text);
    atn_free(ctx, text->folder);
    atn_free(ctx, text->file);
    *text = (atn_study_text){0};
}

attain_status atn_study_text_load(attain_context *ctx, const atn_study_text *text,
                                  const attain_study_options *options, attain_diagnostics *problems,
                                  attain_study **study, attain_error *err)
{
    attain_error own = {0};
    atn_reader r = {.ctx = ctx,
                    .err = err ? err : &own,
                    .file = text->file,
                    .folder = text->folder,
                    .text = text->text,
                    .length = text->length};
    return read_whole(&r, options, problems, study);
}

attain_status attain_study_load(attain_context *context, const char *path,
                                const attain_study_options *options, attain_diagnostics *problems,
                                attain_study **study, attain_error *err)
{
    atn_study_text text;
    atn_error_clear(err);
    *study = NULL;
    attain_status status = atn_study_text_read(context, path, problems, &text, err);
    if (status == ATTAIN_OK)
        status = atn_study_text_load(context, &text, options, problems, study, err);
    atn_study_text_free(context, &text);
    return status;
}

attain_status attain_study_parse(attain_context *context, const char *json, size_t json_length,
                                 const char *table, size_t table_length,
                                 const attain_study_options *options, attain_diagnostics *problems,
                                 attain_study **study, attain_error *err)
{
    attain_error own = {0};
    atn_reader r = {.ctx = context,
                    .err = err ? err : &own,
                    .file = "study.json",
                    .table = table,
                    .table_length = table_length,
                    .length = json_length};
    atn_error_clear(r.err);
    *study = NULL;
    char *text = atn_strndup(context, json, json_length); /* the locator needs the end marked */
    if (!text) return atn_fail_nomem(r.err);
    r.text = text;
    const attain_status status = read_whole(&r, options, problems, study);
    atn_free(context, text);
    return status;
}

const char *attain_study_title(const attain_study *study)
{
    return study->title;
}

size_t attain_study_report_count(const attain_study *study)
{
    return study->n_reports;
}
