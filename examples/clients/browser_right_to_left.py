"""The pages of somebody who reads from right to left."""

from browser import App, run_program
from server import check

STORE = "חנות «אור» 24"
LABEL = "مفتاح (1)"
APP = "עוזר — 2.0"
WIDTHS = (1280, 320)
# The store has no goods, so this asks for none.
PROGRAM = "const sum = [1, 2].reduce((a, b) => a + b, 0);\nreturn `${sum}`;"

# As if the pages were translated: they are in English, but laid out the other way round.
TURNED = """(() => {
  const turn = () => { if (document.documentElement) document.documentElement.dir = 'rtl'; };
  turn();
  new MutationObserver(turn).observe(document, { childList: true });
})()"""

# What reaches beyond the window, on either side. Links past the bar and words for who hears them are there on purpose.
BEYOND = """() => [...document.querySelectorAll('body *')].filter(one => {
  const box = one.getBoundingClientRect();
  if (!box.width || one.closest('.sr, .skip, thead, .defs, caption') || !one.checkVisibility()) return false;
  return box.left < -1 || box.right > innerWidth + 1;
}).map(one => one.outerHTML.slice(0, 160))"""

# Keys, addresses, codes and programs that are laid out as if they were words of the page.
TURNED_CODE = """() => [...document.querySelectorAll('code, pre, input.secret, input.code-input, #code')]
  .filter(one => one.checkVisibility() && getComputedStyle(one).direction !== 'ltr')
  // One word reads the same either way, if nothing but letters stands at its ends.
  .filter(one => !/^[a-z0-9](.*[a-z0-9])?$/is.test(one.textContent) || /\\s/.test(one.textContent))
  .map(one => one.outerHTML.slice(0, 160))"""


# Is the code's right end where the line below it begins?
AT_START = """() => {
  const box = selector => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(selector));
    return range.getBoundingClientRect();
  };
  return Math.abs(box('#code').right - box('.panel p').right) < 2;
}"""


async def it_reads_from_right_to_left(visit):
    visit.server.command("tenant", "install", "rtl.example", "--name", STORE, "--json")
    for width in WIDTHS:
        await every_page(visit, width)


async def every_page(visit, width):
    context = await visit.context(width)
    await context.add_init_script(TURNED)
    page = await context.new_page()

    async def look(tab, name):
        name = f"{name}, {width} px, right to left"
        check(f"{name}: it is", await tab.evaluate("getComputedStyle(document.querySelector('main')).direction") == "rtl")
        beyond = await tab.evaluate(BEYOND)
        scrolls = await tab.evaluate("document.documentElement.scrollWidth") > width
        check(f"{name}: nothing reaches beyond the window", not beyond and not scrolls, beyond)
        turned = await tab.evaluate(TURNED_CODE)
        check(f"{name}: what machines read is not turned", not turned, turned)
        await visit.picture(tab, name)

    await page.goto(visit.server.ready["accessUrl"])
    await look(page, "signing in")
    await page.locator("label", has_text=STORE).click()
    await page.click("button.primary")
    await page.wait_for_url(visit.at("/access"))
    if width == WIDTHS[0]:
        await look(page, "a first visit")
    await page.goto(visit.at("/access/keys/new"))
    await look(page, "a new key")
    await page.fill("#label", "x\u202e")
    await page.click("button.primary")
    await look(page, "a label that is refused")
    key = await visit.new_key(page, f"{LABEL} {width}")
    # Without their common name, of which one at a time is open.
    await page.evaluate("for (const one of document.querySelectorAll('details')) { one.removeAttribute('name'); one.open = true; }")
    await look(page, "a key that was made")
    run_program(visit.mcp, key, PROGRAM)
    await page.goto(visit.at("/access/connect"))
    await look(page, "connecting a chat")
    app = App(visit.base, APP)
    waits = await context.new_page()
    token = await visit.allow(waits, app, look)
    await waits.locator("h1", has_text="is connected").wait_for(timeout=10_000)
    await look(waits, "a code that was used")
    await waits.close()
    run_program(app.connector, token, PROGRAM)
    await page.click("button.primary")
    await look(page, "a code that waits")
    check("the code begins where the words above it do", await page.evaluate(AT_START))
    await page.click("text=Cancel this code")
    await look(page, "a code that was cancelled")
    await visit.new_key(page, f"Second {width}")
    await page.goto(visit.at("/access"))
    await page.locator("tr:not(.ended)", has_text="Second").locator("button.icon").click()
    await page.locator("dialog[open]").wait_for()
    await look(page, "a question in a dialog")
    await page.locator("dialog button.danger").click()
    await page.locator("tr.ended").first.wait_for()
    await look(page, "the access page")
    await page.goto(visit.at("/access/revoke-all"))
    await look(page, "revoking all")
    await visit.call_of(page, APP)
    await page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    await look(page, "activity")
    await page.click("tbody th a >> nth=0")
    await look(page, "a program")
    await page.goto(visit.at("/access"))
    await page.click('form[action="/access/pause"] button')
    await look(page, "a pause")
    await page.click("text=Resume")
    await context.close()
