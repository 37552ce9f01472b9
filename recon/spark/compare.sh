#!/usr/bin/env bash
# compare.sh COMMAND [FOLDER...]: the lines of a single run and those of a PySpark job over the same evidence in
# Parquet, for a generated day of forty merchants and for folders with switch.csv, clearing.csv and bank.csv, such as
# tests/days/day05. COMMAND is cardwire-recon, built with the feature parquet.
# What is not there is installed: a Java runtime from Debian, PySpark from PyPI. Says in words when it cannot, exit 3.
set -euo pipefail
command=$(realpath "${1:?the command cardwire-recon, built with --features parquet}")
shift
folders=()
for folder in "$@"; do folders+=("$(realpath "$folder")"); done
cd "$(dirname "${BASH_SOURCE[0]}")"
venv=${SPARK_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/cardwire-spark}

cannot() {
    echo "compare.sh: $1: the comparison with Spark was not made" >&2
    exit 3
}

command -v java >/dev/null ||
    { DEBIAN_FRONTEND=noninteractive apt-get update -qq && apt-get install -y -qq default-jre-headless; } >/dev/null 2>&1 ||
    cannot 'no Java runtime, and apt-get cannot install default-jre-headless'
if ! "$venv/bin/python" -c 'import pyspark' 2>/dev/null; then
    python3 -m venv "$venv" || cannot 'python3 has no module venv'
    "$venv/bin/pip" install -q 'pyspark>=4,<5' || cannot 'pip cannot install pyspark'
fi
export PYSPARK_PYTHON=$venv/bin/python SPARK_LOCAL_IP=127.0.0.1
SPARK_HOME=$("$venv/bin/python" -c 'import pyspark, os; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compare NAME FOLDER: files of FOLDER, once alone and once through Spark.
compare() {
    local files=(--switch switch.csv --clearing clearing.csv --bank bank.csv) as_of=(--as-of 2026-03-20T10:00)
    (cd "$2" && "$command" match --format ndjson "${files[@]}" "${as_of[@]}" >"$work/all" || (($? == 1)))
    grep -E '^\{"type":"(line|refused)"' "$work/all" | LC_ALL=C sort >"$work/single"
    (cd "$2" && "$command" evidence --parquet "$work/$1.parquet" "${files[@]}" "${as_of[@]}")
    "$venv/bin/python" job.py "$command" "$work/$1.parquet" "$work/spark" "${as_of[@]}" 2>"$work/log" ||
        { tail -20 "$work/log"; cannot 'Spark failed'; }
    LC_ALL=C sort "$work/spark" | cmp - "$work/single" || { echo "compare.sh: $1 differs" >&2; exit 1; }
    echo "$1: $(wc -l <"$work/single") lines are the same; $(tail -1 "$work/log")"
}

mkdir "$work/many"
python3 many.py "$work/many"
compare many "$work/many"
for folder in "${folders[@]}"; do
    compare "$(basename "$folder")" "$folder"
done
