/* Inside the report room: the answers as LaTeX. */
#ifndef ATN_REPORT_TABLES_TEX_H
#define ATN_REPORT_TABLES_TEX_H

#include "report_internal.h"

/* goals.tex and scenarios.tex, a longtable each; what no scenario touches is left out. */
void atn_tables_tex_goals(const atn_node *root, atn_text *out);
void atn_tables_tex_scenarios(const atn_node *root, atn_text *out);
/* example.tex: a document that shows them and numbers.tex. */
void atn_tables_tex_example(const atn_node *root, atn_text *out);

#endif
