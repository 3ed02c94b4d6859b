/* attain check: every problem at once, every report read back, contradictions.  Fits nothing. */
#include <stdlib.h>
#include <string.h>

#include "cli/session.h"

/* What one run of the command has found; study is NULL if its files have errors. */
typedef struct findings {
    attain_study *study;
    const attain_diagnostics *list;
} findings;

static const char *severity_name(attain_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

typedef void put_report(FILE *stream, const attain_report_reading *reading, size_t index);

/* Hands every report to `put`; its sentence is made on the way, which may fail. */
static attain_status each_report(FILE *stream, attain_study *study, put_report *put,
                                 attain_error *err)
{
    for (size_t i = 0; i < attain_study_report_count(study); i++) {
        attain_report_reading reading;
        const attain_status status = attain_study_report(study, i, &reading, err);
        if (status != ATTAIN_OK) return status;
        put(stream, &reading, i);
    }
    return ATTAIN_OK;
}

static void put_report_json(FILE *stream, const attain_report_reading *r, size_t index)
{
    fprintf(stream, "%s\n    {\"row\": %ld, \"series\": ", index > 0 ? "," : "", r->row);
    atn_put_json_string(stream, r->series);
    fputs(", \"sentence\": ", stream);
    atn_put_json_string(stream, r->sentence);
    fputs(", \"implied\": [", stream);
    atn_put_number(stream, r->low, "null");
    fputs(", ", stream);
    atn_put_number(stream, r->high, "null");
    fprintf(stream, "], \"used\": %s}", r->used ? "true" : "false");
}

/* One CSV table of two kinds of rows: reports, then findings. */
static void put_report_csv(FILE *stream, const attain_report_reading *r, size_t index)
{
    (void)index;
    fprintf(stream, "report,%ld,", r->row);
    atn_put_csv_field(stream, r->series);
    fprintf(stream, ",%s,", r->used ? "true" : "false");
    atn_put_number(stream, r->low, "");
    fputc(',', stream);
    atn_put_number(stream, r->high, "");
    fputs(",,,,,,,", stream);
    atn_put_csv_field(stream, r->sentence);
    fputs("\r\n", stream);
}

static void put_place(FILE *stream, const attain_diagnostic *d)
{
    if (!*d->file && !*d->pointer) return;
    fprintf(stream, " (%s", d->file);
    if (d->line > 0) fprintf(stream, ":%ld", d->line);
    if (*d->pointer) fprintf(stream, "%s%s", *d->file ? " " : "", d->pointer);
    fputc(')', stream);
}

static void put_findings_text(FILE *stream, const attain_diagnostics *list)
{
    const size_t n = attain_diagnostics_count(list);
    const size_t warnings = attain_diagnostics_count_of(list, ATTAIN_SEVERITY_WARNING);
    if (n == 0) {
        fputs("\nno contradictions found\n", stream);
        return;
    }
    fprintf(stream, "\n%zu warning%s, %zu note%s\n", warnings, warnings == 1 ? "" : "s",
            n - warnings, n - warnings == 1 ? "" : "s");
    for (size_t i = 0; i < n; i++) {
        const attain_diagnostic *d = attain_diagnostics_get(list, i);
        fprintf(stream, "  %s: %s [%s]", severity_name(d->severity), d->message, d->code);
        put_place(stream, d);
        fputc('\n', stream);
    }
}

/* Reports under their series' ids, series in the order in which the table first names them. */
static void put_by_series(FILE *stream, const attain_report_reading *readings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *series = readings[i].series;
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++) seen = strcmp(readings[k].series, series) == 0;
        if (seen) continue;
        fprintf(stream, "\n%s\n", series);
        for (size_t k = i; k < n; k++)
            if (strcmp(readings[k].series, series) == 0)
                fprintf(stream, "  %4ld  %s%s\n", readings[k].row, readings[k].sentence,
                        readings[k].used ? "" : " [not used]");
    }
}

static attain_status put_text(FILE *stream, const findings *f, attain_error *err)
{
    const size_t n = attain_study_report_count(f->study);
    attain_report_reading *readings = calloc(n + 1, sizeof *readings);
    attain_status status = ATTAIN_OK;
    size_t used = 0;
    if (!readings) status = err->status = ATTAIN_ERR_NOMEM;
    for (size_t i = 0; i < n && status == ATTAIN_OK; i++) {
        status = attain_study_report(f->study, i, &readings[i], err);
        used += readings[i].used;
    }
    if (status == ATTAIN_OK) {
        fprintf(stream, "%s: %zu reports, %zu used\n", attain_study_title(f->study), n, used);
        put_by_series(stream, readings, n);
        put_findings_text(stream, f->list);
    }
    free(readings);
    return status;
}

static void put_diagnostic_json(FILE *stream, const attain_diagnostic *d)
{
    fprintf(stream, "{\"severity\": \"%s\", \"code\": ", severity_name(d->severity));
    atn_put_json_string(stream, d->code);
    fputs(", \"file\": ", stream);
    atn_put_json_string(stream, d->file);
    fprintf(stream, ", \"line\": %ld, \"column\": %ld, \"pointer\": ", d->line, d->column);
    atn_put_json_string(stream, d->pointer);
    fputs(", \"message\": ", stream);
    atn_put_json_string(stream, d->message);
    fputc('}', stream);
}

static attain_status put_json(FILE *stream, const findings *f, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    const size_t errors = attain_diagnostics_count_of(f->list, ATTAIN_SEVERITY_ERROR);
    fprintf(stream, "{\n  \"good\": %s,\n  \"title\": ", f->study && !errors ? "true" : "false");
    if (f->study)
        atn_put_json_string(stream, attain_study_title(f->study));
    else
        fputs("null", stream);
    fputs(",\n  \"reports\": [", stream);
    if (f->study) status = each_report(stream, f->study, put_report_json, err);
    fputs("],\n  \"diagnostics\": [", stream);
    for (size_t i = 0; i < attain_diagnostics_count(f->list); i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", stream);
        put_diagnostic_json(stream, attain_diagnostics_get(f->list, i));
    }
    fputs("]\n}\n", stream);
    return status;
}

static attain_status put_csv(FILE *stream, const findings *f, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    fputs("item,row,series,used,low,high,severity,code,file,line,column,pointer,text\r\n", stream);
    if (f->study) status = each_report(stream, f->study, put_report_csv, err);
    for (size_t i = 0; i < attain_diagnostics_count(f->list); i++) {
        const attain_diagnostic *d = attain_diagnostics_get(f->list, i);
        fprintf(stream, "finding,,,,,,%s,", severity_name(d->severity));
        atn_put_csv_field(stream, d->code);
        fputc(',', stream);
        atn_put_csv_field(stream, d->file);
        fprintf(stream, ",%ld,%ld,", d->line, d->column);
        atn_put_csv_field(stream, d->pointer);
        fputc(',', stream);
        atn_put_csv_field(stream, d->message);
        fputs("\r\n", stream);
    }
    return status;
}

static atn_exit print_findings(atn_session *session, const findings *f)
{
    typedef attain_status put(FILE *, const findings *, attain_error *);
    static put *const put_as[] = {put_text, put_json, put_csv};
    atn_output output;
    attain_status status = ATTAIN_OK;
    if (atn_output_open(&output))
        status = put_as[session->options->format](output.stream, f, &session->error);
    if (status == ATTAIN_OK)
        return atn_output_finish(&output, session->options->output, session->console);
    atn_output_discard(&output);
    return atn_session_fail(session);
}

/* Files with errors: the problems go to standard error as text, else to the output as data. */
static atn_exit refuse(atn_session *session)
{
    const attain_diagnostics *list = session->problems;
    const atn_exit code = atn_exit_of(session->error.status);
    const bool listed = attain_diagnostics_count_of(list, ATTAIN_SEVERITY_ERROR) > 0;
    const findings f = {NULL, list};
    if (!listed || session->options->format == ATTAIN_FORMAT_TABLE) {
        atn_console_diagnostics(session->console, list, 0, ATTAIN_SEVERITY_NOTE);
        return atn_session_fail(session);
    }
    return atn_graver(code, print_findings(session, &f));
}

static atn_exit check(atn_session *session, attain_study *study)
{
    const findings f = {study, session->problems};
    if (attain_study_check(study, session->problems, &session->error) != ATTAIN_OK)
        return atn_session_fail(session);
    const atn_exit code = print_findings(session, &f);
    const bool warned = attain_diagnostics_count_of(session->problems, ATTAIN_SEVERITY_WARNING) > 0;
    return atn_graver(code, warned && session->options->strict ? ATN_EXIT_GATE : ATN_EXIT_GOOD);
}

atn_exit atn_cmd_check(const atn_options *options, atn_console *console)
{
    atn_session session;
    attain_study *study = NULL;
    atn_exit code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD)
        code = atn_session_load(&session, &study) == ATTAIN_OK ? check(&session, study)
                                                               : refuse(&session);
    attain_study_free(study);
    atn_session_close(&session);
    return code;
}
