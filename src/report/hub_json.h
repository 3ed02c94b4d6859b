/* Inside the report room: JSON written from its beginning to its end, two spaces a level. */
#ifndef ATN_REPORT_HUB_JSON_H
#define ATN_REPORT_HUB_JSON_H

#include "base/text.h"

typedef struct atn_json_writer {
    atn_text *out;
    int depth;
    bool filled; /* what is open holds something */
    bool flat;   /* and stands on one line */
} atn_json_writer;

/* Members have a key, elements NULL.  `bracket`: '{' or '['; closed with '}' or ']'.  What stands
 * in a flat one holds no other. */
void atn_json_open(atn_json_writer *w, const char *key, char bracket);
void atn_json_open_flat(atn_json_writer *w, const char *key, char bracket);
void atn_json_close(atn_json_writer *w, char bracket);
void atn_json_string(atn_json_writer *w, const char *key, const char *text);
/* The same, cut to so many characters, the last an ellipsis. */
void atn_json_cut(atn_json_writer *w, const char *key, const char *text, size_t most);
/* A number, true, false or null as it is to stand. */
void atn_json_bare(atn_json_writer *w, const char *key, const char *text);
void atn_json_number(atn_json_writer *w, const char *key, double value);

#endif
