"""A decoder that stretches no direction by much."""

from __future__ import annotations

import torch

from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._weight_matrices import smaller_gram, weight_matrices


class SpectralNorm(Objective):
    r"""Squared largest singular values of the decoder's weight matrices.

    .. math:: L = \sum_l \sigma_{\max}(W_l)^2

    in squared units of output by squared units of input, exact. For linear layers, and activations
    of slope at most 1, the product of these values bounds the squared stretch of the code. A
    kernel is a matrix with one row for each output channel. It is a matter of the weights alone:
    every example has the same value. A tied decoder counts what it does not borrow.

    Raises
    ------
    IncompatiblePartsError
        For a decoder without weight matrices of its own.

    References
    ----------
    Y. Yoshida, T. Miyato. Spectral Norm Regularization for Improving the Generalizability of Deep
    Learning. 2017.
    P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to
    Deterministic Autoencoders. 2020.

    Examples
    --------
    >>> from latentia.objectives import CodeNorm, Reconstruction
    >>> regularised = Reconstruction() + 0.01 * CodeNorm() + 0.01 * SpectralNorm()
    """

    def forward(self, trace: Trace, info: Info) -> Loss:
        weights = weight_matrices(trace.model.decoder, "decoder", "SpectralNorm")
        largest = [torch.linalg.eigvalsh(smaller_gram(weight))[-1] for weight in weights]
        values = torch.stack(largest).sum().expand(len(trace.batch))
        return Loss(values, {"spectral_norm": values})
