/* Every text that --help prints. */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

const atn_flag_text atn_flag_texts[] = {
    {ATN_FLAG_AS_OF, "as-of", "DATE", "use only what was published by then"},
    {ATN_FLAG_FIT, "fit", "map|nuts", "method, in place of the study's own"},
    {ATN_FLAG_SET, "set", "POINTER=VALUE", "change one place of study.json; may be repeated"},
    {ATN_FLAG_ASSERT, "assert", "'ADDRESS < NUMBER'",
     "fail (exit 1) unless it holds; < <= > >= == !=; may be repeated"},
    {ATN_FLAG_DRAWS, "draws", "FILE.csv", "write the posterior draws, for R's posterior or ArviZ"},
    {ATN_FLAG_NO_CHARTS, "no-charts", NULL, "write no charts"},
    {ATN_FLAG_SCENARIOS, "scenarios", "FILE.json", "scenarios beside the study's; may be repeated"},
    {ATN_FLAG_ONLY, "only", "ID", "run this scenario and no other; may be repeated"},
    {ATN_FLAG_VARY, "vary", "TARGET=FROM:TO:STEP", "what to vary; a second one makes a grid"},
    {ATN_FLAG_GOAL, "goal", "ID",
     "this goal alone, or ID/DEFINITION/READING of it\n"
     "(default: every goal)"},
    {ATN_FLAG_UNTIL, "until", "NUMBER", "the chance to break even at (default: 0.5)"},
    {ATN_FLAG_FROM, "from", "DATE", "first day of the change (default: after the as-of date)"},
    {ATN_FLAG_EVERY, "every", "month|week|N", "between as-of dates; N days (default: month)"},
    {ATN_FLAG_FIRST, "from", "DATE",
     "first as-of date (default: back from the study's own to\n"
     "the first publication)"},
    {ATN_FLAG_DATA, "data", "FILE.csv", "the table, with a header row; - for standard input"},
    {ATN_FLAG_RESPONSE, "response", "EXPR", "what is explained: a column, or log(y) and the like"},
    {ATN_FLAG_FORMULA, "formula", "EXPR", "what explains it, in columns and parameters"},
    {ATN_FLAG_CURVE, "curve", "NAME",
     "a trend family (attain curves) in place of a formula;\n"
     "--formula then says what stands for its t"},
    {ATN_FLAG_START, "start", "'b1=500,b2=1e-4'", "names the parameters and where to search from"},
    {ATN_FLAG_BOUNDS, "bounds", "'b1=0:,b2=:1'", "the least and the most that a parameter may be"},
    {ATN_FLAG_PRIOR, "prior", "'b1=normal(0,10)'",
     "what is known of a parameter beforehand; with\n"
     "--fit nuts also of sigma, the sd of the errors"},
    {ATN_FLAG_REGRESS_FIT, "fit", "map|nuts",
     "least squares, or draws from the posterior (default: map)"},
    {ATN_FLAG_WEIGHTS, "weights", "EXPR", "of the rows, above 0 (default: all the same)"},
    {ATN_FLAG_LOSS, "loss", "NAME", "squares, huber or student_t (default: squares)"},
    {ATN_FLAG_INTERVALS, "intervals", "NAME", "wald, profile or bootstrap (default: wald)"},
    {ATN_FLAG_LEVEL, "level", "NUMBER", "of the intervals and bands (default: 0.95)"},
    {ATN_FLAG_REPLICATES, "replicates", "N", "of the bootstrap (default: 2000)"},
    {ATN_FLAG_SIMULATIONS, "replicates", "N", "simulated studies (default: 100)"},
    {ATN_FLAG_RANKS, "ranks", "FILE.csv", "write every rank too"},
    {ATN_FLAG_RESIDUALS, "residuals", NULL, "a line a row as well: response, fitted, residual"},
    {ATN_FLAG_PLOT, "plot", "FILE.svg", "draw data, curve, bands and residuals"},
    {ATN_FLAG_ESCAPE, "escape", "KIND",
     "text, html, latex, markdown or csv (default: by the\n"
     "template's extension)"},
    {ATN_FLAG_NUMBERS, "number-style", "NAME",
     "comma (1,234.5), space (1 234.5) or point (1.234,5;\n"
     "default: comma)"},
    {ATN_FLAG_MODEL_ID, "model-id", "TEAM-MODEL",
     "of a hub's model (default: attain-map or attain-nuts)"},
    {ATN_FLAG_SIZE, "size", "web|slide|print", "of the charts (default: web)"},
    {ATN_FLAG_TYPE, "type", "svg|png|pdf", "of the pictures; may be repeated (default: svg, png)"},
    {ATN_FLAG_DARK, "dark", NULL, "light on dark"},
    {ATN_FLAG_THEME, "theme", "FILE.gp", "gnuplot commands with colours and styles of your own"},
    {ATN_FLAG_OUTPUT, "output", "", "where to write; - for standard output"},
    {ATN_FLAG_FORMAT, "format", "table|json|csv", "of the output (default: table)"},
    {ATN_FLAG_SEED, "seed", "N", "of the random numbers (default: the study's own, or 1)"},
    {ATN_FLAG_THREADS, "threads", "N", "at most so many (default: one a processor)"},
    {ATN_FLAG_STRICT, "strict", NULL, "a warning fails too (exit 1)"},
    {ATN_FLAG_QUIET, "quiet", NULL, "say nothing but errors"},
    {ATN_FLAG_HELP, "help", NULL, "this text"},
    {0, NULL, NULL, NULL}};

enum { STUDY_FLAGS = ATN_FLAGS_ALL | ATN_FLAG_AS_OF | ATN_FLAG_SET };

const atn_command atn_commands[] = {
    {"run", "STUDY", "fit, project, answer the goals, write results and charts",
     "Checks a study, fits it, carries it to its horizon and answers its goals.  The answer goes "
     "to\n"
     "standard output; results.json, tables, report and charts into DIR, by default results/\n"
     "beside the study.  With -o - no file is written.  STUDY is a folder, its study.json, or -.\n",
     1, 1,
     STUDY_FLAGS | ATN_FLAG_FIT | ATN_FLAG_ASSERT | ATN_FLAG_DRAWS | ATN_FLAG_NO_CHARTS |
         ATN_FLAG_SCENARIOS | ATN_FLAG_ONLY,
     "DIR", atn_cmd_run},
    {"check", "STUDY", "every problem at once; every report read back; contradictions",
     "Names every problem of a study's files at once.  If there is none, reads every report back\n"
     "as a sentence with the interval that its wording implies, and names contradictions by the\n"
     "numbers they imply.  Fits nothing.\n",
     1, 1, STUDY_FLAGS, "FILE", atn_cmd_check},
    {"show", "RESULT [ADDRESS]", "tables, or one bare value, from a finished run",
     "Prints the answer of a finished run; with goals, parameters, reports, scenarios,\n"
     "diagnostics or series that table; with why what drives each answer; with an address such as\n"
     "goals/first-year-600k/probability the value there, bare, for a shell.  RESULT is a run's\n"
     "folder or its results.json.\n",
     1, 2, ATN_FLAGS_ALL, "FILE", atn_cmd_show},
    {"sweep", "STUDY", "a goal's chance for each of many values, and where it breaks even",
     "Fits a study once and answers its goals for every value of one thing, or of two, that comes\n"
     "after its as-of date: multiply.SERIES, replace.SERIES, a parameter (arrests.high), an input\n"
     "or a capacity (detention.beds).  Prints the value at which each chance crosses 50 %, or\n"
     "--until, and the chances:\n\n"
     "  attain sweep STUDY --vary multiply.arrests=1:3:0.1 --goal 3000-a-day/7-day-mean\n\n"
     "With -o FILE.csv or FILE.json that table goes into the file; with -o DIR tables and a chart\n"
     "go into that folder.\n",
     1, 1,
     STUDY_FLAGS | ATN_FLAG_FIT | ATN_FLAG_VARY | ATN_FLAG_GOAL | ATN_FLAG_UNTIL | ATN_FLAG_FROM |
         ATN_FLAG_NO_CHARTS,
     "FILE", atn_cmd_sweep},
    {"backtest", "STUDY", "past answers, and how they fared against what was published later",
     "Answers a study as of past dates, each time from the reports published by then, and scores\n"
     "what was foreseen by those published later: how often intervals cover, CRPS and log score,\n"
     "beside the past's last rate and its mean rate kept.  Prints the scores by distance and\n"
     "series, and how each answer moved; with -o DIR tables and charts go into that folder.\n\n"
     "  attain backtest STUDY --every month --from 2025-04-30 -o backtest\n\n"
     "A date with too little to fit is skipped and told.  Exit 1 if a fit failed a quality gate.\n",
     1, 1, STUDY_FLAGS | ATN_FLAG_FIT | ATN_FLAG_EVERY | ATN_FLAG_FIRST | ATN_FLAG_NO_CHARTS, "DIR",
     atn_cmd_backtest},
    {"compare", "OLD NEW", "what changed between two runs, and which report or setting did it",
     "Prints how each answer changed from one finished run to another and whether by more than\n"
     "the Monte Carlo error, which reports and settings differ, and what each report did.  OLD\n"
     "and NEW are runs' folders or their results.json.\n",
     2, 2, ATN_FLAGS_ALL, "FILE", atn_cmd_compare},
    {"plot", "RESULT [CHART]", "charts of a finished run: other sizes, dark, PDF, your theme",
     "Draws the charts of a finished run, or the one named CHART, or all of that kind, with\n"
     "gnuplot.  Each comes with its script, its data and a description, and gnuplot NAME.gp\n"
     "redraws it in its folder.  By default the run's own look goes into charts/ of the run's\n"
     "folder, and any other into a folder there that is named after it: charts/slide-dark/.\n",
     1, 2,
     ATN_FLAGS_ALL | ATN_FLAG_NUMBERS | ATN_FLAG_SIZE | ATN_FLAG_TYPE | ATN_FLAG_DARK |
         ATN_FLAG_THEME,
     "DIR", atn_cmd_plot},
    {"render", "RESULT TEMPLATE", "text with the numbers of a finished run filled in",
     "Fills a Mustache template with the numbers of a finished run.  A name with slashes is an\n"
     "address, and filters word what stands there:\n\n"
     "  ICE has {{goals/first-year-600k/ice/probability | words}} of it.\n"
     "  {{#assert}}goals/first-year-600k/ice/probability < 0.2{{/assert}}\n\n"
     "An assertion writes nothing.  Where one does not hold, the words beside it are no longer\n"
     "true: all such are named, nothing is written, and the exit is 1.  What is inserted is\n"
     "escaped for the language of the template's extension.  TEMPLATE may be -.\n",
     2, 2, ATN_FLAGS_ALL | ATN_FLAG_ESCAPE | ATN_FLAG_NUMBERS, "FILE", atn_cmd_render},
    {"export", "RESULT csv|latex|hub", "a finished run as tables, LaTeX or a forecast hub",
     "Writes a finished run into the folder of -o.  csv: each table as a file; latex: "
     "numbers.tex,\n"
     "in which \\attain{ADDRESS} is the number there, tables of goals and scenarios, and "
     "example.tex\n"
     "with them; hub: a forecast hub after hubverse's schemas, with quantiles, samples, the "
     "chance\n"
     "of each goal and its date in bins, for the run and each scenario.\n",
     2, 2, ATN_FLAGS_ALL | ATN_FLAG_MODEL_ID, "DIR", atn_cmd_export},
    {"calibrate", "STUDY", "fit simulated studies: are the truths recovered?",
     "Draws parameters from the study's priors, lets its reports say what the model then makes "
     "them\n"
     "say, fits the study with these figures, and ranks each truth among the draws: parameters,\n"
     "paths at three dates, goals.  Prints how far the ranks stray from uniform, against a band "
     "of\n"
     "99 % for all quantities together, and how often intervals cover.  Priors must be stated, "
     "and\n"
     "over, nearly and about need a grain.  Exit 1 if a band is broken.\n",
     1, 1, STUDY_FLAGS | ATN_FLAG_FIT | ATN_FLAG_SIMULATIONS | ATN_FLAG_RANKS, "FILE",
     atn_cmd_calibrate},
    {"regress", "", "fit any formula to the rows of any table",
     "Fits a formula to the rows of a CSV table by least squares, or by a loss that outliers move\n"
     "less, and prints each parameter with its standard error and interval.  Columns go by their\n"
     "names; every other name is a parameter, to be named in --start:\n\n"
     "  attain regress --data FILE.csv --response y --formula 'b1*(1-exp(-b2*x))' \\\n"
     "    --start 'b1=500,b2=1e-4'\n\n"
     "With --fit nuts the posterior is sampled instead, under normal errors of sd sigma; what has\n"
     "no --prior is flat.\n\n"
     "Exit 0 only if the search converged and the draws passed every quality gate; else the\n"
     "result is printed all the same, standard error says what failed, and the exit is 1.\n",
     0, 0, ATN_FLAGS_ALL | ATN_FLAGS_REGRESS | ATN_FLAG_DRAWS, "FILE", atn_cmd_regress},
    {"curves", "[NAME]", "the trend families, or one of them in full",
     "Lists the trend families that a study may name, with their formulas; with NAME prints that\n"
     "family's file: formula, parameters, default priors, source.\n",
     0, 1, ATN_FLAGS_ALL, "FILE", atn_cmd_curves},
    {"schema", "[NAME]", "what the files hold",
     "Lists the schemas, or prints one: study and results are JSON Schemas, reports the columns\n"
     "of a table of reports.\n",
     0, 1, ATN_FLAGS_ALL, "FILE", atn_cmd_schema},
    {"init", "DIR", "a small working study to start from",
     "Writes study.json, reports.csv and README.md into a new or empty folder.\n", 0, 1,
     ATN_FLAGS_ALL, "DIR", atn_cmd_init},
    {"completion", "bash|zsh|fish", "completions of commands and flags for a shell",
     "Prints a script that completes commands, flags and their values.  For bash in this session\n"
     "and for good:\n\n"
     "  source <(attain completion bash)\n"
     "  attain completion bash -o ~/.local/share/bash-completion/completions/attain\n\n"
     "For zsh save it as _attain in a folder of $fpath, for fish as\n"
     "~/.config/fish/completions/attain.fish.\n",
     1, 1, ATN_FLAGS_ALL, "FILE", atn_cmd_completion},
    {NULL, NULL, NULL, NULL, 0, 0, 0, NULL, NULL}};

const atn_command *atn_command_find(const char *name)
{
    for (const atn_command *c = atn_commands; c->name; c++)
        if (strcmp(c->name, name) == 0) return c;
    return NULL;
}

void atn_command_unknown(const char *name, atn_console *console)
{
    const char *names[32];
    size_t n = 0;
    for (const atn_command *c = atn_commands; c->name; c++) names[n++] = c->name;
    const char *nearest = atn_nearest(name, names, n);
    if (nearest)
        atn_console_error(console, "unknown command \"%s\", did you mean \"%s\"?", name, nearest);
    else
        atn_console_error(console, "unknown command \"%s\"; attain --help lists them", name);
}

void atn_help_usage(FILE *stream)
{
    fputs("usage: attain COMMAND [arguments] [flags]\n"
          "commands:",
          stream);
    for (const atn_command *c = atn_commands; c->name; c++) fprintf(stream, " %s", c->name);
    fputs("; attain --help says what they do\n", stream);
}

void atn_help_overview(FILE *stream)
{
    enum { WIDTH = 22 };
    fputs("attain answers from public figures: will the stated goal be met, by when, and how sure\n"
          "can we be?\n\n"
          "usage: attain COMMAND [arguments] [flags]\n\n",
          stream);
    for (const atn_command *c = atn_commands; c->name; c++) {
        char call[40];
        snprintf(call, sizeof call, "%s %s", c->name, c->arguments);
        const bool fits = strlen(call) <= WIDTH;
        if (!fits) fprintf(stream, "  %s\n", call);
        fprintf(stream, "  %-*s %s\n", WIDTH, fits ? call : "", c->summary);
    }
    fputs("  help [COMMAND]         this text, or a command's own\n\n"
          "attain --version prints the version.\n\n"
          "exit: 0 good; 1 a result, but a quality gate or an assertion failed; 2 command line or\n"
          "study.json wrong; 3 a table wrong; 4 numerical failure, no result; 5 a file or an\n"
          "external tool; 130 interrupted\n",
          stream);
}

/* What does not fit on the flag's line stands below it. */
static void put_flag(FILE *stream, const char *call, const char *help)
{
    enum { WIDTH = 28 };
    fprintf(stream, "  %-*s ", WIDTH, call);
    if (strlen(call) > WIDTH) fprintf(stream, "\n  %-*s ", WIDTH, "");
    for (; *help; help++) {
        fputc(*help, stream);
        if (*help == '\n') fprintf(stream, "  %-*s ", WIDTH, "");
    }
    fputc('\n', stream);
}

void atn_help_command(FILE *stream, const atn_command *command)
{
    fprintf(stream, "usage: attain %s%s%s [flags]\n\n%s\n", command->name,
            *command->arguments ? " " : "", command->arguments, command->text);
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++) {
        char call[48];
        if (!(command->flags & f->flag) || !f->help) continue;
        const char *value = f->flag == ATN_FLAG_OUTPUT ? command->output : f->value;
        snprintf(call, sizeof call, "%s--%s%s%s",
                 f->flag == ATN_FLAG_OUTPUT ? "-o, "
                 : f->flag == ATN_FLAG_HELP ? "-h, "
                                            : "",
                 f->name, value ? " " : "", value ? value : "");
        put_flag(stream, call, f->help);
    }
}
