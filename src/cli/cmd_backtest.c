/* attain backtest: past answers, and how they fared. */
#include <string.h>

#include <attain/backtest.h>

#include "cli/draw_gnuplot.h"
#include "cli/session.h"

typedef struct backtest_job {
    atn_session session;
    attain_backtest *backtest;
    attain_backtest_summary summary;
} backtest_job;

static attain_status compute(backtest_job *j)
{
    const atn_options *o = j->session.options;
    attain_study_options study;
    attain_backtest_settings settings;
    attain_study_options_init(&study);
    study.as_of = o->as_of;
    study.set = o->set;
    study.n_set = o->n_set;
    attain_backtest_settings_init(&settings);
    settings.every = o->every;
    settings.from = o->from;
    settings.method = o->fit;
    settings.has_seed = o->has_seed;
    settings.seed = o->seed;
    settings.strict = o->strict;
    const attain_status status =
        attain_backtest_run(j->session.context, o->arguments[0], &study, &settings,
                            j->session.problems, &j->backtest, &j->session.error);
    if (status == ATTAIN_OK) attain_backtest_summarize(j->backtest, &j->summary);
    return status;
}

static atn_exit write_folder(backtest_job *j)
{
    const atn_options *o = j->session.options;
    atn_gnuplot gnuplot;
    if (!o->output || strcmp(o->output, "-") == 0) return ATN_EXIT_GOOD;
    atn_gnuplot_init(&gnuplot, "run with --no-charts");
    if (attain_backtest_write(j->backtest, o->output, !o->no_charts, atn_gnuplot_draw, &gnuplot,
                              &j->session.error) != ATTAIN_OK)
        return atn_session_fail(&j->session);
    atn_console_note(j->session.console, "wrote %s", o->output);
    return ATN_EXIT_GOOD;
}

static atn_exit print(backtest_job *j)
{
    char *text = NULL;
    if (attain_backtest_text(j->backtest, NULL, j->session.options->format, &text,
                             &j->session.error) != ATTAIN_OK)
        return atn_session_fail(&j->session);
    return atn_session_print(&j->session, text, NULL);
}

atn_exit atn_cmd_backtest(const atn_options *options, atn_console *console)
{
    backtest_job j;
    memset(&j, 0, sizeof j);
    atn_exit code = atn_session_open(&j.session, options, console);
    if (code == ATN_EXIT_GOOD) {
        const attain_status status = compute(&j);
        atn_console_diagnostics(console, j.session.problems, 0, ATTAIN_SEVERITY_WARNING);
        if (status != ATTAIN_OK) code = atn_session_fail(&j.session);
    }
    if (j.backtest) {
        code = write_folder(&j);
        if (code != ATN_EXIT_INTERRUPTED) code = atn_graver(code, print(&j));
        const bool failed = j.summary.n_failed > 0 ||
                            (options->strict && attain_diagnostics_count_of(
                                                    j.session.problems, ATTAIN_SEVERITY_WARNING));
        if (failed && code != ATN_EXIT_INTERRUPTED) code = atn_graver(code, ATN_EXIT_GATE);
    }
    attain_backtest_free(j.backtest);
    atn_session_close(&j.session);
    return code;
}
