/* Words for reports, shared by the read-back sentences and the check's findings. */
#ifndef ATN_SENTENCE_H
#define ATN_SENTENCE_H

#include "base/text.h"
#include "study/study_data.h"

/* "1,179", "0.42"; of a share "52%".  `stated` prints every digit a figure was given with, else
 * about four significant digits. */
void atn_say_number(atn_text *text, const atn_series *series, double value, bool stated);
/* "1,150 to 1,250", "600 or less", "60,000 or more". */
void atn_say_interval(atn_text *text, const atn_series *series, double low, double high);
/* The series' label without its "per day": "ICE arrests". */
void atn_say_subject(atn_text *text, const attain_study *study, const atn_series *series);
/* "on 2025-01-26" or "from 2025-06-01 to 2025-06-23". */
void atn_say_window(atn_text *text, atn_day start, atn_day end);
/* The figure in its own words: "over 2,000", "between 1,200 and 1,500". */
void atn_say_figure(atn_text *text, const attain_study *study, const atn_report *report);
/* Of a share with sample size: "613 of 1,179" where its digits give the count, else "n = 1,179". */
void atn_say_sample(atn_text *text, const atn_report *report);

#endif
