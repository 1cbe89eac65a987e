"""Deep models whose layers are estimators, trained one after the other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from latentia.data import Stream
from latentia.errors import IncompatiblePartsError
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import are_counts
from latentia.estimators._stackable import Stackable
from latentia.models import LatentVariableModel
from latentia.training import fit_layerwise, precisions


@documented
@dataclass(eq=False, repr=False)
class LayeredEstimator(LatentEstimator):
    """Layers that learn from the codes below them, then joined into one deep model.

    Parameters
    ----------
    layers : sequence of int
        Units of each layer, the last of which is the code.
    of : estimator, sequence of estimators or None, default=None
        What a layer is trained as, one for all or one for each.
    fine_tune : bool, default=True
        Train the deep model as a whole.
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>
    """

    layers: Sequence[int] = (256, 64)
    _: KW_ONLY
    of: Any = None
    fine_tune: bool = True

    #: What a layer may be, and in words.
    _layer: ClassVar[type] = Stackable
    _layer_in_words: ClassVar[str] = "an estimator"

    @abstractmethod
    def _default_layer(self) -> Any: ...

    @abstractmethod
    def _joined(self, layers: Sequence[Any], models: Sequence[Any]) -> LatentVariableModel:
        """Return the deep model of the layers, whose models are given."""

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
            if not isinstance(layer, self._layer):
                raise ValueError(
                    f"of={layer!r} must be {self._layer_in_words}, or a sequence of them."
                )
        super()._check_parameters()

    def _prototypes(self) -> list[Any]:
        given = self._default_layer() if self.of is None else self.of
        return list(given) if isinstance(given, Sequence) else [given] * len(self.layers)

    @property
    def _given_likelihood(self) -> Any:
        # Where the stack leaves it open, the layer that sees the data may say it.
        return self._prototypes()[0].likelihood if self.likelihood == "auto" else self.likelihood

    def _unfitted_layers(self) -> list[Any]:
        layers: list[Any] = []
        kept = self._checkpoints()
        for index, (prototype, size) in enumerate(
            zip(self._prototypes(), self.layers, strict=True)
        ):
            layer = clone(prototype).set_params(
                n_components=int(size),
                scaling="none",
                likelihood=self._likelihood_of(index, layers),
                precision=self.precision,
                device=self.device,
                deterministic=self.deterministic,
                random_state=self._seed + index,
                verbose=self.verbose,
                checkpoints=None if kept is None else kept.below(f"layer-{index + 1}"),
            )
            if getattr(layer, "hidden_layer_sizes", ()) is None:
                layer.hidden_layer_sizes = ()
            layer._check_parameters()
            layers.append(layer)
        return layers

    def _likelihood_of(self, index: int, below: Sequence[Any]) -> Any:
        """Codes in (0, 1) are predicted as rates; others with a normal of one learned scale."""
        if index == 0:
            return self.likelihood_
        fitting = "bernoulli" if below[-1]._code_head().space == "unit" else "normal"
        given = self.of[index].likelihood if isinstance(self.of, Sequence) else "auto"
        if fitting == "normal" and given == "bernoulli":
            raise IncompatiblePartsError(
                f"of[{index}] has likelihood='bernoulli', but the codes of of[{index - 1}] below "
                "it are not in [0, 1], and do not fit; use likelihood='normal' above, or "
                "codes in (0, 1) below."
            )
        return fitting

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        layers = self._unfitted_layers()
        shapes = [event_shape, *((int(size),) for size in self.layers)]
        models = [layer._untrained(shape) for layer, shape in zip(layers, shapes, strict=False)]
        return self._joined(layers, models)

    def _before_training(self, array: np.ndarray) -> None:
        if isinstance(array, Stream):
            raise ValueError(
                f"{type(self).__name__} keeps the codes of all examples in memory while it trains "
                f"its layers, but {array.name} is a stream; give some of them as an array, such "
                "as X[:100_000], or all by numpy.asarray(X)."
            )
        self.layers_ = self._unfitted_layers()
        dtype = precisions[self.precision].weights
        scaled = self._map_array(array, lambda x: x.to(dtype))
        fit_layerwise(self.layers_, scaled, self._report_layer)
        trained = self._joined(self.layers_, [layer.model_ for layer in self.layers_])
        self.model_.to(dtype).load_state_dict(trained.state_dict())

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
