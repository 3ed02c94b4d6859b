/* attain init: a small working study to start from. */
#include <string.h>

#include "cli/session.h"

atn_exit atn_cmd_init(const atn_options *options, atn_console *console)
{
    const char *folder = options->n_arguments ? options->arguments[0] : options->output;
    atn_session session;
    if (!folder || !*folder || strcmp(folder, "-") == 0) {
        atn_console_error(console, "init: name the folder; usage: attain init DIR");
        return ATN_EXIT_USAGE;
    }
    atn_exit code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD) {
        if (attain_study_init(session.context, folder, &session.error) == ATTAIN_OK)
            atn_console_note(console, "wrote a study into %s; next: attain run %s", folder, folder);
        else
            code = atn_session_fail(&session);
    }
    atn_session_close(&session);
    return code;
}
