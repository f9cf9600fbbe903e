"""Checks the built site: ``python docs/check_site.py build/site``.

A page must not need the network, and every public name must be in the reference. Pages, styles and
scripts are read as text; a link that a reader may follow is no fetch.
"""

import html.parser
import re
import sys
from pathlib import Path

FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
STYLED = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")\s]+)", re.I)
REMOTE = re.compile(r"(?:https?:)?//", re.I)


class Fetches(html.parser.HTMLParser):
    """The addresses that a browser fetches by itself to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.found.append(values.get(FETCHED.get(tag, ""), ""))
        if tag == "link" and set(values.get("rel", "").split()) - {"canonical", "author"}:
            self.found.append(values.get("href", ""))
        self.found += STYLED.findall(values.get("style", ""))


def fetched(path: Path) -> list[str]:
    """The remote addresses that a file makes a browser fetch."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return STYLED.findall(text)
    reader = Fetches()
    reader.feed(text)
    return [address for address in reader.found if REMOTE.match(address)]


def anchors(page: str) -> set[str]:
    """The names that the reference explains, as the site's links call them."""
    return set(re.findall(r'<dt class="[^"]*" id="([\w.]+)"', page))


def absent(site: Path, names: list[str]) -> list[str]:
    """The public names that no page of the reference explains."""
    pages = [path.read_text(encoding="utf-8") for path in (site / "reference").glob("*.html")]
    known = {anchor.rsplit(".", 1)[-1] for page in pages for anchor in anchors(page)}
    known |= set(re.findall(r'id="module-micrograd_linear\.(\w+)"', "".join(pages)))
    return [name for name in names if name not in known]


def complaints(site: Path, names: list[str]) -> list[str]:
    """What is wrong with a site, a line for each."""
    pages = [*site.rglob("*.html"), *site.rglob("*.css")]
    if not (site / "index.html").is_file():
        return [f"{site}: expected a built site with an index.html; run sphinx-build first"]
    found = [
        f"{path.relative_to(site)}: fetches {address}"
        for path in pages
        for address in fetched(path)
    ]
    return found + [f"reference: {name} is not explained" for name in absent(site, names)]


def main(folder: str) -> int:
    import micrograd_linear as mgl

    names = [name for name in dir(mgl) if not name.startswith("_")]
    found = complaints(Path(folder), names)
    print("\n".join(found) or f"{folder}: needs no network, and explains {len(names)} public names")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "build/site"))
