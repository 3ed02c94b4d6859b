/* How the posterior was found, and the quality gates it had to pass. */
#include "results_internal.h"

#include <math.h>

static const char *const outcome_names[] = {"converged", "stalled", "step_limit"};

/* How far from the mode the optimiser may stop, in posterior standard deviations: a hundredth
 * changes no figure that is printed. */
static const double GRADIENT_LIMIT = 0.01;

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

static void add_gate(atn_builder *b, const char *name, double value, double threshold,
                     const char *where)
{
    const bool passed = value <= threshold; /* NaN fails */
    cJSON *o = atn_build_object(b, b->gates, NULL);
    atn_build_text(b, o, "name", name);
    atn_build_number(b, o, "value", value);
    atn_build_number(b, o, "threshold", threshold);
    atn_build_bool(b, o, "passed", passed);
    atn_build_text(b, o, "where", where);
    if (!passed) b->gate_failed = true;
}

static void gate_candidate(atn_builder *b, const atn_candidate *c, const char *where)
{
    const double threshold = fmin(b->study->fit.max_k, c->k_threshold);
    char value[64] = "not computable", limit[64] = "";
    if (isfinite(c->pareto_k)) atn_number_fixed(c->pareto_k, 2, value);
    atn_number_fixed(threshold, 2, limit);
    add_gate(b, "pareto_k", c->pareto_k, threshold, where);
    if (!(c->pareto_k <= threshold))
        atn_build_diagnostic(
            b, c->pareto_k < 1.0 ? ATTAIN_SEVERITY_WARNING : ATTAIN_SEVERITY_ERROR, "gate-pareto-k",
            where,
            "%s: Pareto k is %s, over %s: the normal approximation of the posterior is not "
            "confirmed, and its draws were left unweighted",
            where, value, limit);
    add_gate(b, "mode", c->gradient_norm, GRADIENT_LIMIT, where);
    if (!(c->gradient_norm <= GRADIENT_LIMIT))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_ERROR, "gate-mode", where,
                             "%s: the optimiser ended (%s) before it reached the posterior's mode",
                             where, outcome_names[c->outcome]);
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
