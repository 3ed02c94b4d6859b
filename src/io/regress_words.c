/* The small texts of a regression: "b1=500,b2=1e-4", "b1=normal(0,10); b2=beta(2,2)", "b1=0:". */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "regress_internal.h"

/* One NAME=VALUE of a text. */
typedef struct item {
    const char *field, *text; /* "start" and the whole of it */
    const char *name, *value;
    size_t name_length, value_length;
} item;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void trim(const char **at, size_t *n)
{
    while (*n > 0 && is_space(**at)) ++*at, --*n;
    while (*n > 0 && is_space((*at)[*n - 1])) --*n;
}

static atn_place place_of(const item *i, const char *at)
{
    return (atn_place){.line = 1, .column = (long)(at - i->text) + 1};
}

#define BAD(job, status, i, where, ...)                                                            \
    do {                                                                                           \
        const atn_place bad_place = place_of((i), (where));                                        \
        atn_regress_problem((job), (status), (i)->field, &bad_place, __VA_ARGS__);                 \
    } while (0)

static int shown(size_t n)
{
    return n < 40 ? (int)n : 40;
}

/* A constant expression; `what` says whose. */
static bool read_number(atn_regress_job *job, const item *i, const char *at, size_t n, double *x)
{
    trim(&at, &n);
    char *text = atn_strndup(job->ctx, at, n);
    attain_error err = {0};
    if (!text) return false;
    const attain_status status =
        atn_formula_constant(job->ctx, text, NULL, NULL, 0,
                             job->table->has_dates ? &job->table->calendar : NULL, x, &err);
    atn_free(job->ctx, text);
    const long shift = err.column > 0 ? err.column - 1 : 0;
    if (status == ATTAIN_ERR_NOMEM) return false;
    if (status)
        BAD(job, status, i, at + shift, "%s of %.*s: %s", i->field, shown(i->name_length), i->name,
            err.message);
    else if (!isfinite(*x))
        BAD(job, ATTAIN_ERR_ARGUMENT, i, at, "%s of %.*s: '%.*s' is no finite number", i->field,
            shown(i->name_length), i->name, shown(n), at);
    return status == ATTAIN_OK && isfinite(*x);
}

static bool is_name(const char *at, size_t n)
{
    bool letter = false;
    for (size_t k = 0; k < n; k++) {
        const bool alpha = (at[k] >= 'a' && at[k] <= 'z') || (at[k] >= 'A' && at[k] <= 'Z');
        if (!alpha && at[k] != '_' && !(k > 0 && at[k] >= '0' && at[k] <= '9')) return false;
        letter = letter || alpha;
    }
    return letter;
}

static void take_start(atn_regress_job *job, const item *i)
{
    char name[65];
    snprintf(name, sizeof name, "%.*s", i->name_length < 64 ? (int)i->name_length : 64, i->name);
    size_t k = atn_regress_find(job, i->name, i->name_length);
    const bool curve = job->settings->curve != NULL;
    if (k < job->n_parameters && job->parameters[k].started) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name, "start names %s twice", name);
        return;
    }
    if (k == job->n_parameters && curve) {
        char hint[ATN_REGRESS_HINT];
        atn_regress_hint_parameter(job, name, hint);
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name, "start: the curve %.64s has no parameter '%s'%s",
            job->settings->curve, name, hint);
        return;
    }
    if (!curve && atn_formula_has_own(name)) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name,
            "start: '%s' is a function or constant of the formula language and cannot be a "
            "parameter",
            name);
        return;
    }
    if (!curve && atn_number_column_find(job->table, name) < job->table->n_columns) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name,
            "start: '%s' is a column of the table and cannot be a parameter too", name);
        return;
    }
    double start;
    const bool good = read_number(job, i, i->value, i->value_length, &start);
    /* named is named: the formula's use of it is no second problem */
    if (k == job->n_parameters && !atn_regress_add(job, i->name, i->name_length)) return;
    job->parameters[k].started = true;
    if (good) job->parameters[k].start = start;
}

/* The parameter an item of `prior` or `bounds` speaks of; NULL if there is none. */
static atn_regress_parameter *known(atn_regress_job *job, const item *i)
{
    const size_t k = atn_regress_find(job, i->name, i->name_length);
    if (k < job->n_parameters) return &job->parameters[k];
    if (!job->parameters_known) return NULL; /* it may stand in what could not be read */
    char name[65], hint[ATN_REGRESS_HINT];
    snprintf(name, sizeof name, "%.*s", i->name_length < 64 ? (int)i->name_length : 64, i->name);
    atn_regress_hint_parameter(job, name, hint);
    BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name, "%s: there is no parameter '%s'%s", i->field, name,
        hint);
    return NULL;
}

/* The sd of a posterior's errors, which `prior` may name like a parameter. */
static bool is_sigma(const atn_regress_job *job, const item *i)
{
    const char sigma[] = "sigma";
    return i->name_length == sizeof sigma - 1 && memcmp(i->name, sigma, sizeof sigma - 1) == 0 &&
           atn_regress_find(job, sigma, sizeof sigma - 1) == job->n_parameters;
}

static void parse_prior(atn_regress_job *job, const item *i, const char *name, bool *has_prior,
                        atn_prior *prior)
{
    if (*has_prior) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name, "prior names %s twice", name);
        return;
    }
    char *text = atn_strndup(job->ctx, i->value, i->value_length);
    if (!text) return;
    attain_error err = {0};
    const attain_status status =
        atn_prior_parse(job->ctx, text, NULL, NULL, 0,
                        job->table->has_dates ? &job->table->calendar : NULL, prior, &err);
    atn_free(job->ctx, text);
    const long shift = err.column > 0 ? err.column - 1 : 0;
    if (status == ATTAIN_OK)
        *has_prior = true;
    else if (status != ATTAIN_ERR_NOMEM)
        BAD(job, ATTAIN_ERR_FORMULA, i, i->value + shift, "prior of %s: %s", name, err.message);
}

static void take_sigma(atn_regress_job *job, const item *i)
{
    attain_error err = {0};
    if (!atn_regress_is_sampled(job)) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name,
            "prior: sigma, the sd of the errors, has one only where the posterior is sampled (fit "
            "nuts)");
        return;
    }
    parse_prior(job, i, "sigma", &job->has_sigma_prior, &job->sigma_prior);
    if (job->has_sigma_prior &&
        atn_prior_truncate(&job->sigma_prior, 0.0, INFINITY, &err) != ATTAIN_OK)
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->value, "prior of sigma, which lies above 0: %s",
            err.message);
}

static void take_prior(atn_regress_job *job, const item *i)
{
    if (is_sigma(job, i)) {
        take_sigma(job, i);
        return;
    }
    atn_regress_parameter *p = known(job, i);
    if (p) parse_prior(job, i, p->name, &p->has_prior, &p->prior);
}

static void take_bounds(atn_regress_job *job, const item *i)
{
    atn_regress_parameter *p = known(job, i);
    if (!p) return;
    if (p->bounded) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->name, "bounds name %s twice", p->name);
        return;
    }
    const char *colon = memchr(i->value, ':', i->value_length);
    const char *low = i->value, *high = colon ? colon + 1 : NULL;
    size_t n_low = colon ? (size_t)(colon - low) : 0,
           n_high = colon ? i->value_length - n_low - 1 : 0;
    trim(&low, &n_low);
    if (colon) trim(&high, &n_high);
    if (n_low + n_high == 0) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->value,
            "bounds of %s: found '%.*s', expected LOWER:UPPER, LOWER: or :UPPER", p->name,
            shown(i->value_length), i->value);
        return;
    }
    double lower = -INFINITY, upper = INFINITY;
    bool good = n_low == 0 || read_number(job, i, low, n_low, &lower);
    good = (n_high == 0 || read_number(job, i, high, n_high, &upper)) && good;
    if (good && !(lower <= upper)) {
        BAD(job, ATTAIN_ERR_ARGUMENT, i, i->value,
            "bounds of %s: the lower one, %.*s, is above the upper one, %.*s", p->name,
            shown(n_low), low, shown(n_high), high);
        good = false;
    }
    if (!good) return;
    p->bounded = true;
    p->lower = lower;
    p->upper = upper;
}

/* Bytes up to the next ',' or ';' outside brackets. */
static size_t item_length(const char *text)
{
    int depth = 0;
    size_t n = 0;
    for (; text[n]; n++) {
        if (text[n] == '(') depth++;
        if (text[n] == ')' && depth > 0) depth--;
        if (depth == 0 && (text[n] == ',' || text[n] == ';')) break;
    }
    return n;
}

static void read_items(atn_regress_job *job, const char *field, const char *text,
                       const char *example, void take(atn_regress_job *, const item *))
{
    for (const char *at = text;;) {
        const size_t whole = item_length(at);
        size_t n = whole;
        const char *start = at;
        trim(&start, &n);
        const char *equals = memchr(start, '=', n);
        item i = {.field = field, .text = text, .name = start};
        i.name_length = equals ? (size_t)(equals - start) : n;
        i.value = equals ? equals + 1 : start + n;
        i.value_length = (size_t)(start + n - i.value);
        trim(&i.name, &i.name_length);
        trim(&i.value, &i.value_length);
        if (!equals || i.name_length == 0 || i.value_length == 0)
            BAD(job, ATTAIN_ERR_ARGUMENT, &i, start, "%s: found '%.*s', expected %s", field,
                shown(n), start, example);
        else if (!is_name(i.name, i.name_length))
            BAD(job, ATTAIN_ERR_ARGUMENT, &i, i.name,
                "%s: found '%.*s', expected a name of letters, digits and _", field,
                shown(i.name_length), i.name);
        else
            take(job, &i);
        at += whole;
        if (!*at) break;
        at++;
    }
}

void atn_regress_words(atn_regress_job *job)
{
    const attain_regression_settings *s = job->settings;
    const attain_status before = job->status;
    if (s->start) read_items(job, "start", s->start, "NAME=NUMBER such as b1=500", take_start);
    job->parameters_known = job->status == before;
    if (s->prior)
        read_items(job, "prior", s->prior, "NAME=PRIOR such as b1=normal(0, 10)", take_prior);
    if (s->bounds)
        read_items(job, "bounds", s->bounds, "NAME=LOWER:UPPER such as b1=0:", take_bounds);
}
