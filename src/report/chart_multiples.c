/* Scenarios on one path: the answer told, the cells, their numbers and scales. */
#include "chart_multiples.h"

#include <math.h>
#include <string.h>

static const char *const LEVELS[N_LEVELS] = {"0.1", "0.5", "0.9"};

static const atn_node *path_of(const atn_node *scenario, const char *series, bool total)
{
    const atn_node *list = atn_node_get(scenario, "paths");
    for (const atn_node *p = atn_node_first(list); p; p = atn_node_next(p))
        if (strcmp(atn_text_of(p, "series"), series) == 0 &&
            atn_node_true(atn_node_get(p, "total")) == total)
            return p;
    return NULL;
}

static bool counts(const atn_multiples *m, const atn_answer *a)
{
    const bool total = strcmp(atn_text_of(a->goal, "statistic"), "total") == 0;
    return a->series == m->series && total == m->total &&
           strcmp(atn_text_of(a->definition, "definition"), "pooled") != 0;
}

double atn_multiples_move(const atn_node *reading)
{
    const double p = atn_node_number(atn_node_path(reading, "difference/probability"));
    return isfinite(p) ? p : 0.0;
}

bool atn_multiples_sets(const atn_multiples *m, const atn_node *scenario)
{
    const char *id = atn_text_of(m->series, "id");
    const size_t length = strlen(id);
    const atn_node *list = atn_node_get(scenario, "changes");
    for (const atn_node *c = atn_node_first(list); c; c = atn_node_next(c)) {
        const char *text = atn_node_text(c);
        if (text && strncmp(text, "replace ", 8) == 0 && strncmp(text + 8, id, length) == 0 &&
            text[8 + length] == ' ')
            return true;
    }
    return false;
}

/* The answer of which some scenario changes the chance most; returns by how much. */
static double choose_answer(atn_multiples *m, bool also_set)
{
    double most = -1.0;
    const atn_node *list = atn_node_get(m->root, "scenarios");
    for (atn_answer a = {0}; atn_answer_next(m->root, &a);) {
        if (!counts(m, &a)) continue;
        for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s)) {
            if (!path_of(s, atn_text_of(m->series, "id"), m->total)) continue;
            if (!also_set && atn_multiples_sets(m, s)) continue;
            const double move = fabs(atn_multiples_move(atn_scenario_reading(s, &a)));
            if (move <= most + 0.005) continue;
            most = move;
            m->a = a;
        }
    }
    return most;
}

void atn_multiples_gather(atn_multiples *m)
{
    if (choose_answer(m, false) < ATN_MOVED) (void)choose_answer(m, true);
    const atn_node *list = atn_node_get(m->root, "scenarios");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s)) {
        const atn_node *path = path_of(s, atn_text_of(m->series, "id"), m->total);
        if (!path)
            m->n_still++;
        else if (m->n == ATN_MAX_CELLS)
            m->n_more++;
        else
            m->cells[m->n++] =
                (atn_cell){.scenario = s,
                           .path = path,
                           .reading = m->a.goal ? atn_scenario_reading(s, &m->a) : NULL};
    }
}

static bool read_levels(atn_multiples *m, const atn_node *group, double *q[N_LEVELS], bool *good)
{
    for (size_t k = 0; k < N_LEVELS; k++) {
        q[k] = ATN_NEW_ARRAY(m->ctx, double, m->n_days);
        if (!q[k]) return false;
        *good &= atn_node_numbers(atn_node_get(group, LEVELS[k]), q[k], m->n_days) == m->n_days;
    }
    return true;
}

/* The median without, at the dates of the scenarios' paths. */
static bool read_ghost(atn_multiples *m)
{
    atn_fan fan;
    if (!atn_fan_read(&fan, m->ctx, m->series, m->total ? "total_quantiles" : "quantiles"))
        return false;
    for (size_t i = 0; i < m->n_days && fan.n > 0; i++)
        m->ghost[i] = fan.q[ATN_BAND_MEDIAN][atn_fan_at(&fan, m->days[i])];
    atn_day start;
    if (m->total && fan.n > 0 && m->a.goal &&
        atn_iso_day(atn_text_of(m->a.goal, "start"), &start) && start > fan.days[0])
        m->shift = -m->scale * fan.q[ATN_BAND_MEDIAN][atn_fan_at(&fan, start - 1)];
    if (fan.n == 0) m->n = 0; /* nothing to draw against */
    atn_fan_free(&fan);
    return true;
}

void atn_multiples_free(atn_multiples *m)
{
    for (size_t k = 0; k < ATN_MAX_CELLS; k++)
        for (size_t l = 0; l < N_LEVELS; l++) {
            atn_free(m->ctx, m->cells[k].q[l]);
            atn_free(m->ctx, m->cells[k].change[l]);
        }
    atn_free(m->ctx, m->days);
    atn_free(m->ctx, m->ghost);
}

double atn_multiples_shown(const atn_multiples *m, double y)
{
    return y * m->scale + m->shift;
}

static void choose_ranges(atn_multiples *m)
{
    m->low = m->share ? INFINITY : 0.0;
    m->high = -INFINITY;
    for (size_t i = 0; i < m->n_days; i++) {
        if (m->days[i] < m->first || m->days[i] > m->last) continue;
        for (size_t k = 0; k < m->n; k++) {
            const atn_cell *c = &m->cells[k];
            m->low = fmin(m->low, fmin(atn_multiples_shown(m, c->q[LOW][i]),
                                       atn_multiples_shown(m, m->ghost[i])));
            m->high = fmax(m->high, fmax(atn_multiples_shown(m, c->q[HIGH][i]),
                                         atn_multiples_shown(m, m->ghost[i])));
            m->change_low = fmin(m->change_low, m->scale * c->change[LOW][i]);
            m->change_high = fmax(m->change_high, m->scale * c->change[HIGH][i]);
        }
    }
    if (m->target < 1.6 * m->high) m->high = fmax(m->high, m->target);
    const double room = 0.06 * (m->high - m->low);
    m->high += room;
    if (m->share || m->low < 0) m->low -= room;
    const double spare = 0.08 * (m->change_high - m->change_low);
    m->change_high += spare;
    if (m->change_low < 0) m->change_low -= spare;
}

bool atn_multiples_read(atn_multiples *m)
{
    const atn_node *dates = atn_node_get(m->cells[0].path, "dates");
    bool good = true;
    size_t i = 0;
    m->n_days = atn_node_size(dates);
    m->days = ATN_NEW_ARRAY(m->ctx, atn_day, m->n_days);
    m->ghost = ATN_NEW_ARRAY(m->ctx, double, m->n_days);
    if (!m->days || !m->ghost) return false;
    for (const atn_node *d = atn_node_first(dates); d; d = atn_node_next(d), i++)
        good &= atn_iso_day(atn_node_text(d), &m->days[i]);
    for (size_t k = 0; k < m->n; k++) {
        atn_cell *c = &m->cells[k];
        if (!read_levels(m, atn_node_get(c->path, "quantiles"), c->q, &good) ||
            !read_levels(m, atn_node_get(c->path, "difference"), c->change, &good))
            return false;
    }
    if (!good || m->n_days < 2) m->n = 0;
    if (m->n == 0) return true;
    if (!read_ghost(m)) return false;
    if (m->n > 0) choose_ranges(m);
    return true;
}
