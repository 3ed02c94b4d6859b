/* Where the priors, not the figures, speak: ceilings that no report informs, parameters that the
 * reports hardly moved, series that rest on a single figure. */
#include "results_internal.h"

#include <math.h>
#include <string.h>

#include "stats/distribution.h"

/* A posterior this wide, relative to the prior, has learnt little. */
static const double NOT_IDENTIFIED = 0.7;
/* A ceiling that fewer draws than this share have does not carry the answer. */
static const double LEAST_SHARE = 0.05;

/* Posterior sd over prior sd; for lognormal priors the greater of that and the same on the log
 * scale, where the prior's long tail does not flatter the reports.  Reorders nothing, but leaves
 * logs in `draws`. */
double atn_contraction(const atn_prior *prior, double *draws, size_t n, double *plain)
{
    const double prior_sd = atn_prior_sd(prior);
    *plain = n > 1 && isfinite(prior_sd) ? atn_sd(draws, n) / prior_sd : (double)NAN;
    if (prior->family != ATN_PRIOR_LOGNORMAL || n < 2) return *plain;
    for (size_t i = 0; i < n; i++) draws[i] = log(draws[i]);
    const double logs = atn_sd(draws, n) / prior->arg[1];
    return *plain >= logs ? *plain : logs;
}

static int percent(double ratio)
{
    return (int)(100.0 * fmin(ratio, 9.99) + 0.5);
}

/* The series of the block that a parameter "id.name" belongs to. */
static size_t owner(const atn_builder *b, const atn_block *block, const char *name)
{
    for (size_t s = 0; s < block->n_series; s++) {
        const char *id = b->study->series[block->series[s]].id;
        const size_t length = strlen(id);
        if (strncmp(name, id, length) == 0 && name[length] == '.') return block->series[s];
    }
    return ATN_NONE;
}

typedef struct weak_list {
    atn_text names;
    size_t n, total;
} weak_list;

static void judge(atn_builder *b, const atn_block *block, const atn_model *model, size_t k,
                  weak_list *weak)
{
    enum { SHOWN = 8 };
    const char *name = atn_model_name(model, k);
    const atn_parameter *parameter = atn_model_parameter(model, k);
    const size_t n = atn_gather_parameter(b, block, name);
    double plain;
    const double ratio = atn_contraction(atn_model_prior(model, k), b->draws, n, &plain);
    const bool counts = (double)n >= LEAST_SHARE * (double)b->posterior->n_draws;
    if (!(ratio > NOT_IDENTIFIED) || !counts) return;
    weak->total++;
    if (weak->n < SHOWN)
        atn_text_printf(&weak->names, "%s%s (%d %%)", weak->n++ ? ", " : "", name, percent(ratio));
    if (!parameter || !parameter->ceiling) return;
    const size_t series = owner(b, block, name);
    if (series != ATN_NONE) b->weak_ceiling[series] = true;
    atn_build_diagnostic(b, ATTAIN_SEVERITY_WARNING, "ceiling-not-identified", name,
                         "the ceiling %s is not identified: its posterior is %d %% as wide as its "
                         "prior; when and where the trend levels off rests on that prior",
                         name, percent(ratio));
}

static void judge_block(atn_builder *b, const atn_block *block)
{
    weak_list weak = {.n = 0};
    size_t total = 0;
    atn_text_init(&weak.names, b->ctx);
    for (size_t c = 0; c < block->n_candidates; c++) {
        const atn_model *model = block->candidates[c].model;
        for (size_t k = 0; k < atn_model_n_parameters(model); k++) {
            if (atn_parameter_seen(block, c, atn_model_name(model, k))) continue;
            total++;
            judge(b, block, model, k, &weak);
        }
    }
    const atn_series *series = &b->study->series[block->series[0]];
    if (weak.total > weak.n) atn_text_printf(&weak.names, " and %zu more", weak.total - weak.n);
    if (weak.total > 0 && atn_text_ok(&weak.names))
        atn_build_diagnostic(
            b, ATTAIN_SEVERITY_NOTE, "prior-speaks", series->id,
            "%s: the reports hardly moved %zu of %zu parameters: %s of the prior's "
            "spread is left; what is said of them is their priors",
            series->id, weak.total, total, weak.names.data);
    if (!atn_text_ok(&weak.names)) b->failed = true;
    atn_text_free(&weak.names);
}

/* One series rests on one figure or none. */
static attain_status judge_series(atn_builder *b, attain_error *err)
{
    const attain_study *study = b->study;
    size_t *used = ATN_NEW_ARRAY(b->ctx, size_t, study->n_series);
    if (!used) return atn_fail_nomem(err);
    for (size_t i = 0; i < study->n_reports; i++)
        if (study->reports[i].used) used[study->reports[i].series]++;
    for (size_t s = 0; s < study->n_series; s++) {
        if (used[s] > 1 || (used[s] == 0 && atn_study_tied(study, s))) continue;
        bool has_goal = false;
        for (size_t g = 0; g < study->n_goals; g++)
            has_goal |= study->goals[g].form == ATN_GOAL_SINGLE && study->goals[g].series == s;
        atn_build_diagnostic(b, has_goal ? ATTAIN_SEVERITY_WARNING : ATTAIN_SEVERITY_NOTE,
                             "prior-speaks", study->series[s].id,
                             "series \"%s\" rests on %s: what is said of it is mostly its priors",
                             study->series[s].id, used[s] == 1 ? "a single figure" : "no figure");
    }
    atn_free(b->ctx, used);
    return ATTAIN_OK;
}

attain_status atn_build_evidence(atn_builder *b, attain_error *err)
{
    b->weak_ceiling = ATN_NEW_ARRAY(b->ctx, bool, b->study->n_series);
    if (!b->weak_ceiling) return atn_fail_nomem(err);
    for (size_t i = 0; i < b->posterior->n_blocks; i++) judge_block(b, &b->posterior->blocks[i]);
    return judge_series(b, err);
}

/* A rate, level or trailing sum nears its ceiling: whether and when it gets past a target is what
 * the ceiling says.  A running total is not bound by it. */
bool atn_rests_on_ceiling(const atn_builder *b, const atn_goal *goal)
{
    if (goal->form == ATN_GOAL_SINGLE)
        return b->weak_ceiling[goal->series] && goal->statistic != ATN_TOTAL;
    for (size_t i = 0; i < goal->n_members; i++)
        if (atn_rests_on_ceiling(b, &b->study->goals[goal->members[i]])) return true;
    return false;
}
