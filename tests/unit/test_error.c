#include "check.h"

#include <gsl/gsl_errno.h>
#include <string.h>

#include "base/context.h"

/* The header's list, the enumeration and the texts agree, and no value is used twice. */
static void statuses_agree(void **state)
{
    (void)state;
#define ROW(name, code, text) {ATTAIN_ERR_##name, code, text},
    static const struct {
        attain_status status;
        int code;
        const char *text;
    } rows[] = {ATTAIN_STATUS_LIST(ROW)};
#undef ROW
    const size_t n = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(rows[i].status, rows[i].code);
        assert_string_equal(attain_status_text(rows[i].status), rows[i].text);
        for (size_t k = 0; k < i; k++) assert_int_not_equal(rows[i].code, rows[k].code);
    }
    assert_int_equal(ATTAIN_OK, 0);
    assert_string_equal(attain_status_text((attain_status)1234), "unknown status");
}

static void version(void **state)
{
    (void)state;
    assert_string_equal(attain_version(), ATTAIN_VERSION_STRING);
    assert_true(ATTAIN_VERSION_CHECK());
    assert_false(attain_version_agrees(ATTAIN_VERSION_MAJOR, ATTAIN_VERSION_MINOR + 1));
    assert_false(attain_version_agrees(ATTAIN_VERSION_MAJOR + 1, ATTAIN_VERSION_MINOR));
}

static void first_failure_wins(void **state)
{
    (void)state;
    attain_error err;
    memset(&err, 0x5A, sizeof err);
    atn_error_clear(&err);
    assert_int_equal(err.status, ATTAIN_OK);
    assert_string_equal(err.message, "");
    assert_int_equal(atn_fail_at(&err, ATTAIN_ERR_FIELD, "/series/3", 7, 9, "row %d", 4),
                     ATTAIN_ERR_FIELD);
    assert_int_equal(atn_fail(&err, ATTAIN_ERR_DOMAIN, "later"), ATTAIN_ERR_DOMAIN);
    assert_int_equal(err.status, ATTAIN_ERR_FIELD);
    assert_int_equal(err.line, 7);
    assert_int_equal(err.column, 9);
    assert_string_equal(err.pointer, "/series/3");
    assert_string_equal(err.message, "row 4");
    assert_int_equal(atn_fail(NULL, ATTAIN_ERR_NOMEM, "nobody listens"), ATTAIN_ERR_NOMEM);
    atn_error_clear(NULL);
}

/* Whatever a long text's cut falls on, the message ends with a whole character. */
static void long_messages(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (size_t c = 0; c < 4; c++) {
        const size_t width = strlen(characters[c]);
        for (size_t lead = 0; lead < 5; lead++) {
            char text[1100] = "";
            attain_error err = {.status = ATTAIN_OK};
            memset(text, '.', lead);
            for (size_t i = 0; i < 260; i++) memcpy(text + lead + i * width, characters[c], width);
            atn_fail_at(&err, ATTAIN_ERR_FIELD, text, 0, 0, "%s", text);
            const size_t n = strlen(err.message), m = strlen(err.pointer);
            assert_in_range(n, sizeof err.message - 4, sizeof err.message - 1);
            assert_int_equal((n - lead) % width, 0);
            assert_int_equal((m - lead) % width, 0);
            assert_memory_equal(err.message, text, n);
            assert_memory_equal(err.pointer, text, m);
        }
    }
}

static void diagnostics_keep_everything(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_diagnostics *list;
    attain_error err;
    assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
    assert_null(attain_diagnostics_get(list, 0));
    atn_diagnose(list, ATTAIN_SEVERITY_NOTE, "thin", NULL, "few figures");
    const atn_place where = {.file = "reports.csv", .line = 3, .column = 5};
    atn_diagnose(list, ATTAIN_SEVERITY_WARNING, "doubt", &where, "%s of %d", "2", 3);
    assert_int_equal(atn_diagnostics_status(list, 0, ATTAIN_ERR_TABLE, &err), ATTAIN_OK);
    const atn_place pointer = {.pointer = "/goals/0"};
    atn_diagnose(list, ATTAIN_SEVERITY_ERROR, "unknown-key", &pointer, "no such key");
    for (int i = 0; i < 50; i++) atn_diagnose(list, ATTAIN_SEVERITY_ERROR, "more", NULL, "%d", i);
    atn_diagnostics_set_place(list, 2, 11, 12);
    atn_diagnostics_set_place(list, 1000, 1, 1);

    assert_int_equal(attain_diagnostics_count(list), 53);
    assert_int_equal(attain_diagnostics_count_of(list, ATTAIN_SEVERITY_NOTE), 53);
    assert_int_equal(attain_diagnostics_count_of(list, ATTAIN_SEVERITY_WARNING), 52);
    assert_int_equal(attain_diagnostics_count_of(list, ATTAIN_SEVERITY_ERROR), 51);
    const attain_diagnostic *d = attain_diagnostics_get(list, 1);
    assert_int_equal(d->severity, ATTAIN_SEVERITY_WARNING);
    assert_string_equal(d->code, "doubt");
    assert_string_equal(d->file, "reports.csv");
    assert_string_equal(d->pointer, "");
    assert_string_equal(d->message, "2 of 3");
    assert_int_equal(d->line, 3);
    assert_int_equal(d->column, 5);
    assert_null(attain_diagnostics_get(list, 53));

    assert_int_equal(atn_diagnostics_status(list, 0, ATTAIN_ERR_FIELD, &err), ATTAIN_ERR_FIELD);
    assert_string_equal(err.message, "no such key");
    assert_string_equal(err.pointer, "/goals/0");
    assert_int_equal(err.line, 11);
    atn_error_clear(&err);
    assert_int_equal(atn_diagnostics_status(list, 3, ATTAIN_ERR_FIELD, &err), ATTAIN_ERR_FIELD);
    assert_string_equal(err.message, "0");
    attain_diagnostics_free(list);
    attain_diagnostics_free(NULL);
    assert_int_equal(attain_diagnostics_count(NULL), 0);
    assert_int_equal(attain_diagnostics_count_of(NULL, ATTAIN_SEVERITY_NOTE), 0);
    assert_null(attain_diagnostics_get(NULL, 0));
    atn_diagnose(NULL, ATTAIN_SEVERITY_ERROR, "nowhere", NULL, "nobody listens");
    attain_context_free(ctx);
}

static attain_status diagnose_often(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    attain_diagnostics *list;
    attain_status status = attain_diagnostics_create(ctx, &list, err);
    if (status) {
        assert_null(list);
        return status;
    }
    for (int i = 0; i < 40; i++)
        atn_diagnose(list, ATTAIN_SEVERITY_WARNING, "w", NULL, "warning %d", i);
    status = atn_diagnostics_status(list, 0, ATTAIN_ERR_FIELD, err);
    attain_diagnostics_free(list);
    return status;
}

static attain_status duplicate(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    char *copy = atn_strdup(ctx, "text"), *part = atn_strndup(ctx, "text", 2);
    const bool ok = copy && part;
    if (ok) assert_string_equal(part, "te");
    atn_free(ctx, copy);
    atn_free(ctx, part);
    return ok ? ATTAIN_OK : atn_fail_nomem(err);
}

/* A refused growth leaves the old block as it was. */
static attain_status grow(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    void *array = NULL;
    size_t capacity = 0, kept = 0;
    bool ok = true;
    for (size_t n = 1; n <= 300 && ok; n++) {
        ok = atn_grow(ctx, &array, &capacity, n, sizeof(int));
        if (!ok) break;
        assert_true(capacity >= n);
        ((int *)array)[n - 1] = (int)n;
        kept = n;
    }
    for (size_t i = 0; i < kept; i++) assert_int_equal(((int *)array)[i], i + 1);
    atn_free(ctx, array);
    return ok ? ATTAIN_OK : atn_fail_nomem(err);
}

static void faults(void **state)
{
    (void)state;
    check_faults("diagnostics", diagnose_often, NULL, 100);
    check_faults("duplicates", duplicate, NULL, 10);
    check_faults("growth", grow, NULL, 20);
}

static void context_faults(void **state)
{
    (void)state;
    check_allocator allocator;
    attain_context_settings settings;
    attain_context *ctx = (attain_context *)&allocator;
    attain_error err;
    check_allocator_init(&allocator);
    attain_context_settings_init(&settings);
    settings.allocator = &allocator.functions;
    allocator.fail_at = 1;
    atn_check_status("create", attain_context_create(&settings, &ctx, &err), ATTAIN_ERR_NOMEM,
                     &err);
    assert_null(ctx);
    attain_context_free(NULL);
}

static void context_settings(void **state)
{
    (void)state;
    attain_context_settings settings;
    attain_context *ctx;
    attain_error err;
    atn_check_status("defaults", attain_context_create(NULL, &ctx, &err), ATTAIN_OK, &err);
    assert_true(ctx->threads >= 1);
    attain_context_free(ctx);

    attain_context_settings_init(&settings);
    settings.version = 0;
    atn_check_status("version", attain_context_create(&settings, &ctx, &err), ATTAIN_ERR_ARGUMENT,
                     &err);
    assert_null(ctx);
    assert_non_null(strstr(err.message, "settings.version"));

    attain_context_settings_init(&settings);
    settings.threads = 1000000;
    atn_check_status("threads", attain_context_create(&settings, &ctx, &err), ATTAIN_ERR_ARGUMENT,
                     &err);
    assert_non_null(strstr(err.message, "settings.threads"));

    attain_context_settings_init(&settings);
    check_allocator allocator;
    check_allocator_init(&allocator);
    allocator.functions.reallocate = NULL;
    settings.allocator = &allocator.functions;
    atn_check_status("allocator", attain_context_create(&settings, &ctx, NULL), ATTAIN_ERR_ARGUMENT,
                     NULL);
}

static void sizes_that_overflow(void **state)
{
    (void)state;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    const size_t calls = allocator.calls;
    void *array = NULL;
    size_t capacity = 0;
    assert_null(atn_alloc_array(ctx, SIZE_MAX / 4, 8));
    assert_null(atn_strndup(ctx, "x", SIZE_MAX));
    assert_false(atn_grow(ctx, &array, &capacity, SIZE_MAX / 4, 8));
    assert_int_equal(allocator.calls, calls);
    assert_null(atn_strdup(ctx, NULL));
    atn_free(ctx, NULL);

    unsigned char *block = atn_alloc_array(ctx, 0, 8);
    assert_non_null(block);
    atn_free(ctx, block);
    block = atn_alloc_array(ctx, 100, 3);
    for (int i = 0; i < 300; i++) assert_int_equal(block[i], 0);
    atn_free(ctx, block);
    attain_context_free(ctx);
    assert_int_equal(allocator.live, 0);
}

static void gsl_stays_quiet(void **state)
{
    (void)state;
    attain_gsl_quiet();
    GSL_ERROR_VAL("the handler is off", GSL_EDOM, );
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_agree),
        cmocka_unit_test(version),
        cmocka_unit_test(first_failure_wins),
        cmocka_unit_test(long_messages),
        cmocka_unit_test(diagnostics_keep_everything),
        cmocka_unit_test(faults),
        cmocka_unit_test(context_faults),
        cmocka_unit_test(context_settings),
        cmocka_unit_test(sizes_that_overflow),
        cmocka_unit_test(gsl_stays_quiet),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
