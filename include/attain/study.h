/* Studies: reading, checking, and what ships with the library. */
#ifndef ATTAIN_STUDY_H
#define ATTAIN_STUDY_H

#include <attain/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_study attain_study;

typedef struct attain_study_options {
    int version;            /* set by attain_study_options_init */
    const char *as_of;      /* "YYYY-MM-DD" in place of the study's own; NULL: as written */
    const char *const *set; /* n_set texts "POINTER=VALUE", applied to the JSON before reading */
    size_t n_set;
} attain_study_options;

ATTAIN_API void attain_study_options_init(attain_study_options *options);

/* Reads a study from a folder holding study.json, from a study.json itself, or from standard input
 * ("-"); tables it names are sought beside it.  Every problem of every file is appended to
 * `problems` (may be NULL); err repeats the first.
 * Returns FILE, SYNTAX, FIELD, FORMULA, TABLE, ARGUMENT (options) or NOMEM; *study is then NULL.
 * The caller frees the study; the context must outlive it. */
ATTAIN_API attain_status attain_study_load(attain_context *context, const char *path,
                                           const attain_study_options *options,
                                           attain_diagnostics *problems, attain_study **study,
                                           attain_error *err) ATTAIN_MUST_CHECK;

/* The same from memory: `json` (length bytes) and, when the study names a table under "reports",
 * that table's text (NULL, 0 if all reports stand inline).  Nothing is read from disk. */
ATTAIN_API attain_status attain_study_parse(attain_context *context, const char *json,
                                            size_t json_length, const char *table,
                                            size_t table_length,
                                            const attain_study_options *options,
                                            attain_diagnostics *problems, attain_study **study,
                                            attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_study_free(attain_study *study);

/* What `attain check` says beyond errors: contradictions between figures with the numbers they
 * imply, restated figures, duplicates, feasibility, thin evidence.  Needs no fit. */
ATTAIN_API attain_status attain_study_check(const attain_study *study, attain_diagnostics *findings,
                                            attain_error *err) ATTAIN_MUST_CHECK;

ATTAIN_API const char *attain_study_title(const attain_study *study);
ATTAIN_API size_t attain_study_report_count(const attain_study *study);

/* One report read back as the model reads it. */
typedef struct attain_report_reading {
    long row;             /* 1-based data row of its table */
    const char *series;   /* id; borrowed from the study */
    const char *sentence; /* borrowed from the study, made on first use */
    double low, high;     /* interval of the reported quantity that the wording implies */
    bool used;            /* published by as_of and not a repetition */
} attain_report_reading;
ATTAIN_API attain_status attain_study_report(attain_study *study, size_t index,
                                             attain_report_reading *reading,
                                             attain_error *err) ATTAIN_MUST_CHECK;

/* Log posterior density of the whole study (all blocks, first candidate trends) on the natural
 * scale, no Jacobian, at a point given by names as in results ("arrests.high", "definition.dhs",
 * "arrests.deviation.z[3]").  Latent values not named are 0; every parameter must be named.
 * *log_density is -INFINITY outside the domain.  Returns ARGUMENT for an unknown or missing name.
 */
ATTAIN_API attain_status attain_study_log_density(attain_study *study, const char *const *names,
                                                  const double *values, size_t n,
                                                  double *log_density,
                                                  attain_error *err) ATTAIN_MUST_CHECK;

/* Trend families compiled into the library, in alphabetical order; static storage. */
ATTAIN_API size_t attain_curve_count(void);
ATTAIN_API const char *attain_curve_name(size_t index);     /* NULL out of range */
ATTAIN_API const char *attain_curve_json(const char *name); /* NULL if there is none */
/* JSON Schemas of "study" and "results", and the column list of "reports"; static storage. */
ATTAIN_API size_t attain_schema_count(void);
ATTAIN_API const char *attain_schema_name(size_t index);
ATTAIN_API const char *attain_schema_text(const char *name);

/* Writes a small working study (study.json, reports.csv, README.md) into a new or empty folder.
 * FILE if the folder holds any of these files already. */
ATTAIN_API attain_status attain_study_init(attain_context *context, const char *folder,
                                           attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
