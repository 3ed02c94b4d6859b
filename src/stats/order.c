#include "stats/order.h"

#include <stdbool.h>

static bool before(double key_a, double tag_a, double key_b, double tag_b)
{
    return key_a < key_b || (key_a == key_b && tag_a < tag_b);
}

/* Heap order by the largest, for heapsort: no scratch and no bad case. */
static void sift_pair(double *key, double *tag, size_t root, size_t n)
{
    const double k = key[root], t = tag[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && before(key[child], tag[child], key[child + 1], tag[child + 1]))
            child++;
        if (!before(k, t, key[child], tag[child])) break;
        key[root] = key[child];
        tag[root] = tag[child];
    }
    key[root] = k;
    tag[root] = t;
}

static void swap(double *a, double *b)
{
    const double keep = *a;
    *a = *b;
    *b = keep;
}

void atn_sort_pairs(double *key, double *tag, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) sift_pair(key, tag, i, n);
    for (size_t end = n; end-- > 1;) {
        swap(&key[0], &key[end]);
        swap(&tag[0], &tag[end]);
        sift_pair(key, tag, 0, end);
    }
}
