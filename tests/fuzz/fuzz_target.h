/* One input of the reader's fuzzing: a study, optionally "%%" on a line and a table.  Everything it
 * promises is asserted: no crash, no leak, places inside the text, and round trips of what was
 * accepted.  Shared by the replay in ctest and by any fuzzer with an LLVMFuzzerTestOneInput. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

typedef struct fuzz_counts {
    size_t json, table, study; /* inputs accepted as such */
} fuzz_counts;

void fuzz_one(const uint8_t *data, size_t size, fuzz_counts *counts);

#endif
