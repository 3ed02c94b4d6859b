/* Dotted lines at dates, and their words above the plot. */
#include "chart_internal.h"

#include <stdio.h>
#include <string.h>

static const double RULE_SIZE = 11.0;

double atn_frame_x(const atn_frame *f, atn_day day)
{
    return f->left + (double)(day - f->first) / (double)(f->last - f->first) * (f->right - f->left);
}

void atn_frame_rule(atn_frame *f, atn_day day, const char *word, bool right_of_it)
{
    atn_text *s = &f->chart->script;
    if (day < f->first || day > f->last) return;
    atn_text_add(s, "set arrow from ");
    atn_add_day(s, day);
    atn_text_add(s, ", graph 0 to ");
    atn_add_day(s, day);
    atn_text_add(s, ", graph 1 nohead front ls 3\n");
    if (f->n_rules == ATN_MAX_RULES) return;
    atn_rule *rule = &f->rules[f->n_rules++];
    rule->day = day;
    rule->right_of_it = right_of_it;
    snprintf(rule->word, sizeof rule->word, "%s", word);
}

/* Where the word of a rule reaches from and to on this side of it. */
static void rule_reach(const atn_frame *f, const atn_rule *rule, bool right, double reach[2])
{
    const double width = atn_text_width(rule->word, strlen(rule->word), RULE_SIZE, false) + 2.0;
    reach[0] = atn_frame_x(f, rule->day) - (right ? 0.0 : width);
    reach[1] = reach[0] + width;
}

/* What is wrong with these sides (bit i: rule i stands right): words that meet, or leave the
 * picture; then sides against their wish. */
static int rule_faults(const atn_frame *f, unsigned sides)
{
    int faults = 0;
    double reach[ATN_MAX_RULES][2];
    for (size_t i = 0; i < f->n_rules; i++) {
        const bool right = (sides >> i & 1u) != 0;
        rule_reach(f, &f->rules[i], right, reach[i]);
        faults += right != f->rules[i].right_of_it;
        faults += reach[i][0] < 4.0 || reach[i][1] > f->width - 4.0 ? 10 : 0;
        for (size_t k = 0; k < i; k++)
            faults += reach[i][0] < reach[k][1] + 6.0 && reach[k][0] < reach[i][1] + 6.0 ? 100 : 0;
    }
    return faults;
}

static void add_rule_word(atn_frame *f, const atn_rule *rule, bool right, bool raised)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, rule->word);
    atn_text_add(s, " at ");
    atn_add_day(s, rule->day);
    atn_text_printf(s,
                    ", graph 1 %s front noenhanced offset character %s, %s font ',11' textcolor "
                    "rgb c_quiet\n",
                    right ? "left" : "right", right ? "-0.2" : "0.2", raised ? "1.6" : "0.5");
}

/* Words that cannot but meet stand above each other, and the plot makes room for them. */
void atn_frame_place_rules(atn_frame *f)
{
    unsigned best = (1u << f->n_rules) - 1; /* of equals, words to the right */
    for (unsigned sides = best; sides-- > 0;)
        if (rule_faults(f, sides) < rule_faults(f, best)) best = sides;
    const bool meet = rule_faults(f, best) >= 100;
    for (size_t i = 0; i < f->n_rules; i++)
        add_rule_word(f, &f->rules[i], (best >> i & 1u) != 0, meet && i % 2 == 1);
    if (meet) f->top -= 14.0;
    f->n_rules = 0;
}
