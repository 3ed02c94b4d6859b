/* What a regression's table and its chart both say. */
#ifndef ATN_REGRESSION_WORDS_H
#define ATN_REGRESSION_WORDS_H

#include "io/regression_result.h"
#include "report/digits.h"

/* "y = b1*(1-exp(-b2*x))"; of a curve, what stands for its t behind it. */
void atn_say_equation(const attain_regression *r, atn_text *out);
/* "least squares over 14 rows of FILE, weighted by w". */
void atn_say_method(const attain_regression *r, atn_text *out);
/* "95", "99.9": the level in percent. */
void atn_say_level(const attain_regression *r, char text[ATN_DIGITS_SIZE]);
const char *atn_outcome_words(attain_regression_outcome outcome);
const char *atn_loss_word(attain_loss loss); /* "Huber", "Student-t", "squared" */

#endif
