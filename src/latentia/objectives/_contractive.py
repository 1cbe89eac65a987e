"""A code that hardly moves when the input moves a little."""

from __future__ import annotations

from torch import Tensor, nn

from latentia import heads, networks
from latentia.conditional import Amortized
from latentia.distributions import point
from latentia.models import Trace
from latentia.objectives._jacobian import (
    check_probes,
    jacobian_norm,
    refuse_batch_norm,
    sigmoid_jacobian_norm,
)
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class Contractive(Objective):
    r"""How much the deterministic code changes with the input of the encoder.

    .. math:: L(x) = \left\lVert \frac{\partial h(x)}{\partial x} \right\rVert_F^2

    in squared units of the code by squared units of x, at the input as the encoder sees it,
    corrupted or not. A penalty to add: ``Reconstruction() + 0.1 * Contractive()``. For a code
    sigmoid(W x + b) the closed form is used.

    Parameters
    ----------
    n_probes : int or None, default=None
        ``None`` is exact, at the cost of one backward pass for each code dimension; a number is
        an unbiased estimate from so many passes.

    Raises
    ------
    ValueError
        If ``n_probes`` is below 1.
    IncompatiblePartsError
        For batch normalisation in the encoder.

    References
    ----------
    S. Rifai, P. Vincent, X. Muller, X. Glorot, Y. Bengio. Contractive Auto-Encoders: Explicit
    Invariance During Feature Extraction. 2011.

    Examples
    --------
    >>> penalised = 0.1 * Contractive(n_probes=2)
    >>> [weight for weight, _ in penalised.parts]
    [0.1]
    """

    def __init__(self, n_probes: int | None = None) -> None:
        super().__init__()
        check_probes(n_probes)
        self.n_probes = n_probes

    def forward(self, trace: Trace, info: Info) -> Loss:
        model, batch = trace.model, trace.batch
        refuse_batch_norm(model.encoder, "encoder", "Contractive")
        weight = _sigmoid_weight(model.encoder) if self.n_probes is None else None
        if weight is None:
            values = jacobian_norm(
                lambda x: model.encode(x, *batch.conditions), batch.seen, self.n_probes
            )
        else:
            values = sigmoid_jacobian_norm(point(trace.posterior).flatten(1), weight)
        return Loss(values, {"encoder_jacobian": values})


def _sigmoid_weight(encoder: nn.Module) -> Tensor | None:
    """Return W where the code is sigmoid(W x + b), without the columns of a condition."""
    if not isinstance(encoder, Amortized):
        return None
    head, net = encoder.head, encoder.net
    if not (isinstance(head, heads.Delta) and head.activation == "sigmoid"):
        return None
    if not (isinstance(net, networks.MLP) and len(net.layers) == 1):
        return None
    (affine,) = net.layers
    assert isinstance(affine, nn.Linear)
    return affine.weight[:, : affine.in_features - net.context]
