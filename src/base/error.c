#include "base/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *attain_status_text(attain_status status)
{
#define AS_TEXT(name, code, text)                                                                  \
    case ATTAIN_ERR_##name: return text;
    switch (status) {
        ATTAIN_STATUS_LIST(AS_TEXT)
    }
#undef AS_TEXT
    return "unknown status";
}

void atn_error_clear(attain_error *err)
{
    if (err) *err = (attain_error){.status = ATTAIN_OK};
}

/* Shortens a text that filled its buffer so that it ends with a whole UTF-8 character. */
static void cut_whole(char *text, size_t size)
{
    size_t n = size - 1;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80) n--;
    if (n == 0) return;
    const unsigned char lead = (unsigned char)text[n - 1];
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (n - 1 + length > size - 1) text[n - 1] = '\0';
}

static void copy_cut(char *to, size_t size, const char *from)
{
    const size_t n = strlen(from);
    memcpy(to, from, n < size ? n + 1 : size - 1);
    to[size - 1] = '\0';
    if (n >= size) cut_whole(to, size);
}

static attain_status record(attain_error *err, attain_status status, const char *pointer, long line,
                            long column, const char *format, va_list args)
{
    if (!err || err->status != ATTAIN_OK) return status;
    err->status = status;
    err->line = line;
    err->column = column;
    copy_cut(err->pointer, sizeof err->pointer, pointer ? pointer : "");
    const int n = vsnprintf(err->message, sizeof err->message, format, args);
    if (n < 0)
        copy_cut(err->message, sizeof err->message, attain_status_text(status));
    else if ((size_t)n >= sizeof err->message)
        cut_whole(err->message, sizeof err->message);
    return status;
}

attain_status atn_fail(attain_error *err, attain_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    record(err, status, NULL, 0, 0, format, args);
    va_end(args);
    return status;
}

attain_status atn_fail_at(attain_error *err, attain_status status, const char *pointer, long line,
                          long column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    record(err, status, pointer, line, column, format, args);
    va_end(args);
    return status;
}

attain_status atn_fail_nomem(attain_error *err)
{
    return atn_fail(err, ATTAIN_ERR_NOMEM, "out of memory");
}
