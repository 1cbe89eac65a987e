"""Invertible maps, from zuko, and what becomes of a distribution that is drawn through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Transform, TransformedDistribution

from latentia._draws import LastDraw

# Its import turns the argument checks of torch.distributions off for the whole process.
_checks = Distribution._validate_args
from zuko.flows import MAF, NSF  # noqa: E402
from zuko.transforms import ComposedTransform  # noqa: E402

Distribution.set_default_validate_args(_checks)


class Autoregressive(nn.Module):
    """Maps of vectors, in which each element is mapped in a way that earlier ones decide.

    The order of the elements turns round from one map to the next.

    Parameters
    ----------
    n_features : int
        Elements of the vector.
    n_transforms : int
        Maps in the chain.
    hidden_layer_sizes : tuple of int
        Units of the network behind each map.
    context : int, default=0
        Further numbers that decide.
    """

    family: ClassVar[Callable[..., nn.Module]]

    transform: nn.Module

    def __init__(
        self,
        n_features: int,
        n_transforms: int,
        hidden_layer_sizes: Sequence[int],
        context: int = 0,
    ) -> None:
        super().__init__()
        flow = type(self).family(
            n_features, context, transforms=n_transforms, hidden_features=hidden_layer_sizes
        )
        self.transform = flow.transform  # type: ignore[assignment]

    def forward(self, context: Tensor | None = None) -> list[Transform]:
        """Return the maps, given a context of shape (*batch, context)."""
        return list(self.transform(context).transforms)


class Splines(Autoregressive):
    """Rational-quadratic splines on [-5, 5], the identity outside."""

    family = NSF


class Affines(Autoregressive):
    """Multiplication by a number between 0.001 and 1000, and addition.

    The activation is bounded, so that no chain of elements can run away where it is inverted.
    """

    family = partial(MAF, activation=nn.Tanh)


class Pulled(TransformedDistribution):
    """What becomes of ``base`` when drawn through the inverse of the chain ``to_base``.

    The density needs one pass of the chain, where the general formula makes three.
    """

    def __init__(self, base: Distribution, to_base: Sequence[Transform]) -> None:
        self.to_base = to_base
        super().__init__(base, [ComposedTransform(*to_base).inv], validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Pulled:
        return Pulled(self.base_dist.expand(torch.Size(batch_shape)), self.to_base)

    def log_prob(self, value: Tensor) -> Tensor:
        z, log_det = ComposedTransform(*self.to_base).call_and_ladj(value)
        return self.base_dist.log_prob(z) + log_det


class Pushed(TransformedDistribution):
    """What becomes of ``base`` when drawn through the chain ``from_base``.

    A draw, and the density of the last one, need one pass of the chain; the density of another
    value needs its inverse.
    """

    def __init__(self, base: Distribution, from_base: Sequence[Transform]) -> None:
        self.from_base = from_base
        self._last: LastDraw[tuple[Tensor, Tensor]] = LastDraw()
        super().__init__(base, [ComposedTransform(*from_base)], validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Pushed:
        return Pushed(self.base_dist.expand(torch.Size(batch_shape)), self.from_base)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        z = self.base_dist.rsample(torch.Size(sample_shape))
        value, log_det = ComposedTransform(*self.from_base).call_and_ladj(z)
        return self._last.keep(value, (z, log_det))

    @torch.no_grad()
    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        known = self._last.origin(value)
        if known is not None:
            z, log_det = known
            return self.base_dist.log_prob(z) - log_det
        # Affine maps do not broadcast their parameters against a smaller batch of values.
        whole = torch.broadcast_shapes(value.shape, self.batch_shape + self.event_shape)
        to_base = ComposedTransform(*self.from_base).inv
        z, log_det = to_base.call_and_ladj(value.expand(whole))
        return self.base_dist.log_prob(z) + log_det
