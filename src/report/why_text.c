/* What drives the answers, in words: for `show why` and for the page. */
#include "page_blocks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

/* Lines go out as they are, or as blocks of a page. */
typedef struct why_page {
    atn_text *out;
    const atn_node *root, *why;
    atn_page *page; /* NULL: plain text */
} why_page;

typedef enum depth { WHY_GOAL, WHY_ANSWER, WHY_DETAIL } depth;

static void put(const why_page *w, depth level, const atn_text *line)
{
    static const char *const indent[] = {"\n", "  ", "    "};
    const char *text = line->data ? line->data : "";
    if (line->failed) w->out->failed = true;
    if (!w->page) {
        atn_text_add(w->out, indent[level]);
        atn_text_add(w->out, text);
        atn_text_add(w->out, "\n");
        return;
    }
    atn_page_words(w->page, text);
    if (level == WHY_GOAL)
        atn_page_heading(w->page, 3);
    else
        atn_page_item(w->page, (int)level);
}

/* Starts afresh: one line's buffer serves all. */
static void clear(atn_text *line)
{
    line->length = 0;
    if (line->data) *line->data = '\0';
}

/* ---- pieces -----------------------------------------------------------------------------------
 */

static void say_points(atn_text *out, double change)
{
    atn_text_printf(out, "%s", change < 0 ? "-" : "+");
    atn_text_grouped(out, 100 * fabs(change), 1);
}

/* Enough digits to tell sizes apart, no more. */
static void say_size(atn_text *out, const atn_answer *a, double value)
{
    if (a->share) {
        atn_text_grouped(out, 100 * value, 1);
        atn_text_add(out, " points");
    } else {
        atn_say_estimate(out, value);
    }
}

static const atn_node *report_of(const why_page *w, double row)
{
    const atn_node *list = atn_node_get(w->root, "reports");
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r))
        if (fabs(number_of(r, "row") - row) <= 0.0) return r;
    return NULL;
}

/* "row 54 (T. Homan, 28 Apr 2025: total about 139,000)", with its quote where there is one. */
static void say_report(atn_text *out, const why_page *w, double row)
{
    static const char *const words[][2] = {
        {"exact", ""},     {"at_least", "at least "}, {"at_most", "at most "}, {"between", ""},
        {"over", "over "}, {"nearly", "nearly "},     {"about", "about "}};
    const atn_node *r = report_of(w, row), *series;
    atn_text_printf(out, "row %d (", (int)row);
    if (*text_of(r, "source")) {
        atn_escape_plain(out, text_of(r, "source"));
        atn_text_add(out, ", ");
    }
    atn_say_short_date(out, text_of(r, "published"));
    atn_text_add(out, ": ");
    series = atn_find(atn_node_get(w->root, "series"), "id", text_of(r, "series"));
    const bool share = strcmp(text_of(series, "kind"), "share") == 0;
    atn_text_printf(out, "%s ", text_of(r, "statistic"));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text_of(r, "relation"), words[i][0]) == 0) atn_text_add(out, words[i][1]);
    atn_say_value(out, number_of(r, "value"), share, true);
    if (isfinite(number_of(r, "upper"))) {
        atn_text_add(out, " to ");
        atn_say_value(out, number_of(r, "upper"), share, true);
    }
    if (*text_of(r, "quote")) {
        atn_text_add(out, ", \"");
        atn_escape_plain(out, text_of(r, "quote"));
        atn_text_add(out, "\"");
    }
    const atn_node *together = atn_node_path(r, "influence/together");
    if (atn_node_size(together) > 1)
        atn_text_printf(out, "; with %zu more of its release", atn_node_size(together) - 1);
    atn_text_add(out, ")");
}

/* "all 9 figures of DHS" */
static void say_source(atn_text *out, const why_page *w, const char *name)
{
    const atn_node *source = atn_find(atn_node_get(w->why, "sources"), "name", name);
    atn_text_printf(out, "all %zu figures of ", atn_node_size(atn_node_get(source, "together")));
    atn_escape_plain(out, name);
}

/* What tells a quantity: "total", "level", "best value". */
static const char *quantity_name(const atn_answer *a)
{
    const char *statistic = text_of(a->goal, "statistic");
    if (strcmp(statistic, "total") == 0 || strcmp(statistic, "rolling_total") == 0) return "total";
    if (strcmp(statistic, "level") == 0) return "level";
    return "best value";
}

/* ---- lines ------------------------------------------------------------------------------------
 */

static bool is_sure(double p)
{
    return !(p >= 0.01 && p <= 0.99);
}

static void say_shift(const atn_answer *a, const atn_node *mover, atn_text *line)
{
    const double shift = number_of(mover, "quantity_change");
    atn_text_printf(line, "%s %s", quantity_name(a), shift < 0 ? "-" : "+");
    say_size(line, a, fabs(shift));
    atn_text_add(line, " (error ");
    say_size(line, a, number_of(mover, "quantity_mcse"));
}

static void say_how(const atn_node *mover, atn_text *line)
{
    static const char *const hows[][2] = {
        {"weights", ""}, {"moved", "; by moved draws"}, {"refit", "; by a fit without it"}};
    for (size_t i = 0; i < sizeof hows / sizeof *hows; i++)
        if (strcmp(text_of(mover, "how"), hows[i][0]) == 0) atn_text_add(line, hows[i][1]);
    atn_text_add(line, ")");
}

/* "without row 54 (...): 56 %, -9.4 points (error 0.7)"; where no display would tell the chances
 * apart, what it does to the quantity. */
static void say_mover(const why_page *w, const atn_answer *a, const atn_node *mover, atn_text *line)
{
    const double change = number_of(mover, "change"), p = number_of(a->reading, "probability");
    const double without = fmin(fmax(p + change, 0.0), 1.0);
    clear(line);
    atn_text_add(line, "without ");
    if (*text_of(mover, "name"))
        say_source(line, w, text_of(mover, "name"));
    else
        say_report(line, w, number_of(mover, "row"));
    atn_text_add(line, ": ");
    if (is_sure(p) && is_sure(without) && isfinite(number_of(mover, "quantity_change"))) {
        say_shift(a, mover, line);
    } else {
        atn_say_percent(line, without);
        atn_text_add(line, ", ");
        say_points(line, change);
        atn_text_add(line, " points (error ");
        atn_text_grouped(line, 100 * number_of(mover, "mcse"), 1);
    }
    say_how(mover, line);
    put(w, WHY_DETAIL, line);
}

static void say_movers(const why_page *w, const atn_answer *a, const atn_node *part, atn_text *line)
{
    const atn_node *list = atn_node_get(part, "reports"), *all = atn_node_get(part, "sources");
    for (const atn_node *m = atn_node_first(list); m; m = atn_node_next(m))
        say_mover(w, a, m, line);
    for (const atn_node *m = atn_node_first(all); m; m = atn_node_next(m)) say_mover(w, a, m, line);
    if (atn_node_first(list) || atn_node_first(all)) return;
    clear(line);
    atn_text_add(line, "no report that can be judged moves it by twice its Monte Carlo error");
    put(w, WHY_DETAIL, line);
}

/* Shares of the spread, the greatest first; what rounds to nothing is left out. */
static void say_parts(const why_page *w, const atn_answer *a, const atn_node *part, atn_text *line)
{
    static const char *const names[][2] = {{"trend", "which trend"},
                                           {"definition", "how it is counted (factor)"},
                                           {"reporting", "biases and errors of the figures"},
                                           {"parameters", "trend, scale and persistence"},
                                           {"state", "where the path stands after the figures"},
                                           {"drift", "how it drifts from there"},
                                           {"scatter", "scatter"}};
    const atn_node *parts = atn_node_get(part, "parts");
    bool any = false;
    clear(line);
    atn_text_printf(line, "spread of the %s: ", quantity_name(a));
    double below = INFINITY;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const atn_node *next = NULL;
        for (const atn_node *p = atn_node_first(parts); p; p = atn_node_next(p)) {
            const double share = number_of(p, "share");
            if (share < below && (!next || share > number_of(next, "share"))) next = p;
        }
        if (!next || !(number_of(next, "share") >= 0.005)) break;
        below = number_of(next, "share");
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strcmp(text_of(next, "name"), names[i][0]) == 0)
                atn_text_printf(line, "%s%s ", any ? ", " : "", names[i][1]);
        atn_text_printf(line, "%d %%", (int)round(100 * below));
        any = true;
    }
    if (any) put(w, WHY_DETAIL, line);
}

static void say_sensitivity(const why_page *w, const atn_node *part, atn_text *line)
{
    const char *diagnosis = text_of(part, "diagnosis");
    if (!*diagnosis) return;
    clear(line);
    atn_text_printf(line, "%s (power-scaling sensitivity to the prior ", diagnosis);
    atn_text_grouped(line, number_of(part, "prior_sensitivity"), 2);
    atn_text_add(line, ", to the figures ");
    atn_text_grouped(line, number_of(part, "likelihood_sensitivity"), 2);
    atn_text_add(line, ")");
    put(w, WHY_DETAIL, line);
}

/* The figure that would narrow the interval the most, then the others. */
static void say_next(const why_page *w, const atn_answer *a, const atn_node *part, atn_text *line)
{
    static const char *const names[][2] = {{"value", "an exact figure for the as-of date"},
                                           {"month", "an exact total of the last month"},
                                           {"total", "an exact total to date"},
                                           {"over", "a total to date as \"over ...\""}};
    const atn_node *list = atn_node_get(part, "next");
    double above = -INFINITY;
    bool any = false;
    clear(line);
    for (const atn_node *k = atn_node_first(list); k; k = atn_node_next(k)) {
        const atn_node *best = NULL;
        for (const atn_node *n = atn_node_first(list); n; n = atn_node_next(n)) {
            const double width = number_of(n, "width");
            if (width > above && (!best || width < number_of(best, "width"))) best = n;
        }
        if (!best || !(number_of(best, "width") < 0.985)) break;
        above = number_of(best, "width");
        if (!any)
            atn_text_printf(line, "one more figure would narrow the %s by: ", quantity_name(a));
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strcmp(text_of(best, "name"), names[i][0]) == 0)
                atn_text_printf(line, "%s%s ", any ? ", " : "", names[i][1]);
        atn_text_printf(line, "%d %%", (int)round(100 * (1.0 - above)));
        any = true;
    }
    if (!any && atn_node_first(list)) atn_text_add(line, "no one more figure would narrow it much");
    if (line->length > 0) put(w, WHY_DETAIL, line);
}

static const atn_node *part_of(const why_page *w, const atn_answer *a)
{
    const atn_node *goal = atn_find(atn_node_get(w->why, "goals"), "id", text_of(a->goal, "id"));
    const atn_node *definition = atn_find(atn_node_get(goal, "definitions"), "definition",
                                          text_of(a->definition, "definition"));
    return atn_find(atn_node_get(definition, "readings"), "reading",
                    text_of(a->reading, "reading"));
}

/* "dhs: 65 %; total 1,270,000 to 1,990,000 (90 %), median 1,570,000" */
static void say_answer(const why_page *w, const atn_answer *a, const atn_node *part, atn_text *line)
{
    const atn_node *quantity = atn_node_get(part, "quantity");
    clear(line);
    atn_say_which(line, a);
    if (line->length > 0) atn_text_add(line, ": ");
    atn_say_percent(line, number_of(a->reading, "probability"));
    if (!atn_node_is_null(quantity)) {
        atn_text_printf(line, "; %s ", quantity_name(a));
        atn_say_value(line, number_of(quantity, "0.05"), a->share, false);
        atn_text_add(line, " to ");
        atn_say_value(line, number_of(quantity, "0.95"), a->share, false);
        atn_text_add(line, " (90 %), median ");
        atn_say_value(line, number_of(quantity, "0.5"), a->share, false);
    }
    put(w, WHY_ANSWER, line);
}

/* Readings of one goal may ask the same quantity for different targets: said once. */
static bool same_quantity(const atn_node *a, const atn_node *b)
{
    static const char *const levels[] = {"0.05", "0.5", "0.95"};
    const atn_node *x = atn_node_get(a, "quantity"), *y = atn_node_get(b, "quantity");
    for (size_t i = 0; i < 3; i++)
        if (!(fabs(number_of(x, levels[i]) - number_of(y, levels[i])) <= 0.0)) return false;
    return true;
}

static void say_goals(const why_page *w, atn_text *line)
{
    const atn_node *goal = NULL, *last = NULL;
    for (atn_answer a = {0}; atn_answer_next(w->root, &a);) {
        const atn_node *part = part_of(w, &a);
        if (!part) continue;
        if (a.goal != goal) {
            clear(line);
            if (!w->page) atn_text_printf(line, "%s: ", text_of(a.goal, "id"));
            atn_say_goal(line, w->root, &a);
            if (w->page) atn_capitalise(line, 0);
            put(w, WHY_GOAL, line);
        }
        say_answer(w, &a, part, line);
        say_movers(w, &a, part, line);
        const bool said = a.goal == goal && same_quantity(part, last);
        goal = a.goal;
        last = part;
        if (said || atn_node_is_null(atn_node_get(part, "quantity"))) continue;
        say_parts(w, &a, part, line);
        say_sensitivity(w, part, line);
        say_next(w, &a, part, line);
    }
}

/* ---- all goals --------------------------------------------------------------------------------
 */

static void say_parameters(const why_page *w, atn_text *line)
{
    static const char *const diagnoses[] = {"prior-data conflict",
                                            "strong prior or weak likelihood"};
    const atn_node *list = atn_node_get(w->why, "parameters");
    for (size_t i = 0; i < sizeof diagnoses / sizeof *diagnoses; i++) {
        bool any = false;
        clear(line);
        atn_text_printf(line, "%s: ", diagnoses[i]);
        for (const atn_node *p = atn_node_first(list); p; p = atn_node_next(p)) {
            if (strcmp(text_of(p, "diagnosis"), diagnoses[i]) != 0) continue;
            if (any) atn_text_add(line, ", ");
            atn_escape_plain(line, text_of(p, "name"));
            any = true;
        }
        if (any) put(w, WHY_ANSWER, line);
    }
}

static void heading(const why_page *w, const char *text)
{
    if (w->page) {
        atn_page_words(w->page, text);
        atn_page_heading(w->page, 3);
    } else {
        atn_text_printf(w->out, "\n%s\n", text);
    }
}

static bool any_diagnosis(const why_page *w)
{
    const atn_node *list = atn_node_get(w->why, "parameters");
    for (const atn_node *p = atn_node_first(list); p; p = atn_node_next(p))
        if (*text_of(p, "diagnosis")) return true;
    return false;
}

static bool is_untold(const atn_node *report)
{
    return strcmp(text_of(atn_node_get(report, "influence"), "how"), "none") == 0;
}

/* Whether a report before this one is left out, untold, with it: a fit serves both. */
static bool same_fit(const atn_node *list, const atn_node *report)
{
    const atn_node *first = atn_node_first(atn_node_path(report, "influence/together"));
    for (const atn_node *r = atn_node_first(list); r != report; r = atn_node_next(r)) {
        const atn_node *other = atn_node_first(atn_node_path(r, "influence/together"));
        if (is_untold(r) && fabs(atn_node_number(other) - atn_node_number(first)) <= 0.0)
            return true;
    }
    return false;
}

/* Reports of which nothing is said above. */
static void say_untold(const why_page *w, atn_text *line)
{
    const atn_node *list = atn_node_get(w->root, "reports");
    size_t n = 0, fits = 0;
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) {
        n += is_untold(r);
        fits += is_untold(r) && !same_fit(list, r);
    }
    if (n == 0) return;
    clear(line);
    atn_text_add(line, n == 1 ? "row" : "rows");
    for (const atn_node *r = atn_node_first(list), *last = NULL; r; r = atn_node_next(r)) {
        if (!is_untold(r)) continue;
        atn_text_printf(line, "%s %d", last ? "," : "", (int)number_of(r, "row"));
        last = r;
    }
    atn_text_printf(line, ": what the answer would be without %s these draws cannot judge",
                    n == 1 ? "it" : "each");
    if (strcmp(atn_node_text(atn_node_path(w->root, "fit/method")), "map") == 0)
        atn_text_add(line, "; --fit nuts draws better ones");
    else
        atn_text_printf(line,
                        " (Pareto k too high); --set /fit/refits=%zu fits the study without %s",
                        fits, n == 1 ? "it" : "them");
    heading(w, "Not known");
    put(w, WHY_ANSWER, line);
}

static void say_all(const why_page *w, atn_text *line)
{
    const atn_node *contradictions = atn_node_get(w->why, "contradictions");
    say_goals(w, line);
    if (any_diagnosis(w)) {
        heading(w, "Parameters that follow their priors");
        say_parameters(w, line);
    }
    say_untold(w, line);
    if (atn_node_first(contradictions)) heading(w, "Figures that contradict each other");
    for (const atn_node *c = atn_node_first(contradictions); c; c = atn_node_next(c)) {
        clear(line);
        atn_escape_plain(line, text_of(c, "message"));
        put(w, WHY_ANSWER, line);
    }
}

/* A word left out within for want of memory spoils the whole. */
static void say_within(const why_page *w)
{
    attain_context *ctx = w->out->ctx;
    const size_t refusals = ctx->refusals;
    atn_text line;
    atn_text_init(&line, ctx);
    say_all(w, &line);
    atn_text_free(&line);
    if (ctx->refusals != refusals) w->out->failed = true;
}

bool atn_say_why(atn_text *out, const atn_node *root)
{
    const why_page w = {.out = out, .root = root, .why = atn_node_get(root, "why")};
    if (!w.why) return false;
    atn_escape_plain(out, atn_node_text(atn_node_path(root, "study/title")));
    atn_text_add(out, "\nwhat drives the answer: chances without a report, what the spread is "
                      "made of, what would tell more\n");
    say_within(&w);
    return true;
}

void atn_page_why(atn_page *page)
{
    const why_page w = {
        .out = page->out, .root = page->root, .why = atn_node_get(page->root, "why"), .page = page};
    if (w.why) say_within(&w);
}
