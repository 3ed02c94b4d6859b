/* Schemas say what the reader knows, no more and no less; template and columns agree. */
#include "check.h"

#include <string.h>

#include <attain/study.h>

#include "io/json.h"
#include "io/reader.h"

static cJSON *parse(attain_context *ctx, const char *text)
{
    cJSON *tree;
    attain_error err = {0};
    assert_non_null(text);
    atn_check_status("asset", atn_json_parse(ctx, text, strlen(text), "f", NULL, &tree, &err),
                     ATTAIN_OK, &err);
    return tree;
}

static const cJSON *definition(const cJSON *schema, const char *name)
{
    const cJSON *found = atn_member(atn_member(schema, "$defs"), name);
    if (!found) fail_msg("the schema has no $defs/%s", name);
    return found;
}

static bool among(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0) return true;
    return false;
}

static void test_study_keys(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    cJSON *schema = parse(ctx, attain_schema_text("study"));
    for (int k = 0; k < ATN_OBJECTS; k++) {
        const char *name = atn_object_name((atn_object)k);
        const char *const *keys = atn_object_keys((atn_object)k);
        const cJSON *own = definition(schema, name), *entry;
        const cJSON *properties = atn_member(own, "properties");
        cJSON_ArrayForEach (entry, properties) {
            if (!atn_is_remark(entry) && !among(keys, entry->string))
                fail_msg("%s: the reader does not know '%s'", name, entry->string);
        }
        for (size_t j = 0; keys[j]; j++)
            if (!atn_member(properties, keys[j]))
                fail_msg("%s: the schema does not know '%s'", name, keys[j]);
        assert_non_null(atn_member(properties, "note"));
        assert_non_null(atn_member(properties, "$schema"));
        assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(own, "additionalProperties")));
    }
    cJSON_Delete(schema);
    attain_context_free(ctx);
}

/* The words of an enum in the schema are the reader's. */
static void check_words(const cJSON *schema, const char *object, const char *key,
                        const char *const *words, const char *except)
{
    const cJSON *list =
        atn_member(atn_member(atn_member(definition(schema, object), "properties"), key), "enum");
    const cJSON *item;
    assert_non_null(list);
    int n = 0;
    cJSON_ArrayForEach (item, list) assert_true(among(words, item->valuestring));
    for (size_t k = 0; words[k]; k++)
        if (!except || strcmp(words[k], except) != 0) n++;
    assert_int_equal(cJSON_GetArraySize(list), n);
}

static void test_study_words(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    cJSON *schema = parse(ctx, attain_schema_text("study"));
    check_words(schema, "series", "kind", atn_kind_names, NULL);
    check_words(schema, "series", "link", atn_link_names, NULL);
    check_words(schema, "deviation", "type", atn_deviation_names, NULL);
    check_words(schema, "calendar", "type", atn_effect_names, NULL);
    check_words(schema, "report", "relation", atn_relation_names, NULL);
    check_words(schema, "report", "statistic", atn_statistic_names, "rolling_total");
    cJSON_Delete(schema);
    attain_context_free(ctx);
}

static void test_report_columns(void **state)
{
    (void)state;
    const char *text = attain_schema_text("reports");
    const char *const *names = atn_column_names();
    assert_non_null(text);
    for (size_t k = 0; k < ATN_COLUMNS; k++) {
        const size_t n = strlen(names[k]);
        assert_int_equal(strncmp(text, names[k], n), 0);
        assert_int_equal(text[n], '\n');
        text += n + 1;
    }
    assert_int_equal(*text, '\0');
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(attain_schema_count(), 5);
    assert_string_equal(attain_schema_name(0), "backtest");
    assert_string_equal(attain_schema_name(1), "regression");
    assert_string_equal(attain_schema_name(2), "reports");
    assert_string_equal(attain_schema_name(3), "results");
    assert_string_equal(attain_schema_name(4), "study");
    assert_null(attain_schema_name(5));
    assert_null(attain_schema_text("nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_study_keys),
        cmocka_unit_test(test_study_words),
        cmocka_unit_test(test_report_columns),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
