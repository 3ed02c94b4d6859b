/* The generator of METHODS section 8: the model run forwards. */
#include "study/simulate.h"

#include <stdio.h>

#include "model_internal.h"

enum { THETA_TRIES = 1000, MESSAGE = 320 };

/* ---- what can be simulated ---- */

typedef struct verdict {
    attain_diagnostics *list;
    attain_error *err;
    attain_status failure; /* of the first problem */
} verdict;

static void object(verdict *v, attain_status status, const atn_place *place, const char *message)
{
    if (v->failure == ATTAIN_OK) {
        v->failure = status;
        atn_fail_at(v->err, status, place->pointer, place->line, 0, "%s", message);
    }
    atn_diagnose(v->list, ATTAIN_SEVERITY_ERROR, "calibration", place, "%s", message);
}

/* A default prior that speaks of m, t1 or t2 comes from the reports: it cannot be read without. */
static attain_status check_prior(const attain_study *study, const atn_series *series,
                                 const atn_parameter *p, verdict *v)
{
    if (!p->present || p->fixed || !p->is_default || !p->prior_text) return ATTAIN_OK;
    atn_prior prior;
    const attain_status status =
        atn_prior_parse(study->ctx, p->prior_text, NULL, NULL, 0, &study->calendar, &prior, NULL);
    if (status == ATTAIN_OK || status == ATTAIN_ERR_NOMEM) return status;
    char message[MESSAGE];
    const atn_place place = {.pointer = series->pointer};
    snprintf(message, sizeof message,
             "the prior of %.64s.%.64s was made from the reports (%.64s); a calibration draws from "
             "priors that the study states",
             series->id, p->name, p->prior_text);
    object(v, ATTAIN_ERR_FIELD, &place, message);
    return ATTAIN_OK;
}

static attain_status check_series(const attain_study *study, const atn_series *series, verdict *v)
{
    const atn_deviation *d = &series->deviation;
    const atn_parameter *const own[] = {&d->sigma, &d->phi, &d->sigma_v, &series->effect_sigma,
                                        &series->step_sigma};
    attain_status status = ATTAIN_OK;
    if (series->n_trends > 1) {
        char message[MESSAGE];
        const atn_place place = {.pointer = series->pointer};
        snprintf(message, sizeof message,
                 "series %.64s has %zu candidate trends; a calibration needs one", series->id,
                 series->n_trends);
        object(v, ATTAIN_ERR_FIELD, &place, message);
    }
    for (size_t k = 0; k < series->trends[0].n_parameters && status == ATTAIN_OK; k++)
        status = check_prior(study, series, &series->trends[0].parameters[k], v);
    for (size_t k = 0; k < sizeof own / sizeof *own && status == ATTAIN_OK; k++)
        status = check_prior(study, series, own[k], v);
    return status;
}

static bool is_rounded(const atn_report *report)
{
    return report->relation == ATN_OVER || report->relation == ATN_NEARLY ||
           report->relation == ATN_ABOUT;
}

static void check_report(const atn_report *report, const atn_departure *departure, verdict *v)
{
    const bool odd = departure->n_grains > 0 && report->relation == ATN_OVER;
    if (!report->used || !is_rounded(report) || report->grain > 0 || odd) return;
    char message[MESSAGE];
    snprintf(message, sizeof message,
             "row %ld says '%s' without a grain; a calibration must know to what it is rounded",
             report->row, atn_relation_name(report->relation));
    object(v, ATTAIN_ERR_TABLE, &report->place, message);
}

attain_status atn_simulate_check(const attain_study *study, const atn_departure *departure,
                                 attain_diagnostics *list, attain_error *err)
{
    verdict v = {list, err, ATTAIN_OK};
    for (size_t s = 0; s < study->n_series; s++)
        if (check_series(study, &study->series[s], &v) != ATTAIN_OK) return atn_fail_nomem(err);
    for (size_t r = 0; r < study->n_reports; r++) check_report(&study->reports[r], departure, &v);
    return v.failure;
}

/* ---- parameters ---- */

/* A draw whose normal score is stretched about the median. */
static double spread_draw(const atn_prior *prior, double spread, atn_stream *stream)
{
    if (spread == 1.0) return atn_prior_draw(prior, stream);
    const double p = 0.5 * erfc(-spread * atn_stream_normal(stream) / sqrt(2.0));
    return atn_prior_quantile(prior, fmin(fmax(p, 0x1p-53), 1.0 - 0x1p-53));
}

bool atn_simulate_theta(const atn_model *m, const atn_departure *departure, atn_stream *stream,
                        double *theta, atn_workspace *w)
{
    for (int attempt = 0; attempt < THETA_TRIES; attempt++) {
        for (size_t k = 0; k < m->n_entries; k++)
            theta[k] = spread_draw(&m->entries[k].prior, departure->spread, stream);
        atn_stream_normals(stream, theta + m->n_entries, m->dimension - m->n_entries);
        if (atn_model_forward(m, theta, false, w)) return true;
    }
    return false;
}

/* ---- wordings ---- */

/* A share stays off its ends by what a double can tell. */
static double within(atn_link link, double value)
{
    if (link != ATN_LINK_LOGIT) return value;
    return fmin(fmax(value, 0x1p-1000), 1.0 - 0x1p-53);
}

/* The bin between g(value) and g(upper), or the one so many widths away that holds x = g(X). */
static void state_bin(atn_report *report, atn_link link, double x)
{
    const double low = atn_link_apply(link, report->value);
    const double high = atn_link_apply(link, report->upper);
    if (x > low && x <= high) return;
    if (isfinite(low) && isfinite(high)) {
        const double width = high - low, places = floor((x - low) / width);
        report->value = atn_link_inverse(link, low + places * width);
        report->upper = atn_link_inverse(link, low + (places + 1.0) * width);
        return;
    }
    report->relation = x > high ? ATN_AT_LEAST : ATN_AT_MOST;
    report->value = x > high ? report->upper : report->value;
    report->upper = NAN;
}

/* A grain of the departure, in units that leave X three digits. */
static double odd_grain(const atn_departure *departure, double x, atn_stream *stream)
{
    const double unit = pow(10.0, floor(log10(fabs(x))) - 2.0);
    return departure->grains[atn_stream_below(stream, departure->n_grains)] * unit;
}

static void state(atn_report *report, atn_link link, double x, const atn_departure *departure,
                  atn_stream *stream)
{
    const double q = report->grain > 0    ? report->grain
                     : is_rounded(report) ? odd_grain(departure, x, stream)
                                          : 1.0;
    switch (report->relation) {
    case ATN_EXACT: report->value = within(link, x); return;
    case ATN_OVER: report->value = within(link, q * floor(x / q)); return;
    case ATN_NEARLY: report->value = within(link, q * ceil(x / q)); return;
    case ATN_ABOUT: report->value = within(link, q * floor(x / q + 0.5)); return;
    case ATN_AT_LEAST:
    case ATN_AT_MOST: report->relation = x >= report->value ? ATN_AT_LEAST : ATN_AT_MOST; return;
    case ATN_BETWEEN: state_bin(report, link, atn_link_apply(link, x)); return;
    }
}

/* The relative error that makes the link-scale one what it was (METHODS 4, e_r). */
static void keep_error(const atn_datum *d, const atn_series *series, atn_report *report)
{
    if (series->link == ATN_LINK_LOGIT) report->error = d->error * (1.0 - report->value);
    if (series->link != ATN_LINK_IDENTITY) return;
    const double size = fabs(report->value) > 0 ? fabs(report->value) : fabs(series->typical);
    report->error = d->error / (size > 0 ? size : 1.0);
}

/* K of n' asked, as a share; n' is whole. */
static void state_poll(const atn_model *m, const atn_datum *d, const double *theta,
                       atn_stream *stream, atn_report *report, const atn_workspace *w)
{
    const atn_link link = m->tracks[d->track].spec->link;
    const size_t window = (size_t)atn_stream_below(stream, d->n_windows);
    double location, tau;
    atn_datum_location(m, d, &d->windows[window], theta, w, &location, &tau);
    const double p = atn_link_inverse(link, location), n = fmax(1.0, floor(d->n + 0.5));
    double yes = 0.0;
    for (double i = 0.0; i < n; i++) yes += atn_stream_uniform(stream) < p;
    report->n = n * m->study->design_effect;
    report->value = yes / n;
}

static bool can_be_stated(const atn_report *report, atn_link link)
{
    if (!isfinite(report->value)) return false;
    const bool density = report->relation == ATN_EXACT && !(report->n > 0);
    return !density || isfinite(atn_link_apply(link, report->value));
}

bool atn_simulate_reports(const atn_model *m, const double *theta, const atn_departure *departure,
                          atn_stream *stream, atn_report *reports, double *quantity,
                          atn_workspace *w)
{
    atn_model_replicate(m, theta, stream, quantity, w);
    for (size_t k = 0; k < m->n_data; k++) {
        const atn_datum *d = &m->data[k];
        const atn_series *series = m->tracks[d->track].spec;
        atn_report *report = &reports[d->report];
        if (!isfinite(quantity[k])) return false;
        if (d->kind == ATN_READ_SHARE) {
            state_poll(m, d, theta, stream, report, w);
        } else {
            state(report, series->link, quantity[k], departure, stream);
            keep_error(d, series, report);
        }
        if (!can_be_stated(report, series->link)) return false;
    }
    return true;
}
