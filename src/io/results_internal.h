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
    double *factor; /* median factor (or shift) of each definition; n_definitions */
    double *draws;  /* work: n_draws */
    bool failed;    /* out of memory */
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
attain_status atn_build_reports(atn_builder *b, attain_error *err);
attain_status atn_build_parameters(atn_builder *b, attain_error *err);
void atn_build_fit(atn_builder *b);
void atn_build_gates(atn_builder *b);
attain_status atn_build_evidence_notes(atn_builder *b, attain_error *err);

#endif
