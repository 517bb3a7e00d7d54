#!/usr/bin/env bash
# Installs and builds what is measured, measures, and writes docs/benchmarks.md. Arguments go to measure.py.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../../../.." && pwd)"
folder="$root/target/peers"
built="${CARGO_TARGET_DIR:-$root/target}"

"$root/crates/latchstring-testing/peers/install.sh" "$folder"

# Without link-time optimisation, which takes minutes and changes little of what is measured.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
(cd "$root" && cargo build --release -p assembly -p latchstring-sandbox --bin assembly --example side_by_side)
(cd "$here/wasmtime" && CARGO_TARGET_DIR="$built/peers-wasmtime" cargo build --release --locked)
cp "$built/release/assembly" "$built/release/examples/side_by_side" "$folder/"
cp "$built/peers-wasmtime/release/guest-on-wasmtime" "$folder/"
# A module of another build would not fit.
rm -f "$folder/guest-on-wasmtime.module"
cp "$here"/*.mjs "$folder/node/"

export PYTHONDONTWRITEBYTECODE=1
python3 "$here/measure.py" "$folder" "$@"
python3 "$here/report.py"
