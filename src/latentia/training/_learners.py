"""What training changes: a model, and what its objective owns."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from latentia.models import LatentVariableModel
from latentia.objectives import Objective
from latentia.training._processes.sharded import like

#: State dicts of a model and an objective, apart from both.
Snapshot = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Learners:
    """A model and its objective, kept and brought back together.

    Parameters
    ----------
    model : LatentVariableModel
        What learns.
    objective : Objective
        What it learns by, with parameters of its own, chains or a multiplier.
    """

    model: LatentVariableModel
    objective: Objective

    def snapshot(self) -> Snapshot:
        """Return copies of all that they have."""
        parts = {"model": self.model, "objective": self.objective}
        return {
            name: {key: _copy(value) for key, value in part.state_dict().items()}
            for name, part in parts.items()
        }

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot."""
        self.model.load_state_dict(like(snapshot["model"], self.model.state_dict()))
        self.objective.load_state_dict(snapshot["objective"])

    def train(self, training: bool) -> None:
        """Tell both whether they are trained now."""
        self.model.train(training)
        self.objective.train(training)
        for module in self.model.modules():
            own = list(module.parameters(recurse=False))
            if own and not any(parameter.requires_grad for parameter in own):
                module.eval()  # a frozen layer keeps its running statistics too


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else copy.deepcopy(value)
