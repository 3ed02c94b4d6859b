/* What a goal asks of the series it has to pass through: in a steady state a stock is its rate
 * times the mean stay (Little 1961, "A proof for the queuing formula L = lambda W").  No fit can be
 * wrong about that; what may be wrong is that all of the flow, and nothing else, passes through it.
 */
#include "results_internal.h"

#include <math.h>

enum { MEDIAN = 4 };                    /* of atn_levels */
static const double LONGEST_STAY = 1e6; /* steps; beyond it the rate is as good as none */

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

/* Whether a flow enters a stock.  A balance says what enters it; else a study with one stock need
 * not say so, and among several any pairing would be a guess. */
static bool enters(const attain_study *study, size_t flow, size_t stock)
{
    size_t n_stocks = 0, n_balances = 0;
    for (size_t s = 0; s < study->n_series; s++) {
        n_stocks += study->series[s].kind == ATN_STOCK;
        n_balances += study->series[s].balance;
    }
    if (study->series[flow].kind != ATN_FLOW || study->series[stock].kind != ATN_STOCK)
        return false;
    if (n_balances == 0) return n_stocks == 1;
    bool found = false;
    for (size_t k = 0; k < study->series[stock].n_inflows; k++)
        found = found || study->series[stock].inflows[k] == flow;
    return found;
}

/* What else enters the stock per step; NaN where the study does not say what does. */
static double other_inflow(const atn_builder *b, size_t flow, size_t stock)
{
    const atn_series *s = &b->study->series[stock];
    double sum = 0.0;
    for (size_t k = 0; k < s->n_inflows; k++)
        if (s->inflows[k] != flow) sum += now(b, s->inflows[k]);
    return s->balance ? sum : NAN;
}

/* A rate of a flow, or a level of a stock, as the series itself is counted. */
static bool speaks(const attain_study *study, const atn_goal *goal)
{
    if (goal->form != ATN_GOAL_SINGLE || goal->statistic == ATN_TOTAL ||
        goal->statistic == ATN_ROLLING_TOTAL || study->series[goal->series].kind == ATN_SHARE)
        return false;
    return goal->definition == ATN_NONE || study->definitions[goal->definition].reference;
}

static void add_passage(atn_builder *b, cJSON *list, const atn_goal *goal, size_t flow,
                        size_t stock)
{
    const double level = now(b, stock), others = other_inflow(b, flow, stock);
    const double beside = isnan(others) ? 0.0 : others, rate = now(b, flow) + beside;
    const double stay = level / rate, target = goal->target;
    if (!(level > 0 && rate > 0 && stay < LONGEST_STAY)) return;
    const bool of_flow = goal->series == flow;
    cJSON *o = atn_build_object(b, list, NULL);
    atn_build_text(b, o, "name", b->study->series[of_flow ? stock : flow].id);
    atn_build_number(b, o, "level", level);
    atn_build_number(b, o, "rate", rate);
    atn_build_number(b, o, "others", others);
    atn_build_number(b, o, "stay", stay);
    atn_build_number(b, o, "implied", of_flow ? (target + beside) * stay : target / stay - beside);
    atn_build_number(b, o, "stay_needed", of_flow ? level / (target + beside) : target / rate);
}

void atn_build_feasibility(atn_builder *b, cJSON *parent, const atn_goal *goal)
{
    cJSON *list = atn_build_array(b, parent, "feasibility");
    if (!speaks(b->study, goal)) return;
    const bool of_flow = b->study->series[goal->series].kind == ATN_FLOW;
    for (size_t s = 0; s < b->study->n_series; s++) {
        const size_t flow = of_flow ? goal->series : s, stock = of_flow ? s : goal->series;
        if (enters(b->study, flow, stock)) add_passage(b, list, goal, flow, stock);
    }
}
