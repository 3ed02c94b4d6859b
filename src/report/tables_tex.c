/* LaTeX tables of the answers, which need nothing but longtable. */
#include "tables_tex.h"

#include <math.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

/* A phrase holds user text that is plain, not yet LaTeX. */
static void put(atn_text *out, const atn_text *phrase)
{
    if (phrase->data) atn_escape_latex(out, phrase->data);
    if (!atn_text_ok(phrase)) out->failed = true;
}

static void put_goal(atn_text *out, const atn_node *root, const atn_answer *a)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    atn_say_goal(&text, root, a);
    atn_capitalise(&text, 0);
    put(out, &text);
    atn_text_free(&text);
}

static void put_which(atn_text *out, const atn_answer *a)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    atn_say_which(&text, a);
    put(out, &text);
    atn_text_free(&text);
}

static void put_percent(atn_text *out, double share)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    atn_say_percent(&text, share);
    put(out, &text);
    atn_text_free(&text);
}

static void put_date(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const char *date = atn_node_text(atn_node_path(a->reading, "date/0.5"));
    atn_text text;
    atn_text_init(&text, out->ctx);
    if (atn_date_untold(root, a->reading)) {
        atn_text_add(&text, "not known");
    } else if (*date) {
        atn_say_short_date(&text, date);
    } else {
        atn_text_add(&text, "after ");
        atn_say_short_date(&text, atn_node_text(atn_node_path(root, "study/horizon")));
    }
    put(out, &text);
    atn_text_free(&text);
}

static void open_table(atn_text *out, const char *what, const char *columns, const char *heads)
{
    atn_text_printf(out,
                    "%% %s: \\usepackage{longtable} in the preamble, then \\input this file.\n"
                    "\\begin{longtable}{%s}\n\\hline\n%s \\\\\n\\hline\n\\endhead\n",
                    what, columns, heads);
}

static void close_table(atn_text *out)
{
    atn_text_add(out, "\\hline\n\\end{longtable}\n");
}

/* A line of its own over all columns; no page ends behind it. */
static void open_head(atn_text *out, int columns)
{
    atn_text_printf(out, "\\multicolumn{%d}{p{0.95\\textwidth}}{\\raggedright ", columns);
}

static void close_head(atn_text *out)
{
    atn_text_add(out, "} \\\\*\n");
}

static bool has_one_answer(const atn_answer *a)
{
    return atn_is_single(atn_node_get(a->goal, "definitions")) &&
           atn_is_single(atn_node_get(a->definition, "readings"));
}

/* A goal with one answer is a row, others stand over theirs. */
void atn_tables_tex_goals(const atn_node *root, atn_text *out)
{
    const atn_node *goal = NULL;
    open_table(out, "The goals", "p{0.52\\textwidth}rl", "Goal & Chance & Median date");
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        const bool one = has_one_answer(&a);
        if (a.goal != goal && !one) {
            open_head(out, 3);
            put_goal(out, root, &a);
            close_head(out);
        }
        goal = a.goal;
        if (one) {
            atn_text_add(out, "\\raggedright ");
            put_goal(out, root, &a);
        } else {
            atn_text_add(out, "\\quad ");
            put_which(out, &a);
        }
        atn_text_add(out, " & ");
        put_percent(out, atn_node_number(atn_node_get(a.reading, "probability")));
        atn_text_add(out, " & ");
        put_date(out, root, &a);
        atn_text_add(out, " \\\\\n");
    }
    close_table(out);
}

static void put_scenario(const atn_node *root, const atn_node *scenario, atn_text *out)
{
    const char *label = text_of(scenario, "label");
    bool named = false;
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        const atn_node *reading = atn_scenario_reading(scenario, &a);
        const double points =
            100.0 * atn_node_number(atn_node_path(reading, "difference/probability"));
        if (!(atn_node_number(atn_node_path(reading, "difference/mcse")) > 0)) continue;
        if (!named) {
            open_head(out, 4);
            atn_escape_latex(out, *label ? label : text_of(scenario, "id"));
            close_head(out);
        }
        named = true;
        atn_text_add(out, "\\quad ");
        atn_escape_latex(out, text_of(a.goal, "id"));
        atn_text_add(out, " ");
        put_which(out, &a);
        atn_text_add(out, " & ");
        put_percent(out, atn_node_number(atn_node_path(reading, "baseline/probability")));
        atn_text_add(out, " & ");
        put_percent(out, atn_node_number(atn_node_get(reading, "probability")));
        atn_text_add(out, points > 0 ? " & $+" : " & $");
        atn_text_grouped(out, points, 1);
        atn_text_add(out, "$ \\\\\n");
    }
}

void atn_tables_tex_scenarios(const atn_node *root, atn_text *out)
{
    const atn_node *list = atn_node_get(root, "scenarios");
    open_table(out, "What the scenarios change", "p{0.52\\textwidth}rrr",
               "Goal & Without & With & Points");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s))
        put_scenario(root, s, out);
    close_table(out);
}

void atn_tables_tex_example(const atn_node *root, atn_text *out)
{
    atn_text_add(out, "\\documentclass{article}\n"
                      "\\usepackage[utf8]{inputenc}\n"
                      "\\usepackage{longtable}\n"
                      "\\input{numbers}\n"
                      "\\begin{document}\n"
                      "\\section*{\\raggedright\\attain{study/title}}\n"
                      "By figures published up to \\attain[date]{study/as_of}, carried on to\n"
                      "\\attain[date]{study/horizon}:\n"
                      "\\input{goals}\n");
    if (atn_node_first(atn_node_get(root, "scenarios"))) atn_text_add(out, "\\input{scenarios}\n");
    atn_text_add(out, "\\end{document}\n");
}
