#!/bin/sh
# attain export: tables, LaTeX, a forecast hub; a hub's numbers are fit for one.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
cat >scenarios.json <<'S'
{ "scenarios": [ { "id": "more", "label": "Half as many again", "from": "2025-05-01",
    "changes": [ { "multiply": "visits", "by": 1.5 } ] } ] }
S
expect 'a run' 0 '*' '' run study --no-charts --quiet -o run --scenarios scenarios.json
rm -rf study

# Tables: those that the run wrote.
expect 'tables' 0 '' '=attain: wrote tables' export run csv -o tables
for file in run/*.csv; do holds "the same ${file#run/}" cmp "$file" "tables/${file#run/}"; done
holds 'and no more' test "$(ls tables | wc -l)" -eq "$(ls run/*.csv | wc -l)"
holds 'scenarios too' grep -q '^more,Half as many again,2025-05-01,' tables/scenarios.csv
expect 'of the file of a run' 0 '' '=attain: wrote again' export run/results.json csv -o again
holds 'the same' diff -r tables again
"$ATTAIN" export - csv -o third <run/results.json >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input' 0 '' '=attain: wrote third'
holds 'the same again' diff -r tables third
echo kept >tables/kept
echo old >tables/goals.csv
expect 'into a folder that is there' 0 '' '=attain: wrote tables' export run csv -o tables
holds 'what is not ours stays' test "$(cat tables/kept)" = kept
holds 'and what is ours is new' cmp run/goals.csv tables/goals.csv
sed 's/"label": "Half as many again"/"label": "=cmd|x"/' run/results.json >formula.json
expect 'a label that is a formula' 0 '' '=attain: wrote formula' export formula.json csv -o formula
holds 'is text' grep -q "^more,\"'=cmd|x\",2025-05-01," formula/scenarios.csv

# LaTeX.
expect 'LaTeX' 0 '' '=attain: wrote tex' export run latex -o tex
holds 'its numbers' cmp run/numbers.tex tex/numbers.tex
holds 'its files' test "$(ls tex | tr '\n' ' ')" = 'example.tex goals.tex numbers.tex scenarios.tex '
holds 'a row an answer' test "$(grep -c '&.*\\\\$' tex/goals.tex)" -eq "$(wc -l <run/goals.csv)"
if command -v pdflatex >/dev/null; then
    holds 'which LaTeX reads' sh -c 'cd tex && pdflatex -halt-on-error -interaction=nonstopmode example.tex' >/dev/null
else
    echo 'skipped: no pdflatex'
fi

# A hub.
expect 'a hub' 0 '' '=attain: wrote hub' export run hub -o hub
holds 'its files' test "$(cd hub && find . -type f | sort | tr '\n' ' ')" = "./hub-config/admin.json \
./hub-config/model-metadata-schema.json ./hub-config/target-data.json ./hub-config/tasks.json \
./model-metadata/attain-map.yml ./model-output/attain-map/2025-03-31-attain-map.csv ./target-data/time-series.csv "
output=hub/model-output/attain-map/2025-03-31-attain-map.csv
expect 'another name' 0 '' '=attain: wrote named' export run hub -o named --model-id us_team-v2
holds 'which the rows do not have' cmp "$output" named/model-output/us_team-v2/2025-03-31-us_team-v2.csv
expect 'the same bytes' 0 '' '=attain: wrote twice' export run hub -o twice
holds 'twice' diff -r hub twice

# Each target's list by the row: its levels, their order, its categories, their sum.
cat >check.awk <<'A'
BEGIN {
    levels = "0.01 0.025 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.55 0.6 0.65 0.7 0.75 0.8 0.85 0.9 0.95 0.975 0.99"
    FS = ","
}
function bad(what) { print FILENAME ":" NR ": " what; failed = 1; exit 1 }
FNR == 1 { if ($0 != "origin_date,scenario_id,target,target_end_date,output_type,output_type_id,value") bad("header"); next }
NF != 7 { bad("columns") }
{
    task = $2 " " $3
    rows[task " " $5]++
    if (($2 " " $3 " " $5 " " $6) in seen) bad("twice")
    seen[$2 " " $3 " " $5 " " $6] = 1
    ids[task " " $5] = ids[task " " $5] (ids[task " " $5] == "" ? "" : " ") $6
}
$5 == "quantile" {
    if ((task) in last && $7 + 0 < last[task]) bad("falls")
    last[task] = $7 + 0
}
$5 == "pmf" { if ($7 < 0 || $7 > 1) bad("no probability"); sum[task] += $7; if ($6 == "yes") yes[task] = $7 }
$5 == "sample" { if ($6 != rows[task " " $5]) bad("sample ids"); values[task] += $7 }
length($3) > 30 { bad("a long id") }
END {
    if (failed) exit 1
    for (t in rows) {
        n = split(t, part, " ")
        if (part[n] == "quantile" && ids[t] != levels) bad(t " has levels " ids[t])
        if (part[n] == "sample" && rows[t] != 100) bad(t " has " rows[t] " samples")
        if (part[2] ~ /\.met$/ && ids[t] != "no yes") bad(t " has " ids[t])
        if (part[2] ~ /\.date$/ && ids[t] !~ /^2025-03-31 2025-04-30 .* 2025-12-31 never$/) bad(t " has " ids[t])
        tasks++
    }
    for (t in sum) if (sum[t] - 1 > 1e-9 || 1 - sum[t] > 1e-9) bad(t " sums to " sum[t])
    print tasks
}
A
awk -f check.awk "$output" >"$OUT" 2>"$ERR"
code=$?
# two goals, one in several readings; each has a value (quantiles, samples), a chance and a date
answers=$(($(wc -l <run/goals.csv) - 1))
judge 'every row of it' 0 "=$((answers * 4 * 2))" ''
for spoilt in '/,0.5,/s/,0.5,/,0.51,/' '/,pmf,yes,/s/yes,.*/yes,0.5/' '/,sample,7,/d' '/,quantile,0.99,/s/,[0-9.]*$/,1/'; do
    sed "$spoilt" "$output" >spoilt.csv
    holds "which sees $spoilt" sh -c '! awk -f check.awk spoilt.csv >/dev/null'
done
for id in $(cut -d, -f3 "$output" | sed 1d | sort -u); do
    holds "tasks.json lists $id" grep -q "^ *\"$id\"" hub/hub-config/tasks.json
    holds "and says what $id is" grep -qF "\"target_keys\": {\"target\": \"$id\"}" hub/hub-config/tasks.json
done
chance=$("$ATTAIN" show run goals/year-40k/probability)
holds 'the chance is the goals' grep -q "^2025-03-31,baseline,year-40k.met,2025-12-31,pmf,yes,$chance\$" "$output"
chance=$("$ATTAIN" show run scenarios/more/goals/year-40k/probability)
holds 'and the scenarios' grep -q "^2025-03-31,more,year-40k.met,2025-12-31,pmf,yes,$chance\$" "$output"
holds 'both are asked' grep -q '"required": \["baseline", "more"\]' hub/hub-config/tasks.json

# Sample k is the same future everywhere: half as many again is more in each, by less than half.
holds 'samples are paired' awk -F, '
    $3 != "year-40k.value" || $5 != "sample" { next }
    $2 == "baseline" { without[$6] = $7 }
    $2 == "more" { n++; if (!($7 > 1.05 * without[$6] && $7 < 1.5 * without[$6])) exit 1 }
    END { exit n != 100 }' "$output"

# What is said twice in the results is the same.
for place in goals/year-40k scenarios/more/goals/year-40k; do
    number() { "$ATTAIN" show run "$place/$1"; }
    holds "$place: never" test "$(number date_bins/never)" = "$(number never_by_horizon)"
done
holds 'quantiles' test "$("$ATTAIN" show run goals/year-40k/value_quantiles/0.5)" = \
    "$("$ATTAIN" show run goals/year-40k/attainable/0.5)"
holds 'of scenarios too' test "$("$ATTAIN" show run scenarios/more/goals/year-40k/value_quantiles/0.5)" = \
    "$("$ATTAIN" show run scenarios/more/goals/year-40k/value)"

# Mistakes.
expect 'an unknown format' 2 '' '=attain: export: unknown format "pdf"; there are csv, latex and hub' \
    export run pdf -o x
expect 'a format misspelt' 2 '' '=attain: export: unknown format "latx", did you mean "latex"?' export run latx -o x
expect 'no folder' 2 '' '=attain: export: name the folder with -o DIR' export run csv
expect 'nor standard output' 2 '' '~name the folder' export run csv -o -
expect 'no format' 2 '' '~an argument is missing; usage: attain export RESULT csv|latex|hub' export run
expect 'a bad name' 2 '' '~TEAM-MODEL, each of 1 to 16 letters, digits and _; found "a/b-c"' \
    export run hub -o x --model-id a/b-c
expect 'no such run' 5 '' '~nowhere' export nowhere csv -o x
printf '{}' >other.json
expect 'no results' 5 '' '~attain/schema' export other.json csv -o x
sed 's/"date_bins"/"dates_binned"/' run/results.json >older.json
expect 'results without what a hub needs' 5 '' '~there are no date_bins; run the study again with this version' \
    export older.json hub -o x
holds 'nothing is written' test ! -e x
expect 'where no folder can be' 5 '' '*' export run csv -o other.json/x
mkdir -p full/goals.csv
expect 'where a folder is in the way' 5 '' "~'full/goals.csv'" export run csv -o full
sed 's/"status": "ok"/"status": "warn"/' run/results.json >warned.json
expect 'strict on a run with warnings' 1 '' '~the run had warnings' export warned.json csv -o w --strict
holds 'which is written all the same' cmp run/parameters.csv w/parameters.csv
sed 's/"status": "ok"/"status": "gate_failed"/' run/results.json >gated.json
expect 'a gate that failed' 0 '' "~attain: the run's answer has warnings: see gates in the results" \
    export gated.json csv -o g
finish
