"""Autoencoders whose codes are searched for, and layers that learn from targets."""

from __future__ import annotations

from latentia.estimators import Autoencoder, EnergyAutoencoder, StackedAutoencoder
from latentia.objectives import DifferenceTargetPropagation
from latentia.recipes._recipe import Recipe

energy: dict[str, Recipe] = {
    "difference-target-propagation": Recipe(
        StackedAutoencoder,
        "A deep autoencoder without a chain of slopes: each layer learns from its own target.",
        "D.-H. Lee, S. Zhang, A. Fischer, Y. Bengio. Difference Target Propagation. 2015.",
        {"of": Autoencoder(code="tanh"), "objective": DifferenceTargetPropagation},
    ),
    "energy-autoencoder": Recipe(
        EnergyAutoencoder,
        "A decoder alone, whose codes are searched for: numbers, an angle, or categories.",
        "Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based "
        "Learning. 2006.",
        {"n_components": 1},
    ),
    "target-propagation": Recipe(
        EnergyAutoencoder,
        "An encoder that learns to guess codes which a search has made better.",
        "Y. Bengio. How Auto-Encoders Could Provide Credit Assignment in Deep Networks via "
        "Target Propagation. 2014.",
        {"inference": "target-propagation"},
    ),
}
