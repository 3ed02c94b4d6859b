/* attain render: text with the numbers of a finished run filled in. */
#include <string.h>

#include "cli/session.h"

/* What is printed is the template's text and no byte more. */
static atn_exit print(atn_session *session, char *text)
{
    atn_output output;
    if (atn_output_open(&output)) fputs(text, output.stream);
    attain_text_free(session->context, text);
    return atn_output_finish(&output, session->options->output, session->console);
}

static atn_exit fill(atn_session *session, const attain_results *results)
{
    const atn_options *o = session->options;
    attain_render_settings settings;
    char *text = NULL;
    size_t unsupported = 0;
    attain_render_settings_init(&settings);
    settings.escape = o->escape;
    settings.numbers = o->numbers;
    const attain_status status =
        attain_report_render(session->context, results, o->arguments[1], &settings,
                             session->problems, &text, &unsupported, &session->error);
    atn_console_diagnostics(session->console, session->problems, 0, ATTAIN_SEVERITY_WARNING);
    if (status != ATTAIN_OK) return atn_session_fail(session);
    if (unsupported > 0) {
        atn_console_error(session->console,
                          "the numbers no longer support the text (%zu %s failed); nothing was "
                          "written",
                          unsupported, unsupported == 1 ? "assertion" : "assertions");
        return ATN_EXIT_GATE;
    }
    return print(session, text);
}

static atn_exit load(atn_session *session, attain_results **results)
{
    const char *const *arguments = session->options->arguments;
    if (strcmp(arguments[0], "-") == 0 && strcmp(arguments[1], "-") == 0) {
        atn_console_error(session->console,
                          "render: result and template cannot both come from standard input");
        return ATN_EXIT_USAGE;
    }
    return atn_session_results(session, arguments[0], results);
}

atn_exit atn_cmd_render(const atn_options *options, atn_console *console)
{
    atn_session session;
    attain_results *results = NULL;
    atn_exit code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD) code = load(&session, &results);
    const attain_results_status state = results ? attain_results_state(results) : ATTAIN_RESULTS_OK;
    if (code == ATN_EXIT_GOOD && options->strict && state != ATTAIN_RESULTS_OK) {
        atn_console_error(console, "the run had warnings (attain show RESULT diagnostics)");
        code = ATN_EXIT_GATE;
    }
    if (code == ATN_EXIT_GOOD && state == ATTAIN_RESULTS_GATE_FAILED)
        atn_console_note(console, "the run's answer has warnings: see gates in the results");
    if (code == ATN_EXIT_GOOD) code = fill(&session, results);
    attain_results_free(results);
    atn_session_close(&session);
    return code;
}
