#!/bin/sh
# Every example of the manual page and the README runs as printed, on a copy of the shipped models;
# every flag and command stands in the manual page.
. "${SOURCE:?}/tests/cli/harness.sh"
page=$SOURCE/docs/man/attain.1
cp -R "$SOURCE/models" models
mkdir bin
ln -s "$ATTAIN" bin/attain
PATH=$WORK/bin:$PATH

# In the page: ".Dl attain ..." with "\e" for a backslash; a comment before it, `.\" exit N`, says
# that the example ends otherwise than with 0.
examples=0
want=0
while IFS= read -r line; do
    case $line in
    '.\" exit '*) want=${line#'.\" exit '} ;;
    '.Dl attain '*)
        examples=$((examples + 1))
        call=$(printf '%s\n' "${line#.Dl }" | sed 's/\\e/\\/g; s/\\(aq/'"'"'/g; s/\\-/-/g; s/\\&//g')
        sh -c "$call" >"$OUT" 2>"$ERR" </dev/null
        code=$?
        [ "$want" != any ] || want=$(( code == 1 ? 1 : 0 )) # with or without warnings
        judge "manual: $call" "$want" '*' '*'
        want=0
        ;;
    esac
done <"$page"
holds 'examples in the manual' test "$examples" -ge 10

# In the README: lines that begin with "attain " or "build/bin/attain " in its code blocks.
sed -n '/^```/,/^```/p' "$SOURCE/README.md" |
    sed -n 's#^\(\$ \)\{0,1\}\(build/bin/\)\{0,1\}\(attain .*\)#\3#p' >calls
while IFS= read -r call; do
    sh -c "$call" >"$OUT" 2>"$ERR" </dev/null
    code=$?
    [ "$code" -ne 1 ] || code=0 # an answer with warnings is an answer
    judge "README: $call" 0 '*' '*'
done <calls

# The library guide's program, its first listing, is the one that is built and run by tests/host.
awk '/^```c$/ { on = ++n == 1; next } /^```$/ { on = 0 } on' "$SOURCE/docs/library.md" >host.c
holds "the guide's program" cmp host.c "$SOURCE/tests/host/host.c"

# Every key of a results document stands in its page, and every key and column of a study in its.
copy_study
expect 'a run to read' 0 '*' '' run study --no-charts --quiet -o keys
for key in $(sed -n 's/^ *"\([a-z_]*\)":.*/\1/p' keys/results.json | sort -u); do
    holds "results.md names $key" grep -q "\`$key\`" "$SOURCE/docs/results.md"
done
for key in $("$ATTAIN" schema reports) $("$ATTAIN" schema study |
    sed -n 's/^       *"\([a-z_]*\)": {$/\1/p' | sort -u); do
    case $key in properties | items | patternProperties | additionalProperties) continue ;; esac
    grep -q "[\`.\"]$key[\`\"]" "$SOURCE/docs/study-format.md" || echo "study-format.md lacks $key"
done >missing
holds "study-format.md is whole: $(cat missing)" test ! -s missing

for flag in $(cat "$GOLDEN"/help-*.txt | sed -n 's/^  .*--\([a-z-]*\).*/\1/p' | sort -u); do
    holds "--$flag in the manual" grep -q "Fl Fl $flag" "$page"
done
for command in run check show plot render export sweep backtest compare calibrate regress curves schema init completion; do
    holds "$command in the manual" grep -q "Cm $command" "$page"
done
if command -v mandoc >/dev/null; then
    holds 'a well-formed page' mandoc -T lint -W warning "$page"
fi
finish
