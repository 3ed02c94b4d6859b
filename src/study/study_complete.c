/* From texts to a study that can be fitted: defaults, priors, formulas, windows (METHODS 1-3). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ceiling.h"
#include "stats/distribution.h"
#include "study/study_data.h"

/* What default priors may use: m, t1, t2 of the series at hand. */
static const atn_name default_names[] = {{"m", false}, {"t1", false}, {"t2", false}};
enum { N_DEFAULT_NAMES = 3 };

typedef struct completion {
    attain_study *study;
    attain_diagnostics *list;
    attain_error *err;     /* first problem when there is no list */
    attain_status failure; /* of the first problem */
} completion;

static void problem(completion *c, attain_status status, const char *code, const atn_place *place,
                    const char *message)
{
    if (c->failure == ATTAIN_OK) {
        c->failure = status;
        atn_fail_at(c->err, status, place->pointer, place->line, place->column, "%s", message);
    }
    atn_diagnose(c->list, ATTAIN_SEVERITY_ERROR, code, place, "%s", message);
}

/* Parses a parameter's prior and cuts it to `lower`, `upper` and to what its role allows. */
static void complete_parameter(completion *c, atn_parameter *p, const double *defaults,
                               double role_lower, double role_upper)
{
    if (!p->present) return;
    const atn_place place = {.pointer = p->pointer};
    char text[200];
    if (p->fixed) {
        if (p->value > role_lower && p->value < role_upper) return;
        char value[ATN_NUMBER_SIZE];
        atn_number_format(p->value, value);
        snprintf(text, sizeof text, "%s is fixed at %s, outside its range", p->name, value);
        problem(c, ATTAIN_ERR_FIELD, "range", &place, text);
        return;
    }
    attain_error err = {0};
    attain_status status =
        atn_prior_parse(c->study->ctx, p->prior_text, default_names, defaults,
                        defaults ? N_DEFAULT_NAMES : 0, &c->study->calendar, &p->prior, &err);
    if (status == ATTAIN_OK)
        status = atn_prior_truncate(&p->prior, fmax(p->lower, role_lower),
                                    fmin(p->upper, role_upper), &err);
    if (status == ATTAIN_OK) return;
    if (status != ATTAIN_ERR_NOMEM && status != ATTAIN_ERR_FORMULA) status = ATTAIN_ERR_FIELD;
    char message[sizeof err.message + 100];
    snprintf(message, sizeof message, "prior of %.60s: %s", p->name, err.message);
    problem(c, status, "prior", &place, message);
}

/* Orders rows by release, then by what makes them one figure. */
static int compare_figures(const atn_report *a, const atn_report *b)
{
    const int release = strcmp(a->release_text, b->release_text);
    if (release != 0) return release;
    const double keys[][2] = {{(double)a->series, (double)b->series},
                              {(double)a->statistic, (double)b->statistic},
                              {(double)a->start, (double)b->start},
                              {(double)a->end, (double)b->end},
                              {(double)a->definition, (double)b->definition},
                              {a->value, b->value}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (keys[k][0] != keys[k][1]) return keys[k][0] < keys[k][1] ? -1 : 1;
    return 0;
}

/* Equal figures stay in the order of their rows. */
static int compare_rows(const void *a, const void *b)
{
    const atn_report *x = *(const atn_report *const *)a, *y = *(const atn_report *const *)b;
    const int order = compare_figures(x, y);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Reports that repeat an earlier row (same release, series, statistic, window, definition and
 * value) count once; reports from after as_of not at all. */
static bool mark_used(attain_study *study)
{
    atn_report **rows = ATN_NEW_ARRAY(study->ctx, atn_report *, study->n_reports);
    if (!rows) return false;
    size_t n = 0;
    for (size_t r = 0; r < study->n_reports; r++) {
        atn_report *report = &study->reports[r];
        report->duplicate_of = ATN_NONE;
        report->used = report->published <= study->as_of;
        if (report->used && report->release_text && report->release_text[0]) rows[n++] = report;
    }
    if (n > 1) qsort(rows, n, sizeof *rows, compare_rows);
    for (size_t k = 1, first = 0; k < n; k++) {
        if (compare_figures(rows[first], rows[k]) != 0) {
            first = k;
            continue;
        }
        rows[k]->used = false;
        rows[k]->duplicate_of = (size_t)(rows[first] - study->reports);
    }
    atn_free(study->ctx, rows);
    return true;
}

double atn_study_window(const attain_study *study, atn_day start, atn_day end)
{
    const atn_calendar *calendar = &study->calendar;
    const long first = atn_calendar_step(calendar, start), last = atn_calendar_step(calendar, end);
    if (end < start) return 0.0;
    const double ends = atn_calendar_share(calendar, first, start, end);
    if (first == last) return ends;
    return ends + (double)(last - first - 1) + atn_calendar_share(calendar, last, start, end);
}

/* The per-step rate or level that a report implies in its series' reference definition. */
static double implied_rate(const attain_study *study, const atn_report *report)
{
    double value = report->value;
    if (report->relation == ATN_BETWEEN) value = 0.5 * (value + report->upper);
    if (report->statistic == ATN_TOTAL)
        value /= atn_study_window(study, report->start, report->end);
    if (report->definition == ATN_NONE) return value;
    const atn_definition *definition = &study->definitions[report->definition];
    const bool factor = study->series[report->series].link == ATN_LINK_LOG;
    if (definition->reference || !factor || !definition->factor.present) return value;
    return value / (definition->factor.fixed ? definition->factor.value
                                             : atn_prior_quantile(&definition->factor.prior, 0.5));
}

static bool is_extreme(const atn_report *report)
{
    return report->statistic == ATN_MAX || report->statistic == ATN_MIN;
}

/* m, t1, t2 of METHODS 3.  Peaks and troughs speak of m only where nothing else does. */
static bool summarise_series(attain_study *study, size_t s)
{
    atn_series *series = &study->series[s];
    double *rates = ATN_NEW_ARRAY(study->ctx, double, study->n_reports + 1);
    if (!rates) return false;
    size_t n = 0;
    long first = 0, last = 0;
    bool any = false;
    for (int pass = 0; pass < 2 && n == 0; pass++) {
        for (size_t r = 0; r < study->n_reports; r++) {
            const atn_report *report = &study->reports[r];
            if (!report->used || report->series != s) continue;
            const long a = atn_calendar_step(&study->calendar, report->start);
            const long b = atn_calendar_step(&study->calendar, report->end);
            if (!any || a < first) first = a;
            if (!any || b > last) last = b;
            any = true;
            if (is_extreme(report) != (pass == 1)) continue;
            const double rate = implied_rate(study, report);
            if (isfinite(rate)) rates[n++] = rate;
        }
    }
    const double half = 0.5;
    series->typical = series->kind == ATN_SHARE ? 0.5 : 1.0;
    if (n > 0) atn_quantiles(rates, n, &half, 1, &series->typical);
    if (series->link == ATN_LINK_LOG && !(series->typical > 0)) series->typical = 1.0;
    series->t1 = any ? (double)first : 0.0;
    series->t2 = any ? (double)last : (double)study->n_steps - 1;
    if (series->t2 - series->t1 < 1) series->t2 = series->t1 + 1;
    atn_free(study->ctx, rates);
    return true;
}

/* Single steps, peaks and troughs cannot be read without scatter (METHODS 2). */
static bool needs_scatter(const attain_study *study, size_t s)
{
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        if (!report->used || report->series != s) continue;
        if (is_extreme(report) || report->statistic == ATN_VALUE) return true;
        if (atn_calendar_step(&study->calendar, report->start) ==
            atn_calendar_step(&study->calendar, report->end))
            return true;
    }
    for (size_t g = 0; g < study->n_goals; g++) {
        const atn_goal *goal = &study->goals[g];
        if (goal->form != ATN_GOAL_SINGLE || goal->series != s) continue;
        if (goal->statistic == ATN_VALUE || goal->readings_auto) return true;
        if (goal->statistic != ATN_TOTAL && goal->over <= 1) return true;
    }
    return false;
}

static bool set_default_prior(attain_study *study, atn_parameter *p, const char *name,
                              const char *prior)
{
    if (p->present) return true;
    p->name = p->name ? p->name : atn_strdup(study->ctx, name);
    p->prior_text = atn_strdup(study->ctx, prior);
    p->present = p->is_default = true;
    p->lower = -INFINITY;
    p->upper = INFINITY;
    return p->name && p->prior_text;
}

static bool complete_scatter(attain_study *study, size_t s)
{
    atn_series *series = &study->series[s];
    const bool possible = series->kind == ATN_FLOW && series->link == ATN_LINK_LOG;
    if (possible && !series->step_sigma_stated && needs_scatter(study, s) &&
        !set_default_prior(study, &series->step_sigma, "step_sigma", "half_normal(0.3)"))
        return false;
    atn_parameter *omega = &series->step_sigma;
    if (omega->present && omega->fixed && omega->value == 0) omega->present = false;
    return true;
}

static bool complete_deviation(attain_study *study, atn_series *series)
{
    atn_deviation *d = &series->deviation;
    if (d->every < 1) d->every = study->calendar.unit == ATN_STEP_DAY ? 7 : 1;
    bool ok = true;
    if (d->type != ATN_DEVIATION_NONE)
        ok = ok && set_default_prior(study, &d->sigma, "sigma", "half_normal(0.3)");
    if (d->type == ATN_DEVIATION_AR1)
        ok = ok && set_default_prior(study, &d->phi, "phi", "beta(9, 1)");
    if (d->type == ATN_DEVIATION_LOCAL_TREND)
        ok = ok && set_default_prior(study, &d->sigma_v, "sigma_v", "half_normal(0.3)");
    if (series->effect != ATN_EFFECT_NONE)
        ok = ok && set_default_prior(study, &series->effect_sigma, "sigma", "half_normal(0.3)");
    return ok;
}

static void complete_series_priors(completion *c, size_t s)
{
    atn_series *series = &c->study->series[s];
    const double defaults[N_DEFAULT_NAMES] = {series->typical, series->t1, series->t2};
    for (size_t k = 0; k < series->n_trends; k++)
        for (size_t p = 0; p < series->trends[k].n_parameters; p++)
            complete_parameter(c, &series->trends[k].parameters[p], defaults, -INFINITY, INFINITY);
    const double below_zero = nextafter(0.0, -1.0), above_one = nextafter(1.0, 2.0);
    atn_deviation *d = &series->deviation;
    /* a fixed 0 or 1 is fine, a free one must be able to move inside: bounds widen by one ulp */
    complete_parameter(c, &d->sigma, defaults, d->sigma.fixed ? below_zero : 0, INFINITY);
    complete_parameter(c, &d->sigma_v, defaults, d->sigma_v.fixed ? below_zero : 0, INFINITY);
    complete_parameter(c, &d->phi, defaults, d->phi.fixed ? below_zero : 0,
                       d->phi.fixed ? above_one : 1);
    complete_parameter(c, &series->effect_sigma, defaults,
                       series->effect_sigma.fixed ? below_zero : 0, INFINITY);
    complete_parameter(c, &series->step_sigma, defaults, 0, INFINITY);
}

/* The names a trend formula may use: see atn_trend. */
static atn_name *trend_names(const attain_study *study, const atn_trend *trend, size_t *n)
{
    *n = trend->n_parameters + 1 + study->n_inputs + study->n_series;
    atn_name *names = ATN_NEW_ARRAY(study->ctx, atn_name, *n);
    if (!names) return NULL;
    size_t k = 0;
    for (size_t p = 0; p < trend->n_parameters; p++)
        names[k++] = (atn_name){trend->parameters[p].name, false};
    names[k++] = (atn_name){"t", true};
    for (size_t i = 0; i < study->n_inputs; i++) names[k++] = (atn_name){study->inputs[i].id, true};
    for (size_t s = 0; s < study->n_series; s++) names[k++] = (atn_name){study->series[s].id, true};
    return names;
}

static attain_status compile_trend(completion *c, atn_trend *trend)
{
    size_t n;
    atn_name *names = trend_names(c->study, trend, &n);
    if (!names) return ATTAIN_ERR_NOMEM;
    attain_error err = {0};
    const attain_status status = atn_formula_compile(c->study->ctx, trend->formula_text, names, n,
                                                     &c->study->calendar, &trend->formula, &err);
    atn_free(c->study->ctx, names);
    if (status == ATTAIN_OK || status == ATTAIN_ERR_NOMEM) return status;
    char message[sizeof err.message + 40];
    snprintf(message, sizeof message, "formula, column %ld: %s", err.column, err.message);
    const atn_place place = {.pointer = trend->pointer};
    problem(c, ATTAIN_ERR_FORMULA, "formula", &place, message);
    return ATTAIN_OK;
}

/* Whether any candidate trend of series a reads series b. */
static bool reads(const attain_study *study, size_t a, size_t b)
{
    const atn_series *series = &study->series[a];
    for (size_t k = 0; k < series->n_trends; k++) {
        const atn_trend *trend = &series->trends[k];
        const size_t name = trend->n_parameters + 1 + study->n_inputs + b;
        if (trend->formula && atn_formula_uses(trend->formula, name)) return true;
    }
    return false;
}

/* A series that is reachable from itself would have to be known before it is computed; a stock that
 * is a balance of flows is known at the start of each step. */
static attain_status refuse_cycles(completion *c)
{
    const size_t n = c->study->n_series;
    bool *reach = ATN_NEW_ARRAY(c->study->ctx, bool, n *n);
    if (!reach) return ATTAIN_ERR_NOMEM;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            reach[a * n + b] = !c->study->series[b].balance && reads(c->study, a, b);
    for (size_t k = 0; k < n; k++) /* Warshall (1962) */
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++) reach[a * n + b] |= reach[a * n + k] && reach[k * n + b];
    for (size_t a = 0; a < n; a++) {
        if (!reach[a * n + a]) continue;
        char message[200];
        snprintf(message, sizeof message, "the formula of series '%.64s' depends on itself",
                 c->study->series[a].id);
        const atn_place place = {.pointer = c->study->series[a].trends[0].pointer};
        problem(c, ATTAIN_ERR_FORMULA, "cyclic-formula", &place, message);
        break;
    }
    atn_free(c->study->ctx, reach);
    return ATTAIN_OK;
}

/* A report must be something its series' path can be asked for. */
static void check_report(completion *c, const atn_report *report)
{
    const attain_study *study = c->study;
    const atn_series *series = &study->series[report->series];
    const bool single = report->statistic == ATN_VALUE || report->statistic == ATN_LEVEL;
    if (single && atn_calendar_step(&study->calendar, report->start) !=
                      atn_calendar_step(&study->calendar, report->end)) {
        char message[200];
        snprintf(message, sizeof message,
                 "a '%s' speaks of one %s but its window covers several; use 'mean' or 'total'",
                 atn_statistic_name(report->statistic), atn_step_unit_name(study->calendar.unit));
        problem(c, ATTAIN_ERR_TABLE, "window", &report->place, message);
    }
    if (is_extreme(report) && report->used && !series->step_sigma.present) {
        char message[200];
        snprintf(message, sizeof message,
                 "'%s' needs a flow with a log link and step_sigma > 0; series '%.64s' has none",
                 atn_statistic_name(report->statistic), series->id);
        problem(c, ATTAIN_ERR_TABLE, "statistic", &report->place, message);
    }
}

static void complete_groups(completion *c)
{
    attain_study *study = c->study;
    for (size_t d = 0; d < study->n_definitions; d++) {
        atn_definition *definition = &study->definitions[d];
        const bool factor = study->series[definition->series].link == ATN_LINK_LOG;
        complete_parameter(c, &definition->factor, NULL, factor ? 0 : -INFINITY, INFINITY);
    }
    complete_parameter(c, &study->scale, NULL, 0, INFINITY);
}

attain_status atn_study_complete(attain_study *study, attain_diagnostics *list, attain_error *err)
{
    completion c = {.study = study, .list = list, .err = err, .failure = ATTAIN_OK};
    study->n_steps = (size_t)(atn_calendar_step(&study->calendar, study->horizon) + 1);
    study->as_of_step = atn_calendar_step(&study->calendar, study->as_of);
    if (!mark_used(study)) return atn_fail_nomem(err);
    complete_groups(&c);
    if (c.failure != ATTAIN_OK) return c.failure; /* implied rates read the factors */
    for (size_t s = 0; s < study->n_series; s++) {
        if (!summarise_series(study, s) || !complete_scatter(study, s) ||
            !complete_deviation(study, &study->series[s]))
            return atn_fail_nomem(err);
        complete_series_priors(&c, s);
        for (size_t k = 0; k < study->series[s].n_trends; k++)
            if (compile_trend(&c, &study->series[s].trends[k]) != ATTAIN_OK)
                return atn_fail_nomem(err);
    }
    if (refuse_cycles(&c) != ATTAIN_OK) return atn_fail_nomem(err);
    for (size_t r = 0; r < study->n_reports; r++) check_report(&c, &study->reports[r]);
    atn_scenarios_check(study, 0, list);
    return c.failure == ATTAIN_OK ? atn_find_ceilings(study, err) : c.failure;
}

void atn_parameter_describe(const atn_parameter *parameter, char *buffer, size_t size)
{
    if (!parameter->fixed) {
        atn_prior_format(&parameter->prior, buffer, size);
        return;
    }
    char number[ATN_NUMBER_SIZE];
    atn_number_format(parameter->value, number);
    snprintf(buffer, size, "%s (fixed)", number);
}

static size_t root(const size_t *parent, size_t k)
{
    while (parent[k] != k) k = parent[k];
    return k;
}

/* Joins the groups of a and b in a union-find forest. */
static void join(size_t *parent, size_t a, size_t b)
{
    const size_t ra = root(parent, a), rb = root(parent, b);
    if (ra < rb)
        parent[rb] = ra;
    else
        parent[ra] = rb;
}

/* Series whose reports share a group's bias are tied together. */
static void join_by_bias(const attain_study *study, size_t *parent, bool release)
{
    const size_t n = release ? study->n_releases : study->n_sources;
    for (size_t g = 0; g < n; g++) {
        if (!((release ? study->releases : study->sources)[g].bias_sd > 0)) continue;
        const atn_report *first = NULL;
        for (size_t r = 0; r < study->n_reports; r++) {
            const atn_report *report = &study->reports[r];
            if (!report->used || (release ? report->release : report->source) != g) continue;
            if (!first) first = report;
            join(parent, first->series, report->series);
        }
    }
}

bool atn_study_tied(const attain_study *study, size_t s)
{
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        if (report->used && report->series != s &&
            (reads(study, s, report->series) || reads(study, report->series, s)))
            return true;
    }
    return false;
}

size_t atn_study_blocks(const attain_study *study, size_t *block_of)
{
    const size_t n = study->n_series;
    for (size_t s = 0; s < n; s++) block_of[s] = s;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            if (reads(study, a, b)) join(block_of, a, b);
    for (size_t s = 0; s < n; s++) {
        const atn_series *stock = &study->series[s];
        for (size_t k = 0; k < stock->n_inflows; k++) join(block_of, s, stock->inflows[k]);
        for (size_t k = 0; k < stock->n_outflows; k++) join(block_of, s, stock->outflows[k]);
    }
    join_by_bias(study, block_of, false);
    join_by_bias(study, block_of, true);
    if (study->scale.present && !study->scale.fixed)
        for (size_t s = 1; s < n; s++) join(block_of, 0, s);
    /* parents have smaller indices, so one pass turns roots into consecutive numbers */
    size_t count = 0;
    for (size_t s = 0; s < n; s++) block_of[s] = block_of[s] == s ? count++ : block_of[block_of[s]];
    return count;
}
