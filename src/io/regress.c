/* Regression on a table: settings to model to answer. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "regress_internal.h"

/* ---- Problems ---- */

void atn_regress_problem(atn_regress_job *job, attain_status status, const char *code,
                         const atn_place *place, const char *format, ...)
{
    static const atn_place nowhere = {0};
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!place) place = &nowhere;
    atn_diagnose(job->out->notes, ATTAIN_SEVERITY_ERROR, code, place, "%s", message);
    if (job->status) return;
    job->status =
        atn_fail_at(job->err, status, place->pointer, place->line, place->column, "%s", message);
}

void atn_regress_warn(atn_regress_job *job, attain_severity severity, const char *code,
                      const char *format, ...)
{
    const atn_place place = {.file = job->table->name};
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    atn_diagnose(job->out->notes, severity, code, &place, "%s", message);
}

const char *atn_regress_near(const char *word, const char *const *names, size_t n)
{
    if (word[1]) return atn_suggest(word, names, n);
    for (size_t k = 0; k < n; k++) /* a letter is a slip of any other: only its case is a hint */
        if (!names[k][1] && (names[k][0] ^ word[0]) == ('a' ^ 'A')) return names[k];
    return NULL;
}

void atn_regress_hint_parameter(const atn_regress_job *job, const char *word,
                                char hint[ATN_REGRESS_HINT])
{
    const char **names = ATN_NEW_ARRAY(job->ctx, const char *, job->n_parameters);
    hint[0] = '\0';
    if (!names) return;
    for (size_t k = 0; k < job->n_parameters; k++) names[k] = job->parameters[k].name;
    const char *near = atn_regress_near(word, names, job->n_parameters);
    if (near) snprintf(hint, ATN_REGRESS_HINT, "; did you mean '%.64s'?", near);
    atn_free(job->ctx, names);
}

size_t atn_regress_find(const atn_regress_job *job, const char *name, size_t length)
{
    size_t k = 0;
    while (k < job->n_parameters && !(strlen(job->parameters[k].name) == length &&
                                      memcmp(job->parameters[k].name, name, length) == 0))
        k++;
    return k;
}

atn_regress_parameter *atn_regress_add(atn_regress_job *job, const char *name, size_t length)
{
    void *parameters = job->parameters;
    char *copy = atn_strndup(job->ctx, name, length);
    if (!copy || !atn_grow(job->ctx, &parameters, &job->capacity, job->n_parameters + 1,
                           sizeof *job->parameters)) {
        atn_free(job->ctx, copy);
        return NULL;
    }
    job->parameters = parameters;
    atn_regress_parameter *p = &job->parameters[job->n_parameters++];
    *p = (atn_regress_parameter){.name = copy};
    return p;
}

/* ---- Settings ---- */

void attain_regression_settings_init(attain_regression_settings *settings)
{
    *settings = (attain_regression_settings){.version = 1,
                                             .level = 0.95,
                                             .seed = 1,
                                             .replicates = 2000,
                                             .chains = 4,
                                             .warmup = 1000,
                                             .draws = 1000};
}

const char *attain_regression_outcome_text(attain_regression_outcome outcome)
{
#define AS_TEXT(name, code, text)                                                                  \
    case ATTAIN_REGRESSION_##name: return text;
    switch (outcome) {
        ATTAIN_REGRESSION_OUTCOME_LIST(AS_TEXT)
    }
#undef AS_TEXT
    return "unknown outcome";
}

const char *atn_loss_name(attain_loss loss)
{
    static const char *const names[] = {"squares", "huber", "student_t"};
    return names[loss];
}

const char *atn_intervals_name(attain_intervals intervals)
{
    static const char *const names[] = {"wald", "profile", "bootstrap"};
    return names[intervals];
}

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == '\0';
}

#define BAD(...) atn_regress_problem(job, ATTAIN_ERR_ARGUMENT, "settings", NULL, __VA_ARGS__)

bool atn_regress_is_sampled(const atn_regress_job *job)
{
    return job->settings->fit == ATTAIN_METHOD_NUTS;
}

static void check_sampler(atn_regress_job *job)
{
    enum { LEAST = 100, MOST = 1000000, MOST_CHAINS = 64 };
    const attain_regression_settings *s = job->settings;
    if ((int)s->fit < 0 || s->fit > ATTAIN_METHOD_NUTS)
        BAD("settings.fit is %d, expected study, map or nuts", (int)s->fit);
    if (!atn_regress_is_sampled(job)) return;
    if (s->loss != ATTAIN_LOSS_SQUARES)
        BAD("settings.loss: the posterior (fit nuts) is that of normal errors, whose loss is "
            "squares");
    if (s->intervals != ATTAIN_INTERVALS_WALD)
        BAD("settings.intervals: the posterior (fit nuts) has intervals of its own, in the place "
            "of "
            "profile and bootstrap");
    if (s->chains < 1 || s->chains > MOST_CHAINS)
        BAD("settings.chains is %ld, expected 1 to 64", s->chains);
    if (s->warmup < 1 || s->warmup > MOST)
        BAD("settings.warmup is %ld, expected 1 to 1000000", s->warmup);
    if (s->draws < 4 || s->draws > MOST || s->chains * s->draws < LEAST ||
        s->chains * s->draws > MOST)
        BAD("settings.draws is %ld: chains times draws must lie between 100 and 1000000, and draws "
            "be at least 4",
            s->draws);
}

static void check_settings(atn_regress_job *job)
{
    const attain_regression_settings *s = job->settings;
    char number[ATN_NUMBER_SIZE];
    if (s->version != 1) {
        BAD("settings.version is %d, expected attain_regression_settings_init to set it",
            s->version);
        return;
    }
    if (is_blank(s->response)) BAD("settings.response is missing: an expression over the columns");
    if (is_blank(s->curve) && is_blank(s->formula))
        BAD("settings.formula is missing: give a formula or a curve");
    if (is_blank(s->curve) && is_blank(s->start))
        BAD("settings.start is missing: it names the formula's parameters, such as b1=500,b2=1e-4");
    if (!(s->level > 0 && s->level < 1))
        BAD("settings.level is %s, expected a number between 0 and 1",
            atn_regress_number(s->level, number));
    if ((int)s->loss < 0 || s->loss > ATTAIN_LOSS_STUDENT_T)
        BAD("settings.loss is %d, expected squares, huber or student_t", (int)s->loss);
    if ((int)s->intervals < 0 || s->intervals > ATTAIN_INTERVALS_BOOTSTRAP)
        BAD("settings.intervals is %d, expected wald, profile or bootstrap", (int)s->intervals);
    if (s->intervals == ATTAIN_INTERVALS_PROFILE && s->loss != ATTAIN_LOSS_SQUARES)
        BAD("settings.intervals: profile intervals need the loss squares; take wald or bootstrap");
    if (s->replicates < 100 || s->replicates > 1000000)
        BAD("settings.replicates is %ld, expected 100 to 1000000", s->replicates);
    check_sampler(job);
}

/* A blank text is none. */
static char *copy_text(atn_regress_job *job, const char *text)
{
    return is_blank(text) ? NULL : atn_strdup(job->ctx, text);
}

static void copy_settings(atn_regress_job *job)
{
    attain_regression_settings *to = &job->out->settings;
    const attain_regression_settings *from = job->settings;
    *to = *from;
    to->response = job->out->response_text = copy_text(job, from->response);
    to->formula = copy_text(job, from->formula);
    to->curve = job->out->curve = copy_text(job, from->curve);
    to->start = copy_text(job, from->start);
    to->prior = copy_text(job, from->prior);
    to->bounds = copy_text(job, from->bounds);
    to->weights = copy_text(job, from->weights);
    job->settings = to;
}

/* ---- The answer ---- */

static void solve(atn_regress_job *job)
{
    attain_error err = {0};
    const attain_status status = atn_regression_solve(job->ctx, &job->out->model, job->starts,
                                                      job->n_starts, &job->out->answer, &err);
    if (status == ATTAIN_ERR_DOMAIN)
        atn_regress_refuse_start(job, (size_t)err.column);
    else if (status)
        job->status = atn_fail(job->err, status, "%s", err.message);
}

static void fill_intervals(atn_regress_job *job)
{
    attain_regression *out = job->out;
    const attain_regression_settings *s = job->settings;
    const size_t p = job->n_parameters;
    attain_error err = {0};
    attain_status status = ATTAIN_OK;
    if (out->posterior) return; /* it has its own */
    out->lower = ATN_NEW_ARRAY(job->ctx, double, p);
    out->upper = ATN_NEW_ARRAY(job->ctx, double, p);
    if (!out->lower || !out->upper) return;
    for (size_t k = 0; k < p; k++) out->lower[k] = out->upper[k] = NAN;
    if (out->answer.end.outcome != ATTAIN_REGRESSION_CONVERGED || out->answer.residual_df < 1)
        return;
    if (s->intervals == ATTAIN_INTERVALS_PROFILE)
        status = atn_regression_profile(job->ctx, &out->model, &out->answer, s->level, out->lower,
                                        out->upper, &out->answer.end.evaluations, &err);
    else if (s->intervals == ATTAIN_INTERVALS_BOOTSTRAP)
        status = atn_regression_bootstrap(job->ctx, &out->model, &out->answer, s->level, s->seed,
                                          (size_t)s->replicates, out->lower, out->upper,
                                          &out->n_failed, &err);
    else
        atn_regression_wald(&out->model, &out->answer, s->level, out->lower, out->upper);
    if (status) job->status = atn_fail(job->err, status, "%s", err.message);
}

const char *atn_regress_name(const atn_regress_job *job, size_t parameter)
{
    return parameter < job->n_parameters ? job->parameters[parameter].name : "sigma";
}

static void take_names(atn_regress_job *job)
{
    attain_regression *out = job->out;
    out->n_names = out->answer.n_parameters;
    out->names = ATN_NEW_ARRAY(job->ctx, char *, out->n_names);
    if (out->names && out->posterior) out->names[job->n_parameters] = atn_strdup(job->ctx, "sigma");
    for (size_t k = 0; k < job->n_parameters && out->names; k++) {
        out->names[k] = job->parameters[k].name;
        job->parameters[k].name = NULL;
    }
}

/* Each stage needs those before it; memory that ran out shows in the context's count. */
static void run(atn_regress_job *job)
{
    const size_t refusals = job->ctx->refusals;
    void (*const stages[])(atn_regress_job *) = {
        atn_regress_compile,   atn_regress_data, atn_regress_limits,  atn_regress_starts, solve,
        atn_regress_posterior, fill_intervals,   atn_regress_remarks, take_names};
    check_settings(job);
    if (job->status) return;
    copy_settings(job);
    if (job->ctx->refusals != refusals) return;
    if (job->settings->curve)
        atn_regress_curve(job);
    else
        job->out->formula_text = atn_strdup(job->ctx, job->settings->formula);
    if (job->status || job->ctx->refusals != refusals) return;
    atn_regress_words(job); /* its problems and those of the expressions are told together */
    for (size_t k = 0; k < sizeof stages / sizeof *stages; k++) {
        if (job->ctx->refusals != refusals || (k > 0 && job->status)) return;
        stages[k](job);
    }
}

static void drop_job(atn_regress_job *job)
{
    attain_context *ctx = job->ctx;
    for (size_t k = 0; k < job->n_parameters; k++) {
        atn_free(ctx, job->parameters[k].name);
        atn_free(ctx, job->parameters[k].guess_text);
    }
    atn_free(ctx, job->parameters);
    atn_free(ctx, job->usable);
    atn_free(ctx, job->in_use);
    atn_formula_free(ctx, job->response);
    atn_formula_free(ctx, job->weights);
    atn_formula_free(ctx, job->along);
    atn_free(ctx, job->starts);
}

static void copy_notes(const attain_diagnostics *from, attain_diagnostics *to)
{
    for (size_t k = 0; k < attain_diagnostics_count(from); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(from, k);
        const atn_place place = {
            .file = d->file, .pointer = d->pointer, .line = d->line, .column = d->column};
        atn_diagnose(to, d->severity, d->code, &place, "%s", d->message);
    }
}

attain_status attain_regress(attain_context *context, const attain_table *table,
                             const attain_regression_settings *settings,
                             attain_diagnostics *diagnostics, attain_regression **regression,
                             attain_error *err)
{
    const size_t refusals = context->refusals;
    atn_error_clear(err);
    *regression = NULL;
    attain_regression *out = ATN_NEW(context, attain_regression);
    if (!out) return atn_fail_nomem(err);
    out->ctx = context;
    out->table = table;
    atn_regress_job job = {
        .ctx = context, .table = table, .settings = settings, .out = out, .err = err};
    if (attain_diagnostics_create(context, &out->notes, NULL) == ATTAIN_OK) run(&job);
    copy_notes(out->notes, diagnostics);
    drop_job(&job);
    if (context->refusals != refusals) {
        atn_error_clear(err);
        job.status = atn_fail_nomem(err);
    }
    if (job.status)
        attain_regression_free(out);
    else
        *regression = out;
    return job.status;
}

void attain_regression_free(attain_regression *regression)
{
    if (!regression) return;
    attain_context *ctx = regression->ctx;
    const attain_regression_settings *s = &regression->settings;
    const char *const texts[] = {s->response, s->formula, s->curve,  s->start,
                                 s->prior,    s->bounds,  s->weights};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) atn_free(ctx, texts[k]);
    atn_regression_answer_free(ctx, &regression->answer);
    atn_regress_posterior_free(ctx, regression->posterior);
    for (size_t k = 0; k < regression->n_names && regression->names; k++)
        atn_free(ctx, regression->names[k]);
    for (size_t k = 0; k < regression->model.n_columns && regression->gathered; k++)
        atn_free(ctx, regression->gathered[k]);
    void *const blocks[] = {regression->formula_text,   regression->along_text,
                            regression->names,          regression->columns,
                            regression->lower,          regression->upper,
                            regression->rows,           regression->response,
                            regression->weights,        regression->bound_low,
                            regression->bound_high,     regression->gathered,
                            (void *)regression->inputs, (void *)regression->prior_of,
                            regression->priors};
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) atn_free(ctx, blocks[k]);
    atn_formula_free(ctx, regression->formula);
    attain_diagnostics_free(regression->notes);
    atn_free(ctx, regression);
}
