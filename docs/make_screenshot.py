"""Makes page.png, a picture of the page, by Chromium.

``python docs/make_screenshot.py [FOLDER]``; a test runs it.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
STEP = "#step=23&value=v0"


def page(folder):
    """The page of docs/page.md, made by its own first example."""
    example = re.search(r"```python\n(.*?)```", (HERE / "page.md").read_text(), re.S)[1]
    names = {}
    exec(
        "\n".join(
            line[4:]
            for line in example.splitlines()
            if line.startswith(">>> ") and ".save(" not in line
        ),
        names,
    )
    return names["draw"](names["L"]).save(Path(folder) / "neuron.html")


def make(folder, chromium):
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1100, "height": 680}, device_scale_factor=1.5)
        tab.goto(page(made).as_uri() + STEP)
        tab.wait_for_selector("html[data-started]")
        said = tab.inner_text("#say")
        tab.screenshot(path=Path(folder) / "page.png")
        browser.close()
    return said


if __name__ == "__main__":
    print(make(sys.argv[1] if len(sys.argv) > 1 else HERE, shutil.which("chromium")))
