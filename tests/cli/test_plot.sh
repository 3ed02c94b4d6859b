#!/bin/sh
# attain plot: any chart of a finished run in any look, from its results alone; and what becomes of
# charts that cannot be drawn, with several gnuplots at work.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
expect 'a run to draw' 0 '*' '' run study --quiet -o run
rm -rf study
cp -R run/charts charts
n=$(ls charts/*.gp | wc -l)

same() { # same FOLDER: the files of the run's own charts, and nothing else
    for file in charts/*; do cmp "$file" "$1/$(basename "$file")" || return 1; done
    [ "$(find "$1" -maxdepth 1 -type f | wc -l)" -eq "$(find charts -type f | wc -l)" ]
}
expect 'all of them' 0 '' "=attain: wrote $n charts into run/charts" plot run
holds 'the same bytes as the run wrote' same run/charts
expect 'elsewhere' 0 '' "=attain: wrote $n charts into there" plot run/results.json -o there
holds 'the same bytes there' same there
"$ATTAIN" plot - -o piped <run/results.json >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input' 0 '' "=attain: wrote $n charts into piped"
holds 'the same bytes again' same piped

expect 'one by its name' 0 '' '=attain: wrote 1 chart into one' plot run rate-visits -o one
holds 'that one alone' [ "$(ls one | tr '\n' ' ')" = \
    'rate-visits.alt.txt rate-visits.csv rate-visits.gp rate-visits.png rate-visits.svg ' ]
expect 'those of a kind' 0 '' '=attain: wrote 2 charts into kind' plot run attainment -o kind
expect 'a typo' 2 '' '=attain: this run has no chart "rate-visit", did you mean "rate-visits"?' \
    plot run rate-visit -o none
expect 'no such chart' 2 '' \
    '~attain: this run has no chart "zzz"; it has scoreboard, rate' \
    plot run zzz -o none
expect 'no such size' 2 '' '~did you mean "print"?' plot run --size prin -o none
expect 'no such type' 2 '' '~"--type" needs svg, png or pdf, found "gif"' plot run --type gif -o none
expect 'no standard output' 2 '' '~-o needs the name of a folder' plot run -o -
expect 'no run' 5 '' '~attain: ' plot nowhere -o none
holds 'nothing was written' test ! -e none

# A look of its own has a folder of its own, and the run's own charts stay as they are.
expect 'a dark slide' 0 '' '=attain: wrote 1 chart into run/charts/slide-dark' \
    plot run scoreboard --size slide --dark
holds 'beside the script its pictures' test -s run/charts/slide-dark/scoreboard.svg
holds 'of 16 to 9' grep -q 'pngcairo size 1920,1080 ' run/charts/slide-dark/scoreboard.gp
holds 'on a dark ground' grep -q "^c_paper = '#14171A'" run/charts/slide-dark/scoreboard.gp
expect 'print, as PDF' 0 '' '=attain: wrote 1 chart into run/charts/print-point-png-pdf' \
    plot run rate --size print --type pdf --type png --number-style point
dir=run/charts/print-point-png-pdf
holds 'a PDF' sh -c "[ \"\$(head -c 4 $dir/rate-visits.pdf)\" = %PDF ]"
holds 'of 6.5 inches' grep -q 'pdfcairo size 6.5in,' $dir/rate-visits.gp
holds 'a PNG of 300 dots an inch' grep -q 'pngcairo size 1950,' $dir/rate-visits.gp
holds 'and no SVG' test ! -e $dir/rate-visits.svg
expect 'numbers with points' 0 '' '=attain: wrote 1 chart into run/charts/point' \
    plot run total-year-40k --number-style point
holds 'on the axis' grep -q "'40.000' 40000" run/charts/point/total-year-40k.gp
holds 'in the words' grep -q '40.000 visits' run/charts/point/total-year-40k.alt.txt
holds 'but not in the data' cmp charts/total-year-40k.csv run/charts/point/total-year-40k.csv
holds 'the run has what it had' same run/charts

# A script redraws what was drawn, with nothing but gnuplot and its data.
parts() { grep -o '<path[^>]*>\|<use[^>]*>\|>[^<>]*</text>' "$1"; }
for file in charts/*.gp run/charts/slide-dark/*.gp; do
    stem=${file%.gp}
    rm -rf again
    mkdir again
    cp "$file" "$stem.csv" again/
    (cd again && LC_ALL=C.UTF-8 gnuplot "$(basename "$file")") >"$OUT" 2>"$ERR"
    code=$?
    judge "gnuplot $file" 0 '' ''
    holds "$stem.png unchanged" cmp "$stem.png" "again/$(basename "$stem").png"
    parts "$stem.svg" >drawn.txt
    parts "again/$(basename "$stem").svg" >redrawn.txt
    holds "$stem.svg unchanged" cmp drawn.txt redrawn.txt
done

# A theme is gnuplot's own language; it stands in the script.
cat >house.gp <<'T'
c_line = '#8B008B'
set style line 2 lt 1 lw 3 lc rgb '#006400'
T
expect 'a theme' 0 '' '=attain: wrote 1 chart into run/charts/theme' \
    plot run rate --theme house.gp --type svg --type png
holds 'its colour' grep -q 'rgb(139, *0, 139)' run/charts/theme/rate-visits.svg
holds 'its style' grep -q 'rgb( *0, 100, *0)' run/charts/theme/rate-visits.svg
rm house.gp
holds 'which the script holds' sh -c 'cd run/charts/theme && rm *.svg && LC_ALL=C.UTF-8 gnuplot rate-visits.gp &&
    grep -q "rgb(139, *0, 139)" rate-visits.svg'
expect 'no theme there' 5 '' '~house.gp' plot run --theme house.gp -o none
printf 'c_line = 1\0\n' >nul.gp
expect 'no text' 5 '' '=attain: nul.gp is no theme: expected gnuplot commands in UTF-8' \
    plot run --theme nul.gp -o none
printf 'set nonsense here\n' >bad.gp
expect 'a theme that gnuplot does not take' 5 '' '~gnuplot failed: ' plot run rate --theme bad.gp -o bad
holds 'script and data stand' test -s bad/rate-visits.gp -a -s bad/rate-visits.csv
holds 'no picture' test ! -e bad/rate-visits.svg

# Where drawing fails.
mkdir bin
all_gone() { # those who were killed may take a moment to die
    for child in $(cat children); do
        tries=0
        until gone "$child"; do
            tries=$((tries + 1))
            [ "$tries" -lt 50 ] || return 1
            sleep 0.1
        done
    done
}
fake() { # fake SCRIPT: a gnuplot of our own, first on PATH
    printf '#!/bin/sh\n%s\n' "$1" >bin/gnuplot
    chmod +x bin/gnuplot
}
with() { # with NAME CODE OUT ERR PATH arguments...
    name=$1 want=$2 out=$3 err=$4 path=$5
    shift 5
    (PATH=$path exec "$ATTAIN" "$@") >"$OUT" 2>"$ERR" </dev/null
    code=$?
    judge "$name" "$want" "$out" "$err"
}
undrawn() { # undrawn NAME FOLDER: scripts, data and words of every chart, no picture, nothing else
    holds "$1: scripts and data" [ "$(ls "$2"/*.gp "$2"/*.csv "$2"/*.alt.txt | wc -l)" -eq $((3 * n)) ]
    holds "$1: nothing else" [ "$(find "$2" -mindepth 1 | wc -l)" -eq $((3 * n)) ]
}
mine=$WORK/bin:$PATH
cp -R charts missing
with missing 5 '' '~attain: gnuplot was not found; install it' /nonexistent plot run -o missing
undrawn 'missing, and old pictures are gone' missing
fake 'kill -KILL $$'
with killed 5 '' '~gnuplot died of signal 9 on' "$mine" plot run -o killed
undrawn killed killed
fake 'printf "<svg " > "${2%.gp}.svg"; echo "out of ink" >&2; exit 1'
with 'failing halfway' 5 '' '~gnuplot failed: out of ink' "$mine" plot run -o halfway
undrawn 'failing halfway' halfway
fake 'printf "<svg " > "${2%.gp}.svg"; : > "${2%.gp}.png"'
with 'half of the pictures' 5 '' '~cannot be kept' "$mine" plot run -o half
undrawn 'half of the pictures' half
fake 'printf "<svg " > "${2%.gp}.svg"'
with 'one kind alone' 5 '' '~gnuplot drew no png for' "$mine" plot run -o lone
undrawn 'one kind alone' lone

real=$(command -v gnuplot)
fake "case \$2 in rate*) echo 'not this one' >&2; exit 1 ;; esac; exec '$real' \"\$@\""
with 'one of them' 5 '' '~attain: gnuplot failed: not this one' "$mine" plot run -o others
holds 'the others are drawn' [ "$(ls others/*.svg others/*.png | wc -l)" -eq $((2 * (n - 1))) ]
holds 'that one is not' test ! -e others/rate-visits.svg

# As many at a time as --threads, and no more.
fake "mkdir $WORK/at/\$\$; ls $WORK/at | wc -l >>$WORK/log; sleep 0.6; rmdir $WORK/at/\$\$; exec '$real' \"\$@\""
for threads in 1 3; do
    rm -rf at log
    mkdir at
    with "$threads at a time" 0 '' '' "$mine" plot run --threads $threads --quiet -o many
    holds "$threads at a time: all were drawn" [ "$(wc -l <log)" -eq "$n" ]
    holds "$threads at a time: not more" [ "$(sort -n log | tail -1)" -le $threads ]
    [ $threads -eq 1 ] || holds 'several at a time' [ "$(sort -n log | tail -1)" -gt 1 ]
    holds "$threads at a time: same bytes" same many
done

# They hang, with children of their own: all are gone when time is up, or on an interruption.
fake "sleep 7533 & echo \$! >>'$WORK/children'; echo \$\$ >>'$WORK/children'; sleep 7533"
ATTAIN_DRAW_LIMIT=3
export ATTAIN_DRAW_LIMIT
with hanging 5 '' '~after 3 s; no further chart was tried' "$mine" plot run --threads 3 -o hanging
unset ATTAIN_DRAW_LIMIT
undrawn hanging hanging
holds 'hanging: several were at work' [ "$(wc -l <children)" -eq 6 ]
holds 'hanging: all are gone' all_gone
for signal in INT TERM; do
    rm -f children
    PATH=$mine "$ATTAIN" plot run --threads 3 -o interrupted >"$OUT" 2>"$ERR" </dev/null &
    job=$!
    tries=0
    while [ "$(cat children 2>/dev/null | wc -l)" -lt 6 ] && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill "-$signal" "$job"
    wait "$job"
    code=$?
    judge "$signal while several draw" 130 '' '~attain: interrupted'
    holds "$signal: several were at work" [ "$(wc -l <children)" -eq 6 ]
    holds "$signal: all are gone" all_gone
    undrawn "$signal" interrupted
done

# A run with warnings is drawn, but not for --strict.
sed 's/"status": "ok"/"status": "warn"/' run/results.json >warned.json
cmp -s run/results.json warned.json && fail 'no state to change'
expect 'with warnings' 0 '' '' plot warned.json rate --quiet -o warned
expect 'with warnings, strictly' 1 '' '~the run had warnings' plot warned.json rate --strict -o none
holds 'nothing was written' test ! -e none
finish
