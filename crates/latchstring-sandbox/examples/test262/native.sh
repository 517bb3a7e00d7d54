#!/usr/bin/env bash
# Builds the engine that the guest is made of for this machine, with native.c as its program.
#
#   native.sh OUT
#
# Needs clang-19, as the guest does.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
guest="$here/../../guest"
out="${1:?usage: native.sh OUT}"

manifest="$(cargo metadata --locked --format-version 1 --manifest-path "$guest/source/Cargo.toml" \
    | grep -o '"manifest_path":"[^"]*/libquickjs-ng-sys-[^"]*/Cargo.toml"' | head -1 | cut -d'"' -f4)"
engine="$(dirname "$manifest")/embed/quickjs"
[ -f "$engine/quickjs.c" ] || { echo "the engine's source was not found; does cargo reach crates.io?" >&2; exit 1; }

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# What changes the meaning of the source is as in guest/build.sh.
flags=(-std=gnu23 -O2 -D_GNU_SOURCE -DNDEBUG -fwrapv -funsigned-char -ffp-contract=off "-I$engine")
pids=()
for file in quickjs libregexp libunicode dtoa; do
    clang-19 "${flags[@]}" -w -c "$engine/$file.c" -o "$work/$file.o" & pids+=($!)
done
clang-19 "${flags[@]}" -Wall -Wextra "--embed-dir=$guest" -c "$here/native.c" -o "$work/native.o" & pids+=($!)
for pid in "${pids[@]}"; do wait "$pid"; done
clang-19 "$work"/*.o -lm -lpthread -o "$work/native"
install -D "$work/native" "$out"
