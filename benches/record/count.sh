#!/bin/sh
# Counts the instructions of every case of benches/instructions.rs, sorted: "case<TAB>instructions".
# `count.sh linear` counts those of every point of benches/linear.rs: "parse elements 14<TAB>1622";
# `count.sh peers` those of benches/peers/src/count.rs; `count.sh loopback` those of a round trip of benches/loopback.rs,
# both ends on one thread, and how many writes the client makes for 10,000 of them.
set -eu
cd "$(dirname "$0")/../.."
bench=${1-instructions}
runs=64
case $bench in
peers) build='build --release --manifest-path benches/peers/Cargo.toml' ;;
# as all benches are compiled before it
loopback) build='bench --all-features --bench loopback --no-run' ;;
*) build="bench --bench $bench --no-run" ;;
esac
# with all features the command is built, too
program=$(cargo $build --quiet --message-format=json | grep -v '"kind":\["bin"\].*"name":"cardwire"' |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
count() { valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/out" "$@" "$program" count; }
# trips IN_FLIGHT TRIPS [tasks]: the instructions of so many round trips, and the messages of a write.
trips() {
    valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$program" count "$@" 2>&1 |
        awk '/Collected : / { instructions = $NF } / in flight/ { batch = $NF } END { print instructions, batch }'
}
if [ "$bench" = loopback ]; then
    for case in 1 64 256 '256 tasks'; do
        # shellcheck disable=SC2086
        set -- $case
        few=$(trips "$1" 2560 "${2-}") many=$(trips "$1" 12800 "${2-}")
        echo "$few $many" | awk -v name="$1${2:+_$2}" '{
            printf "trip_%s\t%d\nwrites_%s\t%d\n", name, ($3 - $1) / 10240, name, 10000 / $4
        }'
    done | sort
    exit
fi
if [ "$bench" = linear ]; then
    count '--dump-before=*linear::mark*' >"$folder/points"
    # the first count is of what was made ready
    number=1
    while read -r point; do
        number=$((number + 1))
        awk -v point="$point" -v runs=$runs \
            '/^totals:/ { printf "%s\t%d\n", point, $2 / runs }' "$folder/out.$number"
    done <"$folder/points"
    exit
fi
count >/dev/null
callgrind_annotate --inclusive=yes --threshold=100 "$folder/out" |
    sed -n 's/^ *\([0-9,]*\) .*::case_\([a-z0-9_]*\).*/\2 \1/p' |
    tr -d , | awk -v runs=$runs '{ printf "%s\t%d\n", $1, $2 / runs }' | sort
