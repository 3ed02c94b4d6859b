/* Which reports are left out together. */
#include <string.h>

#include "why_internal.h"

static bool same_release(const atn_report *a, const atn_report *b)
{
    return a->release_text && b->release_text && *a->release_text &&
           strcmp(a->release_text, b->release_text) == 0;
}

/* Reports go with those of their release; repetitions with what they repeat, so that they do not
 * step in for it. */
static size_t leader_of(const attain_study *study, size_t r)
{
    const atn_report *report = &study->reports[r];
    if (report->duplicate_of != ATN_NONE) return leader_of(study, report->duplicate_of);
    for (size_t q = 0; q < r; q++)
        if (study->reports[q].used && same_release(&study->reports[q], report)) return q;
    return r;
}

static attain_status make_influence(atn_inquest *q, atn_influence *i, attain_error *err)
{
    const size_t n_blocks = q->why->n_blocks;
    i->reports = ATN_NEW_ARRAY(q->ctx, size_t, q->study->n_reports);
    i->blocks = ATN_NEW_ARRAY(q->ctx, bool, n_blocks);
    i->plain_k = ATN_NEW_ARRAY(q->ctx, double, n_blocks);
    i->how = ATN_NEW_ARRAY(q->ctx, atn_left_out, n_blocks);
    i->k = ATN_NEW_ARRAY(q->ctx, double, n_blocks);
    i->changes = ATN_NEW_ARRAY(q->ctx, atn_effect, q->why->n_places);
    return i->reports && i->blocks && i->plain_k && i->how && i->k && i->changes
               ? ATTAIN_OK
               : atn_fail_nomem(err);
}

attain_status atn_group_reports(atn_inquest *q, attain_error *err)
{
    const attain_study *study = q->study;
    atn_why *why = q->why;
    why->influence_of = ATN_NEW_ARRAY(q->ctx, size_t, study->n_reports);
    why->influences = ATN_NEW_ARRAY(q->ctx, atn_influence, study->n_reports);
    if (!why->influence_of || !why->influences) return atn_fail_nomem(err);
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        why->influence_of[r] = ATN_NONE;
        const bool repeats = report->duplicate_of != ATN_NONE && report->published <= study->as_of;
        if (!report->used && !repeats) continue;
        const size_t leader = leader_of(study, r);
        const size_t group = leader == r ? why->n_influences : why->influence_of[leader];
        if (group == ATN_NONE) continue;
        atn_influence *i = &why->influences[group];
        if (leader == r) {
            why->n_influences++;
            const attain_status status = make_influence(q, i, err);
            if (status != ATTAIN_OK) return status;
        }
        why->influence_of[r] = group;
        i->reports[i->n_reports++] = r;
        if (report->used) i->blocks[q->all.posterior.block_of_series[report->series]] = true;
    }
    return ATTAIN_OK;
}

static bool of_source(const attain_study *study, size_t r, const char *source)
{
    const atn_report *report = &study->reports[r];
    if (report->duplicate_of != ATN_NONE && !report->used)
        return of_source(study, report->duplicate_of, source);
    return report->used && report->source_text && strcmp(report->source_text, source) == 0;
}

/* Whether the source has spoken before this row. */
static bool heard(const attain_study *study, size_t r)
{
    for (size_t q = 0; q < r; q++)
        if (study->reports[q].used && of_source(study, q, study->reports[r].source_text))
            return true;
    return false;
}

attain_status atn_group_sources(atn_inquest *q, attain_error *err)
{
    const attain_study *study = q->study;
    atn_why *why = q->why;
    why->sources = ATN_NEW_ARRAY(q->ctx, atn_influence, study->n_reports);
    if (!why->sources) return atn_fail_nomem(err);
    for (size_t r = 0; r < study->n_reports; r++) {
        const char *source = study->reports[r].source_text;
        if (!study->reports[r].used || !source || !*source || heard(study, r)) continue;
        bool several = false;
        for (size_t k = r; k < study->n_reports; k++)
            several |= study->reports[k].used && of_source(study, k, source) &&
                       why->influence_of[k] != why->influence_of[r];
        if (!several) continue;
        atn_influence *i = &why->sources[why->n_sources++];
        const attain_status status = make_influence(q, i, err);
        if (status != ATTAIN_OK) return status;
        for (size_t k = r; k < study->n_reports; k++) {
            if (why->influence_of[k] == ATN_NONE || !of_source(study, k, source)) continue;
            i->reports[i->n_reports++] = k;
            i->blocks[q->all.posterior.block_of_series[study->reports[k].series]] = true;
        }
    }
    return ATTAIN_OK;
}
