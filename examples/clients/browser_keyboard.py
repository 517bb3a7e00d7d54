"""The pages with the keyboard alone."""

import re

from browser import App, run_program
from server import check

# More than any page of the demo has.
MOST_STOPS = 150

# Whatever the Tab key should reach, by its place in the document. Of radio buttons with one name it is one.
EXPECTED = """() => {
  const root = document.querySelector('dialog[open]') ?? document;
  const all = [...document.querySelectorAll('*')];
  const can = [...root.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')];
  const groups = new Set();
  return can.filter(one => !one.disabled && one.checkVisibility({ visibilityProperty: true })).filter(one => {
    if (one.type !== 'radio') return true;
    if (!one.checked) return false;
    return !groups.has(one.name) && groups.add(one.name);
  }).map(one => [all.indexOf(one), one.outerHTML.slice(0, 120)]);
}"""

# What has the focus, and whether one sees it; nothing once the browser itself has it.
STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const isMarked = (outline || style.boxShadow !== 'none') && one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  // To a pixel: the browser scrolls to whole ones.
  const isInside = box.width > 1 && box.height > 1 && box.left > -1 && box.right < innerWidth + 1 && box.top > -1 && box.bottom < innerHeight + 1;
  const above = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    place: [...document.querySelectorAll('*')].indexOf(one), html: one.outerHTML.slice(0, 120), text: one.textContent.trim(),
    seen: isMarked && isInside && one.contains(above), skip: one.matches('a.skip[href="#main"]'), dialog: !!one.closest('dialog[open]'),
  };
}"""


class Keyboard:
    """A person without a mouse."""

    def __init__(self, page):
        self.page = page

    async def press(self, *keys):
        for key in keys:
            await self.page.keyboard.press(key)

    async def until(self, is_end, key="Tab"):
        """The stops up to this one, with it; `None` stands for the browser itself, which is not always stopped at."""
        stops = []
        while len(stops) < MOST_STOPS:
            await self.press(key)
            stops.append(await self.page.evaluate(STOP))
            if is_end(stops[-1]):
                return [stop for stop in stops if stop]
        return None

    async def around(self, name):
        """Goes around the page with the Tab key, and back."""

        def is_first(stop):
            return stop is not None and stop["skip"]

        # From wherever the page has put the focus, to its beginning, and from there once around.
        start = await self.until(is_first)
        check(f"{name}: the Tab key comes to the link past the bar", start is not None)
        rest = await self.until(lambda stop: stop is None or is_first(stop))
        check(f"{name}: and out of the page again", rest is not None)
        stops = start[-1:] + [stop for stop in rest if not is_first(stop)]
        unseen = [stop for stop in stops if not stop["seen"]]
        check(f"{name}: one sees where one is, at {len(stops)} stops", not unseen, unseen)
        expected = await self.page.evaluate(EXPECTED)
        places = [stop["place"] for stop in stops]
        missing = [html for place, html in expected if place not in places]
        seen = missing or [stop["html"] for stop in stops]
        check(f"{name}: all that can be used is reached, in its order", not missing and places == sorted(places), seen)
        back = await self.until(is_first, "Shift+Tab")
        check(f"{name}: the way back is the same", back and [stop["place"] for stop in back] == places[::-1], back)

    async def to(self, selector, key="Tab"):
        """Goes on until this has the focus."""
        target = self.page.locator(selector).first
        await target.wait_for()
        for _ in range(MOST_STOPS):
            if await target.evaluate("one => one === document.activeElement"):
                return
            await self.press(key)
        check(f"the {key} key reaches {selector}", False, await self.page.evaluate(STOP))

    async def follow(self, selector, key="Enter"):
        """Goes there and presses it, which leads to another page."""
        await self.to(selector)
        async with self.page.expect_navigation():
            await self.press(key)

    async def copies(self, button, text):
        await self.to(button)
        await self.press("Space")
        await self.page.locator(f"{button} >> text=Copied").wait_for()
        copied = await self.page.evaluate("navigator.clipboard.readText()")
        check(f"{button} copies", copied == text)
        await self.page.locator("#say", has_text="Copied").wait_for(state="attached")


async def all_goes_without_a_mouse(visit):
    context = await visit.context()
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visit.base)
    for key in visit.server.ready["stores"][0]["keys"].values():
        run_program(visit.mcp, key, visit.server.product.count)
    page = await context.new_page()
    keys = Keyboard(page)
    await page.goto(visit.server.ready["accessUrl"])
    await keys.around("signing in")
    await keys.to('input[name="person"]:checked')
    await keys.press("ArrowDown", "ArrowUp")
    await keys.follow("button.primary")
    check("one signs in", page.url == visit.at("/access"), page.url)
    await keys.around("the access page")
    await it_skips_the_bar(page, keys)
    await a_key(page, keys)
    await a_question(page, keys)
    await a_code(page, keys)
    await an_approval(visit, page)
    await activity(visit, page, keys)
    await a_pause(page, keys)
    await everything(visit, page, keys)
    await keys.follow("text=Sign out")
    await keys.around("signed out")
    await context.close()


async def it_skips_the_bar(page, keys):
    await page.reload()
    await keys.press("Tab", "Enter")
    check("the link past the bar leads into the page", await page.evaluate("document.activeElement.id") == "main")
    await keys.press("Tab")
    check("and on from there", await page.evaluate("document.activeElement.textContent") == "Connect a web chat")


async def a_key(page, keys):
    await keys.follow("main >> text=Create a key")
    await keys.around("a new key")
    await keys.to("#label")
    await page.keyboard.type("By keyboard")
    await keys.press("Tab", "ArrowDown")
    check("the arrow keys choose what it may do", await page.locator('[value="read_write"]').is_checked())
    await keys.press("Tab", "ArrowDown")
    check("and how long it lives", await page.input_value("#expires") == "7")
    await keys.follow("button.primary", "Space")
    await keys.around("a key that was made")
    key = await page.input_value("#secret")
    await keys.to("#secret")
    await keys.press("Control+c")
    check("the key is selected where it has the focus", await page.evaluate("navigator.clipboard.readText()") == key)
    await page.evaluate("navigator.clipboard.writeText('')")
    await keys.copies('[data-copy="secret"]', key)
    await keys.to("summary >> text=Codex")
    await keys.press("Space")
    await keys.copies('[data-copy="use-1"]', await page.inner_text("#use-1"))
    await keys.follow("text=I have copied the key")
    check("the key is listed", await page.locator("tr", has_text="By keyboard").count() == 1)


async def a_question(page, keys):
    trash = 'tr:has-text("By keyboard") button.icon'
    await keys.to(trash)
    await keys.press("Enter")
    await page.locator("dialog[open]").wait_for()
    stops = []
    for _ in range(6):
        await keys.press("Tab")
        stops.append(await page.evaluate(STOP))
    stops = [stop for stop in stops if stop]
    check("the question keeps the focus", all(stop["dialog"] and stop["seen"] for stop in stops), stops)
    reached = {stop["text"] for stop in stops}
    check("its buttons are reached, and nothing else", reached == {"Revoke key", "Cancel"}, reached)
    await keys.press("Escape")
    check("Escape closes it", await page.locator("dialog[open]").count() == 0)
    focused = "one => one === document.activeElement"
    check("and the focus is back on the trash button", await page.locator(trash).evaluate(focused))
    await keys.press("Space")
    await page.locator("dialog[open]").wait_for()
    await keys.to("dialog >> text=Cancel")
    await keys.press("Enter")
    check("Cancel gives it back, too", await page.locator(trash).evaluate(focused))
    await keys.press("Enter")
    await page.locator("dialog[open]").wait_for()
    await keys.follow("dialog button.danger")
    await page.locator("tr.ended", has_text="By keyboard").wait_for()
    check("what was done has the focus", "is revoked" in await page.evaluate("document.activeElement.textContent"))
    await keys.around("the access page after a revocation")


async def a_code(page, keys):
    await keys.follow("main >> text=Connect a web chat")
    await keys.around("connecting a chat")
    await keys.to('input[name="scope"]:checked')
    await keys.press("ArrowDown")
    await keys.follow("text=Get a code")
    check("the code is for what was chosen", "Read & write" in await page.inner_text(".intro"))
    await keys.around("a code that waits")
    await keys.copies('[data-copy="url"]', await page.input_value("#url"))
    await keys.copies('[data-copy="code"]', await page.inner_text("#code"))
    await keys.to("summary >> text=ChatGPT")
    await keys.press("Enter")
    check("the steps for another chat open", await page.locator("text=Add custom MCP server").is_visible())
    await keys.follow("text=Cancel this code")
    check("the code is cancelled", "cancelled" in await page.inner_text("h1"))
    await keys.around("a code that was cancelled")
    await keys.follow("text=Done")


async def an_approval(visit, page):
    """The page that an app opens, which has no script."""
    await page.goto(visit.at("/access/connect"))
    await page.click("button.primary")
    code = await page.inner_text("#code")
    app = App(visit.base, "Keyboard check")
    tab = await page.context.new_page()
    keys = Keyboard(tab)
    await tab.goto(app.url(await page.input_value("#url")))
    await keys.around("the approval page")
    await keys.to("#code")
    await tab.keyboard.type("7KQ2-M0ZX-94TB-HJ3E-D8WP")
    async with tab.expect_navigation():
        await keys.press("Enter")
    check("a code that is wrong has the focus, to be put right", await tab.evaluate("document.activeElement.id") == "code")
    await keys.around("a code that is wrong")
    await keys.to("#code")
    await tab.keyboard.type(code)
    async with tab.expect_navigation():
        await keys.press("Enter")
    await keys.around("the second step of the approval page")
    await keys.to('button[value="allow"]')
    await keys.press("Space")
    await tab.wait_for_url(f"{app.redirect}*")
    app.token()
    await tab.close()
    await page.locator("h1", has_text="is connected").wait_for(timeout=10_000)
    await Keyboard(page).around("a code that was used")
    await Keyboard(page).follow("text=Done")


async def activity(visit, page, keys):
    await keys.follow("nav >> text=Activity")
    check("calls are listed", await page.locator("tbody th a").count() == 2)
    await page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    await keys.around("activity")
    await keys.to("#grant")
    await page.keyboard.type("demo")
    chosen = await page.input_value("#grant")
    await keys.follow("main form button")
    check("the filter keeps what was chosen", await page.input_value("#grant") == chosen != "" and chosen in page.url, page.url)
    await keys.follow("tbody th a")
    check("a program opens", re.match("Program of ", await page.inner_text("h1")) is not None)
    await keys.around("a program")
    await keys.follow(".back a")
    check("and the way back is there", page.url == visit.at("/access/activity"), page.url)


async def a_pause(page, keys):
    await keys.follow("nav >> text=Access")
    await keys.follow('form[action="/access/pause"] button')
    check("the pause is said", "refused from now on" in await page.evaluate("document.activeElement.textContent"))
    await keys.around("a pause")
    await keys.follow("text=Resume", "Space")
    check("and its end", "work again" in await page.evaluate("document.activeElement.textContent"))


async def everything(visit, page, keys):
    button = 'main form[action="/access/revoke-all"] button'
    await keys.to(button)
    await keys.press("Enter")
    await page.locator("dialog[open]").wait_for()
    check("revoking all asks for the name first", await page.evaluate("document.activeElement.id") == "name")
    await keys.press("Escape")
    check("Escape gives the focus back", await page.locator(button).evaluate("one => one === document.activeElement"))
    await keys.press("Enter")
    await page.locator("dialog[open]").wait_for()
    await page.keyboard.type("another name")
    async with page.expect_navigation():
        await keys.press("Enter")
    check("a name that differs is asked for again", await page.evaluate("document.activeElement.id") == "name")
    await keys.around("a name that differs")
    await keys.to("#name")
    await keys.press("Control+a")
    await page.keyboard.type(visit.server.ready["stores"][0]["name"])
    await keys.follow("button.danger")
    check("all is revoked", "all keys and apps are revoked" in await page.evaluate("document.activeElement.textContent"))
    await keys.around("the access page after revoking all")
