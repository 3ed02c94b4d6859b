/* The targets and scenarios of a hub, their ids, and whether their numbers are fit for one. */
#include "hub.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

/* ---- ids ------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Ids of a study are tame; those of a document that somebody edited need not be. */
static void tame(char *id)
{
    for (char *c = id; *c; c++)
        if (!is_word(*c) && *c != '-' && *c != '.') *c = '_';
    if (*id == '-' || *id == '.') *id = '_';
}

static bool is_taken(const atn_hub *hub, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (strcmp(hub->targets[i].base, hub->targets[k].base) == 0) return true;
    return false;
}

/* GOAL, with the definition and the reading where there are several; one that is too long, or taken
 * already, ends in its place in the run.  No id has a tilde of its own. */
static bool name_target(atn_hub *hub, size_t k)
{
    atn_hub_target *t = &hub->targets[k];
    atn_text id;
    atn_text_init(&id, hub->ctx);
    atn_text_add(&id, text_of(t->answer.goal, "id"));
    if (!atn_is_single(atn_node_get(t->answer.goal, "definitions")))
        atn_text_printf(&id, ".%s", text_of(t->answer.definition, "definition"));
    if (!atn_is_single(atn_node_get(t->answer.definition, "readings")))
        atn_text_printf(&id, ".%s", text_of(t->answer.reading, "reading"));
    if (atn_text_ok(&id)) {
        tame(id.data);
        snprintf(t->base, sizeof t->base, "%s", id.data);
        if (id.length > ATN_HUB_BASE || is_taken(hub, k)) {
            char place[24];
            const int n = snprintf(place, sizeof place, "~%zu", k + 1);
            size_t at = ATN_HUB_BASE - (size_t)n;
            if (id.length < at) at = id.length;
            while (at > 0 && strchr(".-", t->base[at - 1])) at--;
            memcpy(t->base + at, place, (size_t)n + 1);
        }
    }
    const bool good = atn_text_ok(&id);
    atn_text_free(&id);
    return good;
}

static bool name_scenario(atn_hub *hub, size_t k)
{
    atn_hub_scenario *s = &hub->scenarios[k];
    atn_text id;
    atn_text_init(&id, hub->ctx);
    atn_text_add(&id, s->node ? text_of(s->node, "id") : "baseline");
    if (atn_text_ok(&id)) tame(id.data);
    bool taken = false;
    for (size_t i = 0; i < k && atn_text_ok(&id); i++)
        taken = taken || strcmp(hub->scenarios[i].id, id.data) == 0;
    if (taken) atn_text_printf(&id, "~%zu", k);
    s->id = atn_text_take(&id);
    return s->id != NULL;
}

static bool is_part(const char *text, size_t n)
{
    if (n == 0 || n > ATN_HUB_TEAM) return false;
    for (size_t i = 0; i < n; i++)
        if (!is_word(text[i])) return false;
    return true;
}

static attain_status name_model(atn_hub *hub, const char *model_id, attain_error *err)
{
    const char *method = atn_node_text(atn_node_path(hub->root, "fit/method"));
    snprintf(hub->team, sizeof hub->team, "attain");
    snprintf(hub->model, sizeof hub->model, "%s",
             is_part(method, strlen(method)) ? method : "model");
    if (!model_id) return ATTAIN_OK;
    const size_t n = strcspn(model_id, "-");
    if (!model_id[n] || !is_part(model_id, n) ||
        !is_part(model_id + n + 1, strlen(model_id + n + 1)))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "a model's id is TEAM-MODEL, each of 1 to %d letters, digits and _; found "
                        "\"%.60s\"",
                        ATN_HUB_TEAM, model_id);
    snprintf(hub->team, sizeof hub->team, "%.*s", (int)n, model_id);
    snprintf(hub->model, sizeof hub->model, "%s", model_id + n + 1);
    return ATTAIN_OK;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static attain_status fail_reading(const atn_hub *hub, const atn_hub_scenario *scenario,
                                  const atn_hub_target *t, const char *what, attain_error *err)
{
    return atn_fail(
        err, ATTAIN_ERR_FIELD,
        "goal \"%.60s\", %.40s, %.40s%s%.60s: %s; run the study again with this version",
        text_of(t->answer.goal, "id"), text_of(t->answer.definition, "definition"),
        text_of(t->answer.reading, "reading"), scenario == hub->scenarios ? "" : ", scenario ",
        scenario == hub->scenarios ? "" : scenario->id, what);
}

static bool is_chance(double p)
{
    return p >= 0.0 && p <= 1.0;
}

/* The same dates as the first target's, "never" last, and probabilities that sum to 1. */
static const char *bins_wrong(const atn_hub *hub, const atn_node *bins)
{
    const atn_node *want = atn_node_first(hub->bins);
    double sum = 0.0;
    const char *last = "";
    if (!atn_node_first(bins)) return "there are no date_bins";
    for (const atn_node *bin = atn_node_first(bins); bin; bin = atn_node_next(bin)) {
        atn_day day;
        const char *key = atn_node_key(bin);
        const bool never = !atn_node_next(bin) && strcmp(key, "never") == 0;
        if (!want || strcmp(atn_node_key(want), key) != 0)
            return "its date_bins are not the others'";
        if (!never && !(atn_iso_day(key, &day) && strcmp(key, last) > 0))
            return "its date_bins are not dates in order, then never";
        if (!is_chance(atn_node_number(bin))) return "one of its date_bins is no probability";
        sum += atn_node_number(bin);
        last = key;
        want = atn_node_next(want);
    }
    if (want || strcmp(last, "never") != 0) return "its date_bins are not the others'";
    return fabs(sum - 1.0) <= 1e-9 ? NULL : "its date_bins do not sum to 1";
}

static const char *value_wrong(const atn_hub *hub, const atn_node *reading)
{
    const atn_node *quantiles = atn_node_get(reading, "value_quantiles");
    const atn_node *futures = atn_node_get(reading, "futures");
    double level = 0.0, value = -INFINITY;
    if (atn_node_size(quantiles) != ATN_HUB_LEVELS) return "there are no 23 value_quantiles";
    for (const atn_node *q = atn_node_first(quantiles); q; q = atn_node_next(q)) {
        double p = NAN;
        const char *key = atn_node_key(q);
        const bool good = atn_number_parse(key, strlen(key), &p) && p > level && p < 1.0 &&
                          atn_node_number(q) >= value && isfinite(atn_node_number(q));
        if (!good) return "its value_quantiles are not in order";
        level = p;
        value = atn_node_number(q);
    }
    if (atn_node_size(futures) != hub->n_futures) return "it has not as many futures as others";
    for (const atn_node *f = atn_node_first(futures); f; f = atn_node_next(f))
        if (!isfinite(atn_node_number(f))) return "one of its futures is no number";
    return NULL;
}

static attain_status check_target(const atn_hub *hub, const atn_hub_target *t, attain_error *err)
{
    atn_day day;
    for (size_t s = 0; s < hub->n_scenarios; s++) {
        const atn_hub_scenario *scenario = &hub->scenarios[s];
        const atn_node *reading = atn_hub_reading(scenario, t);
        const char *wrong = NULL;
        if (!reading)
            wrong = "the scenario does not answer it";
        else if (!is_chance(atn_node_number(atn_node_get(reading, "probability"))))
            wrong = "its probability is none";
        else if (!atn_iso_day(t->deadline, &day))
            wrong = "its deadline is no date";
        if (!wrong) wrong = bins_wrong(hub, atn_node_get(reading, "date_bins"));
        if (!wrong && t->has_value) wrong = value_wrong(hub, reading);
        if (wrong) return fail_reading(hub, scenario, t, wrong, err);
    }
    return ATTAIN_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

const atn_node *atn_hub_reading(const atn_hub_scenario *scenario, const atn_hub_target *target)
{
    return scenario->node ? atn_scenario_reading(scenario->node, &target->answer)
                          : target->answer.reading;
}

static attain_status add_targets(atn_hub *hub, attain_error *err)
{
    size_t n = 0;
    for (atn_answer a = {0}; atn_answer_next(hub->root, &a);) n++;
    if (n == 0)
        return atn_fail(err, ATTAIN_ERR_FIELD, "the run answers no goal: a hub has nothing to ask");
    hub->targets = ATN_NEW_ARRAY(hub->ctx, atn_hub_target, n);
    if (!hub->targets) return atn_fail_nomem(err);
    for (atn_answer a = {0}; atn_answer_next(hub->root, &a);) {
        atn_hub_target *t = &hub->targets[hub->n_targets];
        const atn_node *quantiles = atn_node_get(a.reading, "value_quantiles");
        *t = (atn_hub_target){.answer = a,
                              .deadline = text_of(a.goal, "deadline"),
                              .has_value = !atn_node_is_null(quantiles)};
        if (t->has_value && hub->n_values++ == 0)
            hub->n_futures = atn_node_size(atn_node_get(a.reading, "futures"));
        if (!name_target(hub, hub->n_targets++)) return atn_fail_nomem(err);
    }
    hub->bins = atn_node_get(hub->targets->answer.reading, "date_bins");
    return ATTAIN_OK;
}

static attain_status add_scenarios(atn_hub *hub, attain_error *err)
{
    const atn_node *list = atn_node_get(hub->root, "scenarios"), *node = NULL;
    hub->scenarios = ATN_NEW_ARRAY(hub->ctx, atn_hub_scenario, atn_node_size(list) + 1);
    if (!hub->scenarios) return atn_fail_nomem(err);
    do {
        hub->scenarios[hub->n_scenarios].node = node;
        if (!name_scenario(hub, hub->n_scenarios++)) return atn_fail_nomem(err);
        node = node ? atn_node_next(node) : atn_node_first(list);
    } while (node);
    return ATTAIN_OK;
}

attain_status atn_hub_open(atn_hub *hub, attain_context *ctx, const attain_results *results,
                           const char *model_id, attain_error *err)
{
    atn_day day;
    *hub = (atn_hub){.ctx = ctx, .root = atn_document_root(results)};
    hub->as_of = atn_node_text(atn_node_path(hub->root, "study/as_of"));
    hub->horizon = atn_node_text(atn_node_path(hub->root, "study/horizon"));
    if (!atn_iso_day(hub->as_of, &day) || !atn_iso_day(hub->horizon, &day))
        return atn_fail(err, ATTAIN_ERR_FIELD,
                        "study/as_of and study/horizon are dates, found \"%.20s\" and \"%.20s\"",
                        hub->as_of, hub->horizon);
    attain_status status = name_model(hub, model_id, err);
    if (status == ATTAIN_OK) status = add_targets(hub, err);
    if (status == ATTAIN_OK) status = add_scenarios(hub, err);
    for (size_t k = 0; k < hub->n_targets && status == ATTAIN_OK; k++)
        status = check_target(hub, &hub->targets[k], err);
    return status;
}

void atn_hub_free(atn_hub *hub)
{
    for (size_t s = 0; s < hub->n_scenarios; s++) atn_free(hub->ctx, hub->scenarios[s].id);
    atn_free(hub->ctx, hub->scenarios);
    atn_free(hub->ctx, hub->targets);
    *hub = (atn_hub){0};
}
