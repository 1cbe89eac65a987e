"""Autoencoders trained one on the codes of another, then unrolled into one deep model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, cast

import numpy as np
from sklearn.base import clone

from latentia.conditional import Composed, Identity
from latentia.estimators._autoencoder import Autoencoder
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._parameters import documented
from latentia.estimators._rules import are_counts
from latentia.estimators._single_code import SingleCode
from latentia.models import LatentVariableModel
from latentia.objectives import Objective, Reconstruction
from latentia.training import fit_layerwise, precisions


@documented
@dataclass(eq=False, repr=False)
class StackedAutoencoder(LatentEstimator):
    r"""A deep autoencoder, pre-trained layer by layer.

    .. math:: h_0 = x, \quad h_l = E_l(h_{l-1}), \quad
              \min_{E_l, D_l} \tfrac{1}{n} \sum_i C(h_{l-1}, D_l(h_l)), \quad l = 1, \dots, L

    Each layer is an autoencoder of the codes below it, which stay as they are; no labels are used.
    Then encoders and decoders are chained into one deep model,
    :math:`\tilde x = D_1(\dots D_L(E_L(\dots E_1(x))))`, which is trained as a whole.

    Parameters
    ----------
    layers : sequence of int, default=(256, 64)
        Units of each layer, the last of which is the code.
    of : estimator, sequence of estimators or None, default=None
        What a layer is trained as, one for all or one for each: its network, corruption, penalty,
        norm, code and training; a network without ``hidden_layer_sizes`` has none. None is
        ``Autoencoder(code="sigmoid")``. Size, scaling, seed, device, precision and verbosity are
        set from here. So is the likelihood, unless it is "auto" here and the first layer has one:
        codes in (0, 1) are predicted as rates, and others as normal with one learned scale.
    fine_tune : bool, default=True
        Train the unrolled model as a whole; the parameters below say how. False keeps the layers as
        they were pre-trained, and the history empty.
    <model parameters>
    <training parameters>

    Attributes
    ----------
    layers_ : list of estimators
        The layers as they were pre-trained, fitted each; not kept on disk.
    <shared attributes>

    References
    ----------
    Y. Bengio, P. Lamblin, D. Popovici, H. Larochelle. Greedy Layer-Wise Training of Deep Networks.
    2007.
    P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio, P.-A. Manzagol. Stacked Denoising Autoencoders:
    Learning Useful Representations in a Deep Network with a Local Denoising Criterion. 2010.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from latentia import Autoencoder, StackedAutoencoder
    >>> X = load_digits().data / 16
    >>> layer = Autoencoder(code="sigmoid", max_iter=2)
    >>> deep = StackedAutoencoder([32, 8], of=layer, max_iter=2, random_state=0, verbose=False)
    >>> deep.fit(X).transform(X).shape
    (1797, 8)
    """

    layers: Sequence[int] = (256, 64)
    _: KW_ONLY
    of: SingleCode | Sequence[SingleCode] | None = None
    fine_tune: bool = True

    @property
    def n_components_(self) -> int:  # type: ignore[override]
        return int(self.layers[-1])

    def _check_parameters(self) -> None:
        if not are_counts(self.layers) or len(self.layers) == 0:
            raise ValueError(
                f"layers={self.layers!r} must be a sequence of positive integers, e.g. (500, 30)."
            )
        if isinstance(self.of, Sequence) and len(self.of) != len(self.layers):
            raise ValueError(
                f"of holds {len(self.of)} estimators, but layers={self.layers!r} names "
                f"{len(self.layers)}; give one for each layer, or one for all."
            )
        for layer in self._prototypes():
            if not isinstance(layer, SingleCode):
                raise ValueError(
                    f"of={layer!r} must be an autoencoder such as Autoencoder(code='sigmoid'), or "
                    "a sequence of them."
                )
        super()._check_parameters()

    def _prototypes(self) -> list[Any]:
        given = Autoencoder(code="sigmoid") if self.of is None else self.of
        return list(given) if isinstance(given, Sequence) else [given] * len(self.layers)

    @property
    def _given_likelihood(self) -> Any:
        # Where the stack leaves it open, the layer that sees the data may say it.
        return self._prototypes()[0].likelihood if self.likelihood == "auto" else self.likelihood

    def _unfitted_layers(self) -> list[Any]:
        layers: list[Any] = []
        for index, (prototype, size) in enumerate(
            zip(self._prototypes(), self.layers, strict=True)
        ):
            sizes = prototype.hidden_layer_sizes
            layer = clone(prototype).set_params(
                n_components=int(size),
                hidden_layer_sizes=() if sizes is None else sizes,
                scaling="none",
                likelihood=self.likelihood_ if index == 0 else _likelihood_of_codes(layers[-1]),
                precision=self.precision,
                device=self.device,
                random_state=self._seed + index,
                verbose=self.verbose,
            )
            layers.append(layer)
        return layers

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        shapes = [event_shape, *((int(size),) for size in self.layers)]
        models = [
            layer._untrained(shape)
            for layer, shape in zip(self._unfitted_layers(), shapes, strict=False)
        ]
        top = Identity(self.n_components_, models[-1].encoder.space)
        encoder = Composed(*(model.encoder for model in models), top)
        return LatentVariableModel(encoder, Composed(*(m.decoder for m in reversed(models))))

    def _objective(self) -> Objective:
        return Reconstruction()

    def _cost(self) -> Objective:
        return self._objective()

    def _before_training(self, array: np.ndarray) -> None:
        self.layers_ = self._unfitted_layers()
        n = len(self.layers_)
        dtype = precisions[self.precision].weights
        scaled = self._map_array(array, lambda x: x.to(dtype))
        fit_layerwise(self.layers_, scaled, self._report_layer)
        self.model_.to(dtype)
        encoders, decoders = cast(Composed, self.encoder_), cast(Composed, self.decoder_)
        for index, layer in enumerate(self.layers_):
            encoders.parts[index].load_state_dict(layer.encoder_.state_dict())
            decoders.parts[n - 1 - index].load_state_dict(layer.decoder_.state_dict())

    def _asked_for(self) -> Iterator[object]:
        yield from super()._asked_for()
        for layer in self._prototypes():
            yield layer
            yield from layer._asked_for()

    def _report_layer(self, index: int, layer: LatentEstimator) -> None:
        if layer.history_.stopped == "interrupted":
            raise KeyboardInterrupt  # layers above half a layer would be worth nothing
        self._say(f"layer {index + 1} of {len(self.layers)} is done.")

    def _n_epochs(self, n_examples: int) -> int:
        return super()._n_epochs(n_examples) if self.fine_tune else 0


def _likelihood_of_codes(below: SingleCode) -> str:
    """Codes in (0, 1) are predicted as rates; others with a normal of one learned scale."""
    return "bernoulli" if below._code_head().space == "unit" else "normal"
