/* Reports made comparable: per step, on the link scale, with what definitions allow. */
#include "figures.h"

#include <math.h>
#include <string.h>

#include "model_internal.h"

/* Half of the grain that the wording expects (METHODS 4): what lies beyond the figure. */
static double expected_beyond(const atn_report *report)
{
    double q[ATN_MAX_GRAINS], probability[ATN_MAX_GRAINS], mean = 0.0;
    if (report->relation != ATN_OVER && report->relation != ATN_NEARLY) return 0.0;
    const size_t n = atn_grains(fabs(report->value), report->grain, q, probability);
    for (size_t k = 0; k < n; k++) mean += probability[k] * q[k];
    return report->relation == ATN_OVER ? 0.5 * mean : -0.5 * mean;
}

/* A definition's factor or shift on the link scale: middle and half of its 95 % range. */
static void definition_range(const attain_study *study, size_t d, double *middle, double *half)
{
    *middle = *half = 0.0;
    if (d == ATN_NONE || study->definitions[d].reference) return;
    const atn_parameter *p = &study->definitions[d].factor;
    if (!p->present) return;
    const bool factor = study->series[study->definitions[d].series].link == ATN_LINK_LOG;
    double low = p->value, mid = p->value, high = p->value;
    if (!p->fixed) {
        low = atn_prior_quantile(&p->prior, 0.025);
        mid = atn_prior_quantile(&p->prior, 0.5);
        high = atn_prior_quantile(&p->prior, 0.975);
    }
    *middle = factor ? log(mid) : mid;
    *half = 0.5 * (factor ? log(high / low) : high - low);
}

static atn_figure make_figure(const attain_study *study, const atn_report *report)
{
    atn_figure f = {.report = report, .series = &study->series[report->series]};
    f.steps = atn_study_window(study, report->start, report->end);
    f.value =
        report->relation == ATN_BETWEEN ? 0.5 * (report->value + report->upper) : report->value;
    f.expected = f.value + fmax(expected_beyond(report), 0.0);
    f.least = f.value + fmin(expected_beyond(report), 0.0);
    definition_range(study, report->definition, &f.middle, &f.half);
    atn_report_implied(study, report, &f.low, &f.high);
    if (report->relation != ATN_EXACT) { /* exact: its errors are in the interval already */
        f.low -= 2.0 * report->error * fabs(f.low);
        if (isfinite(f.high)) f.high += 2.0 * report->error * fabs(f.high);
        if (f.series->link == ATN_LINK_LOGIT) f.high = fmin(f.high, 1.0);
    }
    if (report->statistic == ATN_TOTAL) {
        f.value /= f.steps;
        f.expected /= f.steps;
        f.least /= f.steps;
        f.low /= f.steps;
        f.high /= f.steps;
    }
    return f;
}

atn_figure *atn_figures_create(const attain_study *study, size_t *n)
{
    atn_figure *figures = ATN_NEW_ARRAY(study->ctx, atn_figure, study->n_reports);
    *n = 0;
    for (size_t r = 0; figures && r < study->n_reports; r++)
        if (study->reports[r].used) figures[(*n)++] = make_figure(study, &study->reports[r]);
    return figures;
}

static double group_half(const atn_group *groups, size_t a, size_t b)
{
    if (a == b) return 0.0;
    const double sd_a = a == ATN_NONE ? 0.0 : groups[a].bias_sd;
    const double sd_b = b == ATN_NONE ? 0.0 : groups[b].bias_sd;
    return 1.96 * hypot(sd_a, sd_b);
}

atn_allowance atn_figures_allowance(const attain_study *study, const atn_figure *a,
                                    const atn_figure *b)
{
    /* a definition that may be five times another, or a fifth, has no content of its own */
    const double boundless = log(5.0);
    const atn_report *ra = a->report, *rb = b->report;
    atn_allowance allowance = {0};
    if (ra->definition != rb->definition) {
        allowance.shift = b->middle - a->middle;
        allowance.slack = hypot(a->half, b->half);
    }
    if (allowance.slack > boundless && a->series->link != ATN_LINK_IDENTITY)
        allowance = (atn_allowance){.boundless = true};
    allowance.slack = hypot(allowance.slack, group_half(study->sources, ra->source, rb->source));
    allowance.slack = hypot(allowance.slack, group_half(study->releases, ra->release, rb->release));
    return allowance;
}

void atn_figure_say(atn_text *text, const attain_study *study, const atn_figure *figure)
{
    static const char *const words[] = {
        "", "a mean of ", "a total of ", "a peak of ", "a low of ", "", ""};
    const atn_report *report = figure->report;
    atn_text_add(text, words[report->statistic]);
    atn_say_figure(text, study, report);
    atn_text_add(text, " (");
    if (report->n > 0) {
        atn_say_sample(text, report);
        atn_text_add(text, "; ");
    }
    atn_text_printf(text, "row %ld", report->row);
    if (report->source_text && report->source_text[0])
        atn_text_printf(text, ", %s", report->source_text);
    if (report->definition != ATN_NONE)
        atn_text_printf(text, ", '%s'", study->definitions[report->definition].id);
    atn_text_add(text, ")");
}

const char *atn_definition_called(const attain_study *study, const atn_report *report)
{
    if (report->definition != ATN_NONE) return study->definitions[report->definition].id;
    for (size_t d = 0; d < study->n_definitions; d++)
        if (study->definitions[d].series == report->series && study->definitions[d].reference)
            return study->definitions[d].id;
    return study->series[report->series].id;
}

bool atn_same_source(const atn_report *a, const atn_report *b)
{
    return a->source_text && b->source_text && a->source_text[0] &&
           strcmp(a->source_text, b->source_text) == 0;
}

/* Whether figure f is one of the running totals of `like`'s source and start. */
static bool runs_with(const atn_figure *f, const atn_figure *like)
{
    return f->report->statistic == ATN_TOTAL && f->report->series == like->report->series &&
           f->report->start == like->report->start && atn_same_source(f->report, like->report);
}

/* Whether the report speaks of `like`'s series in the same source's words. */
static bool speaks_with(const atn_report *report, const atn_report *like)
{
    return report->series == like->series && atn_same_source(report, like);
}

bool atn_is_restated(const atn_figure *figures, size_t n, size_t earlier, size_t later)
{
    const atn_figure *a = &figures[earlier], *b = &figures[later];
    if (a->report->definition == b->report->definition || !runs_with(a, b) ||
        b->report->statistic != ATN_TOTAL)
        return false;
    atn_day last = a->report->published, first = b->report->published;
    for (size_t k = 0; k < n;
         k++) { /* a source that goes on using the first has restated nothing */
        const atn_report *r = figures[k].report;
        if (!speaks_with(r, b->report)) continue;
        if (r->definition == a->report->definition && r->published > last) last = r->published;
        if (r->definition == b->report->definition && r->published < first) first = r->published;
    }
    return last < first;
}
