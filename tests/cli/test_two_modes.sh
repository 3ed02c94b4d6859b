#!/bin/sh
# A study whose posterior has two modes: chains start in both, and R-hat flags it.
. "${SOURCE:?}/tests/cli/harness.sh"
cp -R "$SOURCE/tests/cli/study-two-modes" study
expect 'two camps' 1 "~the sampler's chains disagree for visits" '*' run study -o out --no-charts
expect 'the gate' 0 '=false' '' show out gates/rhat/passed
expect 'the parameter' 1 '*' '*' run study -o out --no-charts --assert 'parameters/visits.level/rhat <= 1.1'
expect 'in words' 0 '~R-hat of visits.level reaches' '' show out diagnostics
finish
