/* Stocks that are the balance of flows: "inflows", "outflows", "capacity" of a series. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/reader.h"

/* The level at step 0 is a level like that of the constant curve, and has its default prior. */
static const char *default_initial(const atn_series *series)
{
    return series->link == ATN_LINK_LOG ? "lognormal(log(m), 1)" : "normal(m, max(abs(m), 1))";
}

static void read_initial(atn_reader *r, const cJSON *object, const atn_series *series,
                         atn_trend *trend)
{
    const cJSON *stated = atn_member(object, "parameters"), *entry;
    const size_t mark = atn_enter(r, "parameters");
    if (stated && !atn_need_object(r, stated)) stated = NULL;
    cJSON_ArrayForEach (entry, stated) {
        if (!atn_is_remark(entry) && strcmp(entry->string, "initial") != 0)
            ATN_BAD(r, "unknown-parameter", entry->string,
                    "a balance of flows has no parameter '%.64s'; it has 'initial', the level at "
                    "the start",
                    entry->string);
    }
    atn_parameter *p = &trend->parameters[0];
    trend->n_parameters = 1;
    if (!stated || !atn_get_parameter(r, stated, "initial", "initial", p)) {
        *p = (atn_parameter){
            .lower = -INFINITY, .upper = INFINITY, .present = true, .is_default = true};
        p->name = atn_copy(r, "initial");
        p->prior_text = atn_copy(r, default_initial(series));
        p->pointer = atn_copy(r, series->pointer);
    }
    atn_leave(r, mark);
}

bool atn_read_balance(atn_reader *r, const cJSON *object, atn_series *series)
{
    static const char *const own[] = {"inflows", "outflows", "capacity"};
    static const char *const others[] = {"trend", "deviation", "calendar"};
    const char *first = NULL;
    for (size_t k = 3; k-- > 0;)
        if (atn_member(object, own[k])) first = own[k];
    if (!first) return false;
    if (series->kind != ATN_STOCK) {
        ATN_BAD(r, "conflict", first, "only a stock has '%s'; this series is a %s", first,
                atn_kind_name(series->kind));
        return false;
    }
    if (strcmp(first, "capacity") == 0) {
        ATN_BAD(r, "conflict", first,
                "a capacity limits what flows in: the stock needs 'inflows' or 'outflows'");
        return false;
    }
    for (size_t k = 0; k < 3; k++)
        if (atn_member(object, others[k]))
            ATN_BAD(r, "conflict", others[k],
                    "a balance of flows follows from them and has no '%s'; give it to a flow",
                    others[k]);
    series->trends = ATN_MAKE(r, atn_trend, 1);
    if (r->nomem) return true;
    atn_trend *trend = &series->trends[0];
    series->n_trends = 1;
    series->balance = true;
    trend->name = atn_copy(r, "balance");
    trend->formula_text = atn_copy(r, "initial");
    trend->pointer = atn_copy(r, series->pointer);
    trend->parameters = ATN_MAKE(r, atn_parameter, 1);
    if (!r->nomem) read_initial(r, object, series, trend);
    return true;
}

/* ---- names, once all series and inputs are known ---- */

/* The stock that has the flow already, on the side asked for; ATN_NONE if there is none. */
static size_t stock_of(const attain_study *s, size_t flow, bool in)
{
    for (size_t k = 0; k < s->n_series; k++) {
        const atn_series *series = &s->series[k];
        const size_t n = in ? series->n_inflows : series->n_outflows;
        const size_t *list = in ? series->inflows : series->outflows;
        for (size_t f = 0; f < n; f++)
            if (list[f] == flow) return k;
    }
    return ATN_NONE;
}

/* A flow by its id; ATN_NONE, and said why, if it is none that may stand here. */
static size_t find_flow(atn_reader *r, const cJSON *item, size_t stock, bool in)
{
    const attain_study *s = r->study;
    char hint[ATN_HINT_SIZE];
    if (!cJSON_IsString(item)) {
        ATN_BAD(r, "wrong-type", NULL, "expected the id of a flow, found %s", atn_kind_of(item));
        return ATN_NONE;
    }
    const char *id = item->valuestring;
    const size_t flow = atn_find_id(id, s->series, sizeof *s->series, s->n_series);
    if (flow == ATN_NONE) {
        atn_hint_ids(r, hint, id, s->series, sizeof *s->series, s->n_series);
        ATN_BAD(r, "unknown-series", NULL, "no series is called '%.64s'%s", id, hint);
        return ATN_NONE;
    }
    if (s->series[flow].kind != ATN_FLOW) {
        ATN_BAD(r, "conflict", NULL, "'%.64s' is a %s; only a flow enters or leaves a stock", id,
                atn_kind_name(s->series[flow].kind));
        return ATN_NONE;
    }
    const size_t taken = stock_of(s, flow, in);
    if (taken != ATN_NONE || stock_of(s, flow, !in) == stock) {
        ATN_BAD(r, "conflict", NULL, "'%.64s' %s '%.64s' already; it %s one stock at most", id,
                taken != ATN_NONE && !in ? "leaves" : "enters",
                s->series[taken != ATN_NONE ? taken : stock].id,
                taken == ATN_NONE ? "enters or leaves"
                : in              ? "enters"
                                  : "leaves");
        return ATN_NONE;
    }
    return flow;
}

static void read_flows(atn_reader *r, const cJSON *object, size_t stock, bool in)
{
    const char *key = in ? "inflows" : "outflows";
    const cJSON *list = atn_member(object, key), *item;
    if (!list) return;
    atn_series *series = &r->study->series[stock];
    if (!cJSON_IsArray(list)) {
        ATN_BAD(r, "wrong-type", key, "'%s' must be a list of flows' ids, not %s", key,
                atn_kind_of(list));
        return;
    }
    size_t *flows = ATN_MAKE(r, size_t, (size_t)cJSON_GetArraySize(list)), k = 0;
    if (!flows) return;
    *(in ? &series->inflows : &series->outflows) = flows;
    const size_t mark = atn_enter(r, key);
    cJSON_ArrayForEach (item, list) {
        const size_t inner = atn_enter_index(r, k++);
        const size_t flow = find_flow(r, item, stock, in);
        size_t *n = in ? &series->n_inflows : &series->n_outflows;
        if (flow != ATN_NONE) flows[(*n)++] = flow;
        atn_leave(r, inner);
    }
    atn_leave(r, mark);
}

/* A capacity is greater than 0 at every step. */
static void check_capacity(atn_reader *r, const atn_input *input)
{
    const attain_study *s = r->study;
    const long n = atn_calendar_step(&s->calendar, s->horizon) + 1;
    for (long k = 0; k < n && input->values; k++) {
        if (input->values[k] > 0) continue;
        char day[ATN_DATE_SIZE], value[ATN_NUMBER_SIZE];
        atn_date_format(atn_calendar_start(&s->calendar, k), day);
        atn_number_format(input->values[k], value);
        ATN_BAD(r, "negative-capacity", "capacity",
                "'%.64s' is %s on %s; a capacity is greater than 0 from origin to horizon",
                input->id, value, day);
        return;
    }
}

static void read_capacity(atn_reader *r, const cJSON *object, atn_series *series)
{
    attain_study *s = r->study;
    const char *id = atn_get_text(r, object, "capacity", false);
    if (!id) return;
    series->capacity = atn_find_id(id, s->inputs, sizeof *s->inputs, s->n_inputs);
    series->has_capacity = series->capacity != ATN_NONE;
    if (!series->has_capacity) {
        char hint[ATN_HINT_SIZE];
        atn_hint_ids(r, hint, id, s->inputs, sizeof *s->inputs, s->n_inputs);
        ATN_BAD(r, "unknown-input", "capacity", "no input is called '%.64s'%s", id, hint);
        return;
    }
    if (r->calendar_ok) check_capacity(r, &s->inputs[series->capacity]);
}

/* Who is turned away from one stock would have to stay in the other. */
static void refuse_limited_transfers(atn_reader *r, const atn_series *stock)
{
    for (size_t k = 0; stock->has_capacity && k < stock->n_inflows; k++) {
        const size_t from = stock_of(r->study, stock->inflows[k], false);
        if (from == ATN_NONE) continue;
        ATN_BAD(r, "conflict", "capacity",
                "'%.64s' comes from the stock '%.64s'; only flows from outside can be turned away",
                r->study->series[stock->inflows[k]].id, r->study->series[from].id);
    }
}

void atn_read_networks(atn_reader *r, const cJSON *study)
{
    attain_study *s = r->study;
    const cJSON *map = atn_member(study, "series");
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < s->n_series && !r->nomem; k++) {
            if (!s->series[k].balance) continue;
            const cJSON *object = atn_member(map, s->series[k].id);
            const size_t mark = atn_enter(r, "series");
            atn_enter(r, s->series[k].id);
            if (pass == 0) {
                read_flows(r, object, k, true);
                read_flows(r, object, k, false);
                read_capacity(r, object, &s->series[k]);
            } else {
                refuse_limited_transfers(r, &s->series[k]);
            }
            atn_leave(r, mark);
        }
}
