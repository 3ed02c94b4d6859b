/* Past dates, their answers, and what became of the goals. */
#include <math.h>
#include <string.h>

#include "project/backtest_run.h"

enum { MOST_DATES = 1000 };

/* A probability this near to 0 or 1 leaves no doubt of an outcome. */
static const double doubt = 0.01;

/* ---- dates ---- */

static atn_day last_of_month(int year, int month)
{
    return (month == 12 ? atn_date_from_parts(year + 1, 1, 1)
                        : atn_date_from_parts(year, month + 1, 1)) -
           1;
}

/* k steps from a day; a month keeps its day as far as it has it. */
static atn_day step_from(atn_day from, long every, long k)
{
    int year, month, day;
    if (every > 0) return (atn_day)(from + every * k);
    atn_date_parts(from, &year, &month, &day);
    const long months = 12L * year + month - 1 + k;
    const int y = (int)(months / 12), m = (int)(months % 12) + 1;
    const atn_day last = last_of_month(y, m), there = atn_date_from_parts(y, m, 1) + day - 1;
    return there < last ? there : last;
}

static atn_day first_published(const attain_study *study)
{
    atn_day first = study->as_of;
    for (size_t r = 0; r < study->n_reports; r++)
        if (study->reports[r].used && study->reports[r].published < first)
            first = study->reports[r].published;
    return first > study->calendar.origin ? first : study->calendar.origin;
}

attain_status atn_backtest_plan(attain_context *ctx, const attain_study *study, long every,
                                bool has_from, atn_day from, atn_backtest_date **dates, size_t *n,
                                attain_error *err)
{
    const atn_day last = study->as_of, anchor = has_from ? from : last;
    const atn_day first = has_from ? from : first_published(study);
    long back = 0, ahead = 0; /* steps from the anchor */
    if (has_from && (from < study->calendar.origin || from >= last))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "the first as-of date must lie between the study's origin and its as_of");
    while (!has_from && back < MOST_DATES && step_from(anchor, every, -back - 1) >= first) back++;
    while (has_from && ahead < MOST_DATES && step_from(anchor, every, ahead) < last) ahead++;
    const size_t count = (size_t)(back + ahead) + 1;
    if (count > MOST_DATES)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "more than 1,000 as-of dates: take fewer, further apart");
    if (count < 2)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "no date lies between the first publication and as_of: take dates that lie "
                        "closer");
    *dates = ATN_NEW_ARRAY(ctx, atn_backtest_date, count);
    if (!*dates) return atn_fail_nomem(err);
    for (size_t i = 0; i + 1 < count; i++)
        (*dates)[i].as_of = step_from(anchor, every, (long)i - back);
    (*dates)[count - 1].as_of = last;
    *n = count;
    return ATTAIN_OK;
}

/* ---- answers ---- */

/* Line after line of a projection; {0} starts. */
typedef struct cursor {
    size_t goal, definition, reading;
} cursor;

static const atn_reading *next_reading(const attain_projection *p, cursor *c, size_t *goal,
                                       size_t *definition)
{
    for (; c->goal < p->posterior->study->n_goals; c->goal++, c->definition = 0) {
        const atn_goal_result *g = &p->goals[c->goal];
        for (; c->definition < g->n_definitions; c->definition++, c->reading = 0) {
            const atn_goal_definition *d = &g->definitions[c->definition];
            if (c->reading >= d->n_readings) continue;
            *goal = c->goal;
            *definition = d->definition;
            return &d->readings[c->reading++];
        }
    }
    return NULL;
}

static attain_status lay_out(attain_backtest *b, const attain_projection *projection,
                             attain_error *err)
{
    size_t n = 0, goal, definition;
    for (cursor c = {0}; next_reading(projection, &c, &goal, &definition);) n++;
    b->lines = ATN_NEW_ARRAY(b->ctx, atn_backtest_line, n);
    b->answers = ATN_NEW_ARRAY(b->ctx, atn_backtest_answer, n * b->n_dates);
    if (!b->lines || !b->answers) return atn_fail_nomem(err);
    b->n_lines = n;
    for (size_t i = 0; i < n * b->n_dates; i++)
        b->answers[i] = (atn_backtest_answer){NAN, NAN, {NAN, NAN}, false};
    cursor c = {0};
    for (size_t i = 0; i < n; i++) {
        const atn_reading *reading = next_reading(projection, &c, &goal, &definition);
        b->lines[i] =
            (atn_backtest_line){.goal = goal, .definition = definition, .target = reading->target};
        memcpy(b->lines[i].reading, reading->name, sizeof reading->name);
    }
    return ATTAIN_OK;
}

attain_status atn_backtest_take_answers(attain_backtest *b, size_t date,
                                        const attain_projection *projection, attain_error *err)
{
    cursor c = {0};
    size_t goal, definition;
    if (!b->lines) {
        const attain_status status = lay_out(b, projection, err);
        if (status != ATTAIN_OK) return status;
    }
    for (size_t i = 0; i < b->n_lines; i++) {
        const atn_reading *reading = next_reading(projection, &c, &goal, &definition);
        if (!reading || goal != b->lines[i].goal || definition != b->lines[i].definition)
            return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                            "the study changed while the backtest ran: its goals are others now");
        b->answers[date * b->n_lines + i] = (atn_backtest_answer){
            .probability = reading->probability,
            .mcse = reading->mcse,
            .baseline = {reading->baselines[0].probability, reading->baselines[1].probability}};
    }
    return ATTAIN_OK;
}

/* ---- outcomes ---- */

/* Missed once the deadline has passed without doubt; reached where draws had it by as_of.  A pooled
 * definition is no event of its own. */
static void settle_line(const attain_backtest *b, const attain_projection *last,
                        const atn_reading *reading, atn_backtest_line *line)
{
    const attain_study *study = b->study;
    const atn_day deadline = last->goals[line->goal].deadline;
    if (line->definition == ATN_POOLED) return;
    if (reading->already_reached && isfinite(reading->date[2])) {
        line->outcome = ATN_OUTCOME_REACHED;
        line->settled = atn_calendar_end(&study->calendar, (long)reading->date[2]);
    } else if (deadline <= study->as_of && reading->probability <= doubt) {
        line->outcome = ATN_OUTCOME_MISSED;
        line->settled = deadline;
    }
}

void atn_backtest_settle(attain_backtest *b, const attain_projection *last)
{
    cursor c = {0};
    size_t goal, definition;
    for (size_t i = 0; i < b->n_lines; i++) {
        const atn_reading *reading = next_reading(last, &c, &goal, &definition);
        if (!reading) return;
        settle_line(b, last, reading, &b->lines[i]);
        for (size_t d = 0; d + 1 < b->n_dates; d++)
            b->answers[d * b->n_lines + i].scored = b->lines[i].outcome != ATN_OUTCOME_OPEN &&
                                                    b->dates[d].answered &&
                                                    b->dates[d].as_of < b->lines[i].settled;
    }
}
