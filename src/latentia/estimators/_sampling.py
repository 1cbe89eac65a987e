"""Where new examples come from: the prior, or a density fitted to the codes afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from latentia._names import lookup
from latentia.conditional import ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.estimators._coding import PARTS, Coding, some_rows
from latentia.estimators._densities import Density, densities, discrete_densities, mixtures
from latentia.estimators._input import check_input
from latentia.estimators._rules import is_count, is_maker
from latentia.estimators._training import fresh_seed
from latentia.heads import Head, Quantizer
from latentia.training import seeded

# Spaces of codes for which any numbers are codes, or nearly.
_NUMBERS = ("real", "unit")


class Sampling(Coding):
    """New examples, from a distribution over codes that can be chosen after training."""

    sampler_: ConditionalDistribution
    verbose: bool

    def sample(
        self,
        n: int | None = None,
        random_state: Any = None,
        mean: bool = True,
        *,
        y: Any = None,
    ) -> np.ndarray:
        """Draw new examples: a code from ``sampler_``, then what the decoder makes of it.

        Parameters
        ----------
        n : int or None, default=None
            How many; None is as many as ``y`` has, or one.
        random_state : int, RandomState or None, default=None
            The same integer gives the same examples.
        mean : bool, default=True
            Return the mean of p(x|z); False draws from it, noise included.
        y : array-like of length n or one value, default=None
            What the examples shall be like, where the model was fitted with a ``condition``.

        Returns
        -------
        ndarray of shape (n, *event), in the units of the data
        """
        check_is_fitted(self)
        if n is not None and not is_count(n):
            raise ValueError(f"n={n!r} must be an integer of at least 1.")
        self._check_conditional(y, "y")
        needs = PARTS if self.sampler_.of_posteriors else ("decoder", "prior")
        conditions = self._conditions(y, n, needs=needs)
        n = n or (len(conditions[0]) if conditions else 1)
        rows = np.empty((n, 0), dtype=np.float32)

        def drawn(count: Tensor, *c: Tensor) -> Tensor:
            x = self.model_.sample(len(count), *c, mean=mean, sampler=self.sampler_)
            return self._unscaled(x)

        with seeded(fresh_seed(random_state), self._device):
            return self._batched(rows, drawn, conditions=conditions)

    def fit_sampler(
        self,
        sampler: str | Callable[[Tensor], ConditionalDistribution] | None = None,
        X: Any = None,
        y: Any = None,
        *,
        n_components: int | None = None,
        random_state: Any = 0,
    ) -> Self:
        """Fit a density to the codes of the data, for :meth:`sample` to draw from.

        Nothing else changes: encoder, decoder, prior and scores stay as they are, and
        ``model.sampler_ = model.model_.prior`` goes back to a prior. The codes are
        drawn from the posteriors of the examples, so that the density is that of the aggregated
        posterior; without posteriors they are the codes themselves.

        Parameters
        ----------
        sampler : str, callable or None, default=None
            A name in ``estimators.densities``: "gmm" is a mixture of normals with full covariances,
            "normal" one normal, "flow" a neural spline flow; or a function of codes, shape (n, d),
            that returns a fitted ConditionalDistribution. Quantised codes have those in
            ``estimators.discrete_densities``: "independent" is the frequency of each codeword,
            "autoregressive" predicts each from those before it. None is "gmm", or "autoregressive"
            for quantised codes.
        X : array, frame or tensor, default=None
            Whose codes; None is what the last call of ``fit`` or ``partial_fit`` learned from, at
            most 20,000 of its examples.
        y : array-like of length n, default=None
            The condition of each example, where the encoder has one.
        n_components : int or None, default=None
            Of the mixture, 10 unless it is given; no other density has components.
        random_state : int, RandomState or None, default=0
            Of the fit.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For an unknown name, fewer codes than components, components of a density that has none,
            or without X if the codes of the training data are gone because the model was read from
            disk.

        References
        ----------
        P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to
        Deterministic Autoencoders. 2020.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from latentia import Autoencoder
        >>> model = Autoencoder(max_iter=5, random_state=0, verbose=False).fit(load_iris().data)
        >>> model.fit_sampler("gmm", n_components=3).sample(5, random_state=0).shape
        (5, 4)
        """
        check_is_fitted(self)
        if n_components is not None and not is_count(n_components):
            raise ValueError(f"n_components={n_components!r} must be an integer of at least 1.")
        head = getattr(self.model_.encoder, "head", None)
        if sampler is None:
            sampler = "autoregressive" if isinstance(head, Quantizer) else "gmm"
        density = self._density(sampler, head) if isinstance(sampler, str) else None
        if n_components is not None and not (isinstance(sampler, str) and sampler in mixtures):
            raise ValueError(
                f"n_components={n_components} has no meaning for sampler={sampler!r:.80}, which "
                "has no components; leave n_components out. Of real codes, 'gmm' is a mixture."
            )
        seed = fresh_seed(random_state)
        codes = self._codes_of(X, y).to(self._device)
        if density is None:
            self.sampler_ = _made(sampler, codes).to(self._device)
        else:
            self.sampler_ = density(codes, n_components, seed, self.verbose).to(self._device)
        return self

    def _density(self, name: str, head: Head | None) -> Density:
        if isinstance(head, Quantizer):
            return partial(lookup(discrete_densities, name, "sampler"), head)
        if head is not None and head.space not in _NUMBERS:
            raise IncompatiblePartsError(
                f"sampler={name!r} and {type(head).__name__} codes do not fit: they live in "
                f"{head.space!r}, which a density of real numbers leaves; sample from the prior."
            )
        return lookup(densities, name, "sampler")

    def _codes_of(self, X: Any, y: Any) -> Tensor:
        if X is not None:
            array = check_input(self, X, reset=False)
            return self._draw_codes(array, self._conditions(y, len(array), needs=("encoder",)))
        if not hasattr(self, "_codes"):
            raise ValueError(
                "X=None, but a model read from disk does not hold the codes of its training data; "
                "give X, the examples whose codes count."
            )
        return self._codes

    def _draw_codes(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> Tensor:
        rows = some_rows(len(array))
        given = [c[rows] for c in conditions]
        with seeded(0, self._device):
            drawn = self._map_array(
                array[rows], lambda x, *c: self.model_.encoder(x, *c).sample(), conditions=given
            )
        return torch.from_numpy(drawn)


def _made(sampler: Any, codes: Tensor) -> ConditionalDistribution:
    made = sampler(codes) if is_maker(sampler) else sampler
    if made is sampler or not isinstance(made, ConditionalDistribution):
        raise ValueError(
            f"sampler={sampler!r:.80} must be one of {', '.join(map(repr, densities))}, or a "
            "function of codes, shape (n, d), that returns a fitted ConditionalDistribution."
        )
    return made
