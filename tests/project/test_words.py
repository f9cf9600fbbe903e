"""The words of the pages: the phrases that readers stumbled over do not come back."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A phrase, and what a reader understands at once.
PHRASES = {
    r"hands? on to": "passes to",
    r"stands? in for": "replaces; is a drop-in replacement for",
    r"(is|are) said at": "is marked on",
    r"(is|are) said\b": "a note says; is reported",
    r"with other numbers": "edited values",
    r"length 1 times": "of the same length",
    r"\bmend(s|ed)? first": "fix first",
    r"refused by name": "an error names it",
    r"to rounding\b": "to within rounding",
    r"play(s)? the part of": "replaces",
    r"due to rounding": "that rounding explains",
    r"not: [a-z]+\.": "b does not",
    r"is the one in the wrong": "is wrong",
    r"whom\b": "which",
}


def prose(page):
    """A page without its code, as one line."""
    text = re.sub(r"^```.*?^```$", "", page, flags=re.S | re.M)
    return re.sub(r"\s+", " ", re.sub(r"`[^`]*`", "", text))


def found(page):
    return [phrase for phrase in PHRASES if re.search(phrase, prose(page))]


def test_no_page_says_what_readers_stumbled_over():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert len(pages) > 40
    history = {ROOT / "docs/changelog.md", ROOT / "docs/architecture.md"}  # they quote the program
    stumbled = {path.name: found(path.read_text()) for path in pages if path not in history}
    assert {name: phrases for name, phrases in stumbled.items() if phrases} == {}


def test_such_a_phrase_is_found_in_prose_and_not_in_code():
    assert found("Where a gradient dies is\nsaid at the value.") == [
        r"(is|are) said at",
        r"(is|are) said\b",
    ]
    assert found("```text\nv3 hands on to W\n```\nand `hands on to`") == []
    assert found("v3 hands on\nto W") == [r"hands? on to"]
