#!/bin/sh
# Draws docs/decode.svg from what `cardwire decode` prints.
set -eu
cd "$(dirname "$0")/.."
CARDWIRE_DRAW=1 cargo test --quiet --features cli --test cli picture
