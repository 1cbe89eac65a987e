"""What goes into one forward pass, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia.errors import IncompatiblePartsError

if TYPE_CHECKING:
    from latentia.models._latent_variable import LatentVariableModel


@dataclass(frozen=True)
class Batch:
    """Some examples, as they are and as the encoder sees them.

    Parameters
    ----------
    x : Tensor, shape (n, *event)
        The target of the reconstruction.
    conditions : tuple of Tensor, default=()
        What encoder, decoder and prior are conditioned on.
    corrupted : Tensor or None, default=None
        What the encoder is given instead of ``x``.
    labels : Tensor or None, shape (n, \\*label), default=None
        What a supervised objective predicts from the code; no part of the model sees them.
    """

    x: Tensor
    conditions: tuple[Tensor, ...] = ()
    corrupted: Tensor | None = None
    labels: Tensor | None = None

    @property
    def seen(self) -> Tensor:
        return self.x if self.corrupted is None else self.corrupted

    def __len__(self) -> int:
        return len(self.x)

    def head(self, n: int) -> Batch:
        """Return the first n examples, uncorrupted."""
        return self.take(slice(n))

    def take(self, index: slice | Tensor) -> Batch:
        """Return the examples at ``index``, uncorrupted."""
        labels = None if self.labels is None else _rows(self.labels, index)
        conditions = tuple(_rows(condition, index) for condition in self.conditions)
        return Batch(_rows(self.x, index), conditions, labels=labels)


def _rows(x: Tensor, index: slice | Tensor) -> Tensor:
    # Whole rows are copied several times as fast as what any other index may ask for.
    return x.index_select(0, index) if isinstance(index, Tensor) else x[index]


def _once(compute: Callable[[Any], Distribution]) -> property:
    """Return a property that is computed when it is first read.

    ``functools.cached_property`` takes a lock, which cannot be compiled.
    """
    name = f"_{compute.__name__}"

    def read(self: Any) -> Distribution:
        known = vars(self)
        if name not in known:
            known[name] = compute(self)
        return known[name]

    return property(read, doc=compute.__doc__)


@dataclass(frozen=True)
class Trace:
    """One forward pass, read-only: every term of an objective is computed from it.

    The decoder and the prior run when a term first asks for them, so that an objective pays only
    for what it uses.

    Parameters
    ----------
    model : LatentVariableModel
        What made the pass, for terms that look at its parts elsewhere (a derivative, say).
    batch : Batch
        The n examples.
    posterior : Distribution, batch shape (n,)
        q(z|x).
    z : Tensor, shape (n_samples, n, *event)
        Draws from the posterior; with gradients where it can be reparameterised.
    """

    model: LatentVariableModel
    batch: Batch
    posterior: Distribution
    z: Tensor

    @_once
    def likelihood(self) -> Distribution:
        """Return p(x|z), batch shape (n_samples, n)."""
        return self.model.decoder(self.z, *self.batch.conditions)

    @_once
    def prior(self) -> Distribution:
        """Return p(z), batch shape (n,).

        Raises
        ------
        IncompatiblePartsError
            If the model has none.
        """
        if self.model.prior is None:
            raise IncompatiblePartsError(
                "This objective compares the posterior with a prior, but the model has none; "
                "build it as LatentVariableModel(encoder, decoder, priors.StandardNormal(...))."
            )
        conditions = self.batch.conditions
        prior = self.model.prior(*conditions)
        return prior if conditions else prior.expand(torch.Size((len(self.batch),)))
