#include "check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/stream.h"

enum { SEED = 20250120 };

/* kat_vectors of Random123 1.14 (Salmon et al. 2011), rows "philox4x64 10". */
static void known_answers(void **state)
{
    (void)state;
    static const struct {
        uint64_t counter[4], key[2], want[4];
    } rows[] = {
        {{0, 0, 0, 0},
         {0, 0},
         {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
        {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
         {UINT64_MAX, UINT64_MAX},
         {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}},
        {{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
         {0x452821e638d01377, 0xbe5466cf34e90c6c},
         {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        atn_stream s = {.left = 0};
        for (int k = 0; k < 4; k++) s.counter[k] = rows[i].counter[k];
        for (int k = 0; k < 2; k++) s.key[k] = rows[i].key[k];
        for (int k = 0; k < 4; k++)
            if (atn_stream_bits(&s) != rows[i].want[k]) fail_msg("row %zu, word %d", i, k);
    }
}

/* A stream is what its key says, wherever and whenever it is read. */
static void keyed(void **state)
{
    (void)state;
    atn_stream s;
    uint64_t first[6][9];
    for (int round = 0; round < 2; round++) {
        for (int i = 5; i >= 0; i--) {
            atn_stream_init(&s, SEED + (i == 1), i == 2 ? ATN_PURPOSE_START : ATN_PURPOSE_SCATTER,
                            i == 3, i == 4);
            for (int k = 0; k < 9; k++) {
                const uint64_t word = atn_stream_bits(&s);
                if (round) assert_true(word == first[i][k]);
                first[i][k] = word;
            }
        }
    }
    for (int i = 1; i < 5; i++) assert_true(first[i][0] != first[0][0]);
    assert_true(first[5][0] == first[0][0]);
}

static void quantile_against_gsl(void **state)
{
    (void)state;
    for (int i = 1; i < 100000; i++) {
        const double p = i / 100000.0;
        atn_check_close("quantile", atn_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p), 1e-15,
                        4e-15);
    }
    for (double p = 0.1; p > 1e-300; p *= 0.73) {
        const double z = atn_normal_quantile(p);
        atn_check_close("tail quantile", z, gsl_cdf_ugaussian_Pinv(p), 0.0, 4e-15);
        /* The tail area by erfc; its relative error is about z^2 ulp. */
        atn_check_close("tail area", 0.5 * erfc(-z / sqrt(2.0)), p, 0.0, 1e-15 * (8.0 + z * z));
    }
    assert_true(isinf(atn_normal_quantile(0.0)) && atn_normal_quantile(0.0) < 0.0);
    assert_true(isinf(atn_normal_quantile(1.0)) && atn_normal_quantile(1.0) > 0.0);
    assert_true(isnan(atn_normal_quantile(-0.1)) && isnan(atn_normal_quantile(NAN)));
    assert_true(atn_normal_quantile(0.5) == 0.0);
}

/* Sample moments of 10^6 normals within five standard errors of 0, 1, 0, 3. */
static void moments(void **state)
{
    (void)state;
    enum { N = 1000000 };
    atn_stream s, t;
    double sum[5] = {0}, least = 1.0, most = 0.0, few[7];
    print_message("seed %d\n", SEED);
    atn_stream_init(&s, SEED, ATN_PURPOSE_SIMULATE, 3, 4);
    for (int i = 0; i < N; i++) {
        const double z = atn_stream_normal(&s);
        for (int k = 1; k <= 4; k++) sum[k] += pow(z, k);
    }
    atn_check_close("mean", sum[1] / N, 0.0, 5.0 * sqrt(1.0 / N), 0.0);
    atn_check_close("variance", sum[2] / N, 1.0, 5.0 * sqrt(2.0 / N), 0.0);
    atn_check_close("third moment", sum[3] / N, 0.0, 5.0 * sqrt(15.0 / N), 0.0);
    atn_check_close("fourth moment", sum[4] / N, 3.0, 5.0 * sqrt(96.0 / N), 0.0);

    double mean = 0.0;
    for (int i = 0; i < N; i++) {
        const double u = atn_stream_uniform(&s);
        mean += u / N;
        if (u < least) least = u;
        if (u > most) most = u;
    }
    atn_check_close("uniform mean", mean, 0.5, 5.0 * sqrt(1.0 / 12.0 / N), 0.0);
    assert_true(least > 0.0 && most < 1.0);

    atn_stream_init(&s, SEED, ATN_PURPOSE_SIMULATE, 1, 1);
    t = s;
    atn_stream_normals(&s, few, 7);
    for (int i = 0; i < 7; i++) assert_true(few[i] == atn_stream_normal(&t));
}

static void ends_of_the_unit_interval(void **state)
{
    (void)state;
    atn_stream s = {.buffer = {0, UINT64_MAX, 0, UINT64_MAX}, .left = 4};
    assert_true(atn_stream_uniform(&s) == 0x1p-53);
    assert_true(atn_stream_uniform(&s) == 1.0 - 0x1p-53);
    const double low = atn_stream_normal(&s), high = atn_stream_normal(&s);
    assert_true(isfinite(low) && low == -high);
}

static void below(void **state)
{
    (void)state;
    enum { N = 700000, SIDES = 7 };
    atn_stream s;
    double count[SIDES] = {0}, chi2 = 0.0;
    atn_stream_init(&s, SEED, ATN_PURPOSE_BOOTSTRAP, 0, 0);
    for (int i = 0; i < N; i++) count[atn_stream_below(&s, SIDES)]++;
    for (int k = 0; k < SIDES; k++) {
        const double expected = (double)N / SIDES;
        chi2 += (count[k] - expected) * (count[k] - expected) / expected;
    }
    atn_check_close("chi-squared", chi2, 0.0, gsl_cdf_chisq_Pinv(0.9999, SIDES - 1), 0.0);
    assert_int_equal(atn_stream_below(&s, 1), 0);
    assert_int_equal(atn_stream_below(&s, 0), 0);
    /* 2^63 + 1 refuses nearly half of all words. */
    for (int i = 0; i < 1000; i++)
        assert_true(atn_stream_below(&s, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(keyed),
        cmocka_unit_test(quantile_against_gsl),
        cmocka_unit_test(moments),
        cmocka_unit_test(below),
        cmocka_unit_test(ends_of_the_unit_interval),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
