"""The energy of an example and a code."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn
from torch.distributions import Distribution

from latentia._names import lookup
from latentia.conditional import ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.models._latent_variable import LatentVariableModel
from latentia.models._norms import Norm, check_norm, norms
from latentia.models._regularizers import Regularizer, regularizers
from latentia.spaces import Space


class LatentEnergy(nn.Module):
    r"""How badly an example and a code go together, plus what the code costs.

    .. math:: E(y, z) = C(y, \mathrm{Dec}(z)) + w R(z)

    Low where y is likely. A variational model without its encoder is one such energy, with
    :math:`C = -\log p(y|z)` and :math:`R = -\log p(z)`; K-means, sparse coding and principal
    components are others. ``energy(y, z, *conditions)`` takes y of shape (n, \*event) and z of
    shape (n_samples, n, \*code), or (n_samples, 1, \*code) for the same codes of all examples,
    and returns shape (n_samples, n).

    Parameters
    ----------
    decoder : ConditionalDistribution
        p(y|z, c), a network or a function that is known.
    space : Space
        Where the codes live.
    cost : str, callable or None, default=None
        C: None is the negative log-likelihood in nats, a name in ``models.norms`` a distance from
        the mean of the likelihood, and a function maps the likelihood, batch shape (n_samples, n),
        and y to shape (n_samples, n).
    regularizer : str, callable, ConditionalDistribution or None, default=None
        R: nothing, a name in ``models.regularizers``, a function of z to shape (n_samples, n), or
        a prior, whose negative log-density it is. "l1" and "l2" are sums of absolute values and of
        squares, "normal" is the negative log-density of the standard normal in nats.
    weight : float, default=1.0
        w, at least 0.

    Raises
    ------
    ValueError
        For an unknown name, or a weight out of range.
    TypeError
        For a ``cost`` or ``regularizer`` of another kind.
    IncompatiblePartsError
        If codes of the prior and of the space live elsewhere or have another shape, or for a
        cross-entropy of values that are no probabilities.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, spaces
    >>> likelihood = heads.DiagonalNormal(2, scale=1.0)
    >>> decoder = conditional.Amortized(torch.nn.Identity(), likelihood)
    >>> energy = LatentEnergy(
    ...     decoder, spaces.Real(2), cost="squared_error", regularizer="l1", weight=0.5
    ... )
    >>> energy(torch.zeros(1, 2), torch.tensor([[[3.0, 4.0]]]))  # 25 + 0.5 * 7
    tensor([[28.5000]])
    """

    def __init__(
        self,
        decoder: ConditionalDistribution,
        space: Space,
        *,
        cost: str | Norm | None = None,
        regularizer: str | Regularizer | ConditionalDistribution | None = None,
        weight: float = 1.0,
    ) -> None:
        super().__init__()
        if not (weight >= 0 and math.isfinite(weight)):
            raise ValueError(f"weight={weight} must be a number of at least 0.")
        self.decoder = decoder
        self.space = space
        self.cost = cost
        self.regularizer = regularizer
        self.weight = weight
        self._cost = _cost(cost, decoder)
        if isinstance(regularizer, ConditionalDistribution):
            _check_prior(regularizer, space)
        else:
            _price(regularizer)

    @property
    def regularized(self) -> bool:
        """Whether codes cost anything."""
        return self.regularizer is not None and self.weight > 0

    def forward(self, y: Tensor, z: Tensor, *conditions: Tensor) -> Tensor:
        cost = self.cost_of(y, z, *conditions)
        return cost + self.weight * self.price_of(z, *conditions) if self.regularized else cost

    def cost_of(self, y: Tensor, z: Tensor, *conditions: Tensor) -> Tensor:
        """Return C, shape (n_samples, n)."""
        self._check_codes(z)
        self._check_shape(y)
        if conditions and z.shape[1] != len(y):
            z = z.expand(len(z), len(y), *self.space.event_shape)
        cost = self._cost(self.decoder(z, *conditions), y)
        n = len(y) if z.shape[1] == 1 else z.shape[1]
        return _shaped(cost, (len(z), n), "cost", self.cost)

    def price_of(self, z: Tensor, *conditions: Tensor) -> Tensor:
        """Return R, weight not applied, shape (n_samples, n)."""
        self._check_codes(z)
        if isinstance(self.regularizer, ConditionalDistribution):
            return -self.regularizer(*conditions).log_prob(z)
        price = _price(self.regularizer)(z)
        return _shaped(price, tuple(z.shape[:2]), "regularizer", self.regularizer)

    def of(self, model: LatentVariableModel) -> LatentEnergy:
        """Return this energy with the decoder of ``model``, and with its prior for a prior."""
        prior = isinstance(self.regularizer, ConditionalDistribution) and model.prior is not None
        return LatentEnergy(
            model.decoder,
            self.space,
            cost=self.cost,
            regularizer=model.prior if prior else self.regularizer,
            weight=self.weight,
        )

    def check_examples(self, y: Tensor) -> None:
        """Refuse examples that have no energy.

        Raises
        ------
        ValueError
            For another shape than the decoder's, values that are no number, or no examples.
        """
        self._check_shape(y)
        if len(y) == 0:
            raise ValueError("y holds no example, and needs at least one.")
        none = y.isnan().flatten(1).any(1) if y.dim() > 1 else y.isnan()
        if bool(none.any()):
            raise ValueError(
                f"y[{int(none.nonzero()[0])}] has a NaN, and no energy; leave such examples out, "
                "or fill in what is missing."
            )

    def _check_shape(self, y: Tensor) -> None:
        shape = getattr(self.decoder, "event_shape", None)
        if shape is not None and tuple(y.shape[1:]) != tuple(shape):
            raise ValueError(
                f"y has shape {tuple(y.shape)}, but examples of this decoder must have shape "
                f"(n, {', '.join(map(str, shape))})."
            )

    def _check_codes(self, z: Tensor) -> None:
        if z.shape[2:] != self.space.event_shape or z.dim() < 2:
            raise ValueError(
                f"z has shape {tuple(z.shape)}, but codes of {self.space!r} must have shape "
                f"(n_samples, n, {', '.join(map(str, self.space.event_shape))})."
            )

    def extra_repr(self) -> str:
        price = self.regularizer if not isinstance(self.regularizer, nn.Module) else "prior"
        return f"{self.space!r}, cost={self.cost!r}, regularizer={price!r}, weight={self.weight}"


def _cost(cost: str | Norm | None, decoder: ConditionalDistribution) -> Norm:
    if cost is None:
        return _negative_log_likelihood
    if isinstance(cost, str):
        norm = lookup(norms, cost, "cost")
        check_norm(cost, decoder, f'LatentEnergy(cost="{cost}")')
        return norm
    return _function(cost, "cost", "of the likelihood and y")


def _negative_log_likelihood(likelihood: Distribution, y: Tensor) -> Tensor:
    return -likelihood.log_prob(y)


def _price(regularizer: str | Regularizer | None) -> Regularizer:
    if regularizer is None:
        return lambda z: z.new_zeros(z.shape[:2])
    if isinstance(regularizer, str):
        return lookup(regularizers, regularizer, "regularizer")
    return _function(regularizer, "regularizer", "of z, or a prior")


def _function(part: Callable[..., Tensor], argument: str, of: str) -> Callable[..., Tensor]:
    if isinstance(part, type) or not callable(part):
        raise TypeError(f"{argument}={part!r} must be a name, None, or a function {of}.")
    return part


def _shaped(values: Tensor, shape: tuple[int, ...], argument: str, given: object) -> Tensor:
    if tuple(values.shape) != shape:
        raise ValueError(
            f"{argument}={given!r:.80} gave shape {tuple(values.shape)}, but must give {shape}: a "
            "number for each code and example, (n_samples, n)."
        )
    return values


def _check_prior(prior: ConditionalDistribution, space: Space) -> None:
    for name, meaning, here in (
        ("space", "live in", space.name),
        ("event_shape", "have shape", space.event_shape),
    ):
        there = getattr(prior, name, here)
        if there != here:
            raise IncompatiblePartsError(
                f"Codes of {space!r} {meaning} {here!r}, but codes of the prior "
                f"({type(prior).__name__}) {meaning} {there!r}; take a prior of the same codes, or "
                'regularizer="normal".'
            )
