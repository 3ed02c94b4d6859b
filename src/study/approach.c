/* Where chains begin in models with many latent values. */
#include <math.h>
#include <string.h>

#include "estimate_internal.h"
#include "study/centring.h"

enum {
    APPROACHES = 4,
    DRAWS_A_CHAIN = 25,
    ROUNDS = 3 /* coordinates at a point, then twice from draws made in the last ones */
};

/* Newton steps for what is normal given the scales, which stay as they are: the coordinates' own
 * centre, halved towards where we are until the density gains. */
static attain_status approach(const atn_estimation *e, double *u, double *trial, double *x,
                              atn_centring **centring, attain_error *err)
{
    const size_t n = atn_model_dimension(e->model);
    atn_workspace *w = e->workspaces[0];
    attain_status status = ATTAIN_OK;
    for (int k = 0; k < APPROACHES && status == ATTAIN_OK; k++) {
        atn_centring_free(e->ctx, *centring);
        status = atn_centring_create(e->ctx, e->model, u, 1, w, centring, err);
        double *work = status == ATTAIN_OK
                           ? ATN_NEW_ARRAY(e->ctx, double, atn_centring_work_size(*centring))
                           : NULL;
        if (!work) return status == ATTAIN_OK ? atn_fail_nomem(err) : status;
        const double before = atn_model_log_posterior(e->model, u, NULL, w);
        double keep = 0.0;
        for (int halvings = 0; halvings < 8; halvings++, keep = 0.5 + 0.5 * keep) {
            if (!atn_centring_apply(*centring, u, x, work, w)) break;
            atn_centring_shrink(*centring, x, keep);
            if (!atn_centring_undo(*centring, x, trial, work, w)) continue;
            atn_model_to_line(e->model, trial, trial);
            if (!(atn_model_log_posterior(e->model, trial, NULL, w) > before)) continue;
            memcpy(u, trial, n * sizeof *u);
            break;
        }
        atn_free(e->ctx, work);
    }
    return status;
}

/* The density along the parameters with every latent value at its centre: but for what the
 * coordinates miss, that of the parameters with the latent values integrated out. */
typedef struct profile {
    const atn_estimation *e;
    const atn_centring *centring;
    double *work; /* a worker: x, gradient (n each), the coordinates' own */
    size_t work_size;
} profile;

static double profile_density(void *user, const double *x_par, double *gradient, size_t worker)
{
    const profile *v = user;
    const size_t n = atn_model_dimension(v->e->model), p = atn_model_n_parameters(v->e->model);
    double *x = v->work + worker * v->work_size, *whole = x + n;
    memcpy(x, x_par, p * sizeof *x);
    memset(x + p, 0, (n - p) * sizeof *x);
    const double sum = atn_centring_density(v->centring, x, gradient ? whole : NULL, whole + n,
                                            v->e->workspaces[worker]);
    if (gradient && sum > -INFINITY) memcpy(gradient, whole, p * sizeof *gradient);
    return sum;
}

/* Draws of the parameters about their mode, latent values normal about their centre. */
static attain_status draw_profile(const atn_estimation *e, const atn_centring *centring, double *u,
                                  size_t chain, double *draws, double *density, attain_error *err)
{
    const size_t n = atn_model_dimension(e->model), p = atn_model_n_parameters(e->model);
    profile v = {e, centring, NULL, 2 * n + atn_centring_work_size(centring)};
    double *x = ATN_NEW_ARRAY(e->ctx, double, 2 * n + e->n_workspaces * v.work_size);
    if (!x) return atn_fail_nomem(err);
    double *theta = x + n;
    v.work = theta + n;
    const atn_target target = {p, profile_density, &v};
    atn_mode mode = {0};
    atn_laplace laplace = {0};
    attain_status status = ATTAIN_OK;
    if (!atn_centring_apply(centring, u, x, v.work, e->workspaces[0]))
        status = atn_fail(err, ATTAIN_ERR_NUMERIC, "no coordinates at a start");
    if (status == ATTAIN_OK) status = atn_mode_find(e->ctx, &target, x, &mode, err);
    if (status == ATTAIN_OK)
        status =
            atn_laplace_draw(e->ctx, &target, &mode, e->seed, chain,
                             ATN_PROPOSALS_PER_DRAW * DRAWS_A_CHAIN, DRAWS_A_CHAIN, &laplace, err);
    atn_stream stream;
    atn_stream_init(&stream, e->seed, ATN_PURPOSE_START, e->chain, 1 + chain);
    for (size_t d = 0; status == ATTAIN_OK && d < DRAWS_A_CHAIN; d++) {
        double *draw = draws + d * n;
        memcpy(x, laplace.draws + d * p, p * sizeof *x);
        atn_stream_normals(&stream, x + p, n - p);
        memcpy(draw, u, n * sizeof *u);
        if (!atn_centring_undo(centring, x, theta, v.work, e->workspaces[0])) continue;
        atn_model_to_line(e->model, theta, theta);
        if (atn_model_log_posterior(e->model, theta, NULL, e->workspaces[0]) > -INFINITY)
            memcpy(draw, theta, n * sizeof *draw);
    }
    if (status == ATTAIN_OK) {
        memcpy(x, mode.u, p * sizeof *x);
        memset(x + p, 0, (n - p) * sizeof *x);
        *density = mode.log_density;
        if (atn_centring_undo(centring, x, theta, v.work, e->workspaces[0]))
            atn_model_to_line(e->model, theta, u);
    }
    atn_laplace_free(e->ctx, &laplace);
    atn_mode_free(e->ctx, &mode);
    atn_free(e->ctx, x);
    return status;
}

/* In place of the nested approximation: each chain begins about a mode of its own, the
 * first from the prior medians, the others from prior draws. */
attain_status atn_approach(const atn_estimation *e, atn_candidate *c, atn_laplace *laplace,
                           attain_error *err)
{
    const size_t n = atn_model_dimension(e->model), chains = e->sampler.chains;
    double *u = ATN_NEW_ARRAY(e->ctx, double, 3 * n);
    laplace->draws = ATN_NEW_ARRAY(e->ctx, double, chains *DRAWS_A_CHAIN *n);
    laplace->n = n;
    laplace->n_draws = chains * DRAWS_A_CHAIN;
    if (!u || !laplace->draws) {
        atn_free(e->ctx, u);
        return atn_fail_nomem(err);
    }
    double *trial = u + n, *x = trial + n;
    attain_status status = ATTAIN_OK;
    atn_stream stream;
    atn_stream_init(&stream, e->seed, ATN_PURPOSE_START, e->chain, 0);
    size_t done = 0;
    for (size_t attempt = 0; status == ATTAIN_OK && attempt < ATN_START_TRIES && done < chains;
         attempt++) {
        atn_start_draw(e, attempt, &stream, trial);
        atn_model_to_line(e->model, trial, u);
        c->evaluations++;
        if (!(atn_model_log_posterior(e->model, u, NULL, e->workspaces[0]) > -INFINITY)) continue;
        double density = -INFINITY, *draws = laplace->draws + done * DRAWS_A_CHAIN * n;
        for (int round = 0; round < ROUNDS && status == ATTAIN_OK; round++) {
            atn_centring *centring = NULL;
            if (round == 0)
                status = approach(e, u, trial, x, &centring, err);
            else
                status = atn_centring_create(e->ctx, e->model, draws, DRAWS_A_CHAIN,
                                             e->workspaces[0], &centring, err);
            if (status == ATTAIN_OK)
                status = draw_profile(e, centring, u, done, draws, &density, err);
            atn_centring_free(e->ctx, centring);
        }
        done++;
        if (status == ATTAIN_OK)
            c->mode_log_density = atn_model_log_posterior(e->model, u, NULL, e->workspaces[0]);
        if (status == ATTAIN_OK) status = atn_poll(e->ctx, "fit", 0.5, err);
    }
    atn_free(e->ctx, u);
    if (status == ATTAIN_OK && done < chains) status = atn_start_failed(e, err);
    return status;
}
