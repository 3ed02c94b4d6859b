/* Two finished runs side by side. */
#ifndef ATTAIN_COMPARE_H
#define ATTAIN_COMPARE_H

#include <attain/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What changed from one run to another, from their documents alone: each answer with its change and
 * whether that exceeds the Monte Carlo error (twice the root of both errors' squares); reports that
 * were added, removed or restated, or that count now and did not before; settings, priors, dates
 * and versions that differ; and what each change of the reports did to each answer, by the
 * influences that the runs stored (attain_why_run): of added reports in NEW, of removed ones in
 * OLD; the rest is the settings' and the interplay's.  As a table in words, JSON, or CSV with a
 * line an answer. Free *text with attain_text_free.  Returns ARGUMENT, NOMEM. */
ATTAIN_API attain_status attain_compare(attain_context *context, const attain_results *before,
                                        const attain_results *after, attain_format format,
                                        char **text, attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
