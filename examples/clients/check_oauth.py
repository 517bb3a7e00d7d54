"""A stock MCP client that signs in: what a person who connects an app by a code would notice.

    check_oauth.py BINARY [--once]

Starts BINARY, connects FastMCP to a connector URL with its own OAuth, and sits at the browser for the person. With
`--once` as a client of the newest revision alone. Ends with 0 when everything was as it should be; otherwise the first
thing that was not is named. Lines with an arrow show what the client sent and got.

`just client` makes the environment and the binary.
"""

import asyncio
import http.client
import json
import logging
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
import webbrowser
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from fastmcp import Client
from fastmcp.client.auth import OAuth
from fastmcp.client.transports import StreamableHttpTransport
from key_value.aio.stores.memory import MemoryStore

from check_fastmcp import ERAS, call, run
from person import Approval
from server import Server, Unexpected, check

NAME = "Client check"
# How long the client waits for a person, and for one who does nothing.
PATIENCE = 30
LITTLE_PATIENCE = 3


class Person(webbrowser.BaseBrowser):
    """Is Python's web browser while this runs. `will` is what they do with the next page."""

    def __init__(self):
        self.pages = []
        self.will = None
        self.failure = None
        webbrowser.register("person", None, self, preferred=True)

    def open(self, url, new=0, autoraise=True):
        # In a thread, for the client listens for the answer only after this returns.
        threading.Thread(target=self.sit, args=(url, self.will), daemon=True).start()
        return True

    def sit(self, url, will):
        try:
            page = Approval(url)
            self.pages.append(page)
            will(page)
        except Exception as failure:
            self.failure = failure

    def gives(self, code):
        """Pastes the code and allows what the next page names."""

        def will(page):
            check("the page asks for a code", page.asked_for_a_code, page.text)
            check("it says that nobody vouches for the name", f"{NAME} unverified name" in page.text, page.text)
            page.press("continue", code=code)
            self.allowed = page.text
            page.press("allow")
            page.follow()

        self.will = will

    def cancels(self):
        def will(page):
            page.press("cancel")
            page.follow()

        self.will = will

    def does_nothing(self):
        self.will = lambda page: None


class Wire:
    """What a client sends and gets, by place and status."""

    PLACES = ("authorization-server", "protected-resource", "register", "authorize", "token", "mcp-agent")

    def __init__(self):
        self.seen = []

    def client(self, **options):
        return httpx2.AsyncClient(event_hooks={"response": [self.note]}, **options)

    async def note(self, response):
        path = response.request.url.path
        place = next(place for place in self.PLACES if place in path)
        # A stream stays open beside everything else.
        if response.request.headers.get("mcp-method") != "subscriptions/listen":
            self.seen.append(f"{place} {response.status_code}")

    def take(self):
        """All since the last time."""
        seen, self.seen = self.seen, []
        print("   -> ", ", ".join(seen), flush=True)
        return seen


class App:
    """An app that keeps its registration and tokens between its starts."""

    def __init__(self, url):
        self.url = url
        self.kept = MemoryStore()
        self.wire = Wire()

    @asynccontextmanager
    async def started(self, mode="auto", patience=PATIENCE):
        self.auth = OAuth(
            self.url,
            client_name=NAME,
            token_storage=self.kept,
            callback_timeout=patience,
            httpx_client_factory=self.wire.client,
        )
        transport = StreamableHttpTransport(self.url, auth=self.auth, httpx_client_factory=self.wire.client)
        async with Client(transport, mode=mode) as client:
            yield client

    async def tokens(self):
        return await self.auth.token_storage_adapter.get_tokens()

    def an_hour_passes(self):
        """As far as the running app knows, its access token has expired."""
        self.auth.context.token_expiry_time = 1.0


async def fails(attempt):
    """The words with which an attempt fails. A client whose call is not let in ends, so the attempt is all it does."""
    try:
        await attempt
    except Unexpected:
        raise
    except Exception as error:
        return str(error)
    raise Unexpected("it was carried out")


def refused(url, token):
    """The status and the words for a request with this token."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, json.load(answer)["error_description"]


def goes_on_after_a_refusal(url):
    """Whether the connection takes another request. Many clients send the head and the body of one by themselves."""
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=20)
    connection.putrequest("POST", place.path)
    connection.putheader("Content-Length", "2")
    connection.endheaders()
    time.sleep(0.1)
    connection.send(b"{}")
    connection.getresponse().read()
    connection.auto_open = 0
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


def active(server, store):
    apps = server.command("app", "list", "--store", store["name"], "--json")
    return [app for app in apps if app["revokedAt"] is None]


async def reading(server, person, store, mode):
    """Connects an app by a code that reads, and looks at what it can do."""
    person.gives(server.code(store, "read"))
    app = App(store["connectorUrl"])
    async with app.started(mode) as client:
        app.wire.take()
        named = f"{store['name']} Access Read only It" in person.allowed
        check("the second page names the store and what is allowed", named, person.allowed)
        tools = {tool.name: tool for tool in await client.list_tools()}
        check("it is connected and sees search, describe and run", {"search", "describe", "run"} <= tools.keys())
        check("every tool is marked as reading", all(tool.annotations.read_only_hint for tool in tools.values()))
        check("a program reads the demo data", await run(client, server.product.count) > 0)
    app.wire.seen.clear()
    return app


async def check_the_list(server, store):
    (app,) = active(server, store)
    shown = {name: app[name] for name in ("name", "verifiedHost", "redirectHost", "scope", "grantedBy")}
    expected = {
        "name": NAME,
        "verifiedHost": None,
        "redirectHost": "localhost",
        "scope": "read",
        "grantedBy": "command line",
    }
    check("`app list` shows it: who, whose word, where to, what, by whom", shown == expected, shown)
    return app["id"]


async def check_renewal(server, person, app, client):
    before, pages = await app.tokens(), len(person.pages)
    app.an_hour_passes()
    check("it goes on", await run(client, server.product.count) > 0)
    seen, after = app.wire.take(), await app.tokens()
    check("it renewed its tokens, without a person", seen == ["token 200", "mcp-agent 200"], seen)
    check("no page opened", len(person.pages) == pages)
    renewed = before.access_token != after.access_token and before.refresh_token != after.refresh_token
    check("both tokens are new, the scope is the same", renewed and after.scope == "read", after.scope)


async def check_revocation(server, person, store, app, grant):
    pages = len(person.pages)

    def revoke(grant):
        server.command("app", "revoke", grant, "--store", store["name"], "--json")

    async def revoked_while_it_runs():
        async with app.started() as client:
            await run(client, server.product.count)
            check("started again, it goes on with the tokens it kept", len(person.pages) == pages)
            app.wire.seen.clear()
            revoke(grant)
            person.cancels()
            await run(client, server.product.count)

    words = await fails(revoked_while_it_runs())
    seen = app.wire.take()
    check("its next call gets 401", seen[0] == "mcp-agent 401", seen)
    opened = person.pages[pages:]
    check("one page opens, which asks for a code", len(opened) == 1 and opened[0].asked_for_a_code, len(opened))
    check("the person presses Cancel, and the call fails", "denied" in words and "token 200" not in seen, words)
    check("`app list` shows nothing that is connected", active(server, store) == [])

    async def waits():
        async with app.started(patience=LITTLE_PATIENCE) as client:
            await client.list_tools()

    person.does_nothing()
    words = await fails(waits())
    seen = app.wire.take()
    check("with a person who does nothing it stays outside", "timed out" in words and "token 200" not in seen, words)

    async def let_in_again():
        person.gives(server.code(store, "read"))
        async with app.started() as client:
            check("a new code lets it in again", await run(client, server.product.count) > 0)
            (again,) = active(server, store)
            check("that is another connection", again["id"] != grant)
            app.wire.take()
            await check_renewal(server, person, app, client)
            revoke(again["id"])
            app.an_hour_passes()
            person.cancels()
            await run(client, server.product.count)

    await fails(let_in_again())
    seen = app.wire.take()
    refused = seen[:2] == ["token 400", "mcp-agent 401"] and "token 200" not in seen
    check("revoked again, its refresh token is refused, too", refused, seen)


async def check_writing(server, person, store):
    app = App(store["connectorUrl"])

    async def uninstalled_while_it_runs():
        person.gives(server.code(store, "read_write"))
        async with app.started() as client:
            check("the second page says Read & write", "Access Read & write" in person.allowed, person.allowed)
            names = {tool.name for tool in await client.list_tools()}
            check("run_write is there", "run_write" in names, names)
            dry = await call(client, "run_write", {"program": server.product.make, "dryRun": True})
            told = dry["committed"] is False and len(dry["changes"]) > 0
            check("a dry run tells its changes and keeps none", told, dry)
            server.command("tenant", "uninstall", "--store", store["name"], "--json")
            app.wire.seen.clear()
            person.cancels()
            await run(client, server.product.count)

    await fails(uninstalled_while_it_runs())
    seen = app.wire.take()
    shut = seen[0] == "mcp-agent 401" and "token 200" not in seen
    check("uninstalled: its next call gets 401, and nothing else", shut, seen)


async def check_the_doors(server, app, store):
    code, words = refused(app.url, store["keys"]["read"])
    check("a key at the connector URL: 401, naming the other address", code == 401 and server.url in words, words)
    code, words = refused(server.url, (await app.tokens()).access_token)
    check("a token at the keys' address: 401, saying where it belongs", code == 401 and "connector" in words, words)
    held = goes_on_after_a_refusal(app.url) and goes_on_after_a_refusal(server.url)
    check("a connection goes on after a 401", held)


async def check_everything(server, person, eras):
    first, second = server.ready["stores"]
    for revision, era in eras:
        print(f"a client of {revision} signs in with a code that reads", flush=True)
        for app in active(server, first):
            server.command("app", "revoke", app["id"], "--store", first["name"], "--json")
        app = await reading(server, person, first, era)
        grant = await check_the_list(server, first)
    print("the two doors", flush=True)
    await check_the_doors(server, app, first)
    print("revoked while it is connected, let in again, its token expires, revoked again", flush=True)
    await check_revocation(server, person, first, app, grant)
    print("a code that reads and writes, and the app is uninstalled", flush=True)
    await check_writing(server, person, second)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--once"]):
        sys.exit(__doc__)
    eras = list(ERAS.items())[: 1 if sys.argv[2:] else None]
    # What the client thinks of failures that are wanted here.
    logging.disable()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="latchstring-client-") as folder:
        server = Server(sys.argv[1], Path(folder))
        person = Person()
        try:
            server.start()
            asyncio.run(check_everything(server, person, eras))
        except Exception as error:
            # What went wrong at the browser is why the client gave up.
            sys.exit(f"not as it should be: {person.failure or error}")
        finally:
            server.end()
    print("the stock client that signs in is content")


if __name__ == "__main__":
    main()
