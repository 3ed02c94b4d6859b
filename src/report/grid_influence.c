/* The table of influences: a line a report, goal, definition and reading. */
#include "report_internal.h"

#include <math.h>

const atn_grid_column atn_influence_columns[ATN_N_INFLUENCE_COLUMNS] = {
    {"row", "row", SHOW_EXACT, 1},
    {"left_out_with", "left out with", SHOW_EXACT, 0},
    {"source", "source", SHOW_TEXT, 20},
    {"published", "published", SHOW_TEXT, 10},
    {"goal", "goal", SHOW_TEXT, 24},
    {"definition", "definition", SHOW_TEXT, 14},
    {"reading", "reading", SHOW_TEXT, 24},
    {"how", "how", SHOW_TEXT, 8},
    {"plain_k", "plain k", SHOW_ESTIMATE, 0},
    {"k", "k", SHOW_ESTIMATE, 1},
    {"without", "without", SHOW_PERCENT, 1},
    {"change", "change", SHOW_ESTIMATE, 1},
    {"mcse", "mcse", SHOW_ESTIMATE, 1},
    {"quantity_change", "quantity", SHOW_ESTIMATE, 1},
    {"quantity_mcse", "its mcse", SHOW_ESTIMATE, 0}};

static void fill_line(atn_grid *t, const atn_node *report, const atn_node *goal,
                      const atn_node *definition, const atn_node *reading)
{
    static const char *const numbers[] = {"without", "change", "mcse", "quantity_change",
                                          "quantity_mcse"};
    const atn_node *influence = atn_node_get(report, "influence");
    const atn_node *together = atn_node_get(influence, "together");
    atn_grid_node(t, atn_node_get(report, "row"));
    atn_grid_number(t, (double)atn_node_size(together) - 1.0);
    atn_grid_node(t, atn_node_get(report, "source"));
    atn_grid_node(t, atn_node_get(report, "published"));
    atn_grid_node(t, atn_node_get(goal, "id"));
    atn_grid_node(t, atn_node_get(definition, "definition"));
    atn_grid_node(t, atn_node_get(reading, "reading"));
    atn_grid_node(t, atn_node_get(reading, "how"));
    atn_grid_node(t, atn_node_get(influence, "plain_k"));
    atn_grid_node(t, atn_node_get(reading, "k"));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        atn_grid_node(t, atn_node_get(reading, numbers[i]));
}

void atn_fill_influence(atn_grid *t, const atn_node *root)
{
    const atn_node *reports = atn_node_get(root, "reports");
    for (const atn_node *r = atn_node_first(reports); r; r = atn_node_next(r)) {
        const atn_node *goals = atn_node_path(r, "influence/goals");
        for (const atn_node *g = atn_node_first(goals); g; g = atn_node_next(g)) {
            const atn_node *definitions = atn_node_get(g, "definitions");
            for (const atn_node *d = atn_node_first(definitions); d; d = atn_node_next(d)) {
                const atn_node *readings = atn_node_get(d, "readings");
                for (const atn_node *k = atn_node_first(readings); k; k = atn_node_next(k))
                    fill_line(t, r, g, d, k);
            }
        }
    }
}
