# Reads a study folder (daily flow, logistic trend) as logistic_flow.stan's data, by the methods page.

prior_terms <- list2env(list(
  lognormal = function(a, b) c(a, b), normal = function(a, b) c(a, b),
  half_normal = function(sd) sd, beta = function(a, b) c(a, b)), parent = baseenv())

read_prior <- function(text) eval(parse(text = text)[[1]], prior_terms)

# Grains of a round figure: numbers c 10^k (c in 1, 2.5, 5; k >= 0) that divide V exactly, between
# V/1000 and V/2; V/1000 if there is none.
grains <- function(V) {
  q <- as.vector(outer(c(1, 2.5, 5), 10^(0:15)))
  q <- q[q >= V / 1000 & q <= V / 2]
  ratio <- V / q
  q <- q[abs(ratio - round(ratio)) < 1e-9]
  if (length(q) == 0) V / 1000 else q
}

# Ends (link scale) and log weights of a worded figure; none for exact, at_least and at_most.
statement_parts <- function(relation, V, U) {
  if (relation == "between") return(list(from = log(V), to = log(U), log_weight = 0))
  if (!relation %in% c("over", "nearly", "about")) return(list())
  q <- grains(V)
  w <- log(sqrt(q) / sum(sqrt(q)))
  switch(relation,
         over = list(from = rep(log(V), length(q)), to = log(V + q), log_weight = w),
         nearly = list(from = log(V - q), to = rep(log(V), length(q)), log_weight = w),
         about = list(from = log(V - q / 2), to = log(V + q / 2), log_weight = w))
}

read_study <- function(folder) {
  study <- jsonlite::fromJSON(file.path(folder, "study.json"), simplifyVector = FALSE)
  stopifnot(study$step == "day", length(study$series) == 1)
  series <- study$series[[1]]
  stopifnot(series$trend$formula == "low + (high - low) * logistic((t - mid) / width)")
  origin <- as.Date(study$origin)
  rows <- read.csv(file.path(folder, study$reports), stringsAsFactors = FALSE)
  rows <- rows[as.Date(rows$published) <= as.Date(study$as_of), ]
  rows$error[is.na(rows$error)] <- 0.05
  reference <- vapply(study$definitions, function(d) isTRUE(d$reference), NA)
  others <- names(study$definitions)[!reference]
  factors <- lapply(study$definitions[!reference], function(d) read_prior(d$factor))
  parts <- Map(statement_parts, rows$relation, rows$value, rows$upper)
  count <- vapply(parts, function(p) length(p$from), 1L, USE.NAMES = FALSE)
  prior <- lapply(series$parameters, read_prior)

  n_all <- as.integer(as.Date(study$horizon) - origin) + 1L
  last <- as.integer(as.Date(rows$end) - origin) + 1L
  n_steps <- max(last)
  deviation <- series$deviation
  type <- if (is.null(deviation)) 0L else match(deviation$type, c("random_walk", "ar1"))
  every <- if (type > 0) deviation$every else 1
  knots_to <- function(n) if (type > 0) as.integer(ceiling((n - 1) / every)) + 1L else 0L
  weight <- matrix(0, n_all, knots_to(n_all))
  if (type > 0) for (i in seq_len(n_all)) {
    left <- min((i - 1) %/% every, ncol(weight) - 2)
    part <- (i - 1 - left * every) / every
    weight[i, left + 1:2] <- c(1 - part, part)
  }
  data <- list(
    n_steps = n_steps, n_all = n_all, type = type, n_knots = knots_to(n_steps),
    n_knots_all = ncol(weight), weight = weight, n_path = (n_all - 1L) %/% 14L + 1L,
    omega = if (is.null(series$step_sigma)) 0 else series$step_sigma,
    n_definitions = length(others), n_reports = nrow(rows),
    first = as.integer(as.Date(rows$start) - origin) + 1L, last = last,
    statistic = c(total = 1L, value = 1L, mean = 2L, max = 3L)[rows$statistic],
    relation = unname(c(exact = 1L, at_least = 2L, at_most = 3L, between = 4L, over = 4L,
                        nearly = 4L, about = 4L)[rows$relation]),
    definition = match(rows$definition, others, nomatch = 0L),
    v = log(rows$value), error = rows$error,
    n_grains = sum(count) + 1L, grain_first = cumsum(c(1L, count))[seq_along(count)],
    grain_count = count, from = c(unlist(lapply(parts, `[[`, "from")), 0),
    to = c(unlist(lapply(parts, `[[`, "to")), 1),
    log_weight = c(unlist(lapply(parts, `[[`, "log_weight")), 0),
    low_prior = prior$low, high_prior = prior$high, mid_prior = prior$mid,
    width_prior = prior$width,
    sigma_prior = if (type > 0) read_prior(deviation$sigma) else 1,
    phi_prior = if (type == 2) read_prior(deviation$phi) else c(1, 1),
    b_mean = array(vapply(factors, `[`, 1, 1), length(others)),
    b_sd = array(vapply(factors, `[`, 1, 2), length(others)))
  data$statistic <- unname(data$statistic)
  list(data = data, series = names(study$series), others = others, fit = study$fit)
}

# Our names of the parameters that logistic_flow.stan has under its own.
our_names <- function(s) {
  name <- function(x) paste0(s$series, ".", x)
  c(low = name("low"), high = name("high"), mid = name("mid"), width = name("width"),
    if (s$data$type > 0) c("sigma[1]" = name("deviation.sigma")),
    if (s$data$type == 2) c("phi[1]" = name("deviation.phi")),
    setNames(paste0("definition.", s$others), sprintf("b[%d]", seq_along(s$others))))
}

# Starts about the prior, a little apart.
start_values <- function(s, chain) {
  d <- s$data
  set.seed(1000 * s$fit$seed %% 1e5 + chain)
  about <- function(p) p[1] + 0.5 * p[2] * rnorm(1)
  list(low = exp(about(d$low_prior)), high = exp(about(d$high_prior)), mid = about(d$mid_prior),
       width = exp(about(d$width_prior)),
       sigma = array(runif(1, 0.3, 1) * d$sigma_prior, d$type > 0),
       phi = array(runif(1, 0.5, 0.9), d$type == 2),
       z = array(0.3 * rnorm(max(d$n_knots - (d$type == 1), 0)), max(d$n_knots - (d$type == 1), 0)),
       b = array(d$b_mean + 0.5 * d$b_sd * rnorm(length(d$b_mean)), length(d$b_mean)))
}

# Largest departure of our log density differences from the folder's lp.csv.  Knots beyond the last
# report add -z^2/2 each there.
lp_departure <- function(fit, s, folder) {
  at <- read.csv(file.path(folder, "lp.csv"), check.names = FALSE)
  d <- s$data
  n_z <- d$n_knots - (d$type == 1)
  z <- as.matrix(at[, grep("^z\\[", names(at)), drop = FALSE])
  b <- as.matrix(at[, grep("^b\\[", names(at)), drop = FALSE])
  value <- vapply(seq_len(nrow(at)), function(i) {
    p <- list(low = at$low[i], high = at$high[i], mid = at$mid[i], width = at$width[i],
              sigma = array(if (d$type > 0) at[["sigma[1]"]][i] else 0, d$type > 0),
              phi = array(if (d$type == 2) at[["phi[1]"]][i] else 0, d$type == 2),
              z = array(z[i, seq_len(max(n_z, 0))], max(n_z, 0)), b = array(b[i, ], ncol(b)))
    beyond <- if (d$type > 0) z[i, -seq_len(n_z)] else numeric()
    rstan::log_prob(fit, rstan::unconstrain_pars(fit, p), adjust_transform = FALSE) -
      sum(beyond^2) / 2
  }, 1)
  gap <- value - at$log_posterior
  max(abs(gap - gap[1]) / pmax(1, abs(at$log_posterior)))
}
