/* The tables of a document: goals, parameters, reports, diagnostics, series. */
#include "report_internal.h"

#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void members(atn_grid *t, const atn_node *node, const char *const *paths, size_t n)
{
    for (size_t i = 0; i < n; i++) atn_grid_node(t, atn_node_path(node, paths[i]));
}

/* ---- goals ----------------------------------------------------------------------------------- */

static const atn_grid_column goal_columns[] = {
    {"goal", "goal", SHOW_TEXT, 24},
    {"label", "label", SHOW_TEXT, 0},
    {"series", "series", SHOW_TEXT, 0},
    {"definition", "definition", SHOW_TEXT, 14},
    {"reading", "reading", SHOW_TEXT, 24},
    {"target", "target", SHOW_EXACT, 1},
    {"start", "start", SHOW_TEXT, 0},
    {"deadline", "deadline", SHOW_TEXT, 10},
    {"probability", "chance", SHOW_PERCENT, 1},
    {"mcse", "mcse", SHOW_ESTIMATE, 0},
    {"words", "in words", SHOW_TEXT, 24},
    {"date_05", "date 5 %", SHOW_TEXT, 0},
    {"date_25", "date 25 %", SHOW_TEXT, 0},
    {"date_50", "median date", SHOW_TEXT, 10},
    {"date_75", "date 75 %", SHOW_TEXT, 0},
    {"date_95", "date 95 %", SHOW_TEXT, 0},
    {"never_by_horizon", "never*", SHOW_PERCENT, 1},
    {"probability_at_horizon", "by horizon", SHOW_PERCENT, 0},
    {"shortfall", "shortfall", SHOW_ESTIMATE, 1},
    {"attainable_10", "attainable 10 %", SHOW_ESTIMATE, 0},
    {"attainable_50", "attainable 50 %", SHOW_ESTIMATE, 0},
    {"attainable_90", "attainable 90 %", SHOW_ESTIMATE, 0},
    {"required_pace", "needs", SHOW_ESTIMATE, 1},
    {"current_pace", "now", SHOW_ESTIMATE, 1},
    {"pace_ratio", "ratio", SHOW_ESTIMATE, 1},
    {"pace_for_10", "needs, 10 %", SHOW_ESTIMATE, 0},
    {"pace_for_90", "needs, 90 %", SHOW_ESTIMATE, 0},
    {"share_of_past_windows", "past kept", SHOW_PERCENT, 1},
    {"last_rate", "last rate", SHOW_PERCENT, 1},
    {"mean_rate", "mean rate", SHOW_PERCENT, 1},
    {"equal_trends", "equal trends", SHOW_PERCENT, 0},
    {"already_reached", "reached", SHOW_BOOL, 0},
    {"out_of_reach", "out of reach", SHOW_BOOL, 0},
    {"trend_low", "lowest trend", SHOW_PERCENT, 0},
    {"trend_high", "highest trend", SHOW_PERCENT, 0},
    {"date_rests_on_prior", "date on prior", SHOW_BOOL, 0},
    {"status", "status", SHOW_TEXT, 0}};

static void fill_goals(atn_grid *t, const atn_node *root)
{
    static const char *const paths[] = {"probability",
                                        "mcse",
                                        "words",
                                        "date/0.05",
                                        "date/0.25",
                                        "date/0.5",
                                        "date/0.75",
                                        "date/0.95",
                                        "never_by_horizon",
                                        "probability_at_horizon",
                                        "shortfall",
                                        "attainable/0.1",
                                        "attainable/0.5",
                                        "attainable/0.9",
                                        "required_pace",
                                        "current_pace",
                                        "pace_ratio",
                                        "pace_for/0.1",
                                        "pace_for/0.9",
                                        "share_of_past_windows",
                                        "baselines/last-rate/probability",
                                        "baselines/mean-rate/probability",
                                        "baselines/equal-trends/probability",
                                        "already_reached",
                                        "out_of_reach"};
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        atn_grid_node(t, atn_node_get(a.goal, "id"));
        atn_grid_node(t, atn_node_get(a.goal, "label"));
        atn_grid_node(t, atn_node_get(a.goal, "series"));
        atn_grid_node(t, atn_node_get(a.definition, "definition"));
        atn_grid_node(t, atn_node_get(a.reading, "reading"));
        atn_grid_node(t, atn_node_get(a.reading, "target"));
        atn_grid_node(t, atn_node_get(a.goal, "start"));
        atn_grid_node(t, atn_node_get(a.goal, "deadline"));
        members(t, a.reading, paths, COUNT(paths));
        double low, high;
        const bool range = atn_trend_range(a.reading, &low, &high);
        atn_grid_number(t, range ? low : NAN);
        atn_grid_number(t, range ? high : NAN);
        atn_grid_node(t, atn_node_get(a.reading, "date_rests_on_prior"));
        atn_grid_node(t, atn_node_get(root, "status"));
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const atn_grid_column parameter_columns[] = {{"name", "name", SHOW_TEXT, 32},
                                                    {"prior", "prior", SHOW_TEXT, 36},
                                                    {"default_prior", "default", SHOW_BOOL, 1},
                                                    {"fixed", "fixed", SHOW_BOOL, 1},
                                                    {"mean", "mean", SHOW_ESTIMATE, 1},
                                                    {"sd", "sd", SHOW_ESTIMATE, 1},
                                                    {"q05", "5 %", SHOW_ESTIMATE, 1},
                                                    {"q25", "25 %", SHOW_ESTIMATE, 0},
                                                    {"q50", "50 %", SHOW_ESTIMATE, 1},
                                                    {"q75", "75 %", SHOW_ESTIMATE, 0},
                                                    {"q95", "95 %", SHOW_ESTIMATE, 1},
                                                    {"prior_sd", "prior sd", SHOW_ESTIMATE, 1},
                                                    {"contraction", "sd ratio", SHOW_ESTIMATE, 1},
                                                    {"rhat", "R-hat", SHOW_ESTIMATE, 1},
                                                    {"ess_bulk", "ESS bulk", SHOW_ESTIMATE, 1},
                                                    {"ess_tail", "ESS tail", SHOW_ESTIMATE, 1},
                                                    {"mcse_mean", "MCSE", SHOW_ESTIMATE, 1},
                                                    {"mcse_q05", "MCSE 5 %", SHOW_ESTIMATE, 0},
                                                    {"mcse_q50", "MCSE 50 %", SHOW_ESTIMATE, 0},
                                                    {"mcse_q95", "MCSE 95 %", SHOW_ESTIMATE, 0}};

static void fill_parameters(atn_grid *t, const atn_node *root)
{
    static const char *const paths[] = {"name",
                                        "prior",
                                        "default_prior",
                                        "fixed",
                                        "mean",
                                        "sd",
                                        "quantiles/0.05",
                                        "quantiles/0.25",
                                        "quantiles/0.5",
                                        "quantiles/0.75",
                                        "quantiles/0.95",
                                        "prior_sd",
                                        "contraction",
                                        "rhat",
                                        "ess_bulk",
                                        "ess_tail",
                                        "mcse_mean",
                                        "mcse_quantiles/0.05",
                                        "mcse_quantiles/0.5",
                                        "mcse_quantiles/0.95"};
    const atn_node *list = atn_node_get(root, "parameters");
    for (const atn_node *p = atn_node_first(list); p; p = atn_node_next(p))
        members(t, p, paths, COUNT(paths));
}

/* ---- reports --------------------------------------------------------------------------------- */

static const atn_grid_column report_columns[] = {{"row", "row", SHOW_EXACT, 1},
                                                 {"series", "series", SHOW_TEXT, 16},
                                                 {"definition", "definition", SHOW_TEXT, 12},
                                                 {"statistic", "statistic", SHOW_TEXT, 0},
                                                 {"start", "start", SHOW_TEXT, 0},
                                                 {"end", "end", SHOW_TEXT, 0},
                                                 {"relation", "relation", SHOW_TEXT, 0},
                                                 {"value", "value", SHOW_EXACT, 0},
                                                 {"upper", "upper", SHOW_EXACT, 0},
                                                 {"error", "error", SHOW_EXACT, 0},
                                                 {"n", "n", SHOW_EXACT, 0},
                                                 {"stale", "stale", SHOW_EXACT, 0},
                                                 {"source", "source", SHOW_TEXT, 0},
                                                 {"release", "release", SHOW_TEXT, 0},
                                                 {"published", "published", SHOW_TEXT, 0},
                                                 {"used", "used", SHOW_BOOL, 1},
                                                 {"sentence", "read as", SHOW_TEXT, 72},
                                                 {"implied_low", "from", SHOW_ESTIMATE, 0},
                                                 {"implied_high", "to", SHOW_ESTIMATE, 0},
                                                 {"fitted_05", "fit 5 %", SHOW_ESTIMATE, 1},
                                                 {"fitted_25", "fit 25 %", SHOW_ESTIMATE, 0},
                                                 {"fitted_50", "fit 50 %", SHOW_ESTIMATE, 1},
                                                 {"fitted_75", "fit 75 %", SHOW_ESTIMATE, 0},
                                                 {"fitted_95", "fit 95 %", SHOW_ESTIMATE, 1},
                                                 {"tail_probability", "tail", SHOW_ESTIMATE, 1},
                                                 {"loo_elpd", "elpd", SHOW_ESTIMATE, 0},
                                                 {"loo_pareto_k", "Pareto k", SHOW_ESTIMATE, 1},
                                                 {"loo_pit", "PIT", SHOW_ESTIMATE, 1},
                                                 {"url", "url", SHOW_TEXT, 0},
                                                 {"quote", "quote", SHOW_TEXT, 0},
                                                 {"note", "note", SHOW_TEXT, 0}};

static void fill_reports(atn_grid *t, const atn_node *root)
{
    static const char *const before[] = {"row",  "series",   "definition", "statistic", "start",
                                         "end",  "relation", "value",      "upper",     "error",
                                         "n",    "stale",    "source",     "release",   "published",
                                         "used", "sentence"};
    static const char *const after[] = {"fitted/0.05", "fitted/0.25",  "fitted/0.5",
                                        "fitted/0.75", "fitted/0.95",  "tail_probability",
                                        "loo/elpd",    "loo/pareto_k", "loo/pit",
                                        "url",         "quote",        "note"};
    const atn_node *list = atn_node_get(root, "reports");
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) {
        double implied[2] = {NAN, NAN};
        members(t, r, before, COUNT(before));
        atn_node_numbers(atn_node_get(r, "implied"), implied, 2);
        atn_grid_number(t, implied[0]);
        atn_grid_number(t, implied[1]);
        members(t, r, after, COUNT(after));
    }
}

/* ---- diagnostics ----------------------------------------------------------------------------- */

static const atn_grid_column diagnostic_columns[] = {{"severity", "severity", SHOW_TEXT, 8},
                                                     {"code", "code", SHOW_TEXT, 28},
                                                     {"where", "where", SHOW_TEXT, 40},
                                                     {"message", "message", SHOW_TEXT, 400}};

static void fill_diagnostics(atn_grid *t, const atn_node *root)
{
    static const char *const paths[] = {"severity", "code", "where", "message"};
    const atn_node *list = atn_node_get(root, "diagnostics");
    for (const atn_node *d = atn_node_first(list); d; d = atn_node_next(d))
        members(t, d, paths, COUNT(paths));
}

/* ---- series ---------------------------------------------------------------------------------- */

static const atn_grid_column series_columns[] = {
    {"series", "series", SHOW_TEXT, 24}, {"measure", "measure", SHOW_TEXT, 8},
    {"date", "date", SHOW_TEXT, 10},     {"q0.025", "2.5 %", SHOW_ESTIMATE, 1},
    {"q0.05", "5 %", SHOW_ESTIMATE, 0},  {"q0.1", "10 %", SHOW_ESTIMATE, 1},
    {"q0.25", "25 %", SHOW_ESTIMATE, 0}, {"q0.5", "median", SHOW_ESTIMATE, 1},
    {"q0.75", "75 %", SHOW_ESTIMATE, 0}, {"q0.9", "90 %", SHOW_ESTIMATE, 1},
    {"q0.95", "95 %", SHOW_ESTIMATE, 0}, {"q0.975", "97.5 %", SHOW_ESTIMATE, 1}};
enum { N_LEVELS = 9 };

/* A table on a screen shows today, each month's first day after it, and the horizon. */
static bool is_milestone(const atn_node *root, const char *date, bool last)
{
    const char *as_of = atn_node_text(atn_node_path(root, "study/as_of"));
    const int order = strcmp(date, as_of);
    return last || order == 0 || (order > 0 && strcmp(date + strlen(date) - 2, "01") == 0);
}

static void fill_bands(atn_grid *t, const atn_node *root, const atn_node *series, const char *bands,
                       const char *measure, bool all)
{
    static const char *const levels[N_LEVELS] = {"0.025", "0.05", "0.1",  "0.25", "0.5",
                                                 "0.75",  "0.9",  "0.95", "0.975"};
    const atn_node *at[N_LEVELS], *group = atn_node_get(series, bands);
    if (!group) return;
    for (size_t k = 0; k < N_LEVELS; k++) at[k] = atn_node_first(atn_node_get(group, levels[k]));
    const atn_node *date = atn_node_first(atn_node_get(series, "dates"));
    for (; date; date = atn_node_next(date)) {
        const bool keep = all || is_milestone(root, atn_node_text(date), !atn_node_next(date));
        if (keep) {
            atn_grid_node(t, atn_node_get(series, "id"));
            atn_grid_text(t, measure);
            atn_grid_node(t, date);
        }
        for (size_t k = 0; k < N_LEVELS; k++) {
            if (keep) atn_grid_number(t, atn_node_number(at[k]));
            at[k] = atn_node_next(at[k]);
        }
    }
}

static void fill_series(atn_grid *t, const atn_node *root, bool all)
{
    const atn_node *list = atn_node_get(root, "series");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s)) {
        const char *kind = atn_node_text(atn_node_get(s, "kind"));
        const char *measure = strcmp(kind, "flow") == 0    ? "rate"
                              : strcmp(kind, "stock") == 0 ? "level"
                                                           : "share";
        fill_bands(t, root, s, "quantiles", measure, all);
        fill_bands(t, root, s, "total_quantiles", "total", all);
    }
}

/* ---- by name --------------------------------------------------------------------------------- */

static const char *const table_names[] = {"goals",  "parameters", "reports", "diagnostics",
                                          "series", "scenarios",  "why"};

/* Below a table for people. */
static void add_remarks(atn_text *out, const atn_node *root, bool goals)
{
    bool untold = false;
    for (atn_answer a = {0}; goals && atn_answer_next(root, &a);)
        untold |= atn_date_untold(root, a.reading);
    if (goals) {
        atn_text_add(out, "* not reached by ");
        atn_text_add(out, atn_node_text(atn_node_path(root, "study/horizon")));
        atn_text_add(out, "\n");
    }
    if (untold)
        atn_text_add(out, "a date rests on a level that the reports do not identify (attain show "
                          "RESULT diagnostics)\n");
    atn_say_gates(out, root);
}

static attain_status write_why(const atn_node *root, atn_text *out, attain_error *err)
{
    if (!atn_say_why(out, root))
        return atn_fail(err, ATTAIN_ERR_ADDRESS,
                        "the run was not asked what drives its answers (attain_why_run)");
    atn_say_gates(out, root);
    return atn_text_ok(out) ? ATTAIN_OK : atn_fail_nomem(err);
}

attain_status atn_grid_write(attain_context *ctx, const attain_results *results, const char *name,
                             attain_format format, atn_text *out, attain_error *err)
{
    const atn_node *root = atn_document_root(results);
    atn_grid t;
    size_t which = 0;
    while (which < COUNT(table_names) && strcmp(name, table_names[which]) != 0) which++;
    switch (which) {
    case 0:
        atn_grid_init(&t, ctx, goal_columns, COUNT(goal_columns));
        fill_goals(&t, root);
        break;
    case 1:
        atn_grid_init(&t, ctx, parameter_columns, COUNT(parameter_columns));
        fill_parameters(&t, root);
        break;
    case 2:
        atn_grid_init(&t, ctx, report_columns, COUNT(report_columns));
        fill_reports(&t, root);
        break;
    case 3:
        atn_grid_init(&t, ctx, diagnostic_columns, COUNT(diagnostic_columns));
        fill_diagnostics(&t, root);
        break;
    case 4:
        atn_grid_init(&t, ctx, series_columns, COUNT(series_columns));
        fill_series(&t, root, format != ATTAIN_FORMAT_TABLE);
        break;
    case 5:
        atn_grid_scenarios_open(&t, ctx);
        atn_grid_scenarios_fill(&t, root);
        break;
    case 6: /* for people in words, for programs the influences */
        if (format == ATTAIN_FORMAT_TABLE) return write_why(root, out, err);
        atn_grid_init(&t, ctx, atn_influence_columns, ATN_N_INFLUENCE_COLUMNS);
        atn_fill_influence(&t, root);
        break;
    default:
        return atn_fail(err, ATTAIN_ERR_ADDRESS,
                        "no table \"%.60s\"; there are goals, parameters, reports, diagnostics, "
                        "series, scenarios and why",
                        name);
    }
    atn_grid_print(&t, format, out);
    if (format == ATTAIN_FORMAT_TABLE) add_remarks(out, root, which == 0);
    atn_grid_free(&t);
    return atn_text_ok(out) ? ATTAIN_OK : atn_fail_nomem(err);
}
