/* Chart 4: how likely the goal is to have been reached by each date. */
#include "chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

static const double MOST_NOTE_ROOM = 228.0;

typedef struct curve {
    atn_answer a;
    double end, at_deadline; /* P by the horizon and by the deadline */
    atn_day median;          /* 0: not by the horizon */
} curve;

enum { MOST_CURVES = 128 };

/* Every reading of the goal in every definition that has a curve. */
static size_t gather(const atn_node *root, const atn_node *goal, curve curves[MOST_CURVES])
{
    size_t n = 0;
    for (atn_answer a = {0}; atn_answer_next(root, &a) && n < MOST_CURVES;) {
        if (a.goal != goal || !atn_node_first(atn_node_path(a.reading, "by_date/dates"))) continue;
        curves[n] = (curve){.a = a};
        curves[n].end = number_of(a.reading, "probability_at_horizon");
        curves[n].at_deadline = number_of(a.reading, "probability");
        if (!atn_date_untold(root, a.reading))
            atn_iso_day(atn_node_text(atn_node_path(a.reading, "date/0.5")), &curves[n].median);
        n++;
    }
    return n;
}

/* How far a curve is from the nearest of those chosen. */
static double distance(const curve *curves, size_t n, const bool *chosen, size_t from)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++)
        if (chosen[i])
            least = fmin(least, fabs(curves[i].at_deadline - curves[from].at_deadline) +
                                    fabs(curves[i].end - curves[from].end));
    return least;
}

/* Of more curves than there are colours keeps the least and the most likely at the deadline, then
 * always the one furthest from those kept; in their order. */
static size_t thin(curve *curves, size_t n)
{
    bool chosen[MOST_CURVES] = {false};
    size_t low = 0, high = 0, kept = 0;
    if (n <= ATN_LINE_COLORS) return n;
    for (size_t i = 1; i < n; i++) {
        if (curves[i].at_deadline < curves[low].at_deadline) low = i;
        if (curves[i].at_deadline > curves[high].at_deadline) high = i;
    }
    chosen[low] = chosen[high] = true;
    for (size_t k = low == high ? 1 : 2; k < ATN_LINE_COLORS; k++) {
        size_t furthest = n;
        for (size_t i = 0; i < n; i++)
            if (!chosen[i] && (furthest == n || distance(curves, n, chosen, i) >
                                                    distance(curves, n, chosen, furthest)))
                furthest = i;
        chosen[furthest] = true;
    }
    for (size_t i = 0; i < n; i++)
        if (chosen[i]) curves[kept++] = curves[i];
    return kept;
}

static double target_of(const curve *c)
{
    return number_of(c->a.reading, "target");
}

/* A goal stated as a range is answered at both ends. */
static bool is_range(const curve *curves, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (fabs(target_of(&curves[i]) - target_of(&curves[0])) > 0) return true;
    return false;
}

static void say_range(atn_text *out, const atn_node *root, const curve *curves, size_t n)
{
    const char *joint = ": ";
    const bool share = curves[0].a.share;
    atn_say_value(out, number_of(curves[0].a.goal, "target"), share, true);
    atn_text_add(out, " to ");
    atn_answer upper = curves[n - 1].a;
    atn_say_target(out, root, &upper);
    atn_text_add(out, " by ");
    atn_say_date(out, text_of(upper.goal, "deadline"));
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && !(fabs(target_of(&curves[i]) - target_of(&curves[i - 1])) > 0)) continue;
        atn_text_add(out, joint);
        atn_escape_plain(out, text_of(curves[i].a.reading, "words"));
        atn_text_add(out, " for ");
        atn_say_value(out, target_of(&curves[i]), share, true);
        joint = ", ";
    }
}

static void say_headline(atn_text *out, const atn_node *root, const curve *curves, size_t n)
{
    if (atn_node_true(atn_node_get(curves[0].a.reading, "already_reached")) && n == 1) {
        (void)atn_say_goal_subject(out, root, &curves[0].a);
        atn_text_add(out, ": reached already");
        return;
    }
    if (is_range(curves, n)) {
        say_range(out, root, curves, n);
        return;
    }
    atn_say_goal(out, root, &curves[0].a);
    atn_text_add(out, ": ");
    /* Readings in one sentence; equal words are said once. */
    const char *least = text_of(curves[0].a.reading, "words"), *most = least;
    double low = curves[0].at_deadline, high = low;
    for (size_t i = 1; i < n; i++) {
        if (curves[i].at_deadline < low)
            low = curves[i].at_deadline, least = text_of(curves[i].a.reading, "words");
        if (curves[i].at_deadline > high)
            high = curves[i].at_deadline, most = text_of(curves[i].a.reading, "words");
    }
    if (strcmp(least, most) == 0) {
        atn_text_add(out, "the chance is ");
        atn_escape_plain(out, least);
        if (n > 1) atn_text_add(out, " however it is counted");
        return;
    }
    if (high - low < 0.03) { /* too close to tell apart in a headline */
        atn_text_add(out, "the chance is ");
        atn_escape_plain(out, high < 0.5 ? most : least);
        atn_text_add(out, high < 0.5 ? " at most" : " at least");
        atn_text_add(out, ", however it is counted");
        return;
    }
    if (n > 2) atn_text_add(out, "from ");
    atn_escape_plain(out, least);
    atn_text_add(out, n > 2 ? " to " : " or ");
    atn_escape_plain(out, most);
    atn_text_add(out, ", depending on how it is counted");
}

static void say_below(atn_text *out, const atn_node *root, const curve *curves)
{
    const atn_node *study = atn_node_get(root, "study");
    atn_text_add(out, "Chance that the goal has been reached by each date, ");
    atn_say_short_date(out, text_of(curves[0].a.goal, "start"));
    atn_text_add(out, " to ");
    atn_say_short_date(out, text_of(study, "horizon"));
    if (curves[0].a.series) atn_say_sources(out, root, text_of(curves[0].a.goal, "series"));
    atn_text_add(out, "; figures published by ");
    atn_say_short_date(out, text_of(study, "as_of"));
}

/* Columns date_k, chance_k: the readings' date grids need not agree. */
static void write_data(atn_text *data, const curve *curves, size_t n)
{
    const atn_node *date[ATN_LINE_COLORS], *chance[ATN_LINE_COLORS];
    for (size_t k = 0; k < n; k++) {
        date[k] = atn_node_first(atn_node_path(curves[k].a.reading, "by_date/dates"));
        chance[k] = atn_node_first(atn_node_path(curves[k].a.reading, "by_date/probability"));
        atn_text which;
        atn_text_init(&which, data->ctx);
        atn_say_which(&which, &curves[k].a);
        atn_text_add(data, k ? ",date" : "date");
        atn_text_add(data, ",");
        atn_escape_csv(data, which.data && which.length ? which.data : "chance");
        if (which.failed) data->failed = true;
        atn_text_free(&which);
    }
    atn_text_add(data, "\n");
    for (bool more = true; more;) {
        more = false;
        for (size_t k = 0; k < n; k++) {
            atn_day day;
            char text[ATN_DATE_SIZE] = "";
            const double p = atn_node_number(chance[k]);
            const bool good = atn_iso_day(atn_node_text(date[k]), &day) && isfinite(p);
            if (good) atn_date_format(day, text);
            atn_text_printf(data, "%s%s,", k ? "," : "", text);
            if (good) atn_text_number(data, p);
            date[k] = atn_node_next(date[k]);
            chance[k] = atn_node_next(chance[k]);
            more |= date[k] != NULL;
        }
        atn_text_add(data, "\n");
    }
}

static double height_of(const atn_frame *f, double p)
{
    return f->bottom + p * (f->top - f->bottom);
}

/* The curves as pixels, so that no word is written across them; false when out of memory. */
static bool trace(const atn_frame *f, const curve *curves, size_t n, atn_dots *dots)
{
    size_t room = 0;
    for (size_t k = 0; k < n; k++)
        room += atn_node_size(atn_node_path(curves[k].a.reading, "by_date/dates")) + 1;
    dots->points = atn_alloc_array(f->ctx, room, sizeof *dots->points);
    if (!dots->points) return false;
    for (size_t k = 0; k < n; k++) {
        const atn_node *date = atn_node_first(atn_node_path(curves[k].a.reading, "by_date/dates"));
        const atn_node *p =
            atn_node_first(atn_node_path(curves[k].a.reading, "by_date/probability"));
        for (; date && p; date = atn_node_next(date), p = atn_node_next(p)) {
            atn_day day;
            if (!atn_iso_day(atn_node_text(date), &day)) continue;
            dots->points[dots->n_points][0] = atn_frame_x(f, day);
            dots->points[dots->n_points++][1] = height_of(f, atn_node_number(p));
        }
        dots->points[dots->n_points][0] = f->right;
        dots->points[dots->n_points++][1] = NAN;
    }
    return true;
}

/* Height of the line as it is drawn, straight from date to date. */
static double chance_on(const curve *c, atn_day day)
{
    const atn_node *date = atn_node_first(atn_node_path(c->a.reading, "by_date/dates"));
    const atn_node *p = atn_node_first(atn_node_path(c->a.reading, "by_date/probability"));
    double chance = 0.5;
    atn_day before = 0;
    for (bool first = true; date && p; date = atn_node_next(date), p = atn_node_next(p)) {
        atn_day at;
        const double next = atn_node_number(p);
        if (!atn_iso_day(atn_node_text(date), &at) || !isfinite(next)) continue;
        if (!first && at > day)
            return chance + (next - chance) * (double)(day - before) / (double)(at - before);
        chance = next;
        before = at;
        first = false;
    }
    return chance;
}

static void add_marks(const atn_frame *f, atn_dots *dots, const curve *c, size_t k,
                      atn_day deadline, bool crowded)
{
    const char *color = atn_line_colors[k], *ink = atn_line_inks[k];
    atn_text text;
    atn_text_init(&text, f->ctx);
    if (deadline < f->last && isfinite(c->at_deadline)) {
        if (!crowded) atn_say_percent(&text, c->at_deadline);
        atn_dots_add(dots, atn_frame_x(f, deadline), height_of(f, c->at_deadline), color, ink,
                     &text);
        atn_text_free(&text);
    }
    if (c->median && c->median >= f->first && c->median <= f->last && !crowded &&
        (c->median > deadline + 20 || c->median < deadline - 20)) {
        atn_text_add(&text, "even chance by ");
        char date[ATN_DATE_SIZE];
        atn_date_format(c->median, date);
        atn_say_short_date(&text, date);
        atn_dots_add(dots, atn_frame_x(f, c->median), height_of(f, chance_on(c, c->median)), color,
                     ink, &text);
        atn_text_free(&text);
    }
}

/* Dots at the deadline and where the chance is even. */
static void add_dots(atn_frame *f, const curve *curves, size_t n, atn_day deadline)
{
    atn_dots dots = {.sparse = n == 1};
    if (!trace(f, curves, n, &dots)) {
        f->chart->script.failed = true;
        return;
    }
    for (size_t k = 0; k < n; k++) {
        bool crowded = false;
        for (size_t i = 0; i < n; i++)
            crowded |= i != k && fabs(curves[i].at_deadline - curves[k].at_deadline) < 0.05;
        add_marks(f, &dots, &curves[k], k, deadline, crowded);
    }
    atn_dots_place(f, &dots);
    atn_free(f->ctx, dots.points);
}

static void say_note(atn_text *out, const atn_node *root, const curve *c)
{
    atn_say_percent(out, c->end);
    const size_t before = out->length;
    atn_text_add(out, "  ");
    const size_t named = out->length;
    atn_say_which(out, &c->a);
    if (out->length == named && out->data && !out->failed) {
        out->length = before;
        out->data[before] = '\0';
        atn_text_add(out, " by ");
        atn_say_short_date(out, text_of(atn_node_get(root, "study"), "horizon"));
    }
}

static void add_note(atn_frame *f, const curve *c, size_t k)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    say_note(&text, f->root, c);
    atn_frame_note(f, c->end, atn_line_inks[k], 0, &text);
    atn_text_free(&text);
}

/* A narrow layout gives the curves what the notes beside them do not need. */
static double note_room(const atn_frame *f, const curve *curves, size_t n)
{
    double room = 196.0; /* of "not by 31 Dec 2026: 83 %" */
    atn_text text;
    if (f->look->size == ATTAIN_SIZE_WEB) return MOST_NOTE_ROOM;
    atn_text_init(&text, f->ctx);
    for (size_t k = 0; k < n; k++) {
        say_note(&text, f->root, &curves[k]);
        if (text.data)
            room = fmax(room, 28.0 + atn_text_width(text.data, text.length, 11.5, false));
        atn_text_free(&text);
    }
    return fmin(room, MOST_NOTE_ROOM);
}

static void add_gap(atn_frame *f, const curve *curves, size_t n)
{
    double top = 0;
    for (size_t k = 0; k < n; k++) top = fmax(top, curves[k].end);
    if (!(top < 0.95)) return;
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_text_add(&text, "not by ");
    atn_say_short_date(&text, text_of(atn_node_get(f->root, "study"), "horizon"));
    if (n == 1) {
        atn_text_add(&text, ": ");
        atn_say_percent(&text, 1.0 - top);
    }
    atn_frame_note(f, 0.5 * (1.0 + top), "c_quiet", 0, &text);
    atn_text_free(&text);
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set arrow from graph 1, first ");
    atn_text_number(s, top);
    atn_text_add(s, " to graph 1, first 1 heads size screen 0.004,90 front lw 1 lc rgb c_rule\n");
}

static void say_foot(atn_text *out, size_t n, size_t all)
{
    if (n < all)
        atn_text_printf(out,
                        "%zu of %zu ways to count are drawn; by the deadline the others' chances "
                        "lie between theirs.",
                        n, all);
}

static void say_alt(atn_text *out, const atn_node *root, const curve *curves, size_t n, size_t all,
                    const atn_chart *chart)
{
    if (chart->headline.data) atn_text_add(out, chart->headline.data);
    atn_text_add(out, ". Curves of the chance that the goal has been reached by each date");
    for (size_t k = 0; k < n; k++) {
        atn_text_add(out, k ? "; " : ": ");
        const size_t before = out->length;
        atn_say_which(out, &curves[k].a);
        if (out->length > before) atn_text_add(out, ": ");
        atn_say_percent(out, curves[k].at_deadline);
        atn_text_add(out, " by the deadline, ");
        atn_say_percent(out, curves[k].end);
        atn_text_add(out, " by ");
        atn_say_short_date(out, text_of(atn_node_get(root, "study"), "horizon"));
    }
    atn_text_add(out, n < all ? ". " : ".");
    say_foot(out, n, all);
}

/* Draws n curves of `all`. */
static void compose(atn_frame *f, const curve *curves, size_t n, size_t all, atn_day start,
                    atn_day deadline, atn_day as_of, atn_day horizon)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    say_below(&text, f->root, curves);
    atn_frame_head(f, text.data ? text.data : "");
    atn_text_free(&text);
    say_foot(&text, n, all);
    atn_frame_foot(f, text.data ? text.data : "");
    atn_text_free(&text);
    f->right = f->width - note_room(f, curves, n);
    atn_frame_dates(f, start, horizon);
    atn_frame_values(f, 0.0, 1.0, true);
    write_data(&f->chart->data, curves, n);
    if (n == 1)
        atn_frame_plot(f, "'%s.csv' skip 1 using 1:2 with filledcurves y1=0 lc rgb c_band95",
                       f->chart->name);
    for (size_t k = n; k-- > 0;)
        atn_frame_plot(f, "'%s.csv' skip 1 using %zu:%zu with lines lt 1 lw 2.5 lc rgb %s",
                       f->chart->name, 2 * k + 1, 2 * k + 2, atn_line_colors[k]);
    if (as_of < horizon && as_of > start + 7) {
        /* Where the deadline is near, its own label needs the room to the right. */
        const bool near = deadline > as_of && deadline - as_of < (horizon - start) / 6;
        atn_say_short_date(&text, text_of(atn_node_get(f->root, "study"), "as_of"));
        atn_frame_rule(f, as_of, near && text.data ? text.data : "projection \xe2\x86\x92", !near);
        atn_text_free(&text);
    }
    if (deadline < horizon) atn_frame_rule(f, deadline, "deadline", true);
    atn_frame_place_rules(f); /* which may lower the plot's upper edge */
    add_dots(f, curves, n, deadline);
    for (size_t k = 0; k < n; k++) add_note(f, &curves[k], k);
    add_gap(f, curves, n);
    atn_frame_place_notes(f);
}

void atn_chart_attainment(atn_chart_list *list, const atn_node *root, const atn_node *goal)
{
    curve curves[MOST_CURVES];
    atn_frame f;
    atn_day origin, as_of, horizon, start, deadline;
    const size_t all = gather(root, goal, curves), n = thin(curves, all);
    if (n == 0 || !atn_study_days(root, &origin, &as_of, &horizon) ||
        !atn_iso_day(text_of(goal, "start"), &start) ||
        !atn_iso_day(text_of(goal, "deadline"), &deadline) || start >= horizon)
        return;
    atn_chart *chart = atn_chart_add(list, "attainment", text_of(goal, "id"));
    if (!chart) return;
    say_headline(&chart->headline, root, curves, n);
    atn_frame_open_free(&f, list->ctx, root, chart, 960.0, 540.0);
    compose(&f, curves, n, all, start, deadline, as_of, horizon);
    atn_frame_close(&f);
    say_alt(&chart->alt, root, curves, n, all, chart);
}
