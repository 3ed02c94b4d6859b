#include "regression_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

read_table regression_values(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "tests/reference/regression/%s", name);
    return read_table_open(check_source(path));
}

static const char *const x_alone[] = {"x"};
static const char *const two_x[] = {"x1", "x2"};
static const char *const plant[] = {"air", "water", "acid"};

/* Rows of the set out of its file, response in cell `first`, the columns after it. */
static void load(regression_case *c, const char *path, size_t first, const char *set,
                 const char *subset)
{
    read_table t = read_table_open(path);
    const size_t width = c->n_columns + 1;
    c->block = calloc(width * t.rows, sizeof *c->block);
    assert_non_null(c->block);
    for (int pass = 0; pass < 2; pass++) {
        size_t n = 0;
        for (size_t i = 0; i < t.rows; i++) {
            if (set && (strcmp(read_table_cell(&t, i, 0), set) != 0 ||
                        strcmp(read_table_cell(&t, i, 1), subset) != 0))
                continue;
            for (size_t k = 0; pass == 1 && k < width; k++) {
                const size_t cell = set ? first - k : first + k; /* growth: x, y */
                const size_t to = k == 0 ? c->n_columns : k - 1;
                c->block[to * c->n_rows + n] = read_table_number(&t, i, cell);
            }
            n++;
        }
        c->n_rows = n;
    }
    read_table_close(&t);
}

static void compile(attain_context *ctx, regression_case *c, const char *formula,
                    const char *const *parameter, size_t p)
{
    atn_name name[REGRESSION_CASE_MOST + 4];
    attain_error err;
    for (size_t k = 0; k < p; k++) name[k] = (atn_name){parameter[k], false};
    for (size_t k = 0; k < c->n_columns; k++) name[p + k] = (atn_name){c->column_name[k], true};
    memset(&err, 0, sizeof err);
    const attain_status status =
        atn_formula_compile(ctx, formula, name, p + c->n_columns, NULL, &c->formula, &err);
    atn_check_status(c->title, status, ATTAIN_OK, &err);
}

void regression_case_open(attain_context *ctx, regression_case *c, const char *source,
                          const char *set, const char *subset, const char *formula,
                          const char *const *parameter, size_t p)
{
    char path[128];
    memset(c, 0, sizeof *c);
    assert_in_range(p, 1, REGRESSION_CASE_MOST);
    snprintf(c->title, sizeof c->title, "%s %s", set, subset);
    c->column_name = x_alone;
    c->n_columns = 1;
    if (strcmp(source, "stackloss") == 0) {
        c->column_name = plant;
        c->n_columns = 3;
        load(c, check_source("tests/reference/regression/stackloss.csv"), 0, NULL, NULL);
    } else if (strcmp(source, "growth") == 0) {
        load(c, check_shared("data/growth/growth_data.csv"), 3, set, subset);
    } else {
        const bool nelson = strcmp(set, "Nelson") == 0;
        snprintf(path, sizeof path, "data/nist/nonlinear/%s.csv", set);
        if (nelson) {
            c->column_name = two_x;
            c->n_columns = 2;
        }
        load(c, check_shared(path), 0, NULL, NULL);
        double *y = c->block + c->n_columns * c->n_rows;
        for (size_t i = 0; nelson && i < c->n_rows; i++) y[i] = log(y[i]);
    }
    for (size_t k = 0; k < c->n_columns; k++) c->column[k] = c->block + k * c->n_rows;
    compile(ctx, c, formula, parameter, p);
    c->model = (atn_regression_model){.formula = c->formula,
                                      .n_parameters = p,
                                      .n_columns = c->n_columns,
                                      .n_rows = c->n_rows,
                                      .columns = c->column,
                                      .response = c->block + c->n_columns * c->n_rows};
}

void regression_case_read(attain_context *ctx, regression_case *c, const read_table *t, size_t row,
                          size_t at)
{
    const char *parameter[REGRESSION_CASE_MOST], *cell[4];
    size_t p = 0;
    for (size_t k = 0; k < 4; k++) cell[k] = read_table_cell(t, row, at + k);
    for (size_t i = row; i < t->rows && p < REGRESSION_CASE_MOST; i++) {
        bool same = true;
        for (size_t k = 0; k < 4; k++)
            same = same && strcmp(cell[k], read_table_cell(t, i, at + k)) == 0;
        const char *name = read_table_cell(t, i, at + 4);
        if (!same || (p > 0 && strcmp(name, parameter[0]) == 0)) break;
        parameter[p++] = name;
    }
    regression_case_open(ctx, c, cell[0], cell[1], cell[2], cell[3], parameter, p);
}

void regression_case_close(attain_context *ctx, regression_case *c)
{
    atn_formula_free(ctx, c->formula);
    free(c->block);
}

atn_regression_answer regression_case_solve(attain_context *ctx, const regression_case *c,
                                            const double *start)
{
    atn_regression_answer answer;
    attain_error err;
    memset(&err, 0, sizeof err);
    const attain_status status = atn_regression_solve(ctx, &c->model, start, 1, &answer, &err);
    atn_check_status(c->title, status, ATTAIN_OK, &err);
    if (answer.end.outcome != ATTAIN_REGRESSION_CONVERGED) {
        print_error("%s: outcome %d\n", c->title, (int)answer.end.outcome);
        fail();
    }
    return answer;
}
