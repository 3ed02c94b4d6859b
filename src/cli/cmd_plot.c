/* attain plot: the charts of a finished run. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/draw_gnuplot.h"
#include "cli/session.h"

enum { LOOK_SIZE = 64, RUN_PICTURES = ATTAIN_PICTURE_SVG | ATTAIN_PICTURE_PNG };

static void add_part(char look[LOOK_SIZE], const char *part)
{
    if (*look) strcat(look, "-");
    strcat(look, part);
}

/* What sets these charts apart from the run's own: "slide-dark", "pdf"; "" for nothing. */
static void name_look(const atn_options *o, char look[LOOK_SIZE])
{
    static const char *const sizes[] = {"", "slide", "print"};
    static const char *const numbers[] = {"", "space", "point"};
    static const char *const types[] = {"svg", "png", "pdf"};
    look[0] = '\0';
    if (*sizes[o->size]) add_part(look, sizes[o->size]);
    if (o->dark) add_part(look, "dark");
    if (o->theme) add_part(look, "theme");
    if (*numbers[o->numbers]) add_part(look, numbers[o->numbers]);
    if (o->pictures == 0 || o->pictures == RUN_PICTURES) return;
    for (size_t i = 0; i < 3; i++)
        if (o->pictures & 1u << i) add_part(look, types[i]);
}

/* "charts", or "charts/LOOK", in the run's folder; here for standard input. */
static char *default_folder(const atn_options *o)
{
    struct stat info;
    const char *result = o->arguments[0], *slash = strrchr(result, '/');
    char look[LOOK_SIZE];
    size_t length = strlen(result);
    if (strcmp(result, "-") == 0)
        length = 0;
    else if (stat(result, &info) != 0 || !S_ISDIR(info.st_mode))
        length = slash ? (size_t)(slash - result) + 1 : 0;
    name_look(o, look);
    char *folder = malloc(length + LOOK_SIZE + 16);
    if (!folder) return NULL;
    memcpy(folder, result, length);
    if (length > 0 && folder[length - 1] != '/') folder[length++] = '/';
    strcpy(folder + length, "charts");
    if (*look) strcat(strcat(folder, "/"), look);
    return folder;
}

static atn_exit draw(atn_session *session, const attain_results *results, const char *folder)
{
    const atn_options *o = session->options;
    atn_gnuplot gnuplot;
    attain_plot_settings settings;
    size_t n = 0;
    atn_gnuplot_init(&gnuplot, "redraw the scripts elsewhere");
    gnuplot.at_once = o->threads;
    gnuplot.console = session->console;
    attain_plot_settings_init(&settings);
    if (o->n_arguments > 1) settings.chart = o->arguments[1];
    settings.size = o->size;
    settings.dark = o->dark;
    if (o->pictures) settings.pictures = o->pictures;
    settings.numbers = o->numbers;
    settings.theme = o->theme;
    settings.draw = atn_gnuplot_draw;
    settings.draw_user = &gnuplot;
    const attain_status status = attain_report_plot(session->context, results, folder, &settings,
                                                    session->problems, &n, &session->error);
    atn_session_say_warnings(session, 0, status == ATTAIN_OK ? "" : session->error.message);
    const atn_exit code = status == ATTAIN_OK ? ATN_EXIT_GOOD : atn_session_fail(session);
    if (n > 0)
        atn_console_note(session->console, "wrote %zu %s into %s", n, n == 1 ? "chart" : "charts",
                         folder);
    return code;
}

static atn_exit plot(atn_session *session, const attain_results *results)
{
    const char *given = session->options->output;
    if (given && strcmp(given, "-") == 0) {
        atn_console_error(session->console, "plot: charts are several files each: -o needs the "
                                            "name of a folder");
        return ATN_EXIT_USAGE;
    }
    char *folder = given ? strdup(given) : default_folder(session->options);
    if (!folder) {
        atn_console_error(session->console, "out of memory");
        return ATN_EXIT_NUMERIC;
    }
    const atn_exit code = draw(session, results, folder);
    free(folder);
    return code;
}

/* --strict takes none with warnings. */
static atn_exit load(atn_session *session, attain_results **results)
{
    const atn_options *o = session->options;
    const atn_exit code = atn_session_results(session, o->arguments[0], results);
    if (code != ATN_EXIT_GOOD) return code;
    if (!o->strict || attain_results_state(*results) == ATTAIN_RESULTS_OK) return ATN_EXIT_GOOD;
    atn_console_error(session->console, "the run had warnings (attain show RESULT diagnostics)");
    return ATN_EXIT_GATE;
}

atn_exit atn_cmd_plot(const atn_options *options, atn_console *console)
{
    atn_session session;
    attain_results *results = NULL;
    atn_exit code = atn_session_open(&session, options, console);
    if (code == ATN_EXIT_GOOD) code = load(&session, &results);
    if (code == ATN_EXIT_GOOD) code = plot(&session, results);
    attain_results_free(results);
    atn_session_close(&session);
    return code;
}
