"""A stock MCP client against the real server: what a person with a key would notice.

    check_fastmcp.py BINARY

Starts BINARY on a free port with a data directory of its own, connects with FastMCP as a client of the 2026-07-28
revision and of an older one, with a read key and with a read & write key, and stops the server again. Ends with 0 when
everything was as it should be; otherwise the first thing that was not is named.

`just client` makes the environment and the binary.
"""

import asyncio
import json
import stat
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from fastmcp import Client

from server import Server, Unexpected, check

HINTS = ("title", "read_only_hint", "destructive_hint", "idempotent_hint", "open_world_hint")
ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}


async def call(client, tool, arguments):
    """What a tool answers as structured content; its failure is an error of ours."""
    result = await client.call_tool(tool, arguments, raise_on_error=False)
    if result.is_error:
        raise Unexpected(f"`{tool}` failed: {result.content[0].text}")
    return result.structured_content


async def run(client, program, tool="run", **arguments):
    return (await call(client, tool, {"program": program, **arguments}))["result"]


async def refusal(client, tool, arguments):
    """The words with which a call is refused, as a protocol error or as a tool's failure."""
    try:
        result = await client.call_tool(tool, arguments, raise_on_error=False)
    except Exception as error:  # FastMCP's own type differs between its versions
        return str(error)
    if not result.is_error:
        raise Unexpected(f"`{tool}` was carried out")
    return result.content[0].text


def status(url, key):
    """The HTTP status that a request with this key gets."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


async def tools_are_complete(client):
    tools = {tool.name: tool for tool in await client.list_tools()}
    for name, tool in tools.items():
        hints = tool.annotations.model_dump()
        gaps = [hint for hint in HINTS if hints[hint] is None]
        if gaps or not tool.description:
            raise Unexpected(f"the tool `{name}` lacks {gaps or 'a description'}")
    check(f"{len(tools)} tools, each with a title, four hints, a description and schemas", True)
    return tools


async def with_the_read_key(client, product, write_names):
    tools = await tools_are_complete(client)
    check("search, describe and run are there", {"search", "describe", "run"} <= tools.keys(), list(tools))
    check("every tool is marked as reading", all(tool.annotations.read_only_hint for tool in tools.values()))
    check("no tool that writes is listed", not write_names & tools.keys(), write_names & tools.keys())

    page = await run(client, f"return await app.{product.listing}({{}})")
    check("a program reads the demo data", len(page["items"]) > 0, page)

    absent = await refusal(client, "no_such_tool", {})
    for name in sorted(write_names):
        words = (await refusal(client, name, {"program": "return 1"})).replace(name, "no_such_tool")
        if words != absent:
            raise Unexpected(f"`{name}` is refused with {words!r}, a tool that does not exist with {absent!r}")
    check("a tool that writes is refused in the same words as one that does not exist", True)

    # Written down it would be refused before the program runs.
    namespace, method = product.hidden.split(".")
    attempt = f"try {{ await app.{namespace}[name]({{}}) }} catch (error) {{ return error.code }}"
    program = f"const name = ['{method}'][0]; {attempt} return 'carried out'"
    code = await run(client, program)
    check("a program does not find an operation that writes", code == "UNKNOWN_OPERATION", code)


async def with_the_write_key(client, product, write_names):
    tools = await tools_are_complete(client)
    check("run_write is there, marked as destructive", tools["run_write"].annotations.destructive_hint)
    unmarked = [name for name in write_names if tools[name].annotations.read_only_hint]
    check("what the read key does not see is marked as writing", not unmarked, unmarked)

    program, count = product.make, product.count_made
    dry = await call(client, "run_write", {"program": program, "dryRun": True})
    check("a dry run tells its changes and keeps none", dry["committed"] is False and len(dry["changes"]) > 0, dry)
    check("after a dry run nothing is there", await run(client, count) == 0)

    failing = program.replace("return ", "") + "; throw new Error('on purpose')"
    await refusal(client, "run_write", {"program": failing})
    check("a program that throws after a change leaves nothing", await run(client, count) == 0)
    kept = await call(client, "run_write", {"commit": dry["handle"]})
    check("the handle of the dry run keeps its change", kept["committed"] is True and await run(client, count) == 1, kept)
    made = [told["result"] for told in (dry, kept)]
    check("with the id that the dry run told of", made[0] == made[1], made)
    await refusal(client, "run_write", {"commit": dry["handle"]})
    kept = await call(client, "run_write", {"program": program})
    check("a program that returns keeps its change", kept["committed"] is True and await run(client, count) == 2, kept)


async def check_revocation(server):
    store = server.ready["stores"][0]["name"]
    made = server.command("key", "create", "--store", store, "--label", "client check", "--json")
    async with Client(server.url, auth=made["key"]) as client:
        await run(client, "return 1")
        server.command("key", "revoke", made["id"], "--store", store, "--json")
        try:
            await client.call_tool("run", {"program": "return 1"})
        except Exception:
            check("a revoked key fails on its next request", status(server.url, made["key"]) == 401)
            return made["key"]
    raise Unexpected("a revoked key still works")


async def check_everything(server):
    server.start()
    mode = stat.S_IMODE(server.ready_file.stat().st_mode)
    check("the ready file is for its owner alone", mode == 0o600, oct(mode))
    stores = server.ready["stores"]
    keys = [key for store in stores for key in store["keys"].values()]
    read, write = stores[0]["keys"]["read"], stores[0]["keys"]["readWrite"]
    begins = all(key.startswith(f"{server.product.key_prefix}_") for key in keys)
    check(f"its keys begin with {server.product.key_prefix}_", begins)

    async with Client(server.url, auth=read) as reader, Client(server.url, auth=write) as writer:
        read_names = {tool.name for tool in await reader.list_tools()}
        write_names = {tool.name for tool in await writer.list_tools()} - read_names
    check("the read & write key sees more tools", "run_write" in write_names, write_names)

    for revision, era in ERAS.items():
        print(f"a client of {revision} with the read key", flush=True)
        async with Client(server.url, auth=read, mode=era) as client:
            await with_the_read_key(client, server.product, write_names)
    print("a client with the read & write key", flush=True)
    async with Client(server.url, auth=write) as client:
        await with_the_write_key(client, server.product, write_names)

    print("keys", flush=True)
    async with Client(server.url, auth=stores[1]["keys"]["read"]) as client:
        check("the other store does not see this one's data", await run(client, server.product.count_made) == 0)
    check("without a key: 401", status(server.url, None) == 401)
    check("with a wrong key: 401", status(server.url, read[:-1] + ("0" if read[-1] != "0" else "1")) == 401)
    keys.append(await check_revocation(server))

    print("stop and start again", flush=True)
    code = server.stop()
    check("it stops when told to, with exit code 0", code == 0, code)
    server.start()
    check("the keys are not shown again", all(store["keys"] is None for store in server.ready["stores"]))
    check("a key works as before", status(server.url, read) == 200)
    check("a revoked one stays revoked", status(server.url, keys[-1]) == 401)
    code = server.stop()
    check("it stops again", code == 0, code)
    log = server.log.read_text()
    check("the log has lines and no keys", log and not any(key in log for key in keys))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-client-") as folder:
        server = Server(sys.argv[1], Path(folder))
        try:
            asyncio.run(check_everything(server))
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("the stock client is content")


if __name__ == "__main__":
    main()
