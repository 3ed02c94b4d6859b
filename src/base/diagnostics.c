#include "base/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct attain_diagnostics {
    attain_context *ctx;
    attain_diagnostic *items; /* the strings of an item are one block, which `code` begins */
    size_t count, capacity;
    bool lost; /* an item could not be kept */
};

attain_status attain_diagnostics_create(attain_context *context, attain_diagnostics **list,
                                        attain_error *err)
{
    atn_error_clear(err);
    *list = ATN_NEW(context, attain_diagnostics);
    if (!*list) return atn_fail_nomem(err);
    (*list)->ctx = context;
    return ATTAIN_OK;
}

void attain_diagnostics_free(attain_diagnostics *list)
{
    if (!list) return;
    for (size_t i = 0; i < list->count; i++) atn_free(list->ctx, list->items[i].code);
    atn_free(list->ctx, list->items);
    atn_free(list->ctx, list);
}

size_t attain_diagnostics_count(const attain_diagnostics *list)
{
    return list ? list->count : 0;
}

size_t attain_diagnostics_count_of(const attain_diagnostics *list, attain_severity at_least)
{
    size_t n = 0;
    if (!list) return 0;
    for (size_t i = 0; i < list->count; i++) n += list->items[i].severity >= at_least;
    return n;
}

const attain_diagnostic *attain_diagnostics_get(const attain_diagnostics *list, size_t index)
{
    return list && index < list->count ? list->items + index : NULL;
}

/* Copies a text behind *at and moves on; NULL counts as empty. */
static const char *place_text(char **at, const char *text)
{
    const char *copy = *at;
    const size_t n = text ? strlen(text) : 0;
    if (n) memcpy(*at, text, n);
    (*at)[n] = '\0';
    *at += n + 1;
    return copy;
}

static size_t text_size(const char *text)
{
    return text ? strlen(text) + 1 : 1;
}

void atn_diagnose(attain_diagnostics *list, attain_severity severity, const char *code,
                  const atn_place *where, const char *format, ...)
{
    if (!list || list->lost) return;
    static const atn_place nowhere = {0};
    if (!where) where = &nowhere;

    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    const size_t message = length < 0 ? 1 : (size_t)length + 1;
    char *block = atn_alloc_array(
        list->ctx, text_size(code) + text_size(where->file) + text_size(where->pointer) + message,
        1);
    void *items = list->items;
    const bool room =
        block && atn_grow(list->ctx, &items, &list->capacity, list->count + 1, sizeof *list->items);
    list->items = items;
    if (!room) {
        atn_free(list->ctx, block);
        list->lost = true;
        return;
    }

    char *at = block;
    attain_diagnostic *item = list->items + list->count++;
    *item = (attain_diagnostic){.severity = severity, .line = where->line, .column = where->column};
    item->code = place_text(&at, code);
    item->file = place_text(&at, where->file);
    item->pointer = place_text(&at, where->pointer);
    va_start(args, format);
    vsnprintf(at, message, format, args);
    va_end(args);
    item->message = at;
}

void atn_diagnostics_set_place(attain_diagnostics *list, size_t index, long line, long column)
{
    if (!list || index >= list->count) return;
    list->items[index].line = line;
    list->items[index].column = column;
}

attain_status atn_diagnostics_status(const attain_diagnostics *list, size_t from,
                                     attain_status status, attain_error *err)
{
    if (!list) return ATTAIN_OK;
    if (list->lost) return atn_fail_nomem(err);
    for (size_t i = from; i < list->count; i++) {
        const attain_diagnostic *item = list->items + i;
        if (item->severity < ATTAIN_SEVERITY_ERROR) continue;
        return atn_fail_at(err, status, item->pointer, item->line, item->column, "%s",
                           item->message);
    }
    return ATTAIN_OK;
}
