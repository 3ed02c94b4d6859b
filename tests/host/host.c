/* A whole host program on the installed library, valid as C11 and as C++: its own allocator, GSL
 * handler and cancel callback, a study from memory, a number by address, the results written. */
#include <attain/attain.h>
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_study.h"

static void *take(void *live, size_t size)
{
    ++*(long *)live;
    return malloc(size);
}

static void *move(void *live, void *block, size_t size)
{
    if (!block) ++*(long *)live;
    return realloc(block, size);
}

static void give_back(void *live, void *block)
{
    if (block) --*(long *)live;
    free(block);
}

static bool proceed(void *cancelled, const attain_progress *progress)
{
    return progress->fraction >= 0.0 && !*(const bool *)cancelled;
}

static void on_gsl_error(const char *reason, const char *file, int line, int code)
{
    fprintf(stderr, "GSL: %s:%d: %s (%d)\n", file, line, reason, code);
}

static attain_status answer(attain_context *ctx, const char *folder, double *p, attain_error *err)
{
    attain_study *study = NULL;
    attain_posterior *posterior = NULL;
    attain_projection *projection = NULL;
    attain_results *results = NULL;
    attain_status status =
        attain_study_parse(ctx, study_text, strlen(study_text), NULL, 0, NULL, NULL, &study, err);
    if (!status) status = attain_study_check(study, NULL, err);
    if (!status) status = attain_fit_run(ctx, study, NULL, NULL, &posterior, err);
    if (!status) status = attain_project_run(ctx, posterior, &projection, err);
    if (!status) status = attain_results_create(ctx, projection, NULL, false, &results, err);
    if (!status) status = attain_results_number(results, "goals/ten-thousand/probability", p, err);
    if (!status) status = attain_report_write(ctx, results, folder, NULL, NULL, err);
    attain_results_free(results);
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    return status;
}

int main(int argc, char **argv)
{
    long live = 0;
    bool cancelled = false;
    double p = -1.0;
    attain_context *ctx = NULL;
    attain_error err;
    attain_context_settings settings;
    attain_allocator allocator = {take, move, give_back, NULL};
    if (argc != 2 || !ATTAIN_VERSION_CHECK()) return 2;
    setlocale(LC_ALL, ""); /* a decimal comma must change nothing */
    gsl_set_error_handler(on_gsl_error);
    attain_context_settings_init(&settings);
    allocator.user = &live;
    settings.allocator = &allocator;
    settings.proceed = proceed;
    settings.proceed_user = &cancelled;
    attain_status status = attain_context_create(&settings, &ctx, &err);
    if (!status) status = answer(ctx, argv[1], &p, &err);
    if (status) fprintf(stderr, "%s: %s\n", attain_status_text(status), err.message);
    cancelled = true;
    const bool stopped = !status && answer(ctx, argv[1], &p, &err) == ATTAIN_ERR_INTERRUPTED;
    attain_context_free(ctx);
    const bool untouched = gsl_set_error_handler(NULL) == on_gsl_error;
    printf("attain %s: probability %.2f, %ld blocks left\n", attain_version(), p, live);
    return !(stopped && untouched && live == 0 && p >= 0.0 && p <= 1.0);
}
