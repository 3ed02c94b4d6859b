/* Chart 1: the rate or level with its evidence, and the goals it is held against. */
#include "chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

/* Goals that name a rate or level of this series, one a target; readings beside each other share
 * a line. */
static bool on_this_scale(const atn_answer *a, const atn_node *series)
{
    const char *statistic = text_of(a->goal, "statistic");
    return a->series == series && strcmp(statistic, "total") != 0 &&
           strcmp(statistic, "rolling_total") != 0;
}

/* The target in reference units. */
static double target_of(const atn_node *root, const atn_answer *a)
{
    double target = atn_node_number(atn_node_get(a->reading, "target"));
    if (!isfinite(target)) target = atn_node_number(atn_node_get(a->goal, "target"));
    return target / atn_factor(root, text_of(a->definition, "definition"));
}

/* How well a reading stands for its series in the headline: a goal with a deadline of its own
 * before one without, the 7-day mean before other ways to read it. */
static int standing(const atn_answer *a)
{
    return 2 * atn_node_true(atn_node_get(a->goal, "deadline_stated")) +
           (strcmp(text_of(a->reading, "reading"), "7-day-mean") == 0);
}

static bool lead_goal(const atn_node *root, const atn_node *series, atn_answer *lead)
{
    bool found = false;
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        if (!on_this_scale(&a, series) || (found && standing(&a) <= standing(lead))) continue;
        *lead = a;
        found = true;
    }
    return found;
}

/* "on 31 December 2026" of a day or a level; "in the month of 31 December 2026" of a longer step.
 */
static void say_when(atn_text *out, const atn_node *root, const atn_node *series, const char *day)
{
    const atn_node *study = atn_node_get(root, "study");
    const char *step = text_of(study, "step");
    if (strcmp(step, "day") == 0 || strcmp(text_of(series, "kind"), "stock") == 0)
        atn_text_add(out, " on ");
    else
        atn_text_printf(out, " in the %s of ", step);
    atn_say_date(out, text_of(study, day));
}

static void say_headline(atn_text *out, const atn_node *root, const atn_node *series,
                         const atn_fan *fan, bool share)
{
    atn_answer lead = {0};
    if (lead_goal(root, series, &lead)) {
        if (atn_node_true(atn_node_get(lead.reading, "already_reached"))) {
            (void)atn_say_goal_subject(out, root, &lead);
            atn_text_add(out, ": reached already");
            return;
        }
        atn_say_goal(out, root, &lead);
        atn_text_add(out, ": the chance is ");
        atn_escape_plain(out, text_of(lead.reading, "words"));
        if (!atn_is_single(atn_node_get(lead.definition, "readings"))) {
            atn_text_add(out, " (");
            atn_say_reading(out, text_of(lead.reading, "reading"));
            atn_text_add(out, ")");
        }
        return;
    }
    const size_t end = fan->n - 1;
    atn_escape_plain(out, text_of(series, "label"));
    atn_text_add(out, ": an even chance of ");
    atn_say_value(out, fan->q[3][end], share, false);
    atn_text_add(out, " to ");
    atn_say_value(out, fan->q[5][end], share, false);
    say_when(out, root, series, "horizon");
}

static void say_below(atn_text *out, const atn_node *root, const atn_node *series)
{
    const atn_node *study = atn_node_get(root, "study");
    atn_escape_plain(out, text_of(series, "label"));
    atn_text_add(out, ": median and the middle 50, 80 and 95 % of what the reports allow, ");
    atn_say_short_date(out, text_of(study, "origin"));
    atn_text_add(out, " to ");
    atn_say_short_date(out, text_of(study, "horizon"));
    atn_say_sources(out, root, text_of(series, "id"));
    atn_text_add(out, "; figures published by ");
    atn_say_short_date(out, text_of(study, "as_of"));
}

/* Whether the goal stands in the reference definition too, whose line is drawn. */
static bool is_side_count(const atn_node *series, const atn_answer *a)
{
    const char *definition = text_of(a->definition, "definition");
    const char *reference = text_of(series, "reference");
    return !atn_is_single(atn_node_get(a->goal, "definitions")) && *reference &&
           strcmp(definition, reference) != 0;
}

/* The target as stated, with its definition where that is not the reference's. */
static void say_goal_note(atn_text *out, const atn_node *series, const atn_answer *a)
{
    const char *definition = text_of(a->definition, "definition");
    const char *reference = text_of(series, "reference");
    atn_text_add(out, "goal ");
    atn_say_value(out, atn_node_number(atn_node_get(a->reading, "target")), a->share, true);
    if (*reference && strcmp(definition, reference) != 0) {
        atn_text_add(out, " (");
        atn_escape_plain(out, definition);
        atn_text_add(out, ")");
    }
    if (!atn_node_true(atn_node_get(a->goal, "deadline_stated"))) return;
    atn_text_add(out, " by ");
    atn_say_short_date(out, text_of(a->goal, "deadline"));
}

static void add_goal_lines(atn_frame *f, const atn_node *series)
{
    double drawn[ATN_MAX_NOTES];
    size_t n = 0;
    atn_text text, *s = &f->chart->script;
    atn_text_init(&text, f->ctx);
    for (atn_answer a = {0}; atn_answer_next(f->root, &a) && n < ATN_MAX_NOTES;) {
        atn_day start = f->first, deadline = f->last;
        const double y = on_this_scale(&a, series) ? target_of(f->root, &a) : (double)NAN;
        bool seen = !isfinite(y) || y > f->high || y < f->low || is_side_count(series, &a);
        for (size_t i = 0; i < n && !seen; i++) seen = fabs(drawn[i] - y) <= 1e-9 * fabs(y);
        if (seen) continue;
        drawn[n++] = y;
        atn_iso_day(text_of(a.goal, "start"), &start);
        atn_iso_day(text_of(a.goal, "deadline"), &deadline);
        if (start < f->first) start = f->first;
        if (deadline > f->last) deadline = f->last;
        atn_text_add(s, "set arrow from ");
        atn_add_day(s, start);
        atn_text_add(s, ", first ");
        atn_text_number(s, y);
        atn_text_add(s, " to ");
        atn_add_day(s, deadline);
        atn_text_add(s, ", first ");
        atn_text_number(s, y);
        atn_text_add(s, " nohead front ls 2\n");
        say_goal_note(&text, series, &a);
        atn_frame_note(f, y, "c_goal", 0, &text);
        atn_text_free(&text);
    }
}

/* The value axis holds goals, reports and the middle 80 %; wider bands may leave the panel once
 * they dwarf everything else. */
static void value_range(const atn_node *root, const atn_node *series, const atn_fan *fan,
                        const atn_marks *marks, bool share, double *low, double *high)
{
    double most = fmax(marks->largest, atn_fan_largest(fan, ATN_BAND_MEDIAN));
    double least = fmin(marks->smallest, atn_fan_smallest(fan, 2));
    for (atn_answer a = {0}; atn_answer_next(root, &a);)
        if (on_this_scale(&a, series)) {
            const double y = target_of(root, &a);
            most = fmax(most, y);
            least = fmin(least, y);
        }
    most = fmax(most, fmin(atn_fan_largest(fan, 6), 2.5 * most));
    most = fmax(most, fmin(atn_fan_largest(fan, 8), 1.5 * most));
    if (share) least = fmin(least, atn_fan_smallest(fan, 0));
    *low = share || least < 0 ? least - 0.08 * (most - least) : 0.0;
    *high = most + 0.06 * (most - *low);
    if (!share) return;
    *low = fmax(0.0, *low);
    *high = fmin(1.0, *high);
}

static void say_alt(atn_text *out, const atn_node *root, const atn_node *series, const atn_fan *fan,
                    const atn_chart *chart, bool share)
{
    const atn_node *study = atn_node_get(root, "study");
    atn_day as_of = 0;
    atn_iso_day(text_of(study, "as_of"), &as_of);
    const size_t now = atn_fan_at(fan, as_of), end = fan->n - 1;
    if (chart->headline.data) atn_text_add(out, chart->headline.data);
    atn_text_add(out, ". Fan chart of ");
    atn_escape_plain(out, text_of(series, "label"));
    atn_text_add(out, ": the median is ");
    atn_say_value(out, fan->q[ATN_BAND_MEDIAN][now], share, false);
    say_when(out, root, series, "as_of");
    atn_text_add(out, " and ");
    atn_say_value(out, fan->q[ATN_BAND_MEDIAN][end], share, false);
    say_when(out, root, series, "horizon");
    atn_text_add(out, ", where 8 in 10 futures lie between ");
    atn_say_value(out, fan->q[2][end], share, false);
    atn_text_add(out, " and ");
    atn_say_value(out, fan->q[6][end], share, false);
    atn_text_add(out, ". Marks show each report by what it states.");
}

/* What happens in a step, or holds over it, is drawn at its middle; a level at its start. */
static void date_by_middles(atn_fan *fan, const atn_node *root, const atn_node *series)
{
    atn_calendar calendar = {.origin = fan->days[0]};
    if (strcmp(text_of(series, "kind"), "stock") == 0 ||
        !atn_step_unit_parse(text_of(atn_node_get(root, "study"), "step"), &calendar.unit))
        return;
    for (size_t i = 0; i < fan->n; i++)
        fan->days[i] += (atn_calendar_end(&calendar, (long)i) - fan->days[i]) / 2;
}

static void compose(atn_frame *f, const atn_node *series, const atn_fan *fan, atn_day first,
                    const atn_marks *marks, bool share)
{
    atn_text text;
    double low, high;
    atn_day origin, as_of, horizon;
    atn_text_init(&text, f->ctx);
    say_below(&text, f->root, series);
    atn_frame_head(f, text.data ? text.data : "");
    atn_text_free(&text);
    atn_marks_key(marks, &text, false);
    atn_frame_foot(f, text.data ? text.data : "");
    atn_text_free(&text);
    /* A little room before the first day, for marks that begin there. */
    const atn_day last = fan->days[fan->n - 1];
    atn_frame_dates(f, first - (last - first) / 90, last);
    value_range(f->root, series, fan, marks, share, &low, &high);
    atn_frame_values(f, low, high, share);
    atn_fan_draw(fan, f, 1.0, 0.0);
    atn_fan_notes(fan, f, 1.0, 0.0, share);
    add_goal_lines(f, series);
    atn_marks_draw(marks, f);
    if (atn_study_days(f->root, &origin, &as_of, &horizon) && as_of < horizon)
        atn_frame_rule(f, as_of, "projection \xe2\x86\x92", true);
    atn_frame_place_notes(f);
}

void atn_chart_rate(atn_chart_list *list, const atn_node *root, const atn_node *series)
{
    atn_fan fan;
    atn_marks marks;
    atn_frame f;
    const bool share = strcmp(text_of(series, "kind"), "share") == 0;
    if (!atn_fan_read(&fan, list->ctx, series, "quantiles")) {
        list->failed = true;
        return;
    }
    atn_chart *chart = fan.n > 1 ? atn_chart_add(list, "rate", text_of(series, "id")) : NULL;
    if (chart) {
        const atn_day first = fan.days[0];
        say_headline(&chart->headline, root, series, &fan, share);
        atn_frame_open_free(&f, list->ctx, root, chart, 960.0, 600.0);
        atn_marks_rate(&marks, list->ctx, root, series);
        say_alt(&chart->alt, root, series, &fan, chart, share);
        date_by_middles(&fan, root, series);
        compose(&f, series, &fan, first, &marks, share);
        atn_frame_close(&f);
        atn_marks_free(&marks);
    }
    atn_fan_free(&fan);
}
