"""Energies that are low on the data and high elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from torch import Tensor
from torch.nn import functional

from latentia import corruptions
from latentia._names import lookup
from latentia.heads import as_count
from latentia.inference import free_energy
from latentia.models import Batch, LatentEnergy, LatentVariableModel, Trace
from latentia.objectives._free_energy import Beta, as_tolerance, beta_at, energy_of, search_of
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


def _hinge(of_data: Tensor, elsewhere: Tensor, margin: float) -> Tensor:
    return functional.relu(margin + of_data - elsewhere)


def _log(of_data: Tensor, elsewhere: Tensor, margin: float) -> Tensor:
    return functional.softplus(margin + of_data - elsewhere)


def _square_square(of_data: Tensor, elsewhere: Tensor, margin: float) -> Tensor:
    return of_data.square() + functional.relu(margin - elsewhere).square()


_LOSSES: Mapping[str, Callable[[Tensor, Tensor, float], Tensor]] = {
    "hinge": _hinge,
    "log": _log,
    "square-square": _square_square,
}


class ContrastiveEnergy(Objective):
    r"""Free energies of the data pushed down, and of points off the data pushed up.

    .. math:: \text{hinge}: [m + F_\beta(y) - F_\beta(y')]_+ \qquad
              \text{log}: \log(1 + e^{m + F_\beta(y) - F_\beta(y')}) \qquad
              \text{square-square}: F_\beta(y)^2 + [m - F_\beta(y')]_+^2

    with a negative :math:`y'` for each example y. So the energy cannot collapse, even where codes
    could explain everything.

    Parameters
    ----------
    negatives : callable
        What makes negatives of a batch of examples, shape (n, \*event) to the same shape: a
        corruption such as ``corruptions.Gaussian(1.0)``, or a function.
    energy : LatentEnergy or None, default=None
        As in :class:`FreeEnergy`.
    beta : float or schedule, default=1.0
        Inverse temperature, positive; infinity is allowed.
    loss : {"hinge", "log", "square-square"}, default="hinge"
        The contrast. "square-square" is for energies of at least 0.
    margin : float, default=1.0
        m, in units of the energy, at least 0.
    n_points : int or None, default=None
        As in :class:`FreeEnergy`.
    tolerance : float, default=1e-3
        As in :class:`FreeEnergy`.

    Raises
    ------
    ValueError
        For an unknown loss, or if a number is out of range.
    TypeError
        If ``negatives`` is no function.
    IncompatiblePartsError
        When it is used, as :class:`FreeEnergy`.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> from latentia.corruptions import Gaussian
    >>> ContrastiveEnergy(Gaussian(1.0), loss="log").margin
    1.0
    """

    def __init__(
        self,
        negatives: Callable[[Tensor], Tensor],
        energy: LatentEnergy | None = None,
        beta: Beta = 1.0,
        *,
        loss: str = "hinge",
        margin: float = 1.0,
        n_points: int | None = None,
        tolerance: float = 1e-3,
    ) -> None:
        super().__init__()
        if isinstance(negatives, type) or not callable(negatives):
            raise TypeError(
                f"negatives={negatives!r} must be an object such as corruptions.Gaussian(1.0), or "
                "a function of a batch of examples."
            )
        lookup(_LOSSES, loss, "loss")
        if not margin >= 0:
            raise ValueError(f"margin={margin} must be at least 0.")
        if not callable(beta):
            beta_at(beta, 0)
        # In a tuple: what learns is the decoder of the model, and no other.
        self._energy = (energy,)
        self.negatives = negatives
        self.beta = beta
        self.loss = loss
        self.margin = margin
        self.n_points = None if n_points is None else as_count(n_points, "n_points")
        self.tolerance = as_tolerance(tolerance)

    def forward(self, trace: Trace, info: Info) -> Loss:
        return self._loss(trace.model, trace.batch, info)

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        # Without a trace, for which the encoder would run, and maybe search.
        yield "model", self._loss(model, batch, info)

    def _loss(self, model: LatentVariableModel, batch: Batch, info: Info) -> Loss:
        energy = energy_of(self._energy[0], model, type(self).__name__)
        beta = beta_at(self.beta, info.step)

        def of(x: Tensor) -> Tensor:
            return free_energy(
                energy,
                x,
                beta,
                *batch.conditions,
                n_points=self.n_points,
                tolerance=self.tolerance,
                search=search_of(model),
            )

        negatives = corruptions.apply(self.negatives, batch.x, "negatives")
        of_data, elsewhere = of(batch.x), of(negatives)
        values = _LOSSES[self.loss](of_data, elsewhere, self.margin)
        return Loss(values, {"free_energy": of_data, "negative_free_energy": elsewhere})
