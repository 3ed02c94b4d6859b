#!/bin/sh
# Signals: exit 130, nothing half-written, no process left.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study

# interrupt NAME SIGNAL FILE ERR arguments...: the signal comes once FILE exists ("" = at once)
interrupt() {
    name=$1 signal=$2 sign=$3 err=$4
    shift 4
    "$ATTAIN" "$@" >"$OUT" 2>"$ERR" </dev/null &
    job=$!
    tries=0
    while [ -n "$sign" ] && [ ! -e "$sign" ] && [ "$tries" -lt 300 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    [ -n "$sign" ] || sleep 0.5
    kill "-$signal" "$job"
    wait "$job"
    code=$?
    judge "$name" 130 '' "$err"
}

# Draws enough for minutes.
for signal in INT TERM HUP; do
    interrupt "$signal while fitting" "$signal" '' '~attain: interrupted' run study -o out \
        --no-charts --set /fit/draws=900000
    holds 'nothing was written' test ! -e out
done

interrupt 'INT of a bootstrap' INT '' '~attain: interrupted' regress --data "$SOURCE/models/tables/us-population.csv" \
    --response million --formula 'high/(1+exp((mid-year)/width))' --start 'high=300,mid=1950,width=30' \
    --intervals bootstrap --replicates 1000000 --plot never.svg
holds 'nothing was drawn' sh -c '! ls never.* 2>/dev/null | grep -q .'

# At random moments, and killed outright: a file under its final name is whole, and an interrupt
# leaves no other.
draws=40000
whole() {
    [ ! -e "$1.csv" ] || [ "$(wc -l <"$1.csv")" -eq $((draws + 1)) ] || return 1
    for file in "$1"/*.csv "$1/report.md" "$1/report.html"; do
        [ ! -e "$file" ] || [ "$(tail -c 1 "$file" | od -An -c | tr -d ' ')" = '\n' ] || return 1
    done
    [ ! -e "$1/results.json" ] || "$ATTAIN" show "$1" fit/method >/dev/null
}
moment=0
for method in map nuts; do
    for signal in INT KILL; do
        for delay in 0.03 0.11 0.23 0.37 0.52 0.71 0.93; do
            moment=$((moment + 1))
            dir=moment-$moment
            "$ATTAIN" run study --fit "$method" -o "$dir" --draws "$dir.csv" --no-charts \
                --set /fit/draws=$((draws / 4)) --set /fit/chains=4 --set /fit/warmup=500 >"$OUT" 2>"$ERR" </dev/null &
            job=$!
            sleep "$delay"
            kill "-$signal" "$job" 2>/dev/null
            wait "$job" 2>/dev/null
            code=$?
            case $code in
            130) [ "$signal" = INT ] || fail "$dir: exit $code" ;;
            137) [ "$signal" = KILL ] || fail "$dir: exit $code" ;;
            0 | 1) ;; # it was quicker
            *) fail "$method, $signal after $delay s: exit $code" ;;
            esac
            holds "$method, $signal after $delay s: files whole" whole "$dir"
            [ "$signal" = KILL ] ||
                holds "$method after $delay s: nothing else" sh -c "! find . -name '*.tmp' | grep -q ."
            rm -rf "$dir" "$dir.csv" .attain-*.tmp
        done
    done
done

# While gnuplot draws: it is killed, finished files stay whole.
mkdir bin
cat >bin/gnuplot <<END
#!/bin/sh
echo \$\$ >"$WORK/child"
exec sleep 7532
END
chmod +x bin/gnuplot
PATH=$WORK/bin:$PATH
interrupt 'INT while drawing' INT child '~attain: interrupted' run study -o out
holds 'no gnuplot is left' gone "$(cat child)"
holds 'no scratch, no half file' sh -c \
    "[ -z \"\$(find out -name '.*' ! -path out -o -name '*.tmp' -o -size 0)\" ]"
finish
