#!/bin/sh
# Output that cannot be written, terminals and colour.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study

"$ATTAIN" curves >/dev/full 2>"$ERR"
code=$?
: >"$OUT"
judge 'a full disk' 5 '' '=attain: standard output: No space left on device'
"$ATTAIN" --help >/dev/full 2>"$ERR"
code=$?
judge 'a full disk for the help' 5 '' '~No space left'
"$ATTAIN" curves >&- 2>"$ERR"
code=$?
judge 'a closed standard output' 5 '' '~attain: standard output: '
"$ATTAIN" run study --no-charts -o closed >&- 2>"$ERR"
code=$?
judge 'closed for a run' 5 '' '~attain: standard output: '
holds 'whose folder is whole' test -s closed/results.json
holds 'and holds no answer by accident' sh -c '! grep -l "^attain: " closed/*'
"$ATTAIN" run study --no-charts -o mute 2>&- >"$OUT"
code=$?
: >"$ERR"
judge 'a closed standard error' 0 @run.txt ''
{ "$ATTAIN" curves 2>"$ERR"; echo $? >code; } | :
code=$(cat code)
: >"$OUT"
[ "$code" -eq 0 ] || judge 'a reader that has gone' 5 '' ''

if [ "$(id -u)" -ne 0 ]; then
    mkdir locked && chmod 500 locked
    expect 'a folder without leave to write' 5 '*' '~locked' run study --no-charts -o locked/out
    expect 'a file in it' 5 '' '~locked' curves -o locked/curves.txt
fi
# Nobody, root included, writes below a file or into /proc.
expect 'below a file' 5 '*' '~study.json' run study --no-charts -o study/study.json/out
expect 'where no folder can be' 5 '*' '~/proc/attain' run study --no-charts -o /proc/attain
expect 'a file below a file' 5 '' '~attain: study/study.json/x: ' curves -o study/study.json/x
expect 'a folder for a file' 5 '' '=attain: study: Is a directory' curves -o study
expect 'into what is no file' 0 '' '' curves -o /dev/null
holds 'which is still there' test -c /dev/null
expect 'a file' 0 '' '' curves -o list.txt
holds 'readable like any other' test "$(ls -l list.txt | cut -c1-10)" = "$(: >new && ls -l new | cut -c1-10)"
chmod 640 list.txt
ln -s list.txt link
expect 'through a link' 0 '' '' schema -o link
holds 'which stays one' test -L link
holds 'and whose file' cmp list.txt "$GOLDEN/schema.txt"
holds 'keeps its mode' test "$(ls -l list.txt | cut -c1-10)" = -rw-r-----

# Colour and progress belong to terminals.
if command -v script >/dev/null; then
    escape=$(printf '\033')
    on_terminal() {
        script -qec "$1" /dev/null </dev/null >"$OUT" 2>&1
    }
    on_terminal "TERM=xterm '$ATTAIN' run study --set /titel=1 -o -"
    holds 'colour on a terminal' grep -q "$escape\[1;31merror" "$OUT"
    on_terminal "TERM=xterm NO_COLOR=1 '$ATTAIN' run study --set /titel=1 -o -"
    holds 'none with NO_COLOR' sh -c "! grep -q '$escape\[1;31m' '$OUT'"
    on_terminal "TERM=dumb '$ATTAIN' run study --set /titel=1 -o -"
    holds 'none on a dumb one' sh -c "! grep -q '$escape\[1;31m' '$OUT'"
    on_terminal "TERM=xterm '$ATTAIN' run study --no-charts -o timed"
    holds 'timings on a terminal' grep -q 'wrote timed in [0-9.]* s' "$OUT"
    on_terminal "TERM=xterm '$ATTAIN' run study --no-charts -o timed --set /fit/draws=200000"
    holds 'progress on a terminal' grep -q '[0-9] %' "$OUT"
    holds 'with the time left' grep -q 'about [0-9]* s left' "$OUT"
    holds 'wiped at the end' sh -c "tail -c 2000 '$OUT' | grep -q '$escape\[Kattain: wrote timed'"
    on_terminal "TERM=xterm '$ATTAIN' run study --no-charts -o timed --quiet"
    holds 'silence when quiet' sh -c "! grep -q wrote '$OUT'"
else
    echo 'SKIPPED terminals: no script(1)'
fi
expect 'no progress elsewhere' 0 '*' '=attain: wrote timed' run study --no-charts -o timed \
    --set /fit/draws=100000
expect 'no colour elsewhere' 2 '' '~: error: ' run study --set /titel=1 -o -
holds 'none at all' sh -c "! grep -q '$(printf '\033')' '$ERR'"
finish
