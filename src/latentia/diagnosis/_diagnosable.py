"""What is asked of a model to be diagnosed, and how its parts are walked through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from latentia.data import Affine
from latentia.heads import Head
from latentia.models import Batch, LatentVariableModel
from latentia.training import History

_ROWS = 1024


@runtime_checkable
class Diagnosable(Protocol):
    """A fitted estimator with a latent-variable model inside, as all of latentia's are."""

    model_: LatentVariableModel
    scaling_: Affine
    history_: History
    n_components_: int
    likelihood_: Any

    def as_batch(self, X: Any, y: Any = None) -> Batch:
        """Return examples as the parts of the model are given them."""

    def transform(self, X: Any) -> Any:
        """Return the code of each example."""

    def inverse_transform(self, Z: Any) -> Any:
        """Return the example for each code."""

    def get_feature_names_out(self) -> Any:
        """Return a name for each dimension of the code."""

    def get_params(self, deep: bool = True) -> Mapping[str, Any]:
        """Return the parameters that it was made with."""


def head_of(part: Any) -> Head | None:
    """Return the head of an encoder or a decoder, where it has one."""
    return getattr(part, "head", None)


def parts_of(batch: Batch) -> Iterator[Batch]:
    """Yield a batch a thousand examples at a time, for decoders need much more than codes do."""
    for start in range(0, len(batch), _ROWS):
        yield batch.take(slice(start, start + _ROWS))
