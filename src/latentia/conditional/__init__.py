"""Distributions that depend on a condition: encoder, decoder and prior are this one type."""

from latentia.conditional._conditional import (
    Amortized,
    Composed,
    ConditionalDistribution,
    Identity,
    Unconditioned,
    family,
)
from latentia.conditional._hierarchical import BottomUp, Reads, TopDown
from latentia.conditional._ladder import Ladder

__all__ = [
    "Amortized",
    "BottomUp",
    "Composed",
    "ConditionalDistribution",
    "Identity",
    "Ladder",
    "Reads",
    "TopDown",
    "Unconditioned",
    "family",
]
