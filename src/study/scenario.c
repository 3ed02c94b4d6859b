/* When a change is in force, and what of it only a complete study can tell. */
#include <stdio.h>
#include <string.h>

#include "study/study_data.h"

size_t atn_change_first(const atn_calendar *calendar, const atn_change *change, size_t n_steps)
{
    long step = atn_calendar_step(calendar, change->from);
    if (step < 0) return 0;
    if (atn_calendar_start(calendar, step) < change->from) step++;
    return (size_t)step < n_steps ? (size_t)step : n_steps;
}

double atn_change_share(const atn_calendar *calendar, const atn_change *change, size_t step)
{
    const atn_day start = atn_calendar_start(calendar, (long)step);
    if (start < change->from || start > change->until) return 0.0;
    const double since = (double)(start - change->from);
    return since < change->ramp ? since / change->ramp : 1.0;
}

/* ---- parameters that are set ---- */

static bool has_name(const atn_parameter *p, const char *owner, const char *name,
                     const char *target)
{
    char full[160];
    if (!p->present || p->fixed) return false;
    snprintf(full, sizeof full, "%s.%s", owner, name);
    return strcmp(full, target) == 0;
}

/* Every candidate trend that has the parameter has it by the same prior. */
static const atn_parameter *find(const attain_study *study, const char *target)
{
    for (size_t s = 0; s < study->n_series; s++) {
        const atn_series *series = &study->series[s];
        const struct {
            const atn_parameter *p;
            const char *name;
        } own[] = {{&series->deviation.sigma, "deviation.sigma"},
                   {&series->deviation.phi, "deviation.phi"},
                   {&series->deviation.sigma_v, "deviation.sigma_v"},
                   {&series->effect_sigma, "effect.sigma"},
                   {&series->step_sigma, "step_sigma"}};
        for (size_t k = 0; k < sizeof own / sizeof *own; k++)
            if (has_name(own[k].p, series->id, own[k].name, target)) return own[k].p;
        for (size_t t = 0; t < series->n_trends; t++)
            for (size_t k = 0; k < series->trends[t].n_parameters; k++) {
                const atn_parameter *p = &series->trends[t].parameters[k];
                if (has_name(p, series->id, p->name, target)) return p;
            }
    }
    return NULL;
}

void atn_scenarios_check(const attain_study *study, size_t first, attain_diagnostics *list)
{
    for (size_t s = first; s < study->n_scenarios; s++) {
        for (size_t c = 0; c < study->scenarios[s].n_changes; c++) {
            const atn_change *change = &study->scenarios[s].changes[c];
            if (change->kind != ATN_CHANGE_SET || change->input != ATN_NONE) continue;
            const atn_place place = {.pointer = change->pointer};
            const atn_parameter *p = find(study, change->target);
            if (!p)
                atn_diagnose(list, ATTAIN_SEVERITY_ERROR, "unknown-parameter", &place,
                             "'%.100s' is no parameter of this study", change->target);
            else if (atn_size_least(&change->size) < p->prior.lower ||
                     atn_size_most(&change->size) > p->prior.upper)
                atn_diagnose(list, ATTAIN_SEVERITY_ERROR, "out-of-range", &place,
                             "'%.100s' cannot be set so: its prior has no such values",
                             change->target);
        }
    }
}
