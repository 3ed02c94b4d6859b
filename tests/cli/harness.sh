#!/bin/sh
# Runs the command and compares exit code, standard output and standard error.  Sourced by every
# test_*.sh here.  Needs ATTAIN (the command) and SOURCE (the source tree); works in a folder of
# its own under the build tree, which is removed when all went well.
#
#   expect NAME CODE OUT ERR [arguments of attain...]
#
# OUT and ERR say what must come: "" nothing, "=TEXT" that line alone, "~TEXT" TEXT somewhere,
# "@FILE" golden/FILE byte for byte, "*" something or nothing.  With UPDATE=1 goldens are written
# instead; read the diff before committing it.
set -u
: "${ATTAIN:?the command}" "${SOURCE:?the source tree}"
[ -x "$ATTAIN" ] || { echo "no command at $ATTAIN"; exit 1; }
unset NO_COLOR ATTAIN_DRAW_LIMIT
LC_ALL=C
export LC_ALL
GOLDEN=$SOURCE/tests/cli/golden
WORK=$(mktemp -d "${PWD}/cli.XXXXXX") || exit 1
cd "$WORK" || exit 1
OUT=$WORK/.out ERR=$WORK/.err
failures=0 cases=0

fail() {
    failures=$((failures + 1))
    printf 'FAILED %s\n' "$*"
}

# compare NAME WHAT EXPECTED FILE
compare() {
    case $3 in
    '*') return ;;
    '') [ ! -s "$4" ] || fail "$1: $2 should be silent:
$(head -c 2000 "$4")" ;;
    =*) [ "$(cat "$4")" = "${3#=}" ] || fail "$1: $2 should be: ${3#=}
found: $(head -c 2000 "$4")" ;;
    '~'*) grep -qF -- "${3#\~}" "$4" || fail "$1: $2 should hold: ${3#\~}
found: $(head -c 2000 "$4")" ;;
    @*) if [ "${UPDATE:-}" = 1 ]; then
            cp "$4" "$GOLDEN/${3#@}"
        else
            diff -u "$GOLDEN/${3#@}" "$4" || fail "$1: $2 differs from golden/${3#@}"
        fi ;;
    *) fail "$1: bad expectation $3" ;;
    esac
}

# judge NAME CODE OUT ERR: after a call of one's own with $OUT, $ERR and its code in $code
judge() {
    cases=$((cases + 1))
    [ "$code" -eq "$2" ] || fail "$1: exit $code, expected $2
$(head -c 2000 "$ERR")"
    compare "$1" 'standard output' "$3" "$OUT"
    compare "$1" 'standard error' "$4" "$ERR"
}

expect() {
    name=$1 want=$2 out=$3 err=$4
    shift 4
    "$ATTAIN" "$@" >"$OUT" 2>"$ERR" </dev/null
    code=$?
    judge "$name" "$want" "$out" "$err"
}

# A condition of the shell: holds NAME command...
holds() {
    name=$1
    shift
    cases=$((cases + 1))
    "$@" || fail "$name: $*"
}

# No process of that number is alive; a zombie that nobody has reaped yet is dead.
gone() {
    [ ! -r "/proc/$1/stat" ] || grep -q ') [ZX] ' "/proc/$1/stat"
}

copy_study() { # a small study to spoil, as ./study
    rm -rf study
    cp -R "$SOURCE/tests/cli/study" study
}

finish() {
    cd "$SOURCE" || exit 1
    [ "$cases" -gt 0 ] || fail 'no case ran'
    printf '%s cases, %s failures\n' "$cases" "$failures"
    [ "$failures" -eq 0 ] || exit 1
    rm -rf "$WORK"
}
