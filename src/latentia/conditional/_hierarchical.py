"""A hierarchy of codes as one code: bottom-up inference and top-down generation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from torch import Tensor, nn
from torch.distributions import Distribution

from latentia.conditional._conditional import ConditionalDistribution
from latentia.distributions import Joint
from latentia.errors import IncompatiblePartsError
from latentia.heads import Head, as_count


class Hierarchy(ConditionalDistribution):
    """What :class:`BottomUp` and :class:`TopDown` share: layers, each drawn given another."""

    parts: nn.ModuleList

    def __init__(self, *parts: ConditionalDistribution) -> None:
        super().__init__()
        check_layers(parts, type(self).__name__)
        self.parts = nn.ModuleList(parts)
        # Of the layers, in the order in which they are drawn.
        self.sizes = [part.event_shape[0] for part in parts]
        self.space = parts[0].space
        self.event_shape = (sum(self.sizes),)


class BottomUp(Hierarchy):
    r"""A posterior over a hierarchy of codes, inferred from the data upwards.

    .. math:: q(z \mid x, c) = q(z_1 \mid x, c) \prod_{l=2}^L q(z_l \mid z_{l-1}, c), \qquad
              z = [z_1, \dots, z_L]

    The layers stand in one code, so every objective and estimate works as with a single layer. The
    prior of such a code is a :class:`TopDown`, and its decoder, by :class:`Reads`, is that of the
    lowest layer.

    Parameters
    ----------
    *parts : ConditionalDistribution
        The encoder of each layer, the lowest first: it reads the layer below.

    Raises
    ------
    ValueError
        Without parts, or for layers that are no vectors.
    IncompatiblePartsError
        If the layers live in different spaces.

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.

    Examples
    --------
    >>> import torch
    >>> from latentia.conditional import Amortized
    >>> from latentia.heads import DiagonalNormal
    >>> from latentia.networks import MLP
    >>> encoder = BottomUp(
    ...     Amortized(MLP(9, 6), DiagonalNormal(3)), Amortized(MLP(3, 4), DiagonalNormal(2))
    ... )
    >>> encoder(torch.zeros(5, 9)).rsample((7,)).shape
    torch.Size([7, 5, 5])
    """

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of what the lowest part reads, where it says so."""
        return self.parts[0].in_shape  # type: ignore[return-value]

    def forward(self, *conditions: Tensor) -> Distribution:
        first, *above = self.parts
        links = [partial(_given, part, conditions[1:]) for part in above]
        return Joint(first(*conditions), links, self.sizes[1:])


class TopDown(Hierarchy):
    r"""A prior over a hierarchy of codes, generated from the top downwards.

    .. math:: p(z \mid c) = p(z_L \mid c) \prod_{l=1}^{L-1} p(z_l \mid z_{l+1}, c), \qquad
              z = [z_1, \dots, z_L]

    Parameters
    ----------
    *parts : ConditionalDistribution
        The prior of the highest layer, then, downwards, what draws each layer given the one above
        it.

    Raises
    ------
    ValueError
        Without parts, or for layers that are no vectors.
    IncompatiblePartsError
        If the layers live in different spaces.

    References
    ----------
    D. J. Rezende, S. Mohamed, D. Wierstra. Stochastic Backpropagation and Approximate Inference in
    Deep Generative Models. 2014.

    Examples
    --------
    >>> from latentia.conditional import Amortized
    >>> from latentia.heads import DiagonalNormal
    >>> from latentia.networks import MLP
    >>> from latentia.priors import StandardNormal
    >>> prior = TopDown(StandardNormal(2), Amortized(MLP(2, 6), DiagonalNormal(3)))
    >>> prior().sample((7,)).shape
    torch.Size([7, 5])
    """

    def forward(self, *conditions: Tensor) -> Distribution:
        top, *below = self.parts
        links = [partial(_given, part, conditions) for part in below]
        return Joint(top(*conditions), links, self.sizes[1:], reverse=True)


class Reads(ConditionalDistribution):
    r"""A part that reads the first coordinates of a code: the lowest layer of a hierarchy.

    .. math:: p(x \mid z, c) = p(x \mid z_{1:k}, c)

    Parameters
    ----------
    part : ConditionalDistribution
        Of a code of ``n_features`` numbers.
    n_features : int
        How many coordinates k it reads.

    Raises
    ------
    ValueError
        If ``n_features`` is no positive integer.

    Examples
    --------
    >>> import torch
    >>> from latentia.conditional import Amortized
    >>> from latentia.heads import DiagonalNormal
    >>> from latentia.networks import MLP
    >>> decoder = Reads(Amortized(MLP(3, 18), DiagonalNormal(9)), 3)
    >>> decoder(torch.zeros(7, 5)).mean.shape
    torch.Size([7, 9])
    """

    def __init__(self, part: ConditionalDistribution, n_features: int) -> None:
        super().__init__()
        self.n_features = as_count(n_features, "n_features")
        self.part = part
        self.space = part.space
        self.event_shape = part.event_shape

    @property
    def head(self) -> Head:
        """The head of the part."""
        return self.part.head  # type: ignore[return-value]

    def forward(self, *conditions: Tensor) -> Distribution:
        z, *context = conditions
        return self.part(z[..., : self.n_features], *context)


def check_layers(parts: Sequence[ConditionalDistribution], name: str) -> None:
    """Refuse layers that cannot stand in one code."""
    if not parts:
        raise ValueError(f"{name}() needs at least one part.")
    for part in parts:
        if len(part.event_shape) != 1:
            raise ValueError(
                f"{name} needs layers that are vectors, but {type(part).__name__} draws values of "
                f"shape {part.event_shape}."
            )
    spaces = {part.space for part in parts}
    if len(spaces) > 1:
        raise IncompatiblePartsError(
            f"The layers of {name} live in different spaces, {sorted(spaces)}, so that they cannot "
            "stand in one code; give all of them heads of the same space."
        )


def _given(part: nn.Module, context: tuple[Tensor, ...], z: Tensor) -> Distribution:
    return part(z, *context)
