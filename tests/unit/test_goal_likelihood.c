/* A goal is a question put to the posterior: no target, date or direction may move it. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "study/posterior.h"

enum { MAX_SET = 64, SET_SIZE = 96 };

typedef struct settings {
    char text[MAX_SET][SET_SIZE];
    const char *list[MAX_SET];
    size_t n;
} settings;

static void set(settings *s, const char *pointer, const char *value)
{
    assert_true(s->n < MAX_SET);
    snprintf(s->text[s->n], SET_SIZE, "%s=%s", pointer, value);
    s->list[s->n] = s->text[s->n];
    s->n++;
}

typedef struct fitted {
    attain_context *ctx;
    attain_study *study;
    attain_posterior *posterior;
} fitted;

static fitted fit(const char *folder, const settings *s)
{
    fitted f = {.ctx = check_context(NULL, 2)};
    attain_study_options options;
    attain_error err = {0};
    attain_study_options_init(&options);
    options.set = s->list;
    options.n_set = s->n;
    atn_check_status(folder,
                     attain_study_load(f.ctx, check_source(folder), &options, NULL, &f.study, &err),
                     ATTAIN_OK, &err);
    atn_check_status("fit", attain_fit_run(f.ctx, f.study, NULL, NULL, &f.posterior, &err),
                     ATTAIN_OK, &err);
    return f;
}

static void fitted_free(fitted *f)
{
    attain_posterior_free(f->posterior);
    attain_study_free(f->study);
    attain_context_free(f->ctx);
}

static void check_same_posterior(const attain_posterior *a, const attain_posterior *b)
{
    assert_int_equal(a->n_draws, b->n_draws);
    assert_int_equal(a->n_blocks, b->n_blocks);
    for (size_t k = 0; k < a->n_blocks; k++) {
        const atn_block *one = &a->blocks[k], *two = &b->blocks[k];
        assert_int_equal(one->n_candidates, two->n_candidates);
        assert_memory_equal(one->which, two->which, a->n_draws * sizeof *one->which);
        assert_memory_equal(one->row, two->row, a->n_draws * sizeof *one->row);
        for (size_t c = 0; c < one->n_candidates; c++) {
            const size_t n = atn_model_dimension(one->candidates[c].model);
            assert_int_equal(n, atn_model_dimension(two->candidates[c].model));
            atn_check_same_bits("theta", one->candidates[c].theta, two->candidates[c].theta,
                                a->n_draws * n);
            atn_check_same_bits("weight", &one->candidates[c].weight, &two->candidates[c].weight,
                                1);
            atn_check_same_bits("elpd", &one->candidates[c].elpd, &two->candidates[c].elpd, 1);
        }
    }
}

/* The same study twice: as it is, and with every goal another. */
static void check_study(const char *folder, const char *const *fit_settings)
{
    settings as_is = {.n = 0}, other = {.n = 0};
    for (size_t k = 0; fit_settings[k]; k += 2) {
        set(&as_is, fit_settings[k], fit_settings[k + 1]);
        set(&other, fit_settings[k], fit_settings[k + 1]);
    }
    fitted one = fit(folder, &as_is);
    for (size_t g = 0; g < one.study->n_goals; g++) {
        const atn_goal *goal = &one.study->goals[g];
        char pointer[48], value[32];
        snprintf(pointer, sizeof pointer, "/goals/%zu/target", g);
        snprintf(value, sizeof value, "%.6g", goal->target * (g % 2 ? 0.01 : 0.5));
        set(&other, pointer, value);
        snprintf(pointer, sizeof pointer, "/goals/%zu/direction", g);
        set(&other, pointer, "\"at_most\"");
        snprintf(pointer, sizeof pointer, "/goals/%zu/deadline", g);
        set(&other, pointer, "\"2026-06-30\"");
    }
    assert_true(one.study->n_goals > 1);
    fitted two = fit(folder, &other);
    assert_true(one.study->goals[0].target > two.study->goals[0].target);
    check_same_posterior(one.posterior, two.posterior);
    fitted_free(&one);
    fitted_free(&two);
}

static void test_goals_never_touch_the_mode(void **state)
{
    (void)state;
    static const char *const quick[] = {"/fit/method", "\"map\"", "/fit/draws", "250", NULL};
    check_study("models/us-enforcement-2025", quick);
}

static void test_goals_never_touch_the_sampler(void **state)
{
    (void)state;
    static const char *const quick[] = {"/fit/chains", "2",  "/fit/warmup", "60",
                                        "/fit/draws",  "50", NULL};
    check_study("models/us-enforcement-2025", quick);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goals_never_touch_the_mode),
        cmocka_unit_test(test_goals_never_touch_the_sampler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
