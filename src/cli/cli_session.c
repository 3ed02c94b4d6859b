#define _POSIX_C_SOURCE 200809L
#include "cli/session.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The one thing that a signal handler may touch. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

bool atn_interrupted(void)
{
    return interrupted != 0;
}

static void catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal; /* no SA_RESTART: a wait for gnuplot must end */
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        /* nohup and background shells ignore some of these: keep that. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN &&
            numbers[i] == SIGHUP)
            continue;
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is then a failed write, cleaned up after */
}

static bool proceed(void *user, const attain_progress *progress)
{
    atn_console *console = user;
    atn_console_progress(console, progress->stage, progress->fraction);
    return !atn_interrupted();
}

atn_exit atn_session_open(atn_session *session, const atn_options *options, atn_console *console)
{
    attain_context_settings settings;
    memset(session, 0, sizeof *session);
    session->options = options;
    session->console = console;
    catch_signals();
    attain_context_settings_init(&settings);
    settings.threads = options->threads;
    settings.proceed = proceed;
    settings.proceed_user = console;
    if (attain_context_create(&settings, &session->context, &session->error) != ATTAIN_OK ||
        attain_diagnostics_create(session->context, &session->problems, &session->error) !=
            ATTAIN_OK)
        return atn_session_fail(session);
    return ATN_EXIT_GOOD;
}

void atn_session_close(atn_session *session)
{
    attain_diagnostics_free(session->problems);
    attain_context_free(session->context);
    session->problems = NULL;
    session->context = NULL;
}

atn_exit atn_exit_of(attain_status status)
{
    switch (status) {
    case ATTAIN_ERR_OK: return ATN_EXIT_GOOD;
    case ATTAIN_ERR_SYNTAX:
    case ATTAIN_ERR_FIELD:
    case ATTAIN_ERR_FORMULA:
    case ATTAIN_ERR_ADDRESS:
    case ATTAIN_ERR_ARGUMENT: return ATN_EXIT_USAGE;
    case ATTAIN_ERR_TABLE: return ATN_EXIT_TABLE;
    case ATTAIN_ERR_FILE:
    case ATTAIN_ERR_TOOL: return ATN_EXIT_FILE;
    case ATTAIN_ERR_INTERRUPTED: return ATN_EXIT_INTERRUPTED;
    case ATTAIN_ERR_NOMEM:
    case ATTAIN_ERR_DOMAIN:
    case ATTAIN_ERR_NUMERIC: break;
    }
    return ATN_EXIT_NUMERIC;
}

atn_exit atn_graver(atn_exit a, atn_exit b)
{
    return a > b ? a : b;
}

atn_exit atn_session_fail(atn_session *session)
{
    const attain_error *e = &session->error;
    if (e->status == ATTAIN_ERR_INTERRUPTED)
        atn_console_error(session->console, "interrupted");
    else if (!session->problems ||
             attain_diagnostics_count_of(session->problems, ATTAIN_SEVERITY_ERROR) == 0)
        atn_console_error(session->console, "%s%s%s%s",
                          *e->message ? e->message : attain_status_text(e->status),
                          *e->pointer ? " (" : "", e->pointer, *e->pointer ? ")" : "");
    return atn_exit_of(e->status);
}

void atn_session_say_warnings(const atn_session *session, size_t from, const char *failure)
{
    const attain_diagnostics *list = session->problems;
    for (size_t i = from; i < attain_diagnostics_count(list); i++) {
        const attain_diagnostic *item = attain_diagnostics_get(list, i);
        bool told = *failure && strstr(item->message, failure) != NULL;
        for (size_t k = from; k < i && !told; k++)
            told = strcmp(item->message, attain_diagnostics_get(list, k)->message) == 0;
        if (!told && !session->options->quiet) atn_console_diagnostic(session->console, item);
    }
}

attain_status atn_session_load(atn_session *session, attain_study **study)
{
    attain_study_options options;
    attain_study_options_init(&options);
    options.as_of = session->options->as_of;
    options.set = session->options->set;
    options.n_set = session->options->n_set;
    return attain_study_load(session->context, session->options->arguments[0], &options,
                             session->problems, study, &session->error);
}

atn_exit atn_session_print(atn_session *session, char *text, const char *path)
{
    atn_output output;
    if (atn_output_open(&output)) {
        const size_t length = strlen(text);
        fputs(text, output.stream);
        if (length == 0 || text[length - 1] != '\n') fputc('\n', output.stream);
    }
    attain_text_free(session->context, text);
    return atn_output_finish(&output, path, session->console);
}

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
                          "\"%s\" is a study: attain run it, then name what it wrote", path);
}

atn_exit atn_session_results(atn_session *session, const char *path, attain_results **results)
{
    if (attain_results_load(session->context, path, results, &session->error) == ATTAIN_OK)
        return ATN_EXIT_GOOD;
    const atn_exit code = atn_session_fail(session);
    suggest(session, path);
    return code == ATN_EXIT_USAGE ? ATN_EXIT_FILE : code;
}
