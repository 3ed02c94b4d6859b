/* Inside the report room: a run as a forecast hub's files (hubverse schemas 6.0.0). */
#ifndef ATN_REPORT_HUB_H
#define ATN_REPORT_HUB_H

#include "report_internal.h"

/* What hubs allow, and what they ask for. */
enum { ATN_HUB_ID = 30, ATN_HUB_NAME = 100, ATN_HUB_TEAM = 16, ATN_HUB_LEVELS = 23 };
/* The longest of ".value", ".met", ".date" stands behind a base. */
enum { ATN_HUB_BASE = ATN_HUB_ID - 6 };

/* One reading of one goal in one definition: up to three targets of the hub. */
typedef struct atn_hub_target {
    atn_answer answer;
    char base[ATN_HUB_BASE + 1]; /* BASE.value, BASE.met, BASE.date are its ids */
    const char *deadline;
    bool has_value;
} atn_hub_target;

typedef struct atn_hub_scenario {
    char *id;
    const atn_node *node; /* NULL: the baseline */
} atn_hub_scenario;

typedef struct atn_hub {
    attain_context *ctx;
    const atn_node *root;
    char team[ATN_HUB_TEAM + 1], model[ATN_HUB_TEAM + 1];
    const char *as_of, *horizon; /* ISO dates; borrowed from the document, as all texts here */
    atn_hub_target *targets;
    size_t n_targets, n_values; /* of n_targets those that have a value */
    atn_hub_scenario *scenarios;
    size_t n_scenarios;   /* the baseline first */
    const atn_node *bins; /* date_bins of the first target: every target has the same */
    size_t n_futures;     /* of every target */
} atn_hub;

/* hub_targets.c: reads what the hub's files need of a document, and checks it.  model_id:
 * TEAM-MODEL or NULL for attain-METHOD.  ARGUMENT for a bad model_id; FIELD, with the place as
 * pointer, where the document lacks something or holds what no hub would take; NOMEM.  Free in any
 * case. */
attain_status atn_hub_open(atn_hub *hub, attain_context *ctx, const attain_results *results,
                           const char *model_id, attain_error *err);
void atn_hub_free(atn_hub *hub);
/* The reading of a target under a scenario; NULL if that has none. */
const atn_node *atn_hub_reading(const atn_hub_scenario *scenario, const atn_hub_target *target);

/* hub_config.c: hub-config/tasks.json, admin.json, target-data.json, model-metadata-schema.json;
 * model-metadata/TEAM-MODEL.yml. */
void atn_hub_tasks(const atn_hub *hub, atn_text *out);
void atn_hub_admin(const atn_hub *hub, atn_text *out);
void atn_hub_target_data(const atn_hub *hub, atn_text *out);
void atn_hub_metadata_schema(const atn_hub *hub, atn_text *out);
void atn_hub_metadata(const atn_hub *hub, atn_text *out);

/* hub_output.c: model-output/TEAM-MODEL/AS_OF-TEAM-MODEL.csv and target-data/time-series.csv. */
void atn_hub_output(const atn_hub *hub, atn_text *out);
void atn_hub_time_series(const atn_hub *hub, atn_text *out);

#endif
