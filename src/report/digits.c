/* printf does the exact rounding; only its digits are used, never its radix character. */
#include "report/digits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 17, FIXED_SMALLEST = -7, FIXED_LARGEST = 9 };

/* |value| = 0.d1 d2 ... dn * 10^(exponent + 1) */
typedef struct rounded {
    char digits[MOST_DIGITS + 1];
    int n, exponent;
} rounded;

static rounded round_to(double value, int digits)
{
    rounded r = {"", 0, 0};
    char raw[64];
    snprintf(raw, sizeof raw, "%.*e", digits - 1, fabs(value));
    const char *e = strchr(raw, 'e');
    for (const char *at = raw; at < e && r.n < digits; at++)
        if (*at >= '0' && *at <= '9') r.digits[r.n++] = *at;
    r.exponent = (int)strtol(e + 1, NULL, 10);
    return r;
}

int atn_digits_exponent(double value, int digits)
{
    return value == 0.0 || !isfinite(value) ? 0 : round_to(value, digits).exponent;
}

/* Digits down to 10^place; n is 0 where nothing is left. */
static rounded round_at(double value, int place)
{
    rounded r = {"", 0, place};
    if (value == 0.0) return r;
    const int digits = (int)floor(log10(fabs(value))) - place + 1;
    if (digits >= 1) {
        r = round_to(value, digits > MOST_DIGITS ? MOST_DIGITS : digits);
    } else if (digits == 0 && fabs(value) >= 0.5 * pow(10.0, place)) {
        r.digits[0] = '1';
        r.n = 1;
    }
    return r;
}

static char *put_fixed(char *at, const rounded *r, int place)
{
    const int first = r->n > 0 && r->exponent > 0 ? r->exponent : 0;
    for (int k = first; k >= (place < 0 ? place : 0); k--) {
        const int i = r->exponent - k;
        if (k == -1) *at++ = '.';
        *at++ = r->n > 0 && i >= 0 && i < r->n ? r->digits[i] : '0';
    }
    return at;
}

static char *put_scientific(char *at, const rounded *r)
{
    *at++ = r->n > 0 ? r->digits[0] : '0';
    if (r->n > 1) *at++ = '.';
    for (int i = 1; i < r->n; i++) *at++ = r->digits[i];
    if (r->n > 0) at += snprintf(at, 8, "e%d", r->exponent);
    return at;
}

void atn_digits_put(double value, int place, bool scientific, char text[ATN_DIGITS_SIZE])
{
    if (!isfinite(value)) {
        strcpy(text, isnan(value) ? "-" : "none");
        return;
    }
    const rounded r = round_at(value, place);
    char *at = text;
    /* Fixed notation of what does not fit would overrun: such a caller gets the other one. */
    const bool fits = place > -20 && r.exponent < 20;
    if (signbit(value) && r.n > 0) *at++ = '-';
    at = scientific || !fits ? put_scientific(at, &r) : put_fixed(at, &r, place);
    *at = '\0';
}

void atn_digits_short(double value, int digits, char text[ATN_DIGITS_SIZE])
{
    const int exponent = atn_digits_exponent(value, digits);
    atn_digits_put(value, value == 0.0 ? 0 : exponent - digits + 1,
                   exponent < -4 || exponent >= FIXED_LARGEST, text);
}

static int largest_exponent(double estimate, double lower, double upper)
{
    int largest = atn_digits_exponent(estimate, 2);
    const double ends[] = {lower, upper};
    for (size_t i = 0; i < 2; i++)
        if (isfinite(ends[i]) && atn_digits_exponent(ends[i], 2) > largest)
            largest = atn_digits_exponent(ends[i], 2);
    return largest;
}

atn_digits_plan atn_digits_for(double estimate, double std_error, double lower, double upper)
{
    enum { ALONE = 6, MOST = 12 };
    atn_digits_plan p = {0, 0, false, false};
    const int size = atn_digits_exponent(estimate, 2);
    const bool known = isfinite(std_error) && std_error > 0.0;
    p.place = estimate == 0.0 ? 0 : size - (ALONE - 1);
    if (known) {
        p.error_place = atn_digits_exponent(std_error, 2) - 1;
        p.place = p.error_place;
        /* An estimate far inside its error shows a digit, but not far below the error's. */
        if (estimate != 0.0 && size < p.place) p.place = size > p.place - 2 ? size : p.place - 2;
        if (estimate != 0.0 && p.place < size - (MOST - 1)) p.place = size - (MOST - 1);
    }
    p.scientific = (p.place < FIXED_SMALLEST && size < -4) ||
                   largest_exponent(estimate, lower, upper) >= FIXED_LARGEST;
    p.error_scientific =
        p.scientific || p.error_place < FIXED_SMALLEST || p.error_place + 1 >= FIXED_LARGEST;
    return p;
}
