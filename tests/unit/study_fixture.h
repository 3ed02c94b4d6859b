/* Studies and single-block models built from JSON text, for tests of the study room. */
#ifndef STUDY_FIXTURE_H
#define STUDY_FIXTURE_H

#include "check.h"

#include <attain/study.h>

#include "study/model.h"

/* Parses or fails the test with the first problem. */
attain_study *fixture_study(attain_context *ctx, const char *json);
attain_study *fixture_study_load(attain_context *ctx, const char *path);

typedef struct fixture_model {
    attain_study *study;
    atn_model *model;
    atn_workspace *workspace;
} fixture_model;

/* Model of the block that holds series 0, first candidates; takes the study over. */
fixture_model fixture_model_open(attain_context *ctx, attain_study *study);
void fixture_model_close(attain_context *ctx, fixture_model *f);

/* Index of a parameter or latent value; fails the test if absent. */
size_t fixture_index(const atn_model *model, const char *name);

/* Largest difference between the gradient on the whole line at u and Richardson-extrapolated
 * central differences, relative to 1 + |difference|. */
double fixture_gradient_error(const fixture_model *f, const double *u);

#endif
