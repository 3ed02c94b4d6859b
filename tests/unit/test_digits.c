/* Numbers as a table for people shows them. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "report/digits.h"

static void test_rounding(void **state)
{
    static const struct {
        double value;
        int place;
        bool scientific;
        const char *text;
    } rows[] = {{238.942, -1, false, "238.9"},
                {0.000550157, -7, false, "0.0005502"},
                {-3.14159, -2, false, "-3.14"},
                {9.996, -2, false, "10.00"},
                {0.6, 0, false, "1"},
                {0.4, 0, false, "0"},
                {-0.004, -2, false, "0.00"},
                {-0.4, 0, false, "0"},
                {123456.0, 2, false, "123500"},
                {60.0, 2, false, "100"},
                {49.0, 2, false, "0"},
                {0.0, -3, false, "0.000"},
                {1.3085e-10, -14, true, "1.3085e-10"},
                {9.87e-11, -14, true, "9.870e-11"},
                {-6.5e-9, -10, true, "-6.5e-9"},
                {1e-12, -10, true, "0"},
                {1.5e30, 29, false, "1.5e30"}, /* does not fit in fixed notation */
                {1e-300, -305, false, "1.00000e-300"},
                {1.7976931348623157e308, 300, true, "1.79769313e308"},
                {NAN, 0, false, "-"},
                {INFINITY, 0, false, "none"},
                {-INFINITY, -3, true, "none"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ATN_DIGITS_SIZE];
        atn_digits_put(rows[i].value, rows[i].place, rows[i].scientific, text);
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("row %zu: \"%s\", expected \"%s\"", i, text, rows[i].text);
    }
}

static void test_short(void **state)
{
    static const struct {
        double value;
        int digits;
        const char *text;
    } rows[] = {{0.101879, 4, "0.1019"},      {13.714, 4, "13.71"},    {199998.0, 3, "200000"},
                {1.0046e-13, 4, "1.005e-13"}, {0.00012, 2, "0.00012"}, {0.0, 4, "0"},
                {-2.5e9, 2, "-2.5e9"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ATN_DIGITS_SIZE];
        atn_digits_short(rows[i].value, rows[i].digits, text);
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("row %zu: \"%s\", expected \"%s\"", i, text, rows[i].text);
    }
}

/* Estimate, standard error, and the lower end of the interval, as one line of the table. */
static void test_plan(void **state)
{
    static const struct {
        double estimate, error, lower, upper;
        const char *estimate_text, *error_text, *lower_text;
    } rows[] = {
        {238.942, 2.7070, 233.044, 244.84, "238.9", "2.7", "233.0"},
        {5.50157e-4, 7.2668e-6, 5.343e-4, 5.66e-4, "0.0005502", "0.0000073", "0.0005343"},
        {5.6e-9, 6.1e-9, -6.5e-9, 1.77e-8, "5.6e-9", "6.1e-9", "-6.5e-9"},
        {1288.14, 0.0996, 1287.9, 1288.4, "1288.14", "0.10", "1287.90"},
        {123456.0, 2345.0, 119000.0, 128000.0, "123500", "2300", "119000"},
        {3.2, 120.0, -240.0, 240.0, "3", "120", "-240"},        /* shows a digit */
        {0.0032, 120.0, -240.0, 240.0, "0.0", "120", "-240.0"}, /* but not far below the error */
        {0.0951, 1e-14, 0.0951, 0.0951, "0.0951000000000", "1.0e-14", "0.0951000000000"},
        {2.5, NAN, NAN, NAN, "2.50000", "-", "-"},
        {0.0, NAN, NAN, NAN, "0", "-", "-"},
        {2.5, 0.0, 2.5, 2.5, "2.50000", "0", "2.50000"},
        {5e12, 2e10, 4e12, 6e12, "5.000e12", "2.0e10", "4.000e12"},
        {1.5, 0.21, -INFINITY, 3.0, "1.50", "0.21", "none"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char estimate[ATN_DIGITS_SIZE], error[ATN_DIGITS_SIZE], lower[ATN_DIGITS_SIZE];
        const atn_digits_plan p =
            atn_digits_for(rows[i].estimate, rows[i].error, rows[i].lower, rows[i].upper);
        atn_digits_put(rows[i].estimate, p.place, p.scientific, estimate);
        atn_digits_put(rows[i].error, p.error_place, p.error_scientific, error);
        atn_digits_put(rows[i].lower, p.place, p.scientific, lower);
        if (strcmp(estimate, rows[i].estimate_text) != 0 ||
            strcmp(error, rows[i].error_text) != 0 || strcmp(lower, rows[i].lower_text) != 0)
            fail_msg("row %zu: %s %s %s, expected %s %s %s", i, estimate, error, lower,
                     rows[i].estimate_text, rows[i].error_text, rows[i].lower_text);
    }
}

/* Whatever the numbers, the text fits its buffer and is one of ours. */
static void test_any(void **state)
{
    static const double values[] = {0.0,    1e-320, 4.9e-324, 1e-9,  0.05,     1.0,      99.95,
                                    12345., 1e9,    1e15,     1e200, 1.79e308, INFINITY, NAN};
    enum { N = sizeof values / sizeof *values };
    (void)state;
    for (size_t i = 0; i < (size_t)N * N * N; i++) {
        const double a = values[i % N], b = values[i / N % N], c = values[i / N / N];
        const atn_digits_plan p = atn_digits_for(-a, b, -c, c);
        char text[ATN_DIGITS_SIZE];
        atn_digits_put(-a, p.place, p.scientific, text);
        assert_true(strlen(text) > 0 && strspn(text, "-0123456789.enno") == strlen(text));
        atn_digits_put(b, p.error_place, p.error_scientific, text);
        assert_true(strlen(text) > 0 && strspn(text, "-0123456789.enno") == strlen(text));
        atn_digits_put(c, p.place, p.scientific, text);
        assert_true(strlen(text) > 0 && strspn(text, "-0123456789.enno") == strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
