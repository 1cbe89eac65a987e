"""How usual an example is: its score, its energy, and whether it is an outlier."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Self, cast

import numpy as np
import torch
from torch import Tensor

from latentia.conditional import Amortized, Composed
from latentia.distributions import point
from latentia.estimators._coding import Coding, check_fitted_input, some_rows
from latentia.estimators._likelihood import check_support
from latentia.heads import Head
from latentia.models import Batch, Trace
from latentia.objectives import Info, Objective, Sum, Weight
from latentia.training import History, seeded


class Scoring(Coding):
    """Scores in nats, higher is more usual; energies, lower is more usual."""

    history_: History
    likelihood_: str | Callable[..., Head]
    batch_size: int
    contamination: float

    @abstractmethod
    def fit(self, X: Any, y: Any = None) -> Self: ...

    @abstractmethod
    def _cost(self) -> Objective: ...

    @abstractmethod
    def _penalties(self) -> list[tuple[Weight, Objective]]: ...

    @abstractmethod
    def _scores(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray: ...

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of :meth:`score_samples`, higher is better."""
        return float(np.mean(np.asarray(self.score_samples(X, y))))

    def score_samples(self, X: Any, y: Any = None) -> Any:
        """Return a number in nats for each example, shape (n,), higher is better."""
        return self._scored(X, y, self._scores)

    def energy(self, X: Any, y: Any = None) -> Any:
        r"""Return the energy of each example, shape (n,), lower is more usual.

        .. math:: F(x) = C(x, \tilde x) + R(h), \quad h = E(x), \quad \tilde x = D(h)

        It is what training made small, at the clean example and its deterministic code: C is the
        negative log-likelihood in nats, in the units of the data, or the norm that was chosen, of
        the scaled data; R is the weighted penalties, or the divergence of the posterior from the
        prior, for which the difference of their log-densities at the code stands where it has no
        closed form, whichever bound was trained. Computed in double precision. Penalties that
        depend on a whole batch have no value for one example and are left out.

        References
        ----------
        Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based
        Learning. 2006.
        """
        return self._scored(X, y, self._energies)

    def decision_function(self, X: Any, y: Any = None) -> Any:
        """Return how far the energy of each example is below that of an outlier, shape (n,).

        Negative for outliers.
        """
        energies = self.energy(X, y)
        return -energies - self.offset_

    def predict(self, X: Any, y: Any = None) -> np.ndarray:
        """Return -1 for outliers and 1 for all others, shape (n,).

        An outlier has a higher energy than all but the share ``contamination`` of the examples held
        out by early stopping, or without it of the training data; at most 20,000 are asked. A model
        that is much surer of the data it has seen than of others needs held-out examples.
        """
        return np.where(np.asarray(self.decision_function(X, y)) < 0, -1, 1)

    def fit_predict(self, X: Any, y: Any = None) -> np.ndarray:
        """Learn from X, and return -1 for its outliers and 1 for all others."""
        return self.fit(X, y).predict(X, y)

    def _scored(self, X: Any, y: Any, function: Callable[..., np.ndarray]) -> Any:
        array = check_fitted_input(self, X)
        self._check_support(array)
        values = function(array, self._conditions(y, len(array)))
        return torch.from_numpy(values) if isinstance(X, Tensor) else values

    def _set_threshold(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> None:
        rows = some_rows(len(array))
        energies = self._energies(array[rows], [c[rows] for c in conditions])
        self.offset_ = float(np.percentile(-energies, 100.0 * self.contamination))

    def _energies(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray:
        # In double precision, an energy does not depend on the examples that share its batch.
        model = copy.deepcopy(self.model_).double()
        objective = self._energy_objective().to(self._device, torch.float64).eval()
        last = self.history_.records[-1] if self.history_.records else {}
        info = Info(step=int(last.get("step", 0)))

        def energy(x: Tensor, *c: Tensor) -> Tensor:
            batch = Batch(x.double(), tuple(t.double() for t in c))
            codes = model.encoder(batch.x, *batch.conditions)
            trace = Trace(model, batch, codes, point(codes).unsqueeze(0))
            return objective(trace, info).values - self._log_jacobian()

        # A penalty may need as much memory for each example as a training step.
        with seeded(0, self._device):
            return self._map_array(array, energy, self.batch_size, conditions)

    def _energy_objective(self) -> Objective:
        parts: list[tuple[Weight, Objective]] = [(1.0, self._cost()), *self._penalties()]
        return Sum(*(pair for pair in parts if not pair[1].uses_batch_statistics))

    def _check_support(self, array: np.ndarray) -> None:
        head = cast(Amortized | Composed, self.model_.decoder).head
        check_support(head, self.likelihood_, array, self.scaling_)

    def _log_jacobian(self) -> Tensor | float:
        # Densities change with the units of the data; probabilities do not.
        head = cast(Amortized | Composed, self.model_.decoder).head
        return 0.0 if head.discrete else self.scaling_.log_abs_det()
