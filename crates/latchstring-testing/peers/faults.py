"""The faults, as `../faults` and the pages of this folder write them."""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLASSES = ["syntax", "names", "arguments", "types", "run-time", "limits"]


def blocks(text):
    """Each heading of a page with its lines."""
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        yield title.strip(), body


def fenced(body, words):
    found = re.search(rf"^```(?:{words})\n(.*?)\n```$", body, flags=re.M | re.S)
    return found and found.group(1)


def expanded(source):
    """The program with its repeated lines written out."""
    repeat = re.compile(r"^(?://|#) repeat (\d+): (.*)$", re.M)
    return repeat.sub(lambda found: "\n".join([found[2]] * int(found[1])), source)


def all_faults():
    python = dict(blocks((HERE / "fastmcp.md").read_text()))
    other = dict(blocks((HERE / "javascript.md").read_text()))
    faults = []
    for name in CLASSES:
        for title, body in blocks((HERE.parent / "faults" / f"{name}.md").read_text()):
            identifier, _, words = title.partition(" ")
            named = re.search(r"^Named: (.*)$", body, flags=re.M).group(1)
            program = fenced(body, "js|ts")
            faults.append(
                {
                    "id": identifier,
                    "class": name,
                    "title": words,
                    "named": re.findall(r"`([^`]+)`", named),
                    "tool": "run_write" if re.search(r"^- tool: run_write$", body, flags=re.M) else "run",
                    "program": program,
                    "python": fenced(python[identifier], "python"),
                    "no_python": None if "```" in python[identifier] else python[identifier].strip(),
                    "javascript": {
                        words: fenced(other.get(identifier, ""), words) or for_tools(program, words)
                        for words in ("tools", "codemode")
                    },
                }
            )
    return faults


def for_tools(program, name):
    """`app.rawMaterials.setStock` becomes `tools.raw_materials_set_stock`, as these code modes name a tool."""
    snake = lambda word: re.sub(r"[A-Z]", lambda one: "_" + one[0].lower(), word)
    return re.sub(
        r"\bapp\.(\w+)\.(\w+)", lambda found: f"{name}.{snake(found[1])}_{snake(found[2])}", program
    )
