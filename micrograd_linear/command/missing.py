"""Libraries that draw or fetch data and are not installed: a stand-in does nothing, and it is said.

What a file derives does not depend on its plots. Everything else that is missing is an error.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

from ..foundations.place import is_beside

_OPTIONAL = {
    "matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "IPython", "ipywidgets",
    "graphviz", "networkx", "tqdm", "h5py", "sklearn", "pandas", "PIL", "cv2", "imageio", "skimage",
    "torchvision", "keras", "tensorflow", "torch", "mnist", "tensorboardX", "wandb", "termcolor",
    "prettytable", "tabulate", "rich", "colorama", "altair", "pygame", "torchtext", "gym", "nltk",
    "past", "six", "future", "cython", "Cython", "numba", "progressbar",
    "terminaltables", "texttable", "numexpr", "dill", "nnfs", "scipy", "sympy", "joblib", "psutil",
    "requests", "yaml", "toml", "loguru", "click", "fire", "absl", "emoji", "jieba", "gensim",
    "librosa", "soundfile", "datasets", "tokenizers", "transformers", "idx2numpy", "mlxtend",
    "pyprind", "progress", "alive_progress", "ipdb", "pytest", "line_profiler", "memory_profiler",
    "pydot", "cupy", "theano", "mxnet", "chainer", "jax", "autograd", "statsmodels", "patsy",
    "xgboost", "lightgbm", "optuna", "hypothesis", "docopt", "visdom", "tensorboard",
    "gymnasium", "cvxopt", "cvxpy", "streamlit", "gradio", "flask", "dask", "xarray", "zarr",
    "einops", "cPickle", "urllib2", "Tkinter", "StringIO", "Queue", "opt_einsum",
}  # fmt: skip


# Modules beside a notebook of a course, which is often published without them.
_HELPERS = re.compile(
    r"\w*(test_?cases?|public_tests?|_utils?|utils_|dataset|load_data|plotting)\w*", re.I
)


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

    def __array__(self, *args, **keywords):
        raise ModuleNotFoundError(f"No module named {self.__name__.partition('.')[0]!r}")

    def __array_ufunc__(self, *args, **keywords):
        return self.__array__()

    def __deepcopy__(self, memo):
        return self


def is_nothing(x: object) -> bool:
    """Whether a value is what a stand-in gave."""
    return isinstance(x, _Nothing)


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """A finder that is asked last; ``names`` are the libraries that it stood in for.

    What the file itself imports must be one of the list; what its neighbours import may be any.
    """

    def __init__(self, file: str, root: Path) -> None:
        self.file, self.root, self.names = file, root, list[str]()

    def find_spec(self, fullname, path=None, target=None):
        top, importer = fullname.split(".")[0], _importer()
        own = importer == self.file or importer.startswith(f"{self.file} cell ")
        above = Path(self.file).absolute().parents[1]
        if not own and not any(is_beside(importer, folder / "_") for folder in (self.root, above)):
            return None
        near = Path(importer).absolute().parent
        known = top in _OPTIONAL or (own and _HELPERS.fullmatch(top))
        if not known and (own or _stands_near(top, near)):
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


def _importer():
    """The file whose import statement is running."""
    frame = sys._getframe(2)
    while frame is not None and (
        "importlib" in frame.f_code.co_filename or frame.f_code.co_filename == __file__
    ):
        frame = frame.f_back
    return frame.f_code.co_filename if frame is not None else ""


def _stands_near(name, folder):
    """Whether a module of the user's own has that name, so that its error is worth hearing."""
    return any(
        (f / f"{name}.py").is_file() or (f / name).is_dir() for f in (folder, *folder.parents)
    )


@contextlib.contextmanager
def standing_in(file: str, root: Path) -> Iterator[StandIns]:
    """Inside, a library of the list that is not installed can be imported, and does nothing;
    ``root`` is the folder under which the user's files lie.
    """
    finder, before = StandIns(file, root), set(sys.modules)
    sys.meta_path.append(finder)
    try:
        yield finder
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if isinstance(sys.modules[name], _Nothing):
                del sys.modules[name]
