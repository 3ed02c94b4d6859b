/* attain sweep: a goal's chance over a grid of futures, and where it breaks even. */
#include <string.h>

#include <attain/sweep.h>

#include "cli/draw_gnuplot.h"
#include "cli/session.h"

typedef struct sweep_job {
    atn_session session;
    attain_study *study;
    attain_posterior *posterior;
    attain_sweep *sweep;
} sweep_job;

static attain_status compute(sweep_job *j)
{
    const atn_options *o = j->session.options;
    attain_error *err = &j->session.error;
    attain_fit_settings fit;
    attain_sweep_settings settings;
    attain_status status = atn_session_load(&j->session, &j->study);
    attain_fit_settings_init(&fit);
    fit.method = o->fit;
    fit.has_seed = o->has_seed;
    fit.seed = o->seed;
    fit.skip_loo = true;
    attain_sweep_settings_init(&settings);
    settings.vary = o->vary;
    settings.n_vary = o->n_vary;
    settings.goal = o->goal;
    settings.from = o->from;
    if (o->until > 0) settings.until = o->until;
    /* a bad name is told before the fit */
    if (status == ATTAIN_OK)
        status = attain_sweep_check(j->session.context, j->study, &settings, err);
    if (status == ATTAIN_OK)
        status = attain_fit_run(j->session.context, j->study, &fit, j->session.problems,
                                &j->posterior, err);
    if (status == ATTAIN_OK)
        status = attain_sweep_run(j->session.context, j->posterior, &settings, &j->sweep, err);
    return status;
}

/* Whether the posterior passed its gates is told by the study's own results. */
static attain_status judge_fit(sweep_job *j, bool *failed)
{
    attain_projection *projection = NULL;
    attain_results *results = NULL;
    attain_error *err = &j->session.error;
    attain_context *context = j->session.context;
    attain_status status = attain_project_run(context, j->posterior, &projection, err);
    if (status == ATTAIN_OK)
        status = attain_results_create(context, projection, j->session.problems,
                                       j->session.options->strict, &results, err);
    if (status == ATTAIN_OK) *failed = attain_results_state(results) == ATTAIN_RESULTS_GATE_FAILED;
    attain_results_free(results);
    attain_projection_free(projection);
    return status;
}

static bool ends_in(const char *path, const char *ending)
{
    const size_t n = strlen(path), m = strlen(ending);
    return n > m && strcmp(path + n - m, ending) == 0;
}

static atn_exit print(sweep_job *j, attain_format format, const char *path)
{
    char *text = NULL;
    if (attain_sweep_text(j->sweep, format, &text, &j->session.error) != ATTAIN_OK)
        return atn_session_fail(&j->session);
    return atn_session_print(&j->session, text, path);
}

/* -o FILE.csv or FILE.json: the table into that file; -o DIR: tables and chart into that folder,
 * and the table printed. */
static atn_exit put_out(sweep_job *j)
{
    const atn_options *o = j->session.options;
    if (!o->output || strcmp(o->output, "-") == 0) return print(j, o->format, NULL);
    if (ends_in(o->output, ".csv")) return print(j, ATTAIN_FORMAT_CSV, o->output);
    if (ends_in(o->output, ".json")) return print(j, ATTAIN_FORMAT_JSON, o->output);
    atn_gnuplot gnuplot;
    atn_gnuplot_init(&gnuplot, "run with --no-charts");
    atn_exit code = ATN_EXIT_GOOD;
    if (attain_sweep_write(j->sweep, o->output, o->no_charts ? NULL : atn_gnuplot_draw, &gnuplot,
                           &j->session.error) != ATTAIN_OK)
        code = atn_session_fail(&j->session);
    else
        atn_console_note(j->session.console, "wrote %s", o->output);
    return atn_graver(code, print(j, o->format, NULL));
}

static atn_exit complain(const atn_options *o, atn_console *console)
{
    if (o->n_vary >= 1 && o->n_vary <= 2) return ATN_EXIT_GOOD;
    atn_console_error(console, o->n_vary ? "sweep: \"--vary\" may be given once or twice"
                                         : "sweep: missing: --vary TARGET=FROM:TO:STEP");
    return ATN_EXIT_USAGE;
}

atn_exit atn_cmd_sweep(const atn_options *options, atn_console *console)
{
    sweep_job j;
    memset(&j, 0, sizeof j);
    if (complain(options, console) != ATN_EXIT_GOOD) return ATN_EXIT_USAGE;
    atn_exit code = atn_session_open(&j.session, options, console);
    bool failed = false;
    if (code == ATN_EXIT_GOOD) {
        attain_status status = compute(&j);
        if (status == ATTAIN_OK) status = judge_fit(&j, &failed);
        atn_console_diagnostics(console, j.session.problems, 0, ATTAIN_SEVERITY_WARNING);
        if (status != ATTAIN_OK) code = atn_session_fail(&j.session);
    }
    if (code == ATN_EXIT_GOOD) code = put_out(&j);
    if (failed && code != ATN_EXIT_INTERRUPTED) {
        atn_console_note(console, "answer with warnings: the fit failed a quality gate (attain run "
                                  "says which)");
        code = atn_graver(code, ATN_EXIT_GATE);
    }
    attain_sweep_free(j.sweep);
    attain_posterior_free(j.posterior);
    attain_study_free(j.study);
    atn_session_close(&j.session);
    return code;
}
