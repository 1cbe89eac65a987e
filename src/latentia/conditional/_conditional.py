"""The one type of encoder, decoder and prior, and its plain instances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from latentia.distributions import Delta, point
from latentia.heads import Head, as_shape


class ConditionalDistribution(nn.Module, ABC):
    """A module that maps conditions to a distribution.

    The encoder q(z|x, c), the decoder p(x|z, c) and the prior p(z|c) are all of this type, so
    a model reads as the mathematics: ``decoder(z, c).log_prob(x)``.

    Attributes
    ----------
    space : str
        Where its values live, a word such as "real", "sphere" or "one-hot".
    event_shape : tuple of int
        Shape of one value.
    of_posteriors : bool
        Whether it is a prior made of the encoder's posteriors: then it is given the conditions that
        the encoder is, and its ``start_from(x)`` some examples before training.
    """

    space: str = "real"
    event_shape: tuple[int, ...]
    of_posteriors: bool = False

    @abstractmethod
    def forward(self, *conditions: Tensor) -> Distribution:
        """Return the distribution given ``conditions``, with their batch shape."""

    def __call__(self, *conditions: Tensor) -> Distribution:
        return super().__call__(*conditions)


class Amortized(ConditionalDistribution):
    r"""A network that predicts the parameters of a distribution for each input.

    .. math:: p(y \mid x, c) = \mathrm{head}(\mathrm{net}(x, c))

    Parameters
    ----------
    net : Module
        Maps the conditions to ``head.n_params`` numbers along the last dimension.
    head : Head
        Turns these numbers into a distribution.

    Examples
    --------
    >>> import torch
    >>> from latentia.heads import DiagonalNormal
    >>> from latentia.networks import MLP
    >>> head = DiagonalNormal((2,))
    >>> encoder = Amortized(MLP((5,), (head.n_params,)), head)
    >>> encoder(torch.zeros(3, 5)).rsample().shape
    torch.Size([3, 2])
    """

    def __init__(self, net: nn.Module, head: Head) -> None:
        super().__init__()
        self.net = net
        self.head = head
        self.space = head.space
        self.event_shape = head.event_shape

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of what the network reads, where it says so."""
        return self.net.in_shape  # type: ignore[return-value]

    def forward(self, *conditions: Tensor) -> Distribution:
        raw = self.net(*conditions)
        # Draws and densities need more digits than products do.
        return self.head(raw.float() if raw.dtype == torch.bfloat16 else raw)


class Unconditioned(Amortized):
    """An amortised distribution that looks at its first condition only.

    In a conditional model it is the part that does not see the condition: an encoder q(z|x) beside
    a decoder p(x|z, c).

    Parameters
    ----------
    net : Module
        Maps the first condition to ``head.n_params`` numbers along the last dimension.
    head : Head
        Turns these numbers into a distribution.

    Examples
    --------
    >>> import torch
    >>> from latentia.heads import Delta
    >>> from latentia.networks import MLP
    >>> encoder = Unconditioned(MLP(5, 2), Delta(2))
    >>> encoder(torch.zeros(3, 5), torch.ones(3, 10)).mean.shape
    torch.Size([3, 2])
    """

    def forward(self, *conditions: Tensor) -> Distribution:
        return super().forward(conditions[0])


class Composed(ConditionalDistribution):
    r"""A chain of maps: the point of each is what the next is given.

    .. math:: p(y \mid x) = p_L(y \mid h_{L-1}), \quad
              h_l = \mathrm{point}(p_l(\cdot \mid h_{l-1})), \quad h_0 = x

    The encoders of a stack of models, from the first to the last, are one encoder; their
    decoders in reverse are one decoder.

    Parameters
    ----------
    *parts : ConditionalDistribution
        In the order in which they are applied.

    Examples
    --------
    >>> import torch
    >>> from latentia.heads import Delta
    >>> from latentia.networks import MLP
    >>> first, second = Amortized(MLP(5, 3), Delta(3)), Amortized(MLP(3, 2), Delta(2))
    >>> Composed(first, second)(torch.zeros(4, 5)).mean.shape
    torch.Size([4, 2])
    """

    parts: nn.ModuleList

    def __init__(self, *parts: ConditionalDistribution) -> None:
        super().__init__()
        if not parts:
            raise ValueError("Composed() needs at least one part.")
        self.parts = nn.ModuleList(parts)
        self.space = parts[-1].space
        self.event_shape = parts[-1].event_shape

    @property
    def head(self) -> Head:
        """The head of the last part."""
        return self.parts[-1].head  # type: ignore[return-value]

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of what the first part reads, where it says so."""
        return self.parts[0].in_shape  # type: ignore[return-value]

    def forward(self, *conditions: Tensor) -> Distribution:
        h, *context = conditions
        *below, last = self.parts
        for part in below:
            h = point(part(h, *context))
        return last(h, *context)


class Identity(ConditionalDistribution):
    """A point mass at the condition itself: a model whose codes are given.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    space : str, default="real"
        Where the codes live.

    Examples
    --------
    >>> import torch
    >>> Identity(2)(torch.ones(3, 2)).mean.shape
    torch.Size([3, 2])
    """

    def __init__(self, event_shape: int | Sequence[int], space: str = "real") -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape, "event_shape")
        self.space = space

    def forward(self, *conditions: Tensor) -> Distribution:
        return Delta(conditions[0], len(self.event_shape))


def family(part: object) -> str:
    """Return what a user calls a part of a model: the head chosen for a network, else its class.

    Parameters
    ----------
    part : Module
        An encoder, a decoder or a prior.

    Examples
    --------
    >>> from latentia.heads import FullNormal
    >>> family(Amortized(nn.Identity(), FullNormal(2))), family(Identity(2))
    ('FullNormal', 'Identity')
    """
    last = part.parts[-1] if isinstance(part, Composed) else part
    return type(last.head if isinstance(last, Amortized) else last).__name__
