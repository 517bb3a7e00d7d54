"""Clients that run on Node: the MCP Inspector's command line and the TypeScript SDK.

    check_node.py BINARY NODE FOLDER [--inspector]

Starts BINARY on a free port with a data directory of its own. The Inspector, installed in FOLDER, lists the tools as a client of
the 2026-07-28 revision and of an older one, with each way of listing them, and must find nothing to say about their schemas. The
rest is in `check_node.mjs`, and left out with `--inspector`. Ends with 0 when everything was as it should be.

`just client` makes the environment and the binary.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from server import Server, Unexpected, check

HERE = Path(__file__).resolve().parent
# What the Inspector calls them.
ERAS = {"2026-07-28": "modern", "2025-11-25": "legacy"}
SECONDS = 120


class Node:
    def __init__(self, node, folder, home):
        self.node, self.folder = node, Path(folder).resolve()
        # The Inspector keeps a catalog of servers in the home directory.
        self.environment = {**os.environ, "HOME": str(home)}

    def run(self, script, *arguments, **environment):
        return subprocess.run(
            [self.node, script, *arguments],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    def inspect(self, url, key, era, method, *arguments):
        """What the Inspector prints, and what it says of it."""
        done = self.run(
            self.folder / "node_modules/.bin/mcp-inspector",
            *("--cli", url, "--transport", "http", "--header", f"Authorization: Bearer {key}"),
            *("--protocol-era", era, "--format", "json", "--method", method, *arguments),
        )
        if done.returncode != 0:
            raise Unexpected(f"the Inspector ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)["result"], done.stderr


def check_inspector(node, server):
    keys = server.ready["stores"][0]["keys"]
    for revision, era in ERAS.items():
        print(f"the Inspector, {revision}", flush=True)
        for scope, mode in [("read", ""), ("readWrite", ""), ("readWrite", "?tools=both")]:
            listed, said = node.inspect(server.url + mode, keys[scope], era, "tools/list", "--strict")
            names = [tool["name"] for tool in listed["tools"]]
            check(f"{len(names)} tools, and nothing to say about their schemas", len(names) > 3 and not said, said)
        call = ("--tool-name", "run", "--tool-args-json", json.dumps({"program": "return 6 * 7"}))
        answer, _ = node.inspect(server.url, keys["read"], era, "tools/call", *call)
        check("it runs a program", answer["structuredContent"]["result"] == 42, answer)
        for kind, field in [("resources", "uri"), ("prompts", "name")]:
            listed, _ = node.inspect(server.url, keys["read"], era, f"{kind}/list")
            named = [one[field] for one in listed[kind]]
            check(f"it lists {len(named)} {kind}", named, listed)


def check_sdks(node, server):
    key = server.ready["stores"][0]["keys"]["read"]
    own = {"listing": server.product.listing, "search": server.product.search, "count": server.product.count}
    done = node.run(HERE / "check_node.mjs", server.url, str(node.folder), json.dumps(own), KEY=key)
    print(done.stdout, end="", flush=True)
    if done.returncode != 0:
        raise Unexpected(done.stderr)


def main():
    if len(sys.argv) not in (4, 5) or sys.argv[4:] not in ([], ["--inspector"]):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-node-") as folder:
        folder = Path(folder)
        server, node = Server(sys.argv[1], folder), Node(sys.argv[2], sys.argv[3], folder)
        try:
            server.start()
            check_inspector(node, server)
            if not sys.argv[4:]:
                check_sdks(node, server)
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("the clients on Node are content")


if __name__ == "__main__":
    main()
