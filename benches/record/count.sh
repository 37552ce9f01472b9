#!/bin/sh
# Counts the instructions of every case of benches/instructions.rs, sorted: "case<TAB>instructions".
# `count.sh linear` counts those of every point of benches/linear.rs: "parse elements 14<TAB>1622";
# `count.sh peers` those of benches/peers/src/count.rs.
set -eu
cd "$(dirname "$0")/../.."
bench=${1-instructions}
runs=64
if [ "$bench" = peers ]; then
    build='build --release --manifest-path benches/peers/Cargo.toml'
else
    build="bench --bench $bench --no-run"
fi
program=$(cargo $build --quiet --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
count() { valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/out" "$@" "$program" count; }
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
