#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void atn_text_init(atn_text *text, attain_context *ctx)
{
    *text = (atn_text){.ctx = ctx, .style = ctx ? ctx->style : ATTAIN_NUMBERS_COMMA};
}

void atn_text_free(atn_text *text)
{
    if (!text->ctx) return;
    atn_free(text->ctx, text->data);
    *text = (atn_text){.ctx = text->ctx, .style = text->style};
}

bool atn_text_ok(const atn_text *text)
{
    return !text->failed;
}

/* Room for n more bytes and the NUL. */
static bool reserve(atn_text *text, size_t n)
{
    if (text->failed) return false;
    if (n < text->capacity - text->length) return true; /* most of the time */
    void *data = text->data;
    text->failed =
        n > SIZE_MAX / 4 || !atn_grow(text->ctx, &data, &text->capacity, text->length + n + 1, 1);
    text->data = data;
    return !text->failed;
}

void atn_text_add_bytes(atn_text *text, const char *bytes, size_t n)
{
    if (!reserve(text, n)) return;
    if (n) memcpy(text->data + text->length, bytes, n);
    text->length += n;
    text->data[text->length] = '\0';
}

void atn_text_add(atn_text *text, const char *string)
{
    atn_text_add_bytes(text, string, strlen(string));
}

void atn_text_printf(atn_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) text->failed = true;
    if (n < 0 || !reserve(text, (size_t)n)) return;
    va_start(args, format);
    vsnprintf(text->data + text->length, (size_t)n + 1, format, args);
    va_end(args);
    text->length += (size_t)n;
}

void atn_text_number(atn_text *text, double value)
{
    char buffer[ATN_NUMBER_SIZE];
    atn_text_add_bytes(text, buffer, atn_number_format(value, buffer));
}

void atn_text_grouped(atn_text *text, double value, int decimals)
{
    char buffer[64];
    const size_t n = atn_number_fixed(value, decimals, buffer);
    if (fabs(value) < 1e45)
        atn_text_group_digits(text, buffer);
    else
        atn_text_add_bytes(text, buffer, n);
}

void atn_text_group_digits(atn_text *text, const char *fixed)
{
    static const char *const separators[] = {",", "\xe2\x80\xaf", "."};
    const char *separator = separators[text->style];
    size_t from = fixed[0] == '-';
    size_t left = strcspn(fixed + from, ".");
    atn_text_add_bytes(text, fixed, from);
    while (left > 0) {
        const size_t group = left % 3 ? left % 3 : 3;
        atn_text_add_bytes(text, fixed + from, group);
        from += group;
        left -= group;
        if (left) atn_text_add(text, separator);
    }
    if (fixed[from] == '.' && text->style == ATTAIN_NUMBERS_POINT) {
        atn_text_add(text, ",");
        from++;
    }
    atn_text_add(text, fixed + from);
}

char *atn_text_take(atn_text *text)
{
    if (!text->data) atn_text_add(text, "");
    char *data = text->failed ? NULL : text->data;
    if (!data) atn_free(text->ctx, text->data);
    *text = (atn_text){.ctx = text->ctx};
    return data;
}
