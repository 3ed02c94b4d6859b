/* attain run: figures in, answer out. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "cli/draw_gnuplot.h"
#include "cli/session.h"

typedef struct job {
    atn_session session;
    attain_study *study;
    attain_posterior *posterior;
    attain_projection *projection;
    attain_results *results;
} job;

/* Those of --scenarios beside the study's own; of all, those of --only. */
static attain_status gather_scenarios(job *j)
{
    const atn_options *o = j->session.options;
    attain_error *err = &j->session.error;
    attain_status status = ATTAIN_OK;
    for (size_t k = 0; k < o->n_scenarios && status == ATTAIN_OK; k++)
        status = attain_study_add_scenarios(j->study, o->scenarios[k], j->session.problems, err);
    if (status == ATTAIN_OK && o->n_only > 0)
        status = attain_study_keep_scenarios(j->study, o->only, o->n_only, err);
    return status;
}

/* Everything up to the results document; the first failure ends it. */
static attain_status compute(job *j)
{
    const atn_options *o = j->session.options;
    attain_context *context = j->session.context;
    attain_diagnostics *problems = j->session.problems;
    attain_error *err = &j->session.error;
    attain_fit_settings fit;
    attain_status status = atn_session_load(&j->session, &j->study);
    if (status == ATTAIN_OK) status = gather_scenarios(j);
    if (status == ATTAIN_OK) status = attain_study_check(j->study, problems, err);
    attain_fit_settings_init(&fit);
    fit.method = o->fit;
    fit.has_seed = o->has_seed;
    fit.seed = o->seed;
    if (status == ATTAIN_OK)
        status = attain_fit_run(context, j->study, &fit, problems, &j->posterior, err);
    if (status == ATTAIN_OK)
        status = attain_project_run(context, j->posterior, &j->projection, err);
    if (status == ATTAIN_OK && attain_study_scenario_count(j->study) > 0)
        status = attain_project_scenarios(context, j->projection, err);
    if (status == ATTAIN_OK) status = attain_why_run(context, j->projection, NULL, err);
    if (status == ATTAIN_OK)
        status =
            attain_results_create(context, j->projection, problems, o->strict, &j->results, err);
    return status;
}

/* "results" beside the study: in its folder, or in that of its file; here for standard input. */
static char *default_folder(const char *study)
{
    static const char name[] = "results";
    const char *slash = strrchr(study, '/');
    size_t length = strlen(study);
    const bool is_file = length > 5 && strcmp(study + length - 5, ".json") == 0;
    if (strcmp(study, "-") == 0 || (is_file && !slash))
        length = 0;
    else if (is_file)
        length = (size_t)(slash - study) + 1;
    char *folder = malloc(length + 1 + sizeof name);
    if (!folder) return NULL;
    memcpy(folder, study, length);
    if (length > 0 && folder[length - 1] != '/') folder[length++] = '/';
    memcpy(folder + length, name, sizeof name);
    return folder;
}

static void say_where(const job *j, const char *folder, const struct timespec *begin)
{
    atn_console *console = j->session.console;
    if (console->terminal)
        atn_console_note(console, "wrote %s in %.1f s", folder, atn_seconds_since(begin));
    else
        atn_console_note(console, "wrote %s", folder);
}

static atn_exit write_folder(job *j, const struct timespec *begin)
{
    const atn_options *o = j->session.options;
    atn_gnuplot gnuplot;
    attain_report_settings settings;
    const size_t before = attain_diagnostics_count(j->session.problems);
    if (o->output && strcmp(o->output, "-") == 0) return ATN_EXIT_GOOD;
    char *folder = o->output ? strdup(o->output) : default_folder(o->arguments[0]);
    if (!folder) {
        atn_console_error(j->session.console, "out of memory");
        return ATN_EXIT_NUMERIC;
    }
    atn_gnuplot_init(&gnuplot, "run with --no-charts");
    gnuplot.at_once = o->threads;
    gnuplot.console = j->session.console;
    attain_report_settings_init(&settings);
    settings.charts = !o->no_charts;
    settings.draw = atn_gnuplot_draw;
    settings.draw_user = &gnuplot;
    const attain_status status = attain_report_write(
        j->session.context, j->results, folder, &settings, j->session.problems, &j->session.error);
    atn_session_say_warnings(&j->session, before,
                             status == ATTAIN_OK ? "" : j->session.error.message);
    const atn_exit code = status == ATTAIN_OK ? ATN_EXIT_GOOD : atn_session_fail(&j->session);
    if (status == ATTAIN_OK || status == ATTAIN_ERR_TOOL) say_where(j, folder, begin);
    free(folder);
    return code;
}

static atn_exit write_draws(job *j)
{
    const char *path = j->session.options->draws;
    if (!path) return ATN_EXIT_GOOD;
    const attain_status status =
        attain_posterior_write_draws(j->posterior, path, &j->session.error);
    if (status != ATTAIN_OK) return atn_session_fail(&j->session);
    atn_console_note(j->session.console, "wrote %s", path);
    return ATN_EXIT_GOOD;
}

static atn_exit print_answer(job *j)
{
    attain_context *context = j->session.context;
    attain_error *err = &j->session.error;
    char *text = NULL;
    attain_status status;
    switch (j->session.options->format) {
    case ATTAIN_FORMAT_JSON: status = attain_results_json(j->results, &text, err); break;
    case ATTAIN_FORMAT_CSV:
        status = attain_report_table(context, j->results, "goals", ATTAIN_FORMAT_CSV, &text, err);
        break;
    default: status = attain_report_answer(context, j->results, &text, err); break;
    }
    if (status != ATTAIN_OK) return atn_session_fail(&j->session);
    return atn_session_print(&j->session, text, NULL);
}

/* An assertion that does not hold is told with the value that stands there. */
static void say_failed(job *j, const char *assertion)
{
    char address[256], *found = NULL;
    size_t length = strcspn(assertion, "<>=!");
    while (length > 0 && assertion[length - 1] == ' ') length--;
    if (length >= sizeof address) length = sizeof address - 1;
    memcpy(address, assertion, length);
    address[length] = '\0';
    if (attain_results_text(j->results, address, &found, NULL) != ATTAIN_OK) found = NULL;
    atn_console_error(j->session.console, "assertion failed: %s (it is %s)", assertion,
                      found ? found : "not there");
    attain_text_free(j->session.context, found);
}

static atn_exit judge(job *j)
{
    const atn_options *o = j->session.options;
    atn_exit code = ATN_EXIT_GOOD;
    for (size_t i = 0; i < o->n_assertions; i++) {
        bool holds = false;
        if (attain_results_assert(j->results, o->assertions[i], &holds, &j->session.error) !=
            ATTAIN_OK) {
            atn_console_error(j->session.console, "--assert '%s': %s", o->assertions[i],
                              j->session.error.message);
            code = atn_graver(code, ATN_EXIT_USAGE);
        } else if (!holds) {
            say_failed(j, o->assertions[i]);
            code = atn_graver(code, ATN_EXIT_GATE);
        }
    }
    if (attain_results_state(j->results) == ATTAIN_RESULTS_GATE_FAILED) {
        code = atn_graver(code, ATN_EXIT_GATE);
        if (o->format != ATTAIN_FORMAT_TABLE) /* the answer in words says it itself */
            atn_console_note(j->session.console,
                             "answer with warnings: see gates and diagnostics in the results");
    }
    return code;
}

/* A run may take minutes: an assertion that cannot be read is told before it. */
static atn_exit check_assertions(job *j)
{
    const atn_options *o = j->session.options;
    atn_exit code = ATN_EXIT_GOOD;
    for (size_t i = 0; i < o->n_assertions; i++) {
        if (attain_assertion_check(o->assertions[i], &j->session.error) == ATTAIN_OK) continue;
        atn_console_error(j->session.console, "--assert '%s': %s", o->assertions[i],
                          j->session.error.message);
        code = ATN_EXIT_USAGE;
    }
    return code;
}

atn_exit atn_cmd_run(const atn_options *options, atn_console *console)
{
    job j;
    struct timespec begin;
    memset(&j, 0, sizeof j);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    atn_exit code = atn_session_open(&j.session, options, console);
    if (code == ATN_EXIT_GOOD) code = check_assertions(&j);
    if (code == ATN_EXIT_GOOD) {
        const attain_status status = compute(&j);
        atn_console_diagnostics(console, j.session.problems, 0, ATTAIN_SEVERITY_WARNING);
        if (status != ATTAIN_OK) code = atn_session_fail(&j.session);
    }
    if (code == ATN_EXIT_GOOD) code = write_draws(&j);
    if (code != ATN_EXIT_INTERRUPTED && j.results)
        code = atn_graver(code, write_folder(&j, &begin));
    if (j.results && code != ATN_EXIT_INTERRUPTED) {
        code = atn_graver(code, print_answer(&j));
        code = atn_graver(code, judge(&j));
    }
    attain_results_free(j.results);
    attain_projection_free(j.projection);
    attain_posterior_free(j.posterior);
    attain_study_free(j.study);
    atn_session_close(&j.session);
    return code;
}
