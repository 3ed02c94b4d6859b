/* Chart 5: every goal, in every definition and reading, on one scale from 0 to 100 %. */
#include "chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double ROW = 22.0, GROUP = 30.0, LABEL_ROOM = 330.0;

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double chance_of(const atn_answer *a)
{
    return atn_node_number(atn_node_get(a->reading, "probability"));
}

/* How goals come out whatever the reading. */
typedef struct tally {
    size_t goals, likely, unlikely;
} tally;

static tally count(const atn_node *root)
{
    tally t = {0, 0, 0};
    const atn_node *goal = NULL;
    bool above = false, below = false;
    for (atn_answer a = {0};;) {
        const bool more = atn_answer_next(root, &a);
        if (goal && (!more || a.goal != goal)) {
            t.goals++;
            t.likely += above && !below;
            t.unlikely += below && !above;
            above = below = false;
        }
        if (!more) return t;
        goal = a.goal;
        above |= chance_of(&a) >= 0.5;
        below |= chance_of(&a) < 0.5;
    }
}

static void say_headline(atn_text *out, const atn_node *root)
{
    const tally t = count(root);
    const size_t mixed = t.goals - t.likely - t.unlikely;
    if (t.goals == 1) {
        atn_text_printf(out, "The goal will %s",
                        t.likely     ? "more likely than not be met"
                        : t.unlikely ? "more likely than not be missed"
                                     : "be met or missed depending on how it is counted");
        return;
    }
    if (t.likely == 0) {
        atn_text_printf(out, "None of %zu goals is %slikely to be met by its deadline", t.goals,
                        mixed ? "on every count " : "");
        return;
    }
    atn_text_printf(out, "Of %zu goals, %zu %s likely to be met by the deadline", t.goals, t.likely,
                    t.likely == 1 ? "is" : "are");
    if (t.unlikely)
        atn_text_printf(out, ", %zu %s not", t.unlikely, t.unlikely == 1 ? "is" : "are");
    if (mixed)
        atn_text_printf(out, "; %zu %s on how it is counted", mixed,
                        mixed == 1 ? "depends" : "depend");
}

static void say_row(atn_text *out, const atn_answer *a)
{
    const size_t before = out->length;
    atn_say_which(out, a);
    if (out->length == before) atn_say_reading(out, text_of(a->reading, "reading"));
}

static void place(atn_text *out, double x, double y, const atn_frame *f)
{
    atn_text_add(out, "screen ");
    atn_text_number(out, x / f->width);
    atn_text_add(out, ", screen ");
    atn_text_number(out, y / f->height);
}

static void add_label(atn_frame *f, const atn_text *text, double x, double y, double size,
                      bool bold, const char *color, const char *align, double room)
{
    char cut[256], digits[64];
    const char *whole = text->data ? text->data : "";
    size_t n = atn_text_fit(whole, size, bold, room);
    if (n > sizeof cut - 4) n = 0;
    snprintf(cut, sizeof cut, "%.*s%s", (int)n, whole, whole[n] ? "\xe2\x80\xa6" : "");
    atn_text *s = &f->chart->script;
    atn_number_fixed(size, 1, digits);
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, cut);
    atn_text_add(s, " at ");
    place(s, x, y, f);
    atn_text_printf(s, " %s front noenhanced font %s.',%s' textcolor rgb %s\n", align,
                    bold ? "f_bold" : "f_plain", digits, color);
    if (text->failed) s->failed = true;
}

static void add_line(atn_frame *f, double x1, double y1, double x2, double y2)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set arrow from ");
    place(s, x1, y1, f);
    atn_text_add(s, " to ");
    place(s, x2, y2, f);
    atn_text_add(s, " nohead back lt 1 lw 1 lc rgb c_grid\n");
}

/* A row's own piece of the grid, so that no line runs through a goal's heading. */
static void add_grid(atn_frame *f, double y)
{
    add_line(f, f->left, y, f->right, y);
    for (int k = 0; k <= 4; k++) {
        const double x = f->left + 0.25 * k * (f->right - f->left);
        add_line(f, x, y - 0.5 * ROW, x, y + 0.5 * ROW);
    }
}

static void add_row(atn_frame *f, const atn_answer *a, double y)
{
    const double p = chance_of(a);
    atn_text text, *data = &f->chart->data;
    atn_text_init(&text, f->ctx);
    say_row(&text, a);
    add_label(f, &text, f->left - 14.0, y, 11.5, false, "c_text", "right", LABEL_ROOM - 40.0);
    atn_escape_csv(data, text_of(a->goal, "id"));
    atn_text_add(data, ",");
    atn_escape_csv(data, text_of(a->definition, "definition"));
    atn_text_add(data, ",");
    atn_escape_csv(data, text_of(a->reading, "reading"));
    atn_text_add(data, ",");
    if (isfinite(p)) atn_text_number(data, p);
    atn_text_add(data, ",");
    atn_text_number(data, (y - f->bottom) / (f->top - f->bottom));
    double low, high;
    const bool range = atn_trend_range(a->reading, &low, &high);
    atn_text_add(data, ",");
    if (range) atn_text_number(data, low);
    atn_text_add(data, ",");
    if (range) atn_text_number(data, high);
    atn_text_add(data, "\n");
    atn_text_free(&text);
    if (!isfinite(p)) return;
    add_grid(f, y);
    atn_say_percent(&text, p);
    atn_text_add(&text, "  ");
    atn_escape_plain(&text, text_of(a->reading, "words"));
    add_label(f, &text, f->right + 16.0, y, 11.5, false, p >= 0.5 ? "c_line" : "c_mark", "left",
              f->width - f->right - 20.0);
    atn_text_free(&text);
}

static void add_head(atn_frame *f, const atn_answer *a, double y)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_say_goal(&text, f->root, a);
    atn_capitalise(&text, 0);
    add_label(f, &text, 24.0, y, 12.0, true, "c_mark", "left", f->right - 24.0);
    atn_text_free(&text);
}

/* An upper end of a range is a goal of its own on this chart. */
static bool new_head(const atn_answer *a, const atn_node *goal, double target)
{
    const double own = atn_node_number(atn_node_get(a->reading, "target"));
    return a->goal != goal || (isfinite(own) && isfinite(target) && fabs(own - target) > 0);
}

static double measure(const atn_node *root)
{
    double height = 0, target = NAN;
    const atn_node *goal = NULL;
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        height += ROW + (new_head(&a, goal, target) ? GROUP : 0);
        goal = a.goal;
        target = atn_node_number(atn_node_get(a.reading, "target"));
    }
    return height;
}

static void add_rows(atn_frame *f)
{
    double y = f->top, target = NAN;
    const atn_node *goal = NULL;
    for (atn_answer a = {0}; atn_answer_next(f->root, &a);) {
        if (new_head(&a, goal, target)) {
            y -= GROUP;
            add_head(f, &a, y + 6.0);
        }
        goal = a.goal;
        target = atn_node_number(atn_node_get(a.reading, "target"));
        y -= ROW;
        add_row(f, &a, y + 8.0);
    }
}

static void say_alt(atn_text *out, const atn_node *root, const atn_chart *chart)
{
    if (chart->headline.data) atn_text_add(out, chart->headline.data);
    atn_text_add(out, ". Chances by the deadline");
    const char *join = ": ";
    for (atn_answer a = {0}; atn_answer_next(root, &a); join = "; ") {
        atn_text_add(out, join);
        atn_say_goal(out, root, &a);
        const size_t before = out->length;
        atn_text_add(out, " (");
        const size_t named = out->length;
        atn_say_which(out, &a);
        if (out->length > named) {
            atn_text_add(out, ")");
        } else if (out->data && !out->failed) {
            out->length = before;
            out->data[before] = '\0';
        }
        atn_text_add(out, " ");
        atn_say_percent(out, chance_of(&a));
        const size_t chance = out->length;
        atn_text_add(out, ", ");
        if (!atn_say_trends(out, a.reading) && out->data && !out->failed) {
            out->length = chance;
            out->data[chance] = '\0';
        }
    }
    atn_text_add(out, ".");
}

static bool any_range(const atn_node *root)
{
    double low, high;
    for (atn_answer a = {0}; atn_answer_next(root, &a);)
        if (atn_trend_range(a.reading, &low, &high)) return true;
    return false;
}

static void compose(atn_frame *f, double rows)
{
    const bool ranges = any_range(f->root);
    atn_text text, *s = &f->chart->script;
    atn_text_init(&text, f->ctx);
    atn_text_add(&text, "Chance of reaching each goal by its deadline, by definition and reading");
    if (ranges) atn_text_add(&text, "; light bar: range across trends");
    atn_text_add(&text, ". Figures published by ");
    atn_say_short_date(&text, text_of(atn_node_get(f->root, "study"), "as_of"));
    atn_frame_head(f, text.data ? text.data : "");
    atn_text_free(&text);
    f->left = LABEL_ROOM;
    f->right = f->width - 210.0;
    f->bottom = f->top - rows - 6.0;
    atn_text_add(s, "unset ytics\nset xrange [0:1]\nset yrange [0:1]\nunset grid\n"
                    "set xtics ('0 %%' 0, '25 %%' 0.25, '50 %%' 0.5, '75 %%' 0.75, '100 %%' 1)\n");
    atn_text_add(&f->chart->data,
                 "goal,definition,reading,probability,height,trend_low,trend_high\n");
    add_rows(f);
    if (ranges)
        atn_frame_plot(f,
                       "'%s.csv' skip 1 using 6:5:($7-$6):(0) with vectors nohead lw 6 lc rgb "
                       "c_band80",
                       f->chart->name);
    atn_frame_plot(f, "'%s.csv' skip 1 using 4:5 with points pt 7 ps 1.3 lc rgb c_line",
                   f->chart->name);
}

void atn_chart_scoreboard(atn_chart_list *list, const atn_node *root)
{
    atn_frame f;
    const double rows = measure(root);
    if (!(rows > 0)) return;
    atn_chart *chart = atn_chart_add(list, "scoreboard", "");
    if (!chart) return;
    say_headline(&chart->headline, root);
    atn_frame_open(&f, list->ctx, root, chart, 960.0, rows + 140.0);
    compose(&f, rows);
    atn_frame_close(&f);
    say_alt(&chart->alt, root, chart);
}
