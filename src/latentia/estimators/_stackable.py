"""What makes an estimator a layer of a deeper one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from latentia.conditional import ConditionalDistribution
from latentia.heads import Head


class Stackable(ABC):
    """Estimators whose code is one vector, which another can learn from."""

    @abstractmethod
    def _code_head(self) -> Head:
        """Return what makes codes, as parts of a deeper model have them."""

    def _unrolled(self, model: Any) -> tuple[ConditionalDistribution, ConditionalDistribution]:
        """Return encoder and decoder of a model of this estimator, as parts of a deeper one."""
        return model.encoder, model.decoder
