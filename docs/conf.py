"""The site of these pages: ``sphinx-build -W docs build/site`` (or ``nox -s docs``).

Nothing of it is fetched by a reader's browser: the theme uses the fonts of the reader's system.
"""

import contextlib
import io
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from plain_docstrings import marked_up

project = "micrograd_linear"
html_title = "micrograd_linear"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
html_math_renderer = "mathml"  # which browsers show without a script

exclude_patterns = ["_build", "tutorial/exercises/*"]
templates_path = []
smartquotes = False
nitpicky = True  # a name in the text that leads nowhere is an error

# The pages are written for GitHub, too: its links to headings, its kinds of lists.
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath", "strikethrough"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True}
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False

# What is copied of an example can be pasted: without its prompts and its output.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

toc_object_entries_show_parents = "hide"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"


def as_plain_text(app, what, name, obj, options, lines: list[str]) -> None:
    """Docstrings are plain text; ``plain_docstrings`` has their grammar."""
    lines[:] = marked_up(lines)


def without_last_line(app, *arguments) -> None:
    """Doctests need an empty line before the end of a block; a reader does not."""
    *_, source = arguments
    source[0] = source[0].replace("\n\n```\n", "\n```\n")


def write_formula(translator, node) -> None:
    """A formula as MathML."""
    from docutils import nodes
    from latex2mathml.converter import convert

    block = isinstance(node, nodes.math_block)
    formula = convert(node.astext(), display="block" if block else "inline")
    translator.body.append(f'<div class="formula">{formula}</div>' if block else formula)
    raise nodes.SkipNode


def help_of(command: str) -> str:
    """What ``micrograd-linear COMMAND --help`` prints."""
    from micrograd_linear.command import cli

    printed, os.environ["COLUMNS"] = io.StringIO(), "90"
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        cli.main([command, "--help"])
    return printed.getvalue()


def setup(app) -> None:
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class CommandHelp(Directive):
        """The help of a command, as it prints it today."""

        required_arguments = 1

        def run(self):
            text = help_of(self.arguments[0])
            if not text:
                raise self.error(f"micrograd-linear {self.arguments[0]} --help printed nothing")
            return [nodes.literal_block(text, text, language="text")]

    formula = (write_formula, None)
    app.add_html_math_renderer("mathml", inline_renderers=formula, block_renderers=formula)
    app.connect("autodoc-process-docstring", as_plain_text)
    app.connect("source-read", without_last_line)
    app.connect("include-read", without_last_line)
    app.add_directive("command-help", CommandHelp)
