"""The official conformance suite's scenarios for servers, against the real endpoint with the suite's fixtures over it.

    check_conformance_server.py BINARY NODE SUITE

BINARY is built with the feature `conformance`. Starts it, puts a door in front that adds keys, which the suite cannot send, and
runs SUITE with NODE for three revisions. Ends with 0 when what failed is what `conformance.yml` says fails.

`just conformance` fetches the suite and makes the binary.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path

from server import Server, Unexpected, check

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / "conformance.yml"
RUNS = {
    "2025-06-18": ("--suite", "all", "--spec-version", "2025-06-18"),
    "2025-11-25": ("--requirements", "2025-11-25"),
    "2026-07-28": ("--requirements", "2026-07-28"),
}
# An extension that the server does not have, and the suite does not score.
NOT_OURS = "tasks-"
# A key may call ten times a second, and the suite is faster than that.
KEYS = 10


@contextmanager
def front(server, node):
    """The address of a door that adds keys."""
    store = server.ready["stores"][0]["name"]
    make = ("key", "create", "--store", store, "--scope", "read_write", "--json", "--label")
    keys = [server.command(*make, f"Conformance {number}")["key"] for number in range(KEYS)]
    process = subprocess.Popen(
        [node, HERE / "front.mjs", server.url],
        env={**os.environ, "KEYS": ",".join(keys)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def expected():
    entries = re.findall(r"^  - (\S+)$", EXPECTED.read_text(), re.MULTILINE)
    return {tuple(entry.partition(":")[::2]) for entry in entries}


def ended(results):
    """How each check ended, under its scenario and its name."""
    ends = defaultdict(Counter)
    for file in results.glob("*/checks.json"):
        scenario = re.fullmatch(r"server-(.+)-\d{4}-\d\d-\d\dT.*", file.parent.name)[1]
        if not scenario.startswith(NOT_OURS):
            for one in json.loads(file.read_text()):
                ends[scenario, one["id"]][one["status"]] += 1
    return ends


def run_suite(url, suite, revision, results):
    print(f"the suite for {revision}", flush=True)
    command = [*suite, "server", "--url", url, *RUNS[revision], "--expected-failures", EXPECTED, "--output-dir", results]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        # What it says of each scenario comes last; before it, or where it crashed, all.
        print((done.stdout + done.stderr).partition("=== SUMMARY ===")[2] or done.stdout + done.stderr)
    check("what the suite says fails is what is known to", done.returncode == 0)
    # It leaves out what it does not score.
    ends, known = ended(results), expected()
    failed = {one for one, how in ends.items() if how["FAILURE"] or how["WARNING"]}
    other = {one for one in failed if not {one, (one[0], "")} & known}
    count = sum(how["SUCCESS"] for how in ends.values())
    check(f"{count} checks passed, {len(failed)} failed as expected, none otherwise", not other, other)
    passed = {one for one, how in ends.items() if one not in failed and how["SUCCESS"]}
    passed |= {(scenario, "") for scenario, _ in ends} - {(scenario, "") for scenario, _ in failed}
    check("what is known to fail does", not passed & known, passed & known)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-conformance-") as folder:
        server = Server(sys.argv[1], Path(folder))
        try:
            server.start()
            with front(server, sys.argv[2]) as url:
                for revision in RUNS:
                    run_suite(url, sys.argv[2:], revision, Path(folder) / revision)
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("the conformance suite is content with the server")


if __name__ == "__main__":
    main()
