"""Docstrings of this package as reStructuredText: they are plain text, and this is their grammar.

Double backticks mark code, ``>>>`` begins an example, and a line ``name``, two spaces and words
explains a name. Anything else is read as it stands: |x| is a magnitude, and ``*args`` no emphasis.
"""

import re

CODE = re.compile(r"(``.*?``)")
# What reStructuredText would take for markup: a substitution, emphasis, a reference.
MARKUP = re.compile(r"[\\|]|\*(?=\S)|(?<!`)`(?!`)|(?<=\w)_(?!\w)")
TERM = re.compile(r"(?P<term>``[^`]+``(?:, ``[^`]+``)*) {2,}(?P<words>\S.*)")
TABLE = re.compile(r"=+( +=+)+$")


def escaped(text: str, code: bool = False) -> str:
    """Text in which only double backticks mean something; ``code``: it begins inside."""
    parts = text.split("``")
    for number, part in enumerate(parts):
        if number % 2 == code:
            parts[number] = MARKUP.sub(r"\\\g<0>", part)
            if number and part[:1].isalnum():  # ``Value``s
                parts[number] = rf"\ {parts[number]}"
    return "``".join(parts)


def marked_up(lines: list[str]) -> list[str]:
    """The lines of a docstring as reStructuredText."""
    written: list[str] = []
    example = table = definition = code = False
    for line in lines:
        bare = line.strip()
        table = table ^ bool(TABLE.fullmatch(bare)) if not table else bool(bare)
        begins = bare.startswith(">>>") and not example
        example = begins or (example and bool(bare))
        term = None if example or table else TERM.fullmatch(line)
        if begins and written and written[-1].strip():
            written.append("")
        if term:
            if not definition and written and written[-1].strip():
                written.append("")
            written += [term["term"], f"    {escaped(term['words'])}"]
        elif definition and bare and line.startswith("  "):
            written.append(f"    {escaped(bare)}")
        else:
            if definition and bare:
                written.append("")
            written.append(line if example or table else escaped(line, code))
        code = bool(bare) and code ^ bool(line.count("``") % 2)  # it may go on in the next line
        definition = bool(term) or (definition and bool(bare) and line.startswith("  "))
    return written
