/* The table of scenarios: every reading of every goal, beside the baseline. */
#include "report_internal.h"

static const atn_grid_column columns[] = {{"scenario", "scenario", SHOW_TEXT, 20},
                                          {"label", "label", SHOW_TEXT, 0},
                                          {"from", "from", SHOW_TEXT, 0},
                                          {"goal", "goal", SHOW_TEXT, 20},
                                          {"definition", "definition", SHOW_TEXT, 14},
                                          {"reading", "reading", SHOW_TEXT, 22},
                                          {"target", "target", SHOW_EXACT, 0},
                                          {"baseline", "without", SHOW_PERCENT, 1},
                                          {"probability", "with", SHOW_PERCENT, 1},
                                          {"mcse", "mcse", SHOW_ESTIMATE, 0},
                                          {"difference", "difference", SHOW_ESTIMATE, 1},
                                          {"difference_mcse", "mcse", SHOW_ESTIMATE, 1},
                                          {"difference_low", "low", SHOW_ESTIMATE, 0},
                                          {"difference_high", "high", SHOW_ESTIMATE, 0},
                                          {"date_50", "median date", SHOW_TEXT, 10},
                                          {"never_by_horizon", "never", SHOW_PERCENT, 0},
                                          {"baseline_value", "value without", SHOW_ESTIMATE, 1},
                                          {"value_05", "value 5 %", SHOW_ESTIMATE, 0},
                                          {"value_50", "value", SHOW_ESTIMATE, 1},
                                          {"value_95", "value 95 %", SHOW_ESTIMATE, 0},
                                          {"change_05", "change 5 %", SHOW_ESTIMATE, 1},
                                          {"change_50", "change", SHOW_ESTIMATE, 1},
                                          {"change_95", "change 95 %", SHOW_ESTIMATE, 1},
                                          {"variance_ratio", "var ratio", SHOW_ESTIMATE, 1}};

void atn_grid_scenarios_open(atn_grid *t, attain_context *ctx)
{
    atn_grid_init(t, ctx, columns, sizeof columns / sizeof *columns);
}

void atn_grid_scenarios_fill(atn_grid *t, const atn_node *root)
{
    static const char *const paths[] = {"target",
                                        "baseline/probability",
                                        "probability",
                                        "mcse",
                                        "difference/probability",
                                        "difference/mcse",
                                        "difference/low",
                                        "difference/high",
                                        "date/0.5",
                                        "never_by_horizon",
                                        "baseline/value",
                                        "value_quantiles/0.05",
                                        "value_quantiles/0.5",
                                        "value_quantiles/0.95",
                                        "difference/value_quantiles/0.05",
                                        "difference/value_quantiles/0.5",
                                        "difference/value_quantiles/0.95",
                                        "difference/variance_ratio"};
    const atn_node *list = atn_node_get(root, "scenarios");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s)) {
        for (atn_answer a = {0}; atn_answer_next(root, &a);) {
            const atn_node *reading = atn_scenario_reading(s, &a);
            if (!reading) continue;
            atn_grid_node(t, atn_node_get(s, "id"));
            atn_grid_node(t, atn_node_get(s, "label"));
            atn_grid_node(t, atn_node_get(s, "from"));
            atn_grid_node(t, atn_node_get(a.goal, "id"));
            atn_grid_node(t, atn_node_get(a.definition, "definition"));
            atn_grid_node(t, atn_node_get(a.reading, "reading"));
            for (size_t k = 0; k < sizeof paths / sizeof *paths; k++)
                atn_grid_node(t, atn_node_path(reading, paths[k]));
        }
    }
}
