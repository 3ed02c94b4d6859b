/* Studies that must be refused: every folder of tests/invalid (its README has the format), and
 * inputs too large to keep as files. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <attain/study.h>

#include "base/text.h"

static attain_status status_named(const char *name)
{
#define AS_MATCH(id, code, text)                                                                   \
    if (strcmp(name, #id) == 0) return ATTAIN_ERR_##id;
    ATTAIN_STATUS_LIST(AS_MATCH)
#undef AS_MATCH
    fail_msg("no status is called '%s'", name);
    return ATTAIN_OK;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Compares problem number `k` of the list with a line "file line:column | pointer | part". */
static void compare(const char *name, const attain_diagnostic *d, char *want)
{
    char file[40], place[40], found[40];
    char *pointer = strstr(want, " | "), *part = pointer ? strstr(pointer + 3, " | ") : NULL;
    if (!part || sscanf(want, "%39s %39s", file, place) != 2) {
        fail_msg("%s: malformed expectation: %s", name, want);
        return;
    }
    *part = '\0';
    pointer += 3;
    part += 3;
    if (!d) fail_msg("%s: not found: %s", name, part);
    snprintf(found, sizeof found, "%ld:%ld", d->line, d->column);
    if (!ends_with(d->file, file) || strcmp(found, place) != 0 ||
        strcmp(d->pointer, pointer) != 0 || !strstr(d->message, part))
        fail_msg("%s: got %s:%s | %s | %s\nwant %s %s | %s | %s", name, d->file, found, d->pointer,
                 d->message, file, place, pointer, part);
}

static const attain_diagnostic *next_error(const attain_diagnostics *list, size_t *k)
{
    const attain_diagnostic *d;
    while ((d = attain_diagnostics_get(list, (*k)++)))
        if (d->severity == ATTAIN_SEVERITY_ERROR) return d;
    return NULL;
}

static void run_case(attain_context *ctx, const char *folder, const char *name)
{
    char path[1000], *expected, *rest;
    size_t length;
    attain_error err = {0};
    attain_diagnostics *list;
    attain_study *study = (attain_study *)&err; /* must become NULL */
    snprintf(path, sizeof path, "%s/%s/expected", folder, name);
    atn_check_status(name, atn_file_read(ctx, path, 1 << 20, &expected, &length, &err), ATTAIN_OK,
                     &err);
    assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const attain_status status = attain_study_load(ctx, path, NULL, list, &study, &err);
    assert_null(study);
    size_t k = 0;
    const char *line = strtok_r(expected, "\n", &rest);
    atn_check_status(name, status, status_named(line), &err);
    const attain_diagnostic *first = NULL;
    for (char *want; (want = strtok_r(NULL, "\n", &rest));) {
        const attain_diagnostic *d = next_error(list, &k);
        compare(name, d, want);
        if (!first) first = d;
    }
    const attain_diagnostic *more = next_error(list, &k);
    if (more) fail_msg("%s: also found %s: %s", name, more->code, more->message);
    /* err repeats the first problem */
    assert_non_null(first);
    assert_int_equal(strncmp(err.message, first->message, 200), 0);
    assert_int_equal(err.line, first->line);
    assert_int_equal(err.column, first->column);
    assert_string_equal(err.pointer, first->pointer);
    attain_diagnostics_free(list);
    atn_free(ctx, expected);
    /* without a list the answer is the same */
    assert_int_equal(attain_study_load(ctx, path, NULL, NULL, &study, NULL), status);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void test_folders(void **state)
{
    (void)state;
    enum { MAX = 1000, AT_LEAST = 60 };
    check_allocator memory;
    check_allocator_init(&memory);
    attain_context *ctx = check_context(&memory, 1);
    char folder[900], *names[MAX];
    size_t n = 0;
    snprintf(folder, sizeof folder, "%s", check_source("tests/invalid"));
    DIR *open_folder = opendir(folder);
    assert_non_null(open_folder);
    for (struct dirent *entry; (entry = readdir(open_folder)) && n < MAX;) {
        char path[2000];
        snprintf(path, sizeof path, "%s/%s/expected", folder, entry->d_name);
        if (access(path, F_OK) == 0) names[n++] = strdup(entry->d_name);
    }
    closedir(open_folder);
    qsort(names, n, sizeof *names, by_name);
    const size_t before = memory.live;
    for (size_t k = 0; k < n; k++) {
        run_case(ctx, folder, names[k]);
        if (memory.live != before) fail_msg("%s: blocks left behind", names[k]);
        free(names[k]);
    }
    print_message("%zu cases\n", n);
    assert_true(n >= AT_LEAST);
    attain_context_free(ctx);
}

static const char head[] = "{\"origin\": \"2025-01-01\", \"as_of\": \"2025-06-30\", \"horizon\": "
                           "\"2025-12-31\", \"reports\": \"r.csv\", \"series\": {\"a\": {\"kind\": "
                           "\"flow\", \"trend\": ";

static attain_status parse(attain_context *ctx, const char *json, size_t length, const char *table,
                           size_t table_length, attain_error *err)
{
    attain_study *study;
    const attain_status status =
        attain_study_parse(ctx, json, length, table, table_length, NULL, NULL, &study, err);
    attain_study_free(study);
    return status;
}

/* A formula of 100,000 brackets gives its place, not a crash. */
static void test_brackets(void **state)
{
    (void)state;
    enum { N = 100000 };
    attain_context *ctx = check_context(NULL, 1);
    char *json = malloc(sizeof head + 2 * N + 100);
    assert_non_null(json);
    size_t n = (size_t)sprintf(json, "%s{\"formula\": \"", head);
    memset(json + n, '(', N);
    n += N;
    json[n++] = '1';
    memset(json + n, ')', N);
    n += N;
    n += (size_t)sprintf(json + n, "\"}}}}");
    attain_error err = {0};
    atn_check_status("brackets", parse(ctx, json, n, "", 0, &err), ATTAIN_ERR_TABLE, &err);
    attain_diagnostics *list;
    attain_study *study;
    assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
    assert_int_equal(attain_study_parse(ctx, json, n, "", 0, NULL, list, &study, &err),
                     ATTAIN_ERR_TABLE);
    const attain_diagnostic *d = attain_diagnostics_get(list, 1);
    assert_non_null(d);
    assert_string_equal(d->code, "formula");
    assert_string_equal(d->pointer, "/series/a/trend/formula");
    attain_diagnostics_free(list);
    free(json);
    attain_context_free(ctx);
}

/* A line of 10 MB: in the table a bad row, in study.json a file over its limit. */
static void test_long_lines(void **state)
{
    (void)state;
    enum { N = 10 << 20 };
    attain_context *ctx = check_context(NULL, 1);
    char *text = malloc(N + 200), folder[500], path[600];
    assert_non_null(text);
    attain_error err = {0};
    size_t n = (size_t)sprintf(text, "series,statistic,start,end,relation,value,upper\na,mean,");
    memset(text + n, 'x', N);
    char json[400];
    const int m = snprintf(json, sizeof json, "%s\"constant\"}}}", head);
    atn_check_status("table", parse(ctx, json, (size_t)m, text, n + N, &err), ATTAIN_ERR_TABLE,
                     &err);
    assert_int_equal(err.line, 2);
    assert_non_null(strstr(err.message, "longer than"));
    assert_non_null(check_scratch_create(folder, sizeof folder));
    snprintf(path, sizeof path, "%s/study.json", folder);
    assert_int_equal(atn_file_write(ctx, path, text, n + N, &err), ATTAIN_OK);
    attain_study *study;
    atn_check_status("study", attain_study_load(ctx, folder, NULL, NULL, &study, &err),
                     ATTAIN_ERR_FILE, &err);
    check_scratch_remove(folder);
    free(text);
    attain_context_free(ctx);
}

static void test_unreadable(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("skipped: the superuser may read every file\n");
        skip();
    }
    attain_context *ctx = check_context(NULL, 1);
    char folder[500], path[600];
    attain_error err = {0};
    assert_non_null(check_scratch_create(folder, sizeof folder));
    snprintf(path, sizeof path, "%s/study.json", folder);
    assert_int_equal(atn_file_write(ctx, path, "{}", 2, &err), ATTAIN_OK);
    assert_int_equal(chmod(path, 0), 0);
    attain_study *study;
    atn_check_status("unreadable", attain_study_load(ctx, folder, NULL, NULL, &study, &err),
                     ATTAIN_ERR_FILE, &err);
    check_scratch_remove(folder);
    attain_context_free(ctx);
}

/* A file with thousands of problems is cut short, with a word on it. */
static void test_too_many(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_diagnostics *list;
    attain_study *study;
    attain_error err = {0};
    atn_text table;
    atn_text_init(&table, ctx);
    atn_text_add(&table, "series,statistic,start,end,relation,value,upper\n");
    for (int k = 0; k < 3000; k++) atn_text_add(&table, "a,mean,2025-02-01,,exact,1x,\n");
    char json[400];
    const int m = snprintf(json, sizeof json, "%s\"constant\"}}}", head);
    assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
    assert_int_equal(attain_study_parse(ctx, json, (size_t)m, table.data, table.length, NULL, list,
                                        &study, &err),
                     ATTAIN_ERR_TABLE);
    assert_int_equal(attain_diagnostics_count(list), 1001);
    assert_string_equal(attain_diagnostics_get(list, 1000)->code, "too-many-problems");
    attain_diagnostics_free(list);
    atn_text_free(&table);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),    cmocka_unit_test(test_brackets),
        cmocka_unit_test(test_long_lines), cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
