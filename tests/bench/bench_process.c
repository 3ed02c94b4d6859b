/* Whole processes: `attain regress` against `gnuplot` fit and `Rscript` with nls on two reference
 * sets, interleaved, and a table of a million rows with its peak memory.  What is not installed is
 * skipped, visibly.  Targets: ten times faster than Rscript, no slower than gnuplot; 3 s and 300 MB
 * for the million rows. */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stream.h"
#include "stopwatch.h"

extern char **environ;

enum { ROUNDS = 15, MOST_ARGUMENTS = 16, PATH_SIZE = 512, MILLION = 1000000 };

typedef struct outcome {
    double seconds, megabytes;
    int exit_code;
} outcome;

/* Runs a command with its output to `output`. */
static outcome run(const char *const *argument, const char *output)
{
    outcome o = {.exit_code = 127};
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    char *copy[MOST_ARGUMENTS + 1] = {NULL};
    int status = 0;
    pid_t child;
    for (size_t i = 0; argument[i] && i < MOST_ARGUMENTS; i++) copy[i] = strdup(argument[i]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    const double begin = stopwatch_read(CLOCK_MONOTONIC);
    if (posix_spawnp(&child, copy[0], &actions, NULL, copy, environ) == 0 &&
        wait4(child, &status, 0, &usage) == child) {
        o.seconds = stopwatch_read(CLOCK_MONOTONIC) - begin;
        o.megabytes = (double)usage.ru_maxrss / 1024.0;
        o.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    }
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; copy[i]; i++) free(copy[i]);
    return o;
}

static bool write_text(const char *folder, const char *name, const char *text, char *path)
{
    snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file) return false;
    const bool wrote = fputs(text, file) >= 0;
    return fclose(file) == 0 && wrote;
}

/* ---- Two reference sets, three programs ---- */

static const struct {
    const char *set, *formula, *start; /* attain's */
    const char *gnuplot_start, *gnuplot_names;
    const char *gnuplot_formula, *r_start; /* ^ is ** in gnuplot */
} sets[] = {
    {"Misra1a", "b1*(1-exp(-b2*x))", "b1=500,b2=1e-4", "b1=500; b2=1e-4", "b1,b2",
     "b1*(1-exp(-b2*x))", "b1=500, b2=1e-4"},
    {"Thurber", "(b1+b2*x+b3*x^2+b4*x^3)/(1+b5*x+b6*x^2+b7*x^3)",
     "b1=1000,b2=1000,b3=400,b4=40,b5=0.7,b6=0.3,b7=0.03",
     "b1=1000.; b2=1000.; b3=400.; b4=40.; b5=0.7; b6=0.3; b7=0.03", "b1,b2,b3,b4,b5,b6,b7",
     "(b1+b2*x+b3*x**2+b4*x**3)/(1+b5*x+b6*x**2+b7*x**3)",
     "b1=1000, b2=1000, b3=400, b4=40, b5=0.7, b6=0.3, b7=0.03"},
};

enum { ATTAIN, GNUPLOT, R, PROGRAMS };
static const char *const program_name[PROGRAMS] = {"attain regress", "gnuplot fit", "Rscript nls"};
static const double least_ratio[PROGRAMS] = {0.0, 1.0, 10.0};

static bool race(const char *folder, size_t set)
{
    char data[PATH_SIZE], script[2048], gnuplot_file[PATH_SIZE], r_file[PATH_SIZE];
    double seconds[PROGRAMS][ROUNDS];
    bool here[PROGRAMS] = {true, true, true}, good = true;
    snprintf(data, sizeof data, "%s/data/nist/nonlinear/%s.csv", ATTAIN_SHARED_DIR, sets[set].set);
    snprintf(script, sizeof script,
             "set datafile separator ','\nset fit quiet logfile '/dev/null'\n%s\n"
             "fit %s '%s' every ::1 using 2:1 via %s\nprint %s\n",
             sets[set].gnuplot_start, sets[set].gnuplot_formula, data, sets[set].gnuplot_names,
             sets[set].gnuplot_names);
    if (!write_text(folder, "fit.gp", script, gnuplot_file)) return false;
    snprintf(script, sizeof script,
             "d <- read.csv('%s')\nprint(summary(nls(y ~ %s, d, start = list(%s))))\n", data,
             sets[set].formula, sets[set].r_start);
    if (!write_text(folder, "fit.R", script, r_file)) return false;
    const char *const commands[PROGRAMS][MOST_ARGUMENTS] = {
        {ATTAIN_COMMAND, "regress", "--data", data, "--response", "y", "--formula",
         sets[set].formula, "--start", sets[set].start, NULL},
        {"gnuplot", gnuplot_file, NULL},
        {"Rscript", "--vanilla", r_file, NULL}};
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t k = 0; k < PROGRAMS; k++) {
            if (!here[k]) continue;
            const outcome o = run(commands[k], "/dev/null");
            seconds[k][round] = o.seconds;
            here[k] = o.exit_code == 0 || (k == R && o.exit_code == 1); /* nls gives up at times */
        }
    const double unit = here[ATTAIN] ? stopwatch_median(seconds[ATTAIN], ROUNDS) : NAN;
    for (size_t k = 0; k < PROGRAMS; k++) {
        printf("%-8s %-15s ", sets[set].set, program_name[k]);
        if (!here[k]) {
            printf("skipped: not installed, or it failed\n");
            continue;
        }
        const double time = stopwatch_median(seconds[k], ROUNDS), ratio = time / unit;
        printf("%8.2f ms", 1e3 * time);
        if (k != ATTAIN && here[ATTAIN]) {
            printf("  %6.1f times attain's  target %.0f  %s", ratio, least_ratio[k],
                   ratio >= least_ratio[k] ? "met" : "MISSED");
            good = good && ratio >= least_ratio[k];
        }
        printf("\n");
    }
    return good && here[ATTAIN];
}

/* ---- A million rows ---- */

static const double planted[5] = {120.0, 0.35, 2.5, -0.75, 10.0};

static bool write_million(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) return false;
    atn_stream s;
    atn_stream_init(&s, 1, ATN_PURPOSE_SIMULATE, 0, 0);
    fputs("y,x,z\n", file);
    for (size_t i = 0; i < MILLION; i++) {
        const double x = 10.0 * atn_stream_uniform(&s), z = 4.0 * atn_stream_uniform(&s) - 2.0;
        const double y = planted[0] * (1.0 - exp(-planted[1] * x)) + planted[2] * z +
                         planted[3] * z * z + planted[4] + atn_stream_normal(&s);
        fprintf(file, "%.9g,%.9g,%.9g\n", y, x, z);
    }
    return fclose(file) == 0;
}

static bool run_million(const char *folder)
{
    char data[PATH_SIZE + 16];
    double seconds[3], megabytes = 0.0;
    snprintf(data, sizeof data, "%s/million.csv", folder);
    if (!write_million(data)) return false;
    const char *const command[] = {ATTAIN_COMMAND,
                                   "regress",
                                   "--data",
                                   data,
                                   "--response",
                                   "y",
                                   "--formula",
                                   "b1*(1-exp(-b2*x))+b3*z+b4*z^2+b5",
                                   "--start",
                                   "b1=50,b2=1,b3=0,b4=0,b5=0",
                                   NULL};
    int exit_code = 0;
    for (size_t i = 0; i < 3 && exit_code == 0; i++) {
        const outcome o = run(command, "/dev/null");
        seconds[i] = o.seconds;
        megabytes = fmax(megabytes, o.megabytes);
        exit_code = o.exit_code;
    }
    unlink(data);
    printf("1,000,000 rows x 5 parameters, from file to answer: ");
    if (exit_code != 0) {
        printf("attain regress left with %d\n", exit_code);
        return false;
    }
    const double time = stopwatch_median(seconds, 3);
    const bool met = time < 3.0 && megabytes < 300.0;
    printf("%.2f s, peak %.0f MB  target 3 s, 300 MB  %s\n", time, megabytes,
           met ? "met" : "MISSED");
    return met;
}

/* ---- The same path on polynomials that lose digits ----
 * A table repeated has the same least-squares estimates as the table. */

static bool repeat_table(const char *set, const char *path, size_t *rows)
{
    char text[8192], source[PATH_SIZE];
    snprintf(source, sizeof source, "%s/data/nist/linear/%s.csv", ATTAIN_SHARED_DIR, set);
    FILE *from = fopen(source, "r"), *to = fopen(path, "w");
    size_t length = 0, lines = 0;
    bool good = from && to;
    if (good) length = fread(text, 1, sizeof text - 1, from);
    text[length] = '\0';
    const char *body = strchr(text, '\n');
    good = good && body && length < sizeof text - 1;
    for (const char *at = body; good && at[1]; lines++) at = strchr(at + 1, '\n');
    if (good) fwrite(text, 1, (size_t)(body + 1 - text), to);
    for (*rows = 0; good && *rows < MILLION; *rows += lines)
        good = fwrite(body + 1, 1, strlen(body + 1), to) == strlen(body + 1);
    if (from) fclose(from);
    if (to) good = fclose(to) == 0 && good;
    return good;
}

/* Fewest correct significant digits among the estimates in attain's CSV; 0 on trouble. */
static double fewest_digits(const char *set, const char *result, size_t degree)
{
    char line[512], path[PATH_SIZE];
    double certified[16], fewest = 17.0;
    size_t n = 0, seen = 0;
    snprintf(path, sizeof path, "%s/data/nist/linear_certified_params.csv", ATTAIN_SHARED_DIR);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file) && n < 16) /* set, name, certified, sd, exact */
        if (strncmp(line, set, strlen(set)) == 0 && line[strlen(set)] == ',') {
            const char *cell = line;
            for (int k = 0; k < 4 && cell; k++) cell = strchr(cell + 1, ',');
            if (cell) certified[n++] = strtod(cell + 1, NULL);
        }
    if (file) fclose(file);
    file = n == degree + 1 ? fopen(result, "r") : NULL;
    while (file && fgets(line, sizeof line, file)) {
        const char *cell = strchr(line, ',');
        if (line[0] != 'b' || !cell || seen > degree) continue;
        const double error = fabs(strtod(cell + 1, NULL) / certified[seen++] - 1.0);
        fewest = fmin(fewest, error > 0.0 ? -log10(error) : 17.0);
    }
    if (file) fclose(file);
    return seen == degree + 1 ? fewest : 0.0;
}

static bool run_repeated(const char *folder, const char *set, size_t degree, double wanted)
{
    char data[PATH_SIZE + 16], result[PATH_SIZE + 16], formula[256] = "b0", start[256] = "b0=1";
    size_t rows = 0;
    snprintf(data, sizeof data, "%s/repeated.csv", folder);
    snprintf(result, sizeof result, "%s/result.csv", folder);
    for (size_t k = 1; k <= degree; k++) {
        const size_t f = strlen(formula), s = strlen(start);
        snprintf(formula + f, sizeof formula - f, "+b%zu*x^%zu", k, k);
        snprintf(start + s, sizeof start - s, ",b%zu=1", k);
    }
    const char *const command[] = {
        ATTAIN_COMMAND, "regress", "--data", data,       "--response", "y", "--formula",
        formula,        "--start", start,    "--format", "csv",        NULL};
    const bool made = repeat_table(set, data, &rows);
    const outcome o = made ? run(command, result) : (outcome){.exit_code = 127};
    const double digits = o.exit_code == 0 ? fewest_digits(set, result, degree) : 0.0;
    unlink(data);
    unlink(result);
    printf("%s repeated to %zu rows, degree %zu: %.2f s, peak %.0f MB, %.1f digits  target %.0f  "
           "%s\n",
           set, rows, degree, o.seconds, o.megabytes, digits, wanted,
           digits >= wanted ? "met" : "MISSED");
    return digits >= wanted;
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"fit.gp", "fit.R"};
    char path[PATH_SIZE + 16];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%.500s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int main(void)
{
    char folder[PATH_SIZE], data[PATH_SIZE];
    const char *base = getenv("TMPDIR");
    bool good = true;
    snprintf(folder, sizeof folder, "%s/attain-bench-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) return 1;
    snprintf(data, sizeof data, "%s/data/nist/nonlinear/Misra1a.csv", ATTAIN_SHARED_DIR);
    printf("medians of %d interleaved runs\n", ROUNDS);
    const bool reference = access(data, R_OK) == 0;
    if (reference) {
        for (size_t set = 0; set < sizeof sets / sizeof *sets; set++)
            good = race(folder, set) && good;
    } else {
        printf("skipped: no reference data under %s\n", ATTAIN_SHARED_DIR);
    }
    good = run_million(folder) && good;
    if (reference) {
        good = run_repeated(folder, "Filip", 10, 7.0) && good;
        good = run_repeated(folder, "Wampler1", 5, 8.0) && good;
        good = run_repeated(folder, "Wampler5", 5, 8.0) && good;
    }
    remove_folder(folder);
    return good ? 0 : 1;
}
