/* Series with their deviations and calendar effects, and the exogenous inputs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/reader.h"

/* Series and inputs are names in formulas, beside t and the language's own words. */
static void check_name(atn_reader *r, const char *id)
{
    if (!atn_id_valid(id)) {
        ATN_BAD(r, "bad-id", NULL,
                "an id is letters, digits, _ and -, starts with a letter or digit and has at most "
                "64 characters");
        return;
    }
    const atn_name names[] = {{"t", true}, {id, true}};
    atn_formula *formula = NULL;
    const attain_status status = atn_formula_compile(r->ctx, "1", names, 2, NULL, &formula, NULL);
    atn_formula_free(r->ctx, formula);
    if (status == ATTAIN_OK) return;
    if (status == ATTAIN_ERR_NOMEM) {
        r->nomem = true;
        return;
    }
    r->names_bad = true;
    ATN_BAD(r, "bad-id", NULL, "'%s' is a word of the formula language; choose another id", id);
}

static void read_deviation(atn_reader *r, const cJSON *series, atn_deviation *out)
{
    const cJSON *node = atn_member(series, "deviation");
    if (!node) return;
    const size_t mark = atn_enter(r, "deviation");
    if (atn_need_object(r, node)) {
        int type = ATN_DEVIATION_NONE;
        atn_check_keys(r, node, ATN_OBJECT_DEVIATION);
        const bool typed = atn_get_word(r, node, "type", true, atn_deviation_names, &type);
        out->type = (atn_deviation_type)type;
        atn_get_integer(r, node, "every", 1, 100000, &out->every);
        static const struct {
            const char *key;
            bool allowed[4]; /* by type */
        } rules[] = {{"sigma", {false, true, true, true}},
                     {"phi", {false, false, true, true}},
                     {"sigma_v", {false, false, false, true}},
                     {"every", {false, true, true, true}}};
        for (size_t k = 0; typed && k < sizeof rules / sizeof *rules; k++)
            if (atn_member(node, rules[k].key) && !rules[k].allowed[type])
                ATN_BAD(r, "conflict", rules[k].key, "a deviation of type %s has no '%s'",
                        atn_deviation_names[type], rules[k].key);
        atn_get_parameter(r, node, "sigma", "sigma", &out->sigma);
        atn_get_parameter(r, node, "phi", "phi", &out->phi);
        atn_get_parameter(r, node, "sigma_v", "sigma_v", &out->sigma_v);
    }
    atn_leave(r, mark);
}

/* "day_of_week" or {"type": "day_of_week", "sigma": ...}. */
static void read_calendar(atn_reader *r, const cJSON *object, atn_series *series)
{
    const cJSON *node = atn_member(object, "calendar");
    if (!node) return;
    int type = ATN_EFFECT_NONE;
    const size_t mark = strlen(r->pointer);
    const char *at = "calendar";
    if (cJSON_IsObject(node)) {
        atn_enter(r, at);
        at = "type";
        atn_check_keys(r, node, ATN_OBJECT_CALENDAR);
        atn_get_word(r, node, at, true, atn_effect_names, &type);
        atn_get_parameter(r, node, "sigma", "sigma", &series->effect_sigma);
    } else {
        atn_get_word(r, object, at, true, atn_effect_names, &type);
    }
    series->effect = (atn_effect_type)type;
    const atn_step_unit unit = r->study->calendar.unit;
    if (type == ATN_EFFECT_DAY_OF_WEEK && unit != ATN_STEP_DAY)
        ATN_BAD(r, "conflict", at, "day_of_week needs a daily step");
    if (type == ATN_EFFECT_MONTH && (unit == ATN_STEP_QUARTER || unit == ATN_STEP_YEAR))
        ATN_BAD(r, "conflict", at, "month_of_year needs a step of a month or less");
    atn_leave(r, mark);
}

static void read_step_sigma(atn_reader *r, const cJSON *object, atn_series *series)
{
    if (!atn_member(object, "step_sigma")) return;
    if (series->kind != ATN_FLOW || series->link != ATN_LINK_LOG)
        ATN_BAD(r, "conflict", "step_sigma", "only a flow with a log link has a step_sigma");
    series->step_sigma_stated =
        atn_get_parameter(r, object, "step_sigma", "step_sigma", &series->step_sigma);
    if (series->step_sigma_stated && series->step_sigma.fixed && series->step_sigma.value < 0)
        ATN_BAD(r, "out-of-range", "step_sigma", "'step_sigma' must be 0 or greater");
    if (series->step_sigma_stated && series->step_sigma.fixed && series->step_sigma.value == 0)
        series->step_sigma.present = false;
}

static void read_one_series(atn_reader *r, const cJSON *object, atn_series *series)
{
    series->pointer = atn_copy(r, r->pointer);
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, ATN_OBJECT_SERIES);
    int kind = ATN_FLOW;
    atn_get_word(r, object, "kind", true, atn_kind_names, &kind);
    series->kind = (atn_kind)kind;
    int link = kind == ATN_SHARE ? ATN_LINK_LOGIT : ATN_LINK_LOG;
    if (atn_get_word(r, object, "link", false, atn_link_names, &link) &&
        (kind == ATN_SHARE) != (link == ATN_LINK_LOGIT) && link != ATN_LINK_IDENTITY)
        ATN_BAD(r, "conflict", "link", "a %s cannot have a %s link; it has %s or identity",
                atn_kind_names[kind], atn_link_names[link], kind == ATN_SHARE ? "logit" : "log");
    series->link = (atn_link)link;
    const char *label = atn_get_text(r, object, "label", false);
    const char *unit = atn_get_text(r, object, "unit", false);
    series->label = atn_copy(r, label ? label : series->id);
    series->unit = atn_copy(r, unit ? unit : "");
    if (!atn_read_balance(r, object, series)) {
        atn_read_trends(r, object, series);
        read_deviation(r, object, &series->deviation);
        read_calendar(r, object, series);
    }
    read_step_sigma(r, object, series);
}

void atn_read_series(atn_reader *r, const cJSON *study)
{
    const cJSON *map = atn_member(study, "series"), *member;
    if (!map) {
        ATN_BAD(r, "missing-key", NULL, "'series' is missing");
        return;
    }
    const size_t mark = atn_enter(r, "series");
    if (!atn_need_object(r, map)) {
        atn_leave(r, mark);
        return;
    }
    attain_study *s = r->study;
    const size_t n = atn_count_named(map);
    if (n == 0) ATN_BAD(r, "missing-key", NULL, "a study has at least one series");
    s->series = ATN_MAKE(r, atn_series, n);
    cJSON_ArrayForEach (member, map) {
        if (atn_is_remark(member) || r->nomem) continue;
        atn_series *series = &s->series[s->n_series++];
        series->id = atn_copy(r, member->string);
        const size_t inner = atn_enter(r, member->string);
        check_name(r, member->string);
        if (!r->nomem) read_one_series(r, member, series);
        atn_leave(r, inner);
    }
    atn_leave(r, mark);
}

/* One dated value of an input; `seen` marks steps that have one. */
static void read_input_value(atn_reader *r, const cJSON *entry, atn_input *input, bool *seen)
{
    const attain_study *s = r->study;
    atn_day day;
    if (!atn_date_parse(entry->string, strlen(entry->string), &day)) {
        char advice[ATN_ADVICE_SIZE];
        atn_date_advice(entry->string, advice);
        ATN_BAD(r, "bad-date", entry->string, "'%.40s' is no date of the form 2025-01-20%s",
                entry->string, advice);
        return;
    }
    if (!cJSON_IsNumber(entry)) {
        ATN_BAD(r, "wrong-type", entry->string, "an input's value must be a number, not %s",
                atn_kind_of(entry));
        return;
    }
    if (day < s->calendar.origin || day > s->horizon) {
        ATN_BAD(r, "out-of-range", entry->string,
                "the date lies outside the study, which runs from its origin to its horizon");
        return;
    }
    const long step = atn_calendar_step(&s->calendar, day);
    if (seen[step])
        ATN_BAD(r, "duplicate-id", entry->string, "this %s has a value already",
                atn_step_unit_name(s->calendar.unit));
    seen[step] = true;
    input->values[step] = entry->valuedouble;
}

/* Straight lines between dated values, the last one to the end. */
static void fill_ramp(double *values, const bool *seen, size_t n_steps)
{
    size_t last = n_steps;
    for (size_t k = 0; k < n_steps; k++) {
        if (!seen[k]) continue;
        for (size_t j = last + 1; last < k && j < k; j++)
            values[j] =
                values[last] + (values[k] - values[last]) * (double)(j - last) / (double)(k - last);
        last = k;
    }
    for (size_t j = last + 1; j < n_steps; j++) values[j] = values[last];
}

static void read_input(atn_reader *r, const cJSON *object, atn_input *input, size_t n_steps)
{
    double value = 0;
    bool hold = false, ramp = false;
    input->pointer = atn_copy(r, r->pointer);
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, ATN_OBJECT_INPUT);
    atn_get_number(r, object, "default", false, &value);
    atn_get_flag(r, object, "hold", &hold);
    atn_get_flag(r, object, "ramp", &ramp);
    if (hold && ramp)
        ATN_BAD(r, "conflict", "ramp",
                "an input either holds its values or goes straight from one to the next");
    const cJSON *values = atn_member(object, "values"), *entry;
    if (!values) ATN_BAD(r, "missing-key", NULL, "'values' is missing");
    input->values = ATN_MAKE(r, double, n_steps);
    bool *seen = ATN_MAKE(r, bool, n_steps);
    if (!r->nomem && r->calendar_ok && values) {
        const size_t mark = atn_enter(r, "values");
        if (atn_need_object(r, values))
            cJSON_ArrayForEach (entry, values) {
                read_input_value(r, entry, input, seen);
            }
        atn_leave(r, mark);
        for (size_t k = 0; k < n_steps; k++) {
            if (!seen[k])
                input->values[k] = value;
            else if (hold)
                value = input->values[k];
        }
        if (ramp) fill_ramp(input->values, seen, n_steps);
    }
    atn_free(r->ctx, seen);
}

void atn_read_inputs(atn_reader *r, const cJSON *study)
{
    const cJSON *map = atn_member(study, "inputs"), *member;
    if (!map) return;
    attain_study *s = r->study;
    const size_t n_steps =
        r->calendar_ok ? (size_t)atn_calendar_step(&s->calendar, s->horizon) + 1 : 1;
    const size_t mark = atn_enter(r, "inputs");
    if (atn_need_object(r, map)) s->inputs = ATN_MAKE(r, atn_input, atn_count_named(map));
    if (!s->inputs) map = NULL;
    cJSON_ArrayForEach (member, map) {
        if (atn_is_remark(member) || r->nomem) continue;
        atn_input *input = &s->inputs[s->n_inputs++];
        input->id = atn_copy(r, member->string);
        const size_t inner = atn_enter(r, member->string);
        check_name(r, member->string);
        if (atn_find_id(member->string, s->series, sizeof *s->series, s->n_series) != ATN_NONE) {
            r->names_bad = true;
            ATN_BAD(r, "duplicate-id", NULL, "a series is called '%.64s' too", member->string);
        }
        if (!r->nomem) read_input(r, member, input, n_steps);
        atn_leave(r, inner);
    }
    atn_leave(r, mark);
}
