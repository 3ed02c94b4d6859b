/* A sweep's texts: what is varied, over which values, for which goals. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/scenario_reader.h"
#include "project/sweep_run.h"

enum { SETTINGS_VERSION = 1, MAX_GRID = 1000000, TARGET = 160 };

void attain_sweep_settings_init(attain_sweep_settings *settings)
{
    *settings = (attain_sweep_settings){.version = SETTINGS_VERSION, .until = 0.5};
}

/* ---- TARGET=FROM:TO:STEP ---- */

typedef struct vary_text {
    char target[TARGET];
    double from, to, step;
} vary_text;

static attain_status bad_vary(const char *text, const char *why, attain_error *err)
{
    return atn_fail(err, ATTAIN_ERR_ARGUMENT, "\"%.80s\" %s", text, why);
}

static attain_status split(const char *text, vary_text *out, attain_error *err)
{
    const char *equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : 0;
    double *const numbers[] = {&out->from, &out->to, &out->step};
    if (n == 0 || n >= TARGET) return bad_vary(text, "is not TARGET=FROM:TO:STEP", err);
    memcpy(out->target, text, n);
    out->target[n] = '\0';
    if (strspn(out->target, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") !=
        n)
        return bad_vary(text, "begins with no name of something to vary", err);
    const char *s = equals + 1;
    for (size_t k = 0; k < 3; k++) {
        const size_t length = strcspn(s, ":");
        if (!atn_number_parse(s, length, numbers[k]) || (s[length] == ':') != (k < 2))
            return bad_vary(text, "does not end in three numbers FROM:TO:STEP", err);
        s += length + 1;
    }
    if (!(out->step > 0) || !(out->to >= out->from))
        return bad_vary(text, "needs FROM <= TO and a STEP above 0", err);
    if ((out->to - out->from) / out->step >= MAX_GRID)
        return bad_vary(text, "has more than 1,000,000 values", err);
    return ATTAIN_OK;
}

static attain_status fill_values(attain_context *ctx, const vary_text *text, atn_sweep_vary *vary,
                                 attain_error *err)
{
    vary->n = (size_t)floor((text->to - text->from) / text->step + 1e-9) + 1;
    vary->target = atn_strdup(ctx, text->target);
    vary->value = ATN_NEW_ARRAY(ctx, double, vary->n);
    if (!vary->target || !vary->value) return atn_fail_nomem(err);
    for (size_t k = 0; k < vary->n; k++) vary->value[k] = text->from + (double)k * text->step;
    return ATTAIN_OK;
}

/* ---- the change it makes ---- */

static const struct {
    const char *prefix, *verb, *size;
} verbs[] = {{"multiply.", "multiply", "by"},
             {"replace.", "replace", "with"},
             {"capacity.", "capacity", "to"},
             {"set.", "set", "to"}};

/* A series by itself says neither how nor by what. */
static attain_status refuse_series(const attain_study *study, const char *target, attain_error *err)
{
    for (size_t s = 0; s < study->n_series; s++)
        if (strcmp(study->series[s].id, target) == 0)
            return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                            "\"%.64s\" is a series: vary multiply.%.64s or replace.%.64s", target,
                            target, target);
    return ATTAIN_OK;
}

/* SERIES.INPUT is a capacity, all else a parameter or an input. */
static size_t verb_of(const attain_study *study, const char *target, const char **name)
{
    const char *dot = strchr(target, '.');
    for (size_t k = 0; k < 4; k++) {
        const size_t n = strlen(verbs[k].prefix);
        if (strncmp(target, verbs[k].prefix, n) != 0) continue;
        *name = target + n;
        return k;
    }
    *name = target;
    const bool input = dot && atn_find_id(dot + 1, study->inputs, sizeof *study->inputs,
                                          study->n_inputs) != ATN_NONE;
    return input ? 2 : 3;
}

/* The scenarios that state the two ends of the range: what a scenario may say, and no more, may be
 * varied. */
static attain_status read_change(attain_study *scratch, const vary_text *vary, const char *from,
                                 atn_change *change, attain_error *err)
{
    attain_context *ctx = scratch->ctx;
    const char *name;
    atn_text json;
    attain_status status = refuse_series(scratch, vary->target, err);
    if (status != ATTAIN_OK) return status;
    const size_t verb = verb_of(scratch, vary->target, &name);
    atn_text_init(&json, ctx);
    atn_text_add(&json, "[");
    for (size_t end = 0; end < 2; end++) {
        atn_text_printf(&json, "%s{\"id\": \"%s\", ", end ? ", " : "", end ? "to" : "from");
        if (from) atn_text_printf(&json, "\"from\": \"%s\", ", from);
        atn_text_printf(&json, "\"changes\": [{\"%s\": \"%s\", \"%s\": ", verbs[verb].verb, name,
                        verbs[verb].size);
        atn_text_number(&json, end ? vary->to : vary->from);
        atn_text_add(&json, "}]}");
    }
    atn_text_add(&json, "]");
    status = atn_text_ok(&json)
                 ? attain_study_parse_scenarios(scratch, json.data, json.length, NULL, err)
                 : atn_fail_nomem(err);
    atn_text_free(&json);
    if (status == ATTAIN_ERR_NOMEM) return status;
    if (status != ATTAIN_OK) {
        err->status = ATTAIN_ERR_ARGUMENT; /* it is no place of a file that it stands in */
        err->line = err->column = 0;
        err->pointer[0] = '\0';
        return ATTAIN_ERR_ARGUMENT;
    }
    atn_change *made = &scratch->scenarios[0].changes[0];
    *change = *made;
    made->target = made->pointer = made->size.text = NULL; /* now the sweep's */
    return ATTAIN_OK;
}

static attain_status read_vary(attain_context *ctx, const attain_study *study, const char *text,
                               const char *from, atn_sweep_vary *vary, atn_change *change,
                               attain_error *err)
{
    vary_text parts;
    attain_study scratch = *study; /* scenarios and files of its own; all else is borrowed */
    scratch.ctx = ctx;
    scratch.scenarios = NULL;
    scratch.files = NULL;
    scratch.n_scenarios = scratch.n_files = scratch.n_overrides = 0;
    attain_status status = split(text, &parts, err);
    if (status == ATTAIN_OK) status = read_change(&scratch, &parts, from, change, err);
    for (size_t s = 0; s < scratch.n_scenarios; s++) atn_scenario_free(ctx, &scratch.scenarios[s]);
    for (size_t f = 0; f < scratch.n_files; f++) atn_free(ctx, scratch.files[f].name);
    atn_free(ctx, scratch.scenarios);
    atn_free(ctx, scratch.files);
    return status == ATTAIN_OK ? fill_values(ctx, &parts, vary, err) : status;
}

static void free_vary(attain_context *ctx, atn_sweep_vary *vary, atn_change *change)
{
    atn_free(ctx, vary->target);
    atn_free(ctx, vary->value);
    atn_free(ctx, change->target);
    atn_free(ctx, change->pointer);
    atn_free(ctx, change->size.text);
}

/* ---- goals ---- */

/* "ID", "ID/DEFINITION", "ID/READING" or "ID/DEFINITION/READING". */
static bool fits(const char *wanted, const char *goal, const char *definition, const char *reading)
{
    const size_t n = strlen(goal);
    if (strncmp(wanted, goal, n) != 0 || (wanted[n] != '/' && wanted[n] != '\0')) return false;
    const char *rest = wanted + n + (wanted[n] == '/');
    const size_t d = strlen(definition);
    if (*rest == '\0' || strcmp(rest, definition) == 0 || strcmp(rest, reading) == 0) return true;
    return strncmp(rest, definition, d) == 0 && rest[d] == '/' &&
           strcmp(rest + d + 1, reading) == 0;
}

static attain_status unknown_goal(attain_context *ctx, const attain_study *study,
                                  const char *wanted, attain_error *err)
{
    attain_error own = {0};
    atn_reader r = {.ctx = ctx, .err = &own};
    char hint[ATN_HINT_SIZE], id[72];
    snprintf(id, sizeof id, "%.*s", (int)strcspn(wanted, "/"), wanted);
    if (atn_find_id(id, study->goals, sizeof *study->goals, study->n_goals) != ATN_NONE)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "goal \"%s\" has no definition or reading \"%.64s\"", id,
                        wanted + strlen(id) + 1);
    atn_hint_ids(&r, hint, id, study->goals, sizeof *study->goals, study->n_goals);
    if (r.nomem) return atn_fail_nomem(err);
    return atn_fail(err, ATTAIN_ERR_ARGUMENT, "no goal is called '%s'%s", id, hint);
}

static double effective_draws(const attain_sweep *sweep, size_t goal)
{
    const atn_goal *g = &sweep->posterior->study->goals[goal];
    if (g->form == ATN_GOAL_SINGLE) return atn_effective_draws(sweep->posterior, &g->series, 1);
    double least = (double)sweep->posterior->n_draws;
    for (size_t m = 0; m < g->n_members; m++)
        least = fmin(least, effective_draws(sweep, g->members[m]));
    return least;
}

static attain_status choose_answers(attain_sweep *sweep, const char *wanted, attain_error *err)
{
    const attain_study *study = sweep->posterior->study;
    const atn_run *run = &sweep->run;
    sweep->answers = ATN_NEW_ARRAY(sweep->ctx, atn_sweep_answer, run->n_outcomes);
    if (!sweep->answers) return atn_fail_nomem(err);
    for (size_t g = 0; g < study->n_goals; g++) {
        const atn_goal_result *result = &run->projection->goals[g];
        for (size_t k = 0; k < run->goals[g].n_counted; k++) { /* a mixture is none of its own */
            const size_t d = result->definitions[k].definition;
            const char *definition = d == ATN_NONE ? "reference" : study->definitions[d].id;
            for (size_t j = 0; j < run->goals[g].n_plans; j++) {
                if (wanted &&
                    !fits(wanted, study->goals[g].id, definition, run->goals[g].plans[j].name))
                    continue;
                sweep->answers[sweep->n_answers++] = (atn_sweep_answer){
                    .goal = g,
                    .definition = k,
                    .plan = j,
                    .outcome = run->goals[g].first_outcome + k * run->goals[g].n_plans + j,
                    .effective = effective_draws(sweep, g)};
            }
        }
    }
    if (sweep->n_answers > 0) return ATTAIN_OK;
    if (wanted) return unknown_goal(sweep->ctx, study, wanted, err);
    return atn_fail(err, ATTAIN_ERR_ARGUMENT, "the study has no goals");
}

/* Plans and definitions without paths; each "draw" of the outcomes is a lane. */
static attain_status lay_out(attain_sweep *sweep, attain_error *err)
{
    const attain_posterior *p = sweep->posterior;
    attain_projection *projection = NULL;
    attain_status status = atn_projection_create(sweep->ctx, p, &projection, err);
    sweep->run = (atn_run){.ctx = sweep->ctx,
                           .posterior = p,
                           .study = p->study,
                           .projection = projection,
                           .padded = (p->n_draws + ATN_LANES - 1) / ATN_LANES * ATN_LANES,
                           .job = {.ctx = sweep->ctx,
                                   .posterior = p,
                                   .n_draws = p->n_draws,
                                   .n_steps = p->study->n_steps,
                                   .as_of = p->study->as_of_step}};
    return status == ATTAIN_OK ? atn_run_layout(&sweep->run, err) : status;
}

static attain_status check_settings(const attain_sweep_settings *s, attain_error *err)
{
    if (s->version != SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "sweep settings: version is %d, expected %d (use "
                        "attain_sweep_settings_init)",
                        s->version, SETTINGS_VERSION);
    if (s->n_vary < 1 || s->n_vary > 2 || !s->vary)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "a sweep varies one or two things, found %zu",
                        s->n_vary);
    if (!(s->until > 0 && s->until < 1))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "until must lie between 0 and 1");
    if (s->from && strspn(s->from, "0123456789-") != strlen(s->from))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "\"%.40s\" is no date of the form 2025-01-20",
                        s->from);
    return ATTAIN_OK;
}

attain_status attain_sweep_check(attain_context *context, const attain_study *study,
                                 const attain_sweep_settings *settings, attain_error *err)
{
    attain_error own = {0};
    if (!err) err = &own;
    atn_error_clear(err);
    if (!context || !study || !settings)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context, study and settings are needed");
    attain_status status = check_settings(settings, err);
    for (size_t v = 0; v < settings->n_vary && status == ATTAIN_OK; v++) {
        atn_sweep_vary vary = {0};
        atn_change change = {0};
        status = read_vary(context, study, settings->vary[v], settings->from, &vary, &change, err);
        free_vary(context, &vary, &change);
    }
    if (status != ATTAIN_OK || !settings->goal) return status;
    for (size_t g = 0; g < study->n_goals; g++) {
        const size_t n = strlen(study->goals[g].id);
        if (strncmp(settings->goal, study->goals[g].id, n) == 0 &&
            (settings->goal[n] == '/' || settings->goal[n] == '\0'))
            return ATTAIN_OK;
    }
    return unknown_goal(context, study, settings->goal, err);
}

static attain_status fill(attain_sweep *sweep, const attain_sweep_settings *s, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    sweep->until = s->until;
    for (size_t v = 0; v < s->n_vary && status == ATTAIN_OK; v++)
        status = read_vary(sweep->ctx, sweep->posterior->study, s->vary[v], s->from,
                           &sweep->vary[v], &sweep->changes[v], err);
    sweep->n_vary = s->n_vary;
    if (status == ATTAIN_OK && s->n_vary == 1) {
        sweep->vary[1].n = 1;
        sweep->vary[1].value = ATN_NEW(sweep->ctx, double);
        if (!sweep->vary[1].value) return atn_fail_nomem(err);
        *sweep->vary[1].value = NAN;
    }
    if (status == ATTAIN_OK && sweep->vary[0].n > MAX_GRID / sweep->vary[1].n)
        status = atn_fail(err, ATTAIN_ERR_ARGUMENT, "the grid has more than 1,000,000 values");
    if (status == ATTAIN_OK) status = lay_out(sweep, err);
    if (status == ATTAIN_OK) status = choose_answers(sweep, s->goal, err);
    return status == ATTAIN_OK ? atn_sweep_grid(sweep, err) : status;
}

attain_status attain_sweep_run(attain_context *context, const attain_posterior *posterior,
                               const attain_sweep_settings *settings, attain_sweep **sweep,
                               attain_error *err)
{
    attain_error own = {0};
    if (!err) err = &own;
    atn_error_clear(err);
    if (sweep) *sweep = NULL;
    if (!context || !posterior || !settings || !sweep)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "context, posterior, settings and sweep are needed");
    attain_status status = check_settings(settings, err);
    if (status != ATTAIN_OK) return status;
    attain_sweep *made = ATN_NEW(context, attain_sweep);
    if (!made) return atn_fail_nomem(err);
    made->ctx = context;
    made->posterior = posterior;
    status = fill(made, settings, err);
    if (status == ATTAIN_OK)
        *sweep = made;
    else
        attain_sweep_free(made);
    return status;
}
