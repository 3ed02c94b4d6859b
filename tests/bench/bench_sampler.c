/* The sampler on the reference studies and on 400 daily counts, one thread: effective draws a CPU
 * second, the search for the mode, warm-up and leave-one-out included, by the least bulk or tail
 * size over the parameters; median of three seeds.  `bench_sampler STUDY SEED DRAWS.csv` runs once,
 * writes the parameters' draws, and prints CPU seconds, divergences and evaluations: the comparison
 * with another program in rstan/ reads these. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/fit.h>

#include "stats/summary.h"
#include "stopwatch.h"
#include "study/posterior.h"

enum { ROUNDS = 3, MOST_STUDIES = 32, PATH_SIZE = 1024 };

typedef struct fit {
    attain_study *study;
    attain_posterior *posterior;
    const atn_candidate *candidate; /* of the only block */
    double seconds;                 /* CPU */
} fit;

/* With seed 0 the study's own. */
static bool run_fit(attain_context *ctx, const char *folder, uint64_t seed, fit *f)
{
    attain_error err = {0};
    attain_fit_settings settings;
    attain_fit_settings_init(&settings);
    settings.method = ATTAIN_METHOD_NUTS;
    settings.has_seed = seed != 0;
    settings.seed = seed;
    *f = (fit){NULL, NULL, NULL, 0.0};
    if (attain_study_load(ctx, folder, NULL, NULL, &f->study, &err) == ATTAIN_OK) {
        const double begin = stopwatch_read(CLOCK_PROCESS_CPUTIME_ID);
        if (attain_fit_run(ctx, f->study, &settings, NULL, &f->posterior, &err) == ATTAIN_OK)
            f->seconds = stopwatch_read(CLOCK_PROCESS_CPUTIME_ID) - begin;
    }
    if (f->posterior) f->candidate = &f->posterior->blocks[0].candidates[0];
    if (!f->posterior) fprintf(stderr, "%s: %s\n", folder, err.message);
    return f->posterior != NULL;
}

static void free_fit(fit *f)
{
    attain_posterior_free(f->posterior);
    attain_study_free(f->study);
}

/* The least bulk or tail size over the parameters; NaN on trouble. */
static double least_size(attain_context *ctx, const fit *f)
{
    const attain_posterior *p = f->posterior;
    const size_t n = p->n_draws;
    double least = INFINITY, *x = malloc(n * sizeof *x);
    for (size_t k = 0; x && k < atn_model_n_parameters(f->candidate->model); k++) {
        const char *name = atn_model_name(f->candidate->model, k);
        atn_summary s;
        if (attain_posterior_draws(p, name, x, NULL) != ATTAIN_OK ||
            atn_summarise(ctx, x, p->n_chains, n / p->n_chains, &s, NULL) != ATTAIN_OK)
            least = NAN;
        else if (s.ess_bulk > 0.0) /* a parameter given as a number does not vary */
            least = fmin(least, fmin(s.ess_bulk, s.ess_tail));
    }
    free(x);
    return x && least < INFINITY ? least : NAN;
}

static int write_one(attain_context *ctx, const char *folder, const char *seed, const char *path)
{
    fit f;
    FILE *file = NULL;
    int code = 1;
    if (run_fit(ctx, folder, strtoull(seed, NULL, 10), &f) && (file = fopen(path, "w"))) {
        const atn_model *model = f.candidate->model;
        const size_t n = atn_model_n_parameters(model), draws = f.posterior->n_draws,
                     chain = draws / f.posterior->n_chains;
        fputs(".chain,.iteration,.draw", file);
        for (size_t k = 0; k < n; k++) fprintf(file, ",%s", atn_model_name(model, k));
        for (size_t d = 0; d < draws; d++) {
            const double *theta = atn_posterior_theta(f.posterior, 0, d, &model);
            fprintf(file, "\n%zu,%zu,%zu", d / chain + 1, d % chain + 1, d + 1);
            for (size_t k = 0; k < n; k++) fprintf(file, ",%.17g", theta[k]);
        }
        fputs("\n", file);
        code = fclose(file) == 0 ? 0 : 1;
        printf("%.6f %zu %zu\n", f.seconds, f.candidate->divergences, f.candidate->evaluations);
    }
    free_fit(&f);
    return code;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Folders that hold a study, sorted. */
static size_t list_studies(const char *base, char names[][256])
{
    DIR *folder = opendir(base);
    size_t n = 0;
    for (struct dirent *e; folder && n < MOST_STUDIES && (e = readdir(folder));) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/%.255s/study.json", base, e->d_name);
        FILE *file = e->d_name[0] != '.' ? fopen(path, "r") : NULL;
        if (file) fclose(file);
        if (file) snprintf(names[n++], sizeof names[0], "%.255s", e->d_name);
    }
    if (folder) closedir(folder);
    qsort(names, n, sizeof names[0], by_name);
    return n;
}

static bool race(attain_context *ctx, const char *base, const char *name)
{
    char path[PATH_SIZE];
    double speed[ROUNDS], size[ROUNDS], seconds[ROUNDS];
    size_t divergences = 0, evaluations = 0;
    snprintf(path, sizeof path, "%s/%.255s", base, name);
    for (size_t i = 0; i < ROUNDS; i++) {
        fit f;
        const bool good = run_fit(ctx, path, 1 + i, &f);
        if (good) {
            seconds[i] = f.seconds;
            size[i] = least_size(ctx, &f);
            speed[i] = size[i] / seconds[i];
            divergences += f.candidate->divergences;
            evaluations += f.candidate->evaluations;
        }
        free_fit(&f);
        if (!good) return false;
    }
    printf("%-18s %9.1f a CPU second (least size %.0f, %.2f s), %zu divergent, %.0f evaluations "
           "a second\n",
           name, stopwatch_median(speed, ROUNDS), stopwatch_median(size, ROUNDS),
           stopwatch_median(seconds, ROUNDS), divergences,
           (double)evaluations / (seconds[0] + seconds[1] + seconds[2]));
    fflush(stdout);
    return true;
}

int main(int argc, char **argv)
{
    static char names[MOST_STUDIES][256];
    attain_context *ctx = NULL;
    attain_context_settings settings;
    attain_context_settings_init(&settings);
    settings.threads = 1;
    attain_gsl_quiet();
    if (attain_context_create(&settings, &ctx, NULL) != ATTAIN_OK) return 1;
    bool good = true;
    if (argc == 4) {
        good = write_one(ctx, argv[1], argv[2], argv[3]) == 0;
    } else {
        const char *base = ATTAIN_SHARED_DIR "/reference";
        const size_t n = list_studies(base, names);
        printf("effective draws, median of %d seeds\n", ROUNDS);
        if (n == 0) printf("skipped: no reference studies under %s\n", base);
        for (size_t i = 0; i < n; i++) good = race(ctx, base, names[i]) && good;
        good = race(ctx, ATTAIN_SOURCE_DIR "/tests/bench/studies", "daily-counts") && good;
    }
    attain_context_free(ctx);
    return good ? 0 : 1;
}
