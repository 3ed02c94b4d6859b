/* Whether what was foreseen came as often as it should: coverage by group, and PIT. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "backtest_words.h"
#include "chart_internal.h"

static const char *const LEVEL_COLORS[ATTAIN_COVERAGES] = {"c_band50", "c_line", "c_line_deep"};
static const char *const BAR = "c_band80", *const GOAL = "c_goal", *const WORDS = "c_text",
                         *const FAINT = "c_grid";
static const double nominal[ATTAIN_COVERAGES] = {0.5, 0.8, 0.95};
static const char *const levels[ATTAIN_COVERAGES] = {"0.5", "0.8", "0.95"};
static const double ROW = 40.0, PIT_HEIGHT = 150.0, LABEL_ROOM = 190.0;

/* Groups with exact figures; those of the first have all. */
static size_t count_rows(const attain_backtest *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_scores; i++) n += b->scores[i].n_exact > 0;
    return n;
}

/* Off the nominal value by more than two of its errors. */
static bool is_off(const attain_backtest_score *s, size_t level)
{
    return fabs(s->coverage[level] - nominal[level]) > 2.0 * s->coverage_error[level];
}

static bool is_wide(const attain_backtest_score *s, size_t level)
{
    return s->coverage[level] > nominal[level];
}

/* Where all together are as they should be, the distance that is not. */
static void say_exception(atn_text *out, const attain_backtest *b)
{
    for (size_t i = 1; i < b->n_scores; i++)
        for (size_t k = 0; k < ATTAIN_COVERAGES; k++) {
            const attain_backtest_score *s = &b->scores[i];
            if (strcmp(s->group, "horizon") != 0 || s->n_exact == 0 || !is_off(s, k)) continue;
            atn_text_printf(out, ", but were too %s for %s%s", is_wide(s, k) ? "wide" : "narrow",
                            strstr(s->name, "days") ? "" : "windows ", s->name);
            atn_text_add(out, strstr(s->name, "days") ? " ahead" : "");
            return;
        }
    atn_text_add(out, ", as they should");
}

static void say_headline(atn_text *out, const attain_backtest *b)
{
    const attain_backtest_score *all = &b->scores[0];
    if (all->n_exact == 0) {
        atn_text_add(out, "Where later figures came out among those foreseen");
        return;
    }
    /* the level that strays speaks; else the middle one */
    size_t level = 1;
    for (size_t k = 0; k < ATTAIN_COVERAGES; k++)
        if (is_off(all, k) && !is_off(all, level)) level = k;
    atn_text_printf(out, "Intervals meant to hold %d in 100 later figures held %d",
                    (int)round(100 * nominal[level]), (int)round(100 * all->coverage[level]));
    if (is_off(all, level))
        atn_text_add(out, is_wide(all, level) ? ": too wide" : ": too narrow");
    else
        say_exception(out, b);
}

static void say_day(atn_text *out, atn_day day)
{
    char date[ATN_DATE_SIZE];
    atn_date_format(day, date);
    atn_say_short_date(out, date);
}

static void say_below(atn_text *out, const attain_backtest *b)
{
    const attain_backtest_score *all = &b->scores[0];
    atn_text_printf(out, "%zu exact figures and %zu other statements published until ",
                    all->n_exact_reports, all->n_reports - all->n_exact_reports);
    say_day(out, b->study->as_of);
    atn_text_printf(out, ", as foreseen on %zu dates from ", all->n_dates);
    say_day(out, b->dates[0].as_of);
    atn_text_add(out, " to ");
    say_day(out, b->dates[b->n_dates - 2].as_of);
}

static void write_coverage(atn_text *out, const attain_backtest *b, size_t n)
{
    size_t row = n;
    for (size_t i = 0; i < b->n_scores; i++) {
        const attain_backtest_score *s = &b->scores[i];
        if (s->n_exact == 0) continue;
        for (size_t k = 0; k < ATTAIN_COVERAGES; k++) {
            atn_escape_csv(out, s->name);
            atn_text_add(out, ",");
            atn_text_number(out, nominal[k]);
            atn_text_add(out, ",");
            atn_text_number(out, s->coverage[k]);
            atn_text_add(out, ",");
            atn_text_number(out, fmax(0.0, s->coverage[k] - s->coverage_error[k]));
            atn_text_add(out, ",");
            atn_text_number(out, fmin(1.0, s->coverage[k] + s->coverage_error[k]));
            atn_text_add(out, ",");
            atn_text_number(out, (double)row + 0.22 * (1.0 - (double)k));
            atn_text_add(out, ",,\n");
        }
        row--;
    }
}

static void write_data(atn_text *out, const attain_backtest *b, size_t rows)
{
    atn_text_add(out, "group,nominal,coverage,low,high,height,pit_middle,figures\n");
    write_coverage(out, b, rows);
    for (size_t k = 0; k < ATTAIN_PIT_BINS; k++) {
        atn_text_add(out, "pit,,,,,,");
        atn_text_number(out, ((double)k + 0.5) / ATTAIN_PIT_BINS);
        atn_text_printf(out, ",%zu\n", b->pit[k]);
    }
}

static void add_row_label(atn_frame *f, const attain_backtest_score *s, size_t row)
{
    char place[64], text[64];
    snprintf(place, sizeof place, "graph -0.015, first %zu", row);
    atn_text name;
    atn_text_init(&name, f->ctx);
    atn_escape_plain(&name, s->name);
    if (strcmp(s->group, "horizon") == 0 && name.length > 8 &&
        strcmp(name.data + name.length - 4, "days") == 0)
        atn_text_add(&name, " ahead");
    atn_frame_label(f, name.data ? name.data : "", place, 11.5, WORDS, "right");
    if (name.failed) f->chart->script.failed = true;
    atn_text_free(&name);
    snprintf(place, sizeof place, "graph 1.015, first %zu", row);
    snprintf(text, sizeof text, "%zu figure%s, seen %zu times", s->n_exact_reports,
             s->n_exact_reports == 1 ? "" : "s", s->n_exact);
    atn_frame_label(f, text, place, 11.0, WORDS, "left");
}

static void add_level(atn_frame *f, size_t k)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set arrow from ");
    atn_text_number(s, nominal[k]);
    atn_text_add(s, ", graph 0 to ");
    atn_text_number(s, nominal[k]);
    atn_text_printf(s, ", graph 1 nohead back lt 1 lw 1.2 dt (4,4) lc rgb %s\n", LEVEL_COLORS[k]);
    for (int points = 0; points < 2; points++)
        atn_frame_plot(f, "'%s.csv' skip 1 using ($2==%s?$3:NaN):6%s lt 1 lc rgb %s",
                       f->chart->name, levels[k],
                       points ? " with points pt 7 ps 0.8" : ":4:5 with xerrorbars pt 0 lw 1.6",
                       LEVEL_COLORS[k]);
}

static void draw_coverage(atn_frame *f, const attain_backtest *b, size_t rows, double bottom)
{
    atn_text *s = &f->chart->script;
    atn_text_printf(s,
                    "set xrange [0:1]\nset yrange [0.4:%zu.6]\nunset ytics\nset bars 0\n"
                    "set grid xtics noytics lt 1 lw 0.75 lc rgb %s\n"
                    "set xtics ('0 %%%%' 0, '50 %%%%' 0.5, '80 %%%%' 0.8, '95 %%%%' 0.95)\n",
                    rows, FAINT);
    for (size_t i = 0, row = rows; i < b->n_scores; i++)
        if (b->scores[i].n_exact > 0) add_row_label(f, &b->scores[i], row--);
    for (size_t k = 0; k < ATTAIN_COVERAGES; k++) add_level(f, k);
    atn_frame_label(f, "Share of exact figures inside the interval", "graph 0, graph 1.06", 11.5,
                    WORDS, "left");
    atn_panel_draw(f, bottom, f->top);
}

static void draw_pit(atn_frame *f, const attain_backtest *b)
{
    atn_text *s = &f->chart->script;
    size_t most = 1;
    for (size_t k = 0; k < ATTAIN_PIT_BINS; k++)
        if (b->pit[k] > most) most = b->pit[k];
    atn_text_add(s, "set ytics nomirror scale 0 textcolor rgb c_text\n");
    (void)atn_panel_axis(f, "x", 0.0, 1.0, 5);
    (void)atn_panel_axis(f, "y", 0.0, 1.1 * (double)most, 3);
    const double level = (double)b->n_forecasts / ATTAIN_PIT_BINS;
    atn_text_add(s, "unset grid\nset boxwidth 0.095\nset arrow from graph 0, first ");
    atn_text_number(s, level);
    atn_text_add(s, " to graph 1, first ");
    atn_text_number(s, level);
    atn_text_printf(s, " nohead front lt 1 lw 1.6 dt (8,5) lc rgb %s\n", GOAL);
    char place[96], digits[ATN_NUMBER_SIZE];
    atn_number_format(level, digits);
    snprintf(place, sizeof place, "graph 1.015, first %s", digits);
    atn_frame_label(f, "flat, if all is well", place, 11.0, GOAL, "left");
    atn_frame_label(f,
                    "Where every later figure fell among those foreseen (PIT): 0 lowest, 1 highest",
                    "graph 0, graph 1.09", 11.5, WORDS, "left");
    atn_frame_plot(f, "'%s.csv' skip 1 using 7:8 with boxes fs solid 1.0 noborder lc rgb %s",
                   f->chart->name, BAR);
    atn_panel_draw(f, f->bottom, f->bottom + PIT_HEIGHT);
}

static void say_alt(atn_text *out, const attain_backtest *b, const atn_chart *chart)
{
    if (chart->headline.data) atn_text_add(out, chart->headline.data);
    atn_text_add(out, ". Share of exact figures inside the 50, 80 and 95 % intervals");
    bool any = false;
    for (size_t i = 0; i < b->n_scores; i++) {
        const attain_backtest_score *s = &b->scores[i];
        if (s->n_exact == 0) continue;
        atn_text_add(out, any ? "; " : ": ");
        any = true;
        atn_escape_plain(out, s->name);
        for (size_t k = 0; k < ATTAIN_COVERAGES; k++)
            atn_text_printf(out, "%s%d", k ? ", " : " ", (int)round(100 * s->coverage[k]));
        atn_text_add(out, " %");
    }
    atn_text_add(out, ". Figures by tenth of what was foreseen, lowest first: ");
    for (size_t k = 0; k < ATTAIN_PIT_BINS; k++)
        atn_text_printf(out, "%s%zu", k ? ", " : "", b->pit[k]);
    atn_text_add(out, ".");
}

void atn_chart_calibration(atn_chart_list *list, const attain_backtest *b)
{
    static const atn_key_item key[] = {{SAMPLE_POINT, "c_band50", "50 % interval"},
                                       {SAMPLE_POINT, "c_line", "80 %"},
                                       {SAMPLE_POINT, "c_line_deep", "95 %"}};
    const size_t rows = count_rows(b);
    atn_frame f;
    atn_text text;
    atn_chart *chart = atn_chart_add(list, "calibration", "");
    if (!chart) return;
    say_headline(&chart->headline, b);
    const double height = (rows > 0 ? ROW * (double)rows + 90.0 : 0.0) + PIT_HEIGHT + 190.0;
    atn_frame_open(&f, list->ctx, NULL, chart, 960.0, height);
    atn_panels_open(&f);
    atn_text_init(&text, list->ctx);
    say_below(&text, b);
    atn_frame_head(&f, text.data ? text.data : "");
    if (text.failed) chart->script.failed = true;
    atn_text_free(&text);
    atn_frame_foot(&f,
                   "Bars are one standard error; one figure is seen from several dates, one date "
                   "sees several figures, so neither counts as new evidence each time.");
    f.left = LABEL_ROOM;
    f.right = f.width - 210.0;
    write_data(&chart->data, b, rows);
    if (rows > 0) {
        atn_panels_key(&f, key, 3);
        f.top -= 30.0;
        draw_coverage(&f, b, rows, f.bottom + PIT_HEIGHT + 76.0);
    }
    draw_pit(&f, b);
    atn_panels_close(&f);
    say_alt(&chart->alt, b, chart);
}
