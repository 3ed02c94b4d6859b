/* How the posterior was found. */
#include "results_internal.h"

#include <math.h>
#include <string.h>

static const char *const outcome_names[] = {"converged", "stalled", "step_limit"};

static bool is_sampled(const atn_builder *b)
{
    return strcmp(b->posterior->method, "nuts") == 0;
}

static size_t report_count(const atn_builder *b, const atn_block *block, bool used_only)
{
    size_t n = 0;
    for (size_t i = 0; i < b->study->n_reports; i++)
        for (size_t s = 0; s < block->n_series; s++)
            n += b->study->reports[i].series == block->series[s] &&
                 (!used_only || b->study->reports[i].used);
    return n;
}

static void add_trends(atn_builder *b, cJSON *o, const atn_block *block, const atn_candidate *c)
{
    cJSON *trends = atn_build_array(b, o, "trend");
    for (size_t s = 0; s < block->n_series; s++)
        atn_build_text(b, trends, NULL,
                       b->study->series[block->series[s]].trends[c->trend[s]].name);
}

static void add_candidate(atn_builder *b, cJSON *list, const atn_block *block,
                          const atn_candidate *c)
{
    cJSON *o = atn_build_object(b, list, NULL);
    add_trends(b, o, block, c);
    atn_build_number(b, o, "weight", c->weight);
    atn_build_number(b, o, "k", c->pareto_k);
    atn_build_number(b, o, "k_threshold", c->k_threshold);
    atn_build_number(b, o, "ess", c->ess);
    atn_build_bool(b, o, "resampled", c->resampled);
    atn_build_text(b, o, "outcome", outcome_names[c->outcome]);
    atn_build_number(b, o, "gradient_norm", c->gradient_norm);
    atn_build_number(b, o, "log_density_at_mode", c->mode_log_density);
    atn_build_number(b, o, "modes", (double)c->n_modes);
    atn_build_number(b, o, "dimension", (double)atn_model_dimension(c->model));
    atn_build_number(b, o, "reports", (double)atn_model_n_reports(c->model));
    atn_build_number(b, o, "evaluations", (double)c->evaluations);
    if (is_sampled(b)) {
        atn_build_number(b, o, "divergences", (double)c->divergences);
        atn_build_number(b, o, "depth_hits", (double)c->depth_hits);
        atn_build_number(b, o, "e_bfmi", c->e_bfmi);
        atn_build_number(b, o, "step_size", c->step_size);
    }
    atn_build_number(b, o, "elpd", c->elpd);
    atn_build_number(b, o, "high_loo_k", (double)c->n_high_loo_k);
}

attain_status atn_build_fit(atn_builder *b, attain_error *err)
{
    const attain_posterior *p = b->posterior;
    double k = -INFINITY;
    size_t evaluations = 0;
    for (size_t i = 0; i < p->n_blocks; i++)
        for (size_t c = 0; c < p->blocks[i].n_candidates; c++) {
            const atn_candidate *candidate = &p->blocks[i].candidates[c];
            evaluations += candidate->evaluations;
            if (!(candidate->pareto_k <= k)) k = candidate->pareto_k; /* NaN wins and stays */
        }
    cJSON *o = atn_build_object(b, b->root, "fit");
    atn_build_text(b, o, "method", p->method);
    atn_build_text(b, o, "requested", p->requested);
    atn_build_number(b, o, "draws", (double)p->n_draws);
    atn_build_number(b, o, "chains", (double)p->n_chains);
    atn_build_number(b, o, "k", k);
    atn_build_number(b, o, "evaluations", (double)evaluations);
    cJSON *blocks = atn_build_array(b, o, "blocks");
    for (size_t i = 0; i < p->n_blocks; i++) {
        const atn_block *block = &p->blocks[i];
        cJSON *part = atn_build_object(b, blocks, NULL);
        cJSON *series = atn_build_array(b, part, "series");
        for (size_t s = 0; s < block->n_series; s++)
            atn_build_text(b, series, NULL, b->study->series[block->series[s]].id);
        atn_build_number(b, part, "reports_used", (double)report_count(b, block, true));
        atn_build_number(b, part, "reports_given", (double)report_count(b, block, false));
        cJSON *candidates = atn_build_array(b, part, "candidates");
        for (size_t c = 0; c < block->n_candidates; c++)
            add_candidate(b, candidates, block, &block->candidates[c]);
    }
    return atn_build_loo(b, o, err);
}
