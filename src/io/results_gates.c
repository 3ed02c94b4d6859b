/* The quality gates that a posterior has to pass.  Each has a name and a threshold
 * (atn_gate_rules), which a study may set. */
#include "results_internal.h"

#include <math.h>
#include <string.h>

#include "stats/summary.h"

/* A value as messages show it. */
static const char *shown(double value, int decimals, char text[64])
{
    if (!isfinite(value)) return "not computable";
    atn_number_fixed(value, decimals, text);
    return text;
}

/* Records a gate; NaN fails. */
static bool add_gate(atn_builder *b, atn_gate which, double value, double threshold,
                     const char *where)
{
    const atn_gate_rule *rule = &atn_gate_rules[which];
    const bool passed = rule->at_least ? value >= threshold : value <= threshold;
    cJSON *o = atn_build_object(b, b->gates, NULL);
    atn_build_text(b, o, "name", rule->name);
    atn_build_number(b, o, "value", value);
    atn_build_number(b, o, "threshold", threshold);
    atn_build_bool(b, o, "passed", passed);
    atn_build_text(b, o, "where", where);
    if (!passed) b->gate_failed = true;
    return passed;
}

static void gate_approximation(atn_builder *b, const atn_candidate *c, const char *where)
{
    static const char *const ended[] = {"converged", "stalled", "step limit"};
    const bool stated = !isnan(b->study->fit.gate[ATN_GATE_PARETO_K]);
    const double rule = atn_gate_threshold(b->study, ATN_GATE_PARETO_K);
    const double threshold = stated ? rule : fmin(rule, c->k_threshold);
    char value[64], limit[64];
    if (!add_gate(b, ATN_GATE_PARETO_K, c->pareto_k, threshold, where))
        atn_build_diagnostic(
            b, c->pareto_k < 1.0 ? ATTAIN_SEVERITY_WARNING : ATTAIN_SEVERITY_ERROR, "gate-pareto-k",
            where,
            "%s: Pareto k is %s, over %s: the normal approximation of the posterior is not "
            "confirmed%s",
            where, shown(c->pareto_k, 2, value), shown(threshold, 2, limit),
            c->resampled ? "" : ", and its draws were left unweighted");
    if (!add_gate(b, ATN_GATE_MODE, c->gradient_norm, atn_gate_threshold(b->study, ATN_GATE_MODE),
                  where))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_ERROR, "gate-mode", where,
                             "%s: the optimiser ended (%s) before it reached the posterior's mode",
                             where, ended[c->outcome]);
}

/* The worst R-hat and effective size over the candidate's parameters, and whose they are. */
typedef struct mixing {
    double rhat, ess;
    const char *rhat_name, *ess_name;
} mixing;

static bool worst_mixing(atn_builder *b, const atn_candidate *c, mixing *worst)
{
    const attain_posterior *p = b->posterior;
    const size_t n = atn_model_n_parameters(c->model), width = atn_model_dimension(c->model);
    *worst = (mixing){0.0, INFINITY, "", ""};
    for (size_t k = 0; k < n; k++) {
        for (size_t d = 0; d < p->n_draws; d++) b->draws[d] = c->theta[d * width + k];
        atn_summary s;
        if (atn_summarise(b->ctx, b->draws, p->n_chains, p->n_draws / p->n_chains, &s, NULL) !=
            ATTAIN_OK)
            return false;
        const double size = s.ess_bulk < s.ess_tail ? s.ess_bulk : s.ess_tail;
        if (!(s.rhat <= worst->rhat) && !isnan(worst->rhat)) { /* NaN wins and stays */
            worst->rhat = s.rhat;
            worst->rhat_name = atn_model_name(c->model, k);
        }
        if (!(size >= worst->ess) && !isnan(worst->ess)) {
            worst->ess = size;
            worst->ess_name = atn_model_name(c->model, k);
        }
    }
    return true;
}

static void gate_mixing(atn_builder *b, const atn_candidate *c, const char *where)
{
    mixing worst;
    char value[64], limit[64];
    if (!worst_mixing(b, c, &worst)) {
        b->failed = true;
        return;
    }
    const double most = atn_gate_threshold(b->study, ATN_GATE_RHAT);
    if (!add_gate(b, ATN_GATE_RHAT, worst.rhat, most, where))
        atn_build_diagnostic(
            b, ATTAIN_SEVERITY_WARNING, "gate-rhat", where,
            "%s: R-hat of %s reaches %s, over %s: the chains do not agree; they may "
            "be stuck in different modes",
            where, worst.rhat_name, shown(worst.rhat, 3, value), shown(most, 3, limit));
    const double least = atn_gate_threshold(b->study, ATN_GATE_ESS);
    if (!add_gate(b, ATN_GATE_ESS, worst.ess, least, where))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-ess", where,
                             "%s: the effective sample of %s is only %s, under %s", where,
                             worst.ess_name, shown(worst.ess, 0, value), shown(least, 0, limit));
}

/* Shares as percentages with the digits that tell them apart from a limit of one in a hundred. */
static void gate_depth(atn_builder *b, const atn_candidate *c, const char *where)
{
    const double share = (double)c->depth_hits / (double)b->posterior->n_draws;
    const double most = atn_gate_threshold(b->study, ATN_GATE_DEPTH);
    char value[64], limit[64];
    if (!add_gate(b, ATN_GATE_DEPTH, share, most, where))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-depth", where,
                             "%s: %s %% of the sampler's trajectories were cut at their greatest "
                             "length, over %s %%: it explores too slowly",
                             where, shown(100 * share, 1, value), shown(100 * most, 1, limit));
    else if (c->depth_hits > 0)
        atn_build_diagnostic(
            b, ATTAIN_SEVERITY_NOTE, "tree-depth", where,
            "%zu of the sampler's trajectories for '%s' were cut at their greatest length",
            c->depth_hits, where);
}

static void gate_sampler(atn_builder *b, const atn_candidate *c, const char *where)
{
    char value[64], limit[64];
    gate_mixing(b, c, where);
    if (!add_gate(b, ATN_GATE_DIVERGENCES, (double)c->divergences,
                  atn_gate_threshold(b->study, ATN_GATE_DIVERGENCES), where))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-divergences", where,
                             "%s: %zu of the sampler's trajectories diverged: parts of the "
                             "posterior may be missing",
                             where, c->divergences);
    const double least = atn_gate_threshold(b->study, ATN_GATE_E_BFMI);
    if (!add_gate(b, ATN_GATE_E_BFMI, c->e_bfmi, least, where))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "gate-e-bfmi", where,
                             "%s: the energy's Bayesian fraction of missing information is %s, "
                             "under %s: tails may be explored poorly",
                             where, shown(c->e_bfmi, 2, value), shown(least, 2, limit));
    gate_depth(b, c, where);
}

/* A second mode is no failure, but no gate of `map` can see what lies there, and chains only if
 * some of them got there. */
static void warn_of_modes(atn_builder *b, const atn_candidate *c, bool sampled, const char *where)
{
    if (c->n_modes < 2) return;
    atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "several-modes", where,
                         "%s: the posterior has %zu modes at least, as if the reports told several "
                         "stories; %s",
                         where, c->n_modes,
                         sampled ? "compare the chains (R-hat)"
                                 : "the draws lie about the highest of them alone");
}

/* "arrests.logistic+removals.linear"; the trend is named where there is a choice. */
static void add_where(atn_builder *b, const atn_block *block, const atn_candidate *c,
                      atn_text *where)
{
    for (size_t s = 0; s < block->n_series; s++) {
        const atn_series *series = &b->study->series[block->series[s]];
        atn_text_printf(where, "%s%s", s ? "+" : "", series->id);
        if (block->n_candidates > 1)
            atn_text_printf(where, ".%s", series->trends[c->trend[s]].name);
    }
    if (!atn_text_ok(where)) b->failed = true;
}

void atn_build_gates(atn_builder *b)
{
    const bool sampled = strcmp(b->posterior->method, "nuts") == 0;
    for (size_t i = 0; i < b->posterior->n_blocks; i++) {
        const atn_block *block = &b->posterior->blocks[i];
        for (size_t c = 0; c < block->n_candidates; c++) {
            const atn_candidate *candidate = &block->candidates[c];
            if (!(candidate->weight >= ATN_WEIGHT_THAT_COUNTS)) continue;
            atn_text where;
            atn_text_init(&where, b->ctx);
            add_where(b, block, candidate, &where);
            if (atn_text_ok(&where)) warn_of_modes(b, candidate, sampled, where.data);
            if (atn_text_ok(&where) && sampled)
                gate_sampler(b, candidate, where.data);
            else if (atn_text_ok(&where))
                gate_approximation(b, candidate, where.data);
            atn_text_free(&where);
        }
    }
}
