"""Draws that depend on a seed and leave the caller's random state as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class RandomStream:
    """One stream of draws that stops and goes on, apart from the caller's.

    torch.distributions takes no generator, so the global state is set inside the block and given
    back after it.

    Parameters
    ----------
    seed : int
        Where the stream starts.
    device : device, default="cpu"
        Where draws are made, besides the CPU.

    Examples
    --------
    >>> whole, parts = RandomStream(0), RandomStream(0)
    >>> with whole.drawing():
    ...     expected = torch.rand(4)
    >>> with parts.drawing():
    ...     first = torch.rand(2)
    >>> with parts.drawing():
    ...     second = torch.rand(2)
    >>> bool((torch.cat([first, second]) == expected).all())
    True
    """

    def __init__(self, seed: int, device: torch.device | str = "cpu") -> None:
        self.seed = seed
        self.device = torch.device(device)
        self._states: list[Tensor] = []
        self._is_drawing = False

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Draw from this stream inside the block."""
        on_cuda = self.device.type == "cuda"
        with torch.random.fork_rng([self.device] if on_cuda else []):
            if self._states:
                torch.set_rng_state(self._states[0])
            elif on_cuda:
                torch.manual_seed(self.seed)
            else:
                # The other one takes its time to prepare for kinds of devices that are not used.
                torch.default_generator.manual_seed(self.seed)
            if len(self._states) > 1:
                torch.cuda.set_rng_state(self._states[1], self.device)
            self._is_drawing = True
            try:
                yield
            finally:
                self._states, self._is_drawing = self._present(), False

    def get_state(self) -> list[Tensor]:
        """Return where the stream is, also while it is drawn from; empty is at its start."""
        return self._present() if self._is_drawing else self._states

    def set_state(self, states: list[Tensor]) -> None:
        """Go on from there when it is drawn from next."""
        self._states = list(states)

    def _present(self) -> list[Tensor]:
        states = [torch.get_rng_state()]
        if self.device.type == "cuda":
            states.append(torch.cuda.get_rng_state(self.device))
        return states


@contextmanager
def seeded(seed: int, device: torch.device | str = "cpu") -> Iterator[None]:
    """Seed torch inside the block only.

    Parameters
    ----------
    seed : int
        For the CPU and, where the work is there, for ``device``.
    device : device, default="cpu"
        Where draws are made.

    Examples
    --------
    >>> with seeded(0):
    ...     first = torch.rand(2)
    >>> with seeded(0):
    ...     second = torch.rand(2)
    >>> bool((first == second).all())
    True
    """
    with RandomStream(seed, device).drawing():
        yield
