"""Free energies of examples by a fitted energy, and whether it has collapsed."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latentia.errors import CollapsedEnergyWarning
from latentia.estimators._coding import check_fitted_input
from latentia.estimators._most_likely import MostLikely
from latentia.estimators._scoring import Scoring
from latentia.inference import energy_gap, free_energy
from latentia.models import Batch
from latentia.training import seeded

#: Examples, and as many points of noise, that tell whether an energy has collapsed.
_PROBES = 500
#: How often an example must have less energy than noise.
_LEAST_GAP = 0.55
#: Share of the variance of noise that codes must miss, or else they explain it too.
_MOST_MISSED = 0.5


class FreeEnergies(Scoring, MostLikely):
    """An energy of examples at any temperature, looked at after training."""

    beta: float
    _seed: int

    def free_energy(self, X: Any, y: Any = None, *, beta: float, n_points: int = 200) -> Any:
        r"""Return the free energy of each example, shape (n,), lower is more usual.

        .. math:: F_\beta(x) = -\frac{1}{\beta} \log \frac{1}{|Z|} \int_Z e^{-\beta E(x, z)}\, dz

        in the units of :meth:`energy`, which it is for an infinite ``beta``, but for penalties.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        y : array-like of length n, default=None
            The condition of each example, where the model has one.
        beta : float
            Inverse temperature, positive; infinity is allowed.
        n_points : int, default=200
            Points of the grid of codes along each dimension; more for larger ``beta``.

        Raises
        ------
        ValueError
            For ``beta`` of 0 or less, or a grid of too many points.
        IncompatiblePartsError
            For an unbounded space without a regularizer, where the integral diverges.
        """
        x = check_fitted_input(self, X)
        found = self._free_energies(x, self._conditions(y, len(x)), beta, n_points)
        return torch.from_numpy(found) if isinstance(X, Tensor) else found

    def _learn_from(self, everything: Batch) -> None:
        rows = torch.linspace(0, len(everything) - 1, min(_PROBES, len(everything))).long()
        x, *conditions = (t[rows].numpy() for t in (everything.x, *everything.conditions))
        low, high = x.min(0), x.max(0)
        noise = np.random.default_rng(self._seed).uniform(low, high, x.shape).astype(x.dtype)
        gap = float(
            energy_gap(
                *(torch.from_numpy(self._probed(points, conditions)) for points in (x, noise))
            )
        )
        if gap < _LEAST_GAP and self._missed(noise, conditions) < _MOST_MISSED:
            warnings.warn(
                f"The energy has collapsed: an example has less than a point of noise in {gap:.0%} "
                "of pairs, and a half is chance. Codes that can explain any point tell nothing of "
                "the data: take fewer of them, a bounded space, a regularizer or a "
                "contrast.",
                CollapsedEnergyWarning,
                stacklevel=7,
            )

    def _missed(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> float:
        def through(x: Tensor, *c: Tensor) -> Tensor:
            return self._unscaled(self.model_.decode(self.model_.encode(x, *c), *c))

        errors = array - self._map_array(array, through, conditions=conditions)
        return float(np.square(errors).mean() / array.var(0).mean())

    def _probed(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray:
        return self._free_energies(array, conditions, self.beta, 100)

    def _free_energies(
        self, array: np.ndarray, conditions: Sequence[np.ndarray], beta: float, n_points: int
    ) -> np.ndarray:
        # In double precision, an energy does not depend on the examples that share its batch.
        energy = self._energy_of_codes(copy.deepcopy(self.model_).double())

        def free(x: Tensor, *c: Tensor) -> Tensor:
            given = (t.double() for t in c)
            return free_energy(energy, x.double(), beta, *given, n_points=n_points) - units

        units = self._log_jacobian()
        with seeded(0, self._device):
            return self._map_array(array, free, conditions=conditions)
