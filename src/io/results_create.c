/* Gathers a finished run into one document: everything but times, threads and paths, so that
 * equal runs are equal bytes. */
#include "results_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <csv.h>
#include <gsl/gsl_version.h>

#include "stats/distribution.h"

static void add_study(atn_builder *b)
{
    const attain_study *study = b->study;
    cJSON *o = atn_build_object(b, b->root, "study");
    atn_build_text(b, o, "title", study->title);
    atn_build_text(b, o, "note", study->note);
    atn_build_date(b, o, "origin", study->calendar.origin);
    atn_build_date(b, o, "as_of", study->as_of);
    atn_build_date(b, o, "horizon", study->horizon);
    atn_build_text(b, o, "step", atn_step_unit_name(study->calendar.unit));
    atn_build_number(b, o, "n_steps", (double)study->n_steps);
}

static void copy_diagnostics(atn_builder *b, const attain_diagnostics *list)
{
    const size_t n = attain_diagnostics_count(list);
    for (size_t i = 0; i < n; i++) {
        const attain_diagnostic *d = attain_diagnostics_get(list, i);
        const char *slash = strrchr(d->file, '/');
        const char *file = slash ? slash + 1 : d->file; /* where it lay is not part of the run */
        atn_text where;
        atn_text_init(&where, b->ctx);
        if (d->line > 0) {
            atn_text_printf(&where, "%s%s%ld", file, *file ? ":" : "", d->line);
            if (d->column > 0) atn_text_printf(&where, ":%ld", d->column);
        } else {
            atn_text_add(&where, *d->pointer ? d->pointer : file);
        }
        if (atn_text_ok(&where))
            atn_build_diagnostic(b, d->severity, d->code, where.data, "%s", d->message);
        else
            b->failed = true;
        atn_text_free(&where);
    }
}

/* Factor of each non-reference definition over the joint draws; keeps the median for the reports.
 */
static void add_definitions(atn_builder *b)
{
    static const double levels[] = {0.05, 0.5, 0.95};
    const attain_study *study = b->study;
    const attain_posterior *p = b->posterior;
    cJSON *list = atn_build_array(b, b->root, "definitions");
    for (size_t i = 0; i < study->n_definitions; i++) {
        const atn_definition *definition = &study->definitions[i];
        const size_t block = p->block_of_series[definition->series];
        for (size_t d = 0; d < p->n_draws; d++) {
            const atn_model *model;
            const double *theta = atn_posterior_theta(p, block, d, &model);
            b->draws[d] = atn_model_factor(model, theta, i);
        }
        double quantiles[3];
        atn_quantiles(b->draws, p->n_draws, levels, 3, quantiles);
        b->factor[i] = quantiles[1];
        cJSON *o = atn_build_object(b, list, NULL);
        atn_build_text(b, o, "id", definition->id);
        atn_build_text(b, o, "series", study->series[definition->series].id);
        atn_build_bool(b, o, "reference", definition->reference);
        atn_build_levels(b, o, "factor", levels, quantiles, 3);
    }
}

static const char *reference_of(const attain_study *study, size_t series)
{
    for (size_t i = 0; i < study->n_definitions; i++)
        if (study->definitions[i].series == series && study->definitions[i].reference)
            return study->definitions[i].id;
    return NULL;
}

static void add_bands(atn_builder *b, cJSON *o, const char *key, const double *values)
{
    const size_t n = b->projection->n_steps;
    cJSON *bands = atn_build_object(b, o, key);
    for (size_t level = 0; level < ATN_N_LEVELS; level++) {
        char name[ATN_NUMBER_SIZE];
        atn_number_format(atn_levels[level], name);
        atn_build_numbers(b, bands, name, values + level * n, n);
    }
}

static void add_series(atn_builder *b)
{
    const attain_study *study = b->study;
    cJSON *list = atn_build_array(b, b->root, "series");
    for (size_t s = 0; s < study->n_series; s++) {
        const atn_series *series = &study->series[s];
        const char *reference = reference_of(study, s);
        cJSON *o = atn_build_object(b, list, NULL);
        atn_build_text(b, o, "id", series->id);
        atn_build_text(b, o, "label", series->label ? series->label : series->id);
        atn_build_text(b, o, "kind", atn_kind_name(series->kind));
        atn_build_text(b, o, "unit", series->unit);
        atn_build_text(b, o, "link", atn_link_name(series->link));
        cJSON *trends = atn_build_array(b, o, "trend");
        for (size_t t = 0; t < series->n_trends; t++)
            atn_build_text(b, trends, NULL, series->trends[t].name);
        if (reference)
            atn_build_text(b, o, "reference", reference);
        else
            atn_build_null(b, o, "reference");
        cJSON *dates = atn_build_array(b, o, "dates");
        for (size_t i = 0; i < b->projection->n_steps; i++)
            atn_build_date(b, dates, NULL, atn_calendar_start(&study->calendar, (long)i));
        add_bands(b, o, "quantiles", b->projection->series[s].rate);
        if (b->projection->series[s].total)
            add_bands(b, o, "total_quantiles", b->projection->series[s].total);
        if (b->projection->series[s].passage) atn_build_passage(b, o, s);
    }
}

static void add_settings(atn_builder *b, cJSON *manifest)
{
    const atn_fit_spec *fit = &b->study->fit;
    cJSON *o = atn_build_object(b, manifest, "settings");
    atn_build_text(b, o, "method", b->posterior->requested);
    atn_build_number(b, o, "draws", (double)b->posterior->n_draws);
    atn_build_number(b, o, "chains", (double)fit->chains);
    atn_build_number(b, o, "warmup", (double)fit->warmup);
    atn_build_number(b, o, "refits", (double)fit->refits);
    atn_build_number(b, o, "max_k", atn_gate_threshold(b->study, ATN_GATE_PARETO_K));
    cJSON *gates = atn_build_object(b, o, "gates");
    for (size_t k = 0; k < ATN_N_GATES; k++)
        atn_build_number(b, gates, atn_gate_rules[k].name,
                         atn_gate_threshold(b->study, (atn_gate)k));
    atn_build_number(b, o, "default_error", b->study->default_error);
    atn_build_number(b, o, "error_df", b->study->error_df);
    atn_build_number(b, o, "design_effect", b->study->design_effect);
}

static void add_manifest(atn_builder *b)
{
    const attain_study *study = b->study;
    cJSON *o = atn_build_object(b, b->root, "manifest");
    cJSON *inputs = atn_build_array(b, o, "inputs");
    for (size_t i = 0; i < study->n_files; i++) {
        cJSON *file = atn_build_object(b, inputs, NULL);
        atn_build_text(b, file, "name", study->files[i].name);
        atn_build_text(b, file, "sha256", study->files[i].sha256);
    }
    /* A double holds whole numbers to 2^53; a larger seed is kept as text. */
    if (b->posterior->seed <= (UINT64_C(1) << 53)) {
        atn_build_number(b, o, "seed", (double)b->posterior->seed);
    } else {
        char text[32];
        snprintf(text, sizeof text, "%llu", (unsigned long long)b->posterior->seed);
        atn_build_text(b, o, "seed", text);
    }
    add_settings(b, o);
    cJSON *overrides = atn_build_array(b, o, "overrides");
    for (size_t i = 0; i < study->n_overrides; i++)
        atn_build_text(b, overrides, NULL, study->overrides[i]);
    char libcsv[48];
    snprintf(libcsv, sizeof libcsv, "%d.%d.%d", CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
    cJSON *versions = atn_build_object(b, o, "versions");
    atn_build_text(b, versions, "attain", attain_version());
    atn_build_text(b, versions, "gsl", gsl_version);
    atn_build_text(b, versions, "cjson", cJSON_Version());
    atn_build_text(b, versions, "libcsv", libcsv);
}

static void set_status(atn_builder *b, bool strict)
{
    bool warnings = false;
    for (const cJSON *d = b->diagnostics ? b->diagnostics->child : NULL; d; d = d->next) {
        const char *severity = atn_node_text(atn_node_get(atn_item_node(d), "severity"));
        warnings |= strcmp(severity, "note") != 0;
    }
    const bool failed = b->gate_failed || (strict && warnings);
    cJSON *status = cJSON_CreateString(failed ? "gate_failed" : warnings ? "warn" : "ok");
    if (!status || !cJSON_ReplaceItemInObjectCaseSensitive(b->root, "status", status))
        b->failed = true;
}

static attain_status build(atn_builder *b, const attain_diagnostics *diagnostics, bool strict,
                           attain_error *err)
{
    cJSON *head = atn_build_object(b, b->root, "attain");
    atn_build_number(b, head, "schema", ATN_RESULTS_SCHEMA);
    atn_build_text(b, head, "version", attain_version());
    atn_build_text(b, b->root, "status", "ok"); /* holds its place; set at the end */
    add_study(b);
    b->diagnostics = atn_build_array(b, b->root, "diagnostics");
    b->gates = atn_build_array(b, b->root, "gates");
    copy_diagnostics(b, diagnostics);
    atn_build_gates(b);
    attain_status status = atn_build_evidence(b, err);
    if (status != ATTAIN_OK) return status;
    atn_build_goals(b);
    atn_build_scenarios(b);
    add_series(b);
    add_definitions(b);
    status = atn_build_parameters(b, err);
    if (status == ATTAIN_OK) status = atn_gather_loo(b, err);
    if (status == ATTAIN_OK) status = atn_build_reports(b, err);
    if (status == ATTAIN_OK) status = atn_build_fit(b, err);
    if (status != ATTAIN_OK) return status;
    atn_build_why(b);
    add_manifest(b);
    set_status(b, strict);
    return b->failed ? atn_fail_nomem(err) : ATTAIN_OK;
}

attain_status attain_results_create(attain_context *context, const attain_projection *projection,
                                    const attain_diagnostics *diagnostics, bool strict,
                                    attain_results **results, attain_error *err)
{
    atn_error_clear(err);
    *results = NULL;
    const attain_posterior *posterior = projection->posterior;
    atn_builder b = {.ctx = context,
                     .projection = projection,
                     .posterior = posterior,
                     .study = posterior->study};
    attain_status status = ATTAIN_ERR_NOMEM;
    attain_results *made = ATN_NEW(context, attain_results);
    b.factor = ATN_NEW_ARRAY(context, double, b.study->n_definitions);
    b.draws = ATN_NEW_ARRAY(context, double, posterior->n_draws);
    b.root = cJSON_CreateObject();
    if (made && b.factor && b.draws && b.root)
        status = build(&b, diagnostics, strict, err);
    else
        atn_fail_nomem(err);
    atn_free(context, b.factor);
    atn_free(context, b.draws);
    atn_free(context, b.loo);
    atn_free(context, b.weak_ceiling);
    if (status != ATTAIN_OK) {
        cJSON_Delete(b.root);
        atn_free(context, made);
        return status;
    }
    made->ctx = context;
    made->root = b.root;
    *results = made;
    return ATTAIN_OK;
}
