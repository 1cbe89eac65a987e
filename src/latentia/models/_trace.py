"""What goes into one forward pass, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """

    x: Tensor
    conditions: tuple[Tensor, ...] = ()
    corrupted: Tensor | None = None

    @property
    def seen(self) -> Tensor:
        return self.x if self.corrupted is None else self.corrupted

    def __len__(self) -> int:
        return len(self.x)

    def head(self, n: int) -> Batch:
        """Return the first n examples, uncorrupted."""
        return Batch(self.x[:n], tuple(c[:n] for c in self.conditions))


@dataclass(frozen=True)
class Trace:
    """One forward pass, read-only: every term of an objective is computed from it.

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
    likelihood : Distribution, batch shape (n_samples, n)
        p(x|z).
    maybe_prior : Distribution or None, batch shape (n,)
        p(z) where the model has one; objectives read :attr:`prior`, which refuses its absence.
    """

    model: LatentVariableModel
    batch: Batch
    posterior: Distribution
    z: Tensor
    likelihood: Distribution
    maybe_prior: Distribution | None = None

    @property
    def prior(self) -> Distribution:
        if self.maybe_prior is None:
            raise IncompatiblePartsError(
                "This objective compares the posterior with a prior, but the model has none; "
                "build it as LatentVariableModel(encoder, decoder, priors.StandardNormal(...))."
            )
        return self.maybe_prior
