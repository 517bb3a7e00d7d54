"""The Python SDK against the real server: what a program with a key would notice.

    check_python_sdk.py BINARY

Starts BINARY on a free port with a data directory of its own, and connects with the SDK, which FastMCP stands on, as a client of
the 2026-07-28 revision and of an older one. Ends with 0 when everything was as it should be; otherwise the first thing that was
not is named.

`just client` makes the environment and the binary.
"""

import asyncio
import json
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from server import Server, Unexpected, check

ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}
# Computes until it is stopped, or for as long as a program may.
LONG = "for (;;) {} return 1"
# As many as a tenant may run at once: the next one finds a place only if they have ended. A client of an older revision gives up
# with a notification, which a server without sessions cannot match to a call; the program goes on until its time is up.
GIVEN_UP = {"2026-07-28": 8, "2025-11-25": 1}
SOON = 3


@asynccontextmanager
async def connected(url, key, mode):
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {key}"}) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            yield client


async def call(client, tool, arguments):
    """What a tool answers as structure; its failure is an error of ours."""
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        raise Unexpected(f"`{tool}` failed: {result.content[0].text}")
    return result.structured_content or json.loads(result.content[0].text)


async def run(client, program):
    return (await call(client, "run", {"program": program}))["result"]


async def refusal(work):
    """The error of the protocol with which work ends."""
    try:
        await work
    except MCPError as error:
        return error
    raise Unexpected("it was carried out")


async def check_tools(client, product):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    check("the tools of a read key are listed", {"search", "describe", "run"} <= tools.keys(), list(tools))
    reading = all(tool.annotations.read_only_hint for tool in tools.values())
    check("no tool that writes is", reading and "run_write" not in tools, list(tools))
    found = (await call(client, "search", {"query": product.search}))["results"]
    check("`search` finds the operation", any(one["id"] == product.listing for one in found), found)
    described = await client.call_tool("describe", {"names": [product.listing]})
    check("`describe` declares it", "totalCount" in described.content[0].text, described.content)
    check("a program reads the demo data", await run(client, product.count) > 0)


async def check_refusals(client):
    absent = await refusal(client.call_tool("no_such_tool", {}))
    check("a tool that is not there is an error of the protocol", absent.error.code == -32602, absent)
    hidden = await refusal(client.call_tool("run_write", {"program": "return 1"}))
    words = hidden.error.message.replace("run_write", "no_such_tool")
    check("one that is hidden gets the same words", words == absent.error.message, words)
    failed = await client.call_tool("run", {"program": "throw new Error('on purpose')"})
    check("a program that throws is a result that says so", failed.is_error and "on purpose" in failed.content[0].text)


async def check_giving_up(client, revision):
    works = [asyncio.create_task(client.call_tool("run", {"program": LONG})) for _ in range(GIVEN_UP[revision])]
    await asyncio.sleep(0.3)
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)
    since = time.monotonic()
    results = await asyncio.gather(*(run(client, f"return {number}") for number in range(3)))
    check("requests at once get their own answers", results == [0, 1, 2], results)
    check("programs that were given up do not stand in their way", time.monotonic() - since < SOON)


async def check_everything(server):
    server.start()
    key = server.ready["stores"][0]["keys"]["read"]
    for revision, mode in ERAS.items():
        print(f"the Python SDK, {revision}", flush=True)
        async with connected(server.url, key, mode) as client:
            check(f"it speaks {revision}", client.protocol_version == revision, client.protocol_version)
            await check_tools(client, server.product)
            await check_refusals(client)
            await check_giving_up(client, revision)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-python-sdk-") as folder:
        server = Server(sys.argv[1], Path(folder))
        try:
            asyncio.run(check_everything(server))
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("the Python SDK is content")


if __name__ == "__main__":
    main()
