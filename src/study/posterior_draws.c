/* Posterior draws as a table that other tools read: R's posterior, ArviZ, spreadsheets. */
#include <attain/fit.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "study/posterior.h"

typedef struct sheet {
    const attain_posterior *p;
    atn_text *out;
    double *log_density; /* n_draws: of the joint draw, natural scale */
} sheet;

/* One candidate's log densities at all its rows. */
typedef struct densities {
    const atn_candidate *c;
    atn_workspace **workspaces;
    double *value; /* n_draws */
} densities;

enum { BATCH = 256 };

typedef struct density_job {
    const densities *d;
    size_t n;
} density_job;

static bool density_batch(void *user, size_t item, size_t worker)
{
    const density_job *job = user;
    const densities *d = job->d;
    const size_t width = atn_model_dimension(d->c->model), end = (item + 1) * BATCH;
    for (size_t i = item * BATCH; i < end && i < job->n; i++)
        d->value[i] = atn_model_log_density(d->c->model, d->c->theta + i * width, NULL,
                                            d->workspaces[worker]);
    return true;
}

static attain_status find_densities(attain_context *ctx, const atn_candidate *c, size_t n,
                                    double *value, attain_error *err)
{
    const size_t workers = atn_parallel_workers(ctx, n);
    densities d = {c, ATN_NEW_ARRAY(ctx, atn_workspace *, workers), value};
    const density_job job = {&d, n};
    attain_status status = d.workspaces ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t w = 0; w < workers && status == ATTAIN_OK; w++)
        status = atn_workspace_create(ctx, c->model, &d.workspaces[w], err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(ctx, (n + BATCH - 1) / BATCH, density_batch, (void *)&job,
                                  "write draws", err);
    for (size_t w = 0; w < workers && d.workspaces; w++) atn_workspace_free(ctx, d.workspaces[w]);
    atn_free(ctx, d.workspaces);
    return status;
}

/* Blocks are independent a posteriori: their densities multiply. */
static attain_status add_densities(sheet *s, attain_error *err)
{
    const attain_posterior *p = s->p;
    double *value = ATN_NEW_ARRAY(p->ctx, double, p->n_draws);
    attain_status status = value ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t b = 0; b < p->n_blocks && status == ATTAIN_OK; b++) {
        const atn_block *block = &p->blocks[b];
        for (size_t c = 0; c < block->n_candidates && status == ATTAIN_OK; c++) {
            status = find_densities(p->ctx, &block->candidates[c], p->n_draws, value, err);
            for (size_t d = 0; d < p->n_draws && status == ATTAIN_OK; d++)
                if (block->which[d] == c) s->log_density[d] += value[block->row[d]];
        }
    }
    atn_free(p->ctx, value);
    return status;
}

/* Chains are chains only while every block's draws stand in their order. */
static size_t chain_count(const attain_posterior *p)
{
    for (size_t b = 0; b < p->n_blocks; b++)
        if (p->blocks[b].n_candidates > 1) return 1;
    return p->n_chains;
}

static bool knows_divergences(const attain_posterior *p)
{
    for (size_t b = 0; b < p->n_blocks; b++)
        for (size_t c = 0; c < p->blocks[b].n_candidates; c++)
            if (!p->blocks[b].candidates[c].divergent) return false;
    return true;
}

static size_t find_name(const atn_model *model, const char *name)
{
    for (size_t k = 0; k < atn_model_n_parameters(model); k++)
        if (strcmp(atn_model_name(model, k), name) == 0) return k;
    return ATN_NONE;
}

/* Each parameter once, in the order of the results; next (block, candidate, place) that is new. */
typedef struct column {
    size_t block, candidate, place;
} column;

static bool is_new(const atn_block *block, const column *at)
{
    const char *name = atn_model_name(block->candidates[at->candidate].model, at->place);
    for (size_t c = 0; c < at->candidate; c++)
        if (find_name(block->candidates[c].model, name) != ATN_NONE) return false;
    return true;
}

static bool settle(const attain_posterior *p, column *at)
{
    while (at->block < p->n_blocks) {
        const atn_block *block = &p->blocks[at->block];
        if (at->candidate == block->n_candidates) {
            at->block++;
            at->candidate = at->place = 0;
        } else if (at->place == atn_model_n_parameters(block->candidates[at->candidate].model)) {
            at->candidate++;
            at->place = 0;
        } else if (!is_new(block, at)) {
            at->place++;
        } else {
            return true;
        }
    }
    return false;
}

static const char *column_name(const attain_posterior *p, const column *at)
{
    return atn_model_name(p->blocks[at->block].candidates[at->candidate].model, at->place);
}

/* Series whose trend was chosen among several. */
static bool has_choice(const attain_posterior *p, size_t series)
{
    return p->study->series[series].n_trends > 1;
}

static void add_head(const sheet *s, bool divergences)
{
    const attain_posterior *p = s->p;
    atn_text_add(s->out, ".chain,.iteration,.draw,lp__");
    if (divergences) atn_text_add(s->out, ",divergent__");
    for (size_t k = 0; k < p->study->n_series; k++)
        if (has_choice(p, k)) atn_text_printf(s->out, ",%s.trend", p->study->series[k].id);
    for (column at = {0}; settle(p, &at); at.place++)
        atn_text_printf(s->out, ",%s", column_name(p, &at));
    atn_text_add(s->out, "\n");
}

static void add_number(atn_text *out, double value)
{
    if (isfinite(value))
        atn_text_number(out, value);
    else
        atn_text_add(out, "NA");
}

/* A parameter that this draw's trend has not is NA. */
static double value_at(const attain_posterior *p, const column *at, size_t d)
{
    const atn_block *block = &p->blocks[at->block];
    const atn_model *model;
    const double *theta = atn_posterior_theta(p, at->block, d, &model);
    const size_t k = model == block->candidates[at->candidate].model
                         ? at->place
                         : find_name(model, column_name(p, at));
    return k == ATN_NONE ? (double)NAN : theta[k];
}

static bool is_divergent(const attain_posterior *p, size_t d)
{
    for (size_t b = 0; b < p->n_blocks; b++) {
        const atn_block *block = &p->blocks[b];
        if (block->candidates[block->which[d]].divergent[block->row[d]]) return true;
    }
    return false;
}

static void add_draw(const sheet *s, size_t d, size_t per_chain, bool divergences)
{
    const attain_posterior *p = s->p;
    atn_text_printf(s->out, "%zu,%zu,%zu,", d / per_chain + 1, d % per_chain + 1, d + 1);
    add_number(s->out, s->log_density[d]);
    if (divergences) atn_text_add(s->out, is_divergent(p, d) ? ",1" : ",0");
    for (size_t k = 0; k < p->study->n_series; k++) {
        if (!has_choice(p, k)) continue;
        const atn_block *block = &p->blocks[p->block_of_series[k]];
        const atn_candidate *c = &block->candidates[block->which[d]];
        atn_text_printf(s->out, ",%zu", c->trend[p->place_in_block[k]] + 1);
    }
    for (column at = {0}; settle(p, &at); at.place++) {
        atn_text_add(s->out, ",");
        add_number(s->out, value_at(p, &at, d));
    }
    atn_text_add(s->out, "\n");
}

attain_status attain_posterior_draws_csv(const attain_posterior *posterior, char **text,
                                         attain_error *err)
{
    atn_error_clear(err);
    *text = NULL;
    attain_context *ctx = posterior->ctx;
    const bool divergences = knows_divergences(posterior);
    const size_t per_chain = posterior->n_draws / chain_count(posterior);
    atn_text out;
    atn_text_init(&out, ctx);
    sheet s = {posterior, &out, ATN_NEW_ARRAY(ctx, double, posterior->n_draws)};
    attain_status status = s.log_density ? add_densities(&s, err) : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        add_head(&s, divergences);
        for (size_t d = 0; d < posterior->n_draws && status == ATTAIN_OK && atn_text_ok(&out);
             d++) {
            add_draw(&s, d, per_chain, divergences);
            if (d % BATCH == 0)
                status = atn_poll(ctx, "write draws", (double)d / (double)posterior->n_draws, err);
        }
    }
    atn_free(ctx, s.log_density);
    if (status == ATTAIN_OK) {
        *text = atn_text_take(&out);
        if (!*text) status = atn_fail_nomem(err);
    } else {
        atn_text_free(&out);
    }
    return status;
}

attain_status attain_posterior_write_draws(const attain_posterior *posterior, const char *path,
                                           attain_error *err)
{
    char *text = NULL;
    attain_status status = attain_posterior_draws_csv(posterior, &text, err);
    if (status == ATTAIN_OK) status = atn_file_write(posterior->ctx, path, text, strlen(text), err);
    atn_free(posterior->ctx, text);
    return status;
}
