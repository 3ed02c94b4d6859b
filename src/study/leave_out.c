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

typedef struct reading_job {
    const atn_evidence *e;
    double *rows; /* a worker: n_reports, then the widest candidate's dimension */
    size_t row_size;
} reading_job;

static double log_prior(const atn_model *model, const double *theta)
{
    double sum = 0.0;
    for (size_t k = 0; k < atn_model_n_parameters(model); k++)
        sum += atn_prior_log_density(atn_model_prior(model, k), theta[k], NULL);
    return sum;
}

static bool read_batch(void *user, size_t item, size_t worker)
{
    const reading_job *j = user;
    const atn_evidence *e = j->e;
    const atn_block *block = block_of(e);
    double *row = j->rows + worker * j->row_size, *u = row + e->n_reports;
    for (size_t d = item * BATCH; d < (item + 1) * BATCH && d < e->n_draws; d++) {
        const atn_model *model;
        const double *theta = atn_posterior_theta(e->posterior, e->block, d, &model);
        atn_workspace *w = e->workspaces[worker * block->n_candidates + block->which[d]];
        atn_model_pointwise(model, theta, row, w);
        for (size_t r = 0; r < e->n_reports; r++) e->log_likelihood[r * e->n_draws + d] = row[r];
        e->log_prior[d] = log_prior(model, theta);
        atn_model_to_line(model, theta, u);
        e->log_posterior[d] = atn_model_log_posterior(model, u, NULL, w);
    }
    return true;
}

static size_t widest(const atn_block *block)
{
    size_t most = 0;
    for (size_t c = 0; c < block->n_candidates; c++) {
        const size_t n = atn_model_dimension(block->candidates[c].model);
        if (n > most) most = n;
    }
    return most;
}

static attain_status open_workspaces(atn_evidence *e, attain_error *err)
{
    const atn_block *block = block_of(e);
    e->n_workers = atn_parallel_workers(e->ctx, SIZE_MAX);
    e->workspaces = ATN_NEW_ARRAY(e->ctx, atn_workspace *, e->n_workers * block->n_candidates);
    if (!e->workspaces) return atn_fail_nomem(err);
    for (size_t w = 0; w < e->n_workers; w++) {
        for (size_t c = 0; c < block->n_candidates; c++) {
            const attain_status status = atn_workspace_create(
                e->ctx, block->candidates[c].model, &e->workspaces[e->n_workspaces], err);
            if (status != ATTAIN_OK) return status;
            e->n_workspaces++;
        }
    }
    return ATTAIN_OK;
}

attain_status atn_evidence_create(attain_context *ctx, const attain_posterior *posterior,
                                  size_t block, atn_evidence *e, attain_error *err)
{
    *e = (atn_evidence){.ctx = ctx, .posterior = posterior, .block = block};
    e->n_draws = posterior->n_draws;
    e->n_reports = atn_model_n_reports(block_of(e)->candidates[0].model);
    e->threshold = fmin(1.0 - 1.0 / log10((double)e->n_draws), 0.7);
    e->log_likelihood = ATN_NEW_ARRAY(ctx, double, e->n_reports *e->n_draws);
    e->log_prior = ATN_NEW_ARRAY(ctx, double, e->n_draws);
    e->log_posterior = ATN_NEW_ARRAY(ctx, double, e->n_draws);
    attain_status status = e->log_likelihood && e->log_prior && e->log_posterior
                               ? open_workspaces(e, err)
                               : atn_fail_nomem(err);
    reading_job j = {.e = e, .row_size = e->n_reports + widest(block_of(e))};
    if (status == ATTAIN_OK) {
        j.rows = ATN_NEW_ARRAY(ctx, double, e->n_workers *j.row_size);
        status = j.rows ? atn_parallel_for(ctx, batches(e->n_draws), read_batch, &j, stage, err)
                        : atn_fail_nomem(err);
    }
    atn_free(ctx, j.rows);
    if (status != ATTAIN_OK) atn_evidence_free(e);
    return status;
}

void atn_evidence_free(atn_evidence *e)
{
    for (size_t w = 0; w < e->n_workspaces; w++) atn_workspace_free(e->ctx, e->workspaces[w]);
    atn_free(e->ctx, e->workspaces);
    atn_free(e->ctx, e->log_likelihood);
    atn_free(e->ctx, e->log_prior);
    atn_free(e->ctx, e->log_posterior);
    *e = (atn_evidence){0};
}

/* ---- weights --------------------------------------------------------------------------------- */

static size_t draws_of(const atn_block *block, size_t c, size_t n_draws)
{
    size_t n = 0;
    for (size_t d = 0; d < n_draws; d++) n += block->which[d] == c;
    return n;
}

/* A figure that every draw foretells alike changes nothing. */
static bool all_alike(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!(fabs(x[i] - x[0]) <= 1e-12)) return false;
    return isfinite(x[0]);
}

attain_status atn_evidence_smooth(const atn_evidence *e, const double *weight, double *log_ratio,
                                  double *k, attain_error *err)
{
    const atn_block *block = block_of(e);
    const size_t n = e->n_draws;
    double *own = ATN_NEW_ARRAY(e->ctx, double, 3 * n), *work = own + n;
    if (!own) return atn_fail_nomem(err);
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

static attain_status smooth_without(const atn_evidence *e, const bool *without, double *log_ratio,
                                    double *k, attain_error *err)
{
    const atn_block *block = block_of(e);
    double *weight = ATN_NEW_ARRAY(e->ctx, double, block->n_candidates);
    if (!weight) return atn_fail_nomem(err);
    weight[0] = 1.0;
    attain_status status = ATTAIN_OK;
    if (block->n_candidates > 1) status = atn_stack_without(e->ctx, block, without, weight, err);
    if (status == ATTAIN_OK) status = atn_evidence_smooth(e, weight, log_ratio, k, err);
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
    return smooth_without(e, without, log_weight, k, err);
}

/* ---- moved draws ----------------------------------------------------------------------------- */

typedef struct move_job {
    const atn_evidence *e;
    const bool *without;
    size_t candidate, n, m, g; /* dimension; draws of the candidate; figures with a location */
    size_t *draw, *figure;     /* m joint draws; g reports of the model */
    double *u, *location, *log_likelihood; /* m x n, m x g, m x g */
    const atn_removal *removal;
    double *theta;    /* m x n: the moved candidate's */
    double *log_ratio; /* n_draws */
    double *rows;     /* a worker: n_reports + n + 2 g */
    size_t row_size;
} move_job;

static atn_workspace *workspace_of(const move_job *j, size_t worker)
{
    return j->e->workspaces[worker * block_of(j->e)->n_candidates + j->candidate];
}

/* Positions and the locations that the figures speak of.  The pointwise likelihood leaves the path
 * in the work space. */
static bool locate_batch(void *user, size_t item, size_t worker)
{
    const move_job *j = user;
    const atn_evidence *e = j->e;
    double *row = j->rows + worker * j->row_size;
    atn_workspace *w = workspace_of(j, worker);
    for (size_t i = item * BATCH; i < (item + 1) * BATCH && i < j->m; i++) {
        const atn_model *model;
        const double *theta = atn_posterior_theta(e->posterior, e->block, j->draw[i], &model);
        atn_model_to_line(model, theta, j->u + i * j->n);
        atn_model_pointwise(model, theta, row, w);
        for (size_t k = 0; k < j->g; k++) {
            const atn_datum *datum = &model->data[j->figure[k]];
            double tau;
            atn_datum_location(model, datum, &datum->windows[0], theta, w,
                               &j->location[i * j->g + k], &tau);
            j->log_likelihood[i * j->g + k] = row[j->figure[k]];
        }
    }
    return true;
}

static bool move_batch(void *user, size_t item, size_t worker)
{
    const move_job *j = user;
    const atn_evidence *e = j->e;
    const atn_model *model = block_of(e)->candidates[j->candidate].model;
    double *row = j->rows + worker * j->row_size, *u = row + e->n_reports, *work = u + j->n;
    atn_workspace *w = workspace_of(j, worker);
    for (size_t i = item * BATCH; i < (item + 1) * BATCH && i < j->m; i++) {
        double *theta = j->theta + i * j->n, *ratio = &j->log_ratio[j->draw[i]];
        atn_removal_apply(j->removal, j->u + i * j->n, u, work);
        atn_model_to_natural(model, u, theta);
        *ratio = atn_model_log_posterior(model, u, NULL, w);
        if (*ratio > -INFINITY) {
            atn_model_pointwise(model, theta, row, w);
            for (size_t r = 0; r < e->n_reports; r++)
                if (j->without[r]) *ratio -= row[r];
            *ratio += atn_removal_log_det(j->removal) - e->log_posterior[j->draw[i]];
        }
        if (*ratio < INFINITY) continue;
        *ratio = -INFINITY; /* outside the domain: the draw itself, with no weight */
        memcpy(theta, atn_posterior_theta(e->posterior, e->block, j->draw[i], &model),
               j->n * sizeof *theta);
    }
    return true;
}

static bool is_extreme(const atn_datum *d)
{
    return d->statistic == ATN_MAX || d->statistic == ATN_MIN;
}

static attain_status open_move(move_job *j, attain_error *err)
{
    attain_context *ctx = j->e->ctx;
    const atn_block *block = block_of(j->e);
    const atn_model *model = block->candidates[j->candidate].model;
    j->n = atn_model_dimension(model);
    j->m = draws_of(block, j->candidate, j->e->n_draws);
    j->draw = ATN_NEW_ARRAY(ctx, size_t, j->m);
    j->figure = ATN_NEW_ARRAY(ctx, size_t, j->e->n_reports);
    if (!j->draw || !j->figure) return atn_fail_nomem(err);
    size_t m = 0;
    for (size_t d = 0; d < j->e->n_draws; d++)
        if (block->which[d] == j->candidate) j->draw[m++] = d;
    for (size_t r = 0; r < j->e->n_reports; r++)
        if (j->without[r] && !is_extreme(&model->data[r])) j->figure[j->g++] = r;
    j->row_size = j->e->n_reports + j->n + 2 * j->g;
    j->u = ATN_NEW_ARRAY(ctx, double, j->m *j->n);
    j->location = ATN_NEW_ARRAY(ctx, double, j->m *j->g);
    j->log_likelihood = ATN_NEW_ARRAY(ctx, double, j->m *j->g);
    j->rows = ATN_NEW_ARRAY(ctx, double, j->e->n_workers *j->row_size);
    return j->u && j->location && j->log_likelihood && j->rows ? ATTAIN_OK : atn_fail_nomem(err);
}

static void close_move(move_job *j)
{
    const void *const owned[] = {j->draw, j->figure, j->u, j->location, j->log_likelihood, j->rows};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) atn_free(j->e->ctx, owned[i]);
}

/* One candidate's draws moved; *moved false where no map is to be had. */
static attain_status move_candidate(const atn_evidence *e, const bool *without, size_t c,
                                    double wider, atn_block *block, double *log_ratio, bool *moved,
                                    attain_error *err)
{
    atn_removal *removal = NULL;
    move_job j = {.e = e, .without = without, .candidate = c, .log_ratio = log_ratio};
    attain_status status = open_move(&j, err);
    if (status == ATTAIN_OK && j.m > 0)
        status = atn_parallel_for(e->ctx, batches(j.m), locate_batch, &j, stage, err);
    if (status == ATTAIN_OK && j.m > 0)
        status = atn_removal_create(e->ctx, j.u, j.location, j.log_likelihood, j.m, j.n, j.g, wider,
                                    &removal, err);
    *moved = removal != NULL;
    if (status == ATTAIN_OK && removal) {
        j.removal = removal;
        j.theta = block->candidates[c].theta = ATN_NEW_ARRAY(e->ctx, double, j.m *j.n);
        status = j.theta
                     ? atn_parallel_for(e->ctx, batches(j.m), move_batch, &j, stage, err)
                     : atn_fail_nomem(err);
        for (size_t i = 0; i < j.m; i++) block->row[j.draw[i]] = (uint32_t)i;
    }
    atn_removal_free(e->ctx, removal);
    close_move(&j);
    return status;
}

static attain_status copy_block(const atn_evidence *e, atn_block *copy, attain_error *err)
{
    const atn_block *block = block_of(e);
    *copy = *block;
    copy->candidates = ATN_NEW_ARRAY(e->ctx, atn_candidate, block->n_candidates);
    copy->which = ATN_NEW_ARRAY(e->ctx, uint32_t, e->n_draws);
    copy->row = ATN_NEW_ARRAY(e->ctx, uint32_t, e->n_draws);
    if (!copy->candidates || !copy->which || !copy->row) return atn_fail_nomem(err);
    memcpy(copy->candidates, block->candidates, block->n_candidates * sizeof *copy->candidates);
    memcpy(copy->which, block->which, e->n_draws * sizeof *copy->which);
    memcpy(copy->row, block->row, e->n_draws * sizeof *copy->row);
    return ATTAIN_OK;
}

static attain_status move(const atn_evidence *e, const bool *without, double wider,
                          atn_block *moved, double *log_weight, double *k, attain_error *err)
{
    const atn_block *block = block_of(e);
    *k = NAN;
    memset(log_weight, 0, e->n_draws * sizeof *log_weight);
    attain_status status = copy_block(e, moved, err);
    bool any = true;
    for (size_t c = 0; c < block->n_candidates && status == ATTAIN_OK && any; c++)
        if (draws_of(block, c, e->n_draws) > 0)
            status = move_candidate(e, without, c, wider, moved, log_weight, &any, err);
    if (status == ATTAIN_OK && any) status = smooth_without(e, without, log_weight, k, err);
    if (status == ATTAIN_OK && !isnan(*k)) return ATTAIN_OK;
    atn_block_free(e->ctx, e->posterior, e->block, moved);
    return status;
}

/* The map as it is, then one a quarter wider: which of them does better depends on the tails. */
attain_status atn_leave_out_move(const atn_evidence *e, const bool *without, atn_block *moved,
                                 double *log_weight, double *k, attain_error *err)
{
    attain_status status = move(e, without, 1.0, moved, log_weight, k, err);
    if (status != ATTAIN_OK || isnan(*k) || *k <= e->threshold) return status;
    atn_block other = {0};
    double other_k, *other_weight = ATN_NEW_ARRAY(e->ctx, double, e->n_draws);
    status = other_weight ? move(e, without, 1.25, &other, other_weight, &other_k, err)
                          : atn_fail_nomem(err);
    if (status == ATTAIN_OK && other_k < *k) {
        atn_block_free(e->ctx, e->posterior, e->block, moved);
        *moved = other;
        *k = other_k;
        memcpy(log_weight, other_weight, e->n_draws * sizeof *log_weight);
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
