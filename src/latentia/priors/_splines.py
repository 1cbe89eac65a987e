"""The invertible map of a flow, from zuko."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Transform, TransformedDistribution

# Its import turns the argument checks of torch.distributions off for the whole process.
_checks = Distribution._validate_args
from zuko.flows import NSF  # noqa: E402
from zuko.transforms import ComposedTransform  # noqa: E402

Distribution.set_default_validate_args(_checks)


class Splines(nn.Module):
    """Autoregressive rational-quadratic splines on [-5, 5], the identity outside."""

    def __init__(
        self, n_features: int, n_transforms: int, hidden_layer_sizes: Sequence[int]
    ) -> None:
        super().__init__()
        flow = NSF(n_features, transforms=n_transforms, hidden_features=hidden_layer_sizes)
        self.transform = flow.transform

    def forward(self, first: Transform) -> ComposedTransform:
        """Return the splines after another transform."""
        return ComposedTransform(first, *self.transform().transforms)


class Pulled(TransformedDistribution):
    """What becomes of ``base`` when drawn through the inverse of ``to_base``.

    The density needs one pass of the map, where the general formula makes three.
    """

    def __init__(self, base: Distribution, to_base: ComposedTransform) -> None:
        self.to_base = to_base
        super().__init__(base, [to_base.inv], validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Pulled:
        return Pulled(self.base_dist.expand(torch.Size(batch_shape)), self.to_base)

    def log_prob(self, value: Tensor) -> Tensor:
        z, log_det = self.to_base.call_and_ladj(value)
        return self.base_dist.log_prob(z) + log_det
