#include "check.h"

#include <string.h>

#include "base/asset.h"
#include "base/text.h"

static void building(void **state)
{
    (void)state;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    atn_text text;
    atn_text_init(&text, ctx);
    for (int i = 0; i < 1000; i++) atn_text_printf(&text, "%d,", i);
    atn_text_number(&text, 0.25);
    atn_text_add_bytes(&text, "a\0b", 3);
    assert_true(atn_text_ok(&text));
    assert_int_equal(text.length, 10 * 2 + 90 * 3 + 900 * 4 + 4 + 3);
    assert_memory_equal(text.data + text.length - 7, "0.25a\0b", 8);
    char *taken = atn_text_take(&text);
    assert_non_null(taken);
    assert_null(text.data);
    atn_free(ctx, taken);

    taken = atn_text_take(&text);
    assert_string_equal(taken, "");
    atn_free(ctx, taken);
    atn_text_free(&text);
    attain_context_free(ctx);
    assert_int_equal(allocator.live, 0);
}

static attain_status build(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    atn_text text;
    atn_text_init(&text, ctx);
    for (int i = 0; i < 100; i++) {
        atn_text_add(&text, "twelve bytes");
        atn_text_printf(&text, "%d", i);
        atn_text_grouped(&text, 1e6 * i, 1);
    }
    const bool ok = atn_text_ok(&text);
    char *taken = atn_text_take(&text);
    assert_true(ok == (taken != NULL));
    atn_free(ctx, taken);
    return ok ? ATTAIN_OK : atn_fail_nomem(err);
}

static void failing_memory(void **state)
{
    (void)state;
    check_faults("building a text", build, NULL, 50);
}

static void utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool valid;
    } rows[] = {
        {"plain", true},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", true},
        {"\xEF\xBF\xBF\xF4\x8F\xBF\xBF\xED\x9F\xBF", true},
        {"\x80", false},
        {"\xC0\x80", false},
        {"\xC1\xBF", false},
        {"\xE0\x9F\xBF", false},
        {"\xED\xA0\x80", false},
        {"\xF0\x8F\xBF\xBF", false},
        {"\xF4\x90\x80\x80", false},
        {"\xF5\x80\x80\x80", false},
        {"\xC3", false},
        {"\xE2\x82", false},
        {"\xE2\x82g", false},
        {"\xFF", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (atn_utf8_valid(rows[i].bytes, strlen(rows[i].bytes)) != rows[i].valid)
            fail_msg("row %zu", i);
    assert_true(atn_utf8_valid("a\0b", 3));
    assert_true(atn_utf8_valid("", 0));
}

static void ids(void **state)
{
    (void)state;
    char longest[67];
    memset(longest, 'a', sizeof longest);
    longest[64] = '\0';
    assert_true(atn_id_valid(longest));
    longest[64] = 'a';
    longest[65] = '\0';
    assert_false(atn_id_valid(longest));
    assert_true(atn_id_valid("3000-a-day"));
    assert_true(atn_id_valid("a_B9"));
    static const char *const bad[] = {"", "-a", "_a", "a b", "a/b", "a.b", "\xC3\xA9", "a\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(atn_id_valid(bad[i]));
}

static void suggestions(void **state)
{
    (void)state;
    static const char *const keys[] = {"trend",     "parameters", "kind", "label",
                                       "deviation", "unit",       "link", "step_sigma"};
    static const struct {
        const char *word, *want;
    } rows[] = {
        {"tredn", "trend"},
        {"Trend", "trend"},
        {"parametres", "parameters"},
        {"deviations", "deviation"},
        {"knid", "kind"},
        {"lnk", "link"},
        {"stepsigma", "step_sigma"},
        {"zzz", NULL},
        {"", NULL},
        {"unti", "unit"},
        {"elephants", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = atn_suggest(rows[i].word, keys, sizeof keys / sizeof *keys);
        if (got != rows[i].want && (!got || !rows[i].want || strcmp(got, rows[i].want) != 0))
            fail_msg("'%s' suggests '%s'", rows[i].word, got ? got : "nothing");
    }
    char monster[300];
    memset(monster, 'x', sizeof monster - 1);
    monster[sizeof monster - 1] = '\0';
    assert_null(atn_suggest(monster, keys, sizeof keys / sizeof *keys));
}

static void paths(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    static const char *const joins[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"a", "/b", "/b"}, {"/", "b", "/b"}};
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        char *got = atn_path_join(ctx, joins[i][0], joins[i][1]);
        assert_string_equal(got, joins[i][2]);
        atn_free(ctx, got);
    }
    static const char *const folders[][2] = {{"a/b", "a"},  {"b", "."}, {"/b", "/"},
                                             {"a/b/", "a"}, {"/", "/"}, {"a//b", "a"},
                                             {"", "."},     {"b/", "."}};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *got = atn_path_folder(ctx, folders[i][0]);
        assert_string_equal(got, folders[i][1]);
        atn_free(ctx, got);
    }
    attain_context_free(ctx);
}

static void assets(void **state)
{
    (void)state;
    static const unsigned char bytes[] = "text";
    static const atn_asset list[] = {{"one.txt", bytes, 4}, {NULL, NULL, 0}};
    const atn_asset *found = atn_asset_find(list, "one.txt");
    assert_ptr_equal(found, list);
    assert_string_equal(atn_asset_text(found), "text");
    assert_null(atn_asset_find(list, "two.txt"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(building), cmocka_unit_test(failing_memory), cmocka_unit_test(utf8),
        cmocka_unit_test(ids),      cmocka_unit_test(suggestions),    cmocka_unit_test(paths),
        cmocka_unit_test(assets),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
