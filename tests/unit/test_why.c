/* What drives an answer, against exact answers: a constant level with a normal prior and normal
 * errors, whose posterior without any report is known; and planted draws, whose spread is. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/explanation.h"
#include "stats/distribution.h"

enum { TEXT = 8000, MOST = 12 };

typedef struct figures {
    size_t n;
    double value[MOST], error[MOST]; /* relative */
    const char *release[MOST], *source[MOST];
} figures;

/* A second level of its own, so that joint goals rest on two blocks. */
static void level_study(char *json, const figures *f, const char *method)
{
    int n = snprintf(
        json, TEXT,
        "{'title': 'level', 'origin': '2025-01-01', 'as_of': '2025-02-01', 'horizon':"
        " '2025-03-31', 'step': 'day', 'series': {"
        "'held': {'kind': 'stock', 'link': 'identity', 'trend': 'constant', 'parameters': {'level':"
        " 'normal(50, 20)'}}, 'other': {'kind': 'stock', 'link': 'identity', 'trend': 'constant',"
        " 'parameters': {'level': 'normal(10, 2)'}}}, 'fit': {%s, 'seed': 11}, 'goals': ["
        "{'id': 'up', 'series': 'held', 'statistic': 'level', 'start': '2025-02-10', 'target': 51},"
        "{'id': 'high', 'series': 'other', 'statistic': 'level', 'start': '2025-02-10', 'target':"
        " 10}, {'id': 'both', 'all_of': ['up', 'high']}], 'reports': [{'series': 'other',"
        " 'statistic': 'level', 'start': '2025-01-20', 'relation': 'exact', 'value': 11, 'error':"
        " 0.2}",
        method);
    for (size_t i = 0; i < f->n; i++) {
        n += snprintf(json + n, TEXT - (size_t)n,
                      ", {'series': 'held', 'statistic': 'level', 'start': '2025-01-%02zu',"
                      " 'relation': 'exact', 'value': %.17g, 'error': %.17g",
                      1 + i, f->value[i], f->error[i]);
        if (f->release[i])
            n += snprintf(json + n, TEXT - (size_t)n, ", 'release': '%s'", f->release[i]);
        if (f->source[i])
            n += snprintf(json + n, TEXT - (size_t)n, ", 'source': '%s'", f->source[i]);
        n += snprintf(json + n, TEXT - (size_t)n, "}");
    }
    snprintf(json + n, TEXT - (size_t)n, "]}");
}

#define MAP  "'method': 'map', 'draws': 4000, 'chains': 1"
#define NUTS "'method': 'nuts', 'draws': 1000, 'warmup': 500, 'chains': 4"

static planted_world world_of(const figures *f, const char *method, long refits, unsigned threads)
{
    char json[TEXT];
    attain_error err = {0};
    attain_why_settings settings;
    planted_world w = {.ctx = check_context(NULL, threads)};
    level_study(json, f, method);
    w.study = planted_study(w.ctx, json);
    planted_fit(&w);
    planted_project(&w);
    attain_why_settings_init(&settings);
    settings.refits = refits;
    atn_check_status("why", attain_why_run(w.ctx, w.projection, &settings, &err), ATTAIN_OK, &err);
    return w;
}

/* Mean and sd of the level without the flagged figures. */
static void level_without(const figures *f, const bool *out, double *mean, double *sd)
{
    double precision = 1.0 / 400.0, sum = 50.0 / 400.0;
    for (size_t i = 0; i < f->n; i++) {
        const double e = f->error[i] * f->value[i];
        if (out[i]) continue;
        precision += 1.0 / (e * e);
        sum += f->value[i] / (e * e);
    }
    *mean = sum / precision;
    *sd = sqrt(1.0 / precision);
}

static double above(double target, double mean, double sd)
{
    return exp(atn_log_ccdf((target - mean) / sd, INFINITY, NULL));
}

/* The change of P(level >= 51), and of the mean level. */
static double exact_change(const figures *f, const bool *out, double *shift)
{
    const bool none[MOST] = {false};
    double mean, sd, other_mean, other_sd;
    level_without(f, none, &mean, &sd);
    level_without(f, out, &other_mean, &other_sd);
    *shift = other_mean - mean;
    return above(51, other_mean, other_sd) - above(51, mean, sd);
}

/* Row 1 is the other level's; figures follow. */
static const atn_influence *influence_of(const planted_world *w, size_t figure)
{
    const size_t group = w->projection->why->influence_of[figure + 1];
    assert_true(group < w->projection->why->n_influences);
    return &w->projection->why->influences[group];
}

static void check_figure(const planted_world *w, const figures *f, size_t figure, const bool *out,
                         atn_left_out how)
{
    double shift;
    const double exact = exact_change(f, out, &shift);
    const atn_effect *c = &influence_of(w, figure)->changes[0];
    print_message("figure %zu: %+.4f (%.4f), exact %+.4f; k %.2f, how %d\n", figure, c->change,
                  c->mcse, exact, c->k, (int)c->how);
    assert_int_equal(c->how, how);
    if (how == ATN_NOT_TOLD) {
        assert_true(isnan(c->change) && isnan(c->mcse) && isnan(c->shift));
        return;
    }
    assert_true(c->mcse > 0 && c->mcse < 0.05);
    atn_check_close("change", c->change, exact, 4 * c->mcse + 0.002, 0);
    atn_check_close("shift", c->shift, shift, 4 * c->shift_mcse + 0.02, 0);
    /* the joint goal: the other's chance stays */
    const double p = above(10, 10.0 + 1.0 * 4.0 / (4.0 + 4.84), 1 / sqrt(0.25 + 1 / 4.84));
    const atn_effect *both = &influence_of(w, figure)->changes[2];
    atn_check_close("both", both->change, p * exact, 4 * both->mcse + 0.005, 0);
    assert_int_equal(both->how, how);
}

static const figures twelve = {12,
                               {50, 52, 47, 55, 44, 51, 58, 49, 46, 53, 50, 61},
                               {.1, .1, .1, .1, .1, .06, .1, .1, .1, .1, .1, .1},
                               {NULL},
                               {NULL}};

static void check_each(const char *method)
{
    planted_world w = world_of(&twelve, method, 0, 2);
    assert_int_equal(w.projection->why->n_influences, 13);
    for (size_t r = 0; r < twelve.n; r++) {
        bool out[MOST] = {false};
        out[r] = true;
        check_figure(&w, &twelve, r, out, ATN_BY_WEIGHTS);
    }
    /* the other level's figure changes nothing here */
    assert_true(fabs(w.projection->why->influences[0].changes[0].change) <= 0.0);
    assert_false(w.projection->why->influences[0].blocks[0]);
    planted_free(&w);
}

static void test_map(void **state)
{
    (void)state;
    check_each(MAP);
}

static void test_nuts(void **state)
{
    (void)state;
    check_each(NUTS);
}

/* Figures of a release go together. */
static void test_release(void **state)
{
    (void)state;
    figures f = twelve;
    bool out[MOST] = {false};
    f.release[3] = f.release[6] = f.release[11] = "a-sheet";
    out[3] = out[6] = out[11] = true;
    planted_world w = world_of(&f, MAP, 0, 1);
    assert_int_equal(w.projection->why->n_influences, 11);
    assert_ptr_equal(influence_of(&w, 3), influence_of(&w, 11));
    assert_int_equal(influence_of(&w, 3)->n_reports, 3);
    check_figure(&w, &f, 6, out, influence_of(&w, 3)->changes[0].how);
    assert_true(influence_of(&w, 3)->changes[0].how <= ATN_BY_MOVING);
    planted_free(&w);
}

/* All figures of a source, beside each alone. */
static void test_source(void **state)
{
    (void)state;
    figures f = twelve;
    bool out[MOST] = {false};
    double shift;
    f.source[2] = f.source[4] = "the Gazette";
    f.source[5] = "the Herald";
    out[2] = out[4] = true;
    planted_world w = world_of(&f, MAP, 0, 1);
    assert_int_equal(w.projection->why->n_influences, 13);
    assert_int_equal(w.projection->why->n_sources,
                     1); /* a single report of a source has a line of its own */
    assert_int_equal(w.projection->why->sources[0].n_reports, 2);
    const atn_effect *c = &w.projection->why->sources[0].changes[0];
    atn_check_close("change", c->change, exact_change(&f, out, &shift), 4 * c->mcse + 0.002, 0);
    atn_check_close("shift", c->shift, shift, 4 * c->shift_mcse + 0.02, 0);
    planted_free(&w);
}

/* A figure that says most of what is known: weights alone cannot judge, moved draws can. */
static void test_moved(void **state)
{
    (void)state;
    const figures f = {4, {50, 56, 47, 53}, {.1, .1, .1, .02}, {NULL}, {NULL}};
    const bool out[MOST] = {false, false, false, true};
    planted_world w = world_of(&f, NUTS, 0, 2);
    assert_true(influence_of(&w, 3)->plain_k[0] > 0.5);
    check_figure(&w, &f, 3, out, ATN_BY_MOVING);
    planted_free(&w);
}

/* A figure that says all: nothing is told, unless a fit without it is allowed. */
static void test_refit(void **state)
{
    (void)state;
    const figures f = {3, {50, 56, 52}, {.2, .2, .0005}, {NULL}, {NULL}};
    const bool out[MOST] = {false, false, true};
    planted_world w = world_of(&f, NUTS, 0, 2);
    check_figure(&w, &f, 2, out, ATN_NOT_TOLD);
    assert_int_equal(w.projection->why->refits, 0);
    planted_free(&w);
    w = world_of(&f, NUTS, 3, 2); /* one is needed */
    check_figure(&w, &f, 2, out, ATN_BY_REFIT);
    assert_int_equal(w.projection->why->refits, 1);
    planted_free(&w);
}

/* ---- parts ------------------------------------------------------------------------------------
 */

static const char walking[] =
    "{'title': 'walk', 'origin': '2025-01-01', 'as_of': '2025-01-01', 'horizon': '2025-02-28',"
    " 'step': 'day', 'series': {'rate': {'kind': 'flow', 'trend': 'constant', 'parameters':"
    " {'level': 'lognormal(log(100), 0.1)'}, 'deviation': {'type': 'random_walk', 'every': 1,"
    " 'sigma': 0.03}, 'step_sigma': 0.25}}, 'definitions': {'own': {'series': 'rate', 'reference':"
    " true}, 'theirs': {'series': 'rate', 'factor': 'lognormal(0, 0.2)'}}, 'goals': [{'id': 'day',"
    " 'series': 'rate', 'statistic': 'value', 'start': '2025-02-10', 'deadline': '2025-02-10',"
    " 'target': 100}], 'reports': [], 'fit': {'method': 'map', 'draws': 4000, 'chains': 1}}";

static void walk(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    atn_stream stream;
    (void)user, (void)block;
    atn_stream_init(&stream, 77, ATN_PURPOSE_SIMULATE, 0, draw);
    theta[planted_index(model, "rate.level")] = 100 * exp(0.1 * atn_stream_normal(&stream));
    theta[planted_index(model, "definition.theirs")] = exp(0.2 * atn_stream_normal(&stream));
}

/* log Y = log level + log factor + a walk of 40 steps + scatter: their variances add. */
static void test_parts(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    attain_error err = {0};
    attain_study *study = planted_study(ctx, walking);
    attain_posterior *posterior = planted_posterior(ctx, study, 4000, 5, walk, NULL);
    posterior->blocks[0].candidates[0].resampled = true;
    attain_projection *projection = NULL;
    attain_why_settings settings;
    attain_why_settings_init(&settings);
    settings.draws = 4000;
    atn_check_status("project", attain_project_run(ctx, posterior, &projection, &err), ATTAIN_OK,
                     &err);
    atn_check_status("why", attain_why_run(ctx, projection, &settings, &err), ATTAIN_OK, &err);
    const atn_why *why = projection->why;
    assert_int_equal(why->n_places, 2);
    for (size_t p = 0; p < 2; p++) {
        const atn_spread *s = &why->spreads[p];
        const double variance[ATN_N_PARTS] = {[ATN_PART_DEFINITION] = p == 1 ? 0.04 : 0.0,
                                              [ATN_PART_PARAMETERS] = 0.01,
                                              [ATN_PART_DRIFT] = 40 * 0.03 * 0.03,
                                              [ATN_PART_SCATTER] = 0.0625};
        double total = 0.0, shares = 0.0;
        for (size_t k = 0; k < ATN_N_PARTS; k++) total += variance[k];
        assert_true(s->told && s->logs);
        atn_check_close("sd", s->sd, sqrt(total), 0, 0.05);
        for (size_t k = 0; k < ATN_N_PARTS; k++) {
            atn_check_close(atn_part_names[k], s->part[k], variance[k] / total, 0.035, 0);
            shares += s->part[k];
        }
        atn_check_close("shares", shares, 1.0, 1e-12, 0);
        atn_check_close("likelihood", s->sensitivity.likelihood, 0.0, 1e-5, 0); /* no report */
    }
    assert_int_equal(why->n_influences, 0);
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_context_free(ctx);
}

/* ---- the next figure --------------------------------------------------------------------------
 */

static const char quiet[] =
    "{'title': 'quiet', 'origin': '2025-01-01', 'as_of': '2025-01-10', 'horizon': '2025-02-28',"
    " 'step': 'day', 'series': {'held': {'kind': 'stock', 'link': 'identity', 'trend': 'constant',"
    " 'parameters': {'level': 'normal(1000, 50)'}}}, 'goals': [{'id': 'up', 'series': 'held',"
    " 'statistic': 'level', 'target': 1000}], 'measurement': {'error': 0.025}, 'reports': [],"
    " 'fit': {'method': 'map', 'draws': 4000, 'chains': 1}}";

static void rest(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    atn_stream stream;
    (void)user, (void)block;
    atn_stream_init(&stream, 78, ATN_PURPOSE_SIMULATE, 0, draw);
    theta[planted_index(model, "held.level")] = 1000 + 50 * atn_stream_normal(&stream);
}

/* A level known to 50, a figure with an error of 25: what is left is sqrt(25^2 / (50^2 + 25^2)). */
static void test_next(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_error err = {0};
    attain_study *study = planted_study(ctx, quiet);
    attain_posterior *posterior = planted_posterior(ctx, study, 4000, 5, rest, NULL);
    attain_projection *projection = NULL;
    atn_check_status("project", attain_project_run(ctx, posterior, &projection, &err), ATTAIN_OK,
                     &err);
    atn_check_status("why", attain_why_run(ctx, projection, NULL, &err), ATTAIN_OK, &err);
    const atn_spread *s = &projection->why->spreads[0];
    atn_check_close("one level", s->width[ATN_NEXT_VALUE], sqrt(625.0 / (2500.0 + 625.0)), 0.03, 0);
    assert_true(isnan(s->width[ATN_NEXT_MONTH]) && isnan(s->width[ATN_NEXT_TOTAL]));
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_context_free(ctx);
}

static void test_refused(void **state)
{
    (void)state;
    planted_world w = world_of(&twelve, MAP, 0, 1);
    attain_error err = {0};
    attain_why_settings settings;
    attain_why_settings_init(&settings);
    settings.refits = -2;
    atn_check_status("refits", attain_why_run(w.ctx, w.projection, &settings, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    assert_non_null(strstr(err.message, "-2 refits"));
    settings.refits = 0;
    settings.draws = 10;
    atn_check_status("draws", attain_why_run(w.ctx, w.projection, &settings, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    settings.version = 9;
    atn_check_status("version", attain_why_run(w.ctx, w.projection, &settings, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    atn_check_status("nothing", attain_why_run(w.ctx, NULL, NULL, &err), ATTAIN_ERR_ARGUMENT, &err);
    planted_free(&w);
}

static attain_status explain(void *user, attain_context *ctx, attain_error *err)
{
    char json[TEXT];
    attain_study *study = NULL;
    attain_posterior *posterior = NULL;
    attain_projection *projection = NULL;
    (void)user;
    level_study(json, &twelve, "'method': 'map', 'draws': 100, 'chains': 1");
    for (char *c = json; *c; c++)
        if (*c == '\'') *c = '"';
    attain_status status =
        attain_study_parse(ctx, json, strlen(json), NULL, 0, NULL, NULL, &study, err);
    if (status == ATTAIN_OK) status = attain_fit_run(ctx, study, NULL, NULL, &posterior, err);
    if (status == ATTAIN_OK) status = attain_project_run(ctx, posterior, &projection, err);
    if (status == ATTAIN_OK) {
        status = attain_why_run(ctx, projection, NULL, err);
        assert_true((status == ATTAIN_OK) == (projection->why != NULL));
    }
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("why", explain, NULL, 20000);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map),    cmocka_unit_test(test_nuts),  cmocka_unit_test(test_release),
        cmocka_unit_test(test_source), cmocka_unit_test(test_moved), cmocka_unit_test(test_refit),
        cmocka_unit_test(test_parts),  cmocka_unit_test(test_next),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
