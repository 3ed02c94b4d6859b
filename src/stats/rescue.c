#include "rescue.h"

#include <math.h>
#include <string.h>

#include "descent.h"

attain_status atn_rescue_search(attain_context *ctx, atn_descent *descent,
                                const atn_regression_model *model, const double *starts,
                                size_t n_starts, atn_regression_answer *a, attain_error *err)
{
    (void)ctx;
    (void)n_starts;
    (void)err;
    atn_descent_run(descent, model, starts, a->estimate, &a->end);
    a->starts = 1;
    return ATTAIN_OK;
}
