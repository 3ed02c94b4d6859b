/* Inside the check: what each used report says, in a form that lets two of them be compared. */
#ifndef ATN_FIGURES_H
#define ATN_FIGURES_H

#include "sentence.h"

/* One used report as a rate per step (flows) or a level, without scatter. */
typedef struct atn_figure {
    const atn_report *report;
    const atn_series *series;
    double steps;        /* length of the window, sum of a_i */
    double value;        /* as stated; of "between" the middle */
    double expected;     /* as an earlier total: with what "over" is expected to round away */
    double least;        /* as a later total: as stated, less what "nearly" is expected to add */
    double low, high;    /* what the wording and two errors allow */
    double middle, half; /* its definition on the link scale: median, half of the 95 % range */
} atn_figure;

/* How far two figures may lie apart on the link scale by definition, source and release. */
typedef struct atn_allowance {
    double shift;   /* expected second less first */
    double slack;   /* half of the 95 % range around it */
    bool boundless; /* a definition may differ by any amount: it explains nothing; shift, slack 0 */
} atn_allowance;

/* Used reports in the study's order; *n of them.  NULL when out of memory. */
atn_figure *atn_figures_create(const attain_study *study, size_t *n);
atn_allowance atn_figures_allowance(const attain_study *study, const atn_figure *a,
                                    const atn_figure *b);
/* "a total of over 400,000 (row 60, DHS, 'dhs')" */
void atn_figure_say(atn_text *text, const attain_study *study, const atn_figure *figure);
/* The id of the report's definition, of its series' reference, or of the series. */
const char *atn_definition_called(const attain_study *study, const atn_report *report);
bool atn_same_source(const atn_report *a, const atn_report *b);
/* Whether definition `later` takes over from `earlier`: one source states running totals with a
 * common start in the first only up to a day after which it states them in the second only. */
bool atn_is_restated(const atn_figure *figures, size_t n, size_t earlier, size_t later);

/* Warnings of contradictions among the figures (code "contradiction"). */
attain_status atn_check_contradictions(const attain_study *study, const atn_figure *figures,
                                       size_t n, attain_diagnostics *list, attain_error *err);
/* Notes of what each goal asks for beside the highest reported figure (code "feasibility"). */
attain_status atn_check_feasibility(const attain_study *study, const atn_figure *figures, size_t n,
                                    attain_diagnostics *list, attain_error *err);

#endif
