/* The shortest digits of a double, in whole-number arithmetic.
 *
 * |value| = m 2^e with m < 2^53.  To read 17 digits it is scaled by 10^p = 5^p 2^p: for p from 0 to
 * 27 the product m 5^p has at most 116 bits and is exact, so that digits, their remainder and the
 * distance to the neighbouring doubles are compared without error, and without the printer and
 * reader of the C library, which need microseconds for what takes nanoseconds here. */
#include <float.h>
#include <math.h>

#include "base/number.h"

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide;

enum { DIGITS = 17, MOST = 27 };

typedef struct scaled {
    wide number; /* the value, scaled: its first 17 digits, then `shift` binary places */
    int shift;
    wide spacing;  /* of doubles at the value */
    bool even;     /* the value's last bit is 0: halfway numbers read back as it */
    bool boundary; /* doubles below lie half as far apart */
} scaled;

static uint64_t power(unsigned base, int n)
{
    uint64_t product = 1;
    for (int i = 0; i < n; i++) product *= base;
    return product;
}

/* false where the value is out of range; *point: digits before the decimal point. */
static bool scale(double value, scaled *s, int *point)
{
    int exponent;
    const uint64_t m = (uint64_t)ldexp(frexp(value, &exponent), DBL_MANT_DIG);
    exponent -= DBL_MANT_DIG;
    const uint64_t most = power(10, DIGITS);
    /* one of two neighbouring powers of ten: the greater, unless it has a digit too many */
    int p = DIGITS - 1 - (int)floor((exponent + DBL_MANT_DIG - 1) * 0.30102999566398120);
    for (;; p--) {
        if (p < 0 || p > MOST) return false;
        const int shift = -(exponent + p);
        const uint64_t five = power(5, p);
        const wide product = (wide)m * five;
        if (shift > 100 || shift < -6) return false;
        s->shift = shift < 0 ? 0 : shift;
        s->number = product << (s->shift - shift);
        s->spacing = (wide)five << (s->shift - shift);
        if (s->number >> s->shift < most) break;
    }
    s->even = m % 2 == 0;
    s->boundary = m == (uint64_t)1 << (DBL_MANT_DIG - 1);
    *point = DIGITS - p;
    return true;
}

/* The value in 17 - `less` digits, to the nearest, halves to even. */
static uint64_t nearest(const scaled *s, int less)
{
    const wide unit = (wide)power(10, less) << s->shift;
    uint64_t digits = (uint64_t)(s->number >> s->shift) / power(10, less);
    const wide twice = 2 * (s->number - digits * unit);
    if (twice > unit || (twice == unit && digits % 2 == 1)) digits++;
    return digits;
}

static bool reads_back(const scaled *s, uint64_t digits, int less)
{
    const wide read = (wide)(digits * power(10, less)) << s->shift;
    const wide off = read > s->number ? read - s->number : s->number - read;
    const wide twice = (s->boundary && read < s->number ? 4 : 2) * off;
    return twice < s->spacing || (twice == s->spacing && s->even);
}

bool atn_shortest_digits(double value, uint64_t *digits, int *point)
{
    scaled s;
    if (!(value >= 1e-10 && value < 1e17) || !scale(value, &s, point)) return false;
    for (int less = DIGITS - DBL_DIG; less >= 0; less--) {
        *digits = nearest(&s, less);
        if (!reads_back(&s, *digits, less)) continue;
        if (*digits == power(10, DIGITS - less)) ++*point; /* 9.99... became 10 */
        return true;
    }
    return false;
}

#else

bool atn_shortest_digits(double value, uint64_t *digits, int *point)
{
    (void)value, (void)digits, (void)point;
    return false;
}

#endif
