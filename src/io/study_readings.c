/* The readings a goal asks for beside its own: by their names, as results spell them, or by their
 * windows. */
#include <stdio.h>
#include <string.h>

#include "io/reader.h"

enum { MOST_STEPS = 100000 };

/* Moves on past `word`. */
static bool eat(const char **text, const char *word)
{
    const size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0) return false;
    *text += n;
    return true;
}

static bool eat_count(const char **text, long *count)
{
    const size_t n = strspn(*text, "0123456789");
    if (n == 0 || (*text)[0] == '0' || !atn_integer_parse(*text, n, count) || *count > MOST_STEPS)
        return false;
    *text += n;
    return true;
}

/* [any-UNIT | N-UNIT-mean | N-UNIT-total | total][-held-N-UNITs][-at-deadline], or at-deadline. */
static bool parse(const char *text, const char *unit, bool stock, atn_reading_ask *ask)
{
    const atn_statistic single = stock ? ATN_LEVEL : ATN_VALUE;
    *ask = (atn_reading_ask){.statistic = single, .over = 1, .held = 1};
    if (strcmp(text, "at-deadline") == 0) return ask->at_deadline = true;
    if (eat(&text, "total")) {
        ask->statistic = ATN_TOTAL;
        return *text == '\0';
    }
    if (eat_count(&text, &ask->over)) {
        if (!eat(&text, "-") || !eat(&text, unit)) return false;
        const bool mean = eat(&text, "-mean");
        if (!mean && !eat(&text, "-total")) return false;
        ask->statistic = mean ? ATN_MEAN : ATN_ROLLING_TOTAL;
    } else if (!eat(&text, "any-") || !eat(&text, unit)) {
        return false;
    }
    if (eat(&text, "-held-") && (!eat_count(&text, &ask->held) || !eat(&text, "-") ||
                                 !eat(&text, unit) || !eat(&text, "s")))
        return false;
    ask->at_deadline = eat(&text, "-at-deadline");
    return *text == '\0';
}

/* A target is an amount per step or a level; or what steps amount to.  The same number cannot be
 * both. */
static bool is_amount(atn_statistic statistic)
{
    return statistic == ATN_TOTAL || statistic == ATN_ROLLING_TOTAL;
}

/* What may have been meant: the readings there are, in the study's steps and with the number that
 * was given. */
static void refuse_name(atn_reader *r, const atn_goal *goal, const char *text)
{
    enum { N = 5, SIZE = 48 };
    const char *unit = atn_step_unit_name(r->study->calendar.unit), *number = text;
    const bool amount = is_amount(goal->statistic);
    char spelt[N][SIZE], hint[ATN_HINT_SIZE], all[ATN_WORDS_SIZE];
    const char *names[N + 1] = {spelt[0], spelt[1], spelt[2], spelt[3], spelt[4], NULL};
    long n;
    if (!eat_count(&number, &n)) n = amount ? 365 : 7;
    if (amount) {
        snprintf(spelt[0], SIZE, "total");
        snprintf(spelt[1], SIZE, "%ld-%s-total", n, unit);
        snprintf(spelt[2], SIZE, "%ld-%s-total-at-deadline", n, unit);
        names[3] = NULL;
    } else {
        snprintf(spelt[0], SIZE, "any-%s", unit);
        snprintf(spelt[1], SIZE, "%ld-%s-mean", n, unit);
        snprintf(spelt[2], SIZE, "%ld-%s-mean-held-30-%ss", n, unit, unit);
        snprintf(spelt[3], SIZE, "at-deadline");
        snprintf(spelt[4], SIZE, "auto");
    }
    if (strcmp(text, "level") == 0 && !amount)
        snprintf(hint, sizeof hint, "; a level on any %s is '%s'", unit, names[0]);
    else
        atn_hint_words(hint, text, names);
    ATN_BAD(r, "bad-word", NULL, "'%.48s' is no reading; such are %s%s", text,
            atn_list_words(all, names), hint);
}

static bool read_windows(atn_reader *r, const cJSON *object, const atn_goal *goal,
                         atn_reading_ask *ask)
{
    const size_t before = r->n_problems;
    const atn_kind kind = r->study->series[goal->series].kind;
    *ask = (atn_reading_ask){.over = 1, .held = 1};
    atn_check_keys(r, object, ATN_OBJECT_READING);
    atn_get_integer(r, object, "over", 1, MOST_STEPS, &ask->over);
    atn_get_integer(r, object, "held", 1, MOST_STEPS, &ask->held);
    atn_get_flag(r, object, "at_deadline", &ask->at_deadline);
    return atn_read_goal_statistic(r, object, kind, &ask->statistic) && r->n_problems == before;
}

static bool same(const atn_reading_ask *a, const atn_reading_ask *b)
{
    return a->statistic == b->statistic && a->over == b->over && a->held == b->held &&
           a->at_deadline == b->at_deadline;
}

static void add(atn_reader *r, atn_goal *goal, const atn_reading_ask *ask)
{
    const bool amount = is_amount(goal->statistic);
    if (is_amount(ask->statistic) != amount) {
        ATN_BAD(r, "conflict", NULL,
                amount ? "the target is a total, which a mean or a single step is not measured by"
                       : "the target is not a total, which this reading would compare it with");
        return;
    }
    for (size_t k = 0; k < goal->n_readings; k++) {
        if (!same(&goal->readings[k], ask)) continue;
        ATN_BAD(r, "conflict", NULL, "this reading is listed already");
        return;
    }
    if (!atn_check_goal_windows(r, goal, ask->over, ask->held, NULL)) return;
    goal->readings[goal->n_readings++] = *ask;
}

static void read_reading(atn_reader *r, const cJSON *item, atn_goal *goal)
{
    const bool stock = r->study->series[goal->series].kind == ATN_STOCK;
    atn_reading_ask ask;
    if (cJSON_IsObject(item)) {
        if (read_windows(r, item, goal, &ask)) add(r, goal, &ask);
    } else if (!cJSON_IsString(item)) {
        ATN_BAD(r, "wrong-type", NULL, "a reading is a name or an object, not %s",
                atn_kind_of(item));
    } else if (strcmp(item->valuestring, "auto") == 0) {
        goal->readings_auto = true;
    } else if (parse(item->valuestring, atn_step_unit_name(r->study->calendar.unit), stock, &ask)) {
        add(r, goal, &ask);
    } else {
        refuse_name(r, goal, item->valuestring);
    }
}

void atn_read_readings(atn_reader *r, const cJSON *object, atn_goal *goal)
{
    const cJSON *list = atn_member(object, "readings"), *item;
    if (!list) return;
    if (!cJSON_IsArray(list)) {
        goal->readings_auto = cJSON_IsString(list) && strcmp(list->valuestring, "auto") == 0;
        if (!goal->readings_auto && cJSON_IsString(list))
            ATN_BAD(r, "bad-word", "readings",
                    "'readings' is \"auto\" or a list in [ ], not '%.40s'", list->valuestring);
        else if (!goal->readings_auto)
            ATN_BAD(r, "wrong-type", "readings", "'readings' is \"auto\" or a list in [ ], not %s",
                    atn_kind_of(list));
        return;
    }
    const int n = cJSON_GetArraySize(list);
    if (n < 1 || n > ATN_MAX_READINGS) {
        ATN_BAD(r, "out-of-range", "readings", "'readings' lists 1 to %d readings, not %d",
                ATN_MAX_READINGS, n);
        return;
    }
    goal->readings = ATN_MAKE(r, atn_reading_ask, (size_t)n);
    if (!goal->readings) return;
    const size_t mark = atn_enter(r, "readings");
    size_t k = 0;
    cJSON_ArrayForEach (item, list) {
        const size_t inner = atn_enter_index(r, k++);
        read_reading(r, item, goal);
        atn_leave(r, inner);
    }
    atn_leave(r, mark);
}
