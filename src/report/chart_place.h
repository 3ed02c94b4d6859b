/* Words and lines of a chart at places given in pixels, and a panel's own part of the picture. */
#ifndef ATN_CHART_PLACE_H
#define ATN_CHART_PLACE_H

#include "chart_internal.h"

typedef struct atn_words_style {
    double size;
    bool bold;
    const char *color, *align; /* "left", "right", "center" */
    double room;               /* pixels; what does not fit ends in an ellipsis */
} atn_words_style;

/* "screen X, screen Y" of pixels from the left and lower edge. */
void atn_at_pixels(const atn_frame *f, atn_text *out, double x, double y);
/* One line of text. */
void atn_place_words(atn_frame *f, const char *text, double x, double y,
                     const atn_words_style *style);
/* As many lines as the room asks for, at most `most`, downwards from y; returns the next y. */
double atn_place_lines(atn_frame *f, const char *text, double x, double y, int most,
                       const atn_words_style *style);
/* `style` in gnuplot's words: "ls 3", "lt 1 lw 1 lc rgb c_grid". */
void atn_place_line(atn_frame *f, double x0, double y0, double x1, double y1, const char *style);
/* A rectangle filled with a colour, behind everything. */
void atn_place_box(atn_frame *f, double x0, double y0, double x1, double y1, const char *color);
/* A panel's edges for what follows up to atn_panel_draw: notes and rules stand by them. */
void atn_place_panel(atn_frame *f, double bottom, double top);

/* As atn_frame_dates, for a panel that has room for at most so many tics. */
void atn_place_dates(atn_frame *f, atn_day first, atn_day last, int most);

/* Text being made anew in one buffer. */
void atn_words_clear(atn_text *text);
const char *atn_words(const atn_text *text); /* never NULL */
/* "49 of 50", with "under 1 of 50" and "over 49 of 50" at the ends: no chance is none or all. */
enum { ATN_FUTURES = 50 };
void atn_say_futures(atn_text *out, double probability);
int atn_futures_count(double probability);
/* Key's text or number of a node. */
const char *atn_text_of(const atn_node *node, const char *key);
double atn_number_of(const atn_node *node, const char *key);
/* A number with six digits: as much as a picture shows. */
void atn_add_plotted(atn_text *out, double value);
/* "total over 480,000", "48,000 to 52,000": what a report says, in its series' terms. */
void atn_say_statement(atn_text *out, const atn_node *root, const atn_node *report);
/* Date of what it speaks of: its last day. */
void atn_say_report_date(atn_text *out, const atn_node *report);
/* "; figures published by 28 Oct 2025" */
void atn_say_published(atn_text *out, const atn_node *root);

#endif
