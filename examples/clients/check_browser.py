"""The access page and the approval page in a real browser: what a person would notice.

    check_browser.py BINARY [--screenshots FOLDER] [--part PART].. [--browser firefox]

Starts BINARY and headless Chromium (Debian's), and goes through what people do, in five parts:

- pages: creates a key, connects FastMCP with the browser for its sign-in, revokes, all of it again without scripts. axe-core
  looks at every page.
- keyboard: the same without a mouse (`browser_keyboard.py`).
- names: labels and names that act or mislead (`browser_names.py`).
- right-to-left: every page the other way round (`browser_right_to_left.py`).
- view: the page that chats show results with (`browser_view.py`).

A sixth, own, is what differs from product to product (`browser_own.py`), for a product whose pages are the same otherwise. It is
gone through only where it is asked for.

With `--browser firefox` it goes through the main things in Debian's Firefox instead (`browser_firefox.py`).

Ends with 0 when everything was as it should be; otherwise the first thing that was not is named. What is known not to hold
stands in lines with `not yet`.

`just browser` makes the environment and the binary.
"""

import argparse
import asyncio
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path

from fastmcp import Client
from fastmcp.client.auth import OAuth
from key_value.aio.stores.memory import MemoryStore

from browser import OtherSite, Person, Visit, chromium, run_program, status
from browser_firefox import it_works_in_firefox
from browser_keyboard import all_goes_without_a_mouse
from browser_names import t14_names_act_nowhere
from browser_own import its_pages_are_its_own
from browser_right_to_left import it_reads_from_right_to_left
from browser_view import the_page_shows_results
from server import Server, check

NAME = "Browser check"
LOOKS = [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]


class Pages(Visit):
    """Every page, and what people do there."""

    # ---- Keys

    async def a_key_is_shown_once(self, page):
        key = await self.new_key(page, "Key of the check")
        check("a key made on the page opens the endpoint", status(self.mcp, key) == 200)
        await page.reload()
        check("a03: loading the page again shows no key", key not in await page.content())
        await page.go_back()
        check("a03: nor does going back", key not in await page.content())
        try:
            await page.go_forward()
            check("a03: nor does going forward", key not in await page.content())
        except Exception as refused:  # Chromium does not keep what was answered to a form
            check("a03: going forward finds nothing", "ERR_CACHE_MISS" in str(refused), refused)
        await page.wait_for_timeout(500)  # the browser's own page of that error is still loading
        await page.goto(self.at("/access"))
        rows = page.locator("tr", has_text="Key of the check")
        check("the key is listed once", await rows.count() == 1, await rows.count())
        check("by its hint", key[:9] in await rows.inner_text() and key not in await page.content())
        return key

    async def revoke(self, page, name):
        """Presses the trash icon of a row and says yes; the answer is held back to see what is shown meanwhile."""
        row = page.locator("tr", has_text=name)
        icon = row.locator("button.icon")
        await icon.click()
        dialog = page.locator("dialog[open]")
        await dialog.wait_for()
        focused = "document.activeElement.textContent.trim()"
        check("the question has the focus on Cancel", await page.evaluate(focused) == "Cancel")
        await page.keyboard.press("Escape")
        check("Escape closes it", await page.locator("dialog[open]").count() == 0)
        check("and gives the focus back", await icon.evaluate("icon => icon === document.activeElement"))
        await icon.click()
        await dialog.wait_for()
        answered = asyncio.Event()

        async def later(route):
            if route.request.method == "POST":
                await asyncio.sleep(1)
                answered.set()
            await route.continue_()

        await page.route("**/access/revoke", later)
        await dialog.locator("button.danger").click(no_wait_after=True)
        await asyncio.sleep(0.3)
        early = not answered.is_set() and await row.locator("s").count() == 0
        check("nothing is struck through before the server has answered", early)
        await page.locator("tr.ended", has_text=name).wait_for()
        check("then it is, with who did it", "Revoked by Nora Lindqvist" in await row.inner_text())
        await page.unroute("**/access/revoke")

    # ---- Connecting

    async def an_app_connects(self, page, context):
        await page.goto(self.at("/access/connect"))
        await page.click("button.primary")
        code = await page.inner_text("#code")
        url = await page.input_value("#url")
        check("the time runs down", re.search(r"9:\d\d left|10:00 left", await page.inner_text("[data-seconds]")) is not None)

        async def pastes(url):
            tab = await context.new_page()
            await tab.goto(url)
            await self.look(tab, "the approval page")
            await tab.fill("#code", code)
            await tab.click("text=Continue")
            await tab.locator("text=Allow").last.wait_for()
            await self.look(tab, "the second step of the approval page")
            await tab.click('button[value="allow"]')
            await tab.wait_for_url(re.compile("http://(localhost|127.0.0.1):"))

        person = Person(asyncio.get_running_loop(), pastes)
        client = Client(url, auth=OAuth(client_name=NAME, token_storage=MemoryStore()))
        async with client:
            tools = await client.list_tools()
            await asyncio.wrap_future(person.done)
            check("o12: the form leads to the app, which gets its tools", len(tools) > 0)
            await page.locator("h1", has_text="is connected").wait_for(timeout=10_000)
            check("the page that waited says so by itself", NAME in await page.inner_text("h1"))
            await self.look(page, "a code that was used")
            check("and needs no steps in the chat any more", await page.locator(".guide:visible").count() == 0, "Steps in the chat")
            await page.goto(self.at("/access"))
            check("the connection is news", await page.locator('[aria-label="New connection"]').count() == 1)
            row = page.locator("tr", has_text=NAME)
            check("its row says that nobody vouches for it", "unverified name" in await row.inner_text())
            await self.look(page, "the access page with an app")
            await self.revoke(page, NAME)

            async def looks(url):
                await (await context.new_page()).goto(url)

            person.will = looks
            try:
                await asyncio.wait_for(client.list_tools(), 5)
                refused = False
            except BaseException as error:  # FastMCP ends its task group with what it got
                if isinstance(error, KeyboardInterrupt):
                    raise
                refused = True
            check("a revoked app gets nothing any more", refused)

    # ---- Without scripts

    async def it_works_without_scripts(self, cookies):
        context = await self.context(java_script_enabled=False)
        await context.add_cookies(cookies)
        page = await context.new_page()
        key = await self.new_key(page, "Without scripts")
        check("without scripts a key is made", status(self.mcp, key) == 200)
        check("no button is dead", await page.locator("[data-copy]:visible").count() == 0)
        await page.goto(self.at("/access/connect"))
        await page.click("button.primary")
        check("a code is made", re.fullmatch("([0-9A-Z]{4}-){4}[0-9A-Z]{4}", await page.inner_text("#code")) is not None)
        await page.click("text=Cancel this code")
        check("and cancelled", "cancelled" in await page.inner_text("h1"))
        await page.goto(self.at("/access"))
        await page.locator("tr", has_text="Without scripts").locator("button.icon").click()
        await page.click("text=Revoke key")
        check("the key is revoked", "Without scripts is revoked" in await page.inner_text('[role="status"]'))
        check("and refused", status(self.mcp, key) == 401)
        await page.click('form[action="/access/pause"] button')
        check("all is paused", "refused from now on" in await page.inner_text("main [role=status]"))
        await page.click("text=Resume")
        check("and resumed", "work again" in await page.inner_text("main [role=status]"))
        key = await self.new_key(page, "Last one")
        await page.goto(self.at("/access"))
        await page.click('form[action="/access/revoke-all"] button')
        await page.fill("#name", self.server.ready["stores"][0]["name"])
        await page.click("text=Revoke everything >> nth=-1")
        check("all is revoked", "all keys and apps are revoked" in await page.inner_text("main [role=status]"))
        check("the last key, too", status(self.mcp, key) == 401)
        await context.close()

    # ---- Who may not

    async def staff_may_look(self):
        context = await self.context()
        page = await context.new_page()
        await self.signed_in(page, "demo-staff")
        check("a02: who may only look has nothing to press", await page.locator("main button").count() == 0)
        post = "fetch('/access/pause', { method: 'POST', body: new URLSearchParams({ whose: '' }) }).then(r => r.status)"
        check("a02: and is refused", await page.evaluate(post) == 403)
        await context.close()

    async def nobody_frames_it(self, page):
        pages = [self.at("/access"), self.at("/authorize?client_id=x")]
        framing = OtherSite("".join(f'<iframe src="{url}"></iframe>' for url in pages))
        await page.goto(framing.url)
        await page.wait_for_timeout(1_000)
        frames = [frame.url for frame in page.frames[1:]]
        check("o10: no other page frames ours", len(frames) == 2 and all("chrome-error" in url for url in frames), frames)
        framing.close()

    # ---- Every page, light and dark, wide and narrow

    async def every_page_is_right_for_everybody(self, cookies):
        keys = self.server.ready["stores"][1]["keys"]
        for key in (keys["read"], keys["readWrite"], keys["readWrite"]):
            run_program(self.mcp, key, self.server.product.count)
        for width, scheme in LOOKS:
            context = await self.context(width, scheme)
            page = await context.new_page()
            look = lambda name: self.look(page, f"{name}, {width} px, {scheme}")
            await page.goto(self.server.ready["accessUrl"])
            await look("signing in")
            await page.check('input[name="tenant"] >> nth=1')
            await page.click("button.primary")
            await page.wait_for_url(self.at("/access"))
            await look("the access page")
            await page.goto(self.at("/access/keys/new"))
            await look("a new key")
            await page.fill("#label", f"{width} {scheme}")
            await page.click("button.primary")
            await page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
            await look("a key that was made")
            await page.goto(self.at("/access/connect"))
            await look("connecting a chat")
            await page.click("button.primary")
            await look("a code that waits")
            await page.click("text=Cancel this code")
            await look("a code that was cancelled")
            await page.goto(self.at("/access"))
            await page.locator("button.icon").first.click()
            await page.locator("dialog[open]").wait_for()
            await look("a question in a dialog")
            await page.keyboard.press("Escape")
            await page.goto(self.at("/access/revoke-all"))
            await look("revoking all")
            await page.fill("#name", "another name")
            await page.click("button.danger")
            await look("a name that differs")
            await page.goto(self.at("/access/activity"))
            await page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
            await look("activity")
            await page.click("tbody th a >> nth=0")
            await look("a program")
            await page.goto(self.at("/access"))
            await page.click('form[action="/access/pause"] button')
            await look("a pause")
            await page.click("text=Resume")
            await look("the end of a pause")
            await page.click("text=Sign out")
            await look("signed out")
            for place in self.server.product.guide:
                await page.goto(self.at(f"/guide{place}"))
                await look(f"the documentation{place.replace('/', ', ')}")
            await context.close()

    async def all(self):
        context = await self.context()
        page = await context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        await page.goto(self.at("/access/sign-in"))
        check("without its token the sign-in asks for it", "Open the address that the server printed" in await page.content())
        await self.signed_in(page)
        await self.a_key_is_shown_once(page)
        await self.an_app_connects(page, context)
        check("nothing went wrong in the page's script", not errors, errors)
        cookies = await context.cookies()
        await self.it_works_without_scripts(cookies)
        await self.staff_may_look()
        await self.nobody_frames_it(page)
        await context.close()
        await self.every_page_is_right_for_everybody(cookies)


# Each has a server of its own.
PARTS = {
    "pages": Pages.all,
    "keyboard": all_goes_without_a_mouse,
    "names": t14_names_act_nowhere,
    "right-to-left": it_reads_from_right_to_left,
    "view": the_page_shows_results,
}
ASKED_FOR = {"own": its_pages_are_its_own}


@contextmanager
def serving(binary, **more):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, Path(folder), **more)
        try:
            server.start()
            yield server
        finally:
            server.end()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER")
    parser.add_argument("--browser", choices=("chromium", "firefox"), default="chromium")
    parser.add_argument("--part", choices=PARTS | ASKED_FOR, action="append", help="only this; may be repeated")
    arguments = parser.parse_args()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    if arguments.browser == "firefox":
        with serving(arguments.binary) as server:
            await it_works_in_firefox(server)
    else:
        async with chromium() as browser:
            for part in arguments.part or PARTS:
                print(f"{part}:", flush=True)
                # As people read it: the other form escapes what it is told.
                with serving(arguments.binary, log_format="pretty" if part == "names" else "json") as server:
                    await (PARTS | ASKED_FOR)[part](Pages(server, browser, arguments.screenshots))
    print("all is well")


if __name__ == "__main__":
    asyncio.run(main())
