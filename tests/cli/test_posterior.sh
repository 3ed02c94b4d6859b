#!/bin/sh
# The posterior as a user meets it: draws in a file, gates, priors that speak, two modes.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
cp -R "$SOURCE/tests/cli/study-one" "$SOURCE/tests/cli/study-two-modes" .

# ---- draws ----
few='--set /fit/draws=60 --set /fit/chains=4 --set /fit/warmup=150'
# shellcheck disable=SC2086
expect 'draws of nuts' 1 '*' '~wrote nuts.csv' run study --fit nuts -o - --draws nuts.csv $few
holds 'head' sh -c "head -n 1 nuts.csv |
    grep -qx '.chain,.iteration,.draw,lp__.*,visits.start,visits.slope,definition.all'"
holds 'a line a draw' test "$(wc -l <nuts.csv)" -eq 241
holds 'four chains of 60' sh -c "tail -n 1 nuts.csv | grep -q '^4,60,240,'"
# shellcheck disable=SC2086
expect 'with one thread' 1 '*' '*' run study --fit nuts -o - --draws one.csv --threads 1 $few
holds 'the same bytes' cmp nuts.csv one.csv
expect 'draws of map' 0 '*' '~wrote map.csv' run study -o - --draws map.csv
holds 'one chain' sh -c "! tail -n +2 map.csv | grep -qv '^1,'"
expect 'no such folder' 5 '*' '~none/draws.csv' run study -o - --draws none/draws.csv
holds 'nothing there' test ! -e none
expect 'not where the answer goes' 2 '' '~"--draws" needs the name of a file' run study --draws -
expect 'nothing of a study that fails' 2 '' '*' run study --set /titel=1 --draws broken.csv
holds 'no file' test ! -e broken.csv

if Rscript -e 'library(posterior)' >/dev/null 2>&1; then
    cat >read.R <<'R'
suppressMessages(library(posterior))
d <- as_draws_df(read.csv("nuts.csv", check.names = FALSE))
stopifnot(nchains(d) == 4, niterations(d) == 60, ndraws(d) == 240)
s <- summarise_draws(d)
cat(sprintf("%.10f\n", s$rhat[s$variable == "visits.slope"]))
R
    Rscript read.R >"$OUT" 2>"$ERR"
    code=$?
    # shellcheck disable=SC2086
    "$ATTAIN" run study --fit nuts -o nuts --no-charts --quiet $few >/dev/null 2>&1
    ours=$(printf '%.10f' "$("$ATTAIN" show nuts parameters/visits.slope/rhat)")
    judge 'R reads them and agrees on R-hat' 0 "=$ours" ''
else
    echo 'SKIPPED R: no posterior package'
fi

# ---- gates ----
# shellcheck disable=SC2086
expect 'a gate asked to be stricter' 1 '~at least 100,000' '' run study --fit nuts -o - \
    --set /fit/gates='{"ess": 100000}' $few
expect 'and one looser' 0 '*' '' run study --fit nuts -o - --set /fit/gates='{"ess": 10, "rhat": 1.5, "divergences": 1000, "depth": 1, "e_bfmi": 0}' \
    --set /fit/draws=60 --set /fit/chains=4 --set /fit/warmup=150
expect 'map has its own' 1 '~Pareto k' '' run study -o - --set /fit/gates='{"pareto_k": 0.001}' \
    --set '/series/visits/deviation={"type": "random_walk"}'
expect 'no such gate' 2 '' "~did you mean 'rhat'?" run study -o - --set '/fit/gates={"r_hat": 1.1}'

# ---- one figure: the prior speaks, whatever the method ----
for method in map nuts; do
    "$ATTAIN" run study-one --fit "$method" -o "one-$method" --no-charts >"$OUT" 2>"$ERR"
    code=$?
    [ "$code" -eq 1 ] && code=0 # the sampler may have its own complaints
    judge "one figure, $method" 0 '~the prior speaks: series "visits" rests on a single figure' '*'
    holds 'in the report' grep -q 'the prior speaks' "one-$method/report.md"
    holds 'each parameter says how much' sh -c \
        "'$ATTAIN' show one-$method parameters/visits.mid/contraction | grep -q '^[01]\\.'"
    expect 'named' 0 '~the reports hardly moved' '' show "one-$method" diagnostics
done

# ---- two modes ----
cp -R study-two-modes camps
expect 'map says there are two' 1 '~beware: visits: the posterior has 2 modes' '*' run camps --fit map -o camps-map --no-charts --strict
expect 'in its diagnostics' 0 '~has 2 modes at least' '' show camps-map diagnostics
expect 'so does nuts' 0 '~beware: visits: the posterior has 2 modes' '*' run camps -o - --set /fit/gates='{"rhat": 10, "ess": 0}'
finish
