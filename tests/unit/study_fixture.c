#include "study_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static attain_study *checked(attain_status status, attain_study *study, const attain_error *err)
{
    if (status != ATTAIN_OK)
        fail_msg("study refused: %s at %s: %s", attain_status_text(status), err->pointer,
                 err->message);
    return study;
}

attain_study *fixture_study(attain_context *ctx, const char *json)
{
    attain_study *study = NULL;
    attain_error err = {0};
    const attain_status status =
        attain_study_parse(ctx, json, strlen(json), NULL, 0, NULL, NULL, &study, &err);
    return checked(status, study, &err);
}

attain_study *fixture_study_load(attain_context *ctx, const char *path)
{
    attain_study *study = NULL;
    attain_error err = {0};
    const attain_status status = attain_study_load(ctx, path, NULL, NULL, &study, &err);
    return checked(status, study, &err);
}

fixture_model fixture_model_open(attain_context *ctx, attain_study *study)
{
    fixture_model f = {.study = study};
    size_t block_of[16], series[16], trend[16] = {0}, n = 0;
    assert_true(study->n_series <= 16);
    (void)atn_study_blocks(study, block_of);
    for (size_t s = 0; s < study->n_series; s++)
        if (block_of[s] == block_of[0]) series[n++] = s;
    attain_error err = {0};
    attain_status status = atn_model_create(ctx, study, series, trend, n, &f.model, &err);
    atn_check_status("model", status, ATTAIN_OK, &err);
    status = atn_workspace_create(ctx, f.model, &f.workspace, &err);
    atn_check_status("work space", status, ATTAIN_OK, &err);
    return f;
}

void fixture_model_close(attain_context *ctx, fixture_model *f)
{
    atn_workspace_free(ctx, f->workspace);
    atn_model_free(ctx, f->model);
    attain_study_free(f->study);
}

size_t fixture_index(const atn_model *model, const char *name)
{
    for (size_t k = 0; k < atn_model_dimension(model); k++)
        if (strcmp(atn_model_name(model, k), name) == 0) return k;
    fail_msg("the model has no '%s'", name);
    return 0;
}

static double central(const fixture_model *f, double *u, size_t k, double h)
{
    const double u0 = u[k];
    u[k] = u0 + h;
    const double up = atn_model_log_posterior(f->model, u, NULL, f->workspace);
    u[k] = u0 - h;
    const double down = atn_model_log_posterior(f->model, u, NULL, f->workspace);
    u[k] = u0;
    return (up - down) / (2 * h);
}

double fixture_gradient_error(const fixture_model *f, const double *u)
{
    const size_t n = atn_model_dimension(f->model);
    double *point = malloc(2 * n * sizeof *point), *gradient = point + n, worst = 0;
    assert_non_null(point);
    memcpy(point, u, n * sizeof *point);
    const double value = atn_model_log_posterior(f->model, point, gradient, f->workspace);
    if (!isfinite(value)) worst = INFINITY;
    for (size_t k = 0; k < n; k++) {
        const double h = 2e-3; /* sixth order: differences at h, h/2, h/4 */
        const double d1 = central(f, point, k, h), d2 = central(f, point, k, h / 2),
                     d4 = central(f, point, k, h / 4);
        const double r1 = (4 * d2 - d1) / 3, r2 = (4 * d4 - d2) / 3;
        const double difference = (16 * r2 - r1) / 15;
        const double error = fabs(gradient[k] - difference) / (1 + fabs(difference));
        if (!(error <= worst)) worst = error;
        if (getenv("FIXTURE_VERBOSE") && !(error <= 1e-6))
            fprintf(stderr, "  %s: gradient %.12g, difference %.12g\n", atn_model_name(f->model, k),
                    gradient[k], difference);
    }
    free(point);
    return worst;
}
