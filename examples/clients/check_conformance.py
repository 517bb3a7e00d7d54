"""The official conformance suite's scenarios for authorization servers, against the real server.

    check_conformance.py BINARY SUITE...

Starts BINARY, registers a client, runs the command SUITE, and does at the browser what the suite asks a person to do.
Ends with 0 when all its scenarios passed.

`just conformance` fetches the suite and makes the binary.
"""

import json
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import person
from server import Server, Unexpected, check

SCENARIOS = 2


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def register(issuer, redirect_uri):
    metadata = {"client_name": "Conformance suite", "redirect_uris": [redirect_uri]}
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{issuer}/register", json.dumps(metadata).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["client_id"]


def run_suite(server, suite, folder):
    server.start()
    issuer, store = server.ready["url"], server.ready["stores"][0]
    port, results = free_port(), folder / "results"
    command = [
        *suite,
        "authorization",
        *("--url", issuer),
        *("--client-id", register(issuer, f"http://127.0.0.1:{port}/callback")),
        *("--resource", store["connectorUrl"]),
        *("--port", str(port)),
        *("--output-dir", results),
    ]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                # It writes down where it would have sent a person.
                if line.startswith(f"{issuer}/authorize?"):
                    person.connect(line.strip(), server.code(store, "read"))
                print(f"  {line}", end="", flush=True)
        except BaseException:
            process.kill()
            raise
    files = list(results.glob("*/checks.json"))
    checks = [one for file in files for one in json.loads(file.read_text())]
    other = [one for one in checks if one["status"] not in ("SUCCESS", "INFO")]
    check(f"{len(checks)} checks, each a success, and exit code 0", process.returncode == 0 and not other, other)
    check(f"they are of {SCENARIOS} scenarios", len(files) == SCENARIOS, files)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-conformance-") as folder:
        server = Server(sys.argv[1], Path(folder))
        try:
            run_suite(server, sys.argv[2:], Path(folder))
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("the conformance suite is content")


if __name__ == "__main__":
    main()
