/* The report step without charts on the shipped enforcement study: milliseconds of the clock and of
 * the processor to write its folder, into a new one and over an old one, median of several.  The
 * clock's depend on how long the disk takes to say that a file is safe. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "stopwatch.h"

enum { ROUNDS = 15 };
static const double TARGET = 50.0; /* milliseconds */

static bool finish(attain_context *ctx, const attain_study *study, attain_results **results,
                   attain_error *err)
{
    attain_fit_settings fit;
    attain_posterior *posterior = NULL;
    attain_projection *projection = NULL;
    attain_fit_settings_init(&fit);
    fit.method = ATTAIN_METHOD_MAP; /* as many draws as by the sampler, sooner */
    attain_status status = attain_fit_run(ctx, study, &fit, NULL, &posterior, err);
    if (!status) status = attain_project_run(ctx, posterior, &projection, err);
    if (!status) status = attain_why_run(ctx, projection, NULL, err);
    if (!status) status = attain_results_create(ctx, projection, NULL, false, results, err);
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    return !status;
}

static bool measure(attain_context *ctx, const attain_results *results, const char *name,
                    const char *folder, bool fresh, attain_error *err)
{
    double wall[ROUNDS], cpu[ROUNDS];
    attain_report_settings settings;
    attain_report_settings_init(&settings);
    settings.charts = false;
    for (int round = 0; round < ROUNDS; round++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%d", folder, fresh ? round : 0);
        const double begin = stopwatch_read(CLOCK_MONOTONIC);
        const double busy = stopwatch_read(CLOCK_PROCESS_CPUTIME_ID);
        if (attain_report_write(ctx, results, path, &settings, NULL, err)) return false;
        wall[round] = 1e3 * (stopwatch_read(CLOCK_MONOTONIC) - begin);
        cpu[round] = 1e3 * (stopwatch_read(CLOCK_PROCESS_CPUTIME_ID) - busy);
    }
    const double median = stopwatch_median(wall, ROUNDS);
    printf("%-14s %5.1f ms, CPU %5.1f ms%s\n", name, median, stopwatch_median(cpu, ROUNDS),
           median < TARGET ? "" : " (missed)");
    return true;
}

int main(void)
{
    char folder[] = "/tmp/bench_report.XXXXXX", command[64];
    attain_context *ctx = NULL;
    attain_study *study = NULL;
    attain_results *results = NULL;
    attain_error err = {0};
    attain_gsl_quiet();
    bool good = mkdtemp(folder) != NULL && !attain_context_create(NULL, &ctx, &err) &&
                !attain_study_load(ctx, ATTAIN_SOURCE_DIR "/models/us-enforcement-2025", NULL, NULL,
                                   &study, &err) &&
                finish(ctx, study, &results, &err);
    if (good) printf("the report without charts, target %.0f ms\n", TARGET);
    good = good && measure(ctx, results, "a new folder", folder, true, &err) &&
           measure(ctx, results, "an old folder", folder, false, &err);
    if (!good) fprintf(stderr, "%s\n", err.message);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0) good = false;
    attain_results_free(results);
    attain_study_free(study);
    attain_context_free(ctx);
    return good ? 0 : 1;
}
