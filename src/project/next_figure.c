/* What one more figure would tell, before anybody has published it (preposterior analysis: Raiffa &
 * Schlaifer 1961).  A figure is drawn as it would be stated if a draw were the truth; all draws are
 * weighted by its likelihood, and the interval of a goal's quantity is taken under these weights;
 * the mean of its width over figures so drawn is what may be hoped for. */
#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/order.h"
#include "why_internal.h"

enum { FIGURES = 100, MONTH_DAYS = 30 };
static const double LOW = 0.05, HIGH = 0.95;

/* Location and scale of a figure's quantity on the link scale, in the series' reference. */
struct atn_next_work {
    atn_inquest *q;
    size_t n;          /* draws of few */
    double *location;  /* n_series x ATN_N_NEXT x n; NaN: no such figure */
    double *scatter;   /* the same: variance that scatter adds */
    double *x, *order; /* n each: the quantity, ascending; whose */
    double *m, *tau;   /* n each: of the figure, in that order */
    double *w;         /* n */
};

static double *cell(double *table, const atn_next_work *k, size_t series, size_t kind)
{
    return table + (series * ATN_N_NEXT + kind) * k->n;
}

attain_status atn_next_open(atn_inquest *q, atn_next_work **work, attain_error *err)
{
    atn_next_work *k = *work = ATN_NEW(q->ctx, atn_next_work);
    if (!k) return atn_fail_nomem(err);
    k->q = q;
    k->n = q->few.posterior.n_draws;
    const size_t cells = q->study->n_series * ATN_N_NEXT;
    k->location = atn_alloc_array(q->ctx, cells, k->n * sizeof(double));
    k->scatter = atn_alloc_array(q->ctx, cells, k->n * sizeof(double));
    k->x = atn_alloc_array(q->ctx, 5, k->n * sizeof(double));
    if (!k->location || !k->scatter || !k->x) return atn_fail_nomem(err);
    k->order = k->x + k->n;
    k->m = k->order + k->n;
    k->tau = k->m + k->n;
    k->w = k->tau + k->n;
    for (size_t i = 0; i < cells * k->n; i++) k->location[i] = NAN;
    return ATTAIN_OK;
}

void atn_next_free(attain_context *ctx, atn_next_work *k)
{
    if (!k) return;
    atn_free(ctx, k->location);
    atn_free(ctx, k->scatter);
    atn_free(ctx, k->x);
    atn_free(ctx, k);
}

static double on_link(atn_link link, double y)
{
    if (link == ATN_LINK_LOG) return log(y);
    if (link == ATN_LINK_IDENTITY) return y;
    return log(y) - log1p(-y);
}

/* First step of the window of a kind of figure that ends with the as-of step; ATN_NONE where the
 * series has no such figure. */
static size_t first_step(const attain_study *study, const atn_series *series, size_t kind,
                         size_t last)
{
    if (kind == ATN_NEXT_VALUE) return last;
    if (series->kind != ATN_FLOW) return ATN_NONE;
    if (kind != ATN_NEXT_MONTH) return 0;
    const double steps = MONTH_DAYS / atn_step_unit_days(study->calendar.unit);
    const size_t n = steps > 1.5 ? (size_t)(steps + 0.5) : 1;
    return n > 1 && n <= last ? last + 1 - n : ATN_NONE;
}

attain_status atn_next_seen(void *user, const atn_paths *paths, attain_error *err)
{
    atn_next_work *k = user;
    const atn_inquest *q = k->q;
    const attain_study *study = q->study;
    const atn_series *series = &study->series[paths->series];
    const size_t ratio = q->few.stride / q->all.stride;
    const attain_posterior *p = &q->all.posterior;
    const size_t b = p->block_of_series[paths->series], place = p->place_in_block[paths->series];
    (void)err;
    if (study->as_of_step < 0) return ATTAIN_OK;
    const size_t last =
        (size_t)study->as_of_step < study->n_steps ? (size_t)study->as_of_step : study->n_steps - 1;
    for (size_t kind = 0; kind < ATN_N_NEXT; kind++) {
        const size_t first = first_step(study, series, kind, last);
        if (first == ATN_NONE) continue;
        double *location = cell(k->location, k, paths->series, kind);
        double *scatter = cell(k->scatter, k, paths->series, kind);
        for (size_t d = 0; d < k->n; d++) {
            const atn_model *model;
            const double *theta = atn_posterior_theta(p, b, d * ratio, &model);
            const double *y = atn_paths_chunk(paths, d * ratio / ATN_LANES) + d * ratio % ATN_LANES;
            const double omega = atn_model_step_sigma(model, theta, place);
            double sum = 0.0, squares = 0.0;
            for (size_t i = first; i <= last; i++) {
                sum += y[i * ATN_LANES];
                squares += y[i * ATN_LANES] * y[i * ATN_LANES];
            }
            scatter[d] = omega > 0 ? omega * omega * squares / (sum * sum) : 0.0;
            location[d] = on_link(series->link, sum) - 0.5 * scatter[d];
        }
    }
    return ATTAIN_OK;
}

/* Moves a figure's location into the place's definition, its draws into the order of x. */
static void arrange(atn_next_work *k, size_t series, size_t definition, size_t kind)
{
    const atn_inquest *q = k->q;
    const attain_posterior *p = &q->few.posterior;
    const size_t b = p->block_of_series[series];
    const bool factor = q->study->series[series].link == ATN_LINK_LOG;
    const bool other = definition != ATN_NONE && !q->study->definitions[definition].reference;
    for (size_t i = 0; i < k->n; i++) {
        const size_t d = (size_t)k->order[i];
        const atn_model *model;
        const double *theta = atn_posterior_theta(p, b, d, &model);
        const double shift = other ? atn_model_factor(model, theta, definition) : 0.0;
        k->m[i] = cell(k->location, k, series, kind)[d];
        if (other) k->m[i] += factor ? log(shift) : shift;
        k->tau[i] = cell(k->scatter, k, series, kind)[d];
    }
}

/* The study's default error on the link scale for a figure v there. */
static double error_at(const attain_study *study, const atn_series *series, double v)
{
    if (series->link == ATN_LINK_LOG) return study->default_error;
    if (series->link == ATN_LINK_IDENTITY) return fmax(study->default_error * fabs(v), 1e-12);
    const double share = 1.0 / (1.0 + exp(-v));
    return study->default_error / fmax(1.0 - share, 0.01);
}

/* Likelihood of the figure at v under draw i; "over": v is rounded down to two leading digits. */
static double likelihood(const atn_next_work *k, size_t i, double v, double upper, double error)
{
    const double tau = sqrt(error * error + k->tau[i]), x = (v - k->m[i]) / tau;
    if (isnan(upper)) return exp(-0.5 * x * x) / tau;
    const atn_normal_point a = atn_normal_at(x), b = atn_normal_at((upper - k->m[i]) / tau);
    return atn_normal_between(&a, &b);
}

static void round_down(double *v, double *upper)
{
    const double value = exp(*v), grain = pow(10.0, floor(log10(value)) - 1.0);
    const double stated = fmax(floor(value / grain), 1.0) * grain;
    *v = log(stated);
    *upper = log(stated + grain);
}

/* Quantile of the ascending x under the weights, by the draw that carries the level. */
static double weighted_quantile(const atn_next_work *k, double total, double level)
{
    double sum = 0.0;
    for (size_t i = 0; i < k->n; i++) {
        sum += k->w[i];
        if (sum >= level * total) return k->x[i];
    }
    return k->x[k->n - 1];
}

/* Mean width of the interval given a figure of the kind, over its width without. */
static double expected_width(atn_next_work *k, const atn_series *series, size_t kind,
                             size_t stream_key)
{
    const attain_study *study = k->q->study;
    for (size_t i = 0; i < k->n; i++) k->w[i] = 1.0;
    const double before =
        weighted_quantile(k, (double)k->n, HIGH) - weighted_quantile(k, (double)k->n, LOW);
    double sum = 0.0;
    if (!(before > 0)) return NAN;
    atn_stream stream;
    atn_stream_init(&stream, k->q->few.posterior.seed, ATN_PURPOSE_FIGURE, stream_key, kind);
    for (size_t f = 0; f < FIGURES; f++) {
        const size_t truth = (2 * f + 1) * k->n / (2 * FIGURES);
        double error = error_at(study, series, k->m[truth]), upper = NAN, total = 0.0;
        double v = k->m[truth] + sqrt(error * error + k->tau[truth]) * atn_stream_normal(&stream);
        error = error_at(study, series, v);
        if (kind == ATN_NEXT_OVER) round_down(&v, &upper);
        for (size_t i = 0; i < k->n; i++) {
            k->w[i] = i == truth ? 0.0 : likelihood(k, i, v, upper, error); /* it is not its own */
            total += k->w[i];                                               /* evidence */
        }
        if (!(total > 0)) return NAN;
        sum += weighted_quantile(k, total, HIGH) - weighted_quantile(k, total, LOW);
    }
    return sum / FIGURES / before;
}

static void sort_quantity(atn_next_work *k, size_t place)
{
    const atn_inquest *q = k->q;
    const size_t ratio = q->few.stride / q->all.stride;
    const double *best = atn_sample_best(&q->all, place);
    for (size_t d = 0; d < k->n; d++) {
        k->x[d] = best[d * ratio];
        k->order[d] = (double)d;
    }
    atn_sort_pairs(k->x, k->order, k->n);
}

attain_status atn_find_next(atn_inquest *q, atn_next_work *k, attain_error *err)
{
    for (size_t p = 0; p < q->why->n_places; p++) {
        atn_spread *spread = &q->why->spreads[p];
        const atn_why_place *place = &q->why->places[p];
        const atn_goal *goal = &q->study->goals[place->goal];
        for (size_t kind = 0; kind < ATN_N_NEXT; kind++) spread->width[kind] = NAN;
        if (!spread->told) continue;
        const size_t definition =
            q->projection->goals[place->goal].definitions[place->definition].definition;
        const atn_series *series = &q->study->series[goal->series];
        sort_quantity(k, p);
        for (size_t kind = 0; kind < ATN_N_NEXT; kind++) {
            arrange(k, goal->series, definition, kind);
            const bool rounds = kind != ATN_NEXT_OVER || series->link == ATN_LINK_LOG;
            if (rounds && isfinite(k->m[0]))
                spread->width[kind] = expected_width(k, series, kind, p);
        }
        const attain_status status =
            atn_poll(q->ctx, "explain", (double)(p + 1) / (double)q->why->n_places, err);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}
