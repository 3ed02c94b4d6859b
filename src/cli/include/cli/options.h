/* The command line: commands, their flags, and what one call asked for. */
#ifndef ATN_CLI_OPTIONS_H
#define ATN_CLI_OPTIONS_H

#include <stdio.h>

#include <attain/calibrate.h>
#include <attain/compare.h>
#include <attain/regress.h>
#include <attain/report.h>

#include "cli/console.h"

/* One bit a flag: a command names those it takes. */
typedef uint64_t atn_flag;
#define ATN_FLAG(n)          (UINT64_C(1) << (n))
#define ATN_FLAG_OUTPUT      ATN_FLAG(0)
#define ATN_FLAG_SEED        ATN_FLAG(1)
#define ATN_FLAG_THREADS     ATN_FLAG(2)
#define ATN_FLAG_FORMAT      ATN_FLAG(3)
#define ATN_FLAG_QUIET       ATN_FLAG(4)
#define ATN_FLAG_STRICT      ATN_FLAG(5)
#define ATN_FLAG_HELP        ATN_FLAG(6)
#define ATN_FLAG_AS_OF       ATN_FLAG(7)
#define ATN_FLAG_FIT         ATN_FLAG(8)
#define ATN_FLAG_SET         ATN_FLAG(9)
#define ATN_FLAG_ASSERT      ATN_FLAG(10)
#define ATN_FLAG_NO_CHARTS   ATN_FLAG(11)
#define ATN_FLAG_SCENARIOS   ATN_FLAG(12)
#define ATN_FLAG_DATA        ATN_FLAG(13)
#define ATN_FLAG_RESPONSE    ATN_FLAG(14)
#define ATN_FLAG_FORMULA     ATN_FLAG(15)
#define ATN_FLAG_CURVE       ATN_FLAG(16)
#define ATN_FLAG_START       ATN_FLAG(17)
#define ATN_FLAG_PRIOR       ATN_FLAG(18)
#define ATN_FLAG_BOUNDS      ATN_FLAG(19)
#define ATN_FLAG_WEIGHTS     ATN_FLAG(20)
#define ATN_FLAG_LOSS        ATN_FLAG(21)
#define ATN_FLAG_INTERVALS   ATN_FLAG(22)
#define ATN_FLAG_LEVEL       ATN_FLAG(23)
#define ATN_FLAG_REPLICATES  ATN_FLAG(24)
#define ATN_FLAG_RESIDUALS   ATN_FLAG(25)
#define ATN_FLAG_PLOT        ATN_FLAG(26)
#define ATN_FLAG_DRAWS       ATN_FLAG(27)
#define ATN_FLAG_SIMULATIONS ATN_FLAG(28) /* --replicates of calibrate */
#define ATN_FLAG_RANKS       ATN_FLAG(29)
#define ATN_FLAG_REGRESS_FIT ATN_FLAG(30) /* --fit of regress */
#define ATN_FLAG_ONLY        ATN_FLAG(31) /* of the scenarios */
#define ATN_FLAG_VARY        ATN_FLAG(32)
#define ATN_FLAG_GOAL        ATN_FLAG(33)
#define ATN_FLAG_UNTIL       ATN_FLAG(34)
#define ATN_FLAG_FROM        ATN_FLAG(35)
#define ATN_FLAG_ESCAPE      ATN_FLAG(36)
#define ATN_FLAG_NUMBERS     ATN_FLAG(37)
#define ATN_FLAG_EVERY       ATN_FLAG(38)
#define ATN_FLAG_FIRST       ATN_FLAG(39) /* --from of backtest */
#define ATN_FLAG_MODEL_ID    ATN_FLAG(40)
#define ATN_FLAG_THEME       ATN_FLAG(41)
#define ATN_FLAG_SIZE        ATN_FLAG(42)
#define ATN_FLAG_TYPE        ATN_FLAG(43)
#define ATN_FLAG_DARK        ATN_FLAG(44)
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
    const char **scenarios, **only, **vary; /* the same */
    size_t n_scenarios, n_only, n_vary;
    const char *goal;            /* of sweep; NULL: not given */
    const char *from;            /* of sweep and backtest; the same */
    const char *every;           /* of backtest; the same */
    double until;                /* of sweep; 0: not given */
    long replicates;             /* of calibrate; 0: not given */
    const char *ranks;           /* of calibrate; NULL: not given */
    attain_escape escape;        /* of render */
    const char *model_id;        /* of export; NULL: not given */
    attain_number_style numbers; /* of render and plot */
    const char *theme;           /* of plot; NULL: not given */
    attain_chart_size size;      /* of plot */
    unsigned pictures;           /* of plot: attain_picture bits; 0: not given */
    bool dark;                   /* of plot */
    atn_regress_options regress;
} atn_options;

typedef struct atn_command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;   /* one line for the list of commands */
    const char *text;      /* for its own help */
    size_t least, most;    /* arguments */
    atn_flag flags;        /* bits */
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
    atn_flag flag;
    const char *name;  /* without the dashes */
    const char *value; /* NULL: takes none */
    const char *help;
} atn_flag_text;
extern const atn_flag_text atn_flag_texts[]; /* ended by a NULL name */

atn_exit atn_cmd_run(const atn_options *options, atn_console *console);
atn_exit atn_cmd_check(const atn_options *options, atn_console *console);
atn_exit atn_cmd_show(const atn_options *options, atn_console *console);
atn_exit atn_cmd_sweep(const atn_options *options, atn_console *console);
atn_exit atn_cmd_backtest(const atn_options *options, atn_console *console);
atn_exit atn_cmd_compare(const atn_options *options, atn_console *console);
atn_exit atn_cmd_plot(const atn_options *options, atn_console *console);
atn_exit atn_cmd_render(const atn_options *options, atn_console *console);
atn_exit atn_cmd_export(const atn_options *options, atn_console *console);
atn_exit atn_cmd_calibrate(const atn_options *options, atn_console *console);
atn_exit atn_cmd_regress(const atn_options *options, atn_console *console);
atn_exit atn_cmd_curves(const atn_options *options, atn_console *console);
atn_exit atn_cmd_schema(const atn_options *options, atn_console *console);
atn_exit atn_cmd_completion(const atn_options *options, atn_console *console);
atn_exit atn_cmd_init(const atn_options *options, atn_console *console);

#endif
