"""Arrays, frames and tensors through a fitted model, and back in their units and containers."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted
from torch import Tensor

from latentia._arrays import as_array
from latentia._memory import in_blocks
from latentia.data import Affine
from latentia.estimators._conditions import Conditions
from latentia.estimators._input import check_input, like
from latentia.estimators._training import as_tensor
from latentia.models import Batch, LatentVariableModel

ROWS = 4096
_MOST = 20_000
_BOTH = ("encoder", "decoder")
#: What a condition can be given to.
PARTS = (*_BOTH, "prior")


class Coding(TransformerMixin, ABC):
    """Codes of examples, and examples of codes."""

    model_: LatentVariableModel
    scaling_: Affine
    event_shape_: tuple[int, ...]
    n_components_: int

    #: What y was in ``fit``, and which parts see it; None without a ``condition``.
    conditions_: Conditions | None = None
    conditioned: Sequence[str] = ()

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Learn from X, and y where it is a condition, and return the codes."""
        return self.fit(X, y, **fit_params).transform(X, y)

    def transform(self, X: Any, y: Any = None) -> Any:
        """Return the code of each example, shape (n, n_components); it never samples.

        y is needed where the encoder is conditioned on it, and not used elsewhere; so it is in all
        methods that take both.
        """
        return self._map(X, y, lambda x, *c: self.model_.encode(x, *c), needs=("encoder",))

    def reconstruct(self, X: Any, y: Any = None, as_y: Any = None) -> Any:
        """Return each example decoded from its own code, in the units and container of X.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        y : array-like of length n, default=None
            The condition of each example, where the model has one.
        as_y : array-like of length n or one value, default=None
            Another condition for the decoder: what the examples would be like under it. None is
            ``y``.
        """
        x = check_fitted_input(self, X)
        self._check_conditional(as_y, "as_y")
        own = self._conditions(y, len(x), needs=("encoder",) if as_y is not None else _BOTH)
        other = own if as_y is None else self._conditions(as_y, len(x), needs=("decoder",))

        def through(x: Tensor, *c: Tensor) -> Tensor:
            z = self.model_.encode(x, *c[: len(own)])
            return self._unscaled(self.model_.decode(z, *c[len(own) :]))

        return like(X)(self._map_array(x, through, conditions=(*own, *other)))

    def denoise(self, X: Any, y: Any = None) -> Any:
        """Return what the model believes X was before it was spoilt, in its units and container.

        This is :meth:`reconstruct`, and X is taken as it is, with no corruption added. It is useful
        after training with a ``corruption`` like the damage that X has.
        """
        return self.reconstruct(X, y)

    def inverse_transform(self, Z: Any, y: Any = None) -> Any:
        """Return the expected example for each code, in the units of the data.

        Parameters
        ----------
        Z : array or tensor of shape (n, n_components)
        y : array-like of length n or one value, default=None
            What the decoder is conditioned on, where it is.

        Raises
        ------
        ValueError
            For codes of another width, or a condition that is missing or was not there in ``fit``.
        """
        check_is_fitted(self)
        codes = check_array(as_array(Z), dtype="numeric", input_name="Z", ensure_min_samples=1)
        codes = codes.astype(as_array(self.scaling_.scale).dtype)
        if codes.shape[1] != self.n_components_:
            raise ValueError(
                f"Z has shape {codes.shape}, but {type(self).__name__} decodes codes of shape "
                f"(n, {self.n_components_})."
            )
        conditions = self._conditions(y, len(codes), needs=("decoder",))

        def decoded(z: Tensor, *c: Tensor) -> Tensor:
            return self._unscaled(self.model_.decode(z, *c))

        wrap = like(Z if isinstance(Z, Tensor) else codes)
        return wrap(self._batched(codes, decoded, conditions=conditions))

    def as_batch(self, X: Any, y: Any = None) -> Batch:
        """Return examples as the parts of the model are given them: scaled, on its device.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        y : array-like of length n or one value, default=None
            The condition of each example, where the model has one.

        Returns
        -------
        Batch
            For one pass through the model: ``model.model_.trace(model.as_batch(X))``.
        """
        x = check_fitted_input(self, X)
        conditions = [
            torch.from_numpy(c).to(self.scaling_.scale) for c in self._conditions(y, len(x))
        ]
        scaled = torch.from_numpy(self._map_array(x, lambda x: x))
        return Batch(scaled.to(self._device), tuple(conditions))

    def _unscaled(self, x: Tensor) -> Tensor:
        return self.scaling_.inverse(x.to(self.scaling_.scale.dtype))

    def _conditions(
        self, y: Any, n: int | None, needs: Sequence[str] = PARTS, repeat: bool = True
    ) -> tuple[np.ndarray, ...]:
        """Return y as what the parts are given, or nothing where none in ``needs`` asks for it."""
        if self.conditions_ is None:
            return ()
        if y is not None:
            return (self.conditions_.numbers(y, n, repeat=repeat),)
        if not set(needs) & set(self.conditioned):
            return ()
        known = " and ".join(column.name for column in self.conditions_.columns)
        raise ValueError(
            f"y=None, but {type(self).__name__} was fitted with condition='y' ({known}), so it "
            "needs y here: one condition for each example."
        )

    def _check_conditional(self, y: Any, argument: str) -> None:
        if y is not None and self.conditions_ is None:
            raise ValueError(
                f"{argument} is given, but {type(self).__name__} was fitted without a condition; "
                "fit it with condition='y', or leave it out."
            )

    def _map(
        self, X: Any, y: Any, function: Callable[..., Tensor], needs: Sequence[str] = PARTS
    ) -> Any:
        x = check_fitted_input(self, X)
        values = self._map_array(x, function, conditions=self._conditions(y, len(x), needs))
        return torch.from_numpy(values) if isinstance(X, Tensor) else values

    def _map_array(
        self,
        array: np.ndarray,
        function: Callable[..., Tensor],
        rows: int = ROWS,
        conditions: Sequence[np.ndarray] = (),
    ) -> np.ndarray:
        return self._batched(array, lambda x, *c: function(self.scaling_(x), *c), rows, conditions)

    @torch.no_grad()
    def _batched(
        self,
        array: np.ndarray,
        function: Callable[..., Tensor],
        rows: int = ROWS,
        conditions: Sequence[np.ndarray] = (),
    ) -> np.ndarray:
        dtype = self.scaling_.scale.dtype
        whole: list[np.ndarray] = []

        def block(some: slice) -> None:
            given = (as_tensor(c[some]).to(self._device, dtype) for c in conditions)
            part = function(as_tensor(array[some]).to(self._device), *given).cpu().numpy()
            if not whole:
                # What is kept is one piece: small ones would lie between large ones in memory,
                # which could then not be given back.
                whole.append(np.empty((len(array), *part.shape[1:]), part.dtype))
            whole[0][some] = part

        in_blocks(block, len(array), rows, self._device)
        return whole[0]

    @property
    def _device(self) -> torch.device:
        return self.scaling_.scale.device

    @property
    def _n_features_out(self) -> int:
        return self.n_components_


def check_fitted_input(estimator: Any, X: Any) -> np.ndarray:
    """Return X as an array like that in ``fit``, which must have been called."""
    check_is_fitted(estimator)
    return check_input(estimator, X, reset=False)


def some_rows(n: int) -> np.ndarray:
    """Return the rows of at most 20,000 of n examples, evenly spaced."""
    return np.linspace(0, n - 1, min(n, _MOST)).astype(int)
