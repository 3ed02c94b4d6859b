#!/bin/sh
# Text of the study's author in every output: nothing of it runs, nothing breaks, and it is there to
# be read.  Each string stands in every place that takes text and, where a file system allows, in
# the folder's name; everything that the command writes from it is looked at.
. "${SOURCE:?}/tests/cli/harness.sh"
TRAP="$WORK/trap" # whatever runs leaves a file here
mkdir "$TRAP" bin

# A study that holds the string in ./raw wherever text is allowed.
write_study() { # FOLDER
    json=$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' raw | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')
    cell="\"$(sed 's/"/""/g' raw)\""
    mkdir -p "$1"
    cat >"$1/study.json" <<STUDY
{ "title": "$json", "note": "$json", "origin": "2025-01-01", "as_of": "2025-03-31", "horizon": "2025-12-31", "reports": "reports.csv",
  "series": { "visits": { "kind": "flow", "label": "$json", "unit": "$json", "trend": "linear", "step_sigma": 0.1, "note": "$json" } },
  "definitions": { "paid": { "series": "visits", "reference": true, "note": "$json" } },
  "sources": { "S": { "text": "$json", "error": 0.05, "note": "$json" } },
  "goals": [ { "id": "year", "label": "$json", "series": "visits", "definition": "paid", "statistic": "total", "deadline": "2025-12-31", "target": 40000, "note": "$json" },
             { "id": "rate", "label": "$json", "series": "visits", "definition": "paid", "statistic": "mean", "over": 7, "deadline": "2025-12-31", "target": 150 } ],
  "scenarios": [ { "id": "more", "label": "$json", "note": "$json", "from": "2025-05-01", "changes": [ { "multiply": "visits", "by": 1.2 } ] } ],
  "fit": { "method": "map", "draws": 400, "chains": 1, "seed": 1 } }
STUDY
    {
        echo 'series,statistic,start,end,relation,value,upper,definition,source,release,published,url,quote,note'
        printf 'visits,value,2025-01-06,,exact,96,,paid,%s,,2025-01-07,%s,%s,%s\r\n' "$cell" "$cell" "$cell" "$cell"
        printf 'visits,total,2025-01-01,2025-01-31,over,3000,,paid,%s,%s,2025-02-03,,%s,\r\n' "$cell" "$cell" "$cell"
        printf 'visits,mean,2025-02-01,2025-02-28,about,105,,paid,%s,%s,2025-03-02,,,%s\r\n' "$cell" "$cell" "$cell"
        printf 'visits,value,2025-03-24,,exact,121,,paid,Gazette,,2025-03-25,,,\r\n'
    } >"$1/reports.csv"
}

one_line() { # as it is read: line breaks and tabs are blanks, marks that turn the rest are left out
    tr '\n\t' '  ' | sed -e 's/ $//' -e 's/\xe2\x80[\xaa-\xae]//g' -e 's/\xe2\x81[\xa6-\xa9]//g'
}
as_json() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' raw | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'; }
as_xml() { one_line <raw | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' -e "s/'/\&#39;/g"; }

has() { # has NAME FILE TEXT: it is there, as a fixed string
    cases=$((cases + 1))
    printf '%s\n' "$3" >needle
    tr '\n' ' ' <"$2" | grep -qFf needle || fail "$1: $2 should hold: $(head -c 300 needle)"
}
free_of() { # free_of NAME FOLDER TEXT GLOB: in no such file
    cases=$((cases + 1))
    ! find "$2" -name "$4" -exec grep -lF -- "$3" {} + | grep -q . ||
        fail "$1: raw $3 in $(find "$2" -name "$4" -exec grep -lF -- "$3" {} + | head -n 3 | tr '\n' ' ')"
}
no_formula() { # no_formula NAME FILE_OR_FOLDER: no cell that a spreadsheet runs
    cases=$((cases + 1))
    ! find "$2" \( -name '*.csv' -o -path "$OUT" \) -exec grep -hE '(^|,)"?[=+@]' {} + >found || fail "$1: a formula: $(head -n 2 found)"
}
well_formed() { # well_formed NAME FILE...
    name=$1
    shift
    command -v xmllint >/dev/null || return 0
    holds "$name: well-formed pictures" xmllint --noout --nonet "$@"
}

nothing_ran() { ! find "$WORK" -name 'ran*' | grep .; }
no_command() { ! grep -qE '\\(input|write18)[{/]' "$OUT"; }

printf '{{study/title}}\n{{{study/title}}}\n' >plain.txt.mustache
printf '<p title="{{study/title}}">{{study/title}}</p>\n' >page.html.mustache
printf '# {{study/title}}\n' >page.md.mustache
printf '\\section{ {{study/title}} }\n' >paper.tex.mustache
printf 'a,b\n{{study/title}},1\n' >table.csv.mustache

try_outputs() { # NAME FOLDER
    run=$2/results
    expect "$1: check" 0 '*' '*' check "$2"
    expect "$1: run" 0 '*' '*' run "$2"
    for file in results.json report.md report.html numbers.tex goals.csv reports.csv series.csv parameters.csv scenarios.csv; do
        holds "$1: $file" test -s "$run/$file"
    done
    well_formed "$1" "$run"/charts/*.svg
    has "$1: results" "$run/results.json" "\"title\": \"$(as_json)\""
    has "$1: page" "$run/report.html" "$(as_xml | head -c 400)"
    free_of "$1: pages" "$run" '<script' '*.html'
    free_of "$1: pages" "$run" '<script' '*.md'
    free_of "$1: pages" "$run" '<img' '*.md'
    free_of "$1: pictures" "$run/charts" '<script' '*.svg'
    free_of "$1: LaTeX" "$run" '\input{/' '*.tex'
    free_of "$1: LaTeX" "$run" '\write18' '*.tex'
    no_formula "$1: tables" "$run"
    for item in goals parameters reports scenarios diagnostics why study/title; do
        expect "$1: show $item" 0 '*' '' show "$run" $item
        expect "$1: show $item as JSON" 0 '*' '' show "$run" $item --format json
        expect "$1: show $item as CSV" 0 '*' '' show "$run" $item --format csv
        no_formula "$1: show $item" "$OUT"
    done
    for template in plain.txt page.html page.md paper.tex table.csv; do
        expect "$1: render $template" 0 '*' '' render "$run" $template.mustache
        case $template in
        page.html) has "$1: rendered page" "$OUT" "$(as_xml | head -c 400)" ;;
        paper.tex) holds "$1: rendered LaTeX" no_command ;;
        table.csv) no_formula "$1: rendered cell" "$OUT" ;;
        esac
    done
    for format in csv latex hub; do
        expect "$1: export $format" 0 '*' '*' export "$run" $format -o "exported-$format"
    done
    free_of "$1: export" exported-latex '\input{/' '*.tex'
    free_of "$1: export" exported-latex '\write18' '*.tex'
    no_formula "$1: export" exported-csv
    no_formula "$1: export" exported-hub
    expect "$1: plot" 0 '*' '*' plot "$run" scoreboard --size slide --dark --type svg -o plotted
    well_formed "$1: plot" plotted/*.svg
    expect "$1: compare" 0 '*' '' compare "$run" "$run"
    expect "$1: sweep" 0 '*' '*' sweep "$2" --vary multiply.visits=0.5:2:0.5 -o swept
    holds "$1: nothing ran" nothing_ran
    rm -rf exported-* plotted swept
}

# NAME TEXT: the text also names the folder where it can.
try() {
    printf '%s' "$2" >raw
    folder="plain"
    case $2 in
    */* | *"
"*) ;;
    *) [ ${#2} -gt 200 ] || folder="f $2" ;;
    esac
    write_study "$folder"
    try_outputs "$1" "$folder"
    rm -rf "./$folder"
}

cp ./*.mustache "$TRAP"
cd "$TRAP" || exit 1
try 'back-ticks' '`touch ran1` `touch ran1.png`'
try 'command substitution' '$(touch ran2) ${IFS} $PATH'
try 'quotes' "it's 'touch' \"ran3\" '' ''' \"\"\" '; system('touch ran3'); '"
try 'back-slashes' '\ \\ \n \t \" \u0041 \\input \'
try 'braces and carets' '{/Bold x} {} } { x^2_y @x &{y} ~a{b}'
try 'formats' '%s %d %n %% %5$s %.99999f'
try 'HTML' '<script src=x>touch("ran4")</script><img src=x onerror=alert(1)> </title></svg>]]>--> &lt; &amp;'
try 'a spreadsheet formula' '=cmd|'\''/C touch ran5'\''!A0'
try 'a spreadsheet formula by plus' '+1+cmd'
try 'a spreadsheet formula by at' '@SUM(1,2)'
try 'LaTeX' '\input{/etc/passwd} \write18{touch ran6} $x$ #1 % ^^5c \end{document}'
try 'Mustache' '{{study/title}} {{{x}}} {{#assert}}1 < 0{{/assert}} {{=<% %>=}}'
try 'gnuplot' "x'; !touch ran7; set output 'ran7'; system(\"touch ran7\"); y = '"
try 'Markdown' '[a](javascript:x) ![b](http://example.org/x) **c** _d_ `e` | f | # g <!-- h --> http://example.org'
try 'line breaks' "first
second
third	tab"
try 'right-to-left' "$(printf 'abc \342\200\256 cba \342\200\254 \342\200\217 \342\201\247 x')"
try 'other scripts' "$(printf '\327\251\327\234\327\225\327\235 \320\277\321\200\320\270 \344\275\240\345\245\275 \360\237\230\200 e\314\201')"
try '10,000 characters' "$(awk 'BEGIN { for (i = 0; i < 1250; i++) printf "abcdefg " }')"
try '10,000 characters in a word' "$(awk 'BEGIN { for (i = 0; i < 10000; i++) printf "w" }')"
cd "$WORK" || exit 1

# What no text can hold is refused by name, with nothing written.
printf 'x' >raw
write_study refused
sed 's/"title": "x"/"title": "a\\u0000b"/' refused/study.json >nul.json && mv nul.json refused/study.json
expect 'NUL' 2 '' '~study.json:1:' run refused
holds 'NUL: nothing written' test ! -e refused/results
write_study refused
printf 'visits,value,2025-03-25,,exact,1\00021,,paid,Gazette,,2025-03-26,,,\n' >>refused/reports.csv
expect 'NUL in a table' 3 '' '~reports.csv:' run refused
holds 'NUL in a table: nothing written' test ! -e refused/results
for id in '`touch ran8`' '$(touch ran8)' '../x' 'a/b' '<b>' '=x' 'a b' '\\input' '-x' ''; do
    write_study refused
    sed "s|\"id\": \"year\"|\"id\": \"$(printf %s "$id" | sed 's/[\\|&]/\\&/g')\"|" refused/study.json >bad.json && mv bad.json refused/study.json
    expect "id $id" 2 '' '~/goals/0/id' check refused
done
holds 'nothing ran' nothing_ran
finish
