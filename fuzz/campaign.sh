#!/usr/bin/env bash
# campaign.sh [SECONDS [TARGET...]]: runs each target (all but the canary) for so many seconds of CPU
# time (600), out of everyone's way, and adds a row for each to RECORD.md. What is found lies
# with its corpus in the target folder. A target that was stopped goes on where it was when it is named again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../target/fuzz}
# a program that runs for longer than this loses that much when it is stopped
readonly SECONDS_A_RUN=100
commit=$(git rev-parse --short HEAD)

# run TARGET SECONDS: prints "CPU-SECONDS EXECUTIONS EDGES FEATURES INPUTS", fails where something was found.
run() {
    local log=$CARGO_TARGET_DIR/$1.campaign options=() status=0 cpu runs rest
    # generated specs live as long as the program
    if [[ $1 == spec ]]; then options+=(-runs=200000); fi
    TIMEFORMAT='%U %S'
    cpu=$({ time nice -n 19 ./one.sh "$1" "$CARGO_TARGET_DIR/corpus/$1" -max_total_time="$2" -rss_limit_mb=6144 \
        "${options[@]}" >"$log" 2>&1; } 2>&1) || status=$?
    cpu=$(awk '{ printf "%d", $1 + $2 + 0.5 }' <<<"$cpu")
    runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")
    rest=$(sed -n 's/.* cov: \([0-9]*\) ft: \([0-9]*\) corp: \([0-9]*\).*/\1 \2 \3/p' "$log" | tail -n 1)
    echo "$cpu ${runs:-0} ${rest:-0 0 0}"
    return "$status"
}

# campaign TARGET: runs until the time is used; the time and the executions so far are kept in a file.
campaign() {
    local kept=$CARGO_TARGET_DIR/$1.so-far cpu=0 runs=0 left now rest spent executed found=none
    if [[ -f $kept ]]; then read -r cpu runs <"$kept"; fi
    while left=$((seconds - cpu)) && ((left > 0)); do
        now=$(run "$1" $((left < SECONDS_A_RUN ? left : SECONDS_A_RUN))) || found="see its corpus"
        read -r spent executed rest <<<"$now"
        cpu=$((cpu + spent)) runs=$((runs + executed))
        echo "$cpu $runs" >"$kept"
        if [[ $found != none ]]; then break; fi
    done
    echo "| $(date -u +%F) | $commit | $1 | $cpu | $runs | ${rest// / | } | $found |" >>RECORD.md
    rm -f "$kept"
}

seconds=${1:-600}
shift || true
if (($# == 0)); then
    # shellcheck disable=SC2046 # names without blanks
    set -- $(sed -n 's/^path = "fuzz_targets\/\(.*\)\.rs"/\1/p' Cargo.toml | grep -vx canary)
fi
cargo fuzz build --sanitizer none --target-dir "$CARGO_TARGET_DIR"
for target in "$@"; do campaign "$target"; done
