"""Codes that a discriminator cannot tell from draws of the prior."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn.functional import softplus

from latentia.models import Trace
from latentia.objectives._game import Game
from latentia.objectives._objective import Info, Objective
from latentia.objectives._reconstruction import Reconstruction
from latentia.objectives._weights import Weight


class Adversarial(Game):
    r"""A reconstruction, and codes that look like draws of the prior to a discriminator.

    .. math:: L(x) = L_0(x) - w\, E_{z \sim q(z|x)} \log \sigma(D(z)), \qquad
              L_D = -\tfrac{1}{2} E_{p(z)} \log \sigma(D(z))
              - \tfrac{1}{2} E_{q(z)} \log (1 - \sigma(D(z)))

    in nats. The network D learns in a second phase of every step, from codes without gradients.
    The posterior may be a point mass, and the prior anything that can be drawn from.

    Parameters
    ----------
    weight : float or schedule, default=1.0
        The weight w; a schedule is a function of the step.
    base : Objective or None, default=None
        :math:`L_0`; None is :class:`Reconstruction`. Penalties are added to it.
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Units of the discriminator.

    Raises
    ------
    ValueError
        If the weight is negative or not finite, or a size is not positive.
    IncompatiblePartsError
        If ``base`` trains in phases of its own, or the model has no prior.

    References
    ----------
    A. Makhzani, J. Shlens, N. Jaitly, I. Goodfellow, B. Frey. Adversarial Autoencoders. 2016.

    Examples
    --------
    >>> Adversarial(weight=0.5, base=Reconstruction("squared_error")).weight
    0.5
    """

    def __init__(
        self,
        weight: Weight = 1.0,
        base: Objective | None = None,
        hidden_layer_sizes: Sequence[int] = (256, 256),
    ) -> None:
        base = Reconstruction() if base is None else base
        super().__init__(weight, base, hidden_layer_sizes)
        self.uses_batch_statistics = base.uses_batch_statistics

    def price(self, trace: Trace) -> tuple[str, Tensor]:
        return "adversarial", softplus(-self.logits(trace.z)).mean(0)

    def sides(self, trace: Trace, info: Info) -> tuple[Tensor, Tensor]:
        return trace.prior.sample(trace.z.shape[:1]), trace.z
