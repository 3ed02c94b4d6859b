/* A parser of its own: --name value, --name=value, -o DIR, -oDIR, flags and arguments in any order,
 * "--" ends the flags.  getopt_long would add abbreviations (which break when a flag is added) and
 * no suggestions. */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = 64, MAX_FLAGS = 64, MAX_THREADS = 1024 };
enum { MIN_REPLICATES = 100, MAX_REPLICATES = 1000000, MIN_SIMULATIONS = 10 };

/* The largest whole number up to which every one is a double: the seed goes into JSON. */
static const uint64_t max_seed = UINT64_C(1) << 53;

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours (Damerau 1964). */
static size_t edit_distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    size_t rows[3][MAX_WORD + 1];
    if (n > MAX_WORD || m > MAX_WORD) return MAX_WORD;
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= m; j++) last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t other = a[i - 1] != b[j - 1];
            now[j] = smallest(last[j] + 1, now[j - 1] + 1, last[j - 1] + other);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = smallest(now[j], before[j - 2] + 1, MAX_WORD);
        }
        size_t *const spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

const char *atn_nearest(const char *word, const char *const *names, size_t n)
{
    const size_t third = (strlen(word) + 1) / 3;
    size_t best = (third > 1 ? third : 1) + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < n; i++) {
        const size_t distance = edit_distance(word, names[i]);
        const bool tie = nearest && distance == best; /* a letter left out is the likelier slip */
        if (tie ? strlen(names[i]) <= strlen(nearest) : distance >= best) continue;
        best = distance;
        nearest = names[i];
    }
    return nearest;
}

/* What one flag's text means; `command` and `console` for messages. */
typedef struct parser {
    const atn_command *command;
    atn_options *options;
    atn_console *console;
} parser;

static bool complain(const parser *p, const char *flag, const char *value, const char *expected)
{
    atn_console_error(p->console, "%s: \"%s\" needs %s, found \"%s\"", p->command->name, flag,
                      expected, value);
    return false;
}

static bool read_whole(const char *text, uint64_t most, uint64_t *number)
{
    uint64_t n = 0;
    if (!*text) return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return false;
        const uint64_t digit = (uint64_t)(*text - '0');
        if (n > (most - digit) / 10) return false;
        n = n * 10 + digit;
    }
    *number = n;
    return true;
}

static bool read_seed(const parser *p, const char *value)
{
    if (!read_whole(value, max_seed, &p->options->seed))
        return complain(p, "--seed", value, "a whole number from 0 to 9007199254740992");
    p->options->has_seed = true;
    return true;
}

static bool read_threads(const parser *p, const char *value)
{
    uint64_t n = 0;
    if (!read_whole(value, MAX_THREADS, &n) || n == 0)
        return complain(p, "--threads", value, "a whole number from 1 to 1024");
    p->options->threads = (unsigned)n;
    return true;
}

static bool read_choice(const parser *p, const char *flag, const char *value,
                        const char *const *names, size_t n, const char *expected, size_t *choice)
{
    for (*choice = 0; *choice < n; (*choice)++)
        if (strcmp(value, names[*choice]) == 0) return true;
    const char *nearest = atn_nearest(value, names, n);
    if (!nearest) return complain(p, flag, value, expected);
    atn_console_error(p->console, "%s: \"%s\" needs %s, found \"%s\", did you mean \"%s\"?",
                      p->command->name, flag, expected, value, nearest);
    return false;
}

static bool read_format(const parser *p, const char *value)
{
    static const char *const names[] = {"table", "json", "csv"};
    size_t choice;
    if (!read_choice(p, "--format", value, names, 3, "table, json or csv", &choice)) return false;
    p->options->format = (attain_format)choice;
    return true;
}

static bool read_fit(const parser *p, const char *value)
{
    static const char *const names[] = {"map", "nuts"};
    size_t choice;
    if (!read_choice(p, "--fit", value, names, 2, "map or nuts", &choice)) return false;
    p->options->fit = choice == 0 ? ATTAIN_METHOD_MAP : ATTAIN_METHOD_NUTS;
    return true;
}

/* Standard output has the answer already. */
static bool read_draws(const parser *p, const char *value)
{
    if (!*value || strcmp(value, "-") == 0)
        return complain(p, "--draws", value, "the name of a file");
    p->options->draws = value;
    return true;
}

static bool read_loss(const parser *p, const char *value)
{
    static const char *const names[] = {"squares", "huber", "student_t"};
    size_t choice;
    if (!read_choice(p, "--loss", value, names, 3, "squares, huber or student_t", &choice))
        return false;
    p->options->regress.loss = (attain_loss)choice;
    return true;
}

static bool read_intervals(const parser *p, const char *value)
{
    static const char *const names[] = {"wald", "profile", "bootstrap"};
    size_t choice;
    if (!read_choice(p, "--intervals", value, names, 3, "wald, profile or bootstrap", &choice))
        return false;
    p->options->regress.intervals = (attain_intervals)choice;
    return true;
}

static bool read_share(const parser *p, const char *flag, const char *value, double *out)
{
    const bool plain = *value && strspn(value, "0123456789.eE+-") == strlen(value);
    char *end = NULL;
    const double level = plain ? strtod(value, &end) : 0.0; /* the locale is never set: "C" */
    if (!plain || *end || !(level > 0.0 && level < 1.0))
        return complain(p, flag, value, "a number between 0 and 1, such as 0.95");
    *out = level;
    return true;
}

static bool read_replicates(const parser *p, const char *value)
{
    uint64_t n = 0;
    if (!read_whole(value, MAX_REPLICATES, &n) || n < MIN_REPLICATES)
        return complain(p, "--replicates", value, "a whole number from 100 to 1000000");
    p->options->regress.replicates = (long)n;
    return true;
}

static bool read_simulations(const parser *p, const char *value)
{
    uint64_t n = 0;
    if (!read_whole(value, MAX_REPLICATES, &n) || n < MIN_SIMULATIONS)
        return complain(p, "--replicates", value, "a whole number from 10 to 1000000");
    p->options->replicates = (long)n;
    return true;
}

static bool read_plot(const parser *p, const char *value)
{
    const size_t length = strlen(value);
    if (length <= 4 || strcmp(value + length - 4, ".svg") != 0 || value[length - 5] == '/')
        return complain(p, "--plot", value, "the name of a file that ends in .svg");
    p->options->regress.plot = value;
    return true;
}

static bool read_escape(const parser *p, const char *value)
{
    static const char *const names[] = {"text", "html", "latex", "markdown", "csv"};
    size_t choice;
    if (!read_choice(p, "--escape", value, names, 5, "text, html, latex, markdown or csv", &choice))
        return false;
    p->options->escape = (attain_escape)(choice + ATTAIN_ESCAPE_TEXT);
    return true;
}

static bool read_numbers(const parser *p, const char *value)
{
    static const char *const names[] = {"comma", "space", "point"};
    size_t choice;
    if (!read_choice(p, "--number-style", value, names, 3, "comma, space or point", &choice))
        return false;
    p->options->numbers = (attain_number_style)choice;
    return true;
}

static bool read_size(const parser *p, const char *value)
{
    static const char *const names[] = {"web", "slide", "print"};
    size_t choice;
    if (!read_choice(p, "--size", value, names, 3, "web, slide or print", &choice)) return false;
    p->options->size = (attain_chart_size)choice;
    return true;
}

static bool read_type(const parser *p, const char *value)
{
    static const char *const names[] = {"svg", "png", "pdf"};
    size_t choice;
    if (!read_choice(p, "--type", value, names, 3, "svg, png or pdf", &choice)) return false;
    p->options->pictures |= 1u << choice;
    return true;
}

/* A list given in parts is one list. */
static bool join(const parser *p, char **list, char separator, const char *value)
{
    const size_t before = *list ? strlen(*list) : 0, length = strlen(value);
    char *longer = realloc(*list, before + length + 2);
    if (!longer) {
        atn_console_error(p->console, "out of memory");
        return false;
    }
    char *at = longer + before;
    if (before > 0) *at++ = separator;
    memcpy(at, value, length + 1);
    *list = longer;
    return true;
}

static bool take_regress_value(const parser *p, atn_flag flag, const char *value)
{
    atn_regress_options *const r = &p->options->regress;
    switch (flag) {
    case ATN_FLAG_DATA: r->data = value; break;
    case ATN_FLAG_RESPONSE: r->response = value; break;
    case ATN_FLAG_FORMULA: r->formula = value; break;
    case ATN_FLAG_CURVE: r->curve = value; break;
    case ATN_FLAG_WEIGHTS: r->weights = value; break;
    case ATN_FLAG_START: return join(p, &r->start, ',', value);
    case ATN_FLAG_PRIOR: return join(p, &r->prior, ';', value);
    case ATN_FLAG_BOUNDS: return join(p, &r->bounds, ',', value);
    case ATN_FLAG_REGRESS_FIT: return read_fit(p, value);
    case ATN_FLAG_LOSS: return read_loss(p, value);
    case ATN_FLAG_INTERVALS: return read_intervals(p, value);
    case ATN_FLAG_LEVEL: return read_share(p, "--level", value, &r->level);
    case ATN_FLAG_REPLICATES: return read_replicates(p, value);
    case ATN_FLAG_PLOT: return read_plot(p, value);
    case ATN_FLAG_RESIDUALS: r->residuals = true; break;
    default: return false; /* no flag at all */
    }
    return true;
}

static bool take_value(const parser *p, atn_flag flag, const char *value)
{
    atn_options *const o = p->options;
    if (flag & ATN_FLAGS_REGRESS) return take_regress_value(p, flag, value);
    switch (flag) {
    case ATN_FLAG_OUTPUT: o->output = value; break;
    case ATN_FLAG_SEED: return read_seed(p, value);
    case ATN_FLAG_THREADS: return read_threads(p, value);
    case ATN_FLAG_FORMAT: return read_format(p, value);
    case ATN_FLAG_SIMULATIONS: return read_simulations(p, value);
    case ATN_FLAG_RANKS: o->ranks = value; break;
    case ATN_FLAG_FIT: return read_fit(p, value);
    case ATN_FLAG_AS_OF: o->as_of = value; break;
    case ATN_FLAG_DRAWS: return read_draws(p, value);
    case ATN_FLAG_SET: o->set[o->n_set++] = value; break;
    case ATN_FLAG_ASSERT: o->assertions[o->n_assertions++] = value; break;
    case ATN_FLAG_SCENARIOS: o->scenarios[o->n_scenarios++] = value; break;
    case ATN_FLAG_ONLY: o->only[o->n_only++] = value; break;
    case ATN_FLAG_VARY: o->vary[o->n_vary++] = value; break;
    case ATN_FLAG_GOAL: o->goal = value; break;
    case ATN_FLAG_FROM:
    case ATN_FLAG_FIRST: o->from = value; break;
    case ATN_FLAG_EVERY: o->every = value; break;
    case ATN_FLAG_UNTIL: return read_share(p, "--until", value, &o->until);
    case ATN_FLAG_ESCAPE: return read_escape(p, value);
    case ATN_FLAG_NUMBERS: return read_numbers(p, value);
    case ATN_FLAG_MODEL_ID: o->model_id = value; break;
    case ATN_FLAG_THEME: o->theme = value; break;
    case ATN_FLAG_SIZE: return read_size(p, value);
    case ATN_FLAG_TYPE: return read_type(p, value);
    case ATN_FLAG_DARK: o->dark = true; break;
    case ATN_FLAG_QUIET: o->quiet = true; break;
    case ATN_FLAG_STRICT: o->strict = true; break;
    case ATN_FLAG_HELP: o->help = true; break;
    case ATN_FLAG_NO_CHARTS: o->no_charts = true; break;
    default: return false; /* no flag at all */
    }
    return true;
}

static bool unknown_flag(const parser *p, const char *word)
{
    const char *names[MAX_FLAGS];
    size_t n = 0;
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++)
        if ((p->command->flags & f->flag) && f->help) names[n++] = f->name;
    char name[MAX_WORD + 1] = "";
    const size_t length = strcspn(word, "=");
    if (length <= MAX_WORD) memcpy(name, word, length);
    const char *nearest = atn_nearest(name + strspn(name, "-"), names, n);
    if (nearest)
        atn_console_error(p->console, "%s: unknown flag \"%.*s\", did you mean \"--%s\"?",
                          p->command->name, (int)length, word, nearest);
    else
        atn_console_error(p->console, "%s: unknown flag \"%.*s\"; attain help %s lists them",
                          p->command->name, (int)length, word, p->command->name);
    return false;
}

static const atn_flag_text *find_flag(const parser *p, const char *name, size_t length)
{
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++)
        if ((p->command->flags & f->flag) && strlen(f->name) == length &&
            memcmp(f->name, name, length) == 0)
            return f;
    return NULL;
}

/* One flag at argv[*i], which begins with "-"; *i moves past its value. */
static bool take_flag(const parser *p, int argc, char **argv, int *i)
{
    const char *const word = argv[*i];
    const bool is_short = word[1] != '-';
    const char *const name = word + (is_short ? 1 : 2);
    const size_t length = is_short ? 1 : strcspn(name, "=");
    const atn_flag_text *flag;
    if (is_short)
        flag = *name == 'o'   ? find_flag(p, "output", 6)
               : *name == 'h' ? find_flag(p, "help", 4)
                              : NULL;
    else
        flag = find_flag(p, name, length);
    if (!flag) return unknown_flag(p, word);
    const char *rest = name + length; /* "=value", or what follows -o */
    if (!flag->value) {
        if (!*rest) return take_value(p, flag->flag, NULL);
        atn_console_error(p->console, "%s: \"--%s\" takes no value", p->command->name, flag->name);
        return false;
    }
    if (*rest) return take_value(p, flag->flag, rest + (is_short ? 0 : 1));
    if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0) {
        atn_console_error(p->console, "%s: \"%s\" needs a value: %s %s", p->command->name, word,
                          word, *flag->value ? flag->value : p->command->output);
        return false;
    }
    return take_value(p, flag->flag, argv[++*i]);
}

static bool count_arguments(const parser *p, size_t found)
{
    const atn_command *c = p->command;
    if (p->options->help || (found >= c->least && found <= c->most)) return true;
    if (found < c->least)
        atn_console_error(p->console, "%s: an argument is missing; usage: attain %s %s", c->name,
                          c->name, c->arguments);
    else
        atn_console_error(p->console, "%s: too many arguments; usage: attain %s%s%s", c->name,
                          c->name, *c->arguments ? " " : "", c->arguments);
    return false;
}

bool atn_options_parse(const atn_command *command, int argc, char **argv, atn_options *options,
                       atn_console *console)
{
    const parser p = {command, options, console};
    bool flags_ended = false;
    size_t found = 0;
    memset(options, 0, sizeof *options);
    options->set = calloc((size_t)argc + 1, sizeof *options->set);
    options->assertions = calloc((size_t)argc + 1, sizeof *options->assertions);
    options->scenarios = calloc((size_t)argc + 1, sizeof *options->scenarios);
    options->only = calloc((size_t)argc + 1, sizeof *options->only);
    options->vary = calloc((size_t)argc + 1, sizeof *options->vary);
    if (!options->set || !options->assertions || !options->scenarios || !options->only ||
        !options->vary) {
        atn_console_error(console, "out of memory");
        return false;
    }
    for (int i = 0; i < argc; i++) {
        if (!flags_ended && strcmp(argv[i], "--") == 0) {
            flags_ended = true;
        } else if (!flags_ended && argv[i][0] == '-' && argv[i][1]) {
            if (!take_flag(&p, argc, argv, &i)) return false;
        } else {
            if (found < ATN_MAX_ARGUMENTS) options->arguments[found] = argv[i];
            found++;
        }
    }
    options->n_arguments = found < ATN_MAX_ARGUMENTS ? found : ATN_MAX_ARGUMENTS;
    return count_arguments(&p, found);
}

void atn_options_free(atn_options *options)
{
    free(options->set);
    free(options->assertions);
    free(options->scenarios);
    free(options->only);
    free(options->vary);
    free(options->regress.start);
    free(options->regress.prior);
    free(options->regress.bounds);
    memset(options, 0, sizeof *options);
}
