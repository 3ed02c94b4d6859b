/* Strict CSV: cells with their places, what is refused and where. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/digest.h"
#include "io/table.h"

typedef struct layout {
    const char *name, *text;
    /* cells as "text@line:column", a row a line */
    const char *want;
} layout;

static const layout layouts[] = {
    {"empty", "", ""},
    {"plain", "a,b\n1,2\n", "a@1:1 b@1:3\n1@2:1 2@2:3\n"},
    {"no last line end", "a,b\n1,2", "a@1:1 b@1:3\n1@2:1 2@2:3\n"},
    {"CRLF", "a,b\r\n1,2\r\n", "a@1:1 b@1:3\n1@2:1 2@2:3\n"},
    {"empty cells", "a,,c\n,,\n", "a@1:1 @1:3 c@1:4\n@2:1 @2:2 @2:3\n"},
    {"blanks stay", " a , b\n", " a @1:1  b@1:5\n"},
    {"tab stays", "\ta\t,b\n", "\ta\t@1:1 b@1:5\n"},
    {"blank lines count", "\n\na,b\n\n1,2\n", "a@3:1 b@3:3\n1@5:1 2@5:3\n"},
    {"quotes", "\"a\",\"b,c\",\"d\"\"e\"\n", "a@1:1 b,c@1:5 d\"e@1:11\n"},
    {"empty quotes", "\"\",x\n", "@1:1 x@1:4\n"},
    {"quoted lines", "\"a\nb\",c\nd,\"e\r\nf\"\ng,h\n",
     "a\nb@1:1 c@2:4\nd@3:1 e\r\nf@3:3\ng@5:1 h@5:3\n"},
    {"byte-order mark",
     "\xEF\xBB\xBF"
     "a,b\n",
     "a@1:1 b@1:3\n"},
    {"UTF-8", "\xC3\xA9,\xE2\x82\xAC\n", "\xC3\xA9@1:1 \xE2\x82\xAC@1:4\n"},
    {"one column", "a\n\nb\n", "a@1:1\nb@3:1\n"},
};

static void test_layouts(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
        atn_table table;
        attain_error err = {0};
        const char *text = layouts[k].text;
        const attain_status status =
            atn_table_parse(ctx, text, strlen(text), "t.csv", NULL, &table, &err);
        atn_check_status(layouts[k].name, status, ATTAIN_OK, &err);
        char got[400] = "";
        for (size_t r = 0; r < table.n_rows; r++)
            for (size_t c = 0; c < table.rows[r].n_cells; c++) {
                const atn_cell *cell = &table.cells[table.rows[r].first + c];
                assert_int_equal(cell->length, strlen(cell->text));
                const size_t n = strlen(got);
                snprintf(got + n, sizeof got - n, "%s@%ld:%ld%s", cell->text, cell->line,
                         cell->column, c + 1 < table.rows[r].n_cells ? " " : "\n");
            }
        if (strcmp(got, layouts[k].want) != 0)
            fail_msg("%s: got\n%s\nwant\n%s", layouts[k].name, got, layouts[k].want);
        atn_table_free(ctx, &table);
    }
    attain_context_free(ctx);
}

typedef struct refusal {
    const char *name, *text;
    size_t length;
    const char *code;
    long line, column;
    size_t rows; /* kept */
} refusal;

static const refusal refusals[] = {
    {"stray quote", "a,b\n1,x\"y\n", 0, "csv-grammar", 2, 4, 1},
    {"text after quotes", "a,b\n\"x\"y,2\n", 0, "csv-grammar", 2, 4, 1},
    {"blank after quotes", "a,b\n\"x\" ,2\n", 0, "csv-grammar", 2, 4, 1},
    {"blank before quotes", "a,b\n1, \"x\"\n", 0, "csv-grammar", 2, 4, 1},
    {"open quote", "a,b\n1,\"x\n2,3\n", 0, "csv-grammar", 2, 3, 1},
    {"NUL", "a,b\n1,\0\n", 8, "csv-encoding", 2, 3, 0},
    {"bad UTF-8", "a,b\n1,2\n\xFF,3\n", 0, "csv-encoding", 3, 1, 0},
    {"UTF-16",
     "\xFF\xFE"
     "a\0,\0",
     6, "csv-encoding", 1, 1, 0},
};

static void test_refusals(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof refusals / sizeof *refusals; k++) {
        const refusal *c = &refusals[k];
        atn_table table;
        attain_diagnostics *list;
        attain_error err = {0};
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        const size_t length = c->length ? c->length : strlen(c->text);
        atn_check_status(c->name,
                         atn_table_parse(ctx, c->text, length, "t.csv", list, &table, &err),
                         ATTAIN_ERR_TABLE, &err);
        const attain_diagnostic *d = attain_diagnostics_get(list, 0);
        if (!d || strcmp(d->code, c->code) != 0 || d->line != c->line || d->column != c->column ||
            table.n_rows != c->rows)
            fail_msg("%s: got %s at %ld:%ld, %zu rows: %s", c->name, d ? d->code : "-",
                     d ? d->line : 0, d ? d->column : 0, table.n_rows, d ? d->message : "");
        attain_diagnostics_free(list);
        atn_table_free(ctx, &table);
    }
    attain_context_free(ctx);
}

/* A 10 MB line ends in a message that points at its start; rows before it are kept. */
static void long_line(const char *filling)
{
    enum { LENGTH = 10 << 20 };
    attain_context *ctx = check_context(NULL, 1);
    char *text = malloc(LENGTH + 1);
    assert_non_null(text);
    const size_t n = strlen(filling);
    for (size_t k = 0; k < LENGTH; k++) text[k] = filling[k % n];
    memcpy(text, "a,b\n1,2\n\"", 9);
    text[LENGTH] = '\0';
    atn_table table;
    attain_error err = {0};
    atn_check_status("long line", atn_table_parse(ctx, text, LENGTH, "t", NULL, &table, &err),
                     ATTAIN_ERR_TABLE, &err);
    assert_int_equal(err.line, 3);
    assert_int_equal(table.n_rows, 2);
    assert_non_null(strstr(err.message, "longer than 1,048,576 bytes"));
    atn_table_free(ctx, &table);
    free(text);
    attain_context_free(ctx);
}

static void test_long_lines(void **state)
{
    (void)state;
    long_line("x");
    long_line("x,");
    long_line("x\n");
}

static attain_status parse_once(void *user, attain_context *ctx, attain_error *err)
{
    atn_table table;
    const char *text = user;
    const attain_status status = atn_table_parse(ctx, text, strlen(text), "t", NULL, &table, err);
    atn_table_free(ctx, &table);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("table", parse_once, "a,b,c\n1,\"2,3\",4\n5,6,7\n", 100);
}

/* FIPS 180-4 examples. */
static void test_digest(void **state)
{
    (void)state;
    char digest[65];
    atn_sha256("abc", 3, digest);
    assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    atn_sha256("", 0, digest);
    assert_string_equal(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_long_lines), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
