/* report.md: the answer first, then how it was reached, then what it does not hold. */
#include <math.h>
#include <string.h>

#include "chart_internal.h"

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

/* A phrase of phrase.c or goal_words.c holds user text that is plain, not yet Markdown. */
typedef void phrase(atn_text *out, const atn_node *root, const atn_answer *a);

static void add_goal(atn_text *out, const atn_node *root, const atn_answer *a)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    atn_say_goal(&text, root, a);
    atn_capitalise(&text, 0);
    atn_escape_markdown(out, text.data ? text.data : "");
    if (text.failed) out->failed = true;
    atn_text_free(&text);
}

static void add_phrase(atn_text *out, phrase *say, const atn_node *root, const atn_answer *a)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    say(&text, root, a);
    atn_escape_markdown(out, text.data ? text.data : "");
    if (text.failed) out->failed = true;
    atn_text_free(&text);
}

static void which(atn_text *out, const atn_node *root, const atn_answer *a)
{
    (void)root;
    atn_say_which(out, a);
}

static void pace(atn_text *out, const atn_node *root, const atn_answer *a)
{
    (void)atn_say_pace(out, root, a);
}

/* Where priors speak, a paragraph a line. */
static void evidence(atn_text *out, const atn_node *root)
{
    atn_text said;
    atn_text_init(&said, out->ctx);
    atn_say_evidence(&said, root);
    for (char *line = said.data; line && *line;) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        atn_text_add(out, "\n");
        atn_escape_markdown(out, line);
        atn_text_add(out, "\n");
        line = end ? end + 1 : NULL;
    }
    if (said.failed) out->failed = true;
    atn_text_free(&said);
}

static void head(atn_text *out, const atn_node *root)
{
    const atn_node *study = atn_node_get(root, "study");
    const char *status = text_of(root, "status");
    atn_text_add(out, "# ");
    atn_escape_markdown(out, text_of(study, "title"));
    atn_text_add(out, "\n\nWhat the public figures say as of ");
    atn_say_date(out, text_of(study, "as_of"));
    atn_text_add(out, ", carried forward to ");
    atn_say_date(out, text_of(study, "horizon"));
    atn_text_add(out, ".\n");
    if (*text_of(study, "note")) {
        atn_text_add(out, "\n");
        atn_escape_markdown(out, text_of(study, "note"));
        atn_text_add(out, "\n");
    }
    if (strcmp(status, "gate_failed") == 0)
        atn_text_add(out, "\n**Answer with warnings:** a quality gate failed; see "
                          "[Conflicts and warnings](#conflicts-and-warnings).\n");
    evidence(out, root);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void answer_line(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const bool several = !atn_is_single(atn_node_get(a->goal, "definitions")) ||
                         !atn_is_single(atn_node_get(a->definition, "readings"));
    atn_text_add(out, "- ");
    if (several) {
        add_phrase(out, which, root, a);
        atn_text_add(out, ": ");
    }
    atn_text_add(out, "**");
    atn_escape_markdown(out, text_of(a->reading, "words"));
    atn_text_add(out, "** (");
    atn_text text;
    atn_text_init(&text, out->ctx);
    atn_say_percent(&text, number_of(a->reading, "probability"));
    atn_escape_markdown(out, text.data ? text.data : "");
    if (text.failed) out->failed = true;
    atn_text_free(&text);
    atn_text_init(&text, out->ctx);
    if (atn_say_trends(&text, a->reading)) atn_text_add(out, "; ");
    atn_escape_markdown(out, text.data ? text.data : "");
    if (text.failed) out->failed = true;
    atn_text_free(&text);
    atn_text_add(out, "); ");
    add_phrase(out, atn_say_when, root, a);
    const size_t before = out->length;
    atn_text_add(out, "; ");
    const size_t named = out->length;
    add_phrase(out, pace, root, a);
    if (out->length == named && out->data && !out->failed) {
        out->length = before;
        out->data[before] = '\0';
    }
    atn_text_add(out, "\n");
}

static void answers(atn_text *out, const atn_node *root)
{
    const atn_node *goal = NULL;
    atn_text_add(out, "\n## The answer\n");
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        if (a.goal != goal) {
            atn_text_add(out, "\n**");
            add_goal(out, root, &a);
            atn_text_add(out, "**");
            atn_text said;
            atn_text_init(&said, out->ctx);
            const bool by_label = atn_say_goal_subject(&said, root, &a);
            atn_text_free(&said);
            if (!by_label && strcmp(text_of(a.goal, "label"), text_of(a.goal, "id")) != 0) {
                atn_text_add(out, " (");
                atn_escape_markdown(out, text_of(a.goal, "label"));
                atn_text_add(out, ")");
            }
            atn_text_add(out, "\n\n");
        }
        goal = a.goal;
        answer_line(out, root, &a);
    }
}

/* ---- goals in detail ------------------------------------------------------------------------- */

static void cell(atn_text *out, void (*say)(atn_text *, double), double value)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    say(&text, value);
    atn_text_add(out, " ");
    atn_escape_markdown(out, text.data ? text.data : "");
    atn_text_add(out, " |");
    if (text.failed) out->failed = true;
    atn_text_free(&text);
}

static void value_cell(atn_text *out, double value, bool share)
{
    atn_text_add(out, " ");
    atn_say_value(out, value, share, false);
    atn_text_add(out, " |");
}

static void date_cell(atn_text *out, const atn_node *reading, const char *path, bool untold)
{
    const atn_node *date = atn_node_path(reading, path);
    atn_text_add(out, " ");
    if (untold)
        atn_text_add(out, "not told");
    else if (atn_node_is_null(date))
        atn_text_add(out, "later");
    else
        atn_say_short_date(out, atn_node_text(date));
    atn_text_add(out, " |");
}

/* Monte Carlo error in points, with the digits it has. */
static void error_cell(atn_text *out, double mcse)
{
    atn_text_add(out, " ");
    if (isfinite(mcse)) {
        atn_text_add(out, "\xc2\xb1");
        atn_text_grouped(out, 100 * mcse, 1);
    } else {
        atn_text_add(out, "-");
    }
    atn_text_add(out, " |");
}

static void detail_row(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const atn_node *r = a->reading;
    const bool untold = atn_date_untold(root, r);
    atn_text_add(out, "| ");
    atn_escape_markdown(out, text_of(a->definition, "definition"));
    atn_text_add(out, " | ");
    atn_say_reading(out, text_of(r, "reading"));
    atn_text_add(out, " |");
    cell(out, atn_say_percent, number_of(r, "probability"));
    error_cell(out, number_of(r, "mcse"));
    date_cell(out, r, "date/0.05", untold);
    date_cell(out, r, "date/0.5", untold);
    date_cell(out, r, "date/0.95", untold);
    cell(out, atn_say_percent, number_of(r, "never_by_horizon"));
    value_cell(out, number_of(r, "shortfall"), a->share);
    value_cell(out, atn_node_number(atn_node_path(r, "attainable/0.9")), a->share);
    value_cell(out, atn_node_number(atn_node_path(r, "attainable/0.5")), a->share);
    value_cell(out, atn_node_number(atn_node_path(r, "attainable/0.1")), a->share);
    value_cell(out, number_of(r, "required_pace"), a->share);
    value_cell(out, number_of(r, "current_pace"), a->share);
    cell(out, atn_say_estimate, number_of(r, "pace_ratio"));
    atn_text_add(out, "\n");
}

static void details(atn_text *out, const atn_node *root)
{
    const atn_node *goal = NULL;
    atn_text_add(out, "\n## Goals in detail\n\n"
                      "Chance: by the deadline; ±: Monte Carlo error, in points. Dates: when 5, 50 "
                      "and 95 % of futures have reached it; \"later\" lies beyond the horizon. "
                      "Short: what is missing at the deadline in the median future. 9 in 10, 1 in "
                      "2, 1 in 10: the level reached with that chance. Needs: pace from now on to "
                      "the deadline; now: the last 28 days.\n");
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        if (a.goal != goal) {
            atn_text_add(out, "\n### ");
            atn_escape_markdown(out, text_of(a.goal, "id"));
            atn_text_add(out, ": ");
            add_phrase(out, atn_say_goal, root, &a);
            if (*text_of(a.goal, "note")) {
                atn_text_add(out, "\n\n");
                atn_escape_markdown(out, text_of(a.goal, "note"));
            }
            atn_text_add(out,
                         "\n\n| definition | reading | chance | ± | 5 % | 50 % | 95 % | not by "
                         "horizon | short | 9 in 10 | 1 in 2 | 1 in 10 | needs | now | ratio |\n"
                         "|---|---|--:|--:|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        }
        goal = a.goal;
        detail_row(out, root, &a);
    }
}

/* ---- charts ---------------------------------------------------------------------------------- */

static void pictures(atn_text *out, const atn_chart_list *charts)
{
    if (!charts || charts->n == 0) return;
    atn_text_add(out, "\n## Charts\n\nEach is drawn by `gnuplot NAME.gp` in `charts/` from the "
                      "script and data that lie there.\n");
    for (size_t i = 0; i < charts->n; i++) {
        const atn_chart *c = &charts->charts[i];
        atn_text_add(out, "\n");
        if (c->drawn) {
            atn_text_add(out, "![");
            atn_escape_markdown(out, c->headline.data ? c->headline.data : "");
            atn_text_printf(out, "](charts/%s.png)\n", c->name);
        } else {
            atn_text_add(out, "- ");
            atn_escape_markdown(out, c->headline.data ? c->headline.data : "");
            atn_text_printf(out, ": [script](charts/%s.gp), [data](charts/%s.csv)\n", c->name,
                            c->name);
        }
    }
}

/* ---- the figures ----------------------------------------------------------------------------- */

static void figures(atn_text *out, const atn_node *root)
{
    const atn_node *list = atn_node_get(root, "reports");
    atn_text_add(out, "\n## How each figure was read\n\nFitted: the middle 90 % of what the fit "
                      "would have led the source to state. Tail: how often chance alone gives a "
                      "figure as far off; small values mark conflicts.\n\n"
                      "| row | series | read as | fitted | tail |\n|--:|---|---|---|--:|\n");
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) {
        const atn_node *series = atn_find(atn_node_get(root, "series"), "id", text_of(r, "series"));
        const bool share = strcmp(text_of(series, "kind"), "share") == 0;
        const atn_node *fitted = atn_node_get(r, "fitted");
        atn_text_add(out, "| ");
        atn_say_exact(out, number_of(r, "row"));
        atn_text_add(out, " | ");
        atn_escape_markdown(out, text_of(r, "series"));
        atn_text_add(out, " | ");
        atn_escape_markdown(out, text_of(r, "sentence"));
        if (!atn_node_true(atn_node_get(r, "used"))) atn_text_add(out, " *(not used)*");
        atn_text_add(out, " | ");
        if (atn_node_is_null(fitted)) {
            atn_text_add(out, "-");
        } else {
            atn_say_value(out, number_of(fitted, "0.05"), share, false);
            atn_text_add(out, " to ");
            atn_say_value(out, number_of(fitted, "0.95"), share, false);
        }
        atn_text_add(out, " |");
        cell(out, atn_say_estimate, number_of(r, "tail_probability"));
        atn_text_add(out, "\n");
    }
}

static void warnings(atn_text *out, const atn_node *root)
{
    const atn_node *list = atn_node_get(root, "diagnostics");
    atn_text_add(out, "\n## Conflicts and warnings\n\n");
    if (!atn_node_first(list)) atn_text_add(out, "None.\n");
    for (const atn_node *d = atn_node_first(list); d; d = atn_node_next(d)) {
        atn_text_add(out, "- **");
        atn_escape_markdown(out, text_of(d, "severity"));
        atn_text_add(out, "** ");
        atn_escape_markdown(out, text_of(d, "message"));
        atn_text_add(out, " (");
        atn_escape_markdown(out, text_of(d, "code"));
        if (*text_of(d, "where")) {
            atn_text_add(out, ", ");
            atn_escape_markdown(out, text_of(d, "where"));
        }
        atn_text_add(out, ")\n");
    }
}

static void add_prior(atn_text *out, const char *prior)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    atn_say_prior(&text, prior);
    atn_escape_markdown(out, text.data ? text.data : "");
    if (text.failed) out->failed = true;
    atn_text_free(&text);
}

static void priors(atn_text *out, const atn_node *root)
{
    const atn_node *list = atn_node_get(root, "parameters");
    atn_text_add(out, "\n## Priors and what became of them\n\n"
                      "| parameter | prior | given by | median | 5 % | 95 % | sd of prior |\n"
                      "|---|---|---|--:|--:|--:|--:|\n");
    for (const atn_node *p = atn_node_first(list); p; p = atn_node_next(p)) {
        const atn_node *q = atn_node_get(p, "quantiles");
        atn_text_add(out, "| ");
        atn_escape_markdown(out, text_of(p, "name"));
        atn_text_add(out, " | ");
        add_prior(out, text_of(p, "prior"));
        atn_text_add(out, atn_node_true(atn_node_get(p, "fixed"))           ? " | fixed |"
                          : atn_node_true(atn_node_get(p, "default_prior")) ? " | default |"
                                                                            : " | study |");
        cell(out, atn_say_estimate, number_of(q, "0.5"));
        cell(out, atn_say_estimate, number_of(q, "0.05"));
        cell(out, atn_say_estimate, number_of(q, "0.95"));
        cell(out, atn_say_estimate, number_of(p, "prior_sd"));
        atn_text_add(out, "\n");
    }
}

/* ---- what stands behind and beyond ----------------------------------------------------------- */

static void beyond(atn_text *out, const atn_node *root)
{
    const atn_node *fit = atn_node_get(root, "fit"), *series = atn_node_get(root, "series");
    bool several = false;
    for (const atn_node *s = atn_node_first(series); s; s = atn_node_next(s))
        several |= atn_node_size(atn_node_get(s, "trend")) > 1;
    atn_text_add(out,
                 "\n## What is not in these numbers\n\n"
                 "- Decisions, laws, budgets and court orders after the as-of date. The future "
                 "here is the fitted trend with the drift and scatter that the past shows.\n"
                 "- Errors that all sources share: a figure is taken to mean what it says, "
                 "within its stated or assumed error.\n");
    atn_text_add(out, several
                          ? "- Trend families other than those listed; the ones listed are "
                            "mixed by their weights.\n"
                          : "- Other shapes of trend: each series was fitted with one family.\n");
    atn_text_add(out,
                 "- Chances under 1 % and over 99 % are not told apart: the model is not known "
                 "that well.\n");
    if (strcmp(text_of(fit, "method"), "map") == 0)
        atn_text_add(out, "- The posterior beyond its mode: it was approximated there by a normal "
                          "law and corrected by importance weights where the Pareto k allows.\n");
    if (atn_node_first(atn_node_get(root, "definitions")))
        atn_text_add(out, "- Anything that changes the ratio between definitions: each factor is "
                          "one number for the whole period.\n");
}

static void provenance(atn_text *out, const atn_node *root)
{
    const atn_node *manifest = atn_node_get(root, "manifest"), *fit = atn_node_get(root, "fit");
    const atn_node *inputs = atn_node_get(manifest, "inputs");
    const atn_node *versions = atn_node_get(manifest, "versions");
    const atn_node *seed = atn_node_get(manifest, "seed");
    atn_text_add(out, "\n## Provenance\n\n- Fit: ");
    atn_escape_markdown(out, text_of(fit, "method"));
    atn_text_add(out, ", ");
    atn_say_exact(out, number_of(fit, "draws"));
    atn_text_add(out, " draws, ");
    if (isfinite(number_of(fit, "k"))) {
        atn_text_add(out, "Pareto k ");
        atn_say_estimate(out, number_of(fit, "k"));
        atn_text_add(out, ", ");
    }
    atn_text_add(out, "seed ");
    if (*atn_node_text(seed))
        atn_escape_markdown(out, atn_node_text(seed));
    else
        atn_text_number(out, atn_node_number(seed));
    atn_text_add(out, "\n");
    for (const atn_node *i = atn_node_first(inputs); i; i = atn_node_next(i)) {
        atn_text_add(out, "- ");
        atn_escape_markdown(out, text_of(i, "name"));
        atn_text_add(out, ": SHA-256 ");
        atn_escape_markdown(out, text_of(i, "sha256"));
        atn_text_add(out, "\n");
    }
    const atn_node *overrides = atn_node_get(manifest, "overrides");
    for (const atn_node *o = atn_node_first(overrides); o; o = atn_node_next(o)) {
        atn_text_add(out, "- changed on the command line: ");
        atn_escape_markdown(out, atn_node_text(o));
        atn_text_add(out, "\n");
    }
    atn_text_add(out, "- Versions:");
    for (const atn_node *v = atn_node_first(versions); v; v = atn_node_next(v)) {
        atn_text_add(out, v == atn_node_first(versions) ? " " : ", ");
        atn_escape_markdown(out, atn_node_key(v));
        atn_text_add(out, " ");
        atn_escape_markdown(out, atn_node_text(v));
    }
    atn_text_add(out, "\n\nEvery number here is in `results.json`, where an address such as "
                      "`goals/ID/probability` names it.\n");
}

attain_status atn_page_write(attain_context *ctx, const attain_results *results,
                             const atn_chart_list *charts, atn_text *out, attain_error *err)
{
    const atn_node *root = atn_document_root(results);
    (void)ctx;
    head(out, root);
    answers(out, root);
    pictures(out, charts);
    details(out, root);
    atn_page_scenarios(out, root);
    figures(out, root);
    warnings(out, root);
    priors(out, root);
    beyond(out, root);
    provenance(out, root);
    return atn_text_ok(out) ? ATTAIN_OK : atn_fail_nomem(err);
}
