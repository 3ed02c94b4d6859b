/* Documents as files and text: reading one back, writing it out, letting it go. */
#include "results_internal.h"

#include <math.h>
#include <string.h>

#include "io/json.h"

enum { RESULTS_LIMIT = 256 * 1024 * 1024 };

void attain_text_free(attain_context *context, char *text)
{
    atn_free(context, text);
}

void attain_results_free(attain_results *results)
{
    if (!results) return;
    cJSON_Delete(results->root);
    atn_free(results->ctx, results);
}

attain_results_status attain_results_state(const attain_results *results)
{
    const char *status = atn_node_text(atn_node_get(atn_document_root(results), "status"));
    if (strcmp(status, "ok") == 0) return ATTAIN_RESULTS_OK;
    return strcmp(status, "warn") == 0 ? ATTAIN_RESULTS_WARN : ATTAIN_RESULTS_GATE_FAILED;
}

attain_status attain_results_json(const attain_results *results, char **text, attain_error *err)
{
    atn_error_clear(err);
    *text = NULL;
    atn_text out;
    atn_text_init(&out, results->ctx);
    atn_node_print(atn_document_root(results), &out);
    atn_text_add(&out, "\n");
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}

/* The parts every reader of the document counts on. */
static attain_status check_shape(const cJSON *root, attain_error *err)
{
    static const char *const arrays[] = {"goals",   "series", "definitions", "parameters",
                                         "reports", "gates",  "diagnostics"};
    static const char *const objects[] = {"study", "fit", "manifest"};
    const atn_node *node = atn_item_node(root);
    const atn_node *schema = atn_node_path(node, "attain/schema");
    if (!schema)
        return atn_fail_at(err, ATTAIN_ERR_FIELD, "/attain/schema", 0, 0,
                           "this is no results document: it has no attain/schema");
    if (!(fabs(atn_node_number(schema) - ATN_RESULTS_SCHEMA) <= 0.0))
        return atn_fail_at(err, ATTAIN_ERR_FIELD, "/attain/schema", 0, 0,
                           "the results were written with another schema than %d, which this "
                           "version reads",
                           ATN_RESULTS_SCHEMA);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(root, arrays[i])))
            return atn_fail(err, ATTAIN_ERR_FIELD, "the results lack the list \"%s\"", arrays[i]);
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (!cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(root, objects[i])))
            return atn_fail(err, ATTAIN_ERR_FIELD, "the results lack the group \"%s\"", objects[i]);
    return ATTAIN_OK;
}

attain_status atn_document_parse(attain_context *ctx, const char *text, size_t length,
                                 const char *file, attain_results **results, attain_error *err)
{
    attain_results *made = ATN_NEW(ctx, attain_results);
    *results = NULL;
    if (!made) return atn_fail_nomem(err);
    made->ctx = ctx;
    const attain_status status = atn_json_parse(ctx, text, length, file, NULL, &made->root, err);
    if (status == ATTAIN_OK)
        *results = made;
    else
        atn_free(ctx, made);
    return status;
}

attain_status attain_results_load(attain_context *context, const char *path,
                                  attain_results **results, attain_error *err)
{
    atn_error_clear(err);
    *results = NULL;
    char *data = NULL;
    size_t length = 0;
    attain_results *made = NULL;
    char *file = atn_is_folder(path) ? atn_path_join(context, path, "results.json")
                                     : atn_strdup(context, path);
    attain_status status = file ? atn_file_read(context, file, RESULTS_LIMIT, &data, &length, err)
                                : atn_fail_nomem(err);
    if (status == ATTAIN_OK) status = atn_document_parse(context, data, length, file, &made, err);
    if (status == ATTAIN_OK) status = check_shape(made->root, err);
    atn_free(context, data);
    atn_free(context, file);
    if (status == ATTAIN_OK)
        *results = made;
    else
        attain_results_free(made);
    return status;
}
