#!/usr/bin/env bash
# Sends every fault to this project and to the other code modes, and writes docs/faults.md. Arguments go to compare.py.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
folder="$root/target/peers"

"$here/install.sh" "$folder"
(cd "$root" && cargo build -p assembly)
export PYTHONDONTWRITEBYTECODE=1
python3 "$here/compare.py" "${CARGO_TARGET_DIR:-$root/target}/debug/assembly" "$folder" "$@"
python3 "$here/report.py"
