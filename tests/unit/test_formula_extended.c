/* Formulas in long double: stored values to 25 digits, differences of random formulas, the same
 * edges as in double; and which formulas are affine in a set of names. */
#define _XOPEN_SOURCE 700
#include "random_formula.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "extended_values.h"

enum { FORMULAS = 4000, MAX_LANES = 4, ANY_SET = 1 << SCALARS };

/* Values and derivatives of one call. */
typedef struct answer {
    long double value[MAX_LANES], jacobian[NAMES][MAX_LANES];
} answer;

typedef struct point {
    double column[COLUMNS][MAX_LANES];
    long double scalar[NAMES]; /* columns' entries unused */
} point;

static attain_context *ctx;

static int set_up(void **unused)
{
    (void)unused;
    ctx = check_context(NULL, 1);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    attain_context_free(ctx);
    return 0;
}

static atn_formula *compile(const char *text)
{
    attain_error err;
    atn_formula *formula = NULL;
    memset(&err, 0, sizeof err);
    const attain_status status =
        atn_formula_compile(ctx, text, random_names, NAMES, NULL, &formula, &err);
    atn_check_status(text, status, ATTAIN_OK, &err);
    return formula;
}

/* Work space whose old contents would show. */
static long double *dirty_work(const atn_formula *formula)
{
    const size_t n = atn_formula_extended_work_size(formula);
    long double *work = malloc(n * sizeof *work);
    assert_non_null(work);
    for (size_t i = 0; i < n; i++) work[i] = NAN;
    return work;
}

/* Derivatives by the scalars whose bit is set in `wanted`; value not wanted if bit SCALARS is. */
static void ask(const atn_formula *formula, size_t lanes, const point *at, unsigned wanted,
                answer *a)
{
    const double *columns[NAMES] = {NULL};
    long double *jacobian[NAMES] = {NULL};
    long double *work = dirty_work(formula);
    for (size_t k = 0; k < NAMES; k++) {
        if (k >= SCALARS && atn_formula_uses(formula, k)) columns[k] = at->column[k - SCALARS];
        if (k < SCALARS && wanted >> k & 1) jacobian[k] = a->jacobian[k];
    }
    memset(a, 0xff, sizeof *a); /* NaN */
    atn_formula_extended(formula, lanes, columns, at->scalar,
                         wanted >> SCALARS & 1 ? NULL : a->value, wanted ? jacobian : NULL, work);
    free(work);
}

static void random_point(size_t lanes, point *at)
{
    memset(at, 0, sizeof *at);
    for (int k = 0; k < SCALARS; k++) at->scalar[k] = random_uniform(0.2, 2.5);
    for (int k = 0; k < COLUMNS; k++)
        for (size_t l = 0; l < lanes; l++) at->column[k][l] = random_uniform(-0.5, 2.5);
}

static atn_formula *random_formula(char text[TEXT_SIZE])
{
    forest f;
    random_tree(&f, 2 + random_below(5));
    random_text(&f, text);
    return compile(text);
}

static void check_near(const char *text, const char *what, long double got, long double want,
                       long double tolerance)
{
    if (fabsl(got - want) <= tolerance || got == want) return;
    print_error("%s: %s is %.21Lg, want %.21Lg, tolerance %.3Lg\n", text, what, got, want,
                tolerance);
    fail();
}

/* ---- Stored values ---- */

static void double_answer(const atn_formula *formula, const double *at, double answer_of[3])
{
    const double *inputs[NAMES] = {NULL};
    double *jacobian[NAMES] = {answer_of + 1, answer_of + 2};
    double *work = malloc(atn_formula_work_size(formula, 1) * sizeof *work);
    assert_non_null(work);
    for (int k = 0; k < NAMES; k++) inputs[k] = at + k;
    atn_formula_jacobian(formula, 1, inputs, answer_of, jacobian, work);
    free(work);
}

/* Long double meets each tolerance; double misses most by a factor of 20 and more. */
static void test_stored_values(void **unused)
{
    (void)unused;
    if (LDBL_MANT_DIG < 64) skip();
    int numbers = 0, missed = 0;
    for (size_t i = 0; i < sizeof extended_values / sizeof *extended_values; i++) {
        const char *text = extended_values[i].text;
        const double a = extended_values[i].a, b = extended_values[i].b, t = extended_values[i].t;
        const long double want[3] = {extended_values[i].value, extended_values[i].by_a,
                                     extended_values[i].by_b};
        static const char *const what[3] = {"value", "by a", "by b"};
        atn_formula *formula = compile(text);
        const double in_double[NAMES] = {a, b, 0.0, t, 0.0, 0.0};
        const point at = {.column = {{t}}, .scalar = {a, b}};
        answer got;
        double coarse[3];
        ask(formula, 1, &at, 3, &got);
        double_answer(formula, in_double, coarse);
        const long double fine[3] = {got.value[0], got.jacobian[0][0], got.jacobian[1][0]};
        for (int k = 0; k < 3; k++) {
            const long double tolerance = extended_values[i].tolerance * fabsl(want[k]);
            check_near(text, what[k], fine[k], want[k], tolerance);
            numbers += want[k] != 0.0L;
            missed += fabsl((long double)coarse[k] - want[k]) > 20.0L * tolerance;
        }
        atn_formula_free(ctx, formula);
    }
    print_message("%d numbers, of which double misses %d\n", numbers, missed);
    assert_true(2 * missed > numbers);
}

/* ---- Differences ---- */

typedef struct tally {
    long close, loose, rough, undefined;
} tally;

static long double shifted(const atn_formula *formula, size_t lane, const point *at, int k,
                           long double by, long double *slope)
{
    point moved = *at;
    answer a;
    moved.scalar[k] += by;
    ask(formula, lane + 1, &moved, 1U << k, &a);
    if (slope) *slope = a.jacobian[k][lane];
    return a.value[lane];
}

/* Five-point rule: its error is h^4 / 30 times the fifth derivative. */
static long double difference(const atn_formula *formula, size_t lane, const point *at, int k,
                              long double h)
{
    const long double inner = shifted(formula, lane, at, k, h, NULL) -
                              shifted(formula, lane, at, k, -h, NULL),
                      outer = shifted(formula, lane, at, k, 2 * h, NULL) -
                              shifted(formula, lane, at, k, -2 * h, NULL);
    return (8 * inner - outer) / (12 * h);
}

/* The change of slope over a kink does not cancel from side to side. */
static bool smooth_near(const atn_formula *formula, size_t lane, const point *at, int k,
                        long double slope, long double h)
{
    long double left, right;
    shifted(formula, lane, at, k, -2 * h, &left);
    shifted(formula, lane, at, k, 2 * h, &right);
    return fabsl(left + right - 2 * slope) <= 1e-4L * (fabsl(left) + fabsl(right) + 1e-3L);
}

static void check_slope(const atn_formula *formula, const char *text, size_t lane, const point *at,
                        int k, const answer *a, tally *sum)
{
    const long double h = 0x1p-12L, slope = a->jacobian[k][lane];
    const long double coarse = difference(formula, lane, at, k, h),
                      fine = difference(formula, lane, at, k, h / 2);
    const long double spread = fabsl(coarse - fine), size = fabsl(slope) + fabsl(a->value[lane]);
    if (!isfinite(size) || !isfinite(spread)) {
        sum->undefined++;
        return;
    }
    if (!smooth_near(formula, lane, at, k, slope, h)) {
        sum->rough++;
        return;
    }
    /* Where long double is double, rounding over h is all there is. */
    const long double floor_of = LDBL_MANT_DIG < 64 ? 1e-9L : 1e-12L;
    check_near(text, random_names[k].name, slope, fine, floor_of * size + 2 * spread);
    if (spread <= floor_of * size)
        sum->close++;
    else
        sum->loose++;
}

static void test_differences(void **unused)
{
    (void)unused;
    static char text[TEXT_SIZE];
    const uint64_t seed = 20260301;
    tally sum = {0};
    random_seed(seed);
    print_message("seed %llu, %d formulas\n", (unsigned long long)seed, FORMULAS);
    for (int i = 0; i < FORMULAS; i++) {
        atn_formula *formula = random_formula(text);
        const size_t lanes = (size_t)(1 + random_below(MAX_LANES));
        point at;
        answer a;
        random_point(lanes, &at);
        ask(formula, lanes, &at, ANY_SET - 1, &a);
        for (size_t l = 0; l < lanes; l++)
            for (int k = 0; k < SCALARS; k++)
                if (atn_formula_uses(formula, (size_t)k))
                    check_slope(formula, text, l, &at, k, &a, &sum);
                else
                    assert_true(a.jacobian[k][l] == 0.0L);
        atn_formula_free(ctx, formula);
    }
    print_message("%ld close, %ld loose, %ld near a kink, %ld undefined\n", sum.close, sum.loose,
                  sum.rough, sum.undefined);
    assert_true(sum.close > 10 * (sum.loose + sum.rough));
    assert_true(sum.close > sum.undefined);
}

/* ---- Edges ---- */

static bool alike(double coarse, long double fine)
{
    if (isnan(coarse) || isnan(fine)) return isnan(coarse) && isnan(fine);
    if (isinf(coarse)) return fine == (long double)coarse;
    return fabsl(fine - (long double)coarse) <= 1e-14L * fabsl(fine);
}

/* At domain edges, kinks, ties and NaN long double answers as double does. */
static void test_edges(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"-a",
                                        "abs(a)",
                                        "exp(a)",
                                        "log(a)",
                                        "log10(a)",
                                        "log1p(a)",
                                        "expm1(a)",
                                        "sqrt(a)",
                                        "sin(a)",
                                        "cos(a)",
                                        "tan(a)",
                                        "atan(a)",
                                        "tanh(a)",
                                        "logistic(a)",
                                        "logit(a)",
                                        "Phi(a)",
                                        "lgamma(a)",
                                        "a + b",
                                        "a - b",
                                        "a * b",
                                        "a / b",
                                        "a^b",
                                        "b^a",
                                        "a^3",
                                        "a^0.5",
                                        "a^-1",
                                        "min(a, b)",
                                        "max(b, a)",
                                        "a < b",
                                        "a <= b",
                                        "a == b",
                                        "a != b",
                                        "if(a, b, 2 * b)",
                                        "if(b, log(a), a)",
                                        "if(a > 0, log(a), b)",
                                        "b * log(a)",
                                        "min(1 / a, b)",
                                        "max(log(a), b)",
                                        "0 * log(a)",
                                        "2.5",
                                        "a * a",
                                        "exp(a) * 0 + b",
                                        "(a < b) * (a - b)",
                                        "if(log(a), a, b) / b"};
    static const double edge[] = {0.0, -0.0, 1.0, -1.0, NAN, INFINITY, -INFINITY, 0.5, 2.5, -2.0};
    enum { EDGES = sizeof edge / sizeof *edge };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        atn_formula *formula = compile(texts[i]);
        for (int j = 0; j < EDGES * EDGES; j++) {
            const double at[NAMES] = {edge[j / EDGES], edge[j % EDGES]};
            const point in = {.scalar = {at[0], at[1]}};
            double want[3];
            answer a;
            ask(formula, 1, &in, 3, &a);
            double_answer(formula, at, want);
            const long double got[3] = {a.value[0], a.jacobian[0][0], a.jacobian[1][0]};
            for (int k = 0; k < 3; k++)
                if (!alike(want[k], got[k]))
                    fail_msg("%s at %g, %g: answer %d is %Lg, in double %g", texts[i], at[0], at[1],
                             k, got[k], want[k]);
            if (got[0] == 0.0L) assert_int_equal(!signbit(got[0]), !signbit(want[0]));
        }
        atn_formula_free(ctx, formula);
    }
}

/* What is not wanted may be NULL and changes nothing. */
static void test_wanted(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"a * exp(-b * t) + rate_2 * logistic(b + a)", "t", "b",
                                        "2.5", "logistic(a * t) - input^b"};
    random_seed(7);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        atn_formula *formula = compile(texts[i]);
        point at;
        answer all, some;
        random_point(MAX_LANES, &at);
        ask(formula, MAX_LANES, &at, ANY_SET - 1, &all);
        for (unsigned wanted = 0; wanted < 2 * ANY_SET; wanted++) {
            ask(formula, MAX_LANES, &at, wanted, &some);
            for (size_t l = 0; l < MAX_LANES; l++) {
                assert_true(wanted >= ANY_SET || some.value[l] == all.value[l]);
                for (unsigned k = 0; k < SCALARS; k++)
                    if (wanted >> k & 1) assert_true(some.jacobian[k][l] == all.jacobian[k][l]);
            }
        }
        ask(formula, 0, &at, ANY_SET - 1, &some);
        assert_true(isnan(some.value[0]) && isnan(some.jacobian[0][0])); /* no lane, no answer */
        atn_formula_free(ctx, formula);
    }
}

/* ---- Affine ---- */

static void test_affine_table(void **unused)
{
    (void)unused;
    enum { A = 1, B = 2, R = 4, T = 8 };
    static const struct {
        const char *text;
        unsigned set;
        bool affine;
    } rows[] = {
        {"a*exp(-b*t) + rate_2", A | R, true},
        {"a*exp(-b*t) + rate_2", A | B, false},
        {"a*exp(-b*t) + rate_2", B, false},
        {"a*exp(-b*t) + rate_2", 0, true},
        {"a*b*t", A | B, false},
        {"a*b*t", A, true},
        {"a*b*t", B, true},
        {"a*b*t", A | T, false},
        {"a/(1 + b*t)", A, true},
        {"a/(1 + b*t)", B, false},
        {"(a + b)/a", B, true},
        {"(a + b)/a", A, false},
        {"a^2", A, false},
        {"a^1", A, true},
        {"a^0", A, true},
        {"b^a", A, false},
        {"b^2*a", A, true},
        {"if(t > 0, a, b)", A | B, true},
        {"if(t > 0, a, b^2)", A | B, false},
        {"if(a > 0, 1, 2)", A, false},
        {"if(a, b, b)", B, true},
        {"if(a, b, b)", A, false},
        {"a > 0", A, false},
        {"a > 0", B, true},
        {"(a > 0)*b", B, true},
        {"t*(a + b) - rate_2/3", A | B | R, true},
        {"-(a - -b)", A | B, true},
        {"abs(a)", A, false},
        {"abs(a)*b", B, true},
        {"max(a, b)", A, false},
        {"min(t, 1)*b + rate_2*log(input)", B | R, true},
        {"t*input + x3", A | B | R, true},
        {"t*input + x3", T, true},
        {"2.5", A | B | R | T, true},
        {"a - a*b", A, true},
        {"(a*2)*(b - 1) + a", A | B, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        atn_formula *formula = compile(rows[i].text);
        bool set[NAMES];
        for (int k = 0; k < NAMES; k++) set[k] = rows[i].set >> k & 1;
        if (atn_formula_affine(formula, set) != rows[i].affine)
            fail_msg("%s with set %u: not as expected", rows[i].text, rows[i].set);
        atn_formula_free(ctx, formula);
    }
}

/* Affine: the derivatives are the same bits wherever the set's names stand, and the value moves by
 * what they say. */
static bool check_affine(const atn_formula *formula, const char *text, unsigned set)
{
    point at, moved;
    answer here, there;
    bool used = false, finite = true;
    random_point(1, &at);
    moved = at;
    for (unsigned k = 0; k < SCALARS; k++) {
        if (!(set >> k & 1)) continue;
        moved.scalar[k] += random_uniform(-4.0, 4.0);
        used = used || atn_formula_uses(formula, k);
    }
    ask(formula, 1, &at, set, &here);
    ask(formula, 1, &moved, set, &there);
    long double change = there.value[0] - here.value[0];
    long double size = fabsl(there.value[0]) + fabsl(here.value[0]);
    for (unsigned k = 0; k < SCALARS; k++) {
        if (!(set >> k & 1)) continue;
        const long double slope = here.jacobian[k][0], other = there.jacobian[k][0];
        if (!(slope == other || (isnan(slope) && isnan(other))))
            fail_msg("%s, set %u: slope %Lg, then %Lg", text, set, slope, other);
        const long double share = slope * (moved.scalar[k] - at.scalar[k]);
        change -= share;
        size += fabsl(share);
        finite = finite && isfinite(share);
    }
    if (finite && isfinite(size)) check_near(text, "second difference", change, 0.0L, 1e-9L * size);
    return used && finite;
}

static void test_affine_random(void **unused)
{
    (void)unused;
    static char text[TEXT_SIZE];
    const uint64_t seed = 20260302;
    long checked = 0;
    random_seed(seed);
    print_message("seed %llu, %d formulas\n", (unsigned long long)seed, 2 * FORMULAS);
    for (int i = 0; i < 2 * FORMULAS; i++) {
        atn_formula *formula = random_formula(text);
        for (unsigned mask = 1; mask < ANY_SET; mask++) {
            bool set[NAMES] = {false};
            for (unsigned k = 0; k < SCALARS; k++) set[k] = mask >> k & 1;
            if (atn_formula_affine(formula, set)) checked += check_affine(formula, text, mask);
        }
        atn_formula_free(ctx, formula);
    }
    print_message("%ld affine sets of names in use\n", checked);
    assert_true(2 * checked > FORMULAS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_values), cmocka_unit_test(test_differences),
        cmocka_unit_test(test_edges),         cmocka_unit_test(test_wanted),
        cmocka_unit_test(test_affine_table),  cmocka_unit_test(test_affine_random)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
