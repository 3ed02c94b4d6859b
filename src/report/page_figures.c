/* The page's account of what went in: each figure as it was read, what contradicts, the priors. */
#include <string.h>

#include "page_blocks.h"

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

static void text_cell(atn_page *p, const char *text)
{
    atn_text_add(&p->line, text);
    atn_page_cell(p);
}

static void estimate_cell(atn_page *p, double value)
{
    atn_say_estimate(&p->line, value);
    atn_page_cell(p);
}

static void figure_row(atn_page *p, const atn_node *r)
{
    const atn_node *series = atn_find(atn_node_get(p->root, "series"), "id", text_of(r, "series"));
    const bool share = strcmp(text_of(series, "kind"), "share") == 0;
    const atn_node *fitted = atn_node_get(r, "fitted");
    atn_say_exact(&p->line, number_of(r, "row"));
    atn_page_cell(p);
    text_cell(p, text_of(r, "series"));
    atn_page_words(p, text_of(r, "sentence"));
    if (!atn_node_true(atn_node_get(r, "used"))) {
        atn_page_words(p, " ");
        atn_text_add(&p->line, "(not used)");
        atn_page_span(p, ATN_SPAN_EM);
    }
    atn_page_cell(p);
    if (atn_node_is_null(fitted)) {
        atn_text_add(&p->line, "-");
    } else {
        atn_say_value(&p->line, number_of(fitted, "0.05"), share, false);
        atn_text_add(&p->line, " to ");
        atn_say_value(&p->line, number_of(fitted, "0.95"), share, false);
    }
    atn_page_cell(p);
    estimate_cell(p, number_of(r, "tail_probability"));
}

static void figures(atn_page *p)
{
    static const atn_page_column columns[] = {{"row", "Row", true, false},
                                              {"series", "Series", false, false},
                                              {"read as", "Read as", false, true},
                                              {"fitted", "Fitted", false, false},
                                              {"tail", "Tail", true, false}};
    const atn_node *list = atn_node_get(p->root, "reports");
    atn_page_section(p, "How each figure was read");
    atn_page_say(p, ATN_PARAGRAPH,
                 "Fitted: the middle 90 % of what the fit would have led the source to state. "
                 "Tail: how often chance alone gives a figure as far off; small values mark "
                 "conflicts.");
    atn_text_add(&p->line, "The figures, each as a sentence, beside what the fit expects");
    atn_page_table_open(p, columns, sizeof columns / sizeof *columns, ATN_TABLE);
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) figure_row(p, r);
    atn_page_table_close(p);
}

static void warnings(atn_page *p)
{
    const atn_node *list = atn_node_get(p->root, "diagnostics");
    atn_page_section(p, "Conflicts and warnings");
    if (!atn_node_first(list)) atn_page_say(p, ATN_PARAGRAPH, "None.");
    for (const atn_node *d = atn_node_first(list); d; d = atn_node_next(d)) {
        atn_escape_plain(&p->line, text_of(d, "severity"));
        atn_page_span(p, ATN_SPAN_STRONG);
        atn_page_words(p, " ");
        atn_page_words(p, text_of(d, "message"));
        atn_page_words(p, " (");
        atn_escape_plain(&p->line, text_of(d, "code"));
        if (*text_of(d, "where")) {
            atn_text_add(&p->line, ", ");
            atn_escape_plain(&p->line, text_of(d, "where"));
        }
        atn_page_words(p, ")");
        atn_page_item(p, 1);
    }
}

static void priors(atn_page *p)
{
    static const atn_page_column columns[] = {{"parameter", "Parameter", false, false},
                                              {"prior", "Prior", false, false},
                                              {"given by", "Given by", false, false},
                                              {"median", "Median", true, false},
                                              {"5 %", NULL, true, false},
                                              {"95 %", NULL, true, false},
                                              {"sd of prior", "Sd of prior", true, false}};
    const atn_node *list = atn_node_get(p->root, "parameters");
    atn_page_section(p, "Priors and what became of them");
    atn_text_add(&p->line, "Parameters: their priors, then their median and 90 % interval");
    atn_page_table_open(p, columns, sizeof columns / sizeof *columns, ATN_TABLE);
    for (const atn_node *n = atn_node_first(list); n; n = atn_node_next(n)) {
        const atn_node *q = atn_node_get(n, "quantiles");
        text_cell(p, text_of(n, "name"));
        atn_say_prior(&p->line, text_of(n, "prior"));
        atn_page_cell(p);
        text_cell(p, atn_node_true(atn_node_get(n, "fixed"))           ? "fixed"
                     : atn_node_true(atn_node_get(n, "default_prior")) ? "default"
                                                                       : "study");
        estimate_cell(p, number_of(q, "0.5"));
        estimate_cell(p, number_of(q, "0.05"));
        estimate_cell(p, number_of(q, "0.95"));
        estimate_cell(p, number_of(n, "prior_sd"));
    }
    atn_page_table_close(p);
}

void atn_page_figures(atn_page *p)
{
    figures(p);
    warnings(p);
    priors(p);
}
