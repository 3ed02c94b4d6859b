/* Inside the report room: documents in, text out. */
#ifndef ATN_REPORT_INTERNAL_H
#define ATN_REPORT_INTERNAL_H

#include <attain/report.h>

#include "io/document.h"
#include "report/escape.h"
#include "report/phrase.h"

/* One reading of one goal in one definition, in document order. */
typedef struct atn_answer {
    const atn_node *goal, *definition, *reading;
    const atn_node *series; /* NULL for compounds */
    bool share, flow;
} atn_answer;
/* {0} starts; false at the end. */
bool atn_answer_next(const atn_node *root, atn_answer *answer);
const atn_node *atn_find(const atn_node *list, const char *key, const char *text);
/* Median factor of a definition; 1 for the reference and where there is none. */
double atn_factor(const atn_node *root, const char *definition);
/* "a day", "a month": of the study's step. */
const char *atn_per_step(const atn_node *root);
bool atn_is_single(const atn_node *list); /* one element */
/* The number a goal asks for with its unit: "600,000 removals", "3,000 arrests a day". */
void atn_say_target(atn_text *out, const atn_node *root, const atn_answer *a);
/* The goal in a few words: its label where that names the target, or a joint goal's members (both
 * true), else as above. */
bool atn_say_goal_subject(atn_text *out, const atn_node *root, const atn_answer *a);
/* " by 31 December 2026"; nothing where a joint goal's members have said theirs. */
void atn_say_deadline(atn_text *out, const atn_node *root, const atn_answer *a);
/* The goal in a few words with its deadline. */
void atn_say_goal(atn_text *out, const atn_node *root, const atn_answer *a);
/* " (dhs, 7-day mean)" as far as there is something to tell apart. */
void atn_say_which(atn_text *out, const atn_answer *a);
/* Lowest and highest probability by trend; false where there was no choice of trends. */
bool atn_trend_range(const atn_node *reading, double *low, double *high);
/* "8 to 31 % across trends"; nothing, and false, where there was no choice. */
bool atn_say_trends(atn_text *out, const atn_node *reading);
/* The median date lies ahead and rests on a ceiling that the reports do not identify. */
bool atn_date_untold(const atn_node *root, const atn_node *reading);
/* "median date 8 January 2026", "not by 31 December 2026", "already reached", "out of reach". */
void atn_say_when(atn_text *out, const atn_node *root, const atn_answer *a);
/* "needs 3,410 a day, 2.7 times the current 1,250"; nothing where there is no pace. */
bool atn_say_pace(atn_text *out, const atn_node *root, const atn_answer *a);
/* gate_words.c: "answer with warnings: ..." as a line, where a gate failed. */
void atn_say_gates(atn_text *out, const atn_node *root);
/* Where priors speak in the figures' place, or the posterior has several modes: a line each. */
void atn_say_evidence(atn_text *out, const atn_node *root);
bool atn_gates_failed(const atn_node *root);

/* grid.c: one table, written as aligned text, CSV, JSON or Markdown. */
typedef enum atn_show { SHOW_TEXT, SHOW_EXACT, SHOW_ESTIMATE, SHOW_PERCENT, SHOW_BOOL } atn_show;
typedef struct atn_grid_column {
    const char *key, *heading;
    atn_show show;
    int width; /* widest text in aligned tables; 0: not shown there */
} atn_grid_column;
typedef struct atn_grid_cell {
    const char *text; /* borrowed */
    double number;    /* used where the column shows one */
} atn_grid_cell;
typedef struct atn_grid {
    attain_context *ctx;
    const atn_grid_column *columns;
    size_t n_columns;
    atn_grid_cell *cells; /* row after row */
    size_t n_cells, capacity;
    bool failed;
} atn_grid;
void atn_grid_init(atn_grid *t, attain_context *ctx, const atn_grid_column *columns,
                   size_t n_columns);
void atn_grid_free(atn_grid *t);
void atn_grid_text(atn_grid *t, const char *text);
void atn_grid_number(atn_grid *t, double number);
void atn_grid_node(atn_grid *t, const atn_node *node); /* by the column's kind */
void atn_grid_print(const atn_grid *t, attain_format format, atn_text *out);

/* grids.c: the tables of a document.  NOMEM or ADDRESS. */
attain_status atn_grid_write(attain_context *ctx, const attain_results *results, const char *name,
                             attain_format format, atn_text *out, attain_error *err);

/* grid_scenarios.c: its table of scenarios, no rows where none was run. */
void atn_grid_scenarios_open(atn_grid *t, attain_context *ctx);
void atn_grid_scenarios_fill(atn_grid *t, const atn_node *root);
/* scenario_words.c: a scenario's entry for a reading of the baseline; NULL if it has none. */
const atn_node *atn_scenario_reading(const atn_node *scenario, const atn_answer *a);
/* What each scenario does to the chances, in lines.  Nothing where none was run. */
void atn_say_scenarios(atn_text *out, const atn_node *root);
/* grid_influence.c: a line a report, goal, definition and reading. */
enum { ATN_N_INFLUENCE_COLUMNS = 15 };
extern const atn_grid_column atn_influence_columns[ATN_N_INFLUENCE_COLUMNS];
void atn_fill_influence(atn_grid *t, const atn_node *root);

/* why_text.c: what drives the answers; nothing, and false, where the run was not asked. */
bool atn_say_why(atn_text *out, const atn_node *root);

/* A chart with its words and data, and the charts of a run. */
typedef struct atn_chart atn_chart;
typedef struct atn_chart_list atn_chart_list;

/* numbers_tex.c: numbers.tex. */
attain_status atn_numbers_tex(attain_context *ctx, const attain_results *results, atn_text *out,
                              attain_error *err);

#endif
