"""An array of numpy as a stream: in memory, or better, mapped from a file."""

from __future__ import annotations

import mmap
import os
from typing import BinaryIO

import numpy as np

from latentia.data._stream import Stream
from latentia.data._validation import check_numbers


class ArrayStream(Stream):
    """Rows of an array, copied when they are asked for.

    A memory-mapped file is read as a file: pages of a mapping count as memory of the process until
    the system wants them back, and each that is touched may bring megabytes of its neighbours.

    Parameters
    ----------
    array : ndarray or memmap of shape (n, d), (n, H, W), (n, C, H, W) or (n, H, W, C)
        Numbers; with the channels last they are viewed with the channels first.
    name : str, default="X"
        Opens every message.

    Raises
    ------
    ValueError
        If it holds no numbers, or no examples.

    Examples
    --------
    >>> rows = ArrayStream(np.arange(6.0).reshape(3, 2))
    >>> rows[1:], rows.max()
    (array([[2., 3.],
           [4., 5.]]), np.float64(5.0))
    """

    def __init__(self, array: np.ndarray, name: str = "X") -> None:
        first = check_numbers(array[:1] if array.ndim else array, name)
        self._array, self._file = array, _file_of(array)
        super().__init__(name, (len(array), *first.shape[1:]), first.dtype)

    def read(self, start: int, stop: int) -> np.ndarray:
        rows = self._raw(start, max(start, stop))
        if not len(rows):
            return np.empty((0, *self.shape[1:]), self.dtype)
        return np.ascontiguousarray(check_numbers(rows, self.name))

    def _raw(self, start: int, stop: int) -> np.ndarray:
        if self._file is None:
            return np.array(self._array[start:stop], subok=False)
        file, offset = self._file
        rows = np.empty((stop - start, *self._array.shape[1:]), self._array.dtype)
        into, done = rows.reshape(-1).view(np.uint8).data, 0
        at = offset + start * self._array[:1].nbytes
        while done < len(into):
            got = os.preadv(file.fileno(), [into[done:]], at + done)
            if got == 0:
                raise ValueError(f"{self.name}: the file ends before row {stop}; write it again.")
            done += got
        return rows


def _file_of(array: np.ndarray) -> tuple[BinaryIO, int] | None:
    """Return the file of a memory-mapped array and where its first row begins there, if it can."""
    mapped, filename = getattr(array, "_mmap", None), getattr(array, "filename", None)
    # What was written to a copy that is private to the process is in no file.
    shared = getattr(array, "mode", "c") != "c" and array.flags.c_contiguous
    if not (isinstance(mapped, mmap.mmap) and filename and shared and hasattr(os, "preadv")):
        return None
    try:
        file = open(filename, "rb", buffering=0)  # noqa: SIM115  # it is read for as long as this is
    except OSError:
        return None
    begin = np.frombuffer(mapped, np.uint8).__array_interface__["data"][0]
    skipped = array.offset - array.offset % mmap.ALLOCATIONGRANULARITY  # type: ignore[attr-defined]
    return file, skipped + array.__array_interface__["data"][0] - begin
