/* Chart 5: every goal, in every definition and reading, on one scale from 0 to 100 %. */
#include "chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double ROW = 22.0, GROUP = 30.0, SIDE = 24.0;
static const double MOST_SPARE = 60.0;
static const double ROW_SIZE = 11.5, HEAD_SIZE = 12.0,
                    LINE = 15.0; /* text, and from line to line */
static const double LABEL_SHARE = 330.0 / 960.0, WEB_CHANCES = 210.0, AXIS_ROOM = 34.0;
static const double SLIDE_MOST = 760.0, PRINT_MOST = 940.0; /* height that is still read well */

/* The chart's rows: answers, all of them or the least and the most likely of each goal. */
typedef struct board {
    atn_frame f;
    double chances; /* width of the longest words on the right */
    double rows;    /* height of all rows */
    double spare;   /* between goals, where a slide has room left */
    bool ranges;    /* some have a range across trends */
    bool fewer;
} board;

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

/* Text in at most `most` lines downwards from y, the last one cut where it must be; returns how
 * many there are.  Without `draw` counts only. */
static size_t add_lines(atn_frame *f, const atn_text *text, double x, double y, double size,
                        bool bold, const char *color, const char *align, double room, size_t most,
                        bool draw)
{
    char cut[320], digits[64];
    const char *at = text->data ? text->data : "";
    atn_text *s = &f->chart->script;
    size_t lines = 0;
    atn_number_fixed(size, 1, digits);
    if (text->failed) s->failed = true;
    while (lines < most && (*at || lines == 0)) {
        size_t n = atn_text_fit(at, size, bold, room);
        const bool last = lines + 1 == most && at[n] != '\0';
        if (last) n = atn_text_fit(at, size, bold, room - size);
        if (n > sizeof cut - 4) n = 0;
        snprintf(cut, sizeof cut, "%.*s%s", (int)n, at, last ? "\xe2\x80\xa6" : "");
        if (draw) {
            atn_text_add(s, "set label ");
            atn_escape_gnuplot(s, cut);
            atn_text_add(s, " at ");
            place(s, x, y - LINE * (double)lines, f);
            atn_text_printf(s, " %s front noenhanced font %s.',%s' textcolor rgb %s\n", align,
                            bold ? "f_bold" : "f_plain", digits, color);
        }
        at += n;
        while (*at == ' ') at++;
        lines++;
    }
    return lines;
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

static void write_row(atn_frame *f, const atn_answer *a, double y)
{
    double low, high;
    const double p = chance_of(a);
    const bool range = atn_trend_range(a->reading, &low, &high);
    atn_text *data = &f->chart->data;
    atn_escape_csv(data, text_of(a->goal, "id"));
    atn_text_add(data, ",");
    atn_escape_csv(data, text_of(a->definition, "definition"));
    atn_text_add(data, ",");
    atn_escape_csv(data, text_of(a->reading, "reading"));
    atn_text_add(data, ",");
    if (isfinite(p)) atn_text_number(data, p);
    atn_text_add(data, ",");
    atn_text_number(data, (y - f->bottom) / (f->top - f->bottom));
    atn_text_add(data, ",");
    if (range) atn_text_number(data, low);
    atn_text_add(data, ",");
    if (range) atn_text_number(data, high);
    atn_text_add(data, "\n");
}

static void say_chance(atn_text *out, const atn_answer *a)
{
    atn_say_percent(out, chance_of(a));
    atn_text_add(out, "  ");
    atn_escape_plain(out, text_of(a->reading, "words"));
}

/* What stands to the left of a row; the number of its lines. */
static size_t add_name(atn_frame *f, const atn_answer *a, double y, bool draw)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    say_row(&text, a);
    const double room = f->left - 14.0 - SIDE;
    const size_t lines = add_lines(f, &text, 0.0, 0.0, ROW_SIZE, false, "", "", room, 3, false);
    y += 0.5 * LINE * (double)(lines - 1);
    if (draw)
        (void)add_lines(f, &text, f->left - 14.0, y, ROW_SIZE, false, "c_text", "right", room, 3,
                        true);
    atn_text_free(&text);
    return lines;
}

static double row_height(board *b, const atn_answer *a)
{
    return ROW + LINE * (double)(add_name(&b->f, a, 0.0, false) - 1);
}

static void add_row(board *b, const atn_answer *a, double y)
{
    atn_frame *f = &b->f;
    const double p = chance_of(a);
    atn_text text;
    (void)add_name(f, a, y, true);
    write_row(f, a, y);
    if (!isfinite(p)) return;
    add_grid(f, y);
    atn_text_init(&text, f->ctx);
    say_chance(&text, a);
    (void)add_lines(f, &text, f->right + 16.0, y, ROW_SIZE, false, p >= 0.5 ? "c_line" : "c_mark",
                    "left", f->width - f->right - 20.0, 1, true);
    atn_text_free(&text);
}

/* The goal above its rows; the height that it takes. */
static double add_head(board *b, const atn_answer *a, double y, bool draw)
{
    atn_text text;
    atn_text_init(&text, b->f.ctx);
    atn_say_goal(&text, b->f.root, a);
    atn_capitalise(&text, 0);
    const size_t lines = add_lines(&b->f, &text, SIDE, y - 24.0, HEAD_SIZE, true, "c_mark", "left",
                                   b->f.width - 2.0 * SIDE, 2, draw);
    atn_text_free(&text);
    return GROUP + LINE * (double)(lines - 1);
}

/* An upper end of a range is a goal of its own on this chart. */
static bool new_head(const atn_answer *a, const atn_node *goal, double target)
{
    const double own = atn_node_number(atn_node_get(a->reading, "target"));
    return a->goal != goal || (isfinite(own) && isfinite(target) && fabs(own - target) > 0);
}

/* The least or the most likely of the rows under the same heading; the first of equals. */
static bool is_telling(const atn_node *root, const atn_answer *own)
{
    const double target = atn_node_number(atn_node_get(own->reading, "target"));
    bool least = true, most = true, before = true;
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        if (a.reading == own->reading) before = false;
        if (a.reading == own->reading || new_head(&a, own->goal, target)) continue;
        least &= before ? chance_of(own) < chance_of(&a) : chance_of(own) <= chance_of(&a);
        most &= before ? chance_of(own) > chance_of(&a) : chance_of(own) >= chance_of(&a);
    }
    return least || most;
}

/* Walks the rows downwards from y; returns the lower edge of the last. */
static double each_row(board *b, double y, bool draw)
{
    double target = NAN;
    const atn_node *goal = NULL;
    for (atn_answer a = {0}; atn_answer_next(b->f.root, &a);) {
        if (b->fewer && !is_telling(b->f.root, &a)) continue;
        if (new_head(&a, goal, target)) {
            if (goal) y -= b->spare;
            y -= add_head(b, &a, y, draw);
        }
        goal = a.goal;
        target = atn_node_number(atn_node_get(a.reading, "target"));
        const double height = row_height(b, &a);
        if (draw) add_row(b, &a, y - 0.5 * height - 3.0);
        y -= height;
    }
    return y;
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

static void say_below(atn_text *out, const board *b)
{
    atn_text_add(out, "Chance of reaching each goal by its deadline, by definition and reading");
    if (b->fewer) atn_text_add(out, ": of each goal the least and the most likely");
    if (b->ranges) atn_text_add(out, "; light bar: range across trends");
    atn_text_add(out, ". Figures published by ");
    atn_say_short_date(out, text_of(atn_node_get(b->f.root, "study"), "as_of"));
}

static double longest_chance(const board *b)
{
    double widest = 0.0;
    atn_text text;
    atn_text_init(&text, b->f.ctx);
    for (atn_answer a = {0}; atn_answer_next(b->f.root, &a);) {
        if (text.data) text.length = 0;
        say_chance(&text, &a);
        if (text.data)
            widest = fmax(widest, atn_text_width(text.data, text.length, ROW_SIZE, false));
    }
    if (text.failed) b->f.chart->script.failed = true;
    atn_text_free(&text);
    return widest;
}

/* Left edge of the scale for the names' share of the width, right one for the longest chance. */
static void set_edges(board *b)
{
    atn_frame *f = &b->f;
    const bool web = f->look->size == ATTAIN_SIZE_WEB;
    f->left = round(LABEL_SHARE * f->width);
    f->right = f->width - (web ? fmax(WEB_CHANCES, b->chances + 28.0) : b->chances + 28.0);
}

/* Chooses the rows and the height for them; `below` is then what to say above them. */
static void lay_out(board *b, atn_text *below)
{
    atn_frame *f = &b->f;
    const double most = f->look->size == ATTAIN_SIZE_SLIDE   ? SLIDE_MOST
                        : f->look->size == ATTAIN_SIZE_PRINT ? PRINT_MOST
                                                             : (double)INFINITY;
    for (int pass = 0; pass < 2; pass++) {
        b->fewer = pass > 0;
        atn_text_free(below);
        say_below(below, b);
        set_edges(b);
        b->rows = -each_row(b, 0.0, false);
        const double height =
            atn_frame_head_height(f, below->data ? below->data : "") + b->rows + 6.0 + AXIS_ROOM;
        if (height > most && !b->fewer) continue;
        atn_frame_set_height(f, height);
        set_edges(b);
        return;
    }
}

/* A slide has its height however few the rows are: they are spread over it. */
static void spread_rows(board *b)
{
    const atn_frame *f = &b->f;
    const double left = f->top - b->rows - 6.0 - AXIS_ROOM;
    size_t heads = 0;
    double target = NAN;
    const atn_node *goal = NULL;
    if (f->look->size != ATTAIN_SIZE_SLIDE || !(left > 0)) return;
    for (atn_answer a = {0}; atn_answer_next(f->root, &a);) {
        heads += new_head(&a, goal, target);
        goal = a.goal;
        target = atn_node_number(atn_node_get(a.reading, "target"));
    }
    b->spare = fmin(MOST_SPARE, floor(left / (double)heads));
    b->rows += b->spare * (double)(heads - 1);
}

static void compose(board *b)
{
    atn_frame *f = &b->f;
    atn_text below, *s = &f->chart->script;
    b->ranges = any_range(f->root);
    b->chances = longest_chance(b);
    atn_text_init(&below, f->ctx);
    lay_out(b, &below);
    atn_frame_head(f, below.data ? below.data : "");
    if (below.failed) s->failed = true;
    atn_text_free(&below);
    spread_rows(b);
    f->bottom = f->top - b->rows - 6.0;
    atn_text_add(s, "unset ytics\nset xrange [0:1]\nset yrange [0:1]\nunset grid\n"
                    "set xtics ('0 %%' 0, '25 %%' 0.25, '50 %%' 0.5, '75 %%' 0.75, '100 %%' 1)\n");
    atn_text_add(&f->chart->data,
                 "goal,definition,reading,probability,height,trend_low,trend_high\n");
    (void)each_row(b, f->top, true);
    if (b->ranges)
        atn_frame_plot(f,
                       "'%s.csv' skip 1 using 6:5:($7-$6):(0) with vectors nohead lw 6 lc rgb "
                       "c_band80",
                       f->chart->name);
    atn_frame_plot(f, "'%s.csv' skip 1 using 4:5 with points pt 7 ps 1.3 lc rgb c_line",
                   f->chart->name);
}

void atn_chart_scoreboard(atn_chart_list *list, const atn_node *root)
{
    board b = {0};
    atn_answer first = {0};
    if (!atn_answer_next(root, &first)) return;
    atn_chart *chart = atn_chart_add(list, "scoreboard", "");
    if (!chart) return;
    say_headline(&chart->headline, root);
    atn_frame_open(&b.f, list->ctx, root, chart, 960.0, 200.0);
    compose(&b);
    atn_frame_close(&b.f);
    say_alt(&chart->alt, root, chart);
}
