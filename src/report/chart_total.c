/* Chart 2: the running total, the goal, and the pace that would still reach it. */
#include "chart_internal.h"

#include <math.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

/* What one panel shows: a goal's total in the units of one definition. */
typedef struct total_view {
    const atn_answer *a;
    const char *definition;
    double scale, shift, target;
    atn_day start, deadline, as_of;
    bool ceiling; /* at most */
    atn_day now;  /* end of the step that holds as_of: the pace counts from there */
} total_view;

/* A total is reached at the end of its step, where the reports of totals stand too. */
static void date_by_ends(atn_fan *fan, const atn_node *root)
{
    atn_calendar calendar = {.origin = fan->days[0]};
    if (!atn_step_unit_parse(text_of(atn_node_get(root, "study"), "step"), &calendar.unit)) return;
    for (size_t i = 0; i < fan->n; i++) fan->days[i] = atn_calendar_end(&calendar, (long)i);
}

static bool view_of(total_view *v, const atn_node *root, const atn_answer *a, const atn_fan *fan)
{
    atn_day origin, horizon;
    *v = (total_view){.a = a, .definition = text_of(a->definition, "definition")};
    v->target = number_of(a->reading, "target");
    v->scale = atn_factor(root, v->definition);
    if (!atn_study_days(root, &origin, &v->as_of, &horizon) ||
        !atn_iso_day(text_of(a->goal, "start"), &v->start) ||
        !atn_iso_day(text_of(a->goal, "deadline"), &v->deadline) || !isfinite(v->target))
        return false;
    v->ceiling = strcmp(text_of(a->goal, "direction"), "at_most") == 0;
    v->now = fan->days[fan->n - 1];
    for (size_t i = fan->n; i-- && fan->days[i] >= v->as_of;) v->now = fan->days[i];
    /* The bands run from the origin; a later start takes the median total until then off. */
    if (v->start > fan->days[0])
        v->shift = -v->scale * fan->q[ATN_BAND_MEDIAN][atn_fan_at(fan, v->start - 1)];
    return v->start < fan->days[fan->n - 1];
}

static void say_headline(atn_text *out, const atn_node *root, const total_view *v)
{
    const atn_node *reading = v->a->reading;
    const double ratio = number_of(reading, "pace_ratio");
    const double required = number_of(reading, "required_pace");
    const double current = number_of(reading, "current_pace");
    if (!atn_say_goal_subject(out, root, v->a)) {
        atn_text_add(out, " by ");
        atn_say_short_date(out, text_of(v->a->goal, "deadline"));
    }
    if (!atn_is_single(atn_node_get(v->a->goal, "definitions"))) {
        atn_text_add(out, " (");
        atn_escape_plain(out, v->definition);
        atn_text_add(out, ")");
    }
    if (atn_node_true(atn_node_get(reading, "already_reached"))) {
        atn_text_add(out, ": reached already");
    } else if (!isfinite(required) || !isfinite(ratio) || !isfinite(current)) {
        atn_text_add(out, ": the chance is ");
        atn_escape_plain(out, text_of(reading, "words"));
    } else if (v->ceiling) {
        atn_text_add(out, " allows ");
        atn_say_estimate(out, required);
        atn_text_printf(out, " %s; the current pace is ", atn_per_step(root));
        atn_say_estimate(out, current);
    } else if (ratio < 1.0) {
        atn_text_add(out, ": ");
        atn_say_estimate(out, required);
        atn_text_printf(out, " %s would do, and the current pace is ", atn_per_step(root));
        atn_say_estimate(out, current);
    } else {
        atn_text_add(out, " would take ");
        atn_say_estimate(out, required);
        atn_text_printf(out, " %s, ", atn_per_step(root));
        if (ratio < 1.05) {
            atn_text_add(out, "about the current pace");
            return;
        }
        atn_text_grouped(out, ratio, ratio < 10 ? 1 : 0);
        atn_text_add(out, " times the current pace");
    }
}

static void say_below(atn_text *out, const atn_node *root, const total_view *v)
{
    const atn_node *study = atn_node_get(root, "study");
    atn_text_add(out, "Running total of ");
    const char *unit = text_of(v->a->goal, "unit");
    atn_escape_plain(out, *unit ? unit : text_of(v->a->series, "label"));
    atn_text_add(out, " since ");
    atn_say_short_date(out, text_of(v->a->goal, "start"));
    if (strcmp(v->definition, "reference") != 0) {
        atn_text_add(out, ", definition ");
        atn_escape_plain(out, v->definition);
    }
    atn_text_add(out, ": median and the middle 50, 80 and 95 %");
    atn_say_sources(out, root, text_of(v->a->series, "id"));
    atn_text_add(out, "; figures published by ");
    atn_say_short_date(out, text_of(study, "as_of"));
}

static void line(atn_frame *f, atn_day x0, double y0, atn_day x1, double y1, const char *style)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set arrow from ");
    atn_add_day(s, x0);
    atn_text_add(s, ", first ");
    atn_text_number(s, y0);
    atn_text_add(s, " to ");
    atn_add_day(s, x1);
    atn_text_add(s, ", first ");
    atn_text_number(s, y1);
    atn_text_printf(s, " nohead front %s\n", style);
}

static void add_goal(atn_frame *f, const total_view *v)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_text_add(&text, "goal ");
    atn_say_exact(&text, v->target);
    line(f, f->first, v->target, v->deadline < f->last ? v->deadline : f->last, v->target, "ls 2");
    atn_frame_note(f, v->target, "c_goal", 0, &text);
    atn_text_free(&text);
}

/* The pace counts from today, or from the goal's own start where that lies ahead. */
static atn_day from_day(const total_view *v)
{
    return v->now > v->start ? v->now : v->start;
}

static double total_on(const total_view *v, const atn_fan *fan, atn_day day)
{
    return fmax(0.0, fan->q[ATN_BAND_MEDIAN][atn_fan_at(fan, day)] * v->scale + v->shift);
}

/* Beside the straight line from (from_day, today) to (deadline, target), at height y. */
static void pace_label(atn_frame *f, const total_view *v, const char *text, double today, double y)
{
    const double part = (y - today) / (v->target - today);
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, text);
    atn_text_add(s, " at ");
    atn_add_day(s, from_day(v) + (atn_day)(part * (double)(v->deadline - from_day(v))));
    atn_text_add(s, ", first ");
    atn_text_number(s, y);
    atn_text_add(s, " right front noenhanced offset character -1.2, 0 font ',11.5' textcolor rgb "
                    "c_goal_text\n");
}

/* Whether both words beside the line, at height y and below, keep clear of the rule at as_of. */
static bool clear_of_rule(const atn_frame *f, const total_view *v, const atn_text *needs,
                          const atn_text *now, double today, double y)
{
    const atn_day from = from_day(v);
    const double rule = atn_frame_x(f, v->as_of), gap = atn_frame_note_gap(f);
    const double end[] = {y, y - gap};
    const atn_text *const text[] = {needs, now};
    for (size_t i = 0; i < 2; i++) {
        const double part = (end[i] - today) / (v->target - today);
        const double right = atn_frame_x(f, from + (atn_day)(part * (double)(v->deadline - from)));
        if (right - 10.0 - atn_text_width(text[i]->data, text[i]->length, 11.5, false) < rule + 4.0)
            return false;
    }
    return true;
}

/* Under the goal's own note, on one line where it fits. */
static void pace_notes(atn_frame *f, const total_view *v, atn_text *needs, const atn_text *now)
{
    const double gap = atn_frame_note_gap(f);
    const size_t length = needs->length;
    if (now) {
        atn_text_add(needs, ", ");
        atn_text_add(needs, now->data);
    }
    const bool fits = !now || atn_frame_note_fits(f, needs);
    if (!fits && !needs->failed) {
        needs->length = length;
        needs->data[length] = '\0';
        atn_frame_note(f, v->target - 2 * gap, "c_goal_text", 0, now);
    }
    atn_frame_note(f, v->target - gap, "c_goal_text", 0, needs);
}

/* The straight line from today's median to the goal, with its rate in words: beside the line where
 * it runs clear of the bands, else in the margin. */
static void add_pace(atn_frame *f, const total_view *v, const atn_fan *fan)
{
    const atn_day from = from_day(v);
    const double today = total_on(v, fan, from);
    const double required = number_of(v->a->reading, "required_pace");
    const double current = number_of(v->a->reading, "current_pace");
    if (v->deadline <= from || v->deadline > f->last || !(v->target > today) || !(required > 0))
        return;
    line(f, from, today, v->deadline, v->target, "lt 1 lw 1.8 lc rgb c_goal");
    const atn_day day = from + (atn_day)(0.88 * (double)(v->deadline - from));
    const double y = today + 0.88 * (v->target - today);
    const double band = fan->q[8][atn_fan_at(fan, day)] * v->scale + v->shift;
    atn_text needs, now;
    atn_text_init(&needs, f->ctx);
    atn_text_init(&now, f->ctx);
    atn_text_add(&needs, v->ceiling ? "allows " : "needs ");
    atn_say_estimate(&needs, required);
    atn_text_printf(&needs, " %s", atn_per_step(f->root));
    atn_text_add(&now, "now ");
    atn_say_estimate(&now, current);
    if (needs.failed || now.failed) {
        f->chart->script.failed = true;
    } else if (y - band > 0.15 * (f->high - f->low) &&
               clear_of_rule(f, v, &needs, &now, today, y)) {
        pace_label(f, v, needs.data, today, y);
        if (isfinite(current)) pace_label(f, v, now.data, today, y - atn_frame_note_gap(f));
    } else {
        pace_notes(f, v, &needs, isfinite(current) ? &now : NULL);
    }
    atn_text_free(&needs);
    atn_text_free(&now);
}

static void say_foot(atn_text *out, const atn_marks *marks, const total_view *v)
{
    atn_marks_key(marks, out, true);
    if (out->length) atn_text_add(out, " ");
    if (fabs(v->scale - 1.0) > 1e-9) {
        atn_text_add(out,
                     "The bands are those of the reference definition times the median factor ");
        atn_text_grouped(out, v->scale, 2);
        atn_text_add(out, "; the stated chance carries the factor's uncertainty too. ");
    }
    if (v->shift < 0)
        atn_text_add(out, "The count starts late: the median total until then is taken off.");
}

static void say_alt(atn_text *out, const total_view *v, const atn_fan *fan, const atn_chart *chart)
{
    const size_t now = atn_fan_at(fan, v->now), end = atn_fan_at(fan, v->deadline);
    if (chart->headline.data) atn_text_add(out, chart->headline.data);
    atn_text_add(out, ". Fan chart of the running total: the median is ");
    atn_say_estimate(out, fan->q[ATN_BAND_MEDIAN][now] * v->scale + v->shift);
    atn_text_add(out, " on ");
    char date[ATN_DATE_SIZE];
    atn_date_format(v->now, date);
    atn_say_date(out, date);
    atn_text_add(out, "; by the deadline, ");
    atn_say_date(out, text_of(v->a->goal, "deadline"));
    atn_text_add(out, ", 8 in 10 futures lie between ");
    atn_say_estimate(out, fan->q[2][end] * v->scale + v->shift);
    atn_text_add(out, " and ");
    atn_say_estimate(out, fan->q[6][end] * v->scale + v->shift);
    atn_text_add(out, ".");
}

/* A little past the deadline is enough; the horizon, where the deadline is near it. */
static atn_day last_day(const total_view *v, const atn_fan *fan)
{
    const atn_day horizon = fan->days[fan->n - 1];
    const atn_day later = v->deadline + (v->deadline - v->start) / 8;
    return later < horizon && later > v->as_of + 14 ? later : horizon;
}

static void compose(atn_frame *f, const total_view *v, const atn_fan *fan, const atn_marks *marks)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    say_below(&text, f->root, v);
    atn_frame_head(f, text.data ? text.data : "");
    atn_text_free(&text);
    say_foot(&text, marks, v);
    atn_frame_foot(f, text.data ? text.data : "");
    atn_text_free(&text);
    atn_frame_dates(f, v->start, last_day(v, fan));
    const size_t end = atn_fan_at(fan, f->last);
    double most = fmax(v->target, marks->largest);
    most = fmax(most, fan->q[ATN_BAND_MEDIAN][end] * v->scale + v->shift);
    most = fmax(most, fmin(fan->q[8][end] * v->scale + v->shift, 1.6 * most));
    atn_frame_values(f, 0.0, 1.06 * most, false);
    atn_fan_draw(fan, f, v->scale, v->shift);
    atn_fan_notes(fan, f, v->scale, v->shift, false);
    add_goal(f, v);
    add_pace(f, v, fan);
    atn_marks_draw(marks, f);
    if (v->as_of < f->last) atn_frame_rule(f, v->as_of, "projection \xe2\x86\x92", true);
    if (v->deadline < f->last && v->deadline > v->as_of)
        atn_frame_rule(f, v->deadline, "deadline", v->deadline - v->as_of < 60);
    atn_frame_place_notes(f);
}

void atn_chart_total(atn_chart_list *list, const atn_node *root, const atn_answer *first)
{
    atn_fan fan;
    total_view v;
    atn_marks marks;
    atn_frame f;
    if (!atn_fan_read(&fan, list->ctx, first->series, "total_quantiles")) {
        list->failed = true;
        return;
    }
    if (fan.n > 1) date_by_ends(&fan, root);
    if (fan.n > 1 && view_of(&v, root, first, &fan)) {
        char id[160] = "";
        const bool several = !atn_is_single(atn_node_get(first->goal, "definitions"));
        strncat(id, text_of(first->goal, "id"), 70);
        if (several) strncat(strncat(id, "-", 2), v.definition, 70);
        atn_chart *chart = atn_chart_add(list, "total", id);
        if (chart) {
            say_headline(&chart->headline, root, &v);
            atn_frame_open_free(&f, list->ctx, root, chart, 960.0, 600.0);
            atn_marks_total(&marks, list->ctx, root, first->series, v.start, v.definition, v.scale);
            compose(&f, &v, &fan, &marks);
            atn_frame_close(&f);
            say_alt(&chart->alt, &v, &fan, chart);
            atn_marks_free(&marks);
        }
    }
    atn_fan_free(&fan);
}
