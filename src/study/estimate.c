/* Posterior draws of one model: the posterior's modes from several starts, the Laplace
 * approximation about the best, nested over latent values, and Pareto-smoothed importance
 * resampling; or the sampler started from all that (METHODS section 5). */
#include "estimate.h"

#include <math.h>
#include <string.h>

#include "estimate_internal.h"
#include "stats/nested.h"

enum {
    PRECONDITION_DRAWS = 1000,
    MOST_NESTED = 150 /* latent values beyond which integrating them out costs more than sampling */
};

static double target_density(void *user, const double *u, double *gradient, size_t worker)
{
    const atn_estimation *e = user;
    return atn_model_log_posterior(e->model, u, gradient, e->workspaces[worker]);
}

static void close_estimation(atn_estimation *e)
{
    for (size_t k = 0; e->workspaces && k < e->n_workspaces; k++)
        atn_workspace_free(e->ctx, e->workspaces[k]);
    atn_free(e->ctx, e->workspaces);
}

static attain_status open_estimation(atn_estimation *e, attain_error *err)
{
    e->n_workspaces = atn_parallel_workers(e->ctx, SIZE_MAX);
    e->workspaces = ATN_NEW_ARRAY(e->ctx, atn_workspace *, e->n_workspaces);
    if (!e->workspaces) return atn_fail_nomem(err);
    for (size_t k = 0; k < e->n_workspaces; k++) {
        const attain_status status = atn_workspace_create(e->ctx, e->model, &e->workspaces[k], err);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}

/* Draws on the whole line become draws on the natural scale, in the candidate's keeping. */
static attain_status keep_draws(const atn_estimation *e, const atn_laplace *laplace,
                                atn_candidate *c, attain_error *err)
{
    const size_t n = laplace->n;
    c->theta = ATN_NEW_ARRAY(e->ctx, double, e->n_draws *n);
    if (!c->theta) return atn_fail_nomem(err);
    for (size_t d = 0; d < e->n_draws; d++)
        atn_model_to_natural(e->model, laplace->draws + d * n, c->theta + d * n);
    c->pareto_k = laplace->pareto_k;
    c->k_threshold = laplace->k_threshold;
    c->ess = laplace->ess;
    c->resampled = laplace->resampled;
    c->evaluations += laplace->evaluations;
    return ATTAIN_OK;
}

static attain_status draw_nested(atn_estimation *e, const atn_target *target, atn_mode *mode,
                                 size_t n_draws, atn_laplace *laplace, attain_error *err)
{
    const size_t n_parameters = atn_model_n_parameters(e->model);
    atn_transport *map = NULL;
    atn_mode marginal = {0};
    const attain_status status =
        atn_transport_create(e->ctx, target, n_parameters, mode->u, &map, &marginal, err);
    if (status != ATTAIN_OK) return status;
    const attain_status drawn =
        atn_nested_draw(e->ctx, target, map, n_parameters, e->seed, e->chain, n_draws + n_draws / 4,
                        n_draws, laplace, err);
    atn_transport_free(e->ctx, map);
    marginal.evaluations += mode->evaluations;
    atn_mode_free(e->ctx, mode);
    *mode = marginal;
    return drawn;
}

/* Draws about the best mode: nested where there are latent values (the joint mode misleads there,
 * stats/transport.h), plain Laplace otherwise and where the marginal's surface cannot be followed.
 */
static attain_status draw_about(atn_estimation *e, const atn_target *target, atn_mode *mode,
                                size_t n_draws, atn_laplace *laplace, attain_error *err)
{
    if (atn_model_n_parameters(e->model) < target->n) {
        const attain_status status = draw_nested(e, target, mode, n_draws, laplace, err);
        if (status != ATTAIN_ERR_NUMERIC || !mode->hessian) return status;
        atn_error_clear(err);
    }
    attain_error own = {0};
    const attain_status status =
        atn_laplace_draw(e->ctx, target, mode, e->seed, e->chain, ATN_PROPOSALS_PER_DRAW * n_draws,
                         n_draws, laplace, &own);
    if (status == ATTAIN_ERR_NUMERIC)
        return atn_fail(
            err, status,
            "series '%s': %s; a prior, or a trend that may not fall to 0 under its link, "
            "may cut it off there",
            e->series, own.message);
    if (status != ATTAIN_OK && err) *err = own;
    return status;
}

attain_status atn_estimate(atn_estimation *e, atn_candidate *c, attain_error *err)
{
    const atn_target target = {atn_model_dimension(e->model), target_density, e};
    const bool sampled = e->sampler.chains > 0;
    atn_modes modes = {0};
    atn_laplace laplace = {0};
    attain_status status = open_estimation(e, err);
    const size_t n_latent = target.n - atn_model_n_parameters(e->model);
    if (status == ATTAIN_OK && sampled && n_latent > MOST_NESTED) {
        c->gradient_norm = NAN; /* no joint mode is sought */
        c->outcome = ATN_STEP_LIMIT;
        c->k_threshold = NAN;
        c->n_modes = 1;
        status = atn_approach(e, c, &laplace, err);
    } else if (status == ATTAIN_OK) {
        status = atn_modes_find(e, &target, c, &modes, err);
        atn_mode *best = &modes.mode[0];
        if (status == ATTAIN_OK)
            status = draw_about(e, &target, best, sampled ? PRECONDITION_DRAWS : e->n_draws,
                                &laplace, err);
        c->mode_log_density = best->log_density;
        c->gradient_norm = best->gradient_norm;
        c->outcome = best->outcome;
        c->evaluations += best->evaluations;
        c->k_threshold = laplace.k_threshold;
    }
    if (status == ATTAIN_OK)
        status =
            sampled ? atn_sample(e, &laplace, &modes, c, err) : keep_draws(e, &laplace, c, err);
    atn_laplace_free(e->ctx, &laplace);
    atn_modes_free(e->ctx, &modes);
    close_estimation(e);
    return status;
}
