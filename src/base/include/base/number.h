/* Inside number.c: the digits of doubles. */
#ifndef ATN_BASE_NUMBER_H
#define ATN_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The first of 15, 16, 17 significant digits that read back as `value` (to the nearest, halves to
 * even), as a whole number that may end in zeros: value = 0.DIGITS x 10^point.  false where the
 * value is not in [1e-10, 1e17) or the compiler has no integers of 128 bits: others must do it. */
bool atn_shortest_digits(double value, uint64_t *digits, int *point);

#endif
