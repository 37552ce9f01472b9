#!/bin/sh
# Counts instructions and compares with the record: a case that grew by more than 3 % fails, with the
# figures. `check.sh --record` writes the record anew. Without valgrind, and with another compiler
# than that of the record, it says so and passes: another compiler counts differently.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
record=$folder/instructions.tsv
if ! command -v valgrind >/dev/null; then
    echo "note: skipped, valgrind is not installed"
    exit 0
fi
compiler=$(rustc -V)
if [ "${1-}" != --record ] && ! grep -qxF "# $compiler" "$record"; then
    echo "note: skipped, the record is of another compiler than $compiler"
    exit 0
fi
counted=$(mktemp)
trap 'rm -f "$counted"' EXIT
"$folder/count.sh" >"$counted"
if [ "${1-}" = --record ]; then
    { echo "# $compiler"; cat "$counted"; } >"$record"
    exit 0
fi
awk -F '\t' '
    /^#/ { next }
    NR == FNR { before[$1] = $2; next }
    !($1 in before) { printf "new     %-28s %8d\n", $1, $2; next }
    $2 > before[$1] * 1.03 { printf "GREW    %-28s %8d -> %8d\n", $1, before[$1], $2; grew = 1 }
    $2 < before[$1] * 0.97 { printf "shrank  %-28s %8d -> %8d\n", $1, before[$1], $2 }
    { delete before[$1] }
    END {
        for (name in before) { printf "GONE    %-28s\n", name; grew = 1 }
        exit grew
    }' "$record" "$counted"
