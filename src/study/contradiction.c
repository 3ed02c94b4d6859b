/* Figures that cannot all hold, judged without scatter (METHODS 4): the same window twice, peaks
 * below what they cover, totals below their parts, running totals that imply an unseen rate. */
#include <math.h>

#include "figures.h"
#include "model_internal.h"

typedef struct inquiry {
    const attain_study *study;
    const atn_figure *figures;
    size_t n;
    attain_diagnostics *list;
    bool nomem;
} inquiry;

static bool is_extreme(const atn_report *r)
{
    return r->statistic == ATN_MAX || r->statistic == ATN_MIN;
}

static bool same_window(const atn_report *a, const atn_report *b)
{
    return a->start == b->start && a->end == b->end;
}

static bool contains(const atn_report *outer, const atn_report *inner)
{
    return outer->start <= inner->start && inner->end <= outer->end;
}

/* By how much the link-scale quantity of `above` exceeds that of `below` at least, after what
 * definitions allow; > 0: it cannot be lower. */
static double excess(const inquiry *q, const atn_figure *above, const atn_figure *below,
                     double weight_above, double weight_below)
{
    const atn_link link = above->series->link;
    const double low = atn_link_apply(link, above->low * weight_above);
    const double high = atn_link_apply(link, below->high * weight_below);
    const atn_allowance allowed = atn_figures_allowance(q->study, below, above);
    if (!isfinite(low) || !isfinite(high)) return -INFINITY;
    return low - allowed.shift - high - allowed.slack;
}

static void emit(inquiry *q, const atn_report *where, atn_text *text)
{
    char *message = atn_text_take(text);
    if (!message) {
        q->nomem = true;
        return;
    }
    atn_diagnose(q->list, ATTAIN_SEVERITY_WARNING, "contradiction", &where->place, "%s", message);
    atn_free(q->study->ctx, message);
}

/* Interval in the report's own measure: a total again, where figures hold rates. */
static void say_reading(atn_text *t, const atn_figure *f)
{
    const double weight = f->report->statistic == ATN_TOTAL ? f->steps : 1.0;
    atn_say_interval(t, f->series, f->low * weight, f->high * weight);
}

static void say_readings(atn_text *t, const atn_figure *a, const atn_figure *b)
{
    atn_text_add(t, "read as ");
    say_reading(t, a);
    atn_text_add(t, " and ");
    say_reading(t, b);
}

/* "1.23"; two decimals, more below 0.1. */
static void say_ratio(atn_text *t, double ratio)
{
    atn_text_grouped(t, ratio, ratio < 0.1 ? 4 : 2);
}

/* A difference of shares: "4 percentage points", "3.5 percentage points". */
static void say_points(atn_text *t, double apart)
{
    const double points = nearbyint(1000.0 * apart) / 10.0;
    atn_text_grouped(t, points, points == nearbyint(points) ? 0 : 1);
    atn_text_add(t, " percentage points");
}

/* How the second compares with the first, and what their definitions would explain. */
static void say_comparison(inquiry *q, atn_text *t, const atn_figure *a, const atn_figure *b)
{
    const atn_series *series = a->series;
    const atn_allowance allowed = atn_figures_allowance(q->study, a, b);
    if (series->link == ATN_LINK_LOG) {
        atn_text_add(t, "the second is ");
        say_ratio(t, b->value / a->value);
        atn_text_add(t, " times the first");
    } else {
        const double apart = fabs(b->value - a->value);
        atn_text_add(t, "they are ");
        if (series->kind == ATN_SHARE)
            say_points(t, apart);
        else
            atn_say_number(t, series, apart, false);
        atn_text_add(t, " apart");
    }
    if (a->report->definition == b->report->definition) return;
    if (allowed.boundless) {
        atn_text_add(t, ", and a definition that may differ by any amount explains nothing");
    } else if (series->link == ATN_LINK_LOG) {
        atn_text_add(t, ", where their definitions allow ");
        say_ratio(t, exp(allowed.shift - allowed.slack));
        atn_text_add(t, " to ");
        say_ratio(t, exp(allowed.shift + allowed.slack));
    } else {
        atn_text_add(t, ", more than their definitions allow");
    }
}

/* Two figures for one window. */
static void check_same_window(inquiry *q, const atn_figure *a, const atn_figure *b)
{
    if (a->report->stale > 0 || b->report->stale > 0) return; /* may be of different days */
    const bool alike = a->report->statistic == b->report->statistic ||
                       (!is_extreme(a->report) && !is_extreme(b->report));
    if (!alike || !same_window(a->report, b->report)) return;
    if (fmax(excess(q, a, b, 1.0, 1.0), excess(q, b, a, 1.0, 1.0)) <= 0) return;
    atn_text t;
    atn_text_init(&t, q->study->ctx);
    atn_say_subject(&t, q->study, a->series);
    atn_text_add(&t, " ");
    atn_say_window(&t, a->report->start, a->report->end);
    atn_text_add(&t, ": ");
    atn_figure_say(&t, q->study, a);
    atn_text_add(&t, " and ");
    atn_figure_say(&t, q->study, b);
    atn_text_add(&t, " cannot both hold, ");
    say_readings(&t, a, b);
    atn_text_add(&t, ": ");
    say_comparison(q, &t, a, b);
    atn_text_add(&t, ".");
    emit(q, b->report, &t);
}

/* "Arrests: 2,500 on 2025-06-10 (row 3) exceeds a peak of 2,000 (row 5) from ... that covers it" */
static void emit_pair(inquiry *q, const atn_figure *a, const char *verb, const atn_figure *b,
                      const char *tail)
{
    atn_text t;
    atn_text_init(&t, q->study->ctx);
    atn_say_subject(&t, q->study, a->series);
    atn_text_add(&t, ": ");
    atn_figure_say(&t, q->study, a);
    atn_text_add(&t, " ");
    atn_say_window(&t, a->report->start, a->report->end);
    atn_text_add(&t, verb);
    atn_figure_say(&t, q->study, b);
    atn_text_add(&t, " ");
    atn_say_window(&t, b->report->start, b->report->end);
    atn_text_add(&t, tail);
    say_readings(&t, a, b);
    atn_text_add(&t, ".");
    const bool later = a->report->published > b->report->published;
    emit(q, later ? a->report : b->report, &t);
}

/* What lies inside a peak's window cannot lie above the peak; troughs mirror it. */
static void check_extreme(inquiry *q, const atn_figure *outer, const atn_figure *inner)
{
    const atn_statistic kind = outer->report->statistic;
    if (!is_extreme(outer->report) || !contains(outer->report, inner->report)) return;
    if (outer->report->stale > 0 || inner->report->stale > 0) return;
    if (inner->report->statistic == kind && same_window(outer->report, inner->report)) return;
    if (is_extreme(inner->report) && inner->report->statistic != kind &&
        !same_window(outer->report, inner->report))
        return; /* a trough inside a peak's window: the means between them would tell */
    const bool peak = kind == ATN_MAX;
    const double gap = peak ? excess(q, inner, outer, 1.0, 1.0) : excess(q, outer, inner, 1.0, 1.0);
    if (gap > 0)
        emit_pair(q, inner, peak ? " lies above " : " lies below ", outer, ", which covers it, ");
}

/* The worst part that exceeds its whole: a later running total below an earlier one. */
static void check_parts(inquiry *q, const atn_figure *whole)
{
    const atn_figure *worst = NULL;
    double most = 0.0;
    if (whole->series->kind != ATN_FLOW || whole->series->link != ATN_LINK_LOG) return;
    if (is_extreme(whole->report)) return;
    for (size_t k = 0; k < q->n; k++) {
        const atn_figure *part = &q->figures[k];
        const atn_report *r = part->report;
        if (part == whole || r->series != whole->report->series || is_extreme(r)) continue;
        if (r->start < whole->report->start || r->end > whole->report->end - whole->report->stale ||
            same_window(r, whole->report))
            continue;
        const double gap = excess(q, part, whole, part->steps, whole->steps);
        if (!(gap > most)) continue;
        most = gap;
        worst = part;
    }
    if (worst) emit_pair(q, whole, " is less than ", worst, ", which is a part of it, ");
}

/* Rates reported for the days around a gap, as `like`'s definition counts. */
typedef struct highest_rate {
    const atn_figure *figure;
    double rate; /* converted */
    bool near;   /* some rate speaks of days near the gap */
} highest_rate;

static highest_rate find_highest(const inquiry *q, const atn_figure *a, const atn_figure *b)
{
    const atn_report *first = a->report, *like = b->report;
    const atn_day length = like->end - first->end;
    highest_rate best = {0};
    for (size_t k = 0; k < q->n; k++) {
        const atn_figure *c = &q->figures[k];
        const atn_report *r = c->report;
        if (c == a || c == b || r->series != like->series || r->statistic == ATN_MIN) continue;
        const atn_allowance to_a = atn_figures_allowance(q->study, c, a);
        const atn_allowance to_b = atn_figures_allowance(q->study, c, b);
        if (to_a.boundless || to_b.boundless) continue;
        const double rate = c->value * exp(fmax(to_a.shift, to_b.shift));
        if (rate > best.rate) {
            best.rate = rate;
            best.figure = c;
        }
        if (r->start != like->start && r->relation != ATN_AT_LEAST &&
            r->end >= first->end - length && r->start <= like->end + length)
            best.near = true;
    }
    return best;
}

static void emit_rate(inquiry *q, const atn_figure *a, const atn_figure *b, double rate,
                      const highest_rate *highest)
{
    const attain_study *study = q->study;
    const char *step = atn_step_unit_name(study->calendar.unit);
    const double gap = b->steps - a->steps, total = rate * gap;
    atn_text t;
    atn_text_init(&t, study->ctx);
    atn_say_subject(&t, study, a->series);
    atn_text_add(&t, ": ");
    atn_figure_say(&t, study, a);
    atn_text_add(&t, " ");
    atn_say_window(&t, a->report->start, a->report->end);
    atn_text_add(&t, " and ");
    atn_figure_say(&t, study, b);
    atn_text_add(&t, " ");
    atn_say_window(&t, b->report->start, b->report->end);
    atn_text_add(&t, " imply ");
    atn_say_number(&t, a->series, rate, false);
    atn_text_printf(&t, " per %s for ", step);
    atn_say_number(&t, a->series, gap, false);
    atn_text_printf(&t, " %ss; the highest reported rate is ", step);
    atn_say_number(&t, a->series, highest->figure->value, false);
    atn_text_printf(&t, " per %s (row %ld", step, highest->figure->report->row);
    if (fabs(highest->rate / highest->figure->value - 1.0) > 0.005) {
        atn_text_add(&t, "), about ");
        atn_say_number(&t, a->series, highest->rate, false);
        atn_text_printf(&t, " as '%s' counts", atn_definition_called(study, b->report));
    } else {
        atn_text_add(&t, ")");
    }
    atn_text_add(&t, a->report->definition == b->report->definition
                         ? ", which leaves "
                         : ": a change of basis would have to account for ");
    atn_say_number(&t, a->series, fmax(total - highest->rate * gap, 0.0), false);
    atn_text_add(&t, " of the ");
    atn_say_number(&t, a->series, total, false);
    atn_text_add(&t, a->report->definition == b->report->definition ? " unexplained." : ".");
    emit(q, b->report, &t);
}

static bool is_running(const atn_figure *f)
{
    return f->steps > 1 && (f->report->statistic == ATN_TOTAL || f->report->statistic == ATN_MEAN);
}

/* The latest total before b with b's start, in its definition or in the one it restates. */
static const atn_figure *find_previous(const inquiry *q, size_t b)
{
    const atn_figure *later = &q->figures[b], *best = NULL;
    for (size_t k = 0; k < q->n; k++) {
        const atn_figure *a = &q->figures[k];
        if (!is_running(a) || a->report->series != later->report->series ||
            a->report->start != later->report->start || a->report->end >= later->report->end)
            continue;
        if (a->report->definition != later->report->definition &&
            !atn_is_restated(q->figures, q->n, k, b))
            continue;
        if (!best || a->report->end > best->report->end) best = a;
    }
    return best;
}

/* Two running totals and the rate between them.  Running totals of one source share their errors,
 * since the later contains the earlier; those of different sources do not.  The demand for a clear
 * margin (a quarter) is ours: rates move between reports. */
static void check_implied_rate(inquiry *q, size_t index)
{
    const atn_figure *b = &q->figures[index];
    if (b->series->kind != ATN_FLOW || !is_running(b) || b->report->relation == ATN_AT_MOST) return;
    const atn_figure *a = find_previous(q, index);
    if (!a || a->report->relation == ATN_AT_LEAST || a->report->relation == ATN_AT_MOST) return;
    if (b->report->end - b->report->stale <= a->report->end || a->report->stale > 0) return;
    const double gap = b->steps - a->steps;
    if (!(gap > 0)) return;
    const highest_rate highest = find_highest(q, a, b);
    if (!highest.near || !(highest.rate > 0)) return;
    const double rate = (b->value * b->steps - a->value * a->steps) / gap;
    double cautious = b->least * b->steps - a->expected * a->steps;
    if (!atn_same_source(a->report, b->report))
        cautious -= 2.0 * hypot(a->report->error * a->value * a->steps,
                                b->report->error * b->value * b->steps);
    if (rate > 1.25 * highest.rate && cautious / gap > highest.rate)
        emit_rate(q, a, b, rate, &highest);
}

attain_status atn_check_contradictions(const attain_study *study, const atn_figure *figures,
                                       size_t n, attain_diagnostics *list, attain_error *err)
{
    inquiry q = {.study = study, .figures = figures, .n = n, .list = list};
    for (size_t b = 0; b < n; b++) {
        for (size_t a = 0; a < n; a++) {
            if (a == b || figures[a].report->series != figures[b].report->series) continue;
            if (a < b) check_same_window(&q, &figures[a], &figures[b]);
            check_extreme(&q, &figures[a], &figures[b]);
        }
        check_parts(&q, &figures[b]);
        check_implied_rate(&q, b);
    }
    return q.nomem ? atn_fail_nomem(err) : ATTAIN_OK;
}
