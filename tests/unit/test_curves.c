/* Trend families: each file is complete, its formula and default priors compile, and draws from
 * the defaults stay inside the domain that its "use" promises. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/study.h>

#include "base/stream.h"
#include "formula/formula.h"
#include "io/json.h"
#include "io/reader.h"
#include "stats/distribution.h"

enum { MAX_PARAMETERS = 8, STEPS = 400, DRAWS = 300 };

typedef struct curve {
    cJSON *tree;
    atn_name names[MAX_PARAMETERS + 1]; /* parameters, then t */
    size_t n;
    atn_formula *formula;
} curve;

static curve open_curve(attain_context *ctx, const char *name)
{
    curve c = {0};
    const char *json = attain_curve_json(name);
    attain_error err = {0};
    assert_non_null(json);
    assert_int_equal(atn_json_parse(ctx, json, strlen(json), name, NULL, &c.tree, &err), ATTAIN_OK);
    const cJSON *entry;
    cJSON_ArrayForEach (entry, atn_member(c.tree, "parameters")) {
        assert_true(c.n < MAX_PARAMETERS);
        c.names[c.n++] = (atn_name){entry->string, false};
    }
    c.names[c.n] = (atn_name){"t", true};
    atn_check_status(name,
                     atn_formula_compile(ctx, atn_member(c.tree, "formula")->valuestring, c.names,
                                         c.n + 1, NULL, &c.formula, &err),
                     ATTAIN_OK, &err);
    for (size_t k = 0; k < c.n; k++)
        if (!atn_formula_uses(c.formula, k)) fail_msg("%s does not use %s", name, c.names[k].name);
    return c;
}

static void close_curve(attain_context *ctx, curve *c)
{
    atn_formula_free(ctx, c->formula);
    cJSON_Delete(c->tree);
}

static void test_files(void **state)
{
    (void)state;
    static const char *const wanted[] = {"constant", "damped_trend", "exponential",      "gompertz",
                                         "linear",   "logistic",     "piecewise_linear", "power",
                                         "richards", "step",         "weibull"};
    static const char *const keys[] = {"name", "title", "formula", "use", "source"};
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
        assert_non_null(attain_curve_json(wanted[k]));
    for (size_t k = 0; k < attain_curve_count(); k++) {
        const char *name = attain_curve_name(k);
        if (k > 0) assert_true(strcmp(attain_curve_name(k - 1), name) < 0);
        curve c = open_curve(ctx, name);
        for (size_t j = 0; j < 5; j++) {
            const cJSON *text = atn_member(c.tree, keys[j]);
            if (!cJSON_IsString(text) || !*text->valuestring)
                fail_msg("%s lacks '%s'", name, keys[j]);
        }
        assert_string_equal(atn_member(c.tree, "name")->valuestring, name);
        const cJSON *entry;
        cJSON_ArrayForEach (entry, atn_member(c.tree, "parameters")) {
            assert_true(cJSON_IsString(atn_member(entry, "prior")));
            assert_true(cJSON_IsString(atn_member(entry, "meaning")));
        }
        close_curve(ctx, &c);
    }
    assert_null(attain_curve_name(attain_curve_count()));
    assert_null(attain_curve_json("nothing"));
    attain_context_free(ctx);
}

/* The default prior of a parameter under a link, for m, t1, t2. */
static atn_prior prior_of(attain_context *ctx, const cJSON *entry, const char *link,
                          const double *values)
{
    static const atn_name names[] = {{"m", false}, {"t1", false}, {"t2", false}};
    const cJSON *text = atn_member(entry, link);
    if (!text) text = atn_member(entry, "prior");
    atn_prior prior;
    attain_error err = {0};
    atn_check_status(text->valuestring,
                     atn_prior_parse(ctx, text->valuestring, names, values, 3, NULL, &prior, &err),
                     ATTAIN_OK, &err);
    return prior;
}

/* Whether all steps of a draw lie in (0, high) and every slope is finite. */
static bool inside(const curve *c, const double *parameters, double high, double *work)
{
    static double t[STEPS], y[STEPS], slope_t[STEPS];
    double slopes[MAX_PARAMETERS] = {0};
    const double *inputs[MAX_PARAMETERS + 1];
    double *adjoint[MAX_PARAMETERS + 1];
    for (size_t k = 0; k < STEPS; k++) {
        t[k] = (double)k;
        slope_t[k] = 0;
    }
    for (size_t k = 0; k < c->n; k++) {
        inputs[k] = parameters + k;
        adjoint[k] = slopes + k;
    }
    inputs[c->n] = t;
    adjoint[c->n] = slope_t;
    atn_formula_gradient(c->formula, STEPS, inputs, NULL, y, adjoint, work);
    for (size_t k = 0; k < c->n; k++)
        if (!isfinite(slopes[k])) return false;
    for (size_t k = 0; k < STEPS; k++)
        if (!(y[k] > 0 && y[k] < high)) return false;
    return true;
}

typedef struct promise {
    const char *name;
    double log_link, logit_link; /* share of prior draws inside the domain, at least */
} promise;

static const promise promises[] = {
    {"constant", 1, 1},
    {"logistic", 1, 1},
    {"gompertz", 1, 1},
    {"richards", 1, 1},
    {"step", 1, 1},
    {"weibull", 1, 1},
    {"exponential", 1, 0.2},
    {"power", 1, 0.2},
    {"damped_trend", 1, 0.4},
    {"linear", 0.2, 0.2},
    {"piecewise_linear", 0.1, 0.1},
};

static void test_domains(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof promises / sizeof *promises; k++) {
        curve c = open_curve(ctx, promises[k].name);
        double *work = ATN_NEW_ARRAY(ctx, double, atn_formula_work_size(c.formula, STEPS));
        assert_non_null(work);
        for (int logit = 0; logit < 2; logit++) {
            const double values[] = {logit ? 0.4 : 700, 20, 290};
            atn_stream stream;
            atn_stream_init(&stream, 7, ATN_PURPOSE_SIMULATE, (uint64_t)logit, k);
            size_t good = 0;
            for (size_t d = 0; d < DRAWS; d++) {
                double parameters[MAX_PARAMETERS];
                const cJSON *entry;
                size_t p = 0;
                cJSON_ArrayForEach (entry, atn_member(c.tree, "parameters")) {
                    const atn_prior prior = prior_of(ctx, entry, logit ? "logit" : "prior", values);
                    parameters[p++] = atn_prior_draw(&prior, &stream);
                }
                good += inside(&c, parameters, logit ? 1 : INFINITY, work);
            }
            const double want = logit ? promises[k].logit_link : promises[k].log_link;
            if (!((double)good >= want * DRAWS))
                fail_msg("%s (seed 7, %s link): %zu of %d draws inside", promises[k].name,
                         logit ? "logit" : "log", good, DRAWS);
        }
        atn_free(ctx, work);
        close_curve(ctx, &c);
    }
    attain_context_free(ctx);
}

/* Under an identity link levels may be negative or zero, and priors must still be proper. */
static void test_identity(void **state)
{
    (void)state;
    static const double levels[] = {-5000, 0, 0.01, 30};
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < attain_curve_count(); k++) {
        curve c = open_curve(ctx, attain_curve_name(k));
        for (size_t j = 0; j < 4; j++) {
            const double values[] = {levels[j], 0, 1};
            const cJSON *entry;
            cJSON_ArrayForEach (entry, atn_member(c.tree, "parameters"))
                prior_of(ctx, entry, "identity", values);
        }
        close_curve(ctx, &c);
    }
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
