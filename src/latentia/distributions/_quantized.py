"""A point mass at a quantised code, and the nearest vectors of a codebook."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from latentia.distributions._delta import Delta


@torch.no_grad()
def nearest(vectors: Tensor, codebook: Tensor) -> Tensor:
    """Return the index of the nearest codeword of each vector.

    Parameters
    ----------
    vectors : Tensor, shape (*batch, d)
    codebook : Tensor, shape (n_codes, d)

    Returns
    -------
    Tensor of integers, shape (*batch,)

    Examples
    --------
    >>> nearest(torch.tensor([[0.2], [0.9]]), torch.tensor([[0.0], [1.0]]))
    tensor([0, 1])
    """
    rows = vectors.to(codebook.dtype).reshape(-1, codebook.shape[1])
    distances = torch.cdist(rows, codebook)
    return distances.argmin(-1).view(vectors.shape[:-1])


class Quantized(Delta):
    r"""A point mass at the codewords that stand for a continuous code.

    Its value is the quantised code, but the gradient of the value is that of the continuous one,
    :math:`\partial v / \partial z_e = I`: the quantisation is passed straight through.

    Parameters
    ----------
    continuous : Tensor, shape (*batch, *event)
        The code before.
    quantized : Tensor, shape (*batch, *event)
        The code after; with gradients to the codebook, if that learns by them.
    indices : Tensor of integers, shape (*batch, n_vectors)
        Which codewords these are.
    event_dim : int, default=1
        How many trailing dimensions of a code form one event.

    References
    ----------
    Y. Bengio, N. Léonard, A. Courville. Estimating or Propagating Gradients Through Stochastic
    Neurons for Conditional Computation. 2013.

    Examples
    --------
    >>> z = torch.tensor([0.2, 0.9], requires_grad=True)
    >>> code = Quantized(z, z.detach().round(), z.long())
    >>> code.mean.detach(), torch.autograd.grad(code.mean.sum(), z)
    (tensor([0., 1.]), (tensor([1., 1.]),))
    """

    straight_through = True

    def __init__(
        self, continuous: Tensor, quantized: Tensor, indices: Tensor, event_dim: int = 1
    ) -> None:
        # The difference is exactly zero, so that the value is exactly a codeword.
        super().__init__(quantized.detach() + (continuous - continuous.detach()), event_dim)
        self.continuous = continuous
        self.quantized = quantized
        self.indices = indices

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Quantized:
        event = self.event_shape
        return Quantized(
            self.continuous.expand(*batch_shape, *event),
            self.quantized.expand(*batch_shape, *event),
            self.indices.expand(*batch_shape, self.indices.shape[-1]),
            len(event),
        )
