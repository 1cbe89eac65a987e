"""The affine maps that a network is made of, as matrices."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from latentia.errors import IncompatiblePartsError


def weight_matrices(part: nn.Module, name: str, objective: str) -> list[Tensor]:
    """Return every weight of a linear or convolutional layer, one row for each output.

    A kernel has one row for each output channel. A layer that borrows the weight of another part
    (a tied decoder) does not own it, and is passed over.

    Raises
    ------
    IncompatiblePartsError
        If there is none.
    """
    weights = [_matrix(module) for module in part.modules() if isinstance(module, _LAYERS)]
    if not weights:
        raise IncompatiblePartsError(
            f"{objective} and the {name} {type(part).__name__} do not fit: it has no weight "
            "matrices of its own to hold. Use one with linear or convolutional layers that are "
            "not tied."
        )
    return weights


def smaller_gram(weight: Tensor) -> Tensor:
    """Return WᵀW or WWᵀ, whichever is smaller, in the precision of the weights."""
    tall = weight if weight.shape[0] >= weight.shape[1] else weight.T
    # Products of low precision would be as wrong as the penalty is small.
    with torch.autocast(weight.device.type, enabled=False):
        return tall.T @ tall


_LAYERS = (nn.Linear, _ConvNd)


def _matrix(layer: nn.Module) -> Tensor:
    weight = layer.weight
    assert isinstance(weight, Tensor)
    if isinstance(layer, _ConvTransposeNd):
        # Stored as (groups * in, out, ...), the other way round than a convolution.
        weight = weight.unflatten(0, (layer.groups, -1)).transpose(1, 2).flatten(0, 1)
    return weight.flatten(1)
