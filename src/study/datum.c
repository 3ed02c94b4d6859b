/* Reports as data: windows in steps, statements as intervals on the link scale (METHODS 4). */
#include "base/text.h"
#include "model_internal.h"

/* q = c 10^k, c in {1, 2.5, 5}, that divides V exactly with V / 1000 <= q <= V / 2; if there is
 * none, V / 1000 alone.  Probabilities are proportional to sqrt(q). */
size_t atn_grains(double value, double own_grain, double *q, double *probability)
{
    static const double factors[] = {1.0, 2.5, 5.0};
    size_t n = 0;
    if (own_grain > 0) {
        q[n++] = own_grain;
    } else {
        for (double decade = 1.0; decade <= value / 2; decade *= 10)
            for (size_t c = 0; c < 3; c++) {
                const double grain = factors[c] * decade;
                const bool fits = grain >= value / 1000 && grain <= value / 2;
                if (fits && fmod(value, grain) == 0 && n < ATN_MAX_GRAINS) q[n++] = grain;
            }
        if (n == 0) q[n++] = value / 1000;
    }
    double total = 0.0;
    for (size_t k = 0; k < n; k++) total += sqrt(q[k]);
    for (size_t k = 0; k < n; k++) probability[k] = sqrt(q[k]) / total;
    return n;
}

static void add_piece(atn_datum *d, atn_link link, double low, double high, double probability)
{
    d->low[d->n_pieces] = atn_link_apply(link, low);
    d->high[d->n_pieces] = atn_link_apply(link, high);
    d->weight[d->n_pieces] = probability;
    d->log_weight[d->n_pieces++] = log(probability);
}

/* The relation as a mixture of intervals of the reported quantity. */
static void add_pieces(atn_datum *d, atn_link link, const atn_report *report)
{
    const double v = report->value;
    double q[ATN_MAX_GRAINS], probability[ATN_MAX_GRAINS];
    switch (report->relation) {
    case ATN_EXACT: return;
    case ATN_AT_LEAST:
        add_piece(d, link, v, v, 1.0);
        d->high[0] = INFINITY;
        return;
    case ATN_AT_MOST:
        add_piece(d, link, v, v, 1.0);
        d->low[0] = -INFINITY;
        return;
    case ATN_BETWEEN: add_piece(d, link, v, report->upper, 1.0); return;
    case ATN_OVER:
    case ATN_NEARLY:
    case ATN_ABOUT: break;
    }
    const size_t n = atn_grains(fabs(v), report->grain, q, probability);
    const double below = report->relation == ATN_OVER     ? 0.0
                         : report->relation == ATN_NEARLY ? 1.0
                                                          : 0.5;
    for (size_t k = 0; k < n; k++)
        add_piece(d, link, v - below * q[k], v + (1.0 - below) * q[k], probability[k]);
}

/* Relative error on the link scale.  Under the identity link a stated 0 has no relative error; it
 * is taken relative to the series' typical level instead. */
static double link_error(const atn_series *series, const atn_report *report)
{
    switch (series->link) {
    case ATN_LINK_LOG: return report->error;
    case ATN_LINK_LOGIT: return report->error / (1.0 - report->value);
    case ATN_LINK_IDENTITY: break;
    }
    const double size = fabs(report->value) > 0 ? fabs(report->value) : fabs(series->typical);
    return report->error * (size > 0 ? size : 1.0);
}

static bool moves_whole(const atn_report *report)
{
    return report->statistic == ATN_VALUE || report->statistic == ATN_LEVEL;
}

/* Window that ends `late` days early.  Single steps move as a whole, spans keep their start. */
static bool make_window(const attain_study *study, const atn_report *report, long late,
                        atn_window *window)
{
    const atn_calendar *calendar = &study->calendar;
    const atn_day end = report->end - (atn_day)late;
    const atn_day start = moves_whole(report) ? end : report->start;
    const long first = atn_calendar_step(calendar, start), last = atn_calendar_step(calendar, end);
    if (end < start || first < 0 || last >= (long)study->n_steps) return false;
    *window = (atn_window){.first = (size_t)first,
                           .last = (size_t)last,
                           .share_first = 1.0,
                           .share_last = 1.0,
                           .length = 1.0};
    if (moves_whole(report)) return true;
    window->share_first = atn_calendar_share(calendar, first, start, end);
    window->length = window->share_first;
    if (last == first) return true;
    window->share_last = atn_calendar_share(calendar, last, start, end);
    window->length += (double)(last - first - 1) + window->share_last;
    return true;
}

static void add_bias(atn_datum *d, atn_slot slot, bool factor)
{
    if (slot.index == ATN_NONE && slot.value == (factor ? 1.0 : 0.0)) return;
    d->bias[d->n_bias] = slot;
    d->bias_is_factor[d->n_bias++] = factor;
}

static attain_status fill_datum(atn_model *m, size_t r, atn_datum *d, atn_window *windows,
                                attain_error *err)
{
    const atn_report *report = &m->study->reports[r];
    const atn_series *series = &m->study->series[report->series];
    *d = (atn_datum){.report = r,
                     .track = m->track_of_series[report->series],
                     .statistic = report->statistic,
                     .windows = windows};
    for (long late = 0; late <= report->stale; late++) {
        if (make_window(m->study, report, late, &windows[d->n_windows]))
            d->n_windows++;
        else
            break;
    }
    if (d->n_windows == 0)
        return atn_fail_at(err, ATTAIN_ERR_DOMAIN, report->place.pointer, report->place.line, 0,
                           "the report's window lies outside the steps from origin to horizon");
    d->log_n_windows = log((double)d->n_windows);
    d->error = link_error(series, report);
    d->value = atn_link_apply(series->link, report->value);
    d->kind = report->relation == ATN_EXACT ? ATN_READ_DENSITY : ATN_READ_INTERVALS;
    if (report->n > 0) {
        d->kind = ATN_READ_SHARE;
        d->value = report->value;
        d->n = report->n / m->study->design_effect;
    } else {
        add_pieces(d, series->link, report);
    }
    if (report->definition != ATN_NONE)
        add_bias(d, m->definition_slots[report->definition], series->link == ATN_LINK_LOG);
    if (report->source != ATN_NONE) add_bias(d, m->source_slots[report->source], false);
    if (report->release != ATN_NONE) add_bias(d, m->release_slots[report->release], false);
    return ATTAIN_OK;
}

attain_status atn_data_create(atn_model *m, attain_error *err)
{
    size_t n_data = 0, n_windows = 0;
    for (size_t r = 0; r < m->study->n_reports; r++) {
        const atn_report *report = &m->study->reports[r];
        if (!report->used || m->track_of_series[report->series] == ATN_NONE) continue;
        n_data++;
        n_windows += (size_t)report->stale + 1;
    }
    m->data = ATN_NEW_ARRAY(m->ctx, atn_datum, n_data);
    m->windows = ATN_NEW_ARRAY(m->ctx, atn_window, n_windows);
    if (!m->data || !m->windows) return ATTAIN_ERR_NOMEM;
    n_windows = 0;
    for (size_t r = 0; r < m->study->n_reports; r++) {
        const atn_report *report = &m->study->reports[r];
        if (!report->used || m->track_of_series[report->series] == ATN_NONE) continue;
        atn_datum *d = &m->data[m->n_data];
        const attain_status status = fill_datum(m, r, d, m->windows + n_windows, err);
        if (status != ATTAIN_OK) return status;
        m->n_data++;
        n_windows += d->n_windows;
        const size_t terms = d->n_windows * (d->n_pieces > 0 ? d->n_pieces : 1);
        if (terms > m->max_terms) m->max_terms = terms;
        if (d->statistic != ATN_MAX && d->statistic != ATN_MIN) continue;
        if (atn_extreme_scratch(d) > m->max_extreme) m->max_extreme = atn_extreme_scratch(d);
    }
    return ATTAIN_OK;
}
