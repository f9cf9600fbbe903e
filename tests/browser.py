"""A headless Chromium that the tests open pages in.

It is no Python package: CI installs it (see .ci/run).
"""

import contextlib
import os
import shutil

import pytest

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@contextlib.contextmanager
def browser():
    if CHROMIUM is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing; .ci/run installs it")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield started
        finally:
            started.close()


class Tab:
    """A page that was opened from a file, what it asked for and what it complained of."""

    def __init__(self, browser, path, text=None, address="", started=True, **options):
        if text is not None:
            path.write_text(text, encoding="utf-8")
        self.context = browser.new_context(
            **({"viewport": {"width": 1280, "height": 800}} | options)
        )
        self.page = self.context.new_page()
        self.url, self.asked, self.complaints = path.as_uri(), [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(self.url + address)
        if started:  # the page of a run unpacks its steps first
            self.wait_until_started()

    def wait_until_started(self):
        self.page.wait_for_function(
            "!document.getElementById('packed') || document.documentElement.dataset.started"
        )

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, selector):
        return self.page.inner_text(selector)

    def choose(self, id):
        """Choose a value in the picture, all of which is made visible."""
        self.press("0")
        self.page.click(f"[id='{id}']")

    def run(self, script, argument=None):
        return self.page.evaluate(script, argument)

    def close(self):
        """Nothing was fetched, and nothing went wrong."""
        self.context.close()
        assert self.complaints == [] and {url.split("#")[0] for url in self.asked} == {self.url}
