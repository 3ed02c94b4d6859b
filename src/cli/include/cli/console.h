/* Standard error: messages, diagnostics, progress.  Standard output is output.h's. */
#ifndef ATN_CLI_CONSOLE_H
#define ATN_CLI_CONSOLE_H

#include <stdbool.h>
#include <time.h>

#include <attain/attain.h>

/* What the process ends with; the numbers are the manual's. */
typedef enum atn_exit {
    ATN_EXIT_GOOD = 0,
    ATN_EXIT_GATE = 1,    /* a result, but a quality gate or an assertion failed */
    ATN_EXIT_USAGE = 2,   /* command line or study.json */
    ATN_EXIT_TABLE = 3,   /* a table */
    ATN_EXIT_NUMERIC = 4, /* no result */
    ATN_EXIT_FILE = 5,    /* a file or an external tool */
    ATN_EXIT_INTERRUPTED = 130
} atn_exit;

typedef struct atn_console {
    bool quiet;    /* errors only */
    bool terminal; /* standard error is one: progress and timings */
    bool colour;
    bool line_open; /* a progress line stands on the terminal */
    char stage[32]; /* of the progress line, with its part and the part's fraction */
    unsigned part;
    double fraction;
    struct timespec stage_start, part_start, last_shown;
} atn_console;

/* Makes sure that descriptors 0, 1 and 2 are open, so that no file of ours is ever opened as one of
 * them and then printed into, and finds out what standard error can do. */
void atn_console_init(atn_console *console);

/* "attain: MESSAGE" on a line of its own; shown even when quiet. */
void atn_console_error(atn_console *console, const char *format, ...) ATTAIN_PRINTF(2, 3);
/* The same for what is no failure; silent when quiet. */
void atn_console_note(atn_console *console, const char *format, ...) ATTAIN_PRINTF(2, 3);

/* FILE:LINE:COLUMN: SEVERITY: MESSAGE [CODE] (POINTER), parts without meaning left out. */
void atn_console_diagnostic(atn_console *console, const attain_diagnostic *item);
/* Items from index `from` on, of at least this severity (errors alone when quiet). */
void atn_console_diagnostics(atn_console *console, const attain_diagnostics *list, size_t from,
                             attain_severity at_least);

/* Redraws the progress line at most ten times a second; nothing off a terminal. */
void atn_console_progress(atn_console *console, const char *stage, double fraction);
void atn_console_progress_end(atn_console *console);

double atn_seconds_since(const struct timespec *start); /* monotonic clock */

#endif
