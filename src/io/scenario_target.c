/* What a change names, and how large it is. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/scenario_reader.h"

/* ---- parameters ---- */

enum { TARGET_SIZE = 144 };
typedef struct settable {
    char name[TARGET_SIZE];
    bool fixed; /* a number in the study */
} settable;

typedef struct settables {
    settable *list; /* NULL: counting */
    size_t n;
} settables;

static void add(settables *s, const char *owner, const char *name, bool exists, bool fixed)
{
    if (!exists) return;
    if (s->list) {
        snprintf(s->list[s->n].name, TARGET_SIZE, "%.64s.%.72s", owner, name);
        s->list[s->n].fixed = fixed;
    }
    s->n++;
}

/* Deviation and scatter get their defaults only when the study is complete; what a series cannot
 * have is not offered, and the rest is judged then (atn_scenarios_check). */
static void add_series(settables *s, const atn_series *series)
{
    const atn_deviation *d = &series->deviation;
    const bool moves = d->type != ATN_DEVIATION_NONE;
    const bool has_phi = d->type == ATN_DEVIATION_AR1 || d->phi.present;
    for (size_t t = 0; t < series->n_trends; t++)
        for (size_t p = 0; p < series->trends[t].n_parameters; p++)
            add(s, series->id, series->trends[t].parameters[p].name, true,
                series->trends[t].parameters[p].fixed);
    add(s, series->id, "deviation.sigma", moves, d->sigma.fixed);
    add(s, series->id, "deviation.phi", has_phi, d->phi.fixed);
    add(s, series->id, "deviation.sigma_v", d->type == ATN_DEVIATION_LOCAL_TREND, d->sigma_v.fixed);
    add(s, series->id, "effect.sigma", series->effect != ATN_EFFECT_NONE,
        series->effect_sigma.fixed);
    add(s, series->id, "step_sigma", series->kind == ATN_FLOW && series->link == ATN_LINK_LOG,
        series->step_sigma.present && series->step_sigma.fixed);
}

static void gather(settables *s, const attain_study *study)
{
    s->n = 0;
    for (size_t k = 0; k < study->n_series; k++) add_series(s, &study->series[k]);
}

static bool refuse_target(atn_reader *r, const char *key, const char *target, const settables *all)
{
    const attain_study *study = r->study;
    char hint[ATN_HINT_SIZE];
    const char **names = ATN_MAKE(r, const char *, all->n + study->n_inputs);
    size_t n = 0;
    if (!names) return false;
    for (size_t k = 0; k < all->n; k++) names[n++] = all->list[k].name;
    for (size_t k = 0; k < study->n_inputs; k++)
        if (study->inputs[k].id) names[n++] = study->inputs[k].id;
    ATN_BAD(r, "unknown-parameter", key, "no parameter or input is called '%.100s'%s", target,
            atn_hint(hint, target, names, n));
    atn_free(r->ctx, names);
    return false;
}

bool atn_find_settable(atn_reader *r, const char *key, atn_change *change)
{
    const attain_study *study = r->study;
    const char *target = change->target;
    settables all = {0};
    change->input = atn_find_id(target, study->inputs, sizeof *study->inputs, study->n_inputs);
    if (change->input != ATN_NONE) return true;
    gather(&all, study);
    all.list = ATN_MAKE(r, settable, all.n);
    if (!all.list) return false;
    gather(&all, study);
    bool found = false, fixed = false;
    for (size_t k = 0; k < all.n && !found; k++) {
        found = strcmp(all.list[k].name, target) == 0;
        fixed = found && all.list[k].fixed;
    }
    if (!found) refuse_target(r, key, target, &all);
    if (fixed)
        ATN_BAD(r, "conflict", key,
                "'%.100s' is a fixed number in the study: give it a prior, or change it for the "
                "whole run with --set",
                target);
    atn_free(r->ctx, all.list);
    return found && !fixed;
}

/* ---- capacities ---- */

/* The input that a capacity's name means: the input's own id, or SERIES.INPUT. */
static size_t capacity_input(const attain_study *study, const char *target)
{
    const size_t whole = atn_find_id(target, study->inputs, sizeof *study->inputs, study->n_inputs);
    const char *dot = strchr(target, '.');
    if (whole != ATN_NONE || !dot) return whole;
    for (size_t s = 0; s < study->n_series; s++) {
        const char *id = study->series[s].id;
        if (strlen(id) != (size_t)(dot - target) || strncmp(id, target, strlen(id)) != 0) continue;
        return atn_find_id(dot + 1, study->inputs, sizeof *study->inputs, study->n_inputs);
    }
    return ATN_NONE;
}

bool atn_find_capacity(atn_reader *r, const char *key, atn_change *change)
{
    const attain_study *study = r->study;
    char hint[ATN_HINT_SIZE];
    change->input = capacity_input(study, change->target);
    if (change->input != ATN_NONE) return true;
    const char *dot = strchr(change->target, '.');
    ATN_BAD(r, "unknown-capacity", key,
            "no capacity is called '%.100s': it is an input of the study, INPUT or "
            "SERIES.INPUT%s",
            change->target,
            atn_hint_ids(r, hint, dot ? dot + 1 : change->target, study->inputs,
                         sizeof *study->inputs, study->n_inputs));
    return false;
}

/* ---- sizes ---- */

/* Whether the text calls a family of priors. */
static bool is_prior(const char *text)
{
#define ATN_AS_NAME(id, name, n, args) name,
    static const char *const names[] = {ATN_PRIOR_LIST(ATN_AS_NAME)};
#undef ATN_AS_NAME
    while (isspace((unsigned char)*text)) text++;
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_') n++;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strlen(names[k]) == n && strncmp(text, names[k], n) == 0) return true;
    return false;
}

static bool parse_text(atn_reader *r, const char *text, atn_size *size, attain_error *err)
{
    const atn_calendar *calendar = &r->study->calendar;
    attain_status status;
    size->text = atn_copy(r, text);
    size->drawn = is_prior(text);
    if (size->drawn)
        status = atn_prior_parse(r->ctx, text, NULL, NULL, 0, calendar, &size->prior, err);
    else
        status = atn_formula_constant(r->ctx, text, NULL, NULL, 0, calendar, &size->value, err);
    if (status == ATTAIN_OK && !size->drawn && !isfinite(size->value))
        status = atn_fail(err, ATTAIN_ERR_FORMULA, "it is not a finite number");
    if (status == ATTAIN_ERR_NOMEM) r->nomem = true;
    return status == ATTAIN_OK;
}

bool atn_get_size(atn_reader *r, const cJSON *object, const char *key, atn_size *out)
{
    const cJSON *node = atn_member(object, key), *inner = node;
    double lower = -INFINITY, upper = INFINITY;
    attain_error err = {0};
    if (cJSON_IsNumber(node)) {
        out->value = node->valuedouble;
        return true;
    }
    if (!node) {
        ATN_BAD(r, "missing-key", NULL, "'%s' is missing", key);
        return false;
    }
    const size_t mark = atn_enter(r, key);
    if (cJSON_IsObject(node)) {
        atn_check_keys(r, node, ATN_OBJECT_SIZE);
        inner = atn_member(node, "prior");
        atn_get_number(r, node, "lower", false, &lower);
        atn_get_number(r, node, "upper", false, &upper);
    }
    bool good = cJSON_IsString(inner);
    if (!good)
        ATN_BAD(r, "wrong-type", NULL,
                "a size is a number, a formula such as \"25 * 75\", a distribution such as "
                "\"lognormal(log(1.3), 0.1)\" or an object with a 'prior', not %s",
                atn_kind_of(node));
    if (good && !parse_text(r, inner->valuestring, out, &err)) {
        good = false;
        if (!r->nomem)
            atn_problem(r, ATTAIN_SEVERITY_ERROR, ATTAIN_ERR_FORMULA,
                        out->drawn ? "prior" : "formula", NULL, "%s", err.message);
    }
    if (good && out->drawn && (isfinite(lower) || isfinite(upper)) &&
        atn_prior_truncate(&out->prior, lower, upper, &err) != ATTAIN_OK) {
        good = false;
        ATN_BAD(r, "out-of-range", NULL, "%s", err.message);
    }
    if (good && !out->drawn && inner != node) {
        good = false;
        ATN_BAD(r, "wrong-type", "prior", "'prior' must be a distribution");
    }
    atn_leave(r, mark);
    return good && !r->nomem;
}
