"""The energy at the code that the encoder gives."""

from __future__ import annotations

from latentia.models import LatentEnergy, Trace
from latentia.objectives._free_energy import energy_of
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class CodeEnergy(Objective):
    r"""The energy of each example and its code, which is given.

    .. math:: L(y) = E(y, \tilde z) = C(y, \mathrm{Dec}(\tilde z)) + w R(\tilde z), \qquad
              \tilde z = \mathrm{Enc}(y)

    With an encoder that searches, ``inference.Search``, it is the energy loss at zero temperature,
    at the price of the one search; with any other it is an autoencoder whose codes have a price.
    Terms are "cost", and "regularizer" where there is one.

    Parameters
    ----------
    energy : LatentEnergy or None, default=None
        As in :class:`FreeEnergy`.

    Raises
    ------
    IncompatiblePartsError
        When it is used without an energy for a model that does not search.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, inference, models, spaces
    >>> likelihood = heads.DiagonalNormal(2, scale=1.0)
    >>> decoder = conditional.Amortized(torch.nn.Identity(), likelihood)
    >>> energy = LatentEnergy(decoder, spaces.Categories(2), cost="squared_error")
    >>> model = models.LatentVariableModel(inference.Search(energy), decoder)
    >>> batch = models.Batch(torch.tensor([[3.0, 0.0]]))
    >>> CodeEnergy()(model.trace(batch), Info()).values  # the nearest is (1, 0)
    tensor([4.])
    """

    def __init__(self, energy: LatentEnergy | None = None) -> None:
        super().__init__()
        # In a tuple: what learns is the decoder of the model, and no other.
        self._energy = (energy,)

    def forward(self, trace: Trace, info: Info) -> Loss:
        energy = energy_of(self._energy[0], trace.model, type(self).__name__)
        conditions = trace.batch.conditions
        cost = energy.cost_of(trace.batch.x, trace.z, *conditions).mean(0)
        if not energy.regularized:
            return Loss(cost, {"cost": cost})
        price = energy.price_of(trace.z, *conditions).mean(0)
        return Loss(cost + energy.weight * price, {"cost": cost, "regularizer": price})
