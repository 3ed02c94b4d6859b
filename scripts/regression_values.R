#!/usr/bin/env Rscript
# Writes tests/reference/regression/: intervals, robust estimates, bands and modes that the tests
# of the regression compare with.  Needs R with MASS.  Usage, from the root of the tree:
#   Rscript scripts/regression_values.R FOLDER_OF_REFERENCE_DATA tests/reference/regression
# The folder of reference data is the one that holds nist/ and growth/.
#
# Where R's own function stops short of ten digits (profile intervals come off a spline, nls stops
# at a relative offset), the equation that defines the number is solved here to rounding error and
# R's answer is stored beside it, so that a person sees both.

suppressPackageStartupMessages(library(MASS))
options(digits = 15, warn = 1, stringsAsFactors = FALSE)

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) != 2) stop("usage: regression_values.R DATA_FOLDER OUTPUT_FOLDER")
data_folder <- arguments[1]
output_folder <- arguments[2]
dir.create(output_folder, showWarnings = FALSE, recursive = TRUE)

number <- function(x) ifelse(is.na(x), "NA", formatC(x, digits = 12, format = "g", width = 1))

write_table <- function(name, rows) {
    table <- do.call(rbind, rows)
    for (column in names(table))
        if (is.numeric(table[[column]])) table[[column]] <- number(table[[column]])
    write.table(table, file.path(output_folder, name), sep = ",", quote = FALSE,
                row.names = FALSE, na = "NA")
    message(name, ": ", nrow(table), " rows")
}

# ---- Problems: a response, a formula over columns and parameters, a start ----

nist_fit <- read.csv(file.path(data_folder, "nist/nonlinear_certified_fit.csv"))
nist_parameters <- read.csv(file.path(data_folder, "nist/nonlinear_certified_params.csv"))
growth_fit <- read.csv(file.path(data_folder, "growth/growth_certified_fit.csv"))
growth_parameters <- read.csv(file.path(data_folder, "growth/growth_certified_params.csv"))
growth_data <- read.csv(file.path(data_folder, "growth/growth_data.csv"))

nist <- function(name) {
    row <- nist_fit[nist_fit$dataset == name, ]
    parameters <- nist_parameters[nist_parameters$dataset == name, ]
    data <- read.csv(file.path(data_folder, "nist/nonlinear", paste0(name, ".csv")))
    formula <- row$model_rhs
    response <- data$y
    if (grepl("=", formula)) { # "log(y) = ...": Nelson alone
        formula <- sub(".*= *", "", formula)
        response <- log(data$y)
    }
    list(source = "nist", set = name, subset = "", formula = formula, data = data,
         response = response, start = setNames(parameters$certified, parameters$param))
}

growth <- function(name, subset, model) {
    row <- growth_fit[growth_fit$dataset == name & growth_fit$subset == subset &
                          growth_fit$model == model, ]
    parameters <- growth_parameters[growth_parameters$dataset == name &
                                        growth_parameters$subset == subset &
                                        growth_parameters$model == model, ]
    data <- growth_data[growth_data$dataset == name & growth_data$subset == subset, c("x", "y")]
    list(source = "growth", set = name, subset = subset, formula = row$formula, data = data,
         response = data$y, start = setNames(parameters$estimate, parameters$param))
}

stackloss_problem <- list(
    source = "stackloss", set = "stackloss", subset = "",
    formula = "b0+b1*air+b2*water+b3*acid",
    data = data.frame(loss = stackloss$stack.loss, air = stackloss$Air.Flow,
                      water = stackloss$Water.Temp, acid = stackloss$Acid.Conc.),
    response = stackloss$stack.loss, start = c(b0 = -40, b1 = 0.7, b2 = 1.3, b3 = -0.15))

# value(b): the curve with its exact Jacobian as attribute "gradient".
curve_of <- function(problem) {
    expression <- parse(text = problem$formula)[[1]]
    names <- names(problem$start)
    derivative <- deriv(expression, names)
    function(b, data = problem$data) {
        place <- c(as.list(data), as.list(setNames(b, names)))
        value <- eval(derivative, place)
        list(value = as.numeric(value), jacobian = matrix(attr(value, "gradient"),
                                                          ncol = length(names)))
    }
}

# ---- Weighted least squares with some parameters held, to rounding error ----
# Levenberg (1944) steps on columns scaled to unit length, until no step lowers the sum.
minimise <- function(problem, start, held = integer(0), weights = rep(1, length(problem$response)),
                     curve = curve_of(problem), most = 2000) {
    free <- setdiff(seq_along(start), held)
    root <- sqrt(weights)
    at <- function(b) {
        v <- curve(b)
        r <- root * (problem$response - v$value)
        list(b = b, residual = r, jacobian = root * v$jacobian, rss = sum(r^2))
    }
    now <- at(start)
    damping <- 1e-6
    quiet <- 0
    for (step in seq_len(most)) {
        if (length(free) == 0) break
        j <- now$jacobian[, free, drop = FALSE]
        scale <- sqrt(colSums(j^2))
        scale[scale == 0] <- 1
        j <- sweep(j, 2, scale, "/")
        padded <- rbind(j, diag(sqrt(damping), length(free)))
        move <- qr.coef(qr(padded, LAPACK = TRUE), c(now$residual, rep(0, length(free)))) / scale
        b <- now$b
        b[free] <- b[free] + move
        new <- suppressWarnings(at(b))
        if (is.finite(new$rss) && new$rss < now$rss) {
            quiet <- if (now$rss - new$rss < 1e-15 * now$rss) quiet + 1 else 0
            now <- new
            damping <- max(damping / 10, 1e-20)
        } else {
            damping <- damping * 10
            if (damping < 1e-12) damping <- 1e-12
            if (damping > 1e8) break
        }
        if (quiet > 5) break
    }
    polish(now, at, free)
}

# The sum of squares is blind to the last half of an estimate's digits, its gradient is not: plain
# Gauss-Newton steps as long as they shorten the projection of the residuals on the tangents.
polish <- function(now, at, free) {
    if (length(free) == 0) return(now)
    newton <- function(state) {
        j <- state$jacobian[, free, drop = FALSE]
        if (!all(is.finite(j))) return(NULL)
        scale <- sqrt(colSums(j^2))
        if (any(scale == 0)) return(NULL)
        q <- qr(sweep(j, 2, scale, "/"), LAPACK = TRUE)
        list(offset = sqrt(sum(qr.qty(q, state$residual)[seq_along(free)]^2)),
             move = qr.coef(q, state$residual) / scale)
    }
    step <- newton(now)
    for (k in 1:60) {
        if (is.null(step) || !all(is.finite(step$move))) break
        b <- now$b
        b[free] <- b[free] + step$move
        new <- suppressWarnings(at(b))
        if (!is.finite(new$rss) || new$rss > now$rss * (1 + 1e-12)) break
        next_step <- newton(new)
        if (is.null(next_step) || next_step$offset >= step$offset) break
        now <- new
        step <- next_step
    }
    now
}

# ---- Profile intervals ----
# tau(theta) = sign(theta - estimate) sqrt((rss(theta) - rss) / s^2) (Bates and Watts 1988, 6.1.2),
# the root of tau = +-qt found with uniroot over refits with theta held.  An end is infinite if tau
# stays below qt out to 1e6 standard errors.
profile_end <- function(problem, fit, j, side, quantile, s, sd, curve) {
    last <- before <- fit$b
    tau <- function(theta) { # started on the line through the last two refits
        start <- last
        if (last[j] != before[j])
            start <- last + (last - before) * (theta - last[j]) / (last[j] - before[j])
        start[j] <- theta
        held <- minimise(problem, start, j, curve = curve)
        if (!is.finite(held$rss)) return(NA)
        if (held$b[j] != last[j]) before <<- last
        last <<- held$b
        if (held$rss < fit$rss * (1 - 1e-9)) stop("lower minimum on the way: ", problem$set)
        sqrt(max(held$rss - fit$rss, 0)) / s - quantile
    }
    inner <- fit$b[j]
    step <- 0.25 * quantile * sd
    for (k in 1:200) {
        outer <- inner + side * step
        value <- tau(outer)
        if (is.na(value)) return(NA)
        if (value > 0) break
        inner <- outer
        if (abs(outer - fit$b[j]) > 2 * quantile * sd) step <- step * 1.3
        if (step > 1e6 * sd) return(side * Inf)
    }
    if (value < 0) return(NA)
    ends <- sort(c(inner, outer))
    uniroot(function(theta) if (theta == fit$b[j]) -quantile else tau(theta), ends,
            tol = 1e-13 * max(abs(ends), sd))$root
}

# R's own, with exact derivatives, in units of the start (profile.nls overlooks steps below 1e-8 of
# the sum of the parameters).  The spline's knots must lie 0.1 apart in tau or profile.nls stops, and
# nls reports failure where rounding keeps it from its tolerance, and the whole profile is lost
# then: so pairs of tolerance and step are tried, tight ones first.
confint_of_nls <- function(problem, level) {
    names <- names(problem$start)
    size <- problem$start
    curve <- curve_of(problem)
    .curve <- function(u) {
        v <- curve(u * size)
        structure(v$value, gradient = sweep(v$jacobian, 2, size, "*"))
    }
    .response <- problem$response
    call <- as.formula(paste0(".response ~ .curve(c(", paste(names, collapse = ", "), "))"))
    start <- as.list(setNames(rep(1.001, length(names)), names))
    ladder <- expand.grid(tolerance = 10^(-8:-4), step = c(0.11, 0.13, 0.16, 0.2, 0.3))
    best <- matrix(NA_real_, length(names), 2)
    for (k in seq_len(nrow(ladder))) {
        control <- nls.control(tol = ladder$tolerance[k], maxiter = 100, minFactor = 1e-10)
        ends <- tryCatch(suppressMessages(suppressWarnings({
            fit <- nls(call, start = start, control = control)
            steps <- profile(fit, alphamax = (1 - level) / 20, delta.t = ladder$step[k],
                             maxpts = 2000)
            matrix(confint(steps, level = level), ncol = 2)
        })), error = function(e) NULL)
        if (!is.null(ends) && sum(is.na(ends)) < sum(is.na(best))) best <- ends
        if (!anyNA(best)) break
    }
    best <- best * size
    t(apply(best, 1, function(x) if (anyNA(x)) x else sort(x)))
}

profile_rows <- function(problem, level) {
    curve <- curve_of(problem)
    fit <- minimise(problem, problem$start, curve = curve)
    p <- length(fit$b)
    df <- length(problem$response) - p
    s <- sqrt(fit$rss / df)
    sd <- s * sqrt(diag(chol2inv(qr.R(qr(fit$jacobian)))))
    quantile <- qt((1 + level) / 2, df)
    r <- confint_of_nls(problem, level)
    ends <- sapply(seq_len(p), function(j) sapply(c(-1, 1), function(side)
        profile_end(problem, fit, j, side, quantile, s, sd[j], curve)))
    message(problem$set, " ", problem$subset, " ", level, ": largest relative difference from R ",
            signif(max(-Inf, abs(t(ends) / r - 1), na.rm = TRUE), 2), ", without R's: ", sum(is.na(r)))
    data.frame(source = problem$source, set = problem$set, subset = problem$subset,
               formula = problem$formula, parameter = names(problem$start), level = level,
               estimate = fit$b, lower = ends[1, ], upper = ends[2, ],
               confint_lower = r[, 1], confint_upper = r[, 2])
}

profiles <- list(
    nist("Misra1a"), nist("Misra1c"), nist("Misra1d"), nist("DanWood"), nist("Rat42"),
    nist("Chwirut1"), nist("Chwirut2"), nist("Eckerle4"), nist("Nelson"), nist("Thurber"),
    nist("Hahn1"), nist("MGH09"), nist("MGH10"), nist("Gauss1"), nist("ENSO"),
    growth("Puromycin", "treated", "micmen"), growth("DNase", "run1", "logistic3"),
    growth("uspop", "1790-1970", "logistic3"), growth("Orange", "all", "logistic3"),
    growth("Loblolly", "seed301", "asymp"), growth("BOD", "all", "asympOrig"),
    growth("dugongs", "all", "dugong"), growth("CATV_subscribers", "1952-1989", "logistic3"))
rows <- lapply(profiles, profile_rows, level = 0.95)
for (level in c(0.8, 0.99))
    rows <- c(rows, lapply(profiles[c(1, 5, 16)], profile_rows, level = level))

# An interval without an upper end: as Asym and xmid grow together the logistic becomes
# exp((x - c) / scal), whose residual sum stays below the limit, so neither has one.  That of scal
# exists, but there the others have run away and the minimum is not attained: not stored.
open_rows <- function(problem, level) {
    curve <- curve_of(problem)
    fit <- minimise(problem, problem$start, curve = curve)
    limit <- problem
    limit$formula <- "exp((x-centre)/scal)"
    limit$start <- c(centre = -40, scal = 12)
    beyond <- minimise(limit, limit$start)
    p <- length(fit$b)
    df <- length(problem$response) - p
    s <- sqrt(fit$rss / df)
    quantile <- qt((1 + level) / 2, df)
    stopifnot(beyond$rss > fit$rss, (beyond$rss - fit$rss) / s^2 < quantile^2)
    sd <- s * sqrt(diag(chol2inv(qr.R(qr(fit$jacobian)))))
    end <- function(j, side) profile_end(problem, fit, j, side, quantile, s, sd[j], curve)
    data.frame(source = problem$source, set = problem$set, subset = problem$subset,
               formula = problem$formula, parameter = names(problem$start), level = level,
               estimate = fit$b, lower = sapply(1:3, end, side = -1),
               upper = c(Inf, Inf, NA), confint_lower = NA_real_,
               confint_upper = NA_real_)
}
rows <- c(rows, list(open_rows(growth("ChickWeight", "chick1", "logistic3"), 0.95)))
write_table("profile_intervals.csv", rows)

# ---- Robust losses ----

# Standard errors of an M-estimate as summary.rlm (Huber 1981, eq. 7.6.6): w = psi(u) / u and
# slope = psi'(u) of the residuals u in units of the scale.
robust_sd <- function(residual, w, slope, jacobian) {
    n <- length(residual)
    p <- ncol(jacobian)
    kappa <- 1 + p * var(slope) / (n * mean(slope)^2)
    sqrt(sum((residual * w)^2) / (n - p)) * kappa / mean(slope) *
        sqrt(diag(chol2inv(qr.R(qr(jacobian)))))
}

# Huber (1981) with k = 1.345 and the scale median|r| / 0.6745 of each step's own residuals, as
# MASS::rlm (psi.huber, scale.est = "MAD").
huber_rows <- function(problem) {
    curve <- curve_of(problem)
    b <- minimise(problem, problem$start, curve = curve)$b
    for (step in 1:5000) {
        r <- problem$response - curve(b)$value
        scale <- median(abs(r)) / 0.6745
        weights <- psi.huber(r / scale, k = 1.345)
        new <- minimise(problem, b, weights = weights, curve = curve)$b
        moved <- max(abs(new - b) / pmax(abs(new), 1e-300))
        b <- new
        if (moved < 1e-13) break
    }
    v <- curve(b)
    r <- problem$response - v$value
    scale <- median(abs(r)) / 0.6745
    sd <- robust_sd(r, psi.huber(r / scale, k = 1.345),
                    psi.huber(r / scale, k = 1.345, deriv = 1), v$jacobian)
    data.frame(loss = "huber", source = problem$source, set = problem$set,
               subset = problem$subset, formula = problem$formula,
               parameter = names(problem$start), start = problem$start, estimate = b,
               std_error = sd, scale = scale)
}

# Student-t with 4 degrees of freedom and free scale, by the EM weights of Lange, Little and Taylor
# (1989), then checked to be stationary.
student_rows <- function(problem, df = 4) {
    curve <- curve_of(problem)
    fit <- minimise(problem, problem$start, curve = curve)
    b <- fit$b
    n <- length(problem$response)
    scale <- sqrt(fit$rss / n)
    for (step in 1:20000) {
        r <- problem$response - curve(b)$value
        weights <- (df + 1) / (df + (r / scale)^2)
        new <- minimise(problem, b, weights = weights, curve = curve)$b
        r <- problem$response - curve(new)$value
        new_scale <- sqrt(sum(weights * r^2) / n)
        moved <- max(abs(new - b) / pmax(abs(new), 1e-300), abs(new_scale / scale - 1))
        b <- new
        scale <- new_scale
        if (moved < 1e-14) break
    }
    v <- curve(b)
    loss <- function(theta) n * theta[1] -
        sum(dt((problem$response - curve(theta[-1])$value) / exp(theta[1]), df, log = TRUE))
    at <- c(log(scale), b)
    polished <- suppressWarnings(nlm(loss, at, typsize = abs(at), gradtol = 1e-12))$minimum
    stopifnot(polished > loss(at) - 1e-8)
    r <- problem$response - v$value
    u2 <- (r / scale)^2
    sd <- robust_sd(r, (df + 1) / (df + u2), (df + 1) * (df - u2) / (df + u2)^2, v$jacobian)
    data.frame(loss = "student_t", source = problem$source, set = problem$set,
               subset = problem$subset, formula = problem$formula,
               parameter = names(problem$start), start = problem$start, estimate = b,
               std_error = sd, scale = scale)
}

# rlm itself, for the linear problem: the loop above must be its fixed point.
check_rlm <- function(rows) {
    fit <- rlm(loss ~ air + water + acid, stackloss_problem$data, psi = psi.huber, k = 1.345,
               scale.est = "MAD", acc = 1e-14, maxit = 5000)
    table <- summary(fit)$coefficients
    stopifnot(max(abs(rows$estimate / table[, 1] - 1)) < 1e-9,
              max(abs(rows$std_error / table[, 2] - 1)) < 1e-9,
              abs(rows$scale[1] / fit$s - 1) < 1e-9)
    rows
}

robust <- list(stackloss_problem, nist("Misra1a"), nist("Chwirut2"), nist("Thurber"),
               growth("DNase", "run1", "logistic3"), growth("Puromycin", "treated", "micmen"),
               growth("dugongs", "all", "dugong"))
rows <- lapply(robust, huber_rows)
rows[[1]] <- check_rlm(rows[[1]])
write_table("robust_estimates.csv", c(rows, lapply(robust, student_rows)))

# ---- Bands ----
# Linear: predict(lm) at new places; curved: the delta method with the same t quantile (Bates and
# Watts 1988, 2.3.2).  Half-widths of the curve's band and of the new observation's.
band_rows <- function(problem, places, level) {
    curve <- curve_of(problem)
    fit <- minimise(problem, problem$start, curve = curve)
    df <- length(problem$response) - length(fit$b)
    s <- sqrt(fit$rss / df)
    quantile <- qt((1 + level) / 2, df)
    v <- curve(fit$b, places)
    spread <- s * sqrt(colSums(backsolve(qr.R(qr(fit$jacobian)), t(v$jacobian),
                                         transpose = TRUE)^2))
    data.frame(source = problem$source, set = problem$set, subset = problem$subset,
               formula = problem$formula, level = level, place = seq_len(nrow(places)),
               curve = v$value, curve_half = quantile * spread,
               new_half = quantile * sqrt(s^2 + spread^2))
}

# The places are rows of the data moved by a fixed amount, so the tests can make them: every third.
moved <- function(problem) {
    columns <- setdiff(names(problem$data), c("y", "loss"))
    places <- problem$data[seq(1, nrow(problem$data), by = 3), columns, drop = FALSE]
    places + 0.125
}
check_lm <- function(rows, level) {
    fit <- lm(loss ~ air + water + acid, stackloss_problem$data)
    places <- moved(stackloss_problem)
    line <- predict(fit, places, interval = "confidence", level = level)
    new <- predict(fit, places, interval = "prediction", level = level)
    stopifnot(max(abs(rows$curve / line[, 1] - 1)) < 1e-11,
              max(abs(rows$curve_half / (line[, 3] - line[, 1]) - 1)) < 1e-11,
              max(abs(rows$new_half / (new[, 3] - new[, 1]) - 1)) < 1e-11)
    rows
}
bands <- list(stackloss_problem, nist("Misra1a"), nist("Thurber"),
              growth("DNase", "run1", "logistic3"))
rows <- c(list(check_lm(band_rows(stackloss_problem, moved(stackloss_problem), 0.8), 0.8)),
          lapply(bands, function(b) band_rows(b, moved(b), 0.95)))
rows[[2]] <- check_lm(rows[[2]], 0.95)
write_table("bands.csv", rows)

# ---- Modes with normal priors, linear model ----
# b minimises rss(b) / (2 s^2) + sum_j (b_j - m_j)^2 / (2 sd_j^2) with s^2 = rss(b) / (n - p) at b:
# (X'X / s^2 + D) b = X'y / s^2 + D m, repeated until s^2 stays.  sd NA: flat.
mode_rows <- function(name, mean, sd) {
    x <- cbind(1, as.matrix(stackloss_problem$data[, c("air", "water", "acid")]))
    y <- stackloss_problem$response
    precision <- ifelse(is.na(sd), 0, 1 / sd^2)
    centre <- ifelse(is.na(mean), 0, mean)
    b <- qr.coef(qr(x), y)
    for (step in 1:10000) {
        s2 <- sum((y - x %*% b)^2) / (nrow(x) - ncol(x))
        new <- solve(crossprod(x) / s2 + diag(precision), crossprod(x, y) / s2 + precision * centre,
                     tol = 1e-25)
        done <- max(abs(new - b) / abs(new)) < 1e-14
        b <- new
        if (done) break
    }
    s2 <- sum((y - x %*% b)^2) / (nrow(x) - ncol(x))
    data.frame(case = name, formula = stackloss_problem$formula,
               parameter = names(stackloss_problem$start), prior_mean = mean, prior_sd = sd,
               estimate = as.numeric(b), residual_sd = sqrt(s2),
               std_error = sqrt(diag(solve(crossprod(x) / s2 + diag(precision), tol = 1e-25))))
}
write_table("modes.csv", list(
    mode_rows("weak", c(NA, 1, 1, 0), c(NA, 1, 1, 1)),
    mode_rows("strong", c(-30, 0.5, 1.0, 0), c(2, 0.02, 0.1, 0.01))))

# ---- Wald intervals of a linear model, plain and weighted: confint(lm) ----
wald_rows <- function(name, weights, level) {
    data <- stackloss_problem$data
    fit <- lm(loss ~ air + water + acid, data, weights = weights)
    ends <- confint(fit, level = level)
    data.frame(case = name, formula = stackloss_problem$formula,
               parameter = names(stackloss_problem$start), level = level,
               estimate = coef(fit), std_error = summary(fit)$coefficients[, 2],
               lower = ends[, 1], upper = ends[, 2], residual_sd = summary(fit)$sigma)
}
air <- stackloss_problem$data$air
write_table("wald_intervals.csv", list(wald_rows("plain", rep(1, length(air)), 0.95),
                                       wald_rows("weighted by air / 60", air / 60, 0.9)))

write.table(stackloss_problem$data, file.path(output_folder, "stackloss.csv"), sep = ",",
            quote = FALSE, row.names = FALSE)
writeLines(c(paste("Written by scripts/regression_values.R with", R.version.string, "and MASS",
                   as.character(packageVersion("MASS"))),
             "from nist/ and growth/ of the folder of reference data; not edited by hand.",
             "lower and upper of profile_intervals.csv solve the defining equation; confint_lower",
             "and confint_upper are R's confint(nls) (NA: it failed or found no end).",
             "stackloss.csv: Brownlee (1965), as in R's datasets."),
           file.path(output_folder, "ABOUT.txt"))
