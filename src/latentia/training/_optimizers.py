"""The optimisers by name."""

from collections.abc import Callable
from functools import partial

from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from latentia.training._lbfgs import LBFGS

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
