/* cJSON building with a sticky failure, so that the parts read as the document does. */
#include "results_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static cJSON *attach(atn_builder *b, cJSON *parent, const char *key, cJSON *item)
{
    if (!item || !parent) {
        cJSON_Delete(item);
        b->failed = true;
        return NULL;
    }
    const cJSON_bool added =
        key ? cJSON_AddItemToObject(parent, key, item) : cJSON_AddItemToArray(parent, item);
    if (added) return item;
    cJSON_Delete(item);
    b->failed = true;
    return NULL;
}

cJSON *atn_build_object(atn_builder *b, cJSON *parent, const char *key)
{
    return attach(b, parent, key, cJSON_CreateObject());
}

cJSON *atn_build_array(atn_builder *b, cJSON *parent, const char *key)
{
    return attach(b, parent, key, cJSON_CreateArray());
}

void atn_build_number(atn_builder *b, cJSON *parent, const char *key, double value)
{
    attach(b, parent, key, isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

void atn_build_text(atn_builder *b, cJSON *parent, const char *key, const char *value)
{
    attach(b, parent, key, cJSON_CreateString(value ? value : ""));
}

void atn_build_bool(atn_builder *b, cJSON *parent, const char *key, bool value)
{
    attach(b, parent, key, cJSON_CreateBool(value));
}

void atn_build_null(atn_builder *b, cJSON *parent, const char *key)
{
    attach(b, parent, key, cJSON_CreateNull());
}

void atn_build_date(atn_builder *b, cJSON *parent, const char *key, atn_day day)
{
    char text[ATN_DATE_SIZE];
    atn_date_format(day, text);
    atn_build_text(b, parent, key, text);
}

void atn_build_numbers(atn_builder *b, cJSON *parent, const char *key, const double *values,
                       size_t n)
{
    cJSON *array = atn_build_array(b, parent, key);
    for (size_t i = 0; i < n; i++) atn_build_number(b, array, NULL, values[i]);
}

void atn_build_levels(atn_builder *b, cJSON *parent, const char *key, const double *levels,
                      const double *values, size_t n)
{
    cJSON *object = atn_build_object(b, parent, key);
    for (size_t i = 0; i < n; i++) {
        char name[ATN_NUMBER_SIZE];
        atn_number_format(levels[i], name);
        atn_build_number(b, object, name, values[i]);
    }
}

void atn_build_diagnostic(atn_builder *b, attain_severity severity, const char *code,
                          const char *where, const char *format, ...)
{
    static const char *const names[] = {"note", "warning", "error"};
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    cJSON *item = atn_build_object(b, b->diagnostics, NULL);
    atn_build_text(b, item, "code", code);
    atn_build_text(b, item, "severity", names[severity]);
    atn_build_text(b, item, "where", where);
    atn_build_text(b, item, "message", message);
}
