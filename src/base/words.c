/* Judging text: encoding, identifiers, what a mistyped word may have meant. */
#include "base/text.h"

#include <string.h>

/* Length of the well-formed UTF-8 sequence that begins at s (Unicode 15, table 3-7); 0 if none. */
static size_t sequence(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80) return 1;
    size_t length;
    unsigned low = 0x80, high = 0xBF;
    if (s[0] >= 0xC2 && s[0] <= 0xDF) {
        length = 2;
    } else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
        length = 3;
        if (s[0] == 0xE0) low = 0xA0;  /* overlong */
        if (s[0] == 0xED) high = 0x9F; /* surrogates */
    } else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        length = 4;
        if (s[0] == 0xF0) low = 0x90;  /* overlong */
        if (s[0] == 0xF4) high = 0x8F; /* beyond U+10FFFF */
    } else {
        return 0;
    }
    if (length > n || s[1] < low || s[1] > high) return 0;
    for (size_t i = 2; i < length; i++)
        if (s[i] < 0x80 || s[i] > 0xBF) return 0;
    return length;
}

bool atn_utf8_valid(const char *bytes, size_t n)
{
    const unsigned char *s = (const unsigned char *)bytes;
    for (size_t i = 0; i < n;) {
        uint64_t eight;
        if (i + sizeof eight <= n) { /* most text is ASCII */
            memcpy(&eight, s + i, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof eight;
                continue;
            }
        }
        const size_t length = sequence(s + i, n - i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool atn_id_valid(const char *text)
{
    if (!is_alphanumeric(*text)) return false;
    const char *at = text;
    for (; *at; at++)
        if (!is_alphanumeric(*at) && *at != '_' && *at != '-') return false;
    return at - text <= 64;
}

enum { LONGEST_WORD = 64 };

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Edit distance with insertions, deletions, changes and swaps of neighbours (Damerau 1964), no
 * letter edited twice; case does not count.  Three rows of the table suffice. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST_WORD + 1];
    for (size_t j = 0; j <= m; j++) rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const char x = fold(a[i - 1]), y = fold(b[j - 1]);
            size_t best = above[j - 1] + (x != y);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2]) &&
                second[j - 2] + 1 < best)
                best = second[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

const char *atn_suggest(const char *word, const char *const *candidates, size_t n)
{
    const size_t length = strlen(word);
    if (length == 0 || length > LONGEST_WORD) return NULL;
    size_t least = length / 3 > 1 ? length / 3 : 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < n; i++) {
        const size_t other = strlen(candidates[i]);
        if (other > LONGEST_WORD) continue;
        const size_t d = distance(word, length, candidates[i], other);
        if (d > least || (nearest && d == least)) continue;
        least = d;
        nearest = candidates[i];
    }
    return nearest;
}
