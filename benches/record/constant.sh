#!/bin/sh
# Counts the instructions of comparing secrets (benches/constant_time.rs: MACs, keys, PINs, PIN blocks, check values, CVVs,
# cryptograms, MACs of key blocks) that differ in their first octet (head), in their last (tail), and in all (each): the
# counts must be the same to the last instruction. The three arguments are of one length: a longer one moves the stack,
# and the C library copies places of another alignment with more instructions.
# Without valgrind it says so and passes.
set -eu
cd "$(dirname "$0")/../.."
if ! command -v valgrind >/dev/null; then
    echo "note: skipped, valgrind is not installed"
    exit 0
fi
program=$(cargo bench --bench constant_time --features crypto --no-run --quiet --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for place in head tail each; do
    valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/out" "$program" "$place" >/dev/null
    callgrind_annotate --inclusive=yes --threshold=100 "$folder/out" |
        sed -n 's/^ *\([0-9,]*\) .*::case_\([a-z]*\).*/\2 \1/p' | sort >"$folder/$place"
done
if [ "$(wc -l <"$folder/head")" -ne 8 ]; then
    echo "a comparison was not counted"
    exit 1
fi
for place in tail each; do
    diff "$folder/head" "$folder/$place" || { echo "where secrets differ makes a difference: head, $place"; exit 1; }
done
sed 's/^/note: /' "$folder/head"
