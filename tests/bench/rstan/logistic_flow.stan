// A daily flow with a logistic trend, written from the methods page: seven relations over value,
// mean, total and max, factors of definitions, scatter of a given size, no deviation, a random walk
// or an AR(1) between knots.  The likelihood needs the path to the last report only; the knots
// beyond it are drawn in generated quantities.
functions {
  // log Phi(x), far out by its asymptotic series.
  real log_Phi(real x) {
    if (x > 0) return log1m(0.5 * erfc(x * sqrt(0.5)));
    if (x > -35) return log(0.5 * erfc(-x * sqrt(0.5)));
    return -0.5 * square(x) - log(-x) - 0.5 * log(2 * pi())
           + log1p(-1 / square(x) + 3 / pow(x, 4) - 15 / pow(x, 6));
  }
  // log(Phi(b) - Phi(a)), a < b, from the nearer tail.
  real log_between(real a, real b) {
    if (a > 0) return log_diff_exp(log_Phi(-a), log_Phi(-b));
    return log_diff_exp(log_Phi(b), log_Phi(a));
  }
  // log F of the largest of n scattered steps.
  real max_lF(real x, vector m, real s) { return normal_lcdf(rep_vector(x, rows(m)) | m, s); }
  real max_lf(real x, vector m, real s) {
    int n = rows(m);
    vector[n] ratio;
    for (i in 1:n) {
      real u = (x - m[i]) / s;
      ratio[i] = -0.5 * square(u) - log_Phi(u);
    }
    return max_lF(x, m, s) + log_sum_exp(ratio) - log(s) - 0.5 * log(2 * pi());
  }
  // Relations: 1 exact, 2 at_least, 3 at_most, otherwise Sum_q weight_q [F(to_q) - F(from_q)].
  real statement(int relation, real v, vector from, vector to, vector log_weight, real m,
                 real tau) {
    if (relation == 1) return normal_lpdf(v | m, tau);
    if (relation == 2) return log_Phi((m - v) / tau);
    if (relation == 3) return log_Phi((v - m) / tau);
    {
      vector[rows(from)] part;
      for (q in 1:rows(from))
        part[q] = log_weight[q] + log_between((from[q] - m) / tau, (to[q] - m) / tau);
      return log_sum_exp(part);
    }
  }
  real max_statement(int relation, real v, vector from, vector to, vector log_weight, vector m,
                     real s) {
    if (relation == 1) return max_lf(v, m, s);
    if (relation == 2) return log1m_exp(max_lF(v, m, s));
    if (relation == 3) return max_lF(v, m, s);
    {
      vector[rows(from)] part;
      for (q in 1:rows(from))
        part[q] = log_weight[q] + log_diff_exp(max_lF(to[q], m, s), max_lF(from[q], m, s));
      return log_sum_exp(part);
    }
  }
  vector trend(vector t, real low, real high, real mid, real width) {
    return low + (high - low) * inv_logit((t - mid) / width);
  }
  // Levels of the knots from the innovations: 1 random walk (the first knot is 0), 2 AR(1).
  vector knots(int type, vector z, real sigma, real phi) {
    if (type == 1) return append_row(0, sigma * cumulative_sum(z));
    {
      int n = rows(z);
      vector[n] d;
      real fresh = sigma * sqrt(1 - square(phi));
      d[1] = sigma * z[1];
      for (j in 2:n) d[j] = phi * d[j - 1] + fresh * z[j];
      return d;
    }
  }
}
data {
  int<lower=1> n_steps;                  // to the last report
  int<lower=n_steps> n_all;              // to the horizon
  int<lower=0, upper=2> type;            // deviation: none, random walk, AR(1)
  int<lower=0> n_knots;                  // that the reports need
  int<lower=n_knots> n_knots_all;
  matrix[n_all, n_knots_all] weight;     // linear interpolation between knots
  int<lower=1> n_path;                   // every 14th step, to the horizon
  real<lower=0> omega;
  int<lower=0> n_definitions;            // beyond the reference
  int<lower=1> n_reports;
  int<lower=1> first[n_reports];
  int<lower=1> last[n_reports];
  int<lower=1, upper=3> statistic[n_reports];   // total or value, mean, max
  int<lower=1, upper=4> relation[n_reports];
  int<lower=0> definition[n_reports];           // 0: the reference
  vector[n_reports] v;
  vector<lower=0>[n_reports] error;
  int<lower=0> n_grains;
  int<lower=0> grain_first[n_reports];
  int<lower=0> grain_count[n_reports];
  vector[n_grains] from;
  vector[n_grains] to;
  vector[n_grains] log_weight;
  vector[2] low_prior;
  vector[2] high_prior;
  vector[2] mid_prior;
  vector[2] width_prior;
  real<lower=0> sigma_prior;
  vector[2] phi_prior;
  vector[n_definitions] b_mean;
  vector<lower=0>[n_definitions] b_sd;
}
transformed data {
  int n_z = type == 1 ? n_knots - 1 : n_knots;
  int n_beyond = n_knots_all - n_knots;
  vector[n_steps] t;
  vector[n_all] t_all;
  matrix[n_steps, n_knots] near;
  if (type > 0) near = block(weight, 1, 1, n_steps, n_knots);
  for (i in 1:n_all) t_all[i] = i - 1;
  t = head(t_all, n_steps);
}
parameters {
  real<lower=0> low;
  real<lower=0> high;
  real mid;
  real<lower=0> width;
  vector<lower=0>[type > 0] sigma;
  vector<lower=0, upper=1>[type == 2] phi;
  vector[n_z] z;
  vector[n_definitions] b;
}
model {
  vector[n_steps] y = trend(t, low, high, mid, width);
  vector[n_steps] squared;
  low ~ lognormal(low_prior[1], low_prior[2]);
  high ~ lognormal(high_prior[1], high_prior[2]);
  mid ~ normal(mid_prior[1], mid_prior[2]);
  width ~ lognormal(width_prior[1], width_prior[2]);
  b ~ normal(b_mean, b_sd);
  if (type > 0) {
    sigma ~ normal(0, sigma_prior);
    if (type == 2) phi ~ beta(phi_prior[1], phi_prior[2]);
    z ~ normal(0, 1);
    y = y .* exp(near * knots(type, z, sigma[1], type == 2 ? phi[1] : 0.0));
  }
  squared = square(y);
  for (r in 1:n_reports) {
    int n = last[r] - first[r] + 1;
    real bias = definition[r] ? b[definition[r]] : 0.0;
    vector[grain_count[r]] a = segment(from, grain_first[r], grain_count[r]);
    vector[grain_count[r]] e = segment(to, grain_first[r], grain_count[r]);
    vector[grain_count[r]] w = segment(log_weight, grain_first[r], grain_count[r]);
    if (statistic[r] == 3) {
      target += max_statement(relation[r], v[r], a, e, w,
                              log(segment(y, first[r], n)) - 0.5 * square(omega) + bias,
                              sqrt(square(omega) + square(error[r])));
    } else {
      real total = sum(segment(y, first[r], n));
      real h = n == 1 ? 1.0 : sum(segment(squared, first[r], n)) / square(total);
      real m = log(total) - 0.5 * square(omega) * h + bias;
      if (statistic[r] == 2) m -= log(n);
      target += statement(relation[r], v[r], a, e, w, m,
                          sqrt(square(error[r]) + square(omega) * h));
    }
  }
}
generated quantities {
  vector[n_path] path; // every 14th step
  real total;
  vector[n_definitions] total_b;
  {
    vector[n_all] y = trend(t_all, low, high, mid, width);
    if (type > 0) {
      vector[n_z + n_beyond] all_z;
      for (j in 1:n_z) all_z[j] = z[j];
      for (j in 1:n_beyond) all_z[n_z + j] = normal_rng(0, 1);
      y = y .* exp(weight * knots(type, all_z, sigma[1], type == 2 ? phi[1] : 0.0));
    }
    for (k in 1:n_path) path[k] = y[14 * (k - 1) + 1];
    total = sum(y);
    total_b = total * exp(b);
  }
}
