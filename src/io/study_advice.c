/* What a number or a date that people write was probably meant to be. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "io/reader.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Strips blanks and currency from both ends, then separators from the digits.  A comma or a blank
 * before exactly three digits groups thousands; a single other comma is a decimal one. */
static bool plain_digits(const char *text, size_t n, char *out, size_t size)
{
    size_t m = 0;
    bool point = false;
    for (size_t k = 0; k < n; k++) {
        char c = text[k];
        if (c == ',' || c == ' ' || c == '\'' || c == '_') {
            size_t digits = 0;
            while (k + 1 + digits < n && isdigit((unsigned char)text[k + 1 + digits])) digits++;
            if (digits == 3 && !point) continue;
            if (c != ',' || point || digits == 0) return false;
            c = '.';
        }
        if (c == '.') {
            if (point) return false;
            point = true;
        }
        if (m + 1 >= size) return false;
        out[m++] = c;
    }
    out[m] = '\0';
    return m > 0;
}

typedef struct unit {
    const char *name;
    double factor;
} unit;

static bool ends_with(const char *text, size_t *n, const char *suffix)
{
    const size_t m = strlen(suffix);
    if (*n <= m) return false;
    for (size_t k = 0; k < m; k++)
        if (tolower((unsigned char)text[*n - m + k]) != suffix[k]) return false;
    *n -= m;
    while (*n > 0 && is_space(text[*n - 1])) --*n;
    return true;
}

void atn_number_advice(const char *text, char advice[ATN_ADVICE_SIZE])
{
    static const unit units[] = {{"percent", 0.01}, {"%", 0.01},      {"thousand", 1e3},
                                 {"k", 1e3},        {"million", 1e6}, {"billion", 1e9},
                                 {"m", 1e6},        {"bn", 1e9},      {"+", 1}};
    static const char *const openings[] = {"$", "\xE2\x82\xAC", "\xC2\xA3", "+", "~", ">", "<"};
    advice[0] = '\0';
    size_t n = strlen(text);
    while (n > 0 && is_space(*text)) text++, n--;
    while (n > 0 && is_space(text[n - 1])) n--;
    for (size_t k = 0; k < sizeof openings / sizeof *openings; k++) {
        const size_t m = strlen(openings[k]);
        if (n <= m || strncmp(text, openings[k], m) != 0) continue;
        text += m;
        n -= m;
        while (n > 0 && is_space(*text)) text++, n--;
    }
    double factor = 1;
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
        if (ends_with(text, &n, units[k].name)) {
            factor = units[k].factor;
            break;
        }
    char digits[40], number[ATN_NUMBER_SIZE];
    double value;
    if (!plain_digits(text, n, digits, sizeof digits) ||
        !atn_number_parse(digits, strlen(digits), &value))
        return;
    /* dividing keeps 52 % at 0.52, where multiplying by 0.01 need not */
    value = factor < 1 ? value / 100 : value * factor;
    if (!isfinite(value)) return;
    atn_number_format(value, number);
    snprintf(advice, ATN_ADVICE_SIZE, "; write %s", number);
}

static bool iso(int year, int month, int day, char out[ATN_DATE_SIZE])
{
    char text[40];
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return false;
    const int n = snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    atn_day parsed;
    if (!atn_date_parse(text, (size_t)n, &parsed)) return false;
    atn_date_format(parsed, out);
    return true;
}

void atn_date_advice(const char *text, char advice[ATN_ADVICE_SIZE])
{
    int part[3] = {0}, count = 0, digits[3] = {0};
    const char *p = text;
    advice[0] = '\0';
    while (is_space(*p)) p++;
    while (count < 3 && isdigit((unsigned char)*p)) {
        while (isdigit((unsigned char)*p) && digits[count] < 8) {
            part[count] = part[count] * 10 + (*p++ - '0');
            digits[count]++;
        }
        count++;
        if (*p == '/' || *p == '.' || *p == '-') p++;
    }
    char a[ATN_DATE_SIZE], b[ATN_DATE_SIZE];
    if (count == 1 && digits[0] == 8 &&
        iso(part[0] / 10000, part[0] / 100 % 100, part[0] % 100, a)) {
        snprintf(advice, ATN_ADVICE_SIZE, "; write %s", a);
        return;
    }
    if (count != 3) return;
    if (digits[0] == 4) {
        if (iso(part[0], part[1], part[2], a))
            snprintf(advice, ATN_ADVICE_SIZE, "; write %s", a);
        else
            snprintf(advice, ATN_ADVICE_SIZE, "; there is no such day");
        return;
    }
    if (digits[2] != 4) return;
    const bool month_first = iso(part[2], part[0], part[1], a);
    const bool day_first = iso(part[2], part[1], part[0], b);
    if (month_first && day_first && strcmp(a, b) != 0)
        snprintf(advice, ATN_ADVICE_SIZE, "; write %s or %s", a, b);
    else if (month_first || day_first)
        snprintf(advice, ATN_ADVICE_SIZE, "; write %s", month_first ? a : b);
}
