"""Independent code dimensions, judged by a discriminator."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from latentia.errors import IncompatiblePartsError
from latentia.models import LatentVariableModel, Trace
from latentia.objectives._elbo import ELBO
from latentia.objectives._game import Game
from latentia.objectives._objective import Info, Objective
from latentia.objectives._weights import Weight


class Factor(Game):
    r"""A bound, and the total correlation of the code by the ratio of two densities.

    .. math:: L(x) = L_0(x) + \gamma\, E_{z \sim q(z|x)} T(z), \qquad
              T(z) \approx \log \frac{q(z)}{\prod_j q(z_j)}

    in nats. T is a network that learns, in a second phase of every step, to tell codes of the
    batch from codes whose dimensions were shuffled across the batch, each by itself:

    .. math:: L_T = -\tfrac{1}{2} E_{q(z)} \log \sigma(T(z))
              - \tfrac{1}{2} E_{\prod_j q(z_j)} \log (1 - \sigma(T(z)))

    It is reported as ``discriminator_loss``, log 2 where codes cannot be told apart.

    Parameters
    ----------
    weight : float or schedule, default=10.0
        The weight :math:`\gamma`; a schedule is a function of the step.
    base : Objective or None, default=None
        :math:`L_0`; None is :class:`ELBO`. Penalties are added to it.
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Units of the discriminator.

    Raises
    ------
    ValueError
        If the weight is negative or not finite, or a size is not positive.
    IncompatiblePartsError
        If ``base`` trains in phases of its own.

    References
    ----------
    H. Kim, A. Mnih. Disentangling by Factorising. 2018.

    Examples
    --------
    >>> Factor(weight=20.0, base=ELBO(free_bits=0.1)).weight
    20.0
    """

    # What the discriminator sees of one example was put together from the others.
    uses_batch_statistics = True

    def __init__(
        self,
        weight: Weight = 10.0,
        base: Objective | None = None,
        hidden_layer_sizes: Sequence[int] = (256, 256),
    ) -> None:
        super().__init__(weight, ELBO() if base is None else base, hidden_layer_sizes)

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        if model.encoder.space not in ("real", "unit"):
            raise IncompatiblePartsError(
                f"Factor and codes that live in {model.encoder.space!r} do not fit: with their "
                "dimensions shuffled they leave it. Use a posterior of real codes, such as "
                "heads.DiagonalNormal."
            )
        return super().groups(model)

    def price(self, trace: Trace) -> tuple[str, Tensor]:
        return "total_correlation", self.logits(trace.z).mean(0)

    def sides(self, trace: Trace, info: Info) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            z = info.share.gather(trace.z, 1)
        order = torch.rand_like(z).argsort(dim=1)
        return trace.z, z.gather(1, order)[:, : trace.z.shape[1]]
