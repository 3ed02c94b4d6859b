/* Text of the user's, made harmless for one language each.  Marks that turn the direction of what
 * follows are left out for people (Markdown, gnuplot, XML, plain) and kept for programs. */
#ifndef ATN_REPORT_ESCAPE_H
#define ATN_REPORT_ESCAPE_H

#include "base/text.h"

void atn_escape_csv(atn_text *out, const char *text);      /* one cell, quoted if need be */
void atn_escape_json(atn_text *out, const char *text);     /* with its quotes */
void atn_escape_markdown(atn_text *out, const char *text); /* one line; also inside table cells */
void atn_escape_gnuplot(atn_text *out, const char *text);  /* single-quoted string, one line */
void atn_escape_xml(atn_text *out, const char *text);      /* element text or attribute */
void atn_escape_xml_part(atn_text *out, const char *text, size_t length);
/* LaTeX text; no character of it is a command, and no two of them join (--, ,,). */
void atn_escape_latex(atn_text *out, const char *text);
/* As is, but for control characters: what a terminal would act on. */
void atn_escape_plain(atn_text *out, const char *text);

#endif
