/* The curve and new observations at given places, from draws of the posterior.  A block of places
 * is followed through all draws, then each place's values are ordered. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/regression.h"

enum { LANES = 64 };

typedef struct prediction {
    const atn_regression_model *model;
    const double *draws;
    size_t n_draws, n; /* n: numbers of a draw, sigma last */
    double low, high;  /* levels of the edges */
    double *error;     /* n_draws standard normal errors */
    double *value;     /* LANES */
    double *work;
    double *curves;        /* LANES x n_draws */
    double *fresh;         /* n_draws */
    const double **inputs; /* a name each */
} prediction;

/* Normal quantiles at equal steps, in an order of their own: with them the draws' errors are as
 * even as their number allows. */
static void draw_errors(prediction *p, uint64_t seed)
{
    atn_stream stream;
    atn_stream_init(&stream, seed, ATN_PURPOSE_PREDICT, 0, 0);
    for (size_t d = 0; d < p->n_draws; d++)
        p->error[d] = gsl_cdf_ugaussian_Pinv(((double)d + 0.5) / (double)p->n_draws);
    for (size_t d = p->n_draws - 1; d > 0; d--) { /* Fisher & Yates */
        const size_t other = (size_t)(atn_stream_uniform(&stream) * (double)(d + 1));
        const double kept = p->error[d];
        p->error[d] = p->error[other > d ? d : other];
        p->error[other > d ? d : other] = kept;
    }
}

static void follow(prediction *p, const double *const *columns, size_t first, size_t lanes)
{
    const atn_regression_model *m = p->model;
    for (size_t k = 0; k < m->n_columns; k++)
        p->inputs[m->n_parameters + k] = columns[k] ? columns[k] + first : NULL;
    for (size_t d = 0; d < p->n_draws; d++) {
        for (size_t k = 0; k < m->n_parameters; k++) p->inputs[k] = p->draws + d * p->n + k;
        atn_formula_value(m->formula, lanes, p->inputs, p->value, p->work);
        for (size_t l = 0; l < lanes; l++) p->curves[l * p->n_draws + d] = p->value[l];
    }
}

static void edges_at(prediction *p, double *curve, bool finite, const atn_regression_edges *edges,
                     size_t at)
{
    const double levels[] = {p->low, p->high};
    double ends[2] = {NAN, NAN}, fresh[2] = {NAN, NAN};
    if (finite) {
        for (size_t d = 0; d < p->n_draws; d++)
            p->fresh[d] = curve[d] + p->error[d] * p->draws[d * p->n + p->n - 1];
        atn_quantiles(curve, p->n_draws, levels, 2, ends);
        atn_quantiles(p->fresh, p->n_draws, levels, 2, fresh);
    }
    edges->curve_low[at] = ends[0];
    edges->curve_high[at] = ends[1];
    edges->new_low[at] = fresh[0];
    edges->new_high[at] = fresh[1];
}

static bool allocate(attain_context *ctx, prediction *p)
{
    const atn_formula *formula = p->model->formula;
    p->error = ATN_NEW_ARRAY(ctx, double, p->n_draws);
    p->value = ATN_NEW_ARRAY(ctx, double, LANES);
    p->work = ATN_NEW_ARRAY(ctx, double, atn_formula_work_size(formula, LANES));
    p->curves = ATN_NEW_ARRAY(ctx, double, p->n_draws *LANES);
    p->fresh = ATN_NEW_ARRAY(ctx, double, p->n_draws);
    p->inputs = ATN_NEW_ARRAY(ctx, const double *, p->model->n_parameters + p->model->n_columns);
    return p->error && p->value && p->work && p->curves && p->fresh && p->inputs;
}

attain_status atn_regression_predict(attain_context *ctx, const atn_regression_model *model,
                                     const double *draws, size_t n_draws,
                                     const double *const *columns, size_t n_lanes, double level,
                                     uint64_t seed, double *mean, const atn_regression_edges *edges,
                                     attain_error *err)
{
    prediction p = {.model = model,
                    .draws = draws,
                    .n_draws = n_draws,
                    .n = model->n_parameters + 1,
                    .low = 0.5 * (1.0 - level),
                    .high = 0.5 * (1.0 + level)};
    const bool ready = allocate(ctx, &p);
    if (ready) draw_errors(&p, seed);
    for (size_t first = 0; ready && first < n_lanes; first += LANES) {
        const size_t lanes = n_lanes - first < LANES ? n_lanes - first : LANES;
        follow(&p, columns, first, lanes);
        for (size_t l = 0; l < lanes; l++) {
            double *curve = p.curves + l * n_draws;
            const double centre = atn_mean(curve, n_draws);
            mean[first + l] = isfinite(centre) ? centre : NAN;
            if (edges) edges_at(&p, curve, isfinite(centre), edges, first + l);
        }
    }
    void *const blocks[] = {p.error, p.value, p.work, p.curves, p.fresh, (void *)p.inputs};
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) atn_free(ctx, blocks[k]);
    return ready ? ATTAIN_OK : atn_fail_nomem(err);
}
