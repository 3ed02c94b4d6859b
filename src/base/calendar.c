#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

/* Days and civil dates by shifting the year to begin in March, so that the leap day comes last,
 * and counting in 400-year eras of 146,097 days; 719,468 days lead from 0000-03-01 to 1970-01-01.
 * Richards (1998), in the form of Hinnant (2013). */
enum { ERA_DAYS = 146097, EPOCH_SHIFT = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t days_from_parts(int64_t year, int month, int day)
{
    year -= month <= 2;
    const int64_t era = floor_div(year, 400), year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

/* Steps far beyond any calendar would overflow a day; they stop at its ends instead. */
static atn_day clamp_day(int64_t day)
{
    return day < INT32_MIN ? INT32_MIN : day > INT32_MAX ? INT32_MAX : (atn_day)day;
}

atn_day atn_date_from_parts(int year, int month, int day)
{
    return clamp_day(days_from_parts(year, month, day));
}

void atn_date_parts(atn_day day, int *year, int *month, int *day_of_month)
{
    const int64_t shifted = (int64_t)day + EPOCH_SHIFT, era = floor_div(shifted, ERA_DAYS);
    const int64_t doe = shifted - era * ERA_DAYS;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day_of_month = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static bool digits(const char *text, size_t n, int *value)
{
    *value = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

bool atn_date_parse(const char *text, size_t n, atn_day *day)
{
    int y, m, d;
    if (n != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!digits(text, 4, &y) || !digits(text + 5, 2, &m) || !digits(text + 8, 2, &d)) return false;
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > month_length(y, m)) return false;
    *day = atn_date_from_parts(y, m, d);
    return true;
}

void atn_date_format(atn_day day, char buffer[ATN_DATE_SIZE])
{
    int y, m, d;
    atn_date_parts(day, &y, &m, &d);
    char wide[48];
    snprintf(wide, sizeof wide, "%04d-%02d-%02d", y, m, d);
    wide[ATN_DATE_SIZE - 1] = '\0';
    memcpy(buffer, wide, ATN_DATE_SIZE);
}

int atn_day_of_week(atn_day day)
{
    /* 1970-01-01 was a Thursday. */
    const int64_t shifted = (int64_t)day + 3;
    return (int)(shifted - 7 * floor_div(shifted, 7));
}

int atn_month_of_year(atn_day day)
{
    int y, m, d;
    atn_date_parts(day, &y, &m, &d);
    return m - 1;
}

static const struct unit {
    const char *name;
    double days;
    int months; /* 0 for units counted in days */
} units[] = {
    [ATN_STEP_DAY] = {"day", 1.0, 0},
    [ATN_STEP_WEEK] = {"week", 7.0, 0},
    [ATN_STEP_MONTH] = {"month", 365.2425 / 12.0, 1},
    [ATN_STEP_QUARTER] = {"quarter", 365.2425 / 4.0, 3},
    [ATN_STEP_YEAR] = {"year", 365.2425, 12},
};

bool atn_step_unit_parse(const char *text, atn_step_unit *unit)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text, units[i].name) != 0) continue;
        *unit = (atn_step_unit)i;
        return true;
    }
    return false;
}

const char *atn_step_unit_name(atn_step_unit unit)
{
    return units[unit].name;
}

double atn_step_unit_days(atn_step_unit unit)
{
    return units[unit].days;
}

/* Number of the calendar period that holds a day, counted from the year 0. */
static int64_t period(atn_day day, int months)
{
    int y, m, d;
    atn_date_parts(day, &y, &m, &d);
    return floor_div((int64_t)y * 12 + m - 1, months);
}

static int64_t monday(atn_day day)
{
    return (int64_t)day - atn_day_of_week(day);
}

long atn_calendar_step(const atn_calendar *calendar, atn_day day)
{
    if (calendar->unit == ATN_STEP_DAY) return (long)((int64_t)day - calendar->origin);
    if (calendar->unit == ATN_STEP_WEEK) return (long)floor_div(day - monday(calendar->origin), 7);
    const int months = units[calendar->unit].months;
    return (long)(period(day, months) - period(calendar->origin, months));
}

atn_day atn_calendar_start(const atn_calendar *calendar, long step)
{
    /* A step beyond this many lies outside the range of days for every unit. */
    const int64_t bound = INT64_C(1) << 33;
    const int64_t k = step < -bound ? -bound : step > bound ? bound : step;
    if (calendar->unit == ATN_STEP_DAY) return clamp_day(calendar->origin + k);
    if (calendar->unit == ATN_STEP_WEEK) return clamp_day(monday(calendar->origin) + 7 * k);
    const int months = units[calendar->unit].months;
    const int64_t month = (period(calendar->origin, months) + k) * months;
    const int64_t year = floor_div(month, 12);
    return clamp_day(days_from_parts(year, (int)(month - 12 * year) + 1, 1));
}

atn_day atn_calendar_end(const atn_calendar *calendar, long step)
{
    if (step == INT64_MAX) return INT32_MAX;
    const atn_day next = atn_calendar_start(calendar, step + 1);
    return next == INT32_MIN ? next : next - 1;
}

double atn_calendar_share(const atn_calendar *calendar, long step, atn_day start, atn_day end)
{
    const int64_t first = atn_calendar_start(calendar, step);
    const int64_t last = atn_calendar_end(calendar, step);
    const int64_t from = start > first ? start : first, to = end < last ? end : last;
    return to < from ? 0.0 : (double)(to - from + 1) / (double)(last - first + 1);
}
