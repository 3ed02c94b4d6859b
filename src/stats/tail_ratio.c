#include "tail_ratio.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

static const double one_over_sqrt_pi = 0.56418958354775628695;

/* num and den are polynomials of equal degree n, highest power first; den is monic. */
static double rational(double x, const double *num, const double *den, size_t n)
{
    double p = num[0], q = 1.0;
    for (size_t i = 1; i <= n; i++) {
        p = p * x + num[i];
        q = q * x + den[i - 1];
    }
    return p / q;
}

/* Rational Chebyshev approximations of Cody (1969), Math. Comp. 23, in the form of his CALERF. */
double atn_erfcx(double x)
{
    static const double c[] = {
        2.15311535474403846343e-8, 5.64188496988670089180e-1, 8.88314979438837594118,
        6.61191906371416294775e1,  2.98635138197400131132e2,  8.81952221241769090411e2,
        1.71204761263407058314e3,  2.05107837782607146532e3,  1.23033935479799725272e3};
    static const double d[] = {1.57449261107098347253e1, 1.17693950891312499305e2,
                               5.37181101862009857509e2, 1.62138957456669018874e3,
                               3.29079923573345962678e3, 4.36261909014324715820e3,
                               3.43936767414372163696e3, 1.23033935480374942043e3};
    static const double p[] = {1.63153871373020978498e-2, 3.05326634961232344035e-1,
                               3.60344899949804439429e-1, 1.25781726111229246204e-1,
                               1.60837851487422766278e-2, 6.58749161529837803157e-4};
    static const double q[] = {2.56852019228982242072, 1.87295284992346047209,
                               5.27905102951428412248e-1, 6.05183413124413191178e-2,
                               2.33520497626869185443e-3};

    if (!(x > 0.46875)) return exp(x * x) * erfc(x);
    if (x <= 4.0) return rational(x, c, d, 8);
    if (x > 1e8) return one_over_sqrt_pi / x;
    const double z = 1.0 / (x * x);
    return (one_over_sqrt_pi - z * rational(z, p, q, 5)) / x;
}

/* f(0) = Gamma(z + 1/2) / (Gamma(z) sqrt(df pi)), z = df / 2: Stirling's series of the ratio after
 * an upward shift, so that a large z loses nothing to the cancellation of two log gammas. */
double atn_student_log_norm(double df)
{
    double z = 0.5 * df, above = 1.0, below = 1.0;
    for (; z < 14.0; z += 1.0) {
        above *= z;
        below *= z + 0.5;
    }
    const double r = 1.0 / z, r2 = r * r;
    const double tail =
        r * (-1.0 / 8 +
             r2 * (1.0 / 192 +
                   r2 * (-1.0 / 640 +
                         r2 * (17.0 / 14336 + r2 * (-31.0 / 18432 + r2 * (691.0 / 180224))))));
    return tail + log(above / below * sqrt(z / (df * 3.14159265358979323846)));
}

double atn_student_shape(double x, double df)
{
    const double s = fabs(x) / sqrt(df);
    const double l = s < 1e100 ? log1p(s * s) : 2.0 * log(s);
    return -0.5 * (df + 1.0) * l;
}

/* x f(x) sum_n prod_{k<n} ((df + 1) / 2 + k) / (3/2 + k) z^n, z = x^2 / (df + x^2): the incomplete
 * beta series DLMF 8.17.8 with its prefactor written through the density. */
double atn_student_centre(double x, double df)
{
    const double z = x * x / (df + x * x), a = 0.5 * (df + 1.0);
    double term = 1.0, sum = 1.0;
    for (int n = 0; n < 2000 && term > 1e-17 * sum; n++) {
        term *= (a + n) / (1.5 + n) * z;
        sum += term;
    }
    return x * sum;
}

/* Continued fraction of DiDonato & Morris (1992), eq. 9, for I_y(df/2, 1/2) at y = df / (df + x^2),
 * w = 1 - y: it sees both apart, so nothing cancels for large df.  Returns the tail over
 * y^a w^b / B(a, b). */
static double tail_fraction(double x, double df)
{
    const double a = 0.5 * df, b = 0.5;
    const double y = df / (df + x * x), w = x * x / (df + x * x);
    const double first = a * w - b * y + 1.0; /* their lambda + 1 */
    double r = 1.0 / (a + 1.0), p0 = 0.0, p1 = 1.0, q0 = 1.0, q1 = first * a * r, last = p1 / q1;
    for (int k = 1; k < 20000; k++) {
        const double n = k, u = n * (b - n) * y * r;
        const double alpha = (a + n - 1.0) * (a + b + n - 1.0) * r * y * u;
        r = 1.0 / (a + 2.0 * n + 1.0);
        const double beta = n + u + (a + n) * r * (first + n * (1.0 + w));
        const double inverse = 1.0 / (alpha * q0 + beta * q1);
        const double value = (alpha * p0 + beta * p1) * inverse;
        p0 = p1 * inverse;
        q0 = q1 * inverse;
        p1 = value;
        q1 = 1.0;
        if (fabs(value - last) <= 2.0 * DBL_EPSILON * value) return value;
        last = value;
    }
    return last;
}

double atn_student_mills(double x, double df)
{
    if (x < ATN_STUDENT_SPLIT) {
        const double f = exp(atn_student_log_norm(df) + atn_student_shape(x, df));
        return 0.5 / f - atn_student_centre(x, df);
    }
    const double s = x / sqrt(df);
    /* Leading term of the expansion in df / x^2; the next one is below rounding. */
    if (s > 1e9) return x / df;
    return 0.5 * x * tail_fraction(x, df);
}
