"""How much a map stretches its input: the squared Frobenius norm of its Jacobian."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from latentia.errors import IncompatiblePartsError


def jacobian_norm(
    function: Callable[[Tensor], Tensor], x: Tensor, n_probes: int | None = None
) -> Tensor:
    r"""Return the squared Frobenius norm of dy/dx for each example, differentiable.

    .. math:: \lVert J(x) \rVert_F^2 = \sum_{ij} \left(\frac{\partial y_i}{\partial x_j}\right)^2
              = E_v \lVert J(x)^\top v \rVert^2, \qquad E\, v v^\top = I

    Parameters
    ----------
    function : callable
        From x, shape (n, \*in), to y, shape (n, \*out), one example at a time.
    x : Tensor, shape (n, \*in)
        Where to measure.
    n_probes : int or None, default=None
        ``None`` is exact: one product for each element of x or of y, whichever has fewer. A
        number is the unbiased average of so many random signs v.

    Returns
    -------
    Tensor, shape (n,)
        In squared units of y by squared units of x.

    Raises
    ------
    ValueError
        If ``n_probes`` is below 1.

    References
    ----------
    M. F. Hutchinson. A stochastic estimator of the trace of the influence matrix for Laplacian
    smoothing splines. 1989.

    Examples
    --------
    >>> jacobian_norm(lambda x: x**2, torch.tensor([[1.0, 3.0]])).detach()  # 2^2 + 6^2
    tensor([40.])
    """
    check_probes(n_probes)
    # A validation pass computes no gradients of weights, but this is a gradient itself.
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        y = function(x)
        if n_probes is None:
            if x[0].numel() < y[0].numel():
                y, x = _transpose(y, x)
            k = y[0].numel()
            probes = torch.eye(k, dtype=y.dtype, device=y.device).view(k, 1, *y.shape[1:])
            return _products(y, x, probes.expand(k, *y.shape)).sum(0)
        signs = torch.randint(2, (n_probes, *y.shape), dtype=y.dtype, device=y.device)
        return _products(y, x, 2 * signs - 1).mean(0)


def sigmoid_jacobian_norm(h: Tensor, weight: Tensor) -> Tensor:
    r"""Return the squared Frobenius norm of dh/dx for the code h = sigmoid(W x + b).

    .. math:: \sum_j \left(h_j (1 - h_j)\right)^2 \sum_i W_{ji}^2

    Parameters
    ----------
    h : Tensor, shape (n, k)
        Codes in (0, 1).
    weight : Tensor, shape (k, d)
        The matrix W.

    Returns
    -------
    Tensor, shape (n,)

    Examples
    --------
    >>> sigmoid_jacobian_norm(torch.tensor([[0.5]]), torch.tensor([[3.0, 4.0]]))  # 25 / 16
    tensor([1.5625])
    """
    return (h * (1 - h)).square() @ weight.square().sum(1)


def check_probes(n_probes: int | None) -> None:
    """Refuse a number of probes below 1."""
    if n_probes is not None and n_probes < 1:
        raise ValueError(f"n_probes={n_probes} must be at least 1, or None for the exact norm.")


def refuse_batch_norm(part: nn.Module, name: str, objective: str) -> None:
    """Refuse a part in which the output of one example depends on the others."""
    if any(isinstance(module, _BatchNorm) for module in part.modules()):
        raise IncompatiblePartsError(
            f"{objective} and batch normalisation in the {name} do not fit: the output of one "
            "example then depends on the whole batch, so it has no Jacobian of its own. Use "
            "nn.LayerNorm or nn.GroupNorm."
        )


def _products(y: Tensor, x: Tensor, probes: Tensor) -> Tensor:
    """Return |J^T v|^2 for each probe v and each example."""
    (products,) = torch.autograd.grad(y, x, probes, create_graph=True, is_grads_batched=True)
    return products.flatten(2).square().sum(2)


def _transpose(y: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return output and input of the linear map u -> J^T u, whose Jacobian is J^T."""
    u = torch.zeros_like(y).requires_grad_()
    (product,) = torch.autograd.grad(y, x, u, create_graph=True)
    return product, u
