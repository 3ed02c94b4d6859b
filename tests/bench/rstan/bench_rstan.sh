#!/bin/sh
# bench_rstan.sh [RUNS [STUDY...]]: attain's sampler side by side with rstan on the reference
# studies, one thread each: 4 chains x (1000 + 2500) as the studies say, rstan at the adapt_delta of
# the folder's speed.txt.  Prints every run and, at the end, ratios of effective draws a CPU second
# (least bulk or tail size over the parameters, warm-up included, median of RUNS, default 3).
# It takes minutes.  SAMPLERS names other builds too ("main=PATH other=PATH", each a bench_sampler);
# RESULTS keeps the table of runs (default: in a folder of its own, removed).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
shared=${ATTAIN_SHARED_DIR:-$root/../shared}
runs=${1:-3}
[ $# -gt 0 ] && shift

skip() {
    echo "skipped: $1"
    exit 0
}
command -v Rscript >/dev/null || skip "Rscript is not installed"
for package in rstan posterior jsonlite; do
    Rscript -e "quit(status = !requireNamespace('$package', quietly = TRUE))" >/dev/null 2>&1 ||
        skip "R's package $package is not installed (Debian: r-cran-$package)"
done
[ -d "$shared/reference" ] || skip "no reference studies under $shared"

if [ -z "${SAMPLERS:-}" ]; then
    [ -x "$root/build/bench/bench_sampler" ] || skip "build/bench/bench_sampler is not built (scripts/bench.sh builds it)"
    SAMPLERS=attain=$root/build/bench/bench_sampler
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
echo 'CXX14FLAGS = -O3 -w' >"$work/Makevars"
export R_MAKEVARS_USER="$work/Makevars" MODEL_CACHE="$work/model.rds"
results=${RESULTS:-$work/results.csv}
[ $# -gt 0 ] || set -- growth growth-rw arrests-2025-10
for study in "$@"; do
    # shellcheck disable=SC2086  # a list of words
    Rscript "$here/bench_rstan.R" "$here" "$shared/reference/$study" "$results" "1:$runs" $SAMPLERS rstan
done
Rscript "$here/rstan_ratios.R" "$results"
