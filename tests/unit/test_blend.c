/* Partial centring: the map and its inverse, its Jacobian, its gradient, and what it is for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "check.h"
#include "stats/blend.h"

enum { N = 7, OUTER = 3, DRAWS = 4000 };

/* Coordinates 3, 4, 5 are scaled by exp(u[1]); 6 has no scale of its own. */
static const size_t scales[N] = {0, 0, 0, 1, 1, 1, SIZE_MAX};

/* Draws in which z3 + z4 is fixed by the figures up to 5 % of its prior sd, given the parameters,
 * and moves with parameter 0; z3 - z4 and z5 are as free as their prior. */
static double *draw_planted(uint64_t seed)
{
    double *draws = malloc(sizeof(double) * DRAWS * N);
    assert_non_null(draws);
    atn_stream stream;
    atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t d = 0; d < DRAWS; d++) {
        double *u = draws + d * N;
        atn_stream_normals(&stream, u, N);
        u[1] = -1 + 0.3 * u[1];
        const double sum = 0.05 * u[3] + 2 * u[0], difference = u[4];
        u[3] = (sum + difference) / sqrt(2.0);
        u[4] = (sum - difference) / sqrt(2.0);
    }
    return draws;
}

static atn_blend *make(attain_context *ctx, const double *draws)
{
    atn_blend *blend = NULL;
    attain_error err = {0};
    const attain_status status =
        atn_blend_create(ctx, N, OUTER, draws, DRAWS, scales, &blend, &err);
    atn_check_status("blend", status, ATTAIN_OK, &err);
    return blend;
}

static void round_trip_and_jacobian(void **state)
{
    (void)state;
    print_message("seed 17\n");
    attain_context *ctx = check_context(NULL, 1);
    double *draws = draw_planted(17), x[N], u[N], work[N];
    atn_blend *blend = make(ctx, draws);
    for (size_t d = 0; d < 50; d++) {
        atn_blend_apply(blend, draws + d * N, x, work);
        const double log_jacobian = atn_blend_undo(blend, x, u, work);
        for (size_t i = 0; i < N; i++) atn_check_close("u", u[i], draws[d * N + i], 1e-12, 1e-12);
        /* |du/dx| is exp(-(sum of lambda) log sigma): one direction taken, two left free */
        atn_check_close("log |du/dx|", log_jacobian, -ATN_BLEND_MOST * (1 - 0.0025) * u[1],
                        0.1 * fabs(u[1]), 0);
    }
    free(draws);
    atn_blend_free(ctx, blend);
    attain_context_free(ctx);
}

/* f(u) = some smooth function; the pulled gradient of f(u(x)) + log |du/dx| against differences. */
static double smooth(const double *u, double *gradient)
{
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        const double a = u[i] * u[(i + 1) % N];
        sum += sin(a) - 0.3 * u[i] * u[i];
    }
    for (size_t i = 0; gradient && i < N; i++) {
        const size_t next = (i + 1) % N, last = (i + N - 1) % N;
        gradient[i] = u[next] * cos(u[i] * u[next]) + u[last] * cos(u[last] * u[i]) - 0.6 * u[i];
    }
    return sum;
}

static double seen(const atn_blend *blend, const double *x)
{
    double u[N], work[N];
    const double log_jacobian = atn_blend_undo(blend, x, u, work);
    return smooth(u, NULL) + log_jacobian;
}

static void gradient(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    double *draws = draw_planted(18), x[N], u[N], work[N], gradient_u[N], gradient_x[N];
    atn_blend *blend = make(ctx, draws);
    for (size_t d = 0; d < 20; d++) {
        atn_blend_apply(blend, draws + d * N, x, work);
        (void)atn_blend_undo(blend, x, u, work);
        (void)smooth(u, gradient_u);
        atn_blend_pull(blend, x, gradient_u, gradient_x, work);
        for (size_t i = 0; i < N; i++) {
            const double h = 1e-4, x0 = x[i];
            double at[4];
            const double steps[4] = {h, -h, h / 2, -h / 2};
            for (size_t k = 0; k < 4; k++) {
                x[i] = x0 + steps[k];
                at[k] = seen(blend, x);
            }
            x[i] = x0;
            const double coarse = (at[0] - at[1]) / (2 * h), fine = (at[2] - at[3]) / h;
            atn_check_close("slope", gradient_x[i], (4 * fine - coarse) / 3, 1e-7, 1e-7);
        }
    }
    free(draws);
    atn_blend_free(ctx, blend);
    attain_context_free(ctx);
}

/* In the direction that the figures fix, x stays put when sigma moves and sigma^lambda z does not.
 */
static void fixed_direction_is_centred(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    double *draws = draw_planted(19), x[N], moved[N], work[N];
    atn_blend *blend = make(ctx, draws);
    double u[N] = {0, -1, 0, 1.0, 1.0, 0, 0}, v[N];
    memcpy(v, u, sizeof v);
    v[1] += 0.5;
    for (size_t i = 3; i < 5; i++) v[i] *= exp(-0.5 * ATN_BLEND_MOST);
    atn_blend_apply(blend, u, x, work);
    atn_blend_apply(blend, v, moved, work);
    for (size_t i = OUTER; i < N; i++) atn_check_close("x", moved[i], x[i], 0.02, 0);
    free(draws);
    atn_blend_free(ctx, blend);
    attain_context_free(ctx);
}

static attain_status create_once(void *user, attain_context *ctx, attain_error *err)
{
    atn_blend *blend = NULL;
    const attain_status status = atn_blend_create(ctx, N, OUTER, user, DRAWS, scales, &blend, err);
    if (status != ATTAIN_OK) assert_null(blend);
    atn_blend_free(ctx, blend);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    double *draws = draw_planted(20);
    check_faults("atn_blend_create", create_once, draws, 50);
    free(draws);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_and_jacobian),
        cmocka_unit_test(gradient),
        cmocka_unit_test(fixed_direction_is_centred),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
