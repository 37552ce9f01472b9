#!/bin/sh
# Measures anew all that the papers show, in one run on a quiet machine: cardwire beside its peers, instructions,
# connections. Writes the record, the charts and the tables; what is left to write by hand is the table of connections,
# from target/loopback.txt. Three to five minutes once the programs are built (`anew.sh --build` only builds them).
set -eu
cd "$(dirname "$0")/../.."
cargo build --release --quiet --manifest-path benches/peers/Cargo.toml
cargo bench --quiet --features net --bench loopback --no-run
cargo bench --quiet --bench instructions --bench linear --no-run
cargo bench --quiet --all-features --bench loopback --no-run
[ "${1-}" != --build ] || exit 0
(cd benches/peers && cargo run --release --quiet)
cp benches/peers/target/peers.json benches/record/peers.json
cargo bench --quiet --features net --bench loopback | tee target/loopback.txt
benches/record/count.sh peers >benches/record/peers.tsv
benches/record/check.sh --record
python3 benches/record/chart.py
python3 benches/record/targets.py
git status --short benches
