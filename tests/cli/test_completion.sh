#!/bin/sh
# attain completion: what bash completes, asked of bash; zsh and fish read their scripts.
. "${SOURCE:?}/tests/cli/harness.sh"
expect 'a script for bash' 0 '~complete -F _attain attain' '' completion bash
cp "$OUT" attain.bash
expect 'a script for zsh' 0 '~#compdef attain' '' completion zsh
cp "$OUT" _attain
expect 'a script for fish' 0 '~complete -c attain' '' completion fish
cp "$OUT" attain.fish
expect 'into a file' 0 '' '' completion bash -o again.bash
holds 'the same' cmp attain.bash again.bash
expect 'an unknown shell' 2 '' '=attain: completion: unknown shell "tcsh"; there are bash, zsh and fish' \
    completion tcsh
expect 'a shell misspelt' 2 '' '~did you mean "fish"?' completion fihs
expect 'no shell' 2 '' '~an argument is missing; usage: attain completion bash|zsh|fish' completion

# Every command and every flag of its help is in every script.
for command in $("$ATTAIN" --help | sed -n 's/^  \([a-z]\{1,\}\).*/\1/p' | grep -v '^help$'); do
    flags=$("$ATTAIN" help "$command" | sed -n 's/^  .*--\([a-z-]*\).*/\1/p' | sort -u)
    holds "flags of $command" test -n "$flags"
    for flag in $flags; do
        holds "bash: $command --$flag" \
            sh -c "sed -n '/^    $command)\$/,/^        case/p' attain.bash | grep -q -e '--$flag '"
        holds "zsh: $command --$flag" \
            sh -c "sed -n '/^    $command)\$/,/^      ;;/p' _attain | grep -q -e '--$flag[]=[,}]'"
        holds "fish: $command --$flag" grep -q "subcommand_from $command' -l $flag\$\|subcommand_from $command' -l $flag " attain.fish
    done
done

if command -v bash >/dev/null; then
    mkdir here
    : >here/study.json
    # complete WANT WORD...: what is offered for the last word, in one line
    cat >ask.bash <<'B'
. ./attain.bash
cd here || exit 1
COMP_WORDS=(attain "$@")
COMP_CWORD=$#
_attain attain "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
echo "${COMPREPLY[*]}"
B
    offers() {
        want=$1
        shift
        bash ask.bash "$@" >"$OUT" 2>"$ERR"
        code=$?
        judge "bash: $*" 0 "=$want" ''
    }
    offers 'compare completion' comp
    offers 'run render regress' r
    offers '--help' --h
    offers 'calibrate' help cal
    offers 'study.json' run st
    offers '--set --scenarios --seed --strict' run --s
    offers '--set --scenarios --seed --strict' run study --s
    offers 'map nuts' run --fit ''
    offers 'nuts' run --fit n
    offers 'nuts' run --fit = n
    offers 'map nuts' run --fit =
    offers '' run --as-of ''
    offers 'study.json' run . -o s
    offers 'study.json' run . --output = s
    offers 'json' show results --format j
    offers 'csv latex hub' export results ''
    offers 'hub' export --model-id = a-b results h
    offers 'latex' export -o out results l
    offers 'bash zsh fish' completion ''
    offers '' frobnicate ''
    offers '--only --output' run --fit map --set a --o
    offers 'study.json' compare - s
else
    echo 'skipped: no bash'
fi
if command -v zsh >/dev/null; then
    holds 'zsh reads it' zsh -n _attain
else
    echo 'skipped: no zsh'
fi
if command -v fish >/dev/null; then
    holds 'fish reads it' fish --no-execute attain.fish
else
    echo 'skipped: no fish'
fi
finish
