#ifndef ATN_PICTURE_H
#define ATN_PICTURE_H

#include "chart_internal.h"

/* Appends the SVG with role, title and description (both escaped); false where it is not an SVG as
 * gnuplot writes it. */
bool atn_picture_finish(atn_text *out, const char *svg, const atn_chart *chart);

/* picture_inline.c: appends the SVG as an element of an HTML page that holds others too: names of
 * its own (they begin with the chart's), no fixed size, colours that a dark page may change.
 * Elements and attributes other than gnuplot's, and anything that leads out of the picture, are
 * refused: false, and nothing is appended. */
bool atn_picture_inline(atn_text *out, const char *svg, const atn_chart *chart);
/* The style sheet's rules that give such pictures the dark theme's colours on a dark page. */
void atn_picture_dark(atn_text *out);

#endif
