/* Strict JSON: what passes, what is refused and where, exact numbers, places of pointers. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"

typedef struct refusal {
    const char *name, *text;
    size_t length; /* 0: strlen */
    const char *code;
    long line, column;
    const char *says;
} refusal;

static const refusal refusals[] = {
    {"empty", "", 0, "json-grammar", 1, 1, "the end of the text"},
    {"blank", " \n ", 0, "json-grammar", 2, 2, "expected a value"},
    {"spare zero", "{\"a\": 01}", 0, "json-number", 1, 7, "spare 0"},
    {"minus zero one", "[-01]", 0, "json-number", 1, 2, "spare 0"},
    {"no fraction", "[1.]", 0, "json-grammar", 1, 4, "after the decimal point"},
    {"bare fraction", "[.5]", 0, "json-grammar", 1, 2, "expected a value"},
    {"plus", "[+1]", 0, "json-grammar", 1, 2, "expected a value"},
    {"no exponent", "[1e]", 0, "json-grammar", 1, 4, "exponent"},
    {"hexadecimal", "[0x10]", 0, "json-grammar", 1, 3, "',' or ']'"},
    {"overflow", "{\n \"a\": 1e999}", 0, "json-number", 2, 7, "too large"},
    {"negative overflow", "[-1e999]", 0, "json-number", 1, 2, "too large"},
    {"NaN", "[NaN]", 0, "json-grammar", 1, 2, "NaN and Infinity"},
    {"Infinity", "[Infinity]", 0, "json-grammar", 1, 2, "NaN and Infinity"},
    {"minus Infinity", "[-Infinity]", 0, "json-grammar", 1, 3, "a digit"},
    {"bad word", "[nul]", 0, "json-grammar", 1, 2, "expected a value"},
    {"capital True", "[True]", 0, "json-grammar", 1, 2, "expected a value"},
    {"single quotes", "{'a': 1}", 0, "json-grammar", 1, 2, "double quotes"},
    {"bare key", "{a: 1}", 0, "json-grammar", 1, 2, "double quotes"},
    {"number as key", "{1: 1}", 0, "json-grammar", 1, 2, "double quotes"},
    {"missing colon", "{\"a\" 1}", 0, "json-grammar", 1, 6, "':'"},
    {"missing comma", "[1 2]", 0, "json-grammar", 1, 4, "','"},
    {"missing comma after a member", "{\"a\": 1\n \"b\": 2}", 0, "json-grammar", 2, 2, "','"},
    {"trailing comma in a list", "[1,]", 0, "json-grammar", 1, 3, "comma before"},
    {"trailing comma in an object", "{\"a\":1,\n}", 0, "json-grammar", 1, 7, "comma before"},
    {"wrong bracket", "[1}", 0, "json-grammar", 1, 3, "']'"},
    {"unclosed list", "[1", 0, "json-grammar", 1, 3, "the end of the text"},
    {"unclosed object", "{\"a\": 1", 0, "json-grammar", 1, 8, "the end of the text"},
    {"more after the end", "{} {}", 0, "json-grammar", 1, 4, "nothing more"},
    {"a comment", "[1] // one", 0, "json-grammar", 1, 5, "nothing more"},
    {"unclosed string", "[\"abc", 0, "json-grammar", 1, 2, "never ends"},
    {"string over lines", "[\"abc\ndef\"]", 0, "json-grammar", 1, 2, "on its line"},
    {"raw tab", "[\"a\tb\"]", 0, "json-grammar", 1, 4, "control character"},
    {"unknown escape", "[\"a\\xb\"]", 0, "json-grammar", 1, 4, "escape"},
    {"short escape", "[\"\\u12\"]", 0, "json-grammar", 1, 3, "four hexadecimal"},
    {"escape at the end", "[\"\\", 0, "json-grammar", 1, 4, "an escape"},
    {"escaped NUL", "[\"a\\u0000b\"]", 0, "json-encoding", 1, 4, "u0000"},
    {"raw NUL", "[\"a\0b\"]", 7, "json-grammar", 1, 4, "control character"},
    {"NUL after the end", "{}\0", 3, "json-grammar", 1, 3, "nothing more"},
    {"lone high surrogate", "[\"\\uD83D\"]", 0, "json-encoding", 1, 3, "first half"},
    {"high surrogate and a letter", "[\"\\uD83D\\u0041\"]", 0, "json-encoding", 1, 3, "first half"},
    {"lone low surrogate", "[\"\\uDE00\"]", 0, "json-encoding", 1, 3, "second half"},
    {"bad UTF-8", "[\"a\xFF\"]", 0, "json-encoding", 1, 4, "UTF-8"},
    {"overlong UTF-8", "[\"\xC0\xAF\"]", 0, "json-encoding", 1, 3, "UTF-8"},
    {"surrogate in UTF-8", "[\"\xED\xA0\x80\"]", 0, "json-encoding", 1, 3, "UTF-8"},
    {"cut UTF-8", "[\"\xE2\x82", 0, "json-encoding", 1, 3, "UTF-8"},
    {"same key", "{\"a\": 1,\n \"a\": 2}", 0, "duplicate-key", 2, 2, "on line 1"},
    {"same key, escaped", "{\"a\": 1, \"\\u0061\": 2}", 0, "duplicate-key", 1, 10, "\"a\""},
    {"same key, deep", "{\"x\": [{\"k\": {}, \"k\": []}]}", 0, "duplicate-key", 1, 18, "\"k\""},
};

static void test_refusals(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof refusals / sizeof *refusals; k++) {
        const refusal *c = &refusals[k];
        attain_diagnostics *list;
        attain_error err = {0};
        cJSON *tree = (cJSON *)&err; /* must become NULL */
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        const size_t length = c->length ? c->length : strlen(c->text);
        const attain_status status =
            atn_json_parse(ctx, c->text, length, "f.json", list, &tree, &err);
        atn_check_status(c->name, status, ATTAIN_ERR_SYNTAX, &err);
        assert_null(tree);
        const attain_diagnostic *d = attain_diagnostics_get(list, 0);
        if (!d || strcmp(d->code, c->code) != 0 || d->line != c->line || d->column != c->column ||
            !strstr(d->message, c->says) || strcmp(d->file, "f.json") != 0)
            fail_msg("%s: got %s at %ld:%ld: %s", c->name, d ? d->code : "-", d ? d->line : 0,
                     d ? d->column : 0, d ? d->message : "-");
        assert_int_equal(err.line, c->line);
        assert_int_equal(err.column, c->column);
        attain_diagnostics_free(list);
    }
    attain_context_free(ctx);
}

/* Depth 64 passes, 65 does not. */
static void test_depth(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    char text[200];
    for (size_t depth = 63; depth <= 66; depth++) {
        cJSON *tree = NULL;
        attain_error err = {0};
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        const attain_status status = atn_json_parse(ctx, text, 2 * depth, "f", NULL, &tree, &err);
        assert_int_equal(status, depth <= ATN_JSON_DEPTH ? ATTAIN_OK : ATTAIN_ERR_SYNTAX);
        if (status != ATTAIN_OK) assert_int_equal(err.column, ATN_JSON_DEPTH + 1);
        cJSON_Delete(tree);
    }
    attain_context_free(ctx);
}

/* A million brackets must end in a message, not in a crash. */
static void test_many_brackets(void **state)
{
    (void)state;
    enum { N = 1000000 };
    attain_context *ctx = check_context(NULL, 1);
    char *text = malloc(N);
    assert_non_null(text);
    memset(text, '[', N);
    cJSON *tree = NULL;
    attain_error err = {0};
    assert_int_equal(atn_json_parse(ctx, text, N, "f", NULL, &tree, &err), ATTAIN_ERR_SYNTAX);
    free(text);
    attain_context_free(ctx);
}

static void test_all_repeated_keys(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_diagnostics *list;
    attain_error err = {0};
    assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
    const char *text = "{\"a\":1,\"b\":{\"c\":1,\"c\":2},\"a\":3,\"b\":4,\"a\":5}";
    assert_int_equal(atn_json_scan(ctx, text, strlen(text), "f", list, NULL, NULL, &err),
                     ATTAIN_ERR_SYNTAX);
    assert_int_equal(attain_diagnostics_count(list), 4);
    attain_diagnostics_free(list);
    attain_context_free(ctx);
}

typedef struct number_case {
    const char *text;
    double value;
} number_case;

/* Correctly rounded whatever cJSON or the locale would do. */
static const number_case numbers[] = {
    {"0", 0.0},
    {"-0", -0.0},
    {"0.1", 0.1},
    {"1e308", 1e308},
    {"1.7976931348623157e308", 1.7976931348623157e308},
    {"5e-324", 5e-324},
    {"1e-999", 0.0},
    {"2.2250738585072011e-308", 2.2250738585072011e-308},
    {"9007199254740993", 9007199254740992.0},
    {"0.500000000000000166533453693773481063544750213623046875", 0.50000000000000022},
    {"123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890",
     1.2345678901234568e89},
    {"1E+2", 100.0},
    {"1.0e-2", 0.01},
};

static void test_numbers(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        char text[400];
        const int n = snprintf(text, sizeof text, "{\"a\": [true, %s, {\"b\": %s}], \"c\": %s}",
                               numbers[k].text, numbers[k].text, numbers[k].text);
        cJSON *tree;
        assert_int_equal(atn_json_parse(ctx, text, (size_t)n, "f", NULL, &tree, NULL), ATTAIN_OK);
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "a");
        const double got[] = {
            cJSON_GetArrayItem(list, 1)->valuedouble,
            cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(list, 2), "b")->valuedouble,
            cJSON_GetObjectItemCaseSensitive(tree, "c")->valuedouble};
        for (size_t j = 0; j < 3; j++)
            atn_check_same_bits(numbers[k].text, got + j, &numbers[k].value, 1);
        cJSON_Delete(tree);
    }
    attain_context_free(ctx);
}

static void test_texts(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const char *text = "\xEF\xBB\xBF[\"\\u00e9\\uD83D\\uDE00\\n\\/\\\\\", \"\xE2\x82\xAC\"]";
    cJSON *tree;
    assert_int_equal(atn_json_parse(ctx, text, strlen(text), "f", NULL, &tree, NULL), ATTAIN_OK);
    assert_string_equal(cJSON_GetArrayItem(tree, 0)->valuestring, "\xC3\xA9\xF0\x9F\x98\x80\n/\\");
    assert_string_equal(cJSON_GetArrayItem(tree, 1)->valuestring, "\xE2\x82\xAC");
    cJSON_Delete(tree);
    attain_context_free(ctx);
}

typedef struct place_case {
    const char *pointer;
    bool key;
    long line, column;
} place_case;

static void test_places(void **state)
{
    (void)state;
    const char *text = "{ \"a\": 1,\n"
                       "  \"b/c\": [10, {\"~\": \"x\\u00e9yz\"},\n"
                       "    [], \"]}\" , 4],\n"
                       "  \"d\\\"\": {\"e\": null } }";
    static const place_case cases[] = {
        {"", false, 1, 1},
        {"/a", false, 1, 8},
        {"/a", true, 1, 3},
        {"/b~1c", false, 2, 10},
        {"/b~1c", true, 2, 3},
        {"/b~1c/0", false, 2, 11},
        {"/b~1c/1/~0", false, 2, 21},
        {"/b~1c/2", false, 3, 5},
        {"/b~1c/3", false, 3, 9},
        {"/b~1c/4", false, 3, 16},
        {"/d\"/e", false, 4, 16},
        {"/d\"/e", true, 4, 11},
        {"/missing", false, 1, 1},
        {"/b~1c/9", false, 2, 10},
        {"/b~1c/1/no", true, 2, 15},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        long line, column;
        atn_json_locate(text, strlen(text), cases[k].pointer, cases[k].key, &line, &column);
        if (line != cases[k].line || column != cases[k].column)
            fail_msg("%s: got %ld:%ld, want %ld:%ld", cases[k].pointer, line, column, cases[k].line,
                     cases[k].column);
    }
    long line, column;
    /* byte 3 of x, e-acute (2 bytes), y, z is y; the escape is six columns wide */
    assert_true(atn_json_locate_in_string(text, strlen(text), "/b~1c/1/~0", 3, &line, &column));
    assert_int_equal(line, 2);
    assert_int_equal(column, 29);
    assert_false(atn_json_locate_in_string(text, strlen(text), "/a", 0, &line, &column));
}

static void test_pointers(void **state)
{
    (void)state;
    char pointer[ATN_JSON_POINTER_SIZE] = "";
    assert_true(atn_json_pointer_push(pointer, "a/b~c"));
    assert_true(atn_json_pointer_push(pointer, ""));
    assert_string_equal(pointer, "/a~1b~0c/");
    char wide[ATN_JSON_POINTER_SIZE];
    memset(wide, '/', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    assert_false(atn_json_pointer_push(pointer, wide));
    assert_string_equal(pointer, "/a~1b~0c/");
}

static void test_set(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const char *text = "{\"a\": {\"b\": [1, 2]}, \"x/y\": 1}";
    cJSON *tree;
    attain_error err = {0};
    assert_int_equal(atn_json_parse(ctx, text, strlen(text), "f", NULL, &tree, &err), ATTAIN_OK);
    static const char *const good[] = {"/a/b/1", "/a/b/-", "/a/new", "/x~1y", "/top", "/fit/seed"};
    for (size_t k = 0; k < 6; k++)
        assert_int_equal(atn_json_set(tree, good[k], cJSON_CreateNumber((double)k), &err),
                         ATTAIN_OK);
    char *printed = cJSON_PrintUnformatted(tree);
    assert_string_equal(printed, "{\"a\":{\"b\":[1,0,1],\"new\":2},\"x/y\":3,\"top\":4,"
                                 "\"fit\":{\"seed\":5}}");
    cJSON_free(printed);
    static const char *const bad[] = {"", "a", "/top/b", "/a/b/7", "/a/b/x/y", "/a/b/9999999999"};
    for (size_t k = 0; k < 6; k++) {
        cJSON *value = cJSON_CreateNull();
        attain_error own = {0};
        atn_check_status(bad[k], atn_json_set(tree, bad[k], value, &own), ATTAIN_ERR_ARGUMENT,
                         &own);
        cJSON_Delete(value);
    }
    cJSON_Delete(tree);
    attain_context_free(ctx);
}

static attain_status parse_once(void *user, attain_context *ctx, attain_error *err)
{
    const char *text = user;
    cJSON *tree;
    const attain_status status = atn_json_parse(ctx, text, strlen(text), "f", NULL, &tree, err);
    if (status != ATTAIN_OK) assert_null(tree);
    cJSON_Delete(tree);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("parse", parse_once, "{\"a\": [1, 2, 3.5], \"b\": {\"c\": 1, \"d\": \"e\"}}", 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_depth),
        cmocka_unit_test(test_many_brackets), cmocka_unit_test(test_all_repeated_keys),
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_texts),
        cmocka_unit_test(test_places),        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_set),           cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
