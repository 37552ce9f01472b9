#!/usr/bin/env bash
# minimise.sh [TARGET...]: of all that was found on this machine, keeps in corpus/TARGET.hex as few small
# inputs as reach every edge, one a line, as hexadecimal digits. `cargo test` replays them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../target/fuzz}
if (($# == 0)); then
    # shellcheck disable=SC2046 # names without blanks
    set -- $(sed -n 's/^path = "fuzz_targets\/\(.*\)\.rs"/\1/p' Cargo.toml | grep -vx canary)
fi
mkdir -p corpus
for target in "$@"; do
    least=$(mktemp -d)
    ./one.sh "$target" "$least" -set_cover_merge=1 -use_counters=0 -max_len=256 \
        "$CARGO_TARGET_DIR/corpus/$target" >"$CARGO_TARGET_DIR/$target.merge" 2>&1
    for input in "$least"/*; do
        od -An -v -tx1 "$input" | tr -d ' \n'
        echo
    done | LC_ALL=C sort -u >"corpus/$target.hex"
    rm -r "$least"
    echo "$target: $(wc -l <"corpus/$target.hex") inputs"
done
