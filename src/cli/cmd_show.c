/* attain show: what a finished run holds, as a table or as one bare value. */
#include <string.h>

#include "cli/session.h"

static bool is_table(const char *name)
{
    static const char *const names[] = {"goals",  "parameters", "reports", "diagnostics",
                                        "series", "scenarios",  "why"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

/* The value of an address is bare text; as JSON a string needs its quotes back, as CSV those that a
 * cell needs. */
static atn_exit print_value(atn_session *session, const attain_results *results,
                            const char *address, char *text)
{
    double number;
    const bool json = session->options->format == ATTAIN_FORMAT_JSON;
    const bool bare = (json && strchr("[{", *text)) || strcmp(text, "true") == 0 ||
                      strcmp(text, "false") == 0 || strcmp(text, "null") == 0 ||
                      attain_results_number(results, address, &number, NULL) == ATTAIN_OK;
    if (bare && *text) return atn_session_print(session, text, session->options->output);
    atn_output output;
    if (atn_output_open(&output)) {
        if (json)
            atn_put_json_string(output.stream, text);
        else
            atn_put_csv_field(output.stream, text);
        fputc('\n', output.stream);
    }
    attain_text_free(session->context, text);
    return atn_output_finish(&output, session->options->output, session->console);
}

static atn_exit show(atn_session *session, const attain_results *results)
{
    const atn_options *o = session->options;
    const char *what = o->n_arguments > 1 ? o->arguments[1] : NULL;
    attain_context *context = session->context;
    attain_error *err = &session->error;
    char *text = NULL;
    attain_status status;
    const bool table = what ? is_table(what) : o->format == ATTAIN_FORMAT_CSV;
    if (table)
        status =
            attain_report_table(context, results, what ? what : "goals", o->format, &text, err);
    else if (what)
        status = attain_results_text(results, what, &text, err);
    else if (o->format == ATTAIN_FORMAT_JSON)
        status = attain_results_json(results, &text, err);
    else
        status = attain_report_answer(context, results, &text, err);
    if (status != ATTAIN_OK) return atn_session_fail(session);
    if (what && !table && o->format != ATTAIN_FORMAT_TABLE)
        return print_value(session, results, what, text);
    return atn_session_print(session, text, o->output);
}

atn_exit atn_cmd_show(const atn_options *options, atn_console *console)
{
    atn_session session;
    attain_results *results = NULL;
    atn_exit code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD)
        code = atn_session_results(&session, options->arguments[0], &results);
    if (code == ATN_EXIT_GOOD) code = show(&session, results);
    if (code == ATN_EXIT_GOOD && options->strict &&
        attain_results_state(results) != ATTAIN_RESULTS_OK) {
        atn_console_error(console, "the run had warnings (attain show RESULT diagnostics)");
        code = ATN_EXIT_GATE;
    }
    attain_results_free(results);
    atn_session_close(&session);
    return code;
}
