"""What every estimator does: validate, build, train, and map arrays through the model."""

from __future__ import annotations

import copy
import math
import sys
import warnings
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_is_fitted
from torch import Tensor

from latentia._arrays import as_array
from latentia._names import lookup
from latentia.conditional import Amortized
from latentia.data import scalings
from latentia.errors import TrainingDivergedError
from latentia.estimators._input import check_input, like
from latentia.estimators._likelihood import check_support, choose_likelihood, make_head
from latentia.estimators._parameters import Parameters, documented
from latentia.heads import Head
from latentia.models import LatentVariableModel
from latentia.objectives import Objective, Sum, penalties
from latentia.training import Trainer, seeded

_STEPS = 20_000
_PATIENCE = 1_000
_ROWS = 4096


@documented
@dataclass(eq=False, repr=False)
class LatentEstimator(Parameters, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A model of x through a code z, as a scikit-learn transformer.

    A subclass says which parts the model has (``_model``), what is minimised (``_objective``) and
    how an example is scored (``_score_batch``).

    Parameters
    ----------
    <shared parameters>

    Attributes
    ----------
    <shared attributes>
    """

    @abstractmethod
    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel: ...

    @abstractmethod
    def _objective(self) -> Objective: ...

    @abstractmethod
    def _score_batch(self, x: Tensor) -> Tensor: ...

    # -- learning ------------------------------------------------------------------------------

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from X; the target is the input, so labels are not used.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, d), (n, H, W) or (n, C, H, W)
            At least two examples of finite numbers.
        y : ignored
            For scikit-learn's pipelines.

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
        array = self._build(X)
        rows = self._rows_for_training(len(array))
        steps_per_epoch = math.ceil(len(rows[0]) / self.batch_size)
        epochs = self.max_iter or min(1000, max(10, math.ceil(_STEPS / steps_per_epoch)))
        patience = self.n_iter_no_change or max(10, math.ceil(_PATIENCE / steps_per_epoch))
        trainer = self._new_trainer(epochs * steps_per_epoch)
        data = _as_tensor(array)
        held_out = data[rows[1]] if len(rows[1]) else None
        try:
            trainer.fit(
                data[rows[0]] if len(rows[1]) else data,
                held_out,
                epochs=int(epochs),
                patience=int(patience) if self.early_stopping else None,
            )
        except TrainingDivergedError:
            self._set_learned(trainer, array)
            raise
        self._set_learned(trainer, array)
        if trainer.history.stopped == "interrupted":
            self._say(f"interrupted; the {len(trainer.history)} finished passes are kept.")
        return self

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Learn from one pass over X, starting from what is known already.

        The first call decides scaling and likelihood from its X.
        """
        first = not self.__sklearn_is_fitted__()
        array = self._build(X) if first else check_input(self, X, reset=False)
        self._check_support(array)
        if not hasattr(self, "_trainer"):
            self._trainer = self._new_trainer(_STEPS)
            if not first:
                self._trainer.go_on_from(self.history_)
        try:
            self._trainer.fit(_as_tensor(array), epochs=1)
        except TrainingDivergedError:
            self._set_learned(self._trainer, array)
            raise
        self._set_learned(self._trainer, array)
        return self

    def _build(self, X: Any) -> np.ndarray:
        self._check_parameters()
        array = check_input(self, X, reset=True)
        for name in ("_trainer", "n_iter_"):
            self.__dict__.pop(name, None)
        self.event_shape_ = array.shape[1:]
        self.scaling_ = lookup(scalings, self._scaling_rule(array), "scaling")(array)
        self.likelihood_ = choose_likelihood(self.likelihood, array, self.scaling_, self._say)
        if self.scaling_.n_constant:
            self._say(f"{self.scaling_.n_constant} feature(s) are constant and carry nothing.")
        self._seed = _fresh_seed(self.random_state)
        self._assemble()
        self._check_support(array)
        with torch.no_grad():
            self.decoder_.head.start_from(self.scaling_(_as_tensor(array[:_ROWS])))
        return array

    def _scaling_rule(self, array: np.ndarray) -> str:
        # What a likelihood of values in [0, 1] can explain already is left alone.
        bounded = (
            self.likelihood != "auto"
            and make_head(self.likelihood, array.shape[1:]).space != "real"
        )
        inside = bounded and array.min() >= 0 and array.max() <= 1
        return "none" if self.scaling == "auto" and inside else self.scaling

    def _check_support(self, array: np.ndarray) -> None:
        check_support(self.decoder_.space, self.likelihood, array, self.scaling_)

    def _assemble(self) -> None:
        with seeded(self._seed):
            self.model_ = self._model(self.event_shape_)
        self.encoder_ = self.model_.encoder
        self.decoder_ = cast(Amortized, self.model_.decoder)

    def _new_trainer(self, n_steps: int) -> Trainer:
        trainer = Trainer(
            self.model_,
            self._penalised_objective(),
            optimizer=self.optimizer,
            learning_rate=self._learning_rate(n_steps),
            weight_decay=self.weight_decay,
            batch_size=self.batch_size,
            clip_norm=self.clip_norm,
            corruption=self._corruption(),
            prepare=self.scaling_,
            precision=self.precision,
            device=self.device,
            seed=self._seed,
            verbose=self.verbose,
        )
        self.scaling_.to(trainer.device, trainer.precision.weights)
        return trainer

    def _penalised_objective(self) -> Objective:
        if self.penalty is None:
            return self._objective()
        make = self.penalty
        if isinstance(make, str):
            make = lookup(penalties, make, "penalty")
        return Sum((1.0, self._objective()), (self.penalty_weight, make()))

    def _set_learned(self, trainer: Trainer, array: np.ndarray) -> None:
        self.model_.eval()
        self.history_ = trainer.history
        self.loss_curve_ = trainer.history.curves()
        self.n_iter_ = len(trainer.history)
        self._after_training(array)

    def _after_training(self, array: np.ndarray) -> None:
        """Learn what needs the trained model."""

    def _rows_for_training(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        if not self.early_stopping:
            return np.arange(n), np.arange(0)
        n_held_out = min(n - 1, max(1, round(self.validation_fraction * n)))
        order = np.random.default_rng(self._seed).permutation(n)
        return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])

    # -- networks ------------------------------------------------------------------------------

    def _amortized_encoder(self, head: Head, event_shape: tuple[int, ...]) -> Amortized:
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

    def _layers(self) -> dict[str, Any]:
        names = ("activation", "layer_norm", "dropout")
        return {name: getattr(self, name) for name in names}

    # -- using what was learned ----------------------------------------------------------------

    def transform(self, X: Any) -> Any:
        """Return the code of each example, shape (n, n_components); it never samples."""
        return self._map(X, lambda x: self.model_.encode(x))

    def reconstruct(self, X: Any) -> Any:
        """Return each example decoded from its own code, in the units and container of X."""
        decoded = self._map(X, lambda x: self._unscaled(self.model_.decode(self.model_.encode(x))))
        return like(X)(np.asarray(decoded))

    def denoise(self, X: Any) -> Any:
        """Return what the model believes X was before it was spoilt, in its units and container.

        This is :meth:`reconstruct`, and X is taken as it is, with no corruption added. It is useful
        after training with a ``corruption`` like the damage that X has.
        """
        return self.reconstruct(X)

    def inverse_transform(self, Z: Any) -> Any:
        """Return the expected example for each code, in the units of the data.

        Parameters
        ----------
        Z : array or tensor of shape (n, n_components)

        Raises
        ------
        ValueError
            For codes of another width.
        """
        check_is_fitted(self)
        codes = check_array(as_array(Z), dtype="numeric", input_name="Z", ensure_min_samples=1)
        codes = codes.astype(as_array(self.scaling_.scale).dtype)
        if codes.shape[1] != self.n_components:
            raise ValueError(
                f"Z has shape {codes.shape}, but {type(self).__name__} decodes codes of shape "
                f"(n, {self.n_components})."
            )
        wrap = like(Z if isinstance(Z, Tensor) else codes)
        return wrap(self._batched(codes, lambda z: self._unscaled(self.model_.decode(z))))

    def sample(self, n: int = 1, random_state: Any = None, mean: bool = True) -> np.ndarray:
        """Draw new examples: a code from the prior, then what the decoder makes of it.

        Parameters
        ----------
        n : int, default=1
            How many.
        random_state : int, RandomState or None, default=None
            The same integer gives the same examples.
        mean : bool, default=True
            Return the mean of p(x|z); False draws from it, noise included.

        Returns
        -------
        ndarray of shape (n, *event), in the units of the data
        """
        check_is_fitted(self)
        if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
            raise ValueError(f"n={n!r} must be an integer of at least 1.")
        with torch.no_grad(), seeded(_fresh_seed(random_state), self._device):
            parts = [
                self._unscaled(self.model_.sample(min(_ROWS, n - start), mean=mean)).cpu()
                for start in range(0, n, _ROWS)
            ]
        return torch.cat(parts).numpy()

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of :meth:`score_samples`, higher is better."""
        return float(np.mean(np.asarray(self.score_samples(X))))

    def score_samples(self, X: Any) -> Any:
        """Return a number in nats for each example, shape (n,), higher is better."""
        check_is_fitted(self)
        array = check_input(self, X, reset=False)
        self._check_support(array)
        scores = self._map_array(array, lambda x: self._score_batch(x) + self._log_jacobian())
        return torch.from_numpy(scores) if isinstance(X, Tensor) else scores

    def _log_jacobian(self) -> Tensor | float:
        # Densities change with the units of the data; probabilities of discrete values do not.
        discrete = self.decoder_.space == "binary"
        return 0.0 if discrete else self.scaling_.log_abs_det()

    def _unscaled(self, x: Tensor) -> Tensor:
        return self.scaling_.inverse(x.to(self.scaling_.scale.dtype))

    def _map(self, X: Any, function: Callable[[Tensor], Tensor]) -> Any:
        check_is_fitted(self)
        values = self._map_array(check_input(self, X, reset=False), function)
        return torch.from_numpy(values) if isinstance(X, Tensor) else values

    def _map_array(self, array: np.ndarray, function: Callable[[Tensor], Tensor]) -> np.ndarray:
        return self._batched(array, lambda x: function(self.scaling_(x)))

    @torch.no_grad()
    def _batched(self, array: np.ndarray, function: Callable[[Tensor], Tensor]) -> np.ndarray:
        parts = []
        for start in range(0, len(array), _ROWS):
            x = _as_tensor(array[start : start + _ROWS])
            parts.append(function(x.to(self._device)).cpu())
        return torch.cat(parts).numpy()

    @property
    def _device(self) -> torch.device:
        return self.scaling_.scale.device

    @property
    def _n_features_out(self) -> int:
        return self.n_components

    def _say(self, text: str) -> None:
        if self.verbose:
            print(f"{type(self).__name__}: {text}", file=sys.stderr)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_iter_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        tags.input_tags.three_d_array = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if hasattr(self, "model_") and self._device.type != "cpu":
            # A model on a GPU must also open where there is none.
            model = state["model_"] = copy.deepcopy(self.model_).cpu()
            state.update(encoder_=model.encoder, decoder_=model.decoder)
            state["scaling_"] = copy.deepcopy(self.scaling_).cpu()
            state.pop("_trainer", None)
        return state


def _as_tensor(array: np.ndarray) -> Tensor:
    if any(stride < 0 for stride in array.strides):
        array = array.copy()
    with warnings.catch_warnings():
        # torch warns of read-only arrays, which it could write to by mistake; nothing here writes.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


def _fresh_seed(random_state: Any) -> int:
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0] >> 1)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
