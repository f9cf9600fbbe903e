"""Libraries that draw or fetch data and are not installed: a stand-in does nothing, and it is said.

What a file derives does not depend on its plots. Everything else that is missing is an error.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator

_OPTIONAL = {
    "matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "IPython", "ipywidgets",
    "graphviz", "networkx", "tqdm", "h5py", "sklearn", "pandas", "PIL", "cv2", "imageio", "skimage",
    "torchvision", "keras", "tensorflow", "torch", "mnist", "tensorboardX", "wandb", "termcolor",
    "prettytable", "tabulate", "rich", "colorama", "altair", "pygame", "torchtext", "gym", "nltk",
    "past", "six", "future", "cython", "Cython", "numba", "progressbar", "numexpr", "dill",
}  # fmt: skip


class _Nothing(types.ModuleType):
    """It takes any call and any name, and does nothing."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        made = _Nothing(f"{self.__name__}.{name}")
        setattr(self, name, made)
        return made

    def __call__(self, *args, **keywords):
        first = args[0] if len(args) == 1 and not keywords else None
        decorated = callable(first) or (self.__name__.startswith("tqdm") and args)
        return args[0] if decorated else self

    def __iter__(self):
        return iter((self, self))

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def __len__(self):
        return 0


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """A finder that is asked last; ``names`` are the libraries that it stood in for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, fullname, path=None, target=None):
        top = fullname.split(".")[0]
        if top not in _OPTIONAL:
            return None
        if top not in self.names:
            if top in sys.modules and not isinstance(sys.modules[top], _Nothing):
                return None  # it is installed, and lacks this part
            self.names.append(top)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return _Nothing(spec.name)

    def exec_module(self, module):
        module.__path__ = []

    @property
    def words(self) -> str:
        """What is said of them, before anything else; "" where there are none."""
        if not self.names:
            return ""
        verb = "is" if len(self.names) == 1 else "are"
        return (
            f"{', '.join(self.names)} {verb} not installed: what the file does with it is left out."
        )


@contextlib.contextmanager
def standing_in() -> Iterator[StandIns]:
    """Inside, a library of the list that is not installed can be imported, and does nothing."""
    finder, before = StandIns(), set(sys.modules)
    sys.meta_path.append(finder)
    try:
        yield finder
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if isinstance(sys.modules[name], _Nothing):
                del sys.modules[name]
