"""A condition as a few learned numbers."""

from __future__ import annotations

from torch import Tensor, nn


class Embedding(nn.Module):
    r"""A network whose condition passes through a learned linear map first.

    .. math:: y = \mathrm{net}(x, E c)

    For a label, a row of one 1 and else 0, E c is its embedding, a column of E.

    Parameters
    ----------
    net : Module
        Of (x, context), with a context of ``size`` features.
    n_features : int
        Width of the condition c.
    size : int
        Numbers that stand for it.

    Examples
    --------
    >>> import torch
    >>> from latentia.networks import MLP
    >>> net = Embedding(MLP(4, 2, context=3), n_features=10, size=3)
    >>> net(torch.zeros(5, 4), torch.eye(10)[:5]).shape
    torch.Size([5, 2])
    """

    def __init__(self, net: nn.Module, n_features: int, size: int) -> None:
        super().__init__()
        self.net = net
        self.embed = nn.Linear(n_features, size, bias=False)

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of one input x."""
        return self.net.in_shape  # type: ignore[return-value]

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Map x and a condition (*leading, n_features) to what the network makes of them."""
        return self.net(x, self.embed(condition))
