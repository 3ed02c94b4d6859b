/* Counter-based random streams: Philox4x64-10 (Salmon et al. 2011) through Random123.  A value
 * depends only on (seed, purpose, chain, draw, position), never on threads or call order. */
#ifndef ATN_BASE_STREAM_H
#define ATN_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>

typedef enum atn_purpose { /* values are part of the results: never renumber */
                           ATN_PURPOSE_START = 1,   /* starting points of the optimiser */
                           ATN_PURPOSE_LAPLACE = 2, /* normal draws of the approximation */
                           ATN_PURPOSE_RESAMPLE =
                               3, /* importance resampling and mixing of blocks */
                           ATN_PURPOSE_SCATTER =
                               4, /* z of the realised path, one chain per series */
                           ATN_PURPOSE_DEVIATION =
                               5, /* innovations beyond the last report, one chain per series */
                           ATN_PURPOSE_SAMPLER = 6,
                           ATN_PURPOSE_SIMULATE = 7,
                           ATN_PURPOSE_PREDICT = 8, /* replicated reports */
                           ATN_PURPOSE_BOOTSTRAP = 9,
                           ATN_PURPOSE_REPLICATE = 17, /* another future of the same draw */
                           ATN_PURPOSE_FIGURE = 18,    /* figures that might be published */
                           ATN_PURPOSE_PIT = 20, /* where a figure lies between F at its ends */
                           ATN_PURPOSE_SCENARIO = 30, /* sizes of changes, one chain a change */
                           ATN_PURPOSE_FORESEE = 40   /* figures to come, one chain a block */
} atn_purpose;

typedef struct atn_stream {
    uint64_t key[2];     /* seed, purpose */
    uint64_t counter[4]; /* block, draw, chain, 0 */
    uint64_t buffer[4];
    unsigned left; /* unread words in buffer */
} atn_stream;

void atn_stream_init(atn_stream *s, uint64_t seed, atn_purpose purpose, uint64_t chain,
                     uint64_t draw);
uint64_t atn_stream_bits(atn_stream *s);
double atn_stream_uniform(atn_stream *s); /* (0, 1), 52 bits, never an endpoint */
double atn_stream_normal(atn_stream *s);  /* inverse CDF: one uniform each */
void atn_stream_normals(atn_stream *s, double *out, size_t n);
uint64_t atn_stream_below(atn_stream *s, uint64_t n); /* 0 .. n-1, unbiased */

/* Standard normal quantile, Wichura (1988) AS 241 PPND16, relative error about 1e-16. */
double atn_normal_quantile(double p);

#endif
