/* Sorting without allocation. */
#ifndef ATN_STATS_ORDER_H
#define ATN_STATS_ORDER_H

#include <stddef.h>

/* Sorts pairs ascending by key, equal keys by tag, in place.  Keys must not be NaN. */
void atn_sort_pairs(double *key, double *tag, size_t n);

#endif
