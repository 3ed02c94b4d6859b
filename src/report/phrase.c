/* Numbers and dates as a reader meets them. */
#include "report_internal.h"

#include <math.h>
#include <string.h>

void atn_say_exact(atn_text *out, double value)
{
    if (!isfinite(value)) {
        atn_text_add(out, "-");
        return;
    }
    int decimals = 0;
    while (decimals < 6 && fabs(value - round(value * pow(10, decimals)) / pow(10, decimals)) >
                               1e-9 * fmax(1.0, fabs(value)))
        decimals++;
    atn_text_grouped(out, value, decimals);
}

/* Three digits say all that an estimate of this kind knows. */
void atn_say_estimate(atn_text *out, double value)
{
    if (!isfinite(value)) {
        atn_text_add(out, "-");
        return;
    }
    const double size = fabs(value) < 5e-7 ? 0.0 : fabs(value); /* no digit of six shows less */
    const int magnitude = size > 0 ? (int)floor(log10(size)) : 0;
    if (magnitude >= 2) {
        const double unit = pow(10, magnitude - 2);
        atn_text_grouped(out, round(value / unit) * unit, 0);
    } else {
        const int decimals = size > 0 ? 2 - magnitude : 0;
        atn_text_grouped(out, size > 0 ? value : 0.0, decimals > 6 ? 6 : decimals);
    }
}

void atn_say_percent(atn_text *out, double share)
{
    if (!isfinite(share))
        atn_text_add(out, "-");
    else if (share < 0.01)
        atn_text_add(out, "<1 %");
    else if (share > 0.99)
        atn_text_add(out, ">99 %");
    else
        atn_text_printf(out, "%d %%", (int)round(100 * share));
}

void atn_say_value(atn_text *out, double value, bool share, bool exact)
{
    if (!share || !isfinite(value)) {
        if (exact)
            atn_say_exact(out, value);
        else
            atn_say_estimate(out, value);
        return;
    }
    const double percent = 100 * value;
    atn_text_grouped(out, percent, fabs(percent - round(percent)) < 0.05 ? 0 : 1);
    atn_text_add(out, " %");
}

/* Numbers of more than five digits are for results.json. */
void atn_say_prior(atn_text *out, const char *prior)
{
    for (const char *s = prior; *s;) {
        const size_t n = strspn(s, "0123456789.");
        double value;
        if (n > 6 && atn_number_parse(s, n, &value) && value >= 0.001 && value < 1e6) {
            char digits[64];
            const int magnitude = (int)floor(log10(value));
            (void)atn_number_fixed(value, magnitude > 3 ? 0 : 3 - magnitude, digits);
            atn_text_add(out, digits);
            s += n;
        } else if (n > 0) {
            atn_text_add_bytes(out, s, n);
            s += n;
        } else {
            atn_text_add_bytes(out, s++, 1);
        }
    }
}

void atn_capitalise(atn_text *text, size_t at)
{
    if (!text->data || at >= text->length) return;
    char *c = text->data + at;
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
}

bool atn_iso_day(const char *iso, atn_day *day)
{
    return iso && atn_date_parse(iso, strlen(iso), day);
}

static const char *const MONTHS[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

static void say_date(atn_text *out, const char *iso, int letters)
{
    atn_day day;
    int y, m, d;
    if (!atn_iso_day(iso, &day)) {
        atn_text_add(out, "-");
        return;
    }
    atn_date_parts(day, &y, &m, &d);
    if (letters)
        atn_text_printf(out, "%d %.*s %d", d, letters, MONTHS[m - 1], y);
    else
        atn_text_printf(out, "%d %s %d", d, MONTHS[m - 1], y);
}

void atn_say_date(atn_text *out, const char *iso)
{
    say_date(out, iso, 0);
}

void atn_say_short_date(atn_text *out, const char *iso)
{
    say_date(out, iso, 3);
}

void atn_say_reading(atn_text *out, const char *name)
{
    for (const char *s = name; *s; s++) {
        if (strcmp(s, "-upper") == 0) {
            atn_text_add(out, ", upper end");
            return;
        }
        const bool after_digit = s > name && s[-1] >= '0' && s[-1] <= '9';
        const bool keep = after_digit && strchr(s + 1, '-') && strncmp(s + 1, "days", 4) != 0;
        if (*s == '-' && !keep)
            atn_text_add(out, " ");
        else
            atn_text_add_bytes(out, s, 1);
    }
}

size_t atn_utf8_length(const char *text)
{
    size_t n = 0;
    for (const char *s = text; *s; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}
