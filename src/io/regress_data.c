/* From a table to the arrays of a model: rows without gaps, response, weights, columns. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "regress_internal.h"

const char *atn_regress_number(double value, char out[ATN_NUMBER_SIZE])
{
    if (isnan(value)) return "NaN";
    if (isinf(value)) return value > 0 ? "infinity" : "-infinity";
    atn_number_format(value, out);
    return out;
}

void atn_regress_where(const attain_table *table, size_t row, char out[64])
{
    if (table->lines)
        snprintf(out, 64, "line %ld", table->lines[row]);
    else
        snprintf(out, 64, "row %zu", row);
}

void atn_regress_append(char *out, size_t size, const char *name, double value)
{
    char number[ATN_NUMBER_SIZE];
    const size_t n = strlen(out);
    const char *text = atn_regress_number(value, number);
    if (n + strlen(name) + strlen(text) + 6 >= size) return;
    snprintf(out + n, size - n, "%s%s = %s", n ? ", " : "", name, text);
}

void atn_regress_cells(const atn_regress_job *job, const atn_formula *formula, size_t first_column,
                       size_t row, char *out, size_t size)
{
    for (size_t k = 0; k < job->n_usable; k++) {
        const atn_number_column *c = &job->table->columns[job->usable[k]];
        if (atn_formula_uses(formula, first_column + k))
            atn_regress_append(out, size, c->name, c->values[row]);
    }
}

static size_t table_row(const atn_regress_job *job, size_t k)
{
    return job->out->rows ? job->out->rows[k] : k;
}

/* ", where x = 0" of the first row that an expression fails in, and how many there are. */
static void refuse_row(atn_regress_job *job, attain_status status, const char *field,
                       const char *text, const atn_formula *formula, size_t k, double value,
                       size_t count, const char *wanted)
{
    const attain_table *t = job->table;
    const size_t row = table_row(job, k);
    char where[64], cells[120] = "", number[ATN_NUMBER_SIZE], more[60] = "";
    const atn_place place = {.file = t->name, .line = t->lines ? t->lines[row] : 0};
    atn_regress_where(t, row, where);
    if (atn_number_column_find(t, text) == t->n_columns)
        atn_regress_cells(job, formula, 0, row, cells, sizeof cells);
    if (count > 1) snprintf(more, sizeof more, " (%zu rows in all)", count);
    atn_regress_problem(job, status, field, &place, "%s '%.60s' is %s in %s%s%s%s%s", field, text,
                        atn_regress_number(value, number), where, *cells ? ", where " : "", cells,
                        wanted, more);
}

/* The rows with a number in every column in use. */
static bool choose_rows(atn_regress_job *job)
{
    const attain_table *t = job->table;
    bool *gap = ATN_NEW_ARRAY(job->ctx, bool, t->n_rows);
    size_t missing = 0;
    if (!gap) return false;
    for (size_t c = 0; c < t->n_columns; c++) {
        if (!job->in_use[c]) continue;
        const double *values = t->columns[c].values;
        for (size_t k = 0; k < t->n_rows; k++) gap[k] |= isnan(values[k]) != 0;
    }
    for (size_t k = 0; k < t->n_rows; k++) missing += gap[k];
    job->n_used = t->n_rows - missing;
    job->out->n_missing = missing;
    bool whole = true;
    if (missing > 0) {
        size_t *rows = job->out->rows = ATN_NEW_ARRAY(job->ctx, size_t, job->n_used);
        whole = rows != NULL;
        for (size_t k = 0, n = 0; whole && k < t->n_rows; k++)
            if (!gap[k]) rows[n++] = k;
    }
    atn_free(job->ctx, gap);
    return whole;
}

/* A column's rows in use: the table's own array, or a copy in *gathered. */
static const double *gather(atn_regress_job *job, size_t column, double **gathered)
{
    const double *values = job->table->columns[column].values;
    if (!job->out->rows) return values;
    double *copy = *gathered = ATN_NEW_ARRAY(job->ctx, double, job->n_used);
    for (size_t k = 0; copy && k < job->n_used; k++) copy[k] = values[job->out->rows[k]];
    return copy;
}

/* An expression over the table's columns, for the rows in use; NULL when out of memory. */
static double *evaluate(atn_regress_job *job, const atn_formula *formula)
{
    const attain_table *t = job->table;
    const double **inputs = ATN_NEW_ARRAY(job->ctx, const double *, job->n_usable);
    double *values = ATN_NEW_ARRAY(job->ctx, double, t->n_rows);
    double *work = ATN_NEW_ARRAY(job->ctx, double, atn_formula_work_size(formula, t->n_rows));
    if (inputs && values && work) {
        for (size_t k = 0; k < job->n_usable; k++) inputs[k] = t->columns[job->usable[k]].values;
        if (t->n_rows) atn_formula_value(formula, t->n_rows, inputs, values, work);
        for (size_t k = 0; job->out->rows && k < job->n_used; k++)
            values[k] = values[job->out->rows[k]];
    } else {
        atn_free(job->ctx, values);
        values = NULL;
    }
    atn_free(job->ctx, inputs);
    atn_free(job->ctx, work);
    return values;
}

static void check_finite(atn_regress_job *job, const char *field, const char *text,
                         const atn_formula *formula, const double *values)
{
    size_t count = 0, first = 0;
    for (size_t k = 0; k < job->n_used; k++)
        if (!isfinite(values[k]) && count++ == 0) first = k;
    if (count)
        refuse_row(job, ATTAIN_ERR_DOMAIN, field, text, formula, first, values[first], count, "");
}

static void check_weights(atn_regress_job *job, const double *weights)
{
    size_t count = 0, first = 0;
    for (size_t k = 0; k < job->n_used; k++)
        if (!(isfinite(weights[k]) && weights[k] > 0) && count++ == 0) first = k;
    if (count)
        refuse_row(job, ATTAIN_ERR_TABLE, "weights", job->settings->weights, job->weights, first,
                   weights[first], count, "; a weight is a number above 0");
}

static void check_response(atn_regress_job *job)
{
    const double *y = job->out->response;
    const char *text = job->settings->response;
    check_finite(job, "response", text, job->response, y);
    if (job->status) return;
    for (size_t k = 1; k < job->n_used; k++)
        if (y[k] != y[0]) return;
    if (job->n_used < 2) return; /* too few rows is said elsewhere */
    char number[ATN_NUMBER_SIZE];
    const atn_place place = {.file = job->table->name};
    atn_regress_problem(job, ATTAIN_ERR_TABLE, "response", &place,
                        "response '%.60s' is %s in every row: nothing varies", text,
                        atn_regress_number(y[0], number));
}

static void check_count(atn_regress_job *job)
{
    size_t free_parameters = 0;
    for (size_t k = 0; k < job->n_parameters; k++) {
        const atn_regress_parameter *p = &job->parameters[k];
        free_parameters += !(p->bounded && p->lower == p->upper);
    }
    const atn_place place = {.file = job->table->name};
    if (job->table->n_rows == 0)
        atn_regress_problem(job, ATTAIN_ERR_TABLE, "rows", &place, "the table has no rows");
    else if (job->n_used == 0)
        atn_regress_problem(job, ATTAIN_ERR_TABLE, "rows", &place,
                            "each of the %zu rows lacks a number in a column in use",
                            job->table->n_rows);
    else if (job->n_used < free_parameters)
        atn_regress_problem(job, ATTAIN_ERR_TABLE, "rows", &place,
                            "%zu row%s in use cannot determine %zu free parameters", job->n_used,
                            job->n_used == 1 ? "" : "s", free_parameters);
}

static void warn_missing(atn_regress_job *job)
{
    const attain_table *t = job->table;
    char columns[120] = "";
    if (job->out->n_missing == 0) return;
    for (size_t c = 0; c < t->n_columns; c++) {
        size_t n = strlen(columns), k = 0;
        if (!job->in_use[c]) continue;
        while (k < t->n_rows && !isnan(t->columns[c].values[k])) k++;
        if (k == t->n_rows || n + strlen(t->columns[c].name) + 8 > sizeof columns) continue;
        snprintf(columns + n, sizeof columns - n, "%s%s", n ? ", " : "", t->columns[c].name);
    }
    atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "missing-cells",
                     "%zu of %zu rows are left out for missing cells in %s", job->out->n_missing,
                     t->n_rows, columns);
}

/* The one column of a curve. */
static bool set_curve_column(atn_regress_job *job)
{
    attain_regression *out = job->out;
    const bool expression = job->along != NULL;
    atn_regression_column *t = &out->columns[0];
    *t = (atn_regression_column){.name = "t", .label = job->out->along_text};
    if (expression) {
        out->gathered[0] = evaluate(job, job->along);
        t->values = out->gathered[0];
        if (t->values) check_finite(job, "formula", job->out->along_text, job->along, t->values);
    } else {
        t->values = gather(job, job->along_column, &out->gathered[0]);
        t->date = job->table->columns[job->along_column].date;
    }
    out->inputs[0] = t->values;
    return t->values != NULL;
}

static bool set_columns(atn_regress_job *job)
{
    attain_regression *out = job->out;
    const bool curve = job->settings->curve != NULL;
    const size_t n = out->model.n_columns = curve ? 1 : job->n_usable;
    out->columns = ATN_NEW_ARRAY(job->ctx, atn_regression_column, n);
    out->gathered = ATN_NEW_ARRAY(job->ctx, double *, n);
    out->inputs = ATN_NEW_ARRAY(job->ctx, const double *, n);
    if (!out->columns || !out->gathered || !out->inputs) return false;
    if (curve) return set_curve_column(job);
    for (size_t k = 0; k < n; k++) {
        const atn_number_column *column = &job->table->columns[job->usable[k]];
        out->columns[k] = (atn_regression_column){
            .name = column->name, .label = column->name, .date = column->date};
        if (!atn_formula_uses(out->formula, job->n_parameters + k)) continue;
        out->columns[k].values = out->inputs[k] = gather(job, job->usable[k], &out->gathered[k]);
        if (!out->inputs[k]) return false;
    }
    return true;
}

void atn_regress_data(atn_regress_job *job)
{
    attain_regression *out = job->out;
    if (!choose_rows(job)) return;
    check_count(job);
    if (job->status) return;
    out->response = evaluate(job, job->response);
    if (job->weights) out->weights = evaluate(job, job->weights);
    if (!out->response || (job->weights && !out->weights) || !set_columns(job)) return;
    check_response(job);
    if (job->weights) check_weights(job, out->weights);
    warn_missing(job);
    atn_regression_model *m = &out->model;
    m->formula = out->formula;
    m->n_parameters = job->n_parameters;
    m->n_rows = job->n_used;
    m->columns = out->inputs;
    m->response = out->response;
    m->weights = out->weights;
    m->loss = job->settings->loss;
}
