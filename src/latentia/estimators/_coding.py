"""Arrays, frames and tensors through a fitted model, and back in their units and containers."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted
from torch import Tensor

from latentia._arrays import as_array
from latentia.data import Affine
from latentia.estimators._input import check_input, like
from latentia.estimators._training import as_tensor
from latentia.models import LatentVariableModel

ROWS = 4096
_MOST = 20_000


class Coding(TransformerMixin, ABC):
    """Codes of examples, and examples of codes."""

    model_: LatentVariableModel
    scaling_: Affine
    event_shape_: tuple[int, ...]
    n_components_: int

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
        if codes.shape[1] != self.n_components_:
            raise ValueError(
                f"Z has shape {codes.shape}, but {type(self).__name__} decodes codes of shape "
                f"(n, {self.n_components_})."
            )
        wrap = like(Z if isinstance(Z, Tensor) else codes)
        return wrap(self._batched(codes, lambda z: self._unscaled(self.model_.decode(z))))

    def _unscaled(self, x: Tensor) -> Tensor:
        return self.scaling_.inverse(x.to(self.scaling_.scale.dtype))

    def _map(self, X: Any, function: Callable[[Tensor], Tensor]) -> Any:
        check_is_fitted(self)
        values = self._map_array(check_input(self, X, reset=False), function)
        return torch.from_numpy(values) if isinstance(X, Tensor) else values

    def _map_array(
        self, array: np.ndarray, function: Callable[[Tensor], Tensor], rows: int = ROWS
    ) -> np.ndarray:
        return self._batched(array, lambda x: function(self.scaling_(x)), rows)

    @torch.no_grad()
    def _batched(
        self, array: np.ndarray, function: Callable[[Tensor], Tensor], rows: int = ROWS
    ) -> np.ndarray:
        parts = []
        for start in range(0, len(array), rows):
            x = as_tensor(array[start : start + rows])
            parts.append(function(x.to(self._device)).cpu())
        return torch.cat(parts).numpy()

    @property
    def _device(self) -> torch.device:
        return self.scaling_.scale.device

    @property
    def _n_features_out(self) -> int:
        return self.n_components_


def some_rows(n: int) -> np.ndarray:
    """Return the rows of at most 20,000 of n examples, evenly spaced."""
    return np.linspace(0, n - 1, min(n, _MOST)).astype(int)
