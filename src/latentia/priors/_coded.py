"""A prior of quantised codes: which codewords, and what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia.conditional import ConditionalDistribution
from latentia.distributions import nearest


class Coded(ConditionalDistribution):
    r"""Codes put together from codewords, which follow a prior of their indices.

    .. math:: z = (e_{k_1}, \dots, e_{k_M}), \quad k \sim p(k)

    The probability of a code, in nats, is that of the codewords nearest to its vectors.

    Parameters
    ----------
    prior : ConditionalDistribution, or function that makes one
        p(k) over M variables, such as :class:`Autoregressive`.
    codebook : Tensor of shape (K, d) or (int, int)
        The codewords, a buffer that training leaves alone; two integers K and d stand for zeros.

    Raises
    ------
    ValueError
        If the codebook is no matrix.

    References
    ----------
    A. van den Oord, O. Vinyals, K. Kavukcuoglu. Neural Discrete Representation Learning. 2017.

    Examples
    --------
    >>> from latentia.priors import Autoregressive
    >>> codebook = torch.tensor([[0.0, 0.0], [1.0, -1.0]])
    >>> prior = Coded(Autoregressive(n_variables=3, n_categories=2), codebook)
    >>> prior().sample((5,)).shape
    torch.Size([5, 6])
    """

    codebook: Tensor

    def __init__(
        self,
        prior: ConditionalDistribution | Callable[[], ConditionalDistribution],
        codebook: Tensor | Sequence[int],
    ) -> None:
        super().__init__()
        self.prior = prior if isinstance(prior, ConditionalDistribution) else prior()
        words = codebook if isinstance(codebook, Tensor) else torch.zeros(*codebook)
        if words.dim() != 2:
            raise ValueError(f"codebook must have shape (K, d), but it is {tuple(words.shape)}.")
        self.register_buffer("codebook", words.detach().clone())
        (n_variables,) = self.prior.event_shape
        self.event_shape = (n_variables * words.shape[1],)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        made = partial(type(self.prior), **getattr(self.prior, "arguments", {}))
        return {"prior": made, "codebook": tuple(self.codebook.shape)}

    def forward(self, *conditions: Tensor) -> Distribution:
        return _Words(self.prior(*conditions), self.codebook)


class _Words(Distribution):
    """Codewords in place of their indices."""

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)

    def __init__(self, indices: Distribution, codebook: Tensor) -> None:
        self.indices = indices
        self.codebook = codebook
        event = torch.Size([indices.event_shape[0] * codebook.shape[1]])
        super().__init__(indices.batch_shape, event, validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> _Words:
        return _Words(self.indices.expand(torch.Size(batch_shape)), self.codebook)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self.codebook[self.indices.sample(torch.Size(sample_shape))].flatten(-2)

    def log_prob(self, value: Tensor) -> Tensor:
        vectors = value.unflatten(-1, (-1, self.codebook.shape[1]))
        return self.indices.log_prob(nearest(vectors, self.codebook))
