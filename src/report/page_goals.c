/* The page's tables of goals: all of them at a glance, then each in detail. */
#include <math.h>
#include <string.h>

#include "page_blocks.h"

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

static void cell(atn_page *p, void (*say)(atn_text *, double), double value)
{
    say(&p->line, value);
    atn_page_cell(p);
}

static void value_cell(atn_page *p, double value, bool share)
{
    atn_say_value(&p->line, value, share, false);
    atn_page_cell(p);
}

static void date_cell(atn_page *p, const atn_node *reading, const char *path, bool untold)
{
    const atn_node *date = atn_node_path(reading, path);
    if (untold)
        atn_text_add(&p->line, "not told");
    else if (atn_node_is_null(date))
        atn_text_add(&p->line, "later");
    else
        atn_say_short_date(&p->line, atn_node_text(date));
    atn_page_cell(p);
}

/* ---- at a glance ----------------------------------------------------------------------------- */

static const atn_page_column GLANCE[] = {{"goal", "Goal", false, false},
                                         {"counted", "Counted by", false, false},
                                         {"chance", "Chance by the deadline", true, false},
                                         {"half of futures by", "Half of futures by", false, false},
                                         {"pace needed", "Pace needed", true, false},
                                         {"pace now", "Pace now", true, false}};

void atn_page_goals(atn_page *p)
{
    atn_page_section(p, "All goals");
    atn_page_say(
        p, ATN_PARAGRAPH,
        "\"Later\" lies beyond the horizon. Pace needed: from now on to the deadline; now: "
        "over the last 28 days.");
    atn_text_add(&p->line, "Every goal, in each way of counting it");
    atn_page_table_open(p, GLANCE, sizeof GLANCE / sizeof *GLANCE, ATN_TABLE_GROUPED);
    for (atn_answer a = {0}; atn_answer_next(p->root, &a);) {
        const bool pace = a.series && !a.share;
        atn_say_goal(&p->line, p->root, &a);
        atn_capitalise(&p->line, 0);
        atn_page_cell(p);
        const size_t none = p->line.length;
        atn_say_which(&p->line, &a);
        if (p->line.length == none) atn_say_reading(&p->line, text_of(a.reading, "reading"));
        atn_page_cell(p);
        cell(p, atn_say_percent, number_of(a.reading, "probability"));
        date_cell(p, a.reading, "date/0.5", atn_date_untold(p->root, a.reading));
        value_cell(p, pace ? number_of(a.reading, "required_pace") : NAN, false);
        value_cell(p, pace ? number_of(a.reading, "current_pace") : NAN, false);
    }
    atn_page_table_close(p);
}

/* ---- in detail ------------------------------------------------------------------------------- */

static const atn_page_column DETAIL[] = {
    {"definition", "Definition", false, false},
    {"reading", "Reading", false, false},
    {"chance", "Chance by the deadline", true, false},
    {"\xc2\xb1", "Monte Carlo error, in points", true, false},
    {"5 %", "When 5 % of futures have reached it", false, false},
    {"50 %", "When half of futures have reached it", false, false},
    {"95 %", "When 95 % of futures have reached it", false, false},
    {"not by horizon", "Chance that it is not reached by the horizon", true, false},
    {"short", "Missing at the deadline in the median future", true, false},
    {"9 in 10", "Level reached with chance 9 in 10", true, false},
    {"1 in 2", "Level reached with chance 1 in 2", true, false},
    {"1 in 10", "Level reached with chance 1 in 10", true, false},
    {"needs", "Pace needed from now on to the deadline", true, false},
    {"now", "Pace of the last 28 days", true, false},
    {"ratio", "Pace needed over pace now", true, false},
    {"kept", "Past windows of that length that kept the pace needed", true, false},
    {"last rate", "Chance if the rate of the last 28 days went on flat", true, false},
    {"mean rate", "Chance if the mean rate to date went on flat", true, false}};
enum { N_DETAIL = sizeof DETAIL / sizeof *DETAIL };

/* Monte Carlo error in points, with the digits it has. */
static void error_cell(atn_page *p, double mcse)
{
    if (isfinite(mcse)) {
        atn_text_add(&p->line, "\xc2\xb1");
        atn_text_grouped(&p->line, 100 * mcse, 1);
    } else {
        atn_text_add(&p->line, "-");
    }
    atn_page_cell(p);
}

static void detail_row(atn_page *p, const atn_answer *a)
{
    const atn_node *r = a->reading;
    const bool untold = atn_date_untold(p->root, r);
    atn_escape_plain(&p->line, text_of(a->definition, "definition"));
    atn_page_cell(p);
    atn_say_reading(&p->line, text_of(r, "reading"));
    atn_page_cell(p);
    cell(p, atn_say_percent, number_of(r, "probability"));
    error_cell(p, number_of(r, "mcse"));
    date_cell(p, r, "date/0.05", untold);
    date_cell(p, r, "date/0.5", untold);
    date_cell(p, r, "date/0.95", untold);
    cell(p, atn_say_percent, number_of(r, "never_by_horizon"));
    value_cell(p, number_of(r, "shortfall"), a->share);
    value_cell(p, atn_node_number(atn_node_path(r, "attainable/0.9")), a->share);
    value_cell(p, atn_node_number(atn_node_path(r, "attainable/0.5")), a->share);
    value_cell(p, atn_node_number(atn_node_path(r, "attainable/0.1")), a->share);
    value_cell(p, number_of(r, "required_pace"), a->share);
    value_cell(p, number_of(r, "current_pace"), a->share);
    cell(p, atn_say_estimate, number_of(r, "pace_ratio"));
    cell(p, atn_say_percent, number_of(r, "share_of_past_windows"));
    cell(p, atn_say_percent, atn_node_number(atn_node_path(r, "baselines/last-rate/probability")));
    cell(p, atn_say_percent, atn_node_number(atn_node_path(r, "baselines/mean-rate/probability")));
}

/* Little's law in a sentence for each series that stands beside the goal. */
static void feasibility(atn_page *p, const atn_answer *a)
{
    const char *step = text_of(atn_node_get(p->root, "study"), "step");
    const char *per_step = atn_per_step(p->root);
    const atn_node *list = atn_node_get(a->goal, "feasibility");
    for (const atn_node *f = atn_node_first(list); f; f = atn_node_next(f)) {
        const atn_node *other = atn_find(atn_node_get(p->root, "series"), "id", text_of(f, "name"));
        const bool declared = isfinite(number_of(f, "others"));
        atn_text *line = &p->line;
        if (!declared) atn_page_words(p, "If all of ");
        atn_escape_plain(line, text_of(a->flow ? a->series : other, "label"));
        atn_page_span(p, ATN_SPAN_EM);
        atn_page_words(p, declared ? " enters " : " and nothing else passed through ");
        atn_escape_plain(line, text_of(a->flow ? other : a->series, "label"));
        atn_page_span(p, ATN_SPAN_EM);
        if (declared && number_of(f, "others") > 0) {
            atn_text_add(line, " beside ");
            atn_say_estimate(line, number_of(f, "others"));
            atn_text_printf(line, " %s of others", per_step);
        }
        atn_text_add(line, ": at today's mean stay of ");
        atn_say_estimate(line, number_of(f, "stay"));
        atn_text_printf(line, " %ss (", step);
        atn_say_estimate(line, number_of(f, "level"));
        atn_text_add(line, " over ");
        atn_say_estimate(line, number_of(f, "rate"));
        atn_text_printf(line, " %s) the target means ", per_step);
        atn_say_estimate(line, number_of(f, "implied"));
        atn_text_printf(line, " %s; with today's ", a->flow ? "at a time" : per_step);
        atn_say_estimate(line, number_of(f, a->flow ? "level" : "rate"));
        atn_text_add(line, " it takes a stay of ");
        atn_say_estimate(line, number_of(f, "stay_needed"));
        atn_text_printf(line, " %ss (Little's law).", step);
        atn_page_paragraph(p, ATN_PARAGRAPH);
    }
}

static void detail_head(atn_page *p, const atn_answer *a)
{
    atn_escape_plain(&p->line, text_of(a->goal, "id"));
    atn_text_add(&p->line, ": ");
    atn_page_span(p, ATN_SPAN_PLAIN);
    atn_say_goal(&p->line, p->root, a);
    atn_page_heading(p, 3);
    if (*text_of(a->goal, "note")) atn_page_say(p, ATN_PARAGRAPH, text_of(a->goal, "note"));
    feasibility(p, a);
    atn_say_goal(&p->line, p->root, a);
    atn_capitalise(&p->line, 0);
    atn_text_add(&p->line, ", in detail");
    atn_page_table_open(p, DETAIL, N_DETAIL, ATN_TABLE_TURNED);
}

void atn_page_details(atn_page *p)
{
    const atn_node *goal = NULL;
    atn_page_section(p, "Goals in detail");
    atn_page_say(p, ATN_PARAGRAPH_KEY,
                 "Chance: by the deadline; \xc2\xb1: Monte Carlo error, in points. Dates: when 5, "
                 "50 and 95 % of futures have reached it; \"later\" lies beyond the horizon. "
                 "Short: what is missing at the deadline in the median future. 9 in 10, 1 in 2, "
                 "1 in 10: the level reached with that chance. Needs: pace from now on to the "
                 "deadline; now: the last 28 days; kept: how many past windows of that length "
                 "kept that pace. Last rate, mean rate: the chance if the rate of the last 28 "
                 "days, or the mean to date, went on flat.");
    for (atn_answer a = {0}; atn_answer_next(p->root, &a);) {
        if (a.goal != goal) {
            if (goal) atn_page_table_close(p);
            detail_head(p, &a);
        }
        goal = a.goal;
        detail_row(p, &a);
    }
    if (goal) atn_page_table_close(p);
}
