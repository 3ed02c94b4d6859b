/* The reports' part of the document: each figure as stated, as read, and against the fit. */
#include "results_internal.h"

#include <math.h>

static double steps_covered(const attain_study *study, const atn_report *r)
{
    const atn_calendar *c = &study->calendar;
    const long first = atn_calendar_step(c, r->start), last = atn_calendar_step(c, r->end);
    double sum = 0.0;
    for (long i = first; i <= last; i++) sum += atn_calendar_share(c, i, r->start, r->end);
    return sum;
}

/* Takes the definition's median factor (log link) or shift (other links, on the link scale) out. */
static double in_reference(atn_link link, double value, double factor)
{
    if (link == ATN_LINK_LOG) return value / factor;
    if (link == ATN_LINK_IDENTITY) return value - factor;
    if (!(value > 0 && value < 1)) return value;
    return 1.0 / (1.0 + exp(-(log(value) - log1p(-value) - factor)));
}

/* The statement as a per-step rate or level in the reference definition; open ends are null. */
static void add_per_step(atn_builder *b, cJSON *o, const atn_report *r, double low, double high)
{
    const atn_series *series = &b->study->series[r->series];
    const double steps = r->statistic == ATN_TOTAL ? steps_covered(b->study, r) : 1.0;
    const double neutral = series->link == ATN_LINK_LOG ? 1.0 : 0.0;
    const double factor = r->definition == ATN_NONE ? neutral : b->factor[r->definition];
    if (r->relation == ATN_AT_LEAST) high = NAN;
    if (r->relation == ATN_AT_MOST) low = NAN;
    cJSON *part = atn_build_object(b, o, "per_step");
    atn_build_number(b, part, "value", in_reference(series->link, r->value / steps, factor));
    atn_build_number(b, part, "low", in_reference(series->link, low / steps, factor));
    atn_build_number(b, part, "high", in_reference(series->link, high / steps, factor));
}

static void add_statement(atn_builder *b, cJSON *o, const atn_report *r)
{
    const attain_study *study = b->study;
    atn_build_number(b, o, "row", (double)r->row);
    atn_build_text(b, o, "series", study->series[r->series].id);
    atn_build_text(b, o, "statistic", atn_statistic_name(r->statistic));
    atn_build_date(b, o, "start", r->start);
    atn_build_date(b, o, "end", r->end);
    atn_build_text(b, o, "relation", atn_relation_name(r->relation));
    atn_build_number(b, o, "value", r->value);
    atn_build_number(b, o, "upper", r->upper);
    atn_build_number(b, o, "error", r->error);
    atn_build_number(b, o, "n", r->n);
    atn_build_number(b, o, "stale", (double)r->stale);
    atn_build_text(b, o, "definition",
                   r->definition == ATN_NONE ? r->definition_text
                                             : study->definitions[r->definition].id);
    atn_build_text(b, o, "source", r->source_text);
    atn_build_text(b, o, "release", r->release_text);
    atn_build_date(b, o, "published", r->published);
    atn_build_text(b, o, "url", r->url);
    atn_build_text(b, o, "quote", r->quote);
    atn_build_text(b, o, "note", r->note);
}

static void add_fit(atn_builder *b, cJSON *o, const atn_report_fit *fit)
{
    if (!fit->available) {
        atn_build_null(b, o, "fitted");
        atn_build_null(b, o, "tail_probability");
        return;
    }
    atn_build_levels(b, o, "fitted", atn_date_levels, fit->fitted, 5);
    atn_build_number(b, o, "tail_probability", fit->tail_probability);
}

attain_status atn_build_reports(atn_builder *b, attain_error *err)
{
    cJSON *reports = atn_build_array(b, b->root, "reports");
    for (size_t i = 0; i < b->study->n_reports; i++) {
        const atn_report *r = &b->study->reports[i];
        cJSON *o = atn_build_object(b, reports, NULL);
        add_statement(b, o, r);
        char *sentence = NULL;
        const attain_status status = atn_report_sentence(b->study, r, &sentence, err);
        if (status != ATTAIN_OK) return status;
        atn_build_text(b, o, "sentence", sentence);
        atn_free(b->study->ctx, sentence);
        atn_build_bool(b, o, "used", r->used);
        double implied[2];
        atn_report_implied(b->study, r, &implied[0], &implied[1]);
        atn_build_numbers(b, o, "implied", implied, 2);
        add_per_step(b, o, r, implied[0], implied[1]);
        add_fit(b, o, &b->projection->reports[i]);
        atn_build_report_loo(b, o, i);
        atn_build_influence(b, o, i);
    }
    return ATTAIN_OK;
}
