/* Scenarios as plain structs (METHODS section 7): the io room fills them, the projection runs them.
 */
#ifndef ATN_STUDY_SCENARIO_DATA_H
#define ATN_STUDY_SCENARIO_DATA_H

#include "base/calendar.h"
#include "formula/prior.h"

typedef enum atn_change_kind {
    ATN_CHANGE_SET,      /* a parameter or an input */
    ATN_CHANGE_MULTIPLY, /* a series' path by a factor */
    ATN_CHANGE_REPLACE,  /* a series' path by a level */
    ATN_CHANGE_CAPACITY, /* an input that is a capacity: never negative */
    ATN_CHANGE_DEFINE    /* goals on a series are counted in one definition, past included */
} atn_change_kind;
enum { ATN_CHANGE_KINDS = ATN_CHANGE_DEFINE + 1 };

/* How large a change is: one number, or one a posterior draw.  Support as of a prior. */
typedef struct atn_size {
    char *text; /* as written; NULL: a JSON number */
    bool drawn;
    double value;
    atn_prior prior; /* if drawn */
} atn_size;

/* It is in force from the first step that starts on `from` or later to the last one that starts on
 * `until` or before; with a ramp by the share (start - from) / ramp until that is 1. */
typedef struct atn_change {
    atn_change_kind kind;
    char *target, *pointer; /* as written; its place */
    size_t series;          /* multiply, replace, define; else ATN_NONE */
    size_t input;           /* of set and capacity; ATN_NONE: set a parameter called `target` */
    size_t definition;      /* define */
    atn_size size;          /* all but define */
    double ramp;            /* days, >= 0 */
    atn_day from, until;    /* ATN_FOR_GOOD: no end */
} atn_change;
#define ATN_FOR_GOOD ((atn_day)INT32_MAX)

typedef struct atn_scenario {
    char *id, *label, *note, *pointer;
    atn_day from;   /* of changes that state none */
    size_t extends; /* whose changes come first; ATN_NONE */
    atn_change *changes;
    size_t n_changes;
    bool left_out; /* not asked for */
} atn_scenario;

/* The least and the largest that a size can be. */
static inline double atn_size_least(const atn_size *size)
{
    return size->drawn ? size->prior.lower : size->value;
}
static inline double atn_size_most(const atn_size *size)
{
    return size->drawn ? size->prior.upper : size->value;
}

/* First step in which a change is in force; n_steps where that lies beyond the horizon. */
size_t atn_change_first(const atn_calendar *calendar, const atn_change *change, size_t n_steps);
/* Share of its size that has come into force at a step: 0 before and after, 1 at the full. */
double atn_change_share(const atn_calendar *calendar, const atn_change *change, size_t step);

#endif
