"""What every estimator does in ``fit``: validate, build, train, and learn what follows from it."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin
from torch import Tensor

from latentia._names import lookup
from latentia.conditional import Amortized, Composed, ConditionalDistribution
from latentia.data import scalings
from latentia.estimators._citing import CitingParts
from latentia.estimators._coding import ROWS
from latentia.estimators._densities import discrete_densities
from latentia.estimators._input import check_input
from latentia.estimators._likelihood import choose_likelihood, scaling_for
from latentia.estimators._most_likely import MostLikely
from latentia.estimators._paragraphs import documented
from latentia.estimators._parameters import ModelParameters, as_corruption
from latentia.estimators._scoring import Scoring
from latentia.estimators._training import Trained, as_tensor, keeping
from latentia.estimators._transferable import Transferable
from latentia.heads import Head, Quantizer
from latentia.models import Batch, LatentVariableModel
from latentia.objectives import Objective, Sum
from latentia.priors import Normal
from latentia.training import Trainer, seeded


@documented
@dataclass(eq=False, repr=False)
class LatentEstimator(
    ModelParameters,
    Trained,
    CitingParts,
    Scoring,
    MostLikely,
    Transferable,
    ClassNamePrefixFeaturesOutMixin,
    BaseEstimator,
):
    """A model of x through a code z, as a scikit-learn transformer.

    A subclass says which parts the model has (``_model``), what is minimised (``_objective``), what
    it is at the deterministic code (``_cost``) and, where it has a prior or a density, what codes
    are sampled (``_first_sampler``) and how an example is scored (``_scores``).

    Parameters
    ----------
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>
    """

    @abstractmethod
    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel: ...

    @abstractmethod
    def _objective(self) -> Objective: ...

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from X; the target is the input, so labels are not used but as a condition.

        Parameters
        ----------
        X : array, frame, tensor or stream of shape (n, d), (n, H, W) or (n, C, H, W)
            At least two examples of finite numbers. Those that ``data.stream`` returns, or a path
            to them, are read in blocks and may be larger than memory; so may a memory-mapped array.
            One pass over them, before training, checks them and learns the scaling.
        y : array-like or frame of length n, default=None
            What the model is conditioned on, with ``condition="y"``: one or several columns of
            labels (text, integers, booleans) and measurements (floating-point numbers). Else
            ignored, for scikit-learn's pipelines.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data that cannot be learned from, or a parameter outside its range.
        TrainingDivergedError
            When a loss is NaN or infinite; ``model_`` then holds the last good epoch.
        """
        everything = self._build(X, y)
        train, held_out = self._split(everything)
        self._before_training(train.x.numpy())
        n_epochs = self._n_epochs(len(train))
        trainer = self._trainer_for(len(train), n_epochs)
        judged = everything if held_out is None else held_out
        with keeping(lambda: self._set_learned(trainer, everything, judged)):
            self._run(trainer, train, held_out, n_epochs)
        return self

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Learn from one pass over X, starting from what is known already.

        The first call decides scaling and likelihood from its X. The learning rate stays as it is,
        since nobody knows how many calls follow. The objective goes on with what it has learned
        itself, such as a multiplier or a discriminator, which a model read from disk does not hold.
        ``sampler_``, fitted or chosen, and ``offset_`` are learned anew from each X of at least two
        examples. A stack trains its layers in the first call, and what y may be as a condition is
        what it is there.
        """
        self._check_parameters()
        first = not self.__sklearn_is_fitted__()
        batch = self._build(X, y) if first else self._batch(check_input(self, X, reset=False), y)
        self._check_support(batch.x.numpy())
        if first:
            self._before_training(batch.x.numpy())
        if not hasattr(self, "_trainer"):
            self._trainer = self._trainer_for(len(batch), 1)
            self._trainer.learning_rate = self.learning_rate
            if not first:
                self._trainer.go_on_from(self.history_)
        with keeping(lambda: self._set_learned(self._trainer, batch, batch)):
            self._trainer.fit(batch, epochs=min(1, self._n_epochs(len(batch))))
        return self

    def _batch(self, array: np.ndarray, y: Any) -> Batch:
        conditions = self._conditions(y, len(array), repeat=False)
        return Batch(as_tensor(array), tuple(map(as_tensor, conditions)))

    def _learn_conditions(self, y: Any) -> None:
        """Learn what y may be, where the model is conditioned on it."""

    def _check_parameters(self) -> None:
        super()._check_parameters()
        as_corruption(self.corruption, "corruption")
        as_corruption(self.augmentation, "augmentation")

    def _build(self, X: Any, y: Any) -> Batch:
        self._check_parameters()
        array = check_input(self, X, reset=True)
        for name in ("_trainer", "objective_", "n_iter_"):
            self.__dict__.pop(name, None)
        self.event_shape_ = array.shape[1:]
        self.scaling_ = lookup(scalings, self._scaling_rule(array), "scaling")(array)
        self.likelihood_ = self._choose_likelihood(array)
        if self.scaling_.n_constant:
            self._say(f"{self.scaling_.n_constant} feature(s) are constant and carry nothing.")
        self._learn_conditions(y)
        batch = self._batch(array, y)
        self._draw_seed()
        self._assemble()
        self._check_support(array)
        with torch.no_grad(), seeded(self._seed):
            self._start_from(self.scaling_(batch.x[:ROWS]))
        return batch

    def _start_from(self, x: Tensor) -> None:
        cast(Amortized | Composed, self.decoder_).head.start_from(x)

    @property
    def _given_likelihood(self) -> Any:
        return self.likelihood

    def _choose_likelihood(self, array: np.ndarray) -> str | Callable[..., Head]:
        return choose_likelihood(self._given_likelihood, array, self.scaling_, self._say)

    def _scaling_rule(self, array: np.ndarray) -> str:
        if self.scaling != "auto":
            return self.scaling
        return scaling_for(self._given_likelihood, array, self._say)

    def _untrained(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        """Return the model for examples of a shape, as a part of a deeper one."""
        self.event_shape_, self.likelihood_ = event_shape, self.likelihood
        return self._model(event_shape)

    def _assemble(self) -> None:
        with seeded(self._seed):
            self.model_ = self._model(self.event_shape_)
        self.encoder_ = self.model_.encoder
        self.decoder_ = self.model_.decoder

    def _before_training(self, array: np.ndarray) -> None:
        """Do what comes first."""

    def _trainer_for(self, n_examples: int, n_epochs: int) -> Trainer:
        if not hasattr(self, "objective_"):
            penalties = self._penalties()
            own = self._objective()
            self.objective_ = Sum((1.0, own), *penalties) if penalties else own
        trainer = self._new_trainer(
            self.model_,
            self.objective_,
            n_examples,
            n_epochs,
            corruption=as_corruption(self.corruption, "corruption"),
            prepare=self._prepared,
        )
        self.scaling_.to(trainer.device, trainer.precision.weights)
        return trainer

    def _prepared(self, x: Tensor) -> Tensor:
        return self._augmented(self.scaling_(x))

    def _set_learned(self, trainer: Trainer, everything: Batch, judged: Batch) -> None:
        self.model_.eval()
        self._set_history(trainer.history)
        if len(everything) < 2:
            return  # a chunk of one example, which has no spread to learn
        array, *conditions = _arrays(everything)
        self._learn_from(everything)
        self._codes = self._draw_codes(array, conditions)
        self.sampler_ = self._first_sampler(self._codes.to(self._device))
        held_out, *given = _arrays(judged)
        self._set_threshold(held_out, given)

    def _learn_from(self, everything: Batch) -> None:
        """Learn what needs the trained model, before codes are drawn."""

    def _first_sampler(self, codes: Tensor) -> ConditionalDistribution:
        head = getattr(self.model_.encoder, "head", None)
        if isinstance(head, Quantizer):
            return discrete_densities["independent"](head, codes, None, self._seed, False)
        return Normal.fit(codes)

    def _scores(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray:
        return -self._energies(array, conditions)

    @property
    def score_kind_(self) -> str:
        """What ``score_samples`` returns: "log_likelihood_bound", or without a density of codes
        "reconstruction_log_likelihood", or "minus_energy" where a norm or a penalty has part in
        it."""
        plain = self.penalty is None and getattr(self, "norm", None) is None
        return "reconstruction_log_likelihood" if plain else "minus_energy"

    @property
    def overcomplete_(self) -> bool:
        """Whether the code has more dimensions than the data."""
        return self.n_components_ > math.prod(self.event_shape_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        tags.input_tags.three_d_array = True
        return tags


def _arrays(batch: Batch) -> list[np.ndarray]:
    return [t.numpy() for t in (batch.x, *batch.conditions)]
