/* Several panels under one head. */
#include <math.h>
#include <string.h>

#include "chart_internal.h"
#include "report/digits.h"

static const double SIDE = 24.0, KEY_SIZE = 11.5, TIC_SIZE = 12.0;

static void number(atn_text *out, double value)
{
    atn_text_number(out, isfinite(value) ? value : 0.0);
}

/* `replot` draws no second panel, so all terminals go through the same lines. */
void atn_panels_open(atn_frame *f)
{
    atn_text *s = &f->chart->script;
    bool any = false;
    atn_text_add(s, "do for [picture in '");
    atn_look_say_pictures(f->look, s);
    atn_text_add(s, "'] {\n");
    for (size_t i = 0; i < 3; i++) {
        if (!(f->look->pictures & (unsigned)atn_picture_kinds[i].bit)) continue;
        atn_text_printf(s, "%sif (picture eq '%s') {\n", any ? "}\n" : "",
                        atn_picture_kinds[i].name);
        atn_look_terminal(f, atn_picture_kinds[i].bit);
        any = true;
    }
    atn_text_add(s, any ? "}\nset multiplot\n" : "set multiplot\n");
}

void atn_panel_draw(atn_frame *f, double bottom, double top)
{
    atn_text *s = &f->chart->script;
    const double whole_top = f->top, whole_bottom = f->bottom;
    f->top = top;
    f->bottom = bottom;
    atn_frame_place_rules(f);
    atn_frame_margins(f);
    f->top = whole_top;
    f->bottom = whole_bottom;
    atn_text_add(s, f->plot.data ? f->plot.data : "");
    if (f->plot.failed) s->failed = true;
    atn_text_add(s, "\nunset label\nunset arrow\nunset object\n");
    atn_text_free(&f->plot);
    atn_text_init(&f->plot, f->ctx);
    f->n_parts = 0;
}

void atn_panels_close(atn_frame *f)
{
    atn_text_add(&f->chart->script, "unset multiplot\nset output\n}\n");
    atn_text_free(&f->plot);
}

typedef struct tic_style {
    int decimals;
    bool grouped, scientific;
} tic_style;

static tic_style style_of(double low, double high, double step)
{
    const double largest = fmax(fabs(low), fabs(high));
    tic_style t = {0, largest >= 10000.0, largest >= 1e9 || largest < 1e-4};
    while (t.decimals < 9 &&
           fabs(step - round(step * pow(10, t.decimals)) / pow(10, t.decimals)) > 1e-6 * step)
        t.decimals++;
    return t;
}

/* Years are not 1,990: thousands are set apart from 10,000 on. */
static void say_tic(atn_text *out, double at, double step, tic_style style)
{
    char text[ATN_DIGITS_SIZE], plain[64];
    if (style.scientific) {
        atn_digits_put(at, atn_digits_exponent(step, 2) - 1, true, text);
        char *e = strchr(text, 'e'); /* 2.0e-6 as 2e-6 */
        char *end = e ? e : text;
        while (e && strchr(text, '.') && end > text && (end[-1] == '0' || end[-1] == '.'))
            if (*--end == '.') break;
        if (e) memmove(end, e, strlen(e) + 1);
        atn_text_add(out, text);
    } else if (style.grouped) {
        atn_text_grouped(out, at, style.decimals);
    } else {
        atn_number_fixed(at, style.decimals, plain);
        if (out->style == ATTAIN_NUMBERS_POINT) {
            char *point = strchr(plain, '.');
            if (point) *point = ',';
        }
        atn_text_add(out, plain);
    }
}

double atn_panel_axis(atn_frame *f, const char *axis, double low, double high, int parts)
{
    atn_text *s = &f->chart->script;
    const double step = atn_nice_step(high - low, parts), from = ceil(low / step - 1e-9) * step;
    const tic_style style = style_of(low, high, step);
    double widest = 0.0;
    atn_text_printf(s, "set %srange [", axis);
    number(s, low);
    atn_text_add(s, ":");
    number(s, high);
    atn_text_printf(s, "]\nset %stics (", axis);
    for (int k = 0; k < 40 && from + k * step <= high + 1e-9 * step; k++) {
        const double raw = from + k * step, at = fabs(raw) < 1e-9 * step ? 0.0 : raw;
        atn_text_add(s, k ? ", '" : "'");
        const size_t before = s->length;
        say_tic(s, at, step, style);
        if (s->data && !s->failed)
            widest =
                fmax(widest, atn_text_width(s->data + before, s->length - before, TIC_SIZE, false));
        atn_text_add(s, "' ");
        number(s, at);
    }
    atn_text_add(s, ")\n");
    return widest;
}

/* "screen X, screen Y" of pixels. */
static void place(const atn_frame *f, atn_text *out, double x, double y)
{
    atn_text_add(out, "screen ");
    number(out, x / f->width);
    atn_text_add(out, ", screen ");
    number(out, y / f->height);
}

static void add_sample(atn_frame *f, const atn_key_item *item, double x, double y)
{
    atn_text *s = &f->chart->script;
    switch (item->sample) {
    case SAMPLE_POINT:
        atn_text_add(s, "set label '' at ");
        place(f, s, x + 11.0, y);
        atn_text_printf(s, " point pt 7 ps 0.6 lc rgb %s front\n", item->color);
        return;
    case SAMPLE_LINE:
        atn_text_add(s, "set arrow from ");
        place(f, s, x, y);
        atn_text_add(s, " to ");
        place(f, s, x + 22.0, y);
        atn_text_printf(s, " nohead front lt 1 lw 2.2 lc rgb %s\n", item->color);
        return;
    case SAMPLE_BOX:
        atn_text_add(s, "set object rectangle from ");
        place(f, s, x, y - 6.0);
        atn_text_add(s, " to ");
        place(f, s, x + 22.0, y + 6.0);
        atn_text_printf(s, " front fillcolor rgb %s fillstyle solid 1.0 noborder\n", item->color);
        return;
    }
}

void atn_panels_key(atn_frame *f, const atn_key_item *items, size_t n)
{
    atn_text *s = &f->chart->script;
    double x = SIDE, y = f->top - 2.0;
    for (size_t i = 0; i < n; i++) {
        const double width = atn_text_width(items[i].text, strlen(items[i].text), KEY_SIZE, false);
        if (i > 0 && x + 30.0 + width > f->width - SIDE) {
            x = SIDE;
            y -= 20.0;
        }
        add_sample(f, &items[i], x, y);
        atn_text_add(s, "set label ");
        atn_escape_gnuplot(s, items[i].text);
        atn_text_add(s, " at ");
        place(f, s, x + 29.0, y);
        atn_text_add(s, " left front noenhanced font ',11.5' textcolor rgb c_text\n");
        x += 29.0 + width + 24.0;
    }
    f->top = y - 14.0;
}
