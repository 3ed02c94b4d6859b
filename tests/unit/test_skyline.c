/* Skyline factors against their definition, adjoints against differences. */
#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "check.h"
#include "stats/skyline.h"

enum { N = 12, MOST = N * (N + 1) / 2 };

typedef struct layout_case {
    const char *name;
    size_t tail, first[N];
} layout_case;

static const layout_case layouts[] = {
    {"diagonal", N, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
    {"dense", N, {0}},
    {"all tail", 0, {0}},
    {"band", N, {0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
    {"band and border", 9, {0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0}},
    {"uneven", 10, {0, 1, 0, 3, 2, 5, 1, 7, 6, 4, 10, 2}},
    {"blocks", 11, {0, 0, 0, 0, 4, 4, 4, 7, 7, 7, 7, 0}},
};

static atn_skyline lay_out(const layout_case *c, size_t *first, size_t *start, size_t *last)
{
    memcpy(first, c->first, sizeof c->first);
    atn_skyline s = {N, c->tail, first, start, last};
    atn_skyline_layout(&s);
    for (size_t i = 0; i < N; i++) {
        assert_true(first[i] <= c->first[i]);
        assert_true(i < c->tail ? i == 0 || first[i - 1] <= first[i] : first[i] == 0);
    }
    assert_true(start[N] <= MOST);
    return s;
}

/* Positive definite by a dominant diagonal, nothing outside the skyline. */
static void draw_matrix(const atn_skyline *s, atn_stream *stream, double *values)
{
    for (size_t i = 0; i < N; i++)
        for (size_t j = s->first[i]; j <= i; j++)
            values[atn_skyline_at(s, i, j)] =
                atn_stream_normal(stream) * (i == j ? 0.1 : 0.5) + (i == j ? 8.0 : 0.0);
}

static double at(const atn_skyline *s, const double *values, size_t i, size_t j)
{
    return j < s->first[i] ? 0.0 : values[atn_skyline_at(s, i, j)];
}

/* Of a factor, whose diagonal is inverted. */
static double entry(const atn_skyline *s, const double *l, size_t i, size_t j)
{
    return i == j ? 1 / at(s, l, i, i) : at(s, l, i, j);
}

static void factors_and_solves(void **state)
{
    (void)state;
    print_message("seed 3\n");
    atn_stream stream;
    atn_stream_init(&stream, 3, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
        size_t first[N], start[N + 1], last[N];
        const atn_skyline s = lay_out(&layouts[k], first, start, last);
        double a[MOST], l[MOST], x[N], y[N], z[N], work[N], log_det = 0;
        draw_matrix(&s, &stream, a);
        memcpy(l, a, sizeof l);
        assert_true(atn_skyline_factor(&s, l, work));
        for (size_t i = 0; i < N; i++) {
            log_det += log(entry(&s, l, i, i));
            for (size_t j = first[i]; j <= i; j++) {
                double sum = 0;
                for (size_t m = 0; m <= j; m++) sum += entry(&s, l, i, m) * entry(&s, l, j, m);
                atn_check_close(layouts[k].name, sum, at(&s, a, i, j), 1e-13, 1e-13);
            }
        }
        atn_check_close("log |L|", atn_skyline_half_log_det(&s, l), log_det, 1e-13, 1e-13);
        atn_stream_normals(&stream, x, N);
        memcpy(y, x, sizeof y);
        atn_skyline_forward(&s, N, l, y);
        for (size_t i = 0; i < N; i++) {
            double sum = 0;
            for (size_t j = 0; j <= i; j++) sum += entry(&s, l, i, j) * y[j];
            atn_check_close("forward", sum, x[i], 1e-13, 1e-13);
        }
        memcpy(y, x, sizeof y);
        atn_skyline_backward(&s, N, l, y);
        atn_skyline_transposed(&s, N, l, y, z);
        for (size_t i = 0; i < N; i++) atn_check_close("backward", z[i], x[i], 1e-13, 1e-13);
    }
}

/* Some function of every entry of L. */
static double scalar(const atn_skyline *s, const double *a, double *adjoint_l, double *l)
{
    double work[N];
    memcpy(l, a, s->start[N] * sizeof *l);
    assert_true(atn_skyline_factor(s, l, work));
    double sum = 0;
    for (size_t i = 0; i < N; i++)
        for (size_t j = s->first[i]; j <= i; j++) {
            const size_t k = atn_skyline_at(s, i, j);
            const double c = 1 + 0.3 * (double)(k % 7), x = entry(s, l, i, j);
            sum += c * x * x + sin(x);
            if (adjoint_l) adjoint_l[k] = 2 * c * x + cos(x);
        }
    return sum;
}

static void adjoint_matches_differences(void **state)
{
    (void)state;
    print_message("seed 4\n");
    atn_stream stream;
    atn_stream_init(&stream, 4, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
        size_t first[N], start[N + 1], last[N];
        const atn_skyline s = lay_out(&layouts[k], first, start, last);
        double a[MOST], l[MOST], other[MOST], adjoint[MOST];
        draw_matrix(&s, &stream, a);
        (void)scalar(&s, a, adjoint, l);
        double work[2 * N];
        atn_skyline_reverse(&s, l, adjoint, work);
        for (size_t m = 0; m < start[N]; m++) {
            const double h = 1e-4, keep = a[m];
            double f[4];
            const double steps[4] = {h, -h, h / 2, -h / 2};
            for (size_t j = 0; j < 4; j++) {
                a[m] = keep + steps[j];
                f[j] = scalar(&s, a, NULL, other);
            }
            a[m] = keep;
            const double coarse = (f[0] - f[1]) / (2 * h), fine = (f[2] - f[3]) / h;
            atn_check_close(layouts[k].name, adjoint[m], (4 * fine - coarse) / 3, 1e-8, 1e-8);
        }
    }
}

static void refuses_indefinite(void **state)
{
    (void)state;
    size_t first[N], start[N + 1], last[N];
    const atn_skyline s = lay_out(&layouts[1], first, start, last);
    const double bad[] = {0.0, -1.0, NAN, INFINITY};
    for (size_t k = 0; k < 4; k++) {
        double a[MOST] = {0}, work[N];
        for (size_t i = 0; i < N; i++) a[atn_skyline_at(&s, i, i)] = i == 7 ? bad[k] : 1.0;
        assert_false(atn_skyline_factor(&s, a, work));
    }
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_and_solves),
        cmocka_unit_test(adjoint_matches_differences),
        cmocka_unit_test(refuses_indefinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
