/* Dates and steps (METHODS section 1).  Proleptic Gregorian; a day is its number since 1970-01-01.
 */
#ifndef ATN_BASE_CALENDAR_H
#define ATN_BASE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t atn_day;

enum { ATN_DATE_SIZE = 16 };
/* Exactly YYYY-MM-DD, years 0001 to 9999, a day that exists. */
bool atn_date_parse(const char *text, size_t n, atn_day *day);
void atn_date_format(atn_day day, char buffer[ATN_DATE_SIZE]);
atn_day atn_date_from_parts(int year, int month, int day);
void atn_date_parts(atn_day day, int *year, int *month, int *day_of_month);
int atn_day_of_week(atn_day day);   /* 0 = Monday .. 6 = Sunday */
int atn_month_of_year(atn_day day); /* 0 = January .. 11 */

typedef enum atn_step_unit {
    ATN_STEP_DAY,
    ATN_STEP_WEEK, /* starts on Monday */
    ATN_STEP_MONTH,
    ATN_STEP_QUARTER,
    ATN_STEP_YEAR
} atn_step_unit;

/* Step 0 is the period that contains the origin. */
typedef struct atn_calendar {
    atn_step_unit unit;
    atn_day origin;
} atn_calendar;

bool atn_step_unit_parse(const char *text, atn_step_unit *unit); /* "day" .. "year" */
const char *atn_step_unit_name(atn_step_unit unit);
long atn_calendar_step(const atn_calendar *calendar, atn_day day);   /* may be negative */
atn_day atn_calendar_start(const atn_calendar *calendar, long step); /* first day */
atn_day atn_calendar_end(const atn_calendar *calendar, long step);   /* last day, inclusive */
/* Fraction of the step's days inside [start, end]. */
double atn_calendar_share(const atn_calendar *calendar, long step, atn_day start, atn_day end);
/* Length of a step in days: 1, 7, 30.436875, 91.310625, 365.2425 (means over the 400-year cycle).
 */
double atn_step_unit_days(atn_step_unit unit);

#endif
