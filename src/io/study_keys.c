/* Every key the study reader knows. */
#include "io/reader.h"

static const char *const study_keys[] = {
    "title",   "note",        "origin",   "as_of",     "horizon", "step",
    "reports", "series",      "inputs",   "sources",   "goals",   "definitions",
    "fit",     "measurement", "releases", "scenarios", NULL};
static const char *const series_keys[] = {
    "kind",     "label",      "unit",    "link",     "trend",    "parameters", "deviation",
    "calendar", "step_sigma", "inflows", "outflows", "capacity", NULL};
static const char *const formula_keys[] = {"formula", NULL};
static const char *const parameter_keys[] = {"value", "prior", "lower", "upper", "role", NULL};
static const char *const deviation_keys[] = {"type", "every", "sigma", "phi", "sigma_v", NULL};
static const char *const calendar_keys[] = {"type", "sigma", NULL};
static const char *const definition_keys[] = {"series", "reference", "factor", "shift", NULL};
static const char *const source_keys[] = {"error", "bias", "text", NULL};
static const char *const release_keys[] = {"bias", NULL};
static const char *const input_keys[] = {"values", "default", "hold", "ramp", NULL};
static const char *const measurement_keys[] = {"error", "scale", "df", "design_effect", NULL};
static const char *const fit_keys[] = {"method", "chains", "warmup", "draws",
                                       "seed",   "max_k",  "gates",  NULL};
static const char *const gates_keys[] = {"pareto_k",    "mode",   "rhat",  "ess",
                                         "divergences", "e_bfmi", "depth", NULL};
static const char *const goal_keys[] = {
    "id",       "label",  "series",   "definition", "statistic", "over",
    "held",     "start",  "deadline", "target",     "upper",     "direction",
    "readings", "all_of", "any_of",   "before",     NULL};
static const char *const scenario_file_keys[] = {"scenarios", NULL};
static const char *const scenario_keys[] = {"id", "label", "from", "extends", "changes", NULL};
static const char *const change_keys[] = {"set",  "multiply", "replace", "capacity", "define",
                                          "to",   "by",       "with",    "as",       "ramp",
                                          "from", "until",    "days",    NULL};
static const char *const size_keys[] = {"prior", "lower", "upper", NULL};
#define ATN_AS_TEXT(id, name) name,
static const char *const column_names[] = {ATN_COLUMN_LIST(ATN_AS_TEXT) NULL};
static const char *const object_names[] = {ATN_OBJECT_LIST(ATN_AS_TEXT)};

static const char *const *const tables[ATN_OBJECTS] = {
    [ATN_OBJECT_STUDY] = study_keys,
    [ATN_OBJECT_SERIES] = series_keys,
    [ATN_OBJECT_FORMULA_TREND] = formula_keys,
    [ATN_OBJECT_PARAMETER] = parameter_keys,
    [ATN_OBJECT_DEVIATION] = deviation_keys,
    [ATN_OBJECT_CALENDAR] = calendar_keys,
    [ATN_OBJECT_DEFINITION] = definition_keys,
    [ATN_OBJECT_SOURCE] = source_keys,
    [ATN_OBJECT_RELEASE] = release_keys,
    [ATN_OBJECT_INPUT] = input_keys,
    [ATN_OBJECT_MEASUREMENT] = measurement_keys,
    [ATN_OBJECT_FIT] = fit_keys,
    [ATN_OBJECT_GATES] = gates_keys,
    [ATN_OBJECT_GOAL] = goal_keys,
    [ATN_OBJECT_SCENARIO_FILE] = scenario_file_keys,
    [ATN_OBJECT_SCENARIO] = scenario_keys,
    [ATN_OBJECT_CHANGE] = change_keys,
    [ATN_OBJECT_SIZE] = size_keys,
    [ATN_OBJECT_REPORT] = column_names,
};

const char *const *atn_object_keys(atn_object object)
{
    return tables[object];
}

const char *atn_object_name(atn_object object)
{
    return object_names[object];
}

const char *const *atn_column_names(void)
{
    return column_names;
}
