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

static attain_goal_statistic statistic_of(const atn_goal *goal, bool stock)
{
    switch (goal->statistic) {
    case ATN_MEAN: return ATTAIN_GOAL_MEAN;
    case ATN_TOTAL: return ATTAIN_GOAL_TOTAL;
    case ATN_ROLLING_TOTAL: return ATTAIN_GOAL_ROLLING_TOTAL;
    case ATN_LEVEL: return ATTAIN_GOAL_LEVEL;
    default: return stock ? ATTAIN_GOAL_LEVEL : ATTAIN_GOAL_VALUE;
    }
}

static void name_windows(atn_plan *plan, const char *unit, bool automatic)
{
    const attain_goal_spec *s = &plan->spec;
    char held[24] = "";
    if (s->held > 1) snprintf(held, sizeof held, "-held-%zu-%ss", s->held % 1000000, unit);
    switch (s->statistic) {
    case ATTAIN_GOAL_TOTAL: snprintf(plan->name, sizeof plan->name, "total"); return;
    case ATTAIN_GOAL_ROLLING_TOTAL:
        snprintf(plan->name, sizeof plan->name, "%zu-%s-total%s", s->over % 1000000, unit, held);
        return;
    case ATTAIN_GOAL_MEAN:
        if (s->over == 1) break;
        snprintf(plan->name, sizeof plan->name, "%zu-%s-mean%s", s->over % 1000000, unit, held);
        return;
    case ATTAIN_GOAL_LEVEL:
        if (automatic) break;
        snprintf(plan->name, sizeof plan->name, "level%s", held);
        return;
    case ATTAIN_GOAL_VALUE: break;
    }
    snprintf(plan->name, sizeof plan->name, "any-%s%s", unit, held);
}

static bool same_windows(const atn_plan *a, const atn_plan *b)
{
    const bool single = a->spec.over == 1 && b->spec.over == 1;
    return a->spec.over == b->spec.over && a->spec.held == b->spec.held &&
           a->at_deadline == b->at_deadline && (a->spec.statistic == b->spec.statistic || single);
}

static bool fits(const atn_plan *plan)
{
    const size_t room = plan->spec.deadline - plan->spec.start + 1;
    return !plan->empty && plan->spec.over <= room && plan->spec.held <= room - plan->spec.over + 1;
}

/* The plausible readings beside the goal's own, those that fit its time. */
static size_t usual_readings(const atn_plan *own, atn_kind kind, atn_step_unit unit,
                             atn_plan *plans)
{
    const attain_goal_statistic single = kind == ATN_STOCK ? ATTAIN_GOAL_LEVEL : ATTAIN_GOAL_VALUE;
    atn_plan all[5];
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < 5; i++) {
        all[i] = *own;
        all[i].own = false;
        all[i].spec.over = all[i].spec.held = 1;
        all[i].spec.statistic = single;
    }
    n++;
    if (kind == ATN_STOCK) {
        all[n].at_deadline = true;
        all[n++].spec.start = own->spec.deadline;
    } else {
        const size_t means[] = {usual[unit].short_mean, usual[unit].long_mean};
        for (size_t i = 0; i < 2; i++) {
            if (means[i] == 0) continue;
            all[n].spec.statistic = ATTAIN_GOAL_MEAN;
            all[n++].spec.over = means[i];
        }
        if (usual[unit].held > 0) {
            all[n].spec.over = usual[unit].held_over;
            all[n].spec.statistic = usual[unit].held_over > 1 ? ATTAIN_GOAL_MEAN : single;
            all[n++].spec.held = usual[unit].held;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (fits(&all[i])) plans[kept++] = all[i];
    return kept;
}

static void add_upper(atn_plan *upper, const atn_plan *base, double target)
{
    *upper = *base;
    upper->own = false;
    upper->spec.target = target;
    const size_t used = strlen(upper->name);
    snprintf(upper->name + used, sizeof upper->name - used, "-upper");
}

size_t atn_goal_plans(const attain_study *study, const atn_goal *goal, atn_plan *plans)
{
    const atn_kind kind = study->series[goal->series].kind;
    const char *unit = atn_step_unit_name(study->calendar.unit);
    atn_plan own = {.own = true}, list[ATN_MAX_PLANS / 2];
    size_t n = 0, count = 0;
    attain_goal_spec_init(&own.spec);
    own.empty =
        !atn_goal_steps(study, goal, kind == ATN_STOCK, &own.spec.start, &own.spec.deadline);
    own.spec.statistic = statistic_of(goal, kind == ATN_STOCK);
    const bool total = own.spec.statistic == ATTAIN_GOAL_TOTAL;
    const bool rolling = own.spec.statistic == ATTAIN_GOAL_ROLLING_TOTAL;
    const bool windowed = own.spec.statistic == ATTAIN_GOAL_MEAN || rolling;
    if (windowed && goal->over > 1) own.spec.over = (size_t)goal->over;
    if (!total && goal->held > 1) own.spec.held = (size_t)goal->held;
    own.spec.target = goal->target;
    own.spec.at_most = goal->at_most;
    const bool automatic = goal->readings_auto && !total && !rolling;
    if (automatic) n = usual_readings(&own, kind, study->calendar.unit, list);
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        list[i].own = !found && same_windows(&list[i], &own);
        found |= list[i].own;
    }
    if (!found) {
        memmove(list + 1, list, n * sizeof *list);
        list[0] = own;
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        if (list[i].at_deadline)
            snprintf(list[i].name, sizeof list[i].name, "at-deadline");
        else
            name_windows(&list[i], unit, automatic);
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
