"""The page that shows results, framed as chats frame it: what a person would see of a table, of bars and of a tree."""

import json

from axe_playwright_python.async_playwright import Axe

from browser import RULES, ask
from server import check

LOOKS = [(900, "light"), (900, "dark"), (320, "light"), (320, "dark")]
PART = "\u202eexe.gpj"
HOSTILE = "<img src=x onerror=\"parent.postMessage('acted', '*')\"><script>parent.postMessage('acted', '*')</script>"

# Plays the chat: frames the page without an origin, answers it, keeps what it says, and sets its height as it asks.
HOST = """<!doctype html><html lang="en"><title>Chat</title><meta name="viewport" content="width=device-width">
<style>body { margin: 0 } h1 { position: absolute; clip-path: inset(50%) } iframe { display: block; border: 0; inline-size: 100%; block-size: 2rem }</style>
<main><h1>Chat</h1></main><script>
const heard = [];
let context = {};
const frame = document.createElement("iframe");
frame.title = "Result";
frame.sandbox = "allow-scripts";
const tell = (message) => frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
addEventListener("message", ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  heard.push(data);
  if (data.method === "ui/initialize") tell({ id: data.id, result: {
    protocolVersion: "2026-01-26", hostInfo: { name: "check", version: "1" }, hostCapabilities: {}, hostContext: context,
  } });
  if (data.method === "ui/notifications/size-changed") frame.style.blockSize = `${data.params.height}px`;
});
function open(html, given) {
  context = given;
  frame.srcdoc = html;
  document.querySelector("main").append(frame);
}
</script></html>"""

TABLE = {
    "title": "Buildable now",
    "columns": [
        {"key": "name", "title": "Product"},
        {"key": "workshop", "title": "Workshop", "unit": "pcs"},
        {"key": "barn", "title": "Barn store", "unit": "pcs"},
        {"key": "cost", "title": "Unit cost", "unit": "EUR"},
        {"key": "limiting", "title": "What limits it"},
    ],
    "rows": [
        {"name": "Desk lamp, walnut", "workshop": 15, "barn": 2, "cost": "48.2210", "limiting": "Seat blank, heat-shrink tube"},
        {"name": "Oak stool", "workshop": 0, "barn": -3, "cost": "112.9000", "limiting": "Screws M4 × 20"},
        {"name": "מנורת קיר (24)", "workshop": 1042, "barn": 7, "cost": None, "limiting": ["LED module", "driver"]},
        {"name": HOSTILE, "workshop": 1, "barn": 1, "cost": "1", "limiting": f"invoice {PART} 12"},
    ],
}
BARS = {
    "title": "Textile cable on hand",
    "unit": "m",
    "bars": [
        {"label": "Workshop", "value": 340.5, "of": 400},
        {"label": "Barn store", "value": "120.25"},
        {"label": "Showroom with a long name on the first floor", "value": 0, "of": 60},
        {"label": HOSTILE, "value": -4},
    ],
}
TREE = {
    "title": "What it is made of",
    "root": {
        "label": "Desk lamp, walnut",
        "children": [
            {"label": "Lamp head, brass", "detail": "1", "children": [
                {"label": "LED engine", "detail": "1", "children": [{"label": "LED module", "detail": "1 pcs"}, {"label": HOSTILE}]},
                {"label": "Brass shade", "detail": "1 pcs"},
            ]},
            {"label": "מנורת קיר (24)", "detail": "2 pcs"},
            {"label": f"Cable {PART}", "detail": "2.2 m"},
        ],
    },
}  # fmt: skip
ALL = {"table": TABLE, "bars": BARS, "tree": TREE}


def answer(result, **more):
    """What `run` answers when its program returned this."""
    told = {"ok": True, "result": result, "calls": 1, "durationMs": 12, **more}
    return {"content": [{"type": "text", "text": json.dumps(told)}], "structuredContent": told}


class Chat:
    """A page that frames the view."""

    def __init__(self, page, frame):
        self.page, self.frame = page, frame

    @classmethod
    async def open(cls, context, html, host=None):
        page = await context.new_page()
        page.errors, page.asked = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda said: page.errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda request: page.asked.append(request.url))
        await page.set_content(HOST)
        await page.evaluate("([html, host]) => open(html, host)", [html, host or {}])
        await page.wait_for_function("heard.some(one => one.method === 'ui/notifications/initialized')")
        return cls(page, page.frame_locator("iframe"))

    async def tell(self, method, params, **more):
        message = json.dumps({"method": method, "params": params, **more})
        await self.page.evaluate("message => tell(JSON.parse(message))", message)

    async def show(self, result, **more):
        await self.tell("ui/notifications/tool-input", {"arguments": {"program": "return 1"}})
        await self.tell("ui/notifications/tool-result", answer(result, **more))
        await self.settled()

    async def settled(self):
        await self.frame.locator("[role=status]").wait_for(state="detached")
        await self.page.wait_for_timeout(250)

    async def heard(self):
        return await self.page.evaluate("heard")

    async def evaluate(self, script):
        return await self.page.frames[-1].evaluate(script)

    async def text(self):
        return await self.frame.locator("main").inner_text()

    async def picture(self, visit, name):
        # Pictures of a page that is higher than its window resize what is framed in it while they are taken.
        width, height = self.page.viewport_size["width"], await self.page.evaluate("frame.offsetHeight")
        await self.page.set_viewport_size({"width": width, "height": height})
        await visit.picture(self.page, f"view, {name}")

    async def is_right(self, name):
        """axe finds nothing, nothing reaches beyond the frame, which is as high as what is in it, and nothing acted."""
        found = (await Axe().run(self.page, options=RULES)).response["violations"]
        check(f"axe finds nothing on {name}", not found, [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found])
        sizes = "({ wide: document.documentElement.scrollWidth - innerWidth, high: document.documentElement.scrollHeight - innerHeight })"
        sizes = await self.evaluate(sizes)
        check(f"{name} fits its frame", sizes["wide"] <= 0 and sizes["high"] <= 0, sizes)
        heard = await self.heard()
        methods = {one.get("method") for one in heard if isinstance(one, dict)}
        known = {"ui/initialize", "ui/notifications/initialized", "ui/notifications/size-changed", None}
        check(f"{name}: it says nothing but that it is there", methods <= known and "acted" not in heard, heard)
        asked = [url for url in self.page.asked if not url.startswith("about:")]
        check(f"{name}: no request leaves", not asked and not self.page.errors, (asked, self.page.errors))


async def the_page_shows_results(visit):
    server = visit.server
    created = server.command("key", "create", "--store", server.ready["stores"][0]["name"], "--scope", "read", "--label", "View", "--json")

    def rpc(method, **params):
        return json.loads(ask(visit.mcp, created["key"], method, **params)[1])["result"]

    tools = {tool["name"]: tool for tool in rpc("tools/list")["tools"]}
    uri = tools["run"]["_meta"]["ui"]["resourceUri"]
    html = rpc("resources/read", uri=uri)["contents"][0]["text"]
    for width, scheme in LOOKS:
        await it_is_drawn(visit, html, width, scheme)
    await it_follows_its_host(visit, html)
    await it_reads_from_right_to_left(visit, html)
    await what_is_no_view_is_shown_as_it_is(visit, html)
    await long_ones_end(visit, html)
    await the_examples_are_drawn(visit, html, rpc)


async def it_is_drawn(visit, html, width, scheme):
    look = f"{width} px, {scheme}"
    context = await visit.context(width, scheme)
    chat = await Chat.open(context, html)
    check("it waits for the result", await chat.text() == "Waiting for the result …", await chat.text())
    for name, given in ALL.items():
        await chat.show({name: given, "more": 1})
        await chat.is_right(f"{name}, {look}")
        await chat.picture(visit, f"{name}, {look}")
        check("markup is shown as the text it is", HOSTILE in await chat.frame.locator("main").text_content())
        check("and none is made of it", await chat.frame.locator("main :is(img, script, a, svg)").count() == 0)
    await chat.show({"table": TABLE})
    check("a table has a caption", await chat.frame.locator("caption").inner_text() == "Buildable now")
    check("columns have names and units", "Workshop (pcs)" in await chat.frame.locator("thead").inner_text())
    rows = chat.frame.get_by_role("row")
    check("and as many rows as there are", await rows.count() == len(TABLE["rows"]) + 1, await rows.count())
    check("its first cells name the rows", await chat.frame.get_by_role("rowheader").count() == len(TABLE["rows"]))
    check("what turns text round is written out", "\\u{202e}" in await chat.text())
    scroll = chat.frame.locator(".scroll")
    if await scroll.evaluate("one => one.scrollWidth > one.clientWidth"):
        await chat.frame.locator("main").evaluate("() => document.activeElement.blur()")
        await scroll.focus()
        check("a wide table is reached by keyboard", await scroll.evaluate("one => one === document.activeElement"))
    await chat.show({"bars": BARS})
    lengths = await chat.evaluate("[...document.querySelectorAll('tbody td:nth-child(2) > span > span')].map(one => one.getBoundingClientRect().width)")
    check("the bars are as long as their values", abs(lengths[0] / lengths[1] - 340.5 / 120.25) < 0.05 and lengths[2] < 2, lengths)
    check("what is drawn is said, too", "340.5 of 400" in await chat.text(), await chat.text())
    await chat.show({"tree": TREE})
    first = chat.frame.locator("summary").first
    await first.focus()
    before = len(await chat.heard())
    await chat.page.keyboard.press("Enter")
    await chat.page.wait_for_timeout(250)
    check("a branch is closed by keyboard", not await chat.frame.locator("text=LED engine").is_visible())
    sizes = [one["params"]["height"] for one in (await chat.heard())[before:] if one.get("method", "").endswith("size-changed")]
    check("and the host is told the new height", sizes and sizes[-1] < 150, sizes)
    await context.close()


async def it_follows_its_host(visit, html):
    context = await visit.context(900, "light")
    chat = await Chat.open(context, html, {"theme": "dark"})
    await chat.show(ALL)
    paper = "getComputedStyle(document.body).backgroundColor"
    check("the host's theme counts more than the system's", await chat.evaluate(paper) == "rgb(21, 24, 27)", await chat.evaluate(paper))
    await chat.is_right("all three, dark host on a light system")
    await chat.picture(visit, "all three")
    await chat.tell("ui/notifications/host-context-changed", {"theme": "light"})
    check("also when it changes", await chat.evaluate(paper) == "rgb(255, 255, 255)", await chat.evaluate(paper))
    await chat.tell("ui/notifications/host-context-changed", {"styles": {"variables": {"--color-background-primary": "red"}}})
    check("half of the host's colours are not worn", await chat.evaluate(paper) == "rgb(255, 255, 255)")
    names = ["background-primary", "background-secondary", "text-primary", "text-secondary", "border-primary"]
    colours = {f"--color-{name}": "light-dark(#faf9f5, #262624)" if "back" in name else "light-dark(#141413, #faf9f5)" for name in names}
    await chat.tell("ui/notifications/host-context-changed", {"styles": {"variables": colours}})
    check("all of them are", await chat.evaluate(paper) == "rgb(250, 249, 245)", await chat.evaluate(paper))
    await chat.tell("ping", {}, id=7)
    await chat.tell("tools/list", {}, id=8)
    await chat.tell("ui/resource-teardown", {"reason": "end"}, id=9)
    await chat.page.wait_for_function("heard.some(one => one.id === 9)")
    answers = {one["id"]: one for one in await chat.heard() if one.get("id", 0) > 6}
    ends = answers[7].get("result") == {} and answers[9].get("result") == {} and answers[8]["error"]["code"] == -32601
    check("it answers what it is asked", ends, answers)
    forged = "postMessage({ jsonrpc: '2.0', method: 'ui/notifications/tool-cancelled' }, '*')"
    await chat.evaluate(forged)
    await chat.page.wait_for_timeout(100)
    check("it listens to its host alone", "Cancelled." not in await chat.text())
    await chat.tell("ui/notifications/tool-cancelled", {"reason": "user"})
    await chat.page.wait_for_timeout(100)
    check("a call that was cancelled is said to be", await chat.text() == "Cancelled.")
    await context.close()


async def it_reads_from_right_to_left(visit, html):
    for width in (900, 320):
        context = await visit.context(width)
        chat = await Chat.open(context, html, {"locale": "he-IL"})
        await chat.show(ALL)
        check("a host in Hebrew turns it", await chat.evaluate("getComputedStyle(document.body).direction") == "rtl")
        await chat.is_right(f"all three, {width} px, right to left")
        await chat.picture(visit, f"all three, {width} px, right to left")
        await context.close()


async def what_is_no_view_is_shown_as_it_is(visit, html):
    context = await visit.context(320)
    chat = await Chat.open(context, html)
    odd = [
        *(None, 5, "text", [1, 2], {}, {"table": None}, {"table": {}}, {"table": {"rows": 5}}, {"table": {"rows": [1]}}),
        *({"table": {"rows": [], "columns": 5}}, {"table": {"rows": [{}]}}, {"bars": {"bars": [{"label": "a", "value": "x"}]}}),
        *({"bars": {"bars": [None]}}, {"tree": {}}, {"tree": {"root": None}}, {"tree": {"root": {"label": "a", "children": [None]}}}),
        *({"constructor": {}}, {"__proto__": {"rows": []}}, {"toString": {"rows": []}}),
    ]
    for one in odd:
        await chat.show(one)
        is_plain = await chat.frame.locator("main > details > pre").count() == 1
        check(f"{json.dumps(one)} is plain", is_plain, await chat.text())
    await chat.show({"list": [HOSTILE]})
    await chat.frame.locator("summary").click()
    await chat.page.wait_for_timeout(250)
    await chat.is_right("a plain result")
    await chat.picture(visit, "a plain result")
    await chat.show({"table": {"rows": [{"a": 1, "b": "x"}]}}, changeCount=2, committed=False)
    check("a dry run is said to be one", "Changes tried and undone: 2" in await chat.text(), await chat.text())
    failed = {"isError": True, "content": [{"type": "text", "text": f"PROGRAM_ERROR: {HOSTILE}\nmore"}]}
    await chat.tell("ui/notifications/tool-result", failed)
    await chat.page.wait_for_timeout(100)
    check("a failure is said", await chat.text() == f"PROGRAM_ERROR: {HOSTILE}", await chat.text())
    await chat.tell("ui/notifications/tool-result", {"content": [{"type": "text", "text": answer({"bars": BARS})["content"][0]["text"]}]})
    await chat.page.wait_for_timeout(100)
    check("a host that hands on the text alone is enough", await chat.frame.locator("table.bars").count() == 1)
    await context.close()


async def long_ones_end(visit, html):
    context = await visit.context(900)
    chat = await Chat.open(context, html)
    long = {
        "table": {"rows": [{"n": n} for n in range(620)]},
        "bars": {"bars": [{"label": f"{n}", "value": n} for n in range(501)]},
        "tree": {"root": {"label": "all", "children": [{"label": f"{n}"} for n in range(700)]}},
    }
    for name, counted, rest in (("table", "tbody tr", 120), ("bars", "tbody tr", 1), ("tree", ".node", 201)):
        await chat.show({name: long[name]})
        drawn = await chat.frame.locator(counted).count()
        check(f"a long {name} ends, and says so", drawn == 500 and f"and {rest} more" in await chat.text(), drawn)
    deep = {"label": "bottom"}
    for level in range(300):
        deep = {"label": f"level {level}", "children": [deep]}
    await chat.show({"tree": {"root": deep}})
    check("a deep tree is drawn", await chat.frame.locator(".node").count() == 301)
    await chat.is_right("a deep tree")
    await context.close()


async def the_examples_are_drawn(visit, html, rpc):
    page = rpc("tools/call", name="docs", arguments={"page": "showing-results"})["content"][0]["text"]
    context = await visit.context(900)
    chat = await Chat.open(context, html)
    for number, example in enumerate(page.split("```js\n")[1:]):
        result = rpc("tools/call", name="run", arguments={"program": example.split("```")[0]})
        await chat.tell("ui/notifications/tool-result", {name: result[name] for name in ("content", "structuredContent")})
        await chat.settled()
        await chat.is_right(f"documented example {number + 1}")
        check("it is drawn", await chat.frame.locator("main > :is(.scroll, .tree)").count() == 1, await chat.text())
        await chat.picture(visit, f"example {number + 1}")
    await context.close()
