/* Reports: results -> files for people (charts, tables, prose). */
#ifndef ATTAIN_REPORT_H
#define ATTAIN_REPORT_H

#include <attain/results.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Draws one chart: runs gnuplot (or anything that understands its scripts) on `script`, a file name
 * inside `folder`, which already holds the script and its data and is where the script writes
 * NAME.svg and NAME.png.  Called from the caller's thread.  Returns TOOL or FILE on failure. */
typedef attain_status attain_draw(void *user, const char *folder, const char *script,
                                  attain_error *err);

typedef struct attain_report_settings {
    int version;       /* set by attain_report_settings_init */
    bool charts;       /* emit charts (default true) */
    attain_draw *draw; /* NULL: scripts and data only */
    void *draw_user;
} attain_report_settings;
ATTAIN_API void attain_report_settings_init(attain_report_settings *settings);

/* Writes results.json, the CSV tables, report.md and charts/ into `folder` (created if missing);
 * each file whole or not at all.  A failing `draw` leaves scripts and data and is reported in
 * `diagnostics` as a warning; the rest of the run finishes, and the call returns TOOL at the end.
 */
ATTAIN_API attain_status attain_report_write(attain_context *context, const attain_results *results,
                                             const char *folder,
                                             const attain_report_settings *settings,
                                             attain_diagnostics *diagnostics,
                                             attain_error *err) ATTAIN_MUST_CHECK;

typedef enum attain_format {
    ATTAIN_FORMAT_TABLE = 0,
    ATTAIN_FORMAT_JSON = 1,
    ATTAIN_FORMAT_CSV = 2
} attain_format;

/* One of the tables "goals", "parameters", "reports", "diagnostics", "series", "scenarios" as
 * aligned text, CSV or JSON.  ADDRESS for any other name. */
ATTAIN_API attain_status attain_report_table(attain_context *context, const attain_results *results,
                                             const char *name, attain_format format, char **text,
                                             attain_error *err) ATTAIN_MUST_CHECK;
/* The answer in words: each goal in each definition with its probability, dates and pace; opens
 * with "answer with warnings" where a gate failed. */
ATTAIN_API attain_status attain_report_answer(attain_context *context,
                                              const attain_results *results, char **text,
                                              attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
