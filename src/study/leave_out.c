/* Weights and moved draws for a posterior without some of its reports. */
#include "study/leave_out.h"

#include <math.h>
#include <string.h>

#include "model_internal.h"
#include "stacking.h"
#include "stats/laplace.h"
#include "stats/removal.h"

enum { BATCH = 64 };
static const char stage[] = "explain";
static const double SHARE_THAT_COUNTS = 0.05; /* of a candidate, for the worst k */

static const atn_block *block_of(const atn_evidence *e)
{
    return &e->posterior->blocks[e->block];
}

static size_t batches(size_t n)
{
    return (n + BATCH - 1) / BATCH;
}

/* ---- what the draws say ---------------------------------------------------------------------- */

/* A candidate's share of the joint draws. */
typedef struct atn_cloud {
    size_t m, n;              /* draws, dimension */
    size_t *draw;             /* m: which of the joint draws */
    size_t *place;            /* n_draws: the reverse */
    double *u;                /* m x n, on the whole line */
    atn_removal_basis *basis; /* NULL: no maps */
} atn_cloud;

typedef struct reading_job {
    const atn_evidence *e;
    double *rows; /* a worker: n_reports */
} reading_job;

static double log_prior(const atn_model *model, const double *theta)
{
    double sum = 0.0;
    for (size_t k = 0; k < atn_model_n_parameters(model); k++)
        sum += atn_prior_log_density(atn_model_prior(model, k), theta[k], NULL);
    return sum;
}

/* atn_model_log_posterior at u up to a constant, from the pointwise log likelihoods at theta, which
 * are wanted too: one pass over the reports instead of two. */
static double log_posterior(const atn_model *model, const double *u, const double *theta,
                            const double *log_likelihood)
{
    const size_t p = atn_model_n_parameters(model), n = atn_model_dimension(model);
    double sum = log_prior(model, theta), latent = 0.0;
    for (size_t k = 0; k < p; k++) {
        double dx, log_jacobian, slope;
        (void)atn_transform_forward(&model->entries[k].transform, u[k], &dx, &log_jacobian, &slope);
        sum += log_jacobian;
    }
    for (size_t k = p; k < n; k++) latent += u[k] * u[k];
    for (size_t r = 0; r < atn_model_n_reports(model); r++) sum += log_likelihood[r];
    return sum - 0.5 * latent;
}

static bool is_extreme(const atn_datum *d)
{
    return d->statistic == ATN_MAX || d->statistic == ATN_MIN;
}

/* The pointwise likelihood has left the path in the work space. */
static double locate(const atn_model *model, size_t r, const double *theta, atn_workspace *w)
{
    const atn_datum *datum = &model->data[r];
    double location, tau;
    if (is_extreme(datum)) return 0.0;
    atn_datum_location(model, datum, &datum->windows[0], theta, w, &location, &tau);
    return location;
}

static bool read_batch(void *user, size_t item, size_t worker)
{
    const reading_job *j = user;
    const atn_evidence *e = j->e;
    const atn_block *block = block_of(e);
    double *row = j->rows + worker * e->n_reports;
    for (size_t d = item * BATCH; d < (item + 1) * BATCH && d < e->n_draws; d++) {
        const atn_model *model;
        const double *theta = atn_posterior_theta(e->posterior, e->block, d, &model);
        atn_workspace *w = e->workspaces[worker * block->n_candidates + block->which[d]];
        atn_model_pointwise(model, theta, row, w);
        for (size_t r = 0; r < e->n_reports; r++) {
            e->log_likelihood[r * e->n_draws + d] = row[r];
            e->location[r * e->n_draws + d] = locate(model, r, theta, w);
        }
        e->log_prior[d] = log_prior(model, theta);
        const atn_cloud *cloud = &e->clouds[block->which[d]];
        double *u = cloud->u + cloud->place[d] * cloud->n;
        atn_model_to_line(model, theta, u);
        e->log_posterior[d] = log_posterior(model, u, theta, row);
    }
    return true;
}

static size_t draws_of(const atn_block *block, size_t c, size_t n_draws)
{
    size_t n = 0;
    for (size_t d = 0; d < n_draws; d++) n += block->which[d] == c;
    return n;
}

static attain_status open_clouds(atn_evidence *e, attain_error *err)
{
    const atn_block *block = block_of(e);
    e->clouds = ATN_NEW_ARRAY(e->ctx, atn_cloud, block->n_candidates);
    if (!e->clouds) return atn_fail_nomem(err);
    for (size_t c = 0; c < block->n_candidates; c++) {
        atn_cloud *cloud = &e->clouds[c];
        cloud->n = atn_model_dimension(block->candidates[c].model);
        cloud->m = draws_of(block, c, e->n_draws);
        cloud->draw = ATN_NEW_ARRAY(e->ctx, size_t, cloud->m);
        cloud->place = ATN_NEW_ARRAY(e->ctx, size_t, e->n_draws);
        cloud->u = ATN_NEW_ARRAY(e->ctx, double, cloud->m * cloud->n);
        if (!cloud->draw || !cloud->place || !cloud->u) return atn_fail_nomem(err);
        size_t m = 0;
        for (size_t d = 0; d < e->n_draws; d++) {
            if (block->which[d] != c) continue;
            cloud->place[d] = m;
            cloud->draw[m++] = d;
        }
    }
    return ATTAIN_OK;
}

static void close_clouds(atn_evidence *e)
{
    for (size_t c = 0; e->clouds && c < block_of(e)->n_candidates; c++) {
        atn_removal_basis_free(e->ctx, e->clouds[c].basis);
        atn_free(e->ctx, e->clouds[c].draw);
        atn_free(e->ctx, e->clouds[c].place);
        atn_free(e->ctx, e->clouds[c].u);
    }
    atn_free(e->ctx, e->clouds);
}

bool atn_block_confirmed(const attain_posterior *posterior, size_t b)
{
    const atn_block *block = &posterior->blocks[b];
    if (strcmp(posterior->method, "nuts") == 0) return true;
    for (size_t c = 0; c < block->n_candidates; c++)
        if (block->candidates[c].weight >= ATN_WEIGHT_THAT_COUNTS &&
            !block->candidates[c].resampled)
            return false;
    return true;
}

double atn_pareto_threshold(size_t n_draws)
{
    return fmin(1.0 - 1.0 / log10((double)n_draws), 0.7);
}

static attain_status open_workspaces(atn_evidence *e, attain_error *err)
{
    const atn_block *block = block_of(e);
    e->n_workers = atn_parallel_workers(e->ctx, SIZE_MAX);
    e->workspaces = ATN_NEW_ARRAY(e->ctx, atn_workspace *, e->n_workers * block->n_candidates);
    if (!e->workspaces) return atn_fail_nomem(err);
    for (size_t w = 0; w < e->n_workers; w++) {
        for (size_t c = 0; c < block->n_candidates; c++) {
            const attain_status status = atn_workspace_create(e->ctx, block->candidates[c].model,
                                                              &e->workspaces[e->n_workspaces], err);
            if (status != ATTAIN_OK) return status;
            e->n_workspaces++;
        }
    }
    return ATTAIN_OK;
}

static attain_status open_evidence(atn_evidence *e, attain_error *err)
{
    attain_context *ctx = e->ctx;
    e->log_likelihood = ATN_NEW_ARRAY(ctx, double, e->n_reports * e->n_draws);
    e->location = ATN_NEW_ARRAY(ctx, double, e->n_reports * e->n_draws);
    e->log_prior = ATN_NEW_ARRAY(ctx, double, e->n_draws);
    e->log_posterior = ATN_NEW_ARRAY(ctx, double, e->n_draws);
    if (!e->log_likelihood || !e->location || !e->log_prior || !e->log_posterior)
        return atn_fail_nomem(err);
    const attain_status status = open_workspaces(e, err);
    return status == ATTAIN_OK ? open_clouds(e, err) : status;
}

attain_status atn_evidence_create(attain_context *ctx, const attain_posterior *posterior,
                                  size_t block, atn_evidence *e, attain_error *err)
{
    *e = (atn_evidence){.ctx = ctx, .posterior = posterior, .block = block};
    e->n_draws = posterior->n_draws;
    e->n_reports = atn_model_n_reports(block_of(e)->candidates[0].model);
    e->threshold = atn_pareto_threshold(e->n_draws);
    attain_status status = open_evidence(e, err);
    reading_job j = {.e = e};
    if (status == ATTAIN_OK) {
        j.rows = ATN_NEW_ARRAY(ctx, double, e->n_workers * e->n_reports);
        status = j.rows ? atn_parallel_for(ctx, batches(e->n_draws), read_batch, &j, stage, err)
                        : atn_fail_nomem(err);
    }
    atn_free(ctx, j.rows);
    for (size_t c = 0; status == ATTAIN_OK && c < block_of(e)->n_candidates; c++) {
        atn_cloud *cloud = &e->clouds[c];
        status = atn_removal_basis_create(ctx, cloud->u, cloud->m, cloud->n, &cloud->basis, err);
    }
    if (status != ATTAIN_OK) atn_evidence_free(e);
    return status;
}

void atn_evidence_free(atn_evidence *e)
{
    for (size_t w = 0; w < e->n_workspaces; w++) atn_workspace_free(e->ctx, e->workspaces[w]);
    close_clouds(e);
    atn_free(e->ctx, e->workspaces);
    atn_free(e->ctx, e->log_likelihood);
    atn_free(e->ctx, e->location);
    atn_free(e->ctx, e->log_prior);
    atn_free(e->ctx, e->log_posterior);
    *e = (atn_evidence){0};
}

/* ---- weights --------------------------------------------------------------------------------- */

/* A figure that every draw foretells alike changes nothing. */
static bool all_alike(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!(fabs(x[i] - x[0]) <= 1e-12)) return false;
    return isfinite(x[0]);
}

/* As below, for the n joint draws of a block. */
static attain_status smooth(const atn_evidence *e, const atn_block *block, size_t n,
                            const double *weight, double *log_ratio, double *k, attain_error *err)
{
    double *own = ATN_NEW_ARRAY(e->ctx, double, 3 * n);
    if (!own) return atn_fail_nomem(err);
    double *work = own + n;
    *k = -INFINITY;
    for (size_t c = 0; c < block->n_candidates; c++) {
        size_t m = 0;
        for (size_t d = 0; d < n; d++)
            if (block->which[d] == c) own[m++] = log_ratio[d];
        if (m == 0) continue;
        const double share = weight ? weight[c] : block->candidates[c].weight;
        const double worst = all_alike(own, m) ? -INFINITY : atn_psis(own, m, 1.0, work);
        const double even = log(share / (double)m);
        const bool counts = share >= SHARE_THAT_COUNTS || block->n_candidates == 1;
        if (counts && !(worst <= *k)) *k = worst;
        m = 0;
        for (size_t d = 0; d < n; d++)
            if (block->which[d] == c)
                log_ratio[d] = isfinite(worst) || worst > 0 ? own[m++] + log(share) : even;
    }
    const double norm = atn_log_sum(log_ratio, n); /* a candidate may have no draw at all */
    for (size_t d = 0; d < n; d++) log_ratio[d] -= norm;
    atn_free(e->ctx, own);
    return ATTAIN_OK;
}

attain_status atn_evidence_smooth(const atn_evidence *e, const double *weight, double *log_ratio,
                                  double *k, attain_error *err)
{
    return smooth(e, block_of(e), e->n_draws, weight, log_ratio, k, err);
}

static attain_status smooth_without(const atn_evidence *e, const atn_block *block, size_t n,
                                    const bool *without, double *log_ratio, double *k,
                                    attain_error *err)
{
    double *weight = ATN_NEW_ARRAY(e->ctx, double, block->n_candidates);
    if (!weight) return atn_fail_nomem(err);
    weight[0] = 1.0;
    attain_status status = ATTAIN_OK;
    if (block->n_candidates > 1) status = atn_stack_without(e->ctx, block, without, weight, err);
    if (status == ATTAIN_OK) status = smooth(e, block, n, weight, log_ratio, k, err);
    atn_free(e->ctx, weight);
    return status;
}

attain_status atn_leave_out_weigh(const atn_evidence *e, const bool *without, double *log_weight,
                                  double *k, attain_error *err)
{
    memset(log_weight, 0, e->n_draws * sizeof *log_weight);
    for (size_t r = 0; r < e->n_reports; r++)
        for (size_t d = 0; without[r] && d < e->n_draws; d++)
            log_weight[d] -= e->log_likelihood[r * e->n_draws + d];
    return smooth_without(e, block_of(e), e->n_draws, without, log_weight, k, err);
}

/* ---- moved draws ----------------------------------------------------------------------------- */

typedef struct move_job {
    const atn_evidence *e;
    const bool *without;
    size_t candidate, n, m; /* dimension; draws to be moved */
    size_t *draw, *to;      /* m: places among the evidence's and the moved joint draws */
    const atn_removal *removal;
    double *theta;     /* m x n: the moved candidate's */
    double *log_ratio; /* 2 n_moved: of the joint draws as they are, then moved */
    size_t n_moved;
    double *rows;    /* a worker: row_size */
    size_t row_size; /* 3 n_reports + 2 n */
} move_job;

/* log p without the flagged reports at u (theta its natural values, found here); -INFINITY outside
 * the domain.  *with: log p of all. */
static double without_reports(const move_job *j, const double *u, double *theta, double *row,
                              atn_workspace *w, double *with)
{
    const atn_model *model = block_of(j->e)->candidates[j->candidate].model;
    atn_model_to_natural(model, u, theta);
    atn_model_pointwise(model, theta, row, w);
    double sum = *with = log_posterior(model, u, theta, row);
    if (!(sum > -INFINITY && sum < INFINITY)) return *with = -INFINITY;
    for (size_t r = 0; r < j->e->n_reports; r++)
        if (j->without[r]) sum -= row[r];
    return sum < INFINITY ? sum : -INFINITY;
}

/* log of p' / (p / 2 + q / 2) with q the density of moved draws. */
static double mixture_ratio(double without, double p, double q)
{
    return without > -INFINITY ? without - atn_log_add(p, q) + log(2.0) : -INFINITY;
}

static bool move_batch(void *user, size_t item, size_t worker)
{
    const move_job *j = user;
    const atn_evidence *e = j->e;
    const atn_block *block = block_of(e);
    const atn_cloud *cloud = &e->clouds[j->candidate];
    const atn_model *model = block->candidates[j->candidate].model;
    double *row = j->rows + worker * j->row_size, *u = row + e->n_reports;
    double *natural = u + j->n, *work = natural + j->n;
    atn_workspace *w = e->workspaces[worker * block->n_candidates + j->candidate];
    const double log_det = atn_removal_log_det(j->removal);
    for (size_t i = item * BATCH; i < (item + 1) * BATCH && i < j->m; i++) {
        double *theta = j->theta + i * j->n, *ratio = &j->log_ratio[j->n_moved + j->to[i]];
        double p, origin;
        const double *from = cloud->u + cloud->place[j->draw[i]] * j->n;
        const double own = e->log_posterior[j->draw[i]];
        atn_removal_apply(j->removal, from, u, work);
        double without = without_reports(j, u, theta, row, w, &p);
        *ratio = mixture_ratio(without, p, own - log_det);
        if (!(*ratio > -INFINITY)) atn_model_to_natural(model, from, theta); /* with no weight */
        /* the draw as it is: where would the map have it from? */
        atn_removal_undo(j->removal, from, u, work);
        (void)without_reports(j, u, natural, row, w, &origin);
        without = own;
        for (size_t r = 0; r < e->n_reports; r++)
            if (j->without[r]) without -= e->log_likelihood[r * e->n_draws + j->draw[i]];
        j->log_ratio[j->to[i]] =
            mixture_ratio(without, own, origin > -INFINITY ? origin - log_det : -INFINITY);
    }
    return true;
}

/* Locations and log likelihoods of the figures without which the map is to take the draws. */
static attain_status make_map(const atn_evidence *e, const bool *without, size_t c, double wider,
                              atn_removal **removal, attain_error *err)
{
    const atn_cloud *cloud = &e->clouds[c];
    const atn_model *model = block_of(e)->candidates[c].model;
    size_t g = 0;
    for (size_t r = 0; r < e->n_reports; r++) g += without[r] && !is_extreme(&model->data[r]);
    *removal = NULL;
    if (!cloud->basis || g == 0) return ATTAIN_OK;
    double *location = ATN_NEW_ARRAY(e->ctx, double, 2 * cloud->m * g);
    if (!location) return atn_fail_nomem(err);
    double *log_likelihood = location + cloud->m * g;
    for (size_t r = 0, k = 0; r < e->n_reports; r++) {
        if (!without[r] || is_extreme(&model->data[r])) continue;
        for (size_t i = 0; i < cloud->m; i++) {
            location[i * g + k] = e->location[r * e->n_draws + cloud->draw[i]];
            log_likelihood[i * g + k] = e->log_likelihood[r * e->n_draws + cloud->draw[i]];
        }
        k++;
    }
    const attain_status status =
        atn_removal_create(e->ctx, cloud->basis, location, log_likelihood, g, wider, removal, err);
    atn_free(e->ctx, location);
    return status;
}

/* The moved joint draws that are this candidate's. */
static attain_status open_move(move_job *j, size_t stride, size_t n_moved, atn_block *moved,
                               attain_error *err)
{
    attain_context *ctx = j->e->ctx;
    j->n = j->e->clouds[j->candidate].n;
    j->draw = ATN_NEW_ARRAY(ctx, size_t, n_moved);
    j->to = ATN_NEW_ARRAY(ctx, size_t, n_moved);
    j->row_size = 3 * j->e->n_reports + 2 * j->n;
    j->rows = ATN_NEW_ARRAY(ctx, double, j->e->n_workers * j->row_size);
    if (!j->draw || !j->to || !j->rows) return atn_fail_nomem(err);
    for (size_t d = 0; d < n_moved; d++) {
        if (moved->which[d] != j->candidate) continue;
        moved->row[d] = (uint32_t)j->m;
        j->draw[j->m] = d * stride;
        j->to[j->m++] = d;
    }
    return ATTAIN_OK;
}

/* One candidate's draws moved; *any false where no map is to be had. */
static attain_status move_candidate(move_job *j, double wider, size_t stride, size_t n_moved,
                                    atn_block *moved, bool *any, attain_error *err)
{
    const atn_evidence *e = j->e;
    atn_removal *removal = NULL;
    attain_status status = open_move(j, stride, n_moved, moved, err);
    if (status == ATTAIN_OK && j->m > 0)
        status = make_map(e, j->without, j->candidate, wider, &removal, err);
    *any = removal || j->m == 0;
    if (status == ATTAIN_OK && removal) {
        j->removal = removal;
        j->theta = moved->candidates[j->candidate].theta =
            ATN_NEW_ARRAY(e->ctx, double, j->m * j->n);
        status = j->theta ? atn_parallel_for(e->ctx, batches(j->m), move_batch, j, stage, err)
                          : atn_fail_nomem(err);
    }
    atn_removal_free(e->ctx, removal);
    atn_free(e->ctx, j->draw);
    atn_free(e->ctx, j->to);
    atn_free(e->ctx, j->rows);
    return status;
}

static attain_status thin_block(const atn_evidence *e, size_t stride, size_t n_moved,
                                atn_block *copy, attain_error *err)
{
    const atn_block *block = block_of(e);
    *copy = *block;
    copy->candidates = ATN_NEW_ARRAY(e->ctx, atn_candidate, block->n_candidates);
    copy->which = ATN_NEW_ARRAY(e->ctx, uint32_t, n_moved);
    copy->row = ATN_NEW_ARRAY(e->ctx, uint32_t, n_moved);
    if (!copy->candidates || !copy->which || !copy->row) return atn_fail_nomem(err);
    memcpy(copy->candidates, block->candidates, block->n_candidates * sizeof *copy->candidates);
    for (size_t d = 0; d < n_moved; d++) copy->which[d] = block->which[d * stride];
    return ATTAIN_OK;
}

/* Both halves of a candidate's proposals are one sample. */
static attain_status smooth_both(const atn_evidence *e, const atn_block *moved, size_t n_moved,
                                 const bool *without, double *log_weight, double *k,
                                 attain_error *err)
{
    atn_block both = *moved;
    both.which = ATN_NEW_ARRAY(e->ctx, uint32_t, 2 * n_moved);
    if (!both.which) return atn_fail_nomem(err);
    memcpy(both.which, moved->which, n_moved * sizeof *both.which);
    memcpy(both.which + n_moved, moved->which, n_moved * sizeof *both.which);
    const attain_status status = smooth_without(e, &both, 2 * n_moved, without, log_weight, k, err);
    atn_free(e->ctx, both.which);
    return status;
}

static attain_status move(const atn_evidence *e, const bool *without, double wider, size_t stride,
                          size_t n_moved, atn_block *moved, double *log_weight, double *k,
                          attain_error *err)
{
    *k = NAN;
    attain_status status = thin_block(e, stride, n_moved, moved, err);
    bool any = true;
    for (size_t c = 0; c < block_of(e)->n_candidates && status == ATTAIN_OK && any; c++) {
        move_job j = {.e = e,
                      .without = without,
                      .candidate = c,
                      .log_ratio = log_weight,
                      .n_moved = n_moved};
        status = move_candidate(&j, wider, stride, n_moved, moved, &any, err);
    }
    if (status == ATTAIN_OK && any)
        status = smooth_both(e, moved, n_moved, without, log_weight, k, err);
    if (status == ATTAIN_OK && !isnan(*k)) return ATTAIN_OK;
    atn_block_free(e->ctx, e->posterior, e->block, moved);
    return status;
}

/* The map as it is, then one a quarter wider: which of them does better depends on the tails. */
attain_status atn_leave_out_move(const atn_evidence *e, const bool *without, size_t stride,
                                 size_t n_moved, atn_block *moved, double *log_weight, double *k,
                                 attain_error *err)
{
    attain_status status = move(e, without, 1.0, stride, n_moved, moved, log_weight, k, err);
    if (status != ATTAIN_OK || isnan(*k) || *k <= atn_pareto_threshold(2 * n_moved)) return status;
    atn_block other = {0};
    double other_k, *other_weight = ATN_NEW_ARRAY(e->ctx, double, 2 * n_moved);
    status = other_weight
                 ? move(e, without, 1.25, stride, n_moved, &other, other_weight, &other_k, err)
                 : atn_fail_nomem(err);
    if (status == ATTAIN_OK && other_k < *k) {
        atn_block_free(e->ctx, e->posterior, e->block, moved);
        *moved = other;
        *k = other_k;
        memcpy(log_weight, other_weight, 2 * n_moved * sizeof *log_weight);
    } else {
        atn_block_free(e->ctx, e->posterior, e->block, &other);
        if (status != ATTAIN_OK) atn_block_free(e->ctx, e->posterior, e->block, moved);
    }
    atn_free(e->ctx, other_weight);
    return status;
}

void atn_block_free(attain_context *ctx, const attain_posterior *posterior, size_t block,
                    atn_block *own)
{
    const atn_block *shared = &posterior->blocks[block];
    for (size_t c = 0; own->candidates && c < own->n_candidates; c++) {
        atn_candidate *candidate = &own->candidates[c];
        const atn_candidate *other =
            c < shared->n_candidates ? &shared->candidates[c] : &(atn_candidate){0};
        if (candidate->theta != other->theta) atn_free(ctx, candidate->theta);
        if (candidate->trend != other->trend) atn_free(ctx, candidate->trend);
        if (candidate->loo != other->loo) atn_free(ctx, candidate->loo);
        if (candidate->divergent != other->divergent) atn_free(ctx, candidate->divergent);
        if (candidate->model != other->model) atn_model_free(ctx, candidate->model);
    }
    atn_free(ctx, own->candidates);
    atn_free(ctx, own->which);
    atn_free(ctx, own->row);
    *own = (atn_block){0};
}
