/* A little JSON writer. */
#include "hub_json.h"

#include <string.h>

#include "report/escape.h"
#include "report/phrase.h"

static void begin(atn_json_writer *w, const char *key)
{
    if (w->filled) atn_text_add(w->out, w->flat ? ", " : ",");
    if (!w->flat && w->depth > 0) atn_text_add(w->out, "\n");
    for (int i = 0; !w->flat && i < w->depth; i++) atn_text_add(w->out, "  ");
    if (key) {
        atn_escape_json(w->out, key);
        atn_text_add(w->out, ": ");
    }
    w->filled = true;
}

void atn_json_open(atn_json_writer *w, const char *key, char bracket)
{
    begin(w, key);
    atn_text_add_bytes(w->out, &bracket, 1);
    w->depth++;
    w->filled = false;
}

void atn_json_open_flat(atn_json_writer *w, const char *key, char bracket)
{
    atn_json_open(w, key, bracket);
    w->flat = true;
}

void atn_json_close(atn_json_writer *w, char bracket)
{
    w->depth--;
    if (w->filled && !w->flat) {
        atn_text_add(w->out, "\n");
        for (int i = 0; i < w->depth; i++) atn_text_add(w->out, "  ");
    }
    atn_text_add_bytes(w->out, &bracket, 1);
    if (w->depth == 0) atn_text_add(w->out, "\n");
    w->flat = false;
    w->filled = true;
}

void atn_json_string(atn_json_writer *w, const char *key, const char *text)
{
    begin(w, key);
    atn_escape_json(w->out, text);
}

void atn_json_cut(atn_json_writer *w, const char *key, const char *text, size_t most)
{
    if (atn_utf8_length(text) <= most) {
        atn_json_string(w, key, text);
        return;
    }
    size_t characters = 0, n = 0;
    for (; text[n]; n++) /* the first byte of a character is none of 10xxxxxx */
        if (((unsigned char)text[n] & 0xc0) != 0x80 && characters++ == most - 1) break;
    atn_text cut;
    atn_text_init(&cut, w->out->ctx);
    atn_text_add_bytes(&cut, text, n);
    atn_text_add(&cut, "\xe2\x80\xa6");
    if (atn_text_ok(&cut))
        atn_json_string(w, key, cut.data);
    else
        w->out->failed = true;
    atn_text_free(&cut);
}

void atn_json_bare(atn_json_writer *w, const char *key, const char *text)
{
    begin(w, key);
    atn_text_add(w->out, text);
}

void atn_json_number(atn_json_writer *w, const char *key, double value)
{
    begin(w, key);
    atn_text_number(w->out, value);
}
