/* Stated goals into windows of steps. */
#include "project/plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What people mean by "a day", "a week", "a month" and "kept up", in steps of each unit; 0: the
 * reading would repeat another. */
static const struct {
    size_t short_mean, long_mean, held_over, held;
} usual[] = {
    [ATN_STEP_DAY] = {7, 28, 7, 30}, [ATN_STEP_WEEK] = {0, 4, 1, 4},
    [ATN_STEP_MONTH] = {0, 3, 1, 3}, [ATN_STEP_QUARTER] = {0, 4, 0, 0},
    [ATN_STEP_YEAR] = {0, 0, 0, 0},
};

bool atn_goal_steps(const attain_study *study, const atn_goal *goal, bool stock, size_t *first,
                    size_t *last)
{
    const atn_calendar *calendar = &study->calendar;
    const long n = (long)study->n_steps;
    long from = 0, to = n - 1;
    if (goal->has_start && goal->start > calendar->origin) {
        from = atn_calendar_step(calendar, goal->start);
        if (atn_calendar_start(calendar, from) < goal->start) from++;
    }
    if (goal->has_deadline && goal->deadline <= study->horizon) {
        to = atn_calendar_step(calendar, goal->deadline);
        if (!stock && atn_calendar_end(calendar, to) > goal->deadline) to--;
    }
    if (from < 0) from = 0;
    *first = from < n ? (size_t)from : study->n_steps - 1;
    *last = to > 0 ? (size_t)to : 0;
    return from <= to && from < n && to >= 0;
}

static attain_goal_statistic statistic_of(atn_statistic statistic, bool stock)
{
    switch (statistic) {
    case ATN_MEAN: return ATTAIN_GOAL_MEAN;
    case ATN_TOTAL: return ATTAIN_GOAL_TOTAL;
    case ATN_ROLLING_TOTAL: return ATTAIN_GOAL_ROLLING_TOTAL;
    case ATN_LEVEL: return ATTAIN_GOAL_LEVEL;
    default: return stock ? ATTAIN_GOAL_LEVEL : ATTAIN_GOAL_VALUE;
    }
}

/* Base of the name without how long it is held. */
static void name_base(const attain_goal_spec *s, const char *unit, bool automatic, char *name,
                      size_t size)
{
    const bool mean = s->statistic == ATTAIN_GOAL_MEAN && s->over > 1;
    if (s->statistic == ATTAIN_GOAL_TOTAL)
        snprintf(name, size, "total");
    else if (mean || s->statistic == ATTAIN_GOAL_ROLLING_TOTAL)
        snprintf(name, size, "%zu-%s-%s", s->over % 1000000, unit, mean ? "mean" : "total");
    else if (s->statistic == ATTAIN_GOAL_LEVEL && !automatic)
        snprintf(name, size, "level");
    else
        snprintf(name, size, "any-%s", unit);
}

static void name_windows(atn_plan *plan, const char *unit, bool automatic)
{
    const attain_goal_spec *s = &plan->spec;
    const bool single = s->statistic == ATTAIN_GOAL_VALUE || s->statistic == ATTAIN_GOAL_LEVEL ||
                        (s->statistic == ATTAIN_GOAL_MEAN && s->over == 1);
    char base[24], held[24] = "";
    name_base(s, unit, automatic, base, sizeof base);
    if (s->held > 1) snprintf(held, sizeof held, "-held-%zu-%ss", s->held % 1000000, unit);
    if (plan->at_deadline && single && s->held == 1)
        snprintf(plan->name, sizeof plan->name, "at-deadline");
    else
        snprintf(plan->name, sizeof plan->name, "%s%s%s", base, held,
                 plan->at_deadline ? "-at-deadline" : "");
}

static bool same_windows(const atn_plan *a, const atn_plan *b)
{
    const bool single = a->spec.over == 1 && b->spec.over == 1 &&
                        a->spec.statistic != ATTAIN_GOAL_ROLLING_TOTAL &&
                        b->spec.statistic != ATTAIN_GOAL_ROLLING_TOTAL;
    return a->spec.over == b->spec.over && a->spec.held == b->spec.held &&
           a->at_deadline == b->at_deadline && (a->spec.statistic == b->spec.statistic || single);
}

static bool fits(const atn_plan *plan)
{
    const size_t room = plan->spec.deadline - plan->spec.start + 1;
    return !plan->empty && plan->spec.over <= room && plan->spec.held <= room - plan->spec.over + 1;
}

/* A reading of the same goal that looks at other windows. */
static atn_plan other_windows(const atn_plan *own, attain_goal_statistic statistic, size_t over,
                              size_t held, bool at_deadline)
{
    atn_plan plan = *own;
    plan.own = false;
    plan.spec.statistic = statistic;
    plan.spec.over = over;
    plan.spec.held = held;
    plan.at_deadline = at_deadline;
    /* the one window that ends there; a plan without room for it stays, and does not fit */
    if (at_deadline && fits(&plan)) plan.spec.start = plan.spec.deadline + 2 - over - held;
    return plan;
}

/* The plausible readings beside the goal's own. */
static size_t usual_readings(const atn_plan *own, atn_kind kind, atn_step_unit unit,
                             atn_plan *plans)
{
    const bool stock = kind == ATN_STOCK;
    const attain_goal_statistic single = stock ? ATTAIN_GOAL_LEVEL : ATTAIN_GOAL_VALUE;
    size_t n = 0;
    plans[n++] = other_windows(own, single, 1, 1, false);
    if (stock) {
        plans[n++] = other_windows(own, single, 1, 1, true);
        return n;
    }
    const size_t means[] = {usual[unit].short_mean, usual[unit].long_mean};
    for (size_t i = 0; i < 2; i++)
        if (means[i] > 0) plans[n++] = other_windows(own, ATTAIN_GOAL_MEAN, means[i], 1, false);
    const size_t over = usual[unit].held_over, held = usual[unit].held;
    if (held > 0)
        plans[n++] = other_windows(own, over > 1 ? ATTAIN_GOAL_MEAN : single, over, held, false);
    return n;
}

/* Adds a reading that fits the goal's time and is not among the others. */
static size_t add_reading(atn_plan *list, size_t n, const atn_plan *plan)
{
    for (size_t i = 0; i < n; i++)
        if (same_windows(&list[i], plan)) return n;
    if (n == ATN_MAX_PLANS / 2 || !fits(plan)) return n;
    list[n] = *plan;
    return n + 1;
}

static void add_upper(atn_plan *upper, const atn_plan *base, double target)
{
    *upper = *base;
    upper->own = false;
    upper->spec.target = target;
    const size_t used = strlen(upper->name);
    snprintf(upper->name + used, sizeof upper->name - used, "-upper");
}

/* The goal as it is stated. */
static atn_plan own_reading(const attain_study *study, const atn_goal *goal, bool stock)
{
    atn_plan own = {.own = true};
    attain_goal_spec_init(&own.spec);
    own.empty = !atn_goal_steps(study, goal, stock, &own.spec.start, &own.spec.deadline);
    own.spec.statistic = statistic_of(goal->statistic, stock);
    const bool windowed =
        own.spec.statistic == ATTAIN_GOAL_MEAN || own.spec.statistic == ATTAIN_GOAL_ROLLING_TOTAL;
    if (windowed && goal->over > 1) own.spec.over = (size_t)goal->over;
    if (own.spec.statistic != ATTAIN_GOAL_TOTAL && goal->held > 1)
        own.spec.held = (size_t)goal->held;
    own.spec.target = goal->target;
    own.spec.at_most = goal->at_most;
    own.empty = !fits(&own);
    return own;
}

/* The goal's own reading and those asked for beside it, each once. */
static size_t list_readings(const attain_study *study, const atn_goal *goal, atn_plan *list)
{
    const atn_kind kind = study->series[goal->series].kind;
    const bool stock = kind == ATN_STOCK;
    const atn_plan own = own_reading(study, goal, stock);
    const bool amount =
        own.spec.statistic == ATTAIN_GOAL_TOTAL || own.spec.statistic == ATTAIN_GOAL_ROLLING_TOTAL;
    atn_plan some[5];
    size_t n = 0, n_usual = 0;
    if (goal->readings_auto && !amount)
        n_usual = usual_readings(&own, kind, study->calendar.unit, some);
    for (size_t i = 0; i < n_usual; i++) n = add_reading(list, n, &some[i]);
    for (size_t i = 0; i < goal->n_readings; i++) {
        const atn_reading_ask *ask = &goal->readings[i];
        const atn_plan plan = other_windows(&own, statistic_of(ask->statistic, stock),
                                            (size_t)ask->over, (size_t)ask->held, ask->at_deadline);
        n = add_reading(list, n, &plan);
    }
    size_t place = 0;
    while (place < n && !same_windows(&list[place], &own)) place++;
    if (place < n) {
        list[place].own = true;
        return n;
    }
    if (n == ATN_MAX_PLANS / 2) n--;
    memmove(list + 1, list, n * sizeof *list);
    list[0] = own;
    return n + 1;
}

size_t atn_goal_plans(const attain_study *study, const atn_goal *goal, atn_plan *plans)
{
    const char *unit = atn_step_unit_name(study->calendar.unit);
    atn_plan list[ATN_MAX_PLANS / 2];
    const size_t n = list_readings(study, goal, list);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        name_windows(&list[i], unit, goal->readings_auto || goal->n_readings > 0);
        plans[count++] = list[i];
        if (isnan(goal->upper)) continue;
        add_upper(&plans[count], &plans[count - 1], goal->upper);
        count++;
    }
    return count;
}

size_t atn_goal_main_definition(const attain_study *study, const atn_goal *goal)
{
    if (goal->definition != ATN_NONE) return goal->definition;
    size_t main_one = ATN_NONE;
    for (size_t i = 0; i < study->n_definitions; i++) {
        if (study->definitions[i].series != goal->series) continue;
        if (study->definitions[i].reference) return i;
        if (main_one == ATN_NONE) main_one = i;
    }
    return main_one;
}
