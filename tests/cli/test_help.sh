#!/bin/sh
# What the command says about itself, and what it says to a wrong command line.
. "${SOURCE:?}/tests/cli/harness.sh"

expect 'no arguments' 2 '' @usage.txt
expect version 0 "=attain $(cat "$SOURCE/VERSION")" '' --version
expect help 0 @help.txt '' --help
expect 'help, a word' 0 @help.txt '' help
expect 'help, short' 0 @help.txt '' -h
for command in run check show plot render export sweep backtest compare calibrate regress curves schema init completion; do
    expect "help of $command" 0 "@help-$command.txt" '' "$command" --help
    expect "help $command" 0 "@help-$command.txt" '' help "$command"
    expect "$command -h" 0 "@help-$command.txt" '' "$command" -h
    holds "$command stands in the overview" grep -q "^  $command " "$GOLDEN/help.txt"
done

expect 'a typo in a command' 2 '' '=attain: unknown command "rnu", did you mean "run"?' rnu x
expect 'another' 2 '' '=attain: unknown command "chekc", did you mean "check"?' chekc
expect 'a typo in help' 2 '' '=attain: unknown command "shcema", did you mean "schema"?' help shcema
expect 'not like any command' 2 '' '=attain: unknown command "frobnicate"; attain --help lists them' \
    frobnicate
expect 'an empty command' 2 '' '=attain: unknown command ""; attain --help lists them' ''
expect 'a flag before the command' 2 '' '~attain: unknown command "--quiet"' --quiet run
finish
