/* Definitions, sources, releases; the measurement's and the fit's settings. */
#include <math.h>
#include <string.h>

#include "io/reader.h"

static void read_size(atn_reader *r, const cJSON *object, atn_definition *d)
{
    const atn_link link = r->study->series[d->series].link;
    const char *own = link == ATN_LINK_LOG ? "factor" : "shift";
    const char *other = link == ATN_LINK_LOG ? "shift" : "factor";
    if (atn_member(object, other))
        ATN_BAD(r, "conflict", other, "under the %s link a definition has a '%s', not a '%s'",
                atn_link_name(link), own, other);
    if (d->reference) {
        if (atn_member(object, own))
            ATN_BAD(r, "conflict", own, "the reference has no '%s': others are measured by it",
                    own);
        return;
    }
    if (!atn_member(object, own) && !atn_member(object, other))
        ATN_BAD(r, "missing-key", NULL,
                "'%s' is missing: a definition says how it compares, or \"reference\": true", own);
    if (atn_get_parameter(r, object, own, d->id, &d->factor) && d->factor.fixed &&
        link == ATN_LINK_LOG && !(d->factor.value > 0))
        ATN_BAD(r, "out-of-range", own, "a factor must be greater than 0");
}

static void read_definition(atn_reader *r, const cJSON *object, atn_definition *d)
{
    const attain_study *s = r->study;
    d->pointer = atn_copy(r, r->pointer);
    d->series = ATN_NONE;
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, ATN_OBJECT_DEFINITION);
    atn_get_flag(r, object, "reference", &d->reference);
    const char *series = atn_get_text(r, object, "series", true);
    if (!series) return;
    d->series = atn_find_id(series, s->series, sizeof *s->series, s->n_series);
    if (d->series != ATN_NONE) {
        read_size(r, object, d);
        return;
    }
    char hint[ATN_HINT_SIZE];
    ATN_BAD(r, "unknown-series", "series", "no series is called '%.64s'%s", series,
            atn_hint_ids(r, hint, series, s->series, sizeof *s->series, s->n_series));
}

/* A series with definitions has exactly one reference among them. */
static void check_references(atn_reader *r)
{
    const attain_study *s = r->study;
    for (size_t k = 0; k < s->n_series; k++) {
        const atn_definition *first = NULL;
        bool any = false;
        for (size_t d = 0; d < s->n_definitions; d++) {
            const atn_definition *definition = &s->definitions[d];
            if (definition->series != k) continue;
            any = true;
            if (!definition->reference) continue;
            if (first) {
                const size_t mark = atn_enter(r, definition->id);
                ATN_BAD(r, "conflict", "reference",
                        "series '%.64s' has the reference '%.64s' already", s->series[k].id,
                        first->id);
                atn_leave(r, mark);
            }
            first = definition;
        }
        if (any && !first)
            ATN_BAD(r, "missing-key", NULL,
                    "series '%.64s' has definitions but none with \"reference\": true",
                    s->series[k].id);
    }
}

static void read_definitions(atn_reader *r, const cJSON *study)
{
    const cJSON *map = atn_member(study, "definitions"), *member;
    if (!map) return;
    attain_study *s = r->study;
    const size_t mark = atn_enter(r, "definitions");
    if (atn_need_object(r, map)) s->definitions = ATN_MAKE(r, atn_definition, atn_count_named(map));
    if (!s->definitions) map = NULL;
    cJSON_ArrayForEach (member, map) {
        if (atn_is_remark(member) || r->nomem) continue;
        atn_definition *d = &s->definitions[s->n_definitions++];
        d->id = atn_copy(r, member->string);
        const size_t inner = atn_enter(r, member->string);
        if (!atn_id_valid(member->string))
            ATN_BAD(r, "bad-id", NULL, "an id is letters, digits, _ and -");
        if (strcmp(member->string, ATN_POOLED_NAME) == 0)
            ATN_BAD(r, "bad-id", NULL, "'%s' is what results call the mixture of definitions",
                    ATN_POOLED_NAME);
        if (!r->nomem) read_definition(r, member, d);
        atn_leave(r, inner);
    }
    if (!r->nomem && s->definitions) check_references(r);
    atn_leave(r, mark);
}

static void read_group(atn_reader *r, const cJSON *object, bool source, atn_group *group)
{
    group->pointer = atn_copy(r, r->pointer);
    group->error = NAN;
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, source ? ATN_OBJECT_SOURCE : ATN_OBJECT_RELEASE);
    if (source) {
        atn_get_positive(r, object, "error", &group->error);
        atn_get_text(r, object, "text", false); /* read again where reports are matched */
    }
    if (!atn_get_number(r, object, "bias", false, &group->bias_sd)) return;
    if (group->bias_sd >= 0) return;
    ATN_BAD(r, "out-of-range", "bias", "a bias is a standard deviation: 0 or greater");
    group->bias_sd = 0;
}

static void read_named(atn_reader *r, const cJSON *study, const char *key, atn_group **groups,
                       size_t *n)
{
    const cJSON *map = atn_member(study, key), *member;
    if (!map) return;
    const size_t mark = atn_enter(r, key);
    if (atn_need_object(r, map)) *groups = ATN_MAKE(r, atn_group, atn_count_named(map));
    if (!*groups) map = NULL;
    cJSON_ArrayForEach (member, map) {
        if (atn_is_remark(member) || r->nomem) continue;
        atn_group *group = &(*groups)[(*n)++];
        group->id = atn_copy(r, member->string);
        const size_t inner = atn_enter(r, member->string);
        if (!atn_id_valid(member->string))
            ATN_BAD(r, "bad-id", NULL,
                    "an id is letters, digits, _ and -; give a source's wording as its 'text'");
        read_group(r, member, groups == &r->study->sources, group);
        atn_leave(r, inner);
    }
    atn_leave(r, mark);
}

void atn_read_groups(atn_reader *r, const cJSON *study)
{
    attain_study *s = r->study;
    read_definitions(r, study);
    read_named(r, study, "sources", &s->sources, &s->n_sources);
    read_named(r, study, "releases", &s->releases, &s->n_releases);
}

static void read_measurement(atn_reader *r, const cJSON *study)
{
    const cJSON *object = atn_member(study, "measurement");
    if (!object) return;
    attain_study *s = r->study;
    const size_t mark = atn_enter(r, "measurement");
    if (atn_need_object(r, object)) {
        atn_check_keys(r, object, ATN_OBJECT_MEASUREMENT);
        atn_get_positive(r, object, "error", &s->default_error);
        atn_get_positive(r, object, "df", &s->error_df);
        atn_get_positive(r, object, "design_effect", &s->design_effect);
        if (atn_get_parameter(r, object, "scale", "scale", &s->scale) && s->scale.fixed &&
            !(s->scale.value > 0))
            ATN_BAD(r, "out-of-range", "scale", "'scale' must be greater than 0");
    }
    atn_leave(r, mark);
}

/* Largest whole number that a JSON number holds exactly. */
#define MAX_SEED 9007199254740992.0

static void read_seed(atn_reader *r, const cJSON *object, uint64_t *seed)
{
    double value;
    if (!atn_get_number(r, object, "seed", false, &value)) return;
    if (value >= 0 && value <= MAX_SEED && value == floor(value))
        *seed = (uint64_t)value;
    else
        ATN_BAD(r, "out-of-range", "seed", "'seed' must be a whole number from 0 to 2^53");
}

static void read_gates(atn_reader *r, const cJSON *fit, double *gate)
{
    const cJSON *object = atn_member(fit, "gates");
    if (!object) return;
    const size_t mark = atn_enter(r, "gates");
    if (atn_need_object(r, object)) {
        atn_check_keys(r, object, ATN_OBJECT_GATES);
        for (size_t k = 0; k < ATN_N_GATES; k++) {
            const atn_gate_rule *rule = &atn_gate_rules[k];
            double threshold;
            if (!atn_get_number(r, object, rule->name, false, &threshold)) continue;
            if (threshold >= rule->lowest && threshold <= rule->most)
                gate[k] = threshold;
            else
                ATN_BAD(r, "out-of-range", rule->name, "the gate '%s' must be %s", rule->name,
                        rule->lowest > 0       ? "1 or greater"
                        : isfinite(rule->most) ? "a share from 0 to 1"
                                               : "0 or greater");
        }
    }
    atn_leave(r, mark);
}

static void read_fit(atn_reader *r, const cJSON *study)
{
    static const char *const methods[] = {"map", "nuts", NULL};
    const cJSON *object = atn_member(study, "fit");
    if (!object) return;
    atn_fit_spec *fit = &r->study->fit;
    const size_t mark = atn_enter(r, "fit");
    if (atn_need_object(r, object)) {
        int method = fit->nuts;
        atn_check_keys(r, object, ATN_OBJECT_FIT);
        atn_get_word(r, object, "method", false, methods, &method);
        fit->nuts = method == 1;
        atn_get_integer(r, object, "chains", 1, 64, &fit->chains);
        atn_get_integer(r, object, "warmup", 1, 1000000, &fit->warmup);
        const bool stated = atn_get_integer(r, object, "draws", 1, 1000000, &fit->draws);
        if (fit->chains * fit->draws < 100 || fit->chains * fit->draws > 1000000)
            ATN_BAD(r, "out-of-range", stated ? "draws" : "chains",
                    "chains times draws must lie between 100 and 1,000,000");
        atn_get_integer(r, object, "refits", 0, 1000, &fit->refits);
        read_gates(r, object, fit->gate);
        if (atn_member(object, "max_k") && !isnan(fit->gate[ATN_GATE_PARETO_K]))
            ATN_BAD(r, "conflict", "max_k", "'max_k' is the gate 'pareto_k': state one of them");
        atn_get_positive(r, object, "max_k", &fit->gate[ATN_GATE_PARETO_K]);
        read_seed(r, object, &fit->seed);
    }
    atn_leave(r, mark);
}

void atn_read_settings(atn_reader *r, const cJSON *study)
{
    read_measurement(r, study);
    read_fit(r, study);
}
