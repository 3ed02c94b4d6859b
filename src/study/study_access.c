/* Public reads of a study that need the model. */
#include <attain/study.h>
#include <string.h>

#include "study/model.h"

attain_status attain_study_report(attain_study *study, size_t index, attain_report_reading *reading,
                                  attain_error *err)
{
    atn_error_clear(err);
    if (index >= study->n_reports)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "the study has %zu reports; there is no number %zu", study->n_reports,
                        index);
    atn_report *report = &study->reports[index];
    if (!report->sentence) {
        const attain_status status = atn_report_sentence(study, report, &report->sentence, err);
        if (status != ATTAIN_OK) return status;
    }
    *reading = (attain_report_reading){.row = report->row,
                                       .series = study->series[report->series].id,
                                       .sentence = report->sentence,
                                       .used = report->used};
    atn_report_implied(study, report, &reading->low, &reading->high);
    return ATTAIN_OK;
}

/* Names and values as the caller gave them; `seen` counts the ones some block has used. */
typedef struct named_point {
    const char *const *names;
    const double *values;
    bool *seen;
    size_t n;
} named_point;

static attain_status fill_theta(const atn_model *model, named_point *point, double *theta,
                                attain_error *err)
{
    for (size_t k = 0; k < atn_model_dimension(model); k++) {
        const char *name = atn_model_name(model, k);
        size_t i = 0;
        while (i < point->n && strcmp(point->names[i], name) != 0) i++;
        if (i == point->n && k < atn_model_n_parameters(model))
            return atn_fail(err, ATTAIN_ERR_ARGUMENT, "parameter '%s' is missing", name);
        theta[k] = i < point->n ? point->values[i] : 0.0;
        if (i < point->n) point->seen[i] = true;
    }
    return ATTAIN_OK;
}

static attain_status add_block(attain_context *ctx, const attain_study *study, const size_t *series,
                               const size_t *trend, size_t n_series, named_point *point,
                               double *sum, attain_error *err)
{
    atn_model *model = NULL;
    atn_workspace *w = NULL;
    double *theta = NULL;
    attain_status status = atn_model_create(ctx, study, series, trend, n_series, &model, err);
    if (status == ATTAIN_OK) status = atn_workspace_create(ctx, model, &w, err);
    if (status == ATTAIN_OK) {
        theta = ATN_NEW_ARRAY(ctx, double, atn_model_dimension(model));
        status = theta ? fill_theta(model, point, theta, err) : atn_fail_nomem(err);
    }
    if (status == ATTAIN_OK) *sum += atn_model_log_density(model, theta, NULL, w);
    atn_free(ctx, theta);
    atn_workspace_free(ctx, w);
    atn_model_free(ctx, model);
    return status;
}

attain_status attain_study_log_density(attain_study *study, const char *const *names,
                                       const double *values, size_t n, double *log_density,
                                       attain_error *err)
{
    atn_error_clear(err);
    attain_context *ctx = study->ctx;
    const size_t n_series = study->n_series;
    named_point point = {names, values, ATN_NEW_ARRAY(ctx, bool, n), n};
    size_t *work = ATN_NEW_ARRAY(ctx, size_t, 3 * n_series); /* block of each, members, trends */
    attain_status status = point.seen && work ? ATTAIN_OK : atn_fail_nomem(err);
    double sum = 0.0;
    const size_t n_blocks = status == ATTAIN_OK ? atn_study_blocks(study, work) : 0;
    for (size_t b = 0; status == ATTAIN_OK && b < n_blocks; b++) {
        size_t members = 0;
        for (size_t s = 0; s < n_series; s++)
            if (work[s] == b) work[n_series + members++] = s;
        status =
            add_block(ctx, study, work + n_series, work + 2 * n_series, members, &point, &sum, err);
    }
    for (size_t i = 0; status == ATTAIN_OK && i < n; i++)
        if (!point.seen[i])
            status =
                atn_fail(err, ATTAIN_ERR_ARGUMENT, "the study has no parameter '%s'", names[i]);
    if (status == ATTAIN_OK) *log_density = sum;
    atn_free(ctx, point.seen);
    atn_free(ctx, work);
    return status;
}
