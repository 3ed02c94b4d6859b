/* Inside the report room: what two documents differ in. */
#ifndef ATN_COMPARISON_H
#define ATN_COMPARISON_H

#include <attain/compare.h>

#include "report_internal.h"

typedef enum atn_report_change_kind {
    ATN_REPORT_ADDED,
    ATN_REPORT_REMOVED,
    ATN_REPORT_RESTATED, /* the same statement with other numbers or words */
    ATN_REPORT_COUNTS,   /* it stood there before and was not used */
    ATN_REPORT_COUNTS_NO_MORE
} atn_report_change_kind;
extern const char *const atn_report_change_names[];

typedef struct atn_report_change {
    atn_report_change_kind kind;
    const atn_node *before, *after; /* NULL where it is not */
} atn_report_change;

/* What a setting was and is, as text. */
typedef struct atn_setting_change {
    char name[128], before[160], after[160]; /* "" where it is not there; cut to fit */
} atn_setting_change;

/* One answer in both documents; either may lack it. */
typedef struct atn_answer_change {
    atn_answer before, after;          /* reading NULL: not there */
    double change, error;              /* of the probability; NaN where one is missing */
    bool beyond;                       /* |change| > 2 error */
    double low[2], median[2], high[2]; /* of the quantity: 5, 50, 95 % where told, else NaN */
} atn_answer_change;

/* What a report's change did to an answer. */
typedef struct atn_attribution {
    const atn_report_change *report;
    double effect, mcse; /* NaN: not told by the runs */
} atn_attribution;

typedef struct atn_comparison {
    attain_context *ctx;
    const atn_node *before, *after;
    atn_report_change *reports;
    atn_setting_change *settings;
    atn_answer_change *answers;
    size_t n_reports, n_settings, n_answers;
    size_t reports_capacity, settings_capacity, answers_capacity;
    bool failed; /* out of memory */
} atn_comparison;

/* comparison.c.  Fills everything; free with atn_comparison_free also when failed. */
void atn_comparison_make(attain_context *ctx, const atn_node *before, const atn_node *after,
                         atn_comparison *c);
void atn_comparison_free(atn_comparison *c);
/* What changed reports did to an answer: at most n_reports entries; returns how many speak to it.
 * *rest is what they leave of the change, NaN where one of them is not told. */
size_t atn_attribute(const atn_comparison *c, const atn_answer_change *answer,
                     atn_attribution *attributions, double *rest);

/* comparison_settings.c */
void atn_compare_settings(atn_comparison *c);
void atn_setting_add(atn_comparison *c, const char *name, const char *before, const char *after);

#endif
