"""Sends the faults to FastMCP's code mode. Reads a JSON task on stdin, writes JSON on stdout.

The tools are native ones of FastMCP, made from the operations' input schemas, as an app would write them: a function
with annotated parameters. So the checks of arguments are FastMCP's own. What they do is asked of the running server.
"""

import asyncio
import importlib.metadata
import json
import platform
import sys
import time

import httpx2 as httpx
from fastmcp import Client, FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.experimental.transforms.code_mode import CodeMode
from fastmcp.tools import Tool
from pydantic import ConfigDict, Field, create_model
from typing import Annotated, Any, Literal, Optional

LONGEST_SECONDS = 120


class Api:
    """The running server, and how often it was asked."""

    def __init__(self, url, key):
        self.client = httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)
        self.url = url
        self.calls = 0

    async def ask(self, operation, arguments):
        self.calls += 1
        answer = await self.client.post(f"{self.url}/api/v1/{operation}", json=arguments)
        told = answer.json()
        if "error" in told:
            raise ToolError(f"{told['error']['code']}: {told['error']['message']}")
        return told["data"]


def annotation(schema, name):
    """The Python type that a person would write for this schema."""
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        if all("const" in choice for choice in choices):
            return Literal[tuple(choice["const"] for choice in choices)]
        kinds = [annotation(choice, name) for choice in choices]
        union = kinds[0]
        for kind in kinds[1:]:
            union = union | kind
        return union
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    kind = schema.get("type")
    if kind == "array":
        return list[annotation(schema.get("items", {}), name + "Item")]
    if kind == "object" and "properties" in schema:
        return model(schema, name)
    plain = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None, "object": dict}
    return plain.get(kind, Any)


def model(schema, name):
    required = schema.get("required", [])
    fields = {}
    for field, of in schema["properties"].items():
        kind = annotation(of, name + field.title())
        described = Field(description=of.get("description")) if field in required else Field(None, description=of.get("description"))
        fields[field] = (kind if field in required else Optional[kind], described)
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def native_tool(described, operation, api):
    """A function with the parameters of the schema, and the tool that FastMCP makes of it."""
    schema = described["inputSchema"]
    required = schema.get("required", [])
    properties = schema.get("properties", {})
    scope = {"Annotated": Annotated, "Field": Field, "ask": api.ask, "operation": operation}
    parameters = []
    for name in sorted(properties, key=lambda name: name not in required):
        kind = annotation(properties[name], described["name"].title().replace("_", "") + name.title())
        scope[f"of_{name}"] = Annotated[
            kind if name in required else Optional[kind], Field(description=properties[name].get("description"))
        ]
        parameters.append(f"{name}: of_{name}" + ("" if name in required else " = None"))
    given = ", ".join(f"{name!r}: plain({name})" for name in properties)
    scope["plain"] = plain
    code = (
        f"async def {described['name']}({', '.join(parameters)}) -> dict:\n"
        f"    given = {{{given}}}\n"
        "    return await ask(operation, {name: value for name, value in given.items() if value is not None})\n"
    )
    exec(code, scope)
    return Tool.from_function(scope[described["name"]], description=described["description"])


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(exclude_none=True) if hasattr(value, "model_dump") else value


async def main():
    task = json.load(sys.stdin)
    api = Api(task["url"], task["key"])
    server = FastMCP("Assembly", transforms=[CodeMode()])
    for described in task["tools"]:
        server.add_tool(native_tool(described, described["operation"], api))
    answers = {}
    async with Client(server) as client:
        for fault in task["faults"]:
            api.calls = 0
            began = time.monotonic()
            try:
                asked = client.call_tool("execute", {"code": fault["program"]}, raise_on_error=False)
                told = await asyncio.wait_for(asked, LONGEST_SECONDS)
                text = "\n".join(part.text for part in told.content if part.type == "text")
                failed = told.is_error
            except Exception as error:
                text, failed = f"{type(error).__name__}: {error}", True
            answers[fault["id"]] = {
                "text": text,
                "failed": failed,
                "calls": api.calls,
                "seconds": round(time.monotonic() - began, 1),
            }
            print(fault["id"], file=sys.stderr, flush=True)
    version = importlib.metadata.version
    versions = {name: version(name) for name in ("fastmcp", "pydantic-monty", "mcp")}
    versions["python"] = platform.python_version()
    json.dump({"versions": versions, "answers": answers}, sys.stdout)


asyncio.run(main())
