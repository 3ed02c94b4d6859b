/* One call of the command: context, problems, interruption, and statuses as exit codes. */
#ifndef ATN_CLI_SESSION_H
#define ATN_CLI_SESSION_H

#include "cli/options.h"
#include "cli/output.h"

typedef struct atn_session {
    const atn_options *options;
    atn_console *console;
    attain_context *context;
    attain_diagnostics
        *problems;      /* of the study's files, then the check's findings, then the fit's */
    attain_error error; /* of the last library call */
} atn_session;

/* From here on SIGINT, SIGTERM and SIGHUP end the running library call, not the process. */
atn_exit atn_session_open(atn_session *session, const atn_options *options, atn_console *console);
void atn_session_close(atn_session *session);
bool atn_interrupted(void);

/* Exit code of a failed call; its error is said, unless `problems` already holds an error. */
atn_exit atn_session_fail(atn_session *session);
/* A finished run, and what was likely meant where there is none.  A file that is no results
 * document is a file's fault, not study.json's. */
atn_exit atn_session_results(atn_session *session, const char *path, attain_results **results);
atn_exit atn_exit_of(attain_status status);
/* The graver of two: their numbers are in order. */
atn_exit atn_graver(atn_exit a, atn_exit b);

/* Warnings from index `from` on, each text once, but for what `failure` ("": nothing) will say. */
void atn_session_say_warnings(const atn_session *session, size_t from, const char *failure);

/* Reads the study of the first argument with --as-of and --set applied. */
attain_status atn_session_load(atn_session *session, attain_study **study);
/* Prints `text` followed by a line end (unless it has one) where -o says; frees it. */
atn_exit atn_session_print(atn_session *session, char *text, const char *path);

#endif
