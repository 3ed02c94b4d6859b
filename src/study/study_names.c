/* The words of the study file and reports.csv, in the order of their enums. */
#include <math.h>
#include <string.h>

#include "study/study_data.h"

const char *const atn_kind_names[] = {"flow", "stock", "share", NULL};
const char *const atn_link_names[] = {"log", "logit", "identity", NULL};
const char *const atn_deviation_names[] = {"none", "random_walk", "ar1", "local_trend", NULL};
const char *const atn_effect_names[] = {"none", "day_of_week", "month_of_year", NULL};
const char *const atn_statistic_names[] = {"value", "mean",  "total",         "max",
                                           "min",   "level", "rolling_total", NULL};
const char *const atn_relation_names[] = {"exact", "at_least", "at_most", "between",
                                          "over",  "nearly",   "about",   NULL};

/* R-hat and ESS: Vehtari et al. (2021); E-BFMI: Betancourt (2016); k: Vehtari et al. (2024).  How
 * far from the mode the optimiser may stop is in posterior sd: importance weights and their k judge
 * what a tenth leaves over.  A trajectory cut at its greatest length costs time, not truth, so one
 * in a hundred may be. */
const atn_gate_rule atn_gate_rules[ATN_N_GATES] = {
    [ATN_GATE_PARETO_K] = {"pareto_k", 0.7, false, 0.0, INFINITY},
    [ATN_GATE_MODE] = {"mode", 0.1, false, 0.0, INFINITY},
    [ATN_GATE_RHAT] = {"rhat", 1.01, false, 1.0, INFINITY},
    [ATN_GATE_ESS] = {"ess", 400.0, true, 0.0, INFINITY},
    [ATN_GATE_DIVERGENCES] = {"divergences", 0.0, false, 0.0, INFINITY},
    [ATN_GATE_E_BFMI] = {"e_bfmi", 0.3, true, 0.0, INFINITY},
    [ATN_GATE_DEPTH] = {"depth", 0.01, false, 0.0, 1.0},
};

double atn_gate_threshold(const attain_study *study, atn_gate gate)
{
    const double stated = study->fit.gate[gate];
    return isnan(stated) ? atn_gate_rules[gate].threshold : stated;
}

static bool find(const char *text, const char *const *names, int *index)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *index = i;
        return true;
    }
    return false;
}

/* Each parser maps a word to the enum whose values follow the list's order. */
#define NAMED(type, stem)                                                                          \
    bool atn_##stem##_parse(const char *text, type *out)                                           \
    {                                                                                              \
        int index;                                                                                 \
        if (!find(text, atn_##stem##_names, &index)) return false;                                 \
        *out = (type)index;                                                                        \
        return true;                                                                               \
    }                                                                                              \
    const char *atn_##stem##_name(type value)                                                      \
    {                                                                                              \
        return atn_##stem##_names[value];                                                          \
    }

NAMED(atn_kind, kind)
NAMED(atn_link, link)
NAMED(atn_deviation_type, deviation)
NAMED(atn_effect_type, effect)
NAMED(atn_statistic, statistic)
NAMED(atn_relation, relation)
