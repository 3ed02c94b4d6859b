/* What is written of a regression: every allocation failing in turn, names, and a draw that fails.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/regress.h>

#include "document_fixture.h"

enum { N = 8 };
static const double xs[N] = {0, 1, 2, 3, 4, 5, 6, 7};
static const double zs[N] = {1, 0, 2, 1, 3, 0, 1, 2};
static const double ys[N] = {1.1, 2.9, 5.2, 6.8, 9.1, 11.2, 12.8, 15.1};

typedef struct asking {
    const char *formula, *start;
    char folder[256];
} asking;

static attain_status fit(attain_context *ctx, const asking *a, attain_table **table,
                         attain_regression **regression, attain_error *err)
{
    static const char *const names[] = {"x", "z", "y"};
    static const double *const columns[] = {xs, zs, ys};
    attain_regression_settings settings;
    attain_regression_settings_init(&settings);
    settings.response = "y";
    settings.formula = a->formula;
    settings.start = a->start;
    *regression = NULL;
    attain_status status = attain_table_create(ctx, names, columns, 3, N, table, err);
    if (status == ATTAIN_OK) status = attain_regress(ctx, *table, &settings, NULL, regression, err);
    return status;
}

static attain_status write_all(void *user, attain_context *ctx, attain_error *err)
{
    const asking *a = user;
    attain_table *table = NULL;
    attain_regression *regression = NULL;
    char path[300], *text = NULL;
    snprintf(path, sizeof path, "%s/fit.svg", a->folder);
    attain_status status = fit(ctx, a, &table, &regression, err);
    if (status == ATTAIN_OK)
        status = attain_regression_text(regression, ATTAIN_FORMAT_TABLE, true, &text, err);
    assert_true((status == ATTAIN_OK) == (text != NULL));
    attain_text_free(ctx, text);
    if (status == ATTAIN_OK) status = attain_regression_plot(regression, path, NULL, NULL, err);
    attain_regression_free(regression);
    attain_table_free(table);
    return status;
}

static void test_memory(void **state)
{
    static const char *const asked[][2] = {{"a + b*x", "a=0,b=1"},
                                           {"a + b*x + c*z", "a=0,b=1,c=1"},
                                           {"a", "a=0"},
                                           {"a + b", "a=0,b=0"}};
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        asking a = {.formula = asked[i][0], .start = asked[i][1]};
        check_scratch_create(a.folder, sizeof a.folder);
        check_faults(asked[i][0], write_all, &a, 5000);
        check_scratch_remove(a.folder);
    }
}

static attain_status broken(void *user, const char *folder, attain_drawing *drawings, size_t n,
                            attain_error *err)
{
    (void)folder;
    (void)err;
    assert_int_equal(n, 1);
    drawings->error.status = ATTAIN_ERR_TOOL;
    snprintf(drawings->error.message, sizeof drawings->error.message, "no pen for %s",
             drawings->script);
    ++*(int *)user;
    return ATTAIN_OK;
}

static bool there(const char *folder, const char *name)
{
    char *text = fixture_read(folder, name);
    const bool found = text != NULL;
    free(text);
    return found;
}

static void test_broken_draw(void **state)
{
    asking a = {.formula = "a + b*x", .start = "a=0,b=1"};
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table;
    attain_regression *regression;
    attain_error err;
    char path[300];
    int drawn = 0;
    (void)state;
    check_scratch_create(a.folder, sizeof a.folder);
    snprintf(path, sizeof path, "%s/fit.svg", a.folder);
    atn_check_status("fit", fit(ctx, &a, &table, &regression, &err), ATTAIN_OK, &err);
    atn_check_status("plot", attain_regression_plot(regression, path, broken, &drawn, &err),
                     ATTAIN_ERR_TOOL, NULL);
    assert_string_equal(err.message, "no pen for fit.gp");
    assert_int_equal(drawn, 1);
    assert_true(there(a.folder, "fit.gp") && there(a.folder, "fit.csv"));
    assert_true(there(a.folder, "fit.alt.txt") && !there(a.folder, "fit.svg"));
    attain_regression_free(regression);
    attain_table_free(table);
    attain_context_free(ctx);
    check_scratch_remove(a.folder);
}

static void test_names(void **state)
{
    static const char *const bad[] = {
        "",         "fit",      ".svg",     "x/.svg",    "-fit.svg",     "fit.png", "a'b.svg",
        "a\"b.svg", "a\nb.svg", "a`b`.svg", "a$(b).svg", "\xc3\xa4.svg", "a%b.svg"};
    const asking a = {.formula = "a + b*x", .start = "a=0,b=1"};
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table;
    attain_regression *regression;
    attain_error err;
    char longest[140];
    (void)state;
    memset(longest, 'a', sizeof longest);
    memcpy(longest + sizeof longest - 5, ".svg", 5);
    atn_check_status("fit", fit(ctx, &a, &table, &regression, &err), ATTAIN_OK, &err);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        atn_check_status(bad[i], attain_regression_plot(regression, bad[i], NULL, NULL, &err),
                         ATTAIN_ERR_ARGUMENT, &err);
    atn_check_status("long", attain_regression_plot(regression, longest, NULL, NULL, NULL),
                     ATTAIN_ERR_ARGUMENT, NULL);
    atn_check_status("no folder",
                     attain_regression_plot(regression, "/no/such/place/a.svg", NULL, NULL, &err),
                     ATTAIN_ERR_FILE, &err);
    attain_regression_free(regression);
    attain_table_free(table);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_broken_draw),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
