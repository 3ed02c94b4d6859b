/* Chart 7: a stock against its capacity, and the flows that fill and drain it; the stay that level
 * and outflow imply is stated (Little 1961). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart_place.h"

enum { N_LEVELS = 3, LOW = 0, MIDDLE = 1, HIGH = 2 };
static const char *const LEVELS[N_LEVELS] = {"0.1", "0.5", "0.9"};
static const double WIDTH = 960.0, HEIGHT = 680.0, STRIP = 110.0, BETWEEN = 54.0;
static const double LIKELY = 0.5; /* full, for a picture, is what is full more likely than not */

typedef struct stock {
    attain_context *ctx;
    const atn_node *root, *series, *passage, *capacity;
    size_t n, now; /* shown dates; the last of them by as_of */
    atn_day *days, as_of, horizon;
    double *level[ATN_BAND_LEVELS], *inflow[N_LEVELS], *outflow[N_LEVELS], *stay[N_LEVELS];
    double *most, *full; /* capacity and the chance of being full; NULL: no limit */
    double high, flow_high;
} stock;

/* ---- data --------------------------------------------------------------------------------------
 */

static void let_go(stock *s)
{
    for (size_t k = 0; k < ATN_BAND_LEVELS; k++) atn_free(s->ctx, s->level[k]);
    for (size_t k = 0; k < N_LEVELS; k++) {
        atn_free(s->ctx, s->inflow[k]);
        atn_free(s->ctx, s->outflow[k]);
        atn_free(s->ctx, s->stay[k]);
    }
    atn_free(s->ctx, s->days);
    atn_free(s->ctx, s->most);
    atn_free(s->ctx, s->full);
}

static bool read_numbers(const stock *s, const atn_node *list, double **out, bool *good)
{
    *out = ATN_NEW_ARRAY(s->ctx, double, s->n);
    if (!*out) return false;
    *good &= atn_node_numbers(list, *out, s->n) == s->n;
    return true;
}

static bool read_levels(const stock *s, const char *key, double *out[N_LEVELS], bool *good)
{
    const atn_node *group = atn_node_get(s->passage, key);
    for (size_t k = 0; k < N_LEVELS; k++)
        if (!read_numbers(s, atn_node_get(group, LEVELS[k]), &out[k], good)) return false;
    return true;
}

/* The stock's own fan, at the dates of its flows. */
static bool read_fan(stock *s)
{
    atn_fan fan;
    if (!atn_fan_read(&fan, s->ctx, s->series, "quantiles")) return false;
    if (fan.n < 2) s->n = 0;
    bool good = true;
    for (size_t k = 0; k < ATN_BAND_LEVELS && good; k++) {
        s->level[k] = ATN_NEW_ARRAY(s->ctx, double, s->n);
        good = s->level[k] != NULL;
        for (size_t i = 0; i < s->n && good; i++)
            s->level[k][i] = fan.q[k][atn_fan_at(&fan, s->days[i])];
    }
    atn_fan_free(&fan);
    return good;
}

/* False: out of memory.  A malformed document leaves no dates. */
static bool read_all(stock *s)
{
    const atn_node *dates = atn_node_get(s->passage, "dates");
    bool good = true;
    size_t i = 0;
    s->n = atn_node_size(dates);
    s->days = ATN_NEW_ARRAY(s->ctx, atn_day, s->n);
    if (!s->days) return false;
    for (const atn_node *d = atn_node_first(dates); d; d = atn_node_next(d), i++) {
        good &= atn_iso_day(atn_node_text(d), &s->days[i]);
        if (good && s->days[i] <= s->as_of) s->now = i;
    }
    if (!read_levels(s, "inflow", s->inflow, &good) ||
        !read_levels(s, "outflow", s->outflow, &good) || !read_levels(s, "stay", s->stay, &good))
        return false;
    if (s->capacity && (!read_numbers(s, atn_node_get(s->capacity, "values"), &s->most, &good) ||
                        !read_numbers(s, atn_node_get(s->capacity, "full"), &s->full, &good)))
        return false;
    if (!good || s->n < 2) s->n = 0;
    return s->n == 0 || read_fan(s);
}

static void choose_ranges(stock *s, const atn_marks *marks)
{
    s->high = fmax(marks->largest, 0.0);
    for (size_t i = 0; i < s->n; i++) {
        s->high = fmax(s->high, s->level[ATN_BAND_LEVELS - 1][i]);
        s->flow_high = fmax(s->flow_high, fmax(s->inflow[MIDDLE][i], s->outflow[MIDDLE][i]));
    }
    /* Room without end, as a scenario may give it, is no scale to draw on. */
    for (size_t i = 0; i < s->n && s->most; i++)
        if (s->most[i] < 2.0 * s->high) s->high = fmax(s->high, s->most[i]);
    s->high *= 1.06;
    s->flow_high *= 1.15;
}

/* ---- words -------------------------------------------------------------------------------------
 */

static double fullest(const stock *s, size_t *at)
{
    double most = 0;
    *at = s->now;
    for (size_t i = s->now; i < s->n && s->full; i++)
        if (s->full[i] > most) most = s->full[i], *at = i;
    return most;
}

static void say_day(atn_text *out, const stock *s, size_t at)
{
    char date[ATN_DATE_SIZE];
    atn_date_format(s->days[at], date);
    atn_say_short_date(out, date);
}

static void say_chance(atn_text *out, double p)
{
    char words[64];
    atn_frequency_words(p, words, sizeof words);
    atn_text_add(out, words);
}

static const char *step_of(const stock *s)
{
    return atn_node_text(atn_node_path(s->root, "study/step"));
}

static void say_stay(atn_text *out, const stock *s, double stay)
{
    atn_text_grouped(out, stay, stay < 10 ? 1 : 0);
    atn_text_printf(out, " %ss", step_of(s));
}

static void say_headline(atn_text *out, const stock *s)
{
    size_t at;
    const double most = fullest(s, &at);
    atn_escape_plain(out, atn_text_of(s->series, "label"));
    atn_text_add(out, ": ");
    if (s->full && most >= LIKELY) {
        size_t first = s->now;
        while (s->full[first] < LIKELY) first++;
        if (first == s->now) {
            atn_text_add(out, "at the limit already, in ");
            say_chance(out, s->full[first]);
        } else {
            atn_text_add(out, "full by ");
            say_day(out, s, first);
            atn_text_add(out, " more likely than not");
        }
    } else if (s->full) {
        atn_text_add(out, "room likely to last; the chance of being full is ");
        say_chance(out, most);
        if (most >= 0.01) atn_text_add(out, " at most");
    } else {
        atn_text_add(out, "median ");
        atn_say_estimate(out, s->level[ATN_BAND_MEDIAN][s->n - 1]);
        atn_text_add(out, " by ");
        say_day(out, s, s->n - 1);
        atn_text_add(out, ", now ");
        atn_say_estimate(out, s->level[ATN_BAND_MEDIAN][s->now]);
    }
}

static void say_below(atn_text *out, const stock *s)
{
    atn_escape_plain(out, atn_text_of(s->series, "label"));
    atn_capitalise(out, 0);
    atn_text_add(out, ": median and the middle 50, 80 and 95 %");
    if (s->capacity) atn_text_add(out, ", against capacity");
    atn_text_printf(out, "; below, what enters and leaves %s", atn_per_step(s->root));
    atn_say_sources(out, s->root, atn_text_of(s->series, "id"));
    atn_say_published(out, s->root);
}

static bool any_full(const stock *s)
{
    for (size_t i = 0; i < s->n && s->full; i++)
        if (s->full[i] >= LIKELY) return true;
    return false;
}

static void say_foot(atn_text *out, const stock *s, const atn_marks *marks)
{
    atn_marks_key(marks, out, false);
    if (any_full(s))
        atn_text_printf(out, "%sShaded: full, more likely than not.", out->length ? " " : "");
}

/* "Implied stay: 56 days now (8 in 10: 48 to 64), 59 days (44 to 79) by 31 Dec 2026" */
static void say_stays(atn_text *out, const stock *s)
{
    const size_t ends[] = {s->now, s->n - 1};
    atn_text_add(out, "Implied stay (level over what leaves): ");
    for (size_t k = 0; k < 2; k++) {
        const size_t at = ends[k];
        if (k == 1 && ends[0] == ends[1]) break;
        atn_text_add(out, k ? "; " : "");
        say_stay(out, s, s->stay[MIDDLE][at]);
        atn_text_add(out, k ? " (" : " (8 in 10 futures: ");
        atn_text_grouped(out, s->stay[LOW][at], s->stay[LOW][at] < 10 ? 1 : 0);
        atn_text_add(out, " to ");
        atn_text_grouped(out, s->stay[HIGH][at], s->stay[HIGH][at] < 10 ? 1 : 0);
        atn_text_add(out, ") on ");
        say_day(out, s, at);
    }
}

static void say_alt(atn_text *out, const stock *s, const atn_chart *chart)
{
    const size_t end = s->n - 1;
    atn_text_add(out, atn_words(&chart->headline));
    atn_text_add(out, ". Fan chart of the level");
    if (s->most) {
        atn_text_add(out, " against a capacity of ");
        atn_say_estimate(out, s->most[s->now]);
        atn_text_add(out, " on ");
        say_day(out, s, s->now);
        atn_text_add(out, " and ");
        atn_say_estimate(out, s->most[end]);
        atn_text_add(out, " on ");
        say_day(out, s, end);
    }
    atn_text_add(out, ": median ");
    atn_say_estimate(out, s->level[ATN_BAND_MEDIAN][s->now]);
    atn_text_add(out, " now and ");
    atn_say_estimate(out, s->level[ATN_BAND_MEDIAN][end]);
    atn_text_add(out, " at the end, 8 in 10 futures between ");
    atn_say_estimate(out, s->level[2][end]);
    atn_text_add(out, " and ");
    atn_say_estimate(out, s->level[6][end]);
    atn_text_add(out, ". Below, what enters and leaves: ");
    atn_say_estimate(out, s->inflow[MIDDLE][end]);
    atn_text_add(out, " and ");
    atn_say_estimate(out, s->outflow[MIDDLE][end]);
    atn_text_printf(out, " %s at the end. ", atn_per_step(s->root));
    say_stays(out, s);
    if (s->full) {
        size_t at;
        atn_text_add(out, ". The chance of being full is at most ");
        atn_say_percent(out, fullest(s, &at));
        atn_text_add(out, " on any day shown after the figures");
    }
    atn_text_add(out, ".");
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

static void write_data(atn_text *out, const stock *s)
{
    static const char *const names[] = {"q0.025", "q0.05", "q0.1",  "q0.25", "q0.5",
                                        "q0.75",  "q0.9",  "q0.95", "q0.975"};
    atn_text_add(out, "date");
    for (size_t k = 0; k < ATN_BAND_LEVELS; k++) atn_text_printf(out, ",%s", names[k]);
    atn_text_add(out, ",capacity,full,inflow_low,inflow,inflow_high,outflow_low,outflow,"
                      "outflow_high,stay_low,stay,stay_high\n");
    for (size_t i = 0; i < s->n; i++) {
        char date[ATN_DATE_SIZE];
        atn_date_format(s->days[i], date);
        atn_text_add(out, date);
        for (size_t k = 0; k < ATN_BAND_LEVELS; k++) {
            atn_text_add(out, ",");
            atn_add_plotted(out, s->level[k][i]);
        }
        atn_text_add(out, ",");
        if (s->most) atn_add_plotted(out, s->most[i]);
        atn_text_add(out, ",");
        if (s->full) atn_add_plotted(out, s->full[i]);
        for (size_t k = 0; k < 3 * N_LEVELS; k++) {
            double *const *group = k < 3 ? s->inflow : k < 6 ? s->outflow : s->stay;
            atn_text_add(out, ",");
            atn_add_plotted(out, group[k % 3][i]);
        }
        atn_text_add(out, "\n");
    }
}

static void shade(atn_frame *f, atn_day from, atn_day to, bool named)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set object rectangle from ");
    atn_add_day(s, from);
    atn_text_add(s, ", graph 0 to ");
    atn_add_day(s, to);
    atn_text_add(s, ", graph 1 behind fillcolor rgb c_grid fillstyle solid 1.0 noborder\n");
    if (!named) return;
    atn_text_add(s, "set label 'full' at ");
    atn_add_day(s, from);
    atn_text_add(s, ", graph 0 left front noenhanced offset character 0.4, 0.7 font ',11' "
                    "textcolor rgb c_quiet\n");
}

static void add_full(atn_frame *f, const stock *s, bool named)
{
    for (size_t i = 0; i < s->n && s->full; i++) {
        if (s->full[i] < LIKELY) continue;
        const size_t from = i;
        while (i + 1 < s->n && s->full[i + 1] >= LIKELY) i++;
        shade(f, s->days[from], s->days[i + 1 < s->n ? i + 1 : i], named);
        named = false;
    }
}

static void note(atn_frame *f, double y, const char *color, int rank, const char *words,
                 const char *after)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_text_printf(&text, "%s ", words);
    atn_say_estimate(&text, y);
    atn_text_add(&text, after);
    atn_frame_note(f, y, color, rank, &text);
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
}

static void plot_stock(atn_frame *f, const stock *s)
{
    static const struct {
        int low, high;
        const char *tint;
    } bands[] = {{2, 10, "c_band95"}, {4, 8, "c_band80"}, {5, 7, "c_band50"}};
    const char *name = f->chart->name;
    for (size_t k = 0; k < sizeof bands / sizeof *bands; k++)
        atn_frame_plot(f, "'%s.csv' skip 1 using 1:%d:%d with filledcurves lc rgb %s", name,
                       bands[k].low, bands[k].high, bands[k].tint);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:6 with lines ls 1", name);
    if (s->most)
        atn_frame_plot(f, "'%s.csv' skip 1 using 1:11 with lines lt 1 lw 2 lc rgb c_goal", name);
}

static void draw_stock(atn_frame *f, const stock *s, double bottom, double top)
{
    const size_t end = s->n - 1;
    atn_text *script = &f->chart->script;
    atn_place_panel(f, bottom, top);
    atn_frame_dates(f, s->days[0], s->days[end]);
    atn_text_add(script, "unset xtics\n");
    atn_frame_values(f, 0.0, s->high, false);
    add_full(f, s, true);
    if (s->as_of < s->days[end]) atn_frame_rule(f, s->as_of, "projection \xe2\x86\x92", true);
    note(f, s->level[ATN_BAND_MEDIAN][end], "c_line", 0, "median", "");
    if (s->most) note(f, s->most[end], "c_goal_text", 0, "capacity", "");
    note(f, s->level[2][end], "c_band_text", 3, "1 in 10 below:", "");
    note(f, s->level[6][end], "c_band_text", 3, "1 in 10 above:", "");
    note(f, s->level[0][end], "c_band_text", 4, "1 in 40 below:", "");
    note(f, s->level[8][end], "c_band_text", 4, "1 in 40 above:", "");
    atn_frame_place_notes(f);
    atn_panel_draw(f, bottom, top);
}

static void draw_flows(atn_frame *f, const stock *s, double bottom, double top)
{
    const size_t end = s->n - 1;
    const char *name = f->chart->name, *per = atn_per_step(f->root);
    const atn_words_style small = {11.5, false, "c_text", "left", f->width - f->left - 24.0};
    char after[32];
    atn_text text, *script = &f->chart->script;
    snprintf(after, sizeof after, " %s", per);
    atn_text_init(&text, f->ctx);
    say_stays(&text, s);
    atn_place_words(f, atn_words(&text), f->left, top + 14.0, &small);
    if (text.failed) script->failed = true;
    atn_text_free(&text);
    atn_place_panel(f, bottom, top);
    atn_text_add(script, "set xtics nomirror out scale 0.6 textcolor rgb c_text\n");
    atn_frame_dates(f, s->days[0], s->days[end]);
    atn_frame_values(f, 0.0, s->flow_high, false);
    add_full(f, s, false);
    if (s->as_of < s->days[end]) atn_frame_rule(f, s->as_of, "", true);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:14 with lines lt 1 lw 2 lc rgb c_green", name);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:17 with lines lt 1 lw 2 dt (6,3) lc rgb c_orange",
                   name);
    note(f, s->inflow[MIDDLE][end], "c_green_text", 0, "in", after);
    note(f, s->outflow[MIDDLE][end], "c_orange_text", 0, "out", after);
    atn_frame_place_notes(f);
    atn_panel_draw(f, bottom, top);
}

static void compose(atn_frame *f, const stock *s, const atn_marks *marks)
{
    atn_text text;
    plot_stock(f, s);
    atn_marks_draw(marks, f); /* before the loop, which can hold no data of its own */
    atn_panels_open(f);
    atn_text_init(&text, f->ctx);
    say_below(&text, s);
    atn_frame_head(f, atn_words(&text));
    atn_words_clear(&text);
    say_foot(&text, s, marks);
    atn_frame_foot(f, atn_words(&text));
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    const double bottom = f->bottom, top = f->top - 6.0;
    draw_stock(f, s, bottom + STRIP + BETWEEN, top);
    draw_flows(f, s, bottom, bottom + STRIP);
    atn_panels_close(f);
}

void atn_chart_stock(atn_chart_list *list, const atn_node *root, const atn_node *series)
{
    stock s = {.ctx = list->ctx,
               .root = root,
               .series = series,
               .passage = atn_node_get(series, "passage")};
    atn_frame f;
    atn_day origin;
    atn_marks marks;
    if (!s.passage || !atn_study_days(root, &origin, &s.as_of, &s.horizon)) return;
    s.capacity = atn_node_get(s.passage, "capacity");
    if (atn_node_is_null(s.capacity)) s.capacity = NULL;
    if (!read_all(&s)) {
        list->failed = true;
    } else if (s.n > 1) {
        atn_chart *chart = atn_chart_add(list, "stock", atn_text_of(series, "id"));
        if (chart) {
            atn_marks_rate(&marks, list->ctx, root, series);
            choose_ranges(&s, &marks);
            say_headline(&chart->headline, &s);
            atn_frame_open(&f, list->ctx, root, chart, WIDTH, HEIGHT);
            write_data(&chart->data, &s);
            compose(&f, &s, &marks);
            say_alt(&chart->alt, &s, chart);
            atn_marks_free(&marks);
        }
    }
    let_go(&s);
}
