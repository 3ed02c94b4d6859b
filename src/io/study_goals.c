/* Goals: single ones on a series, and compounds of others. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/reader.h"
#include "project/plan.h"

/* Which goals' statistics a kind of series has. */
static const bool fits[3][ATN_ROLLING_TOTAL + 1] = {
    [ATN_FLOW] =
        {[ATN_VALUE] = true, [ATN_MEAN] = true, [ATN_TOTAL] = true, [ATN_ROLLING_TOTAL] = true},
    [ATN_STOCK] = {[ATN_LEVEL] = true, [ATN_MEAN] = true},
    [ATN_SHARE] = {[ATN_VALUE] = true, [ATN_MEAN] = true},
};
static const char *const statistics_of[3] = {[ATN_FLOW] = "value, mean, total or rolling_total",
                                             [ATN_STOCK] = "level or mean",
                                             [ATN_SHARE] = "value or mean"};

bool atn_read_goal_statistic(atn_reader *r, const cJSON *object, atn_kind kind, atn_statistic *out)
{
    static const char *const words[] = {"value", "mean", "total", "rolling_total", "level", NULL};
    static const atn_statistic values[] = {ATN_VALUE, ATN_MEAN, ATN_TOTAL, ATN_ROLLING_TOTAL,
                                           ATN_LEVEL};
    int k = 0;
    if (!atn_get_word(r, object, "statistic", true, words, &k)) return false;
    *out = values[k];
    if (!fits[kind][values[k]])
        ATN_BAD(r, "conflict", "statistic", "a goal on a %s is about its %s, not its %s",
                atn_kind_name(kind), statistics_of[kind], words[k]);
    const bool rolling = values[k] == ATN_ROLLING_TOTAL;
    if (atn_member(object, "over") && !rolling && values[k] != ATN_MEAN)
        ATN_BAD(r, "conflict", "over", "only a mean or a rolling_total goes 'over' several steps");
    if (!atn_member(object, "over") && rolling)
        ATN_BAD(r, "missing-key", NULL, "'over' is missing: the steps a rolling_total sums");
    if (atn_member(object, "held") && values[k] == ATN_TOTAL)
        ATN_BAD(r, "conflict", "held", "a total is reached once; it is not held");
    return fits[kind][values[k]];
}

/* The target must be something the series can reach at all. */
static void read_target(atn_reader *r, const cJSON *object, atn_goal *goal)
{
    const atn_link link = r->study->series[goal->series].link;
    static const char *const keys[] = {"target", "upper"};
    double *const out[] = {&goal->target, &goal->upper};
    for (int k = 0; k < 2; k++) {
        if (!atn_get_number(r, object, keys[k], k == 0, out[k])) continue;
        if (link == ATN_LINK_LOG && !(*out[k] > 0))
            ATN_BAD(r, "out-of-range", keys[k],
                    "'%s' of a series with a log link must be greater "
                    "than 0",
                    keys[k]);
        if (link == ATN_LINK_LOGIT && !(*out[k] > 0 && *out[k] < 1))
            ATN_BAD(r, "out-of-range", keys[k],
                    "'%s' of a share lies between 0 and 1; 52 %% is written 0.52", keys[k]);
    }
    if (isfinite(goal->upper) && !(goal->upper > goal->target))
        ATN_BAD(r, "out-of-range", "upper", "'upper' must be greater than 'target'");
}

static void read_window(atn_reader *r, const cJSON *object, atn_goal *goal)
{
    const attain_study *s = r->study;
    goal->start = s->calendar.origin;
    goal->deadline = s->horizon;
    goal->has_start = atn_get_date(r, object, "start", false, &goal->start);
    goal->has_deadline = atn_get_date(r, object, "deadline", false, &goal->deadline);
    if (!r->calendar_ok) return;
    if (goal->start < s->calendar.origin)
        ATN_BAD(r, "out-of-range", "start", "'start' lies before the study's origin");
    if (goal->deadline > s->horizon)
        ATN_BAD(r, "out-of-range", "deadline",
                "'deadline' lies after the study's horizon; move the horizon");
    if (goal->start > goal->deadline)
        ATN_BAD(r, "out-of-range", goal->has_start ? "start" : "deadline",
                "'start' lies after 'deadline'");
}

bool atn_check_goal_windows(atn_reader *r, const atn_goal *goal, long over, long held,
                            const char *member)
{
    const attain_study *s = r->study;
    if (!r->calendar_ok || goal->start > goal->deadline || goal->start < s->calendar.origin ||
        goal->deadline > s->horizon)
        return true;         /* said already */
    attain_study timed = *s; /* the number of steps is set once all is read */
    size_t first, last;
    timed.n_steps = (size_t)atn_calendar_step(&s->calendar, s->horizon) + 1;
    const bool stock = s->series[goal->series].kind == ATN_STOCK;
    const bool any = atn_goal_steps(&timed, goal, stock, &first, &last);
    const long steps = any ? (long)(last - first) + 1 : 0;
    if (over + held - 1 <= steps) return true;
    const char *unit = atn_step_unit_name(s->calendar.unit);
    if (steps == 0)
        ATN_BAD(r, "out-of-range", member,
                "no whole %s lies between start and deadline: a window counts when complete", unit);
    else
        ATN_BAD(r, "out-of-range", member,
                "no such window fits between start and deadline, which are %ld steps apart", steps);
    return false;
}

/* The goal's own windows, blamed on what made them long, else on the date that was stated. */
static void check_own_windows(atn_reader *r, const cJSON *object, const atn_goal *goal)
{
    const long over = goal->over > 0 ? goal->over : 1, held = goal->held > 0 ? goal->held : 1;
    const char *member = held > over                      ? "held"
                         : over > 1                       ? "over"
                         : atn_member(object, "deadline") ? "deadline"
                         : atn_member(object, "start")    ? "start"
                                                          : NULL;
    atn_check_goal_windows(r, goal, over, held, member);
}

/* What is counted changes the answer, so a goal should say it. */
static void warn_definitions(atn_reader *r, const atn_goal *goal)
{
    const attain_study *s = r->study;
    char names[200] = "";
    size_t n = 0, used = 0;
    for (size_t d = 0; d < s->n_definitions; d++) {
        if (s->definitions[d].series != goal->series) continue;
        if (used + 70 < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%.64s", n ? ", " : "",
                                     s->definitions[d].id);
        n++;
    }
    if (n > 1)
        atn_problem(r, ATTAIN_SEVERITY_WARNING, ATTAIN_OK, "goal-without-definition", NULL,
                    "goal '%.64s' does not say by which definition it is counted: answered in each "
                    "(%s), and pooled with equal weights",
                    goal->id ? goal->id : "", names);
}

static void read_single(atn_reader *r, const cJSON *object, atn_goal *goal)
{
    static const char *const directions[] = {"at_least", "at_most", NULL};
    const attain_study *s = r->study;
    char hint[ATN_HINT_SIZE];
    int word = 0;
    goal->form = ATN_GOAL_SINGLE;
    if (atn_get_word(r, object, "direction", false, directions, &word)) goal->at_most = word == 1;
    atn_get_integer(r, object, "over", 1, 100000, &goal->over);
    atn_get_integer(r, object, "held", 1, 100000, &goal->held);
    read_window(r, object, goal);
    const char *series = atn_get_text(r, object, "series", true);
    if (!series) return;
    goal->series = atn_find_id(series, s->series, sizeof *s->series, s->n_series);
    if (goal->series == ATN_NONE) {
        ATN_BAD(r, "unknown-series", "series", "no series is called '%.64s'%s", series,
                atn_hint_ids(r, hint, series, s->series, sizeof *s->series, s->n_series));
        return;
    }
    const bool measured =
        atn_read_goal_statistic(r, object, s->series[goal->series].kind, &goal->statistic);
    check_own_windows(r, object, goal);
    read_target(r, object, goal);
    if (measured) atn_read_readings(r, object, goal);
    const char *definition = atn_get_text(r, object, "definition", false);
    if (!definition) {
        warn_definitions(r, goal);
        return;
    }
    const size_t d =
        atn_find_id(definition, s->definitions, sizeof *s->definitions, s->n_definitions);
    goal->definition = d;
    if (d == ATN_NONE)
        ATN_BAD(r, "unknown-definition", "definition", "no definition is called '%.64s'%s",
                definition,
                atn_hint_ids(r, hint, definition, s->definitions, sizeof *s->definitions,
                             s->n_definitions));
    else if (s->definitions[d].series != goal->series)
        ATN_BAD(r, "conflict", "definition", "'%.64s' is a definition of another series",
                definition);
}

/* The compound forms; the members' ids are resolved once all goals are known. */
static const char *const form_keys[] = {
    [ATN_GOAL_ALL_OF] = "all_of", [ATN_GOAL_ANY_OF] = "any_of", [ATN_GOAL_BEFORE] = "before"};

static void read_compound(atn_reader *r, const cJSON *object, atn_goal *goal)
{
    static const char *const plain[] = {"id", "label", "note", "$schema"};
    const cJSON *member;
    goal->series = goal->definition = ATN_NONE;
    cJSON_ArrayForEach (member, object) {
        bool fine = strcmp(member->string, form_keys[goal->form]) == 0;
        for (size_t k = 0; k < 4; k++) fine = fine || strcmp(member->string, plain[k]) == 0;
        const char *const *known = atn_object_keys(ATN_OBJECT_GOAL);
        bool listed = false; /* strangers have their own message */
        for (; *known; known++) listed = listed || strcmp(member->string, *known) == 0;
        if (!fine && listed)
            ATN_BAD(r, "conflict", member->string, "'%.20s' does not go with '%s'", member->string,
                    form_keys[goal->form]);
    }
    const cJSON *list = atn_member(object, form_keys[goal->form]);
    const size_t n = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
    const bool before = goal->form == ATN_GOAL_BEFORE;
    if (n < (before ? 2 : 1) || (before && n > 2))
        ATN_BAD(r, "wrong-type", form_keys[goal->form], "'%s' must be a list of %s goals' ids",
                form_keys[goal->form], before ? "two" : "other");
    else
        goal->members = ATN_MAKE(r, size_t, n);
}

static void read_goal(atn_reader *r, const cJSON *object, atn_goal *goal)
{
    goal->pointer = atn_copy(r, r->pointer);
    goal->target = goal->upper = NAN;
    goal->series = goal->definition = ATN_NONE;
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, ATN_OBJECT_GOAL);
    const attain_study *s = r->study;
    atn_get_identity(r, object, "goal", s->goals, sizeof *s->goals, (size_t)(goal - s->goals),
                     &goal->id, &goal->label, &goal->note);
    for (int form = ATN_GOAL_ALL_OF; form <= ATN_GOAL_BEFORE; form++) {
        if (!atn_member(object, form_keys[form])) continue;
        goal->form = (atn_goal_form)form;
        read_compound(r, object, goal);
        return;
    }
    read_single(r, object, goal);
}

static void resolve_members(atn_reader *r, const cJSON *object, atn_goal *goal)
{
    const attain_study *s = r->study;
    const cJSON *list = atn_member(object, form_keys[goal->form]), *item;
    const size_t mark = atn_enter(r, form_keys[goal->form]);
    size_t k = 0;
    cJSON_ArrayForEach (item, list) {
        const size_t inner = atn_enter_index(r, k++);
        const char *id = cJSON_IsString(item) ? item->valuestring : NULL;
        const size_t g = id ? atn_find_id(id, s->goals, sizeof *s->goals, s->n_goals) : ATN_NONE;
        char hint[ATN_HINT_SIZE];
        if (g != ATN_NONE)
            goal->members[goal->n_members++] = g;
        else if (!id)
            ATN_BAD(r, "wrong-type", NULL, "expected a goal's id");
        else
            ATN_BAD(r, "unknown-goal", NULL, "no goal is called '%.64s'%s", id,
                    atn_hint_ids(r, hint, id, s->goals, sizeof *s->goals, s->n_goals));
        atn_leave(r, inner);
    }
    atn_leave(r, mark);
}

/* Depth-first search: a goal met again while it is open stands in a circle.  Iterative in the
 * number of goals: state 0 new, 1 open, 2 done. */
static void refuse_cycles(atn_reader *r)
{
    const attain_study *s = r->study;
    const size_t n = s->n_goals;
    unsigned char *state = ATN_MAKE(r, unsigned char, n);
    size_t *stack = ATN_MAKE(r, size_t, n + 1), *next = ATN_MAKE(r, size_t, n);
    for (size_t g = 0; !r->nomem && g < n; g++) {
        size_t depth = 0;
        if (state[g]) continue;
        stack[depth++] = g;
        state[g] = 1;
        while (depth > 0) {
            const size_t at = stack[depth - 1];
            const atn_goal *goal = &s->goals[at];
            if (next[at] == goal->n_members) {
                state[at] = 2;
                depth--;
                continue;
            }
            const size_t member = goal->members[next[at]++];
            if (state[member] == 0) {
                state[member] = 1;
                stack[depth++] = member;
            } else if (state[member] == 1) {
                const size_t mark = atn_enter_index(r, at);
                ATN_BAD(r, "cyclic-goals", form_keys[goal->form], "goal '%.64s' is made of itself",
                        s->goals[member].id);
                atn_leave(r, mark);
            }
        }
    }
    atn_free(r->ctx, state);
    atn_free(r->ctx, stack);
    atn_free(r->ctx, next);
}

void atn_read_goals(atn_reader *r, const cJSON *study)
{
    const cJSON *list = atn_member(study, "goals"), *item;
    if (!list) return;
    if (!cJSON_IsArray(list)) {
        ATN_BAD(r, "wrong-type", "goals", "'goals' must be a list in [ ], not %s",
                atn_kind_of(list));
        return;
    }
    attain_study *s = r->study;
    const size_t mark = atn_enter(r, "goals");
    s->goals = ATN_MAKE(r, atn_goal, (size_t)cJSON_GetArraySize(list));
    cJSON_ArrayForEach (item, list) {
        if (r->nomem) break;
        const size_t inner = atn_enter_index(r, s->n_goals);
        read_goal(r, item, &s->goals[s->n_goals++]);
        atn_leave(r, inner);
    }
    size_t g = 0;
    cJSON_ArrayForEach (item, list) {
        if (r->nomem) break;
        const size_t inner = atn_enter_index(r, g);
        if (s->goals[g].members) resolve_members(r, item, &s->goals[g]);
        atn_leave(r, inner);
        g++;
    }
    if (!r->nomem) refuse_cycles(r);
    atn_leave(r, mark);
}
