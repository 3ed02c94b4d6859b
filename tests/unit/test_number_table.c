/* Tables of numbers: what a cell may be, which columns are kept out and why, what is refused. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "base/text.h"
#include "io/number_table.h"

typedef struct layout {
    const char *name, *text;
    /* "name: values" a column; "?line:column bad" of one kept out, "@" before a column of dates */
    const char *want;
} layout;

static const layout layouts[] = {
    {"plain", "a,b\n1,2\n-3.5,4e2\n", "a: 1 -3.5\nb: 2 400\n"},
    {"no last line end", "a,b\n1,2", "a: 1\nb: 2\n"},
    {"CRLF", "a,b\r\n1,2\r\n3,4\r\n", "a: 1 3\nb: 2 4\n"},
    {"CR alone", "a,b\r1,2\r3,4", "a: 1 3\nb: 2 4\n"},
    {"header alone", "a,b\n", "a:\nb:\n"},
    {"missing", "a,b\n,NA\n1,\n\"\",2\n", "a: nan 1 nan\nb: nan nan 2\n"},
    {"all missing", "a,b\n,1\n", "a: nan\nb: 1\n"},
    {"quoted", "\"a\",\"b,c\"\n\"1\",\"2\"\n", "a: 1\nb,c: 2\n"},
    {"blank lines", "\na,b\n\n1,2\n\n", "a: 1\nb: 2\n"},
    {"dates", "d,y\n2025-01-20,1\n2025-01-18,2\nNA,3\n2024-02-29,4\n",
     "@d: 326 324 nan 0\ny: 1 2 3 4\n"},
    {"dates share an origin", "d,f\n2025-01-20,2025-01-10\n2025-01-12,\n", "@d: 10 2\n@f: 0 nan\n"},
    {"thousands", "a,b\n1,2\n\"1,179\",3\n", "a: ?3:1 1,179\nb: 2 3\n"},
    {"a word", "a,b\n1,2\n3,abc\nx,52%\n", "a: ?4:1 x\nb: ?3:3 abc\n"},
    {"blanks", "a,b\n1, 2\n", "a: 1\nb: ?2:3  2\n"},
    {"a date among numbers", "a\n1\n2025-01-01\n", "a: ?3:1 2025-01-01\n"},
    {"a number among dates", "a\n2025-01-01\n1\n", "a: ?3:1 1\n"},
    {"no such day", "a\n2025-02-30\n", "a: ?2:1 2025-02-30\n"},
    {"hexadecimal, inf, nan", "a,b,c\n0x1p3,inf,nan\n",
     "a: ?2:1 0x1p3\nb: ?2:7 inf\nc: ?2:11 nan\n"},
    {"too large", "a\n1e999\n", "a: ?2:1 1e999\n"},
    {"a long cell", "a\nabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrs\xC3\xA9\n",
     "a: ?2:1 abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqr...\n"},
    {"behind quoted lines", "a,b\n\"1\n2\",3\n4,x\n", "a: ?2:1 1\n2\nb: ?4:3 x\n"},
    {"points at an end", "a,b\n760.,.5\n-1.e2,-.25\n", "a: 760 -100\nb: 0.5 -0.25\n"},
    {"points alone", "a,b\n.,-.\n", "a: ?2:1 .\nb: ?2:3 -.\n"},
    {"byte-order mark",
     "\xEF\xBB\xBF"
     "a\n7\n",
     "a: 7\n"},
};

static void print_column(const attain_table *t, size_t c, char *out, size_t size)
{
    const atn_number_column *column = &t->columns[c];
    size_t n = strlen(out);
    n += (size_t)snprintf(out + n, size - n, "%s%s:", column->date ? "@" : "", column->name);
    for (size_t k = 0; column->values && k < t->n_rows; k++)
        n += (size_t)snprintf(out + n, size - n, " %g", column->values[k]);
    if (!column->values)
        n += (size_t)snprintf(out + n, size - n, " ?%ld:%ld %s", column->line, column->column,
                              column->bad);
    snprintf(out + n, size - n, "\n");
}

static void test_layouts(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
        attain_table *table;
        attain_error err;
        const char *text = layouts[k].text;
        atn_check_status(layouts[k].name,
                         attain_table_parse(ctx, text, strlen(text), "t.csv", NULL, &table, &err),
                         ATTAIN_OK, &err);
        char got[400] = "";
        for (size_t c = 0; c < table->n_columns; c++) print_column(table, c, got, sizeof got);
        if (strcmp(got, layouts[k].want) != 0)
            fail_msg("%s: got\n%s\nwant\n%s", layouts[k].name, got, layouts[k].want);
        assert_int_equal(attain_table_rows(table), table->n_rows);
        attain_table_free(table);
    }
    attain_context_free(ctx);
}

static void test_lines(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table;
    attain_error err;
    const char *text = "d,y\n\n2025-01-20,\"\n\"\n2025-01-19,2\n";
    assert_int_equal(attain_table_parse(ctx, text, strlen(text), "t", NULL, &table, &err), 0);
    assert_int_equal(table->lines[0], 3);
    assert_int_equal(table->lines[1], 5);
    assert_true(table->has_dates);
    char origin[ATN_DATE_SIZE];
    atn_date_format(table->calendar.origin, origin);
    assert_string_equal(origin, "2025-01-19");
    assert_int_equal(atn_number_column_find(table, "y"), 1);
    assert_int_equal(atn_number_column_find(table, "z"), 2);
    attain_table_free(table);
    attain_table_free(NULL);
    attain_context_free(ctx);
}

typedef struct refusal {
    const char *name, *text;
    size_t length;
    const char *want; /* "line:column code" of each problem */
} refusal;

static const refusal refusals[] = {
    {"empty", "", 0, "1:1 missing-column\n"},
    {"ragged", "a,b\n1\n1,2\n1,2,3\n", 0, "2:1 ragged-row\n4:1 ragged-row\n"},
    {"ragged after quotes", "a,b\n\"1\n\",2\n3\n", 0, "4:1 ragged-row\n"},
    {"a name twice", "a,b,a,b,a\n", 0,
     "1:5 duplicate-column\n1:9 duplicate-column\n1:7 duplicate-column\n"},
    {"no name", "a,,\"\"\n1,2,3\n", 0, "1:3 missing-column\n1:4 missing-column\n"},
    {"semicolons", "a;b\n1;2\n", 0, "1:1 csv-grammar\n"},
    {"names and rows", "a,a\n1\n", 0, "1:3 duplicate-column\n2:1 ragged-row\n"},
    {"stray quote", "a,b\n1,x\"y\n", 0, "2:4 csv-grammar\n"},
    {"open quote", "a,b\n1,\"x\n2,3\n", 0, "2:3 csv-grammar\n"},
    {"NUL", "a,b\n1,\0\n", 8, "2:3 csv-encoding\n"},
    {"bad UTF-8", "a,b\n1,2\n\xFF,3\n", 0, "3:1 csv-encoding\n"},
};

static void list_problems(const attain_diagnostics *list, char *out, size_t size)
{
    for (size_t k = 0; k < attain_diagnostics_count(list); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(list, k);
        const size_t n = strlen(out);
        snprintf(out + n, size - n, "%ld:%ld %s\n", d->line, d->column, d->code);
        assert_string_equal(d->file, "t.csv");
    }
}

static void test_refusals(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof refusals / sizeof *refusals; k++) {
        const refusal *c = &refusals[k];
        const size_t length = c->length ? c->length : strlen(c->text);
        attain_diagnostics *list;
        attain_table *table;
        attain_error err;
        char got[400] = "";
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        atn_check_status(c->name,
                         attain_table_parse(ctx, c->text, length, "t.csv", list, &table, &err),
                         ATTAIN_ERR_TABLE, &err);
        assert_null(table);
        list_problems(list, got, sizeof got);
        if (strcmp(got, c->want) != 0) fail_msg("%s: got\n%s\nwant\n%s", c->name, got, c->want);
        assert_string_equal(err.message, attain_diagnostics_get(list, 0)->message);
        attain_diagnostics_free(list);
    }
    attain_context_free(ctx);
}

static void test_many_problems(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_diagnostics *list;
    attain_table *table;
    attain_error err;
    char text[500] = "a,b\n";
    for (size_t k = 0; k < 100; k++) strcat(text, "1\n");
    assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
    atn_check_status("many", attain_table_parse(ctx, text, strlen(text), "t", list, &table, &err),
                     ATTAIN_ERR_TABLE, &err);
    assert_int_equal(attain_diagnostics_count(list), 21);
    assert_string_equal(attain_diagnostics_get(list, 20)->message,
                        "80 more rows are not as long as the header");
    assert_string_equal(err.message, "the row has 1 fields, the header 2; a field with a comma "
                                     "stands in quotes");
    attain_diagnostics_free(list);
    attain_context_free(ctx);
}

static void test_files(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table;
    attain_error err;
    char folder[256], path[300];
    check_scratch_create(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/t.csv", folder);
    atn_check_status("no file", attain_table_load(ctx, path, NULL, &table, &err), ATTAIN_ERR_FILE,
                     &err);
    assert_null(table);
    assert_int_equal(atn_file_write(ctx, path, "a\n1\n2\n", 6, &err), ATTAIN_OK);
    atn_check_status("a file", attain_table_load(ctx, path, NULL, &table, &err), ATTAIN_OK, &err);
    assert_int_equal(attain_table_rows(table), 2);
    attain_table_free(table);
    check_scratch_remove(folder);
    attain_context_free(ctx);
}

static void test_arrays(void **state)
{
    (void)state;
    static const double x[] = {1, NAN, 3}, y[] = {4, 5, -INFINITY};
    static const double *const columns[] = {x, y};
    static const struct {
        const char *names[2];
        size_t rows;
        attain_status want;
    } cases[] = {{{"x", "y"}, 2, ATTAIN_OK},
                 {{"x", "y"}, 0, ATTAIN_OK},
                 {{"x", "y"}, 3, ATTAIN_ERR_ARGUMENT},
                 {{"x", "x"}, 2, ATTAIN_ERR_ARGUMENT},
                 {{"", "y"}, 2, ATTAIN_ERR_ARGUMENT}};
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        attain_table *table;
        attain_error err;
        atn_check_status(
            cases[k].names[0],
            attain_table_create(ctx, cases[k].names, columns, 2, cases[k].rows, &table, &err),
            cases[k].want, &err);
        assert_true((table == NULL) == (cases[k].want != ATTAIN_OK));
        if (!table) continue;
        assert_int_equal(attain_table_rows(table), cases[k].rows);
        if (cases[k].rows) assert_true(table->columns[0].values[0] == 1);
        attain_table_free(table);
    }
    attain_context_free(ctx);
}

/* Digits of all lengths come back as they were written. */
static void test_round_trip(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    static double want[ROWS];
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table;
    attain_error err;
    atn_text text;
    atn_stream stream;
    atn_stream_init(&stream, 5, ATN_PURPOSE_SIMULATE, 0, 0);
    atn_text_init(&text, ctx);
    atn_text_add(&text, "x\n");
    for (size_t k = 0; k < ROWS; k++) {
        want[k] = atn_stream_normal(&stream) * pow(10, (double)(k % 61) - 30);
        atn_text_number(&text, want[k]);
        atn_text_add(&text, "\n");
    }
    assert_int_equal(attain_table_parse(ctx, text.data, text.length, "t", NULL, &table, &err), 0);
    atn_check_same_bits("numbers", table->columns[0].values, want, ROWS);
    attain_table_free(table);
    atn_text_free(&text);
    attain_context_free(ctx);
}

static attain_status parse_once(void *user, attain_context *ctx, attain_error *err)
{
    attain_diagnostics *list = NULL;
    attain_table *table = NULL;
    const char *text = user;
    attain_status status = attain_diagnostics_create(ctx, &list, err);
    if (!status) status = attain_table_parse(ctx, text, strlen(text), "t", list, &table, err);
    assert_true(status == ATTAIN_OK || table == NULL);
    attain_table_free(table);
    attain_diagnostics_free(list);
    return status;
}

static attain_status create_once(void *user, attain_context *ctx, attain_error *err)
{
    static const char *const names[] = {"x", "y"};
    static const double x[] = {1, 2};
    static const double *const columns[] = {x, x};
    attain_table *table;
    (void)user;
    const attain_status status = attain_table_create(ctx, names, columns, 2, 2, &table, err);
    attain_table_free(table);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("parse", parse_once,
                 "\xEF\xBB\xBF"
                 "a,\"b\",c,d\n1,2025-01-01,\"x\",4\n,,,\n",
                 100);
    check_faults("create", create_once, NULL, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),    cmocka_unit_test(test_lines),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_many_problems),
        cmocka_unit_test(test_files),      cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
