"""The energy loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from numbers import Real

from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference import Search, free_energy
from latentia.models import Batch, LatentEnergy, LatentVariableModel, Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective

#: A number that may be infinite, or a schedule: a function of the step.
Beta = float | Callable[[int], float]


class FreeEnergy(Objective):
    r"""The free energy of the data at the temperature :math:`1/\beta`, pushed down.

    .. math:: L(y) = F_\beta(y)
              = -\frac{1}{\beta} \log \frac{1}{|Z|} \int_Z e^{-\beta E(y, z)}\, dz, \qquad
              \nabla L = E_{p_\beta(z|y)} \nabla E(y, z)

    in units of the energy. All codes take part, each as far as it explains the example; in the
    limit of an infinite ``beta`` only the best, which is ``Reconstruction`` of a model whose
    encoder is an ``inference.Search``. With a likelihood, a prior as the regularizer and ``beta=1``
    it is the negative log-likelihood, up to the constant :math:`\log |Z|`. Otherwise nothing pushes
    the energy up off the data: it may collapse, unless codes are too few or cost too much to
    explain everything. :class:`ContrastiveEnergy` does push.

    Parameters
    ----------
    energy : LatentEnergy or None, default=None
        The space of codes, cost and regularizer; its decoder, and its prior where it has one, are
        those of the model that is trained. None takes the energy that the model's encoder searches.
    beta : float or schedule, default=1.0
        Inverse temperature, positive; infinity is allowed.
    n_points : int or None, default=None
        Points of the grid of codes along each dimension, before it is refined, as in
        ``inference.free_energy``.
    tolerance : float, default=1e-3
        How far off :math:`\beta F` may be on the grid, in nats, positive.
    n_samples : int or None, default=None
        Codes drawn from the model's encoder, which must have a density, instead of a grid. Where
        draws have a derivative it learns too, as by the importance-weighted bound.

    Raises
    ------
    ValueError
        If a number is out of range.
    IncompatiblePartsError
        When it is used, without an energy for a model that does not search; for an unbounded
        space without a regularizer; or with ``n_samples`` for a deterministic encoder.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> FreeEnergy(beta=10.0).tolerance
    0.001
    """

    def __init__(
        self,
        energy: LatentEnergy | None = None,
        beta: Beta = 1.0,
        *,
        n_points: int | None = None,
        tolerance: float = 1e-3,
        n_samples: int | None = None,
    ) -> None:
        super().__init__()
        if not callable(beta):
            beta_at(beta, 0)
        # In a tuple: what learns is the decoder of the model, and no other.
        self._energy = (energy,)
        self.beta = beta
        self.n_points = None if n_points is None else as_count(n_points, "n_points")
        self.tolerance = as_tolerance(tolerance)
        self.n_samples = 1 if n_samples is None else as_count(n_samples, "n_samples")
        self.uses_encoder = n_samples is not None

    def forward(self, trace: Trace, info: Info) -> Loss:
        return self._loss(trace.model, trace.batch, info)

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        # Without a trace, for which the encoder would run, and maybe search.
        yield "model", self._loss(model, batch, info)

    def _loss(self, model: LatentVariableModel, batch: Batch, info: Info) -> Loss:
        values = free_energy(
            energy_of(self._energy[0], model, type(self).__name__),
            batch.x,
            beta_at(self.beta, info.step),
            *batch.conditions,
            n_points=self.n_points,
            tolerance=self.tolerance,
            search=search_of(model),
            encoder=model.encoder if self.uses_encoder else None,
            n_samples=self.n_samples,
        )
        return Loss(values, {"free_energy": values})


def energy_of(
    energy: LatentEnergy | None, model: LatentVariableModel, objective: str
) -> LatentEnergy:
    """Return ``energy`` with the parts of ``model``, or the energy that the model searches."""
    if energy is None and isinstance(model.encoder, Search):
        energy = model.encoder.energy
    if energy is None:
        raise IncompatiblePartsError(
            f"{objective} without an energy and the encoder {type(model.encoder).__name__} do not "
            "fit: it takes the energy of an encoder that searches, inference.Search. Give one, "
            f"objectives.{objective}(models.LatentEnergy(decoder, space, ...))."
        )
    return energy.of(model)


def search_of(model: LatentVariableModel) -> Search | None:
    """Return how the encoder of ``model`` searches, or None where it does not."""
    return model.encoder if isinstance(model.encoder, Search) else None


def as_tolerance(tolerance: float) -> float:
    """Return a positive number, or refuse anything else."""
    if not (tolerance > 0 and math.isfinite(tolerance)):
        raise ValueError(f"tolerance={tolerance} must be a positive number.")
    return tolerance


def beta_at(beta: Beta, step: int) -> float:
    """Return the inverse temperature at ``step``."""
    value = beta(step) if callable(beta) else beta
    if isinstance(value, bool) or not isinstance(value, Real) or not value > 0:
        raise ValueError(
            f"beta is {value!r} at step {step}; an inverse temperature is a positive number."
        )
    return value
