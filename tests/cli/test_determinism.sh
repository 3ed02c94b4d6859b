#!/bin/sh
# Equal inputs, seed and build give equal bytes, whatever the threads, the run or the folder.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
expect 'one thread' 0 '*' '' run study --quiet --threads 1 -o one
expect 'two threads' 0 '*' '' run study --quiet --threads 2 -o two
expect 'eight threads' 0 '*' '' run study --quiet --threads 8 -o eight
expect 'again' 0 '*' '' run study --quiet --threads 1 -o again
holds 'two threads, the same bytes' diff -r one two
holds 'eight threads, the same bytes' diff -r one eight
holds 'again, the same bytes' diff -r one again
cp -R study elsewhere
expect 'another place' 0 '*' '' run "$WORK/elsewhere" --quiet -o third
holds 'a path changes nothing' diff -r one third
(LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Tokyo exec "$ATTAIN" run study --quiet -o locale) \
    >"$OUT" 2>"$ERR"
code=$?
judge 'another locale and zone' 0 '*' ''
holds 'change nothing' diff -r one locale
expect 'another seed' 0 '*' '' run study --quiet --seed 2 --no-charts -o other
holds 'gives other draws' sh -c '! cmp -s one/results.json other/results.json'
finish
