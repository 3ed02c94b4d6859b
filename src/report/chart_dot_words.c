/* Words beside dots on lines: on the side where they meet no other words and no line. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart_internal.h"

static const double SIZE = 11.5, AWAY_X = 7.0, AWAY_Y = 12.0;

typedef struct box {
    double left, right, low, high;
} box;

static bool boxes_meet(const box *a, const box *b)
{
    return a->left < b->right && b->left < a->right && a->low < b->high && b->low < a->high;
}

static box box_of(const atn_dot *dot, bool left, bool above)
{
    const double width = atn_text_width(dot->text, strlen(dot->text), SIZE, false);
    const double x = dot->x + (left ? -AWAY_X - width : AWAY_X);
    const double y = dot->y + (above ? AWAY_Y : -AWAY_Y);
    return (box){x, x + width, y - 0.55 * SIZE, y + 0.55 * SIZE};
}

/* Height of the segment from a to b at x, which lies between theirs. */
static double height_at(const double a[2], const double b[2], double x)
{
    return b[0] > a[0] ? a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]) : a[1];
}

static bool lines_meet(const atn_dots *d, const box *b)
{
    for (size_t i = 0; i + 1 < d->n_points; i++) {
        const double *p = d->points[i], *q = d->points[i + 1];
        if (!isfinite(p[1]) || !isfinite(q[1]) || q[0] < b->left || p[0] > b->right) continue;
        const double from = height_at(p, q, fmax(p[0], b->left));
        const double to = q[0] > p[0] ? height_at(p, q, fmin(q[0], b->right)) : q[1];
        if (fmin(from, to) < b->high && fmax(from, to) > b->low) return true;
    }
    return false;
}

/* 0: free; 1: a line runs through it; 2: it meets other words or leaves the plot. */
static int trouble(const atn_frame *f, const atn_dots *d, size_t dot, const box *b,
                   const box *placed)
{
    if (b->left < f->left + 2.0 || b->right > f->right - 2.0 || b->low < f->bottom + 2.0 ||
        b->high > f->top - 2.0)
        return 2;
    for (size_t i = 0; i < d->n; i++) {
        const double x = d->dots[i].x, y = d->dots[i].y;
        const box own = {x - 4.0, x + 4.0, y - 4.0, y + 4.0};
        if (boxes_meet(b, &own) || (i < dot && boxes_meet(b, &placed[i]))) return 2;
    }
    return lines_meet(d, b) ? 1 : 0;
}

static void add_point(atn_frame *f, const atn_dot *dot)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set label '' at screen ");
    atn_text_number(s, dot->x / f->width);
    atn_text_add(s, ", screen ");
    atn_text_number(s, dot->y / f->height);
    atn_text_printf(s, " front noenhanced point pt 7 ps 0.8 lc rgb %s\n", dot->color);
}

static void add_words(atn_frame *f, const atn_dot *dot, bool left, bool above)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, dot->text);
    atn_text_add(s, " at screen ");
    atn_text_number(s, (dot->x + (left ? -AWAY_X : AWAY_X)) / f->width);
    atn_text_add(s, ", screen ");
    atn_text_number(s, (dot->y + (above ? AWAY_Y : -AWAY_Y)) / f->height);
    atn_text_printf(s, " %s front noenhanced font ',11.5' textcolor rgb %s\n",
                    left ? "right" : "left", dot->ink);
}

void atn_dots_add(atn_dots *d, double x, double y, const char *color, const char *ink,
                  const atn_text *text)
{
    if (d->n == ATN_MAX_DOTS) return;
    atn_dot *dot = &d->dots[d->n++];
    *dot = (atn_dot){.x = x, .y = y, .color = color, .ink = ink};
    if (text->data && text->length < sizeof dot->text)
        memcpy(dot->text, text->data, text->length + 1);
}

void atn_dots_place(atn_frame *f, const atn_dots *d)
{
    static const bool sides[4][2] = {{true, true}, {false, true}, {false, false}, {true, false}};
    box placed[ATN_MAX_DOTS];
    for (size_t i = 0; i < d->n; i++) {
        const atn_dot *dot = &d->dots[i];
        int least = d->sparse ? 2 : 1; /* with one line, better words across it than none */
        size_t best = 4;
        placed[i] = (box){0.0, 0.0, 0.0, 0.0};
        add_point(f, dot);
        for (size_t k = 0; k < 4 && *dot->text; k++) {
            const box b = box_of(dot, sides[k][0], sides[k][1]);
            const int found = trouble(f, d, i, &b, placed);
            if (found >= least) continue;
            least = found;
            best = k;
            placed[i] = b;
        }
        if (best < 4) add_words(f, dot, sides[best][0], sides[best][1]);
    }
}
