#include "check.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "base/text.h"

static void parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double want;
    } rows[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"+7", 7.0},
        {"007", 7.0},
        {"1.50", 1.5},
        {"123.456e-7", 123.456e-7},
        {"0.000001", 1e-6},
        {"1e308", 1e308},
        {"1.7976931348623157e308", DBL_MAX},
        {"4.9406564584124654e-324", 0x1p-1074},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
        {"1e-400", 0.0},
        {"0e999999999999999999999", 0.0},
        {"9007199254740993", 9007199254740992.0}, /* a tie, to even */
        {"9007199254740993.0000000000000000000000000000001", 9007199254740994.0},
        {"0.1e1", 1.0},
        {"12E+2", 1200.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double got = NAN;
        if (!atn_number_parse(rows[i].text, strlen(rows[i].text), &got))
            fail_msg("%s is refused", rows[i].text);
        atn_check_same_bits(rows[i].text, &got, &rows[i].want, 1);
    }
}

static void refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",       " 1",    "1 ",    "1,179", "52%", "0x10",  "nan", "inf",     "-",
        "+",      ".5",    "5.",    "1e",    "1e+", "1.e5",  "e5",  "--1",     "1e999",
        "-1e999", "1.2.3", "1_000", "1e5.0", "\t1", "1e1e1", "1,5", "Infinity"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double got = 77.0;
        if (atn_number_parse(rows[i], strlen(rows[i]), &got)) fail_msg("'%s' is taken", rows[i]);
        assert_true(got == 77.0);
    }
    double got;
    assert_false(atn_number_parse("1\0", 2, &got));
    assert_true(atn_number_parse("12junk", 2, &got));
    assert_true(got == 12.0);
}

/* Exactly halfway between two doubles, then one digit far behind that decides. */
static void many_digits(void **state)
{
    (void)state;
    enum { ZEROS = 3000 };
    static char text[ZEROS + 64];
    double got;
    char *at = text + sprintf(text, "9007199254740993.");
    memset(at, '0', ZEROS);
    assert_true(atn_number_parse(text, (size_t)(at - text) + ZEROS, &got));
    assert_true(got == 9007199254740992.0);
    at[ZEROS - 1] = '1';
    assert_true(atn_number_parse(text, (size_t)(at - text) + ZEROS, &got));
    assert_true(got == 9007199254740994.0);

    memset(text, '0', ZEROS); /* leading zeros and a large exponent: 1e-10 */
    text[1] = '.';
    strcpy(text + ZEROS, "1e2989");
    assert_true(atn_number_parse(text, strlen(text), &got));
    assert_true(got == 1e-10);
    memset(text, '9', ZEROS);
    strcpy(text + ZEROS, "e-3000");
    assert_true(atn_number_parse(text, strlen(text), &got));
    assert_true(got == 1.0);
}

/* Short numbers take another way than those of many bytes: both must round alike, above all beside
 * the middle of two doubles. */
static void fast_and_slow(void **state)
{
    (void)state;
    enum { ROUNDS = 200000, ZEROS = 70 };
    uint64_t seed = UINT64_C(88172645463325252); /* Marsaglia (2003), xorshift64 */
    print_message("seed %llu\n", (unsigned long long)seed);
    for (size_t k = 0; k < ROUNDS; k++) {
        char text[ZEROS + 64];
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        const unsigned shift = (unsigned)(seed >> 8) % 64;
        uint64_t digits = seed >> shift;
        if (k % 3 == 0) digits = (((seed >> 11) | UINT64_C(1) << 52) * 2 + 1) << (seed % 9);
        memset(text, '0', ZEROS);
        const char *brief = text + ZEROS;
        double fast, slow;
        sprintf(text + ZEROS, "%llu.%02ue%d", (unsigned long long)digits,
                k % 2 ? 0 : (unsigned)(seed % 100), (int)(seed % 60) - 30);
        assert_true(atn_number_parse(brief, strlen(brief), &fast));
        assert_true(atn_number_parse(text, strlen(text), &slow));
        atn_check_same_bits(brief, &fast, &slow, 1);
    }
}

static void integers(void **state)
{
    (void)state;
    long got = 77;
    assert_true(atn_integer_parse("-9223372036854775808", 20, &got) && got == INT64_MIN);
    assert_true(atn_integer_parse("9223372036854775807", 19, &got) && got == INT64_MAX);
    assert_true(atn_integer_parse("+012", 4, &got) && got == 12);
    got = 77;
    static const char *const rows[] = {
        "",      "-",  "9223372036854775808",    "-9223372036854775809", "1.0", "1e3",
        "1,000", " 1", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (atn_integer_parse(rows[i], strlen(rows[i]), &got)) fail_msg("'%s' is taken", rows[i]);
    assert_int_equal(got, 77);
}

static void formatted(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *want;
    } rows[] = {
        {0.0, "0"},
        {-0.0, "-0"},
        {0.1, "0.1"},
        {100.0, "100"},
        {-1.5, "-1.5"},
        {1.0 / 3.0, "0.3333333333333333"},
        {600000.0, "600000"},
        {1e15, "1000000000000000"},
        {1e16, "1e16"},
        {0.00001234, "0.00001234"},
        {0.000001234, "1.234e-6"},
        {DBL_MAX, "1.7976931348623157e308"},
        {0x1p-1074, "4.94065645841247e-324"},
        {5e-324 * 3, "1.48219693752374e-323"},
        {NAN, "null"},
        {INFINITY, "null"},
        {9007199254740993.0, "9007199254740992"},
        {-2.2250738585072014e-308, "-2.2250738585072014e-308"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[ATN_NUMBER_SIZE];
        assert_int_equal(atn_number_format(rows[i].value, got), strlen(rows[i].want));
        assert_string_equal(got, rows[i].want);
    }
}

static void fixed(void **state)
{
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *plain, *grouped;
    } rows[] = {
        {1234567.8, 0, "1234568", "1,234,568"},
        {-1234.5678, 2, "-1234.57", "-1,234.57"},
        {999.0, 0, "999", "999"},
        {1000.0, 1, "1000.0", "1,000.0"},
        {-0.001, 2, "0.00", "0.00"},
        {0.5, 0, "0", "0"},
        {123456.0, 0, "123456", "123,456"},
        {1e300, 2, "1e300", "1e300"},
        {NAN, 2, "null", "null"},
        {-1e12, 9, "-1000000000000.000000000", "-1,000,000,000,000.000000000"},
    };
    attain_context *ctx = check_context(NULL, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[64];
        atn_text text;
        assert_int_equal(atn_number_fixed(rows[i].value, rows[i].decimals, got),
                         strlen(rows[i].plain));
        assert_string_equal(got, rows[i].plain);
        atn_text_init(&text, ctx);
        atn_text_grouped(&text, rows[i].value, rows[i].decimals);
        assert_string_equal(text.data, rows[i].grouped);
        atn_text_free(&text);
    }
    attain_context_free(ctx);
}

/* Random bit patterns, and random decimals of few digits, read back the same; no text is longer
 * than need be, judged by the C library's own shorter candidates. */
static void round_trip(size_t n, uint64_t seed)
{
    atn_stream s;
    print_message("seed %llu\n", (unsigned long long)seed);
    atn_stream_init(&s, seed, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = atn_stream_bits(&s);
        double value, back = NAN;
        memcpy(&value, &bits, sizeof value);
        if (i % 2) value = ((double)(bits % 2000000000) - 1e9) / 1000.0;
        if (!isfinite(value)) continue;
        char text[ATN_NUMBER_SIZE];
        const size_t length = atn_number_format(value, text);
        if (length >= sizeof text || !atn_number_parse(text, length, &back) ||
            memcmp(&back, &value, sizeof value) != 0)
            fail_msg("%a prints as %s, which reads as %a", value, text, back);
        if (i % 2 && length > 12) fail_msg("%.3f prints as %s", value, text);
    }
}

static void million_doubles(void **state)
{
    (void)state;
    round_trip(1000000, 20250120);
}

/* Locales with a decimal comma change nothing.  None may be installed: then this is skipped. */
static void comma_locales(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE",       "fr_FR.UTF-8",
                                        "nl_NL.UTF-8", "ps_AF.UTF-8", "fa_IR.UTF-8"};
    size_t tried = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!setlocale(LC_ALL, names[i])) continue;
        char probe[16];
        snprintf(probe, sizeof probe, "%.1f", 0.5);
        if (strcmp(probe, "0.5") == 0) continue;
        print_message("%s prints %s\n", names[i], probe);
        tried++;
        parsed(NULL);
        refused(NULL);
        formatted(NULL);
        fixed(NULL);
        round_trip(10000, 7);
    }
    setlocale(LC_ALL, "C");
    if (tried == 0) {
        print_message("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsed),        cmocka_unit_test(refused),
        cmocka_unit_test(many_digits),   cmocka_unit_test(fast_and_slow),
        cmocka_unit_test(integers),      cmocka_unit_test(formatted),
        cmocka_unit_test(fixed),         cmocka_unit_test(million_doubles),
        cmocka_unit_test(comma_locales),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
