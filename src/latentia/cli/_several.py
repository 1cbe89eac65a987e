"""Processes that train together: started at once, of one voice, and gone for one reason."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from latentia.cli._show import remark

if TYPE_CHECKING:
    from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

#: The exit code of a process that has lost the others: the reason is another's.
LOST = 3
_FAILED, _TOLD = 1, (130, 143)
#: Set where this program has started the processes, and not torchrun: it tells what went wrong.
_STARTED_HERE = "LATENTIA_PROCESSES"

Chosen = TypeVar("Chosen")

#: What the command line of this process says.
tokens: ContextVar[Sequence[str]] = ContextVar("tokens", default=())


def is_one_of_several() -> bool:
    """Whether torchrun, or :func:`launch`, has started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1


def is_started_again() -> bool:
    """Whether torchrun has started this process anew, after one of them had died."""
    return is_one_of_several() and int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


def is_first() -> bool:
    """Whether this process is alone, or the first of several."""
    return not is_one_of_several() or os.environ["RANK"] == "0"


def agreed(choose: Callable[[], Chosen]) -> Chosen:
    """Return what the first process chooses, in all."""
    if not is_one_of_several():
        return choose()
    from latentia.training import Ranks

    ranks = Ranks.here()
    return ranks.first(choose() if ranks.rank == 0 else None)


@contextmanager
def one_voice() -> Iterator[None]:
    """Let only the first of several processes speak inside the block."""
    if is_first():
        yield
        return
    with open(os.devnull, "w") as nothing, redirect_stdout(nothing), redirect_stderr(nothing):
        yield


def is_told_elsewhere(sentence: str, code: int) -> bool:
    """Leave the reason of a failure to whoever started this process, and return if that tells it.

    Parameters
    ----------
    sentence : str
        The reason.
    code : int
        With which the process will end.
    """
    if not is_one_of_several() or code in _TOLD:
        return False
    file = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if file is not None:
        with open(file, "w", encoding="utf-8") as stream:
            json.dump({"message": sentence, "timestamp": int(time.time())}, stream)
    return _STARTED_HERE in os.environ or code == LOST


def launch(processes: int) -> int:
    """Run this very command in several processes that train together, and return its exit code.

    Parameters
    ----------
    processes : int
        How many; the cores are divided among them.
    """
    import logging
    import uuid

    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    logging.getLogger("torch.distributed").setLevel(logging.CRITICAL)
    os.environ[_STARTED_HERE] = str(processes)
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // processes)))
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=processes,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
    )
    try:
        elastic_launch(config, sys.executable)("-m", "latentia", *tokens.get())
    except SignalException as error:
        return 128 + error.sigval
    except ChildFailedError as error:
        return _tell(error.failures, processes)
    finally:
        del os.environ[_STARTED_HERE]
    return 0


def _tell(failures: dict[int, ProcessFailure], processes: int) -> int:
    # Who was lost first, and neither who missed it nor who was told to end for it.
    rank, failure = min(
        failures.items(),
        key=lambda pair: (pair[1].exitcode in (LOST, -signal.SIGTERM), pair[1].timestamp, pair[0]),
    )
    code = failure.exitcode
    if code < 0:
        remark(
            f"error: process {rank} of {processes} was ended by {failure.signal_name()}, and so "
            "the others were too; what was learned up to the last checkpoint is kept."
        )
        return _FAILED
    if code not in _TOLD:
        recorded = os.path.isfile(failure.error_file)
        remark(
            failure.message
            if recorded
            else f"error: process {rank} of {processes} failed; what it wrote above tells why."
        )
    return code
