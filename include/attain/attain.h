/* libattain: will a stated goal be met, by when, and how sure can we be?
 *
 * It reads scattered public figures ("956 on Sunday", "over 400,000 since January"), fits
 * trajectories to them as evidence of exactly what they say, carries the trajectories forward with
 * their uncertainty, and answers the stated goals.
 *
 *   attain_context *ctx;  attain_study *study;  attain_posterior *posterior;
 *   attain_projection *projection;  attain_results *results;  double p;
 *   attain_gsl_quiet();
 *   attain_context_create(NULL, &ctx, &err);
 *   attain_study_load(ctx, "models/us-enforcement-2025", NULL, NULL, &study, &err);
 *   attain_fit_run(ctx, study, NULL, NULL, &posterior, &err);
 *   attain_project_run(ctx, posterior, &projection, &err);
 *   attain_results_create(ctx, projection, NULL, false, &results, &err);
 *   attain_results_number(results, "goals/first-year-600k/dhs/probability", &p, &err);
 *
 * Every fallible call returns an attain_status and fills `err` (NULL is fine).  One context serves
 * one thread at a time.  The library never prints, exits, or starts a process. */
#ifndef ATTAIN_ATTAIN_H
#define ATTAIN_ATTAIN_H

#include <attain/backtest.h>
#include <attain/base.h>
#include <attain/calibrate.h>
#include <attain/compare.h>
#include <attain/fit.h>
#include <attain/project.h>
#include <attain/regress.h>
#include <attain/report.h>
#include <attain/results.h>
#include <attain/scenario.h>
#include <attain/study.h>
#include <attain/sweep.h>
#include <attain/why.h>

#endif
