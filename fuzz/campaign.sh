#!/usr/bin/env bash
# Runs every target but the canary for so many seconds (600), one after the other and out of everyone's
# way, and adds a row for each to RECORD.md. What is found is kept in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${1:-600}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../target/fuzz}
host=$(rustc -vV | sed -n 's/^host: //p')
commit=$(git rev-parse --short HEAD)
cargo fuzz build --sanitizer none --target-dir "$CARGO_TARGET_DIR"
for target in $(sed -n 's/^path = "fuzz_targets\/\(.*\)\.rs"/\1/p' Cargo.toml | grep -vx canary); do
    corpus=$CARGO_TARGET_DIR/corpus/$target log=$CARGO_TARGET_DIR/$target.campaign
    mkdir -p "$corpus" "artifacts/$target"
    seeds=seeds/message memory=4096
    case $target in
        frame) seeds=seeds/frame ;;
        spec) memory=16384 ;; # generated specs live as long as the program
    esac
    status=none
    nice -n 19 "$CARGO_TARGET_DIR/$host/release/$target" -artifact_prefix="artifacts/$target/" \
        -max_total_time="$seconds" -max_len=1024 -timeout=10 -rss_limit_mb="$memory" "$corpus" "$seeds" \
        >"$log" 2>&1 || status="see artifacts/$target"
    runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")
    rest=$(grep -o 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$log" | tail -n 1 | tr -d 'a-z:')
    # shellcheck disable=SC2086 # three numbers
    set -- $rest
    echo "| $(date +%F) | $commit | $target | $seconds | ${runs:-stopped} | ${1:-} | ${2:-} | ${3:-} | $status |" >>RECORD.md
done
