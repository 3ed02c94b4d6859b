/* What a goal asks of the series it has to pass through: in a steady state a stock is its rate
 * times the mean stay (Little 1961, "A proof for the queuing formula L = lambda W").  No fit can be
 * wrong about that; what may be wrong is that all of the flow, and nothing else, passes through it.
 */
#include "results_internal.h"

#include <math.h>

enum { MEDIAN = 4 }; /* of atn_levels */

/* Mean of the median path over the last 28 days at as_of. */
static double now(const atn_builder *b, size_t series)
{
    const attain_study *study = b->study;
    const size_t n_steps = b->projection->n_steps;
    if (study->as_of_step < 0) return NAN;
    const size_t end =
        study->as_of_step + 1 < (long)n_steps ? (size_t)study->as_of_step + 1 : n_steps;
    const double recent = fmax(1.0, round(28.0 / atn_step_unit_days(study->calendar.unit)));
    const size_t back = recent < (double)end ? (size_t)recent : end;
    const double *median = b->projection->series[series].rate + MEDIAN * n_steps;
    double sum = 0.0;
    for (size_t i = end - back; i < end; i++) sum += median[i];
    return sum / (double)back;
}

/* A stock that is the balance of flows is passed through by these alone. */
static bool passes_through(const attain_study *study, size_t flow, size_t stock)
{
    const atn_series *s = &study->series[stock];
    bool found = !s->balance;
    for (size_t k = 0; k < s->n_inflows; k++) found = found || s->inflows[k] == flow;
    for (size_t k = 0; k < s->n_outflows; k++) found = found || s->outflows[k] == flow;
    return found;
}

/* A rate of a flow, or a level of a stock, as the series itself is counted. */
static bool speaks(const attain_study *study, const atn_goal *goal)
{
    if (goal->form != ATN_GOAL_SINGLE || goal->statistic == ATN_TOTAL ||
        goal->statistic == ATN_ROLLING_TOTAL || study->series[goal->series].kind == ATN_SHARE)
        return false;
    return goal->definition == ATN_NONE || study->definitions[goal->definition].reference;
}

void atn_build_feasibility(atn_builder *b, cJSON *parent, const atn_goal *goal)
{
    const attain_study *study = b->study;
    cJSON *list = atn_build_array(b, parent, "feasibility");
    if (!speaks(study, goal)) return;
    const bool flow = study->series[goal->series].kind == ATN_FLOW;
    const atn_kind other = flow ? ATN_STOCK : ATN_FLOW;
    for (size_t s = 0; s < study->n_series; s++) {
        if (study->series[s].kind != other ||
            !passes_through(study, flow ? goal->series : s, flow ? s : goal->series))
            continue;
        const double level = now(b, flow ? s : goal->series);
        const double rate = now(b, flow ? goal->series : s);
        if (!(level > 0 && rate > 0)) continue;
        const double stay = level / rate;
        cJSON *o = atn_build_object(b, list, NULL);
        atn_build_text(b, o, "name", study->series[s].id);
        atn_build_number(b, o, "level", level);
        atn_build_number(b, o, "rate", rate);
        atn_build_number(b, o, "stay", stay);
        atn_build_number(b, o, "implied", flow ? goal->target * stay : goal->target / stay);
        atn_build_number(b, o, "stay_needed", flow ? level / goal->target : goal->target / rate);
    }
}
