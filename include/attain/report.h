/* Reports: results -> files for people (charts, tables, prose). */
#ifndef ATTAIN_REPORT_H
#define ATTAIN_REPORT_H

#include <attain/results.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of pictures, as bits. */
typedef enum attain_picture {
    ATTAIN_PICTURE_SVG = 1,
    ATTAIN_PICTURE_PNG = 2,
    ATTAIN_PICTURE_PDF = 4
} attain_picture;

/* One chart to be drawn. */
typedef struct attain_drawing {
    const char *script; /* NAME.gp, a file inside the folder */
    unsigned pictures;  /* which of NAME.svg, NAME.png, NAME.pdf it writes there */
    attain_error error; /* for draw to set: stays OK where every picture stands, else TOOL or FILE
                           with the reason */
} attain_drawing;

/* Draws n charts, in any order and as many at a time as it likes: runs gnuplot (or anything that
 * understands its scripts) on each script inside `folder`, which already holds scripts and data.
 * Called from the caller's thread.  Returns OK also where a drawing failed; INTERRUPTED ends the
 * call that draws; any other status with `err` stands for every drawing. */
typedef attain_status attain_draw(void *user, const char *folder, attain_drawing *drawings,
                                  size_t n, attain_error *err);

typedef struct attain_report_settings {
    int version;       /* set by attain_report_settings_init */
    bool charts;       /* emit charts (default true) */
    attain_draw *draw; /* NULL: scripts and data only */
    void *draw_user;
} attain_report_settings;
ATTAIN_API void attain_report_settings_init(attain_report_settings *settings);

/* Writes results.json, the CSV tables, numbers.tex, charts/, report.md and report.html (one file
 * that holds its pictures and asks for no other) into `folder` (created if missing); each file
 * whole or not at all.  A failing `draw` leaves scripts and data and is reported in `diagnostics`
 * as a warning; the rest of the run finishes, and the call returns TOOL at the end.
 */
ATTAIN_API attain_status attain_report_write(attain_context *context, const attain_results *results,
                                             const char *folder,
                                             const attain_report_settings *settings,
                                             attain_diagnostics *diagnostics,
                                             attain_error *err) ATTAIN_MUST_CHECK;

/* Layouts: for a page on screen (960 wide, PNG at twice that), for a slide (16:9, 1920 x 1080), for
 * a column of print (6.5 inches wide, PNG at 300 dots an inch). */
typedef enum attain_chart_size {
    ATTAIN_SIZE_WEB = 0,
    ATTAIN_SIZE_SLIDE = 1,
    ATTAIN_SIZE_PRINT = 2
} attain_chart_size;

typedef struct attain_plot_settings {
    int version;       /* set by attain_plot_settings_init */
    const char *chart; /* a chart's name or kind; NULL: all (default) */
    attain_chart_size size;
    bool dark;
    unsigned pictures;           /* attain_picture bits (default SVG and PNG) */
    attain_number_style numbers; /* of the charts' words and axes */
    const char *theme; /* a file of gnuplot commands, which may redefine colours and styles
                          (docs/charts.md); "-": standard input; NULL: none.  It is run as code. */
    attain_draw *draw; /* NULL: scripts and data only */
    void *draw_user;
} attain_plot_settings;
ATTAIN_API void attain_plot_settings_init(attain_plot_settings *settings);

/* Writes the charts of a finished run into `folder` (created if missing) in any size and look; with
 * the defaults, byte for byte what attain_report_write puts into charts/.  settings may be NULL for
 * the defaults; *n_charts (may be NULL) is how many were chosen.  As there, charts that `draw`
 * fails on leave scripts and data and are warnings in `diagnostics`, and the call returns TOOL or
 * FILE at its end.  Also ADDRESS where the run has no such chart (nothing is written; the message
 * suggests one), ARGUMENT, FILE, INTERRUPTED, NOMEM. */
ATTAIN_API attain_status attain_report_plot(attain_context *context, const attain_results *results,
                                            const char *folder,
                                            const attain_plot_settings *settings,
                                            attain_diagnostics *diagnostics, size_t *n_charts,
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

typedef enum attain_export_format {
    ATTAIN_EXPORT_CSV = 0,   /* every table of the results */
    ATTAIN_EXPORT_LATEX = 1, /* numbers.tex, tables of goals and scenarios, a document with them */
    ATTAIN_EXPORT_HUB = 2    /* a forecast hub: hubverse configuration and model output */
} attain_export_format;

typedef struct attain_export_settings {
    int version; /* set by attain_export_settings_init */
    attain_export_format format;
    const char *model_id; /* of a hub: TEAM-MODEL, each of 1 to 16 letters, digits and _; NULL for
                             attain-METHOD */
} attain_export_settings;
ATTAIN_API void attain_export_settings_init(attain_export_settings *settings);

/* Writes what other programs read into `folder` (created if missing), each file whole or not at
 * all; docs/export.md says which.  settings may be NULL for the defaults.  ARGUMENT; FIELD where
 * the results lack something that a hub needs, before anything is written; FILE, NOMEM. */
ATTAIN_API attain_status attain_report_export(attain_context *context,
                                              const attain_results *results, const char *folder,
                                              const attain_export_settings *settings,
                                              attain_error *err) ATTAIN_MUST_CHECK;

/* The language that a template writes, and in which what it inserts is escaped. */
typedef enum attain_escape {
    ATTAIN_ESCAPE_BY_NAME = 0, /* by the template's extension: .html, .tex, .md, .csv; else text */
    ATTAIN_ESCAPE_TEXT = 1,    /* control characters become spaces */
    ATTAIN_ESCAPE_HTML = 2,
    ATTAIN_ESCAPE_LATEX = 3,
    ATTAIN_ESCAPE_MARKDOWN = 4,
    ATTAIN_ESCAPE_CSV = 5 /* a whole cell, quoted where need be, and never a formula */
} attain_escape;

typedef struct attain_render_settings {
    int version; /* set by attain_render_settings_init */
    attain_escape escape;
    attain_number_style numbers; /* of the filters that group digits */
} attain_render_settings;
ATTAIN_API void attain_render_settings_init(attain_render_settings *settings);

/* Fills a Mustache template with the results (docs/templates.md).  `path` names the template ("-":
 * standard input); partials are read from its folder.  settings may be NULL for the defaults.
 * Every problem goes to `diagnostics` (may be NULL) with file, line and column, failed assertions
 * too (code "assertion-failed"); their number is *unsupported.  *text (free with attain_text_free)
 * is NULL unless the call succeeds and every assertion holds.
 * Returns OK also where assertions fail; SYNTAX for the template's own faults; ADDRESS for a name
 * that leads nowhere or a filter that cannot take what stands there; FILE, ARGUMENT, INTERRUPTED,
 * NOMEM.  Cost: linear in what is written; at most 64 MB and 20 million tags. */
ATTAIN_API attain_status attain_report_render(attain_context *context,
                                              const attain_results *results, const char *path,
                                              const attain_render_settings *settings,
                                              attain_diagnostics *diagnostics, char **text,
                                              size_t *unsupported,
                                              attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
