/* Every influence that the shipped study tells, against fits without the reports: a fit of a block
 * for each report, some minutes in all. */
#include "check.h"

#include <math.h>
#include <stdio.h>

#include <attain/attain.h>

#include "project/explanation.h"
#include "study/study_data.h"

typedef struct tally {
    size_t n, told;
    double squares, worst;
} tally;

static void compare(tally *t, const char *what, long row, double quick, double quick_error,
                    double exact, double exact_error)
{
    const double error = hypot(quick_error, exact_error);
    if (!(error > 0)) { /* nothing moves it */
        atn_check_close(what, quick, exact, 1e-12, 0);
        return;
    }
    const double z = (quick - exact) / error;
    if (fabs(z) > 3.0)
        print_message("row %ld, %s: %+.4f (%.4f), refitted %+.4f (%.4f)\n", row, what, quick,
                      quick_error, exact, exact_error);
    t->told++;
    t->squares += z * z;
    t->worst = fmax(t->worst, fabs(z));
}

static void test_refits(void **state)
{
    (void)state;
    attain_gsl_quiet();
    attain_error err = {0};
    attain_context *ctx = check_context(NULL, 2);
    attain_study *study = NULL;
    attain_posterior *posterior = NULL;
    attain_projection *projection = NULL;
    tally chances = {0}, quantities = {0};
    atn_check_status("study",
                     attain_study_load(ctx, check_source("models/us-enforcement-2025"), NULL, NULL,
                                       &study, &err),
                     ATTAIN_OK, &err);
    atn_check_status("fit", attain_fit_run(ctx, study, NULL, NULL, &posterior, &err), ATTAIN_OK,
                     &err);
    atn_check_status("project", attain_project_run(ctx, posterior, &projection, &err), ATTAIN_OK,
                     &err);
    atn_check_status("why", attain_why_run(ctx, projection, NULL, &err), ATTAIN_OK, &err);
    atn_why *quick = projection->why;
    projection->why = NULL;
    atn_check_status("refits", atn_why_explain(ctx, projection, NULL, true, &err), ATTAIN_OK, &err);
    const atn_why *exact = projection->why;
    assert_int_equal(quick->n_influences, exact->n_influences);
    for (size_t i = 0; i < quick->n_influences; i++) {
        const long row = study->reports[quick->influences[i].reports[0]].row;
        for (size_t p = 0; p < quick->n_places; p++) {
            const atn_effect *a = &quick->influences[i].changes[p];
            const atn_effect *b = &exact->influences[i].changes[p];
            if (b->how != ATN_BY_REFIT) continue;
            chances.n++;
            if (a->how == ATN_NOT_TOLD) continue;
            const char *goal = study->goals[quick->places[p].goal].id;
            compare(&chances, goal, row, a->change, a->mcse, b->change, b->mcse);
            compare(&quantities, goal, row, a->shift, a->shift_mcse, b->shift, b->shift_mcse);
        }
    }
    const tally *all[] = {&chances, &quantities};
    for (size_t k = 0; k < 2; k++) {
        const double rms = sqrt(all[k]->squares / (double)all[k]->told);
        print_message("%s: %zu of %zu told, z rms %.2f, worst %.2f\n", k ? "quantities" : "chances",
                      all[k]->told, chances.n, rms, all[k]->worst);
        assert_true(all[k]->told > 400);
        assert_true(rms < 1.25);
        assert_true(all[k]->worst < 4.0);
    }
    atn_why_free(ctx, quick);
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
