/* Scenarios from files of their own, and which of them are run. */
#include <string.h>

#include <attain/scenario.h>

#include "io/digest.h"
#include "io/scenario_reader.h"

enum { SCENARIOS_LIMIT = 8 << 20 };

size_t attain_study_scenario_count(const attain_study *study)
{
    return study->n_scenarios;
}

const char *attain_study_scenario_id(const attain_study *study, size_t index)
{
    return index < study->n_scenarios ? study->scenarios[index].id : NULL;
}

/* An object {"scenarios": [...]} or the list itself. */
static void read_tree(atn_reader *r, const cJSON *tree)
{
    if (cJSON_IsArray(tree)) {
        atn_read_scenario_list(r, tree);
    } else if (cJSON_IsObject(tree)) {
        atn_check_keys(r, tree, ATN_OBJECT_SCENARIO_FILE);
        if (atn_member(tree, "scenarios"))
            atn_read_scenarios(r, tree);
        else
            ATN_BAD(r, "missing-key", NULL, "'scenarios' is missing");
    } else {
        ATN_BAD(r, "wrong-type", NULL,
                "a file of scenarios holds a list in [ ] or {\"scenarios\": "
                "[ ]}, not %s",
                atn_kind_of(tree));
    }
}

/* What the complete study says of them, at the file's lines. */
static void check(atn_reader *r, size_t first)
{
    attain_diagnostics *found = NULL;
    if (attain_diagnostics_create(r->ctx, &found, NULL) != ATTAIN_OK) {
        r->nomem = true;
        return;
    }
    atn_scenarios_check(r->study, first, found);
    for (size_t k = 0; k < attain_diagnostics_count(found); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(found, k);
        atn_place place = {.file = r->file, .pointer = d->pointer};
        atn_json_locate(r->text, r->length, d->pointer, false, &place.line, &place.column);
        atn_problem_at(r, d->severity, ATTAIN_ERR_FIELD, d->code, &place, d->message);
    }
    if (atn_diagnostics_status(found, 0, ATTAIN_ERR_FIELD, NULL) == ATTAIN_ERR_NOMEM)
        r->nomem = true;
    attain_diagnostics_free(found);
}

static void keep_digest(atn_reader *r, const char *name)
{
    attain_study *s = r->study;
    atn_source_file *files = ATN_MAKE(r, atn_source_file, s->n_files + 1);
    if (!files) return;
    const char *slash = strrchr(name, '/');
    if (s->n_files > 0) memcpy(files, s->files, s->n_files * sizeof *files);
    files[s->n_files].name = atn_copy(r, slash ? slash + 1 : name);
    atn_sha256(r->text, r->length, files[s->n_files].sha256);
    atn_free(r->ctx, s->files);
    s->files = files;
    if (!r->nomem) s->n_files++;
}

static void read_text(atn_reader *r)
{
    attain_study *s = r->study;
    const size_t before = s->n_scenarios;
    cJSON *tree = NULL;
    const attain_status status =
        atn_json_parse(r->ctx, r->text, r->length, r->file, r->list, &tree, r->err);
    if (status == ATTAIN_ERR_NOMEM)
        r->nomem = true;
    else if (status != ATTAIN_OK)
        r->status = status;
    r->calendar_ok = true;
    if (tree) read_tree(r, tree);
    cJSON_Delete(tree);
    if (r->status == ATTAIN_OK && !r->nomem) check(r, before);
    if (r->status == ATTAIN_OK && !r->nomem) keep_digest(r, r->file);
    if (r->status == ATTAIN_OK && !r->nomem) return;
    while (s->n_scenarios > before) atn_scenario_free(r->ctx, &s->scenarios[--s->n_scenarios]);
}

static attain_status add(attain_study *study, const char *file, const char *text, size_t length,
                         attain_diagnostics *problems, attain_error *err)
{
    attain_error own = {0};
    attain_diagnostics *list = NULL;
    if (!problems && attain_diagnostics_create(study->ctx, &list, err) != ATTAIN_OK)
        return ATTAIN_ERR_NOMEM;
    atn_reader r = {.ctx = study->ctx,
                    .study = study,
                    .list = problems ? problems : list,
                    .err = err ? err : &own,
                    .file = file,
                    .text = text,
                    .length = length};
    const size_t before = attain_diagnostics_count(r.list);
    read_text(&r);
    if (r.status == ATTAIN_OK && !r.nomem &&
        atn_diagnostics_status(r.list, before, ATTAIN_ERR_FIELD, r.err) == ATTAIN_ERR_NOMEM)
        r.nomem = true;
    attain_diagnostics_free(list);
    if (!r.nomem) return r.status;
    atn_error_clear(r.err);
    return atn_fail_nomem(r.err);
}

attain_status attain_study_parse_scenarios(attain_study *study, const char *json, size_t length,
                                           attain_diagnostics *problems, attain_error *err)
{
    atn_error_clear(err);
    if (!study || !json) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "study and json are needed");
    char *text = atn_strndup(study->ctx, json, length);
    if (!text) return atn_fail_nomem(err);
    const attain_status status = add(study, "scenarios.json", text, length, problems, err);
    atn_free(study->ctx, text);
    return status;
}

attain_status attain_study_add_scenarios(attain_study *study, const char *path,
                                         attain_diagnostics *problems, attain_error *err)
{
    attain_error own = {0};
    char *text = NULL;
    size_t length = 0;
    if (!err) err = &own;
    atn_error_clear(err);
    if (!study || !path) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "study and path are needed");
    attain_status status = atn_file_read(study->ctx, path, SCENARIOS_LIMIT, &text, &length, err);
    if (status == ATTAIN_OK) {
        status = add(study, path, text, length, problems, err);
    } else if (status != ATTAIN_ERR_NOMEM) {
        const atn_place place = {.file = path};
        atn_diagnose(problems, ATTAIN_SEVERITY_ERROR, "unreadable-file", &place, "%s",
                     err->message);
    }
    atn_free(study->ctx, text);
    return status;
}

attain_status attain_study_keep_scenarios(attain_study *study, const char *const *ids, size_t n,
                                          attain_error *err)
{
    atn_error_clear(err);
    if (!study || (n > 0 && !ids))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "study and ids are needed");
    for (size_t k = 0; k < n; k++) {
        if (atn_find_id(ids[k], study->scenarios, sizeof *study->scenarios, study->n_scenarios) !=
            ATN_NONE)
            continue;
        attain_error own = {0};
        atn_reader r = {.ctx = study->ctx, .study = study, .err = &own};
        char hint[ATN_HINT_SIZE];
        atn_hint_ids(&r, hint, ids[k], study->scenarios, sizeof *study->scenarios,
                     study->n_scenarios);
        if (r.nomem) return atn_fail_nomem(err);
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "no scenario is called '%.64s'%s", ids[k], hint);
    }
    for (size_t s = 0; s < study->n_scenarios; s++) {
        study->scenarios[s].left_out = true;
        for (size_t k = 0; k < n; k++)
            if (strcmp(study->scenarios[s].id, ids[k]) == 0) study->scenarios[s].left_out = false;
    }
    return ATTAIN_OK;
}
