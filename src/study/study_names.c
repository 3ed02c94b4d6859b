/* The words of the study file and reports.csv, in the order of their enums. */
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
