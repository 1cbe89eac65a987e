"""Autoencoders whole: from PCA to the variational autoencoder, correct to the last sign."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from latentia._version import __version__

if TYPE_CHECKING:
    from latentia.artifacts import load, save
    from latentia.estimators import (
        VAE,
        Autoencoder,
        DeepBeliefNetwork,
        EnergyAutoencoder,
        HierarchicalVAE,
        RestrictedBoltzmannMachine,
        SemiSupervisedVAE,
        StackedAutoencoder,
    )

# Imported when asked for, so that the command line answers --help without waiting for torch.
_HOMES = {
    "Autoencoder": "latentia.estimators",
    "DeepBeliefNetwork": "latentia.estimators",
    "EnergyAutoencoder": "latentia.estimators",
    "HierarchicalVAE": "latentia.estimators",
    "RestrictedBoltzmannMachine": "latentia.estimators",
    "SemiSupervisedVAE": "latentia.estimators",
    "StackedAutoencoder": "latentia.estimators",
    "VAE": "latentia.estimators",
    "load": "latentia.artifacts",
    "save": "latentia.artifacts",
}

__all__ = [
    "VAE",
    "Autoencoder",
    "DeepBeliefNetwork",
    "EnergyAutoencoder",
    "HierarchicalVAE",
    "RestrictedBoltzmannMachine",
    "SemiSupervisedVAE",
    "StackedAutoencoder",
    "__version__",
    "load",
    "save",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    try:
        return import_module(f"latentia.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(f"module 'latentia' has no attribute {name!r}") from error


def __dir__() -> list[str]:
    return sorted(__all__)
