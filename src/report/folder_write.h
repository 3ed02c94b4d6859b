/* Inside the report room: texts into the files of a folder. */
#ifndef ATN_REPORT_FOLDER_WRITE_H
#define ATN_REPORT_FOLDER_WRITE_H

#include "report_internal.h"

typedef struct atn_folder {
    attain_context *ctx;
    const char *path;
    size_t refusals; /* of memory, before the call */
    attain_error *err;
} atn_folder;

/* Makes the folder, whose path is borrowed. */
attain_status atn_folder_open(atn_folder *folder, attain_context *ctx, const char *path,
                              attain_error *err);
/* Writes `text` whole or not at all; `name` may lie in folders below, which are made.  NOMEM where
 * any word was missing for want of memory, for it spoils the text it was meant for. */
attain_status atn_folder_text(const atn_folder *folder, const char *name, const atn_text *text);
/* Every table of the results as NAME.csv. */
attain_status atn_folder_tables(const atn_folder *folder, const attain_results *results);

#endif
