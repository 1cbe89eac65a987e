"""Estimators whose code is one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from latentia.conditional import Amortized
from latentia.estimators._mirrored import MirroredEstimator
from latentia.estimators._rules import COUNT, Rule
from latentia.estimators._stackable import Stackable


@dataclass(eq=False, repr=False)
class SingleCode(Stackable, MirroredEstimator):
    """A code of ``n_components`` numbers, of a kind that a subclass says."""

    n_components: int = 2

    _rules: ClassVar[dict[str, Rule]] = {"n_components": COUNT}

    @property
    def n_components_(self) -> int:  # type: ignore[override]
        return int(self.n_components)

    def _amortized_encoder(self, event_shape: tuple[int, ...]) -> Amortized:
        return self._encoder_for(self._code_head(), event_shape)

    def _amortized_decoder(self, event_shape: tuple[int, ...]) -> Amortized:
        return self._decoder_for(self.n_components, event_shape)
