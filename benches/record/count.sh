#!/bin/sh
# Counts the instructions of every case of benches/instructions.rs: "case<TAB>instructions", sorted.
set -eu
cd "$(dirname "$0")/../.."
program=$(cargo bench --quiet --bench instructions --no-run --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/out" "$program" >/dev/null
callgrind_annotate --inclusive=yes --threshold=100 "$folder/out" |
    sed -n 's/^ *\([0-9,]*\) .*instructions::case_\([a-z0-9_]*\).*/\2 \1/p' |
    tr -d , | awk '{ printf "%s\t%d\n", $1, $2 / 64 }' | sort
