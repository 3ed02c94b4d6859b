/* Addresses, assertions, reading a document back. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "document_fixture.h"

typedef struct fixture {
    char folder[256];
    attain_context *ctx;
    attain_results *results;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    check_scratch_create(f->folder, sizeof f->folder);
    f->ctx = check_context(NULL, 1);
    f->results = fixture_load(f->ctx, f->folder, "plain");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    attain_results_free(f->results);
    attain_context_free(f->ctx);
    check_scratch_remove(f->folder);
    free(f);
    return 0;
}

static void test_numbers(void **state)
{
    static const struct {
        const char *address;
        double want;
    } rows[] = {
        {"goals/first-year/dhs/probability", 0.5},
        {"goals/first-year/definitions/dhs/readings/total/probability", 0.5},
        {"goals/first-year/dhs/total/attainable/0.5", 2},
        {"goals/0/ice/probability", 0.125},
        {"/goals/first-year/ice/mcse/", 0.005},
        {"goals/a-day/any-day/probability", 0.03},
        {"goals/a-day/ice/7-day-mean/probability", 0.001},
        {"goals/half/probability", 0.25},
        {"goals/half/already_reached", 1},
        {"goals/half/target", 0.5},
        {"goals/first-year/ice/date/0.5", NAN},
        {"goals/first-year/ice/share_of_past_windows", NAN},
        {"parameters/arrests.high/mean", 1150},
        {"parameters/arrests.high/0.95", 1216},
        {"parameters/mean", 1150}, /* the only parameter may be left out */
        {"series/arrests/quantiles/0.5/0", 1000},
        {"series/arrests/0.5/1", 1002},
        {"reports/1/value", 1000},
        {"reports/4/value", 1010},
        {"gates/pareto_k/value", 0.83},
        {"definitions/dhs/factor/0.5", 1.7},
        {"fit/k", 0.83},
        {"manifest/seed", 7},
        {"attain/schema", 1},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        double got = -1;
        atn_check_status(rows[i].address,
                         attain_results_number(f->results, rows[i].address, &got, &err), ATTAIN_OK,
                         &err);
        if (isnan(rows[i].want))
            assert_true(isnan(got));
        else
            atn_check_close(rows[i].address, got, rows[i].want, 0, 0);
    }
}

static void test_misses(void **state)
{
    static const struct {
        const char *address, *says;
    } rows[] = {
        {"goal/first-year", "did you mean \"goals\""},
        {"goals/first-yaer/dhs/probability", "did you mean \"first-year\""},
        {"goals/first-year/dhs/probabilty", "did you mean \"probability\""},
        {"goals/first-year/hds", "did you mean \"dhs\""},
        {"goals/first-year/probability", "ice, dhs"},
        {"goals/nonsense/probability", "what stands there: first-year, a-day, half"},
        {"series/arrests/0.5/120", "the list holds 120 values"},
        {"fit/k/more", "a single value stands before it"},
        {"study/title", "a text stands at"},
        {"goals", "a list stands at"},
        {"", "a group stands at"},
        {"1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3", "at most 32 parts"},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        double got = -1;
        atn_check_status(rows[i].address,
                         attain_results_number(f->results, rows[i].address, &got, &err),
                         ATTAIN_ERR_ADDRESS, &err);
        if (!strstr(err.message, rows[i].says))
            fail_msg("%s: \"%s\" lacks \"%s\"", rows[i].address, err.message, rows[i].says);
        atn_check_close(rows[i].address, got, -1, 0, 0); /* outputs stay as they were */
    }
}

static void test_text(void **state)
{
    static const struct {
        const char *address, *want;
    } rows[] = {
        {"study/title", "plain"},
        {"study/as_of", "2025-03-21"},
        {"goals/first-year/ice/probability", "0.125"},
        {"goals/first-year/ice/date/0.5", "null"},
        {"goals/half/already_reached", "true"},
        {"series/arrests/trend", "[\"logistic\"]"},
        {"series/arrests/trend/0", "logistic"},
        {"definitions/dhs/factor", "{\n  \"0.05\": 1.5,\n  \"0.5\": 1.7,\n  \"0.95\": 1.9\n}"},
        {"fit/blocks", "[]"},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        char *text = NULL;
        atn_check_status(rows[i].address,
                         attain_results_text(f->results, rows[i].address, &text, &err), ATTAIN_OK,
                         &err);
        assert_string_equal(text, rows[i].want);
        attain_text_free(f->ctx, text);
    }
}

static void test_assertions(void **state)
{
    static const struct {
        const char *assertion;
        attain_status status;
        bool holds;
    } rows[] = {
        {"goals/half/probability < 0.3", ATTAIN_OK, true},
        {"goals/half/probability<0.25", ATTAIN_OK, false},
        {"goals/half/probability <= 0.25", ATTAIN_OK, true},
        {"goals/half/probability >= 2.5e-1", ATTAIN_OK, true},
        {" goals/half/probability  >  0.25 ", ATTAIN_OK, false},
        {"goals/half/probability == 0.25", ATTAIN_OK, true},
        {"goals/half/probability != 0.25", ATTAIN_OK, false},
        {"goals/half/already_reached == 1", ATTAIN_OK, true},
        {"goals/first-year/ice/date/0.5 > 0", ATTAIN_OK, false}, /* null holds nothing */
        {"goals/first-year/ice/date/0.5 != 0", ATTAIN_OK, false},
        {"goals/half/probabilities < 1", ATTAIN_ERR_ADDRESS, false},
        {"goals/half/probability", ATTAIN_ERR_ARGUMENT, false},
        {"goals/half/probability = 1", ATTAIN_ERR_ARGUMENT, false},
        {"goals/half/probability < x", ATTAIN_ERR_ARGUMENT, false},
        {"goals/half/probability < ", ATTAIN_ERR_ARGUMENT, false},
        {"goals/half/probability < nan", ATTAIN_ERR_ARGUMENT, false},
        {"goals/half/probability < 1e999", ATTAIN_ERR_ARGUMENT, false},
        {"< 1", ATTAIN_ERR_ARGUMENT, false},
        {"", ATTAIN_ERR_ARGUMENT, false},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        bool holds = false;
        atn_check_status(rows[i].assertion,
                         attain_results_assert(f->results, rows[i].assertion, &holds, &err),
                         rows[i].status, &err);
        if (holds != rows[i].holds) fail_msg("%s: %d", rows[i].assertion, holds);
        /* what the text alone can tell */
        const bool bad = rows[i].status == ATTAIN_ERR_ARGUMENT;
        atn_check_status(rows[i].assertion, attain_assertion_check(rows[i].assertion, &err),
                         bad ? ATTAIN_ERR_ARGUMENT : ATTAIN_OK, &err);
        if (bad && !strstr(err.message, "expected")) fail_msg("no expectation: %s", err.message);
    }
}

static void test_assertion_found(void **state)
{
    (void)state;
    attain_error err = {0};
    atn_check_status("number", attain_assertion_check("a/b <= some", &err), ATTAIN_ERR_ARGUMENT,
                     &err);
    assert_non_null(strstr(err.message, "found \"some\" for the number"));
    atn_check_status("address", attain_assertion_check("  > 1", &err), ATTAIN_ERR_ARGUMENT, &err);
    assert_non_null(strstr(err.message, "found no address"));
    atn_check_status("nothing", attain_assertion_check("a/b", &err), ATTAIN_ERR_ARGUMENT, &err);
    assert_non_null(strstr(err.message, "compares nothing"));
    atn_check_status("NULL", attain_assertion_check(NULL, &err), ATTAIN_ERR_ARGUMENT, &err);
}

static void test_round_trip(void **state)
{
    const fixture *f = *state;
    attain_error err = {0};
    char path[512], *first = NULL, *second = NULL;
    attain_results *again = NULL;
    snprintf(path, sizeof path, "%s/again.json", f->folder);
    atn_check_status("json", attain_results_json(f->results, &first, &err), ATTAIN_OK, &err);
    atn_check_status("write", atn_file_write(f->ctx, path, first, strlen(first), &err), ATTAIN_OK,
                     &err);
    atn_check_status("load", attain_results_load(f->ctx, path, &again, &err), ATTAIN_OK, &err);
    atn_check_status("json", attain_results_json(again, &second, &err), ATTAIN_OK, &err);
    assert_string_equal(first, second);
    assert_int_equal(attain_results_state(again), ATTAIN_RESULTS_GATE_FAILED);
    attain_text_free(f->ctx, first);
    attain_text_free(f->ctx, second);
    attain_results_free(again);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        attain_status status;
    } rows[] = {
        {"", ATTAIN_ERR_SYNTAX},
        {"{", ATTAIN_ERR_SYNTAX},
        {"{} {}", ATTAIN_ERR_SYNTAX},
        {"{\"a\": 01}", ATTAIN_ERR_SYNTAX},
        {"{\"a\": \"\xff\"}", ATTAIN_ERR_SYNTAX},
        {"{}", ATTAIN_ERR_FIELD},
        {"[]", ATTAIN_ERR_FIELD},
        {"{\"attain\": {\"schema\": 2}}", ATTAIN_ERR_FIELD},
        {"{\"attain\": {\"schema\": \"1\"}}", ATTAIN_ERR_FIELD},
        {"{\"attain\": {\"schema\": 1}}", ATTAIN_ERR_FIELD},
        {"{\"attain\": {\"schema\": 1}, \"goals\": {}}", ATTAIN_ERR_FIELD},
    };
    const fixture *f = *state;
    char path[512];
    snprintf(path, sizeof path, "%s/bad.json", f->folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        attain_error err = {0};
        attain_results *results = f->results;
        atn_check_status("write",
                         atn_file_write(f->ctx, path, rows[i].text, strlen(rows[i].text), &err),
                         ATTAIN_OK, &err);
        atn_check_status(rows[i].text, attain_results_load(f->ctx, path, &results, &err),
                         rows[i].status, &err);
        assert_null(results);
    }
    attain_error err = {0};
    attain_results *results = f->results;
    atn_check_status("missing", attain_results_load(f->ctx, "no/such/file", &results, &err),
                     ATTAIN_ERR_FILE, &err);
    assert_null(results);
}

static attain_status load_faulty(void *user, attain_context *ctx, attain_error *err)
{
    const fixture *f = user;
    attain_results *results = NULL;
    char *text = NULL;
    bool holds;
    attain_status status = attain_results_load(ctx, f->folder, &results, err);
    if (status == ATTAIN_OK) status = attain_results_text(results, "definitions/dhs", &text, err);
    if (status == ATTAIN_OK) status = attain_results_assert(results, "fit/k < 1", &holds, err);
    assert_true(status == ATTAIN_OK || !text);
    attain_text_free(ctx, text);
    attain_results_free(results);
    return status;
}

static void test_faults(void **state)
{
    check_faults("load", load_faulty, *state, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_misses),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_assertions),
        cmocka_unit_test(test_assertion_found),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
