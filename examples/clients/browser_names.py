"""T14: names that act, mislead or run as a formula, on the pages, in the export, in the log and on a terminal."""

import asyncio
import csv
import io
import subprocess

from browser import App, ask, fetch, run_program
from server import check

HTML = "</bdi></th><img src=x onerror=acted=1><script>acted=1</script>"
HEBREW = "מפתח (ראשון)!"
FORMULAS = ['=HYPERLINK("http://x.example","y")', "+1+1", "-1+1", "@SUM(1)"]
# What no label may hold, and what of an app's name is replaced.
DISTURBING = {
    **{"an escape": "\x1b", "a bell": "\x07", "a line end": "\r\n", "a turn to the left": "\u202e", "an isolate": "\u2066"},
    **{"a space of no width": "\u200b", "a mark of direction": "\u200f", "a byte order mark": "\ufeff"},
}
ALL = "".join(DISTURBING.values())
REPLACED = "\ufffd"
# Valid, and made to be read otherwise than it runs.
PROGRAM = "// \u202e } \u2066 \x1b[31m <img src=x onerror=acted=1>\nreturn 1;"

# What a name has made of the page: something ran, or an element that is not ours.
MADE = """() => [
  ...(typeof acted === 'undefined' ? [] : ['it ran']),
  ...[...document.querySelectorAll('img, iframe, object, embed, base, link, main script, [onerror], [onload], main style')]
    .map(one => one.outerHTML.slice(0, 200)),
]"""

# Where the text stands with nothing that keeps its direction to itself. Options hold nothing but text.
LOOSE = """text => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), loose = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.includes(text) || parent.matches('script, option, pre *')) continue;
    if (!/isolate|plaintext/.test(getComputedStyle(parent).unicodeBidi)) loose.push(parent.outerHTML.slice(0, 200));
  }
  return loose;
}"""

# Words that stand on the wrong side of a name: what comes before it in the text is to the left of it, what comes after to the right.
DISORDER = """() => {
  const box = node => { const range = document.createRange(); range.selectNodeContents(node); return [...range.getClientRects()]; };
  const wrong = [];
  for (const name of document.querySelectorAll('main bdi, header bdi')) {
    const own = box(name);
    for (const [side, one] of [['before', name.previousSibling], ['after', name.nextSibling]]) {
      if (one?.nodeType !== Node.TEXT_NODE || !one.data.trim() || !own.length) continue;
      const near = side === 'before' ? box(one).at(-1) : box(one)[0], edge = side === 'before' ? own[0] : own.at(-1);
      if (!near || Math.abs(near.top - edge.top) > 4) continue;
      const isRight = side === 'before' ? near.right <= edge.left + 1 : near.left >= edge.right - 1;
      if (!isRight) wrong.push([side, name.parentElement.textContent]);
    }
  }
  for (const row of document.querySelectorAll('.grants tbody tr')) {
    const lefts = [...row.cells].map(cell => cell.getBoundingClientRect().left);
    if (lefts.some((left, at) => at > 0 && left < lefts[at - 1])) wrong.push(['row', row.textContent]);
  }
  return wrong;
}"""


async def t14_names_act_nowhere(visit):
    context = await visit.context()
    page = await context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await visit.signed_in(page)
    await a_label_that_disturbs_is_refused(visit, page)
    labels = [HTML, HEBREW, *FORMULAS]
    for label in labels:
        run_program(visit.mcp, await visit.new_key(page, label), visit.server.product.count)
        await harmless(page, label[:16], "a key that was made")
    names = await apps_connect(visit, page)
    await the_lists_hold_still(visit, page, [*labels, *names])
    check("t14: nothing went wrong in the pages' script", not errors, errors)
    await a_program_reads_as_it_ran(visit, page)
    await the_export_holds_no_formula(visit, page, [*labels, *names])
    await a_strange_request_disturbs_nothing(visit, page)
    the_terminal_is_left_alone(visit.server)
    await context.close()


async def harmless(page, text, where):
    made = await page.evaluate(MADE)
    check(f"t14: nothing is made of a name on {where}", not made, made)
    loose = await page.evaluate(LOOSE, text)
    check("t14: it keeps its direction to itself", not loose, loose)
    wrong = await page.evaluate(DISORDER)
    check("t14: and what is around it reads in order", not wrong, wrong)


async def a_label_that_disturbs_is_refused(visit, page):
    post = """label => {
      const form = document.querySelector('form.stack');
      const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), label });
      return fetch(form.action, { method: 'POST', body }).then(async answer => {
        const shown = new DOMParser().parseFromString(await answer.text(), 'text/html');
        return [answer.status, shown.querySelector('[role="alert"]')?.textContent ?? '', shown.querySelector('main').textContent];
      });
    }"""
    await page.goto(visit.at("/access/keys/new"))
    for what, text in DISTURBING.items():
        answered, alert, all_text = await page.evaluate(post, f"a{text}b")
        said = f"invisible character U+{ord(text[0]):04X}; remove it" in alert
        check(f"t14: a label with {what} is refused by its name", answered == 422 and said, (answered, alert))
        check("t14: and not repeated among our words", text not in all_text)
    await page.fill("#label", "a\u202eb")
    await page.click("button.primary")
    alert = await page.evaluate("document.activeElement.getAttribute('role') + document.activeElement.textContent")
    check("t14: the message has the focus", alert.startswith("alert") and "U+202E" in alert, alert)
    await page.goto(visit.at("/access/keys/new"))
    answered, alert, _ = await page.evaluate(post, "\u3164")
    check("t14: nor may a label show as nothing", answered == 422, answered)
    made = 2 if answered == 422 else 3
    await page.goto(visit.at("/access"))
    check("t14: no key was made of any", await page.locator("tbody button.icon").count() == made)
    text = await page.inner_text("main")
    check("t14: nor shown", not any(c in text for c in ALL if c not in "\r\n"))


async def apps_connect(visit, page):
    """Those whose names are as bad as names get; their names as they are kept."""
    apps = [App(visit.base, name) for name in (f"<b onclick=acted=1>T14</b>{ALL}<img src=x onerror=acted=1>", *FORMULAS[:2], HEBREW)]
    for app in apps:
        check("t14: what disturbs is replaced in an app's name", not any(text in app.name for text in ALL), app.name)

        async def look(tab, where):
            await harmless(tab, app.name, where)
            await visit.picture(tab, f"t14 {where}")

        key = await visit.allow(page, app, look)
        run_program(app.connector, key, visit.server.product.count)
        if app in (apps[0], apps[-1]):
            await page.locator("h1", has_text="is connected").wait_for(timeout=10_000)
            await harmless(page, app.name, "the page that waited")
    check("t14: one sees that something was replaced", REPLACED in apps[0].name, apps[0].name)
    return [app.name for app in apps]


async def the_lists_hold_still(visit, page, names):
    await page.goto(visit.at("/access"))
    await visit.picture(page, "t14 the access page")
    text = await page.inner_text("main")
    for name in names:
        check(f"t14: {name[:20]!r} is listed as it is", name in text)
        await harmless(page, name, "the access page")
    await page.locator("tr", has_text=HTML[:16]).locator("button.icon").click()
    await page.locator("dialog[open]").wait_for()
    await harmless(page, HTML, "a question in a dialog")
    await page.keyboard.press("Escape")
    await visit.call_of(page, HEBREW)
    await visit.look(page, "activity with strange names")
    await page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    check("the numbers of ten keys and apps are no wider than the window", wide <= 1280, wide)
    await visit.picture(page, "t14 activity")
    for name in names:
        await harmless(page, name, "activity")
    await page.locator("tbody:has(.day) tr", has_text=HTML[:16]).first.locator("th a").click()
    await harmless(page, HTML, "a program")
    await page.goto(visit.at("/access"))
    for name in (HTML, HEBREW):
        await page.locator("tr:not(.ended)", has_text=name[:12]).last.locator("button.icon").click()
        await page.locator("dialog button.danger").click()
        await page.locator("tr.ended", has_text=name[:12]).wait_for()
        await harmless(page, name, "the access page after a revocation")


async def a_program_reads_as_it_ran(visit, page):
    key = await visit.new_key(page, "Strange program")
    run_program(visit.mcp, key, PROGRAM)
    await (await visit.call_of(page, "Strange program")).locator("th a").click()
    source = await page.inner_text("pre.source")
    check("t14: what does not show is written out in a program", r"\u{202e} } \u{2066} \u{1b}[31m <img" in source, source)
    await harmless(page, "Strange program", "a strange program")


async def exported(page):
    """What the link to the export leads to, on the page of activity."""
    href = await page.get_attribute("a[download]", "href")
    return await page.evaluate("href => fetch(href).then(answer => answer.text())", href)


async def the_export_holds_no_formula(visit, page, names):
    run_program(visit.mcp, await visit.new_key(page, "x;=1+1;y"), visit.server.product.count)
    await visit.call_of(page, "x;=1+1;y")
    text = await exported(page)
    check("t14: a line ends where a call does", text.count("\n") == text.count("\r\n"))
    rows = list(csv.reader(io.StringIO(text), strict=True))
    check("t14: every line of the export has its 13 cells", {len(row) for row in rows} == {13}, {len(row) for row in rows})
    by = {row[rows[0].index("by")] for row in rows[1:]}
    expected = {("'" if name[0] in "=+-@" else "") + name for name in names}
    check("t14: names are in it, formulas with an apostrophe", expected <= by, sorted(expected - by))
    wrong = [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    check("t14: and no cell begins as a formula does", not wrong, wrong)
    # Spreadsheets in many languages separate cells by semicolons, and see no quotes but around a whole cell.
    wrong = [cell for line in text.splitlines() for cell in line.split(";") if cell[:1] in "=+-@" and cell]
    check("t14: nor where semicolons separate cells", not wrong, wrong)


async def a_strange_request_disturbs_nothing(visit, page):
    key = visit.server.ready["stores"][0]["keys"]["read"]
    answered, text = await asyncio.to_thread(ask, visit.mcp, key, "tools/call", name=f"a{ALL}b", arguments={})
    check("t14: a tool of a strange name is refused", answered < 500 and "\x1b" not in text, (answered, text))
    answered, _ = await asyncio.to_thread(ask, visit.mcp, f"{key[:8]}\u00a0{HTML}".encode().decode("latin-1"), "tools/list")
    check("t14: so is a strange key", answered in (400, 401), answered)
    await asyncio.to_thread(ask, visit.mcp, key, "tools/call", name=f"=1+1{'w' * 200}", arguments={})
    await visit.call_of(page, "www")
    made = await page.evaluate(MADE)
    check("t14: nothing is made of a tool's name", not made, made)
    loose = await page.evaluate(LOOSE, "www")
    check("t14: it keeps its direction to itself", not loose, loose)
    text = await page.text_content("main")
    disturbing = [what for what, part in DISTURBING.items() if part in text]
    check("t14: nothing in a tool's name disturbs the page", not disturbing, disturbing)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    check("t14: nor makes the page wider than the window", wide <= 1280, wide)
    # Its lines end as those of a CSV file do.
    text = (await exported(page)).replace("\r\n", "\n")
    disturbing = [what for what, part in DISTURBING.items() if part in text]
    check("t14: nor a terminal that shows the export", not disturbing, disturbing)


def the_terminal_is_left_alone(server):
    log = server.log.read_text()
    check("t14: the log was kept", len(log.splitlines()) > 5, log)
    lists = ""
    for what in ("key", "app"):
        command = [server.binary, "--data-dir", server.data, what, "list", "--store", server.ready["stores"][0]["name"]]
        done = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=60)
        check(f"t14: the terminal lists every {what}", done.returncode == 0, done.stderr)
        lists += done.stdout
    check("t14: with their names", HTML in lists and FORMULAS[0] in lists, lists)
    for what, text in DISTURBING.items():
        check(f"t14: {what} is in neither", text not in log and text not in lists)
