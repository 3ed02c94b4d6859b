/* Numbers, dates and names as a reader meets them. */
#ifndef ATN_REPORT_PHRASE_H
#define ATN_REPORT_PHRASE_H

#include "base/calendar.h"
#include "base/text.h"

void atn_say_exact(atn_text *out, double value);    /* 600,000; 0.35 */
void atn_say_estimate(atn_text *out, double value); /* three significant digits, grouped */
void atn_say_percent(atn_text *out, double share);  /* "12 %", floors "<1 %" and ">99 %" */
/* A value of a series: share series in percent. */
void atn_say_value(atn_text *out, double value, bool share, bool exact);
void atn_say_date(atn_text *out, const char *iso);       /* 19 January 2026 */
void atn_say_short_date(atn_text *out, const char *iso); /* 19 Jan 2026 */
void atn_say_reading(atn_text *out, const char *name);   /* "7-day mean held 30 days" */
/* A prior with its numbers rounded to four digits. */
void atn_say_prior(atn_text *out, const char *prior);
/* Makes the letter at this place of a text a capital, where it is a plain one. */
void atn_capitalise(atn_text *text, size_t at);
bool atn_iso_day(const char *iso, atn_day *day);
size_t atn_utf8_length(const char *text);

#endif
