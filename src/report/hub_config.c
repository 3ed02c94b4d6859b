/* A hub's configuration: what is asked, by whom, and who answers. */
#include "hub.h"
#include "hub_json.h"

#include <stdio.h>
#include <string.h>

#define SCHEMAS "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0/"

/* The three kinds of target; each is a group of tasks with one shape of answer. */
typedef enum kind { KIND_VALUE, KIND_MET, KIND_DATE, N_KINDS } kind;
static const char *const kind_names[N_KINDS] = {"value", "met", "date"};

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static void target_id(const atn_hub_target *t, kind k, char id[ATN_HUB_ID + 1])
{
    snprintf(id, ATN_HUB_ID + 1, "%s.%s", t->base, kind_names[k]);
}

static bool has_kind(const atn_hub_target *t, kind k)
{
    return k != KIND_VALUE || t->has_value;
}

/* ---- task ids -------------------------------------------------------------------------------- */

static void put_one(atn_json_writer *w, const char *key, const char *value)
{
    atn_json_open_flat(w, key, '[');
    atn_json_string(w, NULL, value);
    atn_json_close(w, ']');
}

/* Each date once; a derived task id has no values that are required. */
static void put_end_dates(const atn_hub *hub, kind k, atn_json_writer *w)
{
    atn_json_open(w, "target_end_date", '{');
    atn_json_bare(w, "required", "null");
    atn_json_open_flat(w, "optional", '[');
    if (k == KIND_DATE) atn_json_string(w, NULL, hub->horizon);
    for (size_t i = 0; k != KIND_DATE && i < hub->n_targets; i++) {
        bool seen = !has_kind(&hub->targets[i], k);
        for (size_t j = 0; j < i && !seen; j++)
            seen = has_kind(&hub->targets[j], k) &&
                   strcmp(hub->targets[j].deadline, hub->targets[i].deadline) == 0;
        if (!seen) atn_json_string(w, NULL, hub->targets[i].deadline);
    }
    atn_json_close(w, ']');
    atn_json_close(w, '}');
}

static void put_task_ids(const atn_hub *hub, kind k, atn_json_writer *w)
{
    char id[ATN_HUB_ID + 1];
    atn_json_open(w, "task_ids", '{');
    atn_json_open(w, "origin_date", '{');
    put_one(w, "required", hub->as_of);
    atn_json_bare(w, "optional", "null");
    atn_json_close(w, '}');
    atn_json_open(w, "scenario_id", '{');
    atn_json_open_flat(w, "required", '[');
    for (size_t s = 0; s < hub->n_scenarios; s++) atn_json_string(w, NULL, hub->scenarios[s].id);
    atn_json_close(w, ']');
    atn_json_bare(w, "optional", "null");
    atn_json_close(w, '}');
    atn_json_open(w, "target", '{');
    atn_json_open(w, "required", '[');
    for (size_t i = 0; i < hub->n_targets; i++) {
        target_id(&hub->targets[i], k, id);
        if (has_kind(&hub->targets[i], k)) atn_json_string(w, NULL, id);
    }
    atn_json_close(w, ']');
    atn_json_bare(w, "optional", "null");
    atn_json_close(w, '}');
    put_end_dates(hub, k, w);
    atn_json_close(w, '}');
}

/* ---- output types ---------------------------------------------------------------------------- */

/* {"output_type_id": {"required": [...]}, "value": {...}, "is_required": true} but for the list. */
static void open_type(atn_json_writer *w, const char *name)
{
    atn_json_open(w, name, '{');
    atn_json_open(w, "output_type_id", '{');
    atn_json_open_flat(w, "required", '[');
}

static void close_type(atn_json_writer *w, bool probability)
{
    atn_json_close(w, ']');
    atn_json_close(w, '}');
    atn_json_open_flat(w, "value", '{');
    atn_json_string(w, "type", "double");
    if (probability) atn_json_bare(w, "minimum", "0");
    if (probability) atn_json_bare(w, "maximum", "1");
    atn_json_close(w, '}');
    atn_json_bare(w, "is_required", "true");
    atn_json_close(w, '}');
}

static void put_quantile(const atn_hub *hub, atn_json_writer *w)
{
    const atn_node *quantiles = NULL;
    for (size_t i = 0; i < hub->n_targets && !quantiles; i++)
        if (hub->targets[i].has_value)
            quantiles = atn_node_get(hub->targets[i].answer.reading, "value_quantiles");
    open_type(w, "quantile");
    for (const atn_node *q = atn_node_first(quantiles); q; q = atn_node_next(q))
        atn_json_bare(w, NULL, atn_node_key(q));
    close_type(w, false);
}

/* A future is one draw for all targets and scenarios: only the origin tells samples apart. */
static void put_sample(const atn_hub *hub, atn_json_writer *w)
{
    atn_json_open(w, "sample", '{');
    atn_json_open(w, "output_type_id_params", '{');
    atn_json_string(w, "type", "integer");
    atn_json_number(w, "min_samples_per_task", (double)hub->n_futures);
    atn_json_number(w, "max_samples_per_task", (double)hub->n_futures);
    put_one(w, "compound_taskid_set", "origin_date");
    atn_json_close(w, '}');
    atn_json_open_flat(w, "value", '{');
    atn_json_string(w, "type", "double");
    atn_json_close(w, '}');
    atn_json_bare(w, "is_required", "false");
    atn_json_close(w, '}');
}

static void put_output_type(const atn_hub *hub, kind k, atn_json_writer *w)
{
    atn_json_open(w, "output_type", '{');
    if (k == KIND_VALUE) {
        put_quantile(hub, w);
        put_sample(hub, w);
    } else {
        open_type(w, "pmf");
        for (const atn_node *b = atn_node_first(hub->bins); b && k == KIND_DATE;
             b = atn_node_next(b))
            atn_json_string(w, NULL, atn_node_key(b));
        if (k == KIND_MET) atn_json_string(w, NULL, "no");
        if (k == KIND_MET) atn_json_string(w, NULL, "yes");
        close_type(w, true);
    }
    atn_json_close(w, '}');
}

/* ---- what the targets are -------------------------------------------------------------------- */

static void say_target(const atn_hub *hub, const atn_hub_target *t, kind k, atn_text *name)
{
    static const char *const verbs[N_KINDS] = {"Amount, goal: ", "Met? ", "First met: "};
    atn_text_add(name, verbs[k]);
    if (k == KIND_DATE)
        (void)atn_say_goal_subject(name, hub->root, &t->answer);
    else
        atn_say_goal(name, hub->root, &t->answer);
    const size_t before = name->length;
    atn_text_add(name, " (");
    const size_t named = name->length;
    atn_say_which(name, &t->answer);
    if (name->length > named)
        atn_text_add(name, ")");
    else if (atn_text_ok(name))
        name->data[name->length = before] = '\0'; /* nothing to tell apart */
}

static const char *units(const atn_hub_target *t, kind k)
{
    const char *unit = text_of(t->answer.goal, "unit");
    if (k == KIND_MET) return "no or yes";
    if (k == KIND_DATE) return "date, by the last day of its bin";
    return *unit ? unit : t->answer.share ? "share" : "count";
}

static const char *explain(kind k)
{
    switch (k) {
    case KIND_VALUE:
        return "The most favourable value by the deadline; of a total, the total.  Samples of one "
               "index are one future, over all targets and scenarios.";
    case KIND_MET: return "Whether the goal is met by its deadline.";
    default:
        return "The date on which the target is first met, deadline or not: after the bin before "
               "and by this one's date; never is not by the horizon.";
    }
}

static void put_details(const atn_hub_target *t, atn_json_writer *w)
{
    static const char *const keys[] = {"id",    "label",    "series",   "statistic",
                                       "start", "deadline", "direction"};
    atn_json_open(w, "additional_metadata", '{');
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!atn_node_is_null(atn_node_get(t->answer.goal, keys[i])))
            atn_json_string(w, i == 0 ? "goal" : keys[i], text_of(t->answer.goal, keys[i]));
    atn_json_string(w, "definition", text_of(t->answer.definition, "definition"));
    atn_json_string(w, "reading", text_of(t->answer.reading, "reading"));
    atn_json_number(w, "threshold", atn_node_number(atn_node_get(t->answer.reading, "target")));
    atn_json_close(w, '}');
}

static void put_target(const atn_hub *hub, const atn_hub_target *t, kind k, atn_json_writer *w)
{
    static const char *const types[N_KINDS] = {"continuous", "binary", "ordinal"};
    char id[ATN_HUB_ID + 1];
    atn_text name;
    target_id(t, k, id);
    atn_text_init(&name, hub->ctx);
    say_target(hub, t, k, &name);
    atn_json_open(w, NULL, '{');
    atn_json_string(w, "target_id", id);
    atn_json_cut(w, "target_name", name.data ? name.data : "", ATN_HUB_NAME);
    atn_json_cut(w, "target_units", units(t, k), ATN_HUB_NAME);
    atn_json_open_flat(w, "target_keys", '{');
    atn_json_string(w, "target", id);
    atn_json_close(w, '}');
    atn_json_string(w, "description", explain(k));
    atn_json_string(w, "target_type", types[k]);
    atn_json_bare(w, "is_step_ahead", "false");
    put_details(t, w);
    atn_json_close(w, '}');
    if (!atn_text_ok(&name)) w->out->failed = true;
    atn_text_free(&name);
}

static void put_group(const atn_hub *hub, kind k, atn_json_writer *w)
{
    atn_json_open(w, NULL, '{');
    put_task_ids(hub, k, w);
    put_output_type(hub, k, w);
    atn_json_open(w, "target_metadata", '[');
    for (size_t i = 0; i < hub->n_targets; i++)
        if (has_kind(&hub->targets[i], k)) put_target(hub, &hub->targets[i], k, w);
    atn_json_close(w, ']');
    atn_json_close(w, '}');
}

/* ---- files ----------------------------------------------------------------------------------- */

void atn_hub_tasks(const atn_hub *hub, atn_text *out)
{
    atn_json_writer w = {.out = out};
    atn_json_open(&w, NULL, '{');
    atn_json_string(&w, "schema_version", SCHEMAS "tasks-schema.json");
    atn_json_open(&w, "rounds", '[');
    atn_json_open(&w, NULL, '{');
    atn_json_bare(&w, "round_id_from_variable", "true");
    atn_json_string(&w, "round_id", "origin_date");
    atn_json_string(&w, "round_name", atn_node_text(atn_node_path(hub->root, "study/title")));
    atn_json_open(&w, "model_tasks", '[');
    for (int k = 0; k < N_KINDS; k++)
        if (k != KIND_VALUE || hub->n_values > 0) put_group(hub, (kind)k, &w);
    atn_json_close(&w, ']');
    atn_json_open(&w, "submissions_due", '{');
    atn_json_string(&w, "relative_to", "origin_date");
    atn_json_bare(&w, "start", "0");
    atn_json_bare(&w, "end", "6");
    atn_json_close(&w, '}');
    atn_json_string(&w, "last_data_date", hub->as_of);
    atn_json_close(&w, '}');
    atn_json_close(&w, ']');
    atn_json_string(&w, "output_type_id_datatype", "character");
    put_one(&w, "derived_task_ids", "target_end_date");
    atn_json_close(&w, '}');
}

/* A run knows of no host and no contact: what stands for them is to be changed by who has them. */
void atn_hub_admin(const atn_hub *hub, atn_text *out)
{
    atn_json_writer w = {.out = out};
    atn_json_open(&w, NULL, '{');
    atn_json_string(&w, "schema_version", SCHEMAS "admin-schema.json");
    atn_json_string(&w, "name", atn_node_text(atn_node_path(hub->root, "study/title")));
    atn_json_string(&w, "maintainer", hub->team);
    atn_json_open(&w, "contact", '{');
    atn_json_string(&w, "name", hub->team);
    atn_json_close(&w, '}');
    atn_json_open(&w, "repository", '{');
    atn_json_string(&w, "host", "github");
    atn_json_string(&w, "owner", hub->team);
    atn_json_string(&w, "name", "hub");
    atn_json_close(&w, '}');
    put_one(&w, "file_format", "csv");
    atn_json_string(&w, "timezone", "Africa/Abidjan"); /* UTC, which the schema does not list */
    atn_json_close(&w, '}');
}

void atn_hub_target_data(const atn_hub *hub, atn_text *out)
{
    (void)hub;
    atn_json_writer w = {.out = out};
    atn_json_open(&w, NULL, '{');
    atn_json_string(&w, "schema_version", SCHEMAS "target-data-schema.json");
    atn_json_open_flat(&w, "observable_unit", '[');
    atn_json_string(&w, NULL, "target_end_date");
    atn_json_string(&w, NULL, "row");
    atn_json_close(&w, ']');
    atn_json_string(&w, "date_col", "target_end_date");
    atn_json_bare(&w, "versioned", "true");
    atn_json_open(&w, "time-series", '{');
    atn_json_open(&w, "non_task_id_schema", '{');
    atn_json_string(&w, "start", "Date");
    atn_json_string(&w, "row", "integer");
    atn_json_string(&w, "series", "character");
    atn_json_string(&w, "definition", "character");
    atn_json_string(&w, "statistic", "character");
    atn_json_string(&w, "relation", "character");
    atn_json_string(&w, "upper", "double");
    atn_json_string(&w, "source", "character");
    atn_json_close(&w, '}');
    atn_json_close(&w, '}');
    atn_json_close(&w, '}');
}

void atn_hub_metadata_schema(const atn_hub *hub, atn_text *out)
{
    static const char *const keys[] = {"team_name",     "team_abbr", "model_name", "model_abbr",
                                       "model_version", "methods",   "data_inputs"};
    (void)hub;
    atn_json_writer w = {.out = out};
    atn_json_open(&w, NULL, '{');
    atn_json_string(&w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    atn_json_string(&w, "title", "A model's metadata");
    atn_json_string(&w, "type", "object");
    atn_json_open(&w, "properties", '{');
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const bool brief = strstr(keys[i], "_abbr") != NULL;
        atn_json_open_flat(&w, keys[i], '{');
        atn_json_string(&w, "type", "string");
        if (brief) atn_json_string(&w, "pattern", "^[A-Za-z0-9_]{1,16}$");
        atn_json_close(&w, '}');
    }
    atn_json_open_flat(&w, "designated_model", '{');
    atn_json_string(&w, "type", "boolean");
    atn_json_close(&w, '}');
    atn_json_close(&w, '}');
    atn_json_open_flat(&w, "required", '[');
    for (size_t i = 0; i < 4; i++) atn_json_string(&w, NULL, keys[i]);
    atn_json_close(&w, ']');
    atn_json_close(&w, '}');
}

/* YAML; nothing of the user's stands in it but the ids, which are words. */
void atn_hub_metadata(const atn_hub *hub, atn_text *out)
{
    atn_text_printf(out, "team_name: \"%s\"\nteam_abbr: \"%s\"\n", hub->team, hub->team);
    atn_text_printf(out, "model_name: \"%s\"\nmodel_abbr: \"%s\"\n", hub->model, hub->model);
    atn_text_printf(out, "model_version: \"attain %s\"\n", attain_version());
    atn_text_add(out, "designated_model: true\n"
                      "methods: >-\n"
                      "  Trends with structural deviations, fitted to figures as they are worded\n"
                      "  (floors, ranges, several definitions), carried on as joint sample paths.\n"
                      "data_inputs: \"the published figures in target-data/time-series.csv\"\n");
}
