"""What other code prints goes to standard error: standard output is for the verdict alone."""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import io
import os
import sys
from collections.abc import Iterator
from contextlib import suppress


@contextlib.contextmanager
def printing_to_standard_error() -> Iterator[None]:
    """Inside, ``print``, descriptor 1, C code and child processes write to standard error.

    Afterwards both streams are as they were, whatever was closed or replaced inside.
    """
    streams = sys.stdout, sys.stderr
    _flush(*streams)
    descriptors = {number: _duplicate(number) for number in (1, 2)}
    if None not in descriptors.values():
        os.dup2(2, 1)
    diverted = _text_to(streams[1]), _text_to(streams[1])
    sys.stdout, sys.stderr = diverted
    try:
        yield
    finally:
        _flush(*diverted, sys.stdout, sys.stderr)
        for number, saved in descriptors.items():
            if saved is not None:
                os.dup2(saved, number)
                os.close(saved)
        sys.stdout, sys.stderr = (_reopened(s, n) for s, n in zip(streams, (1, 2), strict=True))


def _duplicate(number):
    try:
        return os.dup(number)
    except OSError:  # it was closed before the program began
        return None


def _flush(*streams):
    for stream in streams:
        # Closed, missing, full, or the file's own, whose flush may raise anything.
        with suppress(BaseException):
            stream.flush()
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).fflush(None)  # the buffers of C's own printf


def _text_to(stream):
    return io.TextIOWrapper(_Bytes(stream), encoding="utf-8", errors="replace", write_through=True)


class _Bytes(io.RawIOBase):
    """Bytes that are written to a text stream, which stays open when this one is closed."""

    def __init__(self, stream):
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self):
        return True

    def fileno(self):
        return self._stream.fileno()

    def isatty(self):
        return self._stream is not None and self._stream.isatty()

    def write(self, data):
        with suppress(
            AttributeError, OSError, ValueError
        ):  # nobody reads it: that changes no verdict
            self._stream.write(self._decoder.decode(bytes(data)))
            self._stream.flush()
        return len(data)


def _reopened(stream, number):
    """The stream, or one like it where it was closed."""
    if stream is None or not stream.closed:
        return stream
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return open(number, "w", encoding=encoding, errors="replace", closefd=False)
