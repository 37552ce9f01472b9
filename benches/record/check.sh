#!/bin/sh
# Counts instructions and compares with the record: a case that grew by more than 3 % fails, with the
# figures, and so does a cost that is not linear. `check.sh --record` writes the record anew. Without
# valgrind, and with another compiler than that of the record, it says so and passes: another compiler
# counts differently.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
if ! command -v valgrind >/dev/null; then
    echo "note: skipped, valgrind is not installed"
    exit 0
fi
compiler=$(rustc -V)
if [ "${1-}" != --record ] && ! grep -qxF "# $compiler" "$folder/instructions.tsv"; then
    echo "note: skipped, the record is of another compiler than $compiler"
    exit 0
fi
counted=$(mktemp)
trap 'rm -f "$counted"' EXIT

# compare RECORD COUNTED: what differs by more than 3 %; fails where something grew or is gone.
compare() {
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
        }' "$1" "$2"
}

# straight COUNTED: what an element or an octet more costs in the upper half of each line of points,
# beside the lower half; fails where it is more than a tenth dearer.
straight() {
    awk -F '[ \t]' '
        { line = $1 " " $2; n = ++points[line]; x[line, n] = $3; y[line, n] = $4 }
        END {
            for (line in points) {
                last = points[line]
                middle = int((last + 1) / 2)
                lower = (y[line, middle] - y[line, 1]) / (x[line, middle] - x[line, 1])
                upper = (y[line, last] - y[line, middle]) / (x[line, last] - x[line, middle])
                if (upper > 1.1 * lower) {
                    printf "BENT    %-28s %8.2f -> %8.2f for each\n", line, lower, upper
                    bent = 1
                }
            }
            exit bent
        }' "$1"
}

failed=0
for bench in loopback instructions linear; do
    "$folder/count.sh" $bench >"$counted"
    if [ "${1-}" = --record ]; then
        { echo "# $compiler"; cat "$counted"; } >"$folder/$bench.tsv"
    else
        compare "$folder/$bench.tsv" "$counted" || failed=1
    fi
done
# the last that was counted
straight "$counted" || failed=1
exit $failed
