"""Rows that are computed piece by piece into a file, by several processes, and never twice."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from latentia._text import counted
from latentia.cli._partial import Partial
from latentia.cli._show import remark

if TYPE_CHECKING:
    import numpy as np

#: Of the values that a piece is computed from, or that it has.
PIECE_BYTES = 2**26
# What is computed in batches of so many rows is the same however it is divided into such pieces.
_BATCH = 4096


@dataclass(frozen=True)
class Rows:
    """What a file shall hold.

    Parameters
    ----------
    n : int
        How many rows.
    piece : int
        How many are computed at once.
    names : sequence of str or None
        Of the columns, if they have any.
    compute : callable
        Of where a piece begins and ends; returns its rows, the same in every process.
    remark : str, default=""
        What is to be told of them.
    """

    n: int
    piece: int
    names: Sequence[str] | None
    compute: Callable[[int, int], np.ndarray]
    remark: str = ""


class Job(Protocol):
    """What makes rows, in any process that it is sent to."""

    def open(self) -> Rows:
        """Read what is needed to compute them."""

    def notes(self) -> Mapping[str, object]:
        """Return all that decides what they are."""


def piece_of(row_bytes: int) -> int:
    """Return how many rows of a size make a piece.

    Examples
    --------
    >>> piece_of(32 * 4), piece_of(2**20)
    (524288, 64)
    """
    rows = max(1, PIECE_BYTES // row_bytes)
    return rows if rows < _BATCH else rows // _BATCH * _BATCH


def identity_of(run: Path) -> str:
    """Return what tells a model from others, and from itself after another fit."""
    config = (run / "config.json").read_bytes()  # the checksum of its weights is in there
    return f"{run.resolve()} {hashlib.sha256(config).hexdigest()[:16]}"


def write_rows(job: Job, out: Path, processes: int = 1, resume: bool = False) -> str:
    """Compute rows into a file, in their order.

    They are kept beside the file until all are there. What a command that was stopped has left
    there is gone on with by ``resume``, and else replaced.

    Parameters
    ----------
    job : Job
        Makes the rows.
    out : Path
        The file.
    processes : int, default=1
        How many compute at the same time; the file is the same.
    resume : bool, default=False
        Go on where the same command was stopped.

    Returns
    -------
    str
        What was written, in words.

    Raises
    ------
    ValueError
        If the suffix is unknown, the file cannot be written, or what another command has left
        there is to be gone on with.
    """
    from latentia.data import writer_for
    from latentia.training import Progress

    writer_for(out)
    rows = job.open()
    notes = {**job.notes(), "rows": rows.n, "piece": rows.piece}
    partial = Partial.at(out)
    starts = range(0, rows.n, rows.piece)
    done = partial.resumed(notes) if resume else None
    if done is None:
        first = rows.compute(0, min(rows.n, rows.piece))
        partial.create((rows.n, *first.shape[1:]), first.dtype, notes)
        partial.write(0, first)
        done = partial.note({0})
    else:
        remark(f"goes on after {len(done)} of {len(starts)} pieces.")
    todo = [start for start in starts if start not in done]
    progress = Progress(len(starts), done=len(done))
    try:
        with closing(_written(job, rows, partial, todo, processes)) as written:
            for start in written:
                done = partial.note({*done, start})
                progress.update(len(done))
    except KeyboardInterrupt:
        remark(f"{len(done)} of {len(starts)} pieces are kept; --resume goes on with them.")
        raise
    except BrokenProcessPool:
        raise ValueError(
            "a process that computed rows was killed, perhaps for want of memory; what is done is "
            "kept: go on by --resume, with fewer --processes."
        ) from None
    except ValueError:
        partial.drop()  # what is wrong with the data or the model will not go away
        raise
    finally:
        progress.close()
    shape = partial.finish(rows.names)
    return f"{counted(shape[0], 'row')} of shape {shape[1:]}{rows.remark}"


def _written(
    job: Job, rows: Rows, partial: Partial, todo: Sequence[int], processes: int
) -> Generator[int, None, None]:
    """Compute and write pieces, and yield where each that is written begins."""
    if processes == 1 or len(todo) < 2:
        for start in todo:
            partial.write(start, rows.compute(start, min(rows.n, start + rows.piece)))
            yield start
        return
    workers = min(processes, len(todo))
    threads = max(1, (os.cpu_count() or 1) // workers)
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), _open, (job, partial, threads)
    )
    try:
        futures: dict[Future[None], int] = {pool.submit(_work, start): start for start in todo}
        for future in as_completed(futures):
            future.result()
            yield futures.pop(future)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_opened: list[tuple[Rows, Partial]] = []


def _open(job: Job, partial: Partial, threads: int) -> None:
    """Make a process ready for pieces."""
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started it sees to that
    torch.set_num_threads(threads)
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):  # it has been remarked
        _opened.append((job.open(), partial))


def _work(start: int) -> None:
    ((rows, partial),) = _opened
    partial.write(start, rows.compute(start, min(rows.n, start + rows.piece)))
