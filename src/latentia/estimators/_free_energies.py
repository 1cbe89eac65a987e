"""Free energies of examples by a fitted energy, and whether it has collapsed."""

from __future__ import annotations

import copy
import math
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
from latentia.inference import Search, energy_gap, free_energy
from latentia.models import Batch, LatentVariableModel
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
    regularizer: Any
    n_restarts: int
    n_steps: int
    _seed: int

    def free_energy(
        self, X: Any, y: Any = None, *, beta: float, n_points: int | None = None
    ) -> Any:
        r"""Return the free energy of each example, shape (n,), lower is more usual.

        .. math:: F_\beta(x) = -\frac{1}{\beta} \log \frac{1}{|Z|} \int_Z e^{-\beta E(x, z)}\, dz

        in the units of :meth:`energy`. For an infinite ``beta`` it is the least energy that a
        search with ``n_restarts`` and ``n_steps`` finds: that of :meth:`energy`, but for penalties,
        and where codes are guessed by an encoder, from which the search then starts.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        y : array-like of length n, default=None
            The condition of each example, where the model has one.
        beta : float
            Inverse temperature, positive; infinity is allowed.
        n_points : int or None, default=None
            Points of the grid of codes along each dimension, before it is refined, as in
            ``inference.free_energy``.

        Raises
        ------
        ValueError
            For ``beta`` of 0 or less.
        IncompatiblePartsError
            For an integral that diverges, as over an unbounded space without a regularizer, or a
            finite ``beta`` and codes of more than three numbers.
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
                f"the data: {self._way_out}",
                CollapsedEnergyWarning,
                stacklevel=7,
            )

    def _search_of(self, model: LatentVariableModel) -> Search:
        """Return how the model's codes are searched for, from its guess if it makes one."""
        if isinstance(model.encoder, Search):
            return model.encoder
        return Search(
            self._energy_of_codes(model),
            proposal=model.encoder,
            n_restarts=self.n_restarts,
            n_steps=self.n_steps,
        )

    @property
    def _way_out(self) -> str:
        """What keeps an energy up off the data, and why a price on codes did not."""
        fewer = "take fewer of them, or a smaller space such as 'circle' or 'categories'."
        if self.regularizer is None:
            return fewer
        return (
            f"{fewer} A regularizer does not keep a decoder that learns from reaching any point, "
            "by smaller codes and larger weights."
        )

    def _missed(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> float:
        def through(x: Tensor, *c: Tensor) -> Tensor:
            return self._unscaled(self.model_.decode(self.model_.encode(x, *c), *c))

        errors = array - self._map_array(array, through, conditions=conditions)
        spread = float(array.var(0).mean())
        # Where examples do not vary, neither does noise in their box.
        return float(np.square(errors).mean()) / spread if spread > 0 else math.inf

    def _probed(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray:
        return self._free_energies(array, conditions, self.beta)

    def _free_energies(
        self,
        array: np.ndarray,
        conditions: Sequence[np.ndarray],
        beta: float,
        n_points: int | None = None,
    ) -> np.ndarray:
        # In double precision, an energy does not depend on the examples that share its batch.
        model = copy.deepcopy(self.model_).double()
        energy, search = self._energy_of_codes(model), self._search_of(model)

        def free(x: Tensor, *c: Tensor) -> Tensor:
            given = (t.double() for t in c)
            found = free_energy(energy, x.double(), beta, *given, n_points=n_points, search=search)
            return found - units

        units = self._log_jacobian()
        with seeded(0, self._device):
            return self._map_array(array, free, conditions=conditions)
