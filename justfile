# What there is to do here. `just` lists the recipes; each is a plain command that works without just, too.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Pinned, so that a new release of a tool changes nothing by itself.
cargo_deny_version := "0.20.2"
fastmcp_version := "4.1.2"

# Where tools are kept that a recipe needs and the machine may not have.
tools := justfile_directory() / "target" / "tools"

# List the recipes.
default:
    @just --list --unsorted

# Serve the assembly example on 127.0.0.1:8787. Its keys are printed at the first start.
run *arguments:
    cargo run -p assembly -- {{ arguments }}

# All tests: rules, crates, journeys.
test:
    cargo test --workspace

# Formatting and clippy, as CI does it.
lint: fmt clippy

# Formatting, checked. `cargo fmt --all` puts it right.
fmt:
    cargo fmt --all --check

# Clippy on everything. Warnings count.
clippy:
    cargo clippy --workspace --all-targets -- -D warnings

# The API documentation. Broken links count.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Rebuild the checked-in guest from its source. Needs clang-19, lld-19, wasi-libc, libclang-rt-19-dev-wasm32.
guest:
    crates/latchstring-sandbox/guest/build.sh crates/latchstring-sandbox/guest/qjs.wasm
    cd crates/latchstring-sandbox/guest && sha256sum qjs.wasm > qjs.wasm.sha256

# Is the checked-in guest what its source gives? Same tools as `guest`.
guest-check:
    cd crates/latchstring-sandbox/guest && sha256sum --check --quiet qjs.wasm.sha256
    crates/latchstring-sandbox/guest/build.sh --check

# Licences, sources, and who may depend on what. Installs cargo-deny under target/tools if it is not there.
deny:
    #!/usr/bin/env bash
    set -euo pipefail
    export PATH="{{ tools }}/bin:$PATH"
    # An unoptimised build is fast enough for this and takes half the time to make.
    command -v cargo-deny > /dev/null \
        || cargo install cargo-deny --version {{ cargo_deny_version }} --locked --debug --root "{{ tools }}"
    cargo deny --locked check bans licenses sources

# Benchmarks of the sandbox.
bench *arguments:
    cargo bench -p latchstring-sandbox {{ arguments }}

# A stock MCP client against a running server: tools, programs, refusals, revocation, shutdown.
client:
    #!/usr/bin/env bash
    set -euo pipefail
    python="{{ tools }}/fastmcp-{{ fastmcp_version }}/bin/python"
    if [ ! -x "$python" ]; then
        python3 -m venv "{{ tools }}/fastmcp-{{ fastmcp_version }}.new"
        "{{ tools }}/fastmcp-{{ fastmcp_version }}.new/bin/python" -m pip install --quiet --disable-pip-version-check \
            fastmcp=={{ fastmcp_version }}
        mv "{{ tools }}/fastmcp-{{ fastmcp_version }}.new" "{{ tools }}/fastmcp-{{ fastmcp_version }}"
    fi
    # Tests need the binary, so this makes it with what `just test` has built already.
    cargo test --workspace --no-run
    "$python" examples/assembly/clients/check_fastmcp.py "${CARGO_TARGET_DIR:-target}/debug/assembly"

# Everything CI does, in its order. Installs system packages with apt, so it needs root or sudo.
ci:
    .ci/run
