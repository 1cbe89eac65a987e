"""Densities whose parameters stand still."""

from __future__ import annotations

from torch import Tensor, nn
from torch.func import functional_call

from latentia.conditional import ConditionalDistribution


def frozen_log_prob(
    part: ConditionalDistribution, conditions: tuple[Tensor, ...], value: Tensor
) -> Tensor:
    r"""Return log p(value | conditions) in nats, with the parameters of ``part`` held fixed.

    .. math:: \log p_{\bar\phi}(y \mid c), \qquad \bar\phi = \mathrm{const}

    Gradients flow to ``value``, and to conditions that ask for them, never to a parameter. The
    part runs again, so one that draws at random (dropout) is not the one that it was before.

    Parameters
    ----------
    part : ConditionalDistribution
    conditions : tuple of Tensor
        What it is given.
    value : Tensor, shape (*draws, *batch, *event)

    Returns
    -------
    Tensor, shape (*draws, *batch)

    References
    ----------
    G. Roeder, Y. Wu, D. Duvenaud. Sticking the Landing: Simple, Lower-Variance Gradient Estimators
    for Variational Inference. 2017.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads
    >>> part = conditional.Amortized(torch.nn.Linear(1, 2), heads.DiagonalNormal(1))
    >>> value = torch.ones(3, 1, requires_grad=True)
    >>> frozen_log_prob(part, (torch.zeros(3, 1),), value).sum().backward()
    >>> value.grad.shape, part.net.weight.grad
    (torch.Size([3, 1]), None)
    """
    density = _Density(part)
    # By module, as one that is registered twice must be changed, and restored, once.
    fixed = {
        f"{path}.{name}": parameter.detach()
        for path, module in density.named_modules()
        for name, parameter in module.named_parameters(recurse=False, remove_duplicate=False)
    }
    return functional_call(density, fixed, (value, *conditions), tie_weights=False)


class _Density(nn.Module):
    """A density as one call: a lazy distribution reads its parameters only when it is asked."""

    def __init__(self, part: ConditionalDistribution) -> None:
        super().__init__()
        self.part = part

    def forward(self, value: Tensor, *conditions: Tensor) -> Tensor:
        return self.part(*conditions).log_prob(value)
