#!/bin/sh
# attain run on every invalid study: refused with the exit code of its first problem, nothing written.
. "${SOURCE:?}/tests/cli/harness.sh"
for folder in "$SOURCE"/tests/invalid/*/; do
    [ -f "$folder/expected" ] || continue
    case $(head -n 1 "$folder/expected") in
    TABLE) want=3 ;;
    FILE) want=5 ;;
    *) want=2 ;;
    esac
    expect "$(basename "$folder")" "$want" '' '~: error: ' run "$folder" -o out
    holds "$(basename "$folder") wrote nothing" test ! -e out
done
holds 'sixty cases or more' test "$cases" -ge 120
finish
