"""Chromium in front of the server, and what every check of the pages does with it."""

import asyncio
import base64
import hashlib
import http.server
import itertools
import json
import re
import secrets
import shutil
import threading
import urllib.error
import urllib.parse
import urllib.request
import webbrowser
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from server import check

# Without the network flags Chromium calls home at its start, which closed networks refuse, many at a time.
FLAGS = [
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
# WCAG 2.2 A and AA, and what the makers of axe advise beyond.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@asynccontextmanager
async def chromium():
    path = shutil.which("chromium")
    check("Chromium is there (Debian's package `chromium`)", path)
    async with async_playwright() as playwright:
        # As root, as in most containers, it does not start with its sandbox.
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=False)
        try:
            yield browser
        finally:
            await browser.close()


def ask(url, key, method, **params):
    """What the endpoint answers to this key: the status and the text."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    return fetch(urllib.request.Request(url, body, headers))


def fetch(request):
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def status(url, key):
    return ask(url, key, "tools/list")[0]


def run_program(url, key, program):
    answered, text = ask(url, key, "tools/call", name="run", arguments={"program": program})
    check("a program ran", answered == 200, text)


class OtherSite:
    """A site that is not ours: answers everything with one page, and keeps what it was asked for."""

    def __init__(self, page=""):
        self.page, self.asked = page, []
        site = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(site.page.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self.server.server_port}/"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Person(webbrowser.BaseBrowser):
    """Is Python's web browser from now on: does with each address what `will` says."""

    def __init__(self, loop, will):
        self.loop, self.will, self.done = loop, will, None
        webbrowser.register(f"person-{id(self)}", None, self, preferred=True)

    def open(self, url, new=0, autoraise=True):
        self.done = asyncio.run_coroutine_threadsafe(self.will(url), self.loop)
        return True


class App:
    """An app that registers itself, and does by hand what a library would do for it."""

    def __init__(self, base, name):
        self.base, self.site, self.verifier = base, OtherSite("<p>Thank you</p>"), secrets.token_urlsafe(40)
        self.redirect = f"http://127.0.0.1:{self.site.server.server_port}/answer"
        body = json.dumps({"client_name": name, "redirect_uris": [self.redirect]}).encode()
        request = urllib.request.Request(f"{base}/register", body, {"Content-Type": "application/json"})
        answered, text = fetch(request)
        check("an app registers", answered == 201, text)
        self.answer = json.loads(text)
        self.name = self.answer.get("client_name")

    def url(self, connector):
        """The approval page to open."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        self.connector = connector
        query = {
            **{"response_type": "code", "client_id": self.answer["client_id"], "redirect_uri": self.redirect},
            **{"code_challenge": challenge, "code_challenge_method": "S256", "state": "s", "resource": connector},
        }
        return f"{self.base}/authorize?{urllib.parse.urlencode(query)}"

    def token(self):
        """Its access token, for the code that the browser has brought by now."""
        answers = [path for path in self.site.asked if path.startswith("/answer")]
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(answers[-1]).query)["code"][0]
        form = {
            **{"grant_type": "authorization_code", "code": code, "code_verifier": self.verifier},
            **{"client_id": self.answer["client_id"], "redirect_uri": self.redirect, "resource": self.connector},
        }
        answered, text = fetch(urllib.request.Request(f"{self.base}/token", urllib.parse.urlencode(form).encode()))
        check("it gets its access token", answered == 200, text)
        self.site.close()
        return json.loads(text)["access_token"]


class Visit:
    """People at browsers, visiting one server."""

    pictures = itertools.count(1)

    def __init__(self, server, browser, folder):
        self.server, self.browser, self.folder = server, browser, folder
        self.base = server.ready["url"]
        self.mcp = server.ready["mcpUrl"]

    def at(self, path):
        return f"{self.base}{path}"

    async def context(self, width=1280, scheme="light", **more):
        return await self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", **more
        )

    async def signed_in(self, page, person="demo-owner"):
        await page.goto(self.server.ready["accessUrl"])
        await page.check(f'input[value="{person}"]')
        await page.click("button.primary")
        await page.wait_for_url(self.at("/access"))

    async def new_key(self, page, label):
        await page.goto(self.at("/access/keys/new"))
        await page.fill("#label", label)
        await page.click("button.primary")
        return await page.input_value("#secret")

    async def call_of(self, page, name):
        """The latest call under this name, on the page of activity; calls are written down a moment after they ended."""
        for _ in range(20):
            await page.goto(self.at("/access/activity"))
            calls = page.locator("tbody:has(.day) tr", has_text=name)
            if await calls.count():
                return calls.first
            await page.wait_for_timeout(250)
        check(f"a call of {name} is listed", False)

    async def look(self, page, name):
        """axe finds nothing, and nothing reaches beyond the window."""
        found = (await Axe().run(page, options=RULES)).response["violations"]
        check(f"axe finds nothing on {name}", not found, [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found])
        width = await page.evaluate("document.documentElement.scrollWidth")
        check(f"{name} is no wider than the window", width <= page.viewport_size["width"], width)
        await self.picture(page, name)

    async def picture(self, page, name):
        if self.folder:
            path = self.folder / f"{next(self.pictures):03}-{re.sub('[^a-z0-9]+', '-', name.lower())}.png"
            await page.screenshot(path=path, full_page=True)

    async def allow(self, page, app, look=None):
        """Connects the app, as a person with a page that waits and another for the approval; that one is left waiting."""
        await page.goto(self.at("/access/connect"))
        await page.click("button.primary")
        code = await page.inner_text("#code")
        tab = await page.context.new_page()
        await tab.goto(app.url(await page.input_value("#url")))
        if look:
            await look(tab, "the approval page")
        await tab.fill("#code", code)
        await tab.click("text=Continue")
        await tab.locator('button[value="allow"]').wait_for()
        if look:
            await look(tab, "the second step of the approval page")
        await tab.click('button[value="allow"]')
        await tab.wait_for_url(f"{app.redirect}*")
        await tab.close()
        return app.token()
