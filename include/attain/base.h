/* Statuses, errors, diagnostics, allocator and context: what every other call takes. */
#ifndef ATTAIN_BASE_H
#define ATTAIN_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <attain/version.h>

#if defined(__GNUC__)
#define ATTAIN_API                 __attribute__((visibility("default")))
#define ATTAIN_MUST_CHECK          __attribute__((warn_unused_result))
#define ATTAIN_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define ATTAIN_API
#define ATTAIN_MUST_CHECK
#define ATTAIN_PRINTF(text, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* "MAJOR.MINOR.PATCH" of the linked library; static storage. */
ATTAIN_API const char *attain_version(void);

/* True if the headers this file was compiled against and the linked library agree in major and
 * minor version.  Use the macro; it passes the header's numbers. */
ATTAIN_API bool attain_version_agrees(int major, int minor);
#define ATTAIN_VERSION_CHECK() attain_version_agrees(ATTAIN_VERSION_MAJOR, ATTAIN_VERSION_MINOR)

/* Values are fixed for ever and never reused. */
#define ATTAIN_STATUS_LIST(X)                                                                      \
    X(OK, 0, "success")                                                                            \
    X(NOMEM, 1, "out of memory")                                                                   \
    X(SYNTAX, 2, "not valid JSON")                                                                 \
    X(FIELD, 3, "bad field in the study file")                                                     \
    X(DOMAIN, 4, "outside the domain")                                                             \
    X(TABLE, 5, "bad table")                                                                       \
    X(FORMULA, 6, "bad formula")                                                                   \
    X(FILE, 7, "file could not be read or written")                                                \
    X(NUMERIC, 8, "numerical failure")                                                             \
    X(INTERRUPTED, 9, "interrupted by the caller")                                                 \
    X(ADDRESS, 10, "no such address in the results")                                               \
    X(ARGUMENT, 11, "bad argument or setting")                                                     \
    X(TOOL, 12, "an external tool failed")

#define ATTAIN_AS_ENUM(name, code, text) ATTAIN_ERR_##name = (code),
typedef enum attain_status { ATTAIN_STATUS_LIST(ATTAIN_AS_ENUM) } attain_status;
#define ATTAIN_OK ATTAIN_ERR_OK

/* Text of a status from the list above; "unknown status" for any other number. */
ATTAIN_API const char *attain_status_text(attain_status status);

/* Filled by the first failure of a call; cleared on entry of every public call.  NULL is fine. */
typedef struct attain_error {
    attain_status status;
    long line, column; /* 1-based place in a text; 0 where it has no meaning */
    char pointer[256]; /* RFC 6901 place in the study file, "" = whole document */
    char message[256]; /* one sentence: what was found, what was expected */
} attain_error;

typedef enum attain_severity {
    ATTAIN_SEVERITY_NOTE = 0,
    ATTAIN_SEVERITY_WARNING = 1,
    ATTAIN_SEVERITY_ERROR = 2
} attain_severity;

/* One problem.  All strings are owned by the list and never NULL ("" = has no meaning here). */
typedef struct attain_diagnostic {
    attain_severity severity;
    const char *code;    /* stable kebab-case name, e.g. "unknown-key", "contradiction" */
    const char *file;    /* name as the caller gave it */
    long line, column;   /* 1-based; 0 = no place */
    const char *pointer; /* RFC 6901 in a JSON file */
    const char *message; /* one sentence */
} attain_diagnostic;

typedef struct attain_context attain_context;
typedef struct attain_diagnostics attain_diagnostics;

/* How numbers are written for people; files for programs are not concerned. */
typedef enum attain_number_style {
    ATTAIN_NUMBERS_COMMA = 0, /* 1,234.5 */
    ATTAIN_NUMBERS_SPACE = 1, /* 1 234.5, the space narrow and unbreakable (U+202F) */
    ATTAIN_NUMBERS_POINT = 2  /* 1.234,5 */
} attain_number_style;

/* All three functions are required.  They are called from the thread that called the library. */
typedef struct attain_allocator {
    void *(*allocate)(void *user, size_t size);
    void *(*reallocate)(void *user, void *block, size_t size);
    void (*release)(void *user, void *block); /* block may be NULL */
    void *user;
} attain_allocator;

typedef struct attain_progress {
    const char *stage; /* "fit", "project", "draw", "calibrate", "backtest" */
    double fraction;   /* of this stage, 0 .. 1 */
} attain_progress;

/* Return false to end the running call with ATTAIN_ERR_INTERRUPTED.  Called from the caller's
 * thread only. */
typedef bool attain_proceed(void *user, const attain_progress *progress);

typedef struct attain_context_settings {
    int version;                       /* set by attain_context_settings_init */
    const attain_allocator *allocator; /* NULL: malloc; copied */
    unsigned threads;                  /* 0: one per online processor; results never depend on it */
    attain_proceed *proceed;           /* NULL: never interrupted */
    void *proceed_user;
} attain_context_settings;

ATTAIN_API void attain_context_settings_init(attain_context_settings *settings);

/* Creates a context; settings may be NULL for the defaults.  One context serves one thread at a
 * time and must outlive everything created from it.
 * Returns NOMEM, or ARGUMENT for a bad settings field (named in err). */
ATTAIN_API attain_status attain_context_create(const attain_context_settings *settings,
                                               attain_context **context,
                                               attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_context_free(attain_context *context);

/* Turns off GSL's process-wide aborting error handler.  Call once, before threads start. */
ATTAIN_API void attain_gsl_quiet(void);

/* An empty list of problems, owned by the caller.  NULL reads as an empty list below. */
ATTAIN_API attain_status attain_diagnostics_create(attain_context *context,
                                                   attain_diagnostics **list,
                                                   attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API size_t attain_diagnostics_count(const attain_diagnostics *list);
/* Items of at least this severity. */
ATTAIN_API size_t attain_diagnostics_count_of(const attain_diagnostics *list,
                                              attain_severity at_least);
/* Borrowed until the list changes; NULL when index is out of range. */
ATTAIN_API const attain_diagnostic *attain_diagnostics_get(const attain_diagnostics *list,
                                                           size_t index);
ATTAIN_API void attain_diagnostics_free(attain_diagnostics *list);

#ifdef __cplusplus
}
#endif
#endif
