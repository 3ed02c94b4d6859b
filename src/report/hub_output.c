/* A hub's tables: what the model says, and the figures that it rests on. */
#include "hub.h"

#include <math.h>
#include <string.h>

/* The columns that say what a row answers; all of them are tame. */
typedef struct task {
    const atn_hub *hub;
    const atn_hub_scenario *scenario;
    const atn_hub_target *target;
    const char *kind, *end;
    atn_text *out;
} task;

static void put_row(const task *t, const char *type, const char *type_id, double value)
{
    atn_text_printf(t->out, "%s,%s,%s.%s,%s,%s,%s,", t->hub->as_of, t->scenario->id,
                    t->target->base, t->kind, t->end, type, type_id);
    atn_text_number(t->out, value);
    atn_text_add(t->out, "\n");
}

static void put_value(task *t, const atn_node *reading)
{
    size_t k = 0;
    t->kind = "value";
    const atn_node *list = atn_node_get(reading, "value_quantiles");
    for (const atn_node *q = atn_node_first(list); q; q = atn_node_next(q))
        put_row(t, "quantile", atn_node_key(q), atn_node_number(q));
    list = atn_node_get(reading, "futures");
    for (const atn_node *f = atn_node_first(list); f; f = atn_node_next(f)) {
        char id[ATN_NUMBER_SIZE];
        atn_number_format((double)++k, id);
        put_row(t, "sample", id, atn_node_number(f));
    }
}

static void put_met(task *t, const atn_node *reading)
{
    const double p = atn_node_number(atn_node_get(reading, "probability"));
    t->kind = "met";
    put_row(t, "pmf", "no", 1.0 - p);
    put_row(t, "pmf", "yes", p);
}

static void put_date(task *t, const atn_node *reading)
{
    const atn_node *bins = atn_node_get(reading, "date_bins");
    t->kind = "date";
    t->end = t->hub->horizon;
    for (const atn_node *bin = atn_node_first(bins); bin; bin = atn_node_next(bin))
        put_row(t, "pmf", atn_node_key(bin), atn_node_number(bin));
}

void atn_hub_output(const atn_hub *hub, atn_text *out)
{
    atn_text_add(out, "origin_date,scenario_id,target,target_end_date,output_type,output_type_id,"
                      "value\n");
    for (size_t s = 0; s < hub->n_scenarios; s++) {
        for (size_t k = 0; k < hub->n_targets; k++) {
            task t = {.hub = hub,
                      .scenario = &hub->scenarios[s],
                      .target = &hub->targets[k],
                      .end = hub->targets[k].deadline,
                      .out = out};
            const atn_node *reading = atn_hub_reading(t.scenario, t.target);
            if (t.target->has_value) put_value(&t, reading);
            put_met(&t, reading);
            put_date(&t, reading);
        }
    }
}

/* ---- figures --------------------------------------------------------------------------------- */

static const atn_grid_column figure_columns[] = {
    {"as_of", "", SHOW_TEXT, 1},        {"target_end_date", "", SHOW_TEXT, 1},
    {"start", "", SHOW_TEXT, 1},        {"row", "", SHOW_EXACT, 1},
    {"series", "", SHOW_TEXT, 1},       {"definition", "", SHOW_TEXT, 1},
    {"statistic", "", SHOW_TEXT, 1},    {"relation", "", SHOW_TEXT, 1},
    {"observation", "", SHOW_EXACT, 1}, {"upper", "", SHOW_EXACT, 1},
    {"source", "", SHOW_TEXT, 1}};

/* Those the model saw; a figure without a date of its own was out when its period ended. */
void atn_hub_time_series(const atn_hub *hub, atn_text *out)
{
    static const char *const keys[] = {"start",    "row",   "series", "definition", "statistic",
                                       "relation", "value", "upper",  "source"};
    const atn_node *list = atn_node_get(hub->root, "reports");
    atn_grid t;
    atn_grid_init(&t, hub->ctx, figure_columns, sizeof figure_columns / sizeof *figure_columns);
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) {
        const char *published = atn_node_text(atn_node_get(r, "published"));
        if (!atn_node_true(atn_node_get(r, "used"))) continue;
        atn_grid_text(&t, *published ? published : atn_node_text(atn_node_get(r, "end")));
        atn_grid_node(&t, atn_node_get(r, "end"));
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            atn_grid_node(&t, atn_node_get(r, keys[k]));
    }
    atn_grid_print(&t, ATTAIN_FORMAT_CSV, out);
    atn_grid_free(&t);
}
