/* Random formulas against an interpreter of their own trees in complex numbers: the imaginary part
 * of f(x + i h) / h is the derivative to full precision (Squire & Trapp 1998).  Kinks follow the
 * real part, so a branch not taken is not even evaluated.
 *
 * How close the two must be is measured, not guessed: the reference is run again with every
 * intermediate result nudged at random by a few ulp (Vignes 1993), and its spread is the yardstick.
 */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <complex.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_formula.h"

enum { FORMULAS = 20000, MAX_LANES = 700, REPEATS = 4 };
static const double STEP = 1e-170; /* its square vanishes even where the real part is 0 */

static uint64_t noise_state; /* apart, so that noise never changes which formulas come */

static double noise_within(double size)
{
    return size * ((double)(random_bits(&noise_state) >> 11) * 0x1p-52 - 1.0);
}

/* ---- The reference ---- */

typedef double complex number;

/* Some result was no finite number, or one so small that it has lost digits: the complex numbers
 * then cannot say what the real ones would do. */
static bool lost;

static double nudge(double x, double size)
{
    return x * (1.0 + noise_within(size));
}

/* C11's CMPLX, which clang 14 does not find in glibc; re + im * I would lose signs and NaN. */
static number pair(double re, double im)
{
    const double parts[2] = {re, im};
    number z;
    memcpy(&z, parts, sizeof z);
    return z;
}

/* f at a real point carried on to first order: exact, as STEP^2 vanishes. */
static number along(number z, double value, double slope)
{
    return pair(value, slope * cimag(z));
}

static double psi(double x)
{
    gsl_sf_result result;
    if (!(x > 0.0) && x == floor(x)) return NAN;
    if (gsl_sf_psi_e(x, &result) != GSL_SUCCESS) return NAN;
    return result.val + noise_within(4e-15); /* near its root no more is asked for */
}

static number call(function which, number z)
{
    const double x = creal(z);
    const bool right = x >= 0.0;
    switch (which) {
    case F_EXP: return cexp(z);
    case F_LOG: return x > 0.0 ? clog(z) : NAN;
    case F_LOG10: return x > 0.0 ? along(z, log10(x), 1.0 / (x * log(10.0))) : NAN;
    case F_LOG1P: return x > -1.0 ? pair(log1p(x), cimag(clog(1.0 + z))) : NAN;
    case F_EXPM1: return pair(expm1(x), cimag(cexp(z)));
    case F_SQRT: return x > 0.0 ? csqrt(z) : NAN;
    case F_SIN: return csin(z);
    case F_COS: return ccos(z);
    case F_TAN: return csin(z) / ccos(z);
    case F_ATAN: return along(z, atan(x), 1.0 / (1.0 + x * x));
    case F_ABS: return right ? z : -z;
    case F_TANH: return along(z, tanh(x), 4.0 / pow(exp(x) + exp(-x), 2.0));
    case F_LOGISTIC: return right ? 1.0 / (1.0 + cexp(-z)) : cexp(z) / (1.0 + cexp(z));
    case F_LOGIT:
        return x > 0.0 && x < 1.0
                   ? along(z,
                           fabs(x - 0.5) < 0.25 ? 2.0 * atanh(2.0 * x - 1.0) : log(x) - log1p(-x),
                           1.0 / x + 1.0 / (1.0 - x))
                   : NAN;
    case F_PHI: return along(z, 0.5 * erfc(-x / sqrt(2.0)), exp(-x * x / 2.0) / sqrt(2.0 * M_PI));
    case F_LGAMMA: return along(z, lgamma(x), psi(x));
    default: return NAN;
    }
}

static number whole_power(number z, int n)
{
    number product = 1.0;
    if (n < 0 && creal(z) == 0.0) return NAN; /* i h is not 0, but the real point is */
    for (int k = 0; k < abs(n); k++) product *= z;
    return n < 0 ? 1.0 / product : product;
}

/* z^w.  Off the positive axis only whole exponents that do not move have a value here. */
static number power(number z, number w)
{
    if (creal(z) > 0.0) return cexp(w * clog(z));
    if (cimag(w) == 0.0 && creal(w) == round(creal(w)) && fabs(creal(w)) < 64.0)
        return whole_power(z, (int)creal(w));
    return NAN;
}

static bool is_comparison(kind k)
{
    return k >= LESS && k <= UNEQUAL;
}

/* Rounding may decide which is larger: only leaves are the same numbers to the engine. */
static void compare_closely(const forest *f, const tree *node, const number *z)
{
    for (int k = 1; k < node->n_children; k++)
        for (int j = 0; j < k; j++) {
            const double x = creal(z[j]), y = creal(z[k]);
            const bool leaves =
                f->nodes[node->child[j]].kind <= NAME && f->nodes[node->child[k]].kind <= NAME;
            lost = lost || (!leaves && fabs(x - y) <= 1e-11 * (fabs(x) + fabs(y)));
        }
}

static number value_of(const forest *f, int at, const number *point, double noise);

static number combine(const forest *f, const tree *node, const number *point, double noise)
{
    number z[3];
    z[0] = value_of(f, node->child[0], point, noise);
    if (node->kind == CHOICE) {
        const kind condition = f->nodes[node->child[0]].kind;
        const bool sharp = condition <= NAME || is_comparison(condition);
        lost = lost || (!sharp && fabs(creal(z[0])) < 1e-11);
        return value_of(f, node->child[creal(z[0]) != 0.0 ? 1 : 2], point, noise);
    }
    for (int k = 1; k < node->n_children; k++) z[k] = value_of(f, node->child[k], point, noise);
    const double x = creal(z[0]), y = node->n_children > 1 ? creal(z[1]) : 0.0;
    number best = z[0];
    if (is_comparison(node->kind) || node->kind == LEAST || node->kind == GREATEST)
        compare_closely(f, node, z);
    switch (node->kind) {
    case NEGATE: return -z[0];
    case PLUS: return z[0] + z[1];
    case MINUS: return z[0] - z[1];
    case TIMES: return z[0] * z[1];
    case OVER: return y != 0.0 ? z[0] / z[1] : NAN;
    case POWER: /* an exponent that moves has no derivative off the positive axis */
        if (x <= 0.0 && f->nodes[node->child[1]].kind != NUMBER) return NAN;
        return power(z[0], z[1]);
    case WHOLE_POWER: return whole_power(z[0], node->which);
    case LESS: return x < y;
    case LESS_EQUAL: return x <= y;
    case GREATER: return x > y;
    case GREATER_EQUAL: return x >= y;
    case EQUAL: return x == y;
    case UNEQUAL: return x != y;
    case CALL: return call((function)node->which, z[0]);
    case LEAST:
    case GREATEST:
        for (int k = 1; k < node->n_children; k++) {
            const double r = creal(z[k]), s = creal(best);
            if (node->kind == LEAST ? r < s : r > s) best = z[k];
        }
        return best;
    default: return NAN;
    }
}

static number value_of(const forest *f, int at, const number *point, double noise)
{
    const tree *node = &f->nodes[at];
    if (node->kind == NUMBER) return node->number;
    if (node->kind == NAME) {
        const number z = point[node->which];
        return pair(creal(z), nudge(cimag(z), noise));
    }
    const number z = combine(f, node, point, noise);
    const double size = fabs(creal(z));
    lost = lost || !isfinite(size) || !isfinite(cimag(z)) || (size > 0.0 && size < 1e-60);
    if (is_comparison(node->kind)) return z;
    const double re = nudge(creal(z), noise), im = nudge(cimag(z), noise);
    return pair(re, im);
}

/* Value and derivative along one name (-1: none), and how far rounding may move them. */
typedef struct answer {
    double value, slope, value_spread, slope_spread;
} answer;

static answer ask(const forest *f, const double *at, int along_name)
{
    number point[NAMES];
    answer a = {0};
    for (int r = 0; r <= REPEATS; r++) {
        for (int k = 0; k < NAMES; k++) point[k] = pair(at[k], k == along_name ? STEP : 0.0);
        lost = false;
        const number z = value_of(f, 0, point, r == 0 ? 0.0 : 0x1p-51);
        const double value = lost ? NAN : creal(z), slope = cimag(z) / STEP;
        if (r == 0) {
            a.value = value;
            a.slope = slope;
        }
        a.value_spread = fmax(a.value_spread, fabs(value - a.value));
        a.slope_spread = fmax(a.slope_spread, fabs(slope - a.slope));
        if (!isfinite(value)) a.value = NAN;
        if (!(fabs(slope) < 1e280)) a.slope = NAN;
    }
    a.value_spread = 12.0 * a.value_spread + 1e-13 * fabs(a.value) + 1e-130;
    a.slope_spread =
        12.0 * a.slope_spread + 1e-13 * fabs(a.slope) + 1e-130; /* STEP times less underflows */
    return a;
}

/* ---- One formula ---- */

typedef struct tally {
    long values, slopes, loose, undefined, gradients;
} tally;

typedef struct bench {
    attain_context *ctx;
    double scalar[SCALARS], column[COLUMNS][MAX_LANES];
    double value[MAX_LANES], other[MAX_LANES], seed[MAX_LANES];
    double jacobian[NAMES][MAX_LANES], tolerance[NAMES][MAX_LANES];
    double adjoint[NAMES][MAX_LANES];
    long double extended[MAX_LANES], extended_slope[SCALARS][MAX_LANES];
    tally tally;
} bench;

static void set_inputs(bench *b, size_t lanes)
{
    for (int k = 0; k < SCALARS; k++) b->scalar[k] = random_uniform(0.2, 2.5);
    for (int k = 0; k < COLUMNS; k++)
        for (size_t l = 0; l < lanes; l++) b->column[k][l] = random_uniform(-0.5, 2.5);
    if (random_below(6) == 0) b->scalar[0] = 0.0; /* edges */
    if (random_below(6) == 0) b->column[0][0] = b->scalar[1];
}

static void check_one(const char *what, const char *text, size_t lane, double got, double want,
                      double tolerance)
{
    if (fabs(got - want) <= tolerance) return;
    print_error("%s of %s in lane %zu: got %.17g, want %.17g, tolerance %.3g\n", what, text, lane,
                got, want, tolerance);
    fail();
}

/* In long double the reference's own rounding is all that may show. */
static void check_extended(const bench *b, const char *text, size_t l, int k, const answer *a)
{
    if (k == 0)
        check_one("extended value", text, l, (double)b->extended[l], a->value, a->value_spread);
    check_one("extended slope", text, l, (double)b->extended_slope[k][l], a->slope,
              a->slope_spread);
}

/* Every lane's value and derivatives; lanes without a finite reference get seed 0. */
static void check_lanes(bench *b, const forest *f, const char *text, size_t lanes)
{
    for (size_t l = 0; l < lanes; l++) {
        double at[NAMES];
        for (int k = 0; k < SCALARS; k++) at[k] = b->scalar[k];
        for (int k = 0; k < COLUMNS; k++) at[SCALARS + k] = b->column[k][l];
        b->seed[l] = random_below(5) == 0 ? 0.0 : random_uniform(-2.0, 2.0);
        for (int k = 0; k < NAMES; k++) {
            const answer a = ask(f, at, k);
            const bool defined = isfinite(a.value) && isfinite(a.slope) &&
                                 a.slope_spread <= 1e-4 * (1.0 + fabs(a.slope)) &&
                                 a.value_spread <= 1e-4 * (1.0 + fabs(a.value));
            b->tolerance[k][l] = a.slope_spread;
            if (!defined) {
                b->tally.undefined++;
                b->seed[l] = 0.0;
                continue;
            }
            if (k == 0) check_one("value", text, l, b->value[l], a.value, a.value_spread);
            check_one(random_names[k].name, text, l, b->jacobian[k][l], a.slope, a.slope_spread);
            if (k < SCALARS) check_extended(b, text, l, k, &a);
            b->tally.values += k == 0;
            b->tally.slopes++;
            b->tally.loose += a.slope_spread > 1e-9 * (1.0 + fabs(a.slope));
        }
    }
}

/* The reverse sweep with seeds equals the seeds times the lanes' derivatives. */
static void check_gradient(bench *b, const char *text, size_t lanes)
{
    for (int k = 0; k < NAMES; k++) {
        double sum = 0.0, tolerance = 1e-290;
        for (size_t l = 0; l < lanes; l++) {
            if (b->seed[l] == 0.0) {
                if (k >= SCALARS && b->adjoint[k][l] != 0.0)
                    check_one("a silent lane's adjoint", text, l, b->adjoint[k][l], 0.0, 0.0);
                continue;
            }
            const double share = b->seed[l] * b->jacobian[k][l];
            const double slack = fabs(b->seed[l]) * b->tolerance[k][l] + 1e-12 * fabs(share);
            if (k >= SCALARS) check_one("adjoint", text, l, b->adjoint[k][l], share, slack);
            sum += share;
            tolerance += slack;
        }
        if (k < SCALARS) check_one("scalar adjoint", text, 0, b->adjoint[k][0], sum, tolerance);
        b->tally.gradients++;
    }
}

static void run_extended(bench *b, const atn_formula *formula, size_t lanes)
{
    const double *columns[NAMES] = {NULL};
    long double scalars[NAMES] = {0.0L}, *jacobian[NAMES] = {NULL};
    for (int k = 0; k < SCALARS; k++) {
        scalars[k] = b->scalar[k];
        jacobian[k] = b->extended_slope[k];
    }
    for (int k = 0; k < COLUMNS; k++) columns[SCALARS + k] = b->column[k];
    long double *work = malloc(atn_formula_extended_work_size(formula) * sizeof *work);
    assert_non_null(work);
    atn_formula_extended(formula, lanes, columns, scalars, b->extended, jacobian, work);
    free(work);
}

static void run_formula(bench *b, const forest *f, const char *text, size_t lanes)
{
    attain_error err;
    atn_formula *formula = NULL;
    memset(&err, 0, sizeof err);
    const attain_status status =
        atn_formula_compile(b->ctx, text, random_names, NAMES, NULL, &formula, &err);
    if (status) print_error("%s: column %ld\n", text, err.column);
    atn_check_status(text, status, ATTAIN_OK, &err);
    double *work = malloc(atn_formula_work_size(formula, lanes) * sizeof *work);
    assert_non_null(work);
    const double *inputs[NAMES];
    double *jacobian[NAMES], *adjoint[NAMES];
    for (int k = 0; k < NAMES; k++) {
        inputs[k] = k < SCALARS ? b->scalar + k : b->column[k - SCALARS];
        jacobian[k] = b->jacobian[k];
        adjoint[k] = b->adjoint[k];
        memset(b->adjoint[k], 0, lanes * sizeof(double));
    }
    atn_formula_value(formula, lanes, inputs, b->other, work);
    atn_formula_jacobian(formula, lanes, inputs, b->value, jacobian, work);
    atn_check_same_bits(text, b->value, b->other, lanes);
    run_extended(b, formula, lanes);
    check_lanes(b, f, text, lanes);
    atn_formula_gradient(formula, lanes, inputs, b->seed, b->other, adjoint, work);
    atn_check_same_bits(text, b->value, b->other, lanes);
    check_gradient(b, text, lanes);
    free(work);
    atn_formula_free(b->ctx, formula);
}

static void test_random_formulas(void **unused)
{
    (void)unused;
    static bench b;
    static char text[TEXT_SIZE];
    const uint64_t seed = 20250120;
    random_seed(seed);
    noise_state = seed;
    print_message("seed %llu, %d formulas\n", (unsigned long long)seed, FORMULAS);
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    memset(&b, 0, sizeof b);
    b.ctx = check_context(NULL, 1);
    for (int i = 0; i < FORMULAS; i++) {
        forest f;
        random_tree(&f, 2 + random_below(5));
        random_text(&f, text);
        const size_t lanes =
            (size_t)(i % 50 == 0 ? 1 + random_below(MAX_LANES) : 1 + random_below(7));
        set_inputs(&b, lanes);
        run_formula(&b, &f, text, lanes);
    }
    print_message("%ld values, %ld derivatives (%ld with a loose tolerance), %ld sums; %ld "
                  "undefined\n",
                  b.tally.values, b.tally.slopes, b.tally.loose, b.tally.gradients,
                  b.tally.undefined);
    assert_true(b.tally.slopes > 2 * b.tally.undefined);
    assert_true(b.tally.loose * 50 < b.tally.slopes);
    attain_context_free(b.ctx);
    gsl_set_error_handler(handler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_formulas)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
