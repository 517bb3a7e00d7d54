"""What of the pages differs from product to product: its names, its keys, what it records of its operations, its documentation."""

import json
import re

from browser import App, ask
from browser_view import the_examples_are_drawn
from product import MADE, words_of_others
from server import check

LOOKS = [(1280, "light"), (320, "dark")]


class Own:
    """Looks at every page for words of other products, too."""

    def __init__(self, visit, width, scheme):
        self.visit, self.width, self.scheme = visit, width, scheme
        self.foreign = words_of_others(visit.server.binary)

    async def look(self, page, name):
        await self.visit.look(page, f"{name}, {self.width} px, {self.scheme}")
        text = (await page.locator("body").inner_text()).lower()
        said = [word for word in self.foreign if word.lower() in text]
        check(f"{name} says nothing of another product", not said, said)


async def its_pages_are_its_own(visit):
    """Part `own`."""
    made = makes_and_tries(visit)
    for width, scheme in LOOKS:
        own = Own(visit, width, scheme)
        context = await visit.context(width, scheme)
        page = await context.new_page()
        await page.goto(visit.server.ready["accessUrl"])
        await own.look(page, "signing in")
        await page.click("button.primary")
        await page.wait_for_url(visit.at("/access"))
        check("the page has the product's heading", await page.inner_text("h1") == visit.server.product.access_page)
        await own.look(page, "the access page")
        await a_key_is_shown_once(visit, own, page, f"{width} {scheme}")
        await a_code_waits(visit, own, page)
        await an_app_is_connected(visit, own, page)
        await it_tells_what_was_done(visit, own, page, made)
        for place in visit.server.product.guide:
            answer = await page.goto(visit.at(f"/guide{place}"))
            check(f"there is a page /guide{place}", answer.status == 200, answer.status)
            await own.look(page, f"the documentation{place.replace('/', ', ')}")
        await context.close()
    await the_documented_views_are_drawn(visit)


def call(visit, key, tool, **arguments):
    answered, text = ask(visit.mcp, key, "tools/call", name=tool, arguments=arguments)
    result = json.loads(text)["result"]
    check(f"{tool} is answered", answered == 200 and not result.get("isError"), text)
    return result["structuredContent"]


def makes_and_tries(visit):
    """One change tried, and one kept; the id of what was kept."""
    key = visit.server.ready["stores"][0]["keys"]["readWrite"]
    product = visit.server.product
    call(visit, key, "run", program=product.count)
    tried = call(visit, key, "run_write", program=product.make, dryRun=True)
    kept = call(visit, key, "run_write", commit=tried["handle"])
    return kept["result"]


async def a_key_is_shown_once(visit, own, page, label):
    key = await visit.new_key(page, label)
    check("a key made on the page begins as the product's do", key.startswith(f"{visit.server.product.key_prefix}_"), key[:5])
    check("and opens the endpoint", ask(visit.mcp, key, "tools/list")[0] == 200)
    await page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    await own.look(page, "a key that was made")
    await page.goto(visit.at("/access"))
    check("it is not shown again", key not in await page.content())
    check("but listed by its hint", key[:9] in await page.locator("tr", has_text=label).inner_text())


async def a_code_waits(visit, own, page):
    await page.goto(visit.at("/access/connect"))
    await page.click("button.primary")
    code = await page.inner_text("#code")
    check("a connection code is made", re.fullmatch("([0-9A-Z]{4}-){4}[0-9A-Z]{4}", code) is not None, code)
    await own.look(page, "a code that waits")
    await page.click("text=Cancel this code")


async def an_app_is_connected(visit, own, page):
    app = App(visit.base, f"App at {own.width}")
    token = await visit.allow(page, app, own.look)
    answered, text = ask(app.connector, token, "tools/call", name="run", arguments={"program": visit.server.product.count})
    check("an app that a person allowed reads", answered == 200 and '"ok":true' in text.replace(" ", ""), text)
    await page.goto(visit.at("/access"))
    check("and is listed", await page.locator("tr", has_text=app.name).count() == 1)
    await own.look(page, "the access page with an app")


async def it_tells_what_was_done(visit, own, page, made):
    dry_run = (await visit.call_of(page, "Dry run")).locator("th a")
    await page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    await own.look(page, "activity")
    await dry_run.click()
    await page.locator("h1", has_text="Program of").wait_for()
    text = await page.inner_text("main")
    check("a program is told with what it would have made", made in text and "Created " in text and MADE in text, text)
    await own.look(page, "a program that was tried")


async def the_documented_views_are_drawn(visit):
    key = visit.server.ready["stores"][0]["keys"]["read"]

    def rpc(method, **params):
        return json.loads(ask(visit.mcp, key, method, **params)[1])["result"]

    tools = {tool["name"]: tool for tool in rpc("tools/list")["tools"]}
    html = rpc("resources/read", uri=tools["run"]["_meta"]["ui"]["resourceUri"])["contents"][0]["text"]
    await the_examples_are_drawn(visit, html, rpc)
