/* Chart 8: how the answer to a goal moved, date by date, with earlier answers kept. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "backtest_words.h"
#include "chart_internal.h"

enum { MAX_LINES = 4, MAX_EVENTS = 3 };
static const char *const PAPER = "c_paper";

/* A move of less than this is not worth an event or the word "rose"; a turn of this much between
 * first and last answer is worth telling. */
static const double little = 0.05, swing = 0.15;

typedef struct moved {
    const attain_backtest *b;
    size_t goal;
    size_t lines[MAX_LINES], n_lines, n_left_out;
    size_t lead;        /* the line that moved most */
    size_t first, last; /* answered dates */
    struct {
        size_t date, report; /* ATN_NONE: nothing came that had not been foreseen */
        double move;
    } events[MAX_EVENTS];
    size_t n_events;
} moved;

static double chance(const moved *m, size_t date, size_t line)
{
    return m->b->answers[date * m->b->n_lines + line].probability;
}

/* Pooled definitions are the first to go where room is short. */
static void choose_lines(moved *m)
{
    size_t first;
    const size_t n = atn_backtest_goal_lines(m->b, m->goal, &first);
    double most = -1.0;
    for (size_t i = first; i < first + n; i++) {
        const bool pooled = m->b->lines[i].definition == ATN_POOLED;
        if (m->n_lines == MAX_LINES || (pooled && n > MAX_LINES)) {
            m->n_left_out++;
            continue;
        }
        m->lines[m->n_lines++] = i;
        const double move = fabs(chance(m, m->last, i) - chance(m, m->first, i));
        if (pooled || !(move > most)) continue;
        most = move;
        m->lead = i;
    }
}

/* Of the figures on the goal's series that came between two dates, the one that lay furthest from
 * what the earlier had foreseen; ATN_NONE where all lay within its middle half. */
static size_t find_surprise(const moved *m, size_t from, size_t to)
{
    const attain_backtest *b = m->b;
    size_t found = ATN_NONE;
    double furthest = 0.25;
    for (size_t i = 0; i < b->n_forecasts; i++) {
        const atn_foreseen *f = &b->forecasts[i];
        const atn_report *r = &b->study->reports[f->report];
        const double at = 0.5 * (f->below + f->upto), tail = at < 0.5 ? at : 1.0 - at;
        if (f->date != from || r->published > b->dates[to].as_of ||
            r->series != b->study->goals[m->goal].series || !(tail < furthest))
            continue;
        furthest = tail;
        found = f->report;
    }
    return found;
}

static void keep_event(moved *m, size_t date, size_t report, double move)
{
    size_t k = m->n_events < MAX_EVENTS ? m->n_events++ : MAX_EVENTS;
    for (size_t i = 0; i < MAX_EVENTS && k == MAX_EVENTS; i++) { /* in place of the least */
        bool least = fabs(m->events[i].move) < fabs(move);
        for (size_t j = 0; j < MAX_EVENTS; j++)
            least = least && fabs(m->events[i].move) <= fabs(m->events[j].move);
        if (least) k = i;
    }
    if (k == MAX_EVENTS) return;
    m->events[k].date = date;
    m->events[k].report = report;
    m->events[k].move = move;
}

static void sort_events(moved *m)
{
    for (size_t i = 1; i < m->n_events; i++)
        for (size_t k = i; k > 0 && m->events[k].date < m->events[k - 1].date; k--) {
            const size_t date = m->events[k].date, report = m->events[k].report;
            const double move = m->events[k].move;
            m->events[k] = m->events[k - 1];
            m->events[k - 1].date = date;
            m->events[k - 1].report = report;
            m->events[k - 1].move = move;
        }
}

/* The greatest moves of the lead line, by figures that came with them. */
static void find_events(moved *m)
{
    size_t before = m->first;
    if (m->b->study->goals[m->goal].form != ATN_GOAL_SINGLE) return; /* of several series */
    for (size_t d = m->first + 1; d <= m->last; d++) {
        if (!m->b->dates[d].answered) continue;
        const double move = chance(m, d, m->lead) - chance(m, before, m->lead);
        const size_t report = fabs(move) >= little ? find_surprise(m, before, d) : ATN_NONE;
        if (report != ATN_NONE) keep_event(m, d, report, move);
        before = d;
    }
    sort_events(m);
}

static bool prepare(moved *m)
{
    const attain_backtest *b = m->b;
    m->first = b->n_dates;
    for (size_t d = b->n_dates; d-- > 0;)
        if (b->dates[d].answered) m->first = d;
    for (size_t d = 0; d < b->n_dates; d++)
        if (b->dates[d].answered) m->last = d;
    if (m->first >= m->last) return false;
    choose_lines(m);
    if (m->n_lines == 0) return false;
    find_events(m);
    return true;
}

/* ---- words ---- */

static void say_day(atn_text *out, atn_day day)
{
    char date[ATN_DATE_SIZE];
    atn_date_format(day, date);
    atn_say_short_date(out, date);
}

static void say_goal(atn_text *out, const moved *m)
{
    const atn_goal *goal = &m->b->study->goals[m->goal];
    char date[ATN_DATE_SIZE];
    atn_escape_plain(out, goal->label && *goal->label ? goal->label : goal->id);
    if (!goal->has_deadline) return;
    atn_date_format(goal->deadline, date);
    atn_text_add(out, " by ");
    atn_say_date(out, date);
}

static void say_words(atn_text *out, double p)
{
    char words[64];
    atn_frequency_words(p, words, sizeof words);
    atn_text_add(out, words);
}

static void say_month(atn_text *out, atn_day day)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    atn_text_add(out, months[atn_month_of_year(day)]);
}

/* The answer furthest beyond both the first and the last; ATN_NONE where none is by much. */
static size_t find_turn(const moved *m)
{
    const double from = chance(m, m->first, m->lead), to = chance(m, m->last, m->lead);
    double most = swing;
    size_t found = ATN_NONE;
    for (size_t d = m->first + 1; d < m->last; d++) {
        const double p = chance(m, d, m->lead); /* NaN where the date was skipped */
        const double beyond = fmin(fabs(p - from), fabs(p - to));
        if ((p - from) * (p - to) > 0 && beyond > most) {
            most = beyond;
            found = d;
        }
    }
    return found;
}

static void say_answer(atn_text *out, const moved *m, size_t date)
{
    say_words(out, chance(m, date, m->lead));
    atn_text_add(out, " in ");
    say_month(out, m->b->dates[date].as_of);
}

/* "The chance of 600,000 removals by 19 January 2026 (dhs) rose from about 1 in 2 in March to ..."
 */
static void say_headline(atn_text *out, const moved *m)
{
    const double from = chance(m, m->first, m->lead), to = chance(m, m->last, m->lead);
    const size_t turn = find_turn(m);
    const bool still = fabs(to - from) < little;
    atn_text line;
    atn_text_init(&line, m->b->ctx);
    atn_backtest_say_line(&line, m->b, m->lead);
    atn_text_add(out, "The chance of ");
    say_goal(out, m);
    if (line.length > 0) {
        atn_text_add(out, " (");
        atn_text_add(out, line.data);
        atn_text_add(out, ")");
    }
    if (line.failed) out->failed = true;
    atn_text_free(&line);
    atn_text_add(out, turn != ATN_NONE ? " went from "
                      : still          ? " has hardly moved: "
                      : to > from      ? " rose from "
                                       : " fell from ");
    say_answer(out, m, m->first);
    if (turn != ATN_NONE) {
        atn_text_add(out, " to ");
        say_answer(out, m, turn);
        atn_text_add(out, " and ");
    } else {
        atn_text_add(out, still ? ", " : " to ");
    }
    say_answer(out, m, m->last);
}

static void say_below(atn_text *out, const moved *m)
{
    size_t failed = 0, n = 0;
    for (size_t d = 0; d < m->b->n_dates; d++) {
        n += m->b->dates[d].answered;
        failed += m->b->dates[d].answered && !m->b->dates[d].passed;
    }
    atn_text_add(out,
                 "Chance of reaching the goal as it would have been answered on each date, from "
                 "figures published by then. ");
    say_day(out, m->b->dates[m->first].as_of);
    atn_text_add(out, " to ");
    say_day(out, m->b->dates[m->last].as_of);
    if (failed > 0)
        atn_text_printf(out, ". Hollow: a quality gate of the fit failed (%zu of %zu)", failed, n);
}

static void say_event(atn_text *out, const moved *m, size_t k)
{
    const size_t report = m->events[k].report;
    atn_text_printf(out, "%zu: ", k + 1);
    atn_backtest_say_figure(out, m->b, report);
    atn_text_add(out, ", published ");
    say_day(out, m->b->study->reports[report].published);
}

static void say_foot(atn_text *out, const moved *m)
{
    atn_text_add(out, "An answer stands until the next.");
    for (size_t k = 0; k < m->n_events; k++) {
        atn_text_add(out, k ? "; "
                            : " Marked are figures published before the largest moves that had "
                              "been least expected: ");
        say_event(out, m, k);
    }
    if (m->n_events > 0) atn_text_add(out, ".");
    if (m->n_left_out > 0)
        atn_text_printf(out, " %zu other reading%s in answers.csv.", m->n_left_out,
                        m->n_left_out == 1 ? "" : "s");
}

static void name_line(atn_text *out, const moved *m, size_t k)
{
    const size_t before = out->length;
    atn_backtest_say_line(out, m->b, m->lines[k]);
    if (out->length == before) atn_text_add(out, "chance");
}

static void say_alt(atn_text *out, const moved *m, const atn_chart *chart)
{
    if (chart->headline.data) atn_text_add(out, chart->headline.data);
    atn_text_add(out, ". Steps of the chance by as-of date");
    for (size_t k = 0; k < m->n_lines; k++) {
        atn_text_add(out, k ? "; " : ": ");
        name_line(out, m, k);
        for (size_t d = m->first, any = 0; d <= m->last; d++) {
            if (!m->b->dates[d].answered) continue;
            atn_text_add(out, any++ ? ", " : " ");
            atn_say_percent(out, chance(m, d, m->lines[k]));
            atn_text_add(out, " on ");
            say_day(out, m->b->dates[d].as_of);
        }
    }
    atn_text_add(out, ".");
    for (size_t k = 0; k < m->n_events; k++) {
        atn_text_add(out, k ? "; " : " Marked: ");
        say_event(out, m, k);
    }
    if (m->n_events > 0) atn_text_add(out, ".");
}

/* ---- picture ---- */

/* as_of, then of each line its answer, and the same again where a gate of the fit failed. */
static void write_data(atn_text *out, const moved *m)
{
    atn_text_add(out, "as_of");
    for (size_t k = 0; k < m->n_lines; k++) {
        atn_text name;
        atn_text_init(&name, m->b->ctx);
        name_line(&name, m, k);
        atn_text_add(out, ",");
        atn_escape_csv(out, name.data ? name.data : "");
        atn_text_add(out, ",gate_failed");
        if (name.failed) out->failed = true;
        atn_text_free(&name);
    }
    atn_text_add(out, "\n");
    for (size_t d = m->first; d <= m->last; d++) {
        char date[ATN_DATE_SIZE];
        if (!m->b->dates[d].answered) continue;
        atn_date_format(m->b->dates[d].as_of, date);
        atn_text_add(out, date);
        for (size_t k = 0; k < m->n_lines; k++) {
            atn_text_add(out, ",");
            atn_text_number(out, chance(m, d, m->lines[k]));
            atn_text_add(out, ",");
            if (!m->b->dates[d].passed) atn_text_number(out, chance(m, d, m->lines[k]));
        }
        atn_text_add(out, "\n");
    }
}

static void add_line(atn_frame *f, const moved *m, size_t k)
{
    const char *name = f->chart->name;
    const double now = chance(m, m->last, m->lines[k]);
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%zu with steps lt 1 lw 2.5 lc rgb %s", name,
                   2 + 2 * k, atn_line_colors[k]);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%zu with points pt 7 ps 0.8 lc rgb %s", name,
                   2 + 2 * k, atn_line_colors[k]);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%zu with points pt 7 ps 0.4 lc rgb %s", name,
                   3 + 2 * k, PAPER);
    atn_say_percent(&text, now);
    if (m->n_lines > 1) {
        atn_text_add(&text, "  ");
        name_line(&text, m, k);
    }
    atn_frame_note(f, now, atn_line_inks[k], 0, &text);
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
}

static void compose(atn_frame *f, const moved *m)
{
    const attain_backtest *b = m->b;
    atn_text text;
    atn_text_init(&text, f->ctx);
    say_below(&text, m);
    atn_frame_head(f, text.data ? text.data : "");
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    say_foot(&text, m);
    atn_frame_foot(f, text.data ? text.data : "");
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    const atn_day first = b->dates[m->first].as_of, last = b->dates[m->last].as_of;
    const atn_day room = (last - first) / 60 + 1;
    if (m->n_lines > 1) f->right = f->width - 240.0;
    atn_frame_dates(f, first - room, last + room);
    atn_frame_values(f, 0.0, 1.0, true);
    atn_text_add(&f->chart->script, "set yrange [-0.012:1.012]\n"); /* dots at the ends whole */
    write_data(&f->chart->data, m);
    for (size_t k = 0; k < m->n_events; k++) {
        char number[16];
        snprintf(number, sizeof number, "%zu", k + 1);
        atn_frame_rule(f, b->study->reports[m->events[k].report].published, number, true);
    }
    for (size_t k = m->n_lines; k-- > 0;) add_line(f, m, k);
    atn_frame_place_notes(f);
}

void atn_chart_moved(atn_chart_list *list, const attain_backtest *backtest, size_t goal)
{
    moved m = {.b = backtest, .goal = goal};
    atn_frame f;
    if (!prepare(&m)) return;
    atn_chart *chart = atn_chart_add(list, "moved", backtest->study->goals[goal].id);
    if (!chart) return;
    say_headline(&chart->headline, &m);
    atn_frame_open(&f, list->ctx, NULL, chart, 960.0, 540.0);
    compose(&f, &m);
    atn_frame_close(&f);
    say_alt(&chart->alt, &m, chart);
}
