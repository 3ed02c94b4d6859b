/* The log posterior of a regression: against its definition, its gradient against differences. */
#include "check.h"

#include <math.h>
#include <stdio.h>

#include "stats/regression_target.h"

enum { ROWS = 12, PARAMETERS = 10 };

/* A formula with parameters of every kind of bounds and of priors of every family. */
typedef struct density_case {
    attain_context *ctx;
    atn_formula *formula;
    double x[ROWS], y[ROWS], weights[ROWS];
    const double *columns[1];
    double lower[PARAMETERS], upper[PARAMETERS];
    atn_prior prior[PARAMETERS], sigma;
    const atn_prior *priors[PARAMETERS];
    atn_regression_model model;
} density_case;

static const struct {
    const char *name, *prior;
    double lower, upper;
} density_parameters[PARAMETERS] = {{"a", "normal(0.3, 2)", -INFINITY, INFINITY},
                                    {"b", NULL, -1.0, INFINITY},
                                    {"c", NULL, -INFINITY, 4.0},
                                    {"d", "uniform(-2, 3)", -2.0, 3.0},
                                    {"g", "student_t(4, 1, 2)", 0.0, INFINITY},
                                    {"h", "lognormal(0.2, 0.7)", 0.0, INFINITY},
                                    {"k", "gamma(2.5, 1.5)", 0.0, INFINITY},
                                    {"m", "beta(2, 3)", 0.0, 1.0},
                                    {"q", "exponential(2)", 0.0, INFINITY},
                                    {"r", NULL, 0.7, 0.7}};

static void open_case(density_case *c, const char *sigma)
{
    static const char formula[] = "a + b*x + c*x^2 + d*exp(-x) + g*sin(x) + h*x/(1+x) + k*cos(2*x)"
                                  " + m^2*x + q*sqrt(1+x) + r*x^3";
    atn_name names[PARAMETERS + 1];
    attain_error err = {0};
    *c = (density_case){.ctx = check_context(NULL, 1)};
    for (size_t k = 0; k < PARAMETERS; k++) {
        names[k] = (atn_name){density_parameters[k].name, false};
        c->lower[k] = density_parameters[k].lower;
        c->upper[k] = density_parameters[k].upper;
        if (!density_parameters[k].prior) continue;
        atn_check_status(density_parameters[k].prior,
                         atn_prior_parse(c->ctx, density_parameters[k].prior, NULL, NULL, 0, NULL,
                                         &c->prior[k], &err),
                         ATTAIN_OK, &err);
        c->priors[k] = &c->prior[k];
    }
    names[PARAMETERS] = (atn_name){"x", true};
    atn_check_status(
        formula,
        atn_formula_compile(c->ctx, formula, names, PARAMETERS + 1, NULL, &c->formula, &err),
        ATTAIN_OK, &err);
    if (sigma)
        atn_check_status(sigma,
                         atn_prior_parse(c->ctx, sigma, NULL, NULL, 0, NULL, &c->sigma, &err),
                         ATTAIN_OK, &err);
    for (size_t i = 0; i < ROWS; i++) {
        c->x[i] = 0.3 * (double)i;
        c->y[i] = sin(1.7 * (double)i) + 0.5 * (double)i;
        c->weights[i] = 0.5 + 0.25 * (double)(i % 4);
    }
    c->columns[0] = c->x;
    c->model = (atn_regression_model){.formula = c->formula,
                                      .n_parameters = PARAMETERS,
                                      .n_columns = 1,
                                      .n_rows = ROWS,
                                      .columns = c->columns,
                                      .response = c->y,
                                      .weights = c->weights,
                                      .lower = c->lower,
                                      .upper = c->upper,
                                      .priors = c->priors};
}

static void close_case(density_case *c)
{
    atn_formula_free(c->ctx, c->formula);
    attain_context_free(c->ctx);
}

static void check_gradient(const char *sigma, bool scaled)
{
    density_case c;
    atn_regression_target t;
    attain_error err = {0};
    open_case(&c, sigma);
    atn_check_status("open",
                     atn_regression_target_open(c.ctx, &c.model, sigma ? &c.sigma : NULL, &t, &err),
                     ATTAIN_OK, &err);
    assert_int_equal(t.n, PARAMETERS); /* one is held; sigma */
    t.scaled = scaled;
    for (size_t i = 0; i < t.n; i++) {
        t.origin[i] = 0.1 * sin((double)(3 * i));
        for (size_t j = 0; j <= i; j++)
            t.factor[i * t.n + j] = (i == j ? 0.8 : 0.2 * cos((double)(i + 2 * j)));
    }
    double z[PARAMETERS + 1], gradient[PARAMETERS + 1];
    for (size_t point = 0; point < 5; point++) {
        for (size_t i = 0; i < t.n; i++) z[i] = sin((double)(7 * point + 2 * i));
        const double value = atn_regression_log_density(&t, z, gradient, 0);
        assert_true(isfinite(value));
        assert_true(atn_regression_log_density(&t, z, NULL, 0) == value);
        for (size_t i = 0; i < t.n; i++) {
            const double step = 1e-5, at = z[i];
            char label[80];
            z[i] = at + step;
            const double up = atn_regression_log_density(&t, z, NULL, 0);
            z[i] = at - step;
            const double down = atn_regression_log_density(&t, z, NULL, 0);
            z[i] = at;
            snprintf(label, sizeof label, "sigma=%s, point %zu, coordinate %zu",
                     sigma ? sigma : "flat", point, i);
            atn_check_close(label, (up - down) / (2 * step), gradient[i],
                            1e-8 * (1.0 + fabs(value)), 1e-6);
        }
    }
    atn_regression_target_close(c.ctx, &t);
    close_case(&c);
}

static void test_gradient(void **state)
{
    static const char *const sigmas[] = {NULL,
                                         "half_normal(10)",
                                         "half_student_t(1, 2.5)",
                                         "exponential(3)",
                                         "uniform(0.2, 9)",
                                         "lognormal(0, 1)",
                                         "gamma(2, 0.5)"};
    (void)state;
    for (size_t k = 0; k < sizeof sigmas / sizeof *sigmas; k++)
        for (int scaled = 0; scaled < 2; scaled++) check_gradient(sigmas[k], scaled);
}

/* The density on the natural scale, written down again. */
static void test_density(void **state)
{
    density_case c;
    atn_regression_target t;
    attain_error err = {0};
    double natural[PARAMETERS + 1], z[PARAMETERS + 1], difference[4];
    (void)state;
    open_case(&c, "half_normal(10)");
    atn_check_status("open", atn_regression_target_open(c.ctx, &c.model, &c.sigma, &t, &err),
                     ATTAIN_OK, &err);
    for (size_t i = 0; i < t.n; i++) t.factor[i * t.n + i] = 0.3 + 0.1 * (double)i;
    for (size_t point = 0; point < 4; point++) {
        t.scaled = point % 2;
        for (size_t i = 0; i < t.n; i++) z[i] = 0.4 * cos((double)(5 * point + i));
        const double jacobian = atn_regression_natural(&t, z, natural);
        const double *b = natural, sigma = natural[PARAMETERS];
        double expected = 0.0;
        for (size_t i = 0; i < ROWS; i++) {
            const double x = c.x[i], sd = sigma / sqrt(c.weights[i]);
            const double f = b[0] + b[1] * x + b[2] * x * x + b[3] * exp(-x) + b[4] * sin(x) +
                             b[5] * x / (1 + x) + b[6] * cos(2 * x) + b[7] * b[7] * x +
                             b[8] * sqrt(1 + x) + 0.7 * x * x * x;
            expected -= log(sd) + 0.5 * (c.y[i] - f) * (c.y[i] - f) / (sd * sd);
        }
        for (size_t k = 0; k < PARAMETERS; k++)
            if (c.priors[k]) expected += atn_prior_log_density(c.priors[k], b[k], NULL);
        expected -= 0.5 * sigma * sigma / 100.0; /* but for a constant */
        difference[point] = atn_regression_log_density(&t, z, NULL, 0) - jacobian - expected;
        assert_true(natural[9] == 0.7);
    }
    for (size_t point = 1; point < 4; point++)
        atn_check_close("density", difference[point], difference[0], 1e-10, 0.0);
    atn_regression_target_close(c.ctx, &t);
    close_case(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradient),
                                       cmocka_unit_test(test_density)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
