"""A prior of any shape, learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import AffineTransform, Distribution, Independent, Normal

from latentia.conditional import ConditionalDistribution
from latentia.heads import as_count, as_shape
from latentia.priors._codes import check_codes, least_variance


class Flow(ConditionalDistribution):
    r"""A neural spline flow: a standard normal drawn through a learned invertible map.

    .. math:: \log p(z) = \log N(f(u); 0, I) + \log |\det J_f(u)| - \sum_j \log s_j, \quad
              u = (z - m) / s

    where f is a chain of autoregressive splines. Its parameters learn with the model, as the prior
    of a variational autoencoder, or afterwards from codes. A density needs one pass of f; a draw
    needs d of them.

    Parameters
    ----------
    n_features : int
        Dimensions d of the code.
    n_transforms : int, default=3
        Splines in the chain.
    hidden_layer_sizes : tuple of int, default=(64, 64)
        Units of the networks that predict each spline.

    Raises
    ------
    ValueError
        If a size is no positive integer.

    References
    ----------
    C. Durkan, A. Bekasov, I. Murray, G. Papamakarios. Neural Spline Flows. 2019.

    Examples
    --------
    >>> flow = Flow(2)
    >>> flow().rsample((5,)).shape
    torch.Size([5, 2])
    """

    loc: Tensor
    scale: Tensor

    def __init__(
        self,
        n_features: int,
        n_transforms: int = 3,
        hidden_layer_sizes: Sequence[int] = (64, 64),
    ) -> None:
        # Late, so that only who uses a flow imports zuko, which changes torch.distributions.
        from latentia._flows import Splines

        super().__init__()
        self.event_shape = as_shape(n_features, "n_features")
        if len(self.event_shape) != 1:
            raise ValueError(f"n_features={n_features!r} must be one number: a flow has no images.")
        (d,) = self.event_shape
        self.n_transforms = as_count(n_transforms, "n_transforms")
        self.hidden_layer_sizes = as_shape(hidden_layer_sizes, "hidden_layer_sizes", scalar=True)
        self.splines = Splines(d, self.n_transforms, self.hidden_layer_sizes)
        self.register_buffer("loc", torch.zeros(d))
        self.register_buffer("scale", torch.ones(d))

    @torch.no_grad()
    def start_from(self, codes: Tensor) -> None:
        """Start at the mean and spread of ``codes``, shape (n, d): there the splines can bend."""
        variance = check_codes(codes).double().var(0, correction=0)
        self.loc.copy_(codes.mean(0))
        self.scale.copy_((variance + least_variance(codes)).sqrt())

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {
            "n_features": len(self.loc),
            "n_transforms": self.n_transforms,
            "hidden_layer_sizes": self.hidden_layer_sizes,
        }

    def forward(self, *conditions: Tensor) -> Distribution:
        from latentia._flows import Pulled

        batch = conditions[0].shape[:1] if conditions else ()
        zero = torch.zeros_like(self.loc).expand(*batch, -1)
        standard = Normal(zero, torch.ones_like(zero), validate_args=False)
        standardise = AffineTransform(self.loc, self.scale, event_dim=1).inv
        to_base = [standardise, *self.splines()]
        return Pulled(Independent(standard, 1, validate_args=False), to_base)
