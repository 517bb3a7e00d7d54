"""The main things in Firefox: it applies the policies of pages by rules of its own.

Firefox is told what to do over Marionette, its own protocol, so nothing stands between. Playwright drives only a Firefox
of its own build, and what it offers for others fails on Debian's.
"""

import asyncio
import json
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from fastmcp import Client
from fastmcp.client.auth import OAuth
from key_value.aio.stores.memory import MemoryStore

from browser import OtherSite, Person, status
from server import Unexpected, check

NAME = "Firefox check"
START_SECONDS = 60
PATIENCE = 20
# The name of a reference to an element, which the WebDriver standard fixes.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ESCAPE, ENTER = "\ue00c", "\ue007"
# Nothing of it calls home.
SETTINGS = {
    **{"app.update.enabled": False, "browser.startup.page": 0, "browser.shell.checkDefaultBrowser": False},
    **{"datareporting.policy.dataSubmissionEnabled": False, "network.captive-portal-service.enabled": False},
    **{"network.connectivity-service.enabled": False, "services.settings.server": "http://127.0.0.1:1"},
    **{"extensions.update.enabled": False, "browser.safebrowsing.update.enabled": False},
    **{"dom.security.https_first": False, "ui.prefersReducedMotion": 1},
}


class Firefox:
    """One Firefox with one tab. All of it waits; call it from a thread."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.answers, self.asked = self.socket.makefile("rb"), 0
        self.read()  # it says hello

    def read(self):
        """A message: its length in decimal, a colon, JSON."""
        length = b""
        while (byte := self.answers.read(1)) != b":":
            if not byte:
                raise Unexpected("Firefox hung up")
            length += byte
        return json.loads(self.answers.read(int(length)))

    def ask(self, command, **parameters):
        self.asked += 1
        message = json.dumps([0, self.asked, command, parameters]).encode()
        self.socket.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self.read()
        if error:
            raise Unexpected(f"Firefox: {command} failed: {error['error']}: {error['message']}")
        return result

    def go(self, url):
        self.ask("WebDriver:Navigate", url=url)

    def url(self):
        return self.ask("WebDriver:GetCurrentURL")["value"]

    def find(self, selector):
        return self.ask("WebDriver:FindElement", using="css selector", value=selector)["value"][ELEMENT]

    def click(self, selector):
        self.ask("WebDriver:ElementClick", id=self.find(selector))

    def write(self, selector, text):
        self.ask("WebDriver:ElementSendKeys", id=self.find(selector), text=text)

    def run(self, script, *arguments):
        return self.ask("WebDriver:ExecuteScript", script=script, args=arguments)["value"]

    def run_in_browser(self, script):
        """As a part of Firefox, not of the page."""
        self.ask("Marionette:SetContext", value="chrome")
        try:
            return self.run(script)
        finally:
            self.ask("Marionette:SetContext", value="content")

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def wait(self, what, script, *arguments):
        """Until the script says yes."""
        give_up_at = time.monotonic() + PATIENCE
        while time.monotonic() < give_up_at:
            try:
                if self.run(script, *arguments):
                    return
            except Unexpected:
                pass  # between two pages
            time.sleep(0.05)
        raise Unexpected(f"{what}; seen: {self.url()} {self.text('body')[:500]!r}")


@contextmanager
def firefox():
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    check("Firefox is there (Debian's package `firefox-esr`)", path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        settings = {**SETTINGS, "marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
        Path(profile, "user.js").write_text("\n".join(lines))
        command = [path, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield connected(process, port)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def connected(process, port):
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        try:
            tab = Firefox(port)
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise Unexpected(f"Firefox was not ready after {START_SECONDS} seconds") from None
            time.sleep(0.1)
    version = tab.ask("WebDriver:NewSession", capabilities={})["capabilities"]["browserVersion"]
    print(f"firefox {version}:", flush=True)
    return tab


async def it_works_in_firefox(server):
    with firefox() as tab:
        base = server.ready["url"]
        key = await asyncio.to_thread(a_key_is_shown_once, tab, server)
        await asyncio.to_thread(a_key_is_revoked, tab, server, key)
        await an_app_connects(tab, server)
        await asyncio.to_thread(nobody_frames_it, tab, base)
        await asyncio.to_thread(nothing_was_in_the_way, tab)


def a_key_is_shown_once(tab, server):
    base = server.ready["url"]
    tab.go(server.ready["accessUrl"])
    tab.click("button.primary")
    tab.wait("signing in leads to the access page", "return location.pathname === '/access' && !!document.querySelector('h1')")
    check("one signs in", tab.text("h1") == server.product.access_page, tab.text("h1"))
    tab.go(f"{base}/access/keys/new")
    tab.write("#label", "In Firefox")
    tab.click("button.primary")
    tab.wait("a key is shown", "return !!document.querySelector('#secret')")
    key = tab.run("return document.querySelector('#secret').value")
    check("a key made on the page opens the endpoint", status(server.ready["mcpUrl"], key) == 200)
    check("the page's script runs and its style applies", tab.run(
        "const button = document.querySelector('[data-copy=secret]');"
        "return !button.hidden && getComputedStyle(document.querySelector('.button.primary')).backgroundColor !== 'rgba(0, 0, 0, 0)'"
    ))
    tab.go(f"{base}/access/keys/new")
    tab.ask("WebDriver:Back")
    check("a03: going back shows no key", key not in tab.run("return document.documentElement.outerHTML"))
    return key


def a_key_is_revoked(tab, server, key):
    tab.go(f"{server.ready['url']}/access")
    tab.run(
        "const row = [...document.querySelectorAll('tr')].find(row => row.innerText.includes('In Firefox'));"
        "row.querySelector('button.icon').id = 'trash'"
    )
    tab.click("#trash")
    tab.wait("a dialog asks", "return !!document.querySelector('dialog[open]')")
    focused = "return document.activeElement.innerText.trim()"
    check("the question has the focus on Cancel", tab.run(focused) == "Cancel", tab.run(focused))
    tab.write("dialog [data-cancel]", ESCAPE)
    tab.wait("Escape closes it", "return !document.querySelector('dialog[open]')")
    check("Escape closes it and gives the focus back", tab.run("return document.activeElement.id") == "trash")
    tab.write("#trash", ENTER)
    tab.wait("a dialog asks", "return !!document.querySelector('dialog[open]')")
    tab.click("dialog button.danger")
    tab.wait("the key is struck through", "return !!document.querySelector('tr.ended s')")
    check("then it is struck through, with who did it", "Revoked by Nora Lindqvist" in tab.text("tr.ended"))
    check("and refused", status(server.ready["mcpUrl"], key) == 401)


async def an_app_connects(tab, server):
    tab.go(f"{server.ready['url']}/access/connect")
    tab.click("button.primary")
    tab.wait("a code is shown", "return !!document.querySelector('#code')")
    code, url = tab.text("#code"), tab.run("return document.querySelector('#url').value")
    waiting = tab.ask("WebDriver:GetWindowHandle")["value"]

    def allows(address):
        opened = tab.ask("WebDriver:NewWindow", type="tab")["handle"]
        tab.ask("WebDriver:SwitchToWindow", handle=opened)
        tab.go(address)
        tab.write("#code", code)
        tab.click('button[value="continue"]')
        tab.wait("the second step is shown", "return !!document.querySelector('button[value=\"allow\"]')")
        tab.click('button[value="allow"]')
        tab.wait("o12: the form leads to the app", f"return location.origin !== {json.dumps(server.ready['url'])}")
        return tab.url()

    person = Person(asyncio.get_running_loop(), lambda address: asyncio.to_thread(allows, address))
    async with Client(url, auth=OAuth(client_name=NAME, token_storage=MemoryStore())) as client:
        tools = await client.list_tools()
        there = await asyncio.wrap_future(person.done)
        is_there = re.match("http://(localhost|127.0.0.1):", there) is not None
        check("o12: the form leads to the app, which gets its tools", is_there and len(tools) > 0, there)

    def is_news():
        tab.ask("WebDriver:SwitchToWindow", handle=waiting)
        tab.wait("the page that waited says so", "return document.querySelector('h1').innerText.includes('is connected')")
        check("the page that waited says so by itself", NAME in tab.text("h1"), tab.text("h1"))

    await asyncio.to_thread(is_news)


def nobody_frames_it(tab, base):
    pages = [f"{base}/access", f"{base}/authorize?client_id=x"]
    # The third may be framed, which shows that the others could be seen if they were.
    other = OtherSite("<p>Framed</p>")
    site = OtherSite("".join(f'<iframe src="{page}"></iframe>' for page in [*pages, other.url]))
    tab.go(site.url)
    frames = (
        "return gBrowser.selectedBrowser.browsingContext.children.map(frame => frame.currentWindowGlobal.documentURI.spec)"
    )
    give_up_at = time.monotonic() + PATIENCE
    while (seen := tab.run_in_browser(frames)) and any("about:blank" in one for one in seen) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    refused = all(re.match("about:neterror.e=(xfoBlocked|cspBlocked)", one) for one in seen[:2])
    check("o10: no other page frames ours", len(seen) == 3 and refused and seen[2] == other.url, seen)
    site.close()
    other.close()


def nothing_was_in_the_way(tab):
    said = tab.run_in_browser(
        "return Services.console.getMessageArray().map(said => said.message).filter(said => /Content-Security-Policy/.test(said))"
    )
    # That the other site could not frame ours is in it, too, and that Firefox looks for a picture that there is none of.
    wrong = [text for text in said if "frame-ancestors" not in text and "/favicon.ico" not in text]
    check("o12: no page was held back by its own policy", not wrong, wrong)
