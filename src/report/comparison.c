/* Matching two documents: answers by goal, definition and reading, reports by what they state. */
#include "comparison.h"

#include <math.h>
#include <string.h>

const char *const atn_report_change_names[] = {"added", "removed", "restated", "counts now",
                                               "counts no more"};

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

/* ---- reports ----------------------------------------------------------------------------------
 */

/* What makes two rows the same statement, wherever they stand. */
static const char *const identity[] = {"series",     "statistic", "start",   "end",
                                       "definition", "source",    "release", "published"};
static const char *const wording[] = {"relation", "value", "upper", "error", "n", "stale"};

static bool same_value(const atn_node *a, const atn_node *b)
{
    const double x = atn_node_number(a), y = atn_node_number(b);
    const bool numbers = (isnan(x) && isnan(y)) || fabs(x - y) <= 0.0;
    return numbers && strcmp(atn_node_text(a), atn_node_text(b)) == 0;
}

static bool agree(const atn_node *a, const atn_node *b, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!same_value(atn_node_get(a, keys[i]), atn_node_get(b, keys[i]))) return false;
    return true;
}

static bool same_statement(const atn_node *a, const atn_node *b)
{
    return agree(a, b, identity, sizeof identity / sizeof *identity);
}

static bool same_words(const atn_node *a, const atn_node *b)
{
    return agree(a, b, wording, sizeof wording / sizeof *wording);
}

static void add_report(atn_comparison *c, atn_report_change_kind kind, const atn_node *before,
                       const atn_node *after)
{
    void *list = c->reports;
    if (!atn_grow(c->ctx, &list, &c->reports_capacity, c->n_reports + 1, sizeof *c->reports)) {
        c->failed = true;
        return;
    }
    c->reports = list;
    c->reports[c->n_reports++] = (atn_report_change){kind, before, after};
}

/* Marks of rows that have found their match. */
typedef struct matching {
    const atn_node **rows; /* of the older document */
    const atn_node **match;
    size_t n;
} matching;

/* Equal words first, so that of two statements alike the unchanged one is not taken for the other.
 */
static void match_rows(const atn_node *after, matching *m, const atn_node **found, bool words)
{
    size_t place = 0;
    for (const atn_node *r = atn_node_first(after); r; r = atn_node_next(r), place++) {
        for (size_t i = 0; i < m->n && !found[place]; i++) {
            if (m->match[i] || !same_statement(m->rows[i], r)) continue;
            if (words && !same_words(m->rows[i], r)) continue;
            m->match[i] = r;
            found[place] = m->rows[i];
        }
    }
}

static void judge(atn_comparison *c, const atn_node *before, const atn_node *after)
{
    const bool used = atn_node_true(atn_node_get(before, "used"));
    const bool uses = atn_node_true(atn_node_get(after, "used"));
    if (!same_words(before, after))
        add_report(c, ATN_REPORT_RESTATED, before, after);
    else if (used != uses)
        add_report(c, uses ? ATN_REPORT_COUNTS : ATN_REPORT_COUNTS_NO_MORE, before, after);
}

static void compare_reports(atn_comparison *c)
{
    const atn_node *before = atn_node_get(c->before, "reports");
    const atn_node *after = atn_node_get(c->after, "reports");
    const size_t n = atn_node_size(before), m = atn_node_size(after);
    const atn_node **block = ATN_NEW_ARRAY(c->ctx, const atn_node *, 2 * n + m);
    if (!block) {
        c->failed = true;
        return;
    }
    matching rows = {.rows = block, .match = block + n};
    const atn_node **found = block + 2 * n;
    for (const atn_node *r = atn_node_first(before); r; r = atn_node_next(r))
        rows.rows[rows.n++] = r;
    match_rows(after, &rows, found, true);
    match_rows(after, &rows, found, false);
    size_t place = 0;
    for (const atn_node *r = atn_node_first(after); r; r = atn_node_next(r), place++) {
        if (found[place])
            judge(c, found[place], r);
        else
            add_report(c, ATN_REPORT_ADDED, NULL, r);
    }
    for (size_t i = 0; i < n; i++)
        if (!rows.match[i]) add_report(c, ATN_REPORT_REMOVED, rows.rows[i], NULL);
    atn_free(c->ctx, block);
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static bool same_answer(const atn_answer *a, const atn_answer *b)
{
    return strcmp(text_of(a->goal, "id"), text_of(b->goal, "id")) == 0 &&
           strcmp(text_of(a->definition, "definition"), text_of(b->definition, "definition")) ==
               0 &&
           strcmp(text_of(a->reading, "reading"), text_of(b->reading, "reading")) == 0;
}

static bool find_answer(const atn_node *root, const atn_answer *like, atn_answer *found)
{
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        if (!same_answer(&a, like)) continue;
        *found = a;
        return true;
    }
    return false;
}

/* The part of `why` that speaks of an answer; NULL. */
static const atn_node *why_of(const atn_node *list, const atn_answer *a)
{
    const atn_node *goal = atn_find(list, "id", text_of(a->goal, "id"));
    const atn_node *definition = atn_find(atn_node_get(goal, "definitions"), "definition",
                                          text_of(a->definition, "definition"));
    return atn_find(atn_node_get(definition, "readings"), "reading",
                    text_of(a->reading, "reading"));
}

static void find_interval(const atn_node *root, const atn_answer *a, size_t side,
                          atn_answer_change *change)
{
    const atn_node *quantity =
        a->reading ? atn_node_get(why_of(atn_node_path(root, "why/goals"), a), "quantity") : NULL;
    change->low[side] = number_of(quantity, "0.05");
    change->median[side] = number_of(quantity, "0.5");
    change->high[side] = number_of(quantity, "0.95");
}

static void add_answer(atn_comparison *c, const atn_answer *before, const atn_answer *after)
{
    void *list = c->answers;
    if (!atn_grow(c->ctx, &list, &c->answers_capacity, c->n_answers + 1, sizeof *c->answers)) {
        c->failed = true;
        return;
    }
    c->answers = list;
    atn_answer_change *a = &c->answers[c->n_answers++];
    *a = (atn_answer_change){.change = NAN, .error = NAN};
    if (before) a->before = *before;
    if (after) a->after = *after;
    if (before && after) {
        a->change =
            number_of(after->reading, "probability") - number_of(before->reading, "probability");
        a->error = hypot(number_of(before->reading, "mcse"), number_of(after->reading, "mcse"));
        a->beyond = fabs(a->change) > 2.0 * a->error;
    }
    find_interval(c->before, &a->before, 0, a);
    find_interval(c->after, &a->after, 1, a);
}

static void compare_answers(atn_comparison *c)
{
    atn_answer other;
    for (atn_answer a = {0}; atn_answer_next(c->after, &a);)
        add_answer(c, find_answer(c->before, &a, &other) ? &other : NULL, &a);
    for (atn_answer a = {0}; atn_answer_next(c->before, &a);)
        if (!find_answer(c->after, &a, &other)) add_answer(c, &a, NULL);
}

/* ---- which report did it ----------------------------------------------------------------------
 */

static bool in_list(const atn_node *rows, double row)
{
    for (const atn_node *r = atn_node_first(rows); r; r = atn_node_next(r))
        if (fabs(atn_node_number(r) - row) <= 0.0) return true;
    return false;
}

/* The side of a changed report whose influence speaks: the newer of what counts now, the older of
 * what no longer does; NULL for restated ones, of which neither alone tells. */
static const atn_node *speaking(const atn_report_change *r)
{
    switch (r->kind) {
    case ATN_REPORT_ADDED:
    case ATN_REPORT_COUNTS: return r->after;
    case ATN_REPORT_REMOVED:
    case ATN_REPORT_COUNTS_NO_MORE: return r->before;
    case ATN_REPORT_RESTATED: break;
    }
    return NULL;
}

static bool is_new(const atn_report_change *r)
{
    return r->kind == ATN_REPORT_ADDED || r->kind == ATN_REPORT_COUNTS;
}

/* Whether all reports that are left out with this one changed as it did: else what its release does
 * is not what it did. */
static bool whole_group(const atn_comparison *c, const atn_report_change *r)
{
    const atn_node *together = atn_node_path(speaking(r), "influence/together");
    const atn_node *reports = atn_node_get(is_new(r) ? c->after : c->before, "reports");
    for (const atn_node *k = atn_node_first(reports); k; k = atn_node_next(k)) {
        if (!in_list(together, number_of(k, "row")) || !atn_node_true(atn_node_get(k, "used")))
            continue;
        bool changed = false;
        for (size_t i = 0; i < c->n_reports && !changed; i++)
            changed = speaking(&c->reports[i]) == k && is_new(&c->reports[i]) == is_new(r);
        if (!changed) return false;
    }
    return true;
}

/* The first changed report of the same group, so that a group is counted once. */
static bool is_first(const atn_comparison *c, const atn_report_change *r, const atn_answer *a)
{
    const atn_node *together = atn_node_path(speaking(r), "influence/together");
    for (const atn_report_change *q = c->reports; q < r; q++)
        if (speaking(q) && is_new(q) == is_new(r) &&
            in_list(together, number_of(speaking(q), "row")) &&
            why_of(atn_node_path(speaking(q), "influence/goals"), a))
            return false;
    return true;
}

static bool speaks_to(const atn_comparison *c, const atn_node *report, const atn_answer *a)
{
    if (!report || !atn_node_true(atn_node_get(report, "used"))) return false;
    if (why_of(atn_node_path(report, "influence/goals"), a)) return true;
    (void)c; /* a run that was not asked: its series tells, joint goals rest on any */
    return atn_node_is_null(atn_node_get(report, "influence")) &&
           (!a->series || strcmp(text_of(report, "series"), text_of(a->goal, "series")) == 0);
}

size_t atn_attribute(const atn_comparison *c, const atn_answer_change *answer,
                     atn_attribution *attributions, double *rest)
{
    size_t n = 0;
    *rest = answer->change;
    for (size_t i = 0; i < c->n_reports; i++) {
        const atn_report_change *r = &c->reports[i];
        const atn_node *report = speaking(r) ? speaking(r) : r->after;
        const atn_answer *a = speaking(r) == r->before ? &answer->before : &answer->after;
        if (!a->reading || !speaks_to(c, report, a)) continue;
        const atn_node *part = why_of(atn_node_path(report, "influence/goals"), a);
        atn_attribution entry = {.report = r, .effect = NAN, .mcse = NAN};
        if (speaking(r) && part && whole_group(c, r)) {
            if (!is_first(c, r, a)) continue;
            entry.effect = (is_new(r) ? -1.0 : 1.0) * number_of(part, "change");
            entry.mcse = number_of(part, "mcse");
        }
        *rest -= entry.effect;
        attributions[n++] = entry;
    }
    return n;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

void atn_comparison_make(attain_context *ctx, const atn_node *before, const atn_node *after,
                         atn_comparison *c)
{
    *c = (atn_comparison){.ctx = ctx, .before = before, .after = after};
    compare_reports(c);
    atn_compare_settings(c);
    compare_answers(c);
}

void atn_comparison_free(atn_comparison *c)
{
    atn_free(c->ctx, c->reports);
    atn_free(c->ctx, c->settings);
    atn_free(c->ctx, c->answers);
}
