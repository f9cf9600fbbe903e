"""Files that are written whole or not at all."""

import os
import tempfile
from pathlib import Path


def check_path(path, formats):
    """The format that the ending of a path means; raises where nothing can be saved there."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"draw: path: expected a path such as 'graph.svg', got {path!r} ({type(path).__name__})")
    path = Path(path)
    format = path.suffix[1:].lower()
    if format not in formats:
        raise ValueError(f"draw: cannot save as {path.name!r}; expected an ending out of .svg, .png, .pdf, .html, .dot, .mmd, .txt, .json")
    _check_folder(path)
    return format


def _check_folder(path):
    if not path.parent.is_dir():
        raise FileNotFoundError(f"draw: cannot save {path.name}: there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"draw: cannot save {path}: it is a folder")


def write_whole(path, content):
    """Write beside the target and rename, so that no half file is left where the disk fills up or the program ends; returns the path."""
    _check_folder(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    except OSError as error:
        raise type(error)(f"draw: cannot save {path}: {error.strerror}; save it in a folder that can be written to") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
