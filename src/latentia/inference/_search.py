"""An encoder that searches."""

from __future__ import annotations

from torch import Tensor

from latentia.conditional import ConditionalDistribution
from latentia.distributions import Delta, point
from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference._minimize import Minimum
from latentia.inference._most_likely import most_likely_code
from latentia.models import LatentEnergy


class Search(ConditionalDistribution):
    r"""A point mass at the code of least energy: inference without a network.

    .. math:: q(z \mid y) = \delta\left(z - \arg\min_z E(y, z)\right)

    So a decoder alone is an autoencoder: ``LatentVariableModel(Search(energy), energy.decoder)``.
    The code has no gradient. At a minimum it needs none: the gradient of the least energy by the
    decoder's parameters is that of the energy at this code.

    The energy stays the model's: its decoder is no part of this encoder's parameters, and a prior
    in it must be the prior of the model, so that it moves with the model to another device.

    Parameters
    ----------
    energy : LatentEnergy
        What is made small.
    proposal : ConditionalDistribution or None, default=None
        An encoder whose point is the first start of every search.
    n_restarts : int, default=8
        Searches for each example, the one from the proposal among them.
    n_steps : int, default=200
        The most often that the energies of a batch are computed.
    tolerance : float, default=1e-5
        As in :func:`minimize`.

    Raises
    ------
    ValueError
        For ``n_restarts`` or ``n_steps`` below 1, or a negative tolerance.
    IncompatiblePartsError
        If the proposal's codes have another shape.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, models, spaces
    >>> likelihood = heads.DiagonalNormal(2, scale=1.0)
    >>> decoder = conditional.Amortized(torch.nn.Linear(1, 2), likelihood)
    >>> energy = models.LatentEnergy(decoder, spaces.Real(1))
    >>> model = models.LatentVariableModel(Search(energy), decoder)
    >>> sorted(model.state_dict())
    ['decoder.net.bias', 'decoder.net.weight']
    >>> model.encode(torch.zeros(5, 2)).shape
    torch.Size([5, 1])
    """

    def __init__(
        self,
        energy: LatentEnergy,
        *,
        proposal: ConditionalDistribution | None = None,
        n_restarts: int = 8,
        n_steps: int = 200,
        tolerance: float = 1e-5,
    ) -> None:
        super().__init__()
        if not tolerance >= 0:
            raise ValueError(f"tolerance={tolerance} must be at least 0.")
        shape = getattr(proposal, "event_shape", energy.space.event_shape)
        if shape != energy.space.event_shape:
            raise IncompatiblePartsError(
                f"Codes of the proposal have shape {shape}, but codes of {energy.space!r} have "
                f"shape {energy.space.event_shape}; give it a head of that shape."
            )
        # In a tuple, so that the decoder is registered once, and a copy of the model has an
        # encoder that refers to the copied decoder.
        self._energy = (energy,)
        self.proposal = proposal
        self.n_restarts = as_count(n_restarts, "n_restarts")
        self.n_steps = as_count(n_steps, "n_steps")
        self.tolerance = tolerance
        self.space = energy.space.name
        self.event_shape = energy.space.event_shape

    @property
    def energy(self) -> LatentEnergy:
        """The energy, whose decoder belongs to the model."""
        return self._energy[0]

    def forward(self, *conditions: Tensor) -> Delta:
        return Delta(self.least(*conditions).z, len(self.event_shape))

    def least(self, y: Tensor, *conditions: Tensor, energy: LatentEnergy | None = None) -> Minimum:
        """Return the code of least energy of each example, and how the search for it ended.

        Parameters
        ----------
        y : Tensor, shape (n, \\*event)
        *conditions : Tensor, each of shape (n, ...)
        energy : LatentEnergy or None, default=None
            What is made small instead of the energy of this encoder, by the same search.

        Returns
        -------
        Minimum
        """
        energy = self.energy if energy is None else energy
        start = None
        if self.proposal is not None:
            start = energy.space.project(point(self.proposal(y, *conditions)))
        return most_likely_code(
            energy,
            y,
            *conditions,
            start=start,
            n_restarts=self.n_restarts,
            n_steps=self.n_steps,
            tolerance=self.tolerance,
        )

    def extra_repr(self) -> str:
        return f"{self.energy.space!r}, n_restarts={self.n_restarts}, n_steps={self.n_steps}"
