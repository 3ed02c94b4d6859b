/* How wide text will be in a chart. */
#ifndef ATN_REPORT_TEXT_WIDTH_H
#define ATN_REPORT_TEXT_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

/* DejaVu Sans as it will be set, in pixels at `size`. */
double atn_text_width(const char *text, size_t n, double size, bool bold);
/* Bytes of `text` that fit into `width`, cut at a space where there is one, else after a hyphen;
 * never 0. */
size_t atn_text_fit(const char *text, double size, bool bold, double width);
/* The same, cut between any two characters; may be 0. */
size_t atn_text_cut(const char *text, double size, bool bold, double width);

#endif
