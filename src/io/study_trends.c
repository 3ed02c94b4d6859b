/* Parameters and trends: numbers, prior texts, curve names, formulas. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "io/reader.h"

enum { MAX_HINTS = 64 };

/* What a series is tried with when the study names no trend, by kind: a level that changes once,
 * smoothly, and stays inside every link's domain. */
static const char *const default_trends[] = {
    [ATN_FLOW] = "logistic", [ATN_STOCK] = "logistic", [ATN_SHARE] = "logistic"};

void atn_parameter_free(attain_context *ctx, atn_parameter *p)
{
    atn_free(ctx, p->name);
    atn_free(ctx, p->prior_text);
    atn_free(ctx, p->pointer);
}

/* The object form: {"value": 3} or {"prior": "...", "lower": 0, "upper": 1}. */
static bool get_parameter_object(atn_reader *r, const cJSON *object, atn_parameter *p)
{
    static const char *const roles[] = {"ceiling", NULL};
    int role = -1;
    atn_check_keys(r, object, ATN_OBJECT_PARAMETER);
    atn_get_word(r, object, "role", false, roles, &role);
    p->ceiling = role == 0;
    if (atn_member(object, "value")) {
        for (int k = 0; k < 3; k++) {
            static const char *const others[] = {"prior", "lower", "upper"};
            if (atn_member(object, others[k]))
                ATN_BAD(r, "conflict", others[k], "'%s' does not go with a fixed 'value'",
                        others[k]);
        }
        p->fixed = atn_get_number(r, object, "value", true, &p->value);
        return p->fixed;
    }
    atn_get_number(r, object, "lower", false, &p->lower);
    atn_get_number(r, object, "upper", false, &p->upper);
    if (!(p->lower < p->upper))
        ATN_BAD(r, "out-of-range", "upper", "'upper' must be greater than 'lower'");
    const char *prior = atn_get_text(r, object, "prior", true);
    if (!prior) return false;
    p->prior_text = atn_copy(r, prior);
    const size_t mark = atn_enter(r, "prior");
    atn_free(r->ctx, p->pointer);
    p->pointer = atn_copy(r, r->pointer);
    atn_leave(r, mark);
    return true;
}

bool atn_get_parameter(atn_reader *r, const cJSON *object, const char *member, const char *name,
                       atn_parameter *out)
{
    const cJSON *node = atn_member(object, member);
    if (!node) return false;
    atn_parameter p = {.lower = -INFINITY, .upper = INFINITY, .present = true};
    const size_t mark = atn_enter(r, member);
    bool good = true;
    p.name = atn_copy(r, name);
    p.pointer = atn_copy(r, r->pointer);
    if (cJSON_IsNumber(node)) {
        p.fixed = true;
        p.value = node->valuedouble;
    } else if (cJSON_IsString(node)) {
        p.prior_text = atn_copy(r, node->valuestring);
    } else if (cJSON_IsObject(node)) {
        good = get_parameter_object(r, node, &p);
    } else {
        good = false;
        ATN_BAD(r, "wrong-type", NULL,
                "a parameter is a number, a prior such as \"normal(0, 1)\" or an object, not %s",
                atn_kind_of(node));
    }
    atn_leave(r, mark);
    if (!good || r->nomem) {
        atn_parameter_free(r->ctx, &p);
        return false;
    }
    *out = p;
    return true;
}

/* A curve's JSON; an unknown name is recorded at the current path. */
static const char *find_curve(atn_reader *r, const char *name)
{
    const char *json = attain_curve_json(name);
    if (json) return json;
    const char *names[MAX_HINTS];
    size_t n = 0;
    for (; n < MAX_HINTS && attain_curve_name(n); n++) names[n] = attain_curve_name(n);
    char hint[ATN_HINT_SIZE];
    ATN_BAD(r, "unknown-curve", NULL, "no curve is called '%.64s'%s", name,
            atn_hint(hint, name, names, n));
    return NULL;
}

/* A parameter without a text in the study: the curve's own prior for the series' link. */
static void default_parameter(atn_reader *r, const cJSON *entry, const atn_series *series,
                              const char *pointer, atn_parameter *p)
{
    const cJSON *prior = NULL;
    if (series->link != ATN_LINK_LOG) prior = atn_member(entry, atn_link_name(series->link));
    if (!prior) prior = atn_member(entry, "prior");
    *p =
        (atn_parameter){.lower = -INFINITY, .upper = INFINITY, .present = true, .is_default = true};
    p->name = atn_copy(r, entry->string);
    p->prior_text = atn_copy(r, prior->valuestring);
    p->pointer = atn_copy(r, pointer);
}

/* Whether an earlier candidate has this parameter: then its text was judged already. */
static bool judged(const atn_series *series, const char *name)
{
    for (size_t k = 0; k + 1 < series->n_trends; k++)
        for (size_t p = 0; p < series->trends[k].n_parameters; p++)
            if (strcmp(series->trends[k].parameters[p].name, name) == 0) return true;
    return false;
}

/* Adds the curve as the series' next candidate.  The path stands at the series; `pointer` leads to
 * the trend's text; `stated` is the study's "parameters" or NULL. */
static void add_curve(atn_reader *r, const char *name, const char *json, const char *pointer,
                      const cJSON *stated, atn_series *series)
{
    cJSON *curve;
    if (atn_json_parse(r->ctx, json, strlen(json), name, NULL, &curve, NULL) != ATTAIN_OK) {
        r->nomem = true; /* the files are tested, so only memory can be short */
        return;
    }
    atn_trend *trend = &series->trends[series->n_trends++];
    const cJSON *parameters = atn_member(curve, "parameters"), *entry;
    trend->name = atn_copy(r, name);
    trend->formula_text = atn_copy(r, atn_member(curve, "formula")->valuestring);
    trend->pointer = atn_copy(r, pointer);
    trend->parameters = ATN_MAKE(r, atn_parameter, (size_t)cJSON_GetArraySize(parameters));
    const size_t mark = atn_enter(r, "parameters");
    cJSON_ArrayForEach (entry, parameters) {
        if (r->nomem) break;
        atn_parameter *p = &trend->parameters[trend->n_parameters];
        r->mute = judged(series, entry->string);
        if (!stated || !atn_get_parameter(r, stated, entry->string, entry->string, p))
            default_parameter(r, entry, series, pointer, p);
        p->ceiling |= cJSON_IsString(atn_member(entry, "role")); /* the only role there is */
        r->mute = false;
        trend->n_parameters++;
    }
    atn_leave(r, mark);
    cJSON_Delete(curve);
}

static bool is_name(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_') return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_') return false;
    return true;
}

/* Whether an identifier stands in a formula's text. */
static bool mentions(const char *formula, const char *name)
{
    const size_t n = strlen(name);
    for (const char *p = formula; *p;) {
        if (!isalpha((unsigned char)*p) && *p != '_') {
            p += 1;
            continue;
        }
        size_t k = 0;
        while (isalnum((unsigned char)p[k]) || p[k] == '_') k++;
        if (k == n && strncmp(p, name, n) == 0) return true;
        p += k;
    }
    return false;
}

static void read_formula(atn_reader *r, const cJSON *object, const cJSON *stated,
                         atn_series *series)
{
    atn_trend *trend = series->trends = ATN_MAKE(r, atn_trend, 1);
    if (!trend) return;
    series->n_trends = 1;
    const size_t mark = atn_enter(r, "trend");
    atn_check_keys(r, object, ATN_OBJECT_FORMULA_TREND);
    const char *text = atn_get_text(r, object, "formula", true);
    trend->name = atn_copy(r, "formula");
    trend->formula_text = atn_copy(r, text);
    const size_t inner = atn_enter(r, "formula");
    trend->pointer = atn_copy(r, r->pointer);
    atn_leave(r, inner);
    atn_leave(r, mark);
    trend->parameters = ATN_MAKE(r, atn_parameter, atn_count_named(stated));
    if (!trend->parameters) return;
    const size_t at = atn_enter(r, "parameters");
    const cJSON *entry;
    cJSON_ArrayForEach (entry, stated) {
        if (atn_is_remark(entry)) continue;
        if (!is_name(entry->string))
            ATN_BAD(r, "bad-id", entry->string,
                    "'%.64s' cannot be a parameter: letters, digits and _ only", entry->string);
        else if (text && !mentions(text, entry->string))
            ATN_BAD(r, "unknown-parameter", entry->string, "the formula does not use '%.64s'",
                    entry->string);
        atn_parameter *p = &trend->parameters[trend->n_parameters];
        if (cJSON_IsNull(entry))
            ATN_BAD(r, "wrong-type", entry->string, "a formula's parameter needs a prior");
        if (atn_get_parameter(r, stated, entry->string, entry->string, p)) trend->n_parameters++;
    }
    atn_leave(r, at);
}

/* Names in "parameters" that no candidate curve has. */
static void refuse_strangers(atn_reader *r, const cJSON *stated, const atn_series *series)
{
    const size_t mark = atn_enter(r, "parameters");
    const cJSON *entry;
    cJSON_ArrayForEach (entry, stated) {
        if (atn_is_remark(entry)) continue;
        bool known = false;
        const char *names[MAX_HINTS];
        size_t n = 0;
        for (size_t k = 0; k < series->n_trends; k++) {
            const atn_trend *trend = &series->trends[k];
            for (size_t p = 0; p < trend->n_parameters; p++) {
                known = known || strcmp(trend->parameters[p].name, entry->string) == 0;
                if (n < MAX_HINTS) names[n++] = trend->parameters[p].name;
            }
        }
        if (known || n == 0) continue;
        char hint[ATN_HINT_SIZE];
        ATN_BAD(r, "unknown-parameter", entry->string, "%s has no parameter '%.64s'%s",
                series->n_trends > 1 ? "none of these curves" : "this curve", entry->string,
                atn_hint(hint, entry->string, names, n));
    }
    atn_leave(r, mark);
}

static void read_list(atn_reader *r, const cJSON *list, const cJSON *stated, atn_series *series)
{
    const size_t n = (size_t)cJSON_GetArraySize(list);
    if (n == 0) ATN_BAD(r, "out-of-range", "trend", "a list of trends names at least one curve");
    series->trends = ATN_MAKE(r, atn_trend, n);
    const cJSON *item;
    size_t k = 0;
    cJSON_ArrayForEach (item, list) {
        if (r->nomem) break;
        const char *json = NULL;
        char pointer[ATN_JSON_POINTER_SIZE];
        const size_t mark = atn_enter(r, "trend");
        atn_enter_index(r, k++);
        memcpy(pointer, r->pointer, sizeof pointer);
        if (!cJSON_IsString(item))
            ATN_BAD(r, "wrong-type", NULL, "a list of trends holds curves' names, not %s",
                    atn_kind_of(item));
        else
            json = find_curve(r, item->valuestring);
        for (size_t j = 0; json && j < series->n_trends; j++) {
            if (strcmp(series->trends[j].name, item->valuestring) != 0) continue;
            ATN_BAD(r, "duplicate-id", NULL, "this curve stands in the list twice");
            json = NULL;
        }
        atn_leave(r, mark);
        if (json) add_curve(r, item->valuestring, json, pointer, stated, series);
    }
}

static void read_single(atn_reader *r, const cJSON *trend, const cJSON *stated, atn_series *series)
{
    const char *name = default_trends[series->kind];
    char pointer[ATN_JSON_POINTER_SIZE];
    const size_t mark = atn_enter(r, "trend");
    memcpy(pointer, r->pointer, sizeof pointer);
    if (cJSON_IsString(trend))
        name = trend->valuestring;
    else if (trend)
        ATN_BAD(r, "wrong-type", NULL,
                "a trend is a curve's name, a list of names or {\"formula\": \"...\"}, not %s",
                atn_kind_of(trend));
    const char *json = find_curve(r, name);
    atn_leave(r, mark);
    series->trends = ATN_MAKE(r, atn_trend, 1);
    if (json && !r->nomem) add_curve(r, name, json, pointer, stated, series);
}

void atn_read_trends(atn_reader *r, const cJSON *object, atn_series *series)
{
    const cJSON *trend = atn_member(object, "trend");
    const cJSON *stated = atn_member(object, "parameters");
    if (stated) {
        const size_t mark = atn_enter(r, "parameters");
        if (!atn_need_object(r, stated)) stated = NULL;
        atn_leave(r, mark);
    }
    if (cJSON_IsObject(trend)) {
        read_formula(r, trend, stated, series);
        return; /* its parameters are judged against the formula */
    }
    if (cJSON_IsArray(trend))
        read_list(r, trend, stated, series);
    else
        read_single(r, trend, stated, series);
    if (stated && !r->nomem) refuse_strangers(r, stated, series);
}
