/* Scenarios: which changes, from when, on top of which other scenario. */
#include <math.h>
#include <string.h>

#include "io/scenario_reader.h"

typedef struct verb {
    const char *key;  /* names the target */
    const char *size; /* key of what it becomes */
    bool ramp, timed;
} verb;
static const verb verbs[ATN_CHANGE_KINDS] = {
    [ATN_CHANGE_SET] = {"set", "to", true, true},
    [ATN_CHANGE_MULTIPLY] = {"multiply", "by", true, true},
    [ATN_CHANGE_REPLACE] = {"replace", "with", true, true},
    [ATN_CHANGE_CAPACITY] = {"capacity", "to", true, true},
    [ATN_CHANGE_DEFINE] = {"define", "as", false, false},
};

const char *atn_change_size_key(atn_change_kind kind)
{
    return verbs[kind].size;
}

/* The one verb among a change's keys; false where there is none or more than one. */
static bool find_verb(atn_reader *r, const cJSON *object, atn_change_kind *kind)
{
    size_t n = 0;
    for (int k = 0; k < ATN_CHANGE_KINDS; k++) {
        if (!atn_member(object, verbs[k].key)) continue;
        if (n++ == 0) *kind = (atn_change_kind)k;
    }
    if (n == 1) return true;
    ATN_BAD(r, n ? "conflict" : "missing-key", NULL,
            "a change has one of 'set', 'multiply', 'replace', 'capacity', 'define'%s",
            n ? ", not several" : "; none is here");
    return false;
}

/* Keys that belong to another verb. */
static void refuse_keys(atn_reader *r, const cJSON *object, atn_change_kind kind)
{
    static const char *const sizes[] = {"to", "by", "with", "as"};
    static const char *const times[] = {"ramp", "from", "until", "days"};
    for (size_t k = 0; k < 4; k++)
        if (atn_member(object, sizes[k]) && strcmp(sizes[k], verbs[kind].size) != 0)
            ATN_BAD(r, "conflict", sizes[k], "'%s' goes with '%s', not with '%s'", verbs[kind].key,
                    verbs[kind].size, sizes[k]);
    for (size_t k = 0; k < 4 && !verbs[kind].timed; k++)
        if (atn_member(object, times[k]))
            ATN_BAD(r, "conflict", times[k], "'%s' counts the past anew as well: it has no '%s'",
                    verbs[kind].key, times[k]);
}

/* ---- when ---- */

/* A date that changes may start on: after as_of, by the horizon. */
static bool get_from(atn_reader *r, const cJSON *object, atn_day *from)
{
    const attain_study *s = r->study;
    atn_day day;
    if (!atn_get_date(r, object, "from", false, &day)) return false;
    if (!r->calendar_ok) return false;
    char text[ATN_DATE_SIZE];
    if (day <= s->as_of) {
        atn_date_format(s->as_of, text);
        ATN_BAD(r, "before-as-of", "from",
                "'from' must lie after as_of, %s: what has been is not changed", text);
        return false;
    }
    if (day > s->horizon) {
        atn_date_format(s->horizon, text);
        ATN_BAD(r, "out-of-range", "from", "'from' lies after the study's horizon, %s", text);
        return false;
    }
    *from = day;
    return true;
}

static atn_day after_as_of(const atn_reader *r)
{
    const atn_calendar *calendar = &r->study->calendar;
    if (!r->calendar_ok) return 0;
    return atn_calendar_start(calendar, atn_calendar_step(calendar, r->study->as_of) + 1);
}

/* A change that no step starts in would change nothing, in silence. */
static void refuse_empty(atn_reader *r, const atn_change *change)
{
    const attain_study *s = r->study;
    if (!r->calendar_ok) return;
    const long last = atn_calendar_step(&s->calendar, s->horizon);
    const size_t n_steps = (size_t)last + 1;
    const size_t first = atn_change_first(&s->calendar, change, n_steps);
    if (first == n_steps)
        ATN_BAD(r, "out-of-range", NULL,
                "no step of the study starts between the change's first day and the horizon");
    else if (atn_calendar_start(&s->calendar, (long)first) > change->until)
        ATN_BAD(r, "out-of-range", NULL, "no step of the study starts within the change's days");
}

static void read_times(atn_reader *r, const cJSON *object, atn_change *change)
{
    const size_t before = r->n_problems;
    long days = 0;
    atn_day until;
    get_from(r, object, &change->from);
    const bool has_until = atn_get_date(r, object, "until", false, &until);
    const bool has_days = atn_get_integer(r, object, "days", 1, 1000000, &days);
    if (has_until && has_days) ATN_BAD(r, "conflict", "days", "state 'until' or 'days', not both");
    if (has_until && until < change->from)
        ATN_BAD(r, "out-of-range", "until", "'until' lies before the change begins");
    if (has_days) change->until = change->from + (atn_day)days - 1;
    if (has_until) change->until = until;
    if (atn_get_number(r, object, "ramp", false, &change->ramp) && !(change->ramp >= 0)) {
        ATN_BAD(r, "out-of-range", "ramp", "'ramp' is a number of days, 0 or greater");
        change->ramp = 0;
    }
    if (r->n_problems == before) refuse_empty(r, change);
}

/* ---- what and how far ---- */

static bool find_series(atn_reader *r, const char *key, const char *id, size_t *out)
{
    const attain_study *s = r->study;
    char hint[ATN_HINT_SIZE];
    *out = atn_find_id(id, s->series, sizeof *s->series, s->n_series);
    if (*out != ATN_NONE) return true;
    ATN_BAD(r, "unknown-series", key, "no series is called '%.64s'%s", id,
            atn_hint_ids(r, hint, id, s->series, sizeof *s->series, s->n_series));
    return false;
}

static void read_definition(atn_reader *r, const cJSON *object, atn_change *change)
{
    const attain_study *s = r->study;
    char hint[ATN_HINT_SIZE];
    const char *id = atn_get_text(r, object, "as", true);
    if (!id || change->series == ATN_NONE) return;
    change->definition = atn_find_id(id, s->definitions, sizeof *s->definitions, s->n_definitions);
    if (change->definition == ATN_NONE)
        ATN_BAD(
            r, "unknown-definition", "as", "no definition is called '%.64s'%s", id,
            atn_hint_ids(r, hint, id, s->definitions, sizeof *s->definitions, s->n_definitions));
    else if (s->definitions[change->definition].series != change->series)
        ATN_BAD(r, "conflict", "as", "'%.64s' is a definition of another series", id);
}

static void read_target(atn_reader *r, atn_change *change)
{
    const char *key = verbs[change->kind].key;
    switch (change->kind) {
    case ATN_CHANGE_SET: atn_find_settable(r, key, change); break;
    case ATN_CHANGE_CAPACITY: atn_find_capacity(r, key, change); break;
    default:
        find_series(r, key, change->target, &change->series);
        if (change->series != ATN_NONE && r->study->series[change->series].balance)
            ATN_BAD(r, "conflict", key,
                    "the level of '%.64s' follows from its flows: change those, or its capacity",
                    change->target);
        break;
    }
}

/* What the change makes of the target must be something it can be. */
static void check_range(atn_reader *r, const atn_change *change)
{
    const char *key = verbs[change->kind].size;
    const double least = atn_size_least(&change->size), most = atn_size_most(&change->size);
    const bool factor = change->kind == ATN_CHANGE_MULTIPLY;
    const atn_link link =
        change->series == ATN_NONE ? ATN_LINK_IDENTITY : r->study->series[change->series].link;
    if (change->kind == ATN_CHANGE_CAPACITY && least < 0)
        ATN_BAD(r, "out-of-range", key, "a capacity cannot be negative%s",
                change->size.drawn ? "; a lognormal never is, or state \"lower\": 0" : "");
    else if ((factor || link == ATN_LINK_LOG) && least < 0)
        ATN_BAD(r, "out-of-range", key, "%s cannot be negative%s",
                factor ? "a factor" : "this series",
                change->size.drawn ? "; a lognormal never is, or state \"lower\": 0" : "");
    else if (link == ATN_LINK_LOGIT && factor && most > 1)
        ATN_BAD(r, "out-of-range", key,
                "a share is not multiplied by more than 1: it could exceed 1; 'replace' it");
    else if (link == ATN_LINK_LOGIT && !factor && !(least >= 0 && most <= 1))
        ATN_BAD(r, "out-of-range", key, "a share lies between 0 and 1; 52 %% is written 0.52");
}

static void read_change(atn_reader *r, const cJSON *object, const atn_scenario *scenario,
                        atn_change *change)
{
    *change = (atn_change){.series = ATN_NONE,
                           .input = ATN_NONE,
                           .definition = ATN_NONE,
                           .from = scenario->from,
                           .until = ATN_FOR_GOOD};
    change->pointer = atn_copy(r, r->pointer);
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, ATN_OBJECT_CHANGE);
    if (!find_verb(r, object, &change->kind)) return;
    refuse_keys(r, object, change->kind);
    const char *target = atn_get_text(r, object, verbs[change->kind].key, true);
    if (!target) return;
    change->target = atn_copy(r, target);
    if (r->nomem) return;
    const size_t before = r->n_problems;
    read_target(r, change);
    if (change->kind == ATN_CHANGE_DEFINE) {
        read_definition(r, object, change);
        return;
    }
    read_times(r, object, change);
    const bool whole = change->kind != ATN_CHANGE_SET || change->input != ATN_NONE;
    if (!whole && change->ramp > 0 && r->n_problems == before)
        ATN_BAD(r, "conflict", "ramp",
                "a parameter is set at once: it has no 'ramp'; 'multiply' or 'replace' have");
    if (atn_get_size(r, object, verbs[change->kind].size, &change->size) && r->n_problems == before)
        check_range(r, change);
}

/* ---- scenarios ---- */

static void read_changes(atn_reader *r, const cJSON *object, atn_scenario *scenario)
{
    const cJSON *list = atn_member(object, "changes"), *item;
    if (!list) ATN_BAD(r, "missing-key", NULL, "'changes' is missing: what the scenario changes");
    if (!list) return;
    if (!cJSON_IsArray(list) || !list->child) {
        ATN_BAD(r, "wrong-type", "changes", "'changes' must be a list in [ ] of at least one");
        return;
    }
    const size_t mark = atn_enter(r, "changes");
    scenario->changes = ATN_MAKE(r, atn_change, (size_t)cJSON_GetArraySize(list));
    cJSON_ArrayForEach (item, list) {
        if (r->nomem) break;
        const size_t inner = atn_enter_index(r, scenario->n_changes);
        read_change(r, item, scenario, &scenario->changes[scenario->n_changes++]);
        atn_leave(r, inner);
    }
    atn_leave(r, mark);
}

static void read_scenario(atn_reader *r, const cJSON *object, atn_scenario *scenario)
{
    const attain_study *s = r->study;
    scenario->pointer = atn_copy(r, r->pointer);
    scenario->extends = ATN_NONE;
    scenario->from = after_as_of(r);
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, ATN_OBJECT_SCENARIO);
    atn_get_identity(r, object, "scenario", s->scenarios, sizeof *s->scenarios,
                     (size_t)(scenario - s->scenarios), &scenario->id, &scenario->label,
                     &scenario->note);
    get_from(r, object, &scenario->from);
    read_changes(r, object, scenario);
}

static void resolve_extends(atn_reader *r, const cJSON *object, atn_scenario *scenario)
{
    const attain_study *s = r->study;
    char hint[ATN_HINT_SIZE];
    const char *id = cJSON_IsObject(object) ? atn_get_text(r, object, "extends", false) : NULL;
    if (!id) return;
    scenario->extends = atn_find_id(id, s->scenarios, sizeof *s->scenarios, s->n_scenarios);
    if (scenario->extends == ATN_NONE)
        ATN_BAD(r, "unknown-scenario", "extends", "no scenario is called '%.64s'%s", id,
                atn_hint_ids(r, hint, id, s->scenarios, sizeof *s->scenarios, s->n_scenarios));
}

/* Each has at most one it extends, so whoever comes back to itself within so many steps stands in
 * a circle. */
static void refuse_circle(atn_reader *r, const atn_scenario *scenario)
{
    const attain_study *s = r->study;
    size_t at = scenario->extends;
    for (size_t k = 0; k < s->n_scenarios && at != ATN_NONE; k++) {
        if (&s->scenarios[at] == scenario) {
            ATN_BAD(r, "cyclic-extends", "extends", "scenario '%.64s' extends itself%s",
                    scenario->id ? scenario->id : "", k > 0 ? ", by way of others" : "");
            return;
        }
        at = s->scenarios[at].extends;
    }
}

void atn_read_scenario_list(atn_reader *r, const cJSON *list)
{
    attain_study *s = r->study;
    const cJSON *item;
    const size_t first = s->n_scenarios, n = (size_t)cJSON_GetArraySize(list);
    atn_scenario *all = ATN_MAKE(r, atn_scenario, first + n);
    if (!all) return;
    if (first > 0) memcpy(all, s->scenarios, first * sizeof *all);
    atn_free(r->ctx, s->scenarios);
    s->scenarios = all;
    size_t k = 0;
    cJSON_ArrayForEach (item, list) {
        if (r->nomem) return;
        const size_t mark = atn_enter_index(r, k++);
        read_scenario(r, item, &s->scenarios[s->n_scenarios++]);
        atn_leave(r, mark);
    }
    for (int pass = 0; pass < 2; pass++) {
        k = 0;
        cJSON_ArrayForEach (item, list) {
            if (r->nomem) return;
            const size_t mark = atn_enter_index(r, k);
            if (pass == 0)
                resolve_extends(r, item, &s->scenarios[first + k]);
            else
                refuse_circle(r, &s->scenarios[first + k]);
            atn_leave(r, mark);
            k++;
        }
    }
}

void atn_read_scenarios(atn_reader *r, const cJSON *study)
{
    const cJSON *list = atn_member(study, "scenarios");
    if (!list) return;
    if (!cJSON_IsArray(list)) {
        ATN_BAD(r, "wrong-type", "scenarios", "'scenarios' must be a list in [ ], not %s",
                atn_kind_of(list));
        return;
    }
    const size_t mark = atn_enter(r, "scenarios");
    atn_read_scenario_list(r, list);
    atn_leave(r, mark);
}

void atn_scenario_free(attain_context *ctx, atn_scenario *scenario)
{
    for (size_t c = 0; c < scenario->n_changes; c++) {
        atn_free(ctx, scenario->changes[c].target);
        atn_free(ctx, scenario->changes[c].pointer);
        atn_free(ctx, scenario->changes[c].size.text);
    }
    atn_free(ctx, scenario->changes);
    atn_free(ctx, scenario->id);
    atn_free(ctx, scenario->label);
    atn_free(ctx, scenario->note);
    atn_free(ctx, scenario->pointer);
}
