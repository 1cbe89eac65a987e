"""What the optimisers of torch do to weights, as functions that can be compiled with the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

#: From an optimiser, the weights it has stepped before, their gradients, the rate, and whether one
#: count of steps is that of all.
Update = Callable[[Optimizer, Sequence[Tensor], Sequence[Tensor], Tensor, bool], None]


def _adam(
    optimizer: Optimizer,
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor],
    rate: Tensor,
    in_step: bool,
) -> None:
    settings = optimizer.param_groups[0]
    beta1, beta2 = settings["betas"]
    decay = settings["weight_decay"]
    if in_step and len(weights) < len(optimizer.state):
        raise NotImplementedError("weights that are in step do not all take one")
    steps = counters(optimizer)[:1] if in_step else _held(optimizer, weights, "step")
    # All at once: a power inside each update would be taken again for every few weights.
    counts = torch.stack(steps).double() + 1
    for step in steps:
        step.add_(1)
    shares1, shares2 = (1 - torch.exp(counts * _log(beta)) for beta in (beta1, beta2))
    lengths = (rate / shares1).expand(len(weights))
    roots = shares2.sqrt().expand(len(weights))
    for i, (weight, slope) in enumerate(zip(weights, gradients, strict=True)):
        state = optimizer.state[weight]
        slope = -slope if settings["maximize"] else slope
        if settings["decoupled_weight_decay"]:
            weight.mul_(1 - rate * decay)
        elif decay != 0:
            slope = slope + decay * weight
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        mean.lerp_(slope, 1 - beta1)
        square.mul_(beta2).addcmul_(slope, slope, value=1 - beta2)
        if settings["amsgrad"]:
            square = state["max_exp_avg_sq"].copy_(state["max_exp_avg_sq"].maximum(square))
        weight.sub_(lengths[i] * mean / (square.sqrt() / roots[i] + settings["eps"]))


def _sgd(
    optimizer: Optimizer,
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor],
    rate: Tensor,
    _: bool,
) -> None:
    settings = optimizer.param_groups[0]
    momenta: list[Tensor | None] = [None for _ in weights]
    if settings["momentum"] != 0:
        momenta = [optimizer.state[weight]["momentum_buffer"] for weight in weights]
    sgd(
        list(weights),
        list(gradients),
        momenta,
        foreach=False,
        fused=False,
        weight_decay=settings["weight_decay"],
        momentum=settings["momentum"],
        lr=rate,  # type: ignore[arg-type]
        dampening=settings["dampening"],
        nesterov=settings["nesterov"],
        maximize=settings["maximize"],
    )


def _rmsprop(
    optimizer: Optimizer,
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor],
    rate: Tensor,
    _: bool,
) -> None:
    settings = optimizer.param_groups[0]
    rmsprop(
        list(weights),
        list(gradients),
        _held(optimizer, weights, "square_avg"),
        _held(optimizer, weights, "grad_avg") if settings["centered"] else [],
        _held(optimizer, weights, "momentum_buffer") if settings["momentum"] > 0 else [],
        _held(optimizer, weights, "step"),
        foreach=False,
        differentiable=False,
        capturable=False,
        lr=rate,  # type: ignore[arg-type]
        alpha=settings["alpha"],
        eps=settings["eps"],
        weight_decay=settings["weight_decay"],
        momentum=settings["momentum"],
        centered=settings["centered"],
        maximize=settings["maximize"],
    )


def _log(beta: float) -> float:
    return math.log(beta) if beta > 0 else -math.inf


def _held(optimizer: Optimizer, weights: Sequence[Tensor], name: str) -> list[Tensor]:
    return [optimizer.state[weight][name] for weight in weights]


updates: dict[type[Optimizer], Update] = {Adam: _adam, AdamW: _adam, RMSprop: _rmsprop, SGD: _sgd}


def holds_nothing(optimizer: Optimizer) -> bool:
    """Whether an optimiser keeps nothing from step to step."""
    momenta = [settings.get("momentum") for settings in optimizer.param_groups]
    return type(optimizer) is SGD and not any(momenta)


def counters(optimizer: Optimizer) -> list[Tensor]:
    """Return how many steps an optimiser has taken with each weight, where it counts them."""
    return [state["step"] for state in optimizer.state.values() if "step" in state]


@torch.no_grad()
def update(
    optimizer: Optimizer,
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor],
    rate: Tensor,
    in_step: bool,
) -> None:
    """Do what ``optimizer.step()`` does with these gradients and this rate.

    Where all weights are in step, only their first counter need count; whoever says so sets the
    others.

    Raises
    ------
    NotImplementedError
        For weights that are counted in step, some of which take none.
    """
    updates[type(optimizer)](optimizer, weights, gradients, rate, in_step)
