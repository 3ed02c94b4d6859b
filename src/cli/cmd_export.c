/* attain export: a finished run as files for other programs. */
#include <string.h>

#include "cli/session.h"

static atn_exit read_format(const char *word, attain_export_format *format, atn_console *console)
{
    static const char *const names[] = {"csv", "latex", "hub"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(word, names[i]) != 0) continue;
        *format = (attain_export_format)i;
        return ATN_EXIT_GOOD;
    }
    const char *nearest = atn_nearest(word, names, sizeof names / sizeof *names);
    if (nearest)
        atn_console_error(console, "export: unknown format \"%s\", did you mean \"%s\"?", word,
                          nearest);
    else
        atn_console_error(console, "export: unknown format \"%s\"; there are csv, latex and hub",
                          word);
    return ATN_EXIT_USAGE;
}

static atn_exit check_folder(const char *folder, atn_console *console)
{
    if (folder && *folder && strcmp(folder, "-") != 0) return ATN_EXIT_GOOD;
    atn_console_error(console, "export: name the folder with -o DIR");
    return ATN_EXIT_USAGE;
}

/* Results that are none, or lack what a hub needs, are a file's fault. */
static atn_exit fail(atn_session *session)
{
    const atn_exit code = atn_session_fail(session);
    const bool flag = session->error.status == ATTAIN_ERR_ARGUMENT;
    return code == ATN_EXIT_USAGE && !flag ? ATN_EXIT_FILE : code;
}

static atn_exit export(atn_session *session, attain_export_format format)
{
    const atn_options *o = session->options;
    attain_export_settings settings;
    attain_results *results = NULL;
    atn_exit code = atn_session_results(session, o->arguments[0], &results);
    if (code != ATN_EXIT_GOOD) return code;
    attain_export_settings_init(&settings);
    settings.format = format;
    settings.model_id = o->model_id;
    const attain_status status =
        attain_report_export(session->context, results, o->output, &settings, &session->error);
    if (status != ATTAIN_OK) {
        code = fail(session);
    } else if (o->strict && attain_results_state(results) != ATTAIN_RESULTS_OK) {
        atn_console_error(session->console,
                          "the run had warnings (attain show RESULT diagnostics)");
        code = ATN_EXIT_GATE;
    } else if (attain_results_state(results) == ATTAIN_RESULTS_GATE_FAILED) {
        atn_console_note(session->console,
                         "the run's answer has warnings: see gates in the results");
    }
    if (status == ATTAIN_OK) atn_console_note(session->console, "wrote %s", o->output);
    attain_results_free(results);
    return code;
}

atn_exit atn_cmd_export(const atn_options *options, atn_console *console)
{
    atn_session session;
    attain_export_format format = ATTAIN_EXPORT_CSV;
    atn_exit code = read_format(options->arguments[1], &format, console);
    if (code == ATN_EXIT_GOOD) code = check_folder(options->output, console);
    if (code != ATN_EXIT_GOOD) return code;
    code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD) code = export(&session, format);
    atn_session_close(&session);
    return code;
}
