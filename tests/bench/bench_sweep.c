/* A sweep of 1,000 values on the shipped enforcement study after its fit: seconds of the clock and
 * of the processor, all threads, least of three. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>

#include <attain/attain.h>

#include "stopwatch.h"

enum { ROUNDS = 3 };
static const double TARGET = 10.0; /* seconds */

static bool measure(attain_context *ctx, const attain_posterior *posterior, const char *vary,
                    const char *goal)
{
    attain_error err = {0};
    attain_sweep_settings settings;
    double wall = INFINITY, cpu = INFINITY;
    size_t n[2] = {0, 0}, n_answers = 0;
    attain_sweep_settings_init(&settings);
    settings.vary = &vary;
    settings.n_vary = 1;
    settings.goal = goal;
    for (int round = 0; round < ROUNDS; round++) {
        attain_sweep *sweep;
        const double begin = stopwatch_read(CLOCK_MONOTONIC);
        const double busy = stopwatch_read(CLOCK_PROCESS_CPUTIME_ID);
        if (attain_sweep_run(ctx, posterior, &settings, &sweep, &err) != ATTAIN_OK) {
            fprintf(stderr, "%s: %s\n", vary, err.message);
            return false;
        }
        wall = fmin(wall, stopwatch_read(CLOCK_MONOTONIC) - begin);
        cpu = fmin(cpu, stopwatch_read(CLOCK_PROCESS_CPUTIME_ID) - busy);
        attain_sweep_shape(sweep, n, &n_answers);
        attain_sweep_free(sweep);
    }
    printf("%-34s %-16s %zu values, %zu answers: %5.2f s, CPU %5.2f s%s\n", vary, goal, n[0],
           n_answers, wall, cpu, wall < TARGET ? "" : " (missed)");
    fflush(stdout);
    return true;
}

int main(void)
{
    attain_context *ctx = NULL;
    attain_study *study = NULL;
    attain_posterior *posterior = NULL;
    attain_error err = {0};
    attain_fit_settings fit;
    attain_gsl_quiet();
    attain_fit_settings_init(&fit);
    fit.method = ATTAIN_METHOD_MAP; /* as many draws as by the sampler, sooner */
    attain_status status = attain_context_create(NULL, &ctx, &err);
    if (!status)
        status = attain_study_load(ctx, ATTAIN_SOURCE_DIR "/models/us-enforcement-2025", NULL, NULL,
                                   &study, &err);
    if (!status) status = attain_fit_run(ctx, study, &fit, NULL, &posterior, &err);
    if (status) fprintf(stderr, "%s\n", err.message);
    bool good = !status;
    if (good) printf("1,000 values after the fit, target %.0f s\n", TARGET);
    good = good && measure(ctx, posterior, "multiply.arrests=1:3:0.002", "3000-a-day") &&
           measure(ctx, posterior, "multiply.removals=0.5:2:0.0015", "first-year-600k") &&
           measure(ctx, posterior, "removals.high=800:3000:2.2", "first-year-600k") &&
           measure(ctx, posterior, "removals.high=800:3000:2.2", "1m-a-year/dhs");
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_context_free(ctx);
    return good ? 0 : 1;
}
