/* What the lines of operations.h call, in the type `real`.  Included once by each file that turns
 * the lines into code: there `real`, REAL_MIN, REAL_MAX, DIGAMMA_FROM and log_gamma are set first,
 * and the functions of <math.h> or <tgmath.h> are those of this type. */
#ifndef ATN_FORMULA_OPERATION_PARTS_H
#define ATN_FORMULA_OPERATION_PARTS_H

#define LN_10        ((real)2.302585092994045684017991454684364208L)
#define SQRT_HALF    ((real)0.707106781186547524400844362104849039L)
#define INV_SQRT_2PI ((real)0.398942280401432677939946059934381868L)
#define PI           ((real)3.141592653589793238462643383279502884L)

/* NaN in either operand gives NaN, unlike C's fmin: a model must not lose one on the way. */
#define LOWER_IS_X (x <= y || x != x)
#define UPPER_IS_X (x >= y || x != x)

/* Recurrence up to DIGAMMA_FROM, then the asymptotic series; Abramowitz & Stegun (1964) 6.3.5,
 * 6.3.18.  Below 0 the reflection 6.3.7, with the period taken out of the tangent's argument first.
 */
static real digamma(real x)
{
    real sum = 0.0;
    if (x <= 0.0) {
        const real fraction = x - nearbyint(x);
        if (fraction == 0.0 || isinf(x)) return NAN;
        sum = -PI / tan(PI * fraction);
        x = 1.0 - x;
    }
    for (; x < DIGAMMA_FROM; x += 1.0) sum -= 1.0 / x;
    const real r = 1.0 / x, q = r * r;
    static const real series[] = {(real)1 / 12,  (real)1 / 120,     (real)1 / 252, (real)1 / 240,
                                  (real)5 / 660, (real)691 / 32760, (real)1 / 12};
    real tail = 0.0;
    for (int k = 6; k >= 0; k--) tail = q * (series[k] - tail);
    return sum + log(x) - 0.5 * r - tail;
}

/* Exact to the last digits also where it crosses 0: 2x - 1 does not round near there. */
static real log_odds(real x)
{
    if (x > 0.25 && x < 0.75) return log1p((2.0 * x - 1.0) / (1.0 - x));
    return log(x / (1.0 - x));
}

static real sech_squared(real x)
{
    const real c = cosh(x); /* 1 - tanh^2 would cancel in the tails */
    return 1.0 / (c * c);
}

/* d x^y / dx = y x^(y-1), from the value where that neither under- nor overflows. */
static real power_slope(real x, real y, real v)
{
    if (y == 0.0) return 0.0;
    const real size = fabs(v);
    if (x != 0.0 && size >= REAL_MIN && size <= REAL_MAX) return y * v / x;
    return y * pow(x, y - 1.0);
}

/* d x^y / dy = x^y log x, which tends to 0 with x for y > 0. */
static real exponent_slope(real x, real y, real v)
{
    return x == 0.0 && y > 0.0 ? 0.0 : v * log(x);
}

#endif
