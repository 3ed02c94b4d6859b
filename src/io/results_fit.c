/* How the posterior was found, and the quality gates it had to pass. */
#include "results_internal.h"

#include <math.h>
#include <string.h>

#include "stats/summary.h"

static const char *const outcome_names[] = {"converged", "stalled", "step_limit"};

/* How far from the mode the optimiser may stop, in posterior standard deviations: importance
 * weights and their k judge what a tenth leaves over. */
static const double GRADIENT_LIMIT = 0.1;

/* Gates of the sampler (Vehtari et al. 2021; Betancourt 2016). */
static const double MAX_RHAT = 1.01, MIN_ESS = 400.0, MIN_BFMI = 0.3;

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

void atn_build_fit(atn_builder *b)
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
}

/* A gate on a value that must not exceed `threshold`, or, `at_least`, not fall below it. */
static bool add_gate(atn_builder *b, const char *name, double value, bool at_least,
                     double threshold, const char *where)
{
    const bool passed = at_least ? value >= threshold : value <= threshold; /* NaN fails */
    cJSON *o = atn_build_object(b, b->gates, NULL);
    atn_build_text(b, o, "name", name);
    atn_build_number(b, o, "value", value);
    atn_build_number(b, o, "threshold", threshold);
    atn_build_bool(b, o, "passed", passed);
    atn_build_text(b, o, "where", where);
    if (!passed) b->gate_failed = true;
    return passed;
}

static void gate_approximation(atn_builder *b, const atn_candidate *c, const char *where)
{
    const double threshold = fmin(b->study->fit.max_k, c->k_threshold);
    char value[64] = "not computable", limit[64] = "";
    if (isfinite(c->pareto_k)) atn_number_fixed(c->pareto_k, 2, value);
    atn_number_fixed(threshold, 2, limit);
    if (!add_gate(b, "pareto_k", c->pareto_k, false, threshold, where))
        atn_build_diagnostic(
            b, c->pareto_k < 1.0 ? ATTAIN_SEVERITY_WARNING : ATTAIN_SEVERITY_ERROR, "gate-pareto-k",
            where,
            "%s: Pareto k is %s, over %s: the normal approximation of the posterior is not "
            "confirmed, and its draws were left unweighted",
            where, value, limit);
    if (!add_gate(b, "mode", c->gradient_norm, false, GRADIENT_LIMIT, where))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_ERROR, "gate-mode", where,
                             "%s: the optimiser ended (%s) before it reached the posterior's mode",
                             where, outcome_names[c->outcome]);
}

/* The worst R-hat and effective size over the candidate's parameters. */
static bool worst_mixing(atn_builder *b, const atn_candidate *c, double *rhat, double *ess)
{
    const attain_posterior *p = b->posterior;
    const size_t n = atn_model_n_parameters(c->model), width = atn_model_dimension(c->model);
    *rhat = 0.0;
    *ess = INFINITY;
    for (size_t k = 0; k < n; k++) {
        for (size_t d = 0; d < p->n_draws; d++) b->draws[d] = c->theta[d * width + k];
        atn_summary s;
        if (atn_summarise(b->ctx, b->draws, p->n_chains, p->n_draws / p->n_chains, &s, NULL) !=
            ATTAIN_OK)
            return false;
        if (!(s.rhat <= *rhat)) *rhat = s.rhat; /* NaN wins and stays */
        const double size = s.ess_bulk < s.ess_tail ? s.ess_bulk : s.ess_tail;
        if (!(size >= *ess)) *ess = size;
    }
    return true;
}

static void gate_sampler(atn_builder *b, const atn_candidate *c, const char *where)
{
    double rhat, ess;
    char text[64] = "";
    if (!worst_mixing(b, c, &rhat, &ess)) {
        b->failed = true;
        return;
    }
    if (!add_gate(b, "rhat", rhat, false, MAX_RHAT, where)) {
        atn_number_fixed(rhat, 3, text);
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-rhat", where,
                             "%s: R-hat reaches %s, over 1.01: the chains do not agree", where,
                             text);
    }
    if (!add_gate(b, "ess", ess, true, MIN_ESS, where)) {
        atn_number_fixed(ess, 0, text);
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-ess", where,
                             "%s: some parameter has an effective sample of only %s, under 400",
                             where, text);
    }
    if (!add_gate(b, "divergences", (double)c->divergences, false, 0.0, where))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-divergences", where,
                             "%s: %zu of the sampler's trajectories diverged: parts of the "
                             "posterior may be missing",
                             where, c->divergences);
    if (!add_gate(b, "e_bfmi", c->e_bfmi, true, MIN_BFMI, where)) {
        atn_number_fixed(c->e_bfmi, 2, text);
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-e-bfmi", where,
                             "%s: the energy's Bayesian fraction of missing information is %s, "
                             "under 0.3: tails may be explored poorly",
                             where, text);
    }
}

static void gate_candidate(atn_builder *b, const atn_candidate *c, const char *where)
{
    if (is_sampled(b))
        gate_sampler(b, c, where);
    else
        gate_approximation(b, c, where);
}

/* Candidates that hardly enter the mixture do not decide its quality. */
static const double WEIGHT_THAT_COUNTS = 0.01;

void atn_build_gates(atn_builder *b)
{
    for (size_t i = 0; i < b->posterior->n_blocks; i++) {
        const atn_block *block = &b->posterior->blocks[i];
        for (size_t c = 0; c < block->n_candidates; c++) {
            const atn_candidate *candidate = &block->candidates[c];
            if (!(candidate->weight >= WEIGHT_THAT_COUNTS)) continue;
            atn_text where;
            atn_text_init(&where, b->ctx);
            for (size_t s = 0; s < block->n_series; s++) {
                const atn_series *series = &b->study->series[block->series[s]];
                atn_text_printf(&where, "%s%s", s ? "+" : "", series->id);
                if (block->n_candidates > 1)
                    atn_text_printf(&where, ".%s", series->trends[candidate->trend[s]].name);
            }
            if (atn_text_ok(&where))
                gate_candidate(b, candidate, where.data);
            else
                b->failed = true;
            atn_text_free(&where);
        }
    }
}
