/* attain regress: a formula fitted to the rows of a table. */
#include <string.h>

#include <attain/regress.h>

#include "cli/draw_gnuplot.h"
#include "cli/session.h"

typedef struct fitting {
    atn_session session;
    attain_table *table;
    attain_regression *regression;
} fitting;

/* Everything that must be given and is not, at once. */
static bool is_complete(const atn_regress_options *r, atn_console *console)
{
    const struct {
        bool missing;
        const char *words;
    } needs[] = {
        {!r->data, "--data FILE.csv"},
        {!r->response, "--response EXPR"},
        {!r->formula && !r->curve, "--formula EXPR or --curve NAME"},
        {r->formula && !r->curve && !r->start, "--start, which names the formula's parameters"}};
    char list[160] = "";
    bool any = false;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if (!needs[i].missing) continue;
        if (any) strcat(list, "; ");
        strcat(list, needs[i].words);
        any = true;
    }
    if (any)
        atn_console_error(console, "regress: missing: %s (attain help regress has an example)",
                          list);
    return !any;
}

static attain_status fit(fitting *f)
{
    const atn_options *o = f->session.options;
    const atn_regress_options *r = &o->regress;
    attain_regression_settings settings;
    attain_regression_settings_init(&settings);
    settings.response = r->response;
    settings.formula = r->formula;
    settings.curve = r->curve;
    settings.start = r->start;
    settings.prior = r->prior;
    settings.bounds = r->bounds;
    settings.weights = r->weights;
    settings.loss = r->loss;
    settings.intervals = r->intervals;
    if (r->level > 0.0) settings.level = r->level;
    if (r->replicates > 0) settings.replicates = r->replicates;
    if (o->has_seed) settings.seed = o->seed;
    settings.fit = o->fit;
    const attain_status status = attain_table_load(f->session.context, r->data, f->session.problems,
                                                   &f->table, &f->session.error);
    if (status != ATTAIN_OK) return status;
    return attain_regress(f->session.context, f->table, &settings, f->session.problems,
                          &f->regression, &f->session.error);
}

static atn_exit print_result(fitting *f)
{
    const atn_options *o = f->session.options;
    char *text = NULL;
    if (attain_regression_text(f->regression, o->format, o->regress.residuals, &text,
                               &f->session.error) != ATTAIN_OK)
        return atn_session_fail(&f->session);
    return atn_session_print(&f->session, text, o->output);
}

static atn_exit write_draws(fitting *f)
{
    const char *path = f->session.options->draws;
    if (!path) return ATN_EXIT_GOOD;
    if (attain_regression_write_draws(f->regression, path, &f->session.error) != ATTAIN_OK)
        return atn_session_fail(&f->session);
    atn_console_note(f->session.console, "wrote %s", path);
    return ATN_EXIT_GOOD;
}

static atn_exit draw(fitting *f)
{
    const char *path = f->session.options->regress.plot;
    atn_gnuplot gnuplot;
    if (!path) return ATN_EXIT_GOOD;
    atn_gnuplot_init(&gnuplot, "leave out --plot");
    if (attain_regression_plot(f->regression, path, atn_gnuplot_draw, &gnuplot,
                               &f->session.error) != ATTAIN_OK)
        return atn_session_fail(&f->session);
    atn_console_note(f->session.console, "wrote %s", path);
    return ATN_EXIT_GOOD;
}

/* How a search that is no answer ended is said even when quiet; what to do stands in a warning. */
static const char *ending(attain_regression_outcome outcome)
{
    switch (outcome) {
    case ATTAIN_REGRESSION_CONVERGED: break;
    case ATTAIN_REGRESSION_STALLED: return "the search stalled";
    case ATTAIN_REGRESSION_SINGULAR: return "the rows do not determine every parameter";
    case ATTAIN_REGRESSION_STEP_LIMIT: return "the search was still under way at its last step";
    }
    return NULL;
}

static atn_exit judge(fitting *f)
{
    attain_regression_summary summary;
    attain_regression_summarize(f->regression, &summary);
    const char *words = ending(summary.outcome);
    if (words) {
        atn_console_error(f->session.console, "no answer: %s", words);
        return ATN_EXIT_GATE;
    }
    if (!summary.gates_passed) {
        atn_console_error(f->session.console,
                          "a quality gate failed: the draws are not to be relied on");
        return ATN_EXIT_GATE;
    }
    const bool warned =
        attain_diagnostics_count_of(f->session.problems, ATTAIN_SEVERITY_WARNING) > 0;
    return warned && f->session.options->strict ? ATN_EXIT_GATE : ATN_EXIT_GOOD;
}

/* Outside the domain: in a row of the table its fault, else that of --start and --bounds. */
static atn_exit fail(fitting *f)
{
    const atn_exit code = atn_session_fail(&f->session);
    if (f->session.error.status != ATTAIN_ERR_DOMAIN) return code;
    return f->session.error.line > 0 ? ATN_EXIT_TABLE : ATN_EXIT_USAGE;
}

atn_exit atn_cmd_regress(const atn_options *options, atn_console *console)
{
    fitting f;
    memset(&f, 0, sizeof f);
    if (!is_complete(&options->regress, console)) return ATN_EXIT_USAGE;
    if (options->draws && options->fit != ATTAIN_METHOD_NUTS) {
        atn_console_error(console, "regress: --draws needs --fit nuts: nothing else has any");
        return ATN_EXIT_USAGE;
    }
    atn_exit code = atn_session_open(&f.session, options, console);
    if (code == ATN_EXIT_GOOD) {
        const attain_status status = fit(&f);
        atn_console_diagnostics(console, f.session.problems, 0, ATTAIN_SEVERITY_WARNING);
        if (status != ATTAIN_OK) code = fail(&f);
    }
    if (f.regression) {
        code = print_result(&f);
        if (!atn_interrupted()) code = atn_graver(code, write_draws(&f));
        if (!atn_interrupted()) code = atn_graver(code, draw(&f));
        code = atn_graver(code, judge(&f));
    }
    attain_regression_free(f.regression);
    attain_table_free(f.table);
    atn_session_close(&f.session);
    return code;
}
