/* Words and lines at places given in pixels. */
#include "chart_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double LEADING = 1.32;

static void number(atn_text *out, double value)
{
    atn_text_number(out, isfinite(value) ? round(1e6 * value) / 1e6 : 0.0);
}

void atn_at_pixels(const atn_frame *f, atn_text *out, double x, double y)
{
    atn_text_add(out, "screen ");
    number(out, x / f->width);
    atn_text_add(out, ", screen ");
    number(out, y / f->height);
}

static void put(atn_frame *f, const char *text, double x, double y, const atn_words_style *style)
{
    char digits[64];
    atn_text *s = &f->chart->script;
    atn_number_fixed(style->size, 1, digits);
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, text);
    atn_text_add(s, " at ");
    atn_at_pixels(f, s, x, y);
    atn_text_printf(s, " %s front noenhanced font 'DejaVu Sans%s,%s' textcolor rgb %s\n",
                    style->align, style->bold ? ":Bold" : "", digits, style->color);
}

void atn_place_words(atn_frame *f, const char *text, double x, double y,
                     const atn_words_style *style)
{
    char cut[512];
    size_t n = strlen(text);
    if (atn_text_width(text, n, style->size, style->bold) > style->room)
        n = atn_text_fit(text, style->size, style->bold, style->room - style->size);
    if (n > sizeof cut - 4) n = sizeof cut - 4;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) n--;
    snprintf(cut, sizeof cut, "%.*s%s", (int)n, text, text[n] ? "\xe2\x80\xa6" : "");
    put(f, cut, x, y, style);
}

double atn_place_lines(atn_frame *f, const char *text, double x, double y, int most,
                       const atn_words_style *style)
{
    for (int line = 1; *text; line++) {
        const size_t n = atn_text_fit(text, style->size, style->bold, style->room);
        if (line == most || text[n] == '\0') {
            atn_place_words(f, text, x, y, style);
            return y - LEADING * style->size;
        }
        atn_text part;
        atn_text_init(&part, f->ctx);
        atn_text_add_bytes(&part, text, n);
        put(f, atn_words(&part), x, y, style);
        if (part.failed) f->chart->script.failed = true;
        atn_text_free(&part);
        text += n;
        while (*text == ' ') text++;
        y -= LEADING * style->size;
    }
    return y;
}

void atn_place_line(atn_frame *f, double x0, double y0, double x1, double y1, const char *style)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set arrow from ");
    atn_at_pixels(f, s, x0, y0);
    atn_text_add(s, " to ");
    atn_at_pixels(f, s, x1, y1);
    atn_text_printf(s, " nohead back %s\n", style);
}

void atn_place_box(atn_frame *f, double x0, double y0, double x1, double y1, const char *color)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set object rectangle from ");
    atn_at_pixels(f, s, x0, y0);
    atn_text_add(s, " to ");
    atn_at_pixels(f, s, x1, y1);
    atn_text_printf(s, " behind fillcolor rgb %s fillstyle solid 1.0 noborder\n", color);
}

void atn_place_panel(atn_frame *f, double bottom, double top)
{
    f->bottom = bottom;
    f->top = top;
    f->n_notes = 0;
}

static void add_tic(atn_text *s, atn_day day, bool *any, bool days)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int y, m, d;
    atn_date_parts(day, &y, &m, &d);
    atn_text_printf(s, "%s\"", *any ? ", " : "");
    if (days) atn_text_printf(s, "%d ", d);
    atn_text_add(s, months[m - 1]);
    if (!*any || (m == 1 && !days)) atn_text_printf(s, "\\n%d", y);
    atn_text_add(s, "\" ");
    atn_add_day(s, day);
    *any = true;
}

/* Every so many months from January on. */
static void month_tics(atn_text *s, atn_day first, atn_day last, int most)
{
    static const int steps[] = {1, 2, 3, 6, 12, 24, 60, 120};
    int y, m, d, y1, m1, d1;
    size_t k = 0;
    bool any = false;
    atn_date_parts(first, &y, &m, &d);
    atn_date_parts(last, &y1, &m1, &d1);
    const int months = 12 * (y1 - y) + m1 - m;
    while (k + 1 < sizeof steps / sizeof *steps && months > steps[k] * most) k++;
    for (int i = 12 * y + m - 1; i <= 12 * y1 + m1; i++) {
        const atn_day day = atn_date_from_parts(i / 12, i % 12 + 1, 1);
        if (i % steps[k] == 0 && day >= first && day <= last) add_tic(s, day, &any, false);
    }
}

void atn_place_dates(atn_frame *f, atn_day first, atn_day last, int most)
{
    atn_text *s = &f->chart->script;
    bool any = false;
    f->first = first;
    f->last = last > first ? last : first + 1;
    atn_text_add(s, "set xdata time\nset timefmt '%Y-%m-%d'\nset xrange [");
    atn_add_day(s, f->first);
    atn_text_add(s, ":");
    atn_add_day(s, f->last);
    atn_text_add(s, "]\nset xtics (");
    const atn_day days = f->last - f->first;
    if (days > 75)
        month_tics(s, f->first, f->last, most);
    else
        for (atn_day day = f->first, step = days / most + 1; day <= f->last; day += step)
            add_tic(s, day, &any, true);
    atn_text_add(s, ")\n");
}

void atn_words_clear(atn_text *text)
{
    text->length = 0;
    if (text->data) text->data[0] = '\0';
}

const char *atn_words(const atn_text *text)
{
    return text->data ? text->data : "";
}

/* Of futures at the levels (k - 1/2) / 50, those that have come by then: 50 P rounded, and the same
 * where dates are read off at those levels. */
int atn_futures_count(double probability)
{
    int n = 0;
    while (n < ATN_FUTURES && probability >= (n + 0.5) / ATN_FUTURES) n++;
    return n;
}

void atn_say_futures(atn_text *out, double probability)
{
    const int n = atn_futures_count(probability);
    if (n <= 0)
        atn_text_printf(out, "under 1 of %d", ATN_FUTURES);
    else if (n >= ATN_FUTURES)
        atn_text_printf(out, "over %d of %d", ATN_FUTURES - 1, ATN_FUTURES);
    else
        atn_text_printf(out, "%d of %d", n, ATN_FUTURES);
}

const char *atn_text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

double atn_number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

void atn_add_plotted(atn_text *out, double value)
{
    if (!isfinite(value)) return;
    if (value != 0.0) {
        const int decimals = 6 - (int)floor(log10(fabs(value)));
        if (decimals >= 0 && decimals <= 15) {
            const double unit = pow(10.0, decimals);
            value = round(value * unit) / unit;
        }
    }
    atn_text_number(out, value);
}

void atn_say_published(atn_text *out, const atn_node *root)
{
    atn_text_add(out, "; figures published by ");
    atn_say_short_date(out, atn_node_text(atn_node_path(root, "study/as_of")));
}

void atn_say_statement(atn_text *out, const atn_node *root, const atn_node *report)
{
    static const char *const words[][2] = {{"at_least", "at least "},
                                           {"at_most", "at most "},
                                           {"over", "over "},
                                           {"nearly", "nearly "},
                                           {"about", "about "}};
    const atn_node *series =
        atn_find(atn_node_get(root, "series"), "id", atn_text_of(report, "series"));
    const bool share = strcmp(atn_text_of(series, "kind"), "share") == 0;
    const char *statistic = atn_text_of(report, "statistic");
    if (strcmp(statistic, "value") != 0 && strcmp(statistic, "level") != 0)
        atn_text_printf(out, "%s ", statistic);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(atn_text_of(report, "relation"), words[i][0]) == 0)
            atn_text_add(out, words[i][1]);
    atn_say_value(out, atn_number_of(report, "value"), share, true);
    if (!isfinite(atn_number_of(report, "upper"))) return;
    atn_text_add(out, " to ");
    atn_say_value(out, atn_number_of(report, "upper"), share, true);
}

void atn_say_report_date(atn_text *out, const atn_node *report)
{
    const char *end = atn_text_of(report, "end");
    atn_say_short_date(out, *end ? end : atn_text_of(report, "start"));
}
