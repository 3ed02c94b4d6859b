/* Reading a study: the walker over the JSON tree that keeps its path, and the parts that fill the
 * study's structs.  Internal to the io room. */
#ifndef ATN_IO_READER_H
#define ATN_IO_READER_H

#include <attain/study.h>

#include "base/text.h"
#include "io/json.h"
#include "io/table.h"
#include "study/study_data.h"

/* Objects of the study file and the keys each may have ("$schema" and "note" go everywhere). */
#define ATN_OBJECT_LIST(X)                                                                         \
    X(STUDY, "study")                                                                              \
    X(SERIES, "series")                                                                            \
    X(FORMULA_TREND, "formula_trend")                                                              \
    X(PARAMETER, "parameter")                                                                      \
    X(DEVIATION, "deviation")                                                                      \
    X(CALENDAR, "calendar")                                                                        \
    X(DEFINITION, "definition")                                                                    \
    X(SOURCE, "source")                                                                            \
    X(RELEASE, "release")                                                                          \
    X(INPUT, "input")                                                                              \
    X(MEASUREMENT, "measurement")                                                                  \
    X(FIT, "fit")                                                                                  \
    X(GATES, "gates")                                                                              \
    X(GOAL, "goal")                                                                                \
    X(READING, "reading")                                                                          \
    X(SCENARIO_FILE, "scenarios")                                                                  \
    X(SCENARIO, "scenario")                                                                        \
    X(CHANGE, "change")                                                                            \
    X(SIZE, "size")                                                                                \
    X(REPORT, "report")
typedef enum atn_object {
#define ATN_AS_OBJECT(id, name) ATN_OBJECT_##id,
    ATN_OBJECT_LIST(ATN_AS_OBJECT)
#undef ATN_AS_OBJECT
        ATN_OBJECTS
} atn_object;
const char *atn_object_name(atn_object object);
const char *const *atn_object_keys(atn_object object); /* NULL-terminated */

typedef struct atn_reader {
    attain_context *ctx;
    attain_study *study;
    attain_diagnostics *list; /* never NULL */
    attain_error *err;        /* gets the first error; never NULL */
    attain_status status;     /* of the first error, OK while there is none */
    size_t n_problems;
    bool nomem;
    bool mute;        /* a second look at the same text says nothing */
    bool names_bad;   /* some series or input has a name that no formula can be compiled beside */
    bool calendar_ok; /* origin, step and horizon were read: dates can be judged */
    const cJSON *tree;
    const char *file, *text; /* of study.json, for places */
    size_t length;
    const char *folder; /* tables are sought here; NULL: none may be read */
    const char *table;  /* text of the table in place of a file, or NULL */
    size_t table_length;
    char pointer[ATN_JSON_POINTER_SIZE];
} atn_reader;

/* Moves the path down; returns the length to give back to atn_leave. */
size_t atn_enter(atn_reader *r, const char *segment);
size_t atn_enter_index(atn_reader *r, size_t index);
void atn_leave(atn_reader *r, size_t mark);

/* Records a problem at the current path (or at a member of it), with its line and column.  The
 * status of the first error is kept. */
void atn_problem(atn_reader *r, attain_severity severity, attain_status status, const char *code,
                 const char *member, const char *format, ...) ATTAIN_PRINTF(6, 7);
/* The same at any place, for tables. */
void atn_problem_at(atn_reader *r, attain_severity severity, attain_status status, const char *code,
                    const atn_place *place, const char *message);
/* Whether a pointer lies at or under a value that a "--set" replaced: its place is not in the
 * file. */
bool atn_overridden(const atn_reader *r, const char *pointer);
/* Bad field: an error of status FIELD. */
#define ATN_BAD(r, code, member, ...)                                                              \
    atn_problem((r), ATTAIN_SEVERITY_ERROR, ATTAIN_ERR_FIELD, (code), (member), __VA_ARGS__)

/* Copies owned by the study; a failure is remembered in r->nomem. */
char *atn_copy(atn_reader *r, const char *text); /* NULL in, NULL out */
void *atn_make(atn_reader *r, size_t n, size_t size);
#define ATN_MAKE(r, type, n) ((type *)atn_make((r), (n), sizeof(type)))

/* "; did you mean 'x'?" or "" into buffer. */
enum { ATN_HINT_SIZE = 100 };
const char *atn_hint(char buffer[ATN_HINT_SIZE], const char *word, const char *const *names,
                     size_t n);
const char *atn_hint_words(char buffer[ATN_HINT_SIZE], const char *word, const char *const *names);
/* "a, b, c" into buffer. */
enum { ATN_WORDS_SIZE = 160 };
const char *atn_list_words(char buffer[ATN_WORDS_SIZE], const char *const *words);
/* The same over structs whose first member is their id. */
const char *atn_hint_ids(atn_reader *r, char buffer[ATN_HINT_SIZE], const char *word,
                         const void *base, size_t stride, size_t n);
/* Index of an id among such structs, ATN_NONE if there is none. */
size_t atn_find_id(const char *id, const void *base, size_t stride, size_t n);
/* The id, label (the id where none is given) and note of an object, the study's own texts; told are
 * an id that is none and one that the first n such structs have.  what: "goal". */
void atn_get_identity(atn_reader *r, const cJSON *object, const char *what, const void *base,
                      size_t stride, size_t n, char **id, char **label, char **note);

/* Refuses keys an object may not have; a note must be a text. */
void atn_check_keys(atn_reader *r, const cJSON *object, atn_object which);
/* Whether a member of a map of names is one of the keys allowed everywhere. */
bool atn_is_remark(const cJSON *member);
size_t atn_count_named(const cJSON *map);

/* Members by key.  A missing required one, a wrong type or a value out of range is recorded and
 * gives NULL or false with *out untouched.  JSON null counts as missing. */
const cJSON *atn_member(const cJSON *object, const char *key);
bool atn_need_object(atn_reader *r, const cJSON *node);
const char *atn_get_text(atn_reader *r, const cJSON *object, const char *key, bool required);
bool atn_get_number(atn_reader *r, const cJSON *object, const char *key, bool required,
                    double *out);
bool atn_get_positive(atn_reader *r, const cJSON *object, const char *key, double *out);
bool atn_get_integer(atn_reader *r, const cJSON *object, const char *key, long low, long high,
                     long *out);
bool atn_get_flag(atn_reader *r, const cJSON *object, const char *key, bool *out);
bool atn_get_date(atn_reader *r, const cJSON *object, const char *key, bool required, atn_day *out);
/* Index into a NULL-terminated list of words. */
bool atn_get_word(atn_reader *r, const cJSON *object, const char *key, bool required,
                  const char *const *words, int *out);
/* What a node is, for messages: "a number", "text", ... */
const char *atn_kind_of(const cJSON *node);

/* A parameter: number, prior text, or an object.  `member` is its key in the object at the current
 * path.  false when it is missing or bad. */
bool atn_get_parameter(atn_reader *r, const cJSON *object, const char *member, const char *name,
                       atn_parameter *out);
void atn_parameter_free(attain_context *ctx, atn_parameter *p);

/* The parts of a study, in the order they are read. */
void atn_read_series(atn_reader *r, const cJSON *study);
void atn_read_trends(atn_reader *r, const cJSON *object, atn_series *series);
/* A stock that has "inflows" or "outflows" in place of a trend: false, with nothing read, for any
 * other series.  Their names, and the capacity's, are looked up when all are known. */
bool atn_read_balance(atn_reader *r, const cJSON *object, atn_series *series);
void atn_read_networks(atn_reader *r, const cJSON *study);
void atn_read_groups(atn_reader *r, const cJSON *study); /* definitions, sources, releases */
void atn_read_inputs(atn_reader *r, const cJSON *study);
void atn_read_settings(atn_reader *r, const cJSON *study); /* measurement, fit */
void atn_read_goals(atn_reader *r, const cJSON *study);
void atn_read_scenarios(atn_reader *r, const cJSON *study);
void atn_read_reports(atn_reader *r, const cJSON *study);
/* What a goal or a reading measures: its statistic, which a series of that kind must have, and
 * whether `over` and `held` go with it.  False when it is missing or bad. */
bool atn_read_goal_statistic(atn_reader *r, const cJSON *object, atn_kind kind, atn_statistic *out);
/* Whether so many windows in a row fit into the goal's time, whole steps counted; if not, says so
 * at `member` (NULL: the current path). */
bool atn_check_goal_windows(atn_reader *r, const atn_goal *goal, long over, long held,
                            const char *member);
/* The readings beside a goal's own; its series, statistic and time are known. */
void atn_read_readings(atn_reader *r, const cJSON *object, atn_goal *goal);
/* Compiles what atn_study_complete would, for its messages only: used when other problems keep the
 * study from being completed. */
void atn_read_formulas(atn_reader *r);

/* A study's text and where its tables lie, read once for several studies of it. */
typedef struct atn_study_text {
    char *file, *folder, *text;
    size_t length;
} atn_study_text;
/* attain_study_load in two steps; free the text in any case. */
attain_status atn_study_text_read(attain_context *ctx, const char *path,
                                  attain_diagnostics *problems, atn_study_text *text,
                                  attain_error *err);
attain_status atn_study_text_load(attain_context *ctx, const atn_study_text *text,
                                  const attain_study_options *options, attain_diagnostics *problems,
                                  attain_study **study, attain_error *err);
void atn_study_text_free(attain_context *ctx, atn_study_text *text);

/* Reads `text` (NUL-terminated) into *study without completing it. `options` may be NULL. */
attain_status atn_study_read(atn_reader *r, const attain_study_options *options,
                             attain_study **study);

/* Words on how to write what a table cell seems to mean: "; write 1179" or "". */
enum { ATN_ADVICE_SIZE = 80 };
void atn_number_advice(const char *text, char advice[ATN_ADVICE_SIZE]);
void atn_date_advice(const char *text, char advice[ATN_ADVICE_SIZE]);

/* One cell of a report's row, from a table or from an inline object. */
typedef struct atn_entry {
    const char *text; /* NULL: blank */
    bool is_number;   /* inline JSON number: `number` */
    double number;
    long line, column;
} atn_entry;

/* Columns of reports.csv in their documented order. */
#define ATN_COLUMN_LIST(X)                                                                         \
    X(SERIES, "series")                                                                            \
    X(STATISTIC, "statistic")                                                                      \
    X(START, "start")                                                                              \
    X(END, "end")                                                                                  \
    X(RELATION, "relation")                                                                        \
    X(VALUE, "value")                                                                              \
    X(UPPER, "upper")                                                                              \
    X(ERROR, "error")                                                                              \
    X(N, "n")                                                                                      \
    X(GRAIN, "grain")                                                                              \
    X(STALE, "stale")                                                                              \
    X(DEFINITION, "definition")                                                                    \
    X(SOURCE, "source")                                                                            \
    X(RELEASE, "release")                                                                          \
    X(PUBLISHED, "published")                                                                      \
    X(URL, "url")                                                                                  \
    X(QUOTE, "quote")                                                                              \
    X(NOTE, "note")
typedef enum atn_column {
#define ATN_AS_COLUMN(id, name) ATN_COLUMN_##id,
    ATN_COLUMN_LIST(ATN_AS_COLUMN)
#undef ATN_AS_COLUMN
        ATN_COLUMNS
} atn_column;
enum { ATN_REQUIRED_COLUMNS = ATN_COLUMN_UPPER + 1 };
const char *const *atn_column_names(void); /* NULL-terminated */

/* Where a row stands: a table's file, or the current path of the study file. */
typedef struct atn_report_row {
    const char *file; /* NULL: inline */
    long row, line;
    const atn_entry *entries; /* ATN_COLUMNS */
} atn_report_row;
/* Reads one row into *report; false when it had errors (nothing is kept). */
bool atn_read_report(atn_reader *r, const atn_report_row *row, atn_report *report);
void atn_report_free(attain_context *ctx, atn_report *report);

#endif
