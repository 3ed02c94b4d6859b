/* Results: one document that holds every number of a run, read by address. */
#ifndef ATTAIN_RESULTS_H
#define ATTAIN_RESULTS_H

#include <attain/project.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_results attain_results;

/* Frees text the library handed out. */
ATTAIN_API void attain_text_free(attain_context *context, char *text);

/* Gathers a finished run.  diagnostics (may be NULL) are copied into the document; nothing else is
 * borrowed.  The document's status is "gate_failed" where a quality gate failed (or, with `strict`,
 * any warning), "warn" where there are warnings, else "ok". */
ATTAIN_API attain_status attain_results_create(attain_context *context,
                                               const attain_projection *projection,
                                               const attain_diagnostics *diagnostics, bool strict,
                                               attain_results **results,
                                               attain_error *err) ATTAIN_MUST_CHECK;
/* Reads a results.json, or the one in a run's folder.  FILE, SYNTAX, FIELD (another schema). */
ATTAIN_API attain_status attain_results_load(attain_context *context, const char *path,
                                             attain_results **results,
                                             attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_results_free(attain_results *results);

typedef enum attain_results_status {
    ATTAIN_RESULTS_OK = 0,
    ATTAIN_RESULTS_WARN = 1,
    ATTAIN_RESULTS_GATE_FAILED = 2
} attain_results_status;
ATTAIN_API attain_results_status attain_results_state(const attain_results *results);

/* The number at an address such as "goals/first-year-600k/dhs/any-day/probability"; arrays are
 * indexed by id, definition, reading, name, row or number, and a part with a single choice may be
 * left out.  A null is NaN.  ADDRESS names the part that failed and what stands there. */
ATTAIN_API attain_status attain_results_number(const attain_results *results, const char *address,
                                               double *number, attain_error *err) ATTAIN_MUST_CHECK;
/* The value at an address as bare text: a number in its shortest form, a string as is, JSON for a
 * group. */
ATTAIN_API attain_status attain_results_text(const attain_results *results, const char *address,
                                             char **text, attain_error *err) ATTAIN_MUST_CHECK;
/* Whether "ADDRESS < NUMBER" holds (operators < <= > >= == !=); a date may be compared with a date
 * ("ADDRESS <= 2026-01-19"): one that is null lies beyond the horizon, later than any.  ARGUMENT
 * for a malformed one. */
ATTAIN_API attain_status attain_results_assert(const attain_results *results, const char *assertion,
                                               bool *holds, attain_error *err) ATTAIN_MUST_CHECK;
/* The same judgement of the text alone, before there are results: OK, or ARGUMENT with what was
 * found and expected. */
ATTAIN_API attain_status attain_assertion_check(const char *assertion,
                                                attain_error *err) ATTAIN_MUST_CHECK;
/* The whole document, as results.json holds it. */
ATTAIN_API attain_status attain_results_json(const attain_results *results, char **text,
                                             attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
