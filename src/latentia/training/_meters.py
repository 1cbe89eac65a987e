"""Means over examples that stay on the device, and the watch for numbers that are not finite."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

import torch
from torch import Tensor

from latentia.errors import TrainingDivergedError
from latentia.objectives import Info
from latentia.training._processes.ranks import Ranks


class Sums(NamedTuple):
    """Sums of the terms of a loss over examples.

    Parameters
    ----------
    names : tuple of str
        The terms.
    values : Tensor
        Their sums, in this order, in float64.
    """

    names: tuple[str, ...]
    values: Tensor


def sums_of(player: str, report: Mapping[str, Tensor]) -> Sums:
    """Return the sum over examples of each term, named after its player if there are several.

    Raises
    ------
    ValueError
        For a term of another shape than the loss.
    """
    shapes = {term: tuple(values.shape) for term, values in report.items()}
    for term, shape in shapes.items():
        if shape != shapes["loss"]:
            raise ValueError(
                f"The term {term!r} has shape {shape}, but the loss has {shapes['loss']}; report "
                "one value for each example."
            )
    prefix = "" if player == "model" else f"{player}_"
    values = torch.stack(list(report.values())).sum(1, dtype=torch.float64)
    return Sums(tuple(prefix + term for term in report), values)


class Means:
    """Running means of named values over examples, read once at the end."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, ...], Tensor] = {}
        # Of each, since every phase of a step reports its own.
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, sums: Sums, n: int) -> None:
        """Add the sums of some terms over ``n`` examples."""
        names, values = sums
        self._sums[names] = self._sums[names] + values if names in self._sums else values
        self._counts[names] = self._counts.get(names, 0) + n

    def read(self) -> dict[str, float]:
        """Return the means; this waits for the device."""
        sums: dict[str, float] = {}
        counts: dict[str, int] = {}
        for names, values in self._sums.items():
            for name, value in zip(names, values.tolist(), strict=True):
                sums[name] = sums.get(name, 0.0) + value
                counts[name] = counts.get(name, 0) + self._counts[names]
        return {name: total / counts[name] for name, total in sums.items()}

    def over(self, ranks: Ranks) -> Means:
        """Return the means over the examples of all processes, which were counted everywhere."""
        means = Means()
        sums = ranks.sum(list(self._sums.values()))
        means._sums = dict(zip(self._sums, sums, strict=True))
        means._counts = self._counts
        return means

    def state_dict(self) -> dict[str, Any]:
        """Return the sums and counts so far."""
        names, sums = list(self._sums), list(self._sums.values())
        return {"names": names, "sums": sums, "counts": list(self._counts.values())}

    @classmethod
    def from_state(cls, state: dict[str, Any], device: torch.device) -> Means:
        """Return the means of a :meth:`state_dict`, which go on on a device."""
        means = cls()
        sums = (total.to(device) for total in state["sums"])
        means._sums = dict(zip(state["names"], sums, strict=True))
        means._counts = dict(zip(state["names"], state["counts"], strict=True))
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
        self._kept: list[tuple[Info, range, Sums]] = []

    def add(self, info: Info, rows: range, sums: Sums) -> None:
        """Keep the sums of one step, and look if it is time to."""
        self._kept.append((info, rows, sums))
        if len(self._kept) >= self.every:
            self.look()

    def look(self) -> None:
        """Raise if a kept step was not finite.

        Raises
        ------
        TrainingDivergedError
        """
        kept, self._kept = self._kept, []
        for info, rows, (names, values) in kept:
            bad = {n: v for n, v in zip(names, values.tolist(), strict=True) if not isfinite(v)}
            if not bad:
                continue
            # The loss itself comes first; the term that broke it is the more useful name.
            name = list(bad)[1 if len(bad) > 1 and "loss" in bad else 0]
            raise TrainingDivergedError(
                f"The term {name!r} became {bad[name]} at step {info.step} "
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
        if not isfinite(value):
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
