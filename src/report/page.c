/* report.md and report.html: the answer first, then how it was reached, then what it does not hold.
 */
#include <math.h>
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

/* Where priors speak, a paragraph a line. */
static void evidence(atn_page *p)
{
    atn_text said;
    atn_text_init(&said, p->ctx);
    atn_say_evidence(&said, p->root);
    for (char *line = said.data; line && *line;) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        atn_page_say(p, ATN_PARAGRAPH, line);
        line = end ? end + 1 : NULL;
    }
    if (said.failed) p->line.failed = true;
    atn_text_free(&said);
}

static void head(atn_page *p)
{
    const atn_node *study = atn_node_get(p->root, "study");
    atn_page_words(p, text_of(study, "title"));
    atn_page_title(p);
    atn_text_add(&p->line, "What the public figures say as of ");
    atn_say_date(&p->line, text_of(study, "as_of"));
    atn_text_add(&p->line, ", carried forward to ");
    atn_say_date(&p->line, text_of(study, "horizon"));
    atn_text_add(&p->line, ".");
    atn_page_paragraph(p, ATN_PARAGRAPH_LEAD);
    if (*text_of(study, "note")) atn_page_say(p, ATN_PARAGRAPH, text_of(study, "note"));
    if (strcmp(text_of(p->root, "status"), "gate_failed") == 0) {
        atn_text_add(&p->line, "Answer with warnings:");
        atn_page_span(p, ATN_SPAN_STRONG);
        atn_page_words(p, " a quality gate failed; see ");
        atn_text_add(&p->line, "Conflicts and warnings");
        atn_page_span(p, ATN_SPAN_LINK);
        atn_page_words(p, ".");
        atn_page_paragraph(p, ATN_PARAGRAPH_WARNING);
    }
    evidence(p);
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* Takes back what was said since. */
static void cut(atn_text *line, size_t length)
{
    if (line->failed || !line->data) return;
    line->length = length;
    line->data[length] = '\0';
}

static void answer_line(atn_page *p, const atn_answer *a)
{
    const bool several = !atn_is_single(atn_node_get(a->goal, "definitions")) ||
                         !atn_is_single(atn_node_get(a->definition, "readings"));
    if (several) {
        atn_say_which(&p->line, a);
        atn_page_words(p, ": ");
    }
    atn_escape_plain(&p->line, text_of(a->reading, "words"));
    atn_page_span(p, ATN_SPAN_STRONG);
    atn_text_add(&p->line, " (");
    atn_say_percent(&p->line, number_of(a->reading, "probability"));
    size_t before = p->line.length;
    atn_text_add(&p->line, "; ");
    if (!atn_say_trends(&p->line, a->reading)) cut(&p->line, before);
    atn_text_add(&p->line, "); ");
    atn_say_when(&p->line, p->root, a);
    before = p->line.length;
    atn_text_add(&p->line, "; ");
    if (!atn_say_pace(&p->line, p->root, a)) cut(&p->line, before);
    atn_page_item(p, 1);
}

/* Whether its label says more than the goal in words does. */
static bool has_more(const atn_page *p, const atn_answer *a)
{
    atn_text said;
    atn_text_init(&said, p->ctx);
    const bool by_label = atn_say_goal_subject(&said, p->root, a);
    atn_text_free(&said);
    return !by_label && strcmp(text_of(a->goal, "label"), text_of(a->goal, "id")) != 0;
}

static void answers(atn_page *p)
{
    const atn_node *goal = NULL;
    atn_page_section(p, "The answer");
    for (atn_answer a = {0}; atn_answer_next(p->root, &a);) {
        if (a.goal != goal) {
            atn_say_goal(&p->line, p->root, &a);
            atn_capitalise(&p->line, 0);
            atn_page_span(p, ATN_SPAN_STRONG);
            if (has_more(p, &a)) {
                atn_text_add(&p->line, " (");
                atn_escape_plain(&p->line, text_of(a.goal, "label"));
                atn_page_words(p, ")");
            }
            atn_page_paragraph(p, ATN_PARAGRAPH_SUBJECT);
        }
        goal = a.goal;
        answer_line(p, &a);
    }
}

/* ---- charts ---------------------------------------------------------------------------------- */

static bool any_filed(const atn_chart_list *charts)
{
    for (size_t i = 0; i < charts->n; i++)
        if (charts->charts[i].filed) return true;
    return false;
}

static void pictures(atn_page *p, const atn_chart_list *charts)
{
    if (!charts || charts->n == 0) return;
    atn_page_section(p, "Charts");
    if (any_filed(charts)) {
        atn_page_words(p, "Each is drawn by ");
        atn_text_add(&p->line, "gnuplot NAME.gp");
        atn_page_span(p, ATN_SPAN_CODE);
        atn_page_words(p, " in ");
        atn_text_add(&p->line, "charts/");
        atn_page_span(p, ATN_SPAN_CODE);
        atn_page_words(p, " from the script and data that lie there.");
        atn_page_paragraph(p, ATN_PARAGRAPH);
    }
    for (size_t i = 0; i < charts->n; i++) {
        atn_page_picture(p, &charts->charts[i]);
        atn_page_data(p, &charts->charts[i]);
    }
}

/* ---- what stands behind and beyond ----------------------------------------------------------- */

static void drivers(atn_page *p)
{
    if (!atn_node_get(p->root, "why")) return;
    atn_page_section(p, "What drives the answer");
    atn_page_say(p, ATN_PARAGRAPH,
                 "Without a report: the chance had it not been published, nor what its release "
                 "states beside it; the error is the Monte Carlo error of the change, in "
                 "points. Spread: shares of the variance, taken off in the order trend, "
                 "factor, biases, parameters, state, drift, scatter.");
    atn_page_why(p);
}

static void beyond(atn_page *p)
{
    const atn_node *fit = atn_node_get(p->root, "fit"), *series = atn_node_get(p->root, "series");
    bool several = false;
    for (const atn_node *s = atn_node_first(series); s; s = atn_node_next(s))
        several |= atn_node_size(atn_node_get(s, "trend")) > 1;
    atn_page_section(p, "What is not in these numbers");
    atn_page_listed(p, "Decisions, laws, budgets and court orders after the as-of date. The future "
                       "here is the fitted trend with the drift and scatter that the past shows.");
    atn_page_listed(p, "Errors that all sources share: a figure is taken to mean what it says, "
                       "within its stated or assumed error.");
    atn_page_listed(p, several ? "Trend families other than those listed; the ones listed are "
                                 "mixed by their weights."
                               : "Other shapes of trend: each series was fitted with one family.");
    atn_page_listed(p, "Chances under 1 % and over 99 % are not told apart: the model is not known "
                       "that well.");
    if (strcmp(text_of(fit, "method"), "map") == 0)
        atn_page_listed(p,
                        "The posterior beyond its mode: it was approximated there by a normal law "
                        "and corrected by importance weights where the Pareto k allows.");
    if (atn_node_first(atn_node_get(p->root, "definitions")))
        atn_page_listed(p, "Anything that changes the ratio between definitions: each factor is "
                           "one number for the whole period.");
}

static void say_method(atn_page *p)
{
    atn_text_add(
        &p->line,
        "Every figure counts as evidence of what its words say (so many, about, over, at "
        "most, a range), within its error. Trends with drift and scatter are fitted to all "
        "figures at once; ");
    atn_say_exact(&p->line, number_of(atn_node_get(p->root, "fit"), "draws"));
    atn_text_add(&p->line, " futures that agree with the figures are drawn from them, and a chance "
                           "is the share of futures in which the goal is met.");
    atn_page_paragraph(p, ATN_PARAGRAPH);
}

static void say_fit(atn_page *p)
{
    const atn_node *fit = atn_node_get(p->root, "fit");
    const atn_node *seed = atn_node_path(p->root, "manifest/seed");
    atn_text *line = &p->line;
    atn_text_add(line, "Fit: ");
    atn_escape_plain(line, text_of(fit, "method"));
    atn_text_add(line, ", ");
    atn_say_exact(line, number_of(fit, "draws"));
    atn_text_add(line, " draws, ");
    if (isfinite(number_of(fit, "k"))) {
        atn_text_add(line, "Pareto k ");
        atn_say_estimate(line, number_of(fit, "k"));
        atn_text_add(line, ", ");
    }
    atn_text_add(line, "seed ");
    if (*atn_node_text(seed))
        atn_escape_plain(line, atn_node_text(seed));
    else
        atn_text_number(line, atn_node_number(seed));
    atn_page_item(p, 1);
}

static void provenance(atn_page *p)
{
    const atn_node *manifest = atn_node_get(p->root, "manifest");
    const atn_node *inputs = atn_node_get(manifest, "inputs");
    const atn_node *overrides = atn_node_get(manifest, "overrides");
    const atn_node *versions = atn_node_get(manifest, "versions");
    atn_page_section(p, "Method and provenance");
    say_method(p);
    say_fit(p);
    for (const atn_node *i = atn_node_first(inputs); i; i = atn_node_next(i)) {
        atn_escape_plain(&p->line, text_of(i, "name"));
        atn_text_add(&p->line, ": SHA-256 ");
        atn_escape_plain(&p->line, text_of(i, "sha256"));
        atn_page_item(p, 1);
    }
    for (const atn_node *o = atn_node_first(overrides); o; o = atn_node_next(o)) {
        atn_text_add(&p->line, "changed on the command line: ");
        atn_escape_plain(&p->line, atn_node_text(o));
        atn_page_item(p, 1);
    }
    atn_text_add(&p->line, "Versions:");
    for (const atn_node *v = atn_node_first(versions); v; v = atn_node_next(v)) {
        atn_text_add(&p->line, v == atn_node_first(versions) ? " " : ", ");
        atn_escape_plain(&p->line, atn_node_key(v));
        atn_text_add(&p->line, " ");
        atn_escape_plain(&p->line, atn_node_text(v));
    }
    atn_page_item(p, 1);
    atn_page_words(p, "Every number here is in ");
    atn_text_add(&p->line, "results.json");
    atn_page_span(p, ATN_SPAN_CODE);
    atn_page_words(p, ", where an address such as ");
    atn_text_add(&p->line, "goals/ID/probability");
    atn_page_span(p, ATN_SPAN_CODE);
    atn_page_words(p, " names it.");
    atn_page_paragraph(p, ATN_PARAGRAPH);
}

void atn_page_compose(atn_page *p, const atn_chart_list *charts)
{
    head(p);
    answers(p);
    atn_page_goals(p);
    pictures(p, charts);
    atn_page_details(p);
    atn_page_scenarios(p);
    drivers(p);
    atn_page_figures(p);
    beyond(p);
    provenance(p);
}
