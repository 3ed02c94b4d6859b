/* Several order statistics at once: quicksort that descends only into parts that hold a wanted
 * rank (Hoare 1961, FIND, for many ranks).  The partition is branch-free, since the draws' order is
 * random and a mispredicted branch would cost more than the move. */
#include "stats/distribution.h"

#include <math.h>

typedef struct rank_list {
    const size_t *rank;
    size_t n;
} rank_list;

static void insertion_sort(double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const double v = x[i];
        size_t j = i;
        for (; j > 0 && x[j - 1] > v; j--) x[j] = x[j - 1];
        x[j] = v;
    }
}

static void sift(double *x, size_t root, size_t n)
{
    const double v = x[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && x[child] < x[child + 1]) child++;
        if (!(v < x[child])) break;
        x[root] = x[child];
    }
    x[root] = v;
}

static void heap_sort(double *x, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) sift(x, i, n);
    for (size_t end = n; end-- > 1;) {
        const double top = x[0];
        x[0] = x[end];
        x[end] = top;
        sift(x, 0, end);
    }
}

static double median3(double a, double b, double c)
{
    const double low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : (c > high ? high : c);
}

static double choose_pivot(const double *x, size_t n)
{
    const size_t s = n / 8;
    if (n < 128) return median3(x[0], x[n / 2], x[n - 1]);
    return median3(median3(x[0], x[s], x[2 * s]), median3(x[3 * s], x[4 * s], x[5 * s]),
                   median3(x[6 * s], x[7 * s], x[n - 1]));
}

/* Moves entries below the pivot (or, with `ties`, not above it) to the front; returns their count.
 */
static size_t partition(double *x, size_t n, double pivot, bool ties)
{
    size_t k = 0;
    if (ties) {
        for (size_t i = 0; i < n; i++) {
            const double v = x[i], u = x[k];
            x[i] = u;
            x[k] = v;
            k += v <= pivot;
        }
    } else {
        for (size_t i = 0; i < n; i++) {
            const double v = x[i], u = x[k];
            x[i] = u;
            x[k] = v;
            k += v < pivot;
        }
    }
    return k;
}

/* x holds the order statistics offset .. offset + n - 1 in any order; ranks lie in that range. */
static void select_ranks(double *x, size_t n, size_t offset, rank_list want, unsigned depth)
{
    while (want.n > 0 && n > 24) {
        if (depth-- == 0) {
            heap_sort(x, n);
            return;
        }
        const double pivot = choose_pivot(x, n);
        size_t k = partition(x, n, pivot, false);
        if (k == 0) {
            /* The pivot is the least: all its ties are in place once they are in front. */
            k = partition(x, n, pivot, true);
            if (k == 0) return; /* NaN */
            while (want.n > 0 && *want.rank < offset + k) {
                want.rank++;
                want.n--;
            }
        } else {
            rank_list left = {want.rank, 0};
            while (left.n < want.n && left.rank[left.n] < offset + k) left.n++;
            select_ranks(x, k, offset, left, depth);
            want.rank += left.n;
            want.n -= left.n;
        }
        x += k;
        n -= k;
        offset += k;
    }
    if (want.n > 0) insertion_sort(x, n);
}

static double between(double low, double high, double share)
{
    /* Also keeps infinity - infinity out. */
    if (share <= 0.0 || low == high) return low;
    return low + share * (high - low);
}

enum { RANKS_AT_ONCE = 32 };

void atn_quantiles(double *x, size_t n, const double *p, size_t n_p, double *out)
{
    unsigned depth = 8;
    for (size_t m = n; m > 0; m >>= 1) depth += 2;
    for (size_t first = 0; first < n_p; first += RANKS_AT_ONCE) {
        const size_t count = n_p - first < RANKS_AT_ONCE ? n_p - first : RANKS_AT_ONCE;
        size_t rank[2 * RANKS_AT_ONCE], lower[RANKS_AT_ONCE], n_ranks = 0;
        for (size_t i = 0; i < count && n > 0; i++) {
            lower[i] = (size_t)floor((double)(n - 1) * p[first + i]);
            for (size_t r = lower[i]; r <= lower[i] + 1 && r < n; r++)
                if (n_ranks == 0 || rank[n_ranks - 1] < r) rank[n_ranks++] = r;
        }
        select_ranks(x, n, 0, (rank_list){rank, n_ranks}, depth);
        for (size_t i = 0; i < count; i++) {
            if (n == 0) {
                out[first + i] = NAN;
                continue;
            }
            const size_t l = lower[i];
            const double share = (double)(n - 1) * p[first + i] - (double)l;
            out[first + i] = l + 1 < n ? between(x[l], x[l + 1], share) : x[l];
        }
    }
}

/* Neumaier (1974): the running error also catches terms larger than the sum. */
static double compensated_sum(const double *x, size_t n, double centre, int power)
{
    double sum = 0.0, lost = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - centre, v = power == 2 ? d * d : d, t = sum + v;
        lost += fabs(sum) >= fabs(v) ? (sum - t) + v : (v - t) + sum;
        sum = t;
    }
    return isfinite(lost) ? sum + lost : sum;
}

double atn_mean(const double *x, size_t n)
{
    if (n == 0) return NAN;
    const double rough = compensated_sum(x, n, 0.0, 1) / (double)n;
    /* The second pass brings the rounding of the large sum back to that of the mean. */
    return isfinite(rough) ? rough + compensated_sum(x, n, rough, 1) / (double)n : rough;
}

double atn_sd(const double *x, size_t n)
{
    if (n < 2) return NAN;
    const double mean = atn_mean(x, n);
    const double drift = compensated_sum(x, n, mean, 1);
    const double ss = compensated_sum(x, n, mean, 2) - drift * drift / (double)n;
    return sqrt(ss > 0.0 || isnan(ss) ? ss / (double)(n - 1) : 0.0);
}
