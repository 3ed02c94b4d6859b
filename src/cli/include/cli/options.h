/* The command line: commands, their flags, and what one call asked for. */
#ifndef ATN_CLI_OPTIONS_H
#define ATN_CLI_OPTIONS_H

#include <stdio.h>

#include <attain/calibrate.h>
#include <attain/compare.h>
#include <attain/regress.h>

#include "cli/console.h"

/* One bit a flag: a command names those it takes. */
typedef enum atn_flag {
    ATN_FLAG_OUTPUT = 1u << 0,
    ATN_FLAG_SEED = 1u << 1,
    ATN_FLAG_THREADS = 1u << 2,
    ATN_FLAG_FORMAT = 1u << 3,
    ATN_FLAG_QUIET = 1u << 4,
    ATN_FLAG_STRICT = 1u << 5,
    ATN_FLAG_HELP = 1u << 6,
    ATN_FLAG_AS_OF = 1u << 7,
    ATN_FLAG_FIT = 1u << 8,
    ATN_FLAG_SET = 1u << 9,
    ATN_FLAG_ASSERT = 1u << 10,
    ATN_FLAG_NO_CHARTS = 1u << 11,
    ATN_FLAG_SCENARIOS = 1u << 12, /* refused with its reason */
    ATN_FLAG_DATA = 1u << 13,
    ATN_FLAG_RESPONSE = 1u << 14,
    ATN_FLAG_FORMULA = 1u << 15,
    ATN_FLAG_CURVE = 1u << 16,
    ATN_FLAG_START = 1u << 17,
    ATN_FLAG_PRIOR = 1u << 18,
    ATN_FLAG_BOUNDS = 1u << 19,
    ATN_FLAG_WEIGHTS = 1u << 20,
    ATN_FLAG_LOSS = 1u << 21,
    ATN_FLAG_INTERVALS = 1u << 22,
    ATN_FLAG_LEVEL = 1u << 23,
    ATN_FLAG_REPLICATES = 1u << 24,
    ATN_FLAG_RESIDUALS = 1u << 25,
    ATN_FLAG_PLOT = 1u << 26,
    ATN_FLAG_DRAWS = 1u << 27,
    ATN_FLAG_SIMULATIONS = 1u << 28, /* --replicates of calibrate */
    ATN_FLAG_RANKS = 1u << 29,
    ATN_FLAG_REGRESS_FIT = 1u << 30 /* --fit of regress */
} atn_flag;
#define ATN_FLAGS_ALL                                                                              \
    (ATN_FLAG_OUTPUT | ATN_FLAG_SEED | ATN_FLAG_THREADS | ATN_FLAG_FORMAT | ATN_FLAG_QUIET |       \
     ATN_FLAG_STRICT | ATN_FLAG_HELP)
#define ATN_FLAGS_REGRESS                                                                          \
    (ATN_FLAG_DATA | ATN_FLAG_RESPONSE | ATN_FLAG_FORMULA | ATN_FLAG_CURVE | ATN_FLAG_START |      \
     ATN_FLAG_PRIOR | ATN_FLAG_BOUNDS | ATN_FLAG_WEIGHTS | ATN_FLAG_LOSS | ATN_FLAG_INTERVALS |    \
     ATN_FLAG_LEVEL | ATN_FLAG_REPLICATES | ATN_FLAG_RESIDUALS | ATN_FLAG_PLOT |                   \
     ATN_FLAG_REGRESS_FIT)

enum { ATN_MAX_ARGUMENTS = 2 };

/* What regress alone takes; NULL: not given. */
typedef struct atn_regress_options {
    const char *data, *plot, *response, *formula, *curve, *weights;
    char *start, *prior, *bounds; /* owned: each may be given several times, and is then joined */
    attain_loss loss;
    attain_intervals intervals;
    double level;    /* 0: not given */
    long replicates; /* 0: not given */
    bool residuals;
} atn_regress_options;

typedef struct atn_options {
    const char *arguments[ATN_MAX_ARGUMENTS];
    size_t n_arguments;
    const char *output; /* NULL: the command's default */
    bool has_seed;
    uint64_t seed;
    unsigned threads; /* 0: one a processor */
    attain_format format;
    bool quiet, strict, help, no_charts;
    const char *as_of;
    const char *draws; /* file for posterior draws; NULL: none */
    attain_method fit;
    const char **set, **assertions; /* in the order given */
    size_t n_set, n_assertions;
    long replicates;   /* of calibrate; 0: not given */
    const char *ranks; /* of calibrate; NULL: not given */
    atn_regress_options regress;
} atn_options;

typedef struct atn_command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;   /* one line for the list of commands */
    const char *text;      /* for its own help */
    size_t least, most;    /* arguments */
    unsigned flags;        /* atn_flag bits */
    const char *output;    /* what -o is here: "DIR", "FILE" */
    atn_exit (*run)(const atn_options *options, atn_console *console);
} atn_command;

/* All commands, ended by one whose name is NULL. */
extern const atn_command atn_commands[];
const atn_command *atn_command_find(const char *name);

/* Reads argv (without the command's name) for `command`.  On a mistake says it with a suggestion
 * and returns false.  Texts are borrowed from argv; free the lists with atn_options_free. */
bool atn_options_parse(const atn_command *command, int argc, char **argv, atn_options *options,
                       atn_console *console);
void atn_options_free(atn_options *options);

/* The nearest of n names within an edit distance of max(1, (length + 1) / 3), else NULL. */
const char *atn_nearest(const char *word, const char *const *names, size_t n);
void atn_command_unknown(const char *name, atn_console *console);

/* help.c */
void atn_help_usage(FILE *stream);
void atn_help_overview(FILE *stream);
void atn_help_command(FILE *stream, const atn_command *command);
/* Flags without help are taken but not listed. */
typedef struct atn_flag_text {
    unsigned flag;
    const char *name;  /* without the dashes */
    const char *value; /* NULL: takes none */
    const char *help;
} atn_flag_text;
extern const atn_flag_text atn_flag_texts[]; /* ended by a NULL name */

atn_exit atn_cmd_run(const atn_options *options, atn_console *console);
atn_exit atn_cmd_check(const atn_options *options, atn_console *console);
atn_exit atn_cmd_show(const atn_options *options, atn_console *console);
atn_exit atn_cmd_compare(const atn_options *options, atn_console *console);
atn_exit atn_cmd_calibrate(const atn_options *options, atn_console *console);
atn_exit atn_cmd_regress(const atn_options *options, atn_console *console);
atn_exit atn_cmd_curves(const atn_options *options, atn_console *console);
atn_exit atn_cmd_schema(const atn_options *options, atn_console *console);
atn_exit atn_cmd_init(const atn_options *options, atn_console *console);

#endif
