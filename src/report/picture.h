#ifndef ATN_PICTURE_H
#define ATN_PICTURE_H

#include "chart_internal.h"

/* Appends the SVG with role, title and description (both escaped); false where it is not an SVG as
 * gnuplot writes it. */
bool atn_picture_finish(atn_text *out, const char *svg, const atn_chart *chart);

#endif
