"""A prior of sequences of categories, each learned from those before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn.functional import cross_entropy

from latentia.conditional import ConditionalDistribution
from latentia.heads import as_count


class Autoregressive(ConditionalDistribution):
    r"""Variables of K categories, each predicted from those before it by a recurrent network.

    .. math:: \log p(k) = \sum_{m=1}^M \log \mathrm{softmax}(W h_m + b)_{k_m}, \quad
              h_m = \mathrm{GRU}(e_{k_{m-1}} + a_m, h_{m-1})

    in nats, with an embedding e of categories and a of positions. A density needs one pass of the
    network, a draw one of its steps after the other.

    Parameters
    ----------
    n_variables : int
        The number M of variables.
    n_categories : int
        The number K of categories of each.
    hidden_size : int, default=64
        Units of the network.

    Raises
    ------
    ValueError
        If a number is no positive integer.

    References
    ----------
    K. Cho et al. Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
    Translation. 2014.
    A. van den Oord, O. Vinyals, K. Kavukcuoglu. Neural Discrete Representation Learning. 2017.

    Examples
    --------
    >>> prior = Autoregressive(n_variables=3, n_categories=10)
    >>> indices = prior().sample((5,))
    >>> indices.shape, prior().log_prob(indices).shape
    (torch.Size([5, 3]), torch.Size([5]))
    """

    space = "categories"

    def __init__(self, n_variables: int, n_categories: int, hidden_size: int = 64) -> None:
        super().__init__()
        m, k = as_count(n_variables, "n_variables"), as_count(n_categories, "n_categories")
        size = as_count(hidden_size, "hidden_size")
        self.event_shape = (m,)
        # The category after the last stands before the first variable.
        self.categories = nn.Embedding(k + 1, size)
        self.positions = nn.Parameter(torch.zeros(m, size))
        self.memory = nn.GRU(size, size, batch_first=True)
        self.logits = nn.Linear(size, k)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {
            "n_variables": len(self.positions),
            "n_categories": self.logits.out_features,
            "hidden_size": self.logits.in_features,
        }

    def forward(self, *conditions: Tensor) -> Distribution:
        return _Chain(self, conditions[0].shape[:1] if conditions else torch.Size())

    def log_prob_of(self, indices: Tensor) -> Tensor:
        """Return the log-probability of indices (n, M) in nats, shape (n,)."""
        logits = self._logits(self.categories(indices[:, :-1]))
        return -cross_entropy(logits.transpose(1, 2), indices, reduction="none").sum(1)

    def log_prob_of_rows(self, rows: Tensor) -> Tensor:
        """Return that of one-hot rows (n, M, K), with gradients for them too, shape (n,)."""
        embedded = rows[:, :-1] @ self.categories.weight[:-1]
        return (rows * self._logits(embedded).log_softmax(-1)).sum((1, 2))

    def _logits(self, embedded: Tensor) -> Tensor:
        """Return the logits of all M variables, given the embedding of all but the last."""
        start = self.categories(self._start(len(embedded)))
        hidden, _ = self.memory(torch.cat([start, embedded], dim=1) + self.positions)
        return self.logits(hidden)

    @torch.no_grad()
    def draw(self, n: int) -> Tensor:
        """Draw n sequences of indices, shape (n, M)."""
        last, memory, drawn = self._start(n), None, []
        for position in self.positions:
            hidden, memory = self.memory(self.categories(last) + position, memory)
            last = self.logits(hidden).squeeze(1).softmax(-1).multinomial(1)
            drawn.append(last)
        return torch.cat(drawn, dim=1)

    def _start(self, n: int) -> Tensor:
        first = self.logits.out_features
        return torch.full((n, 1), first, device=self.positions.device)


class _Chain(Distribution):
    """The distribution that an autoregressive network stands for."""

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)

    def __init__(self, network: Autoregressive, batch_shape: torch.Size) -> None:
        self.network = network
        super().__init__(batch_shape, torch.Size(network.event_shape), validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> _Chain:
        return _Chain(self.network, torch.Size(batch_shape))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(torch.Size(sample_shape))
        return self.network.draw(math.prod(shape[:-1])).view(shape)

    def log_prob(self, value: Tensor) -> Tensor:
        batch = torch.broadcast_shapes(value.shape[:-1], self.batch_shape)
        flat = value.expand(*batch, *self.event_shape).reshape(-1, *self.event_shape)
        return self.network.log_prob_of(flat).view(batch)
