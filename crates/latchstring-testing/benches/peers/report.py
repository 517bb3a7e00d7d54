"""Writes `docs/benchmarks.md` from `results.json`."""

import json
import statistics
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent.parent.parent.parent / "docs" / "benchmarks.md"

LABELS = {
    "ours": "this sandbox, in process",
    "wasmtime": "the same guest under wasmtime, in process",
    "isolated-vm": "isolated-vm, a new isolate for each run",
    "quickjs-emscripten": "quickjs-emscripten, a new runtime for each run",
    "ours, HTTP": "`run` of the assembly example, over HTTP with a key",
    "FastMCP, HTTP": "`execute` of FastMCP, over HTTP without a key",
}
IN_PROCESS = ["ours", "wasmtime", "isolated-vm", "quickjs-emscripten"]
OVER_HTTP = ["ours, HTTP", "FastMCP, HTTP"]


def time(microseconds):
    if microseconds < 1000:
        return f"{microseconds:.0f} µs"
    return f"{microseconds / 1000:.3g} ms"


def ratio(figures, system, to, program, field):
    """The median of the rounds' ratios; each round measured both within seconds."""
    pairs = zip(figures[system][program][field], figures[to][program][field])
    return statistics.median(one / other for one, other in pairs if other)


def table(results, program, systems, to):
    figures = results["figures"]
    rows = [
        "| | p50 | p99 | processor time | p50, ratio | processor time, ratio | runs |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for system in systems:
        figure = figures[system].get(program)
        if figure is None:
            continue
        ratios = (
            ratio(figures, system, to, program, field) for field in ("p50_us_of_rounds", "processor_us_of_rounds")
        ) if program in figures[to] else ()
        cells = [f"{one:.2g} ×" if one < 10 else f"{one:.0f} ×" for one in ratios] or ["–", "–"]
        rows.append(
            f"| {LABELS[system]} | {time(figure['p50_us'])} | {time(figure['p99_us'])} | {time(figure['processor_us'])} "
            f"| {cells[0]} | {cells[1]} | {figure['runs']} |"
        )
    return "\n".join(rows)


def cold(results):
    rows = ["| | median | best | worst |", "| --- | ---: | ---: | ---: |"]
    for system, values in results["cold_ms"].items():
        rows.append(
            f"| {LABELS[system]} | {statistics.median(values):.0f} ms | {min(values):.0f} ms | {max(values):.0f} ms |"
        )
    return "\n".join(rows)


def aims(results):
    figures = results["figures"]
    trivial = figures["ours"]["trivial"]["p50_us"]
    to_isolated = 1 / ratio(figures, "isolated-vm", "ours", "ten", "p50_us_of_rounds")
    by_program = [
        (words, 1 / ratio(figures, "FastMCP, HTTP", "ours, HTTP", program, "processor_us_of_rounds"))
        for program, words in (("trivial", "`return 1 + 1`"), ("demo", "the demo data"))
    ]
    start = statistics.median(results["cold_ms"]["ours"])
    served = statistics.median(results["cold_ms"]["ours, HTTP"])
    met = lambda holds: "met" if holds else "**missed**"
    rows = [
        "| aim | measured | |",
        "| --- | --- | --- |",
        f"| a trivial run in process: 50 µs at the median | {time(trivial)} | {met(trivial <= 50)} |",
        f"| ten calls and 1,000 rows: half of isolated-vm's time | {to_isolated:.2f} of it | {met(to_isolated <= 0.5)} |",
        *(
            f"| over HTTP with a key: a tenth of FastMCP's processor time, {words} | {part:.3f} of it | {met(part <= 0.1)} |"
            for words, part in by_program
        ),
        f"| from the start of the process to the first result, module cached: 50 ms | {start:.0f} ms in process, "
        f"{served:.0f} ms for the server | {met(start <= 50)}, {met(served <= 50)} for the server |",
    ]
    return "\n".join(rows)


def main():
    results = json.loads((HERE / "results.json").read_text())
    versions = results["versions"]
    load = results["load"]
    parts = {
        "{date}": results["date"],
        "{machine}": results["machine"],
        "{load}": f"{load['lowest']:.1f} to {load['highest']:.1f}, {load['median']:.1f} at the median",
        "{nice}": str(results["nice"]),
        "{rounds}": str(results["rounds"]),
        "{versions}": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "{materials}": f"{results['materials_bytes'] / 1000:.0f} KB",
        "{aims}": aims(results),
        "{trivial}": table(results, "trivial", IN_PROCESS, "ours"),
        "{ten}": table(results, "ten", [*IN_PROCESS, "FastMCP, HTTP"], "ours"),
        "{trivial_http}": table(results, "trivial", OVER_HTTP, "ours, HTTP"),
        "{demo}": table(results, "demo", OVER_HTTP, "ours, HTTP"),
        "{cold}": cold(results),
        "{rows}": str(results["demo_rows"]),
    }
    page = (HERE / "benchmarks.head.md").read_text()
    for name, text in parts.items():
        page = page.replace(name, text)
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
