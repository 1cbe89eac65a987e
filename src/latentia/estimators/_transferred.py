"""A fitted encoder put to a new task: the decoder dropped, a head on top, labels to learn."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from latentia.conditional import Amortized, Identity
from latentia.distributions import point
from latentia.estimators._citing import Citing
from latentia.estimators._coding import ROWS
from latentia.estimators._freezing import freeze_layers
from latentia.estimators._input import check_input
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import SHARE, SIZES, Rule
from latentia.estimators._training import Trained, as_tensor, keeping
from latentia.heads import Head
from latentia.models import Batch, LatentVariableModel
from latentia.networks import MLP
from latentia.objectives import Prediction, Weight
from latentia.training import History, seeded

_RATE, _RATE_OF_HEAD = 1e-3, 1e-2
_RATE_RULE = Trained._rules["learning_rate"]


@documented
@dataclass(eq=False, repr=False)
class Transferred(Trained, Citing, BaseEstimator):
    """An encoder with a head that predicts y, trained by the one trainer.

    A subclass says which distribution y has.

    Parameters
    ----------
    <head parameters>
    <training parameters of a head>

    Attributes
    ----------
    <history attributes>
    """

    encoder: Any
    _: KW_ONLY
    freeze: bool | int = True
    hidden_layer_sizes: Sequence[int] = ()
    activation: str = "relu"
    dropout: float = 0.0
    learning_rate: Weight | None = None  # type: ignore[assignment]

    _rules: ClassVar[dict[str, Rule]] = {
        "hidden_layer_sizes": SIZES,
        "dropout": SHARE,
        "learning_rate": Rule(
            lambda v: v is None or _RATE_RULE.fits(v),
            f"{_RATE_RULE.what}, or None",
        ),
    }

    @abstractmethod
    def _as_targets(self, y: Any) -> Tensor: ...

    @abstractmethod
    def _learned_head(self) -> Head: ...

    def fit(self, X: Any, y: Any) -> Self:
        """Learn to predict y from X.

        Parameters
        ----------
        X : array, frame or tensor
            Examples as the encoder knows them.
        y : array of length n
            What to predict.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data that the encoder does not know, labels of one class, or ``freeze`` of more
            layers than there are.
        """
        self._check_parameters()
        array = check_input(self._fitted, X, reset=False)
        if y is None:
            raise ValueError("y=None, but there is nothing to predict then; give one for each row.")
        if len(y) != len(array):
            raise ValueError(f"y has {len(y)} labels, but X has {len(array)} examples.")
        targets = self._as_targets(y)
        self.n_features_in_ = self._fitted.n_features_in_
        if hasattr(self._fitted, "feature_names_in_"):
            self.feature_names_in_ = self._fitted.feature_names_in_
        self._draw_seed()
        self._assemble(self._learned_head())
        frozen = self._frozen = freeze_layers(self.encoder_, self.freeze)
        # With nothing below it to learn, the head learns from codes that are computed once.
        inputs = as_tensor(
            self._fitted._map_array(array, self._fitted.model_.encode) if frozen else array
        )
        d = self._fitted.n_components_
        model = LatentVariableModel(Identity(d) if frozen else self.encoder_, Identity(d))
        train, held_out = self._split(Batch(inputs, labels=targets))
        n_epochs = self._n_epochs(len(train))
        trainer = self._new_trainer(
            model,
            Prediction(self.predictor_),
            len(train),
            n_epochs,
            prepare=(lambda x: x) if frozen else self.scaling_,
        )
        for part in (self.encoder_, self.scaling_):
            part.to(trainer.device, trainer.precision.weights)
        with keeping(lambda: self._set_learned(trainer.history)):
            self._run(trainer, train, held_out, n_epochs)
        return self

    def _set_learned(self, history: History) -> None:
        self.encoder_.eval()
        self.predictor_.eval()
        self._set_history(history)

    def _base_rate(self) -> float:
        if self.learning_rate is None:
            return _RATE_OF_HEAD if self._frozen else _RATE
        return super()._base_rate()

    def _assemble(self, head: Head) -> None:
        self.encoder_ = copy.deepcopy(self._fitted.encoder_)
        self.scaling_ = copy.deepcopy(self._fitted.scaling_)
        with seeded(self._seed):
            net = MLP(
                self._fitted.n_components_,
                head.n_params,
                self.hidden_layer_sizes,
                activation=self.activation,
                dropout=self.dropout,
            )
        self.predictor_ = Amortized(net, head)

    def _cited(self) -> Iterator[object]:
        yield from (self, self.predictor_.head)
        yield from self._fitted._cited()

    def _predicted(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        array = check_input(self._fitted, X, reset=False)
        with torch.no_grad():
            rows = [
                point(self.predictor_(point(self.encoder_(self.scaling_(x.to(self._device))))))
                for x in as_tensor(array).split(ROWS)
            ]
        return torch.cat(rows).cpu().numpy()

    @property
    def _device(self) -> torch.device:
        return self.scaling_.scale.device

    @property
    def n_components_(self) -> int:
        """Dimensions of the code."""
        return self._fitted.n_components_

    @property
    def event_shape_(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self._fitted.event_shape_

    @property
    def _fitted(self) -> Any:
        encoder = (
            self.encoder.estimator if isinstance(self.encoder, FrozenEstimator) else self.encoder
        )
        check_is_fitted(encoder)
        if encoder.conditions_ is not None and "encoder" in encoder.conditioned:
            raise ValueError(
                "encoder was fitted with condition='y' and sees y, which a prediction of labels "
                "cannot be given; fit it with conditioned=('decoder',) or without a condition."
            )
        return encoder
