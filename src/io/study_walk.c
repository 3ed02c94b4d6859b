/* The walker: where we are in study.json, what may stand there, and what to say otherwise. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/reader.h"

/* A file with more problems than this is not the file that was meant. */
enum { MAX_PROBLEMS = 1000 };

size_t atn_enter(atn_reader *r, const char *segment)
{
    const size_t mark = strlen(r->pointer);
    atn_json_pointer_push(r->pointer, segment);
    return mark;
}

size_t atn_enter_index(atn_reader *r, size_t index)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", index);
    return atn_enter(r, text);
}

void atn_leave(atn_reader *r, size_t mark)
{
    r->pointer[mark] = '\0';
}

void atn_problem_at(atn_reader *r, attain_severity severity, attain_status status, const char *code,
                    const atn_place *place, const char *message)
{
    if (r->mute) return;
    const bool error = severity == ATTAIN_SEVERITY_ERROR;
    if (error && r->status == ATTAIN_OK) {
        r->status = status;
        atn_fail_at(r->err, status, place->pointer, place->line, place->column, "%s", message);
    }
    if (r->n_problems < MAX_PROBLEMS) atn_diagnose(r->list, severity, code, place, "%s", message);
    if (r->n_problems++ == MAX_PROBLEMS)
        atn_diagnose(r->list, ATTAIN_SEVERITY_ERROR, "too-many-problems", place,
                     "more than %d problems; the rest are not listed", MAX_PROBLEMS);
}

bool atn_overridden(const atn_reader *r, const char *pointer)
{
    for (size_t k = 0; r->study && k < r->study->n_overrides; k++) {
        const char *text = r->study->overrides[k];
        const size_t n = strcspn(text, "=");
        if (strncmp(text, pointer, n) == 0 && (pointer[n] == '\0' || pointer[n] == '/'))
            return true;
    }
    return false;
}

void atn_problem(atn_reader *r, attain_severity severity, attain_status status, const char *code,
                 const char *member, const char *format, ...)
{
    if (r->mute) return;
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const size_t mark = strlen(r->pointer);
    if (member) atn_enter(r, member);
    atn_place place = {.file = r->file, .pointer = r->pointer};
    if (atn_overridden(r, r->pointer))
        place.file = "--set";
    else if (r->n_problems < MAX_PROBLEMS)
        atn_json_locate(r->text, r->length, r->pointer, strcmp(code, "unknown-key") == 0,
                        &place.line, &place.column);
    atn_problem_at(r, severity, status, code, &place, message);
    atn_leave(r, mark);
}

char *atn_copy(atn_reader *r, const char *text)
{
    char *copy = atn_strdup(r->ctx, text);
    if (text && !copy) r->nomem = true;
    return copy;
}

void *atn_make(atn_reader *r, size_t n, size_t size)
{
    void *block = atn_alloc_array(r->ctx, n, size);
    if (!block) r->nomem = true;
    return block;
}

const char *atn_hint(char buffer[ATN_HINT_SIZE], const char *word, const char *const *names,
                     size_t n)
{
    const char *near = n > 0 ? atn_suggest(word, names, n) : NULL;
    buffer[0] = '\0';
    if (near) snprintf(buffer, ATN_HINT_SIZE, "; did you mean '%.64s'?", near);
    return buffer;
}

const char *atn_hint_words(char buffer[ATN_HINT_SIZE], const char *word, const char *const *names)
{
    size_t n = 0;
    while (names[n]) n++;
    return atn_hint(buffer, word, names, n);
}

const char *atn_list_words(char buffer[ATN_WORDS_SIZE], const char *const *words)
{
    size_t n = 0;
    buffer[0] = '\0';
    for (size_t k = 0; words[k] && n + 1 < ATN_WORDS_SIZE; k++)
        n += (size_t)snprintf(buffer + n, ATN_WORDS_SIZE - n, "%s%s", k ? ", " : "", words[k]);
    return buffer;
}

static const char *id_at(const void *base, size_t stride, size_t k)
{
    return *(char *const *)(const void *)((const char *)base + k * stride);
}

size_t atn_find_id(const char *id, const void *base, size_t stride, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const char *other = id_at(base, stride, k);
        if (other && strcmp(id, other) == 0) return k;
    }
    return ATN_NONE;
}

const char *atn_hint_ids(atn_reader *r, char buffer[ATN_HINT_SIZE], const char *word,
                         const void *base, size_t stride, size_t n)
{
    buffer[0] = '\0';
    const char **ids = ATN_MAKE(r, const char *, n);
    if (!ids) return buffer;
    size_t known = 0;
    for (size_t k = 0; k < n; k++)
        if (id_at(base, stride, k)) ids[known++] = id_at(base, stride, k);
    atn_hint(buffer, word, ids, known);
    atn_free(r->ctx, ids);
    return buffer;
}

bool atn_is_remark(const cJSON *member)
{
    return strcmp(member->string, "note") == 0 || strcmp(member->string, "$schema") == 0;
}

size_t atn_count_named(const cJSON *map)
{
    size_t n = 0;
    const cJSON *member;
    cJSON_ArrayForEach (member, map) {
        if (!atn_is_remark(member)) n++;
    }
    return n;
}

void atn_check_keys(atn_reader *r, const cJSON *object, atn_object which)
{
    const char *const *keys = atn_object_keys(which);
    const cJSON *member;
    cJSON_ArrayForEach (member, object) {
        if (atn_is_remark(member)) {
            if (!cJSON_IsString(member) && !cJSON_IsNull(member))
                ATN_BAD(r, "wrong-type", member->string, "a %s must be text, not %s",
                        member->string, atn_kind_of(member));
            continue;
        }
        size_t k = 0;
        while (keys[k] && strcmp(keys[k], member->string) != 0) k++;
        if (keys[k]) continue;
        char hint[ATN_HINT_SIZE];
        ATN_BAD(r, "unknown-key", member->string, "unknown key '%.64s'%s", member->string,
                atn_hint_words(hint, member->string, keys));
    }
}

const cJSON *atn_member(const cJSON *object, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNull(member) ? NULL : member;
}

const char *atn_kind_of(const cJSON *node)
{
    if (cJSON_IsString(node)) return "text";
    if (cJSON_IsNumber(node)) return "a number";
    if (cJSON_IsBool(node)) return "true or false";
    if (cJSON_IsArray(node)) return "a list";
    if (cJSON_IsObject(node)) return "an object";
    return "null";
}

bool atn_need_object(atn_reader *r, const cJSON *node)
{
    if (cJSON_IsObject(node)) return true;
    ATN_BAD(r, "wrong-type", NULL, "expected an object in { }, found %s", atn_kind_of(node));
    return false;
}

static const cJSON *wanted(atn_reader *r, const cJSON *object, const char *key, bool required)
{
    const cJSON *member = atn_member(object, key);
    if (!member && required) ATN_BAD(r, "missing-key", NULL, "'%s' is missing", key);
    return member;
}

static bool refuse_type(atn_reader *r, const cJSON *member, const char *expected)
{
    ATN_BAD(r, "wrong-type", member->string, "'%s' must be %s, not %s", member->string, expected,
            atn_kind_of(member));
    return false;
}

const char *atn_get_text(atn_reader *r, const cJSON *object, const char *key, bool required)
{
    const cJSON *member = wanted(r, object, key, required);
    if (!member) return NULL;
    if (cJSON_IsString(member)) return member->valuestring;
    refuse_type(r, member, "text");
    return NULL;
}

bool atn_get_number(atn_reader *r, const cJSON *object, const char *key, bool required, double *out)
{
    const cJSON *member = wanted(r, object, key, required);
    if (!member) return false;
    if (cJSON_IsNumber(member)) {
        *out = member->valuedouble;
        return true;
    }
    char advice[ATN_ADVICE_SIZE] = "";
    if (cJSON_IsString(member)) atn_number_advice(member->valuestring, advice);
    ATN_BAD(r, "wrong-type", key, "'%s' must be a number, not %s%s", key, atn_kind_of(member),
            advice);
    return false;
}

bool atn_get_positive(atn_reader *r, const cJSON *object, const char *key, double *out)
{
    double value;
    if (!atn_get_number(r, object, key, false, &value)) return false;
    if (!(value > 0)) {
        ATN_BAD(r, "out-of-range", key, "'%s' must be greater than 0", key);
        return false;
    }
    *out = value;
    return true;
}

bool atn_get_integer(atn_reader *r, const cJSON *object, const char *key, long low, long high,
                     long *out)
{
    double value;
    if (!atn_get_number(r, object, key, false, &value)) return false;
    if (!(value >= (double)low && value <= (double)high && value == floor(value))) {
        ATN_BAD(r, "out-of-range", key, "'%s' must be a whole number from %ld to %ld", key, low,
                high);
        return false;
    }
    *out = (long)value;
    return true;
}

bool atn_get_flag(atn_reader *r, const cJSON *object, const char *key, bool *out)
{
    const cJSON *member = atn_member(object, key);
    if (!member) return false;
    if (!cJSON_IsBool(member)) return refuse_type(r, member, "true or false");
    *out = cJSON_IsTrue(member);
    return true;
}

bool atn_get_date(atn_reader *r, const cJSON *object, const char *key, bool required, atn_day *out)
{
    const char *text = atn_get_text(r, object, key, required);
    if (!text) return false;
    if (atn_date_parse(text, strlen(text), out)) return true;
    char advice[ATN_ADVICE_SIZE];
    atn_date_advice(text, advice);
    ATN_BAD(r, "bad-date", key, "'%.40s' is no date of the form 2025-01-20%s", text, advice);
    return false;
}

bool atn_get_word(atn_reader *r, const cJSON *object, const char *key, bool required,
                  const char *const *words, int *out)
{
    const char *text = atn_get_text(r, object, key, required);
    if (!text) return false;
    for (int k = 0; words[k]; k++) {
        if (strcmp(text, words[k]) != 0) continue;
        *out = k;
        return true;
    }
    char hint[ATN_HINT_SIZE], all[ATN_WORDS_SIZE];
    ATN_BAD(r, "bad-word", key, "'%s' cannot be '%.40s'; it is one of %s%s", key, text,
            atn_list_words(all, words), atn_hint_words(hint, text, words));
    return false;
}

void atn_get_identity(atn_reader *r, const cJSON *object, const char *what, const void *base,
                      size_t stride, size_t n, char **id, char **label, char **note)
{
    const char *own = atn_get_text(r, object, "id", true);
    const char *shown = atn_get_text(r, object, "label", false);
    const cJSON *remark = atn_member(object, "note");
    *id = atn_copy(r, own);
    *label = atn_copy(r, shown ? shown : own);
    *note = atn_copy(r, cJSON_IsString(remark) ? remark->valuestring : "");
    if (own && !atn_id_valid(own)) ATN_BAD(r, "bad-id", "id", "an id is letters, digits, _ and -");
    if (own && atn_find_id(own, base, stride, n) != ATN_NONE)
        ATN_BAD(r, "duplicate-id", "id", "another %s is called '%.64s' already", what, own);
}
