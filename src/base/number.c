/* Numbers as text without the process's locale.  strtod and printf do the exact arithmetic; the
 * one thing of theirs that a locale changes, the radix character, is never shown to them. */
#include "base/text.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No decimal needs more digits than this to be rounded to a double correctly: the longest exact
 * midpoint has 767, and one nonzero digit behind them stands for all the rest. */
enum { MOST_DIGITS = 800 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The exponent after `e`, saturating far outside the range of doubles. */
static bool read_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool minus = false;
    if (at < end && (*at == '+' || *at == '-')) minus = *at++ == '-';
    if (at == end) return false;
    int64_t e = 0;
    for (; at < end; at++) {
        if (!is_digit(*at)) return false;
        if (e < INT64_C(1000000000000)) e = e * 10 + (*at - '0');
    }
    *exponent = minus ? -e : e;
    return true;
}

/* Digits without leading zeros, as an integer: value = digits * 10^scale. */
typedef struct decimal {
    char digits[MOST_DIGITS + 32];
    size_t n;
    int64_t scale;
} decimal;

static const char *read_digits(const char *at, const char *end, bool fraction, decimal *d)
{
    for (; at < end && is_digit(*at); at++) {
        const bool counts = d->n > 0 || *at != '0';
        if (counts && d->n < MOST_DIGITS) {
            d->digits[d->n++] = *at;
            d->scale -= fraction;
        } else if (counts) {
            if (*at != '0') d->digits[MOST_DIGITS - 1] = '1'; /* sticky */
            d->scale += !fraction;
        } else {
            d->scale -= fraction;
        }
    }
    return at;
}

/* Up to 19 digits fit in 64 bits and 10^27 is exact in a long double of 64 bits (10^22 in a
 * double), so one product or quotient rounds the decimal correctly (Clinger 1990, section 4).
 * Taking a long double to a double rounds twice, which matters only where the first lands halfway
 * between two doubles: such numbers, and longer ones, are left to the slow way. */
#if LDBL_MANT_DIG == 64
typedef long double wide;
enum { MOST_FAST_DIGITS = 19, MOST_FAST_SCALE = 27 };
#define FAST_LIMIT UINT64_MAX
#else
typedef double wide;
enum { MOST_FAST_DIGITS = 19, MOST_FAST_SCALE = 22 };
#define FAST_LIMIT (UINT64_C(1) << 53)
#endif

static const wide ten_to[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                              1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                              1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

/* Whether a long double lies halfway between two doubles. */
static bool halfway(wide x)
{
    const double near = (double)x;
    const wide rest = x - (wide)near;
    if (rest == 0) return false;
    const double other = nextafter(near, rest > 0 ? INFINITY : -INFINITY);
    return (wide)other - x == rest;
}

/* The common case: an optional sign, digits with a point among them, a small exponent.  false where
 * the slow way must decide, also on whether it is a number at all. */
static bool parse_fast(const char *at, const char *end, double *value)
{
    uint64_t digits = 0;
    int n = 0, scale = 0;
    const bool minus = at < end && *at == '-';
    at += minus;
    const char *first = at;
    for (; at < end && is_digit(*at); at++, n++) digits = digits * 10 + (uint64_t)(*at - '0');
    if (at == first) return false;
    if (at < end && *at == '.') {
        const char *point = at++;
        for (; at < end && is_digit(*at); at++, n++) digits = digits * 10 + (uint64_t)(*at - '0');
        scale = (int)(point + 1 - at);
        if (scale == 0) return false;
    }
    if (n > MOST_FAST_DIGITS || digits > FAST_LIMIT) return false;
    if (at < end) {
        int64_t exponent;
        if ((*at != 'e' && *at != 'E') || !read_exponent(at + 1, end, &exponent)) return false;
        if (exponent > 100 || exponent < -100) return false;
        scale += (int)exponent;
    }
    if (scale > MOST_FAST_SCALE || scale < -MOST_FAST_SCALE) return false;
    const wide x = scale < 0 ? (wide)digits / ten_to[-scale] : (wide)digits * ten_to[scale];
    if (halfway(x)) return false;
    *value = minus ? -(double)x : (double)x;
    return true;
}

bool atn_number_parse(const char *text, size_t n, double *value)
{
    /* a text of over some hundred bytes may overflow the count of its digits */
    if (n < 64 && parse_fast(text, text + n, value)) return true;
    const char *at = text, *end = text + n;
    decimal d = {.n = 0, .scale = 0};
    bool minus = false;
    if (at < end && (*at == '+' || *at == '-')) minus = *at++ == '-';
    if (at == end || !is_digit(*at)) return false;
    at = read_digits(at, end, false, &d);
    if (at < end && *at == '.') {
        if (++at == end || !is_digit(*at)) return false;
        at = read_digits(at, end, true, &d);
    }
    int64_t exponent = 0;
    if (at < end && (*at == 'e' || *at == 'E')) {
        if (!read_exponent(at + 1, end, &exponent)) return false;
        at = end;
    }
    if (at != end) return false;

    double magnitude = 0.0;
    if (d.n > 0) {
        int64_t scale = d.scale + exponent;
        if (scale > 99999) scale = 99999;
        if (scale < -99999) scale = -99999;
        snprintf(d.digits + d.n, sizeof d.digits - d.n, "e%d", (int)scale);
        magnitude = strtod(d.digits, NULL);
    }
    if (!isfinite(magnitude)) return false;
    *value = minus ? -magnitude : magnitude;
    return true;
}

bool atn_integer_parse(const char *text, size_t n, long *value)
{
    const char *at = text, *end = text + n;
    bool minus = false;
    if (at < end && (*at == '+' || *at == '-')) minus = *at++ == '-';
    if (at == end) return false;
    /* Counted downwards, since LONG_MIN has no positive counterpart. */
    long sum = 0;
    for (; at < end; at++) {
        if (!is_digit(*at)) return false;
        const int digit = *at - '0';
        if (sum < (LONG_MIN + digit) / 10) return false;
        sum = sum * 10 - digit;
    }
    if (!minus && sum == LONG_MIN) return false;
    *value = minus ? sum : -sum;
    return true;
}

/* |value| = 0.d1 d2 ... dn * 10^point with `precision` digits, trailing zeros dropped. */
typedef struct scientific {
    char digits[24];
    int n, point;
} scientific;

static void split(double value, int precision, scientific *s)
{
    char raw[64];
    snprintf(raw, sizeof raw, "%.*e", precision - 1, fabs(value));
    const char *e = strchr(raw, 'e');
    s->n = 0;
    for (const char *at = raw; at < e && s->n < precision; at++)
        if (is_digit(*at)) s->digits[s->n++] = *at;
    while (s->n > 1 && s->digits[s->n - 1] == '0') s->n--;
    s->digits[s->n] = '\0';
    s->point = (int)strtol(e + 1, NULL, 10) + 1;
}

/* Whether the digits read back as |value|. */
static bool same(const scientific *s, double value)
{
    char text[48];
    snprintf(text, sizeof text, "%se%d", s->digits, s->point - s->n);
    return strtod(text, NULL) == fabs(value);
}

static char *put(char *at, const char *bytes, int n)
{
    memcpy(at, bytes, (size_t)n);
    return at + n;
}

static char *put_zeros(char *at, int n)
{
    memset(at, '0', (size_t)n);
    return at + n;
}

size_t atn_number_format(double value, char buffer[ATN_NUMBER_SIZE])
{
    if (!isfinite(value)) {
        memcpy(buffer, "null", 5);
        return 4;
    }
    scientific s;
    for (int precision = DBL_DIG; precision <= DBL_DECIMAL_DIG; precision++) {
        split(value, precision, &s);
        if (same(&s, value)) break;
    }
    char *at = buffer;
    if (signbit(value)) *at++ = '-';
    if (value == 0.0) {
        *at++ = '0';
    } else if (s.point > 16 || s.point < -4) {
        at = put(at, s.digits, 1);
        if (s.n > 1) *at++ = '.';
        at = put(at, s.digits + 1, s.n - 1);
        at += snprintf(at, 8, "e%d", s.point - 1);
    } else if (s.point <= 0) {
        at = put(at, "0.", 2);
        at = put_zeros(at, -s.point);
        at = put(at, s.digits, s.n);
    } else if (s.n <= s.point) {
        at = put(at, s.digits, s.n);
        at = put_zeros(at, s.point - s.n);
    } else {
        at = put(at, s.digits, s.point);
        *at++ = '.';
        at = put(at, s.digits + s.point, s.n - s.point);
    }
    *at = '\0';
    return (size_t)(at - buffer);
}

size_t atn_number_fixed(double value, int decimals, char buffer[64])
{
    if (decimals < 0) decimals = 0;
    if (decimals > 9) decimals = 9;
    if (!(fabs(value) < 1e45)) return atn_number_format(value, buffer);
    char raw[128];
    snprintf(raw, sizeof raw, "%.*f", decimals, fabs(value));
    bool zero = true, point = false;
    char *at = buffer;
    *at++ = '-';
    for (const char *from = raw; *from; from++) {
        if (is_digit(*from)) {
            zero = zero && *from == '0';
            *at++ = *from;
        } else if (!point) { /* the radix character may be several bytes */
            point = true;
            *at++ = '.';
        }
    }
    *at = '\0';
    size_t n = (size_t)(at - buffer);
    if (value < 0.0 && !zero) return n;
    memmove(buffer, buffer + 1, n);
    return n - 1;
}
