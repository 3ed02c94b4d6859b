# rstan_ratios.R RESULTS.csv: medians over runs, and every program's ratio to rstan.
table <- read.csv(commandArgs(trailingOnly = TRUE)[1])
wanted <- c("growth" = 30, "growth-rw" = 60, "arrests-2025-10" = 60)
for (study in unique(table$study)) {
  of <- table[table$study == study, ]
  speed <- tapply(of$ess_per_second, of$program, median)
  for (program in names(speed)) {
    runs <- of[of$program == program, ]
    cat(sprintf("%-16s %-10s %9.2f ESS a CPU second (median of %d; %.2f CPU s, %.0f divergent in all)",
                study, program, speed[program], nrow(runs), median(runs$cpu_seconds),
                sum(runs$divergences)))
    if (program != "rstan" && "rstan" %in% names(speed)) {
      ratio <- speed[program] / speed["rstan"]
      cat(sprintf("  %.1f times rstan's", ratio))
      if (study %in% names(wanted))
        cat(sprintf("  target %.0f  %s", wanted[study], if (ratio >= wanted[study]) "met" else "MISSED"))
    }
    cat("\n")
  }
}
