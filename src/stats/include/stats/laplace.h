/* Posterior mode, Laplace approximation, Pareto-smoothed importance resampling (METHODS 5). */
#ifndef ATN_STATS_LAPLACE_H
#define ATN_STATS_LAPLACE_H

#include "base/context.h"
#include "base/stream.h"

/* A log density on the whole line with its gradient.  gradient may be NULL.  `worker` picks the
 * caller's workspace (calls with different workers may run at once; worker <
 * atn_parallel_workers(ctx, SIZE_MAX), serial stages use 0); the function allocates nothing and
 * returns -INFINITY outside its domain. */
typedef double atn_log_density(void *user, const double *u, double *gradient, size_t worker);

typedef struct atn_target {
    size_t n; /* dimension >= 1 */
    atn_log_density *log_density;
    void *user;
} atn_target;

typedef enum atn_outcome { ATN_CONVERGED, ATN_STALLED, ATN_STEP_LIMIT } atn_outcome;

typedef struct atn_mode {
    double *u;       /* n */
    double *hessian; /* n x n row-major, of the negative log density; NULL unless asked for */
    double log_density;
    double gradient_norm; /* Newton decrement sqrt(g' H^-1 g), in posterior sd */
    atn_outcome outcome;
    size_t evaluations;
} atn_mode;

/* Maximises from one start: L-BFGS (Liu & Nocedal 1989) with a strong-Wolfe line search, finished
 * by damped Newton steps on the Hessian (central differences of the exact gradient, coordinates in
 * parallel; bits do not depend on threads).  CONVERGED: the Hessian is positive definite and the
 * decrement at most 1e-3, 1e-6 where rounding allows; STALLED: no step gains (a saddle, a kink, an
 * edge of the domain); STEP_LIMIT.  Cost: some hundred evaluations plus 2 n a Hessian, mostly two.
 * *mode is untouched on failure.  Returns DOMAIN if density or slope are not finite at the start,
 * NOMEM, INTERRUPTED. */
attain_status atn_mode_find(attain_context *ctx, const atn_target *target, const double *start,
                            atn_mode *mode, attain_error *err);
void atn_mode_free(attain_context *ctx, atn_mode *mode);

typedef struct atn_laplace {
    size_t n, n_draws;
    double *draws;       /* n_draws x n row-major, on the whole line, after resampling */
    double *log_density; /* of each draw */
    double pareto_k;     /* of the importance ratios (Vehtari et al. 2024); 0 when they are all
                             equal, infinite when too few for a tail */
    double k_threshold;  /* min(1 - 1/log10(S), 0.7), S ratios */
    double ess;          /* effective number of proposals 1 / sum w^2 */
    bool resampled;      /* draws were resampled by smoothed weights (k <= threshold) */
    size_t evaluations;
} atn_laplace;

/* Draws about `mode` from a multivariate t with max(10, n) degrees of freedom (an even number) and
 * the inverse Hessian as scale; the Hessian is made positive definite where it is not (scaled to
 * unit diagonal; eigenvalues become their absolute values, at least 1e-8 of the largest), with
 * `n_proposals` >= n_draws ratios, smoothed.  Where k <= the threshold the draws are resampled
 * systematically: a proposal comes twice only where its weight exceeds one draw, and with several
 * proposals a draw almost none does.  Else they are the first proposals inside the domain,
 * unweighted.
 * Bits do not depend on threads.  Returns ARGUMENT, NOMEM, INTERRUPTED, NUMERIC (no finite
 * curvature, or no proposal inside the domain); *result is then untouched. */
attain_status atn_laplace_draw(attain_context *ctx, const atn_target *target, const atn_mode *mode,
                               uint64_t seed, uint64_t chain, size_t n_proposals, size_t n_draws,
                               atn_laplace *result, attain_error *err);
void atn_laplace_free(attain_context *ctx, atn_laplace *result);

/* Pareto-smooths the log ratios in place (their largest M = min(S/5, 3 sqrt(S / r_eff)) become
 * expected order statistics, truncated at the largest raw ratio), normalised to sum exp = 1.
 * Returns k-hat with the weakly informative prior of Vehtari et al. (2024); INFINITY when the tail
 * has fewer than 5 draws or is constant, as loo 2.5.1 does; NaN (ratios then unusable) if a ratio
 * is NaN or +infinite or all are -INFINITY.  work: 2 n + ATN_PSIS_ROOM doubles. */
enum { ATN_PSIS_ROOM = 40 };
double atn_psis(double *log_ratios, size_t n, double r_eff, double *work);
/* Generalised Pareto fit of ascending positive exceedances (Zhang & Stephens 2009): k without the
 * prior above, and sigma.  work: 30 + sqrt(n) doubles. */
void atn_gpd_fit(const double *x, size_t n, double *k, double *sigma, double *work);

#endif
