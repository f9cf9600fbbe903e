"""Files that are written whole or not at all."""

import errno
import os
import stat
import tempfile
from collections.abc import Collection
from pathlib import Path


def check_path(path: str | os.PathLike, formats: Collection[str]) -> str:
    """The format that the ending of a path means; raises where nothing can be saved there."""
    if not isinstance(path, (str, os.PathLike)):
        got = f"{path!r} ({type(path).__name__})"
        raise TypeError(f"draw: path: expected a path such as 'graph.svg', got {got}")
    path = Path(path)
    format = path.suffix[1:].lower()
    if format not in formats:
        endings = ", ".join(f".{ending}" for ending in formats)
        raise ValueError(f"draw: cannot save as {path.name!r}; expected an ending out of {endings}")
    check_folder(path)
    return format


def check_folder(path: Path) -> None:
    """Raises where the folder of a path is missing, and where the path is a folder itself."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"draw: cannot save {path.name}: there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"draw: cannot save {path}: it is a folder")


def check_target(path: Path) -> None:
    """Raises where a path cannot be written, as far as that shows before it is."""
    check_folder(path)
    if _is_file_or_new(path):
        with tempfile.TemporaryFile(dir=Path(os.path.realpath(path)).parent):
            return
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def write_whole(path: Path, content: bytes) -> Path:
    """Write the content to a path, and return the path.

    A file is written beside the target and renamed, so that no half file is left where the disk
    fills up or the program ends; a link stays, and what it points to is written. A device, a pipe
    and a socket are written to: a file in their place would replace them.
    """
    check_folder(path)
    try:
        if _is_file_or_new(path):
            _replace(Path(os.path.realpath(path)), content)
        else:
            _write_into(path, content)
    except OSError as error:
        reason = error.strerror or str(error)
        hint = (
            "; save it in a folder that can be written to"
            if isinstance(error, PermissionError)
            else ""
        )
        raise type(error)(f"draw: cannot save {path}: {reason}{hint}") from None
    return path


def _is_file_or_new(path):
    """False for what is no file, and for the file that this program prints to.

    A rename would part that file from what is printed.
    """
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return True
    return stat.S_ISREG(status.st_mode) and _own_output(status) is None


def _own_output(status):
    """The number of the standard stream that is this very file, or None."""
    for number in (1, 2):
        try:
            if os.path.samestat(status, os.fstat(number)):
                return number
        except OSError:  # the stream is closed
            continue
    return None


def _replace(target, content):
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _write_into(path, content):
    number = _own_output(os.stat(path))
    # No O_CREAT and no truncation: what is there stays what it is. A stream of our own is shared.
    handle = os.open(path, os.O_WRONLY) if number is None else os.dup(number)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
