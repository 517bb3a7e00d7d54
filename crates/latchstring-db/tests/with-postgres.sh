#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, whose address is in LATCHSTRING_TEST_POSTGRES:
#
#     with-postgres.sh cargo test ...
#
# The server listens on a socket in a new folder and on nothing else, so it meets no other; both are gone at the end,
# however that comes. PG_BIN says where its programs are, unless they are where Debian puts them.
set -euo pipefail

shopt -s nullglob
candidates=("${PG_BIN:-}" /usr/lib/postgresql/*/bin)
for bin in "${candidates[@]}"; do
    [ -x "$bin/initdb" ] && break
done
if [ ! -x "${bin:-}/initdb" ]; then
    echo "there is no PostgreSQL; install it (Debian: postgresql), or say in PG_BIN where its programs are" >&2
    exit 1
fi

# Short, because a socket's path may have 107 characters.
home="$(mktemp -d /tmp/latchstring-postgres.XXXXXX)"
as_owner() { "$@"; }
# PostgreSQL refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$home"
    as_owner() { (cd "$home" && exec runuser -u postgres -- "$@"); }
fi

stop() {
    local code=$?
    trap '' INT TERM
    if [ -f "$home/data/postmaster.pid" ]; then
        as_owner "$bin/pg_ctl" -D "$home/data" -m immediate -w stop > /dev/null || true
    fi
    rm -rf "$home"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Sorted as people do, not byte by byte: whoever relies on the database's own order is found out.
as_owner "$bin/initdb" -D "$home/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 \
    --locale-provider=icu --icu-locale=en > "$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; exit 1; }
# Nothing of it has to survive a crash; a test that wants a commit on disk is about another server.
as_owner "$bin/pg_ctl" -D "$home/data" -w -l "$home/data/log" start > /dev/null \
    -o "-c listen_addresses= -c unix_socket_directories=$home -c fsync=off -c max_connections=400" \
    || { cat "$home/data/log" >&2; exit 1; }

export LATCHSTRING_TEST_POSTGRES="postgres:///postgres?host=$home&user=postgres"
"$@"
