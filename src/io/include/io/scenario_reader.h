/* Reading scenarios; internal to the io room. */
#ifndef ATN_IO_SCENARIO_READER_H
#define ATN_IO_SCENARIO_READER_H

#include "io/reader.h"

/* Appends the scenarios of a list to the study's; the path stands at the list. */
void atn_read_scenario_list(atn_reader *r, const cJSON *list);
void atn_scenario_free(attain_context *ctx, atn_scenario *scenario);
const char *atn_change_size_key(atn_change_kind kind);

/* scenario_target.c: finds what change->target names.  `key` is the member that names it; an
 * unknown one is recorded with a suggestion, and gives false. */
bool atn_find_settable(atn_reader *r, const char *key, atn_change *change);
bool atn_find_capacity(atn_reader *r, const char *key, atn_change *change);
/* A size: number, prior text, constant formula, or {"prior", "lower", "upper"}. */
bool atn_get_size(atn_reader *r, const cJSON *object, const char *key, atn_size *out);

#endif
