/* The scenarios' part of the document. */
#include "results_internal.h"

#include <math.h>

static const double levels[] = {0.05, 0.5, 0.95};

static void say_size(atn_text *out, const atn_size *size)
{
    if (size->text && size->drawn)
        atn_text_add(out, size->text);
    else
        atn_text_number(out, size->value);
}

static void say_date(atn_text *out, const char *word, atn_day day)
{
    char text[ATN_DATE_SIZE];
    atn_date_format(day, text);
    atn_text_printf(out, " %s %s", word, text);
}

/* "multiply arrests by lognormal(log(1.3), 0.1) over 30 days from 2025-11-01". */
static void say_change(atn_text *out, const attain_study *study, const atn_change *change)
{
    static const char *const verbs[] = {[ATN_CHANGE_SET] = "set",
                                        [ATN_CHANGE_MULTIPLY] = "multiply",
                                        [ATN_CHANGE_REPLACE] = "replace",
                                        [ATN_CHANGE_CAPACITY] = "capacity of",
                                        [ATN_CHANGE_DEFINE] = "count"};
    static const char *const joints[] = {[ATN_CHANGE_SET] = "to",
                                         [ATN_CHANGE_MULTIPLY] = "by",
                                         [ATN_CHANGE_REPLACE] = "with",
                                         [ATN_CHANGE_CAPACITY] = "to",
                                         [ATN_CHANGE_DEFINE] = "as"};
    atn_text_printf(out, "%s %s %s ", verbs[change->kind], change->target, joints[change->kind]);
    if (change->kind == ATN_CHANGE_DEFINE) {
        atn_text_add(out, study->definitions[change->definition].id);
        return;
    }
    say_size(out, &change->size);
    if (change->ramp > 0) {
        atn_text_add(out, " over ");
        atn_text_number(out, change->ramp);
        atn_text_add(out, " days");
    }
    say_date(out, "from", change->from);
    if (change->until != ATN_FOR_GOOD) say_date(out, "until", change->until);
}

/* Those of what it extends first. */
static void add_changes(atn_builder *b, cJSON *list, const atn_scenario *scenario)
{
    const attain_study *study = b->study;
    if (scenario->extends != ATN_NONE) add_changes(b, list, &study->scenarios[scenario->extends]);
    for (size_t c = 0; c < scenario->n_changes; c++) {
        atn_text text;
        atn_text_init(&text, b->ctx);
        say_change(&text, study, &scenario->changes[c]);
        if (atn_text_ok(&text))
            atn_build_text(b, list, NULL, text.data);
        else
            b->failed = true;
        atn_text_free(&text);
    }
}

/* 95 % of where the paired difference lies, as far as the number of draws tells. */
static void add_difference(atn_builder *b, cJSON *parent, const atn_paired *p)
{
    cJSON *o = atn_build_object(b, parent, "difference");
    atn_build_number(b, o, "probability", p->difference);
    atn_build_number(b, o, "mcse", p->mcse);
    atn_build_number(b, o, "low", fmax(-1.0, p->difference - 1.96 * p->mcse));
    atn_build_number(b, o, "high", fmin(1.0, p->difference + 1.96 * p->mcse));
    atn_build_number(b, o, "value", p->change[1]);
    atn_build_number(b, o, "mean_value", p->mean_change);
    atn_build_levels(b, o, "value_quantiles", levels, p->change, 3);
    atn_build_number(b, o, "variance_ratio", p->variance_ratio);
}

static void add_reading(atn_builder *b, cJSON *list, const atn_reading *r, const atn_reading *base,
                        const atn_paired *p)
{
    cJSON *o = atn_build_object(b, list, NULL);
    atn_build_chance(b, o, r);
    atn_build_dates(b, o, r);
    atn_build_number(b, o, "never_by_horizon", r->never_by_horizon);
    atn_build_number(b, o, "probability_at_horizon", r->probability_at_horizon);
    atn_build_number(b, o, "value", p->value[1]);
    atn_build_forecast(b, o, r);
    cJSON *baseline = atn_build_object(b, o, "baseline");
    atn_build_number(b, baseline, "probability", base->probability);
    atn_build_number(b, baseline, "mcse", base->mcse);
    atn_build_number(b, baseline, "value", p->baseline[1]);
    atn_build_levels(b, baseline, "value_quantiles", levels, p->baseline, 3);
    add_difference(b, o, p);
}

static void add_goals(atn_builder *b, cJSON *parent, const atn_scenario_result *result)
{
    const attain_study *study = b->study;
    cJSON *goals = atn_build_array(b, parent, "goals");
    size_t next = 0;
    for (size_t g = 0; g < study->n_goals; g++) {
        const atn_goal_result *after = &result->answer->goals[g],
                              *before = &b->projection->goals[g];
        cJSON *o = atn_build_object(b, goals, NULL);
        atn_build_text(b, o, "id", study->goals[g].id);
        cJSON *definitions = atn_build_array(b, o, "definitions");
        for (size_t k = 0; k < after->n_definitions; k++) {
            const size_t d = after->definitions[k].definition;
            cJSON *entry = atn_build_object(b, definitions, NULL);
            atn_build_text(b, entry, "definition", atn_counted_as(study, d));
            cJSON *readings = atn_build_array(b, entry, "readings");
            for (size_t j = 0; j < after->definitions[k].n_readings; j++)
                add_reading(b, readings, &after->definitions[k].readings[j],
                            &before->definitions[k].readings[j], &result->paired[next++]);
        }
    }
}

void atn_build_scenarios(atn_builder *b)
{
    cJSON *list = atn_build_array(b, b->root, "scenarios");
    for (size_t s = 0; s < b->projection->n_scenarios; s++) {
        const atn_scenario_result *result = &b->projection->scenarios[s];
        const atn_scenario *scenario = &b->study->scenarios[result->scenario];
        cJSON *o = atn_build_object(b, list, NULL);
        atn_build_text(b, o, "id", scenario->id);
        atn_build_text(b, o, "label", scenario->label);
        atn_build_text(b, o, "note", scenario->note);
        atn_build_date(b, o, "from", scenario->from);
        if (scenario->extends != ATN_NONE)
            atn_build_text(b, o, "extends", b->study->scenarios[scenario->extends].id);
        cJSON *changes = atn_build_array(b, o, "changes");
        add_changes(b, changes, scenario);
        add_goals(b, o, result);
        atn_build_moved_paths(b, o, result);
    }
}
