#!/usr/bin/env bash
# Builds the guest: QuickJS-ng from the cargo registry plus our shim, as a WebAssembly module without imports.
#
#   build.sh OUT       writes the module to OUT
#   build.sh --check   builds and compares with qjs.wasm.sha256; exits 1 when different
#
# Needs clang-19, lld-19, wasi-libc and libclang-rt-19-dev-wasm32 (Debian 12 packages). The result is the same to the
# byte wherever it is built with these.
set -euo pipefail
guest="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

case "${1:-}" in
    --check) out="$work/qjs.wasm" ;;
    ""|-*) echo "usage: build.sh OUT | build.sh --check" >&2; exit 2 ;;
    *) out="$1" ;;
esac

manifest="$(cargo metadata --locked --format-version 1 --manifest-path "$guest/source/Cargo.toml" \
    | grep -o '"manifest_path":"[^"]*/libquickjs-ng-sys-[^"]*/Cargo.toml"' | head -1 | cut -d'"' -f4)"
engine="$(dirname "$manifest")/embed/quickjs"
[ -f "$engine/quickjs.c" ] || { echo "the engine's source was not found; does cargo reach crates.io?" >&2; exit 1; }

flags=(
    --target=wasm32-wasi -isystem /usr/include/wasm32-wasi -std=gnu23 -O3
    -D_GNU_SOURCE -DNDEBUG -DSTACK_LIMIT=960000
    -fwrapv -fno-exceptions -funsigned-char -flto
    # No bulk memory: what copies and fills stays in compiled code, which polls the kill switch.
    -mnontrapping-fptoint -msign-ext -mmutable-globals -mno-bulk-memory
    "-ffile-prefix-map=$engine=quickjs" "-ffile-prefix-map=$guest=guest"
    "-I$engine" "-I$guest"
)
pids=()
for file in libregexp libunicode dtoa; do
    clang-19 "${flags[@]}" -w -c "$engine/$file.c" -o "$work/$file.o" & pids+=($!)
done
# With the engine in it, whose warnings are not ours.
clang-19 "${flags[@]}" -w -c "$guest/answers.c" -o "$work/answers.o" & pids+=($!)
for file in shim libc; do
    clang-19 "${flags[@]}" -Wall -Wextra -Wno-sign-compare -c "$guest/$file.c" -o "$work/$file.o" & pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done

builtins="$(clang-19 --target=wasm32-wasi --print-resource-dir)/lib/wasi/libclang_rt.builtins-wasm32.a"
wasm-ld-19 --lto-O3 --no-entry --stack-first -z stack-size=1048576 --gc-sections --strip-all \
    --export=__stack_pointer --export=control --max-memory=67108864 \
    -L/usr/lib/wasm32-wasi "$work"/{shim,libc,answers,libregexp,libunicode,dtoa}.o -lc -lm "$builtins" \
    -o "$work/linked.wasm"
install -m 644 "$work/linked.wasm" "$out"

if [ "$1" = --check ]; then
    expected="$(cut -d' ' -f1 "$guest/qjs.wasm.sha256")"
    built="$(sha256sum "$out" | cut -d' ' -f1)"
    if [ "$built" != "$expected" ]; then
        echo "the guest differs from its source: built $built, checked in $expected; run \`just guest\`" >&2
        exit 1
    fi
    echo "the guest matches its source"
fi
