/* Walking a document's answers, and each of them in words. */
#include "report_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const atn_node *atn_find(const atn_node *list, const char *key, const char *text)
{
    for (const atn_node *c = atn_node_first(list); c; c = atn_node_next(c))
        if (strcmp(atn_node_text(atn_node_get(c, key)), text) == 0) return c;
    return NULL;
}

static void enter(const atn_node *root, atn_answer *a)
{
    a->series = atn_find(atn_node_get(root, "series"), "id",
                         atn_node_text(atn_node_get(a->goal, "series")));
    const char *kind = atn_node_text(atn_node_get(a->series, "kind"));
    a->share = strcmp(kind, "share") == 0;
    a->flow = strcmp(kind, "flow") == 0;
}

bool atn_answer_next(const atn_node *root, atn_answer *a)
{
    if (a->reading) a->reading = atn_node_next(a->reading);
    while (!a->reading) {
        if (a->definition) a->definition = atn_node_next(a->definition);
        while (!a->definition) {
            a->goal =
                a->goal ? atn_node_next(a->goal) : atn_node_first(atn_node_get(root, "goals"));
            if (!a->goal) return false;
            enter(root, a);
            a->definition = atn_node_first(atn_node_get(a->goal, "definitions"));
        }
        a->reading = atn_node_first(atn_node_get(a->definition, "readings"));
    }
    return true;
}

double atn_factor(const atn_node *root, const char *definition)
{
    const atn_node *entry = atn_find(atn_node_get(root, "definitions"), "id", definition);
    const double factor = atn_node_number(atn_node_path(entry, "factor/0.5"));
    return entry && isfinite(factor) && factor > 0 ? factor : 1.0;
}

const char *atn_per_step(const atn_node *root)
{
    static const char *const steps[][2] = {{"day", "a day"},
                                           {"week", "a week"},
                                           {"month", "a month"},
                                           {"quarter", "a quarter"},
                                           {"year", "a year"}};
    const char *step = atn_node_text(atn_node_path(root, "study/step"));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(step, steps[i][0]) == 0) return steps[i][1];
    return "a step";
}

bool atn_is_single(const atn_node *list)
{
    const atn_node *first = atn_node_first(list);
    return first && !atn_node_next(first);
}

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

static void say_unit(atn_text *out, const atn_node *root, const atn_answer *a, bool pace)
{
    const char *unit = text_of(a->goal, "unit");
    if (a->share || *unit) {
        if (*unit) atn_text_add(out, " ");
        atn_escape_plain(out, unit);
    }
    const bool rate_said = strstr(unit, "per ") || strstr(unit, " a day");
    if (pace && a->flow && !rate_said) atn_text_printf(out, " %s", atn_per_step(root));
}

void atn_say_target(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const char *statistic = text_of(a->goal, "statistic");
    if (strcmp(text_of(a->goal, "direction"), "at_most") == 0) atn_text_add(out, "at most ");
    const double own = number_of(a->reading, "target");
    atn_say_value(out, isfinite(own) ? own : number_of(a->goal, "target"), a->share, true);
    say_unit(out, root, a, strcmp(statistic, "mean") == 0 || strcmp(statistic, "value") == 0);
}

/* A label that names the target says the goal better than we can: it is added with the target in
 * the text's number style. */
static bool say_label(atn_text *out, const atn_answer *a)
{
    const char *label = text_of(a->goal, "label");
    const double target = number_of(a->goal, "target");
    atn_text stated;
    if (!a->series || isfinite(number_of(a->goal, "upper"))) return false;
    atn_text_init(&stated, out->ctx);
    stated.style = ATTAIN_NUMBERS_COMMA; /* that of studies */
    atn_say_value(&stated, target, a->share, true);
    const char *at = stated.data && stated.length > 0 ? strstr(label, stated.data) : NULL;
    if (at) {
        atn_text before;
        atn_text_init(&before, out->ctx);
        atn_text_add_bytes(&before, label, (size_t)(at - label));
        atn_escape_plain(out, before.data ? before.data : "");
        atn_say_value(out, target, a->share, true);
        atn_escape_plain(out, at + stated.length);
        if (before.failed) out->failed = true;
        atn_text_free(&before);
    }
    atn_text_free(&stated);
    return at != NULL;
}

/* A joint goal in words is one phrase a member; these bounds keep it one that is read. */
enum { DEEPEST = 3, LONGEST = 300 };

static bool has_label(const atn_node *goal)
{
    return strcmp(text_of(goal, "label"), text_of(goal, "id")) != 0;
}

/* Whether every goal under a joint one has its deadline, so that it can be said once. */
static bool one_deadline(const atn_node *root, const atn_node *goal, const char *deadline,
                         int depth)
{
    const atn_node *members = atn_node_get(goal, "members");
    if (!members) return strcmp(text_of(goal, "deadline"), deadline) == 0;
    for (const atn_node *m = atn_node_first(members); m; m = atn_node_next(m)) {
        const atn_node *member = atn_find(atn_node_get(root, "goals"), "id", atn_node_text(m));
        if (depth == 0 || !one_deadline(root, member, deadline, depth - 1)) return false;
    }
    return true;
}

static void say_joint(atn_text *out, const atn_node *root, const atn_node *goal, bool dates,
                      int depth);

static void say_member(atn_text *out, const atn_node *root, const atn_node *goal, bool dates,
                       int depth)
{
    atn_answer a = {.goal = goal};
    enter(root, &a);
    if (!a.series && !has_label(goal) && depth > 0) {
        atn_text_add(out, "(");
        say_joint(out, root, goal, dates, depth - 1);
        atn_text_add(out, ")");
        return;
    }
    (void)atn_say_goal_subject(out, root, &a);
    if (!dates) return;
    atn_text_add(out, " by ");
    atn_say_short_date(out, text_of(goal, "deadline"));
}

/* "A by d, B by e and C by f", "A or B", "A before B". */
static void say_joint(atn_text *out, const atn_node *root, const atn_node *goal, bool dates,
                      int depth)
{
    const char *form = text_of(goal, "form");
    const char *word = strcmp(form, "before") == 0   ? " before "
                       : strcmp(form, "any_of") == 0 ? " or "
                                                     : " and ";
    const size_t begin = out->length;
    const atn_node *m = atn_node_first(atn_node_get(goal, "members"));
    for (bool first = true; m; m = atn_node_next(m), first = false) {
        if (!first) atn_text_add(out, atn_node_next(m) ? ", " : word);
        if (out->length - begin > LONGEST) {
            atn_text_add(out, "\xe2\x80\xa6");
            return;
        }
        const atn_node *member = atn_find(atn_node_get(root, "goals"), "id", atn_node_text(m));
        say_member(out, root, member, dates, depth);
    }
}

bool atn_say_goal_subject(atn_text *out, const atn_node *root, const atn_answer *a)
{
    if (!a->series && !has_label(a->goal) && atn_node_first(atn_node_get(a->goal, "members"))) {
        say_joint(out, root, a->goal,
                  !one_deadline(root, a->goal, text_of(a->goal, "deadline"), DEEPEST), DEEPEST);
        return true;
    }
    if (!a->series) atn_escape_plain(out, text_of(a->goal, "label"));
    if (!a->series || say_label(out, a)) return true;
    atn_say_target(out, root, a);
    if (strcmp(text_of(a->goal, "statistic"), "rolling_total") == 0)
        atn_text_printf(out, " within %d %ss", (int)number_of(a->goal, "over"),
                        atn_node_text(atn_node_path(root, "study/step")));
    return false;
}

void atn_say_deadline(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const char *deadline = text_of(a->goal, "deadline");
    if (!a->series && !has_label(a->goal) && !one_deadline(root, a->goal, deadline, DEEPEST))
        return; /* each member said its own */
    atn_text_add(out, " by ");
    atn_say_date(out, deadline);
}

void atn_say_goal(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const bool by_label = atn_say_goal_subject(out, root, a);
    if (by_label && a->series && strstr(text_of(a->goal, "label"), " by ")) return; /* it is told */
    atn_say_deadline(out, root, a);
}

void atn_say_which(atn_text *out, const atn_answer *a)
{
    const bool definitions = !atn_is_single(atn_node_get(a->goal, "definitions"));
    const bool readings = !atn_is_single(atn_node_get(a->definition, "readings"));
    if (!definitions && !readings) return;
    if (definitions) atn_escape_plain(out, text_of(a->definition, "definition"));
    if (definitions && readings) atn_text_add(out, ", ");
    if (readings) atn_say_reading(out, text_of(a->reading, "reading"));
}

bool atn_trend_range(const atn_node *reading, double *low, double *high)
{
    const atn_node *list = atn_node_get(reading, "by_trend");
    *low = INFINITY;
    *high = -INFINITY;
    for (const atn_node *t = atn_node_first(list); t; t = atn_node_next(t)) {
        const double p = number_of(t, "probability");
        if (!isfinite(p)) continue;
        *low = fmin(*low, p);
        *high = fmax(*high, p);
    }
    return *low <= *high;
}

bool atn_say_trends(atn_text *out, const atn_node *reading)
{
    static const char sign[] = " %";
    double low, high;
    if (!atn_trend_range(reading, &low, &high)) return false;
    const size_t first = out->length;
    atn_say_percent(out, low);
    const size_t next = out->length;
    atn_say_percent(out, high);
    if (out->failed || !out->data) return true;
    const size_t digits = next - first - (sizeof sign - 1);
    const bool same = out->length - next == next - first &&
                      memcmp(out->data + first, out->data + next, next - first) == 0;
    out->length = same ? next : first + digits; /* the sign is said once */
    out->data[out->length] = '\0';
    if (!same) {
        atn_text_add(out, " to ");
        atn_say_percent(out, high);
    }
    atn_text_add(out, " across trends");
    return true;
}

bool atn_date_untold(const atn_node *root, const atn_node *reading)
{
    const atn_node *median = atn_node_path(reading, "date/0.5");
    const char *as_of = atn_node_text(atn_node_path(root, "study/as_of"));
    return atn_node_true(atn_node_get(reading, "date_rests_on_prior")) &&
           !atn_node_is_null(median) && strcmp(atn_node_text(median), as_of) > 0;
}

/* A date on or before the as-of date. */
static bool is_past(const atn_node *root, const atn_node *date)
{
    const char *as_of = atn_node_text(atn_node_path(root, "study/as_of"));
    return *atn_node_text(date) && strcmp(atn_node_text(date), as_of) <= 0; /* ISO: as text */
}

void atn_say_when(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const atn_node *median = atn_node_path(a->reading, "date/0.5");
    const bool reached = atn_node_true(atn_node_get(a->reading, "already_reached"));
    if (reached) atn_text_add(out, "already reached");
    if (reached && atn_node_is_null(median)) return;
    if (atn_node_true(atn_node_get(a->reading, "out_of_reach")))
        atn_text_add(out, "out of reach by the deadline; ");
    if (atn_node_is_null(median)) {
        /* Where that is the chance's complement, it has been said, and both rounded may miss 100.
         */
        const double never = number_of(a->reading, "never_by_horizon");
        const double chance = number_of(a->reading, "probability");
        const bool said = fabs(never + chance - 1.0) < 1e-9;
        atn_text_add(out, said ? "median date after " : "not by ");
        atn_say_short_date(out, atn_node_text(atn_node_path(root, "study/horizon")));
        if (isfinite(never) && !said) {
            atn_text_add(out, ": ");
            atn_say_percent(out, never);
        }
    } else if (atn_date_untold(root, a->reading)) {
        atn_text_add(out, "no date: the level at which the trend ends is not identified");
    } else if (is_past(root, median)) {
        atn_text_add(out, reached ? ", by the median on " : "probably reached, by the median on ");
        atn_say_short_date(out, atn_node_text(median));
    } else {
        atn_text_add(out, "median date ");
        atn_say_short_date(out, atn_node_text(median));
    }
}

bool atn_say_pace(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const double required = number_of(a->reading, "required_pace");
    const double current = number_of(a->reading, "current_pace");
    const double ratio = number_of(a->reading, "pace_ratio");
    const bool reached = atn_node_true(atn_node_get(a->reading, "already_reached"));
    if (!isfinite(required) || required <= 0 || reached || a->share || !a->series) return false;
    if (is_past(root, atn_node_path(a->reading, "date/0.5"))) return false; /* probably reached */
    const char *sign = a->flow ? "" : "+";
    const bool at_most = strcmp(text_of(a->goal, "direction"), "at_most") == 0;
    atn_text_printf(out, "needs %s%s", at_most ? "at most " : "", sign);
    atn_say_estimate(out, required);
    atn_text_printf(out, " %s", atn_per_step(root));
    if (!isfinite(current)) return true;
    atn_text_printf(out, ", now %s", current < 0 ? "" : sign);
    atn_say_estimate(out, current);
    if (!isfinite(ratio)) return true;
    atn_text_add(out, " (");
    atn_text_grouped(out, ratio, ratio < 1.1 ? 2 : ratio < 10 ? 1 : 0);
    atn_text_add(out, " times)");
    return true;
}
