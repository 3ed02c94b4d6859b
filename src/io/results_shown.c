/* Paths that only pictures need, at the dates they show. */
#include "results_internal.h"

#include <math.h>

/* Six digits: more than a picture shows, in a third of the room. */
static double shown(double value)
{
    if (!isfinite(value) || value == 0.0) return value;
    const int decimals = 5 - (int)floor(log10(fabs(value)));
    if (decimals > 15) return 0.0;
    if (decimals <= 0) return round(value);
    const double unit = pow(10.0, decimals);
    return round(value * unit) / unit;
}

static void add_numbers(atn_builder *b, cJSON *parent, const char *key, const double *values)
{
    cJSON *array = atn_build_array(b, parent, key);
    for (size_t k = 0; k < b->projection->n_shown; k++)
        atn_build_number(b, array, NULL, shown(values[k]));
}

void atn_build_shown_dates(atn_builder *b, cJSON *parent)
{
    cJSON *dates = atn_build_array(b, parent, "dates");
    for (size_t k = 0; k < b->projection->n_shown; k++)
        atn_build_date(b, dates, NULL,
                       atn_calendar_start(&b->study->calendar, (long)b->projection->shown[k]));
}

void atn_build_shown_levels(atn_builder *b, cJSON *parent, const char *key, const double *values)
{
    cJSON *object = atn_build_object(b, parent, key);
    for (size_t l = 0; l < ATN_N_ATTAINABLE; l++) {
        char name[ATN_NUMBER_SIZE];
        atn_number_format(atn_attainable_levels[l], name);
        add_numbers(b, object, name, values + l * b->projection->n_shown);
    }
}

static void add_ids(atn_builder *b, cJSON *parent, const char *key, const size_t *series, size_t n)
{
    cJSON *list = atn_build_array(b, parent, key);
    for (size_t k = 0; k < n; k++) atn_build_text(b, list, NULL, b->study->series[series[k]].id);
}

static void add_capacity(atn_builder *b, cJSON *parent, const atn_series *stock,
                         const atn_passage *passage)
{
    if (!passage->full) {
        atn_build_null(b, parent, "capacity");
        return;
    }
    const atn_input *input = &b->study->inputs[stock->capacity];
    cJSON *o = atn_build_object(b, parent, "capacity");
    atn_build_text(b, o, "name", input->id);
    cJSON *values = atn_build_array(b, o, "values");
    for (size_t k = 0; k < b->projection->n_shown; k++)
        atn_build_number(b, values, NULL, shown(input->values[b->projection->shown[k]]));
    add_numbers(b, o, "full", passage->full);
}

void atn_build_passage(atn_builder *b, cJSON *parent, size_t series)
{
    const atn_series *stock = &b->study->series[series];
    const atn_passage *passage = b->projection->series[series].passage;
    cJSON *o = atn_build_object(b, parent, "passage");
    add_ids(b, o, "inflows", stock->inflows, stock->n_inflows);
    add_ids(b, o, "outflows", stock->outflows, stock->n_outflows);
    atn_build_shown_dates(b, o);
    atn_build_shown_levels(b, o, "inflow", passage->inflow);
    atn_build_shown_levels(b, o, "outflow", passage->outflow);
    atn_build_shown_levels(b, o, "stay", passage->stay);
    add_capacity(b, o, stock, passage);
}

void atn_build_moved_paths(atn_builder *b, cJSON *parent, const atn_scenario_result *result)
{
    cJSON *list = atn_build_array(b, parent, "paths");
    for (size_t k = 0; k < result->n_paths; k++) {
        const atn_moved_path *path = &result->paths[k];
        cJSON *o = atn_build_object(b, list, NULL);
        atn_build_text(b, o, "series", b->study->series[path->series].id);
        atn_build_bool(b, o, "total", path->total);
        atn_build_shown_dates(b, o);
        atn_build_shown_levels(b, o, "quantiles", path->level);
        atn_build_shown_levels(b, o, "difference", path->change);
    }
}
