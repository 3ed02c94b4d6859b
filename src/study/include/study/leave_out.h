/* The posterior without some reports: by weights on its draws, by draws moved to where they would
 * lie, or by a fit of its own. */
#ifndef ATN_STUDY_LEAVE_OUT_H
#define ATN_STUDY_LEAVE_OUT_H

#include "study/posterior.h"

/* What a block's joint draws say of its reports and priors. */
typedef struct atn_evidence {
    attain_context *ctx;
    const attain_posterior *posterior;
    size_t block, n_draws, n_reports;
    double *log_likelihood; /* n_reports x n_draws */
    double *log_prior;      /* n_draws: of the parameters, natural scale, latent values left out */
    double *log_posterior;  /* n_draws: on the whole line, with the Jacobian, up to a constant */
    double *location; /* n_reports x n_draws: of what each figure speaks, link scale; of peaks 0 */
    double threshold; /* of Pareto k: min(1 - 1/log10(draws), 0.7) */
    struct atn_cloud *clouds;   /* a candidate: its draws on the whole line */
    atn_workspace **workspaces; /* n_workers x candidates */
    size_t n_workers, n_workspaces;
} atn_evidence;

/* Whether the block's draws are of its posterior: sampled, or resampled by weights that hold. */
bool atn_block_confirmed(const attain_posterior *posterior, size_t block);

/* The posterior must outlive it.  NOMEM, INTERRUPTED; then *e is empty. */
attain_status atn_evidence_create(attain_context *ctx, const attain_posterior *posterior,
                                  size_t block, atn_evidence *e, attain_error *err);
void atn_evidence_free(atn_evidence *e);

/* Pareto-smoothed weights of the block's draws for another density: log_ratio (n_draws, overwritten
 * by log weights that sum to 1) is the other over this one.  Each candidate trend is smoothed by
 * itself and keeps `weight[c]` of the whole; *k is the worst of those with 5 % or more.  NULL
 * weight: the candidates' own. */
attain_status atn_evidence_smooth(const atn_evidence *e, const double *weight, double *log_ratio,
                                  double *k, attain_error *err);

/* without: n_reports flags.  log_weight: n_draws.  Candidates' weights are stacked again without
 * the reports. */
attain_status atn_leave_out_weigh(const atn_evidence *e, const bool *without, double *log_weight,
                                  double *k, attain_error *err);

/* The same from every stride-th draw and the same draws moved (stats/removal.h), half of the
 * proposals each, weighted by the density of their mixture, so that what one half misses the other
 * covers (Veach & Guibas 1995; Paananen et al. 2021).  *moved is a block of its own with n_moved
 * joint draws, free it with atn_block_free; log_weight: 2 n_moved, of the draws as they are, then
 * of the moved ones.  *k is NaN, and *moved empty, where no map is to be had. */
attain_status atn_leave_out_move(const atn_evidence *e, const bool *without, size_t stride,
                                 size_t n_moved, atn_block *moved, double *log_weight, double *k,
                                 attain_error *err);
/* What k may be for weights of so many draws. */
double atn_pareto_threshold(size_t n_draws);

/* A fit of the block with the study's reports as `study` flags them (a copy that differs in `used`
 * alone, priors and all; it must outlive the block): as many joint draws as the posterior has. */
attain_status atn_leave_out_refit(attain_context *ctx, const attain_posterior *posterior,
                                  size_t block, const attain_study *study, atn_block *refitted,
                                  attain_error *err);

/* Frees what such a block owns; models that it shares with the posterior's stay. */
void atn_block_free(attain_context *ctx, const attain_posterior *posterior, size_t block,
                    atn_block *own);

#endif
