#include "base/stream.h"

#include <Random123/philox.h>

void atn_stream_init(atn_stream *s, uint64_t seed, atn_purpose purpose, uint64_t chain,
                     uint64_t draw)
{
    *s = (atn_stream){.key = {seed, (uint64_t)purpose}, .counter = {0, draw, chain, 0}};
}

/* The next four words: Philox4x64-10, Salmon, Moraes, Dror & Shaw (2011). */
static void refill(atn_stream *s)
{
    const philox4x64_ctr_t counter = {{s->counter[0], s->counter[1], s->counter[2], s->counter[3]}};
    const philox4x64_key_t key = {{s->key[0], s->key[1]}};
    const philox4x64_ctr_t words = philox4x64(counter, key);
    for (int i = 0; i < 4; i++) s->buffer[i] = words.v[i];
    s->counter[0]++;
    s->left = 4;
}

uint64_t atn_stream_bits(atn_stream *s)
{
    if (s->left == 0) refill(s);
    return s->buffer[4 - s->left--];
}

double atn_stream_uniform(atn_stream *s)
{
    /* Midpoints of 2^52 equal cells: symmetric about 1/2 and never 0 or 1. */
    return ((double)(atn_stream_bits(s) >> 12) + 0.5) * 0x1p-52;
}

double atn_stream_normal(atn_stream *s)
{
    return atn_normal_quantile(atn_stream_uniform(s));
}

void atn_stream_normals(atn_stream *s, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = atn_stream_normal(s);
}

uint64_t atn_stream_below(atn_stream *s, uint64_t n)
{
    if (n < 2) return 0;
    /* The first 2^64 mod n words would favour the low remainders. */
    const uint64_t biased = (0 - n) % n;
    uint64_t word;
    do word = atn_stream_bits(s);
    while (word < biased);
    return word % n;
}
