/* Parameters, over the joint draws: means, quantiles, Monte Carlo errors, and what was fixed. */
#include "results_internal.h"

#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/summary.h"

/* Index of a parameter in a model, or ATN_NONE. */
static size_t find(const atn_model *model, const char *name)
{
    const size_t n = atn_model_n_parameters(model);
    for (size_t k = 0; k < n; k++)
        if (strcmp(atn_model_name(model, k), name) == 0) return k;
    return ATN_NONE;
}

bool atn_parameter_seen(const atn_block *block, size_t c, const char *name)
{
    for (size_t e = 0; e < c; e++)
        if (find(block->candidates[e].model, name) != ATN_NONE) return true;
    return false;
}

/* Joint draws of a parameter from the candidates that have it; returns how many there are. */
size_t atn_gather_parameter(atn_builder *b, const atn_block *block, const char *name)
{
    size_t n = 0;
    for (size_t c = 0; c < block->n_candidates; c++) {
        const atn_candidate *candidate = &block->candidates[c];
        const size_t k = find(candidate->model, name);
        if (k == ATN_NONE) continue;
        const size_t width = atn_model_dimension(candidate->model);
        for (size_t d = 0; d < b->posterior->n_draws; d++)
            if (block->which[d] == c) b->draws[n++] = candidate->theta[block->row[d] * width + k];
    }
    return n;
}

/* Independent draws an importance-resampled sample is worth. */
static double worth(const atn_block *block, size_t n)
{
    double ess = 0.0;
    for (size_t c = 0; c < block->n_candidates; c++) {
        const atn_candidate *candidate = &block->candidates[c];
        if (!candidate->resampled || !isfinite(candidate->ess)) return (double)n;
        ess += candidate->ess * candidate->weight;
    }
    return fmin((double)n, fmax(1.0, ess));
}

static attain_status summarise(atn_builder *b, const atn_block *block, size_t n,
                               atn_summary *summary, attain_error *err)
{
    const attain_posterior *p = b->posterior;
    const bool chains = strcmp(p->method, "nuts") == 0 && block->n_candidates == 1;
    if (chains) return atn_summarise(b->ctx, b->draws, p->n_chains, n / p->n_chains, summary, err);
    summary->mean = n > 0 ? atn_mean(b->draws, n) : (double)NAN;
    summary->sd = n > 1 ? atn_sd(b->draws, n) : (double)NAN;
    summary->rhat = summary->ess_bulk = summary->ess_tail = NAN;
    const double ess = worth(block, n);
    summary->mcse_mean = summary->sd / sqrt(ess);
    for (size_t k = 0; k < ATN_N_SUMMARY_LEVELS; k++)
        summary->mcse_quantile[k] = atn_quantile_mcse(b->draws, n, atn_summary_levels[k], ess);
    return ATTAIN_OK;
}

static attain_status add_parameter(atn_builder *b, cJSON *list, const atn_block *block,
                                   const atn_model *model, size_t k, attain_error *err)
{
    const char *name = atn_model_name(model, k);
    const atn_parameter *parameter = atn_model_parameter(model, k);
    const atn_prior *prior = atn_model_prior(model, k);
    const size_t n = atn_gather_parameter(b, block, name);
    atn_summary summary = {0};
    const attain_status status = summarise(b, block, n, &summary, err);
    if (status != ATTAIN_OK) return status;
    char text[256];
    atn_prior_format(prior, text, sizeof text);
    double quantiles[ATN_N_DATE_LEVELS] = {NAN, NAN, NAN, NAN, NAN};
    if (n > 0) atn_quantiles(b->draws, n, atn_date_levels, ATN_N_DATE_LEVELS, quantiles);
    double contraction;
    (void)atn_contraction(prior, b->draws, n, &contraction);
    cJSON *o = atn_build_object(b, list, NULL);
    atn_build_text(b, o, "name", name);
    atn_build_text(b, o, "prior", text);
    atn_build_bool(b, o, "default_prior", parameter && parameter->is_default);
    atn_build_bool(b, o, "fixed", false);
    atn_build_number(b, o, "mean", summary.mean);
    atn_build_number(b, o, "sd", summary.sd);
    atn_build_levels(b, o, "quantiles", atn_date_levels, quantiles, ATN_N_DATE_LEVELS);
    atn_build_number(b, o, "prior_sd", atn_prior_sd(prior));
    atn_build_number(b, o, "contraction", contraction);
    atn_build_number(b, o, "rhat", summary.rhat);
    atn_build_number(b, o, "ess_bulk", summary.ess_bulk);
    atn_build_number(b, o, "ess_tail", summary.ess_tail);
    atn_build_number(b, o, "mcse_mean", summary.mcse_mean);
    atn_build_levels(b, o, "mcse_quantiles", atn_summary_levels, summary.mcse_quantile,
                     ATN_N_SUMMARY_LEVELS);
    if (n < b->posterior->n_draws) /* of some candidate trends only */
        atn_build_number(b, o, "share_of_draws", (double)n / (double)b->posterior->n_draws);
    return ATTAIN_OK;
}

static void add_fixed(atn_builder *b, cJSON *list, const char *owner, const char *part,
                      const atn_parameter *parameter)
{
    if (!parameter->present || !parameter->fixed) return;
    atn_text name;
    atn_text_init(&name, b->ctx);
    atn_text_printf(&name, "%s%s%s", owner, *part ? "." : "", part);
    char text[256];
    atn_parameter_describe(parameter, text, sizeof text);
    const double v = parameter->value;
    const double quantiles[ATN_N_DATE_LEVELS] = {v, v, v, v, v};
    const double exact[ATN_N_SUMMARY_LEVELS] = {0.0};
    if (!atn_text_ok(&name)) b->failed = true;
    cJSON *o = atn_build_object(b, list, NULL);
    atn_build_text(b, o, "name", name.data);
    atn_build_text(b, o, "prior", text);
    atn_build_bool(b, o, "default_prior", parameter->is_default);
    atn_build_bool(b, o, "fixed", true);
    atn_build_number(b, o, "mean", v);
    atn_build_number(b, o, "sd", 0.0);
    atn_build_levels(b, o, "quantiles", atn_date_levels, quantiles, ATN_N_DATE_LEVELS);
    atn_build_number(b, o, "prior_sd", 0.0);
    atn_build_null(b, o, "contraction");
    atn_build_null(b, o, "rhat");
    atn_build_null(b, o, "ess_bulk");
    atn_build_null(b, o, "ess_tail");
    atn_build_number(b, o, "mcse_mean", 0.0);
    atn_build_levels(b, o, "mcse_quantiles", atn_summary_levels, exact, ATN_N_SUMMARY_LEVELS);
    atn_text_free(&name);
}

static void add_all_fixed(atn_builder *b, cJSON *list)
{
    const attain_study *study = b->study;
    for (size_t s = 0; s < study->n_series; s++) {
        const atn_series *series = &study->series[s];
        for (size_t t = 0; t < series->n_trends; t++)
            for (size_t k = 0; k < series->trends[t].n_parameters; k++)
                add_fixed(b, list, series->id, series->trends[t].parameters[k].name,
                          &series->trends[t].parameters[k]);
        if (series->deviation.type != ATN_DEVIATION_NONE) {
            add_fixed(b, list, series->id, "deviation.sigma", &series->deviation.sigma);
            add_fixed(b, list, series->id, "deviation.phi", &series->deviation.phi);
            add_fixed(b, list, series->id, "deviation.sigma_v", &series->deviation.sigma_v);
        }
        if (series->effect != ATN_EFFECT_NONE)
            add_fixed(b, list, series->id, "effect.sigma", &series->effect_sigma);
        add_fixed(b, list, series->id, "step_sigma", &series->step_sigma);
    }
    for (size_t d = 0; d < study->n_definitions; d++)
        if (!study->definitions[d].reference)
            add_fixed(b, list, "definition", study->definitions[d].id,
                      &study->definitions[d].factor);
    add_fixed(b, list, "scale", "", &study->scale);
}

attain_status atn_build_parameters(atn_builder *b, attain_error *err)
{
    cJSON *list = atn_build_array(b, b->root, "parameters");
    const attain_posterior *p = b->posterior;
    for (size_t i = 0; i < p->n_blocks; i++) {
        const atn_block *block = &p->blocks[i];
        for (size_t c = 0; c < block->n_candidates; c++) {
            const atn_model *model = block->candidates[c].model;
            const size_t n = atn_model_n_parameters(model);
            for (size_t k = 0; k < n; k++) {
                if (atn_parameter_seen(block, c, atn_model_name(model, k))) continue;
                const attain_status status = add_parameter(b, list, block, model, k, err);
                if (status != ATTAIN_OK) return status;
            }
        }
    }
    add_all_fixed(b, list);
    return ATTAIN_OK;
}
