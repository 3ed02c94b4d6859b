/* Judges formulas and priors where they stand, so that a message names the column of study.json. */
#include <string.h>

#include "io/reader.h"

/* Records a text's error: `column` counts from 1 inside the text at `pointer`. */
static void report(atn_reader *r, const char *pointer, attain_status status, const char *what,
                   const attain_error *err)
{
    if (status == ATTAIN_ERR_NOMEM) {
        r->nomem = true;
        return;
    }
    char message[sizeof err->message + 32];
    atn_place place = {.file = r->file, .pointer = pointer};
    const size_t index = err->column > 0 ? (size_t)err->column - 1 : 0;
    if (atn_overridden(r, pointer))
        place.file = "--set";
    else if (!atn_json_locate_in_string(r->text, r->length, pointer, index, &place.line,
                                        &place.column))
        atn_json_locate(r->text, r->length, pointer, false, &place.line, &place.column);
    size_t n = strlen(what);
    memcpy(message, what, n + 1);
    strncat(message, err->message, sizeof message - n - 1);
    atn_problem_at(r, ATTAIN_SEVERITY_ERROR, ATTAIN_ERR_FORMULA,
                   what[0] == 'f' ? "formula" : "prior", &place, message);
}

/* A prior that uses m, t1 or t2 waits for the reports; any other can be read now. */
static void judge_prior(atn_reader *r, const atn_parameter *p)
{
    static const atn_name names[] = {{"m", false}, {"t1", false}, {"t2", false}};
    static const double values[] = {1, 0, 1};
    if (!p->present || p->fixed || p->is_default || !p->prior_text) return;
    attain_error err = {0};
    atn_prior prior;
    const attain_status alone =
        atn_prior_parse(r->ctx, p->prior_text, NULL, NULL, 0, &r->study->calendar, &prior, &err);
    if (alone == ATTAIN_OK) return;
    attain_status with = ATTAIN_ERR_NOMEM;
    if (alone != ATTAIN_ERR_NOMEM)
        with = atn_prior_parse(r->ctx, p->prior_text, names, values, 3, &r->study->calendar, &prior,
                               NULL);
    if (with == ATTAIN_OK) return;
    if (with == ATTAIN_ERR_NOMEM)
        r->nomem = true;
    else
        report(r, p->pointer, alone, "prior: ", &err);
}

/* A parameter with the name of a series or an input would hide it. */
static bool clashes(atn_reader *r, const atn_trend *trend)
{
    const attain_study *s = r->study;
    for (size_t p = 0; p < trend->n_parameters; p++) {
        const char *name = trend->parameters[p].name;
        const bool series =
            atn_find_id(name, s->series, sizeof *s->series, s->n_series) != ATN_NONE;
        if (!series && atn_find_id(name, s->inputs, sizeof *s->inputs, s->n_inputs) == ATN_NONE)
            continue;
        attain_error err = {0};
        atn_fail(&err, ATTAIN_ERR_FORMULA, "a parameter of '%s' and %s are both called '%s'",
                 trend->name, series ? "a series" : "an input", name);
        report(r, trend->pointer, ATTAIN_ERR_FORMULA, "formula: ", &err);
        return true;
    }
    return false;
}

static void judge_formula(atn_reader *r, const atn_trend *trend)
{
    const attain_study *s = r->study;
    if (r->names_bad || clashes(r, trend)) return;
    const size_t n = trend->n_parameters + 1 + s->n_inputs + s->n_series;
    atn_name *names = ATN_MAKE(r, atn_name, n);
    if (!names) return;
    size_t k = 0;
    for (size_t p = 0; p < trend->n_parameters; p++)
        names[k++] = (atn_name){trend->parameters[p].name, false};
    names[k++] = (atn_name){"t", true};
    for (size_t i = 0; i < s->n_inputs; i++) names[k++] = (atn_name){s->inputs[i].id, true};
    for (size_t i = 0; i < s->n_series; i++) names[k++] = (atn_name){s->series[i].id, true};
    attain_error err = {0};
    atn_formula *formula = NULL;
    const attain_status status =
        atn_formula_compile(r->ctx, trend->formula_text, names, n, &s->calendar, &formula, &err);
    atn_free(r->ctx, names);
    if (status != ATTAIN_OK) report(r, trend->pointer, status, "formula: ", &err);
    atn_formula_free(r->ctx, formula);
}

/* Whether a candidate before trend j has the same text for its parameter. */
static bool shared(const atn_series *series, size_t j, const atn_parameter *parameter)
{
    for (size_t k = 0; k < j; k++)
        for (size_t p = 0; p < series->trends[k].n_parameters; p++)
            if (strcmp(series->trends[k].parameters[p].pointer, parameter->pointer) == 0)
                return true;
    return false;
}

void atn_read_formulas(atn_reader *r)
{
    const attain_study *s = r->study;
    for (size_t k = 0; k < s->n_series && !r->nomem; k++) {
        const atn_series *series = &s->series[k];
        for (size_t j = 0; j < series->n_trends && !r->nomem; j++) {
            const atn_trend *trend = &series->trends[j];
            if (trend->formula_text) judge_formula(r, trend);
            for (size_t p = 0; p < trend->n_parameters; p++)
                if (!shared(series, j, &trend->parameters[p]))
                    judge_prior(r, &trend->parameters[p]);
        }
        judge_prior(r, &series->deviation.sigma);
        judge_prior(r, &series->deviation.phi);
        judge_prior(r, &series->deviation.sigma_v);
        judge_prior(r, &series->effect_sigma);
        judge_prior(r, &series->step_sigma);
    }
    for (size_t d = 0; d < s->n_definitions; d++) judge_prior(r, &s->definitions[d].factor);
    judge_prior(r, &s->scale);
}
