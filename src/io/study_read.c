/* From the bytes of study.json to a study whose texts are not compiled yet. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/digest.h"
#include "io/reader.h"

enum { MAX_STEPS = 100000 };

/* What a study has where it says nothing (METHODS 3 and 4). */
static attain_study *new_study(atn_reader *r)
{
    attain_study *s = ATN_MAKE(r, attain_study, 1);
    if (!s) return NULL;
    s->ctx = r->ctx;
    s->error_df = INFINITY;
    s->design_effect = 1;
    s->default_error = 0.05;
    s->fit =
        (atn_fit_spec){.nuts = true, .chains = 4, .warmup = 1000, .draws = 1000, .seed = 20250120};
    for (size_t k = 0; k < ATN_N_GATES; k++) s->fit.gate[k] = NAN;
    return s;
}

static void argument_problem(atn_reader *r, const char *code, const char *file, const char *message)
{
    const atn_place place = {.file = file};
    atn_problem_at(r, ATTAIN_SEVERITY_ERROR, ATTAIN_ERR_ARGUMENT, code, &place, message);
}

/* VALUE of a "--set POINTER=VALUE": JSON, or else the text itself. */
static cJSON *override_value(atn_reader *r, const char *text)
{
    cJSON *value;
    const attain_status status =
        atn_json_parse(r->ctx, text, strlen(text), "--set", NULL, &value, NULL);
    if (status == ATTAIN_ERR_SYNTAX) value = cJSON_CreateString(text);
    if (!value) r->nomem = true;
    return value;
}

static void apply_override(atn_reader *r, cJSON *tree, const char *text)
{
    char message[400], pointer[ATN_JSON_POINTER_SIZE];
    const char *equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : 0;
    if (!equals || n >= sizeof pointer || !atn_utf8_valid(text, strlen(text))) {
        snprintf(message, sizeof message, "'%.100s' is not of the form POINTER=VALUE", text);
        argument_problem(r, "bad-override", "--set", message);
        return;
    }
    memcpy(pointer, text, n);
    pointer[n] = '\0';
    cJSON *value = override_value(r, equals + 1);
    if (!value) return;
    attain_error err = {0};
    const attain_status status = atn_json_set(tree, pointer, value, &err);
    if (status == ATTAIN_OK) {
        r->study->overrides[r->study->n_overrides] = atn_copy(r, text);
        if (!r->nomem) r->study->n_overrides++;
        return;
    }
    cJSON_Delete(value);
    if (status == ATTAIN_ERR_NOMEM)
        r->nomem = true;
    else
        argument_problem(r, "bad-override", "--set", err.message);
}

static void read_calendar(atn_reader *r, const cJSON *tree, const char *as_of)
{
    attain_study *s = r->study;
    static const char *const steps[] = {"day", "week", "month", "quarter", "year", NULL};
    int step = 0;
    atn_get_word(r, tree, "step", false, steps, &step);
    s->calendar.unit = (atn_step_unit)step; /* the enum's order */
    const bool origin = atn_get_date(r, tree, "origin", true, &s->calendar.origin);
    const bool horizon = atn_get_date(r, tree, "horizon", true, &s->horizon);
    bool known = atn_get_date(r, tree, "as_of", !as_of, &s->as_of);
    if (as_of) {
        known = atn_date_parse(as_of, strlen(as_of), &s->as_of);
        if (!known) {
            char message[120], advice[ATN_ADVICE_SIZE];
            atn_date_advice(as_of, advice);
            snprintf(message, sizeof message, "'%.30s' is no date of the form 2025-01-20%.40s",
                     as_of, advice);
            argument_problem(r, "bad-date", "--as-of", message);
        }
    }
    if (origin && horizon && s->horizon < s->calendar.origin) {
        ATN_BAD(r, "bad-window", "horizon", "'horizon' lies before 'origin'");
        return;
    }
    if (origin && known && s->as_of < s->calendar.origin)
        ATN_BAD(r, "bad-window", "as_of", "'as_of' lies before 'origin'");
    if (horizon && known && s->as_of > s->horizon)
        ATN_BAD(r, "bad-window", "as_of", "'as_of' lies after 'horizon'");
    if (!origin || !horizon) return;
    if (atn_calendar_step(&s->calendar, s->horizon) >= MAX_STEPS) {
        ATN_BAD(r, "out-of-range", "horizon",
                "the study spans more than 100,000 steps; use a "
                "longer 'step'");
        return;
    }
    r->calendar_ok = true;
}

static void read_document(atn_reader *r, const cJSON *tree, const char *as_of)
{
    attain_study *s = r->study;
    if (!atn_need_object(r, tree)) return;
    atn_check_keys(r, tree, ATN_OBJECT_STUDY);
    const char *title = atn_get_text(r, tree, "title", false);
    const cJSON *note = atn_member(tree, "note");
    s->title = atn_copy(r, title ? title : "Untitled study");
    s->note = atn_copy(r, cJSON_IsString(note) ? note->valuestring : "");
    read_calendar(r, tree, as_of);
    static void (*const parts[])(atn_reader *, const cJSON *) = {
        atn_read_series,   atn_read_inputs, atn_read_networks,  atn_read_groups,
        atn_read_settings, atn_read_goals,  atn_read_scenarios, atn_read_reports,
    };
    for (size_t k = 0; k < sizeof parts / sizeof *parts && !r->nomem; k++) parts[k](r, tree);
    if (!r->nomem && r->calendar_ok) atn_read_formulas(r);
}

static void keep_digest(atn_reader *r)
{
    attain_study *s = r->study;
    s->files = ATN_MAKE(r, atn_source_file, 1);
    if (!s->files) return;
    s->n_files = 1;
    s->files[0].name = atn_copy(r, "study.json");
    atn_sha256(r->text, r->length, s->files[0].sha256);
}

attain_status atn_study_read(atn_reader *r, const attain_study_options *options,
                             attain_study **study)
{
    cJSON *tree = NULL;
    *study = NULL;
    r->study = new_study(r);
    if (r->study) keep_digest(r);
    if (!r->nomem) {
        const attain_status status =
            atn_json_parse(r->ctx, r->text, r->length, r->file, r->list, &tree, r->err);
        if (status == ATTAIN_ERR_NOMEM)
            r->nomem = true;
        else if (status != ATTAIN_OK)
            r->status = status;
    }
    const size_t n_set = options ? options->n_set : 0;
    if (tree && n_set) r->study->overrides = ATN_MAKE(r, char *, n_set);
    for (size_t k = 0; tree && k < n_set && !r->nomem; k++)
        apply_override(r, tree, options->set[k]);
    r->tree = tree;
    if (tree && !r->nomem && r->status == ATTAIN_OK)
        read_document(r, tree, options ? options->as_of : NULL);
    cJSON_Delete(tree);
    r->tree = NULL;
    if (r->nomem) r->status = atn_fail_nomem(r->err);
    if (r->status == ATTAIN_OK)
        *study = r->study;
    else
        attain_study_free(r->study);
    r->study = NULL;
    return r->status;
}
