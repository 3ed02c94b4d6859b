/* Each report predicted without it: leave-one-out densities, their Pareto k, and where the figure
 * lies in its own prediction. */
#include "results_internal.h"

#include <math.h>
#include <stdlib.h>

/* A Pareto k above the threshold: the report moves the posterior so much that its removal cannot be
 * judged from these draws. */
static bool is_high(const atn_loo_mixed *loo)
{
    return !(loo->pareto_k <= loo->threshold);
}

void atn_build_report_loo(atn_builder *b, cJSON *o, size_t report)
{
    const atn_loo_mixed *loo = &b->loo[report];
    if (loo->report == ATN_NONE) { /* not used, or not to be had */
        atn_build_null(b, o, "loo");
        return;
    }
    cJSON *part = atn_build_object(b, o, "loo");
    atn_build_number(b, part, "elpd", loo->elpd);
    atn_build_number(b, part, "pareto_k", loo->pareto_k);
    atn_build_bool(b, part, "high_k", is_high(loo));
    atn_build_number(b, part, "pit", loo->pit);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov's distance from the uniform law and its tail probability, with the correction for
 * small n of Stephens (1970), JRSS B 32: lambda = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) D. */
static double kolmogorov(const double *sorted, size_t n, double *distance)
{
    const double root = sqrt((double)n);
    *distance = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double above = (double)(i + 1) / (double)n - sorted[i];
        *distance = fmax(*distance, fmax(above, sorted[i] - (double)i / (double)n));
    }
    const double lambda = (root + 0.12 + 0.11 / root) * *distance;
    if (lambda < 0.2) return 1.0; /* 1 to 1e-11; the series needs many terms there */
    double sum = 0.0;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 ? 2.0 : -2.0) * exp(-2.0 * (double)k * (double)k * lambda * lambda);
    return fmin(fmax(sum, 0.0), 1.0);
}

/* Fewer figures tell nothing of a distribution. */
enum { LEAST_FIGURES = 8 };
static const double UNEVEN = 0.01;

static void add_pit(atn_builder *b, cJSON *o, double *pit, size_t n)
{
    double mean = 0.0, spread = 0.0, distance = NAN, tail = NAN;
    qsort(pit, n, sizeof *pit, ascending);
    if (n > 0) tail = kolmogorov(pit, n, &distance);
    for (size_t i = 0; i < n; i++) mean += pit[i] / (double)n;
    for (size_t i = 0; i < n; i++) spread += fabs(pit[i] - 0.5) / (double)n;
    cJSON *part = atn_build_object(b, o, "pit");
    atn_build_number(b, part, "mean", n > 0 ? mean : (double)NAN);
    atn_build_number(b, part, "distance", distance);
    atn_build_number(b, part, "probability", tail);
    if (n < LEAST_FIGURES || !(tail < UNEVEN)) return;
    const char *how = fabs(mean - 0.5) > fabs(spread - 0.25)
                          ? (mean > 0.5 ? "higher than the others lead one to expect"
                                        : "lower than the others lead one to expect")
                      : spread > 0.25
                          ? "further out than the others lead one to expect: the stated "
                            "errors may be too small"
                          : "nearer the middle than the others lead one to expect: the "
                            "stated errors may be too large";
    atn_build_diagnostic(b, ATTAIN_SEVERITY_NOTE, "loo-pit", "reports",
                         "predicted each from the others, the figures tend to lie %s", how);
}

static void note_high(atn_builder *b, size_t n_high, bool stacked)
{
    enum { SHOWN = 12 };
    atn_text rows;
    size_t told = 0;
    if (n_high == 0) return;
    atn_text_init(&rows, b->ctx);
    for (size_t i = 0; i < b->study->n_reports && told < SHOWN; i++) {
        if (b->loo[i].report == ATN_NONE || !is_high(&b->loo[i])) continue;
        const atn_report *r = &b->study->reports[i];
        atn_text_printf(&rows, "%srow %ld of %s", told ? ", " : "", r->row,
                        b->study->series[r->series].id);
        told++;
    }
    if (n_high > told) atn_text_printf(&rows, " and %zu more", n_high - told);
    if (atn_text_ok(&rows))
        atn_build_diagnostic(b, ATTAIN_SEVERITY_NOTE, "loo-k", "reports",
                             "%s: Pareto k too high to say from these draws what the answer would "
                             "be without %s%s",
                             rows.data, n_high > 1 ? "each" : "it",
                             stacked ? "; the weights of the trends lean on them" : "");
    else
        b->failed = true;
    atn_text_free(&rows);
}

/* Reports of a block in the mixture of its candidates. */
attain_status atn_gather_loo(atn_builder *b, attain_error *err)
{
    const attain_posterior *p = b->posterior;
    b->loo = ATN_NEW_ARRAY(b->ctx, atn_loo_mixed, b->study->n_reports);
    if (!b->loo) return atn_fail_nomem(err);
    for (size_t i = 0; i < b->study->n_reports; i++) b->loo[i].report = ATN_NONE;
    for (size_t i = 0; i < p->n_blocks; i++) {
        const size_t n = atn_model_n_reports(p->blocks[i].candidates[0].model);
        for (size_t r = 0; r < n; r++) {
            const atn_loo_mixed loo = atn_loo_mix(p, i, r);
            if (loo.available)
                b->loo[loo.report] = loo;
            else if (p->blocks[i].candidates[0].loo) /* not left out by the caller */
                b->n_without_loo++;
        }
    }
    return ATTAIN_OK;
}

/* Totals over all reports; se as loo has it, sqrt(n) times the sd of the pointwise densities. */
attain_status atn_build_loo(atn_builder *b, cJSON *fit, attain_error *err)
{
    double elpd = 0.0, lpd = 0.0, threshold = NAN, squares = 0.0;
    size_t n = 0, n_high = 0;
    bool stacked = false;
    double *pit = ATN_NEW_ARRAY(b->ctx, double, b->study->n_reports);
    if (!pit) return atn_fail_nomem(err);
    for (size_t i = 0; i < b->posterior->n_blocks; i++)
        stacked |= b->posterior->blocks[i].n_candidates > 1;
    for (size_t i = 0; i < b->study->n_reports; i++) {
        const atn_loo_mixed *loo = &b->loo[i];
        if (loo->report == ATN_NONE) continue;
        elpd += loo->elpd;
        lpd += loo->lpd;
        threshold = loo->threshold;
        n_high += is_high(loo);
        pit[n++] = loo->pit;
    }
    for (size_t i = 0; i < b->study->n_reports; i++)
        if (b->loo[i].report != ATN_NONE) squares += pow(b->loo[i].elpd - elpd / (double)n, 2);
    if (b->n_without_loo > 0)
        atn_build_diagnostic(b, ATTAIN_SEVERITY_NOTE, "loo-missing", "reports",
                             "%zu report%s not predicted from the others: the draws are those of "
                             "an approximation that is not confirmed",
                             b->n_without_loo, b->n_without_loo == 1 ? " was" : "s were");
    cJSON *o = atn_build_object(b, fit, "loo");
    atn_build_number(b, o, "reports", (double)n);
    atn_build_number(b, o, "elpd", n > 0 ? elpd : (double)NAN);
    atn_build_number(b, o, "se",
                     n > 1 ? sqrt((double)n * squares / ((double)n - 1.0)) : (double)NAN);
    atn_build_number(b, o, "p_loo", n > 0 ? lpd - elpd : (double)NAN);
    atn_build_number(b, o, "k_threshold", threshold);
    atn_build_number(b, o, "high_k", (double)n_high);
    add_pit(b, o, pit, n);
    atn_free(b->ctx, pit);
    note_high(b, n_high, stacked);
    return ATTAIN_OK;
}
