/* attain calibrate: does the fit of a study recover what made the figures? */
#include <math.h>
#include <string.h>

#include "cli/session.h"

enum { MOST_LINES = 6, LINE_SIZE = 400 };

typedef struct calibrate_job {
    atn_session session;
    attain_study *study;
    attain_calibration *calibration;
    attain_calibration_summary summary;
} calibrate_job;

static const double coverages[ATTAIN_COVERAGES] = {50, 80, 95};

static attain_status compute(calibrate_job *j)
{
    const atn_options *o = j->session.options;
    attain_calibration_settings settings;
    attain_status status = atn_session_load(&j->session, &j->study);
    if (status != ATTAIN_OK) return status;
    attain_calibration_settings_init(&settings);
    settings.replicates = (size_t)o->replicates;
    settings.method = o->fit;
    settings.has_seed = o->has_seed;
    settings.seed = o->seed;
    status = attain_calibrate(j->session.context, j->study, &settings, j->session.problems,
                              &j->calibration, &j->session.error);
    if (status == ATTAIN_OK) attain_calibration_summarize(j->calibration, &j->summary);
    return status;
}

static const char *verdict(const attain_calibration_quantity *q)
{
    if (!q->uniform) return "OUTSIDE";
    return q->covers ? "good" : "coverage";
}

static size_t longest_name(const calibrate_job *j)
{
    size_t longest = strlen("quantity");
    attain_calibration_quantity q;
    for (size_t k = 0; k < j->summary.n_quantities; k++)
        if (attain_calibration_get(j->calibration, k, &q, NULL) == ATTAIN_OK &&
            strlen(q.name) > longest)
            longest = strlen(q.name);
    return longest;
}

/* How many replicates speak, and how well: the lines below the table, notes beside a CSV. */
static size_t conclude(const attain_calibration_summary *s, char lines[MOST_LINES][LINE_SIZE])
{
    size_t n = 0;
    snprintf(lines[n++], LINE_SIZE,
             "%zu of %zu replicates ranked, among %zu draws (median; fewest %zu)",
             s->replicates - s->failed, s->replicates, s->draws_median, s->draws_low);
    if (s->failed > 0)
        snprintf(lines[n++], LINE_SIZE, "%zu failed; the first: %s", s->failed, s->failure);
    if (s->divergent > 0) snprintf(lines[n++], LINE_SIZE, "%zu with divergences", s->divergent);
    if (s->unmixed > 0) snprintf(lines[n++], LINE_SIZE, "%zu with an R-hat above 1.05", s->unmixed);
    if (s->weak > 0)
        snprintf(lines[n++], LINE_SIZE,
                 "%zu with a weak approximation (Pareto k above its threshold)", s->weak);
    snprintf(lines[n++], LINE_SIZE, "ranks are %suniform: %s the %g %% bands of all quantities",
             s->uniform ? "" : "not ", s->uniform ? "inside" : "outside", 100 * s->level);
    return n;
}

static void put_table(FILE *stream, const calibrate_job *j)
{
    const attain_calibration_summary *s = &j->summary;
    const int width = (int)longest_name(j);
    attain_calibration_quantity q;
    fprintf(stream, "%s: calibration, %zu replicates, %s, seed %llu\n\n",
            attain_study_title(j->study), s->replicates, s->method, (unsigned long long)s->seed);
    fprintf(stream, "%-*s %5s  %9s %7s %5s", width, "quantity", "n", "deviation", "band", "stray");
    for (size_t k = 0; k < ATTAIN_COVERAGES; k++) fprintf(stream, "  %7.0f %%  ", coverages[k]);
    fputs("  verdict\n", stream);
    for (size_t k = 0; k < s->n_quantities; k++) {
        if (attain_calibration_get(j->calibration, k, &q, NULL) != ATTAIN_OK) continue;
        fprintf(stream, "%-*s %5zu  %+9.3f %+7.3f %5.2f", width, q.name, q.n, q.deviation,
                q.deviation < 0 ? q.band_low : q.band_high, q.stray);
        for (size_t c = 0; c < ATTAIN_COVERAGES; c++)
            fprintf(stream, "  %5.1f (%3.1f)", 100 * q.coverage[c], 100 * q.coverage_error[c]);
        fprintf(stream, "  %s\n", verdict(&q));
    }
    char lines[MOST_LINES][LINE_SIZE];
    const size_t n = conclude(s, lines);
    fputc('\n', stream);
    for (size_t i = 0; i < n; i++) fprintf(stream, "%s\n", lines[i]);
}

static void put_numbers(FILE *stream, const attain_calibration_quantity *q, const char *before,
                        const char *otherwise, const char *const *names)
{
    const double all[] = {
        q->deviation,   q->stray_at,          q->band_low,    q->band_high,
        q->stray,       q->chi_square_p,      q->coverage[0], q->coverage_error[0],
        q->coverage[1], q->coverage_error[1], q->coverage[2], q->coverage_error[2]};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        fputs(before, stream);
        if (names) fprintf(stream, "\"%s\": ", names[k]);
        atn_put_number(stream, all[k], otherwise);
    }
}

static const char *const number_names[] = {
    "deviation",   "deviation_at",      "band_low",    "band_high",
    "stray",       "chi_square_p",      "coverage_50", "coverage_50_error",
    "coverage_80", "coverage_80_error", "coverage_95", "coverage_95_error"};

static void put_csv(FILE *stream, const calibrate_job *j)
{
    attain_calibration_quantity q;
    fputs("quantity,n", stream);
    for (size_t k = 0; k < sizeof number_names / sizeof *number_names; k++)
        fprintf(stream, ",%s", number_names[k]);
    fputs(",verdict\r\n", stream);
    for (size_t k = 0; k < j->summary.n_quantities; k++) {
        if (attain_calibration_get(j->calibration, k, &q, NULL) != ATTAIN_OK) continue;
        atn_put_csv_field(stream, q.name);
        fprintf(stream, ",%zu", q.n);
        put_numbers(stream, &q, ",", "", NULL);
        fprintf(stream, ",%s\r\n", verdict(&q));
    }
}

static void put_json(FILE *stream, const calibrate_job *j)
{
    const attain_calibration_summary *s = &j->summary;
    attain_calibration_quantity q;
    fputs("{\n  \"title\": ", stream);
    atn_put_json_string(stream, attain_study_title(j->study));
    fprintf(stream,
            ",\n  \"version\": \"%s\",\n  \"method\": \"%s\",\n  \"seed\": %llu,\n"
            "  \"replicates\": %zu,\n  \"failed\": %zu,\n  \"divergent\": %zu,\n"
            "  \"unmixed\": %zu,\n  \"weak\": %zu,\n  \"draws_fewest\": %zu,\n"
            "  \"draws_median\": %zu,\n  \"level\": ",
            attain_version(), s->method, (unsigned long long)s->seed, s->replicates, s->failed,
            s->divergent, s->unmixed, s->weak, s->draws_low, s->draws_median);
    atn_put_number(stream, s->level, "null");
    fprintf(stream, ",\n  \"uniform\": %s,\n  \"quantities\": [", s->uniform ? "true" : "false");
    for (size_t k = 0; k < s->n_quantities; k++) {
        if (attain_calibration_get(j->calibration, k, &q, NULL) != ATTAIN_OK) continue;
        fputs(k > 0 ? ",\n    {\"quantity\": " : "\n    {\"quantity\": ", stream);
        atn_put_json_string(stream, q.name);
        fprintf(stream, ", \"n\": %zu", q.n);
        put_numbers(stream, &q, ", ", "null", number_names);
        fprintf(stream, ", \"verdict\": \"%s\"}", verdict(&q));
    }
    fputs("\n  ]\n}\n", stream);
}

static atn_exit print_summary(calibrate_job *j)
{
    typedef void put(FILE *, const calibrate_job *);
    static put *const put_as[] = {put_table, put_json, put_csv};
    atn_output output;
    if (atn_output_open(&output)) put_as[j->session.options->format](output.stream, j);
    if (j->session.options->format == ATTAIN_FORMAT_CSV) {
        char lines[MOST_LINES][LINE_SIZE];
        const size_t n = conclude(&j->summary, lines);
        for (size_t i = 0; i < n; i++) atn_console_note(j->session.console, "%s", lines[i]);
    }
    return atn_output_finish(&output, j->session.options->output, j->session.console);
}

/* A line a rank, replicates that failed left out. */
static atn_exit write_ranks(calibrate_job *j)
{
    const char *path = j->session.options->ranks;
    atn_output output;
    if (!path) return ATN_EXIT_GOOD;
    if (atn_output_open(&output)) {
        fputs("replicate,quantity,truth,rank,draws\r\n", output.stream);
        for (size_t r = 0; r < j->summary.replicates; r++) {
            for (size_t k = 0; k < j->summary.n_quantities; k++) {
                attain_calibration_quantity q;
                double truth;
                size_t rank, draws;
                if (!attain_calibration_rank(j->calibration, k, r, &truth, &rank, &draws) ||
                    attain_calibration_get(j->calibration, k, &q, NULL) != ATTAIN_OK)
                    continue;
                fprintf(output.stream, "%zu,", r + 1);
                atn_put_csv_field(output.stream, q.name);
                fputc(',', output.stream);
                atn_put_number(output.stream, truth, "");
                fprintf(output.stream, ",%zu,%zu\r\n", rank, draws);
            }
        }
    }
    return atn_output_finish(&output, path, j->session.console);
}

atn_exit atn_cmd_calibrate(const atn_options *options, atn_console *console)
{
    calibrate_job j;
    memset(&j, 0, sizeof j);
    atn_exit code = atn_session_open(&j.session, options, console);
    if (code == ATN_EXIT_GOOD) {
        const attain_status status = compute(&j);
        atn_console_diagnostics(console, j.session.problems, 0, ATTAIN_SEVERITY_WARNING);
        if (status != ATTAIN_OK) code = atn_session_fail(&j.session);
    }
    if (j.calibration) {
        code = atn_graver(code, write_ranks(&j));
        code = atn_graver(code, print_summary(&j));
        if (!j.summary.uniform) code = atn_graver(code, ATN_EXIT_GATE);
    }
    attain_calibration_free(j.calibration);
    attain_study_free(j.study);
    atn_session_close(&j.session);
    return code;
}
