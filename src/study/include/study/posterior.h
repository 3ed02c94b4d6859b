/* Joint posterior draws of a study: blocks x candidate trends, mixed by weight (METHODS 5). */
#ifndef ATN_STUDY_POSTERIOR_H
#define ATN_STUDY_POSTERIOR_H

#include "stats/laplace.h"
#include "study/model.h"

/* One report predicted without it, by one candidate. */
typedef struct atn_loo_report {
    double elpd, lpd;   /* log predictive density: without the report, with it */
    double pareto_k;    /* of its importance ratios; NaN where a draw rules the report out */
    double below, upto; /* F below and up to the statement's ends, without the report */
} atn_loo_report;

/* Candidates of less weight hardly enter the mixture and do not decide its quality. */
#define ATN_WEIGHT_THAT_COUNTS 0.01

/* One fit of one block with one choice of trends. */
typedef struct atn_candidate {
    atn_model *model;
    size_t *trend; /* choice for each series of the block */
    double weight; /* stacking weight, sums to 1 over the block's candidates; 1 when alone */
    double *theta; /* n_draws x dimension row-major, natural scale */
    double pareto_k, k_threshold, ess;
    bool resampled;
    size_t divergences, depth_hits; /* nuts: after warm-up, all chains */
    double e_bfmi, step_size;
    double mode_log_density, gradient_norm;
    atn_outcome outcome;
    size_t evaluations, n_modes; /* distinct modes found from the starts */
    atn_loo_report *loo;         /* of each report of the model */
    double elpd;                 /* sum of PSIS-LOO log densities */
    double loo_threshold;        /* min(1 - 1/log10(S), 0.7) */
    size_t n_high_loo_k;         /* reports whose LOO Pareto k exceeds the threshold */
    unsigned char *divergent;    /* n_draws flags; NULL where not known or not sampled */
} atn_candidate;

typedef struct atn_block {
    size_t *series; /* indices in the study */
    size_t n_series;
    atn_candidate *candidates;
    size_t n_candidates;
    uint32_t *which; /* n_draws: candidate of each joint draw */
    uint32_t *row;   /* n_draws: row of that candidate's theta */
} atn_block;

struct attain_posterior {
    attain_context *ctx;
    const attain_study *study; /* borrowed: must outlive the posterior */
    size_t n_draws, n_chains;  /* n_chains: 1 for map */
    uint64_t seed;
    const char *method;    /* "map" or "nuts", as run */
    const char *requested; /* as asked for */
    atn_block *blocks;
    size_t n_blocks;
    size_t *block_of_series; /* n_series */
    size_t *place_in_block;  /* n_series: index within its block */
};
typedef struct attain_posterior attain_posterior;

/* theta of joint draw d in block b and the model it belongs to. */
static inline const double *atn_posterior_theta(const attain_posterior *p, size_t b, size_t d,
                                                const atn_model **model)
{
    const atn_block *block = &p->blocks[b];
    const atn_candidate *c = &block->candidates[block->which[d]];
    *model = c->model;
    return c->theta + (size_t)block->row[d] * atn_model_dimension(c->model);
}

/* Leave-one-out prediction of the r-th report of block b by the mixture of its candidates. */
typedef struct atn_loo_mixed {
    size_t report; /* index in the study */
    double elpd, lpd, pareto_k, threshold;
    bool available; /* false where the draws are not of the posterior: an unconfirmed map */
    double pit; /* in [0, 1]; uniform between F at the statement's ends, from a stream of its own */
} atn_loo_mixed;
atn_loo_mixed atn_loo_mix(const attain_posterior *posterior, size_t b, size_t r);

#endif
