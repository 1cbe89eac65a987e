"""The result of an objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


@dataclass(frozen=True)
class Loss:
    """Per-example values and the named terms they are made of.

    Parameters
    ----------
    values : Tensor, shape (n,)
        The quantity that the objective is named after, for each example.
    terms : mapping of str to Tensor, each of shape (n,)
        What to report beside it, each the quantity it is named after; weights not applied.
    surrogate : Tensor of shape (n,) or None, default=None
        What to differentiate instead of ``values``, for estimators whose gradient is not the
        gradient of their value.

    Examples
    --------
    >>> import torch
    >>> Loss(torch.tensor([1.0, 3.0])).total
    tensor(2.)
    """

    values: Tensor
    terms: Mapping[str, Tensor] = field(default_factory=dict)
    surrogate: Tensor | None = None

    @property
    def total(self) -> Tensor:
        """Mean over examples: the value of ``values`` with the gradient of ``surrogate``."""
        if self.surrogate is None:
            return self.values.mean()
        return (self.surrogate + (self.values - self.surrogate).detach()).mean()

    def report(self) -> dict[str, Tensor]:
        """Return ``loss`` and every term, per example and without gradients."""
        terms = {"loss": self.values, **self.terms}
        return {name: value.detach() for name, value in terms.items()}
