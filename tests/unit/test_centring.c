/* The sampler's coordinates: there and back, Jacobian, gradient, and what they are for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "study/centring.h"
#include "study_fixture.h"

enum { DRAWS = 40, MOST = 60 };

/* Every deviation, calendar effects, two definitions, a second series that reads the first. */
static const char *const shape =
    "{\"title\": \"t\", \"origin\": \"2025-01-01\", \"as_of\": \"2025-03-31\","
    " \"horizon\": \"2025-06-30\", \"step\": \"day\","
    " \"series\": {\"x\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"exp(a + tanh((t - b) / "
    "20))\"},"
    "   \"parameters\": {\"a\": \"normal(6, 1)\", \"b\": \"normal(40, 20)\"},"
    "   \"deviation\": {%s}%s, \"step_sigma\": %s}%s},"
    " \"definitions\": {\"ref\": {\"series\": \"x\", \"reference\": true},"
    "   \"other\": {\"series\": \"x\", \"factor\": \"lognormal(0.3, 0.2)\"}},"
    " \"reports\": ["
    "  {\"series\": \"x\", \"statistic\": \"value\", \"start\": \"2025-01-10\", \"end\": "
    "\"2025-01-10\", \"relation\": \"exact\", \"value\": 300},"
    "  {\"series\": \"x\", \"statistic\": \"value\", \"start\": \"2025-03-10\", \"end\": "
    "\"2025-03-10\", \"relation\": \"exact\", \"value\": 700, \"definition\": \"other\"},"
    "  {\"series\": \"x\", \"statistic\": \"total\", \"start\": \"2025-01-01\", \"end\": "
    "\"2025-02-20\", \"relation\": \"over\", \"value\": 15000},"
    "  {\"series\": \"x\", \"statistic\": \"mean\", \"start\": \"2025-02-10\", \"end\": "
    "\"2025-03-05\", \"relation\": \"about\", \"value\": 500},"
    "  {\"series\": \"x\", \"statistic\": \"max\", \"start\": \"2025-02-01\", \"end\": "
    "\"2025-02-20\", \"relation\": \"at_most\", \"value\": 900}%s]}";

static const char *const reader =
    ", \"y\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"c * x\"},"
    " \"parameters\": {\"c\": \"lognormal(log(0.5), 0.3)\"},"
    " \"deviation\": {\"type\": \"random_walk\", \"every\": 30, \"sigma\": \"half_normal(0.1)\"}}";
static const char *const read_report =
    ", {\"series\": \"y\", \"statistic\": \"total\", \"start\": \"2025-01-01\", \"end\": "
    "\"2025-03-20\", \"relation\": \"exact\", \"value\": 20000}";

typedef struct study_case {
    const char *name, *deviation, *effect, *scatter, *other, *report;
} study_case;

static const study_case cases[] = {
    {"random walk", "\"type\": \"random_walk\", \"every\": 10, \"sigma\": \"half_normal(0.2)\"", "",
     "0.2", "", ""},
    {"ar1", "\"type\": \"ar1\", \"every\": 14", "", "\"half_normal(0.3)\"", "", ""},
    {"local trend",
     "\"type\": \"local_trend\", \"every\": 14, \"sigma\": \"half_normal(0.1)\", \"sigma_v\": "
     "\"half_normal(0.05)\", \"phi\": \"beta(8, 2)\"",
     "", "0.2", "", ""},
    {"scales given", "\"type\": \"ar1\", \"every\": 20, \"sigma\": 0.2, \"phi\": 0.8", "", "0.2",
     "", ""},
    {"week days", "\"type\": \"random_walk\", \"every\": 20, \"sigma\": \"half_normal(0.2)\"",
     ", \"calendar\": \"day_of_week\"", "0.2", "", ""},
    {"read by another", "\"type\": \"ar1\", \"every\": 20", "", "0.2", reader, read_report},
    {"none", "\"type\": \"none\"", "", "0.2", "", ""},
};

typedef struct opened {
    fixture_model f;
    atn_centring *centring;
    double *draws, *work;
    size_t n;
} opened;

static void draw_point(const atn_model *model, atn_stream *stream, double *u)
{
    double theta[MOST] = {0};
    const size_t n = atn_model_dimension(model);
    assert_true(n <= MOST);
    for (size_t k = 0; k < atn_model_n_parameters(model); k++)
        theta[k] =
            atn_prior_quantile(atn_model_prior(model, k), 0.3 + 0.4 * atn_stream_uniform(stream));
    atn_model_to_line(model, theta, u);
    for (size_t k = atn_model_n_parameters(model); k < n; k++)
        u[k] = 0.4 * atn_stream_normal(stream);
}

static opened open_case(attain_context *ctx, const study_case *c, uint64_t seed)
{
    char json[4000];
    snprintf(json, sizeof json, shape, c->deviation, c->effect, c->scatter, c->other, c->report);
    opened o = {.f = fixture_model_open(ctx, fixture_study(ctx, json))};
    o.n = atn_model_dimension(o.f.model);
    o.draws = malloc(DRAWS * o.n * sizeof *o.draws);
    assert_non_null(o.draws);
    atn_stream stream;
    atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t d = 0; d < DRAWS; d++) draw_point(o.f.model, &stream, o.draws + d * o.n);
    attain_error err = {0};
    const attain_status status =
        atn_centring_create(ctx, o.f.model, o.draws, DRAWS, o.f.workspace, &o.centring, &err);
    atn_check_status(c->name, status, ATTAIN_OK, &err);
    o.work = malloc((atn_centring_work_size(o.centring) + 1) * sizeof *o.work);
    assert_non_null(o.work);
    return o;
}

static void close_case(attain_context *ctx, opened *o)
{
    free(o->draws);
    free(o->work);
    atn_centring_free(ctx, o->centring);
    fixture_model_close(ctx, &o->f);
}

static double density(const opened *o, const double *x, double *gradient)
{
    return atn_centring_density(o->centring, x, gradient, o->work, o->f.workspace);
}

/* log |det| of an n x n matrix by elimination with row pivots; destroys it. */
static double log_det(double *a, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        size_t top = k;
        for (size_t i = k; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[top * n + k])) top = i;
        for (size_t j = 0; j < n; j++) {
            const double keep = a[k * n + j];
            a[k * n + j] = a[top * n + j];
            a[top * n + j] = keep;
        }
        sum += log(fabs(a[k * n + k]));
        for (size_t i = k + 1; i < n; i++) {
            const double r = a[i * n + k] / a[k * n + k];
            for (size_t j = k; j < n; j++) a[i * n + j] -= r * a[k * n + j];
        }
    }
    return sum;
}

/* The density of x is that of u over |dx/du|, the latter by differences of `apply`. */
static void change_of_variables(void **state)
{
    (void)state;
    print_message("seed 11\n");
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        opened o = open_case(ctx, &cases[k], 11);
        const size_t n = o.n;
        double x[MOST], up[MOST], down[MOST], theta[MOST], back[MOST], jacobian[MOST * MOST];
        for (size_t d = 0; d < 4; d++) {
            double *u = o.draws + d * n;
            assert_true(atn_centring_apply(o.centring, u, x, o.work, o.f.workspace));
            assert_true(atn_centring_undo(o.centring, x, theta, o.work, o.f.workspace));
            atn_model_to_line(o.f.model, theta, back);
            for (size_t i = 0; i < n; i++) atn_check_close("u", back[i], u[i], 1e-8, 1e-8);
            for (size_t j = 0; j < n; j++) {
                const double h = 1e-5, keep = u[j];
                u[j] = keep + h;
                (void)atn_centring_apply(o.centring, u, up, o.work, o.f.workspace);
                u[j] = keep - h;
                (void)atn_centring_apply(o.centring, u, down, o.work, o.f.workspace);
                u[j] = keep;
                for (size_t i = 0; i < n; i++) jacobian[i * n + j] = (up[i] - down[i]) / (2 * h);
            }
            const double own = atn_model_log_posterior(o.f.model, u, NULL, o.f.workspace);
            atn_check_close(cases[k].name, density(&o, x, NULL), own - log_det(jacobian, n), 1e-4,
                            1e-7);
        }
        close_case(ctx, &o);
    }
    attain_context_free(ctx);
}

static void gradient(void **state)
{
    (void)state;
    print_message("seed 12\n");
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        opened o = open_case(ctx, &cases[k], 12);
        double x[MOST], slope[MOST];
        for (size_t d = 0; d < 4; d++) {
            assert_true(
                atn_centring_apply(o.centring, o.draws + d * o.n, x, o.work, o.f.workspace));
            assert_true(isfinite(density(&o, x, slope)));
            for (size_t i = 0; i < o.n; i++) {
                const double h = 2e-3, keep = x[i],
                             steps[6] = {h, -h, h / 2, -h / 2, h / 4, -h / 4};
                double f[6];
                for (size_t j = 0; j < 6; j++) {
                    x[i] = keep + steps[j];
                    f[j] = density(&o, x, NULL);
                }
                x[i] = keep;
                const double d1 = (f[0] - f[1]) / (2 * h), d2 = (f[2] - f[3]) / h,
                             d4 = (f[4] - f[5]) / (h / 2);
                const double r1 = (4 * d2 - d1) / 3, r2 = (4 * d4 - d2) / 3;
                char name[100];
                snprintf(name, sizeof name, "%s: %s", cases[k].name, atn_model_name(o.f.model, i));
                atn_check_close(name, slope[i], (16 * r2 - r1) / 15, 1e-6, 1e-6);
            }
        }
        close_case(ctx, &o);
    }
    attain_context_free(ctx);
}

/* Where sigma falls to nothing the coordinates become the innovations, up to rotation: x'x moves by
 * what z'z does. */
static void silence_leaves_innovations(void **state)
{
    (void)state;
    print_message("seed 13\n");
    attain_context *ctx = check_context(NULL, 1);
    opened o = open_case(ctx, &cases[0], 13);
    const size_t sigma = fixture_index(o.f.model, "x.deviation.sigma");
    const size_t p = atn_model_n_parameters(o.f.model);
    double *u = o.draws, x[MOST], theta[MOST];
    u[sigma] = log(1e-7);
    assert_true(atn_centring_apply(o.centring, u, x, o.work, o.f.workspace));
    double zz = 0, xx = 0;
    for (size_t i = p; i < o.n; i++) {
        zz += u[i] * u[i];
        xx += x[i] * x[i];
    }
    atn_check_close("|x|^2", xx, zz, 1e-4, 1e-4);
    assert_true(atn_centring_undo(o.centring, x, theta, o.work, o.f.workspace));
    for (size_t i = p; i < o.n; i++) atn_check_close("z", theta[i], u[i], 1e-6, 1e-6);
    close_case(ctx, &o);
    attain_context_free(ctx);
}

static attain_status create_once(void *user, attain_context *ctx, attain_error *err)
{
    opened *o = user;
    atn_centring *centring = NULL;
    const attain_status status =
        atn_centring_create(ctx, o->f.model, o->draws, DRAWS, o->f.workspace, &centring, err);
    if (status != ATTAIN_OK) assert_null(centring);
    atn_centring_free(ctx, centring);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    opened o = open_case(ctx, &cases[1], 14);
    check_faults("atn_centring_create", create_once, &o, 50);
    close_case(ctx, &o);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(change_of_variables),
        cmocka_unit_test(gradient),
        cmocka_unit_test(silence_leaves_innovations),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
