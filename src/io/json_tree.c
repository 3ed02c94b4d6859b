/* From scanned text to a tree, and from pointers back to places in the text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/json.h"
#include "io/json_bytes.h"

/* Gives the tree's numbers, in document order, the values the scan read. */
static const double *fill_numbers(cJSON *node, const double *next)
{
    if (cJSON_IsNumber(node)) node->valuedouble = *next++;
    cJSON *child;
    cJSON_ArrayForEach (child, node) {
        next = fill_numbers(child, next);
    }
    return next;
}

attain_status atn_json_parse(attain_context *ctx, const char *text, size_t length, const char *file,
                             attain_diagnostics *list, cJSON **tree, attain_error *err)
{
    *tree = NULL;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        length -= 3;
    }
    atn_json_numbers numbers = {0};
    char *masked = atn_strndup(ctx, text, length);
    if (!masked) return atn_fail_nomem(err);
    attain_status status = atn_json_scan(ctx, text, length, file, list, &numbers, masked, err);
    if (status == ATTAIN_OK) {
        /* the text is known to be good, so only memory can fail here */
        *tree = cJSON_ParseWithLength(masked, length);
        if (*tree)
            fill_numbers(*tree, numbers.values);
        else
            status = atn_fail_nomem(err);
    }
    atn_free(ctx, numbers.values);
    atn_free(ctx, masked);
    return status;
}

static const char *space(const char *at)
{
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
    return at;
}

static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++)
        if (*at == '\\') at++;
    return at + 1;
}

/* Past one value of a scanned text: brackets are counted, strings jumped over. */
static const char *skip_value(const char *at)
{
    int depth = 0;
    do {
        at = space(at);
        if (*at == '"') {
            at = skip_string(at);
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            depth--;
            at++;
        } else if (*at == ',' || *at == ':') {
            at++;
        } else {
            while (*at && !strchr(" \t\r\n,:]}", *at)) at++;
        }
    } while (depth > 0);
    return at;
}

/* The next segment of a pointer, unescaped and cut to size; *pointer moves to the next '/' or
 * end. */
static void segment(const char **pointer, char *out, size_t size)
{
    size_t n = 0;
    const char *p = *pointer + 1;
    for (; *p && *p != '/'; p++) {
        char c = *p;
        if (c == '~' && (p[1] == '0' || p[1] == '1')) c = *++p == '0' ? '~' : '/';
        if (n + 1 < size) out[n++] = c;
    }
    out[n] = '\0';
    *pointer = p;
}

static bool same_text(const char *body, const char *name)
{
    for (;;) {
        const long c = atn_json_next(&body);
        if (c < 0) return *name == '\0';
        char bytes[4];
        const size_t n = atn_json_utf8(c, bytes);
        if (strncmp(name, bytes, n) != 0) return false;
        name += n;
    }
}

/* Value of a member or an element, NULL if there is none; *key its name or the value itself. */
static const char *child(const char *at, const char *name, const char **key)
{
    const bool object = *at == '{';
    char *rest;
    const unsigned long index = strtoul(name, &rest, 10);
    if (!object && (*at != '[' || *rest || !*name)) return NULL;
    at = space(at + 1);
    for (unsigned long k = 0; *at != '}' && *at != ']'; k++) {
        *key = at;
        bool found = !object && k == index;
        if (object) {
            found = same_text(at + 1, name);
            at = space(space(skip_string(at)) + 1);
        }
        if (found) return at;
        at = space(skip_value(at));
        if (*at == ',') at = space(at + 1);
    }
    return NULL;
}

/* The value a pointer leads to, or its nearest ancestor with *whole false. */
static const char *find(const char *text, const char *pointer, const char **key, bool *whole)
{
    const char *at = space(text);
    *key = at;
    *whole = true;
    while (*pointer == '/') {
        char name[ATN_JSON_POINTER_SIZE];
        segment(&pointer, name, sizeof name);
        const char *member, *value = child(at, name, &member);
        if (!value) {
            *whole = false;
            return at;
        }
        at = value;
        *key = member;
    }
    return at;
}

void atn_json_locate(const char *text, size_t length, const char *pointer, bool key, long *line,
                     long *column)
{
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
    bool whole;
    const char *name, *at = find(text, pointer, &name, &whole);
    atn_json_line_column(text, key && whole ? name : at, line, column);
}

bool atn_json_locate_in_string(const char *text, size_t length, const char *pointer, size_t index,
                               long *line, long *column)
{
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
    bool whole;
    const char *name, *at = find(text, pointer, &name, &whole);
    if (!whole || *at != '"') return false;
    at++;
    for (size_t n = 0; n < index;) {
        char bytes[4];
        const char *next = at;
        const long c = atn_json_next(&next);
        if (c < 0) break;
        at = next;
        n += atn_json_utf8(c, bytes);
    }
    atn_json_line_column(text, at, line, column);
    return true;
}

bool atn_json_pointer_push(char *pointer, const char *name)
{
    const size_t old = strlen(pointer);
    size_t n = old;
    if (n + 2 > ATN_JSON_POINTER_SIZE) return false;
    pointer[n++] = '/';
    for (; *name; name++) {
        const bool escape = *name == '~' || *name == '/';
        if (n + 3 > ATN_JSON_POINTER_SIZE) {
            pointer[old] = '\0';
            return false;
        }
        if (escape) pointer[n++] = '~';
        pointer[n++] = *name == '~' ? '0' : *name == '/' ? '1' : *name;
    }
    pointer[n] = '\0';
    return true;
}

static cJSON *tree_child(cJSON *node, const char *name)
{
    if (cJSON_IsObject(node)) return cJSON_GetObjectItemCaseSensitive(node, name);
    long index;
    if (!cJSON_IsArray(node) || !atn_integer_parse(name, strlen(name), &index)) return NULL;
    if (index < 0 || index >= cJSON_GetArraySize(node)) return NULL;
    return cJSON_GetArrayItem(node, (int)index);
}

attain_status atn_json_set(cJSON *tree, const char *pointer, cJSON *value, attain_error *err)
{
    if (*pointer != '/')
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "'%.100s' is no pointer: it must start with /",
                        pointer);
    cJSON *node = tree;
    const char *at = pointer;
    char name[ATN_JSON_POINTER_SIZE];
    for (segment(&at, name, sizeof name); *at == '/'; segment(&at, name, sizeof name)) {
        cJSON *const parent = node;
        node = tree_child(parent, name);
        if (!node && parent == tree && cJSON_IsObject(tree)) /* a part left out, like /fit */
            node = cJSON_AddObjectToObject(parent, name);
        if (!node)
            return atn_fail(err, ATTAIN_ERR_ARGUMENT, "nothing stands at '%.*s' in the study",
                            (int)(at - pointer), pointer);
    }
    cJSON *old = tree_child(node, name);
    bool done;
    if (old) {
        done = cJSON_IsObject(node) ? cJSON_ReplaceItemInObjectCaseSensitive(node, name, value)
                                    : cJSON_ReplaceItemViaPointer(node, old, value);
    } else if (cJSON_IsObject(node)) {
        done = cJSON_AddItemToObject(node, name, value);
    } else if (cJSON_IsArray(node) && strcmp(name, "-") == 0) {
        done = cJSON_AddItemToArray(node, value);
    } else {
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "'%.200s' has no place in the study", pointer);
    }
    return done ? ATTAIN_OK : atn_fail_nomem(err);
}
