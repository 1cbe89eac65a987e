"""A decoder whose directions are of one length and at right angles."""

from __future__ import annotations

import torch

from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._weight_matrices import smaller_gram, weight_matrices


class Orthogonality(Objective):
    r"""How far the columns of the decoder's weight matrices are from orthonormal.

    .. math:: L = \sum_l \lVert W_l^\top W_l - I \rVert_F^2

    without unit; of a matrix with more columns than rows, the rows. A kernel is a matrix with one
    row for each output channel. It is a matter of the weights alone: every example has the same
    value. A tied decoder counts what it does not borrow.

    Raises
    ------
    IncompatiblePartsError
        For a decoder without weight matrices of its own.

    References
    ----------
    N. Bansal, X. Chen, Z. Wang. Can We Gain More from Orthogonality Regularizations in Training
    Deep CNNs? 2018.

    Examples
    --------
    >>> from latentia.objectives import Reconstruction
    >>> orthogonal = Reconstruction() + 1.0 * Orthogonality()
    """

    def forward(self, trace: Trace, info: Info) -> Loss:
        weights = weight_matrices(trace.model.decoder, "decoder", "Orthogonality")
        grams = [smaller_gram(weight) for weight in weights]
        distances = [
            (gram - torch.eye(len(gram), dtype=gram.dtype, device=gram.device)).square().sum()
            for gram in grams
        ]
        values = torch.stack(distances).sum().expand(len(trace.batch))
        return Loss(values, {"orthogonality": values})
