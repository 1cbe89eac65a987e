"""Categories relaxed to shares, with draws that have a density in float32 too."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import RelaxedOneHotCategorical

from latentia.distributions._point import register_point


class GumbelSoftmax(RelaxedOneHotCategorical):
    r"""The softmax of perturbed logits, a density on the inside of the simplex.

    .. math:: z = \mathrm{softmax}((r + g) / \tau), \quad g_k \sim \mathrm{Gumbel}(0, 1)

    Where an element of a draw would round to 0 it is the smallest number that does not, since the
    density at 0 is no number. With the temperature near 0, draws are nearly one-hot.

    Parameters
    ----------
    temperature : Tensor, shape ()
        Tau, positive.
    logits : Tensor, shape (*batch, K)
        Unnormalised log-probabilities r of the categories.

    References
    ----------
    E. Jang, S. Gu, B. Poole. Categorical Reparameterization with Gumbel-Softmax. 2016.
    C. J. Maddison, A. Mnih, Y. W. Teh. The Concrete Distribution: A Continuous Relaxation of
    Discrete Random Variables. 2016.

    Examples
    --------
    >>> import torch
    >>> q = GumbelSoftmax(torch.tensor(0.5), torch.tensor([0.0, 1e4]))
    >>> q.log_prob(q.rsample()).isfinite()
    tensor(True)
    """

    def __init__(self, temperature: Tensor, logits: Tensor) -> None:
        super().__init__(temperature, logits=logits, validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> GumbelSoftmax:
        shape = torch.Size(batch_shape) + self.event_shape
        return GumbelSoftmax(self.temperature, self.logits.expand(shape))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with torch.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return _inside(super().rsample(torch.Size(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        return super().log_prob(_inside(value))


def _inside(shares: Tensor) -> Tensor:
    return shares.clamp(min=torch.finfo(shares.dtype).tiny)


@register_point(RelaxedOneHotCategorical)
def _(distribution: RelaxedOneHotCategorical) -> Tensor:
    return distribution.probs
