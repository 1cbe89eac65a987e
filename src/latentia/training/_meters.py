"""Means over examples that stay on the device, and the watch for numbers that are not finite."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from latentia.errors import TrainingDivergedError
from latentia.objectives import Info
from latentia.training._processes.ranks import Ranks


class Means:
    """Running means of named values over examples, read once at the end."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        # By name, since every phase of a step reports its own.
        self._counts: dict[str, int] = {}

    def add(self, sums: dict[str, Tensor], n: int) -> None:
        """Add the sums of each term over ``n`` examples."""
        for name, total in sums.items():
            self._sums[name] = self._sums[name] + total if name in self._sums else total
            self._counts[name] = self._counts.get(name, 0) + n

    def read(self) -> dict[str, float]:
        """Return the means; this waits for the device."""
        if not self._sums:
            return {}
        sums = torch.stack(list(self._sums.values())).tolist()
        counts = self._counts.values()
        return {name: s / n for name, s, n in zip(self._sums, sums, counts, strict=True)}

    def over(self, ranks: Ranks) -> Means:
        """Return the means over the examples of all processes, which were counted everywhere."""
        means = Means()
        means._sums, means._counts = ranks.sum(self._sums), self._counts
        return means

    def state_dict(self) -> dict[str, Any]:
        """Return the sums and counts so far."""
        return {"sums": self._sums, "counts": self._counts}

    @classmethod
    def from_state(cls, state: dict[str, Any], device: torch.device) -> Means:
        """Return the means of a :meth:`state_dict`, which go on on a device."""
        means = cls()
        means._sums = {name: total.to(device) for name, total in state["sums"].items()}
        means._counts = dict(state["counts"])
        return means


class FiniteWatch:
    """Stops training at the first loss that is NaN or infinite.

    On a CPU every step is looked at before its update. Elsewhere a look would make the device
    wait, so the steps are kept and looked at together; the message still names the first.

    Parameters
    ----------
    every : int
        Steps between two looks.
    advice : str
        What to try, for the message.
    """

    def __init__(self, every: int, advice: str) -> None:
        self.every = every
        self.advice = advice
        self._kept: list[tuple[Info, range, list[str], Tensor]] = []

    def add(self, info: Info, rows: range, sums: dict[str, Tensor]) -> None:
        """Keep the sums of one step, and look if it is time to."""
        self._kept.append((info, rows, list(sums), torch.stack(list(sums.values()))))
        if len(self._kept) >= self.every:
            self.look()

    def look(self) -> None:
        """Raise if a kept step was not finite.

        Raises
        ------
        TrainingDivergedError
        """
        kept, self._kept = self._kept, []
        for info, rows, names, sums in kept:
            if bool(sums.sum().isfinite()):
                continue
            # The loss itself comes first; the term that broke it is the more useful name.
            bad = [n for n, v in zip(names, sums.tolist(), strict=True) if not math.isfinite(v)]
            name = bad[1] if len(bad) > 1 and bad[0] == "loss" else (bad or names)[0]
            raise TrainingDivergedError(
                f"The term {name!r} became {sums[names.index(name)].item()} at step {info.step} "
                f"(epoch {info.epoch + 1}, examples {rows.start} to {rows.stop - 1} of that "
                f"epoch's order). {self.advice} The weights are those of the last good epoch."
            )


def check_finite(values: dict[str, float], when: str, advice: str) -> None:
    """Refuse values of the last update of an epoch, which no loss has seen.

    Raises
    ------
    TrainingDivergedError
        If one is NaN or infinite.
    """
    for name, value in values.items():
        if not math.isfinite(value):
            raise TrainingDivergedError(
                f"{when} the term {name!r} is {value}. {advice} The weights are those of the last "
                "good epoch."
            )


def advice_at(rate: float | None, clip_norm: float | None) -> str:
    """Return what to try against numbers that are not finite; no rate is a search for one."""
    if rate is None:
        return "Scale the data, or start from smaller weights."
    return (
        f"Lower learning_rate (now {rate:g}), set clip_norm (now {clip_norm}), or scale the data."
    )
