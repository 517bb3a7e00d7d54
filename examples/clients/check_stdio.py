"""A stock MCP client that starts the stdio bridge, as desktop clients do.

    check_stdio.py BINARY BRIDGE

Starts BINARY on a free port with a data directory of its own, and connects with FastMCP through BRIDGE as a client of
the 2026-07-28 revision and of an older one. Ends with 0 when everything was as it should be; otherwise the first thing
that was not is named.

`just client` makes the environment and both binaries.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from server import Server, Unexpected, check

ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}
# Computes until it is stopped, or for as long as a program may.
LONG = "for (;;) {} return 1"


class Bridge:
    def __init__(self, binary, folder):
        self.binary = Path(binary).resolve()
        self.log = folder / "bridge.txt"

    def client(self, url, key, mode="auto"):
        environment = {"LATCHSTRING_KEY": key}
        arguments = ["connect", "--wait", "5", "--url", url]
        transport = StdioTransport(
            str(self.binary), arguments, env=environment, keep_alive=False, log_file=self.log
        )
        return Client(transport, mode=mode)


async def run(client, program, **options):
    result = await client.call_tool("run", {"program": program}, **options)
    return result.structured_content["result"]


async def refusal(work):
    try:
        await work
    except Exception as error:  # FastMCP's own type differs between its versions
        return str(error)
    raise Unexpected("it was carried out")


async def check_era(client, count):
    names = {tool.name for tool in await client.list_tools()}
    check("the tools of a read key are listed", {"search", "describe", "run"} <= names and "run_write" not in names, names)
    check("a program reads the demo data", await run(client, count) > 0)
    results = await asyncio.gather(*(run(client, f"return {number}") for number in range(8)))
    check("requests at once get their own answers", results == list(range(8)), results)
    await refusal(run(client, LONG, timeout=0.3))
    since = time.monotonic()
    check("a program that was given up does not stand in the way", await run(client, "return 1") == 1)
    check("nor for long", time.monotonic() - since < 5)


async def check_revocation(server, bridge):
    store = server.ready["stores"][0]["name"]
    made = server.command("key", "create", "--store", store, "--label", "stdio check", "--json")
    async with bridge.client(server.url, made["key"]) as client:
        await run(client, server.product.count)
        server.command("key", "revoke", made["id"], "--store", store, "--json")
        words = await refusal(run(client, server.product.count))
    check("a revoked key is told with what to do", "make a new one on the access page" in words, words)
    return made["key"]


async def check_everything(server, bridge):
    server.start()
    keys = [key for store in server.ready["stores"] for key in store["keys"].values()]
    read = server.ready["stores"][0]["keys"]["read"]
    for revision, era in ERAS.items():
        print(f"a client of {revision} that starts the bridge", flush=True)
        async with bridge.client(server.url, read, era) as client:
            await check_era(client, server.product.count)
    print("keys, and a server that is gone", flush=True)
    keys.append(await check_revocation(server, bridge))
    async with bridge.client(server.url, read) as client:
        check("the server stops while a client is connected", server.stop() == 0)
        words = await refusal(run(client, server.product.count))
        check("a server that is gone is told", "Is it running at" in words, words)
    log = bridge.log.read_text()
    check("the log has lines and no keys", log and not any(key in log for key in keys))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="latchstring-stdio-") as folder:
        server = Server(sys.argv[1], Path(folder))
        try:
            asyncio.run(check_everything(server, Bridge(sys.argv[2], Path(folder))))
        except Unexpected as error:
            sys.exit(f"not as it should be: {error}")
        finally:
            server.end()
    print("the stock client is content with the bridge")


if __name__ == "__main__":
    main()
