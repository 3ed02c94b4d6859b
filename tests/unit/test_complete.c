/* What completing a study adds: default priors and scatter, duplicates, as_of, blocks, grains, and
 * the problems that only the whole study shows. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "study/study_data.h"

#include <attain/study.h>

#define HEADER                                                                                     \
    "series,statistic,start,end,relation,value,upper,definition,source,release,published\n"

/* Copies rows, each filled up with blanks to the header's eleven fields. */
static void fill_rows(char *out, size_t size, const char *rows)
{
    size_t n = (size_t)snprintf(out, size, "%s", HEADER), commas = 0;
    for (; *rows && n + 16 < size; rows++) {
        commas += *rows == ',';
        for (; *rows == '\n' && commas < 10; commas++) out[n++] = ',';
        if (*rows == '\n') commas = 0;
        out[n++] = *rows;
    }
    out[n] = '\0';
}

/* A study from its step, its series, more members (each with a comma before it) and its rows. */
static attain_status read_study(attain_context *ctx, const char *step, const char *series,
                                const char *more, const char *rows, attain_diagnostics *list,
                                attain_study **study, attain_error *err)
{
    char json[4096], table[4096];
    snprintf(json, sizeof json,
             "{\"origin\":\"2025-01-01\",\"as_of\":\"2025-03-31\",\"horizon\":\"2025-12-31\","
             "\"step\":\"%s\",\"reports\":\"reports.csv\",\"series\":{%s}%s}",
             step, series, more);
    fill_rows(table, sizeof table, rows);
    return attain_study_parse(ctx, json, strlen(json), table, strlen(table), NULL, list, study,
                              err);
}

static attain_study *good(attain_context *ctx, const char *step, const char *series,
                          const char *more, const char *rows)
{
    attain_study *study = NULL;
    attain_error err = {0};
    atn_check_status(series, read_study(ctx, step, series, more, rows, NULL, &study, &err),
                     ATTAIN_OK, &err);
    return study;
}

#define FLOW(id)     "\"" id "\":{\"kind\":\"flow\",\"trend\":\"constant\"}"
#define LOGISTIC     "\"a\":{\"kind\":\"flow\",\"trend\":\"logistic\"}"
#define ONE_MEAN(id) id ",mean,2025-01-01,2025-01-10,exact,100\n"

/* ---- m, t1, t2 ---- */

static const struct summary_row {
    const char *name, *step, *series, *more, *rows;
    double m, t1, t2;
} summaries[] = {
    {"means, totals, ranges and factors", "day", LOGISTIC,
     ",\"definitions\":{\"own\":{\"series\":\"a\",\"reference\":true},"
     "\"twice\":{\"series\":\"a\",\"factor\":\"lognormal(log(2), 0.3)\"},"
     "\"four\":{\"series\":\"a\",\"factor\":4}}",
     "a,mean,2025-01-01,2025-01-10,exact,100\n"               /* 100 */
     "a,total,2025-01-11,2025-01-30,exact,6000,,own\n"        /* over 20 days: 300 */
     "a,mean,2025-02-01,2025-02-10,between,150,250\n"         /* 200 */
     "a,mean,2025-03-01,2025-03-10,exact,800,,twice\n"        /* 400 */
     "a,mean,2025-02-11,2025-02-20,exact,2000,,four\n"        /* 500 */
     "a,max,2025-02-01,2025-02-28,exact,9999\n"               /* no rate */
     "a,mean,2025-03-11,2025-03-20,exact,1,,,,,2025-04-20\n", /* not yet published */
     300, 0, 68},
    {"peaks alone", "day", LOGISTIC, "",
     "a,max,2025-01-11,2025-01-20,exact,50\na,min,2025-01-21,2025-01-30,exact,70\n"
     "a,max,2025-02-01,2025-02-10,exact,90\n",
     70, 10, 40},
    {"no report", "day", LOGISTIC "," FLOW("b"), "", ONE_MEAN("b"), 1, 0, 364},
    {"no report of a share", "day", "\"a\":{\"kind\":\"share\",\"trend\":\"logistic\"}," FLOW("b"),
     "", ONE_MEAN("b"), 0.5, 0, 364},
    {"one step", "day", LOGISTIC, "", "a,value,2025-01-05,,exact,20\n", 20, 4, 5},
    {"part of a month", "month", LOGISTIC, "", "a,total,2025-01-17,2025-01-31,exact,1500\n", 3100,
     0, 1},
    {"parts of two months", "month", LOGISTIC, "", "a,total,2025-01-17,2025-03-14,exact,1000\n",
     1000 / (15 / 31.0 + 1 + 14 / 31.0), 0, 2},
    {"figures about zero", "day",
     "\"a\":{\"kind\":\"flow\",\"link\":\"identity\",\"trend\":\"logistic\"}", "",
     "a,mean,2025-01-01,2025-01-10,exact,0\na,mean,2025-01-11,2025-01-20,exact,-40\n"
     "a,mean,2025-01-21,2025-01-31,exact,10\n",
     0, 0, 30},
};

static void test_default_priors(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof summaries / sizeof *summaries; k++) {
        const struct summary_row *row = &summaries[k];
        attain_study *study = good(ctx, row->step, row->series, row->more, row->rows);
        const atn_series *a = &study->series[0];
        atn_check_close(row->name, a->typical, row->m, 1e-12, 1e-12);
        atn_check_close(row->name, a->t1, row->t1, 0, 0);
        atn_check_close(row->name, a->t2, row->t2, 0, 0);
        const atn_parameter *low = &a->trends[0].parameters[0], *mid = low + 2, *width = low + 3;
        assert_true(low->is_default && mid->is_default && width->is_default);
        const double span = row->t2 - row->t1;
        double want[2] = {log(row->m), 1.0};
        if (a->link == ATN_LINK_LOGIT) want[0] = want[1] = 1.0 + 8.0 * row->m;
        if (a->link == ATN_LINK_IDENTITY) want[0] = row->m, want[1] = fmax(fabs(row->m), 1.0);
        for (size_t i = 0; i < 2; i++)
            atn_check_close(row->name, low->prior.arg[i], want[i], 1e-12, 1e-12);
        atn_check_close(row->name, mid->prior.arg[0], (row->t1 + row->t2) / 2, 1e-12, 0);
        atn_check_close(row->name, mid->prior.arg[1], span, 1e-12, 0);
        atn_check_close(row->name, width->prior.arg[0], log(span / 8), 1e-12, 0);
        attain_study_free(study);
    }
    attain_context_free(ctx);
}

/* ---- scatter ---- */

enum scatter { NO_SCATTER, DEFAULT_SCATTER, STATED_SCATTER };
#define GOAL(text)    ",\"goals\":[{\"id\":\"g\",\"series\":\"a\",\"target\":500," text "}]"
#define STATED(value) "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"step_sigma\":" value "}"

static const struct scatter_row {
    const char *name, *series, *more, *rows;
    enum scatter want;
} scatters[] = {
    {"means", FLOW("a"), "", ONE_MEAN("a"), NO_SCATTER},
    {"a value", FLOW("a"), "", "a,value,2025-01-05,,exact,20\n", DEFAULT_SCATTER},
    {"a mean of one day", FLOW("a"), "", "a,mean,2025-01-05,,exact,20\n", DEFAULT_SCATTER},
    {"a total of one day", FLOW("a"), "", "a,total,2025-01-05,,exact,20\n", DEFAULT_SCATTER},
    {"a peak", FLOW("a"), "", "a,max,2025-01-05,2025-01-20,exact,20\n", DEFAULT_SCATTER},
    {"a trough", FLOW("a"), "", "a,min,2025-01-05,2025-01-20,exact,20\n", DEFAULT_SCATTER},
    {"a value after as_of", FLOW("a"), "",
     ONE_MEAN("a") "a,value,2025-01-05,,exact,20,,,,,2025-05-01\n", NO_SCATTER},
    {"another series' value", FLOW("a") "," FLOW("b"), "",
     ONE_MEAN("a") "b,value,2025-01-05,,exact,20\n", NO_SCATTER},
    {"stated", STATED("0.25"), "", ONE_MEAN("a"), STATED_SCATTER},
    {"stated as none", STATED("0"), "", "a,value,2025-01-05,,exact,20\n", NO_SCATTER},
    {"a stock", "\"a\":{\"kind\":\"stock\",\"trend\":\"constant\"}", "",
     "a,level,2025-01-05,,exact,20\n", NO_SCATTER},
    {"a share", "\"a\":{\"kind\":\"share\",\"trend\":\"constant\"}", "",
     "a,value,2025-01-05,,exact,0.2\n", NO_SCATTER},
    {"identity link", "\"a\":{\"kind\":\"flow\",\"link\":\"identity\",\"trend\":\"constant\"}", "",
     "a,value,2025-01-05,,exact,20\n", NO_SCATTER},
    {"goal: value", FLOW("a"), GOAL("\"statistic\":\"value\""), ONE_MEAN("a"), DEFAULT_SCATTER},
    {"goal: mean of one", FLOW("a"), GOAL("\"statistic\":\"mean\""), ONE_MEAN("a"),
     DEFAULT_SCATTER},
    {"goal: mean of 7", FLOW("a"), GOAL("\"statistic\":\"mean\",\"over\":7"), ONE_MEAN("a"),
     NO_SCATTER},
    {"goal: all readings", FLOW("a"),
     GOAL("\"statistic\":\"mean\",\"over\":7,\"readings\":\"auto\""), ONE_MEAN("a"),
     DEFAULT_SCATTER},
    {"goal: total", FLOW("a"), GOAL("\"statistic\":\"total\""), ONE_MEAN("a"), NO_SCATTER},
    {"goal: total of 30", FLOW("a"), GOAL("\"statistic\":\"rolling_total\",\"over\":30"),
     ONE_MEAN("a"), NO_SCATTER},
};

static void test_scatter(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof scatters / sizeof *scatters; k++) {
        const struct scatter_row *row = &scatters[k];
        attain_study *study = good(ctx, "day", row->series, row->more, row->rows);
        const atn_parameter *omega = &study->series[0].step_sigma;
        if (omega->present != (row->want != NO_SCATTER) ||
            (omega->present && omega->is_default != (row->want == DEFAULT_SCATTER)))
            fail_msg("%s: present %d, default %d", row->name, omega->present, omega->is_default);
        if (row->want == DEFAULT_SCATTER) {
            assert_int_equal(omega->prior.family, ATN_PRIOR_HALF_NORMAL);
            atn_check_close(row->name, omega->prior.arg[0], 0.3, 0, 0);
        }
        attain_study_free(study);
    }
    attain_context_free(ctx);
}

/* ---- deviations, effects, fixed values ---- */

static void test_deviation_defaults(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study = good(
        ctx, "day",
        "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"deviation\":{\"type\":\"ar1\"},"
        "\"calendar\":\"day_of_week\"},"
        "\"b\":{\"kind\":\"flow\",\"trend\":\"constant\",\"deviation\":{\"type\":\"local_trend\"}},"
        "\"c\":{\"kind\":\"flow\",\"trend\":\"constant\",\"deviation\":{\"type\":\"ar1\","
        "\"sigma\":0,\"phi\":1}}",
        "", ONE_MEAN("a"));
    const atn_series *a = &study->series[0], *b = a + 1, *c = a + 2;
    assert_int_equal(a->deviation.every, 7);
    assert_int_equal(a->deviation.sigma.prior.family, ATN_PRIOR_HALF_NORMAL);
    assert_int_equal(a->deviation.phi.prior.family, ATN_PRIOR_BETA);
    atn_check_close("phi", a->deviation.phi.prior.arg[0], 9, 0, 0);
    atn_check_close("phi", a->deviation.phi.prior.arg[1], 1, 0, 0);
    assert_true(a->effect_sigma.is_default && a->deviation.sigma.is_default);
    atn_check_close("effect", a->effect_sigma.prior.arg[0], 0.3, 0, 0);
    assert_true(b->deviation.sigma_v.present && !b->deviation.phi.present);
    assert_true(c->deviation.sigma.fixed && c->deviation.sigma.value == 0);
    assert_true(c->deviation.phi.fixed && c->deviation.phi.value == 1);
    attain_study_free(study);
    study = good(ctx, "week",
                 "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"deviation\":{\"type\":"
                 "\"random_walk\"},\"calendar\":\"month_of_year\"}",
                 "", ONE_MEAN("a"));
    assert_int_equal(study->series[0].deviation.every, 1);
    assert_int_equal(study->n_steps, 53);
    assert_int_equal(study->as_of_step, 13);
    attain_study_free(study);
    attain_context_free(ctx);
}

/* ---- which rows count ---- */

static void test_used_rows(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        bool used;
        size_t duplicate_of;
    } rows[] = {
        {"a,mean,2025-01-01,2025-01-10,exact,100,,,A,r1,\n", true, ATN_NONE},
        {"a,mean,2025-01-01,2025-01-10,exact,100,,,B,r1,\n", false, 0}, /* whoever repeats it */
        {"a,mean,2025-01-01,2025-01-10,exact,100,,,A,r1,2025-02-01\n", false, 0},
        {"a,mean,2025-01-01,2025-01-10,exact,100,,,A,r2,\n", true, ATN_NONE},
        {"a,mean,2025-01-01,2025-01-10,exact,101,,,A,r1,\n", true, ATN_NONE},
        {"a,mean,2025-01-01,2025-01-11,exact,100,,,A,r1,\n", true, ATN_NONE},
        {"a,mean,2025-01-02,2025-01-10,exact,100,,,A,r1,\n", true, ATN_NONE},
        {"a,total,2025-01-01,2025-01-10,exact,100,,,A,r1,\n", true, ATN_NONE},
        {"b,mean,2025-01-01,2025-01-10,exact,100,,,A,r1,\n", true, ATN_NONE},
        {"a,mean,2025-01-01,2025-01-10,exact,100,,two,A,r1,\n", true, ATN_NONE},
        {"a,mean,2025-01-01,2025-01-10,exact,100,,two,A,r1,\n", false, 9},
        {"a,mean,2025-01-01,2025-01-10,exact,100,,one,A,r1,\n", false, 0}, /* the reference */
        {"a,mean,2025-01-01,2025-01-10,exact,100,,,,,\n", true, ATN_NONE},
        {"a,mean,2025-01-01,2025-01-10,exact,100,,,,,\n", true, ATN_NONE}, /* of no release */
        {"a,mean,2025-03-01,2025-03-10,exact,50,,,A,r3,2025-04-01\n", false, ATN_NONE},
        {"a,mean,2025-03-01,2025-03-10,exact,50,,,A,r3,2025-03-31\n", true, ATN_NONE},
        {"a,mean,2025-03-01,2025-03-10,exact,50,,,A,r3,2025-03-30\n", false, 15},
        {"a,mean,2025-03-01,2025-04-01,exact,50,,,A,r4,\n", false, ATN_NONE}, /* ends later */
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    char text[2048] = "";
    for (size_t r = 0; r < ROWS; r++) strcat(text, rows[r].row);
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study = good(ctx, "day", FLOW("a") "," FLOW("b"),
                               ",\"definitions\":{\"one\":{\"series\":\"a\",\"reference\":true},"
                               "\"two\":{\"series\":\"a\",\"factor\":2}}",
                               text);
    assert_int_equal(study->n_reports, ROWS);
    for (size_t r = 0; r < ROWS; r++) {
        const atn_report *report = &study->reports[r];
        if (report->used != rows[r].used || report->duplicate_of != rows[r].duplicate_of)
            fail_msg("row %zu: used %d, repeats %zd", r, report->used,
                     (ptrdiff_t)report->duplicate_of);
    }
    attain_study_free(study);
    attain_context_free(ctx);
}

/* The fast search for repeats against every pair. */
static void test_many_repeats(void **state)
{
    (void)state;
    enum { ROWS = 400 };
    attain_context *ctx = check_context(NULL, 1);
    char text[ROWS * 64], *at = text;
    const char *const json =
        "{\"origin\":\"2025-01-01\",\"as_of\":\"2025-03-31\",\"horizon\":\"2025-12-31\","
        "\"step\":\"day\",\"reports\":\"reports.csv\",\"series\":{" FLOW("a") "}}";
    at += sprintf(at, "%s", HEADER);
    unsigned x = 12345;
    for (size_t r = 0; r < ROWS; r++) {
        x = x * 1103515245u + 12345u;
        const unsigned pick = x >> 16;
        at +=
            sprintf(at, "a,mean,2025-01-0%u,2025-01-10,exact,%u,,,,%s,2025-0%u-01\n", 1 + pick % 2,
                    100 + pick / 2 % 3, pick / 6 % 4 ? "r1" : "", 2 + pick / 24 % 3);
    }
    attain_study *study = NULL;
    attain_error err = {0};
    atn_check_status("many",
                     attain_study_parse(ctx, json, strlen(json), text, (size_t)(at - text), NULL,
                                        NULL, &study, &err),
                     ATTAIN_OK, &err);
    size_t repeats = 0;
    for (size_t r = 0; r < ROWS; r++) {
        const atn_report *report = &study->reports[r];
        size_t first = ATN_NONE;
        for (size_t q = 0; q < r && first == ATN_NONE; q++) {
            const atn_report *other = &study->reports[q];
            if (other->published <= study->as_of && report->published <= study->as_of &&
                report->release_text[0] && strcmp(report->release_text, other->release_text) == 0 &&
                report->start == other->start && report->value == other->value)
                first = q;
        }
        assert_int_equal(report->duplicate_of, first);
        assert_int_equal(report->used, report->published <= study->as_of && first == ATN_NONE);
        repeats += first != ATN_NONE;
    }
    assert_true(repeats > 100);
    attain_study_free(study);
    attain_context_free(ctx);
}

/* ---- blocks ---- */

static void test_blocks(void **state)
{
    (void)state;
    static const char four[] = FLOW("a") "," FLOW("b") "," FLOW("c") "," FLOW("d");
    static const char rows[] =
        "a,mean,2025-01-01,2025-01-10,exact,100,,,S,R,\n"
        "b,mean,2025-01-01,2025-01-10,exact,100,,,T,,\n"
        "c,mean,2025-01-01,2025-01-10,exact,100,,,S,,\n"
        "d,mean,2025-01-01,2025-01-10,exact,100,,,,R,\n"
        "b,mean,2025-01-01,2025-01-10,exact,100,,,S,,2025-05-01\n"; /* does not count */
    static const struct {
        const char *name, *series, *more;
        size_t block[4], count;
    } cases[] = {
        {"nothing shared", four, "", {0, 1, 2, 3}, 4},
        {"a source without bias", four, ",\"sources\":{\"S\":{\"error\":0.1}}", {0, 1, 2, 3}, 4},
        {"a source's bias", four, ",\"sources\":{\"S\":{\"bias\":0.1}}", {0, 1, 0, 2}, 3},
        {"a release's bias", four, ",\"releases\":{\"R\":{\"bias\":0.1}}", {0, 1, 2, 0}, 3},
        {"both",
         four,
         ",\"sources\":{\"S\":{\"bias\":0.1}},\"releases\":{\"R\":{\"bias\":0.1}}",
         {0, 1, 0, 0},
         2},
        {"one series' own source", four, ",\"sources\":{\"T\":{\"bias\":0.1}}", {0, 1, 2, 3}, 4},
        {"a formula",
         FLOW("a") "," FLOW("b") "," FLOW("c") ",\"d\":{\"kind\":\"flow\",\"trend\":{\"formula\":"
                                               "\"k * b\"},\"parameters\":{\"k\":\"beta(2, 2)\"}}",
         "",
         {0, 1, 2, 1},
         3},
        {"a common scale",
         four,
         ",\"measurement\":{\"scale\":\"lognormal(0, 0.2)\"}",
         {0, 0, 0, 0},
         1},
        {"a fixed scale", four, ",\"measurement\":{\"scale\":2}", {0, 1, 2, 3}, 4},
    };
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        attain_study *study = good(ctx, "day", cases[k].series, cases[k].more, rows);
        size_t block[4];
        const size_t count = atn_study_blocks(study, block);
        if (count != cases[k].count || memcmp(block, cases[k].block, sizeof block) != 0)
            fail_msg("%s: %zu blocks: %zu %zu %zu %zu", cases[k].name, count, block[0], block[1],
                     block[2], block[3]);
        attain_study_free(study);
    }
    attain_context_free(ctx);
}

/* ---- grains ---- */

static void test_grains(void **state)
{
    (void)state;
    static const struct {
        double value, own;
        size_t n;
        double q[8];
    } rows[] = {
        {400000, NAN, 8, {500, 1000, 2500, 5000, 10000, 25000, 50000, 100000}},
        {956, NAN, 1, {1}},
        {1179, NAN, 1, {1.179}}, /* 1 is finer than a thousandth */
        {1250, NAN, 6, {2.5, 5, 10, 25, 50, 250}},
        {12345.5, NAN, 1, {12.3455}},
        {12345.5, 0.5, 1, {0.5}},
        {400000, 5000, 1, {5000}},
        {10, NAN, 3, {1, 2.5, 5}},
        {2e9, NAN, 8, {2.5e6, 5e6, 1e7, 2.5e7, 5e7, 1e8, 2.5e8, 5e8}},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char name[40];
        double q[ATN_MAX_GRAINS], probability[ATN_MAX_GRAINS], sum = 0.0, roots = 0.0;
        snprintf(name, sizeof name, "grains of %.10g", rows[k].value);
        const size_t n = atn_grains(rows[k].value, rows[k].own, q, probability);
        for (size_t i = 0; i < n; i++) sum += probability[i], roots += sqrt(q[i]);
        atn_check_close(name, sum, 1.0, 1e-15, 0);
        for (size_t i = 0; i < n; i++)
            atn_check_close(name, probability[i], sqrt(q[i]) / roots, 1e-15, 0);
        const bool billions = rows[k].value == 2e9; /* listed but for the last, 1e9 */
        if (n != rows[k].n + billions) fail_msg("%s: %zu", name, n);
        for (size_t i = 0; i < rows[k].n; i++) atn_check_close(name, q[i], rows[k].q[i], 0, 1e-15);
        if (billions) atn_check_close(name, q[8], 1e9, 0, 0);
    }
}

/* ---- refusals ---- */

static const struct refusal {
    const char *name, *step, *series, *more, *rows;
    attain_status status;
    const char *pointer, *message; /* parts of the error */
} refusals[] = {
    {"a formula of itself", "day",
     "\"a\":{\"kind\":\"flow\",\"trend\":{\"formula\":\"k + a\"},\"parameters\":{\"k\":1}}", "",
     ONE_MEAN("a"), ATTAIN_ERR_FORMULA, "/series/a/trend/formula", "'a' depends on itself"},
    {"formulas in a ring", "day",
     FLOW("z") ",\"a\":{\"kind\":\"flow\",\"trend\":{\"formula\":\"b / 2\"}},\"b\":{\"kind\":"
               "\"flow\",\"trend\":{\"formula\":\"c + z\"}},\"c\":{\"kind\":\"flow\",\"trend\":{"
               "\"formula\":\"a\"}}",
     "", ONE_MEAN("z"), ATTAIN_ERR_FORMULA, "/series/a/trend/formula", "'a' depends on itself"},
    {"an unknown name in a prior", "day",
     "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"parameters\":{\"level\":\"normal(q, 1)\"}}",
     "", ONE_MEAN("a"), ATTAIN_ERR_FORMULA, "/series/a/parameters/level", "found 'q'"},
    {"m in a factor's prior", "day", FLOW("a"),
     ",\"definitions\":{\"x\":{\"series\":\"a\",\"reference\":true},"
     "\"y\":{\"series\":\"a\",\"factor\":\"lognormal(log(m), 1)\"}}",
     ONE_MEAN("a"), ATTAIN_ERR_FORMULA, "/definitions/y/factor", "prior of"},
    {"a negative sigma", "day",
     "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"deviation\":{\"type\":\"random_walk\","
     "\"sigma\":-1}}",
     "", ONE_MEAN("a"), ATTAIN_ERR_FIELD, "/series/a/deviation/sigma", ""},
    {"phi above 1", "day",
     "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"deviation\":{\"type\":\"ar1\",\"phi\":1.5}"
     "}",
     "", ONE_MEAN("a"), ATTAIN_ERR_FIELD, "/series/a/deviation/phi", ""},
    {"a prior outside sigma's range", "day",
     "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"deviation\":{\"type\":\"random_walk\","
     "\"sigma\":\"uniform(-2, -1)\"}}",
     "", ONE_MEAN("a"), ATTAIN_ERR_FIELD, "/series/a/deviation/sigma", "prior of sigma"},
    {"a scale of 0", "day", FLOW("a"), ",\"measurement\":{\"scale\":0}", ONE_MEAN("a"),
     ATTAIN_ERR_FIELD, "/measurement/scale", ""},
    {"a value of several days", "day", FLOW("a"), "", "a,value,2025-01-01,2025-01-03,exact,10\n",
     ATTAIN_ERR_TABLE, "", "window covers several"},
    {"a peak without scatter", "day", STATED("0"), "", "a,max,2025-01-01,2025-01-09,exact,10\n",
     ATTAIN_ERR_TABLE, "", "step_sigma"},
    {"0 under the log link", "day", FLOW("a"), "", "a,mean,2025-01-01,2025-01-09,exact,0\n",
     ATTAIN_ERR_TABLE, "", ""},
    {"weekdays in weeks", "week",
     "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"calendar\":\"day_of_week\"}", "",
     ONE_MEAN("a"), ATTAIN_ERR_FIELD, "/series/a/calendar", "daily step"},
    {"months in quarters", "quarter",
     "\"a\":{\"kind\":\"flow\",\"trend\":\"constant\",\"calendar\":\"month_of_year\"}", "",
     ONE_MEAN("a"), ATTAIN_ERR_FIELD, "/series/a/calendar", "month"},
};

static void test_refusals(void **state)
{
    (void)state;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    const size_t before = allocator.live;
    for (size_t k = 0; k < sizeof refusals / sizeof *refusals; k++) {
        const struct refusal *row = &refusals[k];
        attain_study *study = NULL;
        attain_error err = {0};
        atn_check_status(
            row->name,
            read_study(ctx, row->step, row->series, row->more, row->rows, NULL, &study, &err),
            row->status, &err);
        if (!strstr(err.pointer, row->pointer) || !strstr(err.message, row->message))
            fail_msg("%s: '%s' at '%s'", row->name, err.message, err.pointer);
        assert_null(study);
        assert_int_equal(allocator.live, before);
    }
    attain_context_free(ctx);
}

/* All problems are listed, the first is the call's error. */
static void test_every_problem_listed(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_diagnostics *list = NULL;
    attain_study *study = NULL;
    attain_error err = {0};
    atn_check_status("list", attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK, &err);
    atn_check_status(
        "three problems",
        read_study(ctx, "day",
                   "\"a\":{\"kind\":\"flow\",\"trend\":{\"formula\":\"k * a\"},\"parameters\":{"
                   "\"k\":1},\"deviation\":{\"type\":\"random_walk\",\"sigma\":"
                   "\"uniform(-2, -1)\"}}," FLOW("b"),
                   "", "b,value,2025-01-01,2025-01-03,exact,10\n", list, &study, &err),
        ATTAIN_ERR_FIELD, &err);
    assert_null(study);
    assert_int_equal(attain_diagnostics_count_of(list, ATTAIN_SEVERITY_ERROR), 3);
    const char *const codes[] = {"prior", "cyclic-formula", "window"};
    for (size_t k = 0; k < 3; k++)
        assert_string_equal(attain_diagnostics_get(list, k)->code, codes[k]);
    assert_string_equal(err.message, attain_diagnostics_get(list, 0)->message);
    attain_diagnostics_free(list);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_priors),
        cmocka_unit_test(test_scatter),
        cmocka_unit_test(test_deviation_defaults),
        cmocka_unit_test(test_used_rows),
        cmocka_unit_test(test_many_repeats),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_grains),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_every_problem_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
