/* Vehtari, Gelman, Simpson, Carpenter & Buerkner (2021), Bayesian Analysis 16; the effective size
 * follows Geyer (1992) and Stan's reference, section 16.4. */
#include "stats/summary.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "base/stream.h"
#include "stats/distribution.h"
#include "stats/order.h"

const double atn_summary_levels[ATN_N_SUMMARY_LEVELS] = {0.05, 0.5, 0.95};

/* Chains of equal length, one after another. */
typedef struct chains {
    double *x;
    size_t n_chains, length;
} chains;

typedef struct scratch {
    double *split; /* total draws */
    double *key;   /* total draws */
    double *tag;   /* total draws */
    double *mean;  /* split chains */
    double *rho;   /* length of a split chain + 1 */
} scratch;

static bool is_undefined(const double *x, size_t n)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) return true;
        if (x[i] < low) low = x[i];
        if (x[i] > high) high = x[i];
    }
    return high - low < DBL_EPSILON;
}

static bool has_nan(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i])) return true;
    return false;
}

/* Halves each chain; an odd one drops its middle draw. */
static chains split_chains(const double *x, size_t n_chains, size_t length, double *out)
{
    if (length < 2) {
        memcpy(out, x, n_chains * length * sizeof *out);
        return (chains){out, n_chains, length};
    }
    const size_t half = length / 2;
    for (size_t c = 0; c < n_chains; c++) {
        const double *chain = x + c * length;
        memcpy(out + 2 * c * half, chain, half * sizeof *out);
        memcpy(out + (2 * c + 1) * half, chain + (length - half), half * sizeof *out);
    }
    return (chains){out, 2 * n_chains, half};
}

/* Normal scores of average ranks, Blom (1958): (r - 3/8) / (S + 1/4). */
static void normal_scores(double *x, size_t n, scratch *s)
{
    for (size_t i = 0; i < n; i++) {
        s->key[i] = x[i];
        s->tag[i] = (double)i;
    }
    atn_sort_pairs(s->key, s->tag, n);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && s->key[end] == s->key[first];) end++;
        const double rank = 0.5 * (double)(first + 1 + end);
        const double score = atn_normal_quantile((rank - 0.375) / ((double)n + 0.25));
        for (size_t i = first; i < end; i++) x[(size_t)s->tag[i]] = score;
    }
}

static double variance(const double *x, size_t n)
{
    const double sd = atn_sd(x, n);
    return sd * sd;
}

static double rhat_of(chains c, scratch *s)
{
    if (is_undefined(c.x, c.n_chains * c.length)) return NAN;
    double within = 0.0;
    for (size_t i = 0; i < c.n_chains; i++) {
        s->mean[i] = atn_mean(c.x + i * c.length, c.length);
        within += variance(c.x + i * c.length, c.length);
    }
    within /= (double)c.n_chains;
    const double n = (double)c.length, between = n * variance(s->mean, c.n_chains);
    return sqrt((between / within + n - 1.0) / n);
}

/* Mean over chains of the biased autocovariance at one lag.  Lags are computed as Geyer's sequence
 * asks for them: it mostly stops early. */
static double autocovariance(chains c, size_t lag, const double *mean)
{
    double sum = 0.0;
    for (size_t i = 0; i < c.n_chains; i++) {
        const double *x = c.x + i * c.length;
        double chain = 0.0;
        for (size_t t = 0; t + lag < c.length; t++)
            chain += (x[t] - mean[i]) * (x[t + lag] - mean[i]);
        sum += chain / (double)c.length;
    }
    return sum / (double)c.n_chains;
}

/* Geyer's initial positive then monotone sequence of sums of neighbouring autocorrelations. */
static double ess_of(chains c, scratch *s)
{
    const size_t total = c.n_chains * c.length;
    if (c.length < 3 || is_undefined(c.x, total)) return NAN;
    const double n = (double)c.length;
    for (size_t i = 0; i < c.n_chains; i++) s->mean[i] = atn_mean(c.x + i * c.length, c.length);
    const double acov0 = autocovariance(c, 0, s->mean), within = acov0 * n / (n - 1.0);
    const double plus = acov0 + (c.n_chains > 1 ? variance(s->mean, c.n_chains) : 0.0);

    double *rho = s->rho;
    memset(rho, 0, (c.length + 1) * sizeof *rho);
    double even = 1.0, odd = 1.0 - (within - autocovariance(c, 1, s->mean)) / plus;
    size_t t = 0;
    rho[0] = even;
    rho[1] = odd;
    while (t + 5 < c.length && even + odd > 0.0) {
        t += 2;
        even = 1.0 - (within - autocovariance(c, t, s->mean)) / plus;
        odd = 1.0 - (within - autocovariance(c, t + 1, s->mean)) / plus;
        if (even + odd >= 0.0) {
            rho[t] = even;
            rho[t + 1] = odd;
        }
    }
    const size_t last = t;
    if (even > 0.0) rho[last] = even;
    for (t = 2; t + 2 <= last; t += 2) {
        const double before = rho[t - 2] + rho[t - 1];
        if (rho[t] + rho[t + 1] > before) rho[t] = rho[t + 1] = 0.5 * before;
    }
    double tau = -1.0 + rho[last];
    for (t = 0; t < (last > 0 ? last : 1); t++) tau += 2.0 * rho[t];
    /* Antithetic chains may beat independence, but not without bound. */
    return (double)total / fmax(tau, 1.0 / log10((double)total));
}

static double ess_quantile(const double *x, size_t n_chains, size_t length, double p, scratch *s)
{
    const size_t n = n_chains * length;
    double q;
    if (is_undefined(x, n)) return NAN;
    memcpy(s->key, x, n * sizeof *x);
    atn_quantiles(s->key, n, &p, 1, &q);
    for (size_t i = 0; i < n; i++) s->key[i] = x[i] <= q ? 1.0 : 0.0;
    return ess_of(split_chains(s->key, n_chains, length, s->split), s);
}

/* Quantile of a beta law by bisection: GSL's own inverse gives up now and then. */
static double beta_quantile(double p, double a, double b)
{
    double low = 0.0, high = 1.0;
    while (high - low > 1e-12) {
        const double middle = 0.5 * (low + high);
        if (gsl_cdf_beta_P(middle, a, b) < p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

/* Half the width of the interval that holds the p-quantile with probability 0.6827: its order
 * statistics' places follow a beta law with ess p + 1 and ess (1 - p) + 1. */
double atn_quantile_mcse(double *x, size_t n, double p, double ess)
{
    if (!(ess > 0.0) || n < 2) return NAN;
    const double a = ess * p + 1.0, b = ess * (1.0 - p) + 1.0, size = (double)n;
    const double low = beta_quantile(0.1586553, a, b), high = beta_quantile(0.8413447, a, b);
    const double first = fmax(floor(low * size), 1.0), last = fmin(ceil(high * size), size);
    /* The ranks are whole, so interpolation takes the entries themselves. */
    const double at[2] = {(first - 1.0) / (size - 1.0), (last - 1.0) / (size - 1.0)};
    double end[2];
    atn_quantiles(x, n, at, 2, end);
    return 0.5 * (end[1] - end[0]);
}

static double mcse_quantile(const double *x, size_t n, double p, double ess, scratch *s)
{
    memcpy(s->key, x, n * sizeof *x);
    return atn_quantile_mcse(s->key, n, p, ess);
}

static double rhat_ranked(chains c, scratch *s)
{
    const size_t n = c.n_chains * c.length;
    if (has_nan(c.x, n)) return NAN;
    normal_scores(c.x, n, s);
    return rhat_of(c, s);
}

static double rhat_folded(const double *x, size_t n_chains, size_t length, scratch *s)
{
    const size_t n = n_chains * length;
    const double half = 0.5;
    double median;
    memcpy(s->key, x, n * sizeof *x);
    atn_quantiles(s->key, n, &half, 1, &median);
    for (size_t i = 0; i < n; i++) s->key[i] = fabs(x[i] - median);
    return rhat_ranked(split_chains(s->key, n_chains, length, s->split), s);
}

static double smaller_or_nan(double a, double b)
{
    return isnan(a) || isnan(b) ? NAN : fmin(a, b);
}

static double larger_or_nan(double a, double b)
{
    return isnan(a) || isnan(b) ? NAN : fmax(a, b);
}

/* One block, cut into the scratch arrays. */
static double *scratch_create(attain_context *ctx, size_t n_chains, size_t length, scratch *s)
{
    const size_t n = n_chains * length, split = 2 * n_chains;
    double *block = NULL;
    if (n_chains == 0 || length <= (SIZE_MAX / 16 - 4) / n_chains)
        block = ATN_NEW_ARRAY(ctx, double, 3 * n + split + length + 2);
    if (!block) return NULL;
    s->split = block;
    s->key = s->split + n;
    s->tag = s->key + n;
    s->mean = s->tag + n;
    s->rho = s->mean + split;
    return block;
}

attain_status atn_summarise(attain_context *ctx, const double *draws, size_t n_chains,
                            size_t n_per_chain, atn_summary *summary, attain_error *err)
{
    const size_t n = n_chains * n_per_chain;
    scratch s;
    double *block = scratch_create(ctx, n_chains, n_per_chain, &s);
    if (!block) return atn_fail_nomem(err);
    atn_summary out = {atn_mean(draws, n), atn_sd(draws, n), NAN, NAN, NAN, NAN, {NAN, NAN, NAN}};
    if (n > 0 && !has_nan(draws, n)) {
        chains c = split_chains(draws, n_chains, n_per_chain, s.split);
        out.mcse_mean = out.sd / sqrt(ess_of(c, &s));
        out.rhat = rhat_ranked(c, &s);
        out.ess_bulk = ess_of(c, &s);
        out.rhat = larger_or_nan(out.rhat, rhat_folded(draws, n_chains, n_per_chain, &s));
        double ess[ATN_N_SUMMARY_LEVELS];
        for (size_t k = 0; k < ATN_N_SUMMARY_LEVELS; k++) {
            ess[k] = ess_quantile(draws, n_chains, n_per_chain, atn_summary_levels[k], &s);
            out.mcse_quantile[k] = mcse_quantile(draws, n, atn_summary_levels[k], ess[k], &s);
        }
        out.ess_tail = smaller_or_nan(ess[0], ess[ATN_N_SUMMARY_LEVELS - 1]);
    }
    *summary = out;
    atn_free(ctx, block);
    return ATTAIN_OK;
}

attain_status atn_ess_mean(attain_context *ctx, const double *draws, size_t n_chains,
                           size_t n_per_chain, double *ess, attain_error *err)
{
    scratch s;
    double *block = scratch_create(ctx, n_chains, n_per_chain, &s);
    if (!block) return atn_fail_nomem(err);
    *ess = ess_of(split_chains(draws, n_chains, n_per_chain, s.split), &s);
    atn_free(ctx, block);
    return ATTAIN_OK;
}

attain_status atn_quantile_error(attain_context *ctx, const double *draws, size_t n_chains,
                                 size_t n_per_chain, double p, double *ess, double *mcse,
                                 attain_error *err)
{
    const size_t n = n_chains * n_per_chain;
    scratch s;
    double *block = scratch_create(ctx, n_chains, n_per_chain, &s);
    if (!block) return atn_fail_nomem(err);
    *ess = *mcse = NAN;
    if (n > 0 && !has_nan(draws, n)) {
        *ess = ess_quantile(draws, n_chains, n_per_chain, p, &s);
        *mcse = mcse_quantile(draws, n, p, *ess, &s);
    }
    atn_free(ctx, block);
    return ATTAIN_OK;
}

/* Mean of the k-th power of what s->key holds. */
static double mean_power(const scratch *s, size_t n, int k)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += pow(s->key[i], k);
    return sum / (double)n;
}

attain_status atn_sd_error(attain_context *ctx, const double *draws, size_t n_chains,
                           size_t n_per_chain, double *ess, double *mcse, attain_error *err)
{
    const size_t n = n_chains * n_per_chain;
    scratch s;
    double *block = scratch_create(ctx, n_chains, n_per_chain, &s);
    if (!block) return atn_fail_nomem(err);
    const double mean = atn_mean(draws, n);
    for (size_t i = 0; i < n; i++) s.key[i] = fabs(draws[i] - mean);
    *ess = ess_of(split_chains(s.key, n_chains, n_per_chain, s.split), &s);
    /* var(variance) = (m4 - m2^2) / ess of the squares; sd by the delta method. */
    const double m2 = mean_power(&s, n, 2), m4 = mean_power(&s, n, 4);
    for (size_t i = 0; i < n; i++) s.key[i] *= s.key[i];
    const double squares = ess_of(split_chains(s.key, n_chains, n_per_chain, s.split), &s);
    *mcse = sqrt((m4 - m2 * m2) / squares / m2 / 4.0);
    atn_free(ctx, block);
    return ATTAIN_OK;
}
