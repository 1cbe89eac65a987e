"""What a code costs, whatever it is a code of; summed over its dimensions."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

#: From codes, shape (n_samples, n, *event), to (n_samples, n).
Regularizer = Callable[[Tensor], Tensor]


def l1(z: Tensor) -> Tensor:
    return z.flatten(2).abs().sum(2)


def l2(z: Tensor) -> Tensor:
    return z.flatten(2).square().sum(2)


def normal(z: Tensor) -> Tensor:
    elements = z.flatten(2)
    return (elements.square().sum(2) + elements.shape[2] * math.log(2 * math.pi)) / 2


regularizers: dict[str, Regularizer] = {"l1": l1, "l2": l2, "normal": normal}
