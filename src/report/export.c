/* What a finished run hands to other programs: tables, LaTeX, a forecast hub. */
#include <stdio.h>

#include "folder_write.h"
#include "hub.h"
#include "tables_tex.h"

enum { EXPORT_SETTINGS_VERSION = 1 };

void attain_export_settings_init(attain_export_settings *settings)
{
    *settings = (attain_export_settings){.version = EXPORT_SETTINGS_VERSION};
}

/* ---- LaTeX ----------------------------------------------------------------------------------- */

static attain_status export_numbers(const atn_folder *folder, const attain_results *results)
{
    atn_text text;
    atn_text_init(&text, folder->ctx);
    attain_status status = atn_numbers_tex(folder->ctx, results, &text, folder->err);
    if (status == ATTAIN_OK) status = atn_folder_text(folder, "numbers.tex", &text);
    atn_text_free(&text);
    return status;
}

typedef void tex_part(const atn_node *root, atn_text *out);

static attain_status export_part(const atn_folder *folder, const atn_node *root, const char *name,
                                 tex_part *part)
{
    atn_text text;
    atn_text_init(&text, folder->ctx);
    part(root, &text);
    const attain_status status = atn_folder_text(folder, name, &text);
    atn_text_free(&text);
    return status;
}

static attain_status export_latex(const atn_folder *folder, const attain_results *results)
{
    const atn_node *root = atn_document_root(results);
    attain_status status = export_numbers(folder, results);
    if (status == ATTAIN_OK) status = export_part(folder, root, "goals.tex", atn_tables_tex_goals);
    if (status == ATTAIN_OK && atn_node_first(atn_node_get(root, "scenarios")))
        status = export_part(folder, root, "scenarios.tex", atn_tables_tex_scenarios);
    if (status == ATTAIN_OK)
        status = export_part(folder, root, "example.tex", atn_tables_tex_example);
    return status;
}

/* ---- a hub ----------------------------------------------------------------------------------- */

typedef void hub_part(const atn_hub *hub, atn_text *out);

static attain_status export_hub_file(const atn_folder *folder, const atn_hub *hub, const char *name,
                                     hub_part *part)
{
    atn_text text;
    atn_text_init(&text, folder->ctx);
    part(hub, &text);
    const attain_status status = atn_folder_text(folder, name, &text);
    atn_text_free(&text);
    return status;
}

static attain_status export_hub_files(const atn_folder *folder, const atn_hub *hub)
{
    char metadata[80], output[160];
    snprintf(metadata, sizeof metadata, "model-metadata/%s-%s.yml", hub->team, hub->model);
    snprintf(output, sizeof output, "model-output/%s-%s/%.10s-%s-%s.csv", hub->team, hub->model,
             hub->as_of, hub->team, hub->model);
    const struct {
        const char *name;
        hub_part *part;
    } files[] = {
        {"hub-config/admin.json", atn_hub_admin},
        {"hub-config/tasks.json", atn_hub_tasks},
        {"hub-config/target-data.json", atn_hub_target_data},
        {"hub-config/model-metadata-schema.json", atn_hub_metadata_schema},
        {metadata, atn_hub_metadata},
        {"target-data/time-series.csv", atn_hub_time_series},
        {output, atn_hub_output},
    };
    attain_status status = ATTAIN_OK;
    for (size_t i = 0; i < sizeof files / sizeof *files && status == ATTAIN_OK; i++)
        status = export_hub_file(folder, hub, files[i].name, files[i].part);
    return status;
}

/* ---- the call -------------------------------------------------------------------------------- */

static attain_status export_files(attain_context *ctx, const attain_results *results,
                                  const char *path, const attain_export_settings *settings,
                                  attain_error *err)
{
    atn_hub hub = {0};
    atn_folder folder;
    attain_status status = ATTAIN_OK;
    /* what is wrong with the results is said before anything is written */
    if (settings->format == ATTAIN_EXPORT_HUB)
        status = atn_hub_open(&hub, ctx, results, settings->model_id, err);
    if (status == ATTAIN_OK) status = atn_folder_open(&folder, ctx, path, err);
    if (status == ATTAIN_OK) {
        switch (settings->format) {
        case ATTAIN_EXPORT_CSV: status = atn_folder_tables(&folder, results); break;
        case ATTAIN_EXPORT_LATEX: status = export_latex(&folder, results); break;
        case ATTAIN_EXPORT_HUB: status = export_hub_files(&folder, &hub); break;
        }
    }
    if (hub.ctx) atn_hub_free(&hub);
    return status;
}

attain_status attain_report_export(attain_context *context, const attain_results *results,
                                   const char *folder, const attain_export_settings *settings,
                                   attain_error *err)
{
    attain_export_settings defaults;
    attain_error own = {0};
    attain_export_settings_init(&defaults);
    if (!settings) settings = &defaults;
    atn_error_clear(err);
    if (!context || !results || !folder)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context, results and folder are needed");
    if (settings->version != EXPORT_SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "export settings: version is %d, expected %d (use "
                        "attain_export_settings_init)",
                        settings->version, EXPORT_SETTINGS_VERSION);
    if ((unsigned)settings->format > ATTAIN_EXPORT_HUB)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "export settings: there is no format %d",
                        (int)settings->format);
    return export_files(context, results, folder, settings, err ? err : &own);
}
