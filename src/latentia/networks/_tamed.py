"""Inputs of any size, made fit for a network."""

from __future__ import annotations

from torch import Tensor, nn


class Tamed(nn.Module):
    r"""A network that sees its input on a logarithmic scale, as suits counts.

    .. math:: y = \mathrm{net}(\operatorname{arsinh} x, c), \qquad
              \operatorname{arsinh} x = \log(x + \sqrt{1 + x^2})

    Near 0 it is x itself, and far from it a logarithm, for negative inputs too.

    Parameters
    ----------
    net : Module
        Of (x, \\*context).

    Examples
    --------
    >>> import torch
    >>> from latentia.networks import MLP
    >>> bool(Tamed(MLP(1, 1))(torch.tensor([[1e9]])).abs() < 100)
    True
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of one input x."""
        return self.net.in_shape  # type: ignore[return-value]

    def forward(self, x: Tensor, *context: Tensor) -> Tensor:
        """Map x and a context to what the network makes of them."""
        return self.net(x.arcsinh(), *context)
