/* attain compare: what changed between two finished runs, and what did it. */
#include <stdio.h>
#include <string.h>

#include "cli/session.h"

atn_exit atn_cmd_compare(const atn_options *options, atn_console *console)
{
    atn_session session;
    attain_results *before = NULL, *after = NULL;
    char *text = NULL;
    atn_exit code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD) code = atn_session_results(&session, options->arguments[0], &before);
    if (code == ATN_EXIT_GOOD) code = atn_session_results(&session, options->arguments[1], &after);
    if (code == ATN_EXIT_GOOD && attain_compare(session.context, before, after, options->format,
                                                &text, &session.error) != ATTAIN_OK)
        code = atn_session_fail(&session);
    if (code == ATN_EXIT_GOOD) code = atn_session_print(&session, text, options->output);
    if (code == ATN_EXIT_GOOD && options->strict &&
        (attain_results_state(before) != ATTAIN_RESULTS_OK ||
         attain_results_state(after) != ATTAIN_RESULTS_OK)) {
        atn_console_error(console, "the run had warnings (attain show RESULT diagnostics)");
        code = ATN_EXIT_GATE;
    }
    attain_results_free(before);
    attain_results_free(after);
    atn_session_close(&session);
    return code;
}
