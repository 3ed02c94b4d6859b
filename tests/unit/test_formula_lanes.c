/* Lanes: blocks, seeds, wanted names and work space change nothing about any lane's answer. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formula/formula.h"

enum { NAMES = 7, LANES = 1000 };
static const atn_name names[NAMES] = {{"t", true},    {"low", false},   {"high", false},
                                      {"mid", false}, {"width", false}, {"input", true},
                                      {"spare", true}};
static const char *const texts[] = {
    "low + (high - low) * logistic((t - mid) / width)",
    "low + (high - low) / (1 + exp(-(t - mid) / width))",
    "if(t > mid, low * log(t - mid), high * exp(-t / width)) + max(input, t, 3)",
    "Phi(input) * lgamma(t + 1) + t^width / (1 + abs(input))",
    "low * logistic(high) - log(mid)",
    "logistic(high * mid) * t + logistic(high * mid)",
    "t",
    "mid",
    "2.5",
    "t + t + input * t",
    "sin(t) * sin(t) + cos(sin(t)) * tanh(input / width) - sqrt(t) * log1p(t) * expm1(-input) + "
    "min(t, input, low, high) * atan(input * t / width) - tan(input) * log10(1 + t) + "
    "exp(sin(input) + cos(t)) * logit(logistic(input)) + (t < input) * t"};
enum { TEXTS = sizeof texts / sizeof *texts };

typedef struct fixture {
    attain_context *ctx;
    double scalar[NAMES], column[NAMES][LANES], seed[LANES];
} fixture;
static fixture f;

static int set_up(void **unused)
{
    (void)unused;
    static const double scalar[NAMES] = {0.0, 1.25, 3.5, 60.0, 21.0, 0.0, 0.0};
    f.ctx = check_context(NULL, 1);
    memcpy(f.scalar, scalar, sizeof scalar);
    for (size_t l = 0; l < LANES; l++) {
        f.column[0][l] = (double)(l * 37 % 211) * 0.5;
        f.column[5][l] = sin((double)l);
        f.column[6][l] = NAN;
        f.seed[l] = cos(3.0 * (double)l) - 0.2;
    }
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    attain_context_free(f.ctx);
    return 0;
}

static atn_formula *compile(const char *text)
{
    atn_formula *formula = NULL;
    attain_error err;
    memset(&err, 0, sizeof err);
    atn_check_status(text, atn_formula_compile(f.ctx, text, names, NAMES, NULL, &formula, &err),
                     ATTAIN_OK, &err);
    return formula;
}

/* Work space of just the promised size, full of NaN: nothing may be read before it is written. */
static double *dirty_work(const atn_formula *formula, size_t lanes)
{
    const size_t n = atn_formula_work_size(formula, lanes);
    double *work = malloc(n * sizeof *work);
    assert_non_null(work);
    for (size_t i = 0; i < n; i++) work[i] = NAN;
    return work;
}

static void inputs_from(size_t first, const double *inputs[NAMES])
{
    for (int k = 0; k < NAMES; k++)
        inputs[k] = names[k].column ? f.column[k] + first : f.scalar + k;
}

typedef struct outcome {
    double value[LANES], jacobian[NAMES][LANES], adjoint[NAMES][LANES];
} outcome;

static void run_all(const atn_formula *formula, size_t first, size_t lanes, outcome *o)
{
    const double *inputs[NAMES];
    double *jacobian[NAMES], *adjoint[NAMES];
    inputs_from(first, inputs);
    memset(o, 0, sizeof *o);
    for (int k = 0; k < NAMES; k++) {
        jacobian[k] = o->jacobian[k];
        adjoint[k] = o->adjoint[k];
    }
    double *work = dirty_work(formula, lanes);
    atn_formula_jacobian(formula, lanes, inputs, o->value, jacobian, work);
    atn_formula_gradient(formula, lanes, inputs, f.seed + first, NULL, adjoint, work);
    free(work);
}

/* However the lanes are cut into calls, each has the same value and derivatives, bit for bit. */
static void test_cuts(void **unused)
{
    (void)unused;
    static outcome whole, part;
    static const size_t cuts[] = {1, 2, 3, 7, 31, 128, 129, 255, 256, 257, 511, 999};
    for (size_t i = 0; i < TEXTS; i++) {
        atn_formula *formula = compile(texts[i]);
        run_all(formula, 0, LANES, &whole);
        for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++)
            for (size_t first = 0; first < LANES; first += cuts[c] * (cuts[c] < 8 ? 37 : 1)) {
                const size_t left = LANES - first, n = cuts[c] < left ? cuts[c] : left;
                run_all(formula, first, n, &part);
                atn_check_same_bits(texts[i], part.value, whole.value + first, n);
                for (int k = 0; k < NAMES; k++) {
                    atn_check_same_bits(texts[i], part.jacobian[k], whole.jacobian[k] + first, n);
                    if (!names[k].column) continue;
                    atn_check_same_bits(texts[i], part.adjoint[k], whole.adjoint[k] + first, n);
                }
            }
        atn_formula_free(f.ctx, formula);
    }
}

/* The reverse sweep is the seeds times the lanes' derivatives, added to what was there. */
static void test_gradient_is_jacobian(void **unused)
{
    (void)unused;
    static outcome o;
    static double adjoint[NAMES][LANES];
    for (size_t i = 0; i < TEXTS; i++) {
        atn_formula *formula = compile(texts[i]);
        run_all(formula, 0, LANES, &o);
        for (int k = 0; k < NAMES; k++) {
            double sum = 0.0, size = 0.0;
            for (size_t l = 0; l < LANES; l++) {
                const double share = f.seed[l] * o.jacobian[k][l];
                sum += share;
                size += fabs(share);
                if (names[k].column) atn_check_close(texts[i], o.adjoint[k][l], share, 0.0, 1e-13);
            }
            if (!names[k].column)
                atn_check_close(texts[i], o.adjoint[k][0], sum, 1e-13 * size, 0.0);
        }
        const double *inputs[NAMES];
        double *to[NAMES], *work = dirty_work(formula, LANES);
        inputs_from(0, inputs);
        for (int k = 0; k < NAMES; k++) {
            to[k] = adjoint[k];
            for (size_t l = 0; l < LANES; l++) adjoint[k][l] = 1.0;
        }
        atn_formula_gradient(formula, LANES, inputs, NULL, NULL, to, work);
        for (int k = 0; k < NAMES; k++) {
            double sum = 1.0, size = 1.0;
            for (size_t l = 0; l < LANES; l++) {
                sum += o.jacobian[k][l];
                size += fabs(o.jacobian[k][l]);
                if (names[k].column)
                    atn_check_close(texts[i], adjoint[k][l], 1.0 + o.jacobian[k][l], 1e-13, 1e-13);
            }
            if (!names[k].column) {
                atn_check_close(texts[i], adjoint[k][0], sum, 1e-13 * size, 0.0);
                assert_true(adjoint[k][1] == 1.0); /* a scalar's adjoint is one double */
            }
        }
        free(work);
        atn_formula_free(f.ctx, formula);
    }
}

/* Names not wanted, or not used, may be NULL; the others' answers stay the same bits. */
static void test_wanted_names(void **unused)
{
    (void)unused;
    static outcome o, one;
    for (size_t i = 0; i < TEXTS; i++) {
        atn_formula *formula = compile(texts[i]);
        run_all(formula, 0, LANES, &o);
        double *work = dirty_work(formula, LANES);
        for (int wanted = -1; wanted < NAMES; wanted++) {
            const double *inputs[NAMES];
            double *jacobian[NAMES] = {NULL}, *adjoint[NAMES] = {NULL};
            inputs_from(0, inputs);
            for (size_t k = 0; k < NAMES; k++)
                if (!atn_formula_uses(formula, k)) inputs[k] = NULL;
            memset(&one, 0, sizeof one);
            if (wanted >= 0) jacobian[wanted] = one.jacobian[wanted];
            if (wanted >= 0) adjoint[wanted] = one.adjoint[wanted];
            atn_formula_jacobian(formula, LANES, inputs, NULL, jacobian, work);
            atn_formula_gradient(formula, LANES, inputs, f.seed, one.value, adjoint, work);
            atn_check_same_bits(texts[i], one.value, o.value, LANES);
            if (wanted < 0) continue;
            atn_check_same_bits(texts[i], one.jacobian[wanted], o.jacobian[wanted], LANES);
            atn_check_same_bits(texts[i], one.adjoint[wanted], o.adjoint[wanted], LANES);
        }
        free(work);
        atn_formula_free(f.ctx, formula);
    }
}

/* A lane with seed 0 adds exactly nothing, though its derivatives are NaN and infinite. */
static void test_silent_lanes(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "low * log(t) + sqrt(t) * high",    "high * t^low + lgamma(t) * width",
        "low / t + tan(t) / (t * mid)",     "(low * t - 1 / t) * logit(t) * exp(high / t)",
        "max(log(t), low) * min(1 / t, t)", "if(t, log(t), low / t) * high"};
    static const double edge[] = {0.0, -1.0, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        atn_formula *formula = compile(bad[i]);
        double t[8], seed[8], lane[2][8], sum[2][NAMES];
        double *work = dirty_work(formula, 8);
        for (int pass = 0; pass < 2; pass++) {
            /* Three lanes that count; then bad ones between them, silent. */
            const double *inputs[NAMES];
            double *adjoint[NAMES];
            size_t n = 0;
            inputs_from(0, inputs);
            inputs[0] = t;
            memset(lane[pass], 0, sizeof lane[pass]);
            memset(sum[pass], 0, sizeof sum[pass]);
            for (int k = 0; k < NAMES; k++) adjoint[k] = k == 0 ? lane[pass] : sum[pass] + k;
            for (int k = 5; k < NAMES; k++) adjoint[k] = NULL;
            for (int k = 0; k < 3; k++) seed[n] = 1.0 + k, t[n++] = 0.5 + 0.125 * k;
            for (int k = 0; k < 5 && pass; k++) seed[n] = k % 2 ? -0.0 : 0.0, t[n++] = edge[k];
            atn_formula_gradient(formula, n, inputs, seed, NULL, adjoint, work);
        }
        atn_check_same_bits(bad[i], sum[1], sum[0], NAMES);
        atn_check_same_bits(bad[i], lane[1], lane[0], 3);
        for (int l = 3; l < 8; l++) assert_true(lane[1][l] == 0.0);
        for (int k = 1; k < 5; k++) assert_true(isfinite(sum[1][k]));
        free(work);
        atn_formula_free(f.ctx, formula);
    }
}

static void test_no_lanes(void **unused)
{
    (void)unused;
    atn_formula *formula = compile(texts[0]);
    double adjoint[NAMES] = {0.0}, *to[NAMES], work[8];
    const double *inputs[NAMES];
    inputs_from(0, inputs);
    for (int k = 0; k < NAMES; k++) to[k] = adjoint + k;
    assert_in_range(atn_formula_work_size(formula, 0), 0, 8);
    atn_formula_value(formula, 0, inputs, NULL, work);
    atn_formula_gradient(formula, 0, inputs, NULL, NULL, to, work);
    atn_formula_jacobian(formula, 0, inputs, NULL, to, work);
    for (int k = 0; k < NAMES; k++) assert_true(adjoint[k] == 0.0);
    atn_formula_free(f.ctx, formula);
}

static void test_uses(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool uses[NAMES];
    } rows[] = {
        {"t * low", {true, true, false, false, false, false, false}},
        {"t^0 * low", {false, true, false, false, false, false, false}},
        {"if(1 < 2, high, mid)", {false, false, true, false, false, false, false}},
        {"if(low, high, mid)", {false, true, true, true, false, false, false}},
        {"2 * pi", {false, false, false, false, false, false, false}},
        {"spare", {false, false, false, false, false, false, true}},
        {"0 * spare", {false, false, false, false, false, false, true}}, /* NaN must show */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        atn_formula *formula = compile(rows[i].text);
        assert_int_equal(atn_formula_n_names(formula), NAMES);
        for (size_t k = 0; k < NAMES; k++)
            assert_int_equal(atn_formula_uses(formula, k), rows[i].uses[k]);
        assert_false(atn_formula_uses(formula, NAMES));
        atn_formula_free(f.ctx, formula);
    }
}

/* Equal parts are computed once: the work space tells, as each node holds a slot of it. */
static void test_sharing(void **unused)
{
    (void)unused;
    static const struct {
        const char *one, *other;
    } rows[] = {
        {"sin(t)", "if(1, sin(t), cos(t))"},
        {"sin(t) * sin(t)", "sin(t)^2"},
        {"t * low + low * t", "low * t + low * t"},
        {"sqrt(t)", "t^0.5"},
        {"1 / t", "t^-1"},
        {"t * 0.25", "t / 4"},
        {"t - low", "t + -low"},
        {"exp(t)", "e^t"},
        {"t < low", "low > t"},
        {"log(mid) * t", "log(mid) * t * (3 - 2)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        atn_formula *one = compile(rows[i].one), *other = compile(rows[i].other);
        assert_int_equal(atn_formula_work_size(one, 100), atn_formula_work_size(other, 100));
        atn_formula_free(f.ctx, one);
        atn_formula_free(f.ctx, other);
    }
}

/* Bounds hold every lane's value, and are finite where nothing periodic or singular is met. */
static void range_holds_values(void **unused)
{
    (void)unused;
    double low[NAMES], high[NAMES];
    for (size_t k = 0; k < NAMES; k++) {
        low[k] = high[k] = f.scalar[k];
        for (size_t l = 0; l < LANES && (k == 0 || k == 5); l++) {
            low[k] = l == 0 || f.column[k][l] < low[k] ? f.column[k][l] : low[k];
            high[k] = l == 0 || f.column[k][l] > high[k] ? f.column[k][l] : high[k];
        }
    }
    const double *inputs[NAMES];
    for (size_t k = 0; k < NAMES; k++) inputs[k] = names[k].column ? f.column[k] : &f.scalar[k];
    for (size_t i = 0; i < TEXTS; i++) {
        atn_formula *formula = compile(texts[i]);
        const size_t size =
            atn_formula_work_size(formula, LANES) + atn_formula_range_work_size(formula);
        double *work = malloc(size * sizeof *work), value[LANES], least, most;
        assert_non_null(work);
        atn_formula_value(formula, LANES, inputs, value, work);
        atn_formula_range(formula, low, high, &least, &most, work);
        for (size_t l = 0; l < LANES; l++)
            if (!isnan(value[l])) assert_true(value[l] >= least && value[l] <= most);
        if (i < 2) assert_true(least >= f.scalar[1] - 1e-9 && most <= f.scalar[2] + 1e-9);
        free(work);
        atn_formula_free(f.ctx, formula);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(range_holds_values),
                                       cmocka_unit_test(test_cuts),
                                       cmocka_unit_test(test_gradient_is_jacobian),
                                       cmocka_unit_test(test_wanted_names),
                                       cmocka_unit_test(test_silent_lanes),
                                       cmocka_unit_test(test_no_lanes),
                                       cmocka_unit_test(test_uses),
                                       cmocka_unit_test(test_sharing)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
