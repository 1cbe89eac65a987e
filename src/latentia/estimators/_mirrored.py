"""Estimators whose decoder's network mirrors the encoder's."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from latentia.conditional import Amortized
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._likelihood import make_head
from latentia.estimators._parameters import NetworkParameters, documented
from latentia.heads import Head


@documented
@dataclass(eq=False, repr=False)
class MirroredEstimator(NetworkParameters, LatentEstimator):
    """A model with two networks of the same hidden sizes, in opposite order.

    Parameters
    ----------
    <network parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>
    """

    @property
    def n_components_(self) -> int:  # type: ignore[override]
        return int(self.n_components)

    @abstractmethod
    def _code_head(self) -> Head: ...

    def _amortized_encoder(self, event_shape: tuple[int, ...]) -> Amortized:
        head = self._code_head()
        network = self._architecture()
        return Amortized(
            network.encoder(event_shape, head.n_params, self._sizes(), **self._layers()), head
        )

    def _amortized_decoder(self, event_shape: tuple[int, ...]) -> Amortized:
        head = make_head(self.likelihood_, event_shape)
        network = self._architecture()
        sizes = self._sizes()[::-1]
        return Amortized(
            network.decoder((self.n_components,), head.params_shape, sizes, **self._layers()), head
        )

    def _sizes(self) -> tuple[int, ...]:
        if self.hidden_layer_sizes is not None:
            return tuple(int(size) for size in self.hidden_layer_sizes)
        return self._architecture().default_sizes(self.event_shape_)
