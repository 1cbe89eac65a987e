"""Layers of an encoder that training leaves alone."""

from __future__ import annotations

from torch import nn


def freeze_layers(encoder: nn.Module, freeze: bool | int) -> bool:
    """Freeze all layers, none, or the first few; return whether nothing is left to train.

    A layer is a module with weights of its own; a normalisation belongs to the layer before it.

    Raises
    ------
    ValueError
        If ``freeze`` is neither a bool nor a number of layers that there are.
    """
    layers = _layers(encoder)
    if isinstance(freeze, bool):
        n_frozen = len(layers) if freeze else 0
    elif hasattr(freeze, "__index__") and 0 <= freeze <= len(layers):
        n_frozen = int(freeze)
    else:
        raise ValueError(
            f"freeze={freeze!r} must be True, False, or a number of layers from 0 to "
            f"{len(layers)}, which is how many the encoder has."
        )
    for layer in layers[:n_frozen]:
        for module in layer:
            module.requires_grad_(False)
    return n_frozen == len(layers)


def _layers(encoder: nn.Module) -> list[list[nn.Module]]:
    layers: list[list[nn.Module]] = []
    for module in encoder.modules():
        own = list(module.parameters(recurse=False))
        if not own:
            continue
        # Weights are matrices or kernels; gains and shifts are vectors.
        if not layers or max(p.dim() for p in own) > 1:
            layers.append([])
        layers[-1].append(module)
    return layers
