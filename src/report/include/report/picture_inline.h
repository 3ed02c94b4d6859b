/* A chart's SVG as part of an HTML page. */
#ifndef ATN_REPORT_PICTURE_INLINE_H
#define ATN_REPORT_PICTURE_INLINE_H

#include "base/text.h"

/* Appends the SVG that gnuplot wrote as an element of a page that holds others too: names of its
 * own (all begin with `name`), no fixed size, colours that a dark page may change, the headline as
 * its title and taken out of the picture, `alt` as its description (both plain text, escaped here).
 * Elements and attributes other than gnuplot's, and anything that leads out of the picture, are
 * refused: false, and nothing is appended; also when out of memory (out->failed). */
bool atn_picture_inline(atn_text *out, const char *svg, const char *name, const char *headline,
                        const char *alt);
/* The style sheet's rules that give such pictures the dark theme's colours on a dark page. */
void atn_picture_dark(atn_text *out);

#endif
