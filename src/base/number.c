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

bool atn_number_parse(const char *text, size_t n, double *value)
{
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
