/* What a goal asks for beside what was ever reported, without a fit: the pace that is left to go
 * and the highest reported rate or level, both in the goal's own definition. */
#include <math.h>

#include "figures.h"

typedef struct question {
    const attain_study *study;
    const atn_figure *figures;
    size_t n;
    const atn_goal *goal;
    size_t definition; /* ATN_NONE: the reference */
} question;

static bool counts_alike(const question *q, const atn_report *r)
{
    const attain_study *study = q->study;
    if (r->series != q->goal->series) return false;
    const bool reference = r->definition == ATN_NONE || study->definitions[r->definition].reference;
    return q->definition == ATN_NONE ? reference : r->definition == q->definition;
}

/* Single steps speak to goals for single steps, spans to all others. */
static bool speaks_to_goal(const question *q, const atn_figure *f)
{
    const atn_report *r = f->report;
    const bool single = q->goal->statistic == ATN_VALUE || q->goal->statistic == ATN_LEVEL;
    if (r->statistic == ATN_MIN || !counts_alike(q, r)) return false;
    if (f->series->kind != ATN_FLOW) return true;
    return single ? r->statistic != ATN_MEAN && r->statistic != ATN_TOTAL
                  : r->statistic != ATN_MAX && f->steps > 1;
}

static const atn_figure *find_highest(const question *q)
{
    const atn_figure *best = NULL;
    for (size_t k = 0; k < q->n; k++) {
        const atn_figure *f = &q->figures[k];
        if (speaks_to_goal(q, f) && (!best || f->value > best->value)) best = f;
    }
    return best;
}

/* The latest total from the goal's start. */
static const atn_figure *find_progress(const question *q)
{
    const atn_figure *best = NULL;
    for (size_t k = 0; k < q->n; k++) {
        const atn_figure *f = &q->figures[k];
        const atn_report *r = f->report;
        if (r->statistic != ATN_TOTAL || r->start != q->goal->start || !counts_alike(q, r) ||
            r->end >= q->goal->deadline || r->relation == ATN_AT_MOST)
            continue;
        if (!best || r->end > best->report->end) best = f;
    }
    return best;
}

/* "... asks for 600,000: 200,000 after over 400,000 (row 68) from ..., 1,681 per day for 119 days"
 */
static bool say_demand(const question *q, atn_text *t)
{
    const attain_study *study = q->study;
    const atn_goal *goal = q->goal;
    const atn_series *series = &study->series[goal->series];
    const char *step = atn_step_unit_name(study->calendar.unit);
    atn_say_number(t, series, goal->target, true);
    if (goal->statistic == ATN_ROLLING_TOTAL) {
        atn_text_printf(t, " in %ld %ss, ", goal->over, step);
        atn_say_number(t, series, goal->target / (double)goal->over, false);
        atn_text_printf(t, " per %s", step);
    } else if (goal->statistic == ATN_TOTAL) {
        const atn_figure *done = find_progress(q);
        const double so_far = done ? done->value * done->steps : 0.0;
        const double left = goal->target - so_far;
        const double steps =
            atn_study_window(study, done ? done->report->end + 1 : goal->start, goal->deadline);
        if (!(left > 0) || !(steps > 0)) return false;
        if (done) {
            atn_text_add(t, ": ");
            atn_say_number(t, series, left, false);
            atn_text_add(t, " more after ");
            atn_figure_say(t, study, done);
            atn_text_add(t, " ");
            atn_say_window(t, done->report->start, done->report->end);
        }
        atn_text_add(t, ", ");
        atn_say_number(t, series, left / steps, false);
        atn_text_printf(t, " per %s for ", step);
        atn_say_number(t, series, steps, false);
        atn_text_printf(t, " %ss", step);
    } else if (series->kind == ATN_FLOW) {
        atn_text_printf(t, " per %s", step);
    }
    return true;
}

static void say_highest(const question *q, atn_text *t, const atn_figure *highest)
{
    const atn_series *series = highest->series;
    const bool flow = series->kind == ATN_FLOW;
    if (flow && q->goal->statistic != ATN_VALUE)
        atn_text_printf(t, "; the highest rate reported over more than one %s is ",
                        atn_step_unit_name(q->study->calendar.unit));
    else
        atn_text_add(t, "; the highest figure reported is ");
    atn_say_number(t, series, highest->value, !flow);
    if (flow) atn_text_printf(t, " per %s", atn_step_unit_name(q->study->calendar.unit));
    atn_text_printf(t, " (row %ld, ", highest->report->row);
    atn_say_window(t, highest->report->start, highest->report->end);
    atn_text_add(t, ").");
}

static attain_status note_goal(const question *q, attain_diagnostics *list, attain_error *err)
{
    const attain_study *study = q->study;
    const atn_figure *highest = find_highest(q);
    if (!highest) return ATTAIN_OK;
    atn_text t;
    atn_text_init(&t, study->ctx);
    atn_text_printf(&t, "Goal '%s'", q->goal->id);
    const char *called = atn_definition_called(study, highest->report);
    if (called != highest->series->id) atn_text_printf(&t, " as '%s' counts", called);
    atn_text_add(&t, " asks for ");
    const bool open = say_demand(q, &t);
    say_highest(q, &t, highest);
    char *message = atn_text_take(&t);
    if (!message) return atn_fail_nomem(err);
    const atn_place place = {.pointer = q->goal->pointer};
    if (open) atn_diagnose(list, ATTAIN_SEVERITY_NOTE, "feasibility", &place, "%s", message);
    atn_free(study->ctx, message);
    return ATTAIN_OK;
}

attain_status atn_check_feasibility(const attain_study *study, const atn_figure *figures, size_t n,
                                    attain_diagnostics *list, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    for (size_t g = 0; g < study->n_goals; g++) {
        const atn_goal *goal = &study->goals[g];
        if (goal->form != ATN_GOAL_SINGLE || goal->at_most) continue;
        question q = {study, figures, n, goal, ATN_NONE};
        const bool all = goal->definition == ATN_NONE;
        if (all || study->definitions[goal->definition].reference)
            status = note_goal(&q, list, err);
        for (size_t d = 0; status == ATTAIN_OK && d < study->n_definitions; d++) {
            const atn_definition *definition = &study->definitions[d];
            if (definition->series != goal->series || definition->reference ||
                (!all && goal->definition != d))
                continue;
            q.definition = d;
            status = note_goal(&q, list, err);
        }
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}
