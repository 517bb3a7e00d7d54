"""Writes `docs/faults.md` from `results.json`. `report.py --check` only says whether the page is as it should be."""

import json
import re
import sys
from pathlib import Path

from faults import CLASSES, all_faults, expanded

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent.parent.parent / "docs" / "faults.md"
LONGEST_TEXT = 700

SYSTEMS = {
    "ours": "Latchstring",
    "fastmcp": "FastMCP",
    "ai_sdk": "AI SDK",
    "cloudflare": "Cloudflare",
}
HEADINGS = {
    "syntax": "Syntax",
    "names": "Names",
    "arguments": "Arguments",
    "types": "Types and `await`",
    "run-time": "Run time",
    "limits": "Limits",
}
MARKS = ["told", "line", "column", "source line", "named"]


def program_of(fault, system):
    """What was sent to it."""
    if system == "ours":
        return fault["program"]
    if system == "fastmcp":
        return fault["python"]
    if system == "ai_sdk":
        return fault["javascript"]["tools"]
    return fault["javascript"]["codemode"]


def place(text):
    """The line and the column that a text names."""
    for pattern in (
        r"line (\d+), column (\d+)",
        r"(?:code-mode|program|main)\.(?:js|ts|py):(\d+):(\d+)",
        r"executor\.js:(\d+)(?::(\d+))?",
        r"\bline (\d+)\b(?! column)(?!.*\(char)",
    ):
        found = re.search(pattern, text)
        if found:
            column = found.group(2) if found.re.groups > 1 else None
            return int(found.group(1)), column and int(column)
    return None, None


def plain(text):
    return re.sub(r"(?<=\w)[._](?=\w)", "", text).lower()


def marks(fault, system, answer):
    """What the answer to a fault has."""
    text = answer["text"]
    if not answer["failed"]:
        return {"told": False, "line": False, "column": False, "source line": False, "named": False}
    lines = expanded(program_of(fault, system)).split("\n")
    line, column = place(text)
    is_own = line is not None and 1 <= line <= len(lines) and "executor.js" not in text
    own = "\n".join(shown for shown in text.split("\n") if not re.match(r"\s*\d* ?\| ", shown))
    return {
        "told": True,
        "line": is_own,
        "column": is_own and column is not None,
        "source line": is_own and len(lines[line - 1].strip()) > 0 and lines[line - 1] in text,
        "named": any(plain(name) in plain(own) for name in fault["named"]),
    }


def fenced(answer):
    text = answer["text"]
    shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… [{answer['bytes']} bytes in all]"
    fence = "````" if "```" in shown else "```"
    return f"{fence}text\n{shown}\n{fence}"


def shortened(program):
    return program if len(program) < 2000 else program[:300] + "…"


def tables(faults, results):
    rows = []
    for name in [*CLASSES, None]:
        of_class = [fault for fault in faults if name in (None, fault["class"])]
        rows.append(f"| **{HEADINGS.get(name, 'All')}** | | | | | | | |")
        for system, label in SYSTEMS.items():
            answers = results[system]["answers"]
            asked = [(fault, answers[fault["id"]]) for fault in of_class if fault["id"] in answers]
            found = [marks(fault, system, answer) for fault, answer in asked]
            counts = [sum(one[mark] for one in found) for mark in MARKS]
            calls = [answer["calls"] for _, answer in asked if answer["failed"] and answer["calls"] is not None]
            cells = " | ".join(f"{count}" for count in counts)
            rows.append(f"| {label} | {len(asked)} | {cells} | {sum(calls)} |")
    head = [
        "| | faults | told | line | column | source line | named | calls before |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join(head + rows)


def section(fault, results):
    parts = [f"### {fault['id']} {fault['title']}", f"```js\n{fault['program']}\n```"]
    for system, label in SYSTEMS.items():
        answer = results[system]["answers"].get(fault["id"])
        if answer is None:
            parts.append(f"**{label}**: {fault['no_python'][0].lower()}{fault['no_python'][1:]}")
            continue
        calls = answer["calls"]
        counted = "calls not known" if calls is None else f"{calls} call{'' if calls == 1 else 's'}"
        end = "" if answer["failed"] else ", no error"
        end += ", told to the app and not to the model" if answer.get("outside") else ""
        parts.append(f"**{label}** ({counted}{end})\n\n{fenced(answer)}")
    return "\n\n".join(parts)


def page(faults, results):
    versions = {
        system: ", ".join(f"{name} {version}" for name, version in results[system]["versions"].items())
        for system in SYSTEMS
    }
    dates = {system: results[system]["date"] for system in SYSTEMS}
    made = "\n".join(f"| {SYSTEMS[system]} | {versions[system]} | {dates[system]} |" for system in SYSTEMS)
    text = (HERE / "faults.head.md").read_text()
    text = text.replace("{count}", str(len(faults))).replace("{versions}", made).replace("{tables}", tables(faults, results))
    for name in CLASSES:
        text += f"\n## {HEADINGS[name]}\n\n"
        text += "\n\n".join(section(fault, results) for fault in faults if fault["class"] == name) + "\n"
    return text


def main():
    results = json.loads((HERE / "results.json").read_text())
    made = page(all_faults(), results)
    if "--check" in sys.argv:
        return sys.exit(0 if PAGE.read_text() == made else "docs/faults.md is not what results.json gives")
    PAGE.write_text(made)


if __name__ == "__main__":
    main()
