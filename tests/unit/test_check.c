/* Reports read back as sentences, and findings on planted contradictions and on consistent sets. */
#include "check.h"

#include <attain/study.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/stream.h"
#include "base/text.h"

#define HEADER                                                                                     \
    "series,statistic,start,end,relation,value,upper,error,n,grain,stale,definition,source,"       \
    "release,published,url,quote,note\n"

/* Series of every kind; %s is the step. */
static const char every_kind[] =
    "{\"origin\":\"2025-01-20\",\"as_of\":\"2025-10-28\",\"horizon\":\"2026-01-18\",\"step\":\"%"
    "s\","
    "\"reports\":\"reports.csv\",\"series\":{"
    "\"arrests\":{\"kind\":\"flow\",\"label\":\"ICE arrests per day\",\"unit\":\"arrests\","
    "\"trend\":\"constant\",\"step_sigma\":0.25},"
    "\"energy\":{\"kind\":\"flow\",\"label\":\"Generation\",\"unit\":\"MWh\",\"trend\":"
    "\"constant\","
    "\"step_sigma\":0.2},"
    "\"detained_people\":{\"kind\":\"stock\",\"trend\":\"constant\"},"
    "\"balance\":{\"kind\":\"flow\",\"label\":\"Net migration\",\"unit\":\"people\",\"link\":"
    "\"identity\",\"trend\":\"constant\"},"
    "\"approval\":{\"kind\":\"share\",\"label\":\"Approval\",\"trend\":\"constant\"}},"
    "\"definitions\":{\"ice\":{\"series\":\"arrests\",\"reference\":true},"
    "\"bookins\":{\"series\":\"arrests\",\"factor\":\"lognormal(0, 0.1)\"},"
    "\"all\":{\"series\":\"arrests\",\"factor\":\"lognormal(log(1.8), 0.2)\"},"
    "\"new\":{\"series\":\"arrests\",\"factor\":\"lognormal(log(1.8), 0.2)\"},"
    "\"said\":{\"series\":\"approval\",\"shift\":\"normal(0, 2)\"},"
    "\"counted\":{\"series\":\"approval\",\"reference\":true}},"
    "\"goals\":[{\"id\":\"year\",\"series\":\"arrests\",\"statistic\":\"total\",\"target\":600000},"
    "{\"id\":\"pace\",\"series\":\"arrests\",\"definition\":\"ice\",\"statistic\":\"mean\","
    "\"over\":7,"
    "\"target\":3000}],"
    "\"sources\":{\"A\":{\"bias\":0.15},\"B\":{\"bias\":0.15}}}";

static attain_study *parse(attain_context *ctx, const char *step, const char *rows)
{
    char json[4096], table[16384];
    attain_error err;
    attain_study *study = NULL;
    snprintf(json, sizeof json, every_kind, step);
    snprintf(table, sizeof table, "%s%s", HEADER, rows);
    atn_check_status(
        rows,
        attain_study_parse(ctx, json, strlen(json), table, strlen(table), NULL, NULL, &study, &err),
        ATTAIN_OK, &err);
    return study;
}

typedef struct sentence_row {
    const char *step, *row, *sentence;
} sentence_row;

static const sentence_row sentences[] = {
    {"day", "arrests,mean,2025-06-01,2025-06-23,about,1200,,,,,,bookins,CBS News",
     "ICE arrests (bookins) averaged about 1,200 per day from 2025-06-01 to 2025-06-23, according "
     "to CBS News: read as 1,150 to 1,250."},
    {"day", "arrests,value,2025-01-26,,exact,956,,0.02,,,,ice,ICE",
     "ICE arrests came to 956 on 2025-01-26, according to ICE: read as 918 to 994."},
    {"day", "arrests,total,2025-01-20,2025-09-22,over,400000",
     "ICE arrests totalled over 400,000 from 2025-01-20 to 2025-09-22: read as 400,000 to "
     "500,000."},
    {"day", "arrests,total,2025-01-20,2025-01-31,nearly,7400",
     "ICE arrests totalled nearly 7,400 from 2025-01-20 to 2025-01-31: read as 7,300 to 7,400."},
    {"day", "arrests,max,2025-06-01,2025-06-23,over,2000,,,,500",
     "ICE arrests peaked at over 2,000 in one day between 2025-06-01 and 2025-06-23: read as 2,000 "
     "to 2,500."},
    {"day", "arrests,max,2025-06-01,2025-06-23,at_most,2000",
     "ICE arrests peaked at no more than 2,000 in one day between 2025-06-01 and 2025-06-23: read "
     "as 2,000 or less."},
    {"day", "arrests,min,2025-06-01,2025-06-23,at_least,300",
     "ICE arrests bottomed out at no less than 300 in one day between 2025-06-01 and 2025-06-23: "
     "read as 300 or more."},
    {"day", "arrests,mean,2025-06-01,2025-06-30,between,1200,1500,,,,7",
     "ICE arrests averaged between 1,200 and 1,500 per day from 2025-06-01 to 2025-06-30: read as "
     "1,200 to 1,500, up to 7 days old."},
    {"day", "energy,total,2025-06-01,2025-06-30,exact,12.25,,0.01",
     "Generation totalled 12.25 MWh from 2025-06-01 to 2025-06-30: read as 12 to 12.5."},
    {"day", "energy,mean,2025-06-01,2025-06-30,about,0.4,,,,0.1,1",
     "Generation averaged about 0.4 MWh per day from 2025-06-01 to 2025-06-30: read as 0.35 to "
     "0.45, up to 1 day old."},
    {"day", "detained_people,level,2025-10-27,,over,60000",
     "Detained people stood at over 60,000 on 2025-10-27: read as 60,000 to 70,000."},
    {"day", "detained_people,mean,2025-10-01,2025-10-27,at_least,60000",
     "Detained people averaged no less than 60,000 from 2025-10-01 to 2025-10-27: read as 60,000 "
     "or more."},
    {"day", "balance,mean,2025-10-01,2025-10-27,exact,-1500,,0.1",
     "Net migration averaged -1,500 people per day from 2025-10-01 to 2025-10-27: read as -1,800 "
     "to -1,200."},
    {"day", "balance,total,2025-10-01,2025-10-27,at_most,2500",
     "Net migration totalled no more than 2,500 people from 2025-10-01 to 2025-10-27: read as "
     "2,500 or less."},
    {"day", "approval,mean,2025-07-16,2025-07-18,exact,0.42,,,2400,,,,CBS News",
     "Approval averaged 42% (n = 2,400) from 2025-07-16 to 2025-07-18, according to CBS News: read "
     "as 40% to 44%."},
    {"day", "approval,value,2025-01-26,,exact,0.5199,,,1179",
     "Approval stood at 51.99% (613 of 1,179) on 2025-01-26: read as 49.1% to 54.9%."},
    {"day", "approval,value,2025-01-26,,nearly,0.7,,,,0.01,,said",
     "Approval (said) stood at nearly 70% on 2025-01-26: read as 69% to 70%."},
    {"day", "approval,value,2025-01-26,,at_most,0.125",
     "Approval stood at no more than 12.5% on 2025-01-26: read as 12.5% or less."},
    {"week", "arrests,mean,2025-06-02,2025-06-29,about,8000",
     "ICE arrests per day averaged about 8,000 per week from 2025-06-02 to 2025-06-29: read as "
     "7,500 to 8,500."},
    {"month", "energy,max,2025-02-01,2025-06-30,exact,40,,0.05",
     "Generation peaked at 40 MWh in one month between 2025-02-01 and 2025-06-30: read as 36 to "
     "44."},
};

static void read_back(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof sentences / sizeof *sentences; k++) {
        char row[512];
        size_t commas = 0;
        for (const char *c = sentences[k].row; *c; c++) commas += *c == ',';
        snprintf(row, sizeof row, "%s%.*s\n", sentences[k].row, (int)(17 - commas),
                 ",,,,,,,,,,,,,,,,,");
        attain_study *study = parse(ctx, sentences[k].step, row);
        attain_report_reading reading;
        attain_error err;
        atn_check_status(row, attain_study_report(study, 0, &reading, &err), ATTAIN_OK, &err);
        assert_string_equal(reading.sentence, sentences[k].sentence);
        attain_study_free(study);
    }
    attain_context_free(ctx);
}

typedef struct finding_row {
    const char *name, *rows;
    const char *code;    /* of the finding sought; NULL: there must be no contradiction */
    const char *says[5]; /* all of these stand in its message */
} finding_row;

#define ROW(series, statistic, start, end, relation, value, definition, source, published)         \
    series "," statistic "," start "," end "," relation "," value ",,0.05,,,," definition          \
           "," source ",," published ",,,\n"
#define POLL(value, error, grain, n, definition, source)                                           \
    "approval,value,2025-01-26,,exact," value ",," error "," n "," grain ",," definition           \
    "," source ",,2025-02-05,,,\n"
#define DHS(end, relation, value, definition, published)                                           \
    ROW("arrests", "total", "2025-01-20", end, relation, value, definition, "DHS", published)
#define RATE(start, end, value)                                                                    \
    ROW("arrests", "mean", start, end, "exact", value, "ice", "ICE", "2025-09-24")

static const finding_row findings[] = {
    {"two figures for a day",
     ROW("arrests", "value", "2025-01-26", "", "exact", "956", "ice", "ICE", "2025-02-05")
         ROW("arrests", "value", "2025-01-26", "", "exact", "1179", "ice", "NBC", "2025-02-05"),
     "contradiction",
     {"956 (row 1, ICE", "1,179 (row 2, NBC", "1.23 times"}},
    {"figures within their errors",
     ROW("arrests", "value", "2025-01-26", "", "exact", "956", "ice", "ICE", "2025-02-05")
         ROW("arrests", "value", "2025-01-26", "", "exact", "1040", "ice", "NBC", "2025-02-05"),
     NULL,
     {0}},
    {"definitions that allow it",
     ROW("arrests", "value", "2025-01-26", "", "exact", "956", "ice", "ICE", "2025-02-05")
         ROW("arrests", "value", "2025-01-26", "", "exact", "1700", "all", "DHS", "2025-02-05"),
     NULL,
     {0}},
    {"definitions that do not",
     ROW("arrests", "value", "2025-01-26", "", "exact", "956", "ice", "ICE", "2025-02-05")
         ROW("arrests", "value", "2025-01-26", "", "exact", "800", "all", "DHS", "2025-02-05"),
     "contradiction",
     {"'all'", "0.84 times", "allow 1.22 to 2.66"}},
    {"a mean and a total",
     ROW("arrests", "mean", "2025-06-01", "2025-06-30", "exact", "1000", "ice", "X", "2025-07-01")
         ROW("arrests", "total", "2025-06-01", "2025-06-30", "about", "45000", "ice", "X",
             "2025-07-02"),
     "contradiction",
     {"a mean of 1,000", "a total of about 45,000", "1.50 times", "900 to 1,100"}},
    {"a share and its wording",
     POLL("0.5199", "", "", "1179", "counted", "") "approval,value,2025-01-26,,about,0.48,,0.005,,"
                                                   "0.01,,said,,,2025-02-05,,,\n",
     "contradiction",
     {"613 of 1,179", "about 48%", "4 percentage points", "49.1% to 54.9%", "any amount"}},
    {"two pollsters' leans",
     POLL("0.46", "0.03", "", "", "", "A") POLL("0.38", "0.03", "", "", "", "B"),
     NULL,
     {0}},
    {"one pollster twice",
     POLL("0.46", "0.03", "", "", "", "A") POLL("0.38", "0.03", "", "", "", "A"),
     "contradiction",
     {"46% (row 1", "38% (row 2", "8 percentage points"}},
    {"levels of a day",
     ROW("detained_people", "level", "2025-06-23", "", "exact", "48000", "", "ICE", "2025-07-01")
         ROW("detained_people", "level", "2025-06-23", "", "over", "60000", "", "CBS",
             "2025-07-02"),
     "contradiction",
     {"48,000 (row 1", "over 60,000 (row 2", "1.25 times"}},
    {"a day above the peak",
     ROW("arrests", "max", "2025-06-01", "2025-06-30", "at_most", "1500", "ice", "X", "2025-07-01")
         ROW("arrests", "value", "2025-06-10", "", "exact", "2500", "ice", "Y", "2025-07-02"),
     "contradiction",
     {"2,500 (row 2", "lies above", "a peak of no more than 1,500 (row 1"}},
    {"a mean below the trough",
     ROW("arrests", "min", "2025-06-01", "2025-06-30", "at_least", "1500", "ice", "X", "2025-07-01")
         ROW("arrests", "mean", "2025-06-10", "2025-06-20", "exact", "900", "ice", "Y",
             "2025-07-02"),
     "contradiction",
     {"lies below", "a low of no less than 1,500"}},
    {"a later total that is smaller",
     DHS("2025-08-31", "exact", "300000", "all", "2025-09-01")
         DHS("2025-09-30", "exact", "200000", "all", "2025-10-01"),
     "contradiction",
     {"a total of 200,000 (row 2", "is less than a total of 300,000 (row 1"}},
    {"a stale total",
     DHS("2025-08-31", "exact", "300000", "all",
         "2025-09-01") "arrests,total,2025-01-20,2025-09-30,exact,200000,,0.05,,,60,all,DHS,,2025-"
                       "10-01,,,\n",
     NULL,
     {0}},
    {"a part of another definition",
     DHS("2025-08-31", "exact", "150000", "ice", "2025-09-01")
         DHS("2025-09-30", "exact", "140000", "all", "2025-10-01"),
     "contradiction",
     {"a total of 140,000 (row 2, DHS, 'all')", "is less than", "150,000 (row 1, DHS)"}},
    {"a restated basis",
     RATE("2025-08-24", "2025-09-06", "1350") RATE("2025-09-07", "2025-09-20", "1270")
         DHS("2025-06-30", "over", "239000", "all", "2025-07-09")
             DHS("2025-09-22", "over", "400000", "all", "2025-09-23")
                 DHS("2025-10-19", "over", "515000", "new", "2025-10-20")
                     DHS("2025-10-26", "over", "527000", "new", "2025-10-27"),
     "contradiction",
     {"over 400,000 (row 4", "over 515,000 (row 5", "imply 4,259 per day for 27 days",
      "the highest reported rate is 1,350 per day (row 1), about 2,430 as 'new' counts",
      "49,390 of the 115,000"}},
    {"the same, as a note",
     DHS("2025-09-22", "over", "400000", "all", "2025-09-23")
         DHS("2025-10-19", "over", "515000", "new", "2025-10-20")
             DHS("2025-10-26", "over", "527000", "new", "2025-10-27"),
     "restated",
     {"DHS's running totals", "'all' up to 2025-09-23 (row 1)",
      "'new' from 2025-10-20 on (rows 2, 3)"}},
    {"one definition, an unseen rate",
     RATE("2025-08-24", "2025-09-06", "1350")
         DHS("2025-09-22", "exact", "250000", "ice", "2025-09-23")
             DHS("2025-10-19", "exact", "365000", "ice", "2025-10-20"),
     "contradiction",
     {"imply 4,259 per day for 27 days", "highest reported rate is 1,350 per day (row 1)",
      "78,550 of the 115,000 unexplained"}},
    {"growth that no rate bounds",
     RATE("2025-02-01", "2025-02-20", "600")
         DHS("2025-09-22", "exact", "250000", "ice", "2025-09-23")
             DHS("2025-10-19", "exact", "365000", "ice", "2025-10-20"),
     NULL,
     {0}},
    {"a figure from after the date",
     ROW("arrests", "value", "2025-06-10", "", "exact", "900", "ice", "X", "2025-06-11")
         ROW("arrests", "value", "2025-06-10", "", "exact", "2500", "ice", "Y", "2025-12-01"),
     "not-published-yet",
     {"1 report was published after 2025-10-28", "(row 2)"}},
    {"an unpublished contradiction",
     ROW("arrests", "value", "2025-06-10", "", "exact", "900", "ice", "X", "2025-06-11")
         ROW("arrests", "value", "2025-06-10", "", "exact", "2500", "ice", "Y", "2025-12-01"),
     NULL,
     {0}},
    {"a repetition",
     "arrests,value,2025-06-10,,exact,900,,,,,,ice,A,post,2025-06-11,,,\n"
     "arrests,value,2025-06-10,,exact,900,,,,,,ice,B,post,2025-06-12,,,\n",
     "duplicate",
     {"row 2 repeats row 1", "'post'", "900 on 2025-06-10"}},
    {"what is left to go",
     RATE("2025-08-24", "2025-09-06", "1350")
         DHS("2025-09-22", "over", "400000", "all", "2025-09-23"),
     "feasibility",
     {"Goal 'year' as 'all' counts", "200,000 more after a total of over 400,000 (row 2",
      "1,695 per day for 118 days", "1,626 per day (row 2"}},
    {"a pace never reported",
     RATE("2025-08-24", "2025-09-06", "1350")
         ROW("arrests", "value", "2025-06-10", "", "exact", "2900", "ice", "B", "2025-06-11"),
     "feasibility",
     {"Goal 'pace' as 'ice' counts", "asks for 3,000 per day",
      "the highest rate reported over more than one day is 1,350 per day (row 1"}},
    {"no evidence",
     ROW("arrests", "value", "2025-06-10", "", "exact", "900", "ice", "X", "2025-06-11"),
     "no-evidence",
     {"No report counts arrests as 'bookins' does", "its factor's prior alone"}},
};

static bool says_all(const char *message, const char *const *parts)
{
    for (size_t k = 0; k < 5 && parts[k]; k++)
        if (!strstr(message, parts[k])) return false;
    return true;
}

static void planted(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof findings / sizeof *findings; k++) {
        const finding_row *row = &findings[k];
        attain_study *study = parse(ctx, "day", row->rows);
        attain_diagnostics *list;
        attain_error err;
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        atn_check_status(row->name, attain_study_check(study, list, &err), ATTAIN_OK, &err);
        size_t hits = 0, contradictions = 0;
        for (size_t i = 0; i < attain_diagnostics_count(list); i++) {
            const attain_diagnostic *d = attain_diagnostics_get(list, i);
            contradictions += strcmp(d->code, "contradiction") == 0;
            hits += row->code && strcmp(d->code, row->code) == 0 && says_all(d->message, row->says);
        }
        const bool unwanted = contradictions > (row->code && !strcmp(row->code, "contradiction"));
        if (unwanted || hits != (row->code != NULL)) {
            print_error("%s: %zu findings as wanted, %zu contradictions\n", row->name, hits,
                        contradictions);
            for (size_t i = 0; i < attain_diagnostics_count(list); i++)
                print_error("  %s: %s\n", attain_diagnostics_get(list, i)->code,
                            attain_diagnostics_get(list, i)->message);
        }
        /* what is no contradiction may stand beside one that is not asked for here */
        if (!row->code || strcmp(row->code, "contradiction") == 0) assert_false(unwanted);
        assert_int_equal(hits, row->code != NULL);
        attain_diagnostics_free(list);
        attain_study_free(study);
    }
    attain_context_free(ctx);
}

/* Reports of a known path with errors of their own, worded as METHODS 4 says. */
static void consistent_rows(atn_stream *stream, atn_text *rows)
{
    double total[281] = {0};
    const double level = 500 + 1000 * atn_stream_uniform(stream);
    for (int i = 0; i < 280; i++) total[i + 1] = total[i] + level * (1 + 0.8 * i / 280.0);
    const atn_day origin = atn_date_from_parts(2025, 1, 20);
    for (int r = 0; r < 24; r++) {
        const int kind = (int)atn_stream_below(stream, 3);
        const int a = kind == 0 ? 0 : (int)atn_stream_below(stream, 260);
        const int b = a + 4 + (int)atn_stream_below(stream, (uint64_t)(275 - a));
        const double sum = total[b] - total[a], mean = sum / (b - a);
        const double factor = atn_stream_uniform(stream) < 0.3 ? 1.8 : 1.0;
        const double error = exp(0.05 * atn_stream_normal(stream));
        const double x = (kind == 1 ? mean : sum) * factor * error;
        const double grain = pow(10, floor(log10(x)) - 1);
        const double down = floor(x / grain) * grain;
        const char *relation = kind == 2                          ? "exact"
                               : atn_stream_uniform(stream) < 0.5 ? "over"
                                                                  : "at_most";
        char start[ATN_DATE_SIZE], end[ATN_DATE_SIZE];
        atn_date_format(origin + a, start);
        atn_date_format(origin + b - 1, end);
        atn_text_printf(rows, "arrests,%s,%s,%s,%s,", kind == 1 ? "mean" : "total", start, end,
                        relation);
        atn_text_number(rows, relation[0] == 'o' ? down : relation[0] == 'a' ? down + grain : x);
        atn_text_printf(rows, ",,0.05,,,,%s,,,,,,\n", factor > 1 ? "all" : "ice");
    }
}

/* Of 300 consistent sets of 24 reports few may be accused: a 5 % error does exceed twice itself. */
static void few_false_alarms(void **state)
{
    (void)state;
    enum { SETS = 300 };
    const uint64_t seed = 20250120;
    attain_context *ctx = check_context(NULL, 1);
    size_t accused = 0;
    for (uint64_t set = 0; set < SETS; set++) {
        atn_stream stream;
        atn_text rows;
        attain_error err;
        attain_diagnostics *list;
        atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, set);
        atn_text_init(&rows, ctx);
        consistent_rows(&stream, &rows);
        assert_true(atn_text_ok(&rows));
        attain_study *study = parse(ctx, "day", rows.data);
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        assert_int_equal(attain_study_check(study, list, &err), ATTAIN_OK);
        accused += attain_diagnostics_count_of(list, ATTAIN_SEVERITY_WARNING) > 0;
        attain_diagnostics_free(list);
        attain_study_free(study);
        atn_text_free(&rows);
    }
    print_message("seed %llu: %zu of %d consistent sets accused\n", (unsigned long long)seed,
                  accused, SETS);
    assert_in_range(accused, 0, SETS / 50);
    attain_context_free(ctx);
}

static void references_agree(void **state)
{
    (void)state;
    static const char *const names[] = {"growth", "growth-rw", "arrests-2025-10"};
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < 3; k++) {
        char path[128];
        attain_error err;
        attain_study *study = NULL;
        attain_diagnostics *list;
        snprintf(path, sizeof path, "reference/%s", names[k]);
        const char *folder = check_shared_or_null(path);
        if (!folder) {
            attain_context_free(ctx);
            check_shared(path); /* skips */
            return;
        }
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        atn_check_status(path, attain_study_load(ctx, folder, NULL, list, &study, &err), ATTAIN_OK,
                         &err);
        atn_check_status(path, attain_study_check(study, list, &err), ATTAIN_OK, &err);
        assert_int_equal(attain_diagnostics_count_of(list, ATTAIN_SEVERITY_WARNING), 0);
        attain_diagnostics_free(list);
        attain_study_free(study);
    }
    attain_context_free(ctx);
}

/* Everything that can be found, with each allocation failing in turn. */
static attain_status check_all(void *user, attain_context *ctx, attain_error *err)
{
    const char *rows = user;
    char json[4096], table[8192];
    attain_study *study = NULL;
    attain_diagnostics *list = NULL;
    snprintf(json, sizeof json, every_kind, "day");
    snprintf(table, sizeof table, "%s%s", HEADER, rows);
    attain_status status =
        attain_study_parse(ctx, json, strlen(json), table, strlen(table), NULL, NULL, &study, err);
    if (status == ATTAIN_OK) status = attain_diagnostics_create(ctx, &list, err);
    if (status == ATTAIN_OK) status = attain_study_check(study, list, err);
    for (size_t r = 0; status == ATTAIN_OK && r < attain_study_report_count(study); r++) {
        attain_report_reading reading;
        status = attain_study_report(study, r, &reading, err);
    }
    attain_diagnostics_free(list);
    attain_study_free(study);
    return status;
}

static void failing_memory(void **state)
{
    (void)state;
    static const char rows[] = DHS("2025-09-22", "over", "400000", "all", "2025-09-23")
        DHS("2025-10-19", "over", "515000", "new", "2025-10-20")
            RATE("2025-08-24", "2025-09-06", "1350") RATE("2025-08-24", "2025-09-06", "2350") ROW(
                "arrests", "value", "2025-06-10", "", "exact", "9000", "ice", "B", "2025-12-01");
    check_faults("check", check_all, (void *)rows, 5000);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_back),        cmocka_unit_test(planted),
        cmocka_unit_test(few_false_alarms), cmocka_unit_test(references_agree),
        cmocka_unit_test(failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
