"""A person at a browser: looks at the approval page, pastes a code, presses a button."""

import html
import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request

# An app may open the page before it listens for the answer.
ANSWER_SECONDS = 10


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """One browser, with cookies. It follows no redirect by itself."""

    def __init__(self):
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies, NoRedirects())

    def fetch(self, url, body=None, **headers):
        """The status, the headers and the text."""
        request = urllib.request.Request(url, body, headers)
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers, answer.read().decode()


class Approval:
    """The approval page at `url`, as the person sees it."""

    def __init__(self, url):
        self.base = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
        self.browser = Browser()
        self.see(self.browser.fetch(url))
        self.asked_for_a_code = self.status == 200 and 'name="code"' in self.source

    def see(self, answer):
        self.status, self.headers, self.source = answer
        main = re.search("<main[^>]*>(.*)</main>", self.source, re.DOTALL)
        self.text = " ".join(html.unescape(re.sub("<[^>]*>", " ", main[1])).split()) if main else self.source

    def press(self, action, **fields):
        ticket = re.search('name="ticket" value="([^"]+)"', self.source)
        if not ticket:
            raise ValueError(f"there is no form on this page: {self.status} {self.text}")
        form = urllib.parse.urlencode({"ticket": ticket[1], **fields, "action": action})
        self.see(self.browser.fetch(f"{self.base}/authorize", form.encode(), Origin=self.base))

    def follow(self):
        """Goes where the page sends the browser: to the app."""
        give_up_at = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                return self.browser.fetch(self.headers["Location"])
            except urllib.error.URLError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.05)


def connect(url, code):
    """Does all that is asked of a person."""
    page = Approval(url)
    page.press("continue", code=code)
    page.press("allow")
    page.follow()
