/* Scenarios in words: what each of them does to the chances. */
#include "page_blocks.h"

#include <math.h>
#include <string.h>

enum { SHOWN = 6 };
static const double MOVED = 0.01; /* a point: less is within what the model is known to */

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

const atn_node *atn_scenario_reading(const atn_node *scenario, const atn_answer *a)
{
    const atn_node *goal = atn_find(atn_node_get(scenario, "goals"), "id", text_of(a->goal, "id"));
    const atn_node *definition = atn_find(atn_node_get(goal, "definitions"), "definition",
                                          text_of(a->definition, "definition"));
    return atn_find(atn_node_get(definition, "readings"), "reading",
                    text_of(a->reading, "reading"));
}

static double moved_by(const atn_node *reading)
{
    return atn_node_number(atn_node_path(reading, "difference/probability"));
}

/* "<1 % to 3 % (+2.6 points)" */
static void say_move(atn_text *out, const atn_node *reading)
{
    const double points = 100.0 * moved_by(reading);
    atn_say_percent(out, atn_node_number(atn_node_path(reading, "baseline/probability")));
    atn_text_add(out, " to ");
    atn_say_percent(out, atn_node_number(atn_node_get(reading, "probability")));
    atn_text_add(out, points > 0 ? " (+" : " (");
    atn_text_grouped(out, points, 1);
    atn_text_add(out, " points)");
}

static void say_head(atn_text *out, const atn_node *scenario)
{
    const char *id = text_of(scenario, "id"), *label = text_of(scenario, "label");
    atn_escape_plain(out, id);
    if (*label && strcmp(label, id) != 0) {
        atn_text_add(out, ": ");
        atn_escape_plain(out, label);
    }
}

static void say_goal(atn_text *out, const atn_answer *a)
{
    atn_escape_plain(out, text_of(a->goal, "id"));
    const size_t before = out->length;
    atn_text_add(out, " (");
    const size_t named = out->length;
    atn_say_which(out, a);
    if (out->length > named) {
        atn_text_add(out, ")");
    } else if (out->data && !out->failed) {
        out->length = before;
        out->data[before] = '\0';
    }
}

static void say_scenario(atn_text *out, const atn_node *root, const atn_node *scenario)
{
    size_t n = 0;
    atn_text_add(out, "  ");
    say_head(out, scenario);
    atn_text_add(out, "\n");
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        const atn_node *reading = atn_scenario_reading(scenario, &a);
        if (!(fabs(moved_by(reading)) >= MOVED)) continue;
        if (n++ >= SHOWN) continue;
        atn_text_add(out, "    ");
        say_goal(out, &a);
        atn_text_add(out, ": ");
        say_move(out, reading);
        atn_text_add(out, "\n");
    }
    if (n > SHOWN)
        atn_text_printf(out, "    and %zu more: attain show RESULT scenarios\n", n - SHOWN);
    if (n == 0) atn_text_add(out, "    no chance moves by a point\n");
}

void atn_say_scenarios(atn_text *out, const atn_node *root)
{
    const atn_node *list = atn_node_get(root, "scenarios");
    if (!atn_node_first(list)) return;
    atn_text_add(out, "\nscenarios, on the same draws as the answer above\n");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s))
        say_scenario(out, root, s);
}

/* ---- the page -------------------------------------------------------------------------------- */

/* Middle 90 % of what the scenario adds to a total or best value. */
static void say_change(atn_text *out, const atn_node *reading, const atn_answer *a)
{
    const atn_node *q = atn_node_path(reading, "difference/value_quantiles");
    const double middle = atn_node_number(atn_node_get(q, "0.5"));
    if (!isfinite(middle)) return;
    atn_say_value(out, middle, a->share, false);
    atn_text_add(out, " (");
    atn_say_value(out, atn_node_number(atn_node_get(q, "0.05")), a->share, false);
    atn_text_add(out, " to ");
    atn_say_value(out, atn_node_number(atn_node_get(q, "0.95")), a->share, false);
    atn_text_add(out, ")");
}

/* Bit for bit the same draws have no Monte Carlo error. */
static bool is_touched(const atn_node *reading)
{
    return atn_node_number(atn_node_path(reading, "difference/mcse")) > 0;
}

static void page_scenario(atn_page *p, const atn_node *scenario)
{
    static const atn_page_column columns[] = {{"goal", "Goal", false, false},
                                              {"chance", "Chance", false, false},
                                              {"value by the deadline, less that without",
                                               "Value by the deadline, less that without", false,
                                               false}};
    say_head(&p->line, scenario);
    atn_page_heading(p, 3);
    if (*text_of(scenario, "note")) atn_page_say(p, ATN_PARAGRAPH, text_of(scenario, "note"));
    const atn_node *changes = atn_node_get(scenario, "changes");
    for (const atn_node *c = atn_node_first(changes); c; c = atn_node_next(c))
        atn_page_listed(p, atn_node_text(c));
    atn_text_add(&p->line, "What changes under ");
    say_head(&p->line, scenario);
    atn_page_table_open(p, columns, sizeof columns / sizeof *columns, ATN_TABLE);
    for (atn_answer a = {0}; atn_answer_next(p->root, &a);) {
        const atn_node *reading = atn_scenario_reading(scenario, &a);
        if (!reading || !is_touched(reading)) continue;
        say_goal(&p->line, &a);
        atn_page_cell(p);
        say_move(&p->line, reading);
        atn_page_cell(p);
        say_change(&p->line, reading, &a);
        atn_page_cell(p);
    }
    atn_page_table_close(p);
}

void atn_page_scenarios(atn_page *p)
{
    const atn_node *list = atn_node_get(p->root, "scenarios");
    if (!atn_node_first(list)) return;
    atn_page_section(p, "Scenarios");
    atn_page_say(p, ATN_PARAGRAPH,
                 "Each goal under a changed future, on the same draws and random numbers as the "
                 "answer: what differs is the change's doing. In brackets the middle 90 % of "
                 "futures. Goals that a scenario does not touch are left out.");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s)) page_scenario(p, s);
}
