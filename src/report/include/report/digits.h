/* Numbers with the digits that their standard error supports. */
#ifndef ATN_REPORT_DIGITS_H
#define ATN_REPORT_DIGITS_H

#include <stdbool.h>

enum { ATN_DIGITS_SIZE = 48 };

/* Decimal exponent of the leading digit once rounded to `digits` digits; 0 for 0. */
int atn_digits_exponent(double value, int digits);
/* `value` rounded to 10^place, in fixed notation or as 1.2345e-6; "-" for what is no number,
 * "none" for infinities.  At most 17 digits; locale-independent. */
void atn_digits_put(double value, int place, bool scientific, char text[ATN_DIGITS_SIZE]);
/* `value` with so many significant digits, in the notation that is easier to read. */
void atn_digits_short(double value, int digits, char text[ATN_DIGITS_SIZE]);

/* Where an estimate's digits end.  The standard error keeps two, the estimate and its interval end
 * at the same decimal place, but show one digit and at most twelve; without a standard error the
 * estimate keeps six. */
typedef struct atn_digits_plan {
    int place;       /* of the estimate and its interval */
    int error_place; /* of the standard error */
    bool scientific, error_scientific;
} atn_digits_plan;
atn_digits_plan atn_digits_for(double estimate, double std_error, double lower, double upper);

#endif
