"""Gradients through the codes alone, apart from those through the parameters of a density."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from latentia.models import Trace


def hold(trace: Trace) -> Trace:
    """Return the same pass with codes that do not depend on the encoder."""
    return replace(trace, z=trace.z.detach().requires_grad_())


def path(values: Tensor, held: Trace, trace: Trace) -> Tensor:
    r"""Return zero, with the gradient that ``values`` have through the codes alone.

    .. math:: \frac{\partial f(z)}{\partial z} \frac{\partial z}{\partial \phi}

    Densities keep their parameters: the posterior need not run a second time, and one that reads
    its parameters late, or drops units at random, is still the one that the codes are from.

    Parameters
    ----------
    values : Tensor, shape (n_samples, n)
        A function f of the codes of ``held``, one by one.
    held : Trace
        From :func:`hold`.
    trace : Trace
        What it was made from.
    """
    if not torch.is_grad_enabled():
        return torch.zeros_like(values)
    (slope,) = torch.autograd.grad(values.sum(), held.z, retain_graph=True)
    return (slope * (trace.z - trace.z.detach())).flatten(2).sum(2)


def _doubly_reparameterised(weights: Tensor, log_joint: Tensor, through_codes: Tensor) -> Tensor:
    return weights * log_joint + weights.square() * through_codes


def _sticking_the_landing(weights: Tensor, log_joint: Tensor, through_codes: Tensor) -> Tensor:
    return weights * (log_joint + through_codes)


#: What to differentiate, of normalised weights, log p(x, z) at held codes and the path of log
#: weights, each of shape (n_samples, *batch) and to be summed over draws; None is the bound itself.
gradients: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor] | None] = {
    "doubly-reparameterized": _doubly_reparameterised,
    "reparameterized": None,
    "score-function": None,
    "sticking-the-landing": _sticking_the_landing,
}
