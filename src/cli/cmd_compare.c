/* attain compare: what changed between two finished runs, and what did it. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/session.h"

static bool exists(const char *folder, const char *name)
{
    char path[4096];
    struct stat s;
    const int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n > 0 && (size_t)n < sizeof path && stat(path, &s) == 0;
}

/* What was likely meant where a path holds no results. */
static void suggest(const atn_session *session, const char *path)
{
    if (exists(path, "results/results.json"))
        atn_console_error(session->console, "did you mean \"%s/results\"?", path);
    else if (exists(path, "study.json"))
        atn_console_error(session->console,
                          "\"%s\" is a study: attain run it, then compare what it wrote", path);
}

/* A file that is no results document is a file's fault, not study.json's. */
static atn_exit load(atn_session *session, const char *path, attain_results **results)
{
    if (attain_results_load(session->context, path, results, &session->error) == ATTAIN_OK)
        return ATN_EXIT_GOOD;
    const atn_exit code = atn_session_fail(session);
    suggest(session, path);
    return code == ATN_EXIT_USAGE ? ATN_EXIT_FILE : code;
}

atn_exit atn_cmd_compare(const atn_options *options, atn_console *console)
{
    atn_session session;
    attain_results *before = NULL, *after = NULL;
    char *text = NULL;
    atn_exit code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD) code = load(&session, options->arguments[0], &before);
    if (code == ATN_EXIT_GOOD) code = load(&session, options->arguments[1], &after);
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
