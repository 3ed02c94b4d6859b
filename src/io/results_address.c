/* Addresses: one name for a number everywhere ("goals/first-year-600k/dhs/any-day/probability").
 *
 * Objects are entered by key, arrays by id, definition, reading, name, trend, row or place.  The
 * levels that only group (definitions, readings, quantiles) may be left out, and so may a part
 * where there is a single choice. */
#include "results_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_PARTS = 32 };

static const char *const GROUPING[] = {"definitions", "readings", "quantiles"};
static const char *const NAMES[] = {"id", "definition", "reading", "name", "trend"};
enum { N_GROUPING = 3, N_NAMES = 5 };

typedef struct part {
    const char *text;
    size_t length;
} part;

/* The furthest an address got before it failed: what the error message speaks of. */
typedef struct trail {
    const part *parts;
    size_t n_parts;
    const cJSON *stuck; /* the group in which parts[depth] was sought */
    size_t depth;
} trail;

static bool is(const part *p, const char *text)
{
    return text && strlen(text) == p->length && memcmp(text, p->text, p->length) == 0;
}

static const cJSON *member(const cJSON *object, const part *p)
{
    const cJSON *c = object->child;
    while (c && !is(p, c->string)) c = c->next;
    return c;
}

/* The text by which an element of an array is known, or NULL. */
static const char *name_of(const cJSON *element)
{
    if (!cJSON_IsObject(element)) return NULL;
    for (size_t i = 0; i < N_NAMES; i++) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(element, NAMES[i]);
        if (cJSON_IsString(name)) return name->valuestring;
    }
    return NULL;
}

const char *atn_node_name(const atn_node *element)
{
    return element ? name_of(atn_node_item(element)) : NULL;
}

bool atn_node_groups(const char *key)
{
    bool groups = false;
    for (size_t i = 0; i < N_GROUPING; i++) groups |= strcmp(key, GROUPING[i]) == 0;
    return groups;
}

static const cJSON *element(const cJSON *array, const part *p)
{
    for (const cJSON *c = array->child; c; c = c->next)
        if (is(p, name_of(c))) return c;
    long index;
    if (!atn_integer_parse(p->text, p->length, &index) || index < 0) return NULL;
    const bool by_row = array->child && cJSON_GetObjectItemCaseSensitive(array->child, "row");
    long place = 0;
    for (const cJSON *c = array->child; c; c = c->next, place++) {
        if (!by_row && place == index) return c;
        const cJSON *row = by_row ? cJSON_GetObjectItemCaseSensitive(c, "row") : NULL;
        if (cJSON_IsNumber(row) && fabs(row->valuedouble - (double)index) <= 0.0) return c;
    }
    return NULL;
}

static const cJSON *resolve(const cJSON *item, size_t depth, trail *t)
{
    if (depth == t->n_parts) return item;
    const bool object = cJSON_IsObject(item), array = cJSON_IsArray(item);
    if (object || array) {
        if (!t->stuck || depth > t->depth) {
            t->stuck = item;
            t->depth = depth;
        }
        const cJSON *next =
            object ? member(item, &t->parts[depth]) : element(item, &t->parts[depth]);
        const cJSON *found = next ? resolve(next, depth + 1, t) : NULL;
        if (found) return found;
        if (array && item->child && !item->child->next) return resolve(item->child, depth, t);
        for (size_t i = 0; object && i < N_GROUPING; i++) {
            const cJSON *group = cJSON_GetObjectItemCaseSensitive(item, GROUPING[i]);
            found = group ? resolve(group, depth, t) : NULL;
            if (found) return found;
        }
        /* `why` and a report's influence speak of goals by their ids */
        const cJSON *goals =
            object && depth > 0 ? cJSON_GetObjectItemCaseSensitive(item, "goals") : NULL;
        if (goals && (found = resolve(goals, depth, t)) != NULL) return found;
    } else if (!t->stuck || depth > t->depth) {
        t->stuck = item;
        t->depth = depth;
    }
    return NULL;
}

/* Names that may stand where an address failed, through grouping levels and single choices; for
 * the error message. */
static void choices(const cJSON *item, const char **names, size_t *n, size_t capacity, int levels)
{
    const bool single = cJSON_IsArray(item) && item->child && !item->child->next;
    for (const cJSON *c = item ? item->child : NULL; c && *n < capacity; c = c->next) {
        const char *name = cJSON_IsObject(item) ? c->string : name_of(c);
        const bool grouping = name && cJSON_IsObject(item) && atn_node_groups(name);
        if (name && !grouping) names[(*n)++] = name;
        if ((grouping || single) && levels > 0) choices(c, names, n, capacity, levels - 1);
    }
}

/* Where a choice was skipped, the choice; else the group itself. */
static const cJSON *unmade_choice(const cJSON *item)
{
    for (size_t i = 0; i < N_GROUPING && cJSON_IsObject(item); i++) {
        const cJSON *group = cJSON_GetObjectItemCaseSensitive(item, GROUPING[i]);
        while (cJSON_IsArray(group) && group->child) {
            if (group->child->next) return group;
            group = cJSON_GetObjectItemCaseSensitive(group->child, GROUPING[1]);
        }
    }
    return item;
}

static attain_status not_found(const trail *t, attain_error *err)
{
    enum { CAPACITY = 512, SHOWN = 8 };
    const char *names[CAPACITY];
    char list[160] = "", wanted[72];
    size_t n = 0, used = 0;
    const part *p = &t->parts[t->depth];
    snprintf(wanted, sizeof wanted, "%.*s", (int)(p->length < 64 ? p->length : 64), p->text);
    if (!cJSON_IsObject(t->stuck) && !cJSON_IsArray(t->stuck))
        return atn_fail(err, ATTAIN_ERR_ADDRESS,
                        "\"%s\" cannot be looked up: a single value stands before it", wanted);
    choices(t->stuck, names, &n, CAPACITY, 4);
    const char *near = atn_suggest(wanted, names, n);
    if (near)
        return atn_fail(err, ATTAIN_ERR_ADDRESS, "no \"%s\" there; did you mean \"%s\"?", wanted,
                        near);
    n = 0;
    choices(unmade_choice(t->stuck), names, &n, CAPACITY, 4);
    for (size_t i = 0; i < n && i < SHOWN && used + strlen(names[i]) + 8 < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    if (n == 0)
        return atn_fail(err, ATTAIN_ERR_ADDRESS, "no \"%s\" there: the list holds %d values",
                        wanted, cJSON_GetArraySize(t->stuck));
    return atn_fail(err, ATTAIN_ERR_ADDRESS, "no \"%s\" there; what stands there: %s%s", wanted,
                    list, n > SHOWN ? ", ..." : "");
}

static attain_status find(const cJSON *from, const char *address, size_t length,
                          const cJSON **found, attain_error *err)
{
    part parts[MAX_PARTS];
    trail t = {.parts = parts};
    const char *end = address + length;
    for (const char *s = address; s < end;) {
        const char *slash = memchr(s, '/', (size_t)(end - s));
        const size_t n = (size_t)((slash ? slash : end) - s);
        if (n > 0) {
            if (t.n_parts == MAX_PARTS)
                return atn_fail(err, ATTAIN_ERR_ADDRESS, "an address has at most %d parts",
                                MAX_PARTS);
            parts[t.n_parts++] = (part){s, n};
        }
        s += n + (slash != NULL);
    }
    *found = resolve(from, 0, &t);
    return *found ? ATTAIN_OK : not_found(&t, err);
}

/* Down through single choices to a value, where there is nothing to choose. */
static const cJSON *settle(const cJSON *item)
{
    while (cJSON_IsArray(item) && item->child && !item->child->next) item = item->child;
    return item;
}

attain_status atn_node_find(const atn_node *from, const char *address, size_t length,
                            const atn_node **found, attain_error *err)
{
    const cJSON *item = NULL;
    const attain_status status = find(atn_node_item(from), address, length, &item, err);
    *found = atn_item_node(item);
    return status;
}

const atn_node *atn_node_settle(const atn_node *node)
{
    return node ? atn_item_node(settle(atn_node_item(node))) : NULL;
}

static attain_status wrong_kind(const cJSON *item, const char *address, size_t length,
                                const char *wanted, attain_error *err)
{
    return atn_fail(err, ATTAIN_ERR_ADDRESS, "a %s stands at \"%.*s\", not a %s",
                    atn_node_kind_name(atn_node_kind_of(atn_item_node(item))),
                    (int)(length < 100 ? length : 100), address, wanted);
}

/* NaN for null, 0 and 1 for false and true. */
static bool as_number(const cJSON *item, double *number)
{
    *number = cJSON_IsNumber(item) ? item->valuedouble : cJSON_IsTrue(item) ? 1.0 : 0.0;
    if (cJSON_IsNull(item)) *number = NAN;
    return cJSON_IsNumber(item) || cJSON_IsBool(item) || cJSON_IsNull(item);
}

/* Days since 1970.  A date that is null lies beyond the horizon: later than any other. */
static bool as_day(const cJSON *item, double *number)
{
    atn_day day = 0;
    *number = INFINITY;
    if (cJSON_IsNull(item)) return true;
    if (!cJSON_IsString(item) ||
        !atn_date_parse(item->valuestring, strlen(item->valuestring), &day))
        return false;
    *number = day;
    return true;
}

attain_status attain_results_number(const attain_results *results, const char *address,
                                    double *number, attain_error *err)
{
    atn_error_clear(err);
    const cJSON *item = NULL;
    const size_t length = strlen(address);
    double value;
    const attain_status status = find(results->root, address, length, &item, err);
    if (status != ATTAIN_OK) return status;
    item = settle(item);
    if (!as_number(item, &value)) return wrong_kind(item, address, length, "number", err);
    *number = value;
    return ATTAIN_OK;
}

attain_status attain_results_text(const attain_results *results, const char *address, char **text,
                                  attain_error *err)
{
    atn_error_clear(err);
    *text = NULL;
    const cJSON *item = NULL;
    const attain_status status = find(results->root, address, strlen(address), &item, err);
    if (status != ATTAIN_OK) return status;
    atn_text out;
    atn_text_init(&out, results->ctx);
    if (cJSON_IsString(item))
        atn_text_add(&out, item->valuestring);
    else
        atn_node_print(atn_item_node(item), &out);
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}

typedef enum comparison { LESS, LESS_EQUAL, MORE, MORE_EQUAL, EQUAL, UNEQUAL } comparison;

static bool compare(comparison how, double a, double b)
{
    if (isnan(a) || isnan(b)) return false;
    switch (how) {
    case LESS: return a < b;
    case LESS_EQUAL: return a <= b;
    case MORE: return a > b;
    case MORE_EQUAL: return a >= b;
    case EQUAL: return !(a < b) && !(a > b);
    case UNEQUAL: return a < b || a > b;
    }
    return false;
}

/* Splits at the operator; false when there is none. */
static bool split(const char *text, size_t *before, size_t *after, comparison *how)
{
    const size_t at = strcspn(text, "<>=!");
    const char c = text[at];
    const bool doubled = c && text[at + 1] == '=';
    if (!c || ((c == '=' || c == '!') && !doubled)) return false;
    *how = c == '<'   ? (doubled ? LESS_EQUAL : LESS)
           : c == '>' ? (doubled ? MORE_EQUAL : MORE)
           : c == '=' ? EQUAL
                      : UNEQUAL;
    *before = at;
    *after = at + (doubled ? 2 : 1);
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* An assertion taken apart: an address, an operator, a number or a day. */
typedef struct assertion {
    const char *address;
    size_t length;
    comparison how;
    double limit;
    bool date; /* limit is a day since 1970 */
} assertion;

/* ARGUMENT with what was found where something else was expected. */
static attain_status parse_assertion(const char *text, assertion *out, attain_error *err)
{
    static const char expected[] =
        "expected ADDRESS, one of < <= > >= == !=, and a number or a date";
    size_t before, after;
    if (!split(text, &before, &after, &out->how))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "%s; found \"%.80s\", which compares nothing",
                        expected, text);
    const char *start = text, *end = text + strlen(text);
    const char *stop = text + before, *value = text + after;
    while (start < stop && is_space(*start)) start++;
    while (stop > start && is_space(stop[-1])) stop--;
    while (is_space(*value)) value++;
    while (end > value && is_space(end[-1])) end--;
    out->address = start;
    out->length = (size_t)(stop - start);
    if (start == stop)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "%s; found no address in \"%.80s\"", expected,
                        text);
    atn_day day = 0;
    out->date = atn_date_parse(value, (size_t)(end - value), &day);
    if (out->date)
        out->limit = day;
    else if (!atn_number_parse(value, (size_t)(end - value), &out->limit))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "%s; found \"%.*s\" for the number in \"%.80s\"",
                        expected, (int)(end - value > 40 ? 40 : end - value), value, text);
    return ATTAIN_OK;
}

attain_status attain_assertion_check(const char *assertion_text, attain_error *err)
{
    assertion parsed;
    atn_error_clear(err);
    if (!assertion_text) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "the assertion is NULL");
    return parse_assertion(assertion_text, &parsed, err);
}

attain_status atn_node_assert(const atn_node *root, const atn_node *here, const char *text,
                              bool *holds, const atn_node **found, attain_error *err)
{
    assertion parsed;
    const cJSON *item = NULL;
    double number = NAN;
    attain_status status = parse_assertion(text, &parsed, err);
    if (status != ATTAIN_OK) return status;
    const bool relative = parsed.length > 2 && memcmp(parsed.address, "./", 2) == 0;
    const size_t skip = relative ? 2 : 0;
    status = find(atn_node_item(relative ? here : root), parsed.address + skip,
                  parsed.length - skip, &item, err);
    if (status != ATTAIN_OK) return status;
    item = settle(item);
    if (parsed.date ? !as_day(item, &number) : !as_number(item, &number))
        return wrong_kind(item, parsed.address, parsed.length, parsed.date ? "date" : "number",
                          err);
    *holds = compare(parsed.how, number, parsed.limit);
    *found = atn_item_node(item);
    return ATTAIN_OK;
}

attain_status attain_results_assert(const attain_results *results, const char *assertion_text,
                                    bool *holds, attain_error *err)
{
    const atn_node *root = atn_document_root(results), *found;
    atn_error_clear(err);
    return atn_node_assert(root, root, assertion_text, holds, &found, err);
}
