/* Inside the io room: a results document is a cJSON tree; how it is built and walked. */
#ifndef ATN_RESULTS_INTERNAL_H
#define ATN_RESULTS_INTERNAL_H

#include <cjson/cJSON.h>

#include "io/document.h"
#include "project/projection.h"

enum { ATN_RESULTS_SCHEMA = 1 };

struct attain_results {
    attain_context *ctx;
    cJSON *root;
};

/* The one place where document nodes and cJSON items are the same thing. */
static inline const cJSON *atn_node_item(const atn_node *node)
{
    return (const cJSON *)node;
}
static inline const atn_node *atn_item_node(const cJSON *item)
{
    return (const atn_node *)item;
}

/* Builds a document.  A failed allocation is remembered in `failed`; adding to a NULL parent does
 * nothing, so a whole part can be written without a check a line. */
typedef struct atn_builder {
    attain_context *ctx;
    const attain_projection *projection;
    const attain_posterior *posterior;
    const attain_study *study;
    cJSON *root, *diagnostics, *gates;
    double *factor;     /* median factor (or shift) of each definition; n_definitions */
    double *draws;      /* work: n_draws */
    atn_loo_mixed *loo; /* n_reports; report ATN_NONE where a report was not used */
    size_t n_without_loo;
    bool *weak_ceiling; /* n_series: its trend's ceiling is not identified */
    bool failed;        /* out of memory */
    bool gate_failed;
} atn_builder;

/* Members of an object (key given) or elements of an array (key NULL). */
cJSON *atn_build_object(atn_builder *b, cJSON *parent, const char *key);
cJSON *atn_build_array(atn_builder *b, cJSON *parent, const char *key);
void atn_build_number(atn_builder *b, cJSON *parent, const char *key, double value);
void atn_build_text(atn_builder *b, cJSON *parent, const char *key, const char *value);
void atn_build_bool(atn_builder *b, cJSON *parent, const char *key, bool value);
void atn_build_null(atn_builder *b, cJSON *parent, const char *key);
void atn_build_date(atn_builder *b, cJSON *parent, const char *key, atn_day day);
void atn_build_numbers(atn_builder *b, cJSON *parent, const char *key, const double *values,
                       size_t n);
/* {"0.05": values[0], ...} */
void atn_build_levels(atn_builder *b, cJSON *parent, const char *key, const double *levels,
                      const double *values, size_t n);
/* One diagnostic of the builder's own; `where` is an address or an id. */
void atn_build_diagnostic(atn_builder *b, attain_severity severity, const char *code,
                          const char *where, const char *format, ...) ATTAIN_PRINTF(5, 6);

/* Parts of the document.  Each returns NOMEM or OK; build failures stay in b->failed. */
void atn_build_goals(atn_builder *b);
/* What addresses call a definition of a goal's answers, none and the mixture of all included. */
const char *atn_counted_as(const attain_study *study, size_t definition);
/* results_feasibility.c: Little's law beside a goal. */
/* Name, target and chance of a reading; the dates by which it is attained. */
void atn_build_chance(atn_builder *b, cJSON *parent, const atn_reading *r);
void atn_build_dates(atn_builder *b, cJSON *parent, const atn_reading *r);
/* What hubs ask for of it: quantiles of the value, futures, dates in bins. */
void atn_build_forecast(atn_builder *b, cJSON *parent, const atn_reading *r);
void atn_build_feasibility(atn_builder *b, cJSON *parent, const atn_goal *goal);
void atn_build_scenarios(atn_builder *b); /* an empty list where none was run */
/* results_shown.c: what pictures need.  Dates of the steps that are kept draw by draw; quantiles at
 * them, by [atn_attainable_levels][step], to six digits; what passes through a stock; the paths
 * that a scenario moves. */
void atn_build_shown_dates(atn_builder *b, cJSON *parent);
void atn_build_shown_levels(atn_builder *b, cJSON *parent, const char *key, const double *values);
void atn_build_passage(atn_builder *b, cJSON *parent, size_t series);
void atn_build_moved_paths(atn_builder *b, cJSON *parent, const atn_scenario_result *result);
attain_status atn_build_reports(atn_builder *b, attain_error *err);
attain_status atn_build_parameters(atn_builder *b, attain_error *err);
attain_status atn_build_fit(atn_builder *b, attain_error *err);
void atn_build_gates(atn_builder *b);
/* results_loo.c: fills b->loo; the entry of one report; the totals, with what they tell. */
attain_status atn_gather_loo(atn_builder *b, attain_error *err);
void atn_build_report_loo(atn_builder *b, cJSON *o, size_t report);
attain_status atn_build_loo(atn_builder *b, cJSON *fit, attain_error *err);
/* results_why.c: a report's influence (null where it was not asked for); the part `why`. */
void atn_build_influence(atn_builder *b, cJSON *o, size_t report);
void atn_build_why(atn_builder *b);
/* results_evidence.c: diagnostics where priors speak; fills b->weak_ceiling. */
attain_status atn_build_evidence(atn_builder *b, attain_error *err);
/* Whether a goal's date rests on a ceiling that is not identified. */
bool atn_rests_on_ceiling(const atn_builder *b, const atn_goal *goal);
/* Posterior sd over prior sd, as results state it (`plain`) and as judged; overwrites draws. */
double atn_contraction(const atn_prior *prior, double *draws, size_t n, double *plain);
/* results_parameters.c: joint draws of a parameter into b->draws from the candidates that have it;
 * returns how many.  Whether a candidate before c has it. */
size_t atn_gather_parameter(atn_builder *b, const atn_block *block, const char *name);
bool atn_parameter_seen(const atn_block *block, size_t c, const char *name);

#endif
