#!/bin/sh
# attain regress: answers, endings that are none, charts, and what it says to bad tables and flags.
. "${SOURCE:?}/tests/cli/harness.sh"
cp "$SOURCE/models/tables/us-population.csv" people.csv
curve='high/(1+exp((mid-year)/width))'
start='high=300,mid=1950,width=30'
ask() { # ask NAME CODE OUT ERR flags...: of the table of people
    name=$1 want=$2 out=$3 err=$4
    shift 4
    "$ATTAIN" regress --data people.csv --response million "$@" >"$OUT" 2>"$ERR" </dev/null
    code=$?
    judge "$name" "$want" "$out" "$err"
}
line() { # of the table in t.csv: y over x
    name=$1 want=$2 out=$3 err=$4
    shift 4
    "$ATTAIN" regress --data t.csv --response y "$@" >"$OUT" 2>"$ERR" </dev/null
    code=$?
    judge "$name" "$want" "$out" "$err"
}
table() { # table LINE...: writes t.csv
    printf '%s\n' "$@" >t.csv
}
number() { # number NAME PARAMETER KEY VALUE: of the JSON in $OUT, to nine digits
    found=$(sed -n "s/.*\"name\": \"$2\".*\"$3\": \([-0-9.e]*\),.*/\1/p" "$OUT")
    holds "$1: $3 of $2 is $found, should be $4" awk -v a="$found" -v b="$4" \
        'BEGIN { d = a - b; if (d < 0) d = -d; if (b < 0) b = -b; exit !(a != "" && d <= 1e-9 * b) }'
}

# ---- answers
ask 'the table for people' 0 @regress.txt '' --formula "$curve" --start "$start" --intervals profile
# Every line of it stands in the README.
while IFS= read -r words; do
    [ -z "$words" ] || holds "the README shows: $words" grep -qxF -e "${words%people.csv}us-population.csv" \
        -e "$words" "$SOURCE/README.md"
done <"$OUT"
ask 'with residuals' 0 @regress-residuals.txt '' --formula "$curve" --start "$start" --residuals
ask 'as CSV' 0 '~name,estimate,std_error,lower,upper' '' --formula "$curve" --start "$start" --format csv
ask 'residuals as CSV' 0 '~line,response,fitted,residual' '' --formula "$curve" --start "$start" \
    --format csv --residuals
ask 'as JSON' 0 '~"outcome": "converged"' '' --formula "$curve" --start "$start" --format json
number 'certified' high estimate 315.544680779784
number 'certified' high std_error 30.9697037181567
number 'certified' mid estimate 1949.192562764051
number 'certified' width estimate 40.6039083867810
number 'certified' width std_error 2.37822002118054
ask 'start in parts' 0 @regress.txt '' --formula "$curve" --start high=300 --start mid=1950 \
    --start width=30 --intervals profile
ask 'a curve that starts itself' 0 '~converged' '' --curve logistic --formula year
"$ATTAIN" regress --data - --response million --formula "$curve" --start "$start" <people.csv >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input' 0 '~19 rows of standard input' ''
ask 'into a file' 0 '' '' --formula "$curve" --start "$start" --intervals profile -o out.txt
holds 'the same text' cmp out.txt "$GOLDEN/regress.txt"
ask 'another level' 0 '~90 % Wald low' '' --formula "$curve" --start "$start" --level 0.9
ask 'a bootstrap' 0 '~95 % bootstrap high' '' --formula "$curve" --start "$start" \
    --intervals bootstrap --replicates 200 --seed 5 --threads 1
cp "$OUT" one.txt
ask 'on more threads' 0 '*' '' --formula "$curve" --start "$start" --intervals bootstrap \
    --replicates 200 --seed 5 --threads 4
holds 'the same intervals' cmp "$OUT" one.txt
ask 'another seed' 0 '*' '' --formula "$curve" --start "$start" --intervals bootstrap \
    --replicates 200 --seed 6
holds 'other intervals' sh -c "! cmp -s '$OUT' one.txt"
ask 'a robust loss' 0 '~scale of the Huber loss' '' --formula "$curve" --start "$start" --loss huber
ask 'another' 0 '~Student-t loss over 19 rows' '' --formula "$curve" --start "$start" --loss student_t
ask 'a prior' 0 '~least squares with priors' '' --formula "$curve" --start "$start" \
    --prior 'high=normal(400,20)'
ask 'priors in parts' 0 '~with priors' '' --formula "$curve" --start "$start" \
    --prior 'high=normal(400,20)' --prior 'width=lognormal(log(40),0.1)'
ask 'weights' 0 '~, weighted by 1/million' '' --formula "$curve" --start "$start" --weights 1/million
ask 'a bound' 0 '~high lies on its bound, 300' '' --formula "$curve" --start 'high=250,mid=1950,width=30' \
    --bounds 'high=:300'
ask 'held' 0 '~width is held at 40' '' --formula "$curve" --start 'high=250,mid=1950,width=40' \
    --bounds 'width=40:40' --bounds 'high=0:'
table day,y 2025-01-01,1 2025-01-03,3.5 2025-01-05,4.9 2025-01-09,9.2
line dates 0 '~day counts days from 2025-01-01' '' --formula 'a+b*day' --start a=0,b=0

# ---- posteriors
known='high=lognormal(log(300),0.3)'
ask 'a posterior' 0 '~posterior under normal errors of sd sigma with priors over 19 rows' '' \
    --formula "$curve" --start "$start" --fit nuts --prior "$known" --prior 'sigma=half_normal(10)'
for words in 'parameter .* mean .* sd  95 % low  95 % high  R-hat   ESS' 'high .* 32[0-9] .* 1[.]00[0-9]' \
    'sigma .* 4[.][45]' 'sampler        4 chains of 1,000 draws after 1,000 of warm-up, seed 1' \
    'divergences    0' 'quality gates  all passed'; do
    holds "the table has: $words" grep -q "^$words" "$OUT"
done
ask 'as CSV' 0 '~name,estimate,std_error,lower,upper,rhat,ess_bulk,ess_tail' '' --formula "$curve" \
    --start "$start" --fit nuts --prior "$known" --format csv
ask 'as JSON' 0 '~"fit": {"method": "nuts", "chains": 4, "warmup": 1000, "draws": 1000, "seed": 3,' '' \
    --formula "$curve" --start "$start" --fit nuts --prior "$known" --format json --seed 3 --threads 1
cp "$OUT" one.txt
ask 'on more threads' 0 '*' '' --formula "$curve" --start "$start" --fit nuts --prior "$known" \
    --format json --seed 3 --threads 2
holds 'the same draws' cmp "$OUT" one.txt
ask 'map is least squares' 0 @regress.txt '' --formula "$curve" --start "$start" --intervals profile --fit map
ask 'with its chart and draws' 0 '*' '~attain: wrote draws.csv' --formula "$curve" --start "$start" \
    --fit nuts --prior "$known" --plot posterior.svg --draws draws.csv
holds 'draws, a line each' sh -c 'head -n 1 draws.csv | grep -qx .chain,.iteration,.draw,lp__,high,mid,width,sigma &&
    [ "$(wc -l <draws.csv)" -eq 4001 ]'
holds 'bands in words' grep -q 'with the posterior mean of the curve, which goes from' posterior.alt.txt
holds 'no band has a hole' sh -c "! sed -n '/^.curve << EOD/,/^EOD/p' posterior.gp | grep -q ,,"
ask 'held' 0 '~width is held at 40' '' --formula "$curve" --start 'high=250,mid=1950,width=40' \
    --fit nuts --bounds 'width=40:40'
table x,y 1,2.1 2,3.9 3,6.2 4,7.8 5,10.1
line 'a mean' 0 '~quality gates  all passed' '' --formula a --start a=1 \
    --fit nuts
line 'nothing to tell two apart' 4 '' '~the rows and priors do not determine b1 (0.71), b2 (-0.71): the posterior is improper' \
    --formula 'b1*b2*x' --start b1=1,b2=2 --fit nuts
line 'a prior tells them apart' 0 '*' '*' --formula 'b1+b2+0*x' --start b1=1,b2=2 --fit nuts \
    --prior 'b1=normal(0,1)'
line 'another loss' 2 '' '~the posterior (fit nuts) is that of normal errors, whose loss is squares' \
    --formula 'b*x' --start b=1 --fit nuts --loss huber
line 'other intervals' 2 '' '~has intervals of its own' --formula 'b*x' --start b=1 --fit nuts \
    --intervals profile
line 'sigma of least squares' 2 '' '~prior: sigma, the sd of the errors, has one only where the posterior is sampled' \
    --formula 'b*x' --start b=1 --prior 'sigma=half_normal(1)'
line 'sigma below 0' 2 '' '~prior of sigma, which lies above 0' --formula 'b*x' --start b=1 --fit nuts \
    --prior 'sigma=uniform(-2,-1)'
line 'a parameter of that name' 2 '' '~no parameter in use may have that name; rename it' \
    --formula 'sigma*x' --start sigma=1 --fit nuts
line 'draws of least squares' 2 '' '=attain: regress: --draws needs --fit nuts: nothing else has any' \
    --formula 'b*x' --start b=1 --draws d.csv
line 'a method' 2 '' '~"--fit" needs map or nuts, found "nut", did you mean "nuts"?' --formula 'b*x' \
    --start b=1 --fit nut
table x,sigma,y 1,2,2.1 2,1,3.9 3,2,6.2 4,1,7.8
line 'a column of that name' 2 '' '~no column in use may have that name; rename it' --formula 'b*x' \
    --start b=1 --fit nuts --weights '1/sigma^2'
line 'if it is used' 0 '*' '' --formula 'b*x' --start b=1 --fit nuts
table x,y 1,2 2,4 3,6
line 'no errors' 4 '' '~the rows lie on the curve but for rounding' --formula 'b*x' --start b=1 --fit nuts
table x,y 1,2 2,4.1 3,6
line 'too few rows' 4 '' '~the posterior is improper; give sigma a prior' --formula 'a+b*x' \
    --start a=0,b=1 --fit nuts
# Where b is large the curve is flat: nothing bounds b from above.
table x,y 1,4.5 2,4.9 3,5.1 4,4.95 5,5.05
line 'no bound to a rate' 1 '~NOT TO BE RELIED ON: a quality gate failed' \
    '~attain: a quality gate failed: the draws are not to be relied on' --formula 'a*(1-exp(-b*x))' \
    --start a=5,b=2 --bounds b=0: --fit nuts
line 'quiet' 1 '~quality gates  FAILED: ' '=attain: a quality gate failed: the draws are not to be relied on' \
    --formula 'a*(1-exp(-b*x))' --start a=5,b=2 --bounds b=0: --fit nuts --quiet
line 'a prior bounds it' 0 '~quality gates  all passed' '' --formula 'a*(1-exp(-b*x))' \
    --start a=5,b=2 --prior 'b=lognormal(0,1)' --prior 'sigma=half_normal(0.5)' --fit nuts

# ---- warnings
table x,y 1,2 2,4.1 3,NA 4,7.9 5,10.2
line 'a missing cell' 0 '~left out for a missing cell: 1' '~warning' --formula 'b*x' --start b=1
line 'strict' 1 '~left out for a missing cell: 1' '~warning' --formula 'b*x' --start b=1 --strict
line 'quiet' 0 '*' '' --formula 'b*x' --start b=1 --quiet
table x,y 1,2 3,5
line 'no scatter to judge by' 0 '~0 degrees of freedom' '~as many free parameters as rows' \
    --formula 'a+b*x' --start a=1,b=1

# ---- no answers: printed, said, exit 1
table x,y 1,2.1 2,3.9 3,6.2 4,7.8 5,10.1
for formula in 'b1*b2*x' 'b1+b2'; do
    line "$formula" 1 '~NO ANSWER' '~b1 (0.71), b2 (-0.71)' --formula "$formula" --start b1=1,b2=2
    holds 'in words' grep -qF 'attain: no answer: the rows do not determine every parameter' "$ERR"
    line "$formula, quiet" 1 '~singular' '=attain: no answer: the rows do not determine every parameter' \
        --formula "$formula" --start b1=1,b2=2 --quiet
done
line 'as JSON' 1 '~"outcome": "singular"' '*' --formula b1+b2 --start b1=1,b2=2 --format json

# ---- the command line: 2
expect 'nothing' 2 '' '=attain: regress: missing: --data FILE.csv; --response EXPR; --formula EXPR or --curve NAME (attain help regress has an example)' regress
expect 'no start' 2 '' "~missing: --start, which names the formula's parameters" \
    regress --data t.csv --response y --formula 'b*x'
expect 'an argument' 2 '' '=attain: regress: too many arguments; usage: attain regress' regress t.csv
line 'a level' 2 '' '=attain: regress: "--level" needs a number between 0 and 1, such as 0.95, found "95"' \
    --formula 'b*x' --start b=1 --level 95
for level in 0 1 -0.5 nan 0x1p-1 '' 0.95x; do
    line "level '$level'" 2 '' '~"--level" needs a number between 0 and 1' --formula 'b*x' --start b=1 \
        "--level=$level"
done
line 'a loss' 2 '' '=attain: regress: "--loss" needs squares, huber or student_t, found "hubr", did you mean "huber"?' \
    --formula 'b*x' --start b=1 --loss hubr
line 'intervals' 2 '' '~needs wald, profile or bootstrap, found "exact"' --formula 'b*x' --start b=1 \
    --intervals exact
line 'replicates' 2 '' '~needs a whole number from 100 to 1000000, found "99"' --formula 'b*x' \
    --start b=1 --replicates 99
line 'a chart that is no SVG' 2 '' '~"--plot" needs the name of a file that ends in .svg' --formula 'b*x' \
    --start b=1 --plot t.png
line 'profiles of a robust loss' 2 '' '~profile intervals need the loss squares' --formula 'b*x' \
    --start b=1 --loss huber --intervals profile
line 'a formula' 2 '' '~formula, column 3' --formula 'b*' --start b=1
line 'a column that is not there' 2 '' "~'xx' is no column of the table and has no start as a parameter; did you mean 'x'?" \
    --formula 'b*xx' --start b=1
expect 'a response that is not there' 2 '' "~response, column 1: 'z' is no column of the table" \
    regress --data t.csv --response z --formula 'b*x' --start b=1
line 'a parameter that is not used' 2 '' "~start names 'c', which the formula does not use" \
    --formula 'b*x' --start b=1,c=1
line 'a start twice' 2 '' '~start names b twice' --formula 'b*x' --start b=1 --start b=2
line 'a start that is no number' 2 '' '~start' --formula 'b*x' --start b=one
line 'a start outside its bounds' 2 '' '~start of b: 5 is outside its bounds, -infinity to 2' \
    --formula 'b*x' --start b=5 --bounds b=:2
line 'crossed bounds' 2 '' '~bounds of b: the lower one, 3, is above the upper one, 2' --formula 'b*x' \
    --start b=1 --bounds b=3:2
line 'bounds without a colon' 2 '' '~bounds' --formula 'b*x' --start b=1 --bounds b=3
line 'bounds of another' 2 '' "~there is no parameter 'c'" --formula 'b*x' --start b=1 --bounds c=3:
line 'a prior' 2 '' "~did you mean 'normal'?" --formula 'b*x' --start b=1 --prior 'b=norml(0,1)'
line 'a prior with one number' 2 '' '~prior of b' --formula 'b*x' --start b=1 --prior 'b=normal(0)'
line 'a curve' 2 '' '~logistic' --curve logistc

# ---- the table: 3, or 5 where it cannot be read
line 'a domain error' 3 '' '~t.csv:2: error: the formula gives -infinity at the start in line 2, where x = 1, b = 1' \
    --formula 'b*log(x-1)' --start b=1
expect 'in the response' 3 '' "~t.csv:2: error: response 'log(y-3)' is NaN in line 2, where y = 2.1" \
    regress --data t.csv --response 'log(y-3)' --formula 'b*x' --start b=1
line 'weights' 3 '' "~t.csv:4: error: weights '2.5-x' is -0.5 in line 4" --formula 'b*x' --start b=1 \
    --weights 2.5-x
line 'too few rows' 3 '' '~5 rows in use cannot determine 6 free parameters' \
    --formula 'a+b*x+c*x^2+d*x^3+f*x^4+g*x^5' --start a=0,b=0,c=0,d=0,f=0,g=0
table x,y,town 1,5,Ulm 2,5,Bonn 3,5,Kiel
line 'a constant response' 3 '' "~response 'y' is 5 in every row: nothing varies" --formula 'b*x' --start b=1
expect 'a column of words' 3 '' "~t.csv:2:5: error: formula: column 'town' holds 'Ulm' in line 2" \
    regress --data t.csv --response x --formula 'b*town' --start b=1
table x,y '1,"1,179"' 2,3
line 'a comma for thousands' 3 '' '~1179' --formula 'b*x' --start b=1
table x,y
line 'no rows' 3 '' '~no rows' --formula 'b*x' --start b=1
: >t.csv
line 'empty' 3 '' '~t.csv' --formula 'b*x' --start b=1
table x,y 1,2 3
line 'ragged' 3 '' '~t.csv:3' --formula 'b*x' --start b=1
rm t.csv
line 'missing' 5 '' '~no such file' --formula 'b*x' --start b=1
mkdir t.csv
line 'a folder' 5 '' '~it is a folder' --formula 'b*x' --start b=1
rmdir t.csv

# ---- charts
drawn() { # drawn STEM: whole, and redrawn by its own script without a change
    for ending in gp csv svg png alt.txt; do
        holds "$1.$ending" test -s "$1.$ending"
    done
    mkdir again
    cp "$1.gp" "$1.csv" again
    (cd again && LC_ALL=C.UTF-8 gnuplot "$1.gp") >"$OUT" 2>"$ERR"
    code=$?
    judge "gnuplot $1.gp" 0 '' ''
    holds "$1 redrawn unchanged" cmp again/"$1.png" "$1.png"
    rm -rf again
}
ask 'a chart' 0 '*' '=attain: wrote fit.svg' --formula "$curve" --start "$start" --plot fit.svg
drawn fit
for ending in gp alt.txt; do
    cp "fit.$ending" "$OUT"
    compare "fit.$ending" "fit.$ending" "@regress-fit.$ending" "$OUT"
done
holds 'a line a row' sh -c 'head -n 1 fit.csv | grep -qx x,observed,fitted,residual && [ "$(wc -l <fit.csv)" -eq 20 ]'
holds 'said to those who do not see it' grep -q '<desc id="desc">All 19 values of million lie within 8.3' fit.svg
ask 'in a folder that is not there' 5 '*' '~cannot write' --formula "$curve" --start "$start" --plot no/fit.svg
ask 'the table is spared' 2 '*' '~which is the table; give it another name' --formula "$curve" \
    --start "$start" --plot people.svg
holds 'the table is spared' cmp people.csv "$SOURCE/models/tables/us-population.csv"
ask 'odd names' 2 '*' "~the chart's name may hold" --formula "$curve" --start "$start" --plot "a'b.svg"
printf 'mine\n' >fit.notes.png
cp fit.notes.png fit.pdf
ask 'again' 0 '*' '' --formula "$curve" --start "$start" --plot fit.svg --quiet
holds "others' files are left alone" cmp fit.notes.png fit.pdf
printf '%s\n' x1,x2,y 1,2,3.1 2,1,2.9 3,5,8.2 4,4,7.7 5,9,14.3 6,2,8.1 >t.csv
line 'of two columns' 0 '*' '' --formula 'a*x1+b*x2' --start a=1,b=1 --plot two.svg --quiet
drawn two
holds 'observed against fitted' grep -q 'y against its fitted value' two.alt.txt
printf '%s\n' day,y 2025-01-01,1 2025-01-03,3.5 2025-02-05,4.9 2025-03-09,9.2 >t.csv
line 'of dates' 0 '*' '' --formula 'a+b*day' --start a=1,b=1 --plot days.svg --quiet
drawn days
holds 'dates as dates' grep -q '^2025-02-05,4.9,' days.csv
line 'no answer' 1 '*' '*' --formula 'a+b' --start a=1,b=1 --plot none.svg
drawn none
holds 'says so' grep -q '^No answer: ' none.alt.txt
label='`touch pwned` $(touch pwned) {/Bold x} } @x %d \n # system("touch pwned")'
printf '"%s",y\n1,2\n2,3\n3,5\n' "$(printf '%s' "$label" | sed 's/"/""/g')" >t.csv
line 'user text is no code' 2 '' '*' --formula "b*$label" --start b=1 --plot code.svg
mkdir "odd {name} \`touch pwned\`"
printf 'x,y\n1,2\n2,3\n3,5\n' >"odd {name} \`touch pwned\`/it's \$x {.csv"
expect 'nor is the name of a file' 0 '*' '' regress --quiet --response y --formula 'b*x' --start b=1 \
    --data "odd {name} \`touch pwned\`/it's \$x {.csv" --plot code.svg
drawn code
holds 'nothing ran' sh -c '! find . -name pwned | grep -q .'
rm -f fit.svg fit.png
(PATH=/nonexistent exec "$ATTAIN" regress --data people.csv --response million --formula "$curve" \
    --start "$start" --plot fit.svg) >"$OUT" 2>"$ERR" </dev/null
code=$?
judge 'without gnuplot' 5 '~converged' '~install it (Debian: gnuplot-nox) or leave out --plot'
holds 'script and data are left' test -s fit.gp -a -s fit.csv
holds 'no picture' test ! -e fit.svg -a ! -e fit.png
finish
