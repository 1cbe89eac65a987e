"""One side of a restricted Boltzmann machine: its units, their biases and their own energy."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from latentia.heads import Bernoulli, DiagonalNormal, Head

#: Least standard deviation of a column that changes: its units answer to 1 / variance.
_NARROW = 1e-3
#: Standard deviations that no value of a scaled data set is away.
_FAR = 1_000.0


class Units(nn.Module, ABC):
    r"""Units that are independent given the other side.

    .. math:: p(x \mid r) \propto e^{-U(x) + s(x)^\top (r - b)}

    with biases b, their own energy U, what the other side sees of them s, and an input r, in which
    the biases are counted.

    Parameters
    ----------
    head : Head
        Makes a distribution of the input; it belongs to the part of the model that uses it.

    Attributes
    ----------
    countable : bool
        Whether their states can be enumerated.
    """

    countable: bool = False

    def __init__(self, head: Head) -> None:
        super().__init__()
        # Inside a tuple the head is no submodule: a state dict has each number once.
        self._head = (head,)
        self.bias = nn.Parameter(torch.zeros(head.n_params))

    @property
    def head(self) -> Head:
        """What makes a distribution of an input."""
        return self._head[0]

    def seen(self, x: Tensor) -> Tensor:
        """Return s(x) of flat states (..., d)."""
        return x

    @property
    @abstractmethod
    def hottest(self) -> Tensor:
        """The biases at an inverse temperature of 0, where modes have grown together."""

    @abstractmethod
    def energy(self, x: Tensor, bias: Tensor) -> Tensor:
        """Return U(x) of flat states (..., d) for the given biases, shape (...)."""

    @abstractmethod
    def log_partition(self, r: Tensor, bias: Tensor) -> Tensor:
        """Return the log of the sum, or integral, of exp(-U(x) + s(x) (r - b)), shape (...)."""

    @abstractmethod
    def mean(self, r: Tensor) -> Tensor:
        """Return the means of flat states given the input (..., d)."""

    def surprise(self, x: Tensor, r: Tensor) -> Tensor:
        """Return -log p of flat states (..., d) given the input, in nats, shape (...)."""
        together = (self.seen(x) * (r - self.bias)).sum(-1)
        return self.energy(x, self.bias) - together + self.log_partition(r, self.bias)

    @abstractmethod
    def draw(self, r: Tensor) -> Tensor:
        """Draw flat states given the input (..., d), without gradients."""

    @abstractmethod
    def start_from(self, x: Tensor) -> None:
        """Set the biases to what a machine without weights would learn from examples (n, d)."""

    @abstractmethod
    def check(self, x: Tensor) -> None:
        """Refuse a flat data set (n, d) that these units cannot learn."""

    @abstractmethod
    def check_states(self, x: Tensor) -> None:
        """Refuse flat examples (n, d), however few, that these units cannot have."""


class BinaryUnits(Units):
    """Units that are 0 or 1; rates between them are taken as they are."""

    countable = True

    @property
    def hottest(self) -> Tensor:
        return torch.zeros_like(self.bias)

    def energy(self, x: Tensor, bias: Tensor) -> Tensor:
        return -(x @ bias)

    def log_partition(self, r: Tensor, bias: Tensor) -> Tensor:
        return softplus(r).sum(-1)

    def mean(self, r: Tensor) -> Tensor:
        return r.sigmoid()

    @torch.no_grad()
    def draw(self, r: Tensor) -> Tensor:
        rate = r.sigmoid()
        return torch.rand_like(rate).lt_(rate)

    def start_from(self, x: Tensor) -> None:
        on = x.double().sum(0)
        # One more example of each kind, so that a constant column has finite odds.
        self.bias.copy_(((on + 1) / (len(x) - on + 1)).log())

    def check(self, x: Tensor) -> None:
        self.check_states(x)

    def check_states(self, x: Tensor) -> None:
        outside = ~((x >= 0) & (x <= 1))
        if outside.any():
            row, column = (int(i) for i in outside.nonzero()[0])
            raise ValueError(
                f"Bernoulli units need values in [0, 1], but x[{row}] has {x[row, column]:.6g} in "
                f"column {column}; scale x to [0, 1], or use visible='normal'."
            )


class NormalUnits(Units):
    """Units that are normal around their input, with the scale of their head."""

    @property
    def scale(self) -> Tensor:
        """The standard deviation of each unit, flat."""
        return self.head(self.bias).stddev.flatten()

    @property
    def hottest(self) -> Tensor:
        # Without a scale there would be no density: it is the weights that pull modes apart.
        return self.bias

    def seen(self, x: Tensor) -> Tensor:
        return x / self.scale.square()

    def energy(self, x: Tensor, bias: Tensor) -> Tensor:
        return 0.5 * ((x - bias) / self.scale).square().sum(-1)

    def log_partition(self, r: Tensor, bias: Tensor) -> Tensor:
        scale = self.scale
        gained = 0.5 * ((r / scale).square() - (bias / scale).square())
        return (gained + scale.log() + 0.5 * math.log(2 * math.pi)).sum(-1)

    def mean(self, r: Tensor) -> Tensor:
        return r

    @torch.no_grad()
    def draw(self, r: Tensor) -> Tensor:
        return torch.addcmul(r, self.scale, torch.randn_like(r))

    def start_from(self, x: Tensor) -> None:
        self.bias.copy_(x.double().mean(0))
        self.head.start_from(x.unflatten(-1, self.head.event_shape))

    def check(self, x: Tensor) -> None:
        values = x.double()
        mean, spread = values.mean(0), values.std(0, correction=0)
        # A column that never changes does no harm, nor a pixel at the edge that seldom does.
        narrow = (spread < _NARROW) & (spread > 1e-6 * (1 + mean.abs()))
        odd = narrow | (spread > 10) | (mean.abs() > 10)
        if len(x) > 1 and (odd.any() or spread.max() < 0.1):
            column = int(odd.nonzero()[0]) if odd.any() else int(spread.argmax())
            raise ValueError(
                "Normal units need columns of a mean near 0 and a standard deviation near 1, but "
                f"column {column} has {mean[column]:.3g} and {spread[column]:.3g}; scale x to "
                "variance 1 first."
            )

    def check_states(self, x: Tensor) -> None:
        far = ~(x.abs() < _FAR)
        if far.any():
            row, column = (int(i) for i in far.nonzero()[0])
            raise ValueError(
                f"Normal units need values near 0, but x[{row}] has {x[row, column]:.6g} in column "
                f"{column}; scale x to variance 1 first."
            )


#: How the units of a side are made, by name: a shape in, its head out, and what they are.
units: dict[str, tuple[Callable[..., Head], type[Units]]] = {
    "bernoulli": (Bernoulli, BinaryUnits),
    "normal": (partial(DiagonalNormal, scale="feature"), NormalUnits),
}
