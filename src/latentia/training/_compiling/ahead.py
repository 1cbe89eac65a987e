"""Numbers of a step that are looked up before it is taken: the learning rate and the schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from torch import Tensor

from latentia.objectives import Info, Objective


@dataclass(frozen=True)
class Ahead(Info):
    """What a trace does not hold, with tensors for the values of schedules.

    Parameters
    ----------
    known : sequence of (objective, name)
        The weights that have been looked up.
    values : sequence of Tensor
        What each is at this step, shape ().
    """

    known: Sequence[tuple[Objective, str]] = ()
    values: Sequence[Tensor] = ()

    def at(self, objective: Objective, name: str) -> float:
        """Return the value that was looked up, or look it up now."""
        for (owner, weight), value in zip(self.known, self.values):  # noqa: B905
            if owner is objective and weight == name:
                return cast(float, value)
        return super().at(objective, name)


def schedules_of(objective: Objective) -> list[tuple[Objective, str]]:
    """Return which weights of an objective and its parts are schedules."""
    parts = [part for part in objective.modules() if isinstance(part, Objective)]
    return [(part, name) for part in parts for name, w in part.weights.items() if callable(w)]


def looked_up(
    info: Info, schedules: Sequence[tuple[Objective, str]], rates: Sequence[float]
) -> list[list[float]]:
    """Return, for each step that has a rate, this and what each schedule is then.

    Examples
    --------
    >>> from latentia.objectives import ELBO
    >>> warmed_up = ELBO(beta=lambda step: step / 10)
    >>> looked_up(Info(step=8), schedules_of(warmed_up), rates=[0.5, 0.25])
    [[0.5, 0.8], [0.25, 0.9]]
    """
    columns = [
        [replace(info, step=info.step + i).at(*schedule) for i in range(len(rates))]
        for schedule in schedules
    ]
    return [list(row) for row in zip(rates, *columns, strict=True)]
