/* The posterior's modes from several starts. */
#include <math.h>
#include <string.h>

#include "estimate_internal.h"

void atn_start_draw(const atn_estimation *e, size_t attempt, atn_stream *stream, double *theta)
{
    memset(theta, 0, atn_model_dimension(e->model) * sizeof *theta);
    for (size_t k = 0; k < atn_model_n_parameters(e->model); k++) {
        const double p = attempt == 0 ? 0.5 : 0.05 + 0.9 * atn_stream_uniform(stream);
        theta[k] = atn_prior_quantile(atn_model_prior(e->model, k), p);
    }
}

attain_status atn_start_failed(const atn_estimation *e, attain_error *err)
{
    return atn_fail(err, ATTAIN_ERR_NUMERIC,
                    "no starting point has a finite posterior density: the priors, the "
                    "reports and the trend of series '%s' leave no common ground",
                    e->series);
}

/* Two modes are one if their densities agree to what the optimiser resolves. */
static bool same_mode(const atn_mode *a, const atn_mode *b)
{
    return fabs(a->log_density - b->log_density) <= 1e-3;
}

/* Takes the mode over; of two that are one the better stays. */
static void keep(attain_context *ctx, atn_modes *modes, atn_mode *found)
{
    size_t place = 0, known = modes->n;
    for (size_t k = 0; k < modes->n && known == modes->n; k++)
        if (same_mode(&modes->mode[k], found)) known = k;
    if (known < modes->n) {
        atn_mode *other = &modes->mode[known];
        atn_mode worse = found->log_density > other->log_density ? *other : *found;
        if (found->log_density > other->log_density) *other = *found;
        atn_mode_free(ctx, &worse);
        return;
    }
    while (place < modes->n && modes->mode[place].log_density > found->log_density) place++;
    memmove(modes->mode + place + 1, modes->mode + place, (modes->n - place) * sizeof *modes->mode);
    modes->mode[place] = *found;
    modes->n++;
}

void atn_modes_free(attain_context *ctx, atn_modes *modes)
{
    for (size_t k = 0; k < modes->n; k++) atn_mode_free(ctx, &modes->mode[k]);
    modes->n = 0;
}

attain_status atn_modes_find(const atn_estimation *e, const atn_target *target, atn_candidate *c,
                             atn_modes *modes, attain_error *err)
{
    const size_t n = target->n;
    double *theta = ATN_NEW_ARRAY(e->ctx, double, 2 * n);
    if (!theta) return atn_fail_nomem(err);
    double *u = theta + n;
    atn_stream stream;
    atn_stream_init(&stream, e->seed, ATN_PURPOSE_START, e->chain, 0);
    attain_status status = ATTAIN_OK;
    size_t starts = 0;
    for (size_t attempt = 0;
         status == ATTAIN_OK && attempt < ATN_START_TRIES && starts < ATN_STARTS; attempt++) {
        atn_start_draw(e, attempt, &stream, theta);
        atn_model_to_line(e->model, theta, u);
        c->evaluations++;
        if (!(target->log_density(target->user, u, NULL, 0) > -INFINITY)) continue;
        atn_mode found = {0};
        status = atn_mode_find(e->ctx, target, u, &found, err);
        if (status == ATTAIN_ERR_NUMERIC || status == ATTAIN_ERR_DOMAIN) {
            status = ATTAIN_OK; /* another start may do better; none at all is said below */
            atn_error_clear(err);
            continue;
        }
        if (status != ATTAIN_OK) break;
        c->evaluations += found.evaluations;
        found.evaluations = 0; /* what follows at the best mode is counted there */
        keep(e->ctx, modes, &found);
        status = atn_poll(e->ctx, "fit", (double)++starts / ATN_STARTS, err);
    }
    atn_free(e->ctx, theta);
    c->n_modes = modes->n;
    if (status == ATTAIN_OK && modes->n == 0) status = atn_start_failed(e, err);
    if (status != ATTAIN_OK) atn_modes_free(e->ctx, modes);
    return status;
}
