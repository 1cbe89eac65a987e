"""The processes that train one model together."""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from latentia._share import WHOLE, Part, Share, reaching_others, rows_of


class Ranks:
    """A process that trains alone; everything that is shared is its own.

    Attributes
    ----------
    rank, world : int
        Which process this is, from 0, of how many.

    Examples
    --------
    >>> ranks = Ranks.here()
    >>> ranks.world
    1
    >>> ranks.first("seed")
    'seed'
    """

    rank: int = 0
    world: int = 1

    @classmethod
    def here(cls) -> Ranks:
        """Return the processes that this one belongs to.

        They are those of ``torch.distributed``. A process that torchrun has started joins the
        others here, by nccl where there is CUDA and by gloo elsewhere, and leaves them at its end.
        """
        if not dist.is_available():
            return cls()
        if not dist.is_initialized() and _is_one_of_several():
            _join()
        return Together() if dist.is_initialized() and dist.get_world_size() > 1 else cls()

    def rows(self, start: int, stop: int) -> slice:
        """Return which of some examples this process takes; at least one, to keep step."""
        return slice(start, stop)

    def take(self, index: Tensor) -> Tensor:
        """Return this process's part of the indices of a batch."""
        return index

    def share(self, n: int) -> Share:
        """Return the share of a batch of ``n``."""
        return WHOLE

    def seed(self, seed: int, step: int = 0) -> int:
        """Return a seed of its own for each process."""
        return seed

    def sum(self, values: list[Tensor]) -> Sequence[Tensor]:
        """Return the sums over processes of some numbers."""
        return values

    def add_up(
        self, parameters: Iterable[nn.Parameter], report: dict[str, Tensor], share: Share
    ) -> dict[str, Tensor]:
        """Make gradients their sums over processes, and return values with the sums of a report."""
        return report

    def start_alike(self, modules: Iterable[nn.Module]) -> None:
        """Give all processes the weights and states of the first."""

    def first(self, value: Any) -> Any:
        """Return the value of the first process."""
        return value

    def all(self, value: Any) -> list[Any]:
        """Return the values of all processes."""
        return [value]

    def agree(self, step: int, *flags: bool) -> Sequence[bool]:
        """Return, for each flag after a step, whether it is set in any process."""
        return flags

    @contextmanager
    def interruptible(self) -> Iterator[Callable[[int], None]]:
        """Yield what is to be called after a step, where Ctrl-C can end training everywhere."""
        yield lambda step: None


class Together(Ranks):
    """One of several processes, which train on the same data and take parts of each batch."""

    def __init__(self) -> None:
        self.rank = dist.get_rank()
        self.world = dist.get_world_size()
        # To agree is a message to everyone, while steps of a GPU should not wait for the host.
        self._every = 50 if torch.cuda.is_available() else 1

    def rows(self, start: int, stop: int) -> slice:
        own = rows_of(stop - start, self.rank, self.world)
        return slice(start + own.start, start + own.stop) if own else slice(start, start + 1)

    def take(self, index: Tensor) -> Tensor:
        return index[self.rows(0, len(index))]

    def share(self, n: int) -> Share:
        return Part(n, self.rank, self.world)

    def seed(self, seed: int, step: int = 0) -> int:
        drawn = np.random.SeedSequence([seed, self.rank, step]).generate_state(1, np.uint64)
        return int(drawn[0] >> 1)

    def sum(self, values: list[Tensor]) -> Sequence[Tensor]:
        sums = torch.cat(values)
        _wait_for(sums)
        return sums.split([len(own) for own in values])

    def add_up(
        self, parameters: Iterable[nn.Parameter], report: dict[str, Tensor], share: Share
    ) -> dict[str, Tensor]:
        # A graph does not depend on data, so all processes have gradients of the same parameters.
        learning = [p for p in parameters if p.grad is not None and not is_piece(p)]
        by_type: dict[torch.dtype, list[nn.Parameter]] = {}
        for parameter in learning:
            by_type.setdefault(parameter.dtype, []).append(parameter)
        flat = [torch.cat([_gradient(p).flatten() for p in same]) for same in by_type.values()]
        own = [share.own(values).sum(dtype=torch.float64) for values in report.values()]
        sums = torch.stack(own)
        _wait_for(*flat, sums)
        for same, total in zip(by_type.values(), flat, strict=True):
            pieces = total.split([p.numel() for p in same])
            for parameter, piece in zip(same, pieces, strict=True):
                parameter.grad = piece.view_as(parameter)
        return dict(zip(report, sums.unsqueeze(1), strict=True))

    @torch.no_grad()
    def start_alike(self, modules: Iterable[nn.Module]) -> None:
        for module in modules:
            tensors = (*module.parameters(), *module.buffers())
            for tensor in (t for t in tensors if not is_piece(t)):
                whole = tensor.detach().contiguous()
                with reaching_others():
                    dist.broadcast(whole, 0)
                tensor.copy_(whole)

    def first(self, value: Any) -> Any:
        values = [value]
        with reaching_others():
            dist.broadcast_object_list(values, 0)
        return values[0]

    def all(self, value: Any) -> list[Any]:
        values = [None] * self.world
        with reaching_others():
            dist.all_gather_object(values, value)
        return values

    def agree(self, step: int, *flags: bool) -> Sequence[bool]:
        if step % self._every:
            return [False for _ in flags]
        numbers = torch.tensor(flags, dtype=torch.int32)
        with reaching_others():
            dist.all_reduce(numbers, dist.ReduceOp.MAX)
        return [bool(number) for number in numbers.tolist()]

    @contextmanager
    def interruptible(self) -> Iterator[Callable[[int], None]]:
        pressed: list[int] = []

        def note(number: int, frame: FrameType | None) -> None:
            pressed.append(number)

        def look(step: int) -> None:
            if any(self.agree(step, bool(pressed))):
                raise KeyboardInterrupt

        if threading.current_thread() is not threading.main_thread():
            yield look  # signals reach the main thread only
            return
        before = signal.signal(signal.SIGINT, note)
        try:
            yield look
        finally:
            signal.signal(signal.SIGINT, before)


def _wait_for(*tensors: Tensor) -> None:
    """Make tensors their sums over processes, all at once."""
    with reaching_others():
        for work in [dist.all_reduce(tensor, async_op=True) for tensor in tensors]:
            work.wait()


def _gradient(parameter: nn.Parameter) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def is_piece(value: Any) -> bool:
    """Whether a tensor is divided among processes."""
    return hasattr(value, "placements")


def _is_one_of_several() -> bool:
    return dist.is_torchelastic_launched() and int(os.environ.get("WORLD_SIZE", "1")) > 1


def _join() -> None:
    from torch.distributed.rendezvous import rendezvous  # not in every build of torch

    backend = "gloo"
    if torch.cuda.is_available():
        backend = "cpu:gloo,cuda:nccl"
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
    store, rank, world = next(rendezvous("env://"))
    # Processes that are started again may find the addresses of those before them in the store.
    # Only on one machine do all know how often that has been.
    alone = os.environ["LOCAL_WORLD_SIZE"] == os.environ["WORLD_SIZE"]
    attempt = os.environ["TORCHELASTIC_RESTART_COUNT"] if alone else "0"
    own = dist.PrefixStore(f"attempt-{attempt}", store)  # type: ignore[attr-defined]
    dist.init_process_group(backend, store=own, rank=rank, world_size=world)
    atexit.register(_leave)


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()
