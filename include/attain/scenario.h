/* Scenarios: the same draws and the same random numbers under a changed future (docs/methods.md).
 *
 *   attain_study_add_scenarios(study, "scenarios.json", NULL, &err);
 *   attain_fit_run(ctx, study, NULL, NULL, &posterior, &err);
 *   attain_project_run(ctx, posterior, &projection, &err);
 *   attain_project_scenarios(ctx, projection, &err);
 *   attain_results_create(ctx, projection, NULL, false, &results, &err);
 *   attain_results_number(results, "scenarios/surge/goals/first-year-600k/dhs/difference/value",
 *                         &d, &err); */
#ifndef ATTAIN_SCENARIO_H
#define ATTAIN_SCENARIO_H

#include <attain/project.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Scenarios of a study, its own and those added; ids are borrowed from it, NULL out of range. */
ATTAIN_API size_t attain_study_scenario_count(const attain_study *study);
ATTAIN_API const char *attain_study_scenario_id(const attain_study *study, size_t index);

/* Adds those of a file ("-": standard input) or of a text of `length` bytes: a list, or an object
 * with the list under "scenarios", as in the study itself.  Every problem is appended to `problems`
 * (may be NULL); err repeats the first, and nothing is added.  A posterior made of the study stays
 * valid.  Returns FILE, SYNTAX, FIELD, FORMULA, ARGUMENT or NOMEM. */
ATTAIN_API attain_status attain_study_add_scenarios(attain_study *study, const char *path,
                                                    attain_diagnostics *problems,
                                                    attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API attain_status attain_study_parse_scenarios(attain_study *study, const char *json,
                                                      size_t length, attain_diagnostics *problems,
                                                      attain_error *err) ATTAIN_MUST_CHECK;
/* From now on only these are run.  ARGUMENT for an unknown id, with a suggestion. */
ATTAIN_API attain_status attain_study_keep_scenarios(attain_study *study, const char *const *ids,
                                                     size_t n, attain_error *err) ATTAIN_MUST_CHECK;

/* Runs the scenarios of the projection's study on the projection's draws; results made of the
 * projection then hold them beside the baseline.  A second call replaces the first one's answers.
 * Refits nothing.  Returns NUMERIC (a path leaves its domain), INTERRUPTED, NOMEM, ARGUMENT; the
 * projection is then as before. */
ATTAIN_API attain_status attain_project_scenarios(attain_context *context,
                                                  attain_projection *projection,
                                                  attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
