"""The programs of the documentation pages against the real server: what an assistant that copies them would get.

    check_pages.py BINARY

Starts BINARY on a free port with a data directory of its own, and sends it every program of the product's `pages`: those
that read with a read key, those that change data as a dry run, so that each finds the demo data as it begins. Each must return,
and something short enough to be shown whole. Every operation that a page names must be there. Ends with 0 when everything was
as it should be; otherwise every page and program that was not is named.

`just client` makes the binary.
"""

import json
import re
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import product
from server import Server, Unexpected, check

EXAMPLES = Path(__file__).resolve().parent.parent
# Of more than this the assistant sees the first part only.
SHOWN = 20_000


def fetch(url, body=None, key=None):
    """The JSON that comes back, whatever the status."""
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def in_program(name):
    """`raw_materials.set_stock` as a program calls it: `rawMaterials.setStock`."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


def operations(document):
    """Every operation as programs name it, with its scope."""
    found = {path.removeprefix("/api/v1/"): item["post"]["x-scope"] for path, item in document["paths"].items()}
    return {in_program(name): scope for name, scope in found.items() if "." in name}


def named(text, known):
    """What a page says of operations: in programs behind `app.`, elsewhere as code."""
    namespaces = "|".join(sorted({name.split(".")[0] for name in known}))
    return set(re.findall(rf"(?:\bapp\.|`)((?:{namespaces})\.[a-z][A-Za-z]*)\b", text))


def programs(text):
    """Every program of a page, and the line it begins on."""
    for match in re.finditer(r"^```js\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, match.start()) + 2, match[1]


def fault(base, keys, known, program):
    """Why a program is not as it should be, if it is not."""
    commands = {name for name, scope in known.items() if scope == "read_write"}
    # Also where the namespace is in a variable; but maps and sets of JavaScript have methods of the same names.
    methods = {name.split(".")[1] for name in commands} - {"add", "clear", "delete", "set"}
    writes = any(one in commands for one in re.findall(r"\bapp\.(\w+\.\w+)\(", program))
    writes = writes or not methods.isdisjoint(re.findall(r"\.(\w+)\(", program))
    if writes:
        answer = fetch(f"{base}/api/v1/run_write", {"program": program, "dryRun": True}, keys["read_write"])
    else:
        answer = fetch(f"{base}/api/v1/run", {"program": program}, keys["read"])
    if "error" in answer:
        return "{code}: {message}".format(**answer["error"])
    data = answer["data"]
    if writes and data["changeCount"] == 0:
        return "it was to change something and changed nothing"
    size = len(json.dumps(data["result"]))
    if size > SHOWN:
        return f"its result has {size} bytes, of which {SHOWN} are shown"
    if data["result"] is None:
        return "it returns nothing"
    return None


def check_the_pages(base, keys, known, folder):
    faults, ran = [], 0
    pages = sorted(folder.glob("*.md"))
    for page in pages:
        text = page.read_text()
        faults += [f"{page.name}: no operation `{name}`" for name in sorted(named(text, known) - known.keys())]
        for line, program in programs(text):
            why = fault(base, keys, known, program)
            faults += [] if why is None else [f"{page.name}, line {line}: {why}"]
            ran += 1
    if faults:
        raise Unexpected("\n  ".join(["the pages", *faults]))
    check(f"{ran} programs of {len(pages)} pages run", ran >= len(pages))


def check_everything(server):
    server.start()
    base = server.url.removesuffix("/mcp")
    store = server.ready["stores"][0]["name"]
    keys = {}
    for scope in ("read", "read_write"):
        made = server.command("key", "create", "--store", store, "--scope", scope, "--label", "pages check", "--json")
        keys[scope] = made["key"]
    folder = EXAMPLES / product.name(server.binary) / "pages"
    check_the_pages(base, keys, operations(fetch(f"{base}/api/v1/openapi.json")), folder)
    check("the server stops cleanly", server.stop() == 0)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-pages-") as folder:
        server = Server(sys.argv[1], Path(folder))
        try:
            check_everything(server)
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("what the pages show can be done")


if __name__ == "__main__":
    main()
