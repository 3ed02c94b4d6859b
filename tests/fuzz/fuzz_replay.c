/* Replays the corpus and seeded mutations of it: `fuzz_replay FOLDER [ROUNDS [SEED]]`.  The same
 * arguments try the same inputs; the input being tried is kept in fuzz_last for when one fails. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/base.h>

#include "base/stream.h"
#include "fuzz_target.h"

enum { MAX_SEEDS = 200, MAX_SIZE = 1 << 16 };

typedef struct input {
    uint8_t *bytes;
    size_t size;
} input;

static const char *const tokens[] = {
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r\n",
    "\"\"",
    "null",
    "-1",
    "0",
    "1e308",
    "1e999",
    "0.5",
    "1e-320",
    "[]",
    "{}",
    "\\u",
    "\\ud83d",
    "\xEF\xBB\xBF",
    "\xFF",
    "\xC3",
    "m",
    "t",
    "@2025-02-30",
    "(",
    ")",
    "^-",
    "\"note\":",
    "over",
    "flow",
    "share",
    "identity",
    "-",
    "2025-12-31",
    "0001-01-01",
    "9999-12-31",
    "year",
    "auto",
    "1,179",
    "52%",
    "lognormal(",
    "beta(",
    "\n%%\n",
    "local_trend",
};

static size_t below(atn_stream *s, size_t n)
{
    return (size_t)atn_stream_below(s, n);
}

/* Replaces `cut` bytes at `at` by `n` others; false when the result would be too long. */
static bool splice(input *in, size_t at, size_t cut, const void *bytes, size_t n)
{
    if (in->size - cut + n > MAX_SIZE) return false;
    memmove(in->bytes + at + n, in->bytes + at + cut, in->size - at - cut);
    if (n) memcpy(in->bytes + at, bytes, n);
    in->size = in->size - cut + n;
    return true;
}

static void mutate(atn_stream *s, input *in, const input *seeds, size_t n_seeds)
{
    uint8_t copy[256];
    const size_t at = below(s, in->size + 1);
    size_t left = in->size - at, n;
    switch (below(s, 6)) {
    case 0: /* a byte */
        copy[0] = (uint8_t)below(s, 256);
        if (left) splice(in, at, 1, copy, 1);
        break;
    case 1: { /* a token in, over what stood there or not */
        const char *token = tokens[below(s, sizeof tokens / sizeof *tokens)];
        n = strlen(token);
        splice(in, at, below(s, 2) && left >= n ? n : 0, token, n);
        break;
    }
    case 2: /* a piece out */
        splice(in, at, left ? below(s, left < 40 ? left : 40) : 0, NULL, 0);
        break;
    case 3: /* a piece twice */
        n = left < sizeof copy ? left : sizeof copy;
        n = n ? below(s, n) : 0;
        memcpy(copy, in->bytes + at, n);
        splice(in, at, 0, copy, n);
        break;
    case 4: { /* a piece of another seed */
        const input *other = &seeds[below(s, n_seeds)];
        const size_t from = below(s, other->size + 1);
        n = other->size - from < 60 ? other->size - from : 60;
        splice(in, at, below(s, left < 60 ? left + 1 : 60), other->bytes + from, n);
        break;
    }
    default: /* a digit */
        for (size_t k = at; k < in->size; k++) {
            if (in->bytes[k] < '0' || in->bytes[k] > '9') continue;
            in->bytes[k] = (uint8_t)('0' + below(s, 10));
            break;
        }
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t load(const char *folder, input *seeds)
{
    char *names[MAX_SEEDS];
    size_t n = 0;
    DIR *open_folder = opendir(folder);
    if (!open_folder) return 0;
    for (struct dirent *e; (e = readdir(open_folder)) && n < MAX_SEEDS;)
        if (e->d_name[0] != '.') names[n++] = strdup(e->d_name);
    closedir(open_folder);
    qsort(names, n, sizeof *names, by_name);
    for (size_t k = 0; k < n; k++) {
        char path[2000];
        snprintf(path, sizeof path, "%s/%s", folder, names[k]);
        seeds[k].bytes = malloc(MAX_SIZE);
        FILE *file = fopen(path, "rb");
        if (file) {
            seeds[k].size = fread(seeds[k].bytes, 1, MAX_SIZE, file);
            fclose(file);
        }
        free(names[k]);
    }
    return n;
}

static void keep(const input *in)
{
    FILE *file = fopen("fuzz_last", "wb");
    if (!file) return;
    fwrite(in->bytes, 1, in->size, file);
    fclose(file);
}

/* An exact-size copy, so that a memory checker sees a read past the end. */
static void try_input(const input *in, bool record, fuzz_counts *counts)
{
    uint8_t *exact = malloc(in->size ? in->size : 1);
    if (!exact) return;
    memcpy(exact, in->bytes, in->size);
    if (record) keep(in);
    fuzz_one(exact, in->size, counts);
    free(exact);
}

int main(int argc, char **argv)
{
    static input seeds[MAX_SEEDS];
    static uint8_t work[MAX_SIZE];
    const size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 20000;
    const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 20250120;
    const size_t n = argc > 1 ? load(argv[1], seeds) : 0;
    /* ATTAIN_FUZZ_KEEP=1 records each input before it is tried */
    const bool record = getenv("ATTAIN_FUZZ_KEEP") != NULL;
    fuzz_counts counts = {0};
    if (n == 0) {
        fprintf(stderr, "usage: fuzz_replay FOLDER [ROUNDS [SEED]]\n");
        return 2;
    }
    attain_gsl_quiet();
    for (size_t k = 0; k < n; k++) try_input(&seeds[k], record, &counts);
    for (size_t round = 0; round < rounds; round++) {
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, round);
        const input *from = &seeds[below(&stream, n)];
        input in = {work, from->size};
        memcpy(work, from->bytes, from->size);
        for (size_t k = 1 + below(&stream, 4); k > 0; k--) mutate(&stream, &in, seeds, n);
        try_input(&in, record, &counts);
    }
    printf("seed %llu: %zu inputs, accepted: %zu as JSON, %zu as a table, %zu as a study\n",
           (unsigned long long)seed, n + rounds, counts.json, counts.table, counts.study);
    for (size_t k = 0; k < n; k++) free(seeds[k].bytes);
    /* a replay in which nothing passes would test nothing */
    return counts.json && counts.table && counts.study ? 0 : 1;
}
