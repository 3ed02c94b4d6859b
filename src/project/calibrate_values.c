/* What a calibration ranks, read off a posterior's draws. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "project/calibration.h"
#include "project/plan.h"

enum { NAME_SIZE = 224 };

typedef struct quantity_list {
    attain_context *ctx;
    const attain_posterior *truth;
    const attain_study *study;
    atn_quantity *items;
    size_t n, capacity;
    bool failed;
} quantity_list;

static void add(quantity_list *list, atn_quantity quantity, const char *name)
{
    void *items = list->items;
    if (list->failed ||
        !atn_grow(list->ctx, &items, &list->capacity, list->n + 1, sizeof *list->items)) {
        list->failed = true;
        return;
    }
    list->items = items;
    quantity.name = atn_strdup(list->ctx, name);
    list->failed = !quantity.name;
    list->items[list->n++] = quantity;
}

static void add_parameters(quantity_list *list)
{
    for (size_t b = 0; b < list->truth->n_blocks; b++) {
        const atn_model *model = list->truth->blocks[b].candidates[0].model;
        for (size_t k = 0; k < atn_model_n_parameters(model); k++)
            add(list, (atn_quantity){.kind = ATN_QUANTITY_PARAMETER, .block = b, .index = k},
                atn_model_name(model, k));
    }
}

/* A quarter of the way, the as-of date, the horizon; each step once. */
static size_t path_steps(const attain_study *study, size_t steps[3])
{
    const size_t last = study->n_steps - 1;
    const size_t as_of = study->as_of_step < 0 ? 0 : (size_t)study->as_of_step;
    const size_t all[3] = {last / 4, as_of < last ? as_of : last, last};
    size_t n = 0;
    for (size_t k = 0; k < 3; k++) {
        bool known = false;
        for (size_t j = 0; j < n; j++) known = known || steps[j] == all[k];
        if (!known) steps[n++] = all[k];
    }
    return n;
}

static void add_paths(quantity_list *list)
{
    const attain_study *study = list->study;
    size_t steps[3];
    const size_t n = path_steps(study, steps);
    for (size_t s = 0; s < study->n_series; s++) {
        for (size_t k = 0; k < n; k++) {
            char name[NAME_SIZE], date[ATN_DATE_SIZE];
            atn_date_format(atn_calendar_start(&study->calendar, (long)steps[k]), date);
            snprintf(name, sizeof name, "path/%.64s/%s", study->series[s].id, date);
            add(list,
                (atn_quantity){.kind = ATN_QUANTITY_PATH,
                               .block = list->truth->block_of_series[s],
                               .series = s,
                               .index = steps[k]},
                name);
        }
    }
}

/* The goal's own reading; false if no window of it fits. */
static bool own_reading(const attain_study *study, const atn_goal *goal, attain_goal_spec *spec)
{
    atn_plan plans[ATN_MAX_PLANS];
    const size_t n = atn_goal_plans(study, goal, plans);
    for (size_t k = 0; k < n; k++) {
        if (!plans[k].own) continue;
        *spec = plans[k].spec;
        return !plans[k].empty && spec->over + spec->held - 1 <= spec->deadline - spec->start + 1;
    }
    return false;
}

static void add_goal(quantity_list *list, const atn_goal *goal)
{
    const attain_study *study = list->study;
    atn_quantity q = {
        .kind = ATN_QUANTITY_GOAL, .series = goal->series, .definition = goal->definition};
    if (goal->form != ATN_GOAL_SINGLE || !own_reading(study, goal, &q.spec)) return;
    q.block = list->truth->block_of_series[goal->series];
    char name[NAME_SIZE];
    bool any = false;
    for (size_t d = 0; d < study->n_definitions; d++) {
        const atn_definition *definition = &study->definitions[d];
        if (definition->series != goal->series) continue;
        if (goal->definition != ATN_NONE && goal->definition != d) continue;
        q.definition = d;
        snprintf(name, sizeof name, "goal/%.64s/%.64s", goal->id, definition->id);
        add(list, q, name);
        any = true;
    }
    if (any) return;
    snprintf(name, sizeof name, "goal/%.64s", goal->id);
    add(list, q, name);
}

static void add_densities(quantity_list *list)
{
    for (size_t b = 0; b < list->truth->n_blocks; b++) {
        char name[NAME_SIZE] = "log-density";
        if (list->truth->n_blocks > 1)
            snprintf(name, sizeof name, "log-density/%.64s",
                     list->study->series[list->truth->blocks[b].series[0]].id);
        add(list, (atn_quantity){.kind = ATN_QUANTITY_DENSITY, .block = b}, name);
    }
}

attain_status atn_quantities_create(attain_context *ctx, const attain_posterior *truth,
                                    atn_quantity **quantities, size_t *n, attain_error *err)
{
    quantity_list list = {.ctx = ctx, .truth = truth, .study = truth->study};
    add_parameters(&list);
    add_paths(&list);
    for (size_t g = 0; g < list.study->n_goals; g++) add_goal(&list, &list.study->goals[g]);
    add_densities(&list);
    if (list.failed) {
        atn_quantities_free(ctx, list.items, list.n);
        return atn_fail_nomem(err);
    }
    *quantities = list.items;
    *n = list.n;
    return ATTAIN_OK;
}

void atn_quantities_free(attain_context *ctx, atn_quantity *quantities, size_t n)
{
    for (size_t k = 0; quantities && k < n; k++) atn_free(ctx, quantities[k].name);
    atn_free(ctx, quantities);
}

/* ---- reading ---- */

typedef struct path_reader {
    atn_paths paths;
    const atn_quantity *quantities;
    size_t n;
    double *values;
    double *x, *windows, *reported; /* a chunk in one definition, windows, reported steps */
} path_reader;

static void read_steps(const path_reader *r, size_t chunk)
{
    const double *y = atn_paths_chunk(&r->paths, chunk);
    for (size_t k = 0; k < r->n; k++) {
        const atn_quantity *q = &r->quantities[k];
        if (q->kind != ATN_QUANTITY_PATH || q->series != r->paths.series) continue;
        for (size_t l = 0; l < ATN_LANES; l++)
            r->values[k * r->paths.n_draws + atn_paths_draw(&r->paths, chunk, l)] =
                y[q->index * ATN_LANES + l];
    }
}

static void read_goal(const path_reader *r, size_t k)
{
    const atn_quantity *q = &r->quantities[k];
    const size_t n_steps = r->paths.n_steps;
    double reached[ATN_LANES], best[ATN_LANES];
    atn_reported_steps(r->paths.posterior->study, q->series, q->definition, r->reported);
    for (size_t c = 0; c < r->paths.n_chunks; c++) {
        size_t first = 0;
        atn_paths_define(&r->paths, c, q->definition, r->reported, r->x);
        const double *windows = atn_goal_windows(r->x, n_steps, &q->spec, r->windows, &first);
        atn_goal_scan(windows, n_steps, first, &q->spec, reached, best);
        for (size_t l = 0; l < ATN_LANES; l++)
            r->values[k * r->paths.n_draws + atn_paths_draw(&r->paths, c, l)] = best[l];
    }
}

static attain_status read_series(path_reader *r, size_t series, attain_error *err)
{
    const attain_status status = atn_paths_load(&r->paths, series, err);
    if (status != ATTAIN_OK) return status;
    for (size_t c = 0; c < r->paths.n_chunks; c++) {
        read_steps(r, c);
        atn_paths_realise(&r->paths, c, 0);
    }
    for (size_t k = 0; k < r->n; k++)
        if (r->quantities[k].kind == ATN_QUANTITY_GOAL && r->quantities[k].series == series)
            read_goal(r, k);
    return ATTAIN_OK;
}

static void read_parameters(const attain_posterior *posterior, const atn_quantity *quantities,
                            size_t n, double *values)
{
    for (size_t k = 0; k < n; k++) {
        if (quantities[k].kind != ATN_QUANTITY_PARAMETER) continue;
        for (size_t d = 0; d < posterior->n_draws; d++) {
            const atn_model *model;
            values[k * posterior->n_draws + d] =
                atn_posterior_theta(posterior, quantities[k].block, d, &model)[quantities[k].index];
        }
    }
}

attain_status atn_quantities_read(attain_context *ctx, const attain_posterior *posterior,
                                  const atn_quantity *quantities, size_t n, double *values,
                                  attain_error *err)
{
    const size_t n_steps = posterior->study->n_steps;
    read_parameters(posterior, quantities, n, values);
    path_reader r = {.quantities = quantities, .n = n, .values = values};
    attain_status status = atn_paths_create(ctx, posterior, &r.paths, err);
    if (status != ATTAIN_OK) return status;
    r.x = ATN_NEW_ARRAY(ctx, double, n_steps *ATN_LANES);
    r.windows = ATN_NEW_ARRAY(ctx, double, atn_goal_work_size(n_steps));
    r.reported = ATN_NEW_ARRAY(ctx, double, n_steps);
    if (!r.x || !r.windows || !r.reported) status = atn_fail_nomem(err);
    for (size_t s = 0; s < posterior->study->n_series && status == ATTAIN_OK; s++)
        status = read_series(&r, s, err);
    atn_paths_free(&r.paths);
    atn_free(ctx, r.x);
    atn_free(ctx, r.windows);
    atn_free(ctx, r.reported);
    return status;
}
