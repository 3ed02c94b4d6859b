/* A study as plain structs: what the reader fills in, what the model and the projection read.
 * METHODS sections 1 to 4.  The io room fills texts and places; atn_study_complete turns them into
 * formulas, priors and windows, and reports every problem it finds. */
#ifndef ATN_STUDY_STUDY_DATA_H
#define ATN_STUDY_STUDY_DATA_H

#include "base/calendar.h"
#include "base/context.h"
#include "formula/formula.h"
#include "formula/prior.h"
#include "study/scenario_data.h"

#define ATN_NONE ((size_t)-1)

typedef enum atn_kind { ATN_FLOW, ATN_STOCK, ATN_SHARE } atn_kind;
typedef enum atn_link { ATN_LINK_LOG, ATN_LINK_LOGIT, ATN_LINK_IDENTITY } atn_link;
typedef enum atn_deviation_type {
    ATN_DEVIATION_NONE,
    ATN_DEVIATION_RANDOM_WALK,
    ATN_DEVIATION_AR1,
    ATN_DEVIATION_LOCAL_TREND
} atn_deviation_type;
typedef enum atn_effect_type {
    ATN_EFFECT_NONE,
    ATN_EFFECT_DAY_OF_WEEK,
    ATN_EFFECT_MONTH
} atn_effect_type;

typedef enum atn_statistic { /* reports: all but ROLLING_TOTAL; goals: not MAX, MIN */
                             ATN_VALUE,
                             ATN_MEAN,
                             ATN_TOTAL,
                             ATN_MAX,
                             ATN_MIN,
                             ATN_LEVEL,
                             ATN_ROLLING_TOTAL
} atn_statistic;

typedef enum atn_relation {
    ATN_EXACT,
    ATN_AT_LEAST,
    ATN_AT_MOST,
    ATN_BETWEEN,
    ATN_OVER,
    ATN_NEARLY,
    ATN_ABOUT
} atn_relation;

/* Names as the files spell them ("random_walk", "at_least", "logit", ...); parse gives false for
 * anything else.  Tables live in study_names.c; lists end with NULL for suggestions. */
bool atn_kind_parse(const char *text, atn_kind *out);
bool atn_link_parse(const char *text, atn_link *out);
bool atn_deviation_parse(const char *text, atn_deviation_type *out);
bool atn_effect_parse(const char *text, atn_effect_type *out); /* "day_of_week", "month_of_year" */
bool atn_statistic_parse(const char *text, atn_statistic *out);
bool atn_relation_parse(const char *text, atn_relation *out);
const char *atn_kind_name(atn_kind kind);
const char *atn_link_name(atn_link link);
const char *atn_deviation_name(atn_deviation_type type);
const char *atn_effect_name(atn_effect_type type);
const char *atn_statistic_name(atn_statistic statistic);
const char *atn_relation_name(atn_relation relation);
extern const char *const atn_kind_names[],
    *const atn_link_names[], *const atn_deviation_names[], *const atn_effect_names[],
                                                               *const atn_statistic_names[],
                                                                   *const atn_relation_names[];

/* A number, or a parameter with a prior.  All strings in these structs are owned by the study. */
typedef struct atn_parameter {
    char *name;      /* short name: "high", "sigma"; for factors and biases the group's id */
    bool present;    /* false: this optional parameter does not exist in the model */
    bool fixed;      /* a plain number in the study: `value` */
    bool is_default; /* the prior was not written in the study file */
    bool ceiling;    /* the level, or its size, at which a trend ends: its role says so */
    double value;
    char *prior_text;    /* as written (may use m, t1, t2 in defaults); NULL if fixed */
    double lower, upper; /* truncation asked for, else -INFINITY, INFINITY */
    char *pointer;       /* RFC 6901 place in study.json of the text */
    atn_prior prior;     /* set by atn_study_complete */
} atn_parameter;

/* One candidate trend.  Its formula sees, in this order: its parameters (scalars), `t`, the
 * study's inputs, then every series of the study (columns). */
typedef struct atn_trend {
    char *name; /* curve name, or "formula" */
    char *formula_text;
    char *pointer; /* of the text, for errors */
    atn_parameter *parameters;
    size_t n_parameters;
    atn_formula *formula; /* set by atn_study_complete */
} atn_trend;

typedef struct atn_deviation {
    atn_deviation_type type;
    long every; /* steps between knots, >= 1; 0 = default (7 for a daily step, else 1) */
    atn_parameter sigma, phi, sigma_v; /* phi: ar1 prior; local_trend 1 unless given */
} atn_deviation;

typedef struct atn_series {
    char *id, *label, *unit, *pointer;
    atn_kind kind;
    atn_link link;
    atn_trend *trends; /* >= 1 candidates */
    size_t n_trends;
    atn_deviation deviation;
    atn_effect_type effect;
    atn_parameter effect_sigma;
    atn_parameter step_sigma; /* omega; present == false: no scatter.  The reader sets present when
                                 the study states it; complete adds the default (METHODS 2) */
    bool step_sigma_stated;
    /* A stock that is the balance of flows (METHODS 2.3).  Its one trend is called "balance" and
     * has one parameter, the level at step 0; it has neither deviation nor calendar effect. */
    bool balance;
    size_t *inflows, *outflows; /* series */
    size_t n_inflows, n_outflows;
    bool has_capacity;
    size_t capacity; /* input that limits admission */
    /* set by atn_study_complete from the as-of reports (METHODS 3) */
    double typical; /* m: median per-step rate or level implied; 1 (0.5 share) if none */
    double t1, t2;  /* span of their windows in steps */
} atn_series;

typedef struct atn_definition {
    char *id, *pointer;
    size_t series;
    bool reference;
    atn_parameter
        factor; /* log link: the factor (> 0); other links: `shift`, added on link scale */
} atn_definition;

/* A source or a release that was declared. */
typedef struct atn_group {
    char *id, *pointer;
    double error;   /* relative; NaN: not stated (sources only) */
    double bias_sd; /* zero-mean bias on the link scale; 0: none */
} atn_group;

/* An exogenous input: one number a step over the whole horizon. */
typedef struct atn_input {
    char *id, *pointer;
    double *values; /* n_steps */
} atn_input;

typedef struct atn_report {
    long row;        /* 1-based row of data in its table (header not counted) */
    atn_place place; /* file, line (table) or pointer (inline); strings owned by the study */
    size_t series;
    atn_statistic statistic;
    atn_day start, end, published;
    atn_relation relation;
    double value, upper;    /* upper: NaN unless between */
    double error;           /* relative, resolved: own, else source's, else the study's default */
    double n;               /* sample size (shares); NaN: none */
    double grain;           /* NaN: by the rule of METHODS 4 */
    long stale;             /* days, >= 0 */
    size_t definition;      /* ATN_NONE: the reference, named or not, or the series has none */
    size_t source, release; /* declared group or ATN_NONE */
    char *definition_text, *source_text, *release_text, *url, *quote, *note; /* "" if blank */
    /* set by atn_study_complete */
    bool used;           /* published <= as_of and not a duplicate of an earlier row */
    size_t duplicate_of; /* index of the row it repeats (same release etc.), else ATN_NONE */
    char *sentence;      /* made on first request by attain_study_report; NULL until then */
} atn_report;

typedef enum atn_goal_form {
    ATN_GOAL_SINGLE,
    ATN_GOAL_ALL_OF,
    ATN_GOAL_ANY_OF,
    ATN_GOAL_BEFORE
} atn_goal_form;

typedef struct atn_goal {
    char *id, *label, *note, *pointer;
    atn_goal_form form;
    size_t *members; /* goals of a compound; before: members[0] before members[1] */
    size_t n_members;
    size_t series;
    size_t definition; /* ATN_NONE: every definition of the series */
    atn_statistic statistic;
    long over, held; /* steps; over 0 = 1; held 0 = 1 (for ROLLING_TOTAL over >= 1) */
    bool has_start, has_deadline;
    atn_day start, deadline; /* defaults: origin, horizon */
    double target, upper;    /* upper NaN: a single target */
    bool at_most;            /* direction */
    bool readings_auto;
} atn_goal;

/* Quality gates: `map` has to pass the first two, `nuts` the others (METHODS 5). */
typedef enum atn_gate {
    ATN_GATE_PARETO_K,
    ATN_GATE_MODE,
    ATN_GATE_RHAT,
    ATN_GATE_ESS,
    ATN_GATE_DIVERGENCES,
    ATN_GATE_E_BFMI,
    ATN_GATE_DEPTH,
    ATN_N_GATES
} atn_gate;
typedef struct atn_gate_rule {
    const char *name;
    double threshold;    /* default */
    bool at_least;       /* the value must not fall below it; else not exceed it */
    double lowest, most; /* thresholds a study may set */
} atn_gate_rule;
extern const atn_gate_rule atn_gate_rules[ATN_N_GATES];

typedef struct atn_fit_spec {
    bool nuts; /* asked for */
    long chains, warmup, draws;
    uint64_t seed;
    double gate[ATN_N_GATES]; /* thresholds; NaN: not stated */
} atn_fit_spec;

/* A file the study was read from, for the manifest. */
typedef struct atn_source_file {
    char *name; /* as the study names it: "study.json", "reports.csv" */
    char sha256[65];
} atn_source_file;

struct attain_study {
    attain_context *ctx;
    char *title, *note;
    atn_calendar calendar;
    atn_day as_of, horizon;
    size_t n_steps;  /* steps 0 .. n_steps-1; the last contains the horizon.  Set by complete */
    long as_of_step; /* step that contains as_of.  Set by complete */
    atn_series *series;
    size_t n_series;
    atn_definition *definitions;
    size_t n_definitions;
    atn_group *sources, *releases;
    size_t n_sources, n_releases;
    atn_input *inputs;
    size_t n_inputs;
    atn_report *reports;
    size_t n_reports;
    atn_goal *goals;
    size_t n_goals;
    atn_scenario *scenarios;
    size_t n_scenarios;
    atn_parameter scale;  /* of all reports' errors; present == false: 1 */
    double error_df;      /* Student-t errors; INFINITY: normal */
    double design_effect; /* of sample sizes, default 1 */
    double default_error; /* 0.05 */
    atn_fit_spec fit;
    atn_source_file *files;
    size_t n_files;
    char **overrides; /* "--set" texts, recorded in the manifest */
    size_t n_overrides;
};
typedef struct attain_study attain_study;

/* Compiles formulas and priors, resolves defaults and windows, orders series (cycles are errors),
 * marks used and duplicate reports.  Every problem goes to the list with its place.  Returns FIELD
 * or TABLE if there was one (the first), NOMEM.  To be called once, after the reader. */
attain_status atn_study_complete(attain_study *study, attain_diagnostics *list, attain_error *err);

/* What can only be told of scenarios from number `first` on once the study is complete: whether a
 * parameter that is set is one of the model's, and its size inside the prior's support.  Every
 * problem goes to the list. */
void atn_scenarios_check(const attain_study *study, size_t first, attain_diagnostics *list);

/* Length of a window in steps: the sum of its a_i (METHODS 1), 0 when it is empty. */
double atn_study_window(const attain_study *study, atn_day start, atn_day end);

/* Series that share parameters or formulas form one block; the posterior is the product over
 * blocks.  block_of: n_series entries, overwritten with 0 .. count-1.  Returns the count. */
size_t atn_study_blocks(const attain_study *study, size_t *block_of);

/* Whether a formula ties series s to another that has used reports: what is said of it then is more
 * than its prior, even if no report speaks of it. */
bool atn_study_tied(const attain_study *study, size_t s);

/* The threshold of a gate as this study has it. */
double atn_gate_threshold(const attain_study *study, atn_gate gate);

/* Text of a prior as results print it: canonical numbers, or the fixed value. */
void atn_parameter_describe(const atn_parameter *parameter, char *buffer, size_t size);

/* The grains q of METHODS 4 for a value, ascending, at most ATN_MAX_GRAINS; probabilities sum to 1.
 */
enum { ATN_MAX_GRAINS = 16 };
size_t atn_grains(double value, double own_grain, double *q, double *probability);

/* check.c: the interval of the quantity that the wording alone implies, on the natural scale (for
 * over: V to V + largest grain; exact: V within 2 errors). */
void atn_report_implied(const attain_study *study, const atn_report *report, double *low,
                        double *high);
/* "ICE arrests averaged about 1,200 a day from 2025-06-01 to 2025-06-23 (CBS News): ..." */
attain_status atn_report_sentence(const attain_study *study, const atn_report *report, char **text,
                                  attain_error *err);
/* Appends notes and warnings: contradictions with the implied numbers, restated groups,
 * duplicates, feasibility by Little's law, thin evidence.  Needs no fit. */
attain_status atn_study_check(const attain_study *study, attain_diagnostics *list,
                              attain_error *err);

#endif
