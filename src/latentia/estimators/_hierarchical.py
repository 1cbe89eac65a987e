"""The variational autoencoder of a hierarchy of codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise
from typing import ClassVar

from latentia.conditional import (
    Amortized,
    BottomUp,
    ConditionalDistribution,
    Ladder,
    Reads,
    TopDown,
)
from latentia.errors import IncompatiblePartsError
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import SIZES, Rule, are_counts
from latentia.estimators._variational import VariationalEstimator
from latentia.heads import DiagonalNormal
from latentia.models import LatentVariableModel
from latentia.networks import MLP
from latentia.priors import StandardNormal

#: Numbers that go from layer to layer of a ladder without hidden units.
_FEATURES = 64


@documented
@dataclass(eq=False, repr=False)
class HierarchicalVAE(VariationalEstimator):
    r"""A variational autoencoder with several layers of codes, each the prior of the one below.

    .. math:: p(x, z) = p(x|z_1)\, p(z_1|z_2) \cdots p(z_{L-1}|z_L)\, p(z_L), \qquad
              z = [z_1, \dots, z_L]

    The highest layer is standard normal. The code is that of all layers, the lowest first; the
    divergence is an average of log-ratios over draws, since it has no closed form.

    Parameters
    ----------
    layers : sequence of int, default=(16, 4)
        Dimensions of the code of each layer, the lowest first.
    ladder : bool, default=False
        False infers each layer from a draw of the one below it. True infers the highest layer
        first, and each lower one from the data and from what the prior expects there; it needs a
        divergence that counts little by little, such as ``beta=training.Linear(0.0, 1.0, 5000)``,
        without which the layers stay at the prior.
    link_layer_sizes : sequence of int, default=(128,)
        Hidden units of the networks between layers.
    <objective parameters>
    <network parameters>
    <condition parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.
    C. K. Sønderby, T. Raiko, L. Maaløe, S. K. Sønderby, O. Winther. Ladder Variational
    Autoencoders. 2016.
    <references of options>

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from latentia import HierarchicalVAE
    >>> X = load_digits().images
    >>> vae = HierarchicalVAE((8, 2), max_iter=2, random_state=0, verbose=False).fit(X)
    >>> vae.transform(X).shape, vae.sample(5, random_state=0).shape
    ((1797, 10), (5, 8, 8))
    """

    layers: Sequence[int] = (16, 4)
    _: KW_ONLY
    ladder: bool = False
    link_layer_sizes: Sequence[int] = (128,)

    _rules: ClassVar[dict[str, Rule]] = {
        "layers": Rule(
            lambda v: are_counts(v) and len(v) > 0,
            "a sequence of positive integers, e.g. (16, 4)",
        ),
        "link_layer_sizes": SIZES,
    }

    @property
    def n_components_(self) -> int:  # type: ignore[override]
        return sum(map(int, self.layers))

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        prior = TopDown(self._highest(), *map(self._below, *_downwards(self.layers)))
        encoder = self._ladder(event_shape, prior) if self.ladder else self._bottom_up(event_shape)
        lowest = int(self.layers[0])
        decoder = Reads(self._decoder_for(lowest, event_shape), lowest)
        return LatentVariableModel(encoder, decoder, prior)

    def _highest(self) -> ConditionalDistribution:
        size = int(self.layers[-1])
        if not self._sees("prior"):
            return StandardNormal(size)
        head = DiagonalNormal(size)
        return Amortized(MLP(self._context, head.n_params, self.link_layer_sizes), head)

    def _below(self, above: int, size: int) -> Amortized:
        return self._link("prior", above, size)

    def _bottom_up(self, event_shape: tuple[int, ...]) -> BottomUp:
        first = self._encoder_for(DiagonalNormal(int(self.layers[0])), event_shape)
        return BottomUp(first, *(self._link("encoder", *pair) for pair in pairwise(self.layers)))

    def _ladder(self, event_shape: tuple[int, ...], prior: TopDown) -> Ladder:
        if self._context and not self._sees("encoder"):
            raise IncompatiblePartsError(
                f"ladder=True and conditioned={tuple(self.conditioned)!r} do not fit: a ladder "
                "infers by the prior, which is given y too. Add 'encoder' to conditioned, or set "
                "ladder=False."
            )
        width = int(self.link_layer_sizes[0]) if self.link_layer_sizes else _FEATURES
        lowest = self._conditioned(
            "encoder", self._architecture().encoder, event_shape, width, self._sizes()
        )
        trunk = [self._tamed(lowest, event_shape)]
        trunk += [
            self._conditioned("encoder", MLP, width, width, self.link_layer_sizes)
            for _ in self.layers[1:]
        ]
        heads = [DiagonalNormal(int(size)) for size in self.layers]
        estimates = [Amortized(MLP(width, head.n_params), head) for head in heads]
        return Ladder(trunk, estimates, prior)

    def _link(self, part: str, size: int, next_size: int) -> Amortized:
        head = DiagonalNormal(int(next_size))
        net = self._conditioned(part, MLP, int(size), head.n_params, self.link_layer_sizes)
        return self._part(part)(net, head)


def _downwards(layers: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the sizes of the upper and the lower layer of each link, the highest first."""
    sizes = [int(size) for size in layers][::-1]
    return sizes[:-1], sizes[1:]
