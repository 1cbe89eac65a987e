"""Estimators whose decoder's network mirrors the encoder's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from torch import nn

from latentia.conditional import Amortized, Unconditioned
from latentia.estimators._coding import PARTS
from latentia.estimators._conditions import Conditions
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._likelihood import make_head
from latentia.estimators._paragraphs import documented
from latentia.estimators._parameters import NetworkParameters
from latentia.estimators._rules import MAYBE_COUNT, Rule
from latentia.heads import Head
from latentia.networks import Embedding, Tamed


@documented
@dataclass(eq=False, repr=False)
class MirroredEstimator(NetworkParameters, LatentEstimator):
    """A model with two networks of the same hidden sizes, in opposite order.

    Parameters
    ----------
    <network parameters>
    <condition parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>
    """

    _: KW_ONLY
    condition: str | None = None
    conditioned: Sequence[str] = ("encoder", "decoder")
    embedding: int | None = None

    _rules: ClassVar[dict[str, Rule]] = {
        "condition": Rule(lambda v: v in (None, "y"), "'y', or None for no condition"),
        "conditioned": Rule(
            lambda v: not isinstance(v, str) and len(v) > 0 and set(v) <= set(PARTS),
            f"some of {', '.join(map(repr, PARTS))}, e.g. ('encoder', 'decoder')",
        ),
        "embedding": MAYBE_COUNT,
    }

    def _encoder_for(self, head: Head, event_shape: tuple[int, ...]) -> Amortized:
        net = self._conditioned(
            "encoder", self._architecture().encoder, event_shape, head.n_params, self._sizes()
        )
        return self._part("encoder")(self._tamed(net, event_shape), head)

    def _tamed(self, net: nn.Module, event_shape: tuple[int, ...]) -> nn.Module:
        # Raw counts of thousands would drown what the network starts from.
        counts = make_head(self.likelihood_, event_shape).space == "counts"
        return Tamed(net) if counts else net

    def _decoder_for(self, n_components: int, event_shape: tuple[int, ...]) -> Amortized:
        head = make_head(self.likelihood_, event_shape)
        sizes = self._sizes()[::-1]
        net = self._conditioned(
            "decoder", self._architecture().decoder, (n_components,), head.params_shape, sizes
        )
        return self._part("decoder")(net, head)

    def _sees(self, part: str) -> bool:
        return bool(self._context) and part in self.conditioned

    def _part(self, part: str) -> type[Amortized]:
        return Unconditioned if self._context and not self._sees(part) else Amortized

    def _conditioned(self, part: str, network: Callable[..., nn.Module], *shapes: Any) -> nn.Module:
        """Return a network that sees the condition, embedded or as it is, if its part does."""
        width = self._context if self._sees(part) else 0
        if width and self.embedding is not None:
            net = network(*shapes, context=self.embedding, **self._layers())
            return Embedding(net, width, self.embedding)
        return network(*shapes, context=width, **self._layers())

    @property
    def _context(self) -> int:
        return 0 if self.conditions_ is None else self.conditions_.width

    def _learn_conditions(self, y: Any) -> None:
        self.conditions_ = None
        if self.condition is None:
            return
        if y is None:
            raise ValueError(
                f"y=None, but {type(self).__name__} has condition='y'; give y, the label or "
                "measurement of each example, or set condition=None."
            )
        self.conditions_ = Conditions.learn(y)

    def _sizes(self) -> tuple[int, ...]:
        if self.hidden_layer_sizes is not None:
            return tuple(int(size) for size in self.hidden_layer_sizes)
        return self._architecture().default_sizes(self.event_shape_)
