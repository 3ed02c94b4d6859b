# bench_rstan.R FOLDER_OF_THIS REFERENCE_FOLDER RESULTS.csv RUNS PROGRAM...: rstan and attain's
# sampler on one study, single thread, equal settings, interleaved; appends a row a run to RESULTS.
# RUNS is a range such as 1:3, PROGRAM `rstan` or NAME=PATH of a bench_sampler.
suppressMessages({
  library(rstan)
  library(posterior)
})
rstan_options(boost_lib = "/usr/include")
arguments <- commandArgs(trailingOnly = TRUE)
here <- arguments[1]
folder <- arguments[2]
results <- arguments[3]
runs <- do.call(seq, as.list(as.integer(strsplit(arguments[4], ":")[[1]])))
programs <- arguments[-(1:4)]
source(file.path(here, "stan_study.R"))

# Compiled once for all studies where MODEL_CACHE names a file.
compiled_model <- function() {
  cache <- Sys.getenv("MODEL_CACHE")
  if (file.exists(cache)) return(readRDS(cache))
  model <- stan_model(file.path(here, "logistic_flow.stan"), model_name = "logistic_flow")
  if (cache != "") saveRDS(model, cache)
  model
}

least_ess <- function(draws) {
  s <- summarise_draws(draws, "ess_bulk", "ess_tail")
  min(as.numeric(s$ess_bulk), as.numeric(s$ess_tail))
}

# rstan counts gradients after warm-up only, attain all of them.
note <- function(program, run, seconds, least, divergences, gradients) {
  row <- data.frame(study = basename(folder), program = program, run = run,
                    cpu_seconds = round(seconds, 3), least_ess = round(least, 1),
                    ess_per_second = signif(least / seconds, 5), divergences = divergences,
                    gradients = gradients)
  write.table(row, results, append = file.exists(results), col.names = !file.exists(results),
              row.names = FALSE, sep = ",", quote = FALSE)
  cat(sprintf("%-16s %-10s run %d: %8.2f CPU s, least ESS %6.0f, %9.2f ESS a CPU second, %d divergent, %.0f gradients\n",
              basename(folder), program, run, seconds, least, least / seconds, divergences,
              gradients))
  flush(stdout())
}

# A program's draws against the folder's posterior.csv.
agreement <- function(draws, names, program) {
  reference <- read.csv(file.path(folder, "posterior.csv"))
  reference <- reference[match(names, reference$variable), ]
  s <- lapply(summarise_draws(draws, "mean", "sd", "mcse_mean", "mcse_sd")[-1], as.numeric)
  z <- (s$mean - reference$mean) / sqrt(s$mcse_mean^2 + reference$mcse_mean^2)
  z_sd <- (s$sd - reference$sd) / sqrt(s$mcse_sd^2 + reference$mcse_sd^2)
  cat(sprintf("%-16s %-10s %d quantities: means within %.2f combined MCSE (%s), sds %.2f (%s)\n",
              basename(folder), program, length(z), max(abs(z)), names[which.max(abs(z))],
              max(abs(z_sd)), names[which.max(abs(z_sd))]))
}

run_rstan <- function(model, s, delta, run) {
  # What rstan warns of is printed as a number.
  fit <- suppressWarnings(sampling(
    model, data = s$data, chains = 4, iter = s$fit$warmup + s$fit$draws, warmup = s$fit$warmup,
    cores = 1, refresh = 0, save_warmup = FALSE, seed = s$fit$seed %% 1e6 + run,
    control = list(adapt_delta = delta),
    init = lapply(1:4, function(chain) start_values(s, 10 * run + chain))))
  stan_names <- names(our_names(s))
  all <- as_draws_array(fit)
  sampler <- get_sampler_params(fit, inc_warmup = FALSE)
  note("rstan", run, sum(get_elapsed_time(fit)), least_ess(subset_draws(all, stan_names)),
       sum(vapply(sampler, function(x) sum(x[, "divergent__"]), 1)),
       sum(vapply(sampler, function(x) sum(x[, "n_leapfrog__"]), 1)))
  if (run == 1) {
    totals <- c("total", sprintf("total_b[%d]", seq_along(s$others)))
    steps <- seq_len(s$data$n_path)
    agreement(subset_draws(all, c(stan_names, totals, sprintf("path[%d]", steps))),
              c(stan_names, totals, sprintf("y[%d]", 14 * (steps - 1) + 1)), "rstan")
  }
}

# bench_sampler prints CPU seconds, divergences and gradients of the fit and writes the draws.
run_attain <- function(name, path, s, run) {
  file <- tempfile(fileext = ".csv")
  line <- system2(path, c(shQuote(folder), s$fit$seed + run, shQuote(file)), stdout = TRUE)
  figures <- as.numeric(strsplit(line[length(line)], " ")[[1]])
  table <- read.csv(file, check.names = FALSE)
  ours <- our_names(s)
  # Factors stand on the natural scale; ranks, and so bulk and tail ESS, do not mind.
  draws <- as_draws_df(table[, c(".chain", ".iteration", ".draw", ours)])
  unlink(file)
  note(name, run, figures[1], least_ess(draws), figures[2], figures[3])
  if (run == 1) {
    for (b in grep("^definition\\.", ours, value = TRUE)) draws[[b]] <- log(draws[[b]])
    agreement(draws, names(ours), name)
  }
}

s <- read_study(folder)
speed <- readLines(file.path(folder, "speed.txt"))
delta <- as.numeric(sub(".*adapt_delta ([0-9.]+).*", "\\1", speed[1]))
model <- compiled_model()
probe <- suppressMessages(suppressWarnings(
  sampling(model, data = s$data, chains = 1, iter = 1, warmup = 0, refresh = 0,
           init = list(start_values(s, 1)))))
departure <- lp_departure(probe, s, folder)
cat(sprintf("%-16s log density differences within %.1e of lp.csv; adapt_delta %.2f\n",
            basename(folder), departure, delta))
stopifnot(departure < 1e-9)
for (run in runs) for (program in programs) {
  if (program == "rstan") {
    run_rstan(model, s, delta, run)
  } else {
    part <- strsplit(program, "=", fixed = TRUE)[[1]]
    run_attain(part[1], part[2], s, run)
  }
}
