"""What the variational autoencoders share: an objective to choose, and a score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from latentia._names import lookup
from latentia.conditional import ConditionalDistribution
from latentia.estimators._making import unknown_to
from latentia.estimators._mirrored import MirroredEstimator
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import MAYBE_COUNT, MAYBE_NOT_NEGATIVE, MAYBE_WEIGHT, PART, Rule
from latentia.heads import Quantizer
from latentia.inference import log_likelihood
from latentia.models import Batch
from latentia.objectives import ELBO, Objective, Reconstruction, Weight, objectives
from latentia.training import seeded

_SCORE_SAMPLES = 100


@documented
@dataclass(eq=False, repr=False)
class VariationalEstimator(MirroredEstimator):
    """A model with a distribution of codes for each example, and a prior to sample from.

    Parameters
    ----------
    <objective parameters>
    <network parameters>
    <condition parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>
    """

    _: KW_ONLY
    objective: str | Callable[..., Objective] = "elbo"
    beta: Weight | None = None
    free_bits: float | None = None
    n_samples: int | None = None

    _rules: ClassVar[dict[str, Rule]] = {
        "objective": PART,
        "beta": MAYBE_WEIGHT,
        "free_bits": MAYBE_NOT_NEGATIVE,
        "n_samples": MAYBE_COUNT,
    }

    def _objective(self) -> Objective:
        asked = self.objective
        make = lookup(objectives, asked, "objective") if isinstance(asked, str) else asked
        given = {name: getattr(self, name) for name in ("beta", "free_bits", "n_samples")}
        given = {name: value for name, value in given.items() if value is not None}
        spare = unknown_to(make, given)
        if spare:
            unknown = " and ".join(f"{name}={given[name]!r}" for name in spare)
            raise ValueError(
                f"{unknown} cannot be given to objective={asked!r:.80}, which has no such number; "
                "leave it out, or use objective='elbo'."
            )
        try:
            made = make(**given)
        except TypeError as error:
            raise ValueError(
                f"objective={asked!r:.80} cannot be made with no more than its defaults ({error}); "
                "give a function without other arguments, such as functools.partial(TheClass, "
                "argument=value)."
            ) from error
        if not isinstance(made, Objective):
            raise ValueError(
                f"objective={asked!r:.80} must return an Objective, but returned {made!r:.80}."
            )
        return made

    def _cost(self) -> Objective:
        if self._deterministic:
            return Reconstruction()
        return ELBO(1.0 if self.beta is None else self.beta)

    @property
    def score_kind_(self) -> str:
        """What ``score_samples`` returns, as in :class:`LatentEstimator`."""
        return super().score_kind_ if self._deterministic else "log_likelihood_bound"

    @property
    def _deterministic(self) -> bool:
        head = getattr(self.model_.encoder, "head", None)
        return head is not None and head.deterministic

    def score_samples(self, X: object, y: object = None) -> object:
        """Return an estimate of log p(x) in nats for each example, in the units of the data.

        It is the importance-weighted bound with 100 draws from the posterior, below log p(x) in
        expectation. The draws are the same in every call and for every example, so that a score
        depends on nothing but the example. A deterministic posterior has no such bound: then it is
        minus the energy.

        References
        ----------
        Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.
        """
        return super().score_samples(X, y)

    def _first_sampler(self, codes: Tensor) -> ConditionalDistribution:
        if isinstance(getattr(self.model_.encoder, "head", None), Quantizer):
            return super()._first_sampler(codes)  # a prior of real codes has no codewords
        assert self.model_.prior is not None
        return self.model_.prior

    def _scores(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray:
        if self._deterministic:
            return super()._scores(array, conditions)

        def score(x: Tensor, *c: Tensor) -> Tensor:
            rows = zip(x.split(1), *(t.split(1) for t in c), strict=True)
            return torch.cat([self._score_one(*row) for row in rows]) + self._log_jacobian()

        return self._map_array(array, score, conditions=conditions)

    def _score_one(self, x: Tensor, *c: Tensor) -> Tensor:
        with seeded(0, self._device):
            return log_likelihood(self.model_, Batch(x, c), _SCORE_SAMPLES, _SCORE_SAMPLES)
