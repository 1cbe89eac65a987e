"""A decoder that changes smoothly with the code."""

from __future__ import annotations

import torch

from latentia.models import Trace
from latentia.objectives._jacobian import check_probes, jacobian_norm, refuse_batch_norm
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class DecoderGradient(Objective):
    r"""How much the reconstruction changes with the code, at the code of each example.

    .. math:: L(x) = E_{z \sim q(z|x)}
              \left\lVert \frac{\partial D(z)}{\partial z} \right\rVert_F^2

    where D(z) is the expected x given z; in squared units of x by squared units of the code.
    It acts on the decoder, and through z on the encoder.

    Parameters
    ----------
    n_probes : int or None, default=None
        ``None`` is exact, at the cost of one backward pass for each code dimension (or feature,
        if there are fewer); a number is an unbiased estimate from so many passes.

    Raises
    ------
    ValueError
        If ``n_probes`` is below 1.
    IncompatiblePartsError
        For batch normalisation in the decoder.

    References
    ----------
    P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to
    Deterministic Autoencoders. 2020.

    Examples
    --------
    >>> from latentia.objectives import CodeNorm, Reconstruction
    >>> regularised = Reconstruction() + 0.01 * CodeNorm() + 0.01 * DecoderGradient()
    >>> [weight for weight, _ in regularised.parts]
    [1.0, 0.01, 0.01]
    """

    def __init__(self, n_probes: int | None = None) -> None:
        super().__init__()
        check_probes(n_probes)
        self.n_probes = n_probes

    def forward(self, trace: Trace, info: Info) -> Loss:
        model, conditions = trace.model, trace.batch.conditions
        refuse_batch_norm(model.decoder, "decoder", "DecoderGradient")
        draws = [
            jacobian_norm(lambda z: model.decode(z, *conditions), z, self.n_probes) for z in trace.z
        ]
        values = torch.stack(draws).mean(0)
        return Loss(values, {"decoder_jacobian": values})
