"""The optimisers by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from latentia._names import lookup
from latentia.training._lbfgs import LBFGS
from latentia.training._processes.ranks import is_piece

#: Name -> optimiser of (parameters, lr=..., weight_decay=...).
optimizers: dict[str, Callable[..., Optimizer]] = {
    "adam": partial(Adam, fused=True),
    "adam-low-momentum": partial(Adam, betas=(0.5, 0.999), fused=True),
    "adamw": partial(AdamW, fused=True),
    "lbfgs": LBFGS,
    "rmsprop": RMSprop,
    "sgd": partial(SGD, fused=True),
    "sgd-momentum": partial(SGD, momentum=0.9, fused=True),
}


def optimizers_of(
    groups: Mapping[str, list[nn.Parameter]],
    optimizer: str | Callable[..., Optimizer],
    lr: float,
    weight_decay: float,
) -> dict[str, Optimizer]:
    """Return an optimiser for each player, by name or from a function that makes one.

    Raises
    ------
    ValueError
        For an unknown name.
    """
    make = lookup(optimizers, optimizer, "optimizer") if isinstance(optimizer, str) else optimizer
    made = {name: make(group, lr=lr, weight_decay=weight_decay) for name, group in groups.items()}
    for name, group in groups.items():
        if any(map(is_piece, group)):
            # Whole weights and divided ones are not stepped in one call.
            made[name].param_groups[0].update(fused=False, foreach=False)
    return made
