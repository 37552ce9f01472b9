#!/usr/bin/env bash
# one.sh TARGET CORPUS OPTION...: runs a target that is built, with its seeds, the corpus that is kept,
# its dictionary and the limits that every run has. New inputs and what is found go to CORPUS.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
target=$1 corpus=$2
shift 2
case $target in
    frame | import | ipm | json | recon | tlv) with=$target ;;
    builder | canary | masking | numbers | spec) with= ;; # their inputs are lists of choices
    *) with=message ;;
esac
folders=("$corpus") options=(-max_len=1024 -timeout=20 "-artifact_prefix=$corpus/")
if [[ -n $with ]]; then
    folders+=("seeds/$with")
    options+=("-dict=dict/$with.dict")
fi
if [[ $target == masking || $target == numbers ]]; then folders+=("seeds/$target"); fi
options+=("$@")
mkdir -p "$corpus"
# the corpus that is kept is digits, an input a line
if [[ -f corpus/$target.hex ]]; then
    kept=$corpus.kept number=0
    mkdir -p "$kept"
    sed 's/../\\x&/g' "corpus/$target.hex" | while IFS= read -r input; do
        # shellcheck disable=SC2059 # the format is the input
        printf "$input" >"$kept/$((number += 1))"
    done
    folders+=("$kept")
fi
host=$(rustc -vV | sed -n 's/^host: //p')
exec "${CARGO_TARGET_DIR:-../target/fuzz}/$host/release/$target" "${folders[@]}" "${options[@]}"
