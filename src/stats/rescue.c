/* Rescue: where one local search ends in doubt, others start around the first start and around what
 * was found, at scales further and further away; of many places the most promising are searched. */
#include "rescue.h"

#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "descent.h"

enum { TIERS = 6, MOST_PLACES = 96, SEARCHES = 8, SAMPLE_ROWS = 4096 };

/* What the places of each tier are: a factor exp(spread z) on each parameter, its sign turned with
 * some probability; `near`, spread z times the parameter's size, or times the step that changes the
 * fit by its own size if that is less (a year is not known to a tenth of itself); in the last tier
 * any size between those of the data and their inverses. */
static const struct {
    double spread, turned;
    bool near;
} tiers[TIERS] = {{0.7, 0.0, false}, {0.3, 0.0, true},  {1.0, 0.0, true},
                  {2.0, 0.1, false}, {5.0, 0.2, false}, {0.0, 0.3, false}};

typedef struct rescue {
    attain_context *ctx;
    atn_descent *descent;
    const atn_regression_model *model;
    const double *starts;
    size_t n_starts, p;
    double least, largest; /* sizes that the columns and the first start suggest */
    double *places;        /* MOST_PLACES x p */
    double loss[MOST_PLACES];
    double *found, *probe;      /* p each */
    double *reach;              /* p: step at the first start that changes the fit by its size */
    size_t n_searched, n_agree; /* searches that reached the best end */
    atn_regression_answer *best;
} rescue;

static bool linear_or_held(const rescue *r, size_t k)
{
    const atn_regression_model *model = r->model;
    return r->descent->linear[k] ||
           (model->lower && model->upper && model->lower[k] >= model->upper[k]);
}

static size_t count_searched(const rescue *r)
{
    size_t n = 0;
    for (size_t k = 0; k < r->p; k++) n += !linear_or_held(r, k);
    return n;
}

/* Magnitudes from the columns in use, their inverses and the start: a rate is some 1 / x, a place
 * some x. */
static void find_sizes(rescue *r)
{
    const atn_regression_model *model = r->model;
    double low = 1.0, high = 1.0;
    for (size_t k = 0; k < r->p + model->n_columns; k++) {
        double x = k < r->p ? fabs(r->starts[k]) : 0.0;
        if (k >= r->p && model->columns[k - r->p])
            for (size_t i = 0; i < model->n_rows; i++)
                x = fmax(x, fabs(model->columns[k - r->p][i]));
        if (!(x > 0.0) || (k < r->p && linear_or_held(r, k))) continue;
        low = fmin(low, k < r->p ? x : fmin(x, 1.0 / x));
        high = fmax(high, k < r->p ? x : fmax(x, 1.0 / x));
    }
    r->least = 0.1 * low;
    r->largest = 10.0 * high;
}

static void find_reach(rescue *r)
{
    atn_descent *d = r->descent;
    for (size_t k = 0; k < r->p; k++) r->reach[k] = INFINITY;
    atn_descent_begin(d, r->model, r->starts);
    d->scale = 1.0;
    if (!atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->here)) return;
    for (size_t j = 0; j < d->m; j++)
        r->reach[d->free[j]] = sqrt(d->square) / (double)atn_descent_column(d, j);
}

static double inside(const atn_regression_model *model, size_t k, double b)
{
    if (model->lower && b < model->lower[k]) b = model->lower[k];
    if (model->upper && b > model->upper[k]) b = model->upper[k];
    return b;
}

static void invent(const rescue *r, size_t tier, size_t number, double *place)
{
    const double *base = number % 2 ? r->best->estimate : r->starts;
    atn_stream stream;
    atn_stream_init(&stream, 0, ATN_PURPOSE_START, tier, number);
    for (size_t k = 0; k < r->p; k++) {
        const double z = atn_stream_normal(&stream), u = atn_stream_uniform(&stream);
        double size = fabs(isfinite(base[k]) ? base[k] : r->starts[k]);
        place[k] = r->starts[k];
        if (linear_or_held(r, k)) continue;
        const double sign = (base[k] < 0.0) != (u < tiers[tier].turned) ? -1.0 : 1.0;
        if (size == 0.0) size = sqrt(r->least * r->largest);
        if (tiers[tier].near) {
            place[k] = base[k] + tiers[tier].spread * z * fmin(size, r->reach[k]);
            place[k] = inside(r->model, k, place[k]);
            continue;
        }
        if (tiers[tier].spread > 0.0)
            size *= exp(tiers[tier].spread * z);
        else
            size = r->least * pow(r->largest / r->least, atn_stream_uniform(&stream));
        place[k] = inside(r->model, k, sign * size);
    }
}

/* Loss at a place, the linear parameters at their estimate there. */
static double screen(rescue *r, double *place)
{
    atn_descent *d = r->descent;
    atn_descent_begin(d, r->model, place);
    const double scale = r->best->end.scale;
    d->scale = scale > 0.0 && isfinite(scale) ? scale : 1.0;
    if (!atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->here)) return INFINITY;
    if (!atn_descent_eliminate(d)) return d->here.loss;
    const double fall = atn_descent_foretold(d, d->step);
    memcpy(place, d->trial.b, r->p * sizeof *place);
    return fall < d->here.loss ? d->here.loss - fall : 0.0;
}

/* Losses that rounding of the rows could have swapped count as equal. */
static bool lower(const rescue *r, double a, double b)
{
    return sqrt(b) - sqrt(a) > 1e-7 * sqrt(b) + sqrt(r->descent->noise);
}

/* Ends in order of trust, then of loss; the one already there stays if there is no difference.  An
 * irregular minimum, which may only have bent to a single row, must be far lower. */
static bool better(const rescue *r, const atn_descent_end *a, const atn_descent_end *b)
{
    const bool good = a->outcome == ATTAIN_REGRESSION_CONVERGED;
    const bool was_good = b->outcome == ATTAIN_REGRESSION_CONVERGED;
    if (good != was_good) return good;
    if (a->irregular && !b->irregular) return lower(r, 4.0 * a->objective, b->objective);
    if (b->irregular && !a->irregular) return !lower(r, 4.0 * b->objective, a->objective);
    return lower(r, a->objective, b->objective);
}

static void search_from(rescue *r, const double *place)
{
    atn_descent_end end;
    atn_descent_end *best = &r->best->end;
    const size_t evaluations = best->evaluations;
    atn_descent_run(r->descent, r->model, place, r->found, &end);
    r->n_searched++;
    best->evaluations = end.evaluations += evaluations;
    if (better(r, &end, best)) {
        r->n_agree = 0;
        *best = end;
        memcpy(r->best->estimate, r->found, r->p * sizeof *r->found);
    }
    if (end.outcome == best->outcome && !lower(r, best->objective, end.objective)) r->n_agree++;
}

/* By turns the most promising place and the next one as drawn: the best few by loss often share a
 * basin.  n: none is left. */
static size_t next_place(const rescue *r, size_t n, size_t turn)
{
    size_t best = n;
    for (size_t j = 0; j < n; j++) {
        if (!isfinite(r->loss[j])) continue;
        if (turn % 2) return j;
        if (best == n || r->loss[j] < r->loss[best]) best = j;
    }
    return best;
}

static attain_status search_tier(rescue *r, size_t n, attain_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0 && atn_poll(r->ctx, "fit", 0.5, err)) return ATTAIN_ERR_INTERRUPTED;
        r->loss[i] = screen(r, r->places + i * r->p);
        r->best->end.evaluations++;
    }
    for (size_t i = 0; i < SEARCHES && i < n; i++) {
        const size_t at = next_place(r, n, i);
        if (at == n) return ATTAIN_OK;
        r->loss[at] = INFINITY;
        search_from(r, r->places + at * r->p);
        if (atn_poll(r->ctx, "fit", 0.5, err)) return ATTAIN_ERR_INTERRUPTED;
    }
    return ATTAIN_OK;
}

/* Enough: a regular minimum without a pattern left in its residuals, that several searches reached;
 * many, if something else made the first one doubtful. */
static bool settled(const rescue *r)
{
    const atn_descent_end *end = &r->best->end;
    const size_t enough = end->doubtful ? 10 : 3;
    return end->outcome == ATTAIN_REGRESSION_CONVERGED && !end->irregular && !end->patterned &&
           r->n_agree >= enough;
}

static attain_status search_wider(rescue *r, attain_error *err)
{
    const size_t q = count_searched(r);
    size_t n = 16 + 16 * q;
    if (q == 0) return ATTAIN_OK;
    if (n > MOST_PLACES) n = MOST_PLACES;
    find_sizes(r);
    find_reach(r);
    for (size_t first = 1; first < r->n_starts; first += MOST_PLACES) {
        const size_t rest = r->n_starts - first, some = rest < MOST_PLACES ? rest : MOST_PLACES;
        memcpy(r->places, r->starts + first * r->p, some * r->p * sizeof *r->places);
        if (search_tier(r, some, err)) return ATTAIN_ERR_INTERRUPTED;
    }
    for (size_t tier = 0; tier < TIERS; tier++) {
        if (settled(r) && tier > 0) return ATTAIN_OK;
        for (size_t i = 0; i < n; i++) invent(r, tier, i, r->places + i * r->p);
        if (search_tier(r, n, err)) return ATTAIN_ERR_INTERRUPTED;
    }
    return ATTAIN_OK;
}

/* ---- Many rows ---- */

typedef struct sample {
    atn_regression_model model;
    double *numbers; /* columns in use, response, weights */
    const double **columns;
} sample;

static const double *thin(const double *from, size_t n, double **to)
{
    double *const start = *to;
    if (!from) return NULL;
    for (size_t i = 0; i < SAMPLE_ROWS; i++) start[i] = from[i * n / SAMPLE_ROWS];
    *to += SAMPLE_ROWS;
    return start;
}

/* Every so-many-th row: enough to tell basins apart. */
static bool take_sample(attain_context *ctx, const atn_regression_model *model, sample *s)
{
    const size_t n = model->n_rows;
    s->numbers = ATN_NEW_ARRAY(ctx, double, (model->n_columns + 2) * SAMPLE_ROWS);
    s->columns = ATN_NEW_ARRAY(ctx, const double *, model->n_columns);
    if (!s->numbers || !s->columns) return false;
    double *next = s->numbers;
    s->model = *model;
    s->model.n_rows = SAMPLE_ROWS;
    s->model.columns = s->columns;
    s->model.response = thin(model->response, n, &next);
    s->model.weights = thin(model->weights, n, &next);
    for (size_t k = 0; k < model->n_columns; k++) s->columns[k] = thin(model->columns[k], n, &next);
    return true;
}

/* The wider search over a sample of the rows, then one over all of them from what it found. */
static attain_status search_sample(rescue *r, attain_error *err)
{
    const atn_regression_model *const model = r->model;
    atn_regression_answer *const best = r->best;
    atn_regression_answer on_sample = {.estimate = r->probe};
    sample s = {.numbers = NULL};
    attain_status status = take_sample(r->ctx, model, &s) ? ATTAIN_OK : atn_fail_nomem(err);
    if (!status) {
        r->model = &s.model;
        r->best = &on_sample;
        atn_descent_run(r->descent, r->model, best->estimate, r->probe, &on_sample.end);
        status = search_wider(r, err);
        r->model = model;
        r->best = best;
        if (!status) search_from(r, r->probe);
    }
    atn_free(r->ctx, s.numbers);
    atn_free(r->ctx, s.columns);
    return status;
}

/* ---- Equal terms ---- */

/* Takes `place` for the estimate if nothing but names tells them apart. */
static bool take_if_equal(rescue *r, double *place)
{
    atn_descent_end end;
    if (!isfinite(screen(r, place))) return false;
    atn_descent_begin(r->descent, r->model, place); /* the screen's difference of losses cancels */
    if (!atn_descent_evaluate(r->descent, ATN_DEPTH_VALUE, &r->descent->here)) return false;
    const double here = r->descent->here.loss, scale = r->descent->scale;
    const double loss = r->best->end.loss + scale * scale * r->descent->peaks;
    if (lower(r, loss, here) || lower(r, here, loss)) return false;
    atn_descent_run(r->descent, r->model, place, place, &end);
    r->best->end.evaluations += 2 + end.evaluations;
    if (end.outcome != r->best->end.outcome || lower(r, r->best->end.objective, end.objective))
        return false;
    end.evaluations = r->best->end.evaluations;
    r->best->end = end;
    memcpy(r->best->estimate, place, r->p * sizeof *place);
    return true;
}

static bool mirror(rescue *r, double *place, size_t i)
{
    const double *b = r->best->estimate;
    if (linear_or_held(r, i) || !(b[i] * r->starts[i] < 0.0)) return false;
    memcpy(place, b, r->p * sizeof *place);
    place[i] = inside(r->model, i, -b[i]);
    return place[i] == -b[i] && take_if_equal(r, place);
}

static bool exchange(rescue *r, double *place, size_t i, size_t j, size_t length)
{
    const double *b = r->best->estimate;
    if (!((r->starts[i] - r->starts[j]) * (b[i] - b[j]) < 0.0)) return false;
    memcpy(place, b, r->p * sizeof *place);
    for (size_t l = 0; l < length; l++) {
        if (j + l >= r->p || linear_or_held(r, i + l) || linear_or_held(r, j + l)) return false;
        place[i + l] = inside(r->model, i + l, b[j + l]);
        place[j + l] = inside(r->model, j + l, b[i + l]);
        if (place[i + l] != b[j + l] || place[j + l] != b[i + l]) return false;
    }
    return take_if_equal(r, place);
}

/* A sum of like terms is the same in any order, and a squared width in either sign: among such
 * equal answers the one in the order and with the signs of the first start is given. */
static void follow_start(rescue *r, double *place)
{
    if (r->best->end.outcome != ATTAIN_REGRESSION_CONVERGED) return;
    for (size_t i = 0; i < r->p; i++) mirror(r, place, i);
    for (size_t i = 0; i < r->p; i++)
        for (size_t j = i + 1; j < r->p; j++)
            for (size_t length = 1; length <= 3 && length <= j - i; length++)
                if (exchange(r, place, i, j, length)) break;
}

static bool finite_at(const rescue *r, const double *start)
{
    atn_descent_begin(r->descent, r->model, start);
    r->descent->scale = 1.0;
    return atn_descent_evaluate(r->descent, ATN_DEPTH_VALUE, &r->descent->here);
}

/* Makes a start at which the rows are finite the first. */
static attain_status choose_start(rescue *r, attain_error *err)
{
    for (size_t i = 0; i < r->n_starts; i++)
        if (finite_at(r, r->starts + i * r->p)) {
            r->starts += i * r->p;
            r->n_starts -= i;
            return ATTAIN_OK;
        }
    size_t row = 0;
    finite_at(r, r->starts);
    while (row + 1 < r->model->n_rows && fabs(r->descent->residual[row]) < 1e150) row++;
    return atn_fail_at(err, ATTAIN_ERR_DOMAIN, NULL, 0, (long)row,
                       "the formula is not finite at the start");
}

attain_status atn_rescue_search(attain_context *ctx, atn_descent *descent,
                                const atn_regression_model *model, const double *starts,
                                size_t n_starts, atn_regression_answer *best, attain_error *err)
{
    rescue r = {.ctx = ctx,
                .descent = descent,
                .model = model,
                .starts = starts,
                .n_starts = n_starts,
                .p = model->n_parameters,
                .best = best};
    attain_status status = atn_poll(ctx, "fit", 0.0, err);
    if (!status) status = choose_start(&r, err);
    if (status) return status;
    atn_descent_run(descent, model, r.starts, best->estimate, &best->end);
    best->starts = 1;
    r.places = ATN_NEW_ARRAY(ctx, double, MOST_PLACES *r.p);
    r.found = ATN_NEW_ARRAY(ctx, double, r.p);
    r.probe = ATN_NEW_ARRAY(ctx, double, r.p);
    r.reach = ATN_NEW_ARRAY(ctx, double, r.p);
    if (!r.places || !r.found || !r.probe || !r.reach) {
        status = atn_fail_nomem(err);
    } else {
        const bool many = model->n_rows > 4 * SAMPLE_ROWS;
        if (best->end.doubtful || r.n_starts > 1)
            status = many ? search_sample(&r, err) : search_wider(&r, err);
        if (!status) follow_start(&r, r.found);
    }
    best->starts = 1 + r.n_searched;
    atn_free(ctx, r.places);
    atn_free(ctx, r.found);
    atn_free(ctx, r.probe);
    atn_free(ctx, r.reach);
    return status;
}
