/* Chart 3: fifty equally likely futures, each a dot at the date on which it reaches the goal.  The
 * dots are the curve's quantiles at (k - 1/2) / 50, so that as many of them lie by the deadline as
 * 50 P, rounded (Kay et al. 2016, "When (ish) is my bus?", on quantile dotplots). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart_place.h"

enum { MAX_ROWS = 4, MAX_POINTS = 256, BLOCK_ROWS = 10 };
static const double WIDTH = 960.0, SIDE = 24.0;
static const double LARGEST = 13.0, SMALLEST = 4.0; /* diameter of a dot, pixels */
static const double ROW_HEAD = 30.0, ROW_GAP = 14.0, FOOT = 70.0, MARGIN = 166.0;
static const double DAY_SECONDS = 86400.0;

/* One answer: when each future reaches the goal. */
typedef struct dots {
    atn_answer a;
    double chance; /* by the deadline */
    int n_dated;   /* by the horizon */
    atn_day day[ATN_FUTURES];
    int bin[ATN_FUTURES], height[ATN_FUTURES]; /* place from the deadline; dots below it */
    int tallest;
} dots;

typedef struct dot_chart {
    const atn_node *goal;
    dots rows[MAX_ROWS];
    size_t n_rows, n_hidden, n_more; /* hidden: hardly ever reached; more: no room */
    size_t n_answers;                /* of the goal, shown or not */
    double low, high;                /* their chances */
    atn_day as_of, deadline, horizon, first, last;
    int bin_days, step_days;
    double diameter, block; /* pixels; block: room for those that never do */
} dot_chart;

/* ---- dates -------------------------------------------------------------------------------------
 */

typedef struct curve {
    atn_day day[MAX_POINTS];
    double chance[MAX_POINTS];
    size_t n;
} curve;

static void add_point(curve *c, atn_day day, double chance)
{
    size_t at = c->n;
    if (c->n == MAX_POINTS || !isfinite(chance)) return;
    while (at > 0 && c->day[at - 1] > day) at--;
    if (at > 0 && c->day[at - 1] == day) return;
    memmove(c->day + at + 1, c->day + at, (c->n - at) * sizeof *c->day);
    memmove(c->chance + at + 1, c->chance + at, (c->n - at) * sizeof *c->chance);
    c->day[at] = day;
    c->chance[at] = chance;
    c->n++;
}

/* The curve through its stated points, the deadline's first: where two speak of one day, that
 * holds. */
static void read_curve(const atn_answer *a, atn_day deadline, curve *c)
{
    const atn_node *date = atn_node_first(atn_node_path(a->reading, "by_date/dates"));
    const atn_node *chance = atn_node_first(atn_node_path(a->reading, "by_date/probability"));
    atn_day day;
    c->n = 0;
    add_point(c, deadline, atn_number_of(a->reading, "probability"));
    for (; date && chance; date = atn_node_next(date), chance = atn_node_next(chance))
        if (atn_iso_day(atn_node_text(date), &day)) add_point(c, day, atn_node_number(chance));
    for (size_t i = 1; i < c->n; i++) c->chance[i] = fmax(c->chance[i], c->chance[i - 1]);
}

/* First day by which the chance has come to `level`; false if it never does. */
static bool day_at(const curve *c, double level, atn_day *day)
{
    for (size_t i = 0; i < c->n; i++) {
        if (!(c->chance[i] >= level)) continue;
        *day = c->day[i];
        if (i == 0) return true;
        const double part = (level - c->chance[i - 1]) / (c->chance[i] - c->chance[i - 1]);
        *day = c->day[i - 1] + (atn_day)ceil(part * (double)(c->day[i] - c->day[i - 1]));
        if (*day <= c->day[i - 1]) *day = c->day[i - 1] + 1;
        return true;
    }
    return false;
}

static void read_dots(dots *d, const curve *c)
{
    d->chance = atn_number_of(d->a.reading, "probability");
    d->n_dated = 0;
    for (int k = 0; k < ATN_FUTURES; k++)
        if (day_at(c, (k + 0.5) / ATN_FUTURES, &d->day[d->n_dated])) d->n_dated++;
}

/* ---- what to show ------------------------------------------------------------------------------
 */

static void gather(dot_chart *c, const atn_node *root)
{
    curve points;
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        if (a.goal != c->goal) continue;
        c->n_answers++;
        c->low = fmin(c->low, atn_number_of(a.reading, "probability"));
        c->high = fmax(c->high, atn_number_of(a.reading, "probability"));
        if (!atn_node_first(atn_node_path(a.reading, "by_date/dates")) ||
            atn_node_true(atn_node_get(a.reading, "already_reached")) ||
            atn_date_untold(root, a.reading))
            continue;
        dots d = {.a = a};
        read_curve(&a, c->deadline, &points);
        read_dots(&d, &points);
        if (d.n_dated == 0)
            c->n_hidden++;
        else if (c->n_rows == MAX_ROWS)
            c->n_more++;
        else
            c->rows[c->n_rows++] = d;
    }
}

/* The axis: all dots with a little room, as far as the horizon where some dot never comes. */
static void choose_span(dot_chart *c)
{
    atn_day least = c->as_of, most = c->deadline;
    bool never = false;
    for (size_t r = 0; r < c->n_rows; r++) {
        const dots *d = &c->rows[r];
        if (d->day[0] < least) least = d->day[0];
        if (d->day[d->n_dated - 1] > most) most = d->day[d->n_dated - 1];
        never |= d->n_dated < ATN_FUTURES;
    }
    const atn_day room = 7 + (most - least) / 16;
    c->first = least - room / 2;
    c->block = never ? 72.0 : 0.0;
    c->last = never || most + room > c->horizon ? c->horizon : most + room;
}

static int floor_divide(int a, int b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* A column of dots stands for so many days, none of them on both sides of the deadline. */
static void stack(dot_chart *c, dots *d)
{
    d->tallest = 0;
    for (int k = 0, height = 0; k < d->n_dated; k++) {
        d->bin[k] = floor_divide((int)(d->day[k] - c->deadline) - 1, c->bin_days);
        height = k > 0 && d->bin[k] == d->bin[k - 1] ? height + 1 : 0;
        d->height[k] = height;
        if (height + 1 > d->tallest) d->tallest = height + 1;
    }
}

static double row_height(const dot_chart *c, const dots *d)
{
    const int never = ATN_FUTURES - d->n_dated;
    const int block = never < BLOCK_ROWS ? never : BLOCK_ROWS;
    const int tall = d->tallest > block ? d->tallest : block;
    return fmax(34.0, (tall + 0.5) * c->diameter);
}

/* The largest dots whose columns stay under `limit`, and all rows together within `room`. */
static void choose_size(dot_chart *c, double width, double room)
{
    const double limit = c->n_rows == 1 ? 260.0 : 330.0 / (double)c->n_rows;
    for (c->diameter = LARGEST;; c->diameter -= 1.0) {
        double tallest = 0, heights = 0;
        c->bin_days = (int)ceil(c->diameter * (double)(c->last - c->first) / width);
        /* Within a step nothing tells one day from another. */
        c->bin_days = (c->bin_days + c->step_days - 1) / c->step_days * c->step_days;
        if (c->bin_days < 1) c->bin_days = c->step_days;
        for (size_t r = 0; r < c->n_rows; r++) {
            stack(c, &c->rows[r]);
            tallest = fmax(tallest, c->rows[r].tallest);
            heights += row_height(c, &c->rows[r]) + ROW_HEAD + ROW_GAP;
        }
        const bool fits = tallest * c->diameter <= limit && heights <= room;
        if (fits || c->diameter - 1.0 < SMALLEST) return;
    }
}

/* ---- words -------------------------------------------------------------------------------------
 */

static double target_of(const dots *d)
{
    return atn_number_of(d->a.reading, "target");
}

/* A goal stated as a range is answered at both ends. */
static bool is_range(const dot_chart *c)
{
    return c->n_rows == 2 && c->n_answers == 2 &&
           fabs(target_of(&c->rows[1]) - target_of(&c->rows[0])) > 0;
}

static void say_range(atn_text *out, const atn_node *root, const dot_chart *c)
{
    const atn_answer *lower = &c->rows[0].a, *upper = &c->rows[1].a;
    atn_say_value(out, target_of(&c->rows[0]), lower->share, true);
    atn_text_add(out, " to ");
    atn_say_target(out, root, upper);
    atn_text_add(out, " by ");
    atn_say_date(out, atn_text_of(upper->goal, "deadline"));
    for (size_t k = 0; k < 2; k++) {
        atn_text_add(out, k ? ", " : ": ");
        atn_say_futures(out, c->rows[k].chance);
        atn_text_add(out, k ? " for " : " futures for ");
        atn_say_value(out, target_of(&c->rows[k]), lower->share, true);
    }
}

static void say_headline(atn_text *out, const atn_node *root, const dot_chart *c)
{
    if (is_range(c)) {
        say_range(out, root, c);
        return;
    }
    atn_say_goal(out, root, &c->rows[0].a);
    int few = atn_futures_count(c->low), many = atn_futures_count(c->high);
    const bool one = c->n_rows == 1 && isfinite(atn_number_of(c->goal, "upper"));
    if (one) few = many = atn_futures_count(c->rows[0].chance); /* of that end alone */
    if (few == many) {
        atn_text_add(out, ": in ");
        atn_say_futures(out, one ? c->rows[0].chance : c->high);
        atn_text_printf(out, " futures%s",
                        c->n_answers > 1 && !one ? ", however it is counted" : "");
        return;
    }
    if (few == 0 && many == ATN_FUTURES)
        atn_text_add(out, ": in hardly any future or in nearly all");
    else if (few == 0)
        atn_text_printf(out, ": in at most %d of %d futures", many, ATN_FUTURES);
    else if (many == ATN_FUTURES)
        atn_text_printf(out, ": in %d of %d futures or more", few, ATN_FUTURES);
    else
        atn_text_printf(out, ": in %d %s %d of %d futures", few, c->n_answers == 2 ? "or" : "to",
                        many, ATN_FUTURES);
    atn_text_add(out, ", depending on how it is counted");
}

static void say_below(atn_text *out, const atn_node *root, const dot_chart *c)
{
    atn_text_printf(out,
                    "Each dot is one of %d equally likely futures, on the date it reaches the "
                    "goal: filled by the deadline, hollow later",
                    ATN_FUTURES);
    if (c->rows[0].a.series) atn_say_sources(out, root, atn_text_of(c->goal, "series"));
    atn_say_published(out, root);
}

static void say_foot(atn_text *out, const dot_chart *c)
{
    if (c->bin_days > 1)
        atn_text_printf(out, "A column of dots holds %d days.", c->bin_days);
    else
        atn_text_add(out, "A column of dots holds one day.");
    if (c->n_hidden)
        atn_text_printf(out,
                        " Left out: %zu reading%s reached in under 1 of %d futures by the horizon.",
                        c->n_hidden, c->n_hidden == 1 ? "" : "s", ATN_FUTURES);
    if (c->n_more)
        atn_text_printf(out, " And %zu more reading%s, on the scoreboard.", c->n_more,
                        c->n_more == 1 ? "" : "s");
}

/* "7 later", "3 not by 31 Dec 2026"; nothing of none. */
static void say_rest(atn_text *out, const atn_node *root, const dots *d)
{
    const int by_deadline = atn_futures_count(d->chance);
    const int later = d->n_dated - by_deadline, never = ATN_FUTURES - d->n_dated;
    if (later > 0) atn_text_printf(out, "%d later", later);
    if (never <= 0) return;
    atn_text_printf(out, "%s%d not by ", later > 0 ? ", " : "", never);
    atn_say_short_date(out, atn_node_text(atn_node_path(root, "study/horizon")));
}

static void say_alt(atn_text *out, const atn_node *root, const dot_chart *c, const atn_chart *chart)
{
    atn_text_add(out, atn_words(&chart->headline));
    atn_text_printf(out, ". Dots for %d equally likely futures, by date", ATN_FUTURES);
    for (size_t r = 0; r < c->n_rows; r++) {
        const dots *d = &c->rows[r];
        atn_text_add(out, r ? "; " : ": ");
        const size_t before = out->length;
        atn_say_which(out, &d->a);
        if (out->length > before) atn_text_add(out, ": ");
        atn_say_futures(out, d->chance);
        atn_text_add(out, " by the deadline (");
        atn_say_percent(out, d->chance);
        atn_text_add(out, ")");
        if (d->n_dated > atn_futures_count(d->chance) || d->n_dated < ATN_FUTURES) {
            atn_text_add(out, ", ");
            say_rest(out, root, d);
        }
    }
    atn_text_add(out, ".");
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

/* Text last: where gnuplot reads quotes otherwise than we write them, no number moves. */
static void write_data(atn_text *out, const dot_chart *c)
{
    atn_text_add(out, "row,future,seconds,height,in_time,date,definition,reading\n");
    for (size_t r = 0; r < c->n_rows; r++) {
        const dots *d = &c->rows[r];
        const int in_time = atn_futures_count(d->chance), never = ATN_FUTURES - d->n_dated;
        const int high = never < BLOCK_ROWS ? never : BLOCK_ROWS;
        for (int k = 0; k < ATN_FUTURES; k++) {
            const bool dated = k < d->n_dated;
            char date[ATN_DATE_SIZE] = "";
            if (dated) atn_date_format(d->day[k], date);
            atn_text_printf(out, "%zu,%d,", r + 1, k + 1);
            if (dated)
                atn_text_number(out,
                                DAY_SECONDS * (c->deadline + 1 + (d->bin[k] + 0.5) * c->bin_days));
            else /* a block of its own, counted in dots */
                atn_text_number(out, (k - d->n_dated) / high + 0.5);
            atn_text_add(out, ",");
            atn_text_number(out, (dated ? d->height[k] : (k - d->n_dated) % high) + 0.5);
            atn_text_printf(out, ",%d,%s,", !dated ? -1 : k < in_time ? 1 : 0, date);
            atn_escape_csv(out, atn_text_of(d->a.definition, "definition"));
            atn_text_add(out, ",");
            atn_escape_csv(out, atn_text_of(d->a.reading, "reading"));
            atn_text_add(out, "\n");
        }
    }
}

static void plot_dots(atn_frame *f, size_t row, int kind, double radius, bool filled)
{
    char size[ATN_NUMBER_SIZE];
    atn_number_format(radius, size);
    atn_frame_plot(f,
                   "'%s.csv' skip 1 using ($1==%zu && $5==%d ? $3 : NaN):4:(%s) with circles lc "
                   "rgb c_line lw 1.2 fs %s",
                   f->chart->name, row + 1, kind, size, filled ? "solid 1.0 noborder" : "empty");
}

static void dot_range(atn_frame *f, const char *axis, double high)
{
    atn_text *s = &f->chart->script;
    atn_text_printf(s, "set %srange [0:", axis);
    atn_text_number(s, round(1000 * high) / 1000);
    atn_text_add(s, "]\n");
}

/* Beside the axis: futures that do not reach the goal by the horizon. */
static void draw_never(atn_frame *f, const dot_chart *c, size_t row, double bottom, double top)
{
    const double left = f->left, right = f->right;
    f->left = right + 20.0;
    f->right = f->left + c->block;
    atn_text_add(&f->chart->script, "unset xdata\nunset xtics\nset border 0\n");
    dot_range(f, "x", c->block / c->diameter);
    atn_place_line(f, f->left, bottom, f->right - 6.0, bottom, "lt 1 lw 1 lc rgb c_rule");
    dot_range(f, "y", (top - bottom) / c->diameter);
    plot_dots(f, row, -1, 0.43, false);
    atn_panel_draw(f, bottom, top);
    atn_text_add(&f->chart->script, "set border 1\n");
    f->left = left;
    f->right = right;
}

static void add_rules(atn_frame *f, const dot_chart *c, bool named)
{
    if (c->as_of > c->first && c->as_of < c->deadline) {
        const bool near = (double)(c->deadline - c->as_of) < 0.15 * (double)(c->last - c->first);
        atn_frame_rule(f, c->as_of, named ? "projection \xe2\x86\x92" : "", !near);
    }
    if (c->deadline < c->last) /* its last day is in time */
        atn_frame_rule(f, c->deadline + 1, named ? "deadline" : "", true);
}

static void say_row(atn_frame *f, const dot_chart *c, size_t row, double bottom, double top)
{
    const dots *d = &c->rows[row];
    const double x = f->right + 20.0 + c->block, room = f->width - x - 10.0;
    const atn_words_style count = {13.0, true, "c_line", "left", room};
    const atn_words_style rest = {11.0, false, "c_quiet", "left", room};
    const atn_words_style name = {12.0, true, "c_mark", "left", f->right - f->left};
    double y = fmin(top - 8.0, bottom + 46.0);
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_say_futures(&text, d->chance);
    atn_place_words(f, atn_words(&text), x, y, &count);
    atn_words_clear(&text);
    atn_text_add(&text, "by the deadline (");
    atn_say_percent(&text, d->chance);
    atn_text_add(&text, ")");
    y = atn_place_lines(f, atn_words(&text), x, y - 16.0, 2, &rest);
    atn_words_clear(&text);
    say_rest(&text, f->root, d);
    (void)atn_place_lines(f, atn_words(&text), x, y, 3, &rest);
    atn_words_clear(&text);
    atn_say_which(&text, &d->a);
    if (text.length && c->n_rows > 1)
        atn_place_words(f, atn_words(&text), f->left, top + (row == 0 ? 27.0 : 10.0), &name);
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
}

static void draw_row(atn_frame *f, const dot_chart *c, size_t row, double bottom, double top)
{
    const dots *d = &c->rows[row];
    const double scale = DAY_SECONDS * (double)(c->last - c->first) / (f->right - f->left);
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set xtics nomirror out scale 0.6 textcolor rgb c_text\n");
    atn_frame_dates(f, c->first, c->last);
    if (row + 1 < c->n_rows) atn_text_add(s, "unset xtics\n");
    dot_range(f, "y", (top - bottom) / c->diameter);
    add_rules(f, c, row == 0);
    say_row(f, c, row, bottom, top);
    /* gnuplot warns of a part without a point. */
    const int in_time = atn_futures_count(d->chance);
    if (in_time > 0) plot_dots(f, row, 1, 0.43 * c->diameter * scale, true);
    if (d->n_dated > in_time) plot_dots(f, row, 0, 0.43 * c->diameter * scale, false);
    atn_panel_draw(f, bottom, top);
    if (d->n_dated < ATN_FUTURES) draw_never(f, c, row, bottom, top);
}

static void compose(atn_frame *f, dot_chart *c)
{
    atn_text text;
    atn_panels_open(f);
    atn_text_add(&f->chart->script, "unset grid\nunset ytics\n");
    atn_text_init(&text, f->ctx);
    say_below(&text, f->root, c);
    atn_frame_head(f, atn_words(&text));
    /* The head is as high as it needs to be, and the picture may be of another size than asked for.
     */
    choose_size(c, f->right - f->left, f->top + ROW_GAP - FOOT);
    write_data(&f->chart->data, c);
    atn_words_clear(&text);
    say_foot(&text, c);
    atn_frame_foot(f, atn_words(&text));
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    double bottom = f->bottom, heights = 0, spare;
    for (size_t r = 0; r < c->n_rows; r++)
        heights += row_height(c, &c->rows[r]) + ROW_HEAD + ROW_GAP;
    spare = fmax(0.0, f->top + ROW_GAP - f->bottom - heights) / (double)c->n_rows;
    for (size_t r = c->n_rows; r-- > 0;) {
        const double top = bottom + row_height(c, &c->rows[r]) + fmin(spare, 24.0);
        draw_row(f, c, r, bottom, top);
        bottom = top + ROW_HEAD + ROW_GAP;
    }
    atn_panels_close(f);
}

void atn_chart_dots(atn_chart_list *list, const atn_node *root, const atn_node *goal)
{
    dot_chart c = {.goal = goal, .low = INFINITY, .high = -INFINITY};
    atn_frame f;
    atn_day origin;
    if (!atn_study_days(root, &origin, &c.as_of, &c.horizon) ||
        !atn_iso_day(atn_text_of(goal, "deadline"), &c.deadline))
        return;
    atn_step_unit unit = ATN_STEP_DAY;
    (void)atn_step_unit_parse(atn_node_text(atn_node_path(root, "study/step")), &unit);
    c.step_days = (int)round(atn_step_unit_days(unit));
    gather(&c, root);
    if (c.n_rows == 0) return;
    choose_span(&c);
    atn_chart *chart = atn_chart_add(list, "dots", atn_text_of(goal, "id"));
    if (!chart) return;
    say_headline(&chart->headline, root, &c);
    choose_size(&c, WIDTH - MARGIN - c.block - SIDE, INFINITY);
    double height = c.n_rows > 1 ? 194.0 : 170.0;
    for (size_t r = 0; r < c.n_rows; r++) height += row_height(&c, &c.rows[r]) + ROW_HEAD + ROW_GAP;
    atn_frame_open(&f, list->ctx, root, chart, WIDTH, height);
    f.left = SIDE;
    f.right = f.width - MARGIN - c.block;
    compose(&f, &c);
    say_alt(&chart->alt, root, &c, chart);
}
