# What there is to do here. `just` lists the recipes; each is a plain command that works without just, too.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Pinned, so that a new release of a tool changes nothing by itself.
cargo_deny_version := "0.20.2"
cargo_fuzz_version := "0.13.2"
fastmcp_version := "4.1.2"
openapi_version := "0.9.0"
conformance_version := "0.2.0-alpha.12"
playwright_version := "1.65.2"
axe_version := "0.1.8"
node_version := "22.23.3"
inspector_version := "2.12.0"
typescript_client_version := "2.4.0"
typescript_sdk_version := "1.32.2"

# Which example `run` serves and `browser` looks at; the other one by `just product=logistics run`.
product := "assembly"

# What Node calls the architecture of this machine.
node_architecture := if arch() == "aarch64" { "arm64" } else { "x64" }

# Where tools are kept that a recipe needs and the machine may not have.
tools := justfile_directory() / "target" / "tools"

# List the recipes.
default:
    @just --list --unsorted

# Serve an example on 127.0.0.1:8787, assembly unless `product` says otherwise. Its keys are printed at the first start.
run *arguments:
    cargo run -p {{ product }} -- {{ arguments }}

# All tests: rules, crates, journeys.
test:
    cargo test --workspace

# What keeps data, again on PostgreSQL: a server of its own, thrown away afterwards. Needs Debian's `postgresql`.
postgres *arguments:
    crates/latchstring-db/tests/with-postgres.sh cargo test --workspace --test handle --test access --test replays \
        --test constraints --test abuse --test operations --test calls --test orders --test scale --test binary --test journeys --test corpus {{ arguments }}

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

# Fetches the suite with Debian's package of SpiderMonkey (150 MB), builds the engine for this machine with clang-19, and compares.
# Test262's `language` and `built-ins` in the sandbox and in the engine without it. Takes the begin of the tests' names.
test262 *only:
    #!/usr/bin/env bash
    set -euo pipefail
    tool=crates/latchstring-sandbox/examples/test262
    out="${CARGO_TARGET_DIR:-target}/test262"
    "$tool/fetch.sh" "$out/suite"
    "$tool/native.sh" "$out/native"
    cargo build -p latchstring-sandbox --example test262
    nice "${CARGO_TARGET_DIR:-target}/debug/examples/test262" "$out/suite" "$out/native" "$out" {{ only }}

# Everything that `docs/benchmarks.md` says, measured anew: the sandbox beside others. Needs npm and Python.
bench-peers *arguments:
    crates/latchstring-testing/benches/peers/run.sh {{ arguments }}

# Every fault sent to other code modes, for `docs/faults.md`. Takes `--only ours` after a change of texts. Needs npm and Python.
faults-peers *arguments:
    crates/latchstring-testing/peers/run.sh {{ arguments }}

# Stops at the first input after which something does not hold. Needs a nightly Rust.
# Tries what nobody would write, for so many seconds: `request` (the doors), `guest`, `engine` and `frames` (the sandbox).
fuzz target="request" seconds="600" sanitizer="none":
    #!/usr/bin/env bash
    set -euo pipefail
    export PATH="{{ tools }}/bin:$PATH"
    case "{{ target }}" in
        # Unlike the sandbox's, the crates behind the doors have no unsafe code for a sanitizer to look at.
        request) crate=crates/latchstring-mcp limits=(-timeout=10 -max_len=4096 -len_control=10) ;;
        guest | engine | frames) crate=crates/latchstring-sandbox limits=(-timeout=30 -max_len=2048) ;;
        *)
            echo "no fuzz target \`{{ target }}\`; there are request, guest, engine and frames" >&2
            exit 1
            ;;
    esac
    if ! cargo +nightly --version > /dev/null 2>&1; then
        echo "no nightly Rust, which cargo-fuzz needs; install one with \`rustup toolchain install nightly\`" >&2
        exit 1
    fi
    command -v cargo-fuzz > /dev/null \
        || cargo +nightly install cargo-fuzz --version {{ cargo_fuzz_version }} --locked --debug --root "{{ tools }}"
    cd $crate
    dictionary="fuzz/{{ target }}.dict"
    [ ! -f "$dictionary" ] || limits+=("-dict=$PWD/$dictionary")
    # Without a sanitizer it is faster. `address` looks at our unsafe code, too, but not at what the guest's machine code does.
    cargo +nightly fuzz run {{ target }} --sanitizer {{ sanitizer }} \
        --target-dir "${CARGO_TARGET_DIR:-{{ justfile_directory() }}/target}/fuzz" -- \
        -max_total_time={{ seconds }} -rss_limit_mb=2048 "${limits[@]}"

# A Node that is new enough: its path. Fetches one with npm if the machine has none.
[private]
node:
    #!/usr/bin/env bash
    set -euo pipefail
    node=node
    if ! node -e 'process.exit(parseInt(process.versions.node) < 22 ? 1 : 0)' 2> /dev/null; then
        node="{{ tools }}/node-{{ node_version }}/node_modules/node-linux-{{ node_architecture }}/bin/node"
        [ -x "$node" ] || npm install --prefix "{{ tools }}/node-{{ node_version }}" --no-save --no-audit --no-fund \
            --loglevel error node-linux-{{ node_architecture }}@{{ node_version }} >&2
    fi
    echo "$node"

# And every program of the documentation pages.
# Stock clients against a running server: FastMCP with keys and signed in, the SDKs, the Inspector, and a script. Needs npm.
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
    openapi="{{ tools }}/openapi-{{ openapi_version }}"
    if [ ! -x "$openapi/bin/python" ]; then
        rm -rf "$openapi.new"
        python3 -m venv "$openapi.new"
        "$openapi.new/bin/python" -m pip install --quiet --disable-pip-version-check \
            openapi-spec-validator=={{ openapi_version }}
        mv "$openapi.new" "$openapi"
    fi
    node="$("{{ just_executable() }}" --justfile "{{ justfile() }}" node)"
    clients="{{ tools }}/node-clients-{{ inspector_version }}-{{ typescript_client_version }}-{{ typescript_sdk_version }}"
    if [ ! -d "$clients" ]; then
        rm -rf "$clients.new"
        npm install --prefix "$clients.new" --no-save --no-audit --no-fund --ignore-scripts --loglevel error \
            @modelcontextprotocol/inspector@{{ inspector_version }} \
            @modelcontextprotocol/client@{{ typescript_client_version }} \
            @modelcontextprotocol/sdk@{{ typescript_sdk_version }}
        mv "$clients.new" "$clients"
    fi
    # Tests need the binary, so this makes it with what `just test` has built already.
    cargo test --workspace --no-run
    export PYTHONDONTWRITEBYTECODE=1
    checks=examples/clients built="${CARGO_TARGET_DIR:-target}/debug"
    "$python" $checks/check_fastmcp.py "$built/assembly"
    "$python" $checks/check_oauth.py "$built/assembly"
    "$python" $checks/check_stdio.py "$built/assembly" "$built/latchstring"
    "$python" $checks/check_python_sdk.py "$built/assembly"
    python3 $checks/check_node.py "$built/assembly" "$node" "$clients"
    "$openapi/bin/python" $checks/check_rest.py "$built/assembly"
    python3 $checks/check_pages.py "$built/assembly"
    # Of the other product what is its own: keys, operations, their schemas and examples, pages; and an app that signs in.
    "$python" $checks/check_fastmcp.py "$built/logistics"
    "$python" $checks/check_oauth.py "$built/logistics" --once
    python3 $checks/check_node.py "$built/logistics" "$node" "$clients" --inspector
    "$openapi/bin/python" $checks/check_rest.py "$built/logistics"
    python3 $checks/check_pages.py "$built/logistics"

# Also takes `--part keyboard` for a part of it, and `--browser firefox`, which needs Debian's `firefox-esr`.
# The access page and the approval page in headless Chromium, with axe-core. Needs Debian's `chromium`. Takes `--screenshots FOLDER`.
browser *arguments:
    #!/usr/bin/env bash
    set -euo pipefail
    home="{{ tools }}/browser-{{ fastmcp_version }}-{{ playwright_version }}-{{ axe_version }}"
    if [ ! -x "$home/bin/python" ]; then
        rm -rf "$home.new"
        python3 -m venv "$home.new"
        "$home.new/bin/python" -m pip install --quiet --disable-pip-version-check \
            fastmcp=={{ fastmcp_version }} playwright=={{ playwright_version }} axe-playwright-python=={{ axe_version }}
        mv "$home.new" "$home"
    fi
    cargo test --workspace --no-run
    export PYTHONDONTWRITEBYTECODE=1
    check=examples/clients/check_browser.py built="${CARGO_TARGET_DIR:-target}/debug"
    # Of the other product what its pages have of their own, unless a part is asked for.
    if [ -z "{{ arguments }}" ]; then "$home/bin/python" $check "$built/logistics" --part own; fi
    "$home/bin/python" $check "$built/{{ product }}" {{ arguments }}

# What fails is in examples/clients/conformance.yml, each with its reason. Needs npm.
# The official conformance suite: authorization servers, and servers of three revisions.
conformance:
    #!/usr/bin/env bash
    set -euo pipefail
    suite="{{ tools }}/conformance-{{ conformance_version }}"
    if [ ! -d "$suite" ]; then
        rm -rf "$suite.new"
        npm install --prefix "$suite.new" --no-save --no-audit --no-fund --ignore-scripts --loglevel error \
            @modelcontextprotocol/conformance@{{ conformance_version }}
        mv "$suite.new" "$suite"
    fi
    suite="$suite/node_modules/@modelcontextprotocol/conformance/dist/index.js"
    node="$("{{ just_executable() }}" --justfile "{{ justfile() }}" node)"
    built="${CARGO_TARGET_DIR:-target}/debug"
    # With the features that the tests have as well, most of what those built is found again.
    cargo build -p assembly --features conformance,latchstring/testing
    ln -f "$built/assembly" "$built/assembly-conformance"
    # And the binary without the suite's fixtures is back in its place.
    cargo test --workspace --no-run
    export PYTHONDONTWRITEBYTECODE=1
    python3 examples/clients/check_conformance.py "$built/assembly" "$node" "$suite"
    python3 examples/clients/check_conformance_server.py "$built/assembly-conformance" "$node" "$suite"

# Everything CI does, in its order. Installs system packages with apt, so it needs root or sudo.
ci:
    .ci/run
