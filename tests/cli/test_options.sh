#!/bin/sh
# Flags: both spellings, values, typos, and what each refuses.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study

expect 'a missing argument' 2 '' '=attain: run: an argument is missing; usage: attain run STUDY' run
expect 'too many arguments' 2 '' \
    '=attain: show: too many arguments; usage: attain show RESULT [ADDRESS]' show a b c
expect 'too many of curves' 2 '' '~attain: curves: too many arguments' curves a b
expect 'a typo in a flag' 2 '' '=attain: run: unknown flag "--sed", did you mean "--seed"?' \
    run --sed 3 study
expect 'with a value' 2 '' '=attain: run: unknown flag "--tread", did you mean "--threads"?' \
    run --tread=3 study
expect 'swapped letters' 2 '' '=attain: run: unknown flag "--quite", did you mean "--quiet"?' \
    run --quite study
expect 'one dash' 2 '' '=attain: run: unknown flag "-strict", did you mean "--strict"?' \
    run -strict study
expect 'unlike any' 2 '' '=attain: run: unknown flag "--frobnicate"; attain help run lists them' \
    run --frobnicate study
expect 'a flag of another command' 2 '' '~attain: show: unknown flag "--assert"' \
    show --assert x study
expect 'no value' 2 '' '=attain: run: "--seed" needs a value: --seed N' run study --seed
expect 'a flag for a value' 2 '' '=attain: run: "-o" needs a value: -o DIR' run -o --quiet study
expect 'a value that is not wanted' 2 '' '=attain: run: "--quiet" takes no value' run --quiet=1 study
for seed in -1 x '' 1.5 9007199254740993 99999999999999999999; do
    expect "seed '$seed'" 2 '' \
        "=attain: run: \"--seed\" needs a whole number from 0 to 9007199254740992, found \"$seed\"" \
        run study "--seed=$seed"
done
for threads in 0 -1 two 1025; do
    expect "threads '$threads'" 2 '' \
        "=attain: run: \"--threads\" needs a whole number from 1 to 1024, found \"$threads\"" \
        run study "--threads=$threads"
done
expect 'a format' 2 '' '=attain: run: "--format" needs table, json or csv, found "xml"' \
    run study --format xml
expect 'a method' 2 '' '=attain: run: "--fit" needs map or nuts, found "mcmc"' run study --fit mcmc
expect 'scenarios' 2 '' '~unknown key' run study --scenarios study/study.json
expect 'a date' 2 '' '~2025-13-01' run study --as-of 2025-13-01
expect 'a pointer' 2 '' '*' run study --set '/no/such/place=1'
expect 'no pointer' 2 '' '*' run study --set 'nonsense'
holds 'none of these wrote anything' test ! -e study/results

# Order, "--", both spellings, the last one wins.
expect 'flags after arguments' 0 '*' '' run study --no-charts --quiet -o one --seed 7
expect 'flags before' 0 '*' '' run --quiet --seed=7 --output=two --no-charts -- study
expect 'glued' 0 '*' '' run --quiet --seed 3 --seed 7 -othree --no-charts study
holds 'the same results' cmp one/results.json two/results.json
holds 'the same results' cmp one/results.json three/results.json
expect 'after -- nothing is a flag' 5 '' '~--quiet' check -- --quiet
finish
