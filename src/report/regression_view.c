#include "regression_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More points than this are a blot on the page and a burden in the file. */
enum { MOST_POINTS = 10000, GRID = 401 };

static void choose_kind(atn_regression_view *v)
{
    size_t used = 0;
    for (size_t k = 0; k < v->r->model.n_columns; k++) {
        if (!v->r->columns[k].values) continue;
        v->x = &v->r->columns[k];
        used++;
    }
    v->kind = used == 0 ? VIEW_ROWS : used == 1 ? VIEW_COLUMN : VIEW_FITTED;
    if (used != 1) v->x = NULL;
    v->date = v->x && v->x->date;
}

static double place_of(const atn_regression_view *v, size_t row)
{
    switch (v->kind) {
    case VIEW_COLUMN: return v->x->values[row];
    case VIEW_ROWS: return (double)((v->r->rows ? v->r->rows[row] : row) + 1);
    case VIEW_FITTED: break;
    }
    return v->r->model.response[row] - v->r->answer.residual[row];
}

static bool gather_rows(atn_regression_view *v)
{
    const attain_regression *r = v->r;
    const size_t rows = r->model.n_rows;
    v->stride = (rows + MOST_POINTS - 1) / MOST_POINTS;
    if (v->stride == 0) v->stride = 1;
    v->n = (rows + v->stride - 1) / v->stride;
    v->at = ATN_NEW_ARRAY(r->ctx, double, v->n);
    v->observed = ATN_NEW_ARRAY(r->ctx, double, v->n);
    v->fitted = ATN_NEW_ARRAY(r->ctx, double, v->n);
    v->residual = ATN_NEW_ARRAY(r->ctx, double, v->n);
    if (!v->at || !v->observed || !v->fitted || !v->residual) return false;
    for (size_t i = 0; i < v->n; i++) {
        const size_t row = i * v->stride;
        v->at[i] = place_of(v, row);
        v->observed[i] = r->model.response[row];
        v->residual[i] = r->answer.residual[row];
        v->fitted[i] = v->observed[i] - v->residual[i];
    }
    return true;
}

static void extremes(const double *values, size_t n, double *low, double *high)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        *low = fmin(*low, values[i]);
        *high = fmax(*high, values[i]);
    }
}

static void pad_range(double *low, double *high, double share)
{
    double span = *high - *low;
    if (!(span > 0.0)) span = *low == 0.0 ? 1.0 : 0.1 * fabs(*low);
    *low -= share * span;
    *high += share * span;
}

/* The curve is drawn as far as the data go, and no further, unless they stand in one place. */
static void make_grid(atn_regression_view *v)
{
    double low = INFINITY, high = -INFINITY;
    extremes(v->at, v->n, &low, &high);
    if (low == high) pad_range(&low, &high, 0.02);
    for (size_t i = 0; i < v->n_grid; i++) {
        const double part = (double)i / (double)(v->n_grid - 1);
        v->grid[i] = i + 1 == v->n_grid ? high : low + part * (high - low);
    }
}

/* The model's columns at the places of the curve: the grid for x, the rows drawn for the others. */
static bool make_lanes(const atn_regression_view *v, const double **columns, double **gathered)
{
    const attain_regression *r = v->r;
    for (size_t k = 0; k < r->model.n_columns; k++) {
        const double *values = r->columns[k].values;
        if (!values || v->kind == VIEW_ROWS) continue;
        if (v->kind == VIEW_COLUMN) {
            columns[k] = v->grid;
            continue;
        }
        gathered[k] = ATN_NEW_ARRAY(r->ctx, double, v->n_grid);
        if (!gathered[k]) return false;
        for (size_t i = 0; i < v->n_grid; i++) gathered[k][i] = values[i * v->stride];
        columns[k] = gathered[k];
    }
    return true;
}

/* Without bands the formula alone: its names are the parameters, then the columns. */
static attain_status curve_alone(atn_regression_view *v, const double *const *columns,
                                 attain_error *err)
{
    const attain_regression *r = v->r;
    const size_t p = r->model.n_parameters;
    const double **inputs = ATN_NEW_ARRAY(r->ctx, const double *, p + r->model.n_columns);
    double *work =
        ATN_NEW_ARRAY(r->ctx, double, atn_formula_work_size(r->model.formula, v->n_grid));
    if (inputs && work) {
        for (size_t k = 0; k < p; k++) inputs[k] = &r->answer.estimate[k];
        for (size_t k = 0; k < r->model.n_columns; k++) inputs[p + k] = columns[k];
        atn_formula_value(r->model.formula, v->n_grid, inputs, v->curve, work);
    }
    const attain_status status = inputs && work ? ATTAIN_OK : atn_fail_nomem(err);
    atn_free(r->ctx, inputs);
    atn_free(r->ctx, work);
    return status;
}

/* Bands of least squares are as wide to either side. */
static attain_status bands_of_answer(atn_regression_view *v, const double *const *columns,
                                     attain_error *err)
{
    const attain_regression *r = v->r;
    double *const curve_half = v->edges.curve_high, *const new_half = v->edges.new_high;
    const attain_status status =
        atn_regression_band(r->ctx, &r->model, &r->answer, columns, v->n_grid, r->settings.level,
                            v->curve, curve_half, new_half, err);
    for (size_t i = 0; status == ATTAIN_OK && i < v->n_grid; i++) {
        v->edges.curve_low[i] = v->curve[i] - curve_half[i];
        v->edges.new_low[i] = v->curve[i] - new_half[i];
        v->edges.curve_high[i] = v->curve[i] + curve_half[i];
        v->edges.new_high[i] = v->curve[i] + new_half[i];
    }
    return status;
}

static attain_status bands_of_draws(atn_regression_view *v, const double *const *columns,
                                    attain_error *err)
{
    const attain_regression *r = v->r;
    return atn_regression_predict(r->ctx, &r->model, r->posterior->nuts.draws,
                                  r->posterior->n_draws, columns, v->n_grid, r->settings.level,
                                  r->settings.seed, v->curve, &v->edges, err);
}

static attain_status trace(atn_regression_view *v, attain_error *err)
{
    const attain_regression *r = v->r;
    const size_t n_columns = r->model.n_columns;
    const double **columns = ATN_NEW_ARRAY(r->ctx, const double *, n_columns);
    double **gathered = ATN_NEW_ARRAY(r->ctx, double *, n_columns);
    attain_status status = ATTAIN_OK;
    if (!columns || !gathered || !make_lanes(v, columns, gathered))
        status = atn_fail_nomem(err);
    else if (r->posterior)
        status = bands_of_draws(v, columns, err);
    else if (v->bands)
        status = bands_of_answer(v, columns, err);
    else
        status = curve_alone(v, columns, err);
    for (size_t k = 0; gathered && k < n_columns; k++) atn_free(r->ctx, gathered[k]);
    atn_free(r->ctx, gathered);
    atn_free(r->ctx, columns);
    return status;
}

/* The data are shown whole; curve and bands as far as they do not press the data flat. */
static void choose_ranges(atn_regression_view *v)
{
    v->x_low = v->y_low = INFINITY;
    v->x_high = v->y_high = -INFINITY;
    extremes(v->at, v->n, &v->x_low, &v->x_high);
    extremes(v->grid, v->n_grid, &v->x_low, &v->x_high);
    extremes(v->observed, v->n, &v->y_low, &v->y_high);
    const double room = v->y_high > v->y_low ? 0.5 * (v->y_high - v->y_low) : INFINITY;
    const double least = v->y_low - room, most = v->y_high + room;
    for (size_t i = 0; i < v->n_grid; i++) {
        const bool band = v->bands && isfinite(v->edges.new_high[i] - v->edges.new_low[i]);
        if (!isfinite(v->curve[i])) continue;
        v->y_low = fmin(v->y_low, fmax(band ? v->edges.new_low[i] : v->curve[i], least));
        v->y_high = fmax(v->y_high, fmin(band ? v->edges.new_high[i] : v->curve[i], most));
    }
    v->r_low = v->r_high = 0.0;
    extremes(v->residual, v->n, &v->r_low, &v->r_high);
    if (!(v->r_high > v->r_low)) v->r_low = -1.0, v->r_high = 1.0;
    /* The band of new observations too, where an edge of it does not press the residuals flat. */
    const double limit = 2.0 * fmax(v->r_high, -v->r_low);
    for (size_t i = 0; v->bands && i < v->n_grid; i++) {
        if (!isfinite(v->edges.new_high[i] - v->edges.new_low[i])) continue;
        v->r_high = fmax(v->r_high, fmin(v->edges.new_high[i] - v->curve[i], limit));
        v->r_low = fmin(v->r_low, fmax(v->edges.new_low[i] - v->curve[i], -limit));
    }
    pad_range(&v->x_low, &v->x_high, 0.02);
    pad_range(&v->y_low, &v->y_high, 0.03);
    pad_range(&v->r_low, &v->r_high, 0.06);
}

static bool make_edges(atn_regression_view *v)
{
    attain_context *ctx = v->r->ctx;
    v->edges = (atn_regression_edges){.curve_low = ATN_NEW_ARRAY(ctx, double, v->n_grid),
                                      .curve_high = ATN_NEW_ARRAY(ctx, double, v->n_grid),
                                      .new_low = ATN_NEW_ARRAY(ctx, double, v->n_grid),
                                      .new_high = ATN_NEW_ARRAY(ctx, double, v->n_grid)};
    return v->edges.curve_low && v->edges.curve_high && v->edges.new_low && v->edges.new_high;
}

attain_status atn_regression_view_make(atn_regression_view *v, const attain_regression *r,
                                       attain_error *err)
{
    *v = (atn_regression_view){.r = r};
    v->bands = r->answer.end.outcome == ATTAIN_REGRESSION_CONVERGED && r->answer.residual_df > 0;
    choose_kind(v);
    if (!gather_rows(v)) return atn_fail_nomem(err);
    v->n_grid = v->kind == VIEW_FITTED ? v->n : GRID;
    v->grid = ATN_NEW_ARRAY(r->ctx, double, v->n_grid);
    v->curve = ATN_NEW_ARRAY(r->ctx, double, v->n_grid);
    if (!v->grid || !v->curve || (v->bands && !make_edges(v))) return atn_fail_nomem(err);
    if (v->kind == VIEW_FITTED)
        memcpy(v->grid, v->fitted, v->n * sizeof *v->grid);
    else
        make_grid(v);
    const attain_status status = trace(v, err);
    if (status == ATTAIN_OK) choose_ranges(v);
    return status;
}

void atn_regression_view_free(atn_regression_view *v)
{
    attain_context *ctx = v->r->ctx;
    const atn_regression_edges *e = &v->edges;
    double *const arrays[] = {v->at,    v->observed,  v->fitted,     v->residual, v->grid,
                              v->curve, e->curve_low, e->curve_high, e->new_low,  e->new_high};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) atn_free(ctx, arrays[i]);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double atn_residual_reach(const attain_regression *r, double share)
{
    const size_t n = r->model.n_rows;
    double *sizes = ATN_NEW_ARRAY(r->ctx, double, n);
    if (!sizes) return NAN;
    for (size_t i = 0; i < n; i++) sizes[i] = fabs(r->answer.residual[i]);
    qsort(sizes, n, sizeof *sizes, by_size);
    const double count = ceil(share * (double)n - 1e-9);
    const double reach = n == 0 ? NAN : sizes[count > 1.0 ? (size_t)count - 1 : 0];
    atn_free(r->ctx, sizes);
    return reach;
}
