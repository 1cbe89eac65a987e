"""Inference from the top down, by what the data say and what the prior expects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from latentia.conditional._conditional import ConditionalDistribution
from latentia.conditional._hierarchical import TopDown, check_layers
from latentia.distributions import Joint
from latentia.errors import IncompatiblePartsError


class Ladder(ConditionalDistribution):
    r"""A posterior over a hierarchy that corrects the prior, layer by layer, by the data.

    .. math:: q(z \mid x) &= q(z_L \mid x) \prod_{l=1}^{L-1} q(z_l \mid x, z_{l+1}), \\
              q(z_l \mid x, z_{l+1}) &\propto N(z_l; \hat\mu_l(x), \hat\sigma_l^2(x))\,
              p(z_l \mid z_{l+1})

    The second factor is the prior of the model, so that a layer that the data say nothing about
    stays as it is there, and the whole hierarchy takes part in learning. The product of two normals
    weighs their means by their precisions,

    .. math:: \sigma^{-2} = \hat\sigma^{-2} + \sigma_p^{-2}, \qquad
              \mu = \sigma^2 (\hat\mu \hat\sigma^{-2} + \mu_p \sigma_p^{-2})

    The estimates come from features :math:`d_l = t_l(d_{l-1}, c)` with :math:`d_0 = x`, which are
    not random. The prior stays the model's: it is no part of the ladder's parameters or state dict.

    Parameters
    ----------
    trunk : sequence of Module
        The network t of each layer, the lowest first.
    estimates : sequence of ConditionalDistribution
        From the features d of each layer to a diagonal normal, the lowest first.
    prior : TopDown
        Of the same layers; those below the highest are diagonal normals.

    Raises
    ------
    ValueError
        If the numbers or sizes of the layers differ.
    IncompatiblePartsError
        When it is used, for layers that are no diagonal normals.

    References
    ----------
    C. K. Sønderby, T. Raiko, L. Maaløe, S. K. Sønderby, O. Winther. Ladder Variational
    Autoencoders. 2016.

    Examples
    --------
    >>> import torch
    >>> from latentia.conditional import Amortized, TopDown
    >>> from latentia.heads import DiagonalNormal
    >>> from latentia.networks import MLP
    >>> from latentia.priors import StandardNormal
    >>> prior = TopDown(StandardNormal(2), Amortized(MLP(2, 6), DiagonalNormal(3)))
    >>> trunk = MLP(9, 8, (16,)), MLP(8, 8, (16,))
    >>> estimates = [Amortized(MLP(8, 2 * d), DiagonalNormal(d)) for d in (3, 2)]
    >>> Ladder(trunk, estimates, prior)(torch.zeros(5, 9)).rsample((7,)).shape
    torch.Size([7, 5, 5])
    """

    estimates: nn.ModuleList

    def __init__(
        self,
        trunk: Sequence[nn.Module],
        estimates: Sequence[ConditionalDistribution],
        prior: TopDown,
    ) -> None:
        super().__init__()
        check_layers(estimates, "Ladder")
        sizes = [part.event_shape[0] for part in estimates]
        if not len(trunk) == len(estimates) or sizes != prior.sizes[::-1]:
            raise ValueError(
                f"trunk has {len(trunk)} networks and estimates are of sizes {sizes}, but the "
                f"layers of prior have sizes {prior.sizes[::-1]}, the lowest first: give one of "
                "each for every layer."
            )
        self.trunk = nn.ModuleList(trunk)
        self.estimates = nn.ModuleList(estimates)
        # In a tuple, so that it is not registered a second time, and a copy of the model has an
        # encoder that refers to the copied prior.
        self._prior = (prior,)
        self.space = prior.space
        self.event_shape = prior.event_shape

    @property
    def prior(self) -> TopDown:
        """The prior, which belongs to the model."""
        return self._prior[0]

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of what the lowest network reads, where it says so."""
        return self.trunk[0].in_shape  # type: ignore[return-value]

    def forward(self, *conditions: Tensor) -> Distribution:
        features, *context = conditions
        estimates = []
        for network, estimate in zip(self.trunk, self.estimates, strict=True):
            features = network(features, *context)
            estimates.append(estimate(features))
        below = list(self.prior.parts)[1:]
        links = [
            partial(_corrected, part, estimate, tuple(context))
            for part, estimate in zip(below, estimates[-2::-1], strict=True)
        ]
        return Joint(estimates[-1], links, self.prior.sizes[1:], reverse=True)


def _corrected(
    part: nn.Module, estimate: Distribution, context: tuple[Tensor, ...], z: Tensor
) -> Distribution:
    data, expected = _normal(estimate), _normal(part(z, *context))
    by_data, by_prior = data.scale.pow(-2), expected.scale.pow(-2)
    variance = 1 / (by_data + by_prior)
    loc = variance * (data.loc * by_data + expected.loc * by_prior)
    return Independent(Normal(loc, variance.sqrt(), validate_args=False), 1, validate_args=False)


def _normal(distribution: Distribution) -> Normal:
    base = getattr(distribution, "base_dist", None)
    if not (isinstance(distribution, Independent) and isinstance(base, Normal)):
        raise IncompatiblePartsError(
            f"Ladder weighs diagonal normals, but a layer is {type(distribution).__name__}; give "
            "estimates and the lower parts of the prior heads.DiagonalNormal."
        )
    return base
